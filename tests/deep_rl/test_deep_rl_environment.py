"""Every world is held against the same protocol, and against Gymnasium's own single environments where there are such."""

import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from course_lib.deep_rl.environment import Worlds, make_worlds


def played(worlds, steps, choose):
    """The protocol, held at every step; returns the steps with what was seen before them."""
    found, running, ended, returns = [], np.zeros(worlds.count), np.zeros(worlds.count, bool), []
    assert worlds.first.all()
    for _ in range(steps):
        before, first = worlds.observations, worlds.first
        kept = before.copy()
        step = worlds.step(choose(before))
        assert np.array_equal(before, kept)  # what was seen is not overwritten: the replay is given it afterwards
        assert step.observations is worlds.observations and step.first is worlds.first
        assert step.observations.shape == (worlds.count, *worlds.shape) and step.observations.dtype == worlds.dtype
        assert step.rewards.dtype == np.float32
        assert {step.terminated.dtype, step.truncated.dtype, step.first.dtype} == {np.dtype(bool)}
        np.testing.assert_array_equal(step.first, ended)  # anew in the step after an end, and only there
        assert not (step.rewards[ended].any() or step.terminated[ended].any() or step.truncated[ended].any())
        running = np.where(ended, 0, running) + step.rewards
        ended = step.terminated | step.truncated
        returns += running[ended].tolist()
        found.append((kept, first, step))
    np.testing.assert_allclose(worlds.take_returns(), returns, rtol=1e-5)
    assert worlds.take_returns() == []
    return found


def how_often(found):
    """How often episodes terminated, were cut off, and began."""
    return tuple(
        int(sum(getattr(step, name).sum() for *_, step in found)) for name in ("terminated", "truncated", "first")
    )


def balance(seen):
    """Holds CartPole's pole up for as long as it is let."""
    return (seen @ np.array([0.1, 0.3, 3.0, 1.0]) > 0).astype(int)


def test_cart_and_pole_move_as_in_a_single_one():
    """Each step of each of four, random ones and one that balances until it is cut off after 500 steps."""
    worlds, single, rng = (
        make_worlds("CartPole-v1", 4, seed=3),
        gym.make("CartPole-v1").unwrapped,
        np.random.default_rng(0),
    )
    actions = []

    def choose(seen):
        actions.append(np.where(np.arange(4) < 3, rng.integers(2, size=4), balance(seen)))
        return actions[-1]

    found = played(worlds, 1010, choose)
    terminated, truncated, begun = how_often(found)
    assert terminated > 90 and truncated == 2 and begun >= 90
    assert not any((step.terminated & step.truncated).any() for *_, step in found)
    single.reset()
    for (before, _, step), action in list(zip(found, actions, strict=True))[:300]:
        for k in np.flatnonzero(~step.first):
            single.state, single.steps_beyond_terminated = before[k].astype(float), None
            expected, reward, ends, *_ = single.step(int(action[k]))
            np.testing.assert_allclose(step.observations[k], expected, rtol=1e-4, atol=1e-5)
            assert (step.rewards[k], step.terminated[k]) == (reward, ends)
        assert (np.abs(step.observations[step.first]) <= 0.05).all()


@pytest.mark.parametrize("name", ["Acrobot-v1", "FrozenLake-v1", "MountainCar-v0"])
def test_worlds_of_gymnasium_are_those_of_single_environments(name):
    """With the seeds s, s + 1, s + 2 of a vector; states seen one-hot."""
    worlds, rng = make_worlds(name, 3, seed=7), np.random.default_rng(0)
    singles = [gym.make(name) for _ in range(3)]
    worlds.begin(7)
    discrete = isinstance(singles[0].observation_space, gym.spaces.Discrete)
    shown = np.eye(16) if discrete else None

    def as_shown(seen):
        return shown[seen] if discrete else np.float32(seen)

    for k, single in enumerate(singles):
        np.testing.assert_array_equal(worlds.observations[k], as_shown(single.reset(seed=7 + k)[0]))
    ended, endings = np.zeros(3, bool), 0
    for _ in range(520 if name == "Acrobot-v1" else 220):
        actions = rng.integers(worlds.actions, size=3)
        step = worlds.step(actions)
        for k, single in enumerate(singles):
            expected = (single.reset()[0], 0.0, False, False) if ended[k] else single.step(int(actions[k]))[:4]
            found = step.observations[k], step.rewards[k], step.terminated[k], step.truncated[k]
            np.testing.assert_array_equal(found[0], as_shown(expected[0]))
            assert found[1:] == (np.float32(expected[1]), *expected[2:]) and step.first[k] == ended[k]
        ended = step.terminated | step.truncated
        endings += ended.sum()
    assert endings >= 3
    assert (worlds.shape, worlds.dtype, worlds.stack) == (as_shown(expected[0]).shape, np.float32, 1)


