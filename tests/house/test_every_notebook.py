"""Every notebook of the three doors: valid, stating its time, and with outputs fit for a reader on the web."""

import re
from html.parser import HTMLParser

import pytest
from house import CHAPTERS, EXERCISES, NOTEBOOKS, SOLUTIONS, WINGS, name

from course_lib import ROOT
from course_lib.common import notebooks, release

STUB = 'raise NotImplementedError("your code here")'


@pytest.fixture(scope="module")
def read():
    """Read each notebook once."""
    kept = {}
    return lambda path: kept.setdefault(path, notebooks.read(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_it_is_valid_and_states_its_time(read, path):
    """nbformat 4.5 with an id for each cell, each one once: autograding fails on a duplicate."""
    notebook = read(path)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    graded = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert len(graded) == len(set(graded))
    assert notebooks.budget(notebook, path.name) <= 120


@pytest.mark.parametrize("path", CHAPTERS + SOLUTIONS, ids=name)
def test_its_outputs_are_clean_and_complete(read, path):
    """No errors, warnings, log lines or paths; `python3 course.py notebooks` stores them so."""
    assert notebooks.blemishes(read(path)) == []
    assert "widgets" not in read(path).metadata


@pytest.mark.parametrize("path", EXERCISES, ids=name)
def test_an_exercise_is_released_blank(read, path):
    """No outputs, no solution, and the stub in every cell that learners fill."""
    cells = read(path).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert not any(re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", cell.source) for cell in cells)
    for cell in cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert (STUB if cell.cell_type == "code" else "*Your answer here.*") in cell.source


def test_exercises_are_what_the_solutions_make(tmp_path):
    """Byte for byte, with nothing missing and nothing extra; `python3 course.py exercises` brings them in step."""
    release.generate(tmp_path)
    made, there = release.files_of(tmp_path), release.files_of(ROOT / "exercises")
    assert there == made
    assert [path for path in made if (tmp_path / path).read_bytes() != (ROOT / "exercises" / path).read_bytes()] == []


@pytest.mark.parametrize("chapter", [path for path in CHAPTERS if not path.name.startswith("00")], ids=name)
def test_a_chapter_is_complete(read, chapter):
    """It has solutions and exercises in folders of its name, and imports a wing that has tests."""
    for door in (SOLUTIONS, EXERCISES):
        assert [path for path in door if path.parent.name == chapter.stem]
    code = "\n".join(cell.source for cell in notebooks.code_cells(read(chapter)))
    used = [wing for wing in WINGS if re.search(rf"course_lib(\.| import [^\n]*\b){wing}\b", code)]
    assert used
    assert all(list((ROOT / "tests" / wing).glob("test_*.py")) for wing in used)


class Images(HTMLParser):
    """Collect the images of a piece of HTML that have no alternative text."""

    def __init__(self, text):
        super().__init__()
        self.mute = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """An <img> needs alt, an <svg> the name that ARIA gives it; alt="" means decoration in both."""
        told = dict(attributes)
        if (tag == "img" and not told.get("alt")) or (
            tag == "svg" and not told.get("aria-label") and told.get("aria-hidden") != "true"
        ):
            self.mute.append(self.get_starttag_text()[:80])


def mute_images(cell):
    """The pictures in a cell and its outputs that say nothing to who cannot see them."""
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        yield from (kind for kind in data if kind.startswith("image/") and not output.metadata.get(kind, {}).get("alt"))
        yield from Images(data.get("text/html", "")).mute
    if cell.cell_type == "markdown":
        yield from re.findall(r"!\[\s*\]\([^)]{0,60}", cell.source)
        yield from Images(cell.source).mute


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_figure_has_alternative_text(read, path):
    """`plots.show(figure, alt)` gives it."""
    assert {cell.id: list(mute_images(cell)) for cell in read(path).cells if any(mute_images(cell))} == {}


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_the_readme_has_a_row_for_it(read, path):
    """The course map on the first page: a link, the chapter's question and its time."""
    rows = [row for row in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if f"({name(path)})" in row]
    about = read(path).metadata.course
    assert len(rows) == 1 and about.question in rows[0]
    assert f"{about.reading_minutes} min" in rows[0] and f"{about.budget_seconds} s" in rows[0]
