"""One position, to look at and to think about: it never changes, and playing a move makes another one."""

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.coordinates import LETTERS, to_vertex
from course_lib.go.engine import is_playable, new_row
from course_lib.go.layout import KO, TAKEN_BLACK, TAKEN_WHITE, TO_PLAY, padded_points, point_of
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules
from course_lib.go.scoring import owners as write_owners
from course_lib.go.setup import lay_out

NAMES = {BLACK: "Black", WHITE: "White"}
SIGNS = ".XO"


class Position:
    """A position of a game of Go.

    Args:
      rules: `Rules`; a 9 by 9 board if left out.

    Attributes:
      rules: the `Rules`.
      row: the game as the compiled engine knows it, int32 [L].
      moves: the moves since the start, a tuple.
    """

    def __init__(self, rules=None, row=None, moves=()):
        self.rules = rules or Rules()
        self._boards = Boards(self.rules, 1)
        if row is not None:
            self._boards.rows[0] = row
        self.row, self.moves = self._boards.rows[0], tuple(moves)
        self.row.flags.writeable = False

    @classmethod
    def from_ascii(cls, text, rules=None, to_play=BLACK):
        """Set a position up from a diagram.

        Args:
          text: a line for each row: X black, O white, . empty; blanks do not count.
          rules: `Rules` of this size; Tromp–Taylor with komi 7.5 if left out.
          to_play: BLACK or WHITE.

        Raises:
          ValueError: it is no board, or a chain on it has no liberty.
        """
        lines = ["".join(line.split()).upper() for line in text.strip().splitlines()]
        rules = rules or Rules(len(lines))
        size = rules.size
        if len(lines) != size or any(len(line) != size or set(line) - set(SIGNS) for line in lines):
            raise ValueError(f"a {size} by {size} board is {size} lines of {size} signs, each . or X or O:\n{text}")
        return cls.set_up(rules, [[SIGNS.index(sign) for sign in line] for line in lines], to_play)

    @classmethod
    def set_up(cls, rules, stones, to_play=BLACK):
        """Begin a game from a board, [N, N] of EMPTY, BLACK and WHITE.

        Raises:
          ValueError: no such colour, or a chain has no liberty.
        """
        stones = np.asarray(stones, np.int64)
        if stones.shape != (rules.size, rules.size) or not np.isin(stones, (EMPTY, BLACK, WHITE)).all():
            raise ValueError(
                f"stones: 0, 1 (black) or 2 (white) on a {rules.size} by {rules.size} board, not\n{stones}"
            )
        if to_play not in NAMES:
            raise ValueError(f"to_play={to_play!r}: BLACK (1) or WHITE (2).")
        row = new_row(rules)
        if (dead := lay_out(row, stones.ravel(), to_play)) >= 0:
            raise ValueError(f"the chain at {to_vertex(dead, rules.size)} has no liberty: it would have been taken.")
        return cls(rules, row)

    @property
    def size(self):
        """Points on a side."""
        return self.rules.size

    @property
    def to_play(self):
        """Whose move it is, BLACK or WHITE."""
        return int(self.row[TO_PLAY])

    @property
    def stones(self):
        """The board, int8 [N, N]."""
        return self._boards.stones()[0]

    @property
    def last_move(self):
        """The last move, or None."""
        return self.moves[-1] if self.moves else None

    @property
    def captured(self):
        """How many stones (Black, White) have lost so far."""
        return int(self.row[TAKEN_BLACK]), int(self.row[TAKEN_WHITE])

    @property
    def is_over(self):
        """Whether the game has ended."""
        return bool(self._boards.over[0])

    def legal_moves(self):
        """Which moves are legal, bool [N² + 1]; none when the game is over."""
        return self._boards.legal()[0]

    def why_illegal(self, move):
        """Say why a move cannot be played; None if it can."""
        if self.is_over:
            return "the game is over"
        if not 0 <= move < self.rules.num_moves:
            return f"moves are 0 to {self.rules.num_moves - 1}; the last of them is the pass"
        if self.legal_moves()[move]:
            return None
        if self.stones.ravel()[move] != EMPTY:
            return "there is a stone on that point"
        if is_playable(self.row.copy(), point_of(self.row, move)):
            return "the position would repeat an earlier one of this game (superko)"
        if self.row[KO] == point_of(self.row, move):
            return "it would take the ko back at once"
        return "the stone would have no liberty (suicide)"

    def play(self, move):
        """Play a move.

        Returns:
          The `Position` after it.

        Raises:
          ValueError: it is illegal, and why.
        """
        if why := self.why_illegal(move):
            name = to_vertex(move, self.size) if 0 <= move < self.rules.num_moves else f"move {move}"
            raise ValueError(f"{NAMES[self.to_play]} cannot play {name}: {why}.")
        after = Boards.of([self])
        after.play([move])
        return Position(self.rules, after.rows[0], (*self.moves, int(move)))

    def owners(self):
        """Whose each point is by area, int8 [N, N]; EMPTY where both colours reach it, or none."""
        room = np.empty((2, padded_points(self.size)), np.int32)
        write_owners(self.row, room[0], room[1])
        return room[0][:-1].reshape(self.size + 2, self.size + 1)[1:-1, 1:].astype(np.int8)

    def area(self):
        """The points of (Black, White) by area."""
        found = self.owners()
        return int((found == BLACK).sum()), int((found == WHITE).sum())

    def score(self):
        """Black's points less White's and less komi."""
        black, white = self.area()
        return black - white - self.rules.komi

    def winner(self):
        """Who is ahead: BLACK, WHITE, or EMPTY for a draw."""
        return {1: BLACK, -1: WHITE, 0: EMPTY}[int(np.sign(self.score()))]

    def outcome(self):
        """The result for the side to move, as if the game were over: 1 won, −1 lost, 0 drawn."""
        winner = self.winner()
        return float((winner == self.to_play) - (winner == 3 - self.to_play))

    def result(self):
        """The result as it is written down, such as B+3.5, W+0.5 or 0."""
        score = self.score()
        return f"{'B' if score > 0 else 'W'}+{abs(score):g}" if score else "0"

    def __str__(self):
        letters = "   " + " ".join(LETTERS[: self.size])
        lines = [
            f"{self.size - row:2} " + " ".join(SIGNS[stone] for stone in stones)
            for row, stones in enumerate(self.stones)
        ]
        return "\n".join([*lines, letters])

    def __repr__(self):
        return f"<Position after {len(self.moves)} moves, {NAMES[self.to_play]} to play>\n{self}"

    def _repr_html_(self):
        from course_lib.go.drawing import picture  # not at the top: it draws positions, and loads Matplotlib

        return picture(self)._repr_html_()
