"""The discounts of Agent57's family: far-sighted ones close together at first, then down to the shortest horizon."""

import numpy as np

from course_lib.never_give_up.family import discounts_of

HEAD = 7  # members 0 … 6 lead from γ_0 to γ_1


def discounts_of_agent57(count, highest=0.9999, middle=0.997, lowest=0.99):
    """γ_j: γ_0 for the one that exploits, then γ_1 + (γ_0 − γ_1) σ(10 (6 − 2j) / 6) for j = 1 … 6, γ_1 for j = 7, and from j = 8
    on 1 − γ_j from 1 − γ_1 to 1 − γ_2 in a geometric row.

    As printed, the sigmoid rises where the ladder has to fall, and the last members come out at .99997, beyond the first:
    `discounts_as_printed`. A family of fewer than ten gets the ladder of Never Give Up from γ_0 to γ_2.

    Source: Badia et al. 2020 (Agent57), appendix G, put right.

    Args:
      count: N.
      highest, middle, lowest: γ_0, γ_1, γ_2.

    Returns:
      [N], falling.
    """
    if count < HEAD + 3:
        return discounts_of(count, highest, lowest)
    j = np.arange(1, HEAD)
    head = middle + (highest - middle) / (1 + np.exp(-10 * (6 - 2 * j) / 6))
    return np.concatenate([[highest], head, [middle], discounts_of(count - HEAD - 1, middle, lowest)])


def discounts_as_printed(count=32, highest=0.9999, middle=0.997, lowest=0.99):
    """The ladder as the publication prints it: σ rises with j, and ln(1 − γ_1) keeps its whole weight in the tail."""
    j, share = np.arange(1, HEAD), np.linspace(0, 1, count - HEAD - 1)
    head = middle + (highest - middle) / (1 + np.exp(-10 * (2 * j - 6) / 6))
    return np.concatenate([[highest], head, [middle], 1 - np.exp(np.log(1 - middle) + share * np.log(1 - lowest))])
