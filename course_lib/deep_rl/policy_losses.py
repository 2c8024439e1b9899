"""What a policy is taught by: the gradient of what it won, kept near the policy that played."""

from typing import NamedTuple

import numpy as np

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


class Decisions(NamedTuple):
    """What a policy did, and what came of it.

    Attributes:
      observations: s_t, [B, …].
      actions: a_t, int32 [B].
      log_probabilities: log π_old(a_t | s_t) of the policy that played, [B].
      advantages: A_t, [B].
      returns: what v(s_t) is taught, [B].
      counted: 1 for what counts, 0 for what does not, [B].
    """

    observations: np.ndarray
    actions: np.ndarray
    log_probabilities: np.ndarray
    advantages: np.ndarray
    returns: np.ndarray
    counted: np.ndarray


@exercise(
    context="tensorflow", xla=True, gradient=("log_probabilities",), stopped=("old_log_probabilities", "advantages")
)
def clipped_policy_loss(log_probabilities, old_log_probabilities, advantages, clip):
    """Compute −min(ρ A, clip(ρ, 1 − ε, 1 + ε) A) with ρ = π(a | s) / π_old(a | s): what has moved far enough is left alone.

    Source: Schulman et al. 2017, equation 7.

    Args:
      log_probabilities: log π(a_t | s_t) of the policy that learns, [B].
      old_log_probabilities: log π_old(a_t | s_t) of the one that played, [B]; no gradient flows into it.
      advantages: A_t, [B]; no gradient flows into them.
      clip: ε.

    Returns:
      The loss of each decision, [B].
    """
    advantages = tf.stop_gradient(advantages)
    ratios = tf.exp(log_probabilities - tf.stop_gradient(old_log_probabilities))
    return -tf.minimum(ratios * advantages, tf.clip_by_value(ratios, 1 - clip, 1 + clip) * advantages)


def policy_gradient_loss(log_probabilities, advantages):
    """Compute −A log π(a | s), whose gradient is that of the policy gradient theorem.

    Source: Williams 1992; Sutton et al. 2000, theorem 1.

    Args:
      log_probabilities: log π(a_t | s_t), [B].
      advantages: A_t, or returns, [B]; no gradient flows into them.

    Returns:
      The loss of each decision, [B].
    """
    return -tf.stop_gradient(advantages) * log_probabilities


class PolicyLoss:
    """The loss on `Decisions`: of the policy, of the values, and of certainty (minus the entropy).

    Args:
      network: a `PolicyNetwork`.
      config: a `PolicyConfig`.
    """

    names = ("policy loss", "value loss", "entropy", "clipped")

    def __init__(self, network, config):
        self.network, self.config = network, config

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are ρ, [B]."""
        config = self.config
        logits, values = self.network(batch.observations)
        all_log = tf.nn.log_softmax(logits)
        log = tf.gather(all_log, batch.actions, batch_dims=1)
        ratios = tf.exp(log - batch.log_probabilities)
        if config.clip:
            each = clipped_policy_loss.current(log, batch.log_probabilities, batch.advantages, config.clip)
        else:
            each = policy_gradient_loss(log, batch.advantages)
        moved = tf.cast(tf.abs(ratios - 1) > config.clip, tf.float32) if config.clip else tf.zeros_like(ratios)
        parts = each, self.costs(batch.returns - values), -tf.reduce_sum(tf.exp(all_log) * all_log, axis=-1), moved
        here = tf.distribute.get_replica_context()
        share = batch.counted / tf.maximum(here.all_reduce("MEAN", tf.reduce_sum(batch.counted)), 1)
        policy, value, entropy, clipped = (tf.reduce_sum(share * part) for part in parts)
        value = value if config.baseline else 0 * value
        loss = policy + config.value_weight * value - config.entropy_weight * entropy
        return loss, dict(zip(self.names, (policy, value, entropy, clipped), strict=True)), ratios

    @staticmethod
    def costs(errors):
        """What errors of the values cost, [B]."""
        return 0.5 * tf.square(errors)
