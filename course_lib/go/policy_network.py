"""Policy networks that are taught by games: AlphaGo's, and DarkForest's, which says more than the next move."""

import functools

import numpy as np

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.trunk import TrunkNetwork, compiled_for


@keras.saving.register_keras_serializable("go")
class PolicyNetwork(TrunkNetwork):
    """From a position to the logits of the next k moves: its own, the answer, the answer to that.

    A map over the board for each move, and one number for the pass, which those networks did not know.

    Source: Silver et al. 2016, Methods, "Policy network", with k = 1; Tian & Zhu 2015, section 3.2, with k = 3.

    Args:
      size: N.
      channels: of the trunk.
      blocks: residual blocks.
      ahead: k.
    """

    def __init__(self, size, channels=24, blocks=3, ahead=1, **options):
        super().__init__(size, channels, blocks, **options)
        self.ahead = ahead
        self.points = keras.layers.Conv2D(ahead, 1, dtype="float32")
        self.passes = keras.layers.Dense(ahead, dtype="float32")

    def call(self, planes, training=False):
        """[B, N, N, 17] -> logits [B, k, N² + 1]."""
        state = self.see(planes, training)
        points = tf.reshape(self.points(state), [-1, self.size**2, self.ahead])
        passes = self.passes(tf.reduce_mean(state, axis=[1, 2]))[:, None]
        return tf.transpose(tf.concat([points, passes], axis=1), [0, 2, 1])

    @functools.cached_property
    def best_moves(self):
        """[B, N, N, 17] -> the most probable of each of the next k moves, int [B, k]; compiled."""
        return compiled_for(self, lambda planes: tf.argmax(self(planes), axis=-1))

    def get_config(self):
        """What makes an equal network."""
        return {**super().get_config(), "ahead": self.ahead}


class PolicyEvaluator:
    """A policy network as the search and the players call it; of values it knows nothing.

    Args:
      network: a built `PolicyNetwork`.
    """

    def __init__(self, network):
        self.network = network
        self._compiled = compiled_for(network, self._policy)

    def _policy(self, planes):
        return tf.nn.softmax(self.network(planes)[:, 0])

    def __call__(self, planes, rows=None):
        """uint8 [B, N, N, 17] -> (policies [B, A], values [B], all 0), NumPy arrays; `rows` are not looked at."""
        return self._compiled(planes).numpy(), np.zeros(len(planes), np.float32)
