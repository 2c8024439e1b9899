"""An answer in a process of its own: the same claims and the same judgement as in a learner's kernel."""

import ast
import collections
import io
import os
import time

import numpy as np
import pytest

from course_lib import ROOT, mdp, wings
from course_lib.classroom import remote, sandbox, wire
from course_lib.classroom.definitions import definitions
from course_lib.classroom.provenance import version
from course_lib.classroom.remote import Limits, RemoteAnswer
from course_lib.classroom.report import report
from course_lib.common import notebooks
from course_lib.workbook.adopt import filled, solution_cells
from course_lib.workbook.check import examine, judge
from course_lib.workbook.exercise import named

wings()
BEFORE = ["import numpy as np", "from course_lib import mdp", "from course_lib.workbook import fill"]
LOOK = "@fill(mdp.action_values)\ndef action_values(transitions, rewards, discount, values):\n    {}\n"


def judged(target, cell, before=BEFORE, seed=0, **options):
    """The result of an answer that runs in a process of its own."""
    with RemoteAnswer(target, cell, before, contained=sandbox.available(), **options) as answer:
        return judge(answer, seed)


def first_of_each_context():
    """(exercise, its worked answer, the cells above) of each assignment: the first one for each kind of array."""
    for path in notebooks.find(doors=notebooks.DOORS[1:2]):
        seen = set()
        code = [cell.source for cell in notebooks.code_cells(notebooks.read(path))]
        for source in solution_cells(path):
            target = named(next(filter(None, map(filled, ast.parse(source).body))))
            if target.context not in seen:
                seen.add(target.context)
                yield pytest.param(target, source, code[: code.index(source)], id=f"{path.stem}-{target.name}")


@pytest.mark.slow
@pytest.mark.parametrize("target, source, above", list(first_of_each_context()))
def test_the_worked_answers_get_all_points(target, source, above):
    """In the grader's way of running them, for each kind of array."""
    assert judged(target, source, definitions(above, source)).status == "accepted"


@pytest.mark.parametrize(
    "body",
    [
        "return rewards + discount * transitions @ values",
        "return discount * (rewards + transitions @ values)",
        "rewards += discount * transitions @ values; return rewards",
        "raise ValueError('no')",
        "return None",
        "return rewards, values",
        'raise NotImplementedError("your code here")',
        "return mdp.action_values(transitions, rewards, discount, values)",
    ],
)
def test_both_runners_say_the_same(body):
    """Status, points and message, with the same seed."""
    space = {"np": np, "mdp": mdp}
    exec(LOOK.format(body).replace("@fill(mdp.action_values)\n", ""), space)
    here, there = examine(mdp.action_values, space["action_values"]), judged(mdp.action_values, LOOK.format(body))
    assert (there.status, there.score) == (here.status, here.score)
    assert there.message.split("\n")[0] == here.message.split("\n")[0]


def test_the_seed_decides_the_random_cases():
    """What is wrong on them is shown with other inputs to another student."""
    wrong = LOOK.format("return rewards + discount * transitions @ values * (len(values) != 4) + (len(values) == 4)")
    inputs = [judged(mdp.action_values, wrong, seed=seed).first.inputs["rewards"] for seed in (1, 1, 2**100)]
    assert np.array_equal(inputs[0], inputs[1]) and not np.array_equal(inputs[0], inputs[2])


def test_an_answer_has_its_time_in_all():
    """Many calls, none of them late by itself, are."""
    slow = LOOK.format("import time; time.sleep(0.4); return rewards + discount * transitions @ values")
    assert judged(mdp.action_values, slow, limits=Limits(exercise=1.0)).status == "timed out"


def test_tricks_on_the_compilers_are_undone(monkeypatch):
    """A graph that is none: the claim is judged with TensorFlow's own tf.function."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "workbook")
    import toy_course

    numpy_answer = """import numpy as np
import tensorflow as tf
tf.function = lambda call, **options: call
@fill(toy_course.backward_returns)
def backward_returns(rewards, discount, bootstrap):
    total, returns = np.float32(bootstrap), []
    for reward in np.asarray(rewards)[::-1]:
        total = reward + discount * total
        returns.append(total)
    return tf.constant(returns[::-1], tf.float32)
