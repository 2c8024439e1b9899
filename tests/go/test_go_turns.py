import numpy as np
import pytest
from go_diagrams import play, setup

from course_lib.go.position import Position
from course_lib.go.rules import BLACK, WHITE, Rules
from course_lib.go.turns import leads_to, resumed, start_of, with_turn


def test_before_the_first_move_the_turn_is_given_and_later_the_other_colour_passes():
    empty = Position(Rules(3))
    assert with_turn(empty, BLACK) is empty
    white = with_turn(empty, WHITE)
    assert (white.to_play, white.moves) == (WHITE, ())
    black = play(white, "B2")
    again = with_turn(black, WHITE)
    assert (again.to_play, again.moves) == (WHITE, (4, 9))
    assert with_turn(black, BLACK) is black


def test_a_game_goes_on_after_two_passes_but_not_at_its_limit():
    ended = play(Position(Rules(3)), "B2 pass pass")
    assert ended.is_over and not resumed(ended).is_over and resumed(ended).moves == ended.moves
    # Black's pass and the one put in for White are two as well.
    assert play(with_turn(play(Position(Rules(3)), "B2 C2 pass"), BLACK), "A1").last_move == 6
    full = play(Position(Rules(3, max_moves=3)), "A1 pass B2")
    assert resumed(full).is_over and with_turn(full, WHITE).is_over
    with pytest.raises(ValueError, match="game is over"):
        with_turn(full, BLACK)


def test_a_start_is_found_again():
    start = setup("X . O\n. . .\n. X .", WHITE)
    for moves in ("", "A1", "A1 B2 C1 A2 pass B3 pass"):
        found = start_of(play(start, moves))
        assert (found.stones == start.stones).all() and found.to_play == WHITE
    for first in (BLACK, WHITE):
        found = start_of(play(with_turn(Position(Rules(3)), first), "A1 B2 C1 A2 pass A3 pass C3 pass"))
        assert not found.stones.any() and found.to_play == first


def test_a_set_up_start_that_is_too_long_ago_is_asked_for():
    start = setup("X . O\n. . .\n. X .", WHITE)
    position = play(start, "A1 B2 C1 A2 pass B3 pass C2")
    with pytest.raises(ValueError, match="8 moves that did not begin from the empty board: give the position"):
        start_of(position)
    assert leads_to(start, position)
    assert not leads_to(Position(Rules(3, komi=0)), position)
    # The same stones from another past: superko would treat them differently.
    other = Position.set_up(position.rules, position.stones, position.to_play)
    assert not leads_to(other, position) and np.array_equal(other.stones, position.stones)
