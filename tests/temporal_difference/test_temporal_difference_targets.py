import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import mdp
from course_lib import temporal_difference as td

Q = np.array([[2.0, 8.0, 4.0, -4.0]])
ONE, HALF = np.ones(1), np.full(1, 0.5)


def test_td_update_by_hand():
    # 10 + 1/4 (4 + 20/2 − 10) = 11; where γ = 0 the entry of the end does not count: 1 + 1/2 (3 − 1) = 2.
    values = np.array([[10.0, 20.0], [1.0, 100.0]])
    got = td.td_update(
        values, np.array([0, 0]), np.array([4.0, 3.0]), np.array([0.5, 0.0]), np.array([1, 1]), np.array([0.25, 0.5])
    )
    np.testing.assert_allclose(got, [[11, 20], [2, 100]])
    assert values[0, 0] == 10


def test_targets_by_hand():
    # 0.1 (2 + 8 + 4 − 4) + 0.6 · 8 = 5.8
    assert td.expected_sarsa_target(ONE, HALF, Q, 0.4).tolist() == pytest.approx([3.9])
    assert td.sarsa_target(ONE, HALF, Q, np.array([2])).tolist() == [3.0]
    assert td.q_learning_target(ONE, HALF, Q).tolist() == [5.0]
    assert td.double_q_target(ONE, HALF, Q, np.array([[9.0, -6.0, 1.0, 1.0]])).tolist() == [-2.0]


@given(st.integers(0, 1000), st.floats(0, 1))
def test_identities(seed, epsilon):
    rng = np.random.default_rng(seed)
    rewards, discounts, q = rng.normal(size=5), rng.choice([0, 0.9], 5), rng.normal(size=(5, 3))
    np.testing.assert_allclose(
        td.expected_sarsa_target(rewards, discounts, q, 0.0), td.q_learning_target(rewards, discounts, q)
    )
    np.testing.assert_allclose(
        td.double_q_target(rewards, discounts, q, q), td.q_learning_target(rewards, discounts, q)
    )
    sarsas = [td.sarsa_target(rewards, discounts, q, np.full(5, action)) for action in range(3)]
    np.testing.assert_allclose(td.expected_sarsa_target(rewards, discounts, q, 1.0), np.mean(sarsas, axis=0))
    between = td.expected_sarsa_target(rewards, discounts, q, epsilon)
    assert (between <= np.max(sarsas, axis=0) + 1e-9).all() and (between >= np.min(sarsas, axis=0) - 1e-9).all()


def test_the_optimal_values_of_chapter_1_are_a_fixed_point_of_q_learning_on_average():
    world = mdp.random_dense(6, 3, 0.9, 0)
    q = mdp.look_ahead(world, mdp.solve(world, tolerance=1e-10).values)
    targets = td.q_learning_target(np.zeros(6), np.full(6, 0.9), q)
    np.testing.assert_allclose(world.rewards + world.transitions @ targets, q, atol=1e-8)


def test_two_tables_do_not_overestimate():
    noise = np.random.default_rng(0).normal(size=(2, 50_000, 10))
    nothing, ones = np.zeros(50_000), np.ones(50_000)
    assert td.q_learning_target(nothing, ones, noise[0]).mean() > 1.5  # E[max of 10] = 1.54
    assert abs(td.double_q_target(nothing, ones, *noise).mean()) < 0.02  # standard error 0.0045
