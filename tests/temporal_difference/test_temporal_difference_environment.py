import numpy as np
import pytest

from course_lib import mdp
from course_lib import temporal_difference as td


def test_random_walk_values_are_a_straight_line():
    walk = td.random_walk(5)
    values = mdp.evaluate_policy(walk.world, np.full((7, 2), 0.5))
    np.testing.assert_allclose(values[1:-1], np.arange(1, 6) / 6)
    long = td.random_walk(19, -1.0, 1.0)
    values = mdp.evaluate_policy(long.world, np.full((21, 2), 0.5))
    np.testing.assert_allclose(values[1:-1], np.arange(-9, 10) / 10, atol=1e-12)
    assert walk.start == 3 and long.start == 10
    with pytest.raises(ValueError, match="odd"):
        td.random_walk(4)


def test_steps_follow_the_table():
    world = mdp.random_dense(5, 3, 0.9, 0)
    simulator, rng = td.Simulator(world, 0), np.random.default_rng(1)
    states, actions = np.full(40_000, 2), np.full(40_000, 1)
    rewards, discounts, following = simulator.step(states, actions, rng)
    assert (rewards == world.rewards[2, 1]).all() and (discounts == 0.9).all()
    # The largest standard deviation of a frequency is 0.0025.
    np.testing.assert_allclose(np.bincount(following, minlength=5) / 40_000, world.transitions[2, 1], atol=0.011)


def test_noise_is_added_to_rewards_but_not_after_the_end():
    choice = td.biased_choice(td.BiasedChoice.paper())
    rng, many = np.random.default_rng(0), 20_000
    rewards, discounts, following = choice.step(np.ones(many, int), np.full(many, 7), rng)
    assert rewards.mean() == pytest.approx(-0.1, abs=0.03) and rewards.std() == pytest.approx(1.0, abs=0.03)
    assert (discounts == 0).all() and (following == 2).all()
    assert (choice.step(np.full(many, 2), np.zeros(many, int), rng)[0] == 0).all()
    rewards, discounts, following = choice.step(np.zeros(2, int), np.array([0, 1]), rng)
    assert rewards.tolist() == [0, 0] and discounts.tolist() == [0, 1] and following.tolist() == [2, 1]
    assert choice.legal.sum(axis=1).tolist() == [2, 10, 10]


def test_following_a_policy_until_all_have_ended():
    walk = td.random_walk(5)
    seen = walk.follow(np.full((7, 2), 0.5), 500, np.random.default_rng(0))
    assert (seen.states[0] == 3).all() and walk.world.terminal[seen.states[-1]].all()
    moved = np.diff(seen.states, axis=0)
    alive = ~walk.world.terminal[seen.states[:-1]]
    assert (moved[alive] == np.where(seen.actions[alive] == 1, 1, -1)).all() and (moved[~alive] == 0).all()
    assert (seen.discounts_tp1 == ~walk.world.terminal[seen.states[1:]]).all()
    np.testing.assert_array_equal(seen.rewards_tp1.sum(axis=0), seen.states[-1] == 6)


def test_starts_and_first_actions_can_be_chosen():
    walk = td.random_walk(5)
    right = np.tile([0.0, 1.0], (7, 1))
    seen = walk.follow(right, 2, np.random.default_rng(0), steps=3, starts=[1, 5], first_actions=[1, 0])
    assert seen.states.T.tolist() == [[1, 2, 3, 4], [5, 4, 5, 6]]
    assert seen.actions.T.tolist() == [[1, 1, 1], [0, 1, 1]]


def test_the_cliff_is_the_books():
    cliff = td.cliff()
    rewards, discounts, following = cliff.step(np.array([36, 36, 35]), np.array([0, 1, 2]), np.random.default_rng(0))
    assert rewards.tolist() == [-1, -100, -1] and following[:2].tolist() == [24, 36]
    assert discounts.tolist() == [1, 1, 0]


def test_a_world_without_an_end_needs_a_number_of_steps():
    with pytest.raises(ValueError, match="how many steps"):
        td.open_grid(2, 2).follow(np.full((4, 4), 0.25), 3, np.random.default_rng(0))


def test_a_start_must_be_a_state_that_goes_on():
    with pytest.raises(ValueError, match="not terminal"):
        td.Simulator(td.random_walk(5).world, 0)


@pytest.mark.parametrize(
    "name", ["Testbed", "SwitchingBandit", "RandomWalk", "LongWalk", "CliffWalk", "BiasedChoice", "OffPolicy"]
)
def test_configurations_have_both_sizes(name):
    kind = getattr(td, name)
    assert isinstance(kind.paper(), kind) and isinstance(kind.laptop(), kind)
    assert kind.laptop().runs <= kind.paper().runs
