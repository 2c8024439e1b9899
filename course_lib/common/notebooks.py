"""The notebooks of the three doors: find them, execute them, store clean outputs.

They are found by listing folders, so a new chapter needs no entry here. Each one states its own time on two cores,
`metadata.course.budget_seconds`.
"""

import dataclasses
import os
import pathlib
import re
import tempfile
import time

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from course_lib import ROOT

DOORS = ("notebooks/*.ipynb", "solutions/[0-9]*/*.ipynb", "exercises/[0-9]*/*.ipynb")
WIDGET = "application/vnd.jupyter.widget-view+json"
LOG_LINE = re.compile(r"^([IWEF]\d{4} |WARNING:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d+: [IWEF] )", re.MULTILINE)
MACHINE_PATH = re.compile(r"/(home|root|Users|tmp|private/var)/|[A-Z]:\\+(Users|Temp)|site-packages")
EMBEDDED = re.compile(r"data:[a-z]+/[a-z+-]+;base64,[A-Za-z0-9+/=\s]*")


def find(names=(), doors=DOORS, root=ROOT):
    """List the notebooks of some doors, sorted; given names, those whose path from the root holds one of them.

    Raises:
      ValueError: a name fits no notebook.
    """
    paths = [path for door in doors for path in sorted(root.glob(door))]
    inside = {path: path.relative_to(root).as_posix() for path in paths}
    for name in names:
        if not any(_plain(name) in text for text in inside.values()):
            raise ValueError(
                f"{name!r} is in the name of no notebook. There are: {', '.join(inside.values()) or 'none'}."
            )
    return [path for path in paths if not names or any(_plain(name) in inside[path] for name in names)]


def _plain(name):
    return name.replace(os.sep, "/").removeprefix("./")


def read(path):
    """Read and validate a notebook."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def budget(notebook, name):
    """The seconds a notebook says it takes on two cores.

    Raises:
      ValueError: it does not say.
    """
    seconds = notebook.metadata.get("course", {}).get("budget_seconds")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds <= 0:
        raise ValueError(
            f'{name}: state its time on 2 cores in the notebook\'s metadata, "course": {{"budget_seconds": 60}}.'
        )
    return seconds


def code_cells(notebook):
    """The cells of a notebook that run something."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


@dataclasses.dataclass(frozen=True)
class Run:
    """One notebook, executed: `error` is empty when every cell ran."""

    path: pathlib.Path
    notebook: nbformat.NotebookNode
    cells: int
    seconds: float
    budget: float
    error: str


class _Client(NotebookClient):
    """A client that plays no front end for Output widgets.

    nbclient's own answer to them is sent past the socket's event loop and can lose the wake-up of the cell's reply:
    a notebook with sliders then stops for ever, now and then. Without it, what a slider shows first is stored as the
    output of its cell, which is what a reader on the web should see.
    """

    def on_comm_open_jupyter_widget(self, msg):
        return None


def execute(path, on_cell=lambda **_: None):
    """Execute a notebook from its own folder, in a fresh kernel of this very Python environment.

    Args:
      path: the notebook; the file stays as it is.
      on_cell: called after each code cell (keyword arguments as nbclient gives them).

    Returns:
      A `Run`; its `notebook` holds the new outputs.
    """
    notebook = read(path)
    allowed = budget(notebook, path.name)
    manager = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_spec_manager=NbvalKernelspecManager(),
        transport_encryption="auto",  # else each kernel prints a warning
    )
    client = _Client(
        notebook,
        manager,
        timeout=max(120, 10 * allowed),
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=on_cell,
    )
    start, error = time.perf_counter(), ""
    try:
        client.execute(cleanup_kc=True)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        error = _brief(notebook, client.code_cells_executed, problem)
    return Run(path, notebook, len(code_cells(notebook)), time.perf_counter() - start, allowed, error)


