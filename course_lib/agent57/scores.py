"""Progress on the 57 games, as publications tell it: totals of each agent, and the score on each game.

Sources of `scores.csv`: random, human and DQN (30 idle steps at the start): Wang et al. 2016; R2D2: Kapturowski et al. 2019;
NGU: Badia et al. 2020a, table of all games, the member that exploits of 32, rounded there (their
abstract has a median of 1344 %, the table gives 1208 %); MuZero: Schrittwieser et al. 2020; Agent57: Badia et
al. 2020b. A random player of Video Pinball stands there with 0 points: only so the published means come out.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from course_lib.deep_rl.ladders import read_rows

FILE = pathlib.Path(__file__).with_name("scores.csv")
GAMES = 57


class Score(NamedTuple):
    """How an agent does on the 57 games, as printed in table 1 of Badia et al. 2020b, who ran R2D2 and NGU once more.

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


def human_normalised():
    """Each agent's score on each game in per cent of the way from a random player to a human one.

    100 (score − random) / (human − random).

    Returns:
      (the games' names, {agent: float [57]}), agents in the order of their years.
    """
    rows = read_rows(FILE)
    chance, human, *agents = (np.array([float(row[name]) for row in rows]) for name in list(rows[0])[1:])
    shares = [100 * (scores - chance) / (human - chance) for scores in agents]
    return [row["game"] for row in rows], dict(zip(list(rows[0])[3:], shares, strict=True))
