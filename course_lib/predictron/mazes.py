"""Random mazes, and which cells of their diagonal are connected to the bottom-right corner."""

import functools
from dataclasses import dataclass

import numpy as np

from course_lib.predictron.data import Batch


@dataclass(frozen=True)
class Mazes:
    """Predict from the plan of a maze which cells of its diagonal are connected to the bottom-right cell.

    - The maze is a square of cells, each empty or a wall. The top-left and the bottom-right cell are empty.
    - The walls are as many as make the two corners connected in half of the mazes, and lie anywhere.
    - A cell is connected to another if one can walk from one to the other over empty cells, up, down, left and right.

    A maze of walls that lie anywhere is no maze for people: what matters is that the answer for a cell may depend on
    cells far away, and that the way there has to be followed step by step.

    Source: Silver et al. 2017, on random mazes (there 20 by 20).

    Attributes:
      size: cells along each side, at least 3.
    """

    size: int = 8

    def __post_init__(self):
        if not isinstance(self.size, int) or self.size < 3:
            raise ValueError(f"size={self.size!r}: a maze has a whole number of cells along its side, 3 or more.")

    @property
    def input_shape(self):
        """One plane: 1 where there is a wall."""
        return (self.size, self.size, 1)

    @property
    def num_predictions(self):
        """One for each cell of the diagonal, from the top left to the bottom right."""
        return self.size

    @property
    def num_walls(self):
        """So many walls that half of the mazes are connected from corner to corner."""
        return balanced_wall_count(self.size)

    def draw(self, rng, count):
        """Draw mazes and label them. See `random_mazes` and `connected`."""
        walls = random_mazes(rng, count, self.size, self.num_walls)
        diagonal = np.diagonal(connected(walls), axis1=1, axis2=2)
        return Batch(walls[..., None].astype(np.float32), diagonal.astype(np.float32))


def random_mazes(rng, count, size, num_walls):
    """Draw mazes whose walls lie anywhere but in the top-left and the bottom-right cell.

    Args:
      rng: a NumPy generator.
      count: how many mazes, N.
      size: cells along a side.
      num_walls: walls in each maze.

    Returns:
      Where walls are, bool [N, size, size].

    Raises:
      ValueError: there is no room for so many walls.
    """
    places = size * size - 2
    if not 0 <= num_walls <= places:
        raise ValueError(f"num_walls={num_walls}: a maze of {size} by {size} has room for 0 to {places} walls.")
    walls = np.zeros((count, size * size), bool)
    if num_walls:
        order = rng.random((count, places), np.float32).argpartition(num_walls - 1, axis=1)
        np.put_along_axis(walls, 1 + order[:, :num_walls], True, axis=1)  # + 1: not into the first corner
    return walls.reshape(count, size, size)


def connected(walls):
    """Flood every maze from its bottom-right cell: which cells does the water reach?

    All mazes are flooded at once, a step in all four directions at a time, until nothing more gets wet.

    Args:
      walls: bool [N, height, width].

    Returns:
      bool [N, height, width]; all dry where the bottom-right cell is a wall.
    """
    free = np.pad(~walls, ((0, 0), (1, 1), (1, 1)))  # a rim of walls: nothing flows over the edge
    wet = np.zeros_like(free)
    wet[:, -2, -2] = free[:, -2, -2]
    flooded, rows = wet.copy(), np.arange(len(walls))
    while len(rows):
        spread = _with_neighbours(wet) & free
        flows = (spread != wet).any(axis=(1, 2))
        flooded[rows[~flows]] = spread[~flows]
        rows, wet, free = rows[flows], spread[flows], free[flows]  # in the others it stands still
    return flooded[:, 1:-1, 1:-1]


def shortest_path_lengths(walls):
    """Count the steps of the shortest path from each cell to the bottom-right cell.

    Args:
      walls: bool [N, height, width].

    Returns:
      int [N, height, width]; −1 where there is none.
    """
    free = np.pad(~walls, ((0, 0), (1, 1), (1, 1)))
    steps = np.full(free.shape, -1)
    front, distance = np.zeros_like(free), 0
    front[:, -2, -2] = free[:, -2, -2]
    while front.any():
        steps[front] = distance
        front = _with_neighbours(front) & free & (steps < 0)
        distance += 1
    return steps[:, 1:-1, 1:-1]


def _with_neighbours(cells):
    """The cells and those above, below, left and right of them."""
    spread = cells.copy()
    spread[:, 1:] |= cells[:, :-1]
    spread[:, :-1] |= cells[:, 1:]
    spread[:, :, 1:] |= cells[:, :, :-1]
    spread[:, :, :-1] |= cells[:, :, 1:]
    return spread


@functools.lru_cache
def balanced_wall_count(size, mazes=2000, seed=0):
    """Find the number of walls at which the corners are connected in half of the mazes.

    More walls connect fewer mazes, so the count is found by bisection over seeded samples.

    Args:
      size: cells along a side.
      mazes: how many are drawn for each count that is tried.
      seed: of the draws.

    Returns:
      A number of walls: 120 for 20 by 20, as published, give or take a few.
    """
    share = {0: 1.0, size * size - 2: 0.0}  # of connected mazes
    low, high = share
    while high - low > 1:
        middle = (low + high) // 2
        walls = random_mazes(np.random.default_rng([seed, size, middle]), mazes, size, middle)
        share[middle] = connected(walls)[:, 0, 0].mean()
        low, high = (middle, high) if share[middle] > 0.5 else (low, middle)
    return min(low, high, key=lambda count: abs(share[count] - 0.5))
