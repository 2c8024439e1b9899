"""The rollout policy: patterns and facts against drawings and plain Python; its playouts are legal and keep their eyes."""

import functools

import numpy as np
import plain_go
import pytest
from go_diagrams import play, setup

from course_lib.go.boards import Boards
from course_lib.go.coordinates import from_vertex
from course_lib.go.layout import COLOURS, KO, LAST, LIMIT, MOVES, PASSES, TO_PLAY, padded_points, point_of
from course_lib.go.rollout_policy import (
    NEAR,
    PATTERNS,
    SAVES,
    TAKES,
    RolloutPolicy,
    Rollouts,
    draw_index,
    facts_at,
    last_point,
    pattern_at,
    play_out_by,
)
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules

RULES = Rules(5, 0.5)
EVEN = RolloutPolicy(np.ones(PATTERNS, np.float32), np.ones(8, np.float32))


def generator(seed):
    return np.array([seed], np.uint64)


def pattern(text, name, to_play=BLACK):
    """The pattern around a point of a drawing, as eight digits."""
    position = setup(text, to_play)
    code = pattern_at(position.row, point_of(position.row, from_vertex(name, position.size)))
    return np.base_repr(code, 4).zfill(8)


def facts(position, name):
    """The facts at a point, as bits."""
    move = from_vertex(name, position.size)
    return facts_at(position.row, point_of(position.row, move), last_point(position.row))


def one_move(row, policy, seed):
    """A row after a single move of a rollout: the limit is drawn in, and put back."""
    row, limit, points = row.copy(), row[LIMIT], len(row)
    row[LIMIT] = row[MOVES] + 1
    play_out_by(row, *policy, generator(seed), np.empty(points, np.int32), np.empty(points, np.int32), np.empty(points))
    row[LIMIT] = limit
    return row


def stones(row, size):
    """The points of a row, row by row."""
    padded = row[COLOURS : COLOURS + padded_points(size) - 1].reshape(size + 2, size + 1)
    return tuple(padded[1:-1, 1:].ravel().tolist())


# Patterns


def test_a_pattern_is_read_row_by_row_from_the_movers_side():
    # Around B2: X O . above, . and X beside, . . O below; 1 is the mover's, 2 the opponent's.
    text = """
        X O .
        . . X
        . . O"""
    assert pattern(text, "B2") == "12001002" and pattern(text, "B2", WHITE) == "21002001"


def test_outside_the_board_there_is_wall():
    assert pattern("...\n...\n...", "A1") == "30030333"


# Facts


def test_taking_and_saving_by_hand():
    # White's stone at B3 has its last liberty at A3, which has two ways on, A4 and A2. With Black at A4 it has one.
    text = """
        . X . .
        . O X .
        . X . .
        . . . ."""
    assert facts(setup(text), "A3") == TAKES and facts(setup(text, WHITE), "A3") == SAVES
    assert facts(setup(text.replace(". X . .", "X X . .", 1), WHITE), "A3") == 0
    assert facts(setup(text), "D1") == 0


def test_two_stones_of_one_chain_touch_the_point_twice():
    # The chain A3 A2 B2 has the pairs A3–B3 and B2–B3: both lead to B3, so it is in atari there.
    text = """
        X X . .
        O . X .
        O O X .
        X X . ."""
    assert facts(setup(text), "B3") == TAKES


def test_a_chain_is_saved_by_joining_another_one():
    # Black's B3 is in atari at B2, which has one way on, A2, and touches Black's chain B1 C1 with its own liberties.
    text = """
        . O . .
        O X O .
        . . O .
        . X X ."""
    assert facts(setup(text), "B2") == SAVES


def test_who_takes_saves_whatever_else():
    # Black's A1 is in atari at B1, where nothing is free; but White's C1 is taken there.
    text = """
        . . . .
        . . X .
        O O X X
        X . O X"""
    assert facts(setup(text), "B1") == TAKES | SAVES


@pytest.mark.parametrize(("name", "near"), [("C4", True), ("D4", True), ("B2", True), ("C5", False), ("A1", False)])
def test_next_to_the_last_move_are_its_eight_neighbours(name, near):
    position = play(setup("\n".join(["....."] * 5)), "C3")
    assert bool(facts(position, name) & NEAR) == near


def test_after_a_pass_and_at_the_beginning_nothing_is_near():
    empty = setup("...\n...\n...")
    assert facts(empty, "B2") == 0 and facts(play(empty, "A1 pass"), "A2") & NEAR == 0


def test_facts_agree_with_liberties_that_are_counted_anew():
    """In random games, against flood-filled chains; a row's end is no neighbour of the next row's beginning."""
    rng, boards = np.random.default_rng(0), Boards(RULES, 30)
    for _ in range(30):
        legal = boards.legal()
        boards.play(np.where(legal.any(axis=1), np.where(legal, rng.random(legal.shape), -1).argmax(axis=1), -1))
        for row in boards.rows[~boards.over]:
            board = stones(row, 5)
            for move in [move for move in range(25) if board[move] == EMPTY]:
                assert facts_at(row, point_of(row, move), last_point(row)) == plain_facts(row, board, move)


