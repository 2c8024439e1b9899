"""The rules as the compiled engine plays them, against the same rules in plain Python and against drawings."""

import numpy as np
import pytest
from go_diagrams import drawing, drawn, play, setup, symmetries, why
from plain_go import EMPTY, PlainGame, area, neighbours, region

from course_lib.go.boards import Boards
from course_lib.go.layout import COLOURS, TAKEN_BLACK, TAKEN_WHITE, move_of, points_of
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, KO_RULES, WHITE, Rules

# Random games


def random_move(rng, legal, may_pass):
    """Any legal point, own eyes too: that is what leads to repetitions. A pass where there is none, or 1 in 20."""
    points = np.flatnonzero(legal[:-1])
    return rng.choice(points) if len(points) and (rng.random() < 0.95 or not may_pass) else len(legal) - 1


@pytest.mark.parametrize("suicide", [False, True])
@pytest.mark.parametrize("ko", KO_RULES)
@pytest.mark.parametrize(
    ("size", "games", "every"), [(2, 50, 1), (3, 40, 1), (5, 8, 1), (7, 2, 2), (9, 2, 4), (19, 1, 60)]
)
def test_random_games_are_those_of_the_plain_rules(size, games, every, ko, suicide):
    # Boards, prisoners and whose turn it is after each move; legal moves and area after each `every`-th.
    rules = Rules(size, komi=0.5, ko=ko, suicide=suicide, max_moves=(4 if size < 9 else 2) * size**2)
    boards, rng, repetitions = Boards(rules, games), np.random.default_rng(size), 0
    plain = [PlainGame(size, ko, suicide, rules.limit) for _ in range(games)]
    while not boards.over.all():
        legal, scores = boards.legal(), boards.scores()
        moves = np.full(games, -1)
        for game in np.flatnonzero(~boards.over):
            theirs = plain[game]
            if len(theirs.moves) % every == 0:
                reasons = [theirs.why_illegal(move) for move in range(rules.num_moves)]
                assert (legal[game] == [reason is None for reason in reasons]).all(), (theirs.moves, reasons)
                black, white = area(theirs.boards[-1], size)
                assert scores[game] == black - white - 0.5
                repetitions += reasons.count("repetition" if ko != "simple" else "ko")
            moves[game] = random_move(rng, legal[game], may_pass=theirs.moves[-1:] != [size**2])
            theirs.play(moves[game])
        boards.play(moves)
        assert (boards.stones().reshape(games, -1) == [theirs.boards[-1] for theirs in plain]).all()
        assert (boards.rows[:, [TAKEN_BLACK, TAKEN_WHITE]] == [theirs.captured for theirs in plain]).all()
        assert boards.over.tolist() == [theirs.over for theirs in plain]
        assert boards.to_play.tolist() == [theirs.to_play for theirs in plain]
    assert not boards.legal().any()
    assert repetitions or size > 3 or ko == "simple"


def test_trying_moves_out_leaves_no_trace():
    # Liberties are taken off and put back while a move is looked at.
    boards, rng = Boards(Rules(5, suicide=True), 20), np.random.default_rng(0)
    for _ in range(40):
        before = boards.rows.copy()
        legal = boards.legal()
        assert (boards.rows == before).all()
        boards.play([random_move(rng, row, may_pass=False) for row in legal])


@pytest.mark.parametrize("ko", KO_RULES)
@pytest.mark.parametrize("size", [3, 6])
def test_a_game_turned_or_mirrored_is_the_same_game(size, ko):
    # Eight games in step, game g under symmetry g: at point p of it lies what lies at sees[g, p] of the first.
    rules, sees = Rules(size, ko=ko, suicide=True), symmetries(size)
    assert len({tuple(each) for each in sees}) == 8 and (sees[0] == np.arange(size**2)).all()
    boards, rng = Boards(rules, 8), np.random.default_rng(0)
    goes_to = np.argsort(sees, axis=1)  # where each point of the first game lies in the others
    while not boards.over[0]:
        legal, stones, scores = boards.legal(), boards.stones().reshape(8, -1), boards.scores()
        assert (stones == stones[0, sees]).all() and (scores == scores[0]).all()
        assert (legal[:, :-1] == legal[0, sees]).all()
        move = random_move(rng, legal[0], may_pass=True)
        boards.play(goes_to[:, move] if move < size**2 else [move] * 8)


