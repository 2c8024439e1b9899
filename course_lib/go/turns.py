"""Games whose sides do not take strict turns, or that go on after two passes: records and protocols allow both."""

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.layout import COLOURS, HISTORY, MOVES, PASSES, points_of
from course_lib.go.position import Position


def resumed(position):
    """Let a game that two passes have ended go on; one that has reached its limit stays over."""
    if position.row[PASSES] < 2:
        return position
    row = position.row.copy()
    row[PASSES] = 0
    return Position(position.rules, row, position.moves)


def with_turn(position, colour):
    """Give a colour the move.

    Before the first move that changes nothing else. Later the other colour passes, so that Black and White still
    alternate in what is recorded; the pass does not count for the end of the game.

    Args:
      position: a `Position`.
      colour: BLACK or WHITE.

    Returns:
      A `Position` in which that colour may play.
    """
    if position.to_play != colour and not position.moves:
        return Position.set_up(position.rules, position.stones, colour)
    if position.to_play != colour:
        position = resumed(position).play(position.rules.points)
    return resumed(position)


def start_of(position):
    """Find the position that a game began from.

    It is sought among the empty board and, in the first moves of a game, the oldest board that a row keeps.

    Raises:
      ValueError: the game began from a set-up board, and that is too long ago.
    """
    for start in _possible_starts(position):
        if leads_to(start, position):
            return start
    raise ValueError(
        f"a game of {len(position.moves)} moves that did not begin from the empty board: "
        f"give the position that it began from, too."
    )


def _possible_starts(position):
    rules, size = position.rules, position.size
    first = position.to_play if len(position.moves) % 2 == 0 else 3 - position.to_play
    yield Position.set_up(rules, np.zeros((size, size), int), first)
    if position.row[MOVES] < HISTORY:
        place = COLOURS + 5 * points_of(position.row)
        yield Position.set_up(rules, position.row[place : place + rules.points].reshape(size, size), first)


def leads_to(start, position):
    """Tell whether the moves of a position lead there from a start, with the same past."""
    boards = Boards.of([start])
    for move in position.moves:
        boards.rows[0, PASSES] = 0
        if not boards.legal()[0, move]:
            return False
        boards.play([move])
    told = boards.rows[0] == position.row
    told[PASSES] = True
    return bool(told.all())
