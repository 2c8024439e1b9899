"""Grades as CSV: read back, they say what the gradebook says, in the form each reader wants."""

import csv
import datetime
import json
import shutil

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from course_lib import ROOT, __main__
from course_lib.classroom import export

# nbgrader's own doing, where it adds a submission.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")
FIRST, SECOND = "01_topic", "02_other"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder: two assignments, three students, a late one, one still to be graded, one without a submission.

    01_topic: a check cell of 6 points and a written answer of 4; 02_other: a check cell of 10 points.
    zm handed in 01 (5 and 3.5 points, 1 off for lateness) and 02 (10); =doe 01 (6, the answer not yet read); roe nothing.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export, "ROOT", tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "from_bellman_to_agent57") as book:
        book.add_student("zm", first_name="Zoë", last_name="Müller, 李", email="zm@uni.example", lms_user_id="77")
        book.add_student("=doe", first_name="@Jane", last_name="-Doe")
        book.add_student("4711")
        for name in (FIRST, SECOND):
            book.add_assignment(name)
            book.add_notebook(name, name)
        book.add_grade_cell("check", FIRST, FIRST, max_score=6, cell_type="code")
        book.add_grade_cell("why", FIRST, FIRST, max_score=4, cell_type="markdown")
        book.add_grade_cell("check", SECOND, SECOND, max_score=10, cell_type="code")
        hand_in(book, FIRST, "zm", check=(5, None), why=(None, 3.5))
        book.find_submission_notebook(FIRST, FIRST, "zm").late_submission_penalty = 1
        hand_in(book, SECOND, "zm", check=(0, 10))
        hand_in(book, FIRST, "=doe", check=(6, None), why=(None, None))
        book.db.commit()
    path = tmp_path / "autograded" / "zm" / FIRST / f"{FIRST}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"metadata": {"course": {"graded_by": "0.2.0 4f3a"}}}))
    return tmp_path


def hand_in(book, assignment, student, **cells):
    """Enter a submission: automatic and manual points for each cell."""
    book.add_submission(assignment, student, timestamp=datetime.datetime(2024, 5, 1, 12, 0))
    for cell, (auto, manual) in cells.items():
        grade = book.find_grade(cell, assignment, assignment, student)
        grade.auto_score, grade.manual_score = auto, manual
        grade.needs_manual_grade = auto is None and manual is None
    book.db.commit()


def read(path):
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_all_three_are_written_at_once(course, capsys):
    """`course.py class grades`; a plain sentence says what has still to be graded."""
    assert __main__.main(["class", "grades", "--to", "out"]) == 0
    said = capsys.readouterr()
    assert said.out.split() == [str(course / "out" / name) for name in ("grades.csv", "canvas.csv", "moodle.csv")]
    (line,) = said.err.splitlines()
    assert "01_topic: waiting for a grade by hand" in line and line.endswith(": =doe.")


def test_what_the_grader_did_not_come_to_is_not_a_zero(course, capsys):
    """The autograding of a submission failed: no grade, and that is said."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "from_bellman_to_agent57") as book:
        hand_in(book, SECOND, "4711", check=(None, None))
    grades, canvas, _ = export.write_all(course, course)
    assert "02_other: waiting for autograding: 4711." in capsys.readouterr().err
    assert ["4711", "4711", "4711", "4711", "", "", ""] in read(canvas)
    assert "not graded" in next(row for row in read(grades) if row[0] == SECOND and row[3] == "4711")
    assert grades.read_bytes().startswith(b"\xef\xbb\xbf")  # so that a spreadsheet reads Müller


def test_the_full_table_holds_every_point(course):
    """By hand: 5 + 3.5 = 8.5, less 1 for lateness is 7.5; who handed in nothing has no score."""
    grades, *_ = export.write_all(course, course)
    heading, *rows = read(grades)
    assert heading[-2:] == ["check", "why"]
    table = {(row[0], row[3]): dict(zip(heading, row, strict=True)) for row in rows}
    assert len(table) == len(rows) == 6
    zoe = table[FIRST, "zm"]
    assert (zoe["first_name"], zoe["last_name"], zoe["email"]) == ("Zoë", "Müller, 李", "zm@uni.example")
    assert (zoe["raw_score"], zoe["late_submission_penalty"], zoe["score"], zoe["max_score"]) == (
        "8.5",
        "1",
        "7.5",
        "10",
    )
    assert (zoe["check"], zoe["why"], zoe["needs_manual_grade"]) == ("5", "3.5", "no")
    assert (zoe["timestamp"], zoe["course_version"]) == ("2024-05-01 12:00:00", "0.2.0 4f3a")
    other = table[SECOND, "zm"]
    assert (other["check"], other["why"], other["score"], other["course_version"]) == ("10", "", "10", "")
    jane = table[FIRST, "'=doe"]
    assert (jane["check"], jane["why"], jane["raw_score"], jane["needs_manual_grade"]) == ("6", "", "6", "yes")
    assert (jane["first_name"], jane["last_name"]) == ("'@Jane", "'-Doe")
    absent = table[FIRST, "4711"]
    assert [absent[name] for name in ("timestamp", "raw_score", "score", "needs_manual_grade", "check")] == [""] * 5


def test_cells_of_several_notebooks_stand_in_their_order(course):
    """Behind their notebook's name: both have a `check`. As released: `why` before `check` in the second."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "from_bellman_to_agent57") as book:
        book.add_assignment("03_two")
        for notebook, names in (("03b_second", ("why", "check")), ("03a_first", ("check",))):
            book.add_notebook(notebook, "03_two")
            for name in names:
                book.add_grade_cell(name, notebook, "03_two", max_score=5, cell_type="code")
                book.add_source_cell(name, notebook, "03_two", cell_type="code")
        book.add_submission("03_two", "zm")
        for points, cell in enumerate([("check", "03a_first"), ("why", "03b_second"), ("check", "03b_second")], 1):
            grade = book.find_grade(*cell, "03_two", "zm")
            grade.auto_score, grade.needs_manual_grade = points, False
        book.db.commit()
    grades, canvas, _ = export.write_all(course, course)
    heading, *rows = read(grades)
    assert heading[-3:] == ["03a_first/check", "03b_second/why", "03b_second/check"]
    (row,) = [row for row in rows if row[0] == "03_two" and row[3] == "zm"]
    assert row[-3:] == ["1", "2", "3"]
    assert [row[heading.index(name)] for name in ("score", "max_score")] == ["6", "15"]
    assert ["Müller, 李, Zoë", "77", "zm", "zm", "", "7.5", "10", "6"] in read(canvas)


