import numpy as np
import pytest

from course_lib import mdp
from course_lib import temporal_difference as td
from course_lib.temporal_difference.control import METHODS

CLIFF = td.cliff()
EDGE = [36, *range(24, 36), 47]
SETTINGS = {"episodes": 400, "runs": 40, "step_size": 0.5, "epsilon": 0.1}


def test_epsilon_greedy_shares():
    q = np.tile([1.0, 5.0, 5.0, -np.inf], (60_000, 1))
    shares = np.bincount(td.epsilon_greedy(q, 0.3, np.random.default_rng(0)), minlength=4) / 60_000
    # Any of the three that exist with 0.1, and 0.35 more for each of the two best; standard error 0.002.
    np.testing.assert_allclose(shares, [0.1, 0.45, 0.45, 0.0], atol=0.009)


def test_one_learner_by_a_plain_program():
    """Q-learning on a corridor, whose steps leave no choice: v changes as by hand."""
    world = mdp.TabularMDP(
        np.eye(3)[[[1], [2], [2]]], np.array([[1.0], [2.0], [0.0]]), 0.5, np.array([False, False, True])
    )
    learnt = td.learn(td.Simulator(world, 0), "q_learning", episodes=2, runs=3, step_size=0.5, epsilon=0.1, seed=0)
    # First: q0 = 1/2 · 1, q1 = 1/2 · 2. Second: q0 = 1/2 + 1/2 (1 + 1/2 · 1 − 1/2) = 1, q1 = 1 + 1/2 (2 − 1) = 1.5.
    np.testing.assert_allclose(learnt.action_values[:, :2, 0], [[1.0, 1.5]] * 3)
    assert learnt.returns.tolist() == [[3, 3]] * 3


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_way_where_nothing_is_risky(method):
    """Chapter 1's small grid, against its exact values."""
    grid = mdp.gridworld(3).to_dense()
    world = mdp.TabularMDP(grid.transitions, grid.rewards, 0.9, grid.terminal)
    learnt = td.learn(td.Simulator(world, 4), method, episodes=600, runs=20, step_size=0.3, epsilon=0.2, seed=0)
    exact = mdp.look_ahead(world, mdp.solve(world).values)
    for q in learnt.action_values:
        assert exact[4, q[4].argmax()] == pytest.approx(exact[4].max())


def test_q_learning_converges_to_the_exact_values():
    world = mdp.random_dense(4, 2, 0.8, 0)
    ends = np.concatenate([0.9 * world.transitions, np.full((4, 2, 1), 0.1)], axis=2)
    transitions = np.concatenate([ends, np.broadcast_to(np.eye(5)[4], (1, 2, 5))])
    rewards = np.vstack([world.rewards, np.zeros((1, 2))])
    ending = mdp.TabularMDP(transitions, rewards, 0.8, np.arange(5) == 4)
    exact = mdp.look_ahead(ending, mdp.solve(ending).values)
    learnt = td.learn(
        td.Simulator(ending, 0), "q_learning", episodes=1500, runs=60, step_size=0.02, epsilon=1.0, seed=0
    )
    np.testing.assert_allclose(learnt.action_values.mean(axis=0)[:4], exact[:4], atol=0.03)


def test_expected_sarsa_converges_to_the_best_that_one_can_do_with_epsilon():
    """Against chapter 1: the optimum of the world in which ε of the moves are random."""
    grid = mdp.gridworld(3).to_dense()
    world = mdp.TabularMDP(grid.transitions, grid.rewards, 0.9, grid.terminal)
    mixed = 0.6 * world.transitions + 0.4 * world.transitions.mean(axis=1, keepdims=True)
    soft = mdp.TabularMDP(mixed, world.rewards, 0.9, world.terminal)
    exact = mdp.look_ahead(world, mdp.solve(soft).values)[4]
    learnt = td.learn(
        td.Simulator(world, 4), "expected_sarsa", episodes=2000, runs=10, step_size=0.1, epsilon=0.4, seed=0
    )
    np.testing.assert_allclose(learnt.action_values[:, 4].mean(axis=0), exact, atol=0.05)  # without the ε: −1.9


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_q_learning_walks_the_edge_and_sarsa_keeps_off_it(seed):
    """Figure 6.4: Q-learning's policy is the shortest way, and while learning it falls more often."""
    q_learning = td.learn(CLIFF, "q_learning", seed=seed, **SETTINGS)
    sarsa = td.learn(CLIFF, "sarsa", seed=seed, **SETTINGS)
    edge = [len(td.greedy_path(CLIFF, q)) == 14 for q in q_learning.action_values]
    safe = [len(td.greedy_path(CLIFF, q)) > 14 for q in sarsa.action_values]
    assert np.mean(edge) >= 0.95 and np.mean(safe) >= 0.95
    beside = [sum(s // 12 == 2 for s in td.greedy_path(CLIFF, q)[2:-2]) for q in sarsa.action_values]
    assert np.mean(np.array(beside) <= 2) >= 0.85
    late_q, late_sarsa = (learnt.returns[:, -100:].mean(axis=1) for learnt in (q_learning, sarsa))
    gap = late_sarsa - late_q
    assert gap.mean() > 10 and gap.mean() > 4 * gap.std() / np.sqrt(40)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_table_prefers_the_worse_choice_and_two_do_not(seed):
    """Figure 6.5."""
    choice = td.biased_choice(td.BiasedChoice.paper())
    settings = {"episodes": 100, "runs": 500, "step_size": 0.1, "epsilon": 0.1, "seed": seed}
    one, two = (td.learn(choice, m, **settings).first_actions == 1 for m in ("q_learning", "double_q"))
    assert one.mean(axis=0).max() > 0.9  # standard error 0.013
    assert one.mean() - two.mean() > 0.3
    assert td.learn(choice, "q_learning", **settings).action_values[0, 0, 2:].max() == -np.inf


def test_step_sizes_can_differ_from_learner_to_learner():
    learnt = td.learn(CLIFF, "sarsa", episodes=1, runs=2, step_size=[0.5, 1e-9], epsilon=0.1, seed=0)
    assert np.abs(learnt.action_values[1]).max() < 1e-6 < np.abs(learnt.action_values[0]).max()


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="not known"):
        td.learn(CLIFF, "dqn", seed=0, **SETTINGS)
    with pytest.raises(ValueError, match="step sizes above 0"):
        td.learn(CLIFF, "sarsa", seed=0, **{**SETTINGS, "step_size": 0.0})
    with pytest.raises(ValueError, match="no episode ends"):
        td.learn(td.open_grid(2, 2), "sarsa", seed=0, **SETTINGS)


def test_greedy_path_stops_in_a_loop():
    assert len(td.greedy_path(CLIFF, np.tile([1.0, 0, 0, 0], (48, 1)), limit=20)) == 21
