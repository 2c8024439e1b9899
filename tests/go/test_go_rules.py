"""What rules there are, and how points are named."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.go.coordinates import LETTERS, from_vertex, to_vertex
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules


def test_the_rules_that_are_meant_where_nothing_is_said():
    rules = Rules()
    assert (rules.size, rules.komi, rules.ko, rules.suicide) == (9, 7.5, "positional", False)
    assert (rules.points, rules.num_moves, rules.limit) == (81, 82, 162)  # 2 · 9² moves at most
    assert Rules(5, max_moves=30).limit == 30
    assert (EMPTY, BLACK, WHITE) == (0, 1, 2) and 3 - BLACK == WHITE


def test_rules_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Rules().komi = 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"size": 1}, "2 to 19"),
        ({"size": 20}, "2 to 19"),
        ({"size": 9.0}, "2 to 19"),
        ({"ko": "super"}, "simple, positional, situational"),
        ({"ko": None}, "simple, positional, situational"),
        ({"komi": 0.25}, "multiple of ½"),
        ({"komi": float("nan")}, "multiple of ½"),
        ({"komi": float("inf")}, "multiple of ½"),
        ({"size": 3, "komi": 19}, "twice the board"),  # 2 · 3² = 18
        ({"size": 3, "komi": -19}, "twice the board"),
        ({"size": 3, "max_moves": -1}, "1 to 4N² = 36"),
        ({"size": 3, "max_moves": 37}, "1 to 4N² = 36"),
    ],
)
def test_what_is_no_rule_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        Rules(**wrong)


def test_limits_of_what_is_allowed():
    for allowed in ({"size": 2}, {"size": 19}, {"size": 3, "komi": -18}, {"size": 3, "komi": 18}, {"komi": 0.5}):
        Rules(**allowed)
    assert Rules(3, max_moves=36).limit == 36


# Coordinates


def test_corners_of_5_by_5():
    # Row 5 is on top: A5 is move 0, E5 move 4, A1 move 20, E1 move 24, and 25 is the pass.
    names = {0: "A5", 4: "E5", 12: "C3", 20: "A1", 24: "E1", 25: "pass"}
    assert {move: to_vertex(move, 5) for move in names} == names
    assert {from_vertex(name, 5): name for name in names.values()} == names


def test_there_is_no_column_i():
    assert "I" not in LETTERS and len(LETTERS) == 19
    assert from_vertex("J9", 9) == 8 and to_vertex(8, 9) == "J9"
    assert from_vertex("T19", 19) == 18 and from_vertex("T1", 19) == 360
    with pytest.raises(ValueError, match="no I"):
        from_vertex("I5", 9)


@given(st.integers(2, 19), st.data())
def test_there_and_back(size, data):
    move = data.draw(st.integers(0, size**2))
    assert from_vertex(to_vertex(move, size), size) == move
    assert from_vertex(f" {to_vertex(move, size).lower()} ", size) == move


@pytest.mark.parametrize("text", ["", "A", "3", "A0", "A6", "F1", "A-1", "A1.0", "3C", "A¹", "AA1", "passes", None])
def test_what_is_no_vertex_of_5_by_5_is_refused(text):
    with pytest.raises(ValueError, match="write A to E .* and 1 to 5, such as A1, or pass"):
        from_vertex(text, 5)


@pytest.mark.parametrize("move", [-1, 26, 1000])
def test_what_is_no_move_of_5_by_5_is_refused(move):
    with pytest.raises(ValueError, match="0 to 24 are the points of this board, 25 is the pass"):
        to_vertex(move, 5)
