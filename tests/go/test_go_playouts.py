"""Light playouts: random to the end, and no eye of one's own is filled."""

import functools

import numpy as np
import plain_go
import pytest
from go_diagrams import play, setup
from plain_go import PlainGame

from course_lib.go.coordinates import from_vertex
from course_lib.go.engine import new_row
from course_lib.go.layout import COLOURS, LIMIT, MOVES, is_over, padded_points, point_of
from course_lib.go.playouts import is_own_eye, play_out, playout_scores, random_below
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, WHITE, Rules


def generator(seed):
    return np.array([seed], np.uint64)


def scores(position, games, seed=0):
    """Black's points less White's at the end of playouts."""
    differences = np.empty(games, np.int32)
    playout_scores(position.row, generator(seed), differences)
    return differences


def one_move(row, rng):
    """A row after a single move of a playout: the limit is drawn in, and put back."""
    row, limit, room = row.copy(), row[LIMIT], np.empty((2, len(row)), np.int32)
    row[LIMIT] = row[MOVES] + 1
    play_out(row, rng, room[0], room[1])
    row[LIMIT] = limit
    return row


def board(row, size):
    """The points of a row, row by row."""
    padded = row[COLOURS : COLOURS + padded_points(size) - 1].reshape(size + 2, size + 1)
    return tuple(padded[1:-1, 1:].ravel().tolist())


# Random numbers


def test_the_generator_is_splitmix64():
    # The first words of SplitMix64 from the state 1234567, as its public test vectors have them; a bound of 2³² takes
    # the upper half of a word.
    words = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    rng = generator(1234567)
    assert [random_below(rng, 2**32) for _ in words] == [word >> 32 for word in words]


@pytest.mark.parametrize("bound", [1, 2, 7, 361])
def test_draws_are_uniform_below_their_bound(bound):
    # χ² of uniform draws has the mean bound − 1 and twice that for a variance; five deviations are allowed.
    rng, times = generator(0), 200
    counts = np.bincount([random_below(rng, bound) for _ in range(times * bound)], minlength=bound)
    chi_square = ((counts - times) ** 2 / times).sum()
    assert len(counts) == bound and abs(chi_square - (bound - 1)) <= 5 * np.sqrt(2 * (bound - 1))


# Eyes


def eye(text, name, player=BLACK):
    """What `is_own_eye` says of a point of a drawing."""
    position = setup(text)
    move, size = from_vertex(name, position.size), position.size
    colours = position.row[COLOURS : COLOURS + padded_points(size)]
    said = bool(is_own_eye(colours, point_of(position.row, move), size + 1, player))
    assert said == plain_go.is_own_eye(tuple(position.stones.ravel()), move, player, size)
    return said


CENTRE = """
    . . . . .
    . a X b .
    . X . X .
    . c X d .
    . . . . ."""


@pytest.mark.parametrize(
    ("corners", "is_eye"),
    [("....", True), ("XXXX", True), ("O...", True), ("XXXO", True), ("OO..", False), ("OXXO", False), ("OOOX", False)],
)
def test_in_the_middle_one_hostile_corner_is_allowed(corners, is_eye):
    text = CENTRE
    for letter, sign in zip("abcd", corners, strict=True):
        text = text.replace(letter, sign)
    assert eye(text, "C3") == is_eye and not eye(text, "C3", player=WHITE)


def test_on_the_edge_none_is_allowed():
    edge = """
        . . . .
        . . . .
        . X X .
        X . X X"""
    assert eye(edge, "B1") and not eye(edge.replace(". X X .", "O X X ."), "B1")
    right = """
        . . . .
        . . X X
        . . X .
        . . . X"""
    assert eye(right, "D2") and not eye(right.replace(". . . X", ". . O X"), "D2")


def test_in_a_corner_the_one_diagonal_decides():
    corner = """
        . . .
        X . .
        . X ."""
    assert eye(corner, "A1") and eye(corner.replace("X . .", "X X ."), "A1")
    assert not eye(corner.replace("X . .", "X O ."), "A1")


def test_an_empty_or_hostile_neighbour_makes_no_eye():
    assert not eye(CENTRE.translate(str.maketrans("abcd", "....")).replace(". X . X .", ". X . . ."), "C3")
    assert not eye(CENTRE.translate(str.maketrans("abcd", "....")).replace(". X . X .", ". X . O ."), "C3")


def test_eyes_of_random_boards_are_those_of_the_plain_definition():
    # The wall between the rows of the padded board is the right neighbour of one row and the left one of the next.
    rng, size = np.random.default_rng(0), 4
    row = new_row(Rules(size))
    colours = row[COLOURS : COLOURS + padded_points(size)]
    inside = colours[:-1].reshape(size + 2, size + 1)[1:-1, 1:]
    found = 0
    for _ in range(300):
        inside[:] = rng.choice(3, (size, size), p=[0.2, 0.7, 0.1])
        for move in np.flatnonzero(inside == 0):
            said = is_own_eye(colours, point_of(row, move), size + 1, BLACK)
            assert said == plain_go.is_own_eye(tuple(inside.ravel()), move, BLACK, size)
            found += said
    assert found > 100


# Playouts move by move


@pytest.mark.parametrize(("size", "games"), [(3, 40), (5, 10)])
def test_each_move_is_legal_fills_no_own_eye_and_a_pass_is_the_last_resort(size, games):
    rng, rules = generator(size), Rules(size, ko="simple")
    for _ in range(games):
        row, plain = new_row(rules), PlainGame(size, "simple", False, rules.limit)
        while not is_over(row):
            before, player = plain.boards[-1], plain.to_play
            sensible = [
                move
                for move in np.flatnonzero(plain.legal()[:-1])
                if not plain_go.is_own_eye(before, move, player, size)
            ]
            row = one_move(row, rng)
            played = [move for move in range(size**2) if not before[move] and board(row, size)[move] == player]
            assert len(played) == bool(sensible) and set(played) <= set(sensible)
            plain.play(played[0] if played else size**2)
            assert board(row, size) == plain.boards[-1] and is_over(row) == plain.over


