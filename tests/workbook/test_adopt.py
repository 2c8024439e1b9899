"""`adopt` takes functions, helpers and constants from saved notebooks, and refuses and reports the rest."""

import os
import pathlib
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from course_lib import ROOT
from course_lib.workbook import adopt, fill, progress, work_folder
from course_lib.workbook.exercise import UsesLibraryAnswer, under_check

RIGHT = "@fill(toy_course.rescale)\ndef rescale(values, factor):\n    return values * factor\n"


@pytest.fixture
def save(tmp_path):
    """A function that saves solution cells as an assignment's notebook and returns the work folder."""

    def saved(*sources, assignment="01_toy", notebook=None):
        cells = []
        for number, source in enumerate(sources):
            cell = nbformat.v4.new_code_cell(source)
            cell.metadata["nbgrader"] = {"solution": True, "grade": False, "grade_id": f"cell-{number}"}
            cells.append(cell)
        folder = tmp_path / "my_work" / assignment
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{notebook or assignment}.ipynb")
        return tmp_path / "my_work"

    return saved


def test_a_right_function_is_plugged_in_with_its_helpers_and_constants(toy, save):
    source = (
        "SCALE = 2 * 0.5\nTWO: float = 2.0\ndef times(a, b):\n    return a * b * SCALE\n\n"
        "@fill(toy_course.rescale)\ndef rescale(values, factor: float) -> np.ndarray:\n    return times(values, factor) * TWO / TWO\n"
    )
    adopted = adopt("01_toy", save(source))
    assert not adopted.refused and toy.rescale.accepted is not None
    assert toy.mean_square(np.ones(2)) == 1
    assert "toy_course.rescale: yours" in repr(adopted) and "yours" in adopted._repr_html_()


def test_every_notebook_of_an_assignment_is_read(toy, save):
    """In order, each with its own helpers: the ids of cells, and names, may be the same; a new release is not theirs."""
    square = "def times(a):\n    return a * a\n@fill(toy_course.mean_square)\ndef mean_square(values):\n    return {}\n"
    save(square.format("np.mean(times(values))"), notebook="01b_second")
    save(square.format("0"), notebook="01b_second.new")
    helper = "def times(a, b):\n    return a * b\n"
    folder = save(helper + RIGHT.replace("values * factor", "times(values, factor)"), "1 +", notebook="01a_first")
    adopted = adopt("01_toy", folder)
    assert {name: result.status for name, result in adopted.results.items()} == {
        "toy_course.rescale": "accepted",
        "toy_course.mean_square": "accepted",
    }
    assert list(adopted.results)[0] == "toy_course.rescale" and adopted.refused[0].startswith("01a_first.ipynb: ")
    assert toy.rescale.accepted and toy.mean_square.accepted and len(progress(folder).yours) == 2


def test_a_wrong_or_blank_function_is_not_plugged_in(toy, save):
    wrong = RIGHT.replace("*", "+")
    adopted = adopt(
        "01_toy",
        save(wrong, "@fill(toy_course.mean_square)\ndef mean_square(values):\n    raise NotImplementedError()"),
    )
    assert [r.status for r in adopted.results.values()] == ["wrong", "blank"]
    assert toy.rescale.accepted is None


