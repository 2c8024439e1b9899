import gymnasium
import numpy as np
import pytest
from scipy.stats import poisson

from course_lib import mdp


def optimal(made):
    *_, last = mdp.policy_iteration_history(made)
    return last


def test_gridworld_moves_and_walls():
    grid = mdp.gridworld()
    # from cell 5 (row 1, column 1): up 1, right 6, down 9, left 4; from the corner 3, up and right stay
    assert grid.transitions[5].argmax(axis=1).tolist() == [1, 6, 9, 4]
    assert grid.transitions[3].argmax(axis=1).tolist() == [3, 3, 7, 2]
    assert grid.rewards[5].tolist() == [-1] * 4 and grid.rewards[15].tolist() == [0] * 4
    assert np.flatnonzero(grid.terminal).tolist() == [0, 15]


@pytest.mark.parametrize("size", [0, 1])
def test_a_gridworld_has_two_corners(size):
    assert mdp.gridworld(2).terminal.tolist() == [True, False, False, True]
    with pytest.raises(ValueError, match=f"size={size}: .* at least 2"):
        mdp.gridworld(size)


def test_a_large_gridworld_is_sparse():
    assert mdp.gridworld(100).is_sparse and not mdp.gridworld(20).is_sparse


def test_car_rental_by_simulation_of_one_state():
    config = mdp.CarRental.paper()
    rental = mdp.jacks_car_rental(config)
    rng, days = np.random.default_rng(0), 200_000
    # Evening with 5 and 19 cars, move 3 from first to second: morning 2 and 20 (two are lost).
    requests = rng.poisson([3, 4], size=(days, 2))
    rented = np.minimum(requests, [2, 20])
    evening = np.minimum([2, 20] - rented + rng.poisson([3, 2], size=(days, 2)), 20)
    state, action = 5 * 21 + 19, 3 + 5
    assert rental.rewards[state, action] == pytest.approx(10 * rented.sum(axis=1).mean() - 6, abs=0.1)
    frequency = np.bincount(evening @ [21, 1], minlength=441) / days
    assert np.abs(rental.transitions[state, action] - frequency).max() < 0.005


def test_car_rental_literals():
    config = mdp.CarRental(max_cars=1, max_move=1, request_rates=(1.0, 1.0), return_rates=(0.0, 0.0))
    rental = mdp.jacks_car_rental(config)
    # Both have a car, nothing moves: each rents it with probability 1 − 1/e for 10; nothing comes back.
    rents = 1 - np.exp(-1)
    assert rental.rewards[3, 1] == pytest.approx(20 * rents)
    np.testing.assert_allclose(rental.transitions[3, 1], [rents**2, rents / np.e, rents / np.e, np.exp(-2)])
    # No cars at all: asking to move one moves none and still costs 2.
    assert rental.rewards[0].tolist() == [-2, 0, -2]
    assert rental.transitions[0, :, 0].tolist() == [1, 1, 1]


def test_expected_rentals_against_scipy():
    config = mdp.CarRental.paper()
    cars = np.arange(200)
    expected = sum(10 * (poisson.pmf(cars, rate) * np.minimum(cars, 20)).sum() for rate in (3, 4))
    assert mdp.jacks_car_rental(config).rewards[440, config.max_move] == pytest.approx(expected)


def test_laptop_rental_is_small_and_its_optimum_moves_cars_both_ways():
    config = mdp.CarRental.laptop()
    rental = mdp.jacks_car_rental(config)
    assert rental.rewards.shape == (81, 7)
    moved = optimal(rental).actions - config.max_move
    assert moved.min() < 0 < moved.max()


def test_gambler_values_and_ties():
    game = mdp.gamblers_problem()
    last = optimal(game)
    # Bold play: 50 needs one win (.4), 25 two (.16), 75 is .4 + .6 * .4 = .64
    np.testing.assert_allclose(last.values[[0, 25, 50, 75, 100]], [0, 0.16, 0.4, 0.64, 0], atol=1e-15)
    ties = mdp.all_greedy_actions(last.action_values)
    legal = [[a + 1 for a in np.flatnonzero(ties[c]) if a + 1 <= min(c, 100 - c)] for c in (25, 50, 51, 75)]
    assert legal == [[25], [50], [1, 49], [25]]