@pytest.mark.parametrize("suicide", [False, True])
def test_chains_and_their_liberties_are_what_counting_anew_finds(suicide):
    # In a game that was played, in one that begins from its board, and by flood fill.
    size, rng = 5, np.random.default_rng(1)
    boards = Boards(Rules(size, suicide=suicide), 30)
    for _ in range(45):
        boards.play([random_move(rng, legal, may_pass=False) for legal in boards.legal()])
    for row, stones in zip(boards.rows, boards.stones(), strict=True):
        counted = {}
        for point in np.flatnonzero(stones):
            chain = region(stones.ravel(), point, size)[0]
            beside = [near for stone in chain for near in neighbours(size)[stone]]
            counted[frozenset(chain)] = len(chain), sum(stones.ravel()[near] == EMPTY for near in beside)
        assert chains(row) == chains(Position.set_up(boards.rules, stones).row) == counted


def chains(row):
    """What a row knows of each chain: {its points: (number of stones, pairs of a stone and an empty neighbour)}."""
    count = points_of(row)
    colours, heads, followers, liberties, stones = row[COLOURS : COLOURS + 5 * count].reshape(5, count)
    found = {}
    for point in np.flatnonzero((colours == BLACK) | (colours == WHITE)):
        chain, current = [point], followers[point]
        while current != point:
            chain.append(current)
            current = followers[current]
        assert (heads[chain] == heads[point]).all() and heads[point] in chain
        found[frozenset(move_of(row, stone) for stone in chain)] = stones[heads[point]], liberties[heads[point]]
    return found


# Drawings: X is Black, O is White. In the names of points the letter is the column, 1 is the lowest row.


def test_capture_in_the_middle_on_the_edge_in_the_corner():
    middle = """
        . O .
        O X .
        . O ."""
    after = play(setup(middle, to_play=WHITE), "C2")
    assert drawn(after) == drawing("""
        . O .
        O . O
        . O .""")
    assert after.captured == (1, 0)
    edge = """
        . . .
        X X O
        O O ."""
    assert drawn(play(setup(edge), "C1")) == drawing("""
        . . .
        X X O
        . . X""")
    corner = """
        . . .
        X . .
        O . ."""
    assert drawn(play(setup(corner), "B1")) == drawing("""
        . . .
        X . .
        . X .""")


FOUR_IN_ATARI = """
    . . X . .
    . X O X .
    X O . O X
    . X O X .
    . . X . ."""


def test_one_move_takes_several_chains():
    after = play(setup(FOUR_IN_ATARI), "C3")
    assert after.captured == (0, 4)
    assert drawn(after) == drawing("""
        . . X . .
        . X . X .
        X . X . X
        . X . X .
        . . X . .""")


def test_a_chain_that_touches_the_move_on_two_sides_is_taken_once():
    bent = """
        . X . .
        X . O X
        X O O X
        . X X ."""  # the white chain of three touches B3 from the right and from below; its other liberty is C4
    after = play(setup(bent), "C4 pass B3")
    assert after.captured == (0, 3) and after.area() == (16, 0)


def test_who_captures_first_lives():
    # Both the black stone and, after it is played, the white chain would be without liberties: the mover takes.
    race = """
        O O X .
        . O X .
        O O X .
        X X . ."""
    after = play(setup(race), "A3")
    assert after.captured == (0, 5)
    assert drawn(after) == drawing("""
        . . X .
        X . X .
        . . X .
        X X . .""")


def test_snapback():
    # Black throws a stone in at B1; White takes it with A1 and is left with that one liberty: Black takes six.
    position = setup("""
        . . . . .
        . . . . .
        X X X X .
        O O O X .
        . . O X .""")
    taken = play(position, "B1 A1")
    assert taken.captured == (1, 0)
    assert drawn(taken) == drawing("""
        . . . . .
        . . . . .
        X X X X .
        O O O X .
        O . O X .""")
    assert why(taken, "B1") is None  # no ko: more comes back than the one stone
    assert play(taken, "B1").captured == (1, 5)


KO = """
    . X O .
    X O . O
    . X O .
    . . . ."""


