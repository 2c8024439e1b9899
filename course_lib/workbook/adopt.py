"""`adopt`: plug in what a learner saved in an earlier notebook. A convenience for one's own code, not a sandbox."""

import ast
import dataclasses
import importlib
import json
import linecache
import pathlib
import sys

from .check import Result, examine
from .exercise import exercises


@dataclasses.dataclass
class Adopted:
    """What came of adopting a notebook: results by exercise, and what was refused, each with its reason."""

    results: dict[str, Result]
    refused: list[str]

    def __repr__(self):
        rows = [
            f"{name}: {'yours' if result.status == 'accepted' else result.status}"
            for name, result in self.results.items()
        ]
        return "\n".join(rows + [f"refused: {reason}" for reason in self.refused]) or "nothing to adopt"

    def _repr_html_(self):
        from .cards import framed, html

        return framed("<br>".join(html.escape(line) for line in repr(self).split("\n")))


def work_folder(start="."):
    """The nearest folder named my_work at or above `start`, or None."""
    here = pathlib.Path(start).resolve()
    return next((p / "my_work" for p in (here, *here.parents) if (p / "my_work").is_dir()), None)


def adopt(assignment, folder=None, *, keep=False):
    """Take the learner's functions from their saved notebooks of an assignment, check them, plug in what passes.

    Args:
      assignment: the name of the folder, for instance "06_never_give_up".
      folder: where the learner's copies lie; by default the nearest my_work/.
      keep: leave exercises alone that have been filled in since this Python was started.

    Raises:
      FileNotFoundError: there is no such folder with notebooks.
      ValueError: a notebook cannot be read.
    """
    folder = pathlib.Path(folder) if folder else work_folder()
    notebooks = sorted((folder / assignment).glob("*.ipynb")) if folder else []
    notebooks = [path for path in notebooks if not path.name.endswith(".new.ipynb")]
    if not notebooks:
        raise FileNotFoundError(
            f"No notebook in {assignment}/ of my_work/. `python3 course.py lab` lays your copies there."
        )
    adopted = Adopted({}, [])
    for path in notebooks:
        for source in solution_cells(path):
            _adopt_cell(source, path.name, adopted, keep)
    return adopted


def solution_cells(path):
    """The sources of a notebook's solution cells, by nbgrader's marks, in order; each id once."""
    try:
        cells = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be read as a notebook ({error}). Save it again from JupyterLab.") from None
    marked = [(cell, cell.get("metadata", {}).get("nbgrader", {})) for cell in cells if cell["cell_type"] == "code"]
    by_id = {marks["grade_id"]: cell for cell, marks in marked if marks.get("solution") and not marks.get("grade")}
    return ["".join(cell["source"]) for cell in by_id.values()]


def _adopt_cell(source, notebook, adopted, keep):
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        adopted.refused.append(f"{notebook}: a cell does not parse (line {error.lineno}: {error.msg})")
        return
    filled = {node.name: target for node in tree.body if (target := _filled(node))}
    kept = [node for node in tree.body if _is_harmless(node)]
    for node in tree.body:
        if node not in kept:
            adopted.refused.append(
                f"{notebook}: {ast.unparse(node).splitlines()[0]} (only functions and constants are taken)"
            )
    for name, target_name in filled.items():
        target = _named(target_name)
        if target is None:
            adopted.refused.append(f"{notebook}: @fill({target_name}) names no exercise of the library")
            continue
        if keep and (target.accepted or target.candidate):
            continue
        result = examine(target, _compiled(source, kept, name, target))
        adopted.results[target.name] = result
        if result.status == "accepted":
            target.accept(result.function, result.slowdown)


def _filled(node):
    """The argument of a function's @fill(...) decorator as text, or None."""
    for decorator in getattr(node, "decorator_list", []) if isinstance(node, ast.FunctionDef) else []:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("fill") and decorator.args:
            return ast.unparse(decorator.args[0])
    return None


def _named(text):
    """The exercise that `wing.function`, or `function` alone, names."""
    known = exercises()
    matches = [known[name] for name in known if name == text or name.endswith("." + text.rpartition(".")[2])]
    exact = [found for found in matches if found.name == ".".join(text.split(".")[-2:])]
    return (exact or matches or [None])[0]


def _is_harmless(node):
    """Functions without decorators but @fill, docstrings, and constants: nothing that runs a call at the top level."""
    if isinstance(node, ast.FunctionDef):
        decorators = [
            d for d in node.decorator_list if not (isinstance(d, ast.Call) and ast.unparse(d.func).endswith("fill"))
        ]
        return not decorators and not _calls(node.args) and not (node.returns and _calls(node.returns))
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return not _calls(node)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _calls(node):
    unsafe = (ast.Call, ast.Await, ast.Lambda, ast.NamedExpr, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
    return any(isinstance(inner, unsafe) for inner in ast.walk(node))


def _compiled(source, nodes, name, target):
    """The function `name` from these statements, in a namespace like that of the library's own version."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
    file = f"<adopted {target.name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks and AutoGraph
    reference = sys.modules[target.__module__]
    namespace = {key: value for key, value in vars(reference).items() if not key.startswith("__")}
    package = importlib.import_module(target.package)
    namespace.setdefault(package.__name__.rpartition(".")[2], package)  # learners write mdp.action_values(...)
    namespace["__name__"] = target.__module__
    exec(compile(ast.Module(nodes, []), file, "exec"), namespace)
    return namespace[name]
