"""The compiled update: teach the world model what was seen, then teach actor and critic in its dream."""

from course_lib.common.devices import split
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.learner import Teacher


class DreamerLearner:
    """Teach all parts of an agent.

    It is compiled when it is first called, with the learner's own functions where some were accepted by then.

    Args:
      dreamer: a `Dreamer`.
      strategy: a `tf.distribute.Strategy` in whose scope it was made; left out, that of the caller.
      xla: whether to compile with XLA (on one device).
    """

    def __init__(self, dreamer, strategy=None, xla=False):
        self.dreamer, self.strategy = dreamer, strategy or tf.distribute.get_strategy()
        self.several = self.strategy.num_replicas_in_sync > 1
        config = dreamer.config

        def teacher(network, rate):
            return Teacher(network, rate, config.adam_epsilon, config.clip_norm, self.strategy, config.decay)

        self.of_world = teacher(dreamer.world, config.model_rate)
        self.of_actor = teacher(dreamer.actor, config.actor_rate)
        self.of_critic = teacher(dreamer.critic, config.critic_rate)
        self._compiled = tf.function(self._on_all_replicas, jit_compile=xla and not self.several)
        self.renew_slow_critic = tf.function(dreamer.renew_slow_critic)

    @property
    def optimizers(self):
        """What a checkpoint has to hold of it, {name: optimizer}."""
        teachers = {"world": self.of_world, "actor": self.of_actor, "critic": self.of_critic}
        return {f"{name}_optimizer": teacher.optimizer for name, teacher in teachers.items()}

    def update(self, experience, seed):
        """Take a gradient step with each part.

        Args:
          experience: `Experience`, [L, B, …].
          seed: of all draws, two ints.

        Returns:
          {name: what was measured before the step}.
        """
        parts = (split(self.strategy, part, axis=1) for part in experience)
        return self._compiled(type(experience)(*parts), tf.constant(seed, tf.int32))

    def _on_all_replicas(self, experience, seed):
        measured = self.strategy.run(self._step, args=(experience, seed))
        return {name: self.strategy.reduce("MEAN", value, axis=None) for name, value in measured.items()}

    def _step(self, experience, seed):
        if self.several:  # each replica draws for itself
            seed += [0, 10 * tf.distribute.get_replica_context().replica_id_in_sync_group]
        with tf.GradientTape() as tape:
            loss, measured, seen = self.dreamer.world.model_loss(experience, seed)
            scaled = self.of_world.scaled(loss)
        self.of_world.step(tape, scaled)
        h, z = (tf.reshape(part, (-1, part.shape[-1])) for part in (seen.h, seen.z))
        alive = tf.reshape(tf.cast(experience.discounts > 0, tf.float32), [-1])
        with tf.GradientTape(persistent=True) as tape:
            actor, critic, told = self.dreamer.losses_of_behaviour(h, z, alive, seed + [1, 0])
            actor, critic = self.of_actor.scaled(actor), self.of_critic.scaled(critic)
        self.of_actor.step(tape, actor)
        self.of_critic.step(tape, critic)
        return measured | told
