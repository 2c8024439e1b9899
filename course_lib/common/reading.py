"""What notebooks show of the course itself: the source of a library function, and the map of chapters."""

import html
import inspect
import json
import os
import pathlib

from IPython.display import Markdown, display

from course_lib import ROOT
from course_lib.workbook import Exercise
from course_lib.workbook.cards import framed


def source(function, folded=None):
    """Show the source of a library function as it stands, folded behind a line where it answers an exercise.

    Args:
      function: a function, class or exercise of the library.
      folded: the line to fold it behind; exercises get one anyway.
    """
    if isinstance(function, Exercise):
        function, folded = function.reference, folded or "the library's own version, for after you have tried"
    text = f"```python\n{inspect.getsource(function).rstrip()}\n```"
    if folded:
        text = f"<details><summary>{html.escape(folded)}</summary>\n\n{text}\n\n</details>"
    display(Markdown(text))


class CourseMap:
    """The chapters found in notebooks/, each with its question, its times and links; shows itself as a card."""

    def __init__(self, root=ROOT):
        self.root = pathlib.Path(root)
        self.rows = [self._row(path) for path in sorted((self.root / "notebooks").glob("*.ipynb"))]

    def _row(self, path):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        heading = next(c for c in notebook["cells"] if c["cell_type"] == "markdown")["source"]
        about = notebook["metadata"].get("course", {})
        return {
            "path": path,
            "title": "".join(heading).splitlines()[0].lstrip("# "),
            "question": about.get("question", ""),
            "minutes": about.get("reading_minutes"),
            "seconds": about.get("budget_seconds"),
            "exercises": self._exercises(path.stem),
        }

    def _exercises(self, chapter):
        """The notebooks with blanks of a chapter: of each the learner's copy where it is laid, else the release."""
        released = sorted((self.root / "exercises" / chapter).glob("*.ipynb"))
        copies = [self.root / "my_work" / chapter / path.name for path in released]
        return [copy if copy.exists() else path for copy, path in zip(copies, released, strict=True)]

    def __repr__(self):
        return "\n".join(
            f"{r['title']}: {r['question']} ({r['minutes']} min to read, runs in {r['seconds']} s)" for r in self.rows
        )

    def _repr_html_(self):
        cell = 'style="text-align:left;vertical-align:top;padding:.3em 1em .3em 0;background:none"'
        heads = "".join(
            f"<th {cell}>{head}</th>"
            for head in ("chapter", "its question", "to&nbsp;read", "to&nbsp;run", "your turn")
        )
        rows = "".join(f'<tr style="background:none">{self._cells(row, cell)}</tr>' for row in self.rows)
        return framed(
            f'<table style="border-collapse:collapse;background:none"><tr style="background:none">{heads}</tr>{rows}</table>'
        )

    def _cells(self, row, cell):
        texts = [
            _link(row["path"], row["title"]),
            html.escape(row["question"]),
            f"{row['minutes']}&nbsp;min",
            f"{row['seconds']}&nbsp;s",
            "<br>".join(
                _link(path, path.stem if len(row["exercises"]) > 1 else "fill in the blanks")
                for path in row["exercises"]
            ),
        ]
        return "".join(f"<td {cell}>{text}</td>" for text in texts)


def _link(path, text):
    """A link from the notebook that is being read; its kernel runs in its folder."""
    relative = pathlib.PurePath(os.path.relpath(path, pathlib.Path.cwd())).as_posix()
    return f'<a href="{html.escape(relative)}">{html.escape(text)}</a>'
