"""Is the new network really better? Win rates with their uncertainty."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def win_rate_bounds(wins, games, z):
    """Bound a probability of winning by the games played: Wilson's score interval.

    All p with |ŵ − p| ≤ z √(p (1 − p) / n), where ŵ = wins / n:
    (ŵ + z²/2n ± z √(ŵ (1 − ŵ) / n + z²/4n²)) / (1 + z²/n).

    Source: Wilson 1927.

    Args:
      wins: how many were won; a draw counts ½.
      games: n, how many were played; without any, nothing is known: (0, 1).
      z: standard deviations: 1.96 for 95 % between both ends, 1.645 for 95 % above the lower one.

    Returns:
      (lower, upper).
    """
    if games == 0:
        return 0.0, 1.0
    rate = wins / games
    middle = rate + z**2 / (2 * games)
    spread = z * np.sqrt(rate * (1 - rate) / games + z**2 / (4 * games**2))
    return (middle - spread) / (1 + z**2 / games), (middle + spread) / (1 + z**2 / games)
