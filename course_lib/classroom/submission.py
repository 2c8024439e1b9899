"""A submitted notebook made safe to work with: read whatever it is, and its marked cells put back as released."""

import base64
import binascii
import html
import json
import pathlib
import re

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

LARGEST, LONGEST = 64 * 2**20, 10**6  # bytes of a submitted notebook, outputs included; characters of a cell
LARGEST_PICTURE, MOST_PICTURES = 2 * 2**20, 8  # bytes; of one cell
_KINDS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_EMBEDDED = re.compile(r'<img\b[^>]*?\bsrc="data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=\s]+)"[^>]*>')


def read_submission(path):
    """Read a notebook of a student, keeping of it what grading and a human reader need: sources and pictures.

    Other outputs are dropped: nothing a student's kernel showed decides points, but who grades an experiment by hand
    wants to see its plots. What cannot be read becomes an empty notebook that says why; the file stays as it came.
    """
    path = pathlib.Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has {path.stat().st_size / 2**20:.0f} MB, at most {LARGEST / 2**20:.0f} are read")
        text = path.read_text(encoding="utf-8-sig")
        given = json.loads(text)
        if given.get("nbformat", 4) < 4:
            given = nbformat.convert(nbformat.from_dict(given), 4)
        cells = [_kept(cell) for cell in given["cells"] if isinstance(cell, dict)]
    except Exception as error:
        why = f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
        cure = "Open it in JupyterLab, save it and hand it in again; if it does not open, it is not the notebook."
        said = f"**This file could not be read as a notebook** and was graded as blank. {cure}\n\n    {why}"
        unreadable = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(said)])
        unreadable.metadata["unreadable"] = why
        return unreadable
    notebook = nbformat.v4.new_notebook(cells=[cell for cell in cells if cell])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return notebook


def _kept(cell):
    """A new cell with what is kept of one, or None where it is none."""
    text = nbformat.v4.new_markdown_cell  # for raw cells, too: exporters put those into a page as they are
    make = {"code": nbformat.v4.new_code_cell, "markdown": text, "raw": text}
    kind, source = cell.get("cell_type"), cell.get("source", "")
    source = "".join(source) if isinstance(source, list) else source
    if kind not in make or not isinstance(source, str):
        return None
    if len(source) > LONGEST:
        source = f"# A cell of more than {LONGEST} characters is not read."
    made = make[kind](source.encode("utf-8", "replace").decode())
    marks = cell.get("metadata", {}).get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    if isinstance(marks, dict) and isinstance(marks.get("grade_id"), str):
        made.metadata["nbgrader"] = nbformat.from_dict(marks)
    if isinstance(cell.get("id"), str) and re.fullmatch(r"[\w-]{1,64}", cell["id"], re.ASCII):
        made["id"] = cell["id"]
    if kind == "code" and "nbgrader" not in made.metadata:
        made.outputs = _pictures(cell.get("outputs"))
    if kind == "markdown" and isinstance(cell.get("attachments"), dict):
        made["attachments"] = {name: files for name, files in cell["attachments"].items() if _is_attachment(files)}
    return made


def _is_attachment(files):
    """{kind: base64 text}, of a kind of picture."""
    text = re.compile(r"[A-Za-z0-9+/=\s]*")
    known = ("image/png", "image/jpeg", "image/gif")
    return isinstance(files, dict) and all(
        kind in known and isinstance(data, str) and text.fullmatch(data) for kind, data in files.items()
    )


def _pictures(outputs):
    """The pictures among the outputs of a cell, whole and no larger than a plot is, and nothing else."""
    found = []
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, dict) else None
        texts = {kind: "".join(text) for kind, text in data.items() if _is_text(text)} if isinstance(data, dict) else {}
        embedded = [(match[1], match[2], _alt(match[0])) for match in _EMBEDDED.finditer(texts.get("text/html", ""))]
        said = output.get("metadata") if isinstance(output.get("metadata"), dict) else {}
        found += [(kind, texts[kind], said.get(kind)) for kind in _KINDS if kind in texts] + embedded
    made = [_picture(*one) for one in found[:MOST_PICTURES]]
    return [picture for picture in made if picture]


def _is_text(value):
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(part, str) for part in value))


def _alt(tag):
    """The alternative text of an <img>, as an output's metadata has it."""
    found = re.search(r'\balt="([^"]*)"', tag)
    return {"alt": html.unescape(found[1])} if found else {}


def _picture(kind, text, said):
    """An output that shows a picture, or None where the text is none of its kind."""
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(_KINDS[kind]) or len(raw) > LARGEST_PICTURE:
        return None
    alt = said.get("alt") if isinstance(said, dict) else None
    alt = re.sub(r"""[<>&"'`]""", " ", alt)[:500] if isinstance(alt, str) else "a picture as the student saved it"
    data = {kind: base64.b64encode(raw).decode(), "text/plain": alt}
    return nbformat.v4.new_output("display_data", data, metadata={kind: {"alt": alt}})


class Restore(NbGraderPreprocessor):
    """Put the marked cells back as the gradebook knows them: locked ones entirely, answers but for what was written.

    Of a cell that is there twice, the last one counts, as it does in a kernel; one that is missing is put in blank.
    """

    def preprocess(self, nb, resources):
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            released = _released(gradebook.find_notebook(place["notebook"], place["assignment"]))
        theirs = {_name(cell): cell for cell in nb.cells}
        kept = {id(theirs[name]) for name in released if name in theirs}
        for cell in nb.cells:
            if id(cell) not in kept:
                cell.metadata.pop("nbgrader", None)
        unreadable = nb.metadata.pop("unreadable", None)
        missing = [name for name in released if name not in theirs]
        if unreadable:
            self.log.warning("%s: no notebook (%s), graded as blank", place["student"], unreadable)
        elif missing:
            self.log.warning("%s: missing, and put in as released: %s", place["student"], ", ".join(missing))
        last = 0 if unreadable else -1  # what is wrong with it comes first
        for name, original in released.items():
            if name in theirs:
                last = next(index for index, cell in enumerate(nb.cells) if cell is theirs[name])
                locked = original.metadata.nbgrader.locked
                nb.cells[last] = original if locked else _answered(original, theirs[name])
            else:
                last += 1
                nb.cells.insert(last, original)
        return nb, resources


def _name(cell):
    """The name a cell was released under. Some editors drop nbgrader's marks: then its id, which is the same here."""
    return cell.metadata.nbgrader.grade_id if "nbgrader" in cell.metadata else cell.get("id")


def _answered(original, theirs):
    """The released cell with what the student wrote, and the pictures they put in."""
    cell = nbformat.from_dict({**original, "source": theirs.source})
    if original.cell_type == "markdown" and "attachments" in theirs:
        cell["attachments"] = theirs.attachments
    return cell


def _released(notebook):
    """The marked cells of a released notebook by grade_id, in order, as the gradebook keeps them."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions, tasks = ({cell.name for cell in cells} for cells in (notebook.solution_cells, notebook.task_cells))
    found = {}
    for cell in notebook.source_cells:
        name = cell.name
        marks = {"grade_id": name, "schema_version": 3, "checksum": cell.checksum, "locked": cell.locked}
        marks |= {"grade": name in graded, "solution": name in solutions, "task": name in tasks}
        marks |= {"cell_type": cell.cell_type} | ({"points": points[name]} if name in points else {})
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        found[name] = make(cell.source, metadata={"nbgrader": marks})
    return found
