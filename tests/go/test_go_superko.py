"""Repetition under the three ko rules, hashes, and what superko decides: 2 by 2 Go to its end."""

import numpy as np
import pytest
from go_diagrams import drawing, drawn, play, setup, why
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_go import after

from course_lib.go.boards import Boards
from course_lib.go.engine import new_row
from course_lib.go.layout import EMPTY_BOARD, HIGH, LOW, WORDS, padded_points, point_of
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, KO_RULES, WHITE, Rules
from course_lib.go.superko import hash_after

REPEATS = "the position would repeat an earlier one of this game (superko)"
SUICIDE = "the stone would have no liberty (suicide)"


# Situations. The same board with the other side to move is another situation; a pass changes who that is.

EYE = """
    . O .
    O . O
    . O ."""


def test_a_single_stone_suicide_repeats_the_board_and_not_the_situation():
    # B2 disappears at once: the board is the one before, but then it is White's move.
    assert why(setup(EYE), "B2") == why(setup(EYE, ko="simple"), "B2") == SUICIDE
    assert why(setup(EYE, suicide=True, ko="positional"), "B2") == REPEATS
    situational = play(setup(EYE, suicide=True, ko="situational"), "B2")
    assert drawn(situational) == drawing(EYE) and situational.captured == (1, 0)
    assert why(play(situational, "pass"), "B2") == REPEATS  # White was to move on this board before
    assert play(setup(EYE, suicide=True, ko="simple"), "B2 pass B2 pass B2").captured == (3, 0)


@pytest.mark.parametrize(
    ("moves", "legal_under"),
    [
        ("A1 pass B1 pass A2 pass", {"simple", "situational"}),  # Black empties the board, then White is to move
        ("pass A1 pass B1 pass A2 pass", {"simple"}),  # White does: the board is empty and Black to move, as at first
    ],
)
def test_the_empty_board_is_the_first_position(moves, legal_under):
    # On 2 by 2 one side fills three points, and with the fourth takes its four stones off.
    for ko in KO_RULES:
        position = play(Position(Rules(2, komi=0, ko=ko, suicide=True)), moves)
        assert why(position, "B2") == (None if ko in legal_under else REPEATS)
        if ko in legal_under:
            emptied = play(position, "B2")
            assert not emptied.stones.any() and sum(emptied.captured) == 4
            assert (emptied.row[[LOW, HIGH]] == new_row(emptied.rules)[[LOW, HIGH]]).all()


SEND_TWO = """
    . . . .
    . . . .
    X X O O
    . O . O"""


def send_two_return_one(ko):
    """White makes two stones of one, Black takes both, White can take one back: the board from which they began."""
    position = play(setup(SEND_TWO, to_play=WHITE, ko=ko), "A1 C1")
    assert position.captured == (0, 2)
    return position


def test_send_two_return_one_under_each_rule():
    assert why(send_two_return_one("simple"), "B1") is None
    assert why(send_two_return_one("situational"), "B1") is None  # then Black is to move; at first it was White
    assert why(send_two_return_one("positional"), "B1") == REPEATS


def test_sending_two_goes_on_under_simple_ko_and_once_under_situational_superko():
    simple = play(send_two_return_one("simple"), "B1 pass A1 C1 B1 pass A1 C1 B1")
    assert simple.captured == (3, 6) and drawn(simple) == drawing(SEND_TWO)
    situational = play(send_two_return_one("situational"), "B1 pass")
    assert why(situational, "A1") == REPEATS  # two stones there and Black to move: that was after the first move


@pytest.mark.parametrize("ko", KO_RULES)
def test_a_pass_repeats_the_board_and_is_legal(ko):
    passed = play(setup(EYE, ko=ko), "pass")
    assert drawn(passed) == drawing(EYE) and why(passed, "pass") is None
    assert play(play(passed, "A1 pass B2"), "pass").legal_moves()[-1]


TRIPLE_KO = """
    O . O . .
    X O . . .
    . . . . .
    X O . O X
    . X O X ."""


@pytest.mark.parametrize("ko", KO_RULES)
def test_triple_ko(ko):
    # Three kos, in the corners A1/B1, E1/D1 and A5/B5. Each move takes the one that was not taken last; the sixth
    # makes the first board again, White to move as in the beginning.
    position = play(setup(TRIPLE_KO, to_play=WHITE, ko=ko), "A1 B5 E1 B1 A5")
    assert position.captured == (3, 2)
    if ko != "simple":
        assert why(position, "D1") == REPEATS
    else:
        again = play(position, "D1")
        assert drawn(again) == drawing(TRIPLE_KO) and again.to_play == WHITE
        assert (again.row[[LOW, HIGH]] == setup(TRIPLE_KO).row[[LOW, HIGH]]).all()
        assert play(again, "A1 B5 E1 B1 A5 D1").captured == (6, 6)


