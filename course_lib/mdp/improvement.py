"""Policy improvement: act greedily, and change nothing that is as good as the best."""

import numpy as np

from course_lib.workbook.exercise import also_computes, exercise


@exercise(context="numpy")
def greedy_actions(action_values, actions, tolerance=1e-9):
    """Choose the best action in every state, keeping the present one wherever it is as good.

    π'(s) = π(s) if q(s, π(s)) ≥ max_a q(s, a) − tolerance, else the first action that attains the maximum
    (within the tolerance). Without "keeping", two equally good actions can take turns for ever, and policy
    iteration never sees a stable policy.

    Source: Sutton & Barto 2018, equation 4.9 and exercise 4.4; Puterman 1994, section 6.4.1.

    Args:
      action_values: q, [S, A].
      actions: the present policy, int [S]; not changed.
      tolerance: by how much values may differ and still count as equal.

    Returns:
      The improved policy, int [S].
    """
    as_good = action_values >= action_values.max(axis=1, keepdims=True) - tolerance
    kept = as_good[np.arange(len(actions)), actions]
    return np.where(kept, actions, as_good.argmax(axis=1))


@also_computes(greedy_actions)
def all_greedy_actions(action_values, tolerance=1e-9):
    """Mark every action that attains the maximum, ties included.

    Args:
      action_values: q, [S, A].
      tolerance: by how much values may differ and still count as equal.

    Returns:
      bool [S, A].
    """
    return action_values >= action_values.max(axis=1, keepdims=True) - tolerance
