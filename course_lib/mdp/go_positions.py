"""Go as a Markov decision process: counting its states on boards small enough to count."""

import itertools

import numpy as np


def legal_positions(size):
    """Count the arrangements of stones on a square board in which every stone's group has a liberty.

    Source: Tromp & Farnebäck 2007, "Combinatorics of Go"; 1, 57, 12 675, 24 318 165, … for sizes 1, 2, 3, 4, …

    Args:
      size: points on a side; at most 3 here, since all 3^(size²) arrangements are looked at.

    Returns:
      The number of legal positions, an int.

    Raises:
      ValueError: the board is too large to count this way.
    """
    if not 1 <= size <= 3:
        raise ValueError(f"size={size}: counting one by one works for 1 to 3; 4 has 43 million arrangements.")
    boards = np.array(list(itertools.product((0, 1, 2), repeat=size * size))).reshape(-1, size, size)
    free = boards == 0
    while True:  # a stone is safe next to an empty point, or next to a safe stone of its colour
        reached = (
            free | _spread(free & (boards == 0)) | sum(_spread(free & (boards == c)) & (boards == c) for c in (1, 2))
        )
        reached = reached.astype(bool)
        if (reached == free).all():
            return int(free.all(axis=(1, 2)).sum())
        free = reached


def _spread(points):
    """The neighbours of marked points on each of many boards, bool [N, size, size]."""
    wide = np.pad(points, ((0, 0), (1, 1), (1, 1)))
    return wide[:, :-2, 1:-1] | wide[:, 2:, 1:-1] | wide[:, 1:-1, :-2] | wide[:, 1:-1, 2:]
