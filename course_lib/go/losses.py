"""What the network of AlphaGo Zero is taught by."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


@exercise(context="tensorflow", gradient=("logits", "values"))
def zero_loss(logits, values, policies, outcomes):
    """Measure how far the network is from what the search played and from what came of it.

    The mean over the positions of (z − v)² − π · log p, with p = softmax(logits). The decay of the weights is not part
    of it.

    Source: Silver et al. 2017, equation 1.

    Args:
      logits: of the policy, [B, A].
      values: v, −1 … 1 for the side to move, [B].
      policies: π, from the visits of the search, [B, A].
      outcomes: z, ±1 (0 for a draw) for the side to move, [B].

    Returns:
      The loss, a scalar.
    """
    log_probabilities = tf.nn.log_softmax(logits)
    cross_entropy = -tf.reduce_sum(policies * log_probabilities, axis=-1)
    return tf.reduce_mean(tf.square(outcomes - values) + cross_entropy)
