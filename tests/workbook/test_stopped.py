"""After a cell with @fill that stopped, `check` says so and does not judge what was handed in before."""

import numpy as np
import pytest

from course_lib.workbook import check, fill
from course_lib.workbook.stopped import running_cell, stopped_cell

RIGHT = "@fill(toy.rescale)\ndef rescale(values, factor):\n    return values * factor\n"
BROKEN = "@fill(toy.rescale)\ndef rescale(values, factor)\n    return values * factor\n"


@pytest.fixture
def run(toy, monkeypatch):
    """A function that runs a cell as JupyterLab does, in an IPython of its own, and returns what it shows."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    quiet = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"autoawait": False}})
    shell = InteractiveShell(config=quiet)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(shell, "showtraceback", lambda *_, **__: None)
    monkeypatch.setattr(shell, "showsyntaxerror", lambda *_, **__: None)
    shell.user_ns.update(toy=toy, check=check, fill=fill)
    toy.rescale.handed_in = 0
    yield lambda cell: shell.run_cell(cell, store_history=True).result
    toy.rescale.handed_in = 0


def test_a_cell_that_is_no_python_is_named(run):
    """Also when nothing was handed in before."""
    run(BROKEN)
    result = run("check(toy.rescale)")
    assert result.status == "stopped" and result.score == 0 and result.total == 4
    assert "SyntaxError in line 2: expected ':'" in result.message and "earlier" not in result.message
    assert "not handed in" in repr(result) and result.message in repr(result)
    assert "&#x27;:&#x27;" in result._repr_html_()


def test_what_was_accepted_stays_and_is_not_judged_again(run, toy):
    """The card would be about the earlier version."""
    run(RIGHT)
    assert run("check(toy.rescale)").status == "accepted"
    run(BROKEN)
    assert "still runs on your earlier version" in run("check(toy.rescale)").message
    assert toy.rescale.accepted is not None and toy.rescale(np.ones(1), 3.0) == 3


def test_a_mended_cell_is_judged(run):
    """Whatever happened before it."""
    run(BROKEN)
    run(RIGHT.replace("*", "+"))
    assert run("check(toy.rescale)").status == "wrong"
    run(RIGHT)
    assert run("check(toy.rescale)").status == "accepted"


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("@fill(toy.rescale)\ndef rescale(values, factor):\nreturn values\n", "IndentationError in line 3"),
        ("  @fill( toy.rescale )\n  def rescale(values, factor):\n return values", "IndentationError"),
        ("x = [\n@fill(toy.rescale)\ndef rescale(values, factor):\n    pass", "SyntaxError"),
        ("@fill(toy.rescale\ndef rescale(values, factor):\n    pass", "SyntaxError"),
        ("print(nowhere)\n" + RIGHT, "an error, which is shown below it"),
        ("%%time\n" + BROKEN, None),  # a cell that belongs to a magic may be no Python
        ("%time x = 1\n" + RIGHT, None),
        ("# @fill(toy.rescale)\nnot python", None),
        ("@fill(toy.mean_square)\ndef mean_square(values)\n    pass", None),
    ],
)
def test_what_counts_as_stopped(run, cell, says):
    """Errors before the function's end, of this exercise's cell alone."""
    run(cell)
    result = run("check(toy.rescale)")
    assert (says in result.message) if says else result.status != "stopped"


def test_saved_work_that_was_taken_over_is_newer_than_the_broken_cell(run, toy):
    """As `adopt` does it."""
    run(BROKEN)
    run("toy.rescale.accept(lambda values, factor: values * factor)")
    assert run("check(toy.rescale)").status == "accepted"


def test_outside_ipython_there_is_no_effect(toy):
    """Cells have no numbers there."""
    assert running_cell() == 0 and stopped_cell(toy.rescale) == ""
    fill(toy.rescale)(lambda values, factor: values * factor)
    assert toy.rescale.handed_in == 0 and check(toy.rescale).status == "accepted"


def test_a_shell_of_another_make_has_no_effect(toy, monkeypatch):
    """No history, no message."""
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    assert stopped_cell(toy.rescale) == ""
