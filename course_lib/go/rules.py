"""The rules a game of Go is played by."""

from dataclasses import dataclass

EMPTY, BLACK, WHITE, WALL = 0, 1, 2, 3  # the opponent of a colour c is 3 − c
KO_RULES = ("simple", "positional", "situational")
SMALLEST, LARGEST = 2, 19


@dataclass(frozen=True)
class Rules:
    """Tromp–Taylor rules with their usual variants.

    Two passes in a row end a game, and so do `limit` moves; then a side's points are its stones and the empty points
    that reach it alone. Own eyes may be filled, dead stones have to be taken.

    Source: Tromp & Taylor, "The game of Go"; Silver et al. 2017, Methods, for the limit of 2N² moves.

    Attributes:
      size: points on a side N, 2 to 19.
      komi: points added for White; whole numbers make draws possible.
      ko: what may not be repeated: "simple", the position before the last move by taking one stone back;
        "positional", any position of the game; "situational", any position with the same side to move.
      suicide: whether a move may take its own stones. Tromp and Taylor allow it.
      max_moves: moves after which the game is over; 0 for 2N².

    Raises:
      ValueError: a value is not allowed; which, and what is.
    """

    size: int = 9
    komi: float = 7.5
    ko: str = "positional"
    suicide: bool = False
    max_moves: int = 0

    def __post_init__(self):
        if not (isinstance(self.size, int) and SMALLEST <= self.size <= LARGEST):
            raise ValueError(f"size={self.size!r}: a board has {SMALLEST} to {LARGEST} points on a side.")
        if self.ko not in KO_RULES:
            raise ValueError(f"ko={self.ko!r}: choose one of {', '.join(KO_RULES)}.")
        if not abs(self.komi) <= 2 * self.size**2 or self.komi * 2 != int(self.komi * 2):
            raise ValueError(f"komi={self.komi!r}: a multiple of ½, no larger than twice the board.")
        if not 0 <= self.max_moves <= 4 * self.size**2:
            raise ValueError(f"max_moves={self.max_moves!r}: 1 to 4N² = {4 * self.size**2}, or 0 for 2N².")

    @property
    def points(self):
        """N²."""
        return self.size**2

    @property
    def num_moves(self):
        """N² + 1: the points row by row from the top, then the pass."""
        return self.points + 1

    @property
    def limit(self):
        """Moves after which the game is over."""
        return self.max_moves or 2 * self.points
