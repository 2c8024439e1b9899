"""Notice in IPython that a cell with @fill stopped with an error, so that what was handed in is an earlier version."""

import ast
import re
import sys
import warnings


def running_cell():
    """The number of the cell that IPython is running; 0 outside IPython."""
    return max(0, len(_cells()) - 1)


def stopped_cell(target):
    """The error with which the newest cell that fills an exercise stopped before it handed anything in.

    IPython keeps the source of every cell that was run, also of one that is no Python. A cell with `@fill` of this
    exercise that is newer than what was handed in cannot have come as far as the function's end.

    Returns:
      One line, for instance "SyntaxError in line 7: expected ':'"; "" where nothing stopped, and outside IPython.
    """
    newer = [cell for cell in _cells()[target.handed_in + 1 : -1] if _fills(target, cell)]
    return _error(newer[-1]) if newer else ""


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _cells():
    """The sources of the cells by their numbers, from 1; the last one is running. Empty in a shell of another make."""
    return getattr(getattr(_shell(), "history_manager", None), "input_hist_raw", ())


def _fills(target, cell):
    """Whether a cell's text hands in an answer to this exercise; a cell that another program reads does not."""
    name = re.escape(target.name.rpartition(".")[2])
    filling = rf"^[ \t]*@[ \t]*(\w+\.)*fill\(\s*(\w+\.)*{name}\b"
    return not cell.startswith("%%") and bool(re.search(filling, cell, flags=re.MULTILINE))


def _error(cell):
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(_shell().transform_cell(cell), "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return f"{type(error).__name__} in line {error.lineno}: {error.msg}"
    return "an error, which is shown below it"