def test_canvas_gets_its_columns_and_the_points_possible(course):
    """No grade for who handed in nothing, nor while an answer is unread."""
    _, canvas, _ = export.write_all(course, course)
    heading, possible, *rows = read(canvas)
    assert heading == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", FIRST, SECOND]
    assert possible == ["    Points Possible", "", "", "", "", "10", "10"]
    assert sorted(rows) == sorted(
        [
            ["Müller, 李, Zoë", "77", "zm", "zm", "", "7.5", "10"],
            ["'-Doe, @Jane", "", "'=doe", "'=doe", "", "", ""],
            ["4711", "4711", "4711", "4711", "", "", ""],
        ]
    )


def test_moodle_gets_a_dash_for_no_grade(course):
    """An empty cell it would take for a value where it makes a new grade item."""
    *_, moodle = export.write_all(course, course)
    heading, *rows = read(moodle)
    assert heading == ["First name", "Last name", "ID number", "Email address", FIRST, SECOND]
    assert sorted(rows) == sorted(
        [
            ["Zoë", "Müller, 李", "zm", "zm@uni.example", "7.5", "10"],
            ["'@Jane", "'-Doe", "'=doe", "", "-", "-"],
            ["", "", "4711", "", "-", "-"],
        ]
    )


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-0.5, "-0.5"),  # a number is no formula
        (7.1 + 0.2, "7.3"),  # 7.300000000000001
        (12345.678, "12345.678"),
        (None, ""),
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("plain", "plain"),
    ],
)
def test_no_cell_is_a_formula(course, value, cell):
    """What a student writes as a name runs in no spreadsheet."""
    table = type("Table", (export.Table,), {"rows": lambda *_: [[value]]})(to=str(course / "x.csv"))
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "from_bellman_to_agent57") as book:
        table.export(book)
    assert read(course / "x.csv") == [[cell]]


def test_nbgrader_exports_with_them(course):
    """From its own command line, with its own selection of assignments and students."""
    words = ["--exporter=course_lib.classroom.export.Moodle", "--to", "m.csv", "--assignment", FIRST, "--student", "zm"]
    app = ExportApp()
    app.initialize(words)
    app.start()
    assert read(course / "m.csv")[1:] == [["Zoë", "Müller, 李", "zm", "zm@uni.example", "7.5"]]


def test_without_a_gradebook_it_says_what_to_do(tmp_path):
    """And makes no empty one."""
    with pytest.raises(ValueError, match="class autograde"):
        export.write_all(tmp_path / "out", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["", "[]", '{"metadata": {}}', '{"metadata": {"course": 3}}'])
def test_a_damaged_notebook_has_no_version(course, damage):
    """The grades are exported all the same."""
    (course / "autograded" / "zm" / FIRST / f"{FIRST}.ipynb").write_text(damage)
    grades, *_ = export.write_all(course, course)
    heading, *rows = read(grades)
    assert {row[heading.index("course_version")] for row in rows} == {""}
