"""`adopt`: plug in what a learner saved in an earlier notebook. A convenience for one's own code, not a sandbox."""

import ast
import dataclasses
import importlib
import json
import linecache
import pathlib
import re
import sys

import numpy as np

from .check import Result, examine
from .exercise import named

_HARMLESS = {"float", "int", "tuple", "list", "dict", "range", "np.finfo"}  # may be called to make a constant


class Refused(Exception):
    """A statement that is not taken over."""


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
        namespace = _imports(path)  # one for each notebook: a later cell may use a helper of an earlier one
        for source in solution_cells(path):
            _adopt_cell(source, path.name, namespace, adopted, keep)
    return adopted


def solution_cells(path):
    """The sources of a notebook's solution cells, by nbgrader's marks, in order; each id once."""
    marked = [
        (source, marks) for source, marks in _code_cells(path) if marks.get("solution") and not marks.get("grade")
    ]
    return list({marks.get("grade_id"): source for source, marks in marked}.values())


def _imports(path):
    """What the first cell of a notebook imports: the wings whose exercises it fills, numpy and the like."""
    namespace = {"np": np}
    try:
        source, marks = _code_cells(path)[0]
        first = ast.parse("" if marks.get("solution") else without_magic(source))
        imports = [node for node in first.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), str(path), "exec"), namespace)
    except (IndexError, SyntaxError, ImportError):
        pass  # what is missing is missed, and reported, where it is used
    return namespace


def without_magic(source):
    """A cell without IPython's own lines, % and !, so that Python parses it."""
    return re.sub(r"^[%!].*", "", source, flags=re.MULTILINE)


def _code_cells(path):
    """(source, nbgrader's marks) of each code cell of a notebook."""
    try:
        cells = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        return [("".join(cell["source"]), cell["metadata"].get("nbgrader", {})) for cell in code]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} cannot be read as a notebook ({error!r}). Save it again from JupyterLab.") from None


def _adopt_cell(source, notebook, namespace, adopted, keep):
    """Run what may be taken of a cell, then check each function in it that fills an exercise."""
    try:
        tree = ast.parse(without_magic(source))
    except SyntaxError as error:
        adopted.refused.append(f"{notebook}: a cell does not parse (line {error.lineno}: {error.msg})")
        return
    for node in tree.body:
        try:
            target = _define(node, source, namespace)
        except Exception as error:
            adopted.refused.append(f"{notebook}: {ast.unparse(node).splitlines()[0]} ({type(error).__name__}: {error})")
            continue
        if target and not (keep and (target.accepted or target.candidate)):
            result = adopted.results[target.name] = examine(target, namespace[node.name])
            if result.status == "accepted":
                target.accept(result.function, result.slowdown)


def filled(node):
    """The argument of a function's @fill(...) decorator as text, or None."""
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("fill") and decorator.args:
            return ast.unparse(decorator.args[0])
    return None


def _may_be_taken(node):
    """Functions without decorators but @fill, constants, and imports of what is loaded anyway."""
    if isinstance(node, ast.FunctionDef):
        return len(node.decorator_list) <= bool(filled(node)) and not _calls(node.args)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
        return all(name in sys.modules for name in names)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) for target in targets) and not _calls(node.value)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring


def _calls(node):
    """Whether an expression calls anything but numbers' and containers' own types, outside a lambda's body."""
    if node is None or isinstance(node, ast.Lambda):
        return False
    if isinstance(node, ast.Call) and ast.unparse(node.func) not in _HARMLESS:
        return True
    unsafe = (ast.Await, ast.NamedExpr, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
    return isinstance(node, unsafe) or any(map(_calls, ast.iter_child_nodes(node)))


def _define(node, source, namespace):
    """Run one definition and return the exercise it fills, if any; such a function sees what the library's own sees."""
    if not _may_be_taken(node):
        raise Refused("only functions and constants are taken")
    asked = filled(node)
    target = named(asked) if asked else None
    if asked and not target:
        raise Refused(f"@fill({asked}) names no exercise of the library")
    file = f"<adopted {target.name}>" if target else "<adopted>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks and AutoGraph
    if target:
        node.decorator_list = []
        package = importlib.import_module(target.package)
        seen = {**vars(sys.modules[target.__module__]), package.__name__.rpartition(".")[2]: package}
        for key, value in seen.items():  # what the learner defined goes before
            namespace.setdefault(key, value)
    if isinstance(node, ast.FunctionDef):
        node.returns = None
    exec(compile(ast.Module([node], []), file, "exec"), namespace)
    return target