@pytest.mark.parametrize(
    ("name", "terminates", "is_cut_off"),
    [("TMaze-2", True, True), ("Catch-6", True, False), ("Catch-4", True, False), ("Garnet-6", False, True),
     ("PixelCatch-5", True, False), ("PixelMaze-2", True, True), ("DiscoMaze-5", True, False), ("Maze-5", False, True),
     ("RandomCoin-3", True, False), ("KeyDoor-3", True, True), ("DeepSea-4", True, False)],
)  # fmt: skip
def test_our_own_worlds_keep_to_the_protocol(name, terminates, is_cut_off):
    worlds, rng = make_worlds(name, 5, seed=1), np.random.default_rng(1)
    found = played(worlds, 300, lambda seen: rng.integers(worlds.actions, size=5))
    terminated, truncated, begun = how_often(found)
    assert begun >= 25 and (terminated > 0) == terminates and (truncated > 0) == is_cut_off


def test_a_toy_picture_of_four_lines_is_no_stack_of_frames():
    assert make_worlds("Catch-4", 2).shape == (4, 4, 1) and make_worlds("Catch-4", 2).stack == 1


def test_atari_is_shown_as_for_dqn():
    """Pong until a game is over: four frames, the earlier ones those of before, black at the beginning."""
    worlds, rng = make_worlds("ALE/Pong-v5", 2, seed=0), np.random.default_rng(0)
    assert (worlds.shape, worlds.dtype, worlds.stack, worlds.actions) == ((84, 84, 4), np.uint8, 4, 6)
    found = played(worlds, 950, lambda seen: rng.integers(6, size=2))
    worlds.close()
    assert how_often(found)[0] >= 1 and how_often(found)[2] >= 1
    for before, _, step in found:
        for k in range(2):
            earlier = 0 * before[k] if step.first[k] else before[k]
            np.testing.assert_array_equal(step.observations[k, :, :, :3], earlier[:, :, 1:])
            assert step.observations[k, :, :, 3].any()
    assert {-1, 0} <= {float(reward) for *_, step in found for reward in step.rewards} <= {-1, 0, 1}


