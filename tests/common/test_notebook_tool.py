"""Notebooks are found, executed in their own folder, and stored clean or not at all."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.common import notebooks


def make(root, *sources, name="notebooks/01_topic.ipynb", budget=30):
    """A tiny notebook with one code cell for each source."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell("# Title"), *(new_code_cell(source) for source in sources)]
    metadata = {"course": {"budget_seconds": budget}} if budget else {}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_notebooks_are_found_by_listing(tmp_path):
    """In order, by any part of their path, and an unknown name is an error that lists them."""
    for name in ("notebooks/02_b.ipynb", "notebooks/01_a.ipynb", "solutions/01_a/01_a.ipynb", "other/03.ipynb"):
        make(tmp_path, name=name)
    assert [path.name for path in notebooks.find(root=tmp_path)] == ["01_a.ipynb", "02_b.ipynb", "01_a.ipynb"]
    assert [path.parent.name for path in notebooks.find(["01"], root=tmp_path)] == ["notebooks", "01_a"]
    with pytest.raises(ValueError, match="notebooks/01_a.ipynb"):
        notebooks.find(["03"], root=tmp_path)


@pytest.mark.parametrize("seconds", [None, 0, "60", True])
def test_a_notebook_states_its_time(tmp_path, seconds):
    """Else the error names it and shows what to write."""
    notebook = new_notebook(metadata={"course": {"budget_seconds": seconds}})
    with pytest.raises(ValueError, match="01_topic.*budget_seconds"):
        notebooks.budget(notebook, "01_topic.ipynb")


def test_store_keeps_clean_outputs_and_ids(tmp_path, capsys):
    """Executed in the notebook's folder, no timings, no widget, no kernel version; a second time not a byte differs."""
    path = make(tmp_path, "import os, ipywidgets; ipywidgets.IntSlider()", "open('data.txt').read()")
    (path.parent / "data.txt").write_text("beside me")
    before = notebooks.read(path)
    assert notebooks.store(root=tmp_path) == 0
    after, text = notebooks.read(path), path.read_bytes()
    assert [cell.id for cell in after.cells] == [cell.id for cell in before.cells]
    assert after.cells[1].outputs == []
    assert after.cells[2].outputs[0].data["text/plain"] == "'beside me'"
    assert set(after.metadata) == {"course", "kernelspec", "language_info"}
    assert all(not cell.metadata for cell in after.cells)
    assert notebooks.store(root=tmp_path) == 0
    assert path.read_bytes() == text
    assert text.endswith(b"}\n")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "cell 1: ZeroDivisionError"),
        ("import sys; print('oh', file=sys.stderr)", "writes to stderr"),
        ("import os; print(os.getcwd())", "a path of a machine"),
        ("print('W0000 00:00:1 tensor.cc] slow')", "a log line"),
    ],
)
def test_what_is_not_fit_for_a_reader_is_not_stored(tmp_path, capsys, source, said):
    """The file stays as it was, and the reason is said."""
    path = make(tmp_path, source)
    before = path.read_bytes()
    assert notebooks.store(root=tmp_path) == 1
    assert path.read_bytes() == before
    assert said in capsys.readouterr().out


def test_run_says_which_cell_failed(tmp_path, capsys):
    """A table with a line for each chapter, a failure in short, and an exit status."""
    make(tmp_path, "1", name="notebooks/00_a.ipynb")
    make(tmp_path, "1", "raise KeyError('v')", "2", name="notebooks/01_b.ipynb")
    assert notebooks.run(root=tmp_path) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "notebooks/00_a" in said
    assert "cell 2: KeyError" in said
    assert notebooks.run(["00"], root=tmp_path) == 0


def test_a_dead_kernel_is_a_failure(tmp_path):
    """It is said, not waited for."""
    done = notebooks.execute(make(tmp_path, "import os", "os._exit(1)"))
    assert "the kernel died" in done.error


def test_embedded_pixels_are_no_text(tmp_path):
    """Base64 may spell a path by accident."""
    html = '<img alt="a" src="data:image/png;base64,AA/tmp/AA">'
    cell = new_code_cell("x", execution_count=1, outputs=[new_output("display_data", {"text/html": html})])
    assert notebooks.blemishes(new_notebook(cells=[cell])) == []


def test_an_unexecuted_cell_is_a_blemish_unless_nothing_was_to_run():
    """Exercises are released without outputs."""
    notebook = new_notebook(cells=[new_code_cell("1"), new_code_cell("")])
    assert notebooks.blemishes(notebook) == ["cell 0 was not executed"]
    assert notebooks.blemishes(notebook, executed=False) == []
