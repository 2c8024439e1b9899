"""Small worlds in which one idea shows: the T-maze needs memory, Catch needs eyes, a table has exact values."""

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from course_lib.mdp import garnet


class SmallWorld(VectorEnv):
    """N copies in step; whoever ended begins anew in the next step.

    A world says what `_begin(which)`, `_move(actions)` and `_see()` do, and `_count()` if it counts anything.

    Args:
      count: N.
      observations, actions: the spaces of one copy.
      limit: steps after which an episode is cut off.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(self, count, observations, actions, limit):
        self.num_envs, self.limit = count, limit
        self.single_observation_space, self.single_action_space = observations, actions
        self.observation_space, self.action_space = batch_space(observations, count), batch_space(actions, count)
        self.steps, self._ended = np.zeros(count, int), np.ones(count, bool)

    def reset(self, *, seed=None, options=None):
        """Begin anew everywhere; returns (observations, infos)."""
        super().reset(seed=seed)
        self._ended[:], self.steps[:] = False, 0
        self._begin(np.ones(self.num_envs, bool))
        return self._see(), self._count()

    def _count(self):
        return {}

    def see(self):
        """What is seen now, without a step."""
        return self._see()

    def step(self, actions):
        """Take a step; returns (observations, rewards, terminated, truncated, infos)."""
        actions, begins = np.asarray(actions), self._ended.copy()
        if actions.shape != (self.num_envs,) or not all(map(self.single_action_space.contains, actions)):
            raise ValueError(
                f"actions {actions}: give {self.num_envs} of them, each 0 to {self.single_action_space.n - 1}."
            )
        rewards, terminated = self._move(actions)
        self.steps += 1
        self.steps[begins] = 0
        self._begin(begins)
        rewards, terminated = np.where(begins, 0, rewards), terminated & ~begins
        truncated = (self.steps >= self.limit) & ~terminated
        self._ended = terminated | truncated
        return self._see(), rewards.astype(np.float32), terminated, truncated, self._count()


class TMaze(SmallWorld):
    """A corridor with a T at its end; a light seen at the start alone says on which side the reward is.

    Actions: 0 goes on, 1 turns up, 2 turns down. To turn in the corridor leaves one where one is and costs .1, as does to go
    on at the junction; to turn there ends the episode with 1 on the side that the light named, with −1 on the other one.
    Seen are (light up, light down, corridor, junction).

    Source: Bakker 2002, with other rewards.

    Args:
      count: N.
      length: steps from the start to the junction.
    """

    def __init__(self, count, length=10):
        if length < 1:
            raise ValueError(f"length={length}: a corridor has one step or more")
        super().__init__(count, gym.spaces.Box(0, 1, (4,)), gym.spaces.Discrete(3), 4 * length + 10)
        self.length, self.place, self.side = length, np.zeros(count, int), np.zeros(count, int)

    def _begin(self, which):
        self.place[which] = 0
        self.side[which] = self.np_random.integers(2, size=which.sum())

    def _move(self, actions):
        junction = self.place == self.length
        ends, goes = junction & (actions > 0), ~junction & (actions == 0)
        self.place += goes
        return np.where(ends, np.where(actions - 1 == self.side, 1.0, -1.0), np.where(goes, 0.0, -0.1)), ends

    def _see(self):
        start, junction = self.place == 0, self.place == self.length
        seen = [start & (self.side == 0), start & (self.side == 1), ~start & ~junction, junction]
        return np.stack(seen, axis=1).astype(np.float32)


class Catch(SmallWorld):
    """A ball falls through a picture, and a paddle of one pixel in the last line has to be below it: 1 if it is, else −1.

    Source: Osband et al. 2020 (bsuite), "Catch".

    Args:
      count: N.
      size: lines and columns.
    """

    def __init__(self, count, size=10):
        if size < 2:
            raise ValueError(f"size={size}: a picture has two lines or more")
        super().__init__(count, gym.spaces.Box(0, 255, (size, size, 1), np.uint8), gym.spaces.Discrete(3), 10 * size)
        self.size = size
        self.line, self.column, self.paddle = (np.zeros(count, int) for _ in range(3))

    def _begin(self, which):
        self.line[which], self.paddle[which] = 0, self.size // 2
        self.column[which] = self.np_random.integers(self.size, size=which.sum())

    def _move(self, actions):
        self.paddle = np.clip(self.paddle + actions - 1, 0, self.size - 1)
        self.line = self.line + 1
        ends = self.line >= self.size - 1
        return ends * np.where(self.paddle == self.column, 1.0, -1.0), ends

    def _see(self):
        seen, copies = np.zeros((self.num_envs, self.size, self.size, 1), np.uint8), np.arange(self.num_envs)
        seen[copies, np.minimum(self.line, self.size - 1), self.column, 0] = 255
        seen[copies, self.size - 1, self.paddle, 0] = 255
        return seen


SIDE, CELLS, BLOCK = 16, 5, 3  # pixels of a frame; cells of a side, each of 3 by 3 pixels


def enlarge(cells):
    """Draw N worlds of at most 5 by 5 cells as frames, uint8 [N, 5, 5] -> [N, 16, 16, 1]."""
    large = cells.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
    left = SIDE - large.shape[1]
    return np.pad(large, ((0, 0), (0, left), (0, left)))[..., None]


class PixelCatch(Catch):
    """Catch as a camera sees it: frames of 16 by 16, of up to 5 by 5 cells.

    Args:
      count: N.
      size: lines and columns.
    """

    def __init__(self, count, size=CELLS):
        if size > CELLS:
            raise ValueError(f"size={size}: a frame has room for {CELLS} by {CELLS} cells")
        super().__init__(count, size)
        self.single_observation_space = gym.spaces.Box(0, 255, (SIDE, SIDE, 1), np.uint8)
        self.observation_space = batch_space(self.single_observation_space, count)

    def _see(self):
        return enlarge(super()._see()[..., 0])


class PixelMaze(TMaze):
    """The T-maze from above: the walker in the middle, the floor within two cells of it, and at the start a light.

    The light is above or below the start, and says so on which side the reward is. Frames of 16 by 16.

    Args:
      count: N.
      length: steps from the start to the junction.
    """

    FLOOR, WALKER, LIGHT = 90, 170, 255

    def __init__(self, count, length=3):
        super().__init__(count, length)
        self.single_observation_space = gym.spaces.Box(0, 255, (SIDE, SIDE, 1), np.uint8)
        self.observation_space = batch_space(self.single_observation_space, count)

    def _see(self):
        cells, middle = np.zeros((self.num_envs, CELLS, CELLS), np.uint8), CELLS // 2
        for column in range(CELLS):
            there = self.place + column - middle
            cells[:, middle, column] = self.FLOOR * ((there >= 0) & (there <= self.length))
            cells[there == self.length, :, column] = self.FLOOR
        cells[:, middle, middle] = self.WALKER
        start = np.flatnonzero(self.place == 0)
        cells[start, np.where(self.side[start] == 0, 0, CELLS - 1), middle] = self.LIGHT
        return enlarge(cells)


class Table(SmallWorld):
    """A finite MDP of chapter 1, its states seen by their numbers.

    Args:
      count: N.
      world: a `TabularMDP` of moderate size.
      start: the state where episodes begin; drawn from those that are not terminal if left out.
      limit: steps after which an episode is cut off.
    """

    def __init__(self, count, world, start=None, limit=100):
        super().__init__(count, gym.spaces.Discrete(world.num_states), gym.spaces.Discrete(world.num_actions), limit)
        self.world, self.starts = world, np.flatnonzero(~world.terminal) if start is None else np.array([start])
        self.states = np.zeros(count, int)
        self._cumulative = world.to_dense().transitions.cumsum(axis=2)

    def _begin(self, which):
        self.states[which] = self.np_random.choice(self.starts, which.sum())

    def _move(self, actions):
        rewards = self.world.rewards[self.states, actions]
        draws = self.np_random.random((self.num_envs, 1))
        found = (self._cumulative[self.states, actions] <= draws).sum(axis=1)
        self.states = np.minimum(found, self.world.num_states - 1)  # a row may sum to 1 − 1e-16
        return rewards, self.world.terminal[self.states]

    def _see(self):
        return self.states.copy()


class Garnet(Table):
    """A random MDP of chapter 1 with three actions that lead to two states each, and no end: episodes are cut off.

    Args:
      count: N.
      states: S.
      limit: steps after which an episode is cut off.
    """

    def __init__(self, count, states=10, limit=50):
        super().__init__(count, garnet(states, 3, 2, 0.9, seed=0), limit=limit)