# Hashes


def hash_of(stones, size):
    """The hash of a board from its definition: the XOR of a word for each stone."""
    low, high = EMPTY_BOARD
    for point, colour in enumerate(np.ravel(stones)):
        if colour:
            padded = (point // size + 1) * (size + 1) + point % size + 1
            low, high = low ^ int(WORDS[0, colour - 1, padded]), high ^ int(WORDS[1, colour - 1, padded])
    return low, high


PICKS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)
GAMES = {"size": st.sampled_from([2, 3, 4]), "ko": st.sampled_from(KO_RULES), "suicide": st.booleans(), "picks": PICKS}
quickly = settings(max_examples=60, deadline=None)


@quickly
@given(**GAMES)
def test_the_hash_is_that_of_the_board_however_it_came_about(size, ko, suicide, picks):
    boards = Boards(Rules(size, ko=ko, suicide=suicide, max_moves=4 * size**2), 1)
    for pick in picks:
        legal = np.flatnonzero(boards.legal()[0])
        if not len(legal):
            break
        move = legal[pick % len(legal)]
        if move < size**2:
            stones, to_play = tuple(boards.stones()[0].ravel()), boards.to_play[0]
            foreseen = hash_after(boards.rows[0], point_of(boards.rows[0], move))
            assert tuple(foreseen) == hash_of(after(stones, move, to_play, size)[0], size)
        boards.play([move])
        assert tuple(boards.rows[0, [LOW, HIGH]]) == hash_of(boards.stones()[0], size)


@quickly
@given(points=st.permutations(range(25)), pairs=st.integers(1, 6), data=st.data())
def test_two_orders_of_moves_to_one_board_have_one_hash(points, pairs, data):
    black, white = points[:pairs], points[pairs : 2 * pairs]
    orders = [(black, white), (data.draw(st.permutations(black)), data.draw(st.permutations(white)))]
    ends = []
    for first, second in orders:
        position = Position(Rules(5))
        for move in (move for pair in zip(first, second, strict=True) for move in pair):
            if position.why_illegal(move):
                return  # in this order it is suicide
            position = position.play(move)
        ends.append(position)
    if ends[0].captured == ends[1].captured == (0, 0):
        assert (ends[0].stones == ends[1].stones).all()
        assert (ends[0].row[[LOW, HIGH]] == ends[1].row[[LOW, HIGH]]).all()


def test_the_words_tell_all_boards_of_3_by_3_apart():
    # 19683 boards and 64 bits: by chance two are alike once in 10¹¹ choices of the words.
    boards = np.stack(np.meshgrid(*[[0, 1, 2]] * 9, indexing="ij"), -1).reshape(-1, 9)
    assert len({hash_of(board, 3) for board in boards}) == 3**9
    assert hash_of(np.zeros(9, int), 3) == EMPTY_BOARD != (0, 0)


def test_words_are_random_bits():
    # Of n random bits n/2 ± √n/2 are set; five standard deviations are allowed.
    bits = np.unpackbits(WORDS.view(np.uint8))
    assert abs(bits.mean() - 0.5) < 5 * 0.5 / np.sqrt(bits.size)
    assert WORDS.shape == (2, 2, padded_points(19)) and len(np.unique(WORDS)) > 0.99 * WORDS.size


# 2 by 2 to the end. Source: Tromp & Farnebäck 2007, section on small boards: a win for Black by one point.


def can_force(position, side, points):
    """Whether a side can end the game by two passes, at least so many points ahead, whatever the other one does.

    A game that reaches the limit of moves counts as a failure, so a yes holds for games without limit, too.
    """
    if position.is_over:
        ahead = position.score() if side == BLACK else -position.score()
        return ahead >= points and position.moves[-2:] == (4, 4)
    choices = [position.play(move) for move in np.flatnonzero(position.legal_moves())]
    mover = position.to_play
    choices.sort(key=lambda choice: choice.captured[mover - 1] - choice.captured[2 - mover])  # prisoners first
    some_or_all = any if mover == side else all
    return some_or_all(can_force(choice, side, points) for choice in choices)


@pytest.mark.parametrize("suicide", [False, True])
def test_2_by_2_is_a_win_by_one_point_under_positional_superko(suicide):
    empty = Position(Rules(2, komi=0, suicide=suicide, max_moves=12))
    assert can_force(empty, BLACK, 1)
    assert can_force(empty, WHITE, -1)  # White loses by no more
    assert not can_force(empty, BLACK, 2)
