"""The rules of Go, compiled: which moves are legal, and what they do to a row (`layout` says what that is)."""

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.layout import (
    COLOURS,
    EMPTY_BOARD,
    HIGH,
    KO,
    KO_RULE,
    LAST,
    LIMIT,
    LOW,
    MOVES,
    NONE,
    PASSES,
    SIZE,
    SLOTS,
    SUICIDE,
    TAKEN_BLACK,
    TAKEN_WHITE,
    TO_PLAY,
    WORDS,
    is_over,
    padded_points,
    point_of,
    points_of,
    row_length,
    slots,
)
from course_lib.go.rules import BLACK, EMPTY, KO_RULES, WALL
from course_lib.go.superko import remember, repeats


def new_row(rules):
    """A game before its first move, int32 [L]."""
    size, width = rules.size, rules.size + 1
    row = np.zeros(row_length(rules), np.int32)
    row[SIZE], row[TO_PLAY], row[LAST] = size, BLACK, NONE
    row[KO_RULE], row[SUICIDE], row[LIMIT] = KO_RULES.index(rules.ko), rules.suicide, rules.limit
    row[LOW], row[HIGH] = EMPTY_BOARD
    row[SLOTS] = slots(rules)
    colours = row[COLOURS : COLOURS + padded_points(size)]
    colours[:] = WALL
    colours[:-1].reshape(size + 2, width)[1:-1, 1:] = EMPTY
    remember(row)
    return row


@Kernel
def has_liberty_after(row, point, player):
    """Whether a stone put on an empty point, or the chain it joins, has a liberty once what it takes is taken."""
    width, count = row[SIZE] + 1, points_of(row)
    heads, liberties = COLOURS + count, COLOURS + 3 * count
    steps = (-width, -1, 1, width)
    for step in steps:
        if row[COLOURS + point + step] == EMPTY:
            return True
    for step in steps:  # the point is a liberty of its neighbours once for each side that touches it
        if row[COLOURS + point + step] != WALL:
            row[liberties + row[heads + point + step]] -= 1
    found = False
    for step in steps:
        colour = row[COLOURS + point + step]
        if colour != WALL:
            left = row[liberties + row[heads + point + step]]
            found |= left > 0 if colour == player else left == 0
    for step in steps:
        if row[COLOURS + point + step] != WALL:
            row[liberties + row[heads + point + step]] += 1
    return found


@Kernel
def is_playable(row, point):
    """Whether the side to move may play on a point, repetition of earlier positions apart."""
    if row[COLOURS + point] != EMPTY or point == row[KO]:
        return False
    return row[SUICIDE] or has_liberty_after(row, point, row[TO_PLAY])


@Kernel
def is_legal(row, move):
    """Whether the side to move may play a move in a game that goes on."""
    if move == row[SIZE] * row[SIZE]:
        return True
    point = point_of(row, move)
    return is_playable(row, point) and not repeats(row, point)


@Kernel
def legal_moves(row, legal):
    """Write which moves are legal, into bool [A]; none is when the game is over."""
    over = is_over(row)
    for move in range(len(legal)):
        legal[move] = not over and is_legal(row, move)


@Kernel
def remove_chain(row, stone, taken, number):
    """Take a chain off the board, and note its points behind the first `number` of `taken`; returns how many are there."""
    count, width = points_of(row), row[SIZE] + 1
    heads, followers, liberties = COLOURS + count, COLOURS + 2 * count, COLOURS + 3 * count
    colour, current = row[COLOURS + stone], stone
    while True:
        row[COLOURS + current] = EMPTY
        row[LOW] ^= WORDS[0, colour - 1, current]
        row[HIGH] ^= WORDS[1, colour - 1, current]
        for step in (-width, -1, 1, width):
            beside = row[COLOURS + current + step]
            if beside != WALL and beside != EMPTY:
                row[liberties + row[heads + current + step]] += 1
        taken[number] = current
        number += 1
        current = row[followers + current]
        if current == stone:
            return number


@Kernel
def join(row, first, second):
    """Make one chain of two, given their heads; returns its head."""
    count = points_of(row)
    heads, followers = COLOURS + count, COLOURS + 2 * count
    liberties, stones = COLOURS + 3 * count, COLOURS + 4 * count
    if row[stones + first] < row[stones + second]:
        first, second = second, first
    row[liberties + first] += row[liberties + second]
    row[stones + first] += row[stones + second]
    current = second
    while True:
        row[heads + current] = first
        current = row[followers + current]
        if current == second:
            break
    row[followers + first], row[followers + second] = row[followers + second], row[followers + first]
    return first


@Kernel
def put_stone(row, point, taken):
    """Play on a point that is playable, and take what has no liberty then.

    Args:
      row: the game; header fields other than hash, ko and prisoners are left alone.
      point: padded.
      taken: int32 [N²], into which the points that became empty are written.

    Returns:
      How many those are.
    """
    player, width, count = row[TO_PLAY], row[SIZE] + 1, points_of(row)
    heads, liberties = COLOURS + count, COLOURS + 3 * count
    steps = (-width, -1, 1, width)
    row[COLOURS + point] = player
    row[heads + point] = row[COLOURS + 2 * count + point] = point
    row[COLOURS + 4 * count + point] = 1
    row[LOW] ^= WORDS[0, player - 1, point]
    row[HIGH] ^= WORDS[1, player - 1, point]
    free = 0
    for step in steps:
        colour = row[COLOURS + point + step]
        if colour == EMPTY:
            free += 1
        elif colour != WALL:
            row[liberties + row[heads + point + step]] -= 1
    row[liberties + point] = free
    head = point
    for step in steps:
        if row[COLOURS + point + step] == player and row[heads + point + step] != head:
            head = join(row, head, row[heads + point + step])
    number = 0
    for step in steps:
        if row[COLOURS + point + step] == 3 - player and row[liberties + row[heads + point + step]] == 0:
            number = remove_chain(row, point + step, taken, number)
    row[KO] = 0
    if number == 1 and row[liberties + head] == 1 and row[COLOURS + 4 * count + head] == 1:
        row[KO] = taken[0]
    row[TAKEN_WHITE if player == BLACK else TAKEN_BLACK] += number
    if number == 0 and row[liberties + head] == 0:  # suicide
        number = remove_chain(row, point, taken, 0)
        row[TAKEN_BLACK if player == BLACK else TAKEN_WHITE] += number
    return number


@Kernel
def play(row, move, taken):
    """Play a legal move; `taken` is room for int32 [N²]."""
    if move == row[SIZE] * row[SIZE]:
        row[PASSES] += 1
        row[KO] = 0
    else:
        put_stone(row, point_of(row, move), taken)
        row[PASSES] = 0
    row[TO_PLAY] = 3 - row[TO_PLAY]
    row[MOVES] += 1
    row[LAST] = move
    remember(row)
