"""The numbers of the racetrack."""

from dataclasses import dataclass

LAPTOP_TRACK = (
    "####.......F",
    "###........F",
    "##.........F",
    "##.........F",
    "##....######",
    "##....######",
    "##....######",
    "##....######",
    "##....######",
    "##SSSS######",
)
# The left track of figure 5.5.
BOOK_TRACK = (
    "###.............F",
    "##..............F",
    "##..............F",
    "#...............F",
    "................F",
    "................F",
    "..........#######",
    *(7 * (".........########",)),
    *(8 * ("#........########",)),
    *(7 * ("##.......########",)),
    *(2 * ("###......########",)),
    "###SSSSSS########",
)


@dataclass(frozen=True)
class Racetrack:
    """Describe a track, seen from above.

    Source: Sutton & Barto 2018, exercise 5.12.

    Attributes:
      track: rows from top to bottom; "." road, "S" start, "F" finish, "#" what is neither.
      max_speed: largest speed upwards and to the right, in cells a step.
      noise: probability that the chosen acceleration does nothing.
    """

    track: tuple = LAPTOP_TRACK
    max_speed: int = 4
    noise: float = 0.1

    @classmethod
    def paper(cls):
        """Return the book's own track, 32 cells long."""
        return cls(track=BOOK_TRACK)

    @classmethod
    def laptop(cls):
        """Return a bend of 10 by 12 cells and a top speed of 3, learnt in seconds."""
        return cls(max_speed=3)