def test_atari_is_shown_as_for_dreamer():
    """One frame of 64 by 64, the same game as larger ones show; and no frame is taken for a stack."""
    small, large = (make_worlds("ALE/Pong-v5", 2, 3, **sizes) for sizes in ({"pixels": 64, "stack": 1}, {}))
    assert (small.shape, small.dtype, small.stack, small.actions) == ((64, 64, 1), np.uint8, 1, 6)
    rng = np.random.default_rng(0)
    for _ in range(100):
        actions = rng.integers(6, size=2)
        one, other = small.step(actions), large.step(actions)
        for name in ("rewards", "terminated", "truncated", "first"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        seen, also = one.observations[..., 0].astype(float), other.observations[..., -1].astype(float)
        assert abs(seen.mean() - also.mean()) < 3  # the same picture in another size
    small.close()
    large.close()


def test_worlds_in_pixels_are_frames():
    for name in ("PixelCatch-5", "PixelMaze-3"):
        worlds = make_worlds(name, 2, pixels=64, stack=1)  # those are of Atari alone
        assert (worlds.shape, worlds.dtype, worlds.stack, worlds.actions) == ((16, 16, 1), np.uint8, 1, 3)


def test_scores_of_atari_are_not_clipped():
    """In Ms. Pac-Man every pellet is worth 10."""
    worlds, rng, seen = make_worlds("ALE/MsPacman-v5", 1, seed=0), np.random.default_rng(0), set()
    for _ in range(150):
        seen |= set(worlds.step(rng.integers(worlds.actions, size=1)).rewards.tolist())
    worlds.close()
    assert 10 in seen


def test_names_of_atari_are_those_of_its_games():
    for name in ("ALE/MsPacman-v5", "ALE/TicTacToe3D-v5"):
        worlds = make_worlds(name, 1)
        assert worlds.shape == (84, 84, 4)
        worlds.close()


def test_to_begin_anew_forgets_what_was_under_way():
    """The return of an episode that was left is not told, and the next one is counted from 0."""
    worlds = make_worlds("CartPole-v1", 2)
    for _ in range(5):
        worlds.step([1, 0])
    worlds.begin(3)
    assert worlds.first.all()
    again = make_worlds("CartPole-v1", 2, seed=3)
    np.testing.assert_array_equal(worlds.observations, again.observations)
    lengths = np.zeros(2, int)
    while not worlds.returns:
        step = worlds.step([1, 1])
        lengths += 1
    assert worlds.returns == lengths[step.terminated].tolist()


def test_the_seed_decides():
    for name in ("CartPole-v1", "TMaze-5", "Catch-6", "Garnet-4", "FrozenLake-v1", "DiscoMaze-5", "RandomCoin-4"):
        first, same, other = (make_worlds(name, 20, seed) for seed in (0, 0, 1))
        actions = np.random.default_rng(0).integers(2, size=(30, 20))
        shown = [np.array([worlds.step(row).observations for row in actions]) for worlds in (first, same, other)]
        assert np.array_equal(shown[0], shown[1]) and not np.array_equal(shown[0], shown[2]), name


@pytest.mark.parametrize(
    "name",
    ["CartPole", "CartPole-v9", "Nothing-v1", "", "TMaze-x", "TMaze-0", "Catch-1", "ALE/Nothing-v5", "ALE/Pong-v4", "ALE/Pong", "ALE/",
     "nowhere:Nothing-v1", "PixelCatch-6", "PixelMaze-0", "DiscoMaze-8", "Maze-3", "RandomCoin-1", "KeyDoor-4", "DeepSea-x", "MiniGrid-Nothing-v0"],
)  # fmt: skip
def test_unknown_names_are_refused(name):
    """With the name, the reason and what would do; never the error of some library."""
    with pytest.raises(ValueError) as error:
        make_worlds(name, 2)
    assert str(error.value).startswith(f"env={name!r} cannot be made: ")
    assert str(error.value).endswith(
        "Use a name of Gymnasium (CartPole-v1), of Atari (ALE/Pong-v5) or one of TMaze, Catch, Garnet, PixelCatch, PixelMaze, DiscoMaze, Maze, RandomCoin, KeyDoor, DeepSea-SIZE."
    )


def test_without_minigrid_its_worlds_are_refused_by_name(monkeypatch):
    """Where it is not installed, and what is missing is said."""
    monkeypatch.setitem(sys.modules, "minigrid", None)
    with pytest.raises(ValueError) as error:
        make_worlds("MiniGrid-DoorKey-5x5-v0", 2)
    said = str(error.value)
    assert said.startswith("env='MiniGrid-DoorKey-5x5-v0' cannot be made: ") and "minigrid" in said.partition(":")[2]
    assert "Use a name of Gymnasium" in said


def test_worlds_say_what_they_count_and_what_was_won_so_far():
    """Cells from the beginning on, nothing in worlds that count nothing; the return runs from 0 in each episode."""
    worlds = make_worlds("Maze-5", 3)
    assert worlds.infos["cells"].tolist() == [1, 1, 1] and "cells" not in make_worlds("Catch-4", 1).infos
    worlds.step([0, 1, 2])
    assert set(worlds.infos["cells"].tolist()) <= {1, 2} and worlds.running.tolist() == [0, 0, 0]
    pole, lengths = make_worlds("CartPole-v1", 2), []
    for _ in range(30):
        pole.step([1, 0])
        lengths.append(pole.running.tolist())
        assert (pole.running[pole.first] == 0).all()
    assert lengths[4] == [5, 5]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Pendulum-v1", "actions Box(-2.0, 2.0, (1,), float32) are not numbered"),
        ("Blackjack-v1", "are neither numbers nor frames"),
    ],
)
def test_worlds_of_other_kinds_are_refused(name, says):
    with pytest.raises(ValueError) as error:
        make_worlds(name, 1)
    assert says in str(error.value)


def test_worlds_that_begin_anew_at_another_time_are_refused():
    env = SyncVectorEnv([lambda: gym.make("CartPole-v1")], autoreset_mode=AutoresetMode.SAME_STEP)
    with pytest.raises(ValueError, match="NEXT_STEP"):
        Worlds(env)
