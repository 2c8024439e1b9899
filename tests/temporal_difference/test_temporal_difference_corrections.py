import dataclasses

import numpy as np
import pytest

from course_lib import mdp
from course_lib import temporal_difference as td
from course_lib.temporal_difference.checks import a_sequence, returns_by_definition, returns_one_step_early

SMALL = dataclasses.replace(td.OffPolicy.laptop(), size=4, pieces=60, runs=20)
PLACE = td.arena(td.OffPolicy.laptop())


def test_coefficients_by_hand():
    target, behaviour = np.array([0.8, 0.2, 0.0]), np.array([0.4, 0.5, 0.5])
    expected = {
        "importance_sampling": [2, 0.4, 0],
        "q_lambda": [0.5] * 3,
        "tree_backup": [0.4, 0.1, 0],
        "retrace": [0.5, 0.2, 0],
    }
    for correction in td.CORRECTIONS:
        np.testing.assert_allclose(td.trace_coefficients(correction, target, behaviour, 0.5), expected[correction])
    with pytest.raises(ValueError, match="not known"):
        td.trace_coefficients("watkins", target, behaviour, 0.5)


def test_a_greedy_target_cuts_retrace_after_exploratory_actions_only():
    """π greedy, μ ε-greedy with ε = 0.4 over two actions: λ on greedy actions, 0 on others; not always 0."""
    taken_greedily = np.array([True, False, True])
    target, behaviour = taken_greedily * 1.0, np.where(taken_greedily, 0.8, 0.2)
    np.testing.assert_allclose(td.trace_coefficients("retrace", target, behaviour, 0.95), [0.95, 0, 0.95])


def test_chapter_6s_example():
    """q, a, ε = 0.4, greedy π, λ = .95, γ = .9 → errors [2.7, 2.81375, .25], worked out apart from this code."""
    q, actions = np.array([[1, 2], [3, 1], [0, 4], [2, 2.5]]), np.array([0, 1, 1, 0])
    greedy = q.argmax(axis=1) == actions
    c = td.trace_coefficients("retrace", 1.0 * greedy, np.where(greedy, 0.8, 0.2), 0.95)
    np.testing.assert_allclose(c, [0, 0, 0.95, 0])
    q_t = q[np.arange(3), actions[:3]]
    returns = td.corrected_returns(q_t, q.max(axis=1)[1:], np.array([1.0, 0, 2]), np.full(3, 0.9), c[:3])
    np.testing.assert_allclose(returns - q_t, [2.7, 2.81375, 0.25])


@pytest.mark.parametrize("seed", range(5))
def test_returns_follow_the_definition(seed):
    sequence = a_sequence(np.random.default_rng(seed), 8)
    returns = td.corrected_returns(*sequence)
    np.testing.assert_allclose(returns, returns_by_definition(*sequence))
    assert td.are_corrected_returns(returns, *sequence)
    assert not td.are_corrected_returns(returns_by_definition(*sequence, first=0), *sequence)
    assert not td.are_corrected_returns(returns_one_step_early(*sequence), *sequence)
    together = td.corrected_returns(*(np.stack([part, part], axis=1) for part in sequence))
    np.testing.assert_allclose(together[:, 1], returns)


def test_on_policy_with_lambda_1_all_four_are_the_return_of_monte_carlo_where_the_policy_is_certain():
    rng = np.random.default_rng(0)
    rewards, q_t = rng.normal(size=6), rng.normal(size=6)
    following = np.append(q_t[1:], 123.0)  # π is deterministic: Σ π q(s', ·) is the next q_t
    discounts = np.array([0.9] * 5 + [0.0])
    expected = [mdp.discounted_return(rewards[t:], 0.9) for t in range(6)]
    for correction in td.CORRECTIONS:
        c = td.trace_coefficients(correction, np.ones(6), np.ones(6), 1.0)
        np.testing.assert_allclose(td.corrected_returns(q_t, following, rewards, discounts, c), expected)


def test_on_policy_with_chance_three_agree_and_tree_backup_looks_less_far():
    policy = np.full(5, 0.5)
    zero, rewards, discounts = np.zeros(5), np.ones(5), np.array([0.9] * 4 + [0.0])
    got = {
        c: td.corrected_returns(zero, zero, rewards, discounts, td.trace_coefficients(c, policy, policy, 1.0))[0]
        for c in td.CORRECTIONS
    }
    full = mdp.discounted_return(rewards, 0.9)
    assert got["importance_sampling"] == got["q_lambda"] == got["retrace"] == pytest.approx(full)
    assert got["tree_backup"] == pytest.approx(mdp.discounted_return(rewards, 0.45))


