"""The four ablations of the paper in small and a fifth, over three seeds; and a maze that has to be remembered.

The curves are shipped. This makes those that are missing, all in about a quarter of an hour on one core:

    python -m course_lib.world_models.ablations [--to FILE]
"""

import argparse
import dataclasses
import pathlib

import numpy as np

from course_lib.common import devices
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
    rows = np.where(updates > 0, config.warm_up + (updates - 1) * config.rows, 0)
    return rows * config.worlds, np.asarray(returns)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=pathlib.Path, default=CURVES, help="the table; the shipped one by default")
    arguments = parser.parse_args()
    devices.set_up("float32", threads=1)
    ladders.make(arguments.to, chosen=configurations(), run_one=run)


if __name__ == "__main__":
    main()
