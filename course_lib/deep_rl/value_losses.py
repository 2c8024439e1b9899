"""What a value network is taught by: temporal-difference errors of transitions, and of sequences."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import double_q_targets, q_targets, rescale, sequence_targets, unscale

MIX = 0.9  # η: how much the largest error of a sequence counts in its priority, beside the mean


def penalty(errors, clip):
    """½ δ² up to |δ| = c, and c |δ| − ½ c² beyond, so that its slope is the error clipped at c; c = 0 clips nothing.

    Source: Mnih et al. 2015, Methods, "Training details", with c = 1.
    """
    if not clip:
        return 0.5 * tf.square(errors)
    size = tf.abs(errors)
    return tf.where(size < clip, 0.5 * tf.square(errors), clip * (size - 0.5 * clip))


class ValueLoss:
    """Measure how far the network that learns is from its targets.

    Args:
      online: the `QNetwork` that learns.
      target: an earlier copy of it, which is never taught.
      config: a `ValueConfig`.
    """

    names = ("loss", "q")

    def __init__(self, online, target, config):
        self.online, self.target, self.config = online, target, config

    def targets(self, rewards_tp1, discounts_tp1, q_tp1, target_q_tp1):
        """What the values of the actions taken should be: y, or h(r + γ h⁻¹(q̄)) where values are rescaled, [B]."""
        if self.config.rescale:
            return rescale(rewards_tp1 + discounts_tp1 * self.worth(q_tp1, target_q_tp1))
        if self.config.double:
            return double_q_targets.current(rewards_tp1, discounts_tp1, q_tp1, target_q_tp1)
        return q_targets(rewards_tp1, discounts_tp1, target_q_tp1)

    def worth(self, q, target_q):
        """What states are worth by the target network, in the units of returns: [B, A] each -> [B]."""
        none, all_ = tf.zeros(tf.shape(q)[:1]), tf.ones(tf.shape(q)[:1])
        targets = (
            double_q_targets.current(none, all_, q, target_q) if self.config.double else q_targets(none, all_, target_q)
        )
        return unscale(targets) if self.config.rescale else targets


class TransitionLoss(ValueLoss):
    """The loss on `Transitions`."""

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are δ, [B]."""
        q = self.online(batch.observations)
        target_q_tp1 = self.target(batch.next_observations)
        q_tp1 = self.online(batch.next_observations) if self.config.double else target_q_tp1
        targets = self.targets(batch.rewards_tp1, batch.discounts_tp1, tf.stop_gradient(q_tp1), target_q_tp1)
        taken = tf.gather(q, batch.actions, batch_dims=1)
        errors = tf.stop_gradient(targets) - taken
        loss = tf.reduce_mean(batch.weights * penalty(errors, self.config.clip_errors))
        return loss, {"loss": loss, "q": tf.reduce_mean(taken)}, errors


class SequenceLoss(ValueLoss):
    """The loss on `Sequences`: both networks run along them from the stored state, the burn-in teaches nothing."""

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are the priorities η max |δ| + (1 − η) mean |δ|, [B]."""
        batch = time_major(batch)
        (q,), (target_q,) = (self.along(network.unroll, batch) for network in (self.online, self.target))
        errors, counted = self.learnt(self.errors(batch, q, target_q)), self.learnt(self.counted(batch))
        loss = self.weighed(batch, errors, counted)
        taken = tf.reduce_mean(tf.gather(q, batch.actions, batch_dims=2))
        return loss, {"loss": loss, "q": taken}, self.priorities(tf.abs(errors), counted)

    def along(self, unroll, batch):
        """What a network's `unroll` says of every row, from stored states or from zeros: a tuple of [T, B, A]."""
        states = batch.states if self.config.stored_state else tf.zeros_like(batch.states)
        return unroll(self.seen(batch), batch.first, tuple(tf.unstack(states, axis=1)), self.config.burn_in)[:-1]

    def seen(self, batch):
        """What a network sees of each row."""
        return batch.observations, batch.last_actions, batch.last_rewards

    def learnt(self, rows):
        """Those of the rows that are learnt from: behind them are rows only to look ahead to."""
        return rows[self.config.burn_in : self.config.burn_in + self.config.unroll]

    def counted(self, batch):
        """1 for every row but the last one of an episode, which no action follows, [T, B]."""
        return tf.cast(~batch.last, tf.float32)

    def weighed(self, batch, errors, counted):
        """The loss: what the errors of each sequence cost, a mean over its rows, and over sequences by their weights."""
        each = tf.reduce_sum(counted * penalty(errors, self.config.clip_errors), axis=0) / self.config.unroll
        return tf.reduce_mean(batch.weights * each)

    def priorities(self, sizes, counted):
        """η max |δ| + (1 − η) mean |δ| over the rows that count, [B]."""
        sizes *= counted
        mean = tf.reduce_sum(sizes, axis=0) / tf.maximum(tf.reduce_sum(counted, axis=0), 1)
        return MIX * tf.reduce_max(sizes, axis=0) + (1 - MIX) * mean

    def errors(self, batch, q, target_q):
        """δ of every row but the last one, [T − 1, B]."""
        rows, actions = tf.shape(q)[0], q.shape[-1]
        flat = [tf.reshape(values, (-1, actions)) for values in (tf.stop_gradient(q), target_q)]
        worth = tf.reshape(self.worth(*flat), (rows, -1))
        returns = sequence_targets(
            batch.rewards_tp1[:-1], batch.discounts_tp1[:-1], worth[1:], batch.last[1:], self.config.n_step
        )
        targets = rescale(returns) if self.config.rescale else returns
        return tf.stop_gradient(targets) - tf.gather(q, batch.actions, batch_dims=2)[:-1]


def time_major(batch):
    """`Sequences` with rows first, [T, B, …], but for states and weights."""
    rows = {name: part for name, part in batch._asdict().items() if name not in ("states", "weights")}
    turned = {name: tf.transpose(part, (1, 0, *range(2, len(part.shape)))) for name, part in rows.items()}
    return batch._replace(**turned)