def test_gambler_with_a_fair_coin_wins_in_proportion():
    np.testing.assert_allclose(optimal(mdp.gamblers_problem(0.5, 20)).values[:20], np.arange(20) / 20)


def test_gambler_with_a_good_coin_plays_timidly():
    # p > 1/2: stake 1 always; ruin by random walk: (1 − x^c) / (1 − x^goal) with x = q / p
    ratio = 0.4 / 0.6
    expected = (1 - ratio ** np.arange(10)) / (1 - ratio**10)
    np.testing.assert_allclose(optimal(mdp.gamblers_problem(0.6, 10)).values[:10], expected)


def test_frozen_lake_from_its_table():
    lake = mdp.from_gymnasium("FrozenLake-v1", 0.99)
    assert lake.rewards.shape == (17, 4) and lake.terminal.tolist() == [False] * 16 + [True]
    # From 14, beside the goal: down slips left, down or right (goal) with one third each.
    assert lake.rewards[14, 1] == pytest.approx(1 / 3)
    np.testing.assert_allclose(lake.transitions[14, 1, [13, 14, 16]], 1 / 3)
    assert optimal(lake).values[0] == pytest.approx(0.5420, abs=1e-4)


def test_frozen_lake_without_slipping_is_a_shortest_path():
    env = gymnasium.make("FrozenLake-v1", is_slippery=False)
    lake = mdp.from_gymnasium(env, 0.9)
    assert optimal(lake).values[0] == pytest.approx(0.9**5)  # six steps, the sixth pays 1


def test_cliff_walking_needs_thirteen_steps():
    values = optimal(mdp.from_gymnasium("CliffWalking-v1", 1.0)).values
    assert values[36] == pytest.approx(-13) and values[-1] == 0


def test_taxi_is_worth_what_its_best_rides_are():
    taxi = mdp.from_gymnasium("Taxi-v4", 0.99)
    values = optimal(taxi).values
    assert taxi.rewards.shape == (501, 6) and not taxi.is_sparse
    # Best of all: the passenger sits in the taxi at the destination, drop off for 20 and it is over.
    assert values.max() == pytest.approx(20)


def test_the_agents_own_steps_follow_the_table():
    env = gymnasium.make("CliffWalking-v1")
    cliff = mdp.from_gymnasium(env, 1.0)
    actions = mdp.solve(cliff).actions
    state, _ = env.reset(seed=0)
    total, over = 0.0, False
    while not over:
        state, reward, over, _, _ = env.step(int(actions[state]))
        total += reward
    assert total == -13


def test_no_table():
    with pytest.raises(ValueError, match="no transition table"):
        mdp.from_gymnasium("CartPole-v1", 0.9)


def test_garnet_has_the_branching_asked_for_and_follows_its_seed():
    for branching in (1, 5, 9, 11, 20):
        made = mdp.garnet(20, 3, branching, 0.9, 0)
        dense = made.to_dense().transitions
        assert ((dense > 0).sum(axis=2) == branching).all()
    again = mdp.garnet(20, 3, 20, 0.9, np.random.default_rng(0))
    np.testing.assert_array_equal(again.to_dense().transitions, dense)
    assert (mdp.garnet(20, 3, 20, 0.9, 1).rewards != again.rewards).any()


def test_garnet_successors_and_cuts_are_uniform():
    rows = mdp.garnet(50, 200, 10, 0.9, 0).transitions
    counts = np.bincount(rows.indices, minlength=50)  # 10 000 rows: each state 2000 times, standard deviation 40
    assert np.abs(counts - 2000).max() < 250
    assert rows.data.reshape(-1, 10).mean(axis=0) == pytest.approx(np.full(10, 0.1), abs=0.005)


def test_garnet_refuses_more_successors_than_states():
    with pytest.raises(ValueError, match="branching=4"):
        mdp.garnet(3, 2, 4, 0.9, 0)


def test_random_dense_reaches_everything():
    made = mdp.random_dense(6, 2, 0.9, 0)
    assert (made.transitions > 0).all()
    np.testing.assert_array_equal(mdp.random_dense(6, 2, 0.9, 0).transitions, made.transitions)
