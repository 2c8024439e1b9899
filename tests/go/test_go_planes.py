"""What a network sees."""

import numpy as np
from go_diagrams import play, setup, symmetries

from course_lib.go.boards import Boards
from course_lib.go.planes import PLANES, write_planes
from course_lib.go.position import Position
from course_lib.go.rules import WHITE, Rules


def planes(position, sees=None):
    """The planes of a position, plane by plane [17, N, N], as seen through a symmetry."""
    size = position.size
    written = np.full((size**2, PLANES), 9, np.uint8)
    write_planes(position.row, np.arange(size**2) if sees is None else sees, written)
    return written.T.reshape(PLANES, size, size)


def test_an_empty_board_shows_nothing_but_whose_move_it_is():
    assert PLANES == 17
    seen = planes(Position(Rules(3)))
    assert not seen[:16].any() and (seen[16] == 1).all()  # Black's
    passed = planes(play(Position(Rules(3)), "pass"))
    assert not passed.any()  # White's


def test_own_stones_come_first_and_the_sides_change_places():
    first = play(Position(Rules(3)), "A3")  # White to move: Black's stone is the opponent's
    assert planes(first)[1, 0, 0] == 1 and planes(first).sum() == 1
    second = planes(play(first, "C1"))  # Black to move
    assert second[0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]  # own, now
    assert second[1].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]  # White's, now
    assert second[2].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]  # own, a move ago
    assert second[3:16].sum() == 0 and (second[16] == 1).all()


def test_what_was_taken_stays_in_the_boards_of_the_past():
    taken = planes(
        play(
            setup("""
        . X .
        X O .
        . X ."""),
            "C2",
        )
    )
    assert taken[0, 1, 1] == 0 and taken[2, 1, 1] == 1  # White to move, the white stone is its own


def test_before_the_first_board_all_is_zero_and_eight_boards_are_kept():
    # After m moves there are m + 1 boards; the oldest of more than eight are gone.
    position, boards = Position(Rules(4)), [np.zeros((4, 4), int)]
    for count, move in enumerate([0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10], 1):
        position = position.play(move)
        boards.append(position.stones)
        seen = planes(position)
        for back in range(8):
            then = boards[-1 - back] if back <= count else np.zeros((4, 4))
            assert (seen[2 * back] == (then == position.to_play)).all()
            assert (seen[2 * back + 1] == (then == 3 - position.to_play)).all()
        assert (seen[16] == (count % 2 == 0)).all()


def test_a_position_set_up_is_the_first_board_of_its_game():
    text = """
        X O
        . ."""
    seen = planes(setup(text, to_play=WHITE))
    assert seen[0].tolist() == [[0, 1], [0, 0]] and seen[1].tolist() == [[1, 0], [0, 0]] and seen[2:].sum() == 0


def test_gather_says_which_point_is_seen_where():
    position = play(Position(Rules(3)), "A3 B3 C2")
    plain = planes(position)
    for sees in symmetries(3):
        turned = planes(position, sees)
        assert (turned.reshape(17, 9) == plain.reshape(17, 9)[:, sees]).all()
    quarter = planes(position, np.rot90(np.arange(9).reshape(3, 3)).ravel())
    assert (quarter == np.rot90(plain, axes=(1, 2))).all()


def test_planes_of_many_games_lie_as_keras_takes_them():
    boards = Boards(Rules(3), 2)
    boards.play([0, 4])
    boards.play([8, -1])
    seen = boards.planes()
    assert seen.shape == (2, 3, 3, 17) and seen.dtype == np.uint8
    ends = play(Position(Rules(3)), "A3 C1"), play(Position(Rules(3)), "B2")
    assert (np.moveaxis(seen, 3, 1) == [planes(end) for end in ends]).all()
