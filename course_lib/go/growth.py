"""How strong does self-play become? Three runs on 5 by 5, measured against the same opponents every 100 updates.

`python -m course_lib.go.growth` trains them and measures; what is in the table already is not done again. The networks
of the first run are shipped, too.
"""

import argparse
import csv
import dataclasses
import pathlib

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.go.arena import play_match
from course_lib.go.boards import Boards
from course_lib.go.config import GoConfig
from course_lib.go.networks import ZeroNetwork
from course_lib.go.players import RandomPlayer, UCTPlayer, ZeroPlayer
from course_lib.go.shipped_networks import FOLDER
from course_lib.go.symmetry import SYMMETRIES, apply_symmetry, undo_symmetry

CURVES = FOLDER / "growth.csv"
SEEDS = (0, 1, 2)
EVERY, LAST = 100, 600
KEPT = (200, 400, 600)  # updates of the first run whose networks are shipped
GAMES = 200
TIMES = 8  # how many times more simulations UCT is given in the hardest match
SEVEN = (
    "python -m course_lib train go --size 7 --komi 8.5 --blocks 5 --simulations 48 --sampled-moves 10 --resign-below -0.9 "
    "--window 2000 --workers 1 --threads 1 --folder runs/go-7 --updates 1100"
)  # makes runs/go-7/network.keras, which is shipped as 7x7.keras
HEAD = ["seed", "updates", "games", "opponent", "wins", "of", "as_black", "as_white", "p_centre", "value"]


def opponents(config, seed=0):
    """Who the networks are measured against, by name."""
    rules, simulations = config.rules, config.simulations
    return {
        "random": RandomPlayer(seed),
        "UCT": UCTPlayer(rules, simulations, seed=seed),
        f"UCT × {TIMES}": UCTPlayer(rules, TIMES * simulations, seed=seed),
    }


def measure(evaluate, config, games=GAMES, seed=0, names=None):
    """Play a network against the opponents.

    Args:
      evaluate: an `Evaluator`.
      config: a `GoConfig`.
      games: against each.
      seed: of both sides.
      names: of the opponents; all, if left out.

    Returns:
      {name: `Match`}.
    """
    player = ZeroPlayer(evaluate, config.rules, config.simulations, config.search, seed)
    return {
        name: play_match(player, opponent, config.rules, games, seed=seed)
        for name, opponent in opponents(config, seed).items()
        if names is None or name in names
    }


def first_move(evaluate, rules):
    """What a network thinks of the empty board: (policy [A], value for Black), under all symmetries alike."""
    planes = Boards(rules, 1).planes()[0]
    turned = np.stack([apply_symmetry(planes, k) for k in range(SYMMETRIES)])
    policies, values = evaluate(turned)
    policy = np.mean([undo_symmetry(policies[k], k) for k in range(SYMMETRIES)], axis=0)
    return policy, float(values.mean())


def shipped_network(name):
    """Load a network that comes with the course, such as "5x5_update_600" or "7x7".

    Raises:
      ValueError: there is none of that name.
    """
    file = FOLDER / f"{name}.keras"
    if not file.exists():
        known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.keras")))
        raise ValueError(f"there is no network {name!r}; there are: {known or 'none'}.")
    return load_network(file)


def load_network(file):
    """Load a `ZeroNetwork` that `train` has saved."""
    return keras.models.load_model(file, custom_objects={"ZeroNetwork": ZeroNetwork}, compile=False)


def shipped_growth(file=CURVES):
    """The table: a list of {column: value}, numbers as numbers."""
    with file.open(newline="", encoding="utf-8") as lines:
        return [{name: _number(text) for name, text in row.items()} for row in csv.DictReader(lines)]


def _number(text):
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def grow(seed, file=CURVES, last=LAST):
    """Train one run, and add a row for each opponent every `EVERY` updates."""
    from course_lib.go.training import train

    config = dataclasses.replace(GoConfig.laptop(), seed=seed, updates=last, evaluate_every=last)
    rows = []

    def each(made, done):
        if done % EVERY == 0:
            rows.extend(_rows(made, config, done))
            if seed == SEEDS[0] and done in KEPT:
                save_model(made.network, FOLDER / f"5x5_update_{done}.keras")

    train(config, each=each)
    new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows([HEAD] * new + rows)


def _rows(made, config, done):
    policy, value = first_move(made.evaluate, config.rules)
    centre = f"{policy[config.rules.points // 2]:.4f}"
    common = [config.seed, done, made.self_play.finished]
    return [
        [
            *common,
            name,
            f"{match.wins:.1f}",
            match.games,
            f"{match.as_black:.3f}",
            f"{match.as_white:.3f}",
            centre,
            f"{value:.4f}",
        ]
        for name, match in measure(made.evaluate, config).items()
    ]


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=pathlib.Path, default=CURVES, help="the table; the shipped one by default")
    arguments = parser.parse_args()
    devices.set_up("float32", threads=1)
    FOLDER.mkdir(exist_ok=True)
    done = {row["seed"] for row in shipped_growth(arguments.to)} if arguments.to.exists() else set()
    for seed in SEEDS:
        if seed not in done:
            grow(seed, arguments.to)


if __name__ == "__main__":
    main()
