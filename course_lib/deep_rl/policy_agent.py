"""Acting by a policy: every action is drawn."""

import numpy as np

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.acting import CompiledOnce


class PolicyAgent:
    """Choose actions in N worlds in step.

    Args:
      network: a `PolicyNetwork`.
      count: N.
    """

    def __init__(self, network, count):
        self.network, self.count = network, count
        self._compiled = CompiledOnce(self._look, network.settings["shape"])

    def look(self, observations):
        """Log-probabilities and values of observations, [N, A] and [N]."""
        log, values = self._compiled(observations)
        return log.numpy(), values.numpy()

    def draw(self, log_probabilities, rng):
        """Draw actions, int32 [N]: the largest sum of log-probability and Gumbel noise."""
        return (log_probabilities + rng.gumbel(size=log_probabilities.shape)).argmax(axis=1).astype(np.int32)

    def forget(self):
        """Nothing is remembered."""

    def see(self, step):
        """What came of the actions is not looked at."""

    def act(self, observations, first, epsilon, rng):
        """The most probable action in each world, for an evaluation."""
        return self.look(observations)[0].argmax(axis=1).astype(np.int32)

    def _look(self, observations):
        logits, values = self.network(observations)
        return tf.nn.log_softmax(logits), values
