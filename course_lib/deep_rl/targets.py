"""What a value network is taught: targets of one step, along sequences of several, and the rescaling of large returns."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise

RESCALING = 1e-3  # ε of h


@exercise(context="tensorflow", xla=True, stopped=("action_values_tp1", "target_values_tp1"))
def double_q_targets(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    """Compute y = r_{t+1} + γ_{t+1} q̄(s_{t+1}, argmax_a q(s_{t+1}, a)): one network chooses, the other one judges.

    γ_{t+1} is 0 where the episode terminated. No gradient flows through a target.

    Source: van Hasselt, Guez & Silver 2016, equation 4.

    Args:
      rewards_tp1: r_{t+1}, or the return of n steps, [B].
      discounts_tp1: γ_{t+1}, or the product of n of them, [B].
      action_values_tp1: q of the network that learns, [B, A].
      target_values_tp1: q̄ of the target network, [B, A].

    Returns:
      y, [B].
    """
    chosen = tf.argmax(action_values_tp1, axis=-1, output_type=tf.int32)
    judged = tf.gather(target_values_tp1, chosen, batch_dims=1)
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * judged)


def q_targets(rewards_tp1, discounts_tp1, target_values_tp1):
    """Compute y = r_{t+1} + γ_{t+1} max_a q̄(s_{t+1}, a): the target network chooses and judges.

    Source: Mnih et al. 2015, Methods, algorithm 1.

    Args:
      rewards_tp1, discounts_tp1, target_values_tp1: as for `double_q_targets`.

    Returns:
      y, [B].
    """
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.reduce_max(target_values_tp1, axis=-1))


def sequence_targets(rewards_tp1, discounts_tp1, values_tp1, last_tp1, n):
    """Compute targets of n steps for every row of a sequence.

    G⁽¹⁾_t = r_{t+1} + γ_{t+1} v_{t+1};  G⁽ᵏ⁾_t = r_{t+1} + γ_{t+1} (v_{t+1} where the episode ends there, else G⁽ᵏ⁻¹⁾_{t+1}).
    Near the end of the sequence fewer steps are left, and fewer are looked ahead.

    Source: Kapturowski et al. 2019, section 2.3, without the rescaling.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, 0 where the episode terminated, [T, B].
      values_tp1: what s_{t+1} is worth, [T, B].
      last_tp1: whether s_{t+1} is the last one of its episode, bool [T, B].
      n: steps.

    Returns:
      G⁽ⁿ⁾, [T, B].
    """
    found = values_tp1  # G⁽⁰⁾ of the next row
    for _ in range(n):
        returns = rewards_tp1 + discounts_tp1 * tf.where(last_tp1, values_tp1, found)
        found = tf.concat([returns[1:], values_tp1[-1:]], axis=0)
    return returns


def rescale(values, epsilon=RESCALING):
    """Make large values small: h(x) = sign(x) (√(|x| + 1) − 1) + εx.

    Source: Pohlen et al. 2018, proposition A.2; Kapturowski et al. 2019, section 2.3.
    """
    return tf.sign(values) * (tf.sqrt(tf.abs(values) + 1) - 1) + epsilon * values


def unscale(values, epsilon=RESCALING):
    """Undo `rescale`: h⁻¹(x) = sign(x) (((√(1 + 4ε(|x| + 1 + ε)) − 1) / 2ε)² − 1).

    Written as a fraction without a difference of nearly equal numbers, which in float32 would cost half of the digits.
    """
    size = tf.abs(values) + 1 + epsilon
    root = 2 * size / (tf.sqrt(1 + 4 * epsilon * size) + 1)
    return tf.sign(values) * (tf.square(root) - 1)
