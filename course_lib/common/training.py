"""The loop around a compiled update: measure, show, checkpoint, and go on where a killed run stopped."""

import dataclasses
import json
import os
import pathlib

from course_lib.common.checkpoints import Checkpoints
from course_lib.common.metrics import Metrics
from course_lib.common.progress import Progress
from course_lib.common.quiet import tensorflow as tf

FREE = ("updates", "evaluate_every", "evaluate_on", "checkpoint_every")  # may change when a run goes on


@dataclasses.dataclass(frozen=True)
class System:
    """Something that `python -m course_lib train` can train: its configuration, and `train(config, folder=…)`.

    `train` returns an object whose `metrics` are the run's.
    """

    config: type
    train: object


def run_updates(
    update, config, *, evaluate, state, folder=None, title="training", curves=(), show=True, report_every=10
):
    """Call `update(step)` for every step that is still to be done.

    Nothing but `state` and the step decides what an update does, so that a run that was killed and goes on takes the
    same way as one that was not.

    Args:
      update: step -> {name: loss}, with steps counted from 0; the losses may still be on the device.
      config: has `updates`, `evaluate_every` and `checkpoint_every`.
      evaluate: () -> {name: number}.
      state: {name: object} of what a checkpoint has to hold.
      folder: of the run, for checkpoints and metrics; None keeps nothing.
      title: what is going on.
      curves: names of the metrics to draw live.
      show: whether progress is shown.
      report_every: steps over which losses are averaged.

    Returns:
      The `Metrics`.
    """
    metrics, checkpoints, start = Metrics(folder), None, 0
    if folder:
        open_run(folder, config)
        checkpoints = Checkpoints(pathlib.Path(folder) / "checkpoints", **state)
        start = checkpoints.restore()
        metrics.resume(start)
    if not start:
        metrics.add(0, evaluate())
    losses, done = [], start
    with Progress(config.updates, title, metrics, curves, start=start, show=show) as progress:
        try:
            for step in range(start, config.updates):
                losses.append(update(step))
                done = step + 1
                due = [done % every == 0 for every in (report_every, config.evaluate_every, config.checkpoint_every)]
                if any(due) or done == config.updates:  # a checkpoint ends a report: a resumed run has the same ones
                    metrics.add(done, _means(losses))
                    losses = []
                if due[1] or done == config.updates:
                    metrics.add(done, evaluate())
                progress.advance(done)
                if checkpoints and due[2]:
                    checkpoints.save(done)
        finally:  # also when it is interrupted: what was learnt so far is kept
            if checkpoints and done > start:
                checkpoints.save(done)
    return metrics


def _means(losses):
    """The mean of each loss; one trip from the device for all of them."""
    return {name: float(tf.reduce_mean([step[name] for step in losses])) for name in losses[0]}


def open_run(folder, config):
    """Make the folder of a run, or make sure that the run in it had the same settings.

    Raises:
      ValueError: it had others; which ones is said.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file, now = folder / "config.json", json.loads(json.dumps(dataclasses.asdict(config)))
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else now
    others = [name for name in now if name not in FREE and before.get(name) != now[name]]
    if others:
        told = ", ".join(f"{name}={before.get(name)!r} there and {now[name]!r} now" for name in others)
        raise ValueError(f"The run in {folder} was begun with other settings: {told}. Choose another folder.")
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, file)
