"""Progress on the 57 games, as publications tell it: totals of each agent, and the score on each game.

Sources of `scores.csv`: random, human and DQN (30 idle steps at the start): Wang et al. 2016; R2D2: Kapturowski et al. 2019;
NGU: Badia et al. 2020a, the member that exploits of 32, printed rounded; MuZero: Schrittwieser et al. 2020; Agent57: Badia et
al. 2020b. A random player of Video Pinball stands there with 0 points: only so the published means come out.
"""

import csv
import pathlib
from typing import NamedTuple

import numpy as np

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
    head, *rows = csv.reader(FILE.open(encoding="utf-8"))
    games, values = [row[0] for row in rows], np.array([row[1:] for row in rows], float)
    chance, human = values[:, 0], values[:, 1]
    agents = {name: values[:, k] for k, name in enumerate(head[1:]) if k > 1}
    return games, {name: 100 * (scores - chance) / (human - chance) for name, scores in agents.items()}
