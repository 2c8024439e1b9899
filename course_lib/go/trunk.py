"""Networks for one purpose each, policy or value, as they were before AlphaGo Zero gave both the same trunk."""

import numpy as np

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.networks import Normalized, Residual
from course_lib.go.planes import PLANES


class TrunkNetwork(keras.Model):
    """A trunk of residual blocks; what stands on it, a subclass says.

    The networks of 2016 were plain: 13 layers of convolutions over 48 planes, among them liberties and ladders. These see
    what AlphaGo Zero sees, so that the programs of this chapter differ in how they learn and not in what they look at.

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


def in_batches(compiled, planes, at_once=512):
    """Apply a compiled function to many positions, a batch at a time; returns a NumPy array."""
    return np.concatenate([compiled(planes[start : start + at_once]) for start in range(0, len(planes), at_once)])
