import numpy as np
import pytest

from course_lib import mdp
from course_lib import temporal_difference as td

CLIFF, EPSILONS = td.cliff(), (0.02, 0.1, 0.3, 0.8)
SETTINGS = {"episodes": 400, "runs": 12, "step_size": 1.0, "max_steps": 100}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_agents_find_the_goal_and_come_to_act_calmly(seed):
    game = td.play(CLIFF, EPSILONS, seed=seed, **SETTINGS)
    assert game.returns.shape == game.arms.shape == (12, 400)
    assert all(len(td.greedy_path(CLIFF, q)) - 1 <= 25 for q in game.action_values)
    gain = game.returns[:, -100:].mean(axis=1) - game.returns[:, :100].mean(axis=1)
    assert gain.mean() > 4 * gain.std() / np.sqrt(12)
    assert (game.arms[:, -100:] == 0).mean() > 0.5  # a quarter by chance


def test_values_approach_the_exact_ones_of_the_greedy_policy():
    """Off-policy: the actions are random half of the time, and the optimal values of chapter 1 come out."""
    grid = mdp.gridworld(4).to_dense()
    world = mdp.TabularMDP(grid.transitions, grid.rewards, 0.9, grid.terminal)
    game = td.play(td.Simulator(world, 6), (0.5,), episodes=600, runs=5, seed=0, step_size=1.0)
    exact = mdp.look_ahead(world, mdp.solve(world).values)
    for q in game.action_values:
        np.testing.assert_allclose(q[6].max(), exact[6].max(), atol=1e-6)
        assert (q <= 1e-9).all() and (q >= -10).all()  # −1 for ever is −1 / (1 − γ)


def test_with_a_greedy_target_tree_backup_is_retrace():
    games = [td.play(CLIFF, (0.3,), episodes=5, runs=3, seed=4, correction=c) for c in ("retrace", "tree_backup")]
    np.testing.assert_array_equal(games[0].action_values, games[1].action_values)


def test_it_follows_its_seed_and_refuses_policies_without_chance():
    first, again = (td.play(CLIFF, EPSILONS, episodes=10, runs=2, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.returns, again.returns)
    with pytest.raises(ValueError, match="some chance of every action"):
        td.play(CLIFF, (0.0, 0.1), episodes=1, runs=1, seed=0)
