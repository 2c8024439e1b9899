"""The grades of nbgrader's gradebook as CSV files: in full, for Canvas and for Moodle.

`nbgrader export --exporter=course_lib.classroom.export.Canvas --to canvas.csv` writes one of them; `python3 course.py
class grades` writes all. Who has handed in nothing has no grade here, rather than the 0 of nbgrader's own CSV; the
platforms' files also leave open what a person has still to grade.
"""

import argparse
import csv
import pathlib

from nbgrader.api import MissingEntry
from nbgrader.apps import ExportApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets.config.loader import PyFileConfigLoader

from course_lib import ROOT
from course_lib.classroom import gradebook

NO_GRADE = "-"  # Moodle's own sign; it would take an empty cell of a new grade item for a value


class Table(ExportPlugin):
    """An exporter that writes the rows which a subclass yields from `rows`; `default` is its file's name."""

    default = ""
    encoding = "utf-8"
    says_what_waits = True

    def export(self, gradebook):
        """Write the file; nbgrader calls this. `--student` and `--assignment` select."""
        path = pathlib.Path(self.to or self.default)
        assignments = [one for one in gradebook.assignments if _chosen(one.name, self.assignment)]
        students = [one for one in gradebook.students if _chosen(one.id, self.student)]
        submissions = {(one.name, who.id): _submission(gradebook, one, who) for one in assignments for who in students}
        with path.open("w", encoding=self.encoding, newline="") as file:
            writer = csv.writer(file)
            for row in self.rows(students, assignments, submissions):
                writer.writerow([_cell(value) for value in row])
        self.log.info("Wrote %s", path)
        for one in assignments if self.says_what_waits else ():
            states = {who.id: _state(submissions[one.name, who.id]) for who in students}
            for state, what in (
                (WAITS, "a grade by hand (JupyterLab → Nbgrader → Formgrader)"),
                (UNGRADED, "autograding"),
            ):
                if waiting := [student for student, found in states.items() if found == state]:
                    self.log.warning("%s: waiting for %s: %s.", one.name, what, ", ".join(waiting))


def _chosen(name, names):
    return not names or name in map(str, names)


def _submission(gradebook, assignment, student):
    try:
        return gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None


UNGRADED, WAITS, DONE = "not graded", "yes", "no"  # what is said of "needs_manual_grade"


def _state(submission):
    """What is still to be done for a submission; None where there is none."""
    if submission is None:
        return None
    checks = [grade for notebook in submission.notebooks for grade in notebook.grades if grade.cell.cell_type == "code"]
    if any(grade.auto_score is None and grade.manual_score is None for grade in checks):
        return UNGRADED
    return WAITS if submission.needs_manual_grade else DONE


def _final(submission):
    """The score that a platform is told: None without a submission and while something is still to be graded."""
    return _score(submission) if _state(submission) == DONE else None


def _score(submission):
    return max(0.0, submission.score - (submission.late_submission_penalty or 0.0))


