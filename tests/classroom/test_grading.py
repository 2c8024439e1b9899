"""A class is graded end to end by nbgrader's own commands: every submission gets the points it deserves."""

import base64
import json
import logging
import os
import re
import signal
import socket
import sqlite3
import time

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from submissions import FILES, NOTEBOOKS
from teacher import ESSAY as EXPERIMENT
from teacher import MEAN_SQUARE, RESCALE, Course, source_notebook

from course_lib import ROOT, mdp
from course_lib.classroom import sandbox
from course_lib.classroom.judge import UNCONTAINED, Judge
from course_lib.classroom.provenance import version
from course_lib.classroom.remote import RemoteAnswer

pytestmark = pytest.mark.slow  # a whole class is graded
ASSIGNMENT = "numbers"
DESERVED = {name: deserved for name, (deserved, _) in {**NOTEBOOKS, **FILES}.items()}


def source():
    """Two exercises, a training that would take for ever, and an experiment to be graded by hand."""
    training = nbformat.v4.new_code_cell("import time\ntime.sleep(1000)  # a training")
    return source_notebook(*RESCALE, training, *MEAN_SQUARE, EXPERIMENT)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which every submission has been handed in and graded, the grading killed once in the middle."""
    course = Course(tmp_path_factory.mktemp("course"), ASSIGNMENT, **{ASSIGNMENT: source()})
    course.canary = tmp_path_factory.mktemp("canary") / "precious"
    course.canary.mkdir()
    (course.canary / "file").write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        fill_in = {"TARGETS": repr([str(course.canary)]), "PORT": str(listener.getsockname()[1])}
        for name, (_, change) in NOTEBOOKS.items():
            text = json.dumps(change(json.loads(course.released[ASSIGNMENT])))
            for word, value in fill_in.items() if name == "deletes and writes files" else ():
                text = text.replace(word, value.replace('"', '\\"'))
            course.hand_in(name, text.encode())
        for name, (_, content) in FILES.items():
            course.hand_in(name, content)
        course.interrupted = interrupt(course)
        course.said = course.run("autograde", ASSIGNMENT)
        course.reached = reached(listener)
    course.run("generate_feedback", ASSIGNMENT)
    return course


def interrupt(course):
    """Grade, and kill it as soon as a few are done and another one is begun; returns how many were done."""
    process = course.start("autograde", ASSIGNMENT)
    finished = lambda: list(course.folder.glob("autograded/*/*/*.ipynb"))  # noqa: E731
    while len(finished()) < 4 and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()
    return len(finished())


def reached(listener):
    """Whether anybody has called."""
    try:
        listener.accept()[0].close()
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("name", DESERVED)
def test_each_submission_gets_what_it_deserves(course, name):
    """The table of the class; nobody else's notebook, and nothing in one's own, changes it."""
    assert course.given(name) == DESERVED[name]


def test_a_killed_grading_is_taken_up_again(course):
    """The gradebook is whole, and what was left half done is done anew (the points are tested above)."""
    assert 4 <= course.interrupted < len(DESERVED)
    with sqlite3.connect(course.folder / "gradebook.db") as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for name in DESERVED:
        assert course.graded(name).metadata.course.graded_by == version(("private_course",))


ESSAY = """It grows if $a < b$ & $b > 0$, see [this](https://example.org/a?b=c).

$$v = \\begin{cases} 1 & s < t \\\\ 0 & s \\ge t \\end{cases}$$ <details><summary>more</summary>d</details>
<script>alert(1)</script> <b onclick=alert(2)>b</b> [c](javascript:alert(3)) [d]

[e]<!-- -->(javascript:alert(7)) [f] [g\\]]

[d]: JavaScript:alert(4)

> [f]: javascript:alert(8)

