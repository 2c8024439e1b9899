"""Random network distillation with a policy: values of what is paid, and values of what is new."""

from typing import NamedTuple

import numpy as np

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.advantages import generalized_advantages
from course_lib.deep_rl.networks import PolicyNetwork
from course_lib.deep_rl.policy_losses import PolicyLoss


@keras.saving.register_keras_serializable("never_give_up")
class TwoValueNetwork(PolicyNetwork):
    """A policy, and two values of what it sees: of what is paid, and of the bonus.

    Source: Burda et al. 2018, section 2.3.

    Args:
      shape, actions, hidden: as for `PolicyNetwork`.
    """

    VALUES = 2

    def call(self, observations):
        """Logits and both values of observations [B, …]: [B, A] and [B, 2]."""
        features = self.torso(observations)
        behind = self.value_torso(observations) if self.value_torso is not None else features
        return self.policy(features), self.value(behind)


class TwoValueLoss(PolicyLoss):
    """The loss of a policy with two values: the returns of a batch are [B, 2]."""

    @staticmethod
    def costs(errors):
        """What the errors of both values cost, [B]."""
        return tf.reduce_sum(0.5 * tf.square(errors), axis=-1)


class Seen(NamedTuple):
    """What the predictor learns from.

    Attributes:
      after: observations, [B, …].
    """

    after: np.ndarray


def two_advantages(rewards_tp1, bonuses_tp1, terminated_tp1, ended_tp1, values, config):
    """Compute the advantages of what is paid, which end with the episode, and of the bonus, which go on behind it.

    What is new is new, whichever life finds it: were the bonus to end with the episode, to die would cost all that is still
    to be discovered, and to risk one's life for a secret would not be worth it.

    The value of a last observation, where nobody acts, is not taught; it comes in with a weight of γ (1 − λ).

    Source: Burda et al. 2018, section 2.3.

    Args:
      rewards_tp1, bonuses_tp1: [T, N].
      terminated_tp1, ended_tp1: whether the step terminated the episode, or ended it in any way, bool [T, N].
      values: of both kinds, of the row behind, too, [T + 1, N, 2].
      config: an `RNDConfig`.

    Returns:
      A of both kinds, [T, N] each.
    """
    of_pay = generalized_advantages.current(
        rewards_tp1, np.float32(config.discount) * ~terminated_tp1, values[:-1, :, 0], values[1:, :, 0], ended_tp1,
        config.gae_lambda,
    )  # fmt: skip
    never, everywhere = np.zeros_like(ended_tp1), np.full_like(bonuses_tp1, config.intrinsic_discount)
    of_bonus = generalized_advantages.current(
        bonuses_tp1, everywhere, values[:-1, :, 1], values[1:, :, 1], never, config.gae_lambda
    )
    return of_pay, of_bonus


class BonusScale:
    """Divide bonuses by the deviation of their discounted sums so far; nothing is subtracted, since there is no negative bonus.

    Source: Burda et al. 2018, section 2.4.

    Args:
      count: N.
      discount: γ of the bonus.
    """

    def __init__(self, count, discount):
        self.discount, self.sums = discount, np.zeros(count)
        self.totals = np.zeros(3)  # how many sums there were, their sum, and that of their squares

    def __call__(self, bonuses):
        """Take bonuses in and scale them, [T, N]."""
        for row in bonuses.astype(np.float64):
            self.sums = self.discount * self.sums + row
            self.totals += len(row), self.sums.sum(), np.square(self.sums).sum()
        count, total, squares = self.totals
        deviation = np.sqrt(max(squares / count - (total / count) ** 2, 0.0))
        return (bonuses / (deviation + 1e-8)).astype(np.float32)

    def pack(self):
        """What a checkpoint has to hold, {name: array}."""
        return {"sums": self.sums, "totals": self.totals}

    def unpack(self, arrays):
        """Put back what `pack` returned.

        Raises:
          ValueError: it is of other worlds.
        """
        if arrays["sums"].shape != self.sums.shape:
            raise ValueError(f"the bonuses were those of {len(arrays['sums'])} worlds, and there are {len(self.sums)}")
        self.sums, self.totals = arrays["sums"], arrays["totals"]
