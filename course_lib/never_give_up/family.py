"""The family of policies that Never Give Up learns at once: from one that only exploits to one that mostly explores."""

import numpy as np

from course_lib.workbook import exercise


def weights_of_the_bonus(count, largest):
    """β_j of each member: β_0 = 0, β_{N−1} = β, and between them β σ(10 (2j − (N − 2)) / (N − 2)).

    Source: Badia et al. 2020 (Never Give Up), appendix A.

    Args:
      count: N.
      largest: β.

    Returns:
      [N], rising; with one member, which exploits, [0].
    """
    if count <= 2:
        return np.array([0.0, largest])[:count]
    middle = (2 * np.arange(count) - (count - 2)) / (count - 2)
    betas = largest / (1 + np.exp(-10 * middle))
    betas[0], betas[-1] = 0, largest
    return betas


def discounts_of(count, highest, lowest):
    """γ_j of each member: 1 − γ_j falls into a geometric row, from γ_0 = γ_max of the one that exploits to γ_{N−1} = γ_min.

    γ_j = 1 − exp(((N − 1 − j) ln(1 − γ_max) + j ln(1 − γ_min)) / (N − 1)).

    Source: Badia et al. 2020 (Never Give Up), appendix A.

    Args:
      count: N.
      highest, lowest: γ_max and γ_min, below 1.

    Returns:
      [N], falling.
    """
    share = np.arange(count) / max(count - 1, 1)
    return 1 - np.exp((1 - share) * np.log(1 - highest) + share * np.log(1 - lowest))


@exercise(context="numpy")
def discounts_are_right(discounts, highest, lowest):
    """Say whether a list of discounts is the ladder of Never Give Up: from γ_max down to γ_min, ln(1 − γ_j) in equal steps.

    Up to 10⁻³ in ln(1 − γ_j): near 1, a list of float32 is off by a part of that.

    Args:
      discounts: γ_0 … γ_{N−1} as somebody's program computed them, [N], N ≥ 2.
      highest, lowest: γ_max and γ_min.

    Returns:
      True or False.
    """
    rests = np.log(np.maximum(1 - np.asarray(discounts, float), 1e-12))
    right = np.linspace(np.log(1 - highest), np.log(1 - lowest), len(discounts))
    return bool(np.allclose(rests, right, rtol=0, atol=1e-3))
