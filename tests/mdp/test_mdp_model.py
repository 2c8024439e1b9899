"""TabularMDP refuses what is no MDP, and says where and why."""

import time

import numpy as np
import pytest
from scipy import sparse

from course_lib import mdp
from course_lib.mdp import model


def two_states(**changes):
    """State 0 goes to 1 with action 0 (reward 5), stays with action 1; state 1 is the end."""
    transitions = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]])
    given = {"transitions": transitions, "rewards": [[5, 0], [0, 0]], "discount": 0.9, "terminal": [False, True]}
    return mdp.TabularMDP(**{**given, **changes})


def test_sizes_types_and_names():
    made = two_states(state_names=("start", "end"), action_names=("go", "stay"))
    assert (made.num_states, made.num_actions, made.is_sparse) == (2, 2, False)
    assert made.rewards.dtype == made.transitions.dtype == np.float64
    assert not two_states(terminal=None).terminal.any()


def test_sparse_and_dense_are_the_same_mdp():
    made = two_states()
    assert made.to_dense() is made and made.to_sparse().to_sparse().is_sparse
    np.testing.assert_array_equal(made.to_sparse().to_dense().transitions, made.transitions)
    np.testing.assert_array_equal(made.to_sparse().terminal, made.terminal)


def test_sparse_indices_are_as_small_as_they_can_be():
    starts, successors = np.arange(5, dtype=np.int64), np.array([1, 0, 1, 1], dtype=np.int64)
    made = two_states(transitions=sparse.csr_array((np.ones(4), successors, starts)))
    assert made.transitions.indices.dtype == made.transitions.indptr.dtype == np.int32


def test_a_successor_named_twice_counts_twice():
    rows = sparse.csr_array((np.array([0.5, 0.5, 1, 1, 1]), np.array([1, 1, 0, 1, 1]), np.array([0, 2, 3, 4, 5])))
    np.testing.assert_array_equal(two_states(transitions=rows).to_dense().transitions, two_states().transitions)


def test_to_dense_refuses_what_does_not_fit(monkeypatch):
    monkeypatch.setattr(model, "DENSE_LIMIT_BYTES", 63)  # 2 * 2 * 2 numbers of 8 bytes are 64
    with pytest.raises(ValueError, match="keep this MDP sparse"):
        two_states().to_sparse().to_dense()


def test_frozen():
    with pytest.raises(AttributeError):
        two_states().discount = 0.5


NEGATIVE = [[[-0.5, 1.5], [1, 0]], [[0, 1], [0, 1]]]
LEAKING = [[[0, 1], [0.4, 0]], [[0, 1], [0, 1]]]
RESTARTING = [[[0, 1], [1, 0]], [[0, 1], [1, 0]]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rewards": [1, 2]}, r"rewards has shape \(2,\)"),
        ({"rewards": [[5, 0]] * 3}, r"asks for \(3, 2, 3\)"),
        ({"rewards": [[5, np.nan], [0, 0]]}, "state 0, action 1: the reward is nan"),
        ({"transitions": LEAKING}, "state 0, action 1: the probabilities sum to 0.4"),
        ({"transitions": NEGATIVE}, "state 0, action 0: the probability of successor 0 is -0.5"),
        ({"transitions": np.full((2, 2, 2), np.nan)}, "sum to nan"),
        ({"transitions": RESTARTING}, "state 1, action 1: a terminal state stays"),
        ({"rewards": [[5, 0], [0, 3]]}, "state 1, action 1: a terminal state stays .* reward 3"),
        ({"terminal": [0, 1]}, "one bool for each of the 2 states"),
        ({"discount": 1.5}, r"outside \[0, 1\]"),
        ({"discount": np.nan}, r"outside \[0, 1\]"),
        ({"discount": 1, "terminal": None}, "without a terminal state"),
        ({"state_names": ("only one",)}, "state_names has 1 names for 2 states"),
    ],
)
@pytest.mark.parametrize("sparsely", [False, True])
def test_says_what_is_wrong(changes, message, sparsely):
    if sparsely:
        dense = np.array(changes.get("transitions", two_states().transitions), dtype=float)
        changes = {**changes, "transitions": sparse.csr_matrix(dense.reshape(4, 2))}
        message = message.replace(r"\(3, 2, 3\)", r"\(6, 3\)")
    with pytest.raises(ValueError, match=message):
        two_states(**changes)


def test_messages_use_names():
    with pytest.raises(ValueError, match=r"state 0 \(start\), action 1 \(stay\)"):
        two_states(transitions=LEAKING, state_names=("start", "end"), action_names=("go", "stay"))


def test_rounding_in_a_row_is_forgiven_and_discounts_0_and_1_are_allowed():
    thirds = np.array([[[1 / 3, 2 / 3 + 1e-9], [1, 0]], [[0, 1], [0, 1]]])
    assert two_states(transitions=thirds, discount=1).discount == 1.0
    assert two_states(discount=0).discount == 0.0


@pytest.mark.parametrize("sparsely", [False, True])
def test_of_many_terminal_rows_the_first_bad_one_is_named(sparsely):
    transitions = np.repeat(np.eye(4)[:, None], 2, axis=1)
    transitions[2, 1] = transitions[3, 0] = [0.25, 0.25, 0.25, 0.25]
    given = sparse.csr_array(transitions.reshape(8, 4)) if sparsely else transitions
    with pytest.raises(ValueError, match="state 2, action 1: a terminal .* with probability 0.25 and reward 0"):
        mdp.TabularMDP(given, np.zeros((4, 2)), 1.0, np.array([False, True, True, True]))


def test_many_terminal_states_are_checked_at_once():
    n = 50_000
    stay = sparse.csr_array((np.ones(2 * n), np.repeat(np.arange(n), 2), np.arange(2 * n + 1)))
    started = time.process_time()
    mdp.TabularMDP(stay, np.zeros((n, 2)), 1.0, np.ones(n, bool))
    assert time.process_time() - started < 0.5  # row by row it took 2.5 s
