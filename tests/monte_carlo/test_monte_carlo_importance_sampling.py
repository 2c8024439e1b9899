import itertools

import numpy as np
import pytest

from course_lib import mdp
from course_lib import monte_carlo as mc
from course_lib.monte_carlo.blackjack import state_of
from course_lib.monte_carlo.importance_sampling import METHODS

UNBIASED = ("ordinary", "per-decision", "discounting-aware ordinary")


def all_episodes(rng, steps=3):
    """Every sequence of two actions over a few steps of a world without chance: π and b of each, rewards, P_b, P_π."""
    paths = np.array(list(itertools.product((0, 1), repeat=steps))).T  # [T, B]
    pi, b = rng.uniform(0.1, 0.9, (2, steps))
    target, behaviour = (np.where(paths == 1, p[:, None], 1 - p[:, None]) for p in (pi, b))
    rewards = rng.normal(size=(steps, 2))[np.arange(steps)[:, None], paths]
    return target, behaviour, rewards, behaviour.prod(axis=0), target.prod(axis=0)


def test_ratios_from_each_step_on():
    target, behaviour = np.array([[1.0], [0.5], [1.0]]), np.array([[0.5], [0.25], [1.0]])
    assert mc.importance_ratios(target, behaviour).T.tolist() == [[4, 2, 1]]


def test_one_episode_by_hand():
    # γ = 1/2, ratios 2 and 3, rewards 4 and 8: G = 4 + 4 = 8, ρ = 6; Ḡ_1 = 4, Ḡ_2 = 12.
    target, behaviour, rewards = np.array([[1.0], [0.9]]), np.array([[0.5], [0.3]]), np.array([[4.0], [8.0]])
    aware = 0.5 * 2 * 4 + 0.5 * 6 * 12  # (1 − γ) ρ_0 Ḡ_1 + γ ρ_{0:1} Ḡ_2
    expected = {
        "ordinary": (48.0, 1.0),
        "weighted": (48.0, 6.0),
        "per-decision": (2 * 4 + 0.5 * 6 * 8, 1.0),
        "discounting-aware ordinary": (aware, 1.0),
        "discounting-aware weighted": (aware, 0.5 * 2 + 0.5 * 6),
    }
    assert set(expected) == set(METHODS)
    for method, parts in expected.items():
        got = mc.fractions(target, behaviour, rewards, np.array([2]), 0.5, method)
        assert [part.tolist() for part in got] == [pytest.approx([part]) for part in parts]


@pytest.mark.parametrize("method", METHODS)
def test_with_equal_policies_every_method_is_the_plain_mean(method):
    walk, policy = mc.random_walk(), np.full((7, 2), 0.5)
    played = mc.play(walk, policy, 50, np.random.default_rng(0))
    returns, _ = mc.first_visit_returns(played.states, played.rewards, 0.7)
    got = mc.running_estimates(played, policy, policy, method=method, discount=0.7)
    assert got == pytest.approx(np.cumsum(returns[0]) / np.arange(1, 51))


