"""What each part of Agent57 is worth where a treasure is behind a door and the key far from it, over three seeds.

The curves are shipped. This makes those that are missing, all in about twenty minutes on one core:

    python -m course_lib.agent57.ablations [--to FILE]
"""

import dataclasses
import pathlib

import numpy as np

from course_lib.agent57 import training
from course_lib.agent57.config import LADDER, Agent57Config
from course_lib.deep_rl import ladders
from course_lib.deep_rl.config import rung

CURVES = pathlib.Path(__file__).with_name("ablations.csv")
ROOMS = "key and door"
CHANGES = {
    "Agent57": {},
    "no bandit": {"bandit": False},
    "no split": {"split": False},
    "no episodic part": {"episodic": False},
    "no lifelong part": {"lifelong": False},
}


def configurations():
    """What is run: {(world, change): configuration}: what is left out of Agent57, and the lower rungs."""
    config = Agent57Config.laptop()
    found = {(ROOMS, name): dataclasses.replace(config, **changes) for name, changes in CHANGES.items()}
    return found | {(ROOMS, name): rung(config, LADDER, name) for name in ("R2D2", "Never Give Up")}


def run(config):
    """Train, and return (steps in all worlds, mean returns), [E] each."""
    updates, returns = training.train(config, show_progress=False).metrics.curve("return")
    return ladders.steps_played(config, updates), np.asarray(returns)


def main():
    """Read the command line."""
    ladders.command(__doc__, CURVES, configurations(), run)


if __name__ == "__main__":
    main()
