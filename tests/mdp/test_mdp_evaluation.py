import dataclasses

import numpy as np
import pytest

from course_lib import mdp
from course_lib.mdp import bellman, evaluation

METHODS = ("solve", "sweeps", "in_place")
# Figure 4.1 of Sutton & Barto: the equiprobable random policy, after infinitely many sweeps.
FIGURE_4_1 = [[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14], [-22, -20, -14, 0]]


def uniform(made):
    return np.full(made.rewards.shape, 1 / made.num_actions)


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_figure_4_1(method, sparsely):
    grid = mdp.gridworld().to_sparse() if sparsely else mdp.gridworld()
    values = mdp.evaluate_policy(grid, uniform(grid), method=method, tolerance=1e-10)
    np.testing.assert_allclose(values.reshape(4, 4), FIGURE_4_1, atol=1e-7)


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_a_loop_is_a_geometric_series(method, sparsely):
    # One state, reward 3, γ = .9: v = 3 + .9 * 3 + … = 30
    made = mdp.TabularMDP(np.ones((1, 1, 1)), [[3.0]], 0.9)
    made = made.to_sparse() if sparsely else made
    np.testing.assert_allclose(mdp.evaluate_policy(made, np.array([0]), method=method, tolerance=1e-9), [30], atol=1e-9)


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", ["sweeps", "in_place"])
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.95])
def test_sweeps_are_as_exact_as_they_claim(method, sparsely, discount):
    made = mdp.garnet(40, 3, 4, discount, 1)
    made = made if sparsely else made.to_dense()
    chain, rewards = mdp.under_policy(made.to_dense(), uniform(made))
    exact = np.linalg.solve(np.eye(40) - discount * chain, rewards)
    for tolerance in (1e-2, 1e-6):
        swept = mdp.evaluate_policy(made, uniform(made), method=method, tolerance=tolerance)
        assert np.abs(swept - exact).max() <= tolerance


def test_sparse_and_dense_sweep_in_the_same_order():
    made = mdp.garnet(30, 2, 5, 0.9, 2)
    dense, policy, values = made.to_dense(), uniform(made), np.arange(30.0)
    chain, rewards = mdp.under_policy(made, policy)
    swept = evaluation._sparse_sweep(made, chain, rewards, "in_place")(values)
    arrays = dense.transitions, dense.rewards, dense.discount
    np.testing.assert_allclose(swept, mdp.evaluation_sweep_in_place(*arrays, policy, values))


def test_actions_and_their_probabilities_are_the_same_policy():
    made = mdp.random_dense(6, 3, 0.9, 0)
    actions = np.array([0, 1, 2, 0, 1, 2])
    for method in METHODS:
        by_actions = mdp.evaluate_policy(made, actions, method=method)
        by_odds = mdp.evaluate_policy(made, mdp.policy_probabilities(actions, 3), method=method)
        np.testing.assert_allclose(by_actions, by_odds)


def test_sweeps_start_from_the_given_values_but_for_terminal_states():
    grid = mdp.gridworld()
    exact = np.ravel(FIGURE_4_1).astype(float)
    values = exact + 5 * grid.terminal  # what a terminal state is said to be worth must not leak
    result = mdp.evaluate_policy(grid, uniform(grid), method="sweeps", values=values, tolerance=1e-9, max_sweeps=1)
    np.testing.assert_allclose(result, exact)
    assert values[0] == 5


def test_dense_sweeps_run_on_the_learners_function():
    calls = []

    def counted(*args):
        calls.append(1)
        return bellman.evaluation_sweep.reference(*args)

    mdp.evaluation_sweep.accept(counted)
    try:
        mdp.evaluate_policy(mdp.gridworld(), uniform(mdp.gridworld()), method="sweeps", tolerance=0.1)
    finally:
        mdp.evaluation_sweep.reset()
    assert len(calls) > 10


@pytest.mark.parametrize("sparsely", [False, True])
def test_without_discount_a_policy_has_to_end(sparsely):
    grid = mdp.gridworld().to_sparse() if sparsely else mdp.gridworld()
    always_up = np.zeros(16, int)
    for method in METHODS:
        with pytest.raises(ValueError, match="never reach a terminal state"):
            mdp.evaluate_policy(grid, always_up, method=method)
    discounted = dataclasses.replace(grid, discount=0.5)
    assert mdp.evaluate_policy(discounted, always_up)[1] == pytest.approx(
        -2
    )  # against the wall for ever: −1 / (1 − .5)


def test_refusals():
    grid = mdp.gridworld()
    with pytest.raises(ValueError, match='method="guess" is not known|guess'):
        mdp.evaluate_policy(grid, uniform(grid), method="guess")
    with pytest.raises(ValueError, match="max_sweeps=0"):
        mdp.evaluate_policy(grid, uniform(grid), method="sweeps", max_sweeps=0)
    with pytest.raises(ValueError, match=r"values\[0\] is nan"):
        mdp.evaluate_policy(grid, uniform(grid), method="sweeps", values=np.full(16, np.nan))
    with pytest.raises(RuntimeError, match="after 3 sweeps"):
        mdp.evaluate_policy(grid, uniform(grid), method="sweeps", max_sweeps=3)


def test_everything_terminal():
    made = mdp.TabularMDP(np.eye(2)[:, None, :], np.zeros((2, 1)), 1.0, np.array([True, True]))
    for method in METHODS:
        np.testing.assert_array_equal(mdp.evaluate_policy(made, np.zeros(2, int), method=method), [0, 0])
        np.testing.assert_array_equal(mdp.evaluate_policy(made.to_sparse(), np.zeros(2, int), method=method), [0, 0])