@pytest.mark.parametrize("discount", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("method", METHODS)
def test_over_all_episodes_the_expectation_is_the_targets_value(method, discount):
    for seed in range(3):
        target, behaviour, rewards, chance, under_target = all_episodes(np.random.default_rng(seed))
        value = under_target @ (discount ** np.arange(3) @ rewards)
        lengths = np.full(rewards.shape[1], 3)
        numerators, denominators = mc.fractions(target, behaviour, rewards, lengths, discount, method)
        assert chance @ numerators == pytest.approx(value)
        assert chance @ denominators == pytest.approx(1.0)
        if method in UNBIASED:
            assert (denominators == 1).all()


def test_per_decision_and_discounting_aware_scatter_less_than_ordinary():
    """The exact variance of one episode's contribution, over all episodes of 20 random worlds."""
    variances = dict.fromkeys(UNBIASED, 0.0)
    for seed in range(20):
        target, behaviour, rewards, chance, _ = all_episodes(np.random.default_rng(seed), steps=6)
        for method in UNBIASED:
            got, _ = mc.fractions(target, behaviour, rewards, np.full(rewards.shape[1], 6), 0.5, method)
            variances[method] += chance @ got**2 - (chance @ got) ** 2
    assert variances["per-decision"] < variances["ordinary"]
    assert variances["discounting-aware ordinary"] < variances["ordinary"]


def test_episodes_of_different_lengths_end_where_they_end():
    target, behaviour = np.array([[0.8, 0.8], [0.5, 1.0]]), np.array([[0.4, 0.4], [0.25, 1.0]])
    rewards, lengths = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([2, 1])
    for method in METHODS:
        both = mc.fractions(target, behaviour, rewards, lengths, 0.5, method)
        alone = mc.fractions(target[:1, 1:], behaviour[:1, 1:], rewards[:1, 1:], lengths[1:], 0.5, method)
        assert [part[1] for part in both] == pytest.approx([part[0] for part in alone])


def test_weighted_is_exact_where_ordinary_has_infinite_variance():
    behaviour, target = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    played = mc.play(mc.OneState(), behaviour, 5000, np.random.default_rng(0))
    weighted = mc.running_estimates(played, target, behaviour)
    assert (weighted[np.flatnonzero(weighted > 0)[0] :] == 1).all()
    ordinary = [
        mc.running_estimates(
            mc.play(mc.OneState(), behaviour, 5000, np.random.default_rng(seed)), target, behaviour, method="ordinary"
        )[-1]
        for seed in range(30)
    ]
    assert np.std(ordinary) > 0.05 and abs(np.median(ordinary) - 1) < 0.5  # √5000 tames nothing here


@pytest.mark.parametrize("seed", range(3))
def test_the_books_blackjack_state(seed):
    """Figure 5.3: both estimates come to the truth; after a few episodes the weighted one is much nearer."""
    game, start, target = mc.blackjack_mdp(), state_of(13, 2, True), mc.stick_from(20)
    truth = mdp.evaluate_policy(game, np.vstack([target, [1, 0]]))[start]
    behaviour, rng = np.full((320, 2), 0.5), np.random.default_rng(seed)
    played = [mc.play(mc.Blackjack(), behaviour, 2000, rng, starts=start) for _ in range(100)]
    errors = {
        method: np.mean([(mc.running_estimates(p, target, behaviour, method=method) - truth) ** 2 for p in played], 0)
        for method in ("ordinary", "weighted")
    }
    assert errors["weighted"][9] < 0.8 * errors["ordinary"][9] and errors["weighted"][0] < 0.3 * errors["ordinary"][0]
    assert errors["weighted"][-1] < 0.01 and errors["ordinary"][-1] < 0.03


@pytest.mark.parametrize("weighted", [True, False])
def test_all_states_at_once(weighted):
    walk, behaviour = mc.random_walk(3), np.full((5, 2), 0.5)
    target = np.tile([0.3, 0.7], (5, 1))
    exact = mdp.evaluate_policy(walk.mdp, target)
    rng = np.random.default_rng(0)
    values, weights = mc.predict_off_policy(walk, target, behaviour, 60_000, rng, weighted=weighted)
    assert np.abs(values - exact).max() < 0.06
    assert (weights[1:4] > 10_000).all() and weights[0] == 0


def test_what_is_refused():
    rng, start = np.random.default_rng(0), state_of(13, 2, True)
    soft, greedy = np.full((320, 2), 0.5), mc.stick_from(20)
    with pytest.raises(ValueError, match="never does.*soften"):
        mc.predict_off_policy(mc.Blackjack(), soft, greedy, 10, rng)
    played = mc.play(mc.Blackjack(), soft, 10, rng, starts=start)
    with pytest.raises(ValueError, match="never does"):
        mc.running_estimates(played, soft, greedy)
    with pytest.raises(ValueError, match="method='plain'"):
        mc.running_estimates(played, greedy, soft, method="plain")
    with pytest.raises(ValueError, match="begin in different states"):
        mc.running_estimates(mc.play(mc.Blackjack(), soft, 50, rng), greedy, soft)
