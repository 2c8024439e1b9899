"""How much better an action was than expected: generalised advantage estimation."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def generalized_advantages(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    """Compute A_t = δ_t + γ_{t+1} λ A_{t+1} with δ_t = r_{t+1} + γ_{t+1} v(s_{t+1}) − v(s_t).

    Where an episode ends the sum ends: nothing of the next episode comes in. If it terminated, γ_{t+1} = 0; if it was
    merely cut off, v(s_{t+1}) still stands for what would have followed.

    Source: Schulman et al. 2016, equations 11 to 16.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, 0 where the episode terminated, [T, N].
      values, values_tp1: v(s_t) and v(s_{t+1}), [T, N].
      last_tp1: whether s_{t+1} is the last observation of its episode, bool [T, N].
      gae_lambda: λ, 0 … 1.

    Returns:
      A, [T, N].
    """
    errors = rewards_tp1 + discounts_tp1 * values_tp1 - values
    advantages, ahead = np.zeros_like(errors), np.zeros_like(errors[0])
    for row in reversed(range(len(errors))):
        ahead = errors[row] + discounts_tp1[row] * gae_lambda * ahead * ~last_tp1[row]
        advantages[row] = ahead
    return advantages
