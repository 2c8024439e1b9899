import dataclasses

import numpy as np
import pytest
from test_monte_carlo_blackjack import GAME, optimal, start_probabilities

from course_lib import mdp
from course_lib import monte_carlo as mc

STATES = mc.Blackjack.exploring_states


def worth(policy):
    """The exact value of a policy of Blackjack when the cards are dealt."""
    return start_probabilities() @ mdp.evaluate_policy(GAME, np.vstack([policy, [1.0, 0.0]]))


def test_epsilon_greedy_in_numbers():
    q = np.array([[1.0, 2.0, 2.0, 0.0]])
    assert mc.epsilon_greedy(q, 0.2).tolist() == [pytest.approx([0.05, 0.45, 0.45, 0.05])]
    assert mc.soften(np.array([[0.0, 1.0]]), 0.2).tolist() == [pytest.approx([0.1, 0.9])]


def test_the_epsilon_greedy_policy_improves_every_epsilon_soft_one():
    """Equation 5.2, on random MDPs with random ε-soft policies."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        made = mdp.random_dense(8, 3, 0.9, rng)
        policy = mc.soften(rng.dirichlet(np.ones(3), 8), 0.3)
        values = mdp.evaluate_policy(made, policy)
        better = mc.epsilon_greedy(mdp.look_ahead(made, values), 0.3)
        assert (mdp.evaluate_policy(made, better) >= values - 1e-12).all()


def test_the_soft_mdp_is_worth_what_the_soft_policy_is():
    made, actions = mdp.random_dense(8, 3, 0.9, 0), np.arange(8) % 3
    soft = mc.soften(mdp.policy_probabilities(actions, 3), 0.25)
    moved = mdp.evaluate_policy(mc.soft_mdp(made, 0.25), actions)
    assert moved == pytest.approx(mdp.evaluate_policy(made, soft))


@pytest.mark.parametrize("seed", range(3))
def test_epsilon_soft_control_comes_close_to_the_best_soft_policy(seed):
    found = mc.epsilon_soft_control(mc.Blackjack(), 400_000, np.random.default_rng(seed), epsilon=0.1)
    soft = mdp.solve(mc.soft_mdp(GAME, 0.1), method="value_iteration", tolerance=1e-12).values
    best_soft, best = start_probabilities() @ soft, start_probabilities() @ optimal().values
    assert best_soft - 0.01 < worth(found.policy) <= best_soft + 1e-9 < best
    assert (found.policy[STATES] >= 0.05 - 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_exploring_starts_err_only_where_it_hardly_matters(seed):
    found = mc.exploring_starts_control(mc.Blackjack(), 1_000_000, np.random.default_rng(seed), batch=4000)
    q = mdp.look_ahead(GAME, optimal().values)[:320]
    lost = q.max(axis=1) - (found.policy * q).sum(axis=1)
    assert lost[STATES].max() < 0.1
    assert (found.policy.argmax(axis=1) == optimal().actions[:320])[STATES].mean() > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_the_optimal_policy_is_recovered_exactly(seed):
    rng = np.random.default_rng(seed)
    rough = mc.exploring_starts_control(mc.Blackjack(), 500_000, rng, batch=4000)
    policy, hands = mc.settle_doubts(mc.Blackjack(), rough.policy, rng)
    assert (policy.argmax(axis=1) == optimal().actions[:320])[STATES].all()
    assert hands < 100_000_000


def test_settling_ends_with_an_error_where_actions_are_equally_good():
    walk = mc.random_walk(1)  # one cell; make both ways pay the same
    rewards = np.where(walk.mdp.terminal[:, None], 0.0, 1.0) * np.ones((1, 2))
    same = mc.TabularWorld(dataclasses.replace(walk.mdp, rewards=rewards), [1])
    fair = np.full((3, 2), 0.5)
    with pytest.raises(RuntimeError, match="max_episodes are played and 1 states are still in doubt"):
        mc.settle_doubts(same, fair, np.random.default_rng(0), max_episodes=100, batch=50)
    policy, _ = mc.settle_doubts(walk, fair, np.random.default_rng(0), batch=50)
    assert policy[1].tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_off_policy_control_learns_to_play_from_random_play(seed):
    random_play = np.full((320, 2), 0.5)
    found = mc.off_policy_control(mc.Blackjack(), random_play, 400_000, np.random.default_rng(seed))
    assert worth(found.policy) > start_probabilities() @ optimal().values - 0.015
    assert found.counts.min() == 0 and found.action_values[state_without_visits()].tolist() == [0, 0]


def state_without_visits():
    """A hand of one card, which no player ever has."""
    return 0


def test_off_policy_ratios_begin_after_the_first_action():
    """One step, two actions: the action is given, so every return has weight 1 whatever the target thinks of it."""
    rewards = np.array([[3.0, 7.0], [0.0, 0.0]])
    table = mdp.TabularMDP(np.eye(2)[np.ones((2, 2), int)], rewards, 1.0, np.array([False, True]))
    world = mc.TabularWorld(table, [0])
    found = mc.off_policy_control(world, np.full((2, 2), 0.5), 400, np.random.default_rng(0), batch=100)
    assert found.action_values[0].tolist() == pytest.approx([3, 7])
    assert found.counts[0].sum() == 400 and found.counts[0].min() > 100


@pytest.mark.parametrize("learn", ["soft", "off"])
def test_a_grid_is_learnt_by_playing(learn):
    grid = mc.TabularWorld(mdp.gridworld(), np.arange(1, 15))
    rng = np.random.default_rng(0)
    if learn == "soft":
        found = mc.epsilon_soft_control(grid, 20_000, rng, epsilon=0.2, batch=100, memory=0.95)
    else:
        found = mc.off_policy_control(grid, np.full((16, 4), 0.25), 20_000, rng, batch=100)
    actions = np.argmax(mc.epsilon_greedy(found.action_values, 0.0), axis=1)
    steps = -mdp.evaluate_policy(mdp.gridworld(), actions)
    row, column = np.divmod(np.arange(16), 4)
    assert (steps - np.minimum(row + column, 6 - row - column)).max() < 0.5


def test_gymnasium_learns_by_the_same_code():
    world = mc.GymnasiumWorld("FrozenLake-v1", is_slippery=False)
    found = mc.epsilon_soft_control(
        world, 3000, np.random.default_rng(0), epsilon=0.3, discount=0.9, batch=50, on_truncation="keep"
    )
    played = mc.play(world, mc.epsilon_greedy(found.action_values, 0.0), 1, np.random.default_rng(0))
    assert played.rewards.sum() == 1 and played.lengths[0] == 6


def test_every_batch_can_be_watched_and_old_returns_forgotten():
    seen = []
    mc.epsilon_soft_control(
        mc.Blackjack(), 500, np.random.default_rng(0), epsilon=0.5, batch=200, memory=0.0, on_batch=seen.append
    )
    assert len(seen) == 3 and seen[-1].counts.sum() < seen[0].counts.sum()  # the last batch has 100 hands


def test_what_control_refuses():
    rng, lake = np.random.default_rng(0), mc.GymnasiumWorld("FrozenLake-v1")
    for epsilon in (0.0, 1.5):
        with pytest.raises(ValueError, match="0 < epsilon"):
            mc.epsilon_soft_control(mc.Blackjack(), 10, rng, epsilon=epsilon)
    with pytest.raises(ValueError, match="use epsilon_soft_control"):
        mc.exploring_starts_control(lake, 10, rng)
    with pytest.raises(ValueError, match="never takes some action"):
        mc.off_policy_control(mc.Blackjack(), mc.stick_from(20), 10, rng)
    with pytest.raises(RuntimeError, match="cut by max_steps"):
        up = mc.TabularWorld(mdp.gridworld(), [5])
        mc.exploring_starts_control(up, 200, rng, batch=1, max_steps=5)
