"""How a game of Go lies in one row of integers, so that to copy it is to copy memory.

The board is padded by a wall: point (r, c), from the top left, has the number (r + 1) · width + c + 1 with
width = N + 1, and its neighbours are ±1 and ±width away. A row holds, one after the other,

  the header         the fields named below
  colours            of each point
  heads              of each stone, the point that stands for its chain
  followers          of each stone, the next one of its chain, round and round
  liberties          of each head, the pairs (stone, empty neighbour) of its chain: 0 where it has no liberty
  stones             of each head, how many stones its chain has
  boards             the last 8 boards, [8, N²], the board after m moves at m mod 8
  positions          a hash set of the positions so far, two words each
"""

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.rules import LARGEST

# Fields of the header.
SIZE, TO_PLAY, KO, PASSES, MOVES, KO_RULE, SUICIDE, LIMIT, LOW, HIGH, TAKEN_BLACK, TAKEN_WHITE, LAST, SLOTS = range(14)
COLOURS = 16  # where the colours begin
HISTORY = 8  # boards that are kept
NONE = -1  # no last move


def _random_words(*shape):
    return np.random.default_rng(1997).integers(-(2**31), 2**31, shape).astype(np.int32)


# Random words for a stone of either colour on each point, and (point 0) for White to move. A position's hash is their
# XOR, 64 bits in two words. Source: Zobrist 1970.
WORDS = _random_words(2, 2, (LARGEST + 2) * (LARGEST + 1) + 1)
EMPTY_BOARD = (0x5BD1E995, 0x1B873593)  # its hash; not (0, 0), which marks a free slot


def padded_points(size):
    """How many points the padded board has."""
    return (size + 2) * (size + 1) + 1


def slots(rules):
    """How many places the set of positions has: a power of two, at most half of them used."""
    return 1 << int(2 * (rules.limit + 1) - 1).bit_length()


def row_length(rules):
    """How many integers a game takes."""
    return COLOURS + 5 * padded_points(rules.size) + HISTORY * rules.points + 2 * slots(rules)


@Kernel
def points_of(row):
    """How many points the padded board of a row has."""
    return (row[SIZE] + 2) * (row[SIZE] + 1) + 1


@Kernel
def point_of(row, move):
    """The padded point of a move that is no pass."""
    return (move // row[SIZE] + 1) * (row[SIZE] + 1) + move % row[SIZE] + 1


@Kernel
def move_of(row, point):
    """The move that plays on a padded point."""
    width = row[SIZE] + 1
    return (point // width - 1) * row[SIZE] + point % width - 1


@Kernel
def is_over(row):
    """Two passes, or the limit."""
    return row[PASSES] >= 2 or row[MOVES] >= row[LIMIT]
