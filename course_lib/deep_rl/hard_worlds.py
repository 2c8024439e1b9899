"""Worlds in which to try things at random does not do: they have to be explored."""

import gymnasium as gym
import numpy as np
from numba import njit

from course_lib.deep_rl.worlds import SmallWorld

MOVES = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])  # up, down, left, right
COLOURS = np.array([[0, 90, 255], [0, 170, 255], [0, 255, 255], [0, 255, 140], [0, 190, 60]], np.uint8)
WALKER, GOAL = np.array([255, 0, 0], np.uint8), np.array([240, 228, 66], np.uint8)


class DiscoMaze(SmallWorld):
    """A maze, a new one in each episode, whose walls flash: each cell of them takes one of five colours anew in each step.

    Nothing is ever rewarded; infos tell how many `cells` were visited in the episode. To walk into a wall ends the episode, as long as it is `deadly`; else one stays where one is.
    Actions: 0 up, 1 down, 2 left, 3 right. Seen is the whole maze, a pixel for each cell, the walker red.

    An episode is cut off after as many steps as there are cells.

    Source: Badia et al. 2020 (Never Give Up), section 4.1, where it measures 21 by 21; the limit is ours.

    Args:
      count: N.
      size: lines and columns, odd, walls around included.
      deadly: whether walls end the episode.

    Attributes:
      walls: bool [N, size, size].
      place: line and column of the walkers, [N, 2].
      visited: the cells that were visited in this episode, bool [N, size, size].
    """

    def __init__(self, count, size=21, deadly=True):
        if size < 5 or size % 2 == 0:
            raise ValueError(f"size={size}: a maze has an odd number of lines, 5 or more")
        super().__init__(count, gym.spaces.Box(0, 255, (size, size, 3), np.uint8), gym.spaces.Discrete(4), size**2)
        self.size, self.deadly = size, deadly
        self.walls, self.visited = np.ones((count, size, size), bool), np.zeros((count, size, size), bool)
        self.place = np.ones((count, 2), int)

    def _begin(self, which):
        for copy in np.flatnonzero(which):
            draws = self.np_random.random(self.size * self.size)
            self.walls[copy] = maze(self.size, draws)
            free = np.argwhere(~self.walls[copy])
            self.place[copy] = free[self.np_random.integers(len(free))]
            self.visited[copy] = False
            self._note(copy)

    def _note(self, copies):
        self.visited[copies, self.place[copies, ..., 0], self.place[copies, ..., 1]] = True

    def _move(self, actions):
        there, copies = self.place + MOVES[actions], np.arange(self.num_envs)
        hits = self.walls[copies, there[:, 0], there[:, 1]]
        self.place = np.where(hits[:, None], self.place, there)
        self._note(copies)
        return np.zeros(self.num_envs), hits & self.deadly

    def _see(self):
        shown = np.zeros((self.num_envs, self.size, self.size, 3), np.uint8)
        flashing = COLOURS[self.np_random.integers(len(COLOURS), size=self.walls.shape)]
        shown[self.walls] = flashing[self.walls]
        shown[np.arange(self.num_envs), self.place[:, 0], self.place[:, 1]] = WALKER
        return shown

    def _count(self):
        return {"cells": self.visited.sum(axis=(1, 2))}

    def render(self):
        """What is seen now, with other lights (so that later ones are others, too), as large frames: a tuple of uint8 [H, W, 3]."""
        return large(self._see())


class Maze(DiscoMaze):
    """A maze whose walls flash and do no harm: who walks into one stays where he is.

    Args:
      count: N.
      size: lines and columns, odd, walls around included.
    """

    def __init__(self, count, size=11):
        super().__init__(count, size, deadly=False)


