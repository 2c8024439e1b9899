"""Worlds in step: any of Gymnasium's vector environments, Atari, and small ones of our own, behind one interface.

All of them begin anew by themselves in the step after an episode ended (Gymnasium's `AutoresetMode.NEXT_STEP`): the last
observation of an episode is seen like any other, then comes a step whose action nobody carries out, which brings the first
observation of the next episode. So whether an episode terminated or was merely cut off can be told, and what followed.
"""

from typing import NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

from course_lib.deep_rl.hard_worlds import DeepSea, DiscoMaze, KeyDoor, Maze, RandomCoin
from course_lib.deep_rl.worlds import Catch, Garnet, PixelCatch, PixelMaze, TMaze

OWN = {"TMaze": TMaze, "Catch": Catch, "Garnet": Garnet, "PixelCatch": PixelCatch, "PixelMaze": PixelMaze}
OWN |= {"DiscoMaze": DiscoMaze, "Maze": Maze, "RandomCoin": RandomCoin, "KeyDoor": KeyDoor, "DeepSea": DeepSea}
ATARI, MINIGRID = "ALE/", "MiniGrid-"
STACK = 4  # frames that an Atari player sees at once


class Step(NamedTuple):
    """What came of a step in N worlds.

    Attributes:
      observations: s_{t+1}, [N, …].
      rewards: r_{t+1}, float32 [N]; 0 where the step only began a new episode.
      terminated: whether s_{t+1} is a terminal state, bool [N].
      truncated: whether the episode was cut off at s_{t+1}, bool [N].
      first: whether s_{t+1} is the first observation of an episode, bool [N].
    """

    observations: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    first: np.ndarray


class Worlds:
    """N copies of a world in step.

    Args:
      env: a `gymnasium.vector.VectorEnv` that begins anew in the next step.
      seed: of the worlds.

    Attributes:
      count: N.
      shape: of an observation, (numbers,) or (height, width, channels).
      dtype: float32, or uint8 for frames.
      stack: how many of the channels are earlier frames.
      actions: A.
      observations, first: of now, as in `Step`.
      last: whether they are the last ones of their episodes, so that no action follows, bool [N].
      running: return of the episode so far, [N].
      infos: what else the world says of now, {name: [N]}.
      returns: of the episodes that ended since `take_returns`, a list.

    Raises:
      ValueError: its actions are not numbered, or it begins anew at another time.
    """

    def __init__(self, env, seed=0):
        if not isinstance(env.single_action_space, gym.spaces.Discrete):
            raise ValueError(
                f"actions {env.single_action_space} are not numbered from 0 on: use a world with Discrete ones."
            )
        if env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP) != AutoresetMode.NEXT_STEP:
            raise ValueError("make this vector environment with autoreset_mode=AutoresetMode.NEXT_STEP.")
        self.env, self.count, self.actions = env, env.num_envs, int(env.single_action_space.n)
        self.look = _look(env.single_observation_space)
        self.stack = STACK if _is_stack(env.single_observation_space, STACK) else 1
        self.begin(seed)
        self.shape, self.dtype = self.observations.shape[1:], self.observations.dtype

    def begin(self, seed):
        """Begin a new episode in every world."""
        observations, self.infos = self.env.reset(seed=int(seed))
        self.observations = self.look(observations)
        self.first = np.ones(self.count, bool)
        self.returns, self.running, self.last = [], np.zeros(self.count), np.zeros(self.count, bool)

    def begin_anew(self, *key):
        """Begin with a seed made of whole numbers, such as that of a run and its step."""
        self.begin(np.random.SeedSequence(key).generate_state(1)[0] >> 1)

    def step(self, actions):
        """Take a step in every world; returns a `Step`."""
        observations, rewards, terminated, truncated, self.infos = self.env.step(np.asarray(actions, np.int64))
        self.observations, self.first = self.look(observations), self.last
        self.running = np.where(self.first, 0, self.running) + rewards
        self.last = terminated | truncated
        self.returns += self.running[self.last].tolist()
        return Step(self.observations, np.asarray(rewards, np.float32), terminated, truncated, self.first)

    def take_returns(self):
        """The returns of the episodes that ended since this was asked last."""
        taken, self.returns = self.returns, []
        return taken

    def report(self):
        """{"training return": the mean of `take_returns`}; empty where no episode has ended."""
        taken = self.take_returns()
        return {"training return": np.float32(np.mean(taken))} if taken else {}

    def close(self):
        """Let go of what the worlds hold."""
        self.env.close()


