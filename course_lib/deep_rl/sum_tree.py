"""A sum tree: draw an index with a probability proportional to its weight, and change weights, both in log n steps."""

import numpy as np
from numba import njit


class SumTree:
    """Keep n weights, 0 at first.

    The leaves are the weights; each node above holds the sum of its two children, and the root the sum of all.

    Source: Schaul et al. 2016, appendix B.2.1.

    Args:
      size: n.
    """

    def __init__(self, size):
        self.size, self.leaves = size, 1 << max(size - 1, 1).bit_length()
        self.sums = np.zeros(2 * self.leaves)  # node i has the children 2i and 2i + 1, the root is 1; 0 counts

    def __setitem__(self, indices, weights):
        """Set the weights of some indices; of one named twice, the last one counts."""
        indices = np.atleast_1d(np.asarray(indices, np.int64))
        weights = np.asarray(weights, np.float64)
        if weights.shape != indices.shape:
            weights = np.ascontiguousarray(np.broadcast_to(weights, indices.shape))
        if not _all_within(indices, self.size):
            raise ValueError(f"indices from {indices.min()} to {indices.max()}: there are 0 to {self.size - 1}.")
        if not _all_within(weights, np.inf):
            raise ValueError("a weight is negative, infinite or no number: none can be drawn by such weights.")
        _set(self.sums, indices + self.leaves, weights)

    def __getitem__(self, indices):
        """The weights of some indices."""
        return self.sums[self.leaves + np.asarray(indices)]

    @property
    def weights(self):
        """All weights, [n]."""
        return self.sums[self.leaves : self.leaves + self.size]

    @property
    def total(self):
        """The sum of all weights."""
        return self.sums[1]

    @property
    def positive(self):
        """How many weights are above 0."""
        return int(self.sums[0])

    def find(self, masses):
        """The indices in whose stretch of the sum of all weights, laid side by side, some points 0 … total lie."""
        return _find(self.sums, np.asarray(masses, np.float64), self.leaves)

    def draw(self, count, rng):
        """Draw indices in proportion to their weights, one from each of `count` stretches of equal mass.

        Raises:
          ValueError: all weights are 0.
        """
        if not self.total > 0:
            raise ValueError("nothing can be drawn: all weights are 0.")
        return self.find((np.arange(count) + rng.random(count)) / count * self.total)


@njit(cache=True)
def _all_within(values, end):
    for value in values:  # noqa: SIM110  (Numba knows no generators)
        if not 0 <= value < end:
            return False
    return True


@njit(cache=True)
def _set(sums, nodes, weights):
    for k in range(len(nodes)):
        node = nodes[k]
        sums[0] += int(weights[k] > 0) - int(sums[node] > 0)
        sums[node] = weights[k]
        node >>= 1
        while node:  # added anew rather than changed by the difference, so that rounding does not pile up
            sums[node] = sums[2 * node] + sums[2 * node + 1]
            node >>= 1


@njit(cache=True)
def _find(sums, masses, leaves):
    found = np.empty(len(masses), np.int64)
    for k in range(len(masses)):
        mass, node = masses[k], 1
        while node < leaves:
            node *= 2
            if mass >= sums[node] and sums[node + 1] > 0:  # never into an empty half, whatever rounding says
                mass -= sums[node]
                node += 1
        found[k] = node - leaves
    return found
