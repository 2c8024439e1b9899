"""The compiled training step."""

from course_lib.common.devices import split
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.losses import consistency_loss, supervised_losses, usage_weighted_loss
from course_lib.predictron.returns import lambda_weights, preturns


class Learner:
    """Teach a predictron with Adam: one compiled update for labelled inputs, one for inputs without labels.

    Both are compiled when they are first called, with the learner's own functions where some were accepted by then.

    Args:
      model: a built `Predictron`.
      strategy: a `tf.distribute.Strategy` in whose scope model and learner are made; left out, that of the caller.
      xla: whether to compile with XLA (on one device).
    """

    def __init__(self, model, strategy=None, xla=False):
        self.model, self.strategy = model, strategy or tf.distribute.get_strategy()
        self.optimizer = keras.optimizers.Adam(model.config.learning_rate)
        if model.compute_dtype == "float16":  # small gradients vanish in it, so they are computed of a scaled loss
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer)
        self.optimizer.build(model.trainable_variables)
        xla = xla and self.strategy.num_replicas_in_sync == 1
        self._supervised = tf.function(self._supervised_update, jit_compile=xla)
        self._consistent = tf.function(self._consistency_update, jit_compile=xla)
        self.explain = tf.function(model.explain, reduce_retracing=True)

    def update(self, inputs, labels):
        """Take a step on labelled inputs.

        Args:
          inputs: float32 [B, height, width, channels].
          labels: float32 [B, M].

        Returns:
          The losses before the step, {"preturn loss": …, "λ loss": …}.
        """
        return self._supervised(split(self.strategy, inputs), split(self.strategy, labels))

    def update_unlabelled(self, inputs):
        """Take a step towards consistency, on inputs without labels; returns {"consistency loss": …} before it."""
        return self._consistent(split(self.strategy, inputs))

    def _supervised_update(self, inputs, labels):
        return self._on_all_replicas(self._supervised_losses, self.model.trainable_variables, inputs, labels)

    def _consistency_update(self, inputs):
        return self._on_all_replicas(self._consistency_losses, self.model.model_variables, inputs)

    def _supervised_losses(self, inputs, labels):
        """The loss of the preturns and that of their mixture: they teach different variables, so they may be added."""
        targets = labels / tf.constant(self.model.scale)
        rollout = self.model.roll_out(inputs, training=True)
        loss, lambda_loss = supervised_losses(targets, *rollout)
        if self.model.config.usage:
            found = preturns(rollout.rewards, rollout.discounts, rollout.values)
            loss = usage_weighted_loss(targets, found, lambda_weights(rollout.lambdas))
        return {"preturn loss": loss, "λ loss": lambda_loss}

    def _consistency_losses(self, inputs):
        """Divided by K, as the loss of the preturns is.

        Both go through one Adam, whose averages the larger one rules: as the sum that is published, K times larger, it
        slowed the labelled updates down.
        """
        loss = consistency_loss(*self.model.roll_out(inputs, training=True))
        return {"consistency loss": loss / self.model.config.depth}

    def _on_all_replicas(self, losses_of, variables, *batch):
        """Compute losses and gradients of each replica's share, add the gradients up, and take one step."""
        replicas = self.strategy.num_replicas_in_sync

        def step(*share):
            with tf.GradientTape() as tape:
                losses = losses_of(*share)
                total = tf.add_n(list(losses.values())) / replicas
                scaled = self.optimizer.scale_loss(total)
            self.optimizer.apply(tape.gradient(scaled, variables), variables)
            return losses

        losses = self.strategy.run(step, args=batch)
        return {name: self.strategy.reduce("MEAN", loss, axis=None) for name, loss in losses.items()}
