"""The four ablations of the paper in small and a fifth, over three seeds; and a maze that has to be remembered.

The curves are shipped. This makes those that are missing, all in about a quarter of an hour on one core:

    python -m course_lib.world_models.ablations [--to FILE]
"""

import dataclasses
import pathlib

import numpy as np

from course_lib.deep_rl import ladders
from course_lib.world_models import training
from course_lib.world_models.config import DreamerConfig

CURVES = pathlib.Path(__file__).with_name("ablations.csv")
CATCH, MAZE = "Catch", "maze"
CHANGES = {
    "as published": {},
    "Gaussian latents": {"latents": "gaussian"},
    "no KL balancing": {"kl_balance": 0.5},
    "no image gradients": {"image_gradients": False},
    "no reward gradients": {"reward_gradients": False},
    "less entropy": {"entropy": 0.01},
}


def configurations():
    """What is run: {(world, ablation): configuration}."""
    config = dataclasses.replace(DreamerConfig.laptop(), evaluate_every=50)
    found = {(CATCH, name): dataclasses.replace(config, **changes) for name, changes in CHANGES.items()}
    return found | {(MAZE, "as published"): dataclasses.replace(config, env="PixelMaze-3", updates=600)}


def run(config):
    """Train, and return (steps in all worlds, mean returns), [E] each."""
    updates, returns = training.train(config, show_progress=False).metrics.curve("return")
    return ladders.steps_played(config, updates), np.asarray(returns)


def main():
    """Read the command line."""
    ladders.command(__doc__, CURVES, configurations(), run)


if __name__ == "__main__":
    main()
