"""Many games at once."""

import functools

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import is_legal, legal_moves, new_row, play
from course_lib.go.layout import COLOURS, LAST, MOVES, PASSES, TO_PLAY, is_over, padded_points
from course_lib.go.planes import PLANES, write_planes
from course_lib.go.scoring import area_difference


@Kernel
def play_all(rows, moves, taken):
    """Play a move in each game; −1 leaves it as it is."""
    for game in range(len(rows)):
        if moves[game] >= 0:
            play(rows[game], moves[game], taken)


@Kernel
def legal_in_all(rows, legal):
    """Write which moves are legal in each game, bool [G, A]."""
    for game in range(len(rows)):
        legal_moves(rows[game], legal[game])


@Kernel
def first_illegal(rows, moves):
    """The first game whose move is illegal, or −1."""
    for game in range(len(rows)):
        if moves[game] >= 0 and (is_over(rows[game]) or not is_legal(rows[game], moves[game])):
            return game
    return -1


@Kernel
def differences_of_all(rows, room, differences):
    """Write Black's points less White's in each game, int32 [G]; `room` is int32 [2, padded points]."""
    for game in range(len(rows)):
        differences[game] = area_difference(rows[game], room[0], room[1])


@Kernel
def planes_of_all(rows, gather, planes):
    """Write what a network sees of each game, uint8 [G, N², 17]."""
    for game in range(len(rows)):
        write_planes(rows[game], gather[game], planes[game])


@functools.cache
def _start(rules):
    """The row every game of these rules begins with."""
    return new_row(rules)


class Boards:
    """Games in step, one in each row.

    Args:
      rules: `Rules`.
      count: how many games, G.

    Attributes:
      rows: int32 [G, L]; `layout` says what is where.
    """

    def __init__(self, rules, count):
        self.rules = rules
        self._start = _start(rules)
        self.rows = np.tile(self._start, (count, 1))
        self._taken = np.empty(rules.points, np.int32)
        self._room = np.empty((2, padded_points(rules.size)), np.int32)

    def __len__(self):
        return len(self.rows)

    @classmethod
    def of(cls, positions):
        """The games of some positions, all of the same rules."""
        made = cls(positions[0].rules, 0)
        made.rows = np.array([position.row for position in positions])
        return made

    def reset(self, which=slice(None)):
        """Begin some games anew."""
        self.rows[which] = self._start

    def play(self, moves):
        """Play a move in each game.

        Args:
          moves: int [G]; −1 where none is played.

        Raises:
          ValueError: a move is illegal, or a game is over. Then nothing is played anywhere.
        """
        moves = np.asarray(moves, np.int64)
        if moves.shape != (len(self),) or moves.max(initial=-1) >= self.rules.num_moves or moves.min(initial=0) < -1:
            raise ValueError(
                f"{len(self)} games take {len(self)} moves, each 0 to {self.rules.num_moves - 1} or −1 for none; "
                f"there came {moves.shape} of {moves.min(initial=0)} to {moves.max(initial=0)}."
            )
        if (game := first_illegal(self.rows, moves)) >= 0:
            why = "the game is over" if self.over[game] else "that move is illegal"
            raise ValueError(f"game {game}, move {moves[game]}: {why}. Nothing was played.")
        play_all(self.rows, moves, self._taken)

    def legal(self):
        """Which moves are legal, bool [G, A]; none in games that are over."""
        legal = np.empty((len(self), self.rules.num_moves), bool)
        legal_in_all(self.rows, legal)
        return legal

    @property
    def to_play(self):
        """Whose move it is, BLACK or WHITE, [G]."""
        return self.rows[:, TO_PLAY]

    @property
    def moves_played(self):
        """How many moves were played, [G]."""
        return self.rows[:, MOVES]

    @property
    def last_moves(self):
        """The last move, −1 where there was none, [G]."""
        return self.rows[:, LAST]

    @property
    def over(self):
        """Which games are over, bool [G]."""
        return (self.rows[:, PASSES] >= 2) | (self.rows[:, MOVES] >= self.rules.limit)

    def scores(self):
        """Black's points less White's and less komi, as if the games were over now, float [G]."""
        differences = np.empty(len(self), np.int32)
        differences_of_all(self.rows, self._room, differences)
        return differences - self.rules.komi

    def stones(self):
        """The boards, int8 [G, N, N]."""
        size = self.rules.size
        padded = self.rows[:, COLOURS : COLOURS + padded_points(size) - 1].reshape(len(self), size + 2, size + 1)
        return padded[:, 1:-1, 1:].astype(np.int8)

    def planes(self):
        """What a network sees, uint8 [G, N, N, 17]."""
        size = self.rules.size
        planes = np.empty((len(self), size * size, PLANES), np.uint8)
        planes_of_all(self.rows, np.tile(np.arange(size * size), (len(self), 1)), planes)
        return planes.reshape(len(self), size, size, PLANES)

    @classmethod
    def view(cls, boards, share):
        """A slice of some games: what is played in it is played in them."""
        made = cls(boards.rules, 0)
        made.rows = boards.rows[share]
        return made

    def some(self, which):
        """A copy of some of the games."""
        made = Boards(self.rules, 0)
        made.rows = self.rows[which].copy()
        return made
