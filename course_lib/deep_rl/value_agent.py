"""Acting by action values: mostly the best action, sometimes any."""

import numpy as np

from course_lib.common.quiet import tensorflow as tf


def epsilon_ladder(epsilon, alpha, count):
    """Give each of N actors an ε of its own: ε_i = ε^(1 + α i / (N − 1)), i = 0 … N − 1.

    Source: Horgan et al. 2018, section 4.1, with ε = .4 and α = 7.

    Returns:
      [N].
    """
    return epsilon ** (1 + alpha * np.arange(count) / max(count - 1, 1))


class ValueAgent:
    """Choose actions in N worlds in step, with what the network remembers of each.

    Args:
      network: a `QNetwork`.
      count: N.
    """

    def __init__(self, network, count):
        self.network, self.count = network, count
        self._compiled = None
        self.forget()

    def forget(self):
        """Begin without a memory."""
        self.state = tuple(part.numpy() for part in self.network.initial_state(self.count))
        self.last_actions, self.last_rewards = np.zeros(self.count, np.int32), np.zeros(self.count, np.float32)

    def act(self, observations, first, epsilons, rng):
        """Choose an action in each world.

        Args:
          observations, first: as in `environment.Step`.
          epsilons: the chance of an action drawn from all alike, a number or [N].
          rng: a `numpy.random.Generator`.

        Returns:
          int32 [N].
        """
        if self.network.recurrent:
            before = np.where(first, 0, self.last_actions), np.where(first, 0, self.last_rewards).astype(np.float32)
            best, *state = self._best(observations, *before, first, *self.state)
            self.state = tuple(part.numpy() for part in state)
        else:
            best = self._best(observations)
        explores = rng.random(self.count) < epsilons
        self.last_actions = np.where(
            explores, rng.integers(self.network.actions, size=self.count), best.numpy()
        ).astype(np.int32)
        return self.last_actions

    def see(self, rewards):
        """Take in what the actions brought, [N]: the network is shown it with the next observation."""
        self.last_rewards = rewards

    def _best(self, *seen):
        """The best actions, compiled for what is seen at first: to look up what was compiled takes longer than to run it."""
        seen = [tf.constant(part) for part in seen]
        if self._compiled is None:
            best = tf.function(self._by_memory if self.network.recurrent else self._by_sight)
            self._compiled = best.get_concrete_function(*seen)
        return self._compiled(*seen)

    def _by_sight(self, observations):
        return tf.argmax(self.network(observations), axis=-1, output_type=tf.int32)

    def _by_memory(self, observations, last_actions, last_rewards, first, *state):
        seen = observations[None], last_actions[None], last_rewards[None]
        q, state = self.network.unroll(seen, first[None], state)
        return tf.argmax(q[0], axis=-1, output_type=tf.int32), *state
