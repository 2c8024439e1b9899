"""Training a predictron from beginning to end: `python -m course_lib train predictron`, or `train(config)`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.metrics import Metrics
from course_lib.common.quiet import tensorflow as tf
from course_lib.common.training import System, run_updates
from course_lib.predictron.billiard import Billiard
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.data import Stream, Task, label_scale
from course_lib.predictron.learner import Learner
from course_lib.predictron.mazes import Mazes
from course_lib.predictron.networks import Explanation, Predictron, Rollout
from course_lib.predictron.trajectories import Trajectories

BATCH_AXIS = Explanation(0, 1, 1, 0, Rollout(1, 1, 1, 1))  # of each part of an `Explanation`
LABELLED, UNLABELLED, FRESH = 0, 1, 2  # kinds of batches: each has random numbers of its own


@dataclass
class Trained:
    """A predictron, what it was trained on, and what was measured meanwhile."""

    task: Task
    model: Predictron
    learner: Learner
    metrics: Metrics | None = None


def task_of(config):
    """The task that a configuration names."""
    if config.task == "mazes":
        return Mazes(config.size)
    return {"trajectories": Trajectories, "billiard": Billiard}[config.task]()


def make(config, strategy=None):
    """Make task, model and learner, with weights drawn from the seed; nothing is trained yet.

    Args:
      config: a `PredictronConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.

    Returns:
      A `Trained`, with no metrics.
    """
    task = task_of(config)
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        model = Predictron(config, task.num_predictions, label_scale(task))
        model(np.zeros((1, *task.input_shape), np.float32))  # makes the weights
        return Trained(task, model, Learner(model, strategy, xla=devices.device().xla))


def train(config, folder=None, strategy=None, show_progress=True):
    """Train a predictron.

    Args:
      config: a `PredictronConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.

    Returns:
      A `Trained`.
    """
    made = make(config, strategy)
    labelled = Stream(made.task, config.batch_size, (config.seed, LABELLED))
    unlabelled = Stream(made.task, config.batch_size, (config.seed, UNLABELLED))
    fresh = fresh_batch(made.task, config.evaluate_on, config.seed)

    def update(step):
        losses = made.learner.update(*labelled(step))
        numbers = range(step * config.consistency, (step + 1) * config.consistency)
        unsupervised = [made.learner.update_unlabelled(unlabelled(number).inputs) for number in numbers]
        if unsupervised:
            losses |= {name: tf.reduce_mean([found[name] for found in unsupervised]) for name in unsupervised[0]}
        return losses

    made.metrics = run_updates(
        update, config, folder=folder, title="predictron", curves=("error", "accuracy"), show=show_progress,
        evaluate=lambda: evaluate(made.learner, fresh),
        state={"model": made.model, "optimizer": made.learner.optimizer},
    )  # fmt: skip
    if folder:
        save_model(made.model, pathlib.Path(folder) / "model.keras")
    return made


def fresh_batch(task, count, seed=0):
    """Draw inputs that no update has seen (or is likely ever to see)."""
    return task.draw(np.random.default_rng([seed, FRESH]), count)


def explain(learner, inputs, at_once=500):
    """Predict many inputs, and tell how; the parts of the `Explanation` as arrays."""
    parts = [learner.explain(inputs[start : start + at_once]) for start in range(0, len(inputs), at_once)]
    return tf.nest.map_structure(lambda axis, *found: np.concatenate(found, axis), BATCH_AXIS, *parts)


def evaluate(learner, batch):
    """Measure a model on a batch.

    Returns:
      "error": the root of the mean square error of the predictions, in the units of the labels; "accuracy", where the
      labels are 0 or 1: the share of predictions on the right side of ½; "depth": mean number of imagined steps used.
    """
    found = explain(learner, batch.inputs)
    measured = {"error": np.sqrt(np.mean((found.prediction - batch.labels) ** 2)), "depth": found.depth.mean()}
    if np.isin(batch.labels, (0, 1)).all():
        measured["accuracy"] = np.mean((found.prediction > 0.5) == (batch.labels > 0.5))
    return {name: float(value) for name, value in measured.items()}


SYSTEMS = {"predictron": System(PredictronConfig, train)}
