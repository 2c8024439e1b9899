"""Value iteration for a batch of dense MDPs in TensorFlow, compiled by XLA: the same code on a CPU and on a GPU."""

from typing import NamedTuple

from course_lib.common.quiet import tensorflow as tf
from course_lib.mdp.bellman import action_values, evaluation_sweep
from course_lib.mdp.policy_iteration import value_iteration
from course_lib.workbook.exercise import also_computes


class BatchedSolution(NamedTuple):
    """What `batched_value_iteration` returns.

    Attributes:
      values: [B, S].
      bounds: proven error of each MDP's values, [B].
      sweeps: how many sweeps it took, a scalar.
    """

    values: tf.Tensor
    bounds: tf.Tensor
    sweeps: tf.Tensor


@also_computes(action_values, evaluation_sweep)
@tf.function(jit_compile=True)
def batched_bellman_backup(transitions, rewards, discounts, values):
    """Apply the Bellman optimality operator to B MDPs at once.

    v'_b(s) = max_a r_b(s, a) + γ_b Σ_s' P_b(s'|s, a) v_b(s')

    Source: Sutton & Barto 2018, equation 4.10.

    Args:
      transitions: [B, S, A, S], of any float type, which is the type of everything else too.
      rewards: [B, S, A].
      discounts: [B].
      values: [B, S].

    Returns:
      v', [B, S].
    """
    return _backup(transitions, rewards, discounts, values)


@also_computes(value_iteration)
@tf.function(jit_compile=True)
def batched_value_iteration(transitions, rewards, discounts, tolerance, max_sweeps):
    """Repeat `batched_bellman_backup` from zero until the error of every MDP is within the tolerance.

    The error is bounded by γ/(1 − γ) (h − l)/2, with l and h the smallest and largest change of a value in the last
    sweep, and the values are moved to the middle of the bounds (MacQueen 1966; Puterman 1994, section 6.6).

    Args:
      transitions, rewards, discounts: as for `batched_bellman_backup`, with every discount below 1.
      tolerance: largest error allowed; in float32 not below about 1e-6 max|r| / (1 − γ)².
      max_sweeps: where to stop at the latest.

    Returns:
      A `BatchedSolution`.
    """
    scales = discounts / (1 - discounts)
    tolerance = tf.cast(tolerance, rewards.dtype)

    def unfinished(sweep, values, low, high):
        return (sweep < max_sweeps) & tf.reduce_any(scales * (high - low) / 2 > tolerance)

    def sweep_once(sweep, values, low, high):
        new_values = _backup(transitions, rewards, discounts, values)
        change = new_values - values
        return sweep + 1, new_values, tf.reduce_min(change, axis=1), tf.reduce_max(change, axis=1)

    start = tf.zeros_like(rewards[:, :, 0])
    first = sweep_once(tf.constant(0), start, discounts, discounts)
    sweeps, values, low, high = tf.while_loop(unfinished, sweep_once, first)
    return BatchedSolution(values + (scales * (high + low) / 2)[:, None], scales * (high - low) / 2, sweeps)


def _backup(transitions, rewards, discounts, values):
    """Compute the backup; one matrix-vector product for each MDP."""
    batch, states, actions = tf.unstack(tf.shape(rewards))
    rows = tf.reshape(transitions, [batch, states * actions, states])
    expected = tf.reshape(tf.linalg.matvec(rows, values), [batch, states, actions])
    return tf.reduce_max(rewards + discounts[:, None, None] * expected, axis=2)
