"""Audits of a search and of its records: what is right passes, and each known mistake does not."""

import numpy as np
import pytest

from course_lib.go.audit import examples_are_right, tree_is_consistent

# White won. What each position should have: to_play, visits, policy, outcome.
RECORD = [
    (1, (1, 3, 0), (0.25, 0.75, 0), -1),
    (2, (4, 0, 12), (0.25, 0, 0.75), 1),
    (1, (2, 2, 4), (0.25, 0.25, 0.5), -1),
    (2, (10, 0, 0), (1, 0, 0), 1),
    (2, (1, 1, 2), (0.25, 0.25, 0.5), 1),  # Black's position before it was not recorded
]


def record():
    """to_play, winner, visits, policies, outcomes."""
    to_play, visits, policies, outcomes = (np.array(column) for column in zip(*RECORD, strict=True))
    return to_play, 2, visits, policies.astype(float), outcomes.astype(float)


def audit(**changed):
    """The verdicts on the record with some of its columns replaced."""
    names = ("to_play", "winner", "visits", "policies", "outcomes")
    return examples_are_right(**{**dict(zip(names, record(), strict=True)), **changed}).tolist()


def test_a_right_record_passes_and_the_verdicts_are_plain_yes_and_no():
    assert audit() == [True] * 5
    assert examples_are_right(*record()).dtype == bool


def test_records_in_the_types_of_self_play():
    """int8 players, int32 visits, policies in 16 bits: rounding is no mistake."""
    to_play, winner, visits, policies, outcomes = record()
    thirds = np.array([[1, 1, 1]] * 5, np.int32)
    rounded = np.full((5, 3), 1 / 3, np.float16)
    assert examples_are_right(to_play.astype(np.int8), winner, thirds, rounded, outcomes.astype(np.int8)).all()


def test_outcomes_of_the_wrong_side():
    to_play, *_, outcomes = record()
    assert audit(outcomes=-outcomes) == [False] * 5  # the last mover's
    assert audit(outcomes=-np.ones(5)) == [True, False, True, False, False]  # Black's
    assert audit(outcomes=np.ones(5)) == [False, True, False, True, True]  # the winner's
    assert audit(outcomes=np.array([-1, 1, -1, 1, -1])) == [True, True, True, True, False]  # sides that take turns
    assert audit(to_play=3 - to_play, winner=1) == [True] * 5


def test_draws():
    assert audit(winner=0, outcomes=np.zeros(5)) == [True] * 5
    assert audit(winner=0) == [False] * 5 and audit(outcomes=np.zeros(5)) == [False] * 5


def test_policies_that_are_no_shares():
    _, _, visits, policies, _ = record()
    assert audit(policies=visits.astype(float)) == [False] * 5
    assert audit(policies=visits / visits.max(axis=1, keepdims=True)) == [False, False, False, True, False]
    assert audit(policies=np.eye(3)[visits.argmax(axis=1)]) == [False, False, False, True, False]  # τ = 0
    squares = visits.astype(float) ** 2
    assert audit(policies=squares / squares.sum(axis=1, keepdims=True)) == [False, False, False, True, False]
    assert audit(policies=policies[:, ::-1]) == [False] * 5


def test_a_record_that_is_one_position_off():
    _, _, _, policies, outcomes = record()
    assert audit(policies=np.roll(policies, 1, axis=0)) == [False] * 5
    assert audit(outcomes=np.roll(outcomes, 1)) == [False, False, False, False, True]  # White moves twice at the end


@pytest.mark.parametrize(
    "error, passes", [(9e-4, True), (-9e-4, True), (1.1e-3, False), (-1.1e-3, False), (np.nan, False)]
)
def test_the_tolerance(error, passes):
    _, _, _, policies, outcomes = record()
    policies[2, 1] += error
    assert audit(policies=policies) == [True, True, passes, True, True]
    outcomes[1] += error
    assert audit(outcomes=outcomes) == [True, passes, True, True, True]


def grown_tree():
    """Three nodes below each other and one beside: N, W, children, v.

    Walks: root evaluated; 0 → 1 (v = 0.5); 0 → 1 → 2 (v = −0.25); 0 → 3 (v = 1).
    Edge 1 → 2: N = 1, W = 0.25. Edge 0 → 1: N = 2, W = −0.5 − 0.25 = −0.75. Edge 0 → 3: N = 1, W = −1.
    """
    visits, totals = np.zeros((4, 2), int), np.zeros((4, 2))
    children = np.full((4, 2), -1)
    visits[0], totals[0], children[0] = (2, 1), (-0.75, -1.0), (1, 3)
    visits[1, 1], totals[1, 1], children[1, 1] = 1, 0.25, 2
    return visits, totals, children, np.array([0.1, 0.5, -0.25, 1.0])


def test_a_tree_by_hand_is_consistent():
    assert tree_is_consistent(*grown_tree()) is True


def test_a_root_alone_is_consistent():
    assert tree_is_consistent(np.zeros((1, 3), int), np.zeros((1, 3)), np.full((1, 3), -1), np.array([0.3]))


@pytest.mark.parametrize("edge", [(0, 0), (0, 1), (1, 1), (1, 0), (3, 1)])
def test_a_changed_edge_is_noticed(edge):
    visits, totals, children, values = grown_tree()
    visits[edge] += 1
    assert tree_is_consistent(visits, totals, children, values) is False
    visits[edge] -= 1
    totals[edge] += 0.01
    assert tree_is_consistent(visits, totals, children, values) is False


def test_values_that_do_not_change_sides_are_noticed():
    visits, totals, children, values = grown_tree()
    assert not tree_is_consistent(visits, -totals, children, values)
    assert not tree_is_consistent(visits, np.abs(totals), children, values)
    assert not tree_is_consistent(visits, totals, children, -values)
