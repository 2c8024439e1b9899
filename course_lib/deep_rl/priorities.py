"""Prioritised replay: what is drawn more often, and how that is put right."""

import numpy as np

from course_lib.workbook import exercise

OFFSET = 1e-6  # so that a transition without an error is not lost for ever


@exercise(context="numpy")
def priorities(td_errors, alpha):
    """Compute how often each transition is to be drawn, up to a constant: p = (|δ| + 1e-6)^α.

    α = 0 draws all alike, α = 1 in proportion to the error.

    Source: Schaul et al. 2016, section 3.3, "proportional".

    Args:
      td_errors: δ, of any sign, [B].
      alpha: α, 0 … 1.

    Returns:
      p, [B].
    """
    return (np.abs(td_errors) + OFFSET) ** alpha


@exercise(context="numpy")
def importance_weights(probabilities, size, beta):
    """Compute by how much each update must count less because it is drawn more: w = (N P)^−β, divided by the largest of them.

    With β = 1 the expected update is that of uniform replay, up to a constant; dividing by the largest weight keeps steps
    from growing.

    Source: Schaul et al. 2016, section 3.4.

    Args:
      probabilities: P of what was drawn, [B].
      size: N, how many could have been drawn.
      beta: β, 0 … 1.

    Returns:
      w, [B], 1 for what is drawn least.
    """
    weights = (size * np.asarray(probabilities)) ** -beta
    return weights / weights.max()
