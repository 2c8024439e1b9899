"""Autograding without a student's kernel: the pieces that `nbgrader_config.py` puts in place of nbgrader's own.

`Judge` takes the answers out of a notebook by the ids of their cells, has each run in a process of its own
(`remote`), compares in this process, and writes points and claims into the graded cells. Nothing else is run.
"""

import concurrent.futures
import functools
import hashlib
import hmac
import importlib
import os
import pathlib
import re
import secrets
import shutil

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Float, Integer, List, Unicode

import course_lib
from course_lib.workbook.adopt import without_magic
from course_lib.workbook.check import judge
from course_lib.workbook.exercise import named

from . import sandbox
from .gradebook import graded_by
from .remote import Limits, RemoteAnswer
from .report import report
from .submission import definitions, read_submission

SECRET = ".course_secret"


class SubmissionExporter(NotebookExporter):
    """Reads a submission whatever it is, and lets an interrupted grading be taken up again."""

    def __init__(self, **options):
        super().__init__(**options)
        if isinstance(self.parent, Autograde):
            _forget_unfinished(self.parent)

    def from_filename(self, filename, resources=None, **options):
        """Like the exporter's own, with `read_submission` in place of a reader that may raise."""
        resources = resources if resources is not None else {}
        path = pathlib.Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(read_submission(filename), resources=resources, **options)


def _forget_unfinished(converter):
    """Remove graded copies that a killed run left half done: nbgrader would take them for finished.

    A copy is finished when `Judge` has marked it, which is written after its points are in the gradebook.
    """
    course = converter.coursedir
    for submitted in converter.assignments:
        student, assignment = pathlib.Path(submitted).parts[-2:]
        released = pathlib.Path(course.format_path(course.release_directory, ".", assignment))
        graded = pathlib.Path(course.format_path(course.autograded_directory, student, assignment))
        due = [path.name for path in released.glob("*.ipynb") if (pathlib.Path(submitted) / path.name).exists()]
        if graded.exists() and not all(graded_by(graded / name) for name in due):
            converter.log.warning("%s of %s was not graded to its end: it is graded again", assignment, student)
            shutil.rmtree(graded)


@functools.cache
def version():
    """The course's version and a hash of its code: what decided a grade."""
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(course_lib.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{course_lib.__version__} {digest.hexdigest()[:10]}"


def course_secret(folder):
    """The secret of a course, made when first asked for; only its owner can read the file."""
    path = pathlib.Path(folder) / SECRET
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def seed_of(secret, student, assignment):
    """The seed of the random cases of a student's grading: not to be guessed, and the same when graded again."""
    digest = hmac.new(secret.encode(), f"{student}\0{assignment}".encode(), hashlib.sha256)
    return int.from_bytes(digest.digest()[:16], "big")


class Judge(NbGraderPreprocessor):
    """Decide the points of every checked cell of a notebook, outside of anything its student controls."""

    exercise_seconds = Float(120.0, help="wall time that one answer may take in all").tag(config=True)
    cell_seconds = Float(20.0, help="wall time for running the cell of an answer").tag(config=True)
    memory_gb = Float(2.0, help="memory that an answer may use beyond what its libraries need").tag(config=True)
    workers = Integer(os.cpu_count() or 1, help="answers tried at the same time").tag(config=True)
    modules = List(Unicode(), help="packages with private exercises, to be imported").tag(config=True)
    isolation = Enum(
        ["auto", "required", "off"], "auto", help="bubblewrap where it works, or nothing runs without it, or never"
    ).tag(config=True)

    def preprocess(self, nb, resources):
        course_lib.wings()
        for module in self.modules:
            importlib.import_module(module)
        place, work = resources["nbgrader"], self._work(nb)
        secret = course_secret(self._folder())
        decide = functools.partial(self._result, seed_of(secret, place["student"], place["assignment"]))
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            results = list(pool.map(lambda job: decide(*job[1:]), work))
        for (cell, target, _, _), result in zip(work, results, strict=True):
            _write(cell, result, target)
        nb.metadata["course"] = {"graded_by": version()}
        return nb, resources

    def _folder(self):
        return self.parent.parent.coursedir.root

    def _work(self, nb):
        """(checked cell, its exercise, the answer's source, what the answer needs of other cells) of a notebook."""
        marks = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
        answers = {}
        for cell, mark in zip(nb.cells, marks, strict=True):
            if mark.get("solution") and cell.cell_type == "code":
                answers[mark["grade_id"]] = cell
        work = []
        for index, (cell, mark) in enumerate(zip(nb.cells, marks, strict=True)):
            if mark.get("grade") and not mark.get("solution") and cell.cell_type == "code":
                target = _checked(cell)
                answer = answers.get(mark["grade_id"].removeprefix("check-"))
                if answer is None:
                    raise ValueError(f"{mark['grade_id']} grades no solution cell: name it check-<id of that cell>.")
                above = [
                    other.source for other in nb.cells[:index] if other.cell_type == "code" and other is not answer
                ]
                work.append((cell, target, without_magic(answer.source), above))
        return work

    def _result(self, seed, target, source, above):
        limits = Limits(exercise=self.exercise_seconds, cell=self.cell_seconds, memory=int(self.memory_gb * 2**30))
        options = {"limits": limits, "modules": self.modules, "contained": self._contained()}
        with RemoteAnswer(target, source, definitions(above, source), **options) as answer:
            return judge(answer, seed)

    def _contained(self):
        if self.isolation == "off":
            return False
        if not sandbox.available() and self.isolation == "required":
            raise RuntimeError("Judge.isolation is 'required', and bubblewrap does not work here: install bubblewrap.")
        return sandbox.available()


def _checked(cell):
    """The exercise that a graded cell of the release checks."""
    found = re.search(r"\bcheck\(\s*([\w.]+)\s*\)", cell.source)
    target = named(found[1]) if found else None
    if target is None:
        name = cell.metadata.nbgrader.grade_id
        raise ValueError(
            f"The graded cell {name} must say check(wing.function), for an exercise that is known: "
            "private ones are in a package named in c.Judge.modules."
        )
    return target


def _write(cell, result, target):
    """Put the points where nbgrader reads them, with the claims for people and for programs."""
    points = cell.metadata.nbgrader.points * result.score / result.total
    claims = [{"claim": o.claim.name, "status": o.status, "points": o.claim.weight} for o in result.outcomes]
    data = {"text/plain": f"{points:g}", "text/html": report(result, version())}
    cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    cell.execution_count = 1
    cell.metadata["course"] = {"exercise": target.name, "claims": claims}
