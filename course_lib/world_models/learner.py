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
        compiled = {"jit_compile": xla and not self.several}
        self._compiled = tf.function(self._on_all_replicas, **compiled)
        self._compiled_dreaming = tf.function(self._dreaming_on_all_replicas, **compiled)

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
        return self._compiled(*self._shared(experience, seed))

    def update_behaviour(self, experience, seed):
        """The same for actor and critic alone: what was experienced is only where dreams begin."""
        return self._compiled_dreaming(*self._shared(experience, seed))

    def _shared(self, experience, seed):
        parts = (split(self.strategy, part, axis=1) for part in experience)
        return type(experience)(*parts), tf.constant(seed, tf.int32)

    def _on_all_replicas(self, experience, seed):
        return self._mean(self.strategy.run(self._step, args=(experience, seed)))

    def _dreaming_on_all_replicas(self, experience, seed):
        return self._mean(self.strategy.run(self._dreaming_step, args=(experience, seed)))

    def _mean(self, measured):
        return {name: self.strategy.reduce("MEAN", value, axis=None) for name, value in measured.items()}

    def _step(self, experience, seed):
        seed = self._own(seed)
        with tf.GradientTape() as tape:
            loss, measured, seen = self.dreamer.world.model_loss(experience, seed)
            scaled = self.of_world.scaled(loss)
        self.of_world.step(tape, scaled)
        return measured | self._dream(experience, seen, seed)

    def _dreaming_step(self, experience, seed):
        seed = self._own(seed)
        return self._dream(experience, self.dreamer.world.observe(experience, seed), seed)

    def _own(self, seed):
        """Each replica draws for itself."""
        if self.several:
            seed += [0, 10 * tf.distribute.get_replica_context().replica_id_in_sync_group]
        return seed

    def _dream(self, experience, seen, seed):
        h, z = (tf.reshape(part, (-1, part.shape[-1])) for part in (seen.h, seen.z))
        alive = tf.reshape(tf.cast(experience.discounts > 0, tf.float32), [-1])
        with tf.GradientTape(persistent=True) as tape:
            actor, critic, measured = self.dreamer.losses_of_behaviour(h, z, alive, seed + [1, 0])
            actor, critic = self.of_actor.scaled(actor), self.of_critic.scaled(critic)
        self.of_actor.step(tape, actor)
        self.of_critic.step(tape, critic)
        return measured
