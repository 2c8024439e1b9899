"""Games that begin from a given board."""

from course_lib.go.compiled import Kernel
from course_lib.go.engine import join
from course_lib.go.layout import COLOURS, HIGH, HISTORY, LOW, MOVES, SIZE, SLOTS, TO_PLAY, WORDS, point_of, points_of
from course_lib.go.rules import EMPTY
from course_lib.go.superko import remember


@Kernel
def lay_out(row, stones, to_play):
    """Lay stones, int [N²], on the empty board of a new row.

    Returns:
      −1, or a stone whose chain has no liberty.
    """
    count, width, points = points_of(row), row[SIZE] + 1, row[SIZE] * row[SIZE]
    heads, followers, liberties = COLOURS + count, COLOURS + 2 * count, COLOURS + 3 * count
    for move in range(points):
        point = point_of(row, move)
        row[COLOURS + point] = stones[move]
        if stones[move] != EMPTY:
            row[LOW] ^= WORDS[0, stones[move] - 1, point]
            row[HIGH] ^= WORDS[1, stones[move] - 1, point]
            row[heads + point] = row[followers + point] = point
            row[COLOURS + 4 * count + point] = 1
    for move in range(points):
        point = point_of(row, move)
        for step in (-width, -1, 1, width):
            row[liberties + point] += stones[move] != EMPTY and row[COLOURS + point + step] == EMPTY
    for move in range(points):
        point = point_of(row, move)
        for step in (1, width):
            beside = point + step
            alike = stones[move] != EMPTY and row[COLOURS + beside] == stones[move]
            if alike and row[heads + point] != row[heads + beside]:
                join(row, row[heads + point], row[heads + beside])
    for move in range(points):
        if stones[move] != EMPTY and row[liberties + row[heads + point_of(row, move)]] == 0:
            return move
    row[TO_PLAY] = to_play
    forget(row)
    return -1


@Kernel
def forget(row):
    """Make this position the first of its game: no move before it, nothing that may not be repeated but itself."""
    row[MOVES] = 0
    start = COLOURS + 5 * points_of(row) + HISTORY * row[SIZE] * row[SIZE]
    row[start : start + 2 * row[SLOTS]] = 0
    remember(row)
