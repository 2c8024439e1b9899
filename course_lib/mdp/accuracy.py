"""How far values are from optimal: what a result has to be held against before it is believed."""

import numpy as np

from course_lib.mdp.policy_iteration import policy_iteration
from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def close_to_optimal(transitions, rewards, discount, values, tolerance):
    """Tell whether values are within a tolerance of the optimal ones: max_s |v(s) − v*(s)| ≤ tolerance.

    That two sweeps in a row agree says little: ‖v − v*‖ ≤ ‖T v − v‖ / (1 − γ), and with γ = 0.99 the error may be a
    hundred times the last change. (As an answer to the exercise, the cautious test by that bound is accepted too,
    although it rejects some values whose error is just below the tolerance.)

    Source: Puterman 1994, theorem 6.3.1 and section 6.3.2.

    Args:
      transitions: P(s'|s, a), [S, A, S].
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ, a float in [0, 1).
      values: v, [S].
      tolerance: the largest error allowed.

    Returns:
      A bool.
    """
    _, optimal = policy_iteration(transitions, rewards, discount, np.zeros(len(rewards), int))
    return bool(np.abs(values - optimal).max() <= tolerance)