"""
    before = ["import toy_course", "from course_lib.workbook import fill"]
    outcomes = judged(toy_course.backward_returns, numpy_answer, before, modules=["toy_course"]).outcomes
    held = {outcome.claim.name for outcome in outcomes if outcome.status == "held"}
    assert held == {"countdown", "leaves_its_inputs_alone"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        float("inf"),
        "text",
        (1, (2.0, "b")),
        {"a": np.arange(3), "b": ()},
        np.float32(0.1),
        np.True_,
    ],
)
def test_what_is_sent_is_what_is_received(value):
    """Types included, but that lists come back as tuples."""
    stream = io.BytesIO()
    wire.send(stream, value)
    stream.seek(0)
    got = wire.receive(stream)
    np.testing.assert_equal(got, value)
    assert type(got) is type(value)


def received(value):
    """A value after its way through the pipe."""
    stream = io.BytesIO()
    wire.send(stream, value)
    stream.seek(0)
    return wire.receive(stream)


def test_arrays_named_tuples_and_strangers():
    """Shapes, dtypes and names stay; what NumPy takes for numbers is numbers; the rest is only called what it was."""
    pair = collections.namedtuple("Pair", "left right")(1, 2)
    array, pair, numbers, *strangers = received((np.zeros((2, 0, 3), "float32"), pair, range(3), print, 2**70, {1: 2}))
    assert (array.shape, array.dtype) == ((2, 0, 3), np.dtype("float32"))
    assert pair.right == 2
    assert numbers.tolist() == [0, 1, 2]
    assert [stranger.kind for stranger in strangers] == ["builtin_function_or_method", "int", "dict"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[1]",
        "[" * 50_000,
        '{"array": "", "dtype": "O", "shape": [1], "scalar": false}',
        '{"array": "AAAA", "dtype": "<f8", "shape": [9999999999], "scalar": false}',
        '{"tuple": [1], "fields": ["__class__"]}',
        '{"tuple": [1], "fields": ["a", "b"]}',
        '{"dict": [[{"dict": []}, 1]]}',
        '{"dict": [[1, 1]]}',
        "{}",
        '{"tuple": [' + ", ".join(['{"tuple": [1], "fields": ["a"]}'] * 200) + '], "fields": null}',
        '{"tuple": [' + ", ".join(["1"] * 200_000) + '], "fields": null}',
    ],
    ids=range(13),
)
def test_no_message_from_a_worker_breaks_the_grader(text):
    """It is refused by the one error that the grader expects."""
    stream = io.BytesIO()
    wire.write(stream, text.encode())
    stream.seek(0)
    with pytest.raises(wire.Garbled):
        wire.receive(stream)


def test_a_message_beyond_bounds_is_not_read():
    """Nor is one that stops in the middle waited for."""
    with pytest.raises(wire.Garbled, match="allowed"):
        wire.receive(io.BytesIO((2**60).to_bytes(8, "little")))
    with pytest.raises(EOFError):
        wire.receive(io.BytesIO((9).to_bytes(8, "little") + b"{}"))


def test_definitions_are_what_a_cell_needs_and_no_more():
    """Helpers of helpers, constants, imports, blocks, changes of what is used; no training, whatever its names."""
    above = [
        "import numpy as np, os\nfrom math import *\n%matplotlib inline\nfiles = !ls\nnp.abs?\ntrain(1000)",
        "import functools\nSIZE = 3\nvalues = train(10)\nfor i in range(9): train(i)\nz = SIZE; y = train(z)",
        "@functools.cache\ndef helper(x):\n    return other(x) + SIZE\ndef other(x):\n    return np.abs(x) + TABLE[0]",
        "this does not parse",
        "TABLE = {}\nfor i in range(3):\n    TABLE[i] = i\nTABLE.update(a=1)\nprint(TABLE)",
        "try:\n    import quick as fast\nexcept ImportError:\n    fast = None",
        "def count():\n    global COUNT\n    COUNT += 1\nCOUNT = 0",
    ]
    source = "def answer(values, helper2=None):\n    fast, count\n    train = values\n    return helper(values)"
    assert definitions(above, source) == [
        "import numpy as np, os",
        "from math import *",
        "import functools",
        "SIZE = 3",
        "@functools.cache\ndef helper(x):\n    return other(x) + SIZE",
        "def other(x):\n    return np.abs(x) + TABLE[0]",
        "TABLE = {}",
        "for i in range(3):\n    TABLE[i] = i",
        "TABLE.update(a=1)",
        "try:\n    import quick as fast\nexcept ImportError:\n    fast = None",
        "def count():\n    global COUNT\n    COUNT += 1",
        "COUNT = 0",
    ]


def test_definitions_of_a_hostile_notebook_are_found_quickly():
    """Chains of 5000 names, millions of characters: the grader itself looks at them."""
    chain = "\n".join(f"a{i} = a{i + 1}" for i in range(5_000))
    assert len(definitions([chain], "a0")) == 5_000
    assert definitions(["x = 1" * 10**6], "x") == []


HELPERS = """import tensorflow as tf
def positive(x):
    if tf.reduce_sum(x) > 0:
        return x
    return -x
