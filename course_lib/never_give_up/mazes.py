"""How much of a maze is seen whose walls kill and flash, with and without each part of the bonus, over three seeds.

The curves are shipped. This makes those that are missing, all in about twenty minutes on one core:

    python -m course_lib.never_give_up.mazes [--to FILE]
"""

import dataclasses
import pathlib

import numpy as np

from course_lib.deep_rl import ladders
from course_lib.never_give_up import training
from course_lib.never_give_up.config import NGUConfig

CURVES = pathlib.Path(__file__).with_name("mazes.csv")
MAZE = "disco maze"
CHANGES = {
    "Never Give Up": {},
    "no lifelong part": {"lifelong": False},
    "no episodic part": {"episodic": False},
    "random embedding": {"lifelong": False, "novelty_rate": 0.0},
    "ε-greedy": {"episodic": False, "lifelong": False, "bonus_weight": 0.0},
}


def configurations():
    """What is run: {(world, change): configuration}."""
    return {(MAZE, name): dataclasses.replace(NGUConfig.laptop(), **changes) for name, changes in CHANGES.items()}


def run(config):
    """Train, and return (steps in all worlds, mean cells that an episode visits), [E] each."""
    updates, cells = training.train(config, show_progress=False).metrics.curve("cells")
    return ladders.steps_played(config, updates), np.asarray(cells)


def main():
    """Read the command line."""
    ladders.command(__doc__, CURVES, configurations(), run)


if __name__ == "__main__":
    main()
