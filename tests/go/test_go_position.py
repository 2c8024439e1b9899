"""One position: how it is drawn and set up, that it never changes, and what it says of moves that cannot be played."""

import numpy as np
import pytest
from go_diagrams import play, setup, why
from plain_go import PlainGame

from course_lib.go.layout import MOVES
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, KO_RULES, WHITE, Rules

SHAPE = """
    . X O .
    X . . O
    . X O .
    . . . ."""


def test_the_beginning():
    position = Position(Rules(5))
    assert position.size == 5 and position.to_play == BLACK and not position.is_over
    assert position.moves == () and position.last_move is None and position.captured == (0, 0)
    assert position.stones.dtype == np.int8 and not position.stones.any()
    assert position.legal_moves().shape == (26,) and position.legal_moves().all()
    assert Position().size == 9


def test_it_is_drawn_as_people_draw_it():
    # Row 4 on top, column A on the left.
    assert str(setup(SHAPE)).split("\n") == [
        " 4 . X O .",
        " 3 X . . O",
        " 2 . X O .",
        " 1 . . . .",
        "   A B C D",
    ]
    assert repr(play(setup(SHAPE), "A1")).startswith("<Position after 1 moves, White to play>\n 4 . X O .")
    assert str(Position(Rules(19))).split("\n")[-1].endswith("G H J K L M N O P Q R S T")


def test_a_drawing_there_and_back():
    position = setup(SHAPE, to_play=WHITE)
    assert position.to_play == WHITE and position.moves == ()
    lines = [line[3:] for line in str(position).split("\n")[:-1]]
    assert (Position.from_ascii("\n".join(lines), position.rules).stones == position.stones).all()
    assert (Position.from_ascii("..\nx o").stones == [[0, 0], [1, 2]]).all()  # blanks and capitals do not count
    assert Position.from_ascii("..\nxo").rules == Rules(2)


def test_a_move_makes_another_position():
    first = Position(Rules(3))
    before = first.row.copy()
    second = first.play(4)
    third = second.play(np.int64(0))
    assert (first.row == before).all() and not first.stones.any() and first.moves == ()
    assert second.moves == (4,) and third.moves == (4, 0) and third.last_move == 0
    assert second.to_play == WHITE and third.to_play == BLACK and third.row[MOVES] == 2
    with pytest.raises(ValueError, match="read-only"):
        third.row[0] = 1
    assert first.play(0).stones[0, 0] == BLACK  # another branch from the same position


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("...\n...", "a 2 by 2 board is 2 lines of 2 signs"),
        ("..\n.?", "each . or X or O"),
        ("..\n.", "a 2 by 2 board"),
        (".", "2 to 19"),
        ("", "2 to 19"),
        ("OX\nX.", "the chain at A2 has no liberty"),
        ("XX\nXX", "the chain at A2 has no liberty"),
    ],
)
def test_what_is_no_board_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        Position.from_ascii(text)


def test_stones_that_cannot_be_set_up_are_refused():
    with pytest.raises(ValueError, match="on a 3 by 3 board"):
        Position.set_up(Rules(3), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="0, 1 .black. or 2 .white."):
        Position.set_up(Rules(2), [[0, 3], [0, 0]])
    with pytest.raises(ValueError, match="BLACK .1. or WHITE .2."):
        Position.set_up(Rules(2), np.zeros((2, 2)), to_play=0)
    with pytest.raises(ValueError, match="a 3 by 3 board is 3 lines"):
        Position.from_ascii("..\n..", Rules(3))


def test_the_board_that_is_set_up_is_the_first_position():
    # Black takes two stones, White takes one of Black's back: the board of the beginning, forbidden by superko.
    first = setup(
        """
        . . . .
        . . . .
        X X O O
        . O . O""",
        to_play=WHITE,
    )
    assert "superko" in why(play(first, "A1 C1"), "B1")
    assert first.captured == (0, 0) and not first.is_over


def test_the_empty_board_is_no_position_of_a_game_that_began_elsewhere():
    # Black takes its own four stones off: in a game from the empty board that would repeat it.
    assert not play(setup("XX\nX.", suicide=True), "B1").stones.any()


REASONS = {
    "over": "the game is over",
    "occupied": "there is a stone on that point",
    "suicide": "the stone would have no liberty (suicide)",
    "ko": "it would take the ko back at once",
    "repetition": "the position would repeat an earlier one of this game (superko)",
}


@pytest.mark.parametrize("suicide", [False, True])
@pytest.mark.parametrize("ko", KO_RULES)
def test_the_reason_is_the_right_one(ko, suicide):
    # Under superko, too, to take a ko back at once is called that.
    rng, seen = np.random.default_rng(0), set()
    for _ in range(12):
        position, plain = Position(Rules(3, ko=ko, suicide=suicide, max_moves=36)), PlainGame(3, ko, suicide, 36)
        while not position.is_over:
            for move in range(10):
                reason, said = plain.why_illegal(move), position.why_illegal(move)
                seen.add(said)
                allowed = {REASONS[reason], REASONS["ko"] if reason == "repetition" else ""} if reason else {None}
                assert said in allowed
                if reason:
                    with pytest.raises(ValueError, match="(Black|White) cannot play [A-C][1-3]: "):
                        position.play(move)
            legal = np.flatnonzero(position.legal_moves()[:-1])
            move = rng.choice(legal) if len(legal) else 9
            position = position.play(move)
            plain.play(move)
        assert all(position.why_illegal(move) == "the game is over" for move in range(10))
    expected = {None, REASONS["occupied"], REASONS["ko"]}
    expected |= {REASONS["suicide"]} if not suicide else set()
    expected |= {REASONS["repetition"]} if ko != "simple" else set()
    assert seen == expected


def test_errors_name_the_side_the_point_and_the_reason():
    position = play(Position(Rules(3)), "A1")
    with pytest.raises(ValueError, match="White cannot play A1: there is a stone on that point."):
        position.play(6)
    with pytest.raises(ValueError, match="White cannot play move 10: moves are 0 to 9; the last of them is the pass"):
        position.play(10)
    with pytest.raises(ValueError, match="move -1"):
        position.play(-1)
    with pytest.raises(ValueError, match="White cannot play pass: the game is over"):
        play(Position(Rules(3)), "B2 pass pass").play(9)


def test_ahead_and_behind():
    position = play(Position(Rules(3, komi=2.5)), "B2")
    assert position.score() == 9 - 2.5 and position.result() == "B+6.5" and position.winner() == BLACK
    assert Position(Rules(3, komi=2.5)).result() == "W+2.5" and Position(Rules(3, komi=2.5)).winner() == WHITE
    assert Position(Rules(3, komi=0)).result() == "0" and Position(Rules(3, komi=0)).winner() == 0
