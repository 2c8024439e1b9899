"""Tests that find a bug which runs without a complaint."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def targets_are_right(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    """Say whether targets of one step bootstrap where they should: y = r_{t+1} + γ v(s_{t+1}), without v after termination.

    An episode that was cut off goes on in truth, so its last state has a value; a terminal state has none.

    Args:
      rewards_tp1: r_{t+1}, [B].
      terminated_tp1: whether s_{t+1} is terminal, bool [B].
      truncated_tp1: whether the episode was cut off at s_{t+1}, bool [B].
      values_tp1: v(s_{t+1}), [B].
      discount: γ.
      targets: what somebody's program computed, float32 [B].

    Returns:
      True or False.
    """
    right = rewards_tp1 + discount * values_tp1 * ~terminated_tp1
    return bool(np.allclose(targets, right, rtol=1e-4, atol=1e-4))
