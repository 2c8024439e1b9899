"""Supervised learning of policies: predict what experts play."""

from dataclasses import dataclass, field

import numpy as np
from tqdm import trange

from course_lib.common import devices
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.examples import Examples
from course_lib.go.fitting import Fitting
from course_lib.go.policy_network import PolicyNetwork
from course_lib.go.trunk import in_batches


@dataclass
class Curve:
    """What was measured while something learnt.

    Attributes:
      updates: when.
      values: {name: what}, of the same lengths.
    """

    updates: list = field(default_factory=list)
    values: dict = field(default_factory=dict)

    def add(self, update, measured):
        """Note what was measured after some updates, {name: number}."""
        self.updates.append(update)
        for name, value in measured.items():
            self.values.setdefault(name, []).append(float(value))


def next_moves_loss(logits, moves):
    """The cross-entropy of the next k moves; the j-th of them counts 1/j.

    −Σ_j (1/j) log p_j(a_{t+j−1} | s_t), the mean over the positions; moves behind the end of a game do not count.

    Source: Silver et al. 2016, equation 1, with k = 1; Tian & Zhu 2015, section 3.2, and the weights 1/j in the code that
    they published with it.

    Args:
      logits: [B, k, A].
      moves: int [B, k], −1 behind the end.

    Returns:
      A scalar.
    """
    weights = 1 / tf.range(1, moves.shape[1] + 1, dtype=tf.float32) * tf.cast(moves >= 0, tf.float32)
    entropies = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(moves, 0), logits)
    return tf.reduce_mean(tf.reduce_sum(weights * entropies, axis=1))


def accuracy(network, batch):
    """The share of positions in which a policy network gives the move that was played the highest probability.

    Args:
      network: a built `PolicyNetwork`.
      batch: `examples.Batch`.

    Returns:
      A number for each of the k moves that the batch has and the network predicts.
    """
    predicted = in_batches(network.best_moves, batch.planes)
    steps = min(network.ahead, batch.moves.shape[1])
    known = batch.moves[:, :steps] >= 0
    return ((predicted[:, :steps] == batch.moves[:, :steps]) & known).sum(axis=0) / known.sum(axis=0)


def train_policy(
    games, test_games, rules, ahead=1, channels=24, blocks=3, updates=2000, batch_size=128, every=250, seed=0, show=True
):
    """Teach a policy network to predict the next moves.

    Args:
      games, test_games: `Games`.
      rules: `Rules`.
      ahead: k.
      channels, blocks: of the network.
      updates: gradient steps.
      batch_size: positions in each.
      every: updates between measurements.
      seed: of weights and batches.
      show: whether progress is shown.

    Returns:
      (`PolicyNetwork`, `Curve` with the "loss" since the last measurement, and the "accuracy" of the next move in the
      games that it was not taught by).
    """
    devices.seed_everything(seed)
    network = PolicyNetwork(rules.size, channels, blocks, ahead)
    network.build()
    fitting = Fitting(network, next_moves_loss, updates=updates)
    examples, test = Examples(games, rules, ahead), Examples(test_games, rules, ahead).all()
    curve, losses = Curve(), []
    for step in trange(updates, unit="update", disable=not show or None):
        batch = examples.sample(batch_size, np.random.default_rng([seed, 22, step]))
        losses.append(fitting.update(batch.planes, batch.moves))
        if (step + 1) % every == 0 or step + 1 == updates:
            curve.add(step + 1, {"loss": np.mean(losses), "accuracy": accuracy(network, test)[0]})
            losses = []
    return network, curve
