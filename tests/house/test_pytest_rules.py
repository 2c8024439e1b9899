"""What the root conftest.py adds: time budgets for notebooks, and in CI no silent skips."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course import WORKERS
from course_lib import ROOT

pytestmark = pytest.mark.slow  # pytest is started for each

IMAGE = '<img alt="{}" src="data:image/png;base64,{}">'
SKIPS = {
    "test_skip.py": "import pytest\ndef test_it(): pytest.skip('no chromium')\n",
    "test_import.py": "import pytest\npytest.importorskip('not_there')\ndef test_it(): pass\n",
    "test_platform.py": "import pytest\ndef test_it(): pytest.skip('platform: no signals on Windows')\n",
    "test_expected.py": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0\n",
}


@pytest.fixture
def course(tmp_path):
    """A folder with the course's pytest settings, and tests that skip for various reasons."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name, text in SKIPS.items():
        (tmp_path / name).write_text(text + "def test_ok(): pass\n")
    return tmp_path


@pytest.fixture(params=[False, True], ids=["one process", "workers"])
def spread(request):
    """Options: in one process, or as `course.py test` does it."""
    return WORKERS if request.param else []


def run_pytest(course, *arguments, **variables):
    """Run pytest there, in a process of its own; its exit status and what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_CI", "PYTEST"))}
    clean |= {"PYTHONPATH": str(ROOT)} | variables
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *arguments]
    done = subprocess.run(command, cwd=course, env=clean, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def notebook(path, *sources, outputs=(), budget=30):
    """A notebook of cells that states its time; the stored outputs are those of its last cell."""
    made = [new_code_cell(source, execution_count=1) for source in sources]
    made[-1].outputs = list(outputs)
    nbformat.write(new_notebook(cells=made, metadata={"course": {"budget_seconds": budget}}), path)


def picture(path, alt, pixels):
    """A notebook whose cell shows an image, with the stored output of an image "a" of other pixels."""
    data = {"text/html": IMAGE.format("a", "AA/+=="), "text/plain": "<IPython.core.display.HTML object>"}
    stored = new_output("execute_result", data, execution_count=1)
    notebook(path, f"from IPython.display import HTML; HTML('{IMAGE.format(alt, pixels)}')", outputs=[stored])


def test_every_notebook_has_a_budget_behind_its_cells(course, spread):
    """Three times the stated time is too much; none stated is an error. Of a figure the text is compared, not the pixels."""
    notebook(course / "good.ipynb", "pass")
    notebook(course / "slow.ipynb", "import time; time.sleep(0.4)", budget=0.1)
    notebook(course / "mute.ipynb", "pass", budget=None)
    picture(course / "repainted.ipynb", "a", "BBBB")
    picture(course / "retold.ipynb", "b", "AA/+==")
    status, said = run_pytest(course, *spread, "--nbval", *sorted(path.name for path in course.glob("*.ipynb")))
    verdicts = {
        tuple(line.split(" ", 2)[:2]) for line in re.findall(r"^(?:PASSED|FAILED) [^ ]+::(?:Cell 0|budget)", said, re.M)
    }
    failed = {name for verdict, name in verdicts if verdict == "FAILED"}
    assert status == 1
    assert failed == {"slow.ipynb::budget", "mute.ipynb::budget", "retold.ipynb::Cell"}
    assert ("PASSED", "good.ipynb::budget") in verdicts
    assert "more than 0.3 s" in said
    assert "budget_seconds" in said


def test_a_budget_is_not_judged_by_half_a_notebook(course):
    """That skip is no failure in CI either."""
    notebook(course / "page.ipynb", "pass", "pass")
    status, said = run_pytest(course, "--nbval", "page.ipynb::budget", COURSE_CI="1")
    assert (status, "1 skipped" in said) == (0, True), said


def test_a_user_may_skip(course):
    """Who has no Chromium sees the reason, and success."""
    assert run_pytest(course, *SKIPS)[0] == 0


@pytest.mark.parametrize("name", ["test_skip.py", "test_import.py"])
def test_in_ci_a_skip_is_a_failure(course, spread, name):
    """A test that skips, and a module that skips itself while it is collected; the summary says which."""
    status, said = run_pytest(course, *spread, name, "test_expected.py", COURSE_CI="1")
    assert status == 1
    assert f"{name}" in said.partition("in CI a skip is a failure")[2]


def test_in_ci_platform_skips_and_expected_failures_pass(course, spread):
    """Their reason says that nothing needed is missing; pytest reports expected failures as skipped."""
    status, said = run_pytest(course, *spread, "test_platform.py", "test_expected.py", COURSE_CI="1")
    assert status == 0, said
