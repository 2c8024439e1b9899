"""Area scoring: whose each point is when a game ends."""

from course_lib.go.compiled import Kernel
from course_lib.go.layout import COLOURS, SIZE, points_of
from course_lib.go.rules import BLACK, EMPTY, WALL, WHITE


@Kernel
def owners(row, owner, stack):
    """Write whose each point is by area, into int32 [padded points]: its stone's, or that of the only colour it reaches.

    Args:
      owner: filled with EMPTY, BLACK, WHITE; WALL outside the board.
      stack: room for int32 [padded points].
    """
    count, width = points_of(row), row[SIZE] + 1
    owner[:count] = row[COLOURS : COLOURS + count]
    for start in range(count):
        if owner[start] != EMPTY or row[COLOURS + start] != EMPTY:
            continue
        reached, found, todo = 0, 1, 0
        stack[0] = start
        owner[start] = -1  # seen
        while todo < found:
            point = stack[todo]
            todo += 1
            for step in (-width, -1, 1, width):
                colour = row[COLOURS + point + step]
                if colour == EMPTY:
                    if owner[point + step] == EMPTY:
                        owner[point + step] = -1
                        stack[found] = point + step
                        found += 1
                elif colour != WALL:
                    reached |= colour
        for i in range(found):
            owner[stack[i]] = reached if reached in (BLACK, WHITE) else -2
    for point in range(count):
        if owner[point] == -2:
            owner[point] = EMPTY


@Kernel
def area_difference(row, owner, stack):
    """Black's points less White's by area, without komi; `owner` and `stack` are room for int32 [padded points]."""
    owners(row, owner, stack)
    difference = 0
    for point in range(points_of(row)):
        if owner[point] == BLACK:
            difference += 1
        elif owner[point] == WHITE:
            difference -= 1
    return difference
