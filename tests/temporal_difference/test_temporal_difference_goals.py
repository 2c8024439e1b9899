import numpy as np
import pytest

from course_lib import mdp
from course_lib import temporal_difference as td


def test_values_of_goals_are_powers_of_the_discount():
    grid = td.open_grid(3, 4, 0.9)
    q = td.exact_goal_values(grid)
    row, column = np.divmod(np.arange(12), 4)
    distance = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    np.testing.assert_allclose(
        q.max(axis=2) * (distance > 0), np.where(distance > 0, 0.9 ** (distance - 1.0), 0), atol=1e-7
    )
    with pytest.raises(ValueError, match="at least two cells"):
        td.open_grid(1, 1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_walk_teaches_every_goal(seed):
    grid = td.open_grid(4, 4)
    exact = td.exact_goal_values(grid)
    learnt = td.learn_goals(grid, np.arange(16), steps=3000, step_size=1.0, seed=seed)
    np.testing.assert_allclose(learnt, exact, atol=1e-6)
    one = td.learn_goals(grid, [5], steps=3000, step_size=1.0, seed=seed)
    np.testing.assert_array_equal(one[0], learnt[5])  # the other goals cost no experience


def test_features_answer_for_goals_that_were_never_trained():
    grid = td.open_grid(9, 9)
    values = td.exact_goal_values(grid).max(axis=2)
    values[np.arange(81), np.arange(81)] = 1.0
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(81)
        trained, held_out = order[:60], order[60:]
        fitted = td.generalise(values, td.bumps(9, 9), trained)
        error = td.root_mean_square_error(fitted[held_out], values[held_out]).mean()
        know_nothing = td.root_mean_square_error(values[trained].mean(axis=0), values[held_out]).mean()
        assert error < 0.35 * know_nothing


def test_the_fit_reproduces_what_it_can_represent():
    rng = np.random.default_rng(0)
    features, weights = rng.normal(size=(20, 4)), rng.normal(size=(4, 4))
    values = features @ weights @ features.T
    np.testing.assert_allclose(td.generalise(values, features, np.arange(12), ridge=1e-9), values, atol=1e-5)


def test_bonuses_count_visits():
    grid = td.open_grid(1, 2, 0.5)
    seen = td.walk_for_novelty(grid, 50, 6, 0)
    for states, bonuses, last in zip(seen.states, seen.bonuses, seen.last_bonuses, strict=True):
        visits = [states[0]]
        entered = [*states[1:], None]
        for t, state in enumerate(entered[:-1]):
            visits.append(state)
            assert bonuses[t] == pytest.approx(visits.count(state) ** -0.5)
        assert last[0] == 1 and (last[1:] == bonuses[:-1]).all()
    np.testing.assert_allclose(seen.returns[:, 0], [mdp.discounted_return(b, 0.5) for b in seen.bonuses])


def test_unexplained_shares():
    rng = np.random.default_rng(0)
    x, noise = rng.integers(3, size=(4000, 5)), rng.normal(size=(4000, 5))
    assert td.unexplained(x * 2.0, x) == 0
    assert td.unexplained(noise, x) == pytest.approx(1, abs=0.02)
    # y = x + noise: the noise is 1 of 1 + 2/3
    assert td.unexplained(x + noise, x) == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_last_bonus_tells_what_the_state_does_not(seed):
    seen = td.walk_for_novelty(td.open_grid(1, 8, 0.9), 4000, 20, seed)
    state_alone = td.unexplained(seen.returns, seen.states)
    with_bonus = td.unexplained(seen.returns, seen.states, seen.last_bonuses)
    assert state_alone > 0.85 and with_bonus < state_alone - 0.3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_family_holds_the_exploiting_policy_and_the_curious_one(seed):
    grid = mdp.gridworld(4).to_dense()
    world = mdp.TabularMDP(grid.transitions, np.zeros((16, 4)), 0.9, grid.terminal)
    rewards, bonus = np.zeros(16), np.zeros(16)
    rewards[15], bonus[3] = 1.0, 0.5
    q = td.learn_family(td.Simulator(world, 5), rewards, bonus, (0.0, 1.0), steps=15_000, step_size=1.0, seed=seed)
    for beta, learnt in zip((0.0, 1.0), q, strict=True):
        paid = (world.transitions @ (rewards + beta * bonus)) * ~world.terminal[:, None]
        exact = mdp.TabularMDP(world.transitions, paid, 0.9, world.terminal)
        np.testing.assert_allclose(
            learnt[~world.terminal], mdp.look_ahead(exact, mdp.solve(exact).values)[~world.terminal], atol=1e-3
        )
