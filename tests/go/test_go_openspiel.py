"""The engine against OpenSpiel's, a C++ implementation that shares nothing with it.

Its rules, as its Go stands in version 2.0: suicide is illegal; taking back a ko at once is illegal; a move that makes
any earlier board of the game again is legal and ends the game as a draw. So games run here under simple ko, and are
left where OpenSpiel ends them so. Area is counted as Tromp and Taylor do; a game has at most 2N² moves. It tells only
who won; with komi half a point to either side of the score, that says what the score is.
"""

import functools

import numpy as np
import pyspiel
import pytest

from course_lib.go.boards import Boards
from course_lib.go.rules import Rules


@functools.cache
def openspiel(size, komi):
    return pyspiel.load_game(f"go(board_size={size},komi={komi})")


def theirs(moves, size):
    """Our moves as OpenSpiel numbers them: rows from the bottom; the pass is size² there, too."""
    moves = np.asarray(moves)
    return np.where(moves == size**2, moves, (size - 1 - moves // size) * size + moves % size)


def winner_of(moves, size, komi):
    """Play a game and then pass until it is over; returns 1 for Black, −1 for White, 0 for a draw."""
    state = openspiel(size, komi).new_initial_state()
    for move in theirs(moves, size):
        state.apply_action(move)
    while not state.is_terminal():
        state.apply_action(size**2)
    return state.returns()[0]


@pytest.mark.parametrize(("size", "games"), [(3, 200), (5, 60), (9, 20), (19, 4)])
def test_legal_moves_boards_and_ends_are_those_of_openspiel(size, games):
    rng, compared, dropped = np.random.default_rng(size), 0, 0
    for _ in range(games):
        boards, state = Boards(Rules(size, ko="simple"), 1), openspiel(size, 0.5).new_initial_state()
        while not state.is_terminal():
            ours = np.flatnonzero(boards.legal()[0])
            assert sorted(theirs(ours, size)) == state.legal_actions()
            black, white = np.reshape(state.observation_tensor(), (-1, size, size))[:2, ::-1]
            assert (boards.stones()[0] == black + 2 * white).all() and not boards.over[0]
            compared += 1
            move = rng.choice(ours[:-1]) if len(ours) > 1 and rng.random() < 0.98 else size**2
            boards.play([move])
            state.apply_action(theirs(move, size))
        repeated = not boards.over[0]
        assert not repeated or state.returns() == [0, 0]
        dropped += repeated
    assert compared > 1000 and dropped < games // 4


@pytest.mark.parametrize(("size", "games"), [(3, 200), (5, 60), (9, 20), (19, 4)])
def test_scores_are_those_of_openspiel(size, games):
    # Games of random length. With komi half a point less than the score Black wins, with half a point more White does.
    rng, compared, dropped = np.random.default_rng(size), 0, 0
    for _ in range(games):
        boards, moves = Boards(Rules(size, komi=0, ko="simple"), 1), []
        for _ in range(rng.integers(2 * size**2)):
            if not boards.over[0]:
                legal = np.flatnonzero(boards.legal()[0])
                moves.append(int(rng.choice(legal[:-1] if len(legal) > 1 else legal)))
                boards.play(moves[-1:])
        score = int(boards.scores()[0])
        winners = winner_of(moves, size, score - 0.5), winner_of(moves, size, score + 0.5)
        repeated = winners == (0, 0)  # it ended as a draw on the way
        assert repeated or winners == (1, -1)
        dropped, compared = dropped + repeated, compared + (not repeated)
    assert compared > 20 * dropped
