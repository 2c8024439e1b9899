"""An answer in a process of its own: the same claims and the same judgement as in a learner's kernel."""

import ast
import io

import numpy as np
import pytest

from course_lib import ROOT, mdp, wings
from course_lib.classroom import sandbox, wire
from course_lib.classroom.provenance import version
from course_lib.classroom.remote import Limits, RemoteAnswer
from course_lib.classroom.report import report
from course_lib.classroom.submission import definitions
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
    [None, True, 3, -2.5, float("inf"), "text", (1, (2.0, "b")), {"a": np.arange(3), 1: ()}, np.float32(0.1), np.True_],
)
def test_what_is_sent_is_what_is_received(value):
    """Types included, but that lists come back as tuples."""
    stream = io.BytesIO()
    wire.send(stream, value)
    stream.seek(0)
    got = wire.receive(stream)
    np.testing.assert_equal(got, value)
    assert type(got) is type(value)


def test_arrays_named_tuples_and_strangers():
    """Shapes and dtypes stay, names stay, and what is no number comes as an empty thing called what it was."""
    from collections import namedtuple

    stream = io.BytesIO()
    wire.send(stream, (np.zeros((2, 0, 3), "float32"), namedtuple("Pair", "left right")(1, 2), print, 2**70))
    stream.seek(0)
    array, pair, stranger, large = wire.receive(stream)
    assert (array.shape, array.dtype) == ((2, 0, 3), np.dtype("float32"))
    assert pair.right == 2
    assert (type(stranger).__name__, type(large).__name__) == ("builtin_function_or_method", "int")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[1]",
        "[" * 50_000,
        '{"array": "", "dtype": "O", "shape": [1], "scalar": false}',
        '{"array": "AAAA", "dtype": "<f8", "shape": [9999999999], "scalar": false}',
        '{"array": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [-1], "scalar": true}',
        '{"tuple": [1], "fields": ["__class__"]}',
        '{"tuple": [1], "fields": ["a", "b"]}',
        '{"dict": [[{"dict": []}, 1]]}',
        '{"other": 3}',
        "{}",
    ],
)
def test_no_message_from_a_worker_breaks_the_grader(text):
    """It is read, or refused by the one error that the grader expects."""
    stream = io.BytesIO()
    wire.write(stream, text.encode())
    stream.seek(0)
    try:
        wire.receive(stream)
    except wire.Garbled:
        return
    assert text in ('{"other": 3}',) or "-1" in text


def test_a_message_beyond_bounds_is_not_read():
    """Nor is one that stops in the middle waited for."""
    with pytest.raises(wire.Garbled, match="allowed"):
        wire.receive(io.BytesIO((2**60).to_bytes(8, "little")))
    with pytest.raises(EOFError):
        wire.receive(io.BytesIO((9).to_bytes(8, "little") + b"{}"))


def test_definitions_are_what_a_cell_needs_and_no_more():
    """Helpers of helpers, constants, imports, decorated functions; neither loops nor bare calls."""
    above = [
        "import numpy as np, os\nfrom math import *\n%matplotlib inline\ntrain(1000)",
        "import functools\nSIZE = 3\nunused = train(10)\nfor i in range(9): train(i)",
        "@functools.cache\ndef helper(x):\n    return other(x) + SIZE\ndef other(x):\n    return np.abs(x)",
        "this does not parse",
    ]
    found = definitions(above, "def answer(x):\n    return helper(x)")
    assert found == [
        "import numpy as np, os",
        "from math import *",
        "import functools",
        "SIZE = 3",
        "@functools.cache\ndef helper(x):\n    return other(x) + SIZE",
        "def other(x):\n    return np.abs(x)",
    ]


def test_a_report_escapes_what_students_wrote():
    """It is HTML that others look at."""
    result = judged(mdp.action_values, LOOK.format("raise ValueError('<script>')"))
    page = report(result, version())
    assert "&lt;script&gt;" in page and "<script>" not in page
