"""The bonus of Never Give Up: new within the episode, times new within the lifetime."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def intrinsic_rewards(episodic, errors, count, mean, squares, largest):
    """Multiply the episodic bonus by how unusual the errors are: r^i = r^episodic · min(max(α, 1), L).

    α = 1 + (error − μ) / σ, with mean μ and deviation σ of all errors so far, these ones included. So what was seen often in
    the lifetime leaves the episodic bonus as it is; it never takes anything away.

    Source: Badia et al. 2020 (Never Give Up), equation 1 and section 2, "Life-long novelty module".

    Args:
      episodic: r^episodic of N actors, [N].
      errors: of random network distillation, [N].
      count, mean, squares: of the errors before these: how many, μ, and Σ (error − μ)²; all 0 at first.
      largest: L.

    Returns:
      (r^i [N], and count, mean and squares with these errors).
    """
    both = count + len(errors)
    apart = errors.mean() - mean
    squares = squares + ((errors - errors.mean()) ** 2).sum() + apart**2 * count * len(errors) / both
    mean = mean + apart * len(errors) / both
    deviation = np.sqrt(squares / both)
    alpha = 1 + (errors - mean) / deviation if deviation > 0 else np.ones(len(errors))
    return episodic * np.clip(alpha, 1, largest), both, mean, squares
