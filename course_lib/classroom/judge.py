"""Autograding without a student's kernel: `nbgrader_config.py` puts `Judge` in the place of nbgrader's own execution.

It takes the answers out of a notebook by the ids of their cells, has each run in a process of its own (`remote`),
compares in this process, and writes points and claims into the graded cells. Nothing else is run.
"""

import concurrent.futures
import html
import importlib
import os
import pathlib
import re

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Enum, Float, Integer, List, Unicode

import course_lib
from course_lib.workbook.answer import Answer
from course_lib.workbook.check import judge
from course_lib.workbook.exercise import named

from . import sandbox
from .definitions import as_python, definitions
from .provenance import course_secret, digest_of, seed_of, version
from .remote import Limits, RemoteAnswer
from .report import report

UNCONTAINED = (
    "bubblewrap is not here, or may not work: while it runs, students' code can read and write what you can. "
    "docs/teaching.md says what helps."
)


class Judge(NbGraderPreprocessor):
    """Decide the points of every checked cell of a notebook, outside of anything its student controls."""

    exercise_seconds = Float(120.0, help="wall time that one answer may take in all").tag(config=True)
    cell_seconds = Float(60.0, help="wall time for running the cell of an answer, and as much for what it needs").tag(
        config=True
    )
    memory_gb = Float(2.0, help="memory that an answer may use beyond what its libraries need").tag(config=True)
    workers = Integer(os.cpu_count() or 1, help="answers tried at the same time").tag(config=True)
    modules = List(Unicode(), help="packages with private exercises, to be imported").tag(config=True)
    isolation = Enum(
        ["auto", "required", "off"], "auto", help="bubblewrap where it works, or nothing runs without it, or never"
    ).tag(config=True)

    _warned = False

    def preprocess(self, nb, resources):
        self._prepare()
        place, work, course = resources["nbgrader"], self._work(nb), self.parent.parent.coursedir
        seed = seed_of(course_secret(course.root), place["student"], place["assignment"])
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            results = list(pool.map(lambda job: self._result(seed, *job), work))
        for (cell, *_), result in zip(work, results, strict=True):
            self._write(cell, result)
        folder = course.format_path(course.submitted_directory, place["student"], place["assignment"])
        submitted = digest_of(pathlib.Path(folder) / f"{place['notebook']}.ipynb")
        nb.metadata["course"] = {"graded_by": version(tuple(self.modules)), "submitted": submitted}
        return nb, resources

    def _prepare(self):
        """Import what holds exercises, and say once what is to be said of containment."""
        course_lib.wings()
        for module in self.modules:
            try:
                importlib.import_module(module)
            except ImportError as error:
                raise ValueError(
                    f"c.Judge.modules names {module}, which cannot be imported ({error}): its folder belongs into the "
                    "course's own, or into the environment."
                ) from error
        if not self._contained() and self.isolation == "required":
            raise RuntimeError("c.Judge.isolation is 'required', and bubblewrap does not work here: install it.")
        if not self._contained() and self.isolation == "auto" and not Judge._warned:
            Judge._warned = True
            self.log.warning(UNCONTAINED)

    def _contained(self):
        return self.isolation != "off" and sandbox.available()

    def _work(self, nb):
        """(checked cell, its exercise, the answer's cell, the sources of the code above) of each check of a notebook."""
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
                work.append((cell, target, answer, above))
        return work

    def _result(self, seed, cell, target, answer, above):
        if answer.metadata.nbgrader.checksum == compute_checksum(answer):  # as it was released
            return judge(Answer(target, _blank), seed)
        limits = Limits(exercise=self.exercise_seconds, cell=self.cell_seconds, memory=int(self.memory_gb * 2**30))
        options = {"limits": limits, "modules": self.modules, "contained": self._contained()}
        source = as_python(answer.source)
        with RemoteAnswer(target, source, definitions(above, source), **options) as remote:
            return judge(remote, seed)

    def _write(self, cell, result):
        """Put the points where nbgrader reads them, with the claims for people and for programs."""
        released = cell.metadata.nbgrader.points
        if released != result.total:
            self.log.warning(
                "%s has %g points, its claims %g: the share that holds counts.",
                *(cell.metadata.nbgrader.grade_id, released, result.total),
            )
        claims = [{"claim": o.claim.name, "status": o.status, "points": o.claim.weight} for o in result.outcomes]
        points = repr(float(released) * result.score / result.total)
        by = version(tuple(self.modules))
        try:
            shown = report(result, by)
        except Exception as error:  # whatever a student's value is, it takes nobody's points
            shown = f"{html.escape(str(result.message))} ({type(error).__name__})"
        data = {"text/plain": points, "text/html": shown}
        cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
        cell.execution_count = 1
        cell.metadata["course"] = {"exercise": result.exercise, "claims": claims}


def _blank():
    pass


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
