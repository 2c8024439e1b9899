import dataclasses
import os
import subprocess
import sys

import gymnasium
import numpy as np
import pytest
from quantecon.markov import DiscreteDP
from scipy import sparse

from course_lib import mdp
from course_lib.mdp import solvers

WORLDS = {
    "rental": lambda: mdp.jacks_car_rental(mdp.CarRental.laptop()),
    "garnet": lambda: mdp.garnet(200, 3, 4, 0.95, 0).to_dense(),
    "lake": lambda: mdp.from_gymnasium("FrozenLake8x8-v1", 0.99),
    "cliff": lambda: mdp.from_gymnasium("CliffWalking-v1", 0.9),
    "myopic": lambda: mdp.random_dense(10, 3, 0.0, 0),
}
EPISODIC = {
    "grid": mdp.gridworld,
    "gambler": mdp.gamblers_problem,
    "cliff": lambda: mdp.from_gymnasium("CliffWalking-v1", 1.0),
}


LAKES = {
    "slippery": lambda: gymnasium.make("FrozenLake-v1"),
    "firm": lambda: gymnasium.make("FrozenLake-v1", is_slippery=False),
}
CONCURRENT = """
import threading
from course_lib import mdp
made = mdp.garnet(20_000, 3, 4, 0.99, 0)
threads = [threading.Thread(target=mdp.solve, args=[made]) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def exact(made):
    *_, last = mdp.policy_iteration_history(made)
    return last.values


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", ["auto", *solvers.METHODS])
@pytest.mark.parametrize("world", WORLDS)
def test_error_is_within_the_bound_and_the_bound_within_the_tolerance(world, method, sparsely):
    made = WORLDS[world]()
    solution = mdp.solve(made.to_sparse() if sparsely else made, method=method, tolerance=1e-5)
    assert np.abs(solution.values - exact(made)).max() <= solution.bound + 1e-11
    assert solution.bound <= 1e-5
    own = mdp.evaluate_policy(made, solution.actions)
    assert np.abs(own - exact(made)).max() <= 2 * solution.bound + 1e-11


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", solvers.METHODS)
@pytest.mark.parametrize("world", EPISODIC)
def test_episodes_without_discount(world, method, sparsely):
    made = EPISODIC[world]()
    solution = mdp.solve(made.to_sparse() if sparsely else made, method=method, tolerance=1e-9)
    np.testing.assert_allclose(solution.values, exact(made), atol=1e-7)
    assert (solution.values[made.terminal] == 0).all()


@pytest.mark.parametrize("method", ["value_iteration", "modified_policy_iteration"])
def test_large_sparse_against_quantecon(method):
    made = mdp.garnet(30_000, 4, 5, 0.95, 7)
    states, actions = np.repeat(np.arange(30_000), 4), np.tile(np.arange(4), 30_000)
    peer = DiscreteDP(made.rewards.ravel(), sparse.csr_matrix(made.transitions), 0.95, states, actions)
    expected = peer.solve(method="modified_policy_iteration", epsilon=1e-8)
    solution = mdp.solve(made, method=method, tolerance=1e-7)
    assert made.transitions.nnz > solvers.SERIAL_ENTRIES  # so several threads were at work
    np.testing.assert_allclose(solution.values, expected.v, atol=1.1e-7)
    assert (solution.actions == expected.sigma).mean() > 0.999  # near ties may fall either way


def test_threads_do_not_change_a_digit(monkeypatch):
    made = mdp.garnet(5_000, 3, 4, 0.95, 0)
    serial = mdp.solve(made, method="modified_policy_iteration")
    monkeypatch.setattr(solvers, "SERIAL_ENTRIES", 0)
    threaded = mdp.solve(made, method="modified_policy_iteration")
    np.testing.assert_array_equal(serial.values, threaded.values)
    np.testing.assert_array_equal(serial.actions, threaded.actions)


def test_rows_of_different_lengths():
    # Each state has one action that stays (1 successor) and one that scatters (as many as there are states).
    n = 30
    scatter = mdp.random_dense(n, 1, 0.9, 3)
    transitions = np.stack([np.eye(n), scatter.transitions[:, 0]], axis=1)
    made = mdp.TabularMDP(transitions, np.random.default_rng(0).random((n, 2)), 0.9)
    solution = mdp.solve(made.to_sparse(), method="modified_policy_iteration", tolerance=1e-9)
    np.testing.assert_allclose(solution.values, exact(made), atol=1e-9)


@pytest.mark.parametrize("method", solvers.METHODS)
def test_wide_indices_as_beyond_two_billion_entries(method):
    made = mdp.garnet(60, 2, 3, 0.9, 0)
    wide = dataclasses.replace(made)
    for name in ("indices", "indptr"):
        setattr(wide.transitions, name, getattr(made.transitions, name).astype(np.int64))
    np.testing.assert_allclose(mdp.solve(wide, method=method).values, mdp.solve(made, method=method).values)


def test_modified_policy_iteration_needs_fewer_sweeps_than_value_iteration():
    made = mdp.garnet(2_000, 4, 5, 0.99, 0)
    few, many = (mdp.solve(made, method=m) for m in ("modified_policy_iteration", "value_iteration"))
    assert few.sweeps < many.sweeps / 2
    assert few.evaluations > 0 and many.evaluations == 0


def test_prioritised_sweeping_works_back_from_a_single_reward():
    # A corridor of 500 cells with one reward at its end: each cell is backed up about once.
    n = 500
    step = np.minimum(np.arange(n) + 1, n - 1)
    reward = (np.arange(n) == n - 2) * 1.0
    made = mdp.TabularMDP(np.eye(n)[step][:, None], reward[:, None], 0.99, np.arange(n) == n - 1)
    solution = mdp.solve(made, method="prioritised_sweeping")
    np.testing.assert_allclose(solution.values[:-1], 0.99 ** np.arange(n - 2, -1, -1))
    assert solution.evaluations < 3 and mdp.solve(made, method="value_iteration").sweeps > 400


def test_starting_from_the_answer_takes_one_sweep():
    made = mdp.garnet(300, 3, 4, 0.9, 0)
    first = mdp.solve(made, method="value_iteration", tolerance=1e-8)
    again = mdp.solve(made, method="value_iteration", tolerance=1e-7, values=first.values)
    assert again.sweeps == 1
    np.testing.assert_allclose(again.values, first.values, atol=1e-7)


def test_progress_bar_is_shown_only_on_demand(capsys):
    mdp.solve(mdp.gridworld(), method="value_iteration")
    assert capsys.readouterr().err == ""
    mdp.solve(mdp.gridworld(), method="value_iteration", progress=True)
    assert "sweeps" in capsys.readouterr().err


def test_refusals():
    made = mdp.garnet(20, 2, 3, 0.99, 0)
    with pytest.raises(ValueError, match="not known"):
        mdp.solve(made, method="guess")
    for tolerance in (0, -1, 1e-16, np.nan):
        with pytest.raises(ValueError, match="rounding allows no less"):
            mdp.solve(made, tolerance=tolerance)
    with pytest.raises(ValueError, match=r"values\[3\] is nan"):
        mdp.solve(made, values=np.where(np.arange(20) == 3, np.nan, 0.0))
    with pytest.raises(ValueError, match=r"values has shape \(2,\)"):
        mdp.solve(made, values=[0, 0])
    with pytest.raises(ValueError, match="max_sweeps=0"):
        mdp.solve(made, max_sweeps=0)
    with pytest.raises(RuntimeError, match="after 2 sweeps"):
        mdp.solve(made, method="value_iteration", max_sweeps=2)


def test_the_smallest_tolerance_allowed_can_be_reached():
    for discount in (0.5, 0.9, 0.99, 0.999):
        made = mdp.garnet(100, 3, 4, discount, 0)
        tolerance = 4.1 * np.finfo(float).eps * made.rewards.max() / (1 - discount) ** 2
        assert mdp.solve(made, method="value_iteration", tolerance=tolerance, max_sweeps=100_000).bound <= tolerance


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("method", ["auto", *solvers.METHODS])
@pytest.mark.parametrize("kind", LAKES)
def test_without_discount_the_actions_attain_the_values(kind, method, sparsely):
    # Where nothing is lost by waiting, waiting is greedy too: all four actions are worth 1 on the lake that is firm.
    lake = mdp.from_gymnasium(LAKES[kind](), 1.0)
    solution = mdp.solve(lake.to_sparse() if sparsely else lake, method=method, tolerance=1e-8)
    assert solution.values[0] == pytest.approx(14 / 17 if kind == "slippery" else 1, abs=1e-5)
    np.testing.assert_allclose(mdp.evaluate_policy(lake, solution.actions), solution.values, atol=1e-5)


@pytest.mark.parametrize("kind", LAKES)
def test_played_episodes_are_won_as_often_as_the_values_say(kind):
    env = LAKES[kind]()
    solution = mdp.solve(mdp.from_gymnasium(env, 1.0))
    env.unwrapped.np_random = np.random.default_rng(0)
    won = 0
    for _ in range(400):
        state, steps, over = env.unwrapped.reset()[0], 0, False
        while not over and steps < 2000:  # on average it takes 50
            state, reward, over, *_ = env.unwrapped.step(solution.actions[state])
            steps += 1
        won += reward
    assert won / 400 == pytest.approx(solution.values[0], abs=0.08)  # four standard deviations


def test_without_discount_a_reward_before_a_place_without_end_is_fetched_too():
    # State 0 may wait or take 1 on its way to state 1, which never ends and pays nothing; state 2 is the end.
    transitions = np.eye(3)[[[0, 1], [1, 1], [2, 2]]]
    made = mdp.TabularMDP(transitions, [[0, 1], [0, 0], [0, 0]], 1.0, np.array([False, False, True]))
    solution = mdp.solve(made, method="value_iteration")
    assert solution.values.tolist() == [1, 0, 0] and solution.actions[0] == 1


def test_without_discount_actions_that_end_are_kept():
    # Both actions of each state lead to the end at once and pay alike: the first is greedy, and no walk changes it.
    made = mdp.TabularMDP(np.eye(2)[[[1, 1], [1, 1]]], [[1, 1], [0, 0]], 1.0, np.array([False, True]))
    assert mdp.solve(made).actions.tolist() == [0, 0]


def test_concurrent_calls_under_numbas_fallback_threads():
    # Its workqueue aborts the process when two threads start a parallel loop at the same time.
    env = {**os.environ, "NUMBA_THREADING_LAYER": "workqueue"}
    done = subprocess.run([sys.executable, "-c", CONCURRENT], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
