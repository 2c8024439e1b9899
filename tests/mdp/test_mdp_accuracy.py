"""`close_to_optimal` against a closed form, and the bound that makes a test without v* possible."""

import numpy as np
import pytest

from course_lib import mdp

# One state that pays 1 for ever: v* = 1 / (1 - 0.9) = 10.
ONE_STATE = np.ones((1, 1, 1)), np.ones((1, 1)), 0.9


@pytest.mark.parametrize(("value", "close"), [(10.0, True), (9.9, True), (10.1, True), (9.89, False), (10.11, False)])
def test_one_state(value, close):
    assert mdp.close_to_optimal(*ONE_STATE, np.array([value]), 0.1 + 1e-9) is close


def test_the_worst_state_decides():
    world = mdp.random_dense(num_states=6, num_actions=2, discount=0.8, seed=0)
    table = world.transitions, world.rewards, world.discount
    _, optimal = mdp.optimal_policies_by_brute_force(world)
    one_off = optimal + np.eye(6)[3]
    assert mdp.close_to_optimal(*table, optimal, 1e-6) and not mdp.close_to_optimal(*table, one_off, 0.9)
    assert mdp.close_to_optimal(*table, one_off, 1.1)
    assert np.abs(one_off - optimal).max() <= mdp.bellman_residual(world, one_off) / (1 - world.discount)