def _cell(value):
    """A cell's text. One that a spreadsheet would run as a formula gets an apostrophe; numbers are no text."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{round(value, 4):.10g}"
    text = str(value)
    formula = text != NO_GRADE and text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{text}" if formula else text


class Grades(Table):
    """A row for each student and assignment: nbgrader's own columns, what is open, the course's version, every cell."""

    default = "grades.csv"
    encoding = "utf-8-sig"  # spreadsheets take a file without this mark for another encoding
    COLUMNS = (
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score", "needs_manual_grade", "course_version"),
    )

    def rows(self, students, assignments, submissions):
        """Yield the heading and the rows; a column for each graded cell follows, by its grade_id."""
        points = {key: _points(submission) for key, submission in submissions.items()}
        cells = list(dict.fromkeys(name for one in points.values() for name in one))
        yield [*self.COLUMNS, *cells]
        for assignment in assignments:
            for student in students:
                key = assignment.name, student.id
                about = {
                    "assignment": assignment.name,
                    "duedate": assignment.duedate,
                    "student_id": student.id,
                    "last_name": student.last_name,
                    "first_name": student.first_name,
                    "email": student.email,
                    "max_score": assignment.max_score,
                } | self._graded(submissions[key])
                yield [*map(about.get, self.COLUMNS), *map(points[key].get, cells)]

    def _graded(self, submission):
        if submission is None:
            return {}
        return {
            "timestamp": submission.timestamp,
            "raw_score": submission.score,
            "late_submission_penalty": submission.late_submission_penalty or 0.0,
            "score": _score(submission),
            "needs_manual_grade": _state(submission),
            "course_version": self._version(submission),
        }

    def _version(self, submission):
        """The version of the course that graded, as its autograded notebooks say; "" where they do not."""
        course = self.parent.coursedir
        folder = course.format_path(course.autograded_directory, submission.student.id, submission.assignment.name)
        found = {
            gradebook.graded_by(pathlib.Path(folder) / f"{notebook.name}.ipynb") for notebook in submission.notebooks
        }
        return ", ".join(sorted(found - {""}))


def _points(submission):
    """The points of every graded cell that has some, by grade_id, behind its notebook's name where several may be."""
    if submission is None:
        return {}
    usual, released = submission.assignment.name, submission.assignment.notebooks
    cells = [(notebook.name, cell.name) for notebook in released for cell in notebook.source_cells]
    order = {cell: place for place, cell in enumerate(cells)}
    points = {
        (notebook.name, grade.cell.name): grade.score
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.auto_score is not None or grade.manual_score is not None
    }
    return {
        name if notebook == usual else f"{notebook}/{name}": points[notebook, name]
        for notebook, name in sorted(points, key=lambda cell: (order.get(cell, 0), cell))
    }


class Canvas(Table):
    """The form of Canvas's gradebook: students are found by their number there, else by SIS or login id, else by name.

    An assignment of the same title is filled; for any other Canvas asks at the import.
    """

    default = "canvas.csv"

    def rows(self, students, assignments, submissions):
        """Yield the heading, the points possible and a row for each student."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(one.name for one in assignments)]
        yield ["    Points Possible", "", "", "", "", *(one.max_score for one in assignments)]
        for student in students:
            name = ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
            scores = [_final(submissions[one.name, student.id]) for one in assignments]
            yield [name, _canvas_number(student), student.id, student.id, "", *scores]


def _canvas_number(student):
    """Canvas's number of a student: what the roster says, or the id that `collect` made from a file's name."""
    collected = student.id.isdigit() and not student.last_name
    return student.lms_user_id or (student.id if collected else "")


class Moodle(Table):
    """The form of Moodle's grade import, which asks what each column is; its "-" says that there is no grade."""

    default = "moodle.csv"

    def rows(self, students, assignments, submissions):
        """Yield the heading and a row for each student."""
        yield ["First name", "Last name", "ID number", "Email address", *(one.name for one in assignments)]
        for student in students:
            scores = [_final(submissions[one.name, student.id]) for one in assignments]
            known = [student.first_name, student.last_name, student.id, student.email]
            yield [*known, *(NO_GRADE if score is None else score for score in scores)]


def write_all(folder, root=ROOT):
    """Write the three files into a folder.

    Args:
      folder: where they go; it is made if need be.
      root: the course directory, in which the gradebook and `autograded/` lie.

    Returns:
      The paths.

    Raises:
      ValueError: nothing has been graded yet.
    """
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.CourseDirectory.root = str(root)
    app = ExportApp(config=config, log_level="WARN")
    app.coursedir = CourseDirectory(parent=app)
    book = gradebook.opened(app.coursedir)
    if book is None:
        raise ValueError(f"There is no gradebook in {root} yet: `python3 course.py class autograde NAME` makes it.")
    folder.mkdir(parents=True, exist_ok=True)
    exporters = [exporter(parent=app, to=str(folder / exporter.default)) for exporter in (Grades, Canvas, Moodle)]
    with book:
        for exporter in exporters:
            exporter.says_what_waits = exporter is exporters[0]  # once is enough
            exporter.export(book)
    return [pathlib.Path(exporter.to) for exporter in exporters]


def main(words):
    """`class grades [--to FOLDER]`: write the files and say where they are."""
    parser = argparse.ArgumentParser(prog="course.py class grades", description=__doc__.splitlines()[0])
    parser.add_argument("--to", default="grades", metavar="FOLDER", help="where the files go (grades/)")
    print(*write_all(ROOT / parser.parse_args(words).to, ROOT), sep="\n")
    return 0
