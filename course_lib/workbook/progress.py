"""`progress`: which parts of the course run on the learner's own code."""

import html
import pathlib

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
    for assignment in sorted(p.name for p in folder.iterdir() if any(p.glob("*.ipynb"))) if folder else []:
        try:
            notes += [f"{assignment}: refused: {reason}" for reason in adopt(assignment, folder, keep=True).refused]
        except (ValueError, FileNotFoundError) as error:
            notes.append(str(error))
    return Progress(exercises(), notes)
