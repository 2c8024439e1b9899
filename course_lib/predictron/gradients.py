"""Is a gradient what it claims to be? The question that finds bugs which no value shows."""

import numpy as np

from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def gradient_is_right(gradient, losses_above, losses_below, step):
    """Tell for each parameter whether its reported gradient is the slope of the loss.

    Each parameter was moved up and down by `step`, with all others where they are. The slope is the central difference

    (L(θ_i + step) − L(θ_i − step)) / (2 step),

    and the gradient is right where it differs from it by at most 10⁻³ of the steepest slope of all parameters.

    Args:
      gradient: ∂L/∂θ_i as reported, [P].
      losses_above: L with θ_i moved up, [P].
      losses_below: L with θ_i moved down, [P].
      step: how far they were moved, above 0.

    Returns:
      Whether each is right, bool [P].
    """
    slopes = (losses_above - losses_below) / (2 * step)
    return np.abs(gradient - slopes) <= 1e-3 * np.abs(slopes).max()
