"""The network of AlphaGo Zero: one trunk of residual blocks, a policy head and a value head."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.planes import PLANES


class Normalized(keras.layers.Layer):
    """Convolution, batch normalisation, and a rectifier if wanted."""

    def __init__(self, channels, width=3, rectify=True, **options):
        super().__init__(**options)
        self.convolution = keras.layers.Conv2D(channels, width, padding="same", use_bias=False)
        self.normalization = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        self.rectify = rectify

    def call(self, inputs, training=False):
        """[B, N, N, …] -> [B, N, N, channels]."""
        outputs = self.normalization(self.convolution(inputs), training=training)
        return tf.nn.relu(outputs) if self.rectify else outputs


class Residual(keras.layers.Layer):
    """Two convolutions whose result is added to what came in."""

    def __init__(self, channels, **options):
        super().__init__(**options)
        self.first, self.second = Normalized(channels), Normalized(channels, rectify=False)

    def call(self, inputs, training=False):
        """[B, N, N, channels] -> the same."""
        return tf.nn.relu(inputs + self.second(self.first(inputs, training=training), training=training))


@keras.saving.register_keras_serializable("go")
class ZeroNetwork(keras.Model):
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
        super().__init__(**options)
        self.size, self.channels, self.blocks, self.hidden = size, channels, blocks, hidden
        self.policy_channels = policy_channels
        self.trunk = [Normalized(channels), *(Residual(channels) for _ in range(blocks))]
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

    def build(self, _=None):
        """Make the weights."""
        self._run_once()
        self.built = True

    def _run_once(self):
        with tf.init_scope():
            self.call(tf.zeros([1, self.size, self.size, PLANES]))

    def call(self, planes, training=False):
        """[B, N, N, 17] -> (logits [B, N² + 1], values [B])."""
        state = tf.cast(planes, self.compute_dtype)
        for layer in self.trunk:
            state = layer(state, training=training)
        policy, value = state, state
        for layer in self.policy_head:
            policy = layer(policy, training=training) if isinstance(layer, Normalized) else layer(policy)
        for layer in self.value_head:
            value = layer(value, training=training) if isinstance(layer, Normalized) else layer(value)
        return policy, value[:, 0]

    def get_config(self):
        """What makes an equal network."""
        own = {name: getattr(self, name) for name in ("size", "channels", "blocks", "hidden", "policy_channels")}
        return {**super().get_config(), **own}


class Evaluator:
    """A network as the search calls it: compiled once for batches of any length.

    Args:
      network: a built `ZeroNetwork`.
    """

    def __init__(self, network):
        self.network = network
        shape = [None, network.size, network.size, PLANES]
        compiled = tf.function(self._evaluate, input_signature=[tf.TensorSpec(shape, tf.uint8)])
        self._compiled = compiled.get_concrete_function()  # traced once, here

    def _evaluate(self, planes):
        logits, values = self.network(planes)
        return tf.nn.softmax(logits), values

    def __call__(self, planes, rows=None):
        """uint8 [B, N, N, 17] -> (policies [B, A], values [B]), NumPy arrays; `rows` are not looked at."""
        policies, values = self._compiled(planes)
        return policies.numpy(), values.numpy()
