"""Testing a program whose answers are random: when does a sample agree with a number that is known?"""

import numpy as np

from course_lib.workbook.exercise import exercise

Z = 3.0


@exercise(context="numpy")
def agrees_with(returns, truth, margin):
    """Tell whether a sample shows that its mean is the true value, within a margin.

    |m − truth| + 3 s/√n ≤ margin: the whole band around the sample's mean lies within the margin. So a mean that is
    off does not pass, nor does a sample that is too small to tell.

    Source: the two one-sided tests of equivalence, Schuirmann 1987, at three standard errors.

    Args:
      returns: independent numbers, [N].
      truth: what their mean should be.
      margin: how much it may be off.

    Returns:
      A bool; False for fewer than two numbers.
    """
    if len(returns) < 2:
        return False
    half_width = Z * np.std(returns, ddof=1) / np.sqrt(len(returns))
    return bool(abs(np.mean(returns) - truth) + half_width <= margin)
