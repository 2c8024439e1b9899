"""Value networks: who will win? Taught by one position of each game, or by all of fewer games, which they learn by heart."""

import numpy as np
from tqdm import trange

from course_lib.common import devices
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.examples import Examples
from course_lib.go.fitting import Fitting
from course_lib.go.supervised import Curve
from course_lib.go.trunk import Normalized, TrunkNetwork, compiled_for, in_batches


@keras.saving.register_keras_serializable("go")
class ValueNetwork(TrunkNetwork):
    """From a position to the outcome for the side to move, −1 … 1.

    Source: Silver et al. 2016, Methods, "Value network".

    Args:
      size: N.
      channels: of the trunk.
      blocks: residual blocks.
      hidden: units above the trunk.
    """

    def __init__(self, size, channels=24, blocks=3, hidden=64, **options):
        super().__init__(size, channels, blocks, **options)
        self.hidden = hidden
        self.head = [
            Normalized(1, 1),
            keras.layers.Flatten(),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(1, activation="tanh", dtype="float32"),
        ]

    def call(self, planes, training=False):
        """[B, N, N, 17] -> values [B]."""
        return self.through(self.head, self.see(planes, training), training)[:, 0]

    def get_config(self):
        """What makes an equal network."""
        return {**super().get_config(), "hidden": self.hidden}


class ValueEvaluator:
    """A value network, compiled once for batches of any length.

    Args:
      network: a built `ValueNetwork`.
    """

    def __init__(self, network):
        self.network = network
        self._compiled = compiled_for(network, network)

    def __call__(self, planes):
        """uint8 [B, N, N, 17] -> values [B], a NumPy array."""
        return self._compiled(planes).numpy()


def value_loss(values, outcomes):
    """The mean square error (z − v)². Source: Silver et al. 2016, Methods, "Value network: regression"."""
    return tf.reduce_mean(tf.square(outcomes - values))


def mean_square_error(evaluate, batch):
    """(z − v)² over the positions of a `Batch`; 1 for who always says 0. `evaluate` is planes -> values."""
    values = in_batches(evaluate, batch.planes)
    return float(np.mean((batch.outcomes - values) ** 2))


def one_or_all(games, rules, seed=0):
    """Two sets of equally many positions: one of each game, and all those of as few games as have so many.

    Returns:
      {"one per game": `Examples`, "all": `Examples`}.
    """
    one = Examples(games, rules, each=1, seed=seed)
    needed = np.searchsorted(np.cumsum(games.lengths - games.openings), len(one)) + 1
    return {"one per game": one, "all": Examples(games.some(slice(needed)), rules)}


def train_value(examples, test, channels=24, blocks=3, updates=1500, batch_size=128, every=250, seed=0, show=True):
    """Teach a value network by the outcomes of games.

    Args:
      examples: `Examples` to learn from.
      test: a `Batch` of other games.
      channels, blocks: of the network.
      updates: gradient steps.
      batch_size: positions in each.
      every: updates between measurements.
      seed: of weights and batches.
      show: whether progress is shown.

    Returns:
      (`ValueNetwork`, `Curve` with the mean square error on what it was taught by, "train", and on the "test").
    """
    devices.seed_everything(seed)
    network = ValueNetwork(examples.rules.size, channels, blocks)
    network.build()
    fitting = Fitting(network, value_loss, updates=updates)
    evaluate = ValueEvaluator(network)
    seen = examples.sample(2048, np.random.default_rng([seed, 24]))
    curve = Curve()
    for step in trange(updates, unit="update", disable=not show or None):
        batch = examples.sample(batch_size, np.random.default_rng([seed, 25, step]))
        fitting.update(batch.planes, batch.outcomes)
        if (step + 1) % every == 0 or step + 1 == updates:
            measured = {"train": mean_square_error(evaluate, seen), "test": mean_square_error(evaluate, test)}
            curve.add(step + 1, measured)
    return network, curve