[g\\]]: javascript:alert(9)
"""
DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n of no size").decode()


@pytest.fixture(scope="module")
def essay(course):
    """A student who wrote about the experiment, with a plot, and was graded by hand."""
    notebook = json.loads(course.released[ASSIGNMENT])
    notebook["cells"][-1]["source"] = ESSAY
    html = f'<img alt="a &quot;plot&quot; onerror=" src="data:image/png;base64,{DOT}"><script>alert(5)</script>'
    data = {"text/html": [html], "image/svg+xml": "<svg onload=alert(6)>", "image/jpeg": DOT, "text/plain": "secret 7"}
    notebook["cells"][0]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    raw = {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": "raw <script>alert(10)</script>"}
    notebook["cells"].insert(1, raw)
    course.hand_in("writes", json.dumps(notebook).encode())
    course.first = course.run("autograde", ASSIGNMENT, "--student", "writes")
    course.waiting = course.grades("writes")["essay"]
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        grade = book.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "writes")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.db.commit()
    course.run("generate_feedback", ASSIGNMENT, "--student", "writes")
    return course


def test_the_experiment_waits_for_a_person(essay):
    """A blank one has its zero; a written one needs a grade by hand, and one line says so."""
    assert essay.grades("perfect")["essay"] == (0, False)
    assert essay.waiting == (None, True)
    lines = [line for line in essay.first.splitlines() if "bubblewrap" not in line]
    assert lines == ["writes: 0 of 9 points for numbers, 1 to grade by hand"]


def test_who_grades_by_hand_sees_the_plots(essay):
    """Pictures as they were saved, and nothing else of the outputs."""
    (output,) = essay.graded("writes").cells[0].outputs
    assert output.data == {"image/png": DOT, "text/plain": "a  plot  onerror="}
    assert f"data:image/png;base64,{DOT}" in essay.feedback("writes")


def test_what_students_write_is_shown_without_scripts(essay):
    """Formulas and links stay whole."""
    page = essay.feedback("writes")
    assert "raw &lt;script&gt;" in page
    assert "https://example.org/a?b=c" in page and "<summary>more</summary>" in page
    assert "$a &lt; b$ &amp; $b &gt; 0$" in page and "1 &amp; s &lt; t" in page
    assert not re.search(r"<script>alert|onclick=|onload=|href=.javascript", page, re.IGNORECASE)


def test_a_grade_by_hand_stays_settled_until_the_answer_changes(essay):
    """In a regrade; then what is handed in anew is graded anew, unasked, and waits for another look."""
    settled = lambda: essay.grades("writes")["essay"] == (None, False)  # noqa: E731
    essay.run("autograde", ASSIGNMENT, "--student", "writes", "--force")
    assert settled()
    assert essay.run("autograde", ASSIGNMENT, "--student", "writes").count("writes") == 0
    path = essay.place("submitted", "writes")
    path.write_text(path.read_text().replace("It grows", "It shrinks"))
    assert "handed in anew" in essay.run("autograde", ASSIGNMENT, "--student", "writes")
    assert not settled()


def test_what_is_no_notebook_says_so_first(course):
    """Its answers are blank, not broken."""
    cells = course.graded("not JSON").cells
    assert "could not be read" in cells[0].source
    assert [claim.status for claim in cells[2].metadata.course.claims] == ["blank", "not run", "not run"]
    assert "not-JSON: no notebook (JSONDecodeError" in course.said


def test_grading_without_bubblewrap_is_said(tmp_path, monkeypatch):
    """Once; and where it is required, nothing is graded."""
    monkeypatch.setattr(sandbox, "available", lambda: False)
    monkeypatch.setattr(Judge, "_warned", False)
    said = []
    monkeypatch.setattr(Judge, "log", logging.getLogger("said"), raising=False)
    monkeypatch.setattr(Judge.log, "warning", said.append)
    Judge()._prepare()
    Judge()._prepare()
    assert said == [UNCONTAINED]
    with pytest.raises(RuntimeError, match="required"):
        Judge(isolation="required")._prepare()
    with pytest.raises(ValueError, match="no_such_package"):
        Judge(modules=["no_such_package"])._prepare()


def test_what_student_code_starts_ends_with_it(course):
    """Neither the sleeping programs nor the forks are left."""
    running = [(process.info["ppid"], process.info["cmdline"]) for process in psutil.process_iter(["ppid", "cmdline"])]
    words = [(parent, " ".join(line or [])) for parent, line in running]
    assert not [line for parent, line in words if "left behind" in line or ("classroom.worker" in line and parent == 1)]


def test_files_and_network_are_out_of_reach(course):
    """Held by bubblewrap; without it a student's code can do what the person who grades can, and teaching.md says so."""
    if not sandbox.available():
        pytest.skip("platform: bubblewrap is not here, or may not work here")
    assert [path.name for path in course.canary.iterdir()] == ["file"]
    assert not course.reached
    looked_for = [course.folder / ".course_secret", course.folder / "gradebook.db", ROOT / "solutions", course.canary]
    assert all(path.exists() for path in looked_for)
    look = f"[os.path.exists(path) for path in {[str(path) for path in looked_for]}]"
    cell = f"import os\n@fill(mdp.action_values)\ndef action_values(a, b, c, d):\n    return np.array({look}, float)\n"
    before = ["import numpy as np\nfrom course_lib import mdp\nfrom course_lib.workbook import fill"]
    with RemoteAnswer(mdp.action_values, cell, before, contained=True) as answer:
        assert answer("transitions", "rewards", "discount", "values").tolist() == [0, 0, 0, 0]


def test_claims_are_in_the_graded_cell_for_programs(course):
    """Their names, what came of them and their points."""
    cell = next(c for c in course.graded("partly right").cells if c.metadata.get("course", {}).get("claims"))
    found = {claim["claim"]: (claim["status"], claim["points"]) for claim in cell.metadata.course.claims}
    assert found == {"by_hand": ("held", 2), "negative": ("wrong", 1), "leaves_its_inputs_alone": ("not run", 1)}


def test_feedback_tells_every_claim_and_why_it_does_not_hold(course):
    """In the course's own words, with the version that graded."""
    page = course.feedback("wrong")
    for sentence in ("Twice one and two is two and four", "You added the factor.", "Negative values keep their size"):
        assert sentence in page
    assert version(("private_course",)) in page
    assert "could not be read as a notebook" in course.feedback("not JSON")
    assert "It ended the whole program" in course.feedback("os._exit")


@pytest.mark.parametrize("name", ["blank", "wrong", "everything deleted", "not JSON"])
def test_feedback_shows_neither_answer_nor_checks_nor_rubric(course, name):
    """Nor the traceback of anything."""
    page = course.feedback(name)
    page = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"secret (answer|rubric)|expect\(|def by_hand|Traceback|site-packages", page)


def test_a_training_is_not_run(course):
    """It would sleep for 1000 seconds in every notebook; a cell that nothing needs has no output either."""
    training = next(c for c in course.graded("perfect").cells if "a training" in c.source)
    assert training.outputs == []


def test_no_claim_needs_the_public_seed(course, tmp_path):
    """Each student's random cases are their own, and the same again in a regrade; the secret is the owner's alone."""
    from course_lib.classroom.provenance import SECRET, course_secret, seed_of

    secret = course_secret(course.folder)
    assert secret != course_secret(tmp_path) and len(secret) == 64
    assert seed_of(secret, "ada", "01") == seed_of(secret, "ada", "01")
    assert len({seed_of(secret, "ada", "01"), seed_of(secret, "bob", "01"), seed_of(secret, "ada", "02"), 0}) == 4
    if os.name == "posix":
        assert (course.folder / SECRET).stat().st_mode & 0o077 == 0
