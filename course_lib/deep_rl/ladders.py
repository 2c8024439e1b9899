"""Both ladders, rung by rung, over three seeds on CartPole; and the T-maze with and without memory.

The curves are shipped. This makes those that are missing, all in about twenty minutes on one core:

    python -m course_lib.deep_rl.ladders [--to FILE]
"""

import argparse
import csv
import dataclasses
import pathlib

import numpy as np
from tqdm import tqdm

from course_lib.common import devices
from course_lib.deep_rl import policy_training, value_training
from course_lib.deep_rl.config import (
    POLICY_LADDER,
    VALUE_LADDER,
    PolicyConfig,
    RecurrentConfig,
    ValueConfig,
    rung,
)

CURVES = pathlib.Path(__file__).with_name("ladders.csv")
HEAD = ["ladder", "rung", "seed", "steps", "return"]
SEEDS = (0, 1, 2)
STEPS = 32_000  # in all worlds together
MAZE = "T-maze"


def configurations():
    """What is run: {(ladder, rung): configuration}."""
    found = {}
    for name in VALUE_LADDER:
        config = rung(ValueConfig.laptop(), VALUE_LADDER, name)
        found["value", name] = _of(config, STEPS // (config.rows * config.worlds))
    for name in POLICY_LADDER:
        config = rung(PolicyConfig.laptop(), POLICY_LADDER, name)
        found["policy", name] = _of(config, 3 * STEPS // (config.steps * config.worlds))
    recurrent = RecurrentConfig.laptop()
    found[MAZE, "R2D2"] = recurrent
    found[MAZE, "no burn-in"] = dataclasses.replace(recurrent, burn_in=0)
    found[MAZE, "from zeros"] = dataclasses.replace(recurrent, stored_state=False)
    found[MAZE, "neither"] = dataclasses.replace(recurrent, stored_state=False, burn_in=0)
    found[MAZE, "feed-forward"] = dataclasses.replace(recurrent, recurrent=False)
    return found


def _of(config, updates):
    """The same with so many updates, evaluated twenty times."""
    return dataclasses.replace(config, updates=updates, evaluate_every=max(updates // 20, 1), evaluate_on=50)


def steps_of(config):
    """Steps in all worlds for each update."""
    return config.worlds * (config.steps if isinstance(config, PolicyConfig) else config.rows)


def run(config):
    """Train, and return (steps in all worlds, mean returns), [E] each."""
    training = policy_training if isinstance(config, PolicyConfig) else value_training
    updates, returns = training.train(config, show_progress=False).metrics.curve("return")
    return np.asarray(updates) * steps_of(config), np.asarray(returns)


def read_rows(file=CURVES):
    """The rows of a table; none if it is not there."""
    if not pathlib.Path(file).exists():
        return []
    with pathlib.Path(file).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def shipped_ladder(ladder, file=CURVES):
    """Read how the rungs of a ladder learnt.

    Args:
      ladder: "value", "policy" or "T-maze".

    Returns:
      {rung: (steps [E], returns [seeds, E])}, in their order.

    Raises:
      ValueError: there are no such curves.
    """
    rows = [row for row in read_rows(file) if row["ladder"] == ladder]
    if not rows:
        raise ValueError(f"there are no curves of ladder {ladder!r} in {pathlib.Path(file).name}.")
    found = {}
    for name in dict.fromkeys(row["rung"] for row in rows):
        mine = [row for row in rows if row["rung"] == name]
        seeds = sorted({row["seed"] for row in mine}, key=int)
        curves = [[float(row["return"]) for row in mine if row["seed"] == seed] for seed in seeds]
        found[name] = np.array([int(row["steps"]) for row in mine if row["seed"] == seeds[0]]), np.array(curves)
    return found


def make(file=CURVES, seeds=SEEDS, show=True, chosen=None, run_one=run):
    """Run what the table does not hold yet; the rows of a run are written at once, so that a kill leaves whole ones.

    Args:
      file: the table.
      seeds: of each run.
      show: whether a bar is shown.
      chosen: {(ladder, rung): configuration}; both ladders and the maze if left out.
      run_one: as `run`.
    """
    done = {(row["ladder"], row["rung"], int(row["seed"])) for row in read_rows(file)}
    runs = [(*name, seed) for name in (chosen or configurations()) for seed in seeds if (*name, seed) not in done]
    for ladder, name, seed in tqdm(runs, unit="run", disable=not show or None):
        config = (chosen or configurations())[ladder, name]
        steps, returns = run_one(dataclasses.replace(config, seed=seed))
        new = not pathlib.Path(file).exists()
        with pathlib.Path(file).open("a", newline="", encoding="utf-8") as lines:
            rows = [[ladder, name, seed, step, f"{value:.4f}"] for step, value in zip(steps, returns, strict=True)]
            csv.writer(lines, lineterminator="\n").writerows([HEAD] * new + rows)


def steps_played(config, updates):
    """Steps in all worlds after some updates, [E], where the first of them plays the warm-up."""
    return np.where(updates > 0, config.warm_up + (updates - 1) * config.rows, 0) * config.worlds


def command(about, curves, chosen=None, run_one=run):
    """Read the command line of a program that makes shipped curves, and make those that are missing.

    Args:
      about: its docstring.
      curves: the table that is shipped.
      chosen, run_one: as for `make`.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--to", type=pathlib.Path, default=curves, help="the table; the shipped one by default")
    arguments = parser.parse_args()
    devices.set_up("float32", threads=1)
    make(arguments.to, chosen=chosen, run_one=run_one)


def main():
    """Read the command line."""
    command(__doc__, CURVES)


if __name__ == "__main__":
    main()
