"""How often a sequence is to be drawn: by its largest error, and a little by its mean."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


@exercise(context="tensorflow", xla=True)
def sequence_priorities(sizes, counted, mix):
    """Compute η max_t |δ_t| + (1 − η) mean_t |δ_t| over the rows of each sequence that count.

    The mean alone would wash out the one surprise of a long sequence; the maximum alone would be noise.

    Source: Kapturowski et al. 2019 (R2D2), section 2.3, η = .9.

    Args:
      sizes: |δ|, [T, B].
      counted: 1 for rows that are learnt from, 0 for those that no action follows, [T, B].
      mix: η.

    Returns:
      [B]; 0 for a sequence of which nothing counts.
    """
    sizes = sizes * counted
    mean = tf.reduce_sum(sizes, axis=0) / tf.maximum(tf.reduce_sum(counted, axis=0), 1)
    return mix * tf.reduce_max(sizes, axis=0) + (1 - mix) * mean
