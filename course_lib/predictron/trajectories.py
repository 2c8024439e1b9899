"""Where does an agent come through? Random mazes, one fixed policy, and for each cell whether it is visited.

- A maze has size × size cells, of which `wall_share` are walls, shuffled uniformly. The agent starts on a random free
  cell. What lies outside counts as wall.
- It follows one deterministic policy for `steps` steps: a table from the walls around it (16 patterns of the four
  neighbours) and its last move to the next move. Before the first step it counts as having moved up, so walls and
  start decide the whole trajectory.
- With no wall around it, it goes straight on. It turns back in dead ends only, and stays where all four neighbours
  are walls.
- Everywhere else the table holds a free move drawn once from `policy_seed`.

Source: Silver et al. 2017 (13 × 13 cells and a fixed deterministic policy). The table is this course's. A table of the
walls alone would be of little use: the agent soon moves to and fro between two cells, and has seen about 6 of the 169
after 60 steps. With the last move it sees about 33.
"""

import functools
from dataclasses import dataclass

import numpy as np

from course_lib.predictron.data import Batch

UP, RIGHT, DOWN, LEFT, STAY = range(5)
DIRECTIONS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # (row, column) of the first four


@dataclass(frozen=True)
class Trajectories:
    """Draw mazes with a start, labelled with the cells that the policy visits.

    Attributes:
      size: rows and columns of the maze, at least 1.
      wall_share: share of the cells that are walls, rounded to whole cells; one cell must stay free.
      steps: length of a trajectory, at least 0.
      policy_seed: which table; equal seeds give equal policies.

    Raises:
      ValueError: there is no such maze.
    """

    size: int = 13
    wall_share: float = 0.15
    steps: int = 60
    policy_seed: int = 0

    def __post_init__(self):
        if self.size < 1 or self.steps < 0:
            raise ValueError(f"size={self.size}, steps={self.steps}: give at least 1 cell a side and 0 steps.")
        if not 0 <= self.wall_share <= 1 or self.num_walls >= self.size**2:
            raise ValueError(
                f"wall_share={self.wall_share} of {self.size**2} cells: 0 or more, and low enough to leave one free."
            )

    @classmethod
    def paper(cls):
        """Return the task of the paper: 13 × 13 cells, 15 % of them walls, 60 steps."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return mazes of 8 × 8 cells and trajectories of 20 steps."""
        return cls(size=8, steps=20)

    @property
    def num_walls(self):
        """Number of walls of each maze."""
        return round(self.wall_share * self.size**2)

    @property
    def input_shape(self):
        """(size, size, 2); the channels are the walls and the start."""
        return self.size, self.size, 2

    @property
    def num_predictions(self):
        """One for each cell, row by row."""
        return self.size**2

    @property
    def policy(self):
        """The table, int [16 patterns, 4 last moves]; bit b of a pattern says that neighbour `DIRECTIONS[b]` is wall.

        Entries are UP, RIGHT, DOWN, LEFT, and STAY for the pattern without a way out.
        """
        return policy_table(self.policy_seed)

    def draw(self, rng, count):
        """Draw mazes and follow the policy through them.

        Args:
          rng: a `numpy.random.Generator`.
          count: N.

        Returns:
          A `Batch`: inputs float32 [N, size, size, 2], 1 at walls (channel 0) and at the start (channel 1);
          labels float32 [N, size²], row by row, 1 where the agent was at some time, its start included.
        """
        # The cells in random order: the first ones are walls, the next one is the start.
        order = np.argpartition(rng.random((count, self.size**2)), self.num_walls, axis=1)
        inputs = np.zeros((count, self.size**2, 2), np.float32)
        np.put_along_axis(inputs[:, :, 0], order[:, : self.num_walls], 1, axis=1)
        np.put_along_axis(inputs[:, :, 1], order[:, [self.num_walls]], 1, axis=1)
        inputs = inputs.reshape(count, *self.input_shape)
        labels = np.zeros((count, self.size**2), np.float32)
        np.put_along_axis(labels, self.paths(inputs), 1, axis=1)
        return Batch(inputs, labels)

    def paths(self, inputs):
        """Follow the policy through given mazes.

        Args:
          inputs: as `draw` returns them, [N, size, size, 2].

        Returns:
          The cell before the first step and after each, row · size + column, int [N, steps + 1].

        Raises:
          ValueError: the shape is another one, or a maze has no start, several, or one inside a wall.
        """
        walls, starts = _checked(inputs, self.input_shape)
        ways = np.append(np.array(DIRECTIONS) @ [self.size, 1], 0)  # what each move adds to the number of a cell
        patterns, cells, moves = _patterns(walls), starts.argmax(axis=1), np.full(len(walls), UP)
        rows, path = np.arange(len(walls)), [cells]
        for _ in range(self.steps):
            moves = self.policy[patterns[rows, cells], moves % STAY]  # who stays, stays for ever: any last move does
            cells = cells + ways[moves]
            path.append(cells)
        return np.stack(path, axis=1)


@functools.cache
def policy_table(seed):
    """Draw a policy that wanders: straight on in the open, back in dead ends only, and else any free move.

    Args:
      seed: which of them.

    Returns:
      int [16 patterns, 4 last moves], read only; see `Trajectories.policy`.
    """
    rng, table = np.random.default_rng(seed), np.full((16, 4), STAY)
    for pattern, last in np.ndindex(15, 4):
        free = [move for move in range(4) if not pattern >> move & 1]
        onward = [move for move in free if move != (last + 2) % 4] or free
        table[pattern, last] = last if pattern == 0 else rng.choice(onward)
    table.flags.writeable = False  # it is shared by all who ask
    return table


def _patterns(walls):
    """The pattern of walls around every cell, int [N, size²]."""
    size = walls.shape[1]
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    sides = [padded[:, 1 + row : 1 + row + size, 1 + column : 1 + column + size] for row, column in DIRECTIONS]
    return sum(side.astype(int) << bit for bit, side in enumerate(sides)).reshape(len(walls), size**2)


def _checked(inputs, shape):
    """Walls, bool [N, size, size], and starts, bool [N, size²]."""
    inputs = np.asarray(inputs)
    if inputs.ndim != 4 or inputs.shape[1:] != shape:
        raise ValueError(f"inputs of shape {inputs.shape}: give mazes as draw returns them, [N, {str(shape)[1:-1]}].")
    walls, starts = np.moveaxis(inputs > 0.5, -1, 0)
    if (starts.sum(axis=(1, 2)) != 1).any() or (starts & walls).any():
        raise ValueError("each maze needs exactly one start (channel 1), on a cell that is no wall (channel 0).")
    return walls, starts.reshape(len(starts), shape[0] * shape[1])
