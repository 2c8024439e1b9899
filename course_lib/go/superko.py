"""Repetition: the hash of a position, the set of those that have been there, and whether a move would lead back."""

from course_lib.go.compiled import Kernel
from course_lib.go.layout import (
    COLOURS,
    HIGH,
    HISTORY,
    KO_RULE,
    LOW,
    MOVES,
    SIZE,
    SLOTS,
    SUICIDE,
    TAKEN_BLACK,
    TAKEN_WHITE,
    TO_PLAY,
    WORDS,
    points_of,
)
from course_lib.go.rules import EMPTY, WALL, WHITE


@Kernel
def situation(row, low, high, to_play):
    """What may not be repeated: the board's hash, and under situational superko whose move it is, too."""
    if row[KO_RULE] == 2 and to_play == WHITE:
        return low ^ WORDS[0, 0, 0], high ^ WORDS[1, 0, 0]
    return low, high


@Kernel
def slot_of(row, low, high):
    """Where in a row a position is, or would be, remembered."""
    start = COLOURS + 5 * points_of(row) + HISTORY * row[SIZE] * row[SIZE]
    mask = row[SLOTS] - 1
    slot = low & mask
    while True:
        place = start + 2 * slot
        if row[place] == 0 and row[place + 1] == 0 or row[place] == low and row[place + 1] == high:
            return place
        slot = (slot + 1) & mask


@Kernel
def remember(row):
    """Put the position into the set, and the board where the planes find it."""
    low, high = situation(row, row[LOW], row[HIGH], row[TO_PLAY])
    place = slot_of(row, low, high)
    row[place], row[place + 1] = low, high
    size = row[SIZE]
    board = COLOURS + 5 * points_of(row) + (row[MOVES] % HISTORY) * size * size
    for r in range(size):
        start = COLOURS + (r + 1) * (size + 1) + 1
        row[board + r * size : board + (r + 1) * size] = row[start : start + size]


@Kernel
def repeats(row, point):
    """Whether a playable move would lead to a situation that has been there before."""
    if row[KO_RULE] == 0:
        return False
    if row[TAKEN_BLACK] + row[TAKEN_WHITE] == 0 and not row[SUICIDE]:
        return False  # never yet was a stone taken, so never yet was there one on this point
    low, high = hash_after(row, point)
    low, high = situation(row, low, high, 3 - row[TO_PLAY])
    place = slot_of(row, low, high)
    return row[place] != 0 or row[place + 1] != 0


@Kernel
def hash_after(row, point):
    """The board's hash after a playable move."""
    player, count = row[TO_PLAY], points_of(row)
    width = int(row[SIZE]) + 1  # so that `steps` is a tuple of one type in plain Python, too: other kernels take it
    heads, liberties = COLOURS + count, COLOURS + 3 * count
    low = row[LOW] ^ WORDS[0, player - 1, point]
    high = row[HIGH] ^ WORDS[1, player - 1, point]
    steps = (-width, -1, 1, width)
    for step in steps:
        if row[COLOURS + point + step] != WALL and row[COLOURS + point + step] != EMPTY:
            row[liberties + row[heads + point + step]] -= 1
    taken = 0
    for i in range(4):
        stone = point + steps[i]
        dies = row[COLOURS + stone] == 3 - player and row[liberties + row[heads + stone]] == 0
        if dies and not touches_earlier(row, point, steps, i):
            low, high = without_chain(row, stone, low, high)
            taken += 1
    if taken == 0 and row[SUICIDE] and not has_own_liberty(row, point, steps, player):
        low, high = low ^ WORDS[0, player - 1, point], high ^ WORDS[1, player - 1, point]
        for i in range(4):
            if row[COLOURS + point + steps[i]] == player and not touches_earlier(row, point, steps, i):
                low, high = without_chain(row, point + steps[i], low, high)
    for step in steps:
        if row[COLOURS + point + step] != WALL and row[COLOURS + point + step] != EMPTY:
            row[liberties + row[heads + point + step]] += 1
    return low, high


@Kernel
def touches_earlier(row, point, steps, i):
    """Whether the chain on the i-th side of a point is also that on an earlier side."""
    heads = COLOURS + points_of(row)
    for j in range(i):
        alike = row[COLOURS + point + steps[j]] == row[COLOURS + point + steps[i]]
        if alike and row[heads + point + steps[j]] == row[heads + point + steps[i]]:
            return True
    return False


@Kernel
def has_own_liberty(row, point, steps, player):
    """Whether a stone on this point has a liberty of its own or joins a chain that keeps one."""
    count = points_of(row)
    for step in steps:
        colour = row[COLOURS + point + step]
        if colour == EMPTY or (colour == player and row[COLOURS + 3 * count + row[COLOURS + count + point + step]] > 0):
            return True
    return False


@Kernel
def without_chain(row, stone, low, high):
    """A hash without the stones of a chain."""
    colour, followers = row[COLOURS + stone], COLOURS + 2 * points_of(row)
    current = stone
    while True:
        low ^= WORDS[0, colour - 1, current]
        high ^= WORDS[1, colour - 1, current]
        current = row[followers + current]
        if current == stone:
            return low, high
