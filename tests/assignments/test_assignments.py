"""The assignments as learners meet them: blank, half filled and filled; found by listing folders."""

import ast
import json

import nbformat
import pytest

import course_lib
from course_lib import ROOT
from course_lib.common.notebooks import execute
from course_lib.workbook import Exercise, adopt, exercises
from course_lib.workbook.adopt import filled as filled_by
from course_lib.workbook.check import examine
from course_lib.workbook.exercise import named

course_lib.wings()
SOLUTIONS = sorted((ROOT / "solutions").glob("[0-9]*/*.ipynb"))
RELEASED = [ROOT / "exercises" / path.relative_to(ROOT / "solutions") for path in SOLUTIONS]
ASSIGNMENTS = sorted({path.parent.name for path in SOLUTIONS})  # of one notebook or more
OF_THE_COURSE = {name: e for name, e in exercises().items() if e.package.startswith("course_lib.")}


def cells(path, **marks):
    """The cells of a notebook whose nbgrader marks have these values."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    marked = [(cell, cell["metadata"].get("nbgrader", {})) for cell in notebook["cells"]]
    return [cell for cell, found in marked if found and all(found.get(key) == value for key, value in marks.items())]


def filled(path):
    """(exercise, source) of each solution cell of a notebook."""
    sources = ["".join(cell["source"]) for cell in cells(path, solution=True, grade=False)]
    return [(named(next(filter(None, map(filled_by, ast.parse(source).body)))), source) for source in sources]


@pytest.fixture(autouse=True)
def nothing_accepted():
    yield
    for exercise in OF_THE_COURSE.values():
        exercise.reset()


def test_every_exercise_of_the_library_is_asked_for_once():
    asked = [exercise.name for path in SOLUTIONS for exercise, _ in filled(path)]
    assert sorted(asked) == sorted(OF_THE_COURSE)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_released_blank_is_reported_as_blank(assignment):
    results = adopt(assignment, ROOT / "exercises").results
    asked = [exercise for path in RELEASED if path.parent.name == assignment for exercise, _ in filled(path)]
    assert sorted(results) == sorted(exercise.name for exercise in asked)
    assert {result.status for result in results.values()} == {"blank"}
    assert sum(result.score for result in results.values()) == 0


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_solutions_are_adopted_whole(assignment):
    adopted = adopt(assignment, ROOT / "solutions")
    assert not adopted.refused and adopted.results
    assert {result.status for result in adopted.results.values()} == {"accepted"}


@pytest.mark.slow
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_points_of_a_check_cell_are_the_weights_of_its_claims(path):
    for cell in cells(path, grade=True, solution=False):
        name = "".join(cell["source"]).partition("check(")[2].partition(")")[0]
        exercise = named(name)
        assert isinstance(exercise, Exercise), f"{name} in {path.stem}"
        assert examine(exercise, exercise.reference).total == cell["metadata"]["nbgrader"]["points"], exercise.name
        answer = cells(path, grade_id=cell["metadata"]["nbgrader"]["grade_id"].removeprefix("check-"), solution=True)[0]
        assert f"@fill({name})" in "".join(answer["source"]), "the grader finds the answer by the name of its check"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_signature_and_names_are_the_librarys(path):
    for exercise, source in filled(path):
        node = next(n for n in ast.parse(source).body if filled_by(n))
        assert node.name == exercise.__name__
        assert tuple(a.arg for a in node.args.args) == exercise.parameters
        assert ast.get_docstring(node), f"{exercise.name} has no docstring in {path.stem}"
        assert source.count("### BEGIN SOLUTION") == source.count("### END SOLUTION") == 1


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_released_rubrics_are_hidden(path):
    text = path.read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text and "Rubric" not in text


@pytest.mark.slow
@pytest.mark.parametrize("solution, released", list(zip(SOLUTIONS, RELEASED, strict=True)), ids=lambda path: path.stem)
def test_a_half_filled_notebook_runs_top_to_bottom(solution, released, tmp_path):
    """Every second blank filled, and one of the filled ones wrongly."""
    notebook = nbformat.read(released, as_version=4)
    sources = ["".join(cell["source"]) for cell in cells(solution, solution=True, grade=False)]
    blanks = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution") and c.cell_type == "code"]
    for number, (blank, source) in enumerate(zip(blanks, sources, strict=True)):
        if number % 2 == 0:
            blank.source = source
    if len(blanks) > 2:
        blanks[2].source = blanks[2].source.replace("### BEGIN SOLUTION", "return 'wrong'")
    half = tmp_path / released.name
    nbformat.write(notebook, half)
    done = execute(half)
    assert not done.error, done.error
    cards = [
        c.outputs[0].data["text/plain"]
        for c in done.notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade") and c.cell_type == "code"
    ]
    assert [card[0] for card in cards] == ["✓○✗"[2 if n == 2 else n % 2] for n in range(len(cards))]