def plain_facts(row, board, move):
    """The facts at a point by their definition."""
    player, last, found, ways = row[TO_PLAY], int(row[LAST]), 0, 0
    beside = plain_go.neighbours(5)[move]
    chains = {frozenset(plain_go.region(board, near, 5)[0]) for near in beside if board[near] != EMPTY}
    for chain in chains:
        colour = board[next(iter(chain))]
        free = {near for stone in chain for near in plain_go.neighbours(5)[stone] if board[near] == EMPTY}
        if free == {move}:
            found |= SAVES if colour == player else TAKES
        elif colour == player:
            ways += sum(near in chain for near in beside)
    ways += sum(board[near] == EMPTY for near in beside)
    if ways < 2 and not found & TAKES:
        found &= ~SAVES
    if 0 <= last < 25:
        distance = np.abs(np.subtract(divmod(move, 5), divmod(last, 5))).max()
        found |= NEAR * int(distance == 1)
    return found


# Playouts


def test_draws_are_in_proportion_to_the_strengths():
    # 3 : 0 : 1; of 4000 draws 3000 ± 5 √(4000 · ¾ · ¼) = 137.
    rng, strengths = generator(1), np.array([3.0, 0.0, 1.0])
    counts = np.bincount([draw_index(strengths, 3, 4.0, rng) for _ in range(4000)], minlength=3)
    assert counts[1] == 0 and abs(counts[0] - 3000) < 137
    assert draw_index(np.zeros(3), 3, 0.0, rng) == -1


def test_a_total_that_rounding_made_too_large_draws_the_last():
    assert draw_index(np.array([0.0, 1e-9, 0.0]), 3, 1.0, generator(0)) == 1


def test_every_move_of_a_rollout_is_legal_and_fills_no_eye():
    rng = np.random.default_rng(3)
    policy = RolloutPolicy(np.exp(rng.normal(size=PATTERNS)).astype(np.float32), np.exp(rng.normal(size=8)))
    row, passes = Boards(RULES, 1).rows[0].copy(), 0
    for seed in range(RULES.limit):
        before, player, board = row, row[TO_PLAY], stones(row, 5)
        row = one_move(row, policy, seed)
        changed = [point for point in range(25) if board[point] == EMPTY != stones(row, 5)[point]]
        if row[PASSES]:
            passes += 1
            sensible = [p for p in range(25) if board[p] == EMPTY and playable(before, board, p, player)]
            assert not sensible and stones(row, 5) == board
        else:
            assert changed == [move for move in changed if not plain_go.is_own_eye(board, move, player, 5)]
            expected, _, own = plain_go.after(board, changed[0], player, 5)
            assert own == 0 and stones(row, 5) == expected and len(changed) == 1
        if row[PASSES] == 2:
            break
    assert passes >= 2


def playable(row, board, point, player):
    """Whether a rollout could have played there."""
    suicide = plain_go.after(board, point, player, 5)[2] > 0
    ko = row[KO] == point_of(row, point)
    return not suicide and not ko and not plain_go.is_own_eye(board, point, player, 5)


def test_a_strong_pattern_is_played():
    """Where one empty-board pattern outweighs all others a million times, the first move is in a corner."""
    patterns = np.ones(PATTERNS, np.float32)
    patterns[int("30030333", 4)] = 1e8  # bottom left: wall to the left and below
    row = one_move(Boards(RULES, 1).rows[0], RolloutPolicy(patterns, EVEN.facts), 0)
    assert stones(row, 5)[from_vertex("A1", 5)] == BLACK


@functools.cache
def won_by_black():
    """All of the board is Black's, but for two eyes."""
    return setup("XXXXX\nX.XXX\nXXXXX\nXXX.X\nXXXXX", to_play=WHITE)


@pytest.mark.parametrize("policy", [None, EVEN], ids=["uniform", "patterns"])
def test_outcomes_are_for_the_side_to_move(policy):
    white, black = won_by_black(), setup("XXXXX\nX.XXX\nXXXXX\nXXX.X\nXXXXX")
    rows = np.stack([white.row, black.row])
    assert Rollouts(RULES, policy)(rows).tolist() == [-1, 1]


def test_even_strengths_win_as_often_as_uniform_playouts():
    """The same distribution of moves: from the empty board the shares of 2000 games differ by less than five deviations."""
    rows = np.tile(Boards(RULES, 1).rows, (2000, 1))
    shares = [(Rollouts(RULES, policy, 7)(rows) > 0).mean() for policy in (None, EVEN)]
    assert abs(shares[0] - shares[1]) < 5 * np.sqrt(2 * 0.25 / 2000)


def test_rows_are_left_as_they_are_and_the_seed_decides():
    rows = np.tile(Boards(RULES, 1).rows, (20, 1))
    before = rows.copy()
    first, again, other = (Rollouts(RULES, EVEN, seed)(rows).tolist() for seed in (1, 1, 2))
    assert (rows == before).all() and first == again != other
