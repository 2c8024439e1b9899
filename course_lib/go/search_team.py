"""Searches side by side: while the network looks at the leaves of one, the trees of another are walked."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.search import Search


class SearchTeam:
    """Share games out among several `Search` objects, each in a thread of its own; used like one.

    Compiled code and the network run without Python's lock, so that two threads keep two cores busy, or a core and a GPU.
    What comes out does not depend on which is faster: each has random numbers of its own.

    Args:
      rules, games, simulations, settings, seed: as for `Search`.
      workers: how many.
    """

    def __init__(self, rules, games, simulations, settings=None, seed=0, workers=2):
        workers = min(workers, games)
        bounds = np.linspace(0, games, workers + 1).astype(int)
        self.shares = [slice(first, last) for first, last in zip(bounds[:-1], bounds[1:], strict=True)]
        self.searches = [
            Search(rules, share.stop - share.start, simulations, settings, seed * workers + worker)
            for worker, share in enumerate(self.shares)
        ]
        self._threads = ThreadPoolExecutor(workers)

    def run(self, boards, evaluate, simulations=None, noise=False):
        """Search all games; see `Search.run`."""

        def run_one(search, share):
            search.run(Boards.view(boards, share), evaluate, simulations, noise)

        if len(self.searches) == 1:
            return run_one(self.searches[0], self.shares[0])
        list(self._threads.map(run_one, self.searches, self.shares))  # raises what a thread raised

    def advance(self, moves):
        """Follow all games; see `Search.advance`."""
        for search, share in zip(self.searches, self.shares, strict=True):
            search.advance(moves[share])

    def forget(self, games=None):
        """Drop all trees, or those of some games."""
        which = np.zeros(self.shares[-1].stop, bool)
        which[slice(None) if games is None else games] = True
        for search, share in zip(self.searches, self.shares, strict=True):
            search.trees.sizes[which[share]] = 0

    @property
    def visits(self):
        """N of the root's edges, [G, A]."""
        return np.concatenate([search.visits for search in self.searches])

    @property
    def edge_values(self):
        """Q of the root's edges, NaN where unvisited, [G, A]."""
        return np.concatenate([search.edge_values for search in self.searches])

    @property
    def values(self):
        """The mean value of the searches, for the side to move, [G]."""
        return np.concatenate([search.values for search in self.searches])