def make_worlds(name, count, seed=0, pixels=84, stack=STACK):
    """Make N copies of a world by its name.

    Args:
      name: of Gymnasium, such as "CartPole-v1"; "ALE/Pong-v5" and the like, with frames of 84 by 84 as for DQN; or one of
        ours, "TMaze-10" (with a corridor of 10), "Catch-10" (10 by 10) or "Garnet-10" (a random MDP of 10 states), and the
        first two as frames of 16 by 16, "PixelMaze-3" and "PixelCatch-5"; those that have to be explored, "DiscoMaze-21",
        "Maze-11" (its walls are harmless), "RandomCoin-15", "KeyDoor-7" and "DeepSea-10"; and, where minigrid is installed, its own,
        "MiniGrid-DoorKey-5x5-v0".
      count: N.
      seed: of the worlds.
      pixels, stack: of Atari's frames, their sides, and how many are seen at once.

    Returns:
      `Worlds`.

    Raises:
      ValueError: there is no such world.
    """
    own, _, size = name.partition("-")
    try:
        if own in OWN:
            env = OWN[own](count, *map(int, filter(None, [size])))
        elif name.startswith(ATARI):
            env = _atari(name, count, pixels, stack)
        elif name.startswith(MINIGRID):
            env = _minigrid(name, count)
        else:
            spec = gym.spec(name)
            mode = "sync" if spec.vector_entry_point is None else "vector_entry_point"
            env = gym.make_vec(name, num_envs=count, vectorization_mode=mode)
    except (gym.error.Error, ImportError, ValueError, AssertionError) as error:
        known = f"a name of Gymnasium (CartPole-v1), of Atari (ALE/Pong-v5) or one of {', '.join(OWN)}-SIZE"
        why = str(error).rstrip(".") or type(error).__name__
        raise ValueError(f"env={name!r} cannot be made: {why}. Use {known}.") from error
    return Worlds(env, seed)


def _atari(name, count, pixels, stack):
    """The preprocessing of DQN: four frames a step, the larger of the last two, grey, small; up to 30 steps of nothing.

    Rewards are left as they are: learners clip them, so that what is reported is the score of the game.
    """
    import ale_py

    gym.register_envs(ale_py)
    frames = {"img_height": pixels, "img_width": pixels, "stack_num": stack}
    return ale_py.AtariVectorEnv(gym.spec(name).kwargs["game"], count, reward_clipping=False, **frames)


def _minigrid(name, count):
    """The seven by seven cells before the player, each one-hot by kind, colour and state, as numbers in a row."""
    try:
        from minigrid.wrappers import ImgObsWrapper, OneHotPartialObsWrapper
    except ImportError as error:
        raise ImportError(
            f"it needs minigrid, which is no requirement of the course ({error}): pip install minigrid"
        ) from error

    def one():
        return gym.wrappers.DtypeObservation(ImgObsWrapper(OneHotPartialObsWrapper(gym.make(name))), np.float32)

    return gym.vector.SyncVectorEnv([one] * count)


def _is_stack(space, *sizes):
    """Whether observations are so many frames, the first axis: ALE shows them like that, other worlds have channels last."""
    frames = isinstance(space, gym.spaces.Box) and len(space.shape) == 3
    return frames and space.shape[0] in sizes and space.shape[0] < min(space.shape[1:])


def _look(space):
    """How observations are shown to a network: numbers in a row, frames with their channels last, states one-hot."""
    if isinstance(space, gym.spaces.Discrete):
        table = np.eye(int(space.n), dtype=np.float32)
        return lambda seen: table[np.asarray(seen) - int(space.start)]
    if not isinstance(space, gym.spaces.Box):
        raise ValueError(f"observations {space} are neither numbers nor frames: wrap the world so that they are.")
    if _is_stack(space, 1, STACK):
        return lambda seen: np.moveaxis(seen, 1, -1)
    if space.dtype == np.uint8:
        return lambda seen: np.array(seen)
    return lambda seen: np.array(seen, np.float32).reshape(len(seen), -1)
