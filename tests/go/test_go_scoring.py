"""Area, as Tromp and Taylor count it: dead stones live, and a point belongs to the only colour it reaches."""

import contextlib

import numpy as np
import pytest
from go_diagrams import play, setup, symmetries
from plain_go import area

from course_lib.go.boards import Boards
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules

WALLS = """
    . X . O .
    . X . O .
    . X . O .
    . X . O .
    . X . O ."""


def test_stones_and_what_only_they_reach():
    # Column A is Black's and E White's, 5 + 5 points each; the column between reaches both.
    position = setup(WALLS)
    assert position.area() == (10, 10) and position.score() == 0
    assert (position.owners() == [[BLACK, BLACK, EMPTY, WHITE, WHITE]] * 5).all()
    assert (position.winner(), position.result()) == (EMPTY, "0")


def test_komi_is_taken_off():
    assert setup(WALLS, komi=0.5).score() == -0.5 and setup(WALLS, komi=0.5).result() == "W+0.5"
    ahead = play(setup(WALLS, komi=-3), "C3")
    assert ahead.score() == 11 - 10 + 3 and ahead.result() == "B+4" and ahead.winner() == BLACK
    assert play(setup(WALLS, komi=7.5), "C3").result() == "W+6.5"


def test_a_stone_that_nobody_took_is_alive():
    # One white stone among Black's: it counts, and the points around it reach both colours.
    visited = """
        . . X
        . O X
        X X X"""
    assert setup(visited).area() == (5, 1) and setup(visited.replace("O", ".")).area() == (9, 0)


@pytest.mark.parametrize("size", [2, 9, 19])
def test_nobody_owns_an_empty_board_and_one_stone_owns_it_all(size):
    empty = Position(Rules(size, komi=0))
    assert empty.area() == (0, 0) and (empty.owners() == EMPTY).all()
    assert empty.play(0).area() == (size**2, 0) and empty.play(size**2).play(1).area() == (0, size**2)


def test_all_boards_of_3_by_3():
    # Each of the 12675 boards on which every chain has a liberty (their number: Tromp & Farnebäck 2007), against a
    # count by flood fill; turned, mirrored and with the colours exchanged.
    boards, sees = Boards(Rules(3, komi=0), 1), symmetries(3)
    stones = np.stack(np.meshgrid(*[[0, 1, 2]] * 9, indexing="ij"), -1).reshape(-1, 9)
    positions = {}
    for board in stones:
        try:
            positions[tuple(board)] = Position.set_up(boards.rules, board.reshape(3, 3))
        except ValueError as refused:
            assert "has no liberty" in str(refused)
    assert len(positions) == 12675
    scores = dict(zip(positions, Boards.of(list(positions.values())).scores(), strict=True))
    for board, score in scores.items():
        black, white = area(board, 3)
        assert score == black - white
        assert scores[tuple((3 - colour) % 3 for colour in board)] == -score
        assert all(scores[tuple(board[point] for point in seen)] == score for seen in sees)


def test_2_by_2_has_57_positions():
    # 3⁴ = 81 boards, less the 2⁴ = 16 that are full, less 8: where one point is empty and the stone opposite it is
    # alone between two of the other colour (4 places, 2 colours).
    boards, allowed = np.stack(np.meshgrid(*[[0, 1, 2]] * 4, indexing="ij"), -1).reshape(-1, 2, 2), 0
    for board in boards:
        with contextlib.suppress(ValueError):
            allowed += Position.set_up(Rules(2), board) is not None
    assert allowed == 81 - 16 - 8
