"""Why two values: a coin in a room, and a bonus that grows, with one network and with two, over three seeds.

The curves are shipped. This makes those that are missing, all in about twenty minutes on one core:

    python -m course_lib.agent57.coins [--to FILE]
"""

import dataclasses
import pathlib

from course_lib.agent57.ablations import run
from course_lib.agent57.config import Agent57Config
from course_lib.deep_rl import ladders

CURVES = pathlib.Path(__file__).with_name("coins.csv")
WEIGHTS = (0.1, 10.0)
ONE, TWO = "one network", "two networks"


def configuration(split, weight):
    """Two members, one that exploits and one that explores with this β; the one that exploits is examined."""
    return dataclasses.replace(
        Agent57Config.laptop(), env="RandomCoin-5", split=split, bandit=False, members=2, bonus_weight=weight, lifelong=False,
        largest_similarity=8.0, lowest_discount=0.9, replay=1600, target_every=10, updates=180, evaluate_every=20, evaluate_on=100,
    )  # fmt: skip


def configurations():
    """What is run: {(number of networks, β as a word): configuration}."""
    kinds = {ONE: False, TWO: True}
    return {(kind, f"β = {weight:g}"): configuration(kinds[kind], weight) for weight in WEIGHTS for kind in kinds}


def main():
    """Read the command line."""
    ladders.command(__doc__, CURVES, configurations(), run)


if __name__ == "__main__":
    main()