@pytest.mark.parametrize("ko", KO_RULES)
def test_ko(ko):
    taken = play(setup(KO, ko=ko), "C3")
    assert taken.captured == (0, 1)
    assert drawn(taken) == drawing("""
        . X O .
        X . X O
        . X O .
        . . . .""")
    assert why(taken, "B3") == "it would take the ko back at once"
    threat = play(taken, "A1 D1")  # one move elsewhere and its answer
    assert why(threat, "B3") is None
    back = play(threat, "B3")
    assert back.captured == (1, 1) and why(back, "C3") == "it would take the ko back at once"


def test_the_ko_is_open_again_after_two_passes_less_one():
    # White passes instead of taking back, Black plays on: then White may take.
    assert why(play(setup(KO, ko="simple"), "C3 pass A1"), "B3") is None


def test_two_stones_taken_by_one_are_no_ko():
    position = setup(
        """
        . X X O .
        X O O . O
        . X X O .
        . . . . .
        . . . . .""",
        ko="simple",
    )
    after = play(position, "D4")
    assert after.captured == (0, 2) and why(after, "C4") is None  # White takes the one back
    assert play(after, "C4").captured == (1, 2)


def test_a_stone_that_joins_its_chain_makes_no_ko():
    # C1 takes one stone, but is part of a chain of two, so nothing can be taken back alone.
    after = play(
        setup("""
        . . . .
        . . . .
        X O O O
        O . X ."""),
        "B1",
    )
    assert after.captured == (0, 1) and why(after, "A1") == "the stone would have no liberty (suicide)"


TWO_IN_A_BOX = """
    . . .
    O O .
    X . O"""


def test_suicide_of_two_stones():
    assert why(setup(TWO_IN_A_BOX), "B1") == "the stone would have no liberty (suicide)"
    allowed = setup(TWO_IN_A_BOX, suicide=True)
    after = play(allowed, "B1")
    assert after.captured == (2, 0) and after.to_play == WHITE
    assert drawn(after) == drawing("""
        . . .
        O O .
        . . O""")


def test_a_stone_without_liberty_that_takes_is_no_suicide():
    assert why(setup(FOUR_IN_ATARI), "C3") is None
    assert why(setup(FOUR_IN_ATARI, to_play=WHITE), "C3") == "the stone would have no liberty (suicide)"
    after = play(setup(FOUR_IN_ATARI, to_play=WHITE, suicide=True), "C3")  # the five go together
    assert after.captured == (0, 5) and after.area() == (25, 0)


def test_seki():
    # Whoever plays B2 or B3 leaves himself one liberty and is taken. Nobody does; the two points are nobody's.
    seki = """
        X X O O
        X . O O
        X . O O
        X X O O"""
    position = setup(seki)
    assert position.area() == (6, 8) and position.owners()[1, 1] == position.owners()[2, 1] == 0
    assert play(position, "B3 B2").captured == (7, 0)
    assert play(setup(seki, to_play=WHITE), "B3 B2").captured == (0, 9)


def test_own_eyes_may_be_filled():
    eyes = """
        . X .
        X X X
        . X ."""
    assert all(why(setup(eyes), corner) is None for corner in ("A1", "A3", "C1", "C3"))
    last = """
        X X X
        X X X
        . X X"""
    assert why(setup(last), "A1") == "the stone would have no liberty (suicide)"


# When it ends


def test_two_passes_in_a_row_end_a_game():
    once = play(Position(Rules(3)), "pass B2 pass A1 pass")
    assert not once.is_over
    twice = play(once, "pass")
    assert twice.is_over and not twice.legal_moves().any()
    assert twice.why_illegal(0) == twice.why_illegal(9) == "the game is over"


def test_a_game_ends_at_its_limit():
    position = play(Position(Rules(3, max_moves=3)), "B2 A1")
    assert not position.is_over
    assert play(position, "C3").is_over and play(position, "pass").is_over


@pytest.mark.parametrize("ko", KO_RULES)
def test_the_set_of_positions_has_room_for_the_longest_game(ko):
    # 4N² moves make 4N² + 1 positions; it would loop for ever when full.
    boards, rng = Boards(Rules(4, ko=ko, suicide=True, max_moves=64), 10), np.random.default_rng(0)
    while not boards.over.all():
        legal = boards.legal()
        boards.play([-1 if not row.any() else random_move(rng, row, may_pass=False) for row in legal])
    assert (boards.moves_played == 64).any()
