"""A real JupyterLab and a real browser: start them, open notebooks, run them, read what a person sees.

Outputs are read from the notebook's model: in the page an error looks like a warning. Nobody scrolls, so a notebook is
drawn whole (`windowingMode`), and nothing is saved unless a test says so.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

from course_lib import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SECONDS, SECONDS_TO_RUN = 120, 900  # generous, for a busy machine: nothing is timed here
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
APP = "window.jupyterapp"
PANEL = f"{APP}.shell.currentWidget"
MODEL = f"{PANEL}.content.model.sharedModel"
KERNEL = f"{PANEL}?.sessionContext?.session?.kernel"
RED = ", ".join(
    f".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("stderr", "error")
)
WIDGET = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.widget-view+json']"


def wait_for(condition, what, seconds=SECONDS):
    """Wait until a function returns something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not after {seconds} s"
        time.sleep(0.1)
    return found


def copy_course(root):
    """Lay notebooks/, solutions/ and a learner's my_work/ in a folder: no test writes into the repository."""
    for door, place in (("notebooks", "notebooks"), ("solutions", "solutions"), ("exercises", "my_work")):
        shutil.copytree(ROOT / door, root / place, ignore=shutil.ignore_patterns(".*"))


@contextlib.contextmanager
def serve(root, settings=SETTINGS):
    """Run JupyterLab over a folder, for this machine only; gives a function from paths to addresses."""
    for name, values in settings.items():
        file = root / ".jupyter" / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}", "--no-browser"]
    more = ["--ServerApp.allow_root=True", "--LabApp.expose_app_in_browser=True", "--Application.log_level=ERROR"]
    variables = {"JUPYTER_TOKEN": secrets.token_hex(), "JUPYTER_CONFIG_DIR": str(root / ".jupyter")}
    variables |= {"PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"}  # this environment's kernel, no other
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *place, *more], env=os.environ | variables, **quiet)

    def address(path):
        return f"http://127.0.0.1:{port}/{path}?token={variables['JUPYTER_TOKEN']}&reset"

    try:
        wait_for(lambda: _answers(server, address("api")), "JupyterLab answers")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _answers(server, url):
    assert server.poll() is None, "JupyterLab has stopped"
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url, timeout=5).status == 200


@contextlib.contextmanager
def chromium():
    """Run a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Notebook:
    """A notebook, opened in a page of its own."""

    def __init__(self, browser, address, width=1280):
        self.page = browser.new_page(viewport={"width": width, "height": 1000})
        self.page.set_default_timeout(1000 * SECONDS)
        self.page.goto(address)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self._wait_until_idle()

    def command(self, name, seconds=SECONDS):
        """Carry out a command of JupyterLab's menus, to its end."""
        run = f"name => {{ window.done = false; {APP}.commands.execute(name).then(() => {{ window.done = true }}) }}"
        self.page.evaluate(run, name)
        wait_for(lambda: self.page.evaluate("window.done"), name, seconds)

    def run_all(self):
        """Run every cell, afresh, and return the text of every output; fails where a cell fails."""
        self.command("notebook:clear-all-cell-outputs")
        self.command("notebook:run-all-cells", SECONDS_TO_RUN)
        return [text for cell in self._cells() if cell["source"].strip() for text in _outputs(cell)]

    def fill(self, blank, body):
        """Write a body below the docstring of a solution cell, run it and the check cell behind it; the card's text."""
        index = self._index_of(blank)
        head, docstring, _ = self._cells()[index]["source"].rsplit('"""', 2)
        self._write(index, f'{head}"""{docstring}"""\n{body}')
        self._run(index)
        return self._run(self._index_of(f"check-{blank}"))

    def run_source(self, source):
        """Run source in a new cell at the end and return what it shows."""
        self.page.evaluate(f"{MODEL}.insertCell({MODEL}.cells.length, {{cell_type: 'code'}})")
        self._write(-1, source)
        return self._run(-1)

    def restart_kernel(self):
        """Restart the kernel, as the menu does when its question is answered with yes."""
        self.page.evaluate(f"{KERNEL}.restart().then(() => null)")
        self._wait_until_idle()

    def pictures(self):
        """The alternative texts of all images in outputs, those of widgets too; empty for an image without one."""
        wait_for(lambda: not self.page.locator(f"{WIDGET}:not(:has(.jupyter-widgets))").count(), "widgets are shown")
        images = self.page.locator(".jp-OutputArea-output img")
        wait_for(lambda: images.evaluate_all("all => all.every(i => i.naturalWidth)"), "images are drawn")
        return images.evaluate_all("all => all.map(i => i.alt)")

    def sliders(self):
        """The sliders that have a picture below them."""
        return self.page.locator(".widget-interact:has(.noUi-handle):has(img)").all()

    def red(self):
        """What is shown as an error or a warning, by widgets too."""
        return self.page.locator(RED).all_inner_texts()

    def close(self):
        self.page.evaluate(f"{KERNEL}?.shutdown()")  # else kernels pile up in memory
        self.page.close()

    def _wait_until_idle(self):
        wait_for(lambda: self.page.evaluate(f"{KERNEL}?.status") == "idle", "the kernel is ready")

    def _cells(self):
        return self.page.evaluate(f"{MODEL}.toJSON().cells.map(c => ({{...c, source: [c.source].flat().join('')}}))")

    def _index_of(self, grade_id):
        marks = [cell["metadata"].get("nbgrader", {}) for cell in self._cells()]
        return [mark.get("grade_id") for mark in marks].index(grade_id)

    def _write(self, index, source):
        self.page.evaluate(f"([index, text]) => {MODEL}.cells.at(index).setSource(text)", [index, source])

    def _run(self, index):
        self.page.evaluate(
            f"i => {{ {PANEL}.content.activeCellIndex = (i + {MODEL}.cells.length) % {MODEL}.cells.length }}", index
        )
        self.command("notebook:run-cell")
        return "\n".join(_outputs(self._cells()[index]))


def _outputs(cell):
    """The outputs of a cell as plain text, each; none of a cell of prose.

    Raises:
      AssertionError: the cell has not run, failed, or wrote to stderr, which the page shows in red.
    """
    if cell["cell_type"] != "code":
        return []
    assert cell["execution_count"], f"this cell has not run:\n{cell['source']}"
    for output in cell["outputs"]:
        assert output["output_type"] != "error", f"{output['ename']}: {output['evalue']}\nin\n{cell['source']}"
        assert output.get("name") != "stderr", f"{output['text']}\nfrom\n{cell['source']}"
    return ["".join(out.get("text") or out.get("data", {}).get("text/plain", "")) for out in cell["outputs"]]
