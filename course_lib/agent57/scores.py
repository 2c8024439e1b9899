"""Progress on the 57 games, as the publication tells it.

Source: Badia et al. 2020 (Agent57), table 1.
"""

from typing import NamedTuple


class Score(NamedTuple):
    """How an agent does on the 57 games.

    Attributes:
      agent: its name.
      capped_mean: human-normalised, each game cut off at 100, in per cent.
      above_human: games on which it does better than a human player.
    """

    agent: str
    capped_mean: float
    above_human: int


SCORES = (
    Score("MuZero", 89.92, 51),
    Score("R2D2", 94.33, 52),
    Score("NGU", 95.07, 51),
    Score("R2D2 (bandit)", 96.93, 54),
    Score("Agent57", 100.00, 57),
)
GAMES = 57
