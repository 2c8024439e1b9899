import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import mdp

# From state 0: action 0 goes to 1 for 2, action 1 stays or goes with one half each for 1. State 1 stays for 0.
TRANSITIONS = np.array([[[0.0, 1.0], [0.5, 0.5]], [[0.0, 1.0], [0.0, 1.0]]])
REWARDS = np.array([[2.0, 1.0], [0.0, 0.0]])
VALUES = np.array([10.0, 4.0])
EVEN = np.full((2, 2), 0.5)
seeds = st.integers(0, 10**6)


def random_case(seed):
    rng = np.random.default_rng(seed)
    made = mdp.random_dense(5, 3, 0.9, rng)
    return made, rng.dirichlet(np.ones(3), size=5), rng.normal(size=5)


def test_action_values_literal():
    # q(0, 0) = 2 + .5 * 4 = 4;  q(0, 1) = 1 + .5 * (10 + 4) / 2 = 4.5;  q(1, ·) = .5 * 4 = 2
    np.testing.assert_allclose(mdp.action_values(TRANSITIONS, REWARDS, 0.5, VALUES), [[4, 4.5], [2, 2]])


@given(seeds)
def test_action_values_match_the_sum_written_out(seed):
    made, _, values = random_case(seed)
    q = mdp.action_values(made.transitions, made.rewards, 0.9, values)
    for s, a in np.ndindex(5, 3):
        total = sum(made.transitions[s, a, n] * (made.rewards[s, a] + 0.9 * values[n]) for n in range(5))
        assert q[s, a] == pytest.approx(total)


def test_action_values_with_discount_0_are_the_rewards():
    np.testing.assert_array_equal(mdp.action_values(TRANSITIONS, REWARDS, 0.0, VALUES), REWARDS)


@given(seeds, st.floats(-5, 5))
def test_raising_all_values_raises_action_values_by_the_discounted_amount(seed, amount):
    made, _, values = random_case(seed)
    q, raised = (mdp.action_values(made.transitions, made.rewards, 0.9, v) for v in (values, values + amount))
    np.testing.assert_allclose(raised, q + 0.9 * amount)


def test_evaluation_sweep_literal():
    # the mean of each row of q above: (4 + 4.5) / 2 and 2
    np.testing.assert_allclose(mdp.evaluation_sweep(TRANSITIONS, REWARDS, 0.5, EVEN, VALUES), [4.25, 2])


@given(seeds)
def test_evaluation_sweep_is_the_operator_of_the_chain(seed):
    made, policy, values = random_case(seed)
    chain, rewards = mdp.under_policy(made, policy)
    swept = mdp.evaluation_sweep(made.transitions, made.rewards, 0.9, policy, values)
    np.testing.assert_allclose(swept, rewards + 0.9 * chain @ values)


@given(seeds)
def test_both_operators_contract_by_the_discount(seed):
    made, policy, values = random_case(seed)
    other = np.random.default_rng(seed + 1).normal(size=5)
    gap = np.abs(values - other).max()
    arrays = made.transitions, made.rewards, 0.9
    assert (
        np.ptp([mdp.evaluation_sweep(*arrays, policy, v) for v in (values, other)], axis=0).max() <= 0.9 * gap + 1e-12
    )
    assert (
        np.ptp([mdp.action_values(*arrays, v).max(axis=1) for v in (values, other)], axis=0).max() <= 0.9 * gap + 1e-12
    )


def test_in_place_sweep_literal_uses_what_it_just_found():
    # Backwards chain: 1 → 0 → 0 (reward 1 each). v(0) = 1 + .5 * 0 = 1; then v(1) = 1 + .5 * 1 = 1.5, not 1.
    chain = np.array([[[1.0, 0.0]], [[1.0, 0.0]]])
    ones = np.ones((2, 1))
    np.testing.assert_allclose(mdp.evaluation_sweep_in_place(chain, ones, 0.5, ones, np.zeros(2)), [1, 1.5])
    np.testing.assert_allclose(mdp.evaluation_sweep(chain, ones, 0.5, ones, np.zeros(2)), [1, 1])


@given(seeds)
def test_sweeps_agree_at_the_fixed_point_and_change_nothing_given(seed):
    made, policy, _ = random_case(seed)
    values = mdp.evaluate_policy(made, policy)
    for sweep in (mdp.evaluation_sweep, mdp.evaluation_sweep_in_place):
        before = values.copy()
        np.testing.assert_allclose(sweep(made.transitions, made.rewards, 0.9, policy, values), values)
        np.testing.assert_array_equal(values, before)


def test_policy_probabilities():
    np.testing.assert_array_equal(mdp.policy_probabilities([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert mdp.policy_probabilities(np.zeros(4, int), 1).tolist() == [[1]] * 4


@pytest.mark.parametrize("sparsely", [False, True])
def test_under_policy(sparsely):
    made = mdp.TabularMDP(TRANSITIONS, REWARDS, 0.9)
    made = made.to_sparse() if sparsely else made
    for policy, chain, rewards in (
        (EVEN, [[0.25, 0.75], [0, 1]], [1.5, 0]),  # rows (0, 1) and (.5, .5), rewards 2 and 1, mixed half and half
        (np.array([1, 0]), [[0.5, 0.5], [0, 1]], [1, 0]),
        (mdp.policy_probabilities([1, 0], 2), [[0.5, 0.5], [0, 1]], [1, 0]),
    ):
        got_chain, got_rewards = mdp.under_policy(made, policy)
        np.testing.assert_allclose(got_chain.toarray() if sparsely else got_chain, chain)
        np.testing.assert_allclose(got_rewards, rewards)


@pytest.mark.parametrize(
    "policy",
    [[0.0, 1.0], [0, 2], [0, -1], [0], [[0.5, 0.6], [1, 0]], [[1.5, -0.5], [1, 0]], [[np.nan, 1], [1, 0]]],
)
def test_a_policy_that_does_not_fit_is_refused(policy):
    with pytest.raises(ValueError, match="policy"):
        mdp.under_policy(mdp.TabularMDP(TRANSITIONS, REWARDS, 0.9), np.array(policy))


def test_look_ahead_sparse_equals_dense():
    made = mdp.garnet(30, 3, 4, 0.9, 0)
    values = np.arange(30.0)
    np.testing.assert_allclose(mdp.look_ahead(made, values), mdp.look_ahead(made.to_dense(), values))


def test_bellman_residual_literal_and_bound():
    made = mdp.TabularMDP(TRANSITIONS, REWARDS, 0.5)
    # max q = (4.5, 2) against v = (10, 4): the larger difference is 5.5
    assert mdp.bellman_residual(made, VALUES) == 5.5
    # v* = (2, 0): go at once (2) beats staying: v = 1 + .25 v gives 1.33
    assert mdp.bellman_residual(made, np.array([2.0, 0.0])) == 0
    assert np.abs(VALUES - [2, 0]).max() <= 5.5 / (1 - 0.5)
