import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import mdp

# Stay for 1, or leave for 0 to a state that pays 3 for ever (γ = .5): leaving is worth .5 * 6 = 3, staying 1 / .5 = 2.
STAY_OR_LEAVE = (
    np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]]),
    np.array([[1.0, 0.0], [3.0, 3.0]]),
    0.5,
)
seeds = st.integers(0, 10**6)


def tiny(seed, discount=0.9):
    return mdp.random_dense(4, 3, discount, seed)


def arrays(made):
    return made.transitions, made.rewards, made.discount


def test_literal():
    actions, values = mdp.policy_iteration(*STAY_OR_LEAVE, np.array([0, 1]))
    np.testing.assert_array_equal(actions, [1, 1])  # the second state's actions tie: the present one stays
    np.testing.assert_allclose(values, [3, 6])
    np.testing.assert_allclose(mdp.value_iteration(*STAY_OR_LEAVE, 1e-9), [3, 6], atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_equals_brute_force(seed):
    made = tiny(seed)
    policies, best = mdp.optimal_policies_by_brute_force(made)
    actions, values = mdp.policy_iteration(*arrays(made), np.zeros(4, int))
    np.testing.assert_allclose(values, best)
    assert actions.tolist() in policies.tolist()
    assert np.abs(mdp.value_iteration(*arrays(made), 1e-3) - best).max() <= 1e-3 / 2


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_each_round_is_at_least_as_good_everywhere(seed):
    rounds = list(mdp.policy_iteration_history(tiny(seed), np.zeros(4, int)))
    for worse, better in zip(rounds, rounds[1:], strict=False):
        assert (better.values >= worse.values - 1e-9).all()
        assert (better.values > worse.values + 1e-12).any()
    np.testing.assert_array_equal(rounds[-1].policy, rounds[-1].actions)


def test_ties_everywhere_end_at_once():
    # All actions are alike, so the starting policy, whatever it is, is optimal and stays.
    same = np.repeat(tiny(0).transitions[:, :1], 3, axis=1), np.ones((4, 3)), 0.9
    actions, values = mdp.policy_iteration(*same, np.array([2, 0, 1, 2]))
    np.testing.assert_array_equal(actions, [2, 0, 1, 2])
    np.testing.assert_allclose(values, 10)


@pytest.mark.parametrize("seed", range(3))
def test_ties_between_large_values_end(seed, monkeypatch):
    # Each of 30 states has a twin. Action a leads to one of two twins, action a + 3 to the other, so they tie, up to a
    # rounding of 10^-7 in values around 10^9: enough to switch between them for ever if 10^-9 counts as a difference.
    one = mdp.random_dense(30, 3, 0.9, seed)
    first = np.random.default_rng(seed).integers(0, 2, (60, 3, 30)) == 0
    rows = np.tile(one.transitions, (2, 1, 1))
    twins = np.concatenate([rows * first, rows * ~first], axis=2)
    rewards = 1e8 * np.tile(one.rewards, (2, 2))
    made = mdp.TabularMDP(np.concatenate([twins, np.roll(twins, 30, axis=2)], axis=1), rewards, 0.9)
    rounds = list(itertools.islice(mdp.policy_iteration_history(made, np.zeros(60, int)), 50))
    assert len(rounds) < 10
    _, expected = mdp.policy_iteration(*arrays(one), np.zeros(30, int))
    np.testing.assert_allclose(rounds[-1].values, 1e8 * np.tile(expected, 2))
    calls = itertools.count(1)

    def few_rounds(*args):
        assert next(calls) < 10
        return mdp.greedy_actions.reference(*args)

    monkeypatch.setattr(mdp.greedy_actions, "accepted", few_rounds)
    np.testing.assert_array_equal(mdp.policy_iteration(*arrays(made), np.zeros(60, int))[0], rounds[-1].actions)


def test_discount_0_looks_one_step_ahead():
    made = tiny(3, 0.0)
    np.testing.assert_array_equal(mdp.value_iteration(*arrays(made), 1e-9), made.rewards.max(axis=1))
    actions, _ = mdp.policy_iteration(*arrays(made), np.zeros(4, int))
    np.testing.assert_array_equal(actions, made.rewards.argmax(axis=1))


def test_value_iteration_stops_where_puterman_says():
    # One state, reward 1, γ = .5: v_k = 2 − 2^(1−k), changing by 1, 1/2, 1/4, 1/8, 1/16. The threshold for ε = 1/4 is
    # ε (1 − γ) / (2γ) = 1/8; the first change below it is 1/16, that of the fifth sweep: v_5 = 2 − 1/16.
    assert mdp.value_iteration(np.ones((1, 1, 1)), np.ones((1, 1)), 0.5, 0.25) == [1.9375]


def test_discount_1_is_refused_with_the_way_out():
    made = mdp.gridworld()
    with pytest.raises(ValueError, match="use solve"):
        mdp.value_iteration(*arrays(made), 1e-3)
    with pytest.raises(ValueError, match="discount=1"):
        mdp.policy_iteration(*arrays(made), np.zeros(16, int))


def test_jacks_policy_from_never_moving():
    config = mdp.CarRental.paper()
    rounds = list(mdp.policy_iteration_history(mdp.jacks_car_rental(config), np.full(441, config.max_move)))
    assert len(rounds) == 5  # four improvements, as in figure 4.2, and one round that finds nothing more
    moved = rounds[-1].actions - config.max_move
    assert (moved.min(), moved.max()) == (-4, 5)
    assert (moved.reshape(21, 21)[20, 0], moved.reshape(21, 21)[0, 20]) == (5, -4)


def test_gridworld_is_solved_in_one_improvement_of_the_random_policy():
    rounds = list(mdp.policy_iteration_history(mdp.gridworld()))
    assert len(rounds) == 2
    np.testing.assert_allclose(
        rounds[-1].values.reshape(4, 4), [[0, -1, -2, -3], [-1, -2, -3, -2], [-2, -3, -2, -1], [-3, -2, -1, 0]]
    )


@pytest.mark.parametrize("evaluation", ["sweeps", "in_place"])
@pytest.mark.parametrize("sparsely", [False, True])
def test_history_with_other_evaluations(evaluation, sparsely):
    made = mdp.garnet(40, 3, 4, 0.9, 5)
    _, exact = mdp.policy_iteration(*arrays(made.to_dense()), np.zeros(40, int))
    *_, last = mdp.policy_iteration_history(made if sparsely else made.to_dense(), evaluation=evaluation)
    np.testing.assert_allclose(last.values, exact, atol=1e-7)


def test_history_and_policy_iteration_run_on_the_learners_functions():
    calls = set()

    def spy(name):
        def function(*args):
            calls.add(name)
            return getattr(mdp, name).reference(*args)

        return function

    try:
        for name in ("action_values", "greedy_actions"):
            getattr(mdp, name).accept(spy(name))
        list(mdp.policy_iteration_history(tiny(0)))
        assert calls == {"action_values", "greedy_actions"}
        calls.clear()
        mdp.policy_iteration(*arrays(tiny(0)), np.zeros(4, int))
        assert calls == {"action_values", "greedy_actions"}
    finally:
        mdp.action_values.reset(), mdp.greedy_actions.reset()


def test_brute_force_lists_every_optimal_policy_and_has_a_limit():
    made = mdp.TabularMDP(*STAY_OR_LEAVE)
    policies, values = mdp.optimal_policies_by_brute_force(made)
    assert policies.tolist() == [[1, 0], [1, 1]]
    np.testing.assert_allclose(values, [3, 6])
    with pytest.raises(ValueError, match="too many"):
        mdp.optimal_policies_by_brute_force(mdp.random_dense(20, 3, 0.9, 0))


def test_brute_force_without_discount_passes_over_policies_that_never_end():
    # 0 → 1 → end by action 0 (−1 each), or stay for ever by action 1.
    transitions = np.zeros((3, 2, 3))
    transitions[[0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1], [1, 2, 2, 0, 1, 2]] = 1
    made = mdp.TabularMDP(transitions, [[-1, -1], [-1, -1], [0, 0]], 1.0, np.array([False, False, True]))
    policies, values = mdp.optimal_policies_by_brute_force(made)
    assert policies.tolist() == [[0, 0, 0]] and values.tolist() == [-2, -1, 0]
