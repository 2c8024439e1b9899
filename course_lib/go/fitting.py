"""Fit a network to a loss: one compiled step of Adam."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


class Fitting:
    """Fit a network.

    Args:
      network: a built network.
      loss: (outputs, *targets) -> scalar.
      learning_rate: at the beginning.
      updates: after how many it has fallen to 0, along a cosine; 0 leaves it as it is.
      decay: c of c‖θ‖².
      normalize: whether batches are normalised by their own means, as they are in supervised learning. Who learns from
        what a network itself has played should leave the network as it was then.
    """

    def __init__(self, network, loss, learning_rate=2e-3, updates=0, decay=1e-4, normalize=True):
        self.network, self.loss, self.decay, self.normalize = network, loss, decay, normalize
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, updates) if updates else learning_rate
        self.optimizer = keras.optimizers.Adam(rate)
        self.optimizer.build(network.trainable_variables)
        self._update = tf.function(self._step, reduce_retracing=True)

    def update(self, planes, *targets):
        """Take a step; returns the loss before it, on the device."""
        return self._update(*(tf.convert_to_tensor(part) for part in (planes, *targets)))

    def _step(self, planes, *targets):
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.loss(self.network(planes, training=self.normalize), *targets)
            weight = tf.add_n([tf.reduce_sum(tf.square(variable)) for variable in variables])
            total = loss + self.decay * weight
        self.optimizer.apply(tape.gradient(total, variables), variables)
        return loss
