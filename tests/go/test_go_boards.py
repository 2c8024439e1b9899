"""Many games in step."""

import numpy as np
import pytest
from go_diagrams import play, setup

from course_lib.go.boards import Boards
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, WHITE, Rules


def test_games_go_their_own_ways():
    boards = Boards(Rules(3, komi=0.5), 3)
    boards.play([4, 0, -1])  # B2, A3, and the third game waits
    boards.play([9, 8, -1])  # a pass, C1
    assert boards.stones().dtype == np.int8
    assert boards.stones().tolist() == [
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        [[1, 0, 0], [0, 0, 0], [0, 0, 2]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    ]
    assert boards.moves_played.tolist() == [2, 2, 0] and boards.last_moves.tolist() == [9, 8, -1]
    assert boards.to_play.tolist() == [BLACK, BLACK, BLACK] and not boards.over.any()
    assert boards.scores().tolist() == [8.5, -0.5, -0.5]  # 9 − ½; 1 − 1 − ½; 0 − ½
    boards.play([9, 4, 4])
    assert boards.over.tolist() == [True, False, False] and boards.to_play.tolist() == [WHITE, WHITE, WHITE]
    assert boards.legal().sum(axis=1).tolist() == [0, 7, 9]  # the second has three stones, the third one; and a pass


def test_a_game_in_a_row_is_that_game_alone():
    rng, boards = np.random.default_rng(0), Boards(Rules(4), 8)
    alone = [Position(boards.rules) for _ in range(8)]
    for _ in range(30):
        moves = [rng.choice(np.flatnonzero(legal)) if legal.any() else -1 for legal in boards.legal()]
        boards.play(moves)
        alone = [position.play(move) if move >= 0 else position for position, move in zip(alone, moves, strict=True)]
    assert (boards.rows == [position.row for position in alone]).all()
    assert boards.scores().tolist() == [position.score() for position in alone]


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        ([0, 4], "game 1, move 4: that move is illegal"),  # there is a stone
        ([0, 10], "each 0 to 9 or −1"),
        ([-2, 0], "each 0 to 9 or −1"),
        ([0], "2 games take 2 moves"),
        ([[0, 1]], "2 games take 2 moves"),
        (0, "2 games take 2 moves"),
    ],
)
def test_a_refused_move_is_played_nowhere(moves, says):
    boards = Boards(Rules(3), 2)
    boards.play([8, 4])
    before = boards.rows.copy()
    with pytest.raises(ValueError, match=says):
        boards.play(moves)
    assert (boards.rows == before).all()


def test_a_game_that_is_over_takes_no_move():
    boards = Boards(Rules(3), 2)
    boards.play([9, 0])
    boards.play([9, 1])
    before = boards.rows.copy()
    with pytest.raises(ValueError, match="game 0, move 0: the game is over. Nothing was played"):
        boards.play([0, 2])
    assert (boards.rows == before).all()
    boards.play([-1, 2])  # to leave it alone is allowed
    assert boards.moves_played.tolist() == [2, 3]


def test_reset_begins_anew():
    boards = Boards(Rules(3), 3)
    fresh = boards.rows.copy()
    boards.play([0, 1, 2])
    boards.reset(np.array([True, False, True]))
    assert (boards.rows[[0, 2]] == fresh[[0, 2]]).all() and boards.moves_played.tolist() == [0, 1, 0]
    boards.reset()
    assert (boards.rows == fresh).all()


def test_copies_are_games_of_their_own():
    boards = Boards(Rules(3), 2)
    boards.play([0, 4])
    second = boards.some([1])
    assert second.last_moves.tolist() == [4]
    second.play([0])
    assert boards.moves_played.tolist() == [1, 1] and second.moves_played.tolist() == [2]


def test_boards_of_positions():
    positions = [
        play(Position(Rules(3)), "A1 B2"),
        setup(
            """
        . X .
        X O .
        . . .""",
            komi=7.5,
        ),
    ]
    boards = Boards.of(positions)
    assert len(boards) == 2 and (boards.stones() == [position.stones for position in positions]).all()
    boards.play([0, 2])
    assert len(positions[0].moves) == 2 and positions[0].stones[0, 0] == 0  # they are copies


def test_no_games_at_all():
    boards = Boards(Rules(3), 0)
    boards.play([])
    assert boards.legal().shape == (0, 10) and boards.planes().shape == (0, 3, 3, 17) and len(boards.scores()) == 0
