"""A teacher's folder for the tests of grading: an assignment of one notebook or more, and nbgrader's commands in it."""

import os
import re
import subprocess
import sys

import nbformat
from nbgrader.api import Gradebook

from course_lib import ROOT
from course_lib.classroom import gradebook

CONFIG = f"""
load_subconfig({str(ROOT / "nbgrader_config.py")!r})
c = get_config()
c.Judge.modules = ["private_course"]
c.Judge.cell_seconds = 4
"""
SOLUTION = '''@fill(private_course.{name})
def {name}({parameters}):
    """Do it."""
    ### BEGIN SOLUTION
    return {body}  # the secret answer
    ### END SOLUTION'''
code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def student(name):
    """The id of a student, made of what they hand in."""
    return re.sub(r"\W+", "-", name)


def marked(make, name, source, **marks):
    """A cell with nbgrader's marks."""
    marks = {"grade_id": name, "grade": False, "solution": False, "locked": False, "task": False} | marks
    made = make(source, metadata={"nbgrader": {"schema_version": 3, **marks}})
    return nbformat.from_dict({**made, "id": name})


def exercise(name, parameters, body, points):
    """The cell of an answer and that of its check."""
    cell, solution = name.replace("_", "-"), SOLUTION.format(name=name, parameters=parameters, body=body)
    yield marked(code, cell, solution, solution=True)
    yield marked(code, f"check-{cell}", f"check(private_course.{name})", grade=True, locked=True, points=points)


RESCALE = list(exercise("rescale", "values, factor", "factor * values", points=4))
MEAN_SQUARE = list(exercise("mean_square", "values", "(values**2).mean()", points=2))
ESSAY = marked(text, "essay", "A good answer: the secret rubric.", grade=True, solution=True, points=3)


def source_notebook(*cells):
    """A notebook of solutions/."""
    first = code("import private_course\nfrom course_lib.workbook import check, fill")
    return nbformat.v4.new_notebook(cells=[first, *cells])


class Course:
    """A teacher's folder with one assignment, and nbgrader's commands run in it.

    Args:
      folder: an empty one.
      assignment: the assignment's name.
      **notebooks: its notebooks by name. One that has the assignment's is meant where none is named.
    """

    def __init__(self, folder, assignment, **notebooks):
        self.folder, self.assignment = folder, assignment
        paths = [str(ROOT), str(ROOT / "tests" / "classroom"), os.environ.get("PYTHONPATH", "")]
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PATH": gradebook.path(),
            "COURSE_TEST_SECRET": "of the teacher",
        }
        (folder / "nbgrader_config.py").write_text(CONFIG)
        (folder / "solutions" / assignment).mkdir(parents=True)
        for name, notebook in notebooks.items():
            nbformat.write(notebook, folder / "solutions" / assignment / f"{name}.ipynb")
        self.run("generate_assignment", assignment)
        self.released = {name: (folder / "exercises" / assignment / f"{name}.ipynb").read_text() for name in notebooks}

    def start(self, *words):
        """One of nbgrader's commands, started."""
        command = [sys.executable, "-m", "nbgrader", *words]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, *words):
        """One of nbgrader's commands, run to its end; returns what it printed."""
        process = self.start(*words)
        said = process.communicate(timeout=600)[0].decode()
        assert process.returncode == 0, said[-3000:]
        return said

    def place(self, kind, name, notebook=None):
        """Where a notebook of a student lies, "submitted" or "autograded", or its "feedback"."""
        ending = ".html" if kind == "feedback" else ".ipynb"
        return self.folder / kind / student(name) / self.assignment / f"{notebook or self.assignment}{ending}"

    def hand_in(self, name, content, notebook=None):
        """Lay a submitted notebook where nbgrader collects them."""
        path = self.place("submitted", name, notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def grades(self, name, notebook=None):
        """The gradebook's grades of a student's notebook by cell."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as book:
            found = book.find_submission_notebook(notebook or self.assignment, self.assignment, student(name))
            return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in found.grades}

    def given(self, name, notebook=None):
        """The points that a student got for the checked cells of a notebook."""
        return sum(points for cell, (points, _) in self.grades(name, notebook).items() if cell != "essay")

    def graded(self, name, notebook=None):
        """A student's autograded notebook."""
        return nbformat.read(self.place("autograded", name, notebook), as_version=4)

    def feedback(self, name, notebook=None):
        """The page that a student gets."""
        return self.place("feedback", name, notebook).read_text(encoding="utf-8")
