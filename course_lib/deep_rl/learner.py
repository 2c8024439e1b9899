"""The compiled update: several gradient steps in one call, each on a batch of its own."""

from course_lib.common.devices import split
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


class Learner:
    """Teach a network with Adam.

    It is compiled when it is first called, with the learner's own functions where some were accepted by then.

    Args:
      network: a built Keras model.
      loss_of: a batch, as a named tuple of tensors [B, …] -> (the loss, {name: what was measured}, all of them scalars, and
        a number for each element, [B]); `loss_of.names` are the names.
      learning_rate, epsilon, clip_norm: of Adam; the rate may be a Keras schedule.
      strategy: a `tf.distribute.Strategy` in whose scope network and learner are made; left out, that of the caller.
      xla: whether to compile with XLA (on one device).
    """

    def __init__(self, network, loss_of, learning_rate, epsilon=1e-7, clip_norm=None, strategy=None, xla=False):
        self.network, self.loss_of, self.strategy = network, loss_of, strategy or tf.distribute.get_strategy()
        share = clip_norm and clip_norm / self.strategy.num_replicas_in_sync  # Keras clips before it adds replicas up
        self.optimizer = keras.optimizers.Adam(learning_rate, epsilon=epsilon, global_clipnorm=share)
        if network.compute_dtype == "float16":  # small gradients vanish in it, so they are computed of a scaled loss
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer)
        self.optimizer.build(network.trainable_variables)
        self.several = self.strategy.num_replicas_in_sync > 1
        self._compiled = tf.function(self._on_all_replicas, jit_compile=xla and not self.several)

    def update(self, batches):
        """Take K gradient steps.

        Args:
          batches: a named tuple of arrays [B, K, …].

        Returns:
          ({name: the mean of what was measured before each step}, the numbers of the elements, [B, K]).
        """
        return self._compiled(type(batches)(*(split(self.strategy, part) for part in batches)))

    def _on_all_replicas(self, batches):
        measured, numbers = self.strategy.run(self._steps, args=(batches,))
        measured = {name: self.strategy.reduce("MEAN", value, axis=None) for name, value in measured.items()}
        return measured, self.strategy.gather(numbers, axis=0) if self.strategy.num_replicas_in_sync > 1 else numbers

    def _steps(self, batches):
        def one(k):
            return self._step(type(batches)(*(part[:, k] for part in batches)))

        count = batches[0].shape[1]
        if self.several:  # gradients are added up between replicas, which cannot be done within a loop
            done = [one(k) for k in range(count)]
            measured, numbers = tf.nest.map_structure(lambda *parts: tf.stack(parts), *done)
        else:
            kinds = dict.fromkeys(self.loss_of.names, tf.float32), tf.float32
            measured, numbers = tf.map_fn(one, tf.range(count), fn_output_signature=kinds, parallel_iterations=1)
        return {name: tf.reduce_mean(values) for name, values in measured.items()}, tf.transpose(numbers)

    def _step(self, batch):
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            loss, measured, numbers = self.loss_of(batch)
            scaled = self.optimizer.scale_loss(loss / self.strategy.num_replicas_in_sync)
        gradients = tape.gradient(scaled, variables)
        if self.several:  # the same on each, so that what is clipped is the gradient of the whole batch
            gradients = tf.distribute.get_replica_context().all_reduce("MEAN", gradients)
        self.optimizer.apply(gradients, variables)
        return measured, numbers


def falling_rate(first, share, steps):
    """A learning rate that falls evenly from `first` to a share of it over so many gradient steps."""
    return keras.optimizers.schedules.PolynomialDecay(first, max(steps, 1), first * share)
