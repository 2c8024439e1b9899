import dataclasses

import numpy as np
import pytest

from course_lib import temporal_difference as td
from course_lib.temporal_difference.bandit_games import PLAYERS

CONFIG = dataclasses.replace(td.Testbed.laptop(), runs=200, steps=400)


def test_window_scores_by_hand():
    # The last three pulls are 0, 0, 2 with rewards 1, 3, -5: means 2 and -5, bonuses 0.5 * (√½, 1).
    scores = td.sliding_window_ucb(np.array([2, 0, 0, 2]), np.array([7.0, 1.0, 3.0, -5.0]), 4, 3, 0.5)
    np.testing.assert_allclose(scores, [2 + 0.5 * np.sqrt(0.5), np.inf, -4.5, np.inf])


def test_a_window_as_long_as_the_history_with_the_logarithmic_scale_is_ucb1():
    rng = np.random.default_rng(0)
    arms, rewards = np.concatenate([np.arange(4), rng.integers(4, size=50)]), rng.random(54)
    counts = np.bincount(arms)
    # UCB1: mean + √(2 log t / N)
    ucb1 = np.bincount(arms, rewards) / counts + np.sqrt(2 * np.log(54) / counts)
    scale = td.log_scale(54, xi=2)
    np.testing.assert_allclose(td.sliding_window_ucb(arms, rewards, 4, 54, scale), ucb1)
    np.testing.assert_allclose(td.discounted_ucb(arms, rewards, 4, 1.0, scale), ucb1)


def test_log_scale_stops_growing_at_the_window():
    assert td.log_scale(10**6, window=100) == td.log_scale(100, window=100) == pytest.approx(np.sqrt(0.5 * np.log(100)))
    assert td.log_scale(0) == td.log_scale(1) == 0.0


def test_discounted_scores_forget_geometrically():
    # Arm 0 paid 8 two pulls ago, arm 1 paid 4 and then 1; γ = 1/2: N = (1/4, 1/2 + 1), sums (2, 2 + 1).
    scores = td.discounted_ucb(np.array([0, 1, 1]), np.array([8.0, 4.0, 1.0]), 3, 0.5, 1.0)
    np.testing.assert_allclose(scores, [8 + 2, 2 + 1 / np.sqrt(1.5), np.inf])


def test_the_bandit_pulls_each_arm_once_then_the_best_score_and_forgets():
    bandit = td.SlidingWindowBandit(3, window=4, scale=0.1, seed=0)
    pulled = []
    for _ in range(3):
        pulled.append(bandit.choose())
        bandit.update(pulled[-1], 1.0 if pulled[-1] == 1 else 0.0)
    assert pulled == [0, 1, 2]
    assert bandit.choose() == bandit.choose(greedy=True) == 1
    for _ in range(2):
        bandit.update(1, 1.0)
    assert bandit.choose() == 0  # the first pull has left the window of four: arm 0 is unknown again
    assert bandit.choose(greedy=True) == 1  # but an evaluator plays what is known to be good


def test_the_bandit_explores_and_takes_a_growing_scale():
    bandit = td.SlidingWindowBandit(4, window=50, scale=td.log_scale, epsilon=1.0, seed=0)
    chosen = []
    for _ in range(400):
        chosen.append(bandit.choose())
        bandit.update(chosen[-1], float(chosen[-1] == 0))
    assert np.bincount(chosen, minlength=4).min() > 60  # 100 each, standard deviation below 9


def test_the_bandit_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="window of at least 1"):
        td.SlidingWindowBandit(3, window=0)
    with pytest.raises(ValueError, match="arms are 0 to 2"):
        td.SlidingWindowBandit(3, window=5).update(3, 0.0)


@pytest.mark.parametrize("player", PLAYERS)
def test_every_player_beats_chance_and_its_regret_is_consistent(player):
    rewards, regrets, best = td.play_testbed(player, CONFIG, seed=1)
    assert rewards.shape == regrets.shape == best.shape == (200, 400)
    assert (regrets >= 0).all() and (regrets[best] == 0).all() and (regrets[~best] > 0).all()
    late = regrets[:, -100:].mean(axis=1)
    # By chance a pull loses E[max of 10] = 1.54; the standard error over 200 runs is below 0.04.
    assert late.mean() < 0.8
    np.testing.assert_array_equal(rewards, td.play_testbed(player, CONFIG, seed=1)[0])


def test_the_greedy_player_settles_on_a_lesser_arm():
    greedy, exploring = (td.play_testbed("epsilon_greedy", CONFIG, 0, e)[2][:, -50:].mean(axis=1) for e in (0.0, 0.1))
    gap = exploring.mean() - greedy.mean()
    assert gap > 4 * np.sqrt((greedy.var() + exploring.var()) / 200)
    with pytest.raises(ValueError, match="not known"):
        td.play_testbed("gittins", CONFIG, 0)


def test_means_are_handed_on():
    config = td.SwitchingBandit(means=(0.0, 0.25, 0.5, 1.0), pulls=6, changes=2)
    # Every third arm's mean: (0, .25, .5, 1) → each arm takes the mean of the third before it.
    np.testing.assert_array_equal(
        td.switching_means(config)[::2], [[0, 0.25, 0.5, 1], [0.25, 0.5, 1, 0], [0.5, 1, 0, 0.25]]
    )
    assert (td.switching_means(config, 0) == config.means).all()


@pytest.mark.parametrize("seed", [0, 100, 200])
def test_a_window_costs_much_the_same_whatever_changes_and_memory_does_not(seed):
    config = td.SwitchingBandit.laptop()

    def regret(window, changes):
        return np.array([td.play_window(config, seed + k, window, changes=changes).sum() for k in range(10)])

    short, long = {c: regret(config.window, c) for c in (0, 1)}, {c: regret(config.pulls, c) for c in (0, 7)}
    assert 0.85 < short[1].mean() / short[0].mean() < 1.2
    assert long[7].mean() > 8 * long[0].mean()
    assert short[0].mean() > 5 * long[0].mean()  # where nothing changes, forgetting has its price


def test_regret_of_uniform_play_is_half_a_point_a_pull():
    config = td.SwitchingBandit(pulls=2000)
    rng = np.random.default_rng(0)
    uniform = td.play_window(config, 0, 1, score=lambda arms, rewards, n, window, scale: rng.random(n))
    assert uniform.mean() == pytest.approx(0.5, abs=0.03)  # standard error 0.007
