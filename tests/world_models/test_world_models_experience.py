"""Rewards, actions and discounts beside the right observations, over ends of all kinds."""

import gymnasium as gym
import numpy as np
import pytest

from course_lib.deep_rl.environment import Worlds
from course_lib.deep_rl.replay import Replay
from course_lib.deep_rl.worlds import SmallWorld
from course_lib.world_models.experience import arrivals, experience_of


def test_arrivals_by_hand():
    """Four rows become three: each observation with the action, the reward and the discount that led to it."""
    observations = np.arange(4)[:, None] * np.ones((1, 2))
    actions, rewards = np.array([[5, 6], [7, 8], [1, 2], [3, 4]]), np.array([[0.5, 1], [2, 3], [4, 5], [6, 7]])
    discounts = np.array([[0.9, 0], [0.9, 0.9], [0, 0.9], [0.8, 0.8]])
    first = np.array([[True, False], [False, False], [False, True], [False, False]])
    found = arrivals(observations, actions, rewards, discounts, first)
    expected = (
        [[1, 1], [2, 2], [3, 3]], [[5, 6], [7, 8], [1, 2]], [[0.5, 1], [2, 3], [4, 5]], [[0.9, 0], [0.9, 0.9], [0, 0.9]],
        [[False, False], [False, True], [False, False]],
    )  # fmt: skip
    assert len(found) == 5
    for part, right in zip(found, expected, strict=True):
        np.testing.assert_array_equal(part, right)


def test_arrivals_of_frames():
    rng = np.random.default_rng(0)
    frames, numbers = rng.integers(256, size=(6, 3, 4, 4, 1), dtype=np.uint8), np.zeros((6, 3))
    found = arrivals(frames, numbers, numbers, numbers, numbers)
    np.testing.assert_array_equal(found[0], frames[1:])
    assert found[0].dtype == np.uint8 and {len(part) for part in found} == {5}


class Told(SmallWorld):
    """Episodes that say themselves what led to what is seen: (number of the episode, step in it, action before).

    Even ones terminate after three steps, odd ones are cut off after five. A step pays episode + step / 10 + action / 100.
    """

    def __init__(self, count):
        super().__init__(count, gym.spaces.Box(-np.inf, np.inf, (3,)), gym.spaces.Discrete(5), 5)
        self.seen = np.zeros((count, 3))

    def _begin(self, which):
        self.seen[which] = np.stack([self.seen[which, 0] + 1, 0 * which[which], 0 * which[which]], axis=1)

    def _move(self, actions):
        self.seen[:, 1:] = np.stack([self.seen[:, 1] + 1, actions], axis=1)
        return pay(self.seen), (self.seen[:, 0] % 2 == 0) & (self.seen[:, 1] == 3)

    def _see(self):
        return self.seen.astype(np.float32)


def pay(seen):
    """What was paid for coming here."""
    return seen[..., 0] + seen[..., 1] / 10 + seen[..., 2] / 100


def played(rows=30, cut=None, kept=30):
    """A replay of windows of six rows, in which worlds may have begun anew before a row."""
    worlds, rng = Worlds(Told(3)), np.random.default_rng(0)
    replay = Replay(kept, worlds, 6)
    for row in range(rows):
        if row == cut:
            replay.cut()
            worlds.begin(1)
        observations, first, actions = worlds.observations, worlds.first, rng.integers(5, size=3)
        replay.add(observations, first, (np.zeros((1, 0)),) * 2, actions, worlds.step(actions))
    return replay


def holds(found):
    """Every row of some `Experience` says the truth; returns how many rows began and ended episodes."""
    seen = found.observations
    episode, step, action = np.moveaxis(seen, 2, 0)
    np.testing.assert_array_equal(found.first, step == 0)
    inside = ~found.first
    np.testing.assert_array_equal(found.actions[inside], action[inside])
    terminal = (episode % 2 == 0) & (step == 3)
    np.testing.assert_allclose(found.discounts, np.where(terminal, 0, 0.9), rtol=1e-6)
    np.testing.assert_allclose(found.rewards, np.where(found.first, 0, pay(seen)), rtol=1e-5)
    follows = (episode[1:] == episode[:-1]) & (step[1:] == step[:-1] + 1)
    assert (follows | found.first[1:]).all()
    return int(found.first.sum()), int(terminal.sum()), int(((episode % 2 == 1) & (step == 5)).sum())


@pytest.mark.parametrize("rows", [30, 47], ids=["all rows", "overwritten ones"])
def test_what_stands_beside_each_other(rows):
    """Over ends, over episodes that are cut off, and where the ring begins again: 200 windows of five rows."""
    found = experience_of(played(rows), 200, 0.9, np.random.default_rng(1))
    assert found.observations.shape == (5, 200, 3) and found.actions.shape == (5, 200)
    assert found.actions.dtype == np.int32
    assert {part.dtype for part in (found.rewards, found.discounts)} == {np.dtype(np.float32)}
    assert min(holds(found)) > 20


@pytest.mark.parametrize("cut", [14, 16, 17, 18, 21, 22])
def test_where_worlds_begin_anew(cut):
    """As they do at a checkpoint, in the middle of an episode, at its end or just behind it.

    To begin with, nothing was paid: the reward of the step that was cut off is not that of the new episode's first row.
    """
    assert holds(experience_of(played(cut=cut), 400, 0.9, np.random.default_rng(1)))[0] > 20