def doubled(x):
    for _ in tf.range(1):
        x = 2.0 * x
    return x
"""


@pytest.mark.parametrize(
    "above, body",
    [
        (
            "SCALE = !ls\nONE = 1.0\ndisplay(ONE)",
            "display(ONE); return ONE * (rewards + discount * transitions @ values)",
        ),
        ("values = __import__('time').sleep(1000)", "return rewards + discount * transitions @ values"),
        ("import time\ntime.sleep(1000)\nh = 1", "return h * rewards + discount * transitions @ values"),
        (
            "class Sum:\n    pass\nSum.total = staticmethod(lambda a, b: a + b)",
            "return Sum.total(rewards, discount * transitions @ values)",
        ),
        (
            "import multiprocessing",
            "lock = multiprocessing.Value('d', 0.0); return rewards + lock.value + discount * transitions @ values",
        ),
        (
            HELPERS,
            "import numpy as np; call = tf.function(lambda x: positive(doubled(x)))\n"
            "    return np.asarray(call(tf.constant(0.5))) * rewards + discount * transitions @ values",
        ),
    ],
    ids=["magics", "a parameter's name", "a training", "a patched class", "shared memory", "AutoGraph"],
)
def test_honest_code_in_other_cells_counts(above, body):
    """Right in a kernel, right here."""
    source = LOOK.format(body)
    assert judged(mdp.action_values, source, definitions([*BEFORE, above], source)).status == "accepted"


def test_results_that_cannot_be_shown_are_shown_short():
    """A student's values are told back to them, whatever they are, and never at length."""
    for body in ("return {0: 1.0}", "return 'x' * 10**6", "return {'k' * 10**6: (1, 2)}", "return [[[[[[1]]]]]] * 999"):
        page = report(judged(mdp.action_values, LOOK.format(body)), "v")
        assert len(page) < 12_000


def test_a_stray_child_does_not_hold_the_grader(monkeypatch):
    """It has left its group and keeps the pipe open: without bubblewrap nobody kills it, and nobody waits for it."""
    if not hasattr(os, "fork"):
        pytest.skip("platform: nothing can leave its process group like this")
    body = """import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            time.sleep(40)
        os._exit(0)
    time.sleep(0.2)
    os._exit(0)"""
    began = time.monotonic()
    with RemoteAnswer(mdp.action_values, LOOK.format(body), BEFORE, contained=False) as answer:
        assert judge(answer, 0).status == "crashed"
    assert time.monotonic() - began < 35  # the child lives for 40


def test_the_system_ends_forks_without_end():
    """Before they take the memory of the machine, and though the one who watches never gets his turn."""
    if not sandbox.available():
        pytest.skip("platform: bubblewrap is not here, and root is not limited without it")
    body = """import os, time
    children = 0
    try:
        while True:
            if os.fork() == 0:
                time.sleep(1000)
            children += 1
    except BlockingIOError:
        return np.array([children, os.geteuid()], float)"""
    blind = Limits(processes=10**6, memory=2**40)
    with RemoteAnswer(mdp.action_values, LOOK.format(body), BEFORE, limits=blind, contained=True) as answer:
        children, user = answer("transitions", "rewards", "discount", "values")
    assert 100 < children < answer.setup["threads"] and user != 0


def test_the_graders_own_failure_is_nobodys_zero(monkeypatch):
    """No more processes, say: it is raised, and the submission stays ungraded."""
    monkeypatch.setattr(
        remote.subprocess, "Popen", lambda *_, **__: (_ for _ in ()).throw(OSError("no more processes"))
    )
    with pytest.raises(OSError, match="no more"), RemoteAnswer(mdp.action_values, LOOK.format("return 1")) as answer:
        judge(answer, 0)


def test_the_systems_settings_are_out_of_reach():
    """For root, /proc would be the system's."""
    if not sandbox.available():
        pytest.skip("platform: bubblewrap is not here, or may not work here")
    look = "sum(os.access(path, os.W_OK) for path in ('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/', '/usr'))"
    source = "import os\n" + LOOK.format(f"return float({look})")
    with RemoteAnswer(mdp.action_values, source, BEFORE, contained=True) as answer:
        assert answer(1, 2, 3, 4) == 0.0


def test_a_report_escapes_what_students_wrote():
    """It is HTML that others look at."""
    result = judged(mdp.action_values, LOOK.format("raise ValueError('<script>')"))
    page = report(result, version())
    assert "&lt;script&gt;" in page and "<script>" not in page
