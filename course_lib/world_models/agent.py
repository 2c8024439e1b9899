"""Acting: keep a state of each world, and do what the actor says in it."""

import numpy as np

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.acting import CompiledOnce
from course_lib.world_models.latents import gumbel
from course_lib.world_models.recurrent_state import observe_step


class DreamerAgent:
    """Choose actions in N worlds in step.

    Args:
      dreamer: a `Dreamer`.
      count: N.
      greedy: whether to take the most probable action; else each is drawn.
    """

    state = (np.zeros((1, 0)), np.zeros((1, 0)))  # nothing of it is kept in a replay

    def __init__(self, dreamer, count, greedy=False):
        self.dreamer, self.count, self.greedy = dreamer, count, greedy
        self._look = CompiledOnce(self._step, dreamer.world.observation_shape)
        self.forget()

    def forget(self):
        """Begin without a memory."""
        self.h, self.z = self.dreamer.world.initial_state(self.count)
        self.last_actions = np.zeros(self.count, np.int32)

    def see(self, step):
        """What came of the actions is not looked at."""

    def act(self, observations, first, epsilon, rng):
        """Choose an action in each world.

        Args:
          observations, first: as in `deep_rl.environment.Step`.
          epsilon: the chance of an action drawn from all alike.
          rng: a `numpy.random.Generator`.

        Returns:
          int32 [N].
        """
        seed = rng.integers(2**30, size=2, dtype=np.int32)
        chosen, self.h, self.z = self._look(observations, first, self.last_actions, self.h, self.z, seed)
        chance, which = rng.random((2, self.count))
        drawn = (which * self.dreamer.world.actions).astype(np.int32)
        self.last_actions = np.where(chance < epsilon, drawn, chosen.numpy())
        return self.last_actions

    def _step(self, observations, first, last_actions, h, z, seed):
        world = self.dreamer.world
        embedded = tf.cast(world.encoder(observations), tf.float32)
        done, noise = tf.one_hot(last_actions, world.actions), world.latents.noise((self.count,), seed)
        h, z, *_ = observe_step.current(h, z, done, first, embedded, noise, world.state.weights_now(), world.latents)
        logits = self.dreamer.actor(tf.concat([h, z], axis=-1))
        if not self.greedy:
            logits += gumbel((self.count, world.actions), seed + [0, 1])
        return tf.argmax(logits, axis=-1, output_type=tf.int32), h, z
