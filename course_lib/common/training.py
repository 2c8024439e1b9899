"""The loop around a compiled update: measure, show, checkpoint, and go on where a killed run stopped."""

import contextlib
import dataclasses
import json
import pathlib
import signal
import threading

from course_lib.common.checkpoints import Checkpoints
from course_lib.common.files import written_whole
from course_lib.common.metrics import Metrics
from course_lib.common.progress import Progress
from course_lib.common.quiet import tensorflow as tf

FREE = ("updates", "evaluate_every", "evaluate_on", "checkpoint_every", "spill")  # may change when a run goes on


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

    Nothing but `state` and the step decides what an update does, so that a run that was killed and goes on from its last
    checkpoint takes the same way as one that was not. (One that was *asked* to stop saves where it is. Where worlds begin
    anew behind each checkpoint, they do so there as well, and it goes on as well as the other, not in the same way.)

    Args:
      update: step -> {name: loss}, with steps counted from 0; the losses may still be on the device, and a step may
        leave out what it has not measured.
      config: has `updates`, `evaluate_every` and `checkpoint_every`.
      evaluate: () -> {name: number}.
      state: {name: object} of what a checkpoint has to hold, as `Checkpoints` takes them.
      folder: of the run, for checkpoints and metrics; None keeps nothing.
      title: what is going on.
      curves: names of the metrics to draw live.
      show: whether progress is shown.
      report_every: steps over which losses are averaged.

    Returns:
      The `Metrics`.

    Raises:
      KeyboardInterrupt: it was told to stop; where there is a folder, what was learnt until then is saved.
    """
    checkpoints, start = None, 0
    if folder:
        open_run(folder, config)
        checkpoints = Checkpoints(pathlib.Path(folder) / "checkpoints", **state)
        start = checkpoints.restore()
    metrics = Metrics(folder)
    metrics.resume(start)
    if not metrics.rows:
        metrics.add(0, evaluate())
    losses = []
    progress = Progress(config.updates, title, metrics, curves, start=start, show=show)
    with contextlib.closing(metrics), progress, asked_to_stop() as asked:
        for done in range(start + 1, config.updates + 1):
            losses.append(update(done - 1))
            last = done == config.updates
            reported, evaluated, saved = (
                done % every == 0 or last for every in (report_every, config.evaluate_every, config.checkpoint_every)
            )
            if reported or evaluated or saved:  # each of them ends a report, so that a resumed run has the same ones
                metrics.add(done, _means(losses))
                losses = []
            if evaluated:
                metrics.add(done, evaluate())
            progress.advance(done)
            stopped = asked and not losses
            if checkpoints and (saved or stopped):
                checkpoints.save(done)
            if stopped and not last:
                raise KeyboardInterrupt
    return metrics


@contextlib.contextmanager
def asked_to_stop():
    """Within it, Ctrl-C, a notebook's stop button and SIGTERM wait: in the middle of a step state and metrics disagree.

    Yields:
      A list that is no longer empty once somebody has asked. Whoever asks a second time interrupts at once.
    """
    asked = []

    def note(number, frame):
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():  # only there can signals be taken
        yield asked
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _means(losses):
    """The mean of each loss over the steps that report it; one trip from the device for all of them."""
    names = dict.fromkeys(name for step in losses for name in step)
    return {name: _mean([step[name] for step in losses if name in step]) for name in names}


def _mean(values):
    """The mean of some numbers; TensorFlow would round that of counts."""
    values = tf.convert_to_tensor(values)
    return float(tf.reduce_mean(values if values.dtype.is_floating else tf.cast(values, tf.float32)))


def open_run(folder, config):
    """Make the folder of a run, or make sure that the run in it had the same settings.

    Raises:
      ValueError: it had others; which ones is said.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file, now = folder / "config.json", json.loads(json.dumps(dataclasses.asdict(config)))
    known = [field for field in dataclasses.fields(config) if field.default is not dataclasses.MISSING]
    before = json.loads(json.dumps({field.name: field.default for field in known}))  # of settings younger than the run
    before |= json.loads(file.read_text(encoding="utf-8")) if file.exists() else now
    others = [name for name in now if name not in FREE and before.get(name) != now[name]]
    if others:
        told = ", ".join(f"{name}={before.get(name)!r} there and {now[name]!r} now" for name in others)
        raise ValueError(f"The run in {folder} was begun with other settings: {told}. Choose another folder.")
    with written_whole(file) as draft:
        draft.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
