"""JupyterLab as a person sees it: a real browser opens it, runs notebook 00, and fills in the first blank."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from course_lib import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SECONDS = 90
NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: install it to see JupyterLab tested")


def wait_for(condition, what):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not after {SECONDS} s"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over copies of notebook 00 and its exercise."""
    root = tmp_path_factory.mktemp("lab")
    (root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", root / "notebooks")
    shutil.copytree(ROOT / "exercises" / "00_start_here", root / "my_work" / "00_start_here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}", "--no-browser"]
    more = ["--IdentityProvider.token=t", "--ServerApp.allow_root=True", "--LabApp.expose_app_in_browser=True"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(root / "settings")}
    command = [sys.executable, "-m", "jupyterlab", *settings, *more, "--Application.log_level=ERROR"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=t", timeout=5).status == 200

    try:
        wait_for(answers, "JupyterLab answers")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(lab, browser):
    """A function that opens a notebook in a page of its own."""
    pages = []

    def open_notebook(path):
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        pages.append(page)
        page.goto(f"{lab}/lab/tree/{path}?token=t&reset", timeout=SECONDS * 1000)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=SECONDS * 1000)
        ready = f"{NOTEBOOK}?.model && window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status"
        wait_for(lambda: page.evaluate(ready) == "idle", "the kernel is ready")
        return page

    yield open_notebook
    for page in pages:
        page.close()


def run_all(page):
    """Run every cell through the menu's own command and return the code cells with their outputs."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    cells = f"{NOTEBOOK}.model.sharedModel.toJSON().cells.filter(c => c.cell_type == 'code' && c.source.length)"
    last = f"{cells}.slice(-1)[0].execution_count"
    wait_for(lambda: page.evaluate(last), "the last cell has run")
    return page.evaluate(cells)


def texts(cells):
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    plain = [output.get("data", {}).get("text/plain", "") for output in outputs]
    return ["".join(text) for text in plain]


def test_notebook_00_runs_and_its_cards_and_figures_are_seen(opened):
    page = opened("notebooks/00_start_here.ipynb")
    shown = "\n".join(texts(run_all(page)))
    assert "mdp.discounted_return: not yet" in shown and "mdp.discounted_return: accepted" in shown
    assert page.locator("div[role=status]:has-text('accepted')").count() >= 1
    described = page.locator(".jp-OutputArea img").evaluate_all("images => images.map(i => i.alt.length > 20)")
    assert described and all(described)


def test_a_blank_filled_wrongly_then_rightly(opened):
    page = opened("my_work/00_start_here/00_start_here.ipynb")
    blank = texts(run_all(page))
    assert any("blank" in text for text in blank)

    def fill(body):
        source = f"@fill(mdp.discounted_return)\ndef discounted_return(rewards, discount):\n{body}"
        find = "c => c.getMetadata('nbgrader')?.solution"
        page.evaluate(f"s => {NOTEBOOK}.model.sharedModel.cells.find({find}).setSource(s)", source)
        page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        return texts(run_all(page))

    wrong = fill(
        "    total = 0.0\n    for r in reversed(rewards):\n        total = r + discount * total\n        return total"
    )
    assert any("inside the loop" in text for text in wrong)
    right = fill(
        "    total = 0.0\n    for r in reversed(rewards):\n        total = r + discount * total\n    return total"
    )
    assert any(text.startswith("✓ mdp.discounted_return: accepted") for text in right)
