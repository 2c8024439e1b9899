"""Acting as a member of the family."""

import numpy as np

from course_lib.deep_rl.value_agent import ValueAgent
from course_lib.never_give_up.retrace import chances


class NGUAgent(ValueAgent):
    """Choose actions in N worlds in step, each as a member of the family, and see how new it is what comes of them.

    Args:
      network: a `QNetwork` with a context of 1 + members.
      count: N.
      novelty: a `Novelty`.
      clip_rewards: as for `ValueAgent`.
      learning: whether what is seen counts for what is usual.

    Attributes:
      members: who plays in each world, int [N].
      bonuses: r^i of what is seen now, [N].
      chances: of the actions that were chosen last, [N].
    """

    def __init__(self, network, count, novelty, clip_rewards=False, learning=True):
        self.novelty, self.learning, self.members = novelty, learning, np.zeros(count, int)
        super().__init__(network, count, clip_rewards)

    def forget(self):
        """Begin without any memory."""
        super().forget()
        self.memory, self.bonuses = self.novelty.memory(self.count), None

    def see(self, step):
        """Take in what came of the actions, an `environment.Step`, and how new it is."""
        super().see(step)
        self._look(step.observations, step.first)

    def _look(self, observations, first):
        self.bonuses = self.novelty.bonuses(self.memory, observations, first, self.learning)

    def act(self, observations, first, epsilons, rng):
        """Choose an action in each world; arguments and result as for `ValueAgent`."""
        actions = super().act(observations, first, epsilons, rng)
        self.chances = chances(actions, self.greedy, epsilons, self.network.actions)
        return actions

    def best(self, observations, first):
        """Say which action is the best in each world for the member that plays there, int32 [N]."""
        if self.bonuses is None:
            self._look(observations, first)
        member = np.eye(self.network.context - 1, dtype=np.float32)[self.members]
        self.greedy = super().best(observations, first, np.concatenate([self.bonuses[:, None], member], axis=1))
        return self.greedy
