"""Trainings that are killed in the middle, for the tests that they go on as if nothing had been."""

import csv
import os
import signal
import subprocess
import sys
import time

from course_lib import ROOT


def start(system, words, folder):
    """Begin, or go on with, a training in a process of its own.

    Args:
      system: its name, as for `python -m course_lib train`.
      words: its options.
      folder: of the run.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "course_lib", "train", system, *words.split(), "--deterministic", "--folder", str(folder)],
        cwd=folder.parent, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def rows(folder):
    """What is in its table, the head left out; a line that is still being written may be short."""
    file = folder / "metrics.csv"
    return list(csv.reader(file.open(encoding="utf-8")))[1:] if file.exists() else []


def kill_after(step, run, folder):
    """Kill a run as soon as its table has got beyond a step; returns the last one in the table."""
    while run.poll() is None and (not rows(folder) or int(rows(folder)[-1][0]) <= step):
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    return int(rows(folder)[-1][0])