@njit(cache=True)
def maze(size, draws):
    """Walls of a maze without loops: walk at random through unvisited rooms, and where there is none go back (depth first).

    Rooms lie where both line and column are odd.

    Args:
      size: odd.
      draws: numbers 0 … 1, [at least the number of rooms].

    Returns:
      Bool [size, size].
    """
    walls = np.ones((size, size), np.bool_)
    rooms = size // 2
    line, column = 1, 1
    walls[1, 1] = False
    way, length, drawn = np.empty((rooms * rooms, 2), np.int64), 0, 0
    ways = np.empty((4, 2), np.int64)
    while True:
        count = 0
        for down, right in ((-2, 0), (2, 0), (0, -2), (0, 2)):
            a, b = line + down, column + right
            if 0 < a < size and 0 < b < size and walls[a, b]:
                ways[count, 0], ways[count, 1] = a, b
                count += 1
        if count:
            way[length, 0], way[length, 1] = line, column
            length += 1
            pick = int(draws[drawn] * count)
            drawn += 1
            a, b = ways[pick]
            walls[a, b] = walls[(line + a) // 2, (column + b) // 2] = False
            line, column = a, b
        elif length:
            length -= 1
            line, column = way[length]
        else:
            return walls


class RandomCoin(SmallWorld):
    """An empty room, and a coin somewhere in it: 1 for who finds it, and the episode ends.

    Actions: 0 up, 1 down, 2 left, 3 right; walls hold one back. Seen are lines and columns of walker and coin, one-hot each.

    Source: Badia et al. 2020 (Agent57), section 4.2, with pixels there.

    Args:
      count: N.
      size: lines and columns.
    """

    def __init__(self, count, size=15):
        if size < 2:
            raise ValueError(f"size={size}: a room has two lines or more")
        super().__init__(count, gym.spaces.Box(0, 1, (4 * size,)), gym.spaces.Discrete(4), 200)
        self.size, self.place, self.coin = size, np.zeros((count, 2), int), np.ones((count, 2), int)

    def _begin(self, which):
        cells, size = which.sum(), self.size
        place, apart = self.np_random.integers(size**2, size=cells), self.np_random.integers(1, size**2, size=cells)
        self.place[which] = np.stack(np.divmod(place, size), axis=1)
        self.coin[which] = np.stack(np.divmod((place + apart) % size**2, size), axis=1)

    def _move(self, actions):
        self.place = np.clip(self.place + MOVES[actions], 0, self.size - 1)
        found = (self.place == self.coin).all(axis=1)
        return found.astype(float), found

    def _see(self):
        table = np.eye(self.size, dtype=np.float32)
        return table[np.concatenate([self.place, self.coin], axis=1)].reshape(self.num_envs, -1)

    def render(self):
        """The rooms as large frames: a tuple of uint8 [H, W, 3]."""
        shown, copies = np.zeros((self.num_envs, self.size, self.size, 3), np.uint8), np.arange(self.num_envs)
        shown[copies, self.coin[:, 0], self.coin[:, 1]] = GOAL
        shown[copies, self.place[:, 0], self.place[:, 1]] = WALKER
        return large(shown)


class KeyDoor(SmallWorld):
    """Two rooms side by side: a key in the first, a door between them, and in the second a treasure of 1, which ends the episode.

    Actions: 0 up, 1 down, 2 left, 3 right; walls hold one back, as does the door without the key. One begins at the lower
    left; the key lies at the upper left, the door is in the middle of the wall, the treasure at the lower right. Seen are
    line and column, one-hot each, and whether one has the key. An episode is cut off after 6 N steps.

    Args:
      count: copies.
      size: N, lines and columns, odd; the middle column is the wall.
    """

    def __init__(self, count, size=7):
        if size < 3 or size % 2 == 0:
            raise ValueError(
                f"size={size}: two rooms with a wall between them have an odd number of columns, 3 or more"
            )
        super().__init__(count, gym.spaces.Box(0, 1, (2 * size + 1,)), gym.spaces.Discrete(4), 6 * size)
        self.size, self.place, self.key = size, np.zeros((count, 2), int), np.zeros(count, bool)

    def _begin(self, which):
        self.place[which], self.key[which] = (self.size - 1, 0), False

    def _move(self, actions):
        middle = self.size // 2
        there = np.clip(self.place + MOVES[actions], 0, self.size - 1)
        wall = (there[:, 1] == middle) & ~(self.key & (there[:, 0] == middle))
        self.place = np.where(wall[:, None], self.place, there)
        self.key |= (self.place == 0).all(axis=1)
        ends = (self.place == self.size - 1).all(axis=1)
        return ends.astype(float), ends

    def _see(self):
        table = np.eye(self.size, dtype=np.float32)
        places = table[self.place].reshape(self.num_envs, -1)
        return np.concatenate([places, self.key[:, None]], axis=1, dtype=np.float32)

    def render(self):
        """The rooms as large frames, the key as long as nobody has it: a tuple of uint8 [H, W, 3]."""
        shown, copies, middle = (
            np.zeros((self.num_envs, self.size, self.size, 3), np.uint8),
            np.arange(self.num_envs),
            self.size // 2,
        )
        shown[:, :, middle] = COLOURS[1]
        shown[:, middle, middle] = COLOURS[3]
        shown[:, -1, -1] = GOAL
        shown[~self.key, 0, 0] = COLOURS[2]
        shown[copies, self.place[:, 0], self.place[:, 1]] = WALKER
        return large(shown)


class DeepSea(SmallWorld):
    """A diver falls one line in each step, left or right; at the lower right lies a treasure of 1, and each step right costs .01 / N.

    What is right differs from cell to cell, as it was drawn once for all, so that no habit leads anywhere. Seen is the cell, one-hot; after N steps
    the episode ends. A walk at random finds the treasure once in 2^N episodes, and all that it sees before tells it to go left.

    Source: Osband et al. 2020 (bsuite), "Deep sea".

    Args:
      count: N copies.
      size: lines and columns.
    """

    COST = 0.01

    def __init__(self, count, size=10):
        if size < 2:
            raise ValueError(f"size={size}: a sea has two lines or more")
        super().__init__(count, gym.spaces.Box(0, 1, (size * size,)), gym.spaces.Discrete(2), size + 1)
        self.size, self.line, self.column = size, np.zeros(count, int), np.zeros(count, int)
        self.right = np.random.default_rng(size).integers(2, size=(size, size))

    def _begin(self, which):
        self.line[which] = self.column[which] = 0

    def _move(self, actions):
        here = np.minimum(self.line, self.size - 1), self.column
        right = actions == self.right[here]
        treasure = right & (self.column == self.size - 1) & (self.line == self.size - 1)
        self.column = np.clip(self.column + np.where(right, 1, -1), 0, self.size - 1)
        self.line = self.line + 1
        return treasure - right * self.COST / self.size, self.line >= self.size

    def _see(self):
        table = np.eye(self.size * self.size, dtype=np.float32)
        return table[np.minimum(self.line, self.size - 1) * self.size + self.column]

    def render(self):
        """The seas as large frames: a tuple of uint8 [H, W, 3]."""
        shown, copies = np.zeros((self.num_envs, self.size, self.size, 3), np.uint8), np.arange(self.num_envs)
        shown[:, -1, -1] = GOAL
        shown[copies, np.minimum(self.line, self.size - 1), self.column] = WALKER
        return large(shown)


def large(frames, block=16):
    """Frames with blocks for pixels, a tuple of N."""
    return tuple(frames.repeat(block, axis=1).repeat(block, axis=2))
