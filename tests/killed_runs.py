"""Trainings that are killed in the middle, for the tests that they go on as if nothing had been."""

import csv
import os
import signal
import subprocess
import sys
import time

import numpy as np

from course_lib import ROOT
from course_lib.common.quiet import tensorflow as tf


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


def goes_on_as_if_nothing_had_been(command, folder, step, checkpoint_every, updates):
    """Kill a run beyond a step and begin it again; in the end its table has to be that of a run that was left alone.

    Args:
      command: begins a run in a folder, as `start` does.
      folder: for both runs.
      step: when to kill.
      checkpoint_every, updates: of the run.

    Returns:
      The folders (killed, whole), and what the resumed run said.
    """
    whole, killed = folder / "whole", folder / "killed"
    unbroken = command(whole)
    assert step < kill_after(step, command(killed), killed) < updates
    last = int(tf.train.latest_checkpoint(killed / "checkpoints").rpartition("-")[2])
    assert step // checkpoint_every * checkpoint_every <= last < updates
    resumed = command(killed)
    (said, complaints), (_, other_complaints) = resumed.communicate(), unbroken.communicate()
    assert resumed.returncode == unbroken.returncode == 0, (complaints, other_complaints)
    assert [row[:2] for row in rows(killed)] == [row[:2] for row in rows(whole)]
    numbers = [[float(row[2]) for row in rows(folder)] for folder in (killed, whole)]
    np.testing.assert_allclose(*numbers, rtol=1e-5, atol=1e-6)
    return (killed, whole), said
