"""Retrace: returns of many steps that stop where another policy went its own way."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import rescale, unscale
from course_lib.workbook import exercise


def chances(actions, greedy, epsilon, count):
    """μ(a | s) of who takes the greedy action, but any of A with a chance of ε: 1 − ε + ε / A, or ε / A."""
    return (1 - epsilon) * (actions == greedy) + epsilon / count


def trace_coefficients(policy, actions, taken, decay):
    """Compute how far a return goes on through an action: c = λ min(1, π(a | s) / μ(a | s)).

    With a greedy π it is λ where the action was the greedy one and 0 where it was not.

    Source: Munos et al. 2016, section 3.

    Args:
      policy: π(· | s), [T, B, A].
      actions: what was done, int [T, B].
      taken: μ of it, its chance when it was done, [T, B].
      decay: λ.

    Returns:
      c, [T, B].
    """
    return decay * tf.minimum(1.0, tf.gather(policy, actions, batch_dims=2) / taken)


@exercise(context="tensorflow", xla=True, stopped=("values", "policy"))
def retrace_targets(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    """Compute the targets of Retrace for values that are rescaled by h.

    With q = h⁻¹(values) in the units of returns, δ_t = r_{t+1} + γ_{t+1} Σ_a π(a | s_{t+1}) q(s_{t+1}, a) − q(s_t, a_t), and
    A_t = δ_t + γ_{t+1} c_{t+1} A_{t+1}, the target is h(q(s_t, a_t) + A_t). The sum ends with the sequence: A_{T−1} = 0.

    `rescale` and `unscale` of chapter 3b are h and h⁻¹. No gradient flows through a target.

    Source: Munos et al. 2016, equation 4; Badia et al. 2020 (Never Give Up), appendix E.

    Args:
      values: h(q) by the target network, [T, B, A].
      policy: π(· | s), [T, B, A].
      actions: a_t, int [T, B].
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, 0 where the episode terminated, [T, B].
      traces: c_t, [T, B]; 0 where a_t is not to be counted on.

    Returns:
      The targets of all rows but the last one, [T − 1, B].
    """
    q = unscale(values)
    taken = tf.gather(q, actions, batch_dims=2)
    expected = tf.reduce_sum(policy * q, axis=-1)
    errors = rewards_tp1[:-1] + discounts_tp1[:-1] * expected[1:] - taken[:-1]
    onward = discounts_tp1[:-1] * traces[1:]

    def back(ahead, row):
        error, share = row
        return error + share * ahead

    ahead = tf.scan(back, (errors, onward), tf.zeros_like(errors[0]), reverse=True)
    return tf.stop_gradient(rescale(taken[:-1] + ahead))
