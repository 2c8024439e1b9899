"""Acting by action values: mostly the best action, sometimes any."""

import numpy as np

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.acting import CompiledOnce


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
      clip_rewards: whether the network learnt from the signs of rewards, and is shown these alone.
    """

    def __init__(self, network, count, clip_rewards=False):
        self.network, self.count, self.clip_rewards = network, count, clip_rewards
        look = self._by_memory if network.recurrent else self._by_sight
        self._best = CompiledOnce(look, network.settings["shape"])
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
        best = self.best(observations, first)
        chance, which = rng.random((2, self.count))
        drawn = (which * self.network.actions).astype(np.int32)
        self.last_actions = np.where(chance < epsilons, drawn, best)
        return self.last_actions

    def best(self, observations, first, *context):
        """Look at what is seen, and say which action is the best in each world, int32 [N]."""
        if not self.network.recurrent:
            return self._best(observations).numpy()
        before = np.where(first, 0, self.last_actions), np.where(first, 0, self.last_rewards).astype(np.float32)
        best, *state = self._best(observations, *before, *context, first, *self.state)
        self.state = tuple(part.numpy() for part in state)
        return best.numpy()

    def see(self, step):
        """Take in what came of the actions, an `environment.Step`: the network is shown the rewards with the next observation."""
        self.last_rewards = np.sign(step.rewards) if self.clip_rewards else step.rewards

    def _by_sight(self, observations):
        return tf.argmax(self.network(observations), axis=-1, output_type=tf.int32)

    def _by_memory(self, *known):
        *seen, first, h, c = known
        q, state = self.network.unroll([part[None] for part in seen], first[None], (h, c))
        return tf.argmax(q[0], axis=-1, output_type=tf.int32), *state