@pytest.mark.parametrize(
    "extra",
    [
        "import turtledemo",
        "np.pi = 4.0",
        "open('gone.txt', 'w')",
        "x = open('gone.txt', 'w')",
        "class Helper:\n    pass",
        "for i in range(3):\n    print(i)",
        "@cache\ndef helper():\n    pass",
        "def helper(x=open('gone.txt', 'w')):\n    pass",
        "y = [print(i) for i in range(3)]",
    ],
)
def test_anything_else_is_refused_reported_and_not_run(toy, save, extra, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    adopted = adopt("01_toy", save(extra + "\n" + RIGHT))
    assert len(adopted.refused) == 1 and extra.splitlines()[0].split("(")[0] in adopted.refused[0]
    assert not (tmp_path / "gone.txt").exists()
    assert toy.rescale.accepted is not None  # the function itself needs none of it


def test_harmless_lines_helpers_of_earlier_cells_and_what_is_imported_anyway_are_taken(toy, save):
    helper = (
        "%%time\nimport numpy as np\nfrom numpy import multiply\nEPS = np.finfo(float).eps\ntwice = lambda x: 2 * x\n"
    )
    helper += "def times(a, b, eps=EPS):\n    return multiply(a, b)\n"
    source = "@fill(toy_course.rescale)\ndef rescale(values, factor):\n    return np.asarray(times(values, twice(factor))) / 2\n"
    adopted = adopt("01_toy", save(helper, source))
    assert not adopted.refused and toy.rescale.accepted is not None


def test_what_cannot_be_defined_is_reported_and_the_rest_goes_on(toy, save):
    adopted = adopt("01_toy", save("X = alpha\ndef helper(x, e=nowhere):\n    return x", RIGHT))
    assert len(adopted.refused) == 2 and "NameError" in adopted.refused[0]
    assert toy.rescale.accepted is not None


def test_a_new_release_alone_is_no_work_of_the_learner(save):
    folder = save("x = 1")
    (folder / "01_toy" / "01_toy.ipynb").rename(folder / "01_toy" / "01_toy.new.ipynb")
    assert "No notebook in 01_toy" in repr(progress(folder))


def test_a_function_that_reaches_for_the_answer_is_not_adopted(toy, save):
    adopted = adopt(
        "01_toy", save("@fill(toy_course.rescale)\ndef mine(values, factor):\n    return rescale(values, factor)")
    )
    assert "uses the library's answer" in adopted.results["toy_course.rescale"].message


def test_unknown_exercises_and_broken_cells_are_reported(toy, save):
    adopted = adopt("01_toy", save("@fill(toy_course.none)\ndef none(x):\n    return x", "def broken(:"))
    assert "names no exercise" in adopted.refused[0] and "does not parse" in adopted.refused[1]


def test_missing_and_damaged_notebooks_say_what_to_do(save, tmp_path):
    with pytest.raises(FileNotFoundError, match="course.py lab"):
        adopt("02_none", tmp_path)
    folder = save("x = 1")
    (folder / "01_toy" / "01_toy.ipynb").write_text("{ not json")
    with pytest.raises(ValueError, match="Save it again"):
        adopt("01_toy", folder)


def test_the_work_folder_is_found_from_below(save, monkeypatch):
    folder = save("x = 1")
    monkeypatch.chdir(folder / "01_toy")
    assert work_folder() == folder.resolve()


def test_progress_counts_saved_work_and_keeps_what_this_kernel_has(toy, save):
    folder = save(RIGHT)
    before = progress(folder)
    assert "toy_course.rescale" in before.yours and "✓ rescale: yours" in repr(before)

    @fill(toy.rescale)
    def newer(values, factor):
        return values + factor

    assert toy.rescale.candidate is newer and "toy_course.rescale" not in progress(folder).yours
    assert toy.rescale.candidate is newer


def test_progress_survives_a_damaged_notebook(save):
    folder = save("x = 1")
    (folder / "01_toy" / "01_toy.ipynb").write_text("{ not json")
    assert "Save it again" in repr(progress(folder)) and "Save it again" in progress(folder)._repr_html_()


def test_progress_says_where_it_read_and_how_new_that_is(save, monkeypatch, tmp_path):
    """A notebook that was not saved is what is missed most; checkpoints are no notebooks; no path of the machine."""
    folder = save("x = 1", assignment="01_toy")
    save("x = 1", assignment="02_toy")
    save("not python", assignment=".ipynb_checkpoints")
    os.utime(folder / "02_toy" / "02_toy.ipynb", (0, 86_400 * 365))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    *rest, footer = progress().notes
    assert rest == [] and footer.startswith("Read from ../my_work, where 01_toy.ipynb was saved last, 2")
    assert "Ctrl+S" in footer and str(tmp_path) not in repr(progress()) and footer in repr(progress())


def test_progress_without_a_work_folder_says_what_lays_one(monkeypatch, tmp_path):
    """A clone in which nothing was read yet."""
    monkeypatch.chdir(tmp_path)
    assert progress().notes == ["There is no my_work/ yet: `python3 course.py lab` lays your copies there."]


def test_the_guard_holds_only_inside_a_check(toy):
    with under_check(toy.rescale), pytest.raises(UsesLibraryAnswer):
        toy.rescale(np.ones(1), 1.0)
    assert toy.rescale(np.ones(1), 1.0) == 1


def test_a_fresh_python_needs_nothing_but_the_workbook(save):
    """After a restart of the kernel `adopt` is the first thing that is run; the notebook says what it imports."""
    folder = save("x = 1")
    cells = [nbformat.v4.new_code_cell("import toy_course"), nbformat.v4.new_code_cell(RIGHT)]
    cells[1].metadata["nbgrader"] = {"solution": True, "grade": False, "grade_id": "a"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01_toy" / "01_toy.ipynb")
    program = f"from course_lib.workbook import adopt, progress; print(adopt('01_toy', {str(folder)!r}), progress({str(folder)!r}))"
    path = os.pathsep.join([str(ROOT), str(pathlib.Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert "toy_course.rescale: yours" in done.stdout and "1 of 4" in done.stdout, done.stderr
