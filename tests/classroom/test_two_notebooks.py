"""An assignment of two notebooks: each is graded, one may be missing, and one may come later."""

import csv
import json

import pytest
from nbgrader.api import Gradebook
from submissions import ADDS, RIGHT, SCALE, SQUARE, cell
from teacher import ESSAY, MEAN_SQUARE, RESCALE, Course, source_notebook

from course_lib.classroom import export

pytestmark = pytest.mark.slow  # nbgrader is started a dozen times
FIRST, SECOND, PAIR = "04a_scales", "04b_squares", "04_numbers"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Three students: right in both, wrong in the first with a file too many, and without the first."""
    notebooks = {FIRST: source_notebook(*RESCALE, ESSAY), SECOND: source_notebook(*MEAN_SQUARE, ESSAY)}
    course = Course(tmp_path_factory.mktemp("course"), PAIR, **notebooks)
    hand_in(course, "both", first=RIGHT, second=SQUARE)
    hand_in(course, "half", second=SQUARE)
    hand_in(course, "more", first=ADDS, second=SQUARE)
    course.hand_in("more", b"{}", "05_other")
    course.said = course.run("autograde", PAIR)
    course.run("generate_feedback", PAIR)
    return course


def hand_in(course, name, first=None, second=None):
    """Hand in one of the two, or both: the body of `rescale`, and the cell of `mean_square`."""
    for notebook, exercise, answer in (
        (FIRST, "rescale", first and SCALE.format(first)),
        (SECOND, "mean-square", second),
    ):
        if answer:
            made = json.loads(course.released[notebook])
            cell(made, exercise)["source"] = answer
            course.hand_in(name, json.dumps(made).encode(), notebook)


def points(course, name):
    """The points of a student for the two notebooks, and those that the gradebook adds up."""
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        return course.given(name, FIRST), course.given(name, SECOND), book.find_submission(PAIR, name).score


def autograde(course, *words):
    """What autograding says of students."""
    said = course.run("autograde", PAIR, *words)
    return [line for line in said.splitlines() if "bubblewrap" not in line]


@pytest.mark.parametrize(("name", "expected"), [("both", (4, 2, 6)), ("more", (0, 2, 2)), ("half", (0, 2, 2))])
def test_the_points_of_both_are_added_up(graded, name, expected):
    """A notebook that was not handed in has none; a file that is none of the two is not looked at."""
    assert points(graded, name) == expected


def test_a_line_for_each_notebook_says_the_points_and_what_is_missing(graded):
    """Of 4 and 3, and 2 and 3, points."""
    assert f"both: 4 of 7 points for {FIRST}" in graded.said
    assert f"both: 2 of 5 points for {SECOND}" in graded.said
    assert "No submitted file: " in graded.said and f"half/{PAIR}/{FIRST}.ipynb" in graded.said
    assert "half: 0 of 7" not in graded.said and "Skipping unknown notebook" in graded.said


def test_each_notebook_has_its_feedback(graded):
    """And none what was not handed in."""
    assert "Twice one and two" in graded.feedback("both", FIRST)
    assert "Ones have mean square one" in graded.feedback("both", SECOND)
    assert "You added the factor." in graded.feedback("more", FIRST)
    assert not graded.place("feedback", "half", FIRST).exists() and graded.feedback("half", SECOND)


def test_grades_name_the_notebook_and_nothing_waits(graded, capsys):
    """The table has a column for each cell of each; what is missing counts as 0, and is no open question."""
    grades, canvas, _ = export.write_all(graded.folder / "out", graded.folder)
    with grades.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    names = [f"{FIRST}/check-rescale", f"{FIRST}/essay", f"{SECOND}/check-mean-square", f"{SECOND}/essay"]
    assert list(rows["both"])[-4:] == names
    assert [rows["half"][name] for name in names] == ["0", "0", "2", "0"]
    assert (rows["half"]["score"], rows["half"]["max_score"], rows["half"]["needs_manual_grade"]) == ("2", "12", "no")
    assert all(row["course_version"] for row in rows.values()) and "waiting" not in capsys.readouterr().err


def test_what_was_left_half_done_and_what_comes_later_is_graded(graded):
    """Both notebooks of a student whose grading was killed between the two, or who hands in the second a week later."""
    graded.place("autograded", "both", SECOND).unlink()
    hand_in(graded, "half", first=RIGHT)
    said = autograde(graded)
    assert [line.split(" points")[0] for line in said if " points for " in line] == [
        "both: 4 of 7", "both: 2 of 5", "half: 4 of 7", "half: 2 of 5",
    ]  # fmt: skip
    assert sum("has a notebook that is not graded" in line for line in said) == 2
    assert points(graded, "half") == (4, 2, 6)
    # It may be taken back, too: the points follow what lies in submitted/. What is finished is not graded again.
    graded.place("submitted", "half", FIRST).unlink()
    said = autograde(graded)
    assert any("was handed in anew" in line for line in said) and not any("both" in line for line in said)
    assert points(graded, "half") == (0, 2, 2) and not graded.place("autograded", "half", FIRST).exists()


def test_one_of_the_two_can_be_graded_alone(graded):
    """nbgrader's `--notebook`; the other one's copy stays, and then both are finished."""
    first = graded.place("autograded", "more", FIRST)
    before = first.stat().st_mtime_ns
    hand_in(graded, "more", first=RIGHT, second="raise ValueError")
    said = autograde(graded, "--notebook", SECOND, "--student", "more")
    assert said[-1].startswith("more: 0 of 5") and first.stat().st_mtime_ns == before
    assert points(graded, "more") == (0, 0, 0)
    autograde(graded, "--notebook", FIRST, "--student", "more")
    assert points(graded, "more") == (4, 0, 4)
    assert autograde(graded, "--student", "more") == []