def _brief(notebook, executed, problem):
    """One line that says which cell failed, and how."""
    failed = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and _errors(cell)]
    cell = f"cell {failed[-1]}" if failed else f"after {executed} code cells"
    if isinstance(problem, CellExecutionError):
        return f"{cell}: {problem.ename}: {problem.evalue}".splitlines()[0][:200]
    kind = "ran out of time" if isinstance(problem, CellTimeoutError) else "the kernel died"
    return f"{cell}: {kind}"


def _errors(cell):
    return [output for output in cell.get("outputs", ()) if output.output_type == "error"]


def run(names=(), root=ROOT):
    """Execute every chapter (or those named), show progress and a table.

    Returns:
      Zero if every notebook ran, else one: an exit status.
    """
    doors = DOORS if names else DOORS[:1]
    runs = [_run_with_bar(path) for path in find(names, doors, root)]
    Console().print(_table(runs, root))
    return int(any(run.error for run in runs))


def _run_with_bar(path):
    cells = sum(cell.cell_type == "code" for cell in read(path).cells)
    with tqdm(total=cells, desc=path.stem, unit="cell", disable=None, leave=False) as bar:
        return execute(path, on_cell=lambda **_: bar.update())


def _table(runs, root):
    table = Table("chapter", title="The chapters of the course")
    for heading in ("cells", "seconds", "budget"):
        table.add_column(heading, justify="right")
    table.add_column("result", overflow="fold")
    for run in runs:
        result = run.error or ("ok" if run.seconds <= run.budget else "ok, over its budget")
        name = run.path.relative_to(root).with_suffix("").as_posix()
        table.add_row(name, str(run.cells), f"{run.seconds:.1f}", f"{run.budget:g}", result)
    return table


def store(names=(), root=ROOT):
    """Execute chapters and solutions (or those named) and store clean outputs in the files.

    A notebook that fails, or whose outputs are not fit for a reader, stays as it was.

    Returns:
      Zero if every notebook was stored, else one: an exit status.
    """
    status, console = 0, Console()
    for path in find(names, DOORS[:2], root):
        done = _run_with_bar(path)
        clean(done.notebook)
        problems = [done.error] if done.error else blemishes(done.notebook)
        if problems:
            status = 1
            console.print(f"{path.name}: not stored", *problems, sep="\n  ", markup=False)
        else:
            write(done.notebook, path)
            console.print(f"{path.name}: stored, {done.seconds:.1f} s of {done.budget:g} s", markup=False)
    return status


def clean(notebook):
    """Take out of an executed notebook, in place, what differs between machines or needs a kernel to be seen."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]


def blemishes(notebook, executed=True):
    """What in the stored outputs is not fit for a reader on the web, a sentence each."""
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if executed and cell.source.strip() and cell.execution_count is None:
            found.append(f"cell {index} was not executed")
        found += [f"cell {index} {problem}" for output in cell.outputs for problem in _blemishes_of(output)]
    return found


def _blemishes_of(output):
    if output.output_type == "error":
        yield f"ends in {output.ename}"
        return
    if output.get("name") == "stderr":
        yield f"writes to stderr: {output.text[:80]!r}"
    text = _text_of(output)
    for kind, pattern in {"a log line": LOG_LINE, "a path of a machine": MACHINE_PATH, "this folder": _here()}.items():
        if match := pattern.search(text):
            yield f"shows {kind}: {text[match.start() : match.start() + 80]!r}"
    if WIDGET in output.get("data", {}):
        yield "stores a widget, which shows nothing without its kernel"


def _here():
    folders = {str(ROOT), str(pathlib.Path.home()), tempfile.gettempdir()}
    return re.compile("|".join(re.escape(folder + end) for folder in folders for end in ("/", "\\")))


def _text_of(output):
    texts = [output.get("text", "")]
    texts += [data for kind, data in output.get("data", {}).items() if isinstance(data, str) and "image/" not in kind]
    return EMBEDDED.sub("", "\n".join(texts))


def write(notebook, path):
    """Write a notebook as Git and every platform like it: atomically, UTF-8, ended by one line feed."""
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
