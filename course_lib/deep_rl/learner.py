"""The compiled update: several gradient steps in one call, each on a batch of its own."""

from course_lib.common.devices import split
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


class Teacher:
    """Move the weights of a network by the gradients of a loss, with Adam; on several devices by that of all of them.

    Args:
      network: a built Keras model.
      learning_rate, epsilon, clip_norm: of Adam; the rate may be a Keras schedule.
      strategy: a `tf.distribute.Strategy`, in whose scope the network was made.
      decay: by how much of themselves weights shrink in each step, whatever the learning rate; not with a schedule.
    """

    def __init__(self, network, learning_rate, epsilon, clip_norm, strategy, decay=0.0):
        self.variables, self.replicas = network.trainable_variables, strategy.num_replicas_in_sync
        share = clip_norm / self.replicas if clip_norm else None  # Keras clips before it adds replicas up
        known = {"epsilon": epsilon, "global_clipnorm": share}
        if decay:  # Keras shrinks weights by decay × learning rate
            known["weight_decay"] = decay / learning_rate
        self.optimizer = keras.optimizers.Adam(learning_rate, **known)
        if network.compute_dtype == "float16":  # small gradients vanish in it, so they are computed of a scaled loss
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer)
        self.optimizer.build(self.variables)

    def scaled(self, loss):
        """The loss whose gradient `step` takes: computed within the tape."""
        return self.optimizer.scale_loss(loss / self.replicas)

    def step(self, tape, scaled):
        """Take a step against the gradient of a loss that was recorded on a tape."""
        gradients = tape.gradient(scaled, self.variables)
        if self.replicas > 1:  # the same on each, so that what is clipped is the gradient of the whole batch
            gradients = tf.distribute.get_replica_context().all_reduce("MEAN", gradients)
        self.optimizer.apply(gradients, self.variables)


class Learner:
    """Teach a network with Adam, or several of them by one loss, each with an optimiser of its own.

    It is compiled when it is first called, with the learner's own functions where some were accepted by then.

    Args:
      network: a built Keras model, or a list of them.
      loss_of: a batch, as a named tuple of tensors [B, …] -> (the loss, {name: what was measured}, all of them scalars, and
        a number for each element, [B]); `loss_of.names` are the names.
      learning_rate, epsilon, clip_norm: of Adam; the rate may be a Keras schedule.
      strategy: a `tf.distribute.Strategy` in whose scope network and learner are made; left out, that of the caller.
      xla: whether to compile with XLA (on one device).
    """

    def __init__(self, network, loss_of, learning_rate, epsilon=1e-7, clip_norm=None, strategy=None, xla=False):
        self.network, self.loss_of, self.strategy = network, loss_of, strategy or tf.distribute.get_strategy()
        networks = network if isinstance(network, list) else [network]
        self.teachers = [Teacher(each, learning_rate, epsilon, clip_norm, self.strategy) for each in networks]
        self.optimizers = [teacher.optimizer for teacher in self.teachers]
        self.optimizer = self.optimizers[0]
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
        with tf.GradientTape(persistent=len(self.teachers) > 1) as tape:
            loss, measured, numbers = self.loss_of(batch)
            scaled = [teacher.scaled(loss) for teacher in self.teachers]
        for teacher, loss in zip(self.teachers, scaled, strict=True):
            teacher.step(tape, loss)
        return measured, numbers


def falling_rate(first, share, steps):
    """A learning rate that falls evenly from `first` to a share of it over so many gradient steps."""
    return keras.optimizers.schedules.PolynomialDecay(first, max(steps, 1), first * share)
