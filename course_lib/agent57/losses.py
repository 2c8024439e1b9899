"""What both values are taught, in one call."""

from course_lib.agent57.family import discounts_of_agent57
from course_lib.agent57.priorities import sequence_priorities
from course_lib.agent57.split import shared_policy, split_errors
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.value_losses import MIX, time_major
from course_lib.never_give_up.family import weights_of_the_bonus
from course_lib.never_give_up.values import BONUS, NGULoss


class Agent57Loss(NGULoss):
    """The loss of one network, with the ladder of Agent57's discounts."""

    @staticmethod
    def ladders(config):
        """β and γ of each member, [N] each."""
        betas = weights_of_the_bonus(config.members, config.bonus_weight)
        return betas, discounts_of_agent57(
            config.members, config.discount, config.middle_discount, config.lowest_discount
        )

    def priorities(self, sizes, counted):
        """How often each sequence is to be drawn, [B]."""
        return sequence_priorities.current(sizes, counted, MIX)


class SplitLoss(Agent57Loss):
    """The losses of both networks, added up: nothing of one depends on the weights of the other.

    Args:
      online, target: `SplitQNetwork`s.
      config: an `Agent57Config`.
    """

    names = ("loss", "q", "intrinsic q", "extrinsic loss", "intrinsic loss")

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are priorities, of |δ_e| + β_j |δ_i|, [B]."""
        batch = time_major(batch)
        q, target_q = (self.along(network.both, batch) for network in (self.online, self.target))
        betas, discounts = (tf.gather(ladder, self.members(batch)) for ladder in (self.betas, self.discounts))
        policy = shared_policy.current(*self.online.addends(*q), betas)
        errors = split_errors.current(
            *q, *target_q, policy, batch.actions, batch.rewards_tp1, batch.extras[..., BONUS],
            batch.discounts_tp1 * discounts, self.traces(policy, batch),
        )  # fmt: skip
        errors, counted = [self.learnt(each) for each in errors], self.learnt(self.counted(batch))
        losses = [self.weighed(batch, each, counted) for each in errors]
        sizes = tf.abs(errors[0]) + self.learnt(betas) * tf.abs(errors[1])
        means = [tf.reduce_mean(tf.gather(each, batch.actions, batch_dims=2)) for each in q]
        measured = dict(zip(self.names, (losses[0] + losses[1], *means, *losses), strict=True))
        return losses[0] + losses[1], measured, self.priorities(sizes, counted)
