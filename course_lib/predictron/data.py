"""What a predictron can be trained on: tasks that draw as many labelled inputs as are wanted."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol

import numpy as np


class Batch(NamedTuple):
    """Inputs and what is to be predicted from them.

    Attributes:
      inputs: float32 [N, height, width, channels].
      labels: float32 [N, M].
    """

    inputs: np.ndarray
    labels: np.ndarray


class Task(Protocol):
    """What a task offers; tasks are frozen dataclasses, so that equal settings are equal tasks.

    Attributes:
      input_shape: (height, width, channels).
      num_predictions: M.
    """

    input_shape: tuple
    num_predictions: int

    def draw(self, rng, count):
        """Draw `count` inputs and their labels with the generator `rng`, as a `Batch`."""


def label_scale(task, seed=0, count=4000):
    """Measure the standard deviation of each label on a sample, 1 where a label never changes.

    Targets are divided by it, so that every prediction weighs the same. The bottom-right cell of a maze is always
    connected to itself: its deviation is 0, and dividing by it would make the loss infinite.

    Returns:
      float32 [M], above 0.
    """
    deviations = task.draw(np.random.default_rng([seed, 1]), count).labels.std(axis=0)
    return np.where(deviations < 1e-3, 1.0, deviations).astype(np.float32)


class Stream:
    """Batches of a task by number: batch n is the same whenever it is asked for, also after a restart.

    Many are drawn at once, which is several times cheaper than one by one, and the next ones while these are used.

    Args:
      task: a `Task`.
      batch_size: inputs in a batch.
      seed: a sequence of ints.
      together: batches drawn at once.
    """

    def __init__(self, task, batch_size, seed, together=16):
        self.task, self.batch_size, self.seed, self.together = task, batch_size, seed, together
        self._worker, self._drawn = ThreadPoolExecutor(1), {}

    def __call__(self, number):
        """Return batch number `number`, a `Batch`."""
        lot, place = divmod(number, self.together)
        wanted = {n: self._drawn.get(n) or self._worker.submit(self._draw, n) for n in (lot, lot + 1)}
        self._drawn = wanted
        rows = slice(place * self.batch_size, (place + 1) * self.batch_size)
        return Batch(*(array[rows] for array in wanted[lot].result()))

    def _draw(self, lot):
        return self.task.draw(np.random.default_rng([*self.seed, lot]), self.together * self.batch_size)
