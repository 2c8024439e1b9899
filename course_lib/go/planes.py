"""What a network sees of a position: the last eight boards from the side of the player to move, and whose move it is."""

from course_lib.go.compiled import Kernel
from course_lib.go.layout import COLOURS, HISTORY, MOVES, SIZE, TO_PLAY, points_of
from course_lib.go.rules import BLACK

PLANES = 2 * HISTORY + 1


@Kernel
def write_planes(row, gather, planes):
    """Write the input X_t, Y_t, …, X_{t−7}, Y_{t−7}, C of a position, turned or mirrored.

    X are the stones of the side to move, Y those of the other one, both of the position the game was in then; before
    its beginning they are 0. C is 1 where Black is to move.

    Source: Silver et al. 2017, Methods, "Neural network architecture".

    Args:
      row: the game.
      gather: int [N²], for each point of the planes the point of the board to be seen there.
      planes: uint8 [N², 17].
    """
    points, player, moves = row[SIZE] * row[SIZE], row[TO_PLAY], row[MOVES]
    start = COLOURS + 5 * points_of(row)
    for back in range(HISTORY):
        board = start + ((moves - back) % HISTORY) * points
        for point in range(points):
            colour = row[board + gather[point]] if back <= moves else 0
            planes[point, 2 * back] = colour == player
            planes[point, 2 * back + 1] = colour == 3 - player
    for point in range(points):
        planes[point, 2 * HISTORY] = player == BLACK
