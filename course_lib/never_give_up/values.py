"""What the values of a family are taught: each row by β and γ of the member that played it."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import rescale, unscale
from course_lib.deep_rl.value_losses import SequenceLoss
from course_lib.never_give_up.family import discounts_of, weights_of_the_bonus
from course_lib.never_give_up.retrace import retrace_targets, trace_coefficients

BONUS, MEMBER, CHANCE = range(3)  # what is kept of each row beside the rest: r^i_{t+1}, j, μ(a_t | s_t)
EXTRAS = 3


class NGULoss(SequenceLoss):
    """The loss of one network for r^e + β_j r^i, which is told the member j and the last bonus.

    Args:
      online, target: `QNetwork`s with a context of 1 + N numbers.
      config: an `NGUConfig`; its replay gives discounts of 1, or 0 where an episode terminated.
    """

    def __init__(self, online, target, config):
        super().__init__(online, target, config)
        betas, discounts = self.ladders(config)
        self.betas, self.discounts = tf.constant(betas, tf.float32), tf.constant(discounts, tf.float32)

    @staticmethod
    def ladders(config):
        """β and γ of each member, [N] each."""
        betas = weights_of_the_bonus(config.members, config.bonus_weight)
        return betas, discounts_of(config.members, config.discount, config.lowest_discount)

    def members(self, batch):
        """j of each row, int32 [T, B]."""
        return tf.cast(batch.extras[..., MEMBER], tf.int32)

    def seen(self, batch):
        """Beside observation, last action and last reward: the last bonus, and who plays."""
        member = tf.one_hot(self.members(batch), len(self.betas))
        return *super().seen(batch), tf.concat([batch.last_extras[..., BONUS:MEMBER], member], axis=-1)

    def errors(self, batch, q, target_q):
        """δ of every row but the last one, [T − 1, B]."""
        members = self.members(batch)
        batch = batch._replace(
            rewards_tp1=batch.rewards_tp1 + tf.gather(self.betas, members) * batch.extras[..., BONUS],
            discounts_tp1=batch.discounts_tp1 * tf.gather(self.discounts, members),
        )
        if not self.config.retrace:
            return super().errors(batch, q, target_q)
        policy = tf.one_hot(tf.argmax(tf.stop_gradient(q), axis=-1), q.shape[-1])
        given = policy, batch.actions, batch.rewards_tp1, batch.discounts_tp1, self.traces(policy, batch)
        return self.retrace(target_q, *given) - tf.gather(q, batch.actions, batch_dims=2)[:-1]

    def retrace(self, values, *given):
        """Targets of all rows but the last one, [T − 1, B]."""
        if self.config.rescale:
            return retrace_targets.current(values, *given)
        return unscale(retrace_targets.current(rescale(values), *given))  # h and h⁻¹ undo each other

    def traces(self, policy, batch):
        """c of each row; nothing goes on through the last row of an episode, where no action was taken, [T, B]."""
        found = trace_coefficients(policy, batch.actions, batch.extras[..., CHANCE], self.config.trace_decay)
        return found * self.counted(batch)
