"""`progress`: which parts of the course run on the learner's own code."""

import html
import os
import pathlib
import time

from .adopt import adopt, work_folder
from .cards import framed
from .exercise import exercises


class Progress:
    """A table of all exercises by package; shows itself as a card or as text."""

    def __init__(self, known, notes):
        self.known, self.notes = known, notes

    @property
    def yours(self):
        return [name for name, exercise in self.known.items() if exercise.accepted]

    def _by_package(self):
        packages = {}
        for name, exercise in self.known.items():
            packages.setdefault(name.partition(".")[0], []).append(exercise)
        return packages.items()

    def __repr__(self):
        lines = [f"{len(self.yours)} of {len(self.known)} exercises run on your code"]
        for package, members in self._by_package():
            lines.append(f"  {package}: {sum(bool(e.accepted) for e in members)} of {len(members)}")
            lines += [
                f"    {'✓' if e.accepted else '○'} {e.__name__}: {'yours' if e.accepted else 'the library'}"
                for e in members
            ]
        return "\n".join(lines + self.notes)

    def _repr_html_(self):
        parts = [f"<b>{len(self.yours)} of {len(self.known)} exercises run on your code</b>"]
        for package, members in self._by_package():
            marks = " ".join(f"{'✓' if e.accepted else '○'}&nbsp;{e.__name__}" for e in members)
            parts.append(f"<b>{package}</b>: {marks}")
        parts += [html.escape(note) for note in self.notes]
        return framed("".join(f"<div>{part}</div>" for part in parts))


def progress(folder=None):
    """Adopt what lies in my_work/ and show which exercises now run on the learner's code.

    Args:
      folder: where the learner's copies lie; by default the nearest my_work/.
    """
    folder = pathlib.Path(folder) if folder else work_folder()
    notes = [] if folder else ["There is no my_work/ yet: `python3 course.py lab` lays your copies there."]
    saved = sorted(_notebooks(folder), key=lambda path: path.stat().st_mtime) if folder else []
    for assignment in sorted({path.parent.name for path in saved}):
        try:
            notes += [f"{assignment}: refused: {reason}" for reason in adopt(assignment, folder, keep=True).refused]
        except (ValueError, FileNotFoundError) as error:
            notes.append(str(error))
    own = [path for path in saved if not path.name.endswith(".new.ipynb")]
    return Progress(exercises(), notes + ([_footer(own[-1], folder)] if own else []))


def _notebooks(folder):
    """The notebooks of all assignments in a work folder; Jupyter's checkpoints are not among them."""
    return [path for path in folder.glob("*/*.ipynb") if not path.parent.name.startswith(".")]


def _footer(newest, folder):
    """Where this was read and how new it is: an answer that is not saved is not seen."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(newest.stat().st_mtime))
    try:
        place = pathlib.PurePath(os.path.relpath(folder)).as_posix()
    except ValueError:  # on Windows, another drive
        place = folder.name
    return (
        f"Read from {place}, where {newest.name} was saved last, {when}. "
        "Something missing? Save its notebook with Ctrl+S and run this again."
    )
