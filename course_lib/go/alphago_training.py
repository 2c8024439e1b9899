"""AlphaGo's parts on 7 by 7, one after the other, as they depend on each other; and DarkForest's policy.

Networks and curves are shipped. This makes what is missing of them, all in about twenty minutes on one core:

    python -m course_lib.go.alphago_training [--to FOLDER]
"""

import argparse
import csv
import pathlib
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.go import rollout_learning
from course_lib.go.examples import Examples, held_out
from course_lib.go.expert_games import FILE, RULES, load_games, play_games
from course_lib.go.players import PolicyPlayer
from course_lib.go.policy_network import PolicyEvaluator
from course_lib.go.reinforce import improve
from course_lib.go.shipped_networks import FOLDER, file_of, load_network
from course_lib.go.supervised import Curve, train_policy
from course_lib.go.value_network import one_or_all, train_value

CURVES = "alphago_curves.csv"
HEAD = ["part", "variant", "seed", "updates", "measure", "value"]
SEEDS = (0, 1, 2)
FAR = 10**6  # between seeds of games that must not be the same


@dataclass(frozen=True)
class Sizes:
    """How much is done.

    Attributes:
      policy_updates: of supervised learning.
      reinforce_updates: of REINFORCE.
      value_games: of the reinforced policy against itself, to teach value networks by.
      test_games: the same, to test them.
      value_updates: of the value networks.
    """

    policy_updates: int = 1200
    reinforce_updates: int = 120
    value_games: int = 8000
    test_games: int = 1000
    value_updates: int = 600


class Making:
    """Make the parts that a folder does not hold yet.

    Args:
      folder: where they go.
      games: `Games` of experts.
      rules: `Rules`.
      sizes: `Sizes`.
      seeds: of the runs; the networks of the first are kept.
      show: whether progress is shown.
    """

    def __init__(self, folder, games, rules=RULES, sizes=None, seeds=SEEDS, show=True):
        self.folder, self.rules, self.sizes, self.seeds, self.show = folder, rules, sizes or Sizes(), seeds, show
        self.games, self.test_games = held_out(games)
        folder.mkdir(parents=True, exist_ok=True)

    def all(self):
        """Make everything."""
        self.rollout_policy()
        for seed in self.seeds:
            self.policy("policy", 1, seed)
            self.policy("policy of three moves", 3, seed)
        self.reinforced_policy()
        self.values()

    def rollout_policy(self):
        """The rollout policy; how often it finds the expert's move is noted as an accuracy."""
        if self._is_done("rollout policy", "patterns", 0):
            return
        taught, tested = (rollout_learning.choices_of(games, self.rules) for games in (self.games, self.test_games))
        weights = rollout_learning.fit_rollout_policy(taught)
        rollout_learning.save_rollout_policy(self.folder / rollout_learning.FILE.name, weights)
        curve = Curve()
        curve.add(0, {"accuracy": rollout_learning.rollout_accuracy(weights, tested)})
        self._note("rollout policy", "patterns", 0, curve)

    def policy(self, name, ahead, seed):
        """A policy network of the next `ahead` moves."""
        if self._is_done("supervised", name, seed):
            return
        network, curve = train_policy(
            self.games, self.test_games, self.rules, ahead, updates=self.sizes.policy_updates, seed=seed, show=self.show
        )
        self._keep(network, name, seed)
        self._note("supervised", name, seed, curve)

    def reinforced_policy(self):
        """The policy network, improved by REINFORCE."""
        name, seed = "reinforced policy", self.seeds[0]
        if self._is_done("reinforce", name, seed):
            return
        policy = load_network("policy", self.folder)
        network, curve = improve(policy, self.rules, self.sizes.reinforce_updates, seed=seed, show=self.show)
        self._keep(network, name, seed)
        self._note("reinforce", name, seed, curve)

    def values(self):
        """Value networks, of one position of each game and of all positions of fewer games."""
        runs = [(variant, seed) for seed in self.seeds for variant in ("one per game", "all")]
        missing = [run for run in runs if not self._is_done("value", *run)]
        if not missing:
            return
        games = self.games_of_policy(self.sizes.value_games, 0)
        test = Examples(self.games_of_policy(self.sizes.test_games, 1), self.rules, each=1).all()
        sets = one_or_all(games, self.rules)
        for variant, seed in missing:
            network, curve = train_value(
                sets[variant], test, updates=self.sizes.value_updates, seed=seed, show=self.show
            )
            if variant == "one per game":
                self._keep(network, "value", seed)
            self._note("value", variant, seed, curve)

    def games_of_policy(self, count, seed, at_once=1000):
        """Games of the reinforced policy against itself, its moves drawn, from a few random ones; returns `Games`."""
        evaluate, parts = PolicyEvaluator(load_network("reinforced policy", self.folder)), []
        with tqdm(total=count, unit="game", disable=not self.show or None) as bar:
            for first in range(0, count, at_once):
                number = FAR * seed + first
                player = PolicyPlayer(evaluate, temperature=1.0, seed=number)
                parts.append(play_games(player, self.rules, min(at_once, count - first), seed=number))
                bar.update(len(parts[-1].lengths))
        return type(parts[0])(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _is_done(self, part, variant, seed):
        rows = read_rows(self.folder / CURVES)
        return any((row["part"], row["variant"], int(row["seed"])) == (part, variant, seed) for row in rows)

    def _keep(self, network, name, seed):
        if seed == self.seeds[0]:
            save_model(network, file_of(name, self.folder))

    def _note(self, part, variant, seed, curve):
        """Write all rows of a run at once, the last thing of it, so that a kill leaves whole runs."""
        file = self.folder / CURVES
        rows = [
            [part, variant, seed, update, measure, f"{value:.4f}"]
            for measure, values in curve.values.items()
            for update, value in zip(curve.updates, values, strict=True)
        ]
        new = not file.exists()
        with file.open("a", newline="", encoding="utf-8") as lines:
            csv.writer(lines, lineterminator="\n").writerows([HEAD] * new + rows)


def read_rows(file):
    """The rows of a table, as they are written; none if it is not there."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def shipped_curves(part, measure, folder=FOLDER):
    """Read how something was learnt.

    Args:
      part: "rollout policy", "supervised", "reinforce" or "value".
      measure: such as "accuracy", "loss", "win rate", "train" or "test".

    Returns:
      {variant: (updates [E], values [seeds, E])}.

    Raises:
      ValueError: there is no such curve.
    """
    rows = [row for row in read_rows(folder / CURVES) if row["part"] == part and row["measure"] == measure]
    if not rows:
        raise ValueError(f"there is no curve of {measure!r} of {part!r} in {CURVES}.")
    found = {}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        mine = [row for row in rows if row["variant"] == variant]
        seeds = sorted({row["seed"] for row in mine}, key=int)
        values = [[float(row["value"]) for row in mine if row["seed"] == seed] for seed in seeds]
        updates = [int(row["updates"]) for row in mine if row["seed"] == seeds[0]]
        found[variant] = np.array(updates), np.array(values)
    return found


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=pathlib.Path, default=FOLDER, help="the folder; the shipped one by default")
    parser.add_argument("--games", type=pathlib.Path, default=FILE, help="of experts, made by `expert_games`")
    arguments = parser.parse_args()
    devices.set_up("float32", threads=1)
    Making(arguments.to, load_games(arguments.games)).all()


if __name__ == "__main__":
    main()
