"""The network of AlphaGo Zero: one trunk of residual blocks, a policy head and a value head."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.trunk import Normalized, TrunkNetwork, compiled_for


@keras.saving.register_keras_serializable("go")
class ZeroNetwork(TrunkNetwork):
    """From the planes of a position to the logits of the moves and the value for the side to move.

    Source: Silver et al. 2017, Methods, "Neural network architecture".

    Args:
      size: N.
      channels: of the trunk; 256 in the paper.
      blocks: residual blocks; 19 or 39 in the paper.
      hidden: units of the value head; 256 in the paper.
      policy_channels: of the policy head; 2 in the paper.
    """

    def __init__(self, size, channels=32, blocks=3, hidden=64, policy_channels=2, **options):
        super().__init__(size, channels, blocks, **options)
        self.hidden, self.policy_channels = hidden, policy_channels
        self.policy_head = [
            Normalized(policy_channels, 1),
            keras.layers.Flatten(),
            keras.layers.Dense(size**2 + 1, dtype="float32"),
        ]
        self.value_head = [
            Normalized(1, 1),
            keras.layers.Flatten(),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(1, activation="tanh", dtype="float32"),
        ]

    def call(self, planes, training=False):
        """[B, N, N, 17] -> (logits [B, N² + 1], values [B])."""
        state = self.see(planes, training)
        logits = self.through(self.policy_head, state, training)
        return logits, self.through(self.value_head, state, training)[:, 0]

    def get_config(self):
        """What makes an equal network."""
        return {**super().get_config(), "hidden": self.hidden, "policy_channels": self.policy_channels}


class Evaluator:
    """A network as the search calls it: compiled once for batches of any length.

    Args:
      network: a built `ZeroNetwork`.
    """

    def __init__(self, network):
        self.network = network
        self._compiled = compiled_for(network, self._evaluate)

    def _evaluate(self, planes):
        logits, values = self.network(planes)
        return tf.nn.softmax(logits), values

    def __call__(self, planes, rows=None):
        """uint8 [B, N, N, 17] -> (policies [B, A], values [B]), NumPy arrays; `rows` are not looked at."""
        policies, values = self._compiled(planes)
        return policies.numpy(), values.numpy()
