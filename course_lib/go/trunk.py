"""What all networks of this chapter stand on: a trunk of residual blocks over the planes of a position."""

import numpy as np

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


class TrunkNetwork(keras.Model):
    """A trunk of residual blocks; what stands on it, a subclass says.

    AlphaGo Zero put both heads on one trunk. The networks of 2016 had a purpose each and were plain: 13 layers of
    convolutions over 48 planes, among them liberties and ladders. Here all see what AlphaGo Zero sees, so that the programs
    of this chapter differ in how they learn and not in what they look at.

    Args:
      size: N.
      channels: of the trunk.
      blocks: residual blocks.
    """

    def __init__(self, size, channels=24, blocks=3, **options):
        super().__init__(**options)
        self.size, self.channels, self.blocks = size, channels, blocks
        self.trunk = [Normalized(channels), *(Residual(channels) for _ in range(blocks))]

    def build(self, _=None):
        """Make the weights."""
        with tf.init_scope():
            self.call(tf.zeros([1, self.size, self.size, PLANES]))
        self.built = True

    def through(self, layers, state, training):
        """Pass a state through layers; what they normalise by depends on `training`."""
        for layer in layers:
            knows = isinstance(layer, (Normalized, Residual))
            state = layer(state, training=training) if knows else layer(state)
        return state

    def see(self, planes, training):
        """uint8 [B, N, N, 17] -> the top of the trunk, [B, N, N, channels]."""
        return self.through(self.trunk, tf.cast(planes, self.compute_dtype), training)

    def get_config(self):
        """What makes an equal network."""
        return {**super().get_config(), "size": self.size, "channels": self.channels, "blocks": self.blocks}


def compiled_for(network, function):
    """Compile a function of planes for batches of any length.

    It is traced here and once: TensorFlow warns of what is traced again for each of many networks.

    Args:
      network: a `TrunkNetwork`.
      function: planes uint8 [B, N, N, 17] -> tensors.
    """
    planes = tf.TensorSpec([None, network.size, network.size, PLANES], tf.uint8)
    return tf.function(function, input_signature=[planes]).get_concrete_function()


def in_batches(compiled, planes, at_once=512):
    """Apply a compiled function to many positions, a batch at a time; returns a NumPy array."""
    return np.concatenate([compiled(planes[start : start + at_once]) for start in range(0, len(planes), at_once)])
