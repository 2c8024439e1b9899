"""The compiled training step of AlphaGo Zero."""

from course_lib.common.devices import split
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.losses import zero_loss


def optimizer_of(config):
    """Adam, or the paper's momentum with a learning rate that falls twice."""
    rate = config.learning_rate
    if config.drop_at:
        boundaries = [config.drop_at, config.drop_at * 3 // 2]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, [rate, rate / 10, rate / 100])
    if config.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    return keras.optimizers.SGD(rate, momentum=0.9)


class Learner:
    """Teach a network from positions, policies and outcomes.

    Args:
      network: a built `ZeroNetwork`.
      config: a `GoConfig`.
      strategy: a `tf.distribute.Strategy` in whose scope network and learner are made; left out, that of the caller.
      xla: whether to compile with XLA (on one device).
    """

    def __init__(self, network, config, strategy=None, xla=False):
        self.network, self.config = network, config
        self.strategy = strategy or tf.distribute.get_strategy()
        self.optimizer = optimizer_of(config)
        if network.compute_dtype == "float16":
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer)
        self.optimizer.build(network.trainable_variables)
        self._loss = zero_loss.for_training
        self._update = tf.function(self._step, jit_compile=xla and self.strategy.num_replicas_in_sync == 1)

    def update(self, planes, policies, outcomes):
        """Take a step; returns {"loss": …} before it, on the device."""
        return self._update(*(split(self.strategy, part) for part in (planes, policies, outcomes)))

    def _step(self, *batch):
        replicas, variables = self.strategy.num_replicas_in_sync, self.network.trainable_variables

        def step(planes, policies, outcomes):
            with tf.GradientTape() as tape:
                logits, values = self.network(planes, training=True)
                loss = self._loss(logits, values, policies, outcomes)
                decay = tf.add_n([tf.reduce_sum(tf.square(variable)) for variable in variables])
                total = (loss + self.config.regularization * decay) / replicas
                scaled = self.optimizer.scale_loss(total)
            self.optimizer.apply(tape.gradient(scaled, variables), variables)
            return {"loss": loss}

        losses = self.strategy.run(step, args=batch)
        return {name: self.strategy.reduce("MEAN", loss, axis=None) for name, loss in losses.items()}
