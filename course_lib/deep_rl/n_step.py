"""What several steps bring, added up from the rows of a replay."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Ahead(NamedTuple):
    """What n steps bring, [B] each.

    Attributes:
      returns: the discounted rewards until there.
      discounts: the product of the discounts until there; 0 where the episode terminated on the way.
      steps: how many steps there are, 1 … n; fewer than n where the episode ends.
    """

    returns: np.ndarray
    discounts: np.ndarray
    steps: np.ndarray


def look_ahead(rewards_tp1, terminated_tp1, truncated_tp1, discount, n):
    """Add up the rewards of up to n steps: Σ_{k<m} γ^k r_{t+k+1}, and γ^m for the value of where that leads.

    An episode that terminates has no value behind its end; one that is truncated has, and the sum stops there all the same,
    since the next row belongs to another episode.

    Source: Sutton 1988; Hessel et al. 2018, "Multi-step learning".

    Args:
      rewards_tp1: r_{t+1} … r_{t+n}, [B, n].
      terminated_tp1, truncated_tp1: how the step ended the episode, bool [B, n].
      discount: γ.
      n: steps.

    Returns:
      An `Ahead`.
    """
    size = len(rewards_tp1)
    returns, discounts, steps = np.zeros(size), np.ones(size), np.zeros(size, np.int64)
    _look_ahead(rewards_tp1, terminated_tp1, truncated_tp1, discount, n, returns, discounts, steps)
    return Ahead(returns.astype(np.float32), discounts.astype(np.float32), steps)


@njit(cache=True)
def _look_ahead(rewards, terminated, truncated, discount, n, returns, discounts, steps):
    """Fill in what n steps bring: on small batches NumPy takes longer to be called than this to be done."""
    for k in range(len(returns)):
        for ahead in range(n):
            returns[k] += discounts[k] * rewards[k, ahead]
            steps[k] += 1
            discounts[k] *= 0.0 if terminated[k, ahead] else discount
            if terminated[k, ahead] or truncated[k, ahead]:
                break
