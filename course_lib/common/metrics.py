"""What is measured while something trains: kept in memory, in a table that survives a kill, and for TensorBoard."""

import csv
import pathlib

import numpy as np

from course_lib.common.files import written_whole
from course_lib.common.quiet import tensorflow as tf

TABLE, HEAD = "metrics.csv", ("step", "name", "value")


class Metrics:
    """Numbers by step and name.

    Args:
      folder: where `metrics.csv` is kept, a row for each number, and TensorBoard's events; None keeps them in memory.
    """

    def __init__(self, folder=None):
        self.rows, self._last = [], {}
        self._file = pathlib.Path(folder) / TABLE if folder else None
        self._board = tf.summary.create_file_writer(str(folder)) if folder else None

    def resume(self, step):
        """Take up the rows of an earlier run up to `step`; later ones, which will be measured anew, are dropped."""
        if self._file is None:
            return
        self.rows = [row for row in _read(self._file) if row[0] <= step]
        self._last = {name: value for _, name, value in self.rows}
        with written_whole(self._file) as draft, draft.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([HEAD, *self.rows])

    def add(self, step, values):
        """Note numbers measured after `step` steps, {name: number}."""
        rows = [(step, name, float(value)) for name, value in values.items()]
        self.rows += rows
        self._last |= {name: value for _, name, value in rows}
        if self._file:
            with self._file.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
            with self._board.as_default(step):
                for _, name, value in rows:
                    tf.summary.scalar(name.replace(" ", "_"), value)
            self._board.flush()

    def curve(self, name):
        """The steps and the numbers of one name, two arrays."""
        found = [(step, value) for step, known, value in self.rows if known == name]
        return np.array([step for step, _ in found], int), np.array([value for _, value in found])

    def last(self):
        """The newest number of each name."""
        return self._last

    def close(self):
        """Let go of the files; what was measured stays."""
        if self._board:
            self._board.close()


def _read(file):
    """The rows of a table; a last line that a kill cut off is left out."""
    if not file.exists():
        return
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.reader(lines):
            try:
                step, name, value = row
                yield int(step), name, float(value)
            except ValueError:  # the head, or half a line
                continue
