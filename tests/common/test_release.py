"""`exercises/` is made from `solutions/`: blanked, byte for byte the same each time, and nothing stale stays."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.common import release

SOLUTION = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"


def graded(name, **kind):
    """The metadata of an nbgrader cell."""
    standard = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
    return {"nbgrader": standard | {"grade_id": name} | kind}


@pytest.fixture
def course(tmp_path):
    """One solution with a blank, a written question, a check and a data file."""
    folder = tmp_path / "solutions" / "01_topic"
    folder.mkdir(parents=True)
    (folder / "data.csv").write_text("1,2\n")
    output = new_output("stream", text="4\n")
    cells = [
        new_code_cell(SOLUTION, metadata=graded("double", solution=True)),
        new_markdown_cell("Because.", metadata=graded("why", solution=True, grade=True, points=4)),
        new_code_cell("print(double(2))", metadata=graded("test", grade=True, locked=True, points=1), outputs=[output]),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "01_topic.ipynb")
    return tmp_path


def test_a_release_is_blank(course):
    """The stub for code and for words, no outputs, and extra files go along."""
    release.refresh(course)
    double, why, test = nbformat.read(course / "exercises/01_topic/01_topic.ipynb", as_version=4).cells
    assert double.source == 'def double(x):\n    # your code here\n    raise NotImplementedError("your code here")'
    assert why.source == "*Your answer here.*"
    assert test.outputs == []
    assert (course / "exercises/01_topic/data.csv").read_text() == "1,2\n"


def test_the_same_source_gives_the_same_bytes(course, tmp_path):
    """So that a test can hold exercises/ to solutions/."""
    for folder in ("one", "two"):
        release.generate(tmp_path / folder, course)
    first, second = ((tmp_path / folder / "01_topic/01_topic.ipynb").read_bytes() for folder in ("one", "two"))
    assert first == second


def test_refresh_removes_what_no_solution_makes(course):
    """A renamed exercise leaves no old one behind; what is in step is not written again."""
    release.refresh(course)
    stale = course / "exercises" / "00_old" / "00_old.ipynb"
    stale.parent.mkdir()
    stale.write_text("{}")
    assert release.refresh(course) == ["removed 00_old/00_old.ipynb, which no solution makes"]
    assert not stale.parent.exists()
    assert release.refresh(course) == []


def test_an_assignment_may_have_several_notebooks(course):
    """Each is released, blank, under its own name; one that is taken out of it goes."""
    folder, released = course / "solutions/01_topic", course / "exercises/01_topic"
    for name in ("01a_first.ipynb", "01b_second.ipynb"):  # with the same ids in each
        (folder / name).write_bytes((folder / "01_topic.ipynb").read_bytes())
    (folder / "01_topic.ipynb").unlink()
    release.refresh(course)
    assert sorted(path.name for path in released.iterdir()) == ["01a_first.ipynb", "01b_second.ipynb", "data.csv"]
    assert all("return 2" not in path.read_text() for path in released.glob("*.ipynb"))
    (folder / "01a_first.ipynb").unlink()
    assert release.refresh(course) == ["removed 01_topic/01a_first.ipynb, which no solution makes"]


def test_a_solution_outside_a_solution_cell_is_refused(course):
    """Else it would leak; the old release stays, and the error says what nbgrader said."""
    release.refresh(course)
    path = course / "solutions/01_topic/01_topic.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell(SOLUTION))
    nbformat.write(notebook, path)
    with pytest.raises(RuntimeError, match="01_topic"):
        release.refresh(course)
    assert (course / "exercises/01_topic/01_topic.ipynb").exists()


def test_without_solutions_the_exercises_stay(course):
    """A student's copy of the course has none, and must not lose its exercises."""
    release.refresh(course)
    (course / "solutions").rename(course / "elsewhere")
    with pytest.raises(ValueError, match="no solutions"):
        release.refresh(course)
    assert (course / "exercises/01_topic/01_topic.ipynb").exists()
