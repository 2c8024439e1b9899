"""JupyterLab as a person sees it: a browser opens notebooks, runs them, fills in blanks, moves sliders.

A run sees the first two chapters and an assignment; `python3 course.py test --browser-all` every notebook there is.
"""

import re

import lab
import pytest

from course_lib import ROOT
from course_lib.common.notebooks import find

ALWAYS = ("notebooks/00_", "notebooks/01_", "exercises/01_")
ASSIGNMENT_00 = "my_work/00_start_here/00_start_here.ipynb"
ASSIGNMENT_01 = "my_work/01_mdps_and_policy_iteration/01_mdps_and_policy_iteration.ipynb"
GO_BOARD = """
from course_lib.go.board_widget import GoBoard
from course_lib.go.players import RandomPlayer
from course_lib.go.rules import Rules
GoBoard(RandomPlayer(), Rules(5))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(lab.CHROMIUM is None, reason="no Chromium on the PATH: install it to see JupyterLab tested"),
]


def pytest_generate_tests(metafunc):
    """A test for each notebook, found by listing; assignments as they lie in a learner's folder."""
    if "path" in metafunc.fixturenames:
        found = find(() if metafunc.config.getoption("browser_all") else ALWAYS)
        paths = [path.relative_to(ROOT).as_posix() for path in found]
        metafunc.parametrize("path", [path.replace("exercises/", "my_work/") for path in paths])


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root = tmp_path_factory.mktemp("lab")
    lab.copy_course(root)
    with lab.serve(root) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with lab.chromium() as browser:
        yield browser


@pytest.fixture
def opened(address, browser):
    """A function that opens a notebook."""
    notebooks = []

    def open_notebook(path):
        notebooks.append(lab.Notebook(browser, address(f"lab/tree/{path}")))
        return notebooks[-1]

    yield open_notebook
    for notebook in notebooks:
        notebook.close()


def move(slider):
    """Move a slider one step by keyboard, and wait until the figure below it and its alternative text are others."""
    handle, image = slider.locator(".noUi-handle").first, slider.locator("img").first
    before = [image.get_attribute("src"), image.get_attribute("alt")]
    lowest = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemin")
    handle.press("ArrowRight" if lowest else "ArrowLeft")
    lab.wait_for(lambda: image.get_attribute("src") != before[0], "a moved slider changes its figure")
    assert image.get_attribute("alt") != before[1]


def assert_figures_speak(notebook):
    """Every image says in words what it shows, and no 0.8500000000000001 among them."""
    assert [alt for alt in notebook.pictures() if len(alt) < 30 or re.search(r"\.\d{7}", alt)] == []


def test_notebook_runs_and_its_figures_speak_and_its_sliders_move(opened, path):
    """As it is stored, when it has run, and with every slider moved; and in the end nothing is red."""
    notebook = opened(path)
    assert_figures_speak(notebook)
    notebook.run_all()
    assert_figures_speak(notebook)
    for slider in notebook.sliders():
        move(slider)
    assert_figures_speak(notebook)
    assert notebook.red() == []


def test_a_blank_filled_wrongly_then_rightly(opened):
    """Every cell runs while it is blank; the cards are seen; in the end the figures run on the learner's function."""
    notebook = opened(ASSIGNMENT_01)
    blank = notebook.run_all()
    assert any("mdp.action_values: blank" in text for text in blank)
    assert "mdp.action_values        the library's function" in blank[-1]
    wrong = notebook.fill("action-values", "    return discount * (rewards + transitions @ values)")
    assert "mdp.action_values: not yet" in wrong and "γ multiplies the immediate reward" in wrong
    assert notebook.page.locator("div[role=status]:has-text('γ multiplies the immediate reward')").is_visible()
    right = notebook.fill("action-values", "    return rewards + discount * (transitions @ values)")
    assert right.startswith("✓ mdp.action_values: accepted")
    assert "mdp.action_values        your function" in notebook.run_all()[-1]


def test_after_a_restart_adopt_takes_over_what_was_saved(opened):
    """The kernel has forgotten everything; then `adopt` reads the saved notebook and the library runs on it again."""
    notebook = opened(ASSIGNMENT_00)
    notebook.run_all()
    body = "    total = 0.0\n    for reward in reversed(rewards):\n        total = reward + discount * total\n    return total"
    assert "accepted" in notebook.fill("discounted-return", body)
    notebook.command("docmanager:save")
    notebook.restart_kernel()
    assert notebook.run_source("from course_lib import mdp\nprint(mdp.discounted_return.accepted)").strip() == "None"
    said = notebook.run_source("from course_lib.workbook import adopt, progress\nadopt('00_start_here')")
    assert said == "mdp.discounted_return: yours"
    assert "✓ discounted_return: yours" in notebook.run_source("progress()")


def test_a_go_board_answers_clicks_keys_and_typed_moves(opened):
    """Each is played and answered, and a click on a stone is told why not."""
    notebook = opened(ASSIGNMENT_00)
    notebook.run_source(GO_BOARD)
    board = notebook.page.locator(".go-widget")

    def says(text):
        lab.wait_for(lambda: text in board.inner_text() and "Your move" in board.inner_text(), text)

    board.locator("[data-vertex=C3]").click()
    says("Last move: White")
    board.locator("[data-vertex=C3]").click()
    says("Black cannot play C3: there is a stone on that point.")
    assert board.locator("[data-vertex=C3]").get_attribute("aria-label") == "C3 black"
    board.locator("[data-vertex=C3]").press("ArrowLeft")  # what lies there is chance: a stone of White, or nothing
    notebook.page.keyboard.press("Enter")
    lab.wait_for(lambda: "B3 empty" not in board.locator("[data-vertex=B3]").get_attribute("aria-label"), "Enter plays")
    board.locator("input").fill("Z9")
    board.locator("input").press("Enter")
    says("'Z9' is no point of a 5 by 5 board")
    assert notebook.red() == []
