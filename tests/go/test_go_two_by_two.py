"""A whole game solved by the engine: 2 by 2 under positional superko."""

import numpy as np

from course_lib.go.engine import legal_moves, new_row, play
from course_lib.go.layout import PASSES, is_over, padded_points
from course_lib.go.rules import Rules
from course_lib.go.scoring import area_difference

ROOM = np.empty((2, padded_points(2)), np.int32)


def value(row, alpha, beta, sign=1):
    """The score for the side to move under perfect play, as far as it lies between alpha and beta (alpha-beta search)."""
    if is_over(row):
        return sign * area_difference(row, *ROOM)
    legal, best = np.empty(5, bool), -9
    legal_moves(row, legal)
    for move in (4, 0, 1, 2, 3) if row[PASSES] else (0, 3, 1, 2, 4):  # to end the game is tried first where it can be
        if legal[move] and best < beta:
            after = row.copy()
            play(after, move, np.empty(4, np.int32))
            best = max(best, -value(after, -beta, -max(alpha, best), -sign))
    return best


def test_black_wins_by_one():
    """At least 1, and no more than 1: what is known of 2 by 2. Cut off after 2N² = 8 moves the game is too short for it."""
    start = new_row(Rules(2, 0, max_moves=16))
    assert value(start, 0, 1) == 1 and value(start, 1, 2) == 1
    assert value(new_row(Rules(2, 0, max_moves=8)), -9, 9) == 0