def test_each_sensible_move_is_as_likely_as_any_other():
    # Black may play the five points on the left, and D5, which takes. D2 is an eye. 12000 draws make 2000 for each of
    # the six, ± √(12000 · 1/6 · 5/6) = 41; five of those are allowed.
    position = setup("""
        . X O . O
        . X O O O
        . X X X X
        . X . X .
        . X X X X""")
    rng, counts = generator(0), np.zeros(25, int)
    for _ in range(12_000):
        after = board(one_move(position.row, rng), 5)
        counts[[move for move, stone in enumerate(position.stones.ravel()) if after[move] and not stone]] += 1
    assert np.flatnonzero(counts).tolist() == [0, 3, 5, 10, 15, 20] and counts.sum() == 12_000
    assert (abs(counts[counts > 0] - 2000) < 5 * 41).all()


def test_a_pass_opens_the_ko():
    # Black has taken a stone at B4. All that White could do is fill its eyes or take back at once: it passes, and
    # then Black may fill B4, which is no eye. (A5, A3 and A1 are.)
    rng, row = (
        generator(0),
        play(
            setup("""
        . X O O .
        X O . O O
        . X O O .
        X X O O O
        . X O . O"""),
            "C4",
        ).row,
    )
    taken = board(row, 5)
    passed = one_move(row, rng)
    assert board(passed, 5) == taken
    filled = one_move(passed, rng)
    assert board(filled, 5)[from_vertex("B4", 5)] == BLACK


# Whole playouts


@pytest.mark.parametrize("suicide", [False, True])
@pytest.mark.parametrize("size", [2, 5, 19])
def test_playouts_end_and_leave_the_row_alone(size, suicide):
    position = Position(Rules(size, suicide=suicide))
    before = position.row.copy()
    ends = scores(position, 50)
    assert (position.row == before).all()
    assert (abs(ends) <= size**2).all() and len(set(ends)) > 1


def test_two_passes_end_a_playout_only_when_neither_side_has_a_sensible_move():
    size, rng, room, ended = 5, generator(3), np.empty((2, 25), np.int32), 0
    for _ in range(60):
        row = new_row(Rules(size))
        play_out(row, rng, room[0], room[1])
        if row[MOVES] == row[LIMIT]:
            continue
        ended, stones = ended + 1, board(row, size)
        for move in (move for move in range(size**2) if not stones[move]):
            for player in (BLACK, WHITE):
                suicide = plain_go.after(stones, move, player, size)[2]
                assert suicide or plain_go.is_own_eye(stones, move, player, size)
    assert ended > 10


def test_a_playout_of_a_game_that_is_over_counts_it():
    ended = play(Position(Rules(5)), "C3 pass pass")
    assert (scores(ended, 3) == 25).all()


def test_the_same_seed_plays_the_same_games():
    position = Position(Rules(5))
    assert (scores(position, 20, seed=1) == scores(position, 20, seed=1)).all()
    assert (scores(position, 20, seed=1) != scores(position, 20, seed=2)).any()
    rng, first, second = generator(1), np.empty(10, np.int32), np.empty(10, np.int32)
    playout_scores(position.row, rng, first)
    playout_scores(position.row, rng, second)  # the generator has moved on
    assert (np.r_[first, second] == scores(position, 20, seed=1)).all()


def test_colours_exchanged_the_scores_change_sign():
    text = """
        . . . . .
        . X O . .
        . X O . .
        . X . . .
        . . . . ."""
    ours, theirs = setup(text), setup(text.translate(str.maketrans("XO", "OX")), to_play=WHITE)
    assert (scores(ours, 500) == -scores(theirs, 500)).all()


def expected_score(size, limit):
    """The mean score of a playout on an empty board, exactly, from the plain rules: a walk over all games."""

    @functools.cache
    def walk(board, before, to_play, passes, moves):
        if passes == 2 or moves == limit:
            black, white = plain_go.area(board, size)
            return black - white
        game = PlainGame(size, "simple", False, limit)
        game.boards, game.to_play = [before, board], to_play
        game.moves = [0] * moves if passes == 0 else [size**2] * passes
        choices = [
            plain_go.after(board, move, to_play, size)[0]
            for move in np.flatnonzero(game.legal()[:-1])
            if not plain_go.is_own_eye(board, move, to_play, size)
        ]
        if not choices:
            return walk(board, board, 3 - to_play, passes + 1, moves + 1)
        return np.mean([walk(after, board, 3 - to_play, 0, moves + 1) for after in choices])

    empty = (0,) * size**2
    return walk(empty, empty, BLACK, 0, 0)


@pytest.mark.parametrize("limit", [4, 8, 16])
def test_the_mean_is_the_expectation_over_all_games_of_2_by_2(limit):
    # The standard error of 40000 games is their deviation over √40000 = 200; five of them are allowed.
    ends = scores(Position(Rules(2, max_moves=limit)), 40_000)
    assert ends.mean() == pytest.approx(expected_score(2, limit), abs=5 * ends.std() / 200)


def test_the_first_move_is_worth_something():
    ends = scores(Position(Rules(5)), 4000)
    assert ends.mean() > 5 * ends.std() / np.sqrt(4000)