def test_lambda_0_is_expected_sarsa():
    q_t, expected_q, rewards, discounts, _ = a_sequence(np.random.default_rng(1))
    for correction in td.CORRECTIONS[1:]:  # importance sampling has no λ
        c = td.trace_coefficients(correction, np.full(6, 0.3), np.full(6, 0.6), 0.0)
        np.testing.assert_allclose(
            td.corrected_returns(q_t, expected_q, rewards, discounts, c), rewards + discounts * expected_q
        )


def test_the_truth_of_the_arena_is_its_policys():
    world, target = PLACE.simulator.world, PLACE.target
    np.testing.assert_allclose(PLACE.truth, mdp.look_ahead(world, (target * PLACE.truth).sum(axis=1)), atol=1e-9)
    for policy in (target, *PLACE.behaviours.values()):
        np.testing.assert_allclose(policy.sum(axis=1), 1)


@pytest.mark.parametrize("correction", td.CORRECTIONS)
def test_the_operator_is_what_a_mean_return_does(correction):
    """The mean of sampled returns against the exact matrix, from a table of errors, within four standard errors."""
    place = td.arena(SMALL)
    world, lambda_ = place.simulator.world, 0.7
    rng, live = np.random.default_rng(0), np.flatnonzero(~world.terminal)
    error = np.where(world.terminal[:, None], 0.0, rng.normal(size=place.truth.shape))
    matrix = td.expected_operator(world, place.target, place.behaviours["near"], correction, lambda_)
    after = matrix @ error[live].ravel()
    start = np.full(40_000, live[5])
    seen = place.simulator.follow(place.behaviours["near"], 40_000, rng, 80, start, np.full(40_000, 1))
    returns = td.returns_under(place, "near", seen, place.truth + error, correction, lambda_)[0]
    deviation = returns - place.truth[live[5], 1] - after[5 * world.num_actions + 1]
    assert abs(deviation.mean()) < 4 * deviation.std() / 200


def test_which_corrections_contract():
    place = td.arena(SMALL)
    world, target = place.simulator.world, place.target

    def norm(name, correction, lambda_):
        matrix = td.expected_operator(world, target, place.behaviours[name], correction, lambda_)
        return np.abs(matrix).sum(axis=1).max(), np.abs(np.linalg.eigvals(matrix)).max()

    for lambda_ in (0.0, 0.5, 1.0):
        for name in ("near", "far"):
            for correction in ("tree_backup", "retrace"):
                assert norm(name, correction, lambda_)[0] <= world.discount + 1e-9  # Munos et al., theorem 1
    assert norm("far", "importance_sampling", 1.0)[0] < 1e-9
    assert norm("far", "q_lambda", 1.0)[1] > 1.2 and norm("near", "q_lambda", 1.0)[1] < 1
    # Harutyunyan et al.: safe for λ below (1 − γ) / (γ max_s ‖π − μ‖₁)
    gap = np.abs(target - place.behaviours["far"]).sum(axis=1).max()
    assert norm("far", "q_lambda", (1 - world.discount) / (world.discount * gap))[0] <= 1 + 1e-9


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_near_tree_backup_is_slow_and_far_two_are_not_safe(seed):
    config = dataclasses.replace(td.OffPolicy.laptop(), pieces=150, runs=15)
    final = {
        (name, c): td.evaluate_off_policy(PLACE, name, c, config, seed)[-1]
        for name in ("near", "far")
        for c in td.CORRECTIONS
    }
    assert final["near", "tree_backup"].mean() > 1.2 * final["near", "retrace"].mean()
    assert final["far", "q_lambda"].mean() > 2 * final["far", "retrace"].mean()
    assert final["far", "importance_sampling"].mean() > 1.2 * final["far", "retrace"].mean()


def test_learning_starts_from_zero_and_follows_its_seed():
    first, again = (td.evaluate_off_policy(td.arena(SMALL), "near", "retrace", SMALL, 5) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    place = td.arena(SMALL)
    live = ~place.simulator.world.terminal
    assert first.shape == (61, 20) and first[0, 0] == pytest.approx(np.sqrt(np.mean(place.truth[live] ** 2)))
