import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course_lib import mdp

Q = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0], [-5.0, -2.0, -9.0]])


def test_keeps_what_is_best_and_else_takes_the_first_best():
    # row 0: 2 ties with 1 and stays; row 1: 2 is worse and the first best is 0; row 2: the largest of negatives is 1
    np.testing.assert_array_equal(mdp.greedy_actions(Q, np.array([2, 2, 0])), [2, 0, 1])
    np.testing.assert_array_equal(mdp.greedy_actions(Q, np.array([0, 1, 1])), [1, 1, 1])


def test_rounding_does_not_move_an_action():
    q = np.array([[1.0, 1.0 + 1e-12]])
    assert mdp.greedy_actions(q, np.array([0])) == [0]
    assert mdp.greedy_actions(q, np.array([0]), tolerance=0.0) == [1]
    # Where it has to move it takes the first of those that tie but for rounding, the same on every machine.
    assert mdp.greedy_actions(np.array([[1.0, 1.0 + 1e-12, 0.0]]), np.array([2])) == [0]


@given(st.integers(0, 10**6))
def test_is_greedy_stable_and_changes_nothing_given(seed):
    rng = np.random.default_rng(seed)
    q, actions = rng.integers(-2, 3, size=(6, 4)).astype(float), rng.integers(4, size=6)
    before = actions.copy()
    improved = mdp.greedy_actions(q, actions)
    np.testing.assert_array_equal(q[np.arange(6), improved], q.max(axis=1))
    np.testing.assert_array_equal(mdp.greedy_actions(q, improved), improved)
    np.testing.assert_array_equal(actions, before)
    assert np.issubdtype(improved.dtype, np.integer)


def test_one_action_and_no_states():
    np.testing.assert_array_equal(mdp.greedy_actions(np.array([[7.0]]), np.array([0])), [0])
    assert mdp.greedy_actions(np.empty((0, 2)), np.empty(0, int)).shape == (0,)


def test_all_greedy_actions_marks_every_tie():
    np.testing.assert_array_equal(mdp.all_greedy_actions(Q), [[0, 1, 1], [1, 1, 0], [0, 1, 0]])
    np.testing.assert_array_equal(mdp.all_greedy_actions(Q, tolerance=10.0), np.ones((3, 3)))
