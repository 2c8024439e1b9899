"""What an answer needs of the other cells of its notebook: helpers, constants, imports, and not the trainings."""

import ast
import collections
import re
import symtable

from IPython.core.inputtransformer2 import TransformerManager

LONGEST = 10**6  # characters of the cells above that are looked at, in all
_SIMPLE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CHANGES = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While, ast.Match)


def as_python(cell):
    """A cell as IPython would run it: `%magics`, `!commands` and `help?` become calls of `get_ipython()`."""
    body = re.sub(r"\A\s*%%.*", "", cell)  # %%time and its like: what is below is the cell
    try:
        return TransformerManager().transform_cell(body)
    except SyntaxError:
        return body


def definitions(cells, source):
    """The statements that make the names which a cell uses, and those that these use in turn, in order.

    A statement belongs to a name if it binds it at the top level, in a block too, or changes what it is bound to:
    `TABLE[1] = 2`, `names.append(3)`. So a helper or a constant in another cell counts, and a training does not run
    unless the answer uses what it makes.

    Args:
      cells: the sources of the cells above, in order.
      source: that of the cell.

    Returns:
      The sources of the statements.
    """
    statements = [statement for cell in _short(cells) for statement in _statements(as_python(cell))]
    makers = collections.defaultdict(list)
    for index, (_, made, _) in enumerate(statements):
        for name in made:
            makers[name].append(index)
    taken, waiting = set(makers["*"]), list(_names(as_python(source))[1])
    seen = set(waiting)
    while waiting:
        for index in makers.get(waiting.pop(), ()):
            if index not in taken:
                taken.add(index)
                new = statements[index][2] - seen
                seen |= new
                waiting += new
    return [statements[index][0] for index in sorted(taken)]


def _short(cells):
    """The cells, without those that are longer than a person writes."""
    left = LONGEST
    for cell in cells:
        left -= len(cell)
        if left < 0:
            return
        yield cell


def _statements(cell):
    """(source, names it makes or changes, names it uses) of each statement of a cell."""
    cell = re.sub(r"\r\n?", "\n", cell)
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = cell.encode().split(b"\n")
    for node in tree.body:
        calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if calls or isinstance(node, (*_SIMPLE, *_CHANGES, *_BLOCKS)):
            text = _source(lines, node)
            made, used = _names(text)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                made = {"*"}
            if calls or isinstance(node, (*_CHANGES, *_BLOCKS)):
                made, counters = made | _changed(node), _counters(node)
                made, used = made - counters, used - counters
            yield text, made, used


def _source(lines, node):
    """The text of a statement, its decorators with it; other statements on its lines without."""
    if getattr(node, "decorator_list", None):
        return b"\n".join(lines[node.decorator_list[0].lineno - 1 : node.end_lineno]).decode()
    text = lines[node.lineno - 1 : node.end_lineno]  # columns count bytes
    text[-1] = text[-1][: node.end_col_offset]
    text[0] = text[0][node.col_offset :]
    return b"\n".join(text).decode()


def _changed(node):
    """The names whose object a statement changes from outside: an item or attribute set, a method called for itself."""
    changed = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store | ast.Del):
            changed.add(_root(part))
        elif (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Call)
            and isinstance(part.value.func, ast.Attribute)
        ):
            changed.add(_root(part.value.func))
    return changed - {None}


def _counters(node):
    """The variables of loops: every loop makes its own."""
    loops = [part for part in ast.walk(node) if isinstance(part, ast.For)]
    return {name.id for loop in loops for name in ast.walk(loop.target) if isinstance(name, ast.Name)}


def _root(node):
    """The name at the left end of `a.b[c].d`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _names(source):
    """The names that a source binds at its top level, and those from outside that it uses, in functions too."""
    try:
        top = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    made = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
        tables += table.get_children()
    return made, used
