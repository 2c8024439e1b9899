"""Which part of the predictron does what: variants trained alike, three seeds each.

The curves are shipped beside this module. This makes them anew, in about an hour on one core (a run that is in the
table already is not done again):

    python -m course_lib.predictron.comparison [--only GROUP] [--to FILE]
"""

import argparse
import csv
import dataclasses
import pathlib
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from course_lib.predictron.config import PredictronConfig

CURVES = pathlib.Path(__file__).with_name("curves.csv")
HEAD = ("group", "variant", "seed", "updates", "error", "accuracy", "depth")
SEEDS = (0, 1, 2)

_BASE = dataclasses.replace(PredictronConfig.laptop(), updates=2400)
_PLAIN = {"rewards": False, "lambdas": "none"}  # r = 0, γ = 1, λ = 1: only v^K is left, a deep network
ABLATION = {
    "predictron": {},
    "no usage weighting": {"usage": False},
    "one λ for all": {"lambdas": "one"},
    "no λ": {"lambdas": "none"},
    "no r, γ": {"rewards": False},
    "six cores": {"shared": False},
    "skips": {"skip": True},
    "recurrent": _PLAIN,
    "feed-forward": {**_PLAIN, "shared": False},
}
DEPTHS = (2, 4, 8, 16)
CONSISTENCY = (0, 1, 9)
GROUPS = {
    "ablation": {name: dataclasses.replace(_BASE, **changes) for name, changes in ABLATION.items()},
    "depth": {
        f"{name}, K = {depth}": dataclasses.replace(_BASE, updates=800, depth=depth, **ABLATION[name])
        for name in ("predictron", "recurrent", "feed-forward")
        for depth in DEPTHS
    },
    "consistency": {
        f"{count} unlabelled": dataclasses.replace(_BASE, updates=400, evaluate_every=50, consistency=count)
        for count in CONSISTENCY
    },
}


class Curve(NamedTuple):
    """How a variant learnt, a row for each seed: updates [E], and error, accuracy and depth used, [seeds, E]."""

    updates: np.ndarray
    error: np.ndarray
    accuracy: np.ndarray
    depth: np.ndarray


def shipped_curves(group, file=CURVES):
    """Read the curves of a group, {variant: `Curve`}.

    Raises:
      ValueError: there is no such group.
    """
    if group not in GROUPS:
        raise ValueError(f"group={group!r} is not known: use {', '.join(GROUPS)}.")
    rows = [row for row in _rows(file) if row["group"] == group]
    found = {}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        mine = [row for row in rows if row["variant"] == variant]
        seeds = sorted({row["seed"] for row in mine}, key=int)
        table = [[[float(row[c]) for c in HEAD[3:]] for row in mine if row["seed"] == seed] for seed in seeds]
        updates, *measured = np.moveaxis(np.array(table), 2, 0)
        found[variant] = Curve(updates[0].astype(int), *measured)
    return {name: found[name] for name in GROUPS[group] if name in found}


def _rows(file):
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def compare(groups=tuple(GROUPS), file=CURVES):
    """Train what is not in the table yet, and add it."""
    from course_lib.predictron.training import train

    done = {(row["group"], row["variant"], int(row["seed"])) for row in _rows(file)}
    runs = [(group, variant, seed) for group in groups for seed in SEEDS for variant in GROUPS[group]]
    for group, variant, seed in tqdm([run for run in runs if run not in done], unit="run"):
        trained = train(dataclasses.replace(GROUPS[group][variant], seed=seed), show_progress=False)
        _append(file, group, variant, seed, trained.metrics)


def _append(file, group, variant, seed, metrics):
    """Write the rows of a run at once, so that a kill leaves whole runs."""
    steps, errors = metrics.curve("error")
    numbers = zip(steps, errors, metrics.curve("accuracy")[1], metrics.curve("depth")[1], strict=True)
    rows = [[group, variant, seed, step, *(f"{number:.4f}" for number in rest)] for step, *rest in numbers]
    new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows([HEAD] * new + rows)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=GROUPS, help="one group of variants")
    parser.add_argument("--to", type=pathlib.Path, default=CURVES, help="the table; the shipped one by default")
    arguments = parser.parse_args()
    compare([arguments.only] if arguments.only else tuple(GROUPS), arguments.to)


if __name__ == "__main__":
    main()
