"""What a grading finds of an earlier one: copies half done, files handed in anew, answers graded by hand already."""

import pathlib

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import remove, rmtree

from .gradebook import graded_by, note
from .provenance import digest_of
from .submission import read_submission


class SubmissionExporter(NotebookExporter):
    """Reads a submission whatever it is; lets what is not graded, or no longer, be graded again."""

    def __init__(self, **options):
        super().__init__(**options)
        self.answers = {}  # (student, assignment, notebook) -> the answers as they were graded last
        if isinstance(self.parent, Autograde):
            self._look_at_earlier_gradings()

    def from_filename(self, filename, resources=None, **options):
        """Like the exporter's own, with `read_submission` in place of a reader that may raise."""
        resources = resources if resources is not None else {}
        path = pathlib.Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(read_submission(filename), resources=resources, **options)

    def _look_at_earlier_gradings(self):
        """Keep the answers that were graded, and remove copies that nbgrader would wrongly take for finished.

        A copy is finished when `Judge` has marked it, which is written after its points are in the gradebook.
        """
        course = self.parent.coursedir
        whole = course.notebook_id == "*"  # not so with `--notebook`, which leaves the others of an assignment alone
        for folder, asked in self.parent.assignments.items():
            submitted, names = pathlib.Path(folder), {pathlib.Path(path).name for path in asked}
            student, assignment = submitted.parts[-2:]
            released = pathlib.Path(course.format_path(course.release_directory, ".", assignment))
            graded = pathlib.Path(course.format_path(course.autograded_directory, student, assignment))
            there = {path.name for path in graded.glob("*.ipynb")}
            for name in there:
                self.answers[student, assignment, pathlib.Path(name).stem] = _answers(read_submission(graded / name))
            due = names & {path.name for path in released.glob("*.ipynb")}
            due, gone = (due, there - due) if whole else (due & there, set())
            why = ""
            if not all(graded_by(graded / name) for name in due):
                why = "has a notebook that is not graded"
            elif gone or any(note(graded / name, "submitted") != digest_of(submitted / name) for name in due):
                why = "was handed in anew"
            if graded.exists() and why:
                self.log.warning("%s of %s %s: it is graded again", assignment, student, why)
                if whole:
                    rmtree(graded)
                else:
                    for name in due:
                        remove(graded / name)


def _answers(notebook):
    """The sources of a notebook's solution cells by id."""
    marked = [(cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells]
    return {marks["grade_id"]: source for marks, source in marked if marks.get("solution")}


class SaveGrades(SaveAutoGrades):
    """Put the points into the gradebook, and say them.

    A grade given by hand stays, as in nbgrader's own; it waits for another look only where the answer has changed.
    """

    def preprocess(self, nb, resources):
        place = resources["nbgrader"]
        self.points, self.most, self.waiting, self.now = 0.0, 0.0, 0, _answers(nb)
        self.before = self.parent.answers.get((place["student"], place["assignment"], place["notebook"]), {})
        done = super().preprocess(nb, resources)
        hand = f", {self.waiting} to grade by hand" if self.waiting else ""
        print(f"{place['student']}: {self.points:g} of {self.most:g} points for {place['notebook']}{hand}", flush=True)
        return done

    def _add_score(self, cell, resources):
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        settled = grade.manual_score is not None and not grade.needs_manual_grade
        super()._add_score(cell, resources)
        answer = name.removeprefix("check-")
        if settled and answer in self.now and self.before.get(answer) == self.now[answer]:
            grade.needs_manual_grade = False
            self.gradebook.db.commit()
        self.points, self.most = self.points + grade.score, self.most + grade.max_score
        self.waiting += grade.needs_manual_grade
