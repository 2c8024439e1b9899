"""Who beats whom on 7 by 7: from chance to AlphaGo, and AlphaGo Zero where its network is there.

The table is shipped. This makes what is missing of it, all in about ten minutes on one core; matches with GNU Go are left
out where it is not installed:

    python -m course_lib.go.match_table [--games N] [--to FILE]
"""

import argparse
import csv
import functools
import pathlib
from typing import NamedTuple

from tqdm import tqdm

from course_lib.common import devices
from course_lib.go.alphago import AlphaGoEvaluator, AlphaGoPlayer, DarkForestPlayer
from course_lib.go.alphago_training import read_rows
from course_lib.go.arena import play_match
from course_lib.go.expert_games import LEVEL, RULES
from course_lib.go.gate import win_rate_bounds
from course_lib.go.gnugo import GnuGo, find_gnugo
from course_lib.go.growth import shipped_network
from course_lib.go.networks import Evaluator
from course_lib.go.players import PolicyPlayer, RandomPlayer, UCTPlayer, ZeroPlayer
from course_lib.go.rollout_policy import Rollouts
from course_lib.go.shipped_networks import FOLDER, load_evaluator, load_rollout_policy

TABLE = FOLDER / "alphago_matches.csv"
HEAD = ["first", "second", "wins", "games", "as_black", "as_white", "distinct"]
SIMULATIONS, TIMES, GAMES = 64, 8, 60
OPENING = 2  # moves drawn at random, so that players without chance do not repeat one game
ZERO = FOLDER / "7x7.keras"


@functools.cache
def evaluator(name):
    """A shipped network, compiled once for all matches."""
    return load_evaluator(name)


def rollouts(seed):
    """Rollouts by the shipped rollout policy."""
    return Rollouts(RULES, load_rollout_policy(), seed)


def alphago(seed, mixing, name):
    """AlphaGo with some λ."""
    evaluate = AlphaGoEvaluator(evaluator("policy"), evaluator("value"), rollouts(seed), mixing)
    return AlphaGoPlayer(evaluate, RULES, SIMULATIONS, seed=seed, name=name)


def zero(seed):
    """AlphaGo Zero."""
    return ZeroPlayer(Evaluator(shipped_network("7x7")), RULES, SIMULATIONS, seed=seed, name="Zero")


# Each makes a player of a seed. All that search look at SIMULATIONS leaves for a move, UCT × 8 at eight times as many.
PLAYERS = {
    "random": RandomPlayer,
    "UCT": lambda seed: UCTPlayer(RULES, SIMULATIONS, seed=seed),
    f"UCT × {TIMES}": lambda seed: UCTPlayer(RULES, TIMES * SIMULATIONS, seed=seed),
    "policy": lambda seed: PolicyPlayer(evaluator("policy"), seed=seed),
    "policy of three moves": lambda seed: PolicyPlayer(evaluator("policy of three moves"), seed=seed),
    "reinforced policy": lambda seed: PolicyPlayer(evaluator("reinforced policy"), seed=seed),
    "DarkForest": lambda seed: DarkForestPlayer(
        evaluator("policy of three moves"), rollouts(seed), RULES, SIMULATIONS, seed=seed
    ),
    "AlphaGo": lambda seed: alphago(seed, 0.5, "AlphaGo"),
    "AlphaGo, λ = 0": lambda seed: alphago(seed, 0.0, "AlphaGo, λ = 0"),
    "AlphaGo, λ = 1": lambda seed: alphago(seed, 1.0, "AlphaGo, λ = 1"),
    "GNU Go": lambda seed: GnuGo(RULES, LEVEL, seed + 1),
    "Zero": zero,
}
MATCHES = (
    ("UCT", "random"), ("policy", "random"), ("policy", "UCT"), ("policy", "UCT × 8"),
    ("policy of three moves", "policy"), ("reinforced policy", "policy"), ("reinforced policy", "UCT"),
    ("reinforced policy", "UCT × 8"), ("DarkForest", "UCT"), ("DarkForest", "UCT × 8"), ("DarkForest", "policy"),
    ("AlphaGo", "UCT"), ("AlphaGo", "UCT × 8"), ("AlphaGo", "policy"), ("AlphaGo", "reinforced policy"),
    ("AlphaGo", "DarkForest"), ("AlphaGo", "AlphaGo, λ = 0"), ("AlphaGo", "AlphaGo, λ = 1"), ("UCT × 8", "GNU Go"),
    ("policy", "GNU Go"), ("reinforced policy", "GNU Go"), ("DarkForest", "GNU Go"), ("AlphaGo", "GNU Go"),
    ("Zero", "UCT"), ("Zero", "UCT × 8"), ("Zero", "policy"), ("Zero", "AlphaGo"), ("Zero", "GNU Go"),
)  # fmt: skip


class Row(NamedTuple):
    """What came of a match, from the side of the first player.

    Attributes:
      first, second: the players' names.
      wins: games won, a draw counting ½.
      games: played.
      as_black, as_white: share of the points won with each colour.
      distinct: how many different games there were.
    """

    first: str
    second: str
    wins: float
    games: int
    as_black: float
    as_white: float
    distinct: int

    @property
    def rate(self):
        """Share of the points won."""
        return self.wins / self.games

    def bounds(self, z=1.96):
        """Bounds of the probability of winning; see `win_rate_bounds`."""
        return win_rate_bounds(self.wins, self.games, z)


def shipped_matches(file=TABLE):
    """Read the table; a list of `Row` in the order of `MATCHES`, those that were played."""
    kinds = Row.__annotations__
    rows = [Row(**{name: kinds[name](text) for name, text in row.items()}) for row in read_rows(file)]
    found = {(row.first, row.second): row for row in rows}
    return [found[pair] for pair in MATCHES if pair in found]


def make_player(name, seed=0):
    """Make one of the players by its name.

    Raises:
      ValueError: there is none of that name.
    """
    if name not in PLAYERS:
        raise ValueError(f"there is no player {name!r}: use {', '.join(PLAYERS)}.")
    return PLAYERS[name](seed)


def can_play(name):
    """Whether a player is there: GNU Go may not be installed, Zero's network not be made."""
    return {"GNU Go": find_gnugo() is not None, "Zero": ZERO.exists()}.get(name, True)


def play_all(file=TABLE, games=GAMES, matches=MATCHES):
    """Play the matches that are not in the table yet, and add them to it."""
    done = {(row.first, row.second) for row in shipped_matches(file)}
    left = [pair for pair in matches if pair not in done and all(map(can_play, pair))]
    for first, second in tqdm(left, unit="match", disable=None):
        match = play_match(
            make_player(first), make_player(second, 1), RULES, games, OPENING, seed=matches.index((first, second))
        )
        _append(file, Row(first, second, match.wins, match.games, match.as_black, match.as_white, match.distinct))


def _append(file, row):
    new = not file.exists()
    numbers = [f"{row.wins:.1f}", row.games, f"{row.as_black:.3f}", f"{row.as_white:.3f}", row.distinct]
    with file.open("a", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows([HEAD] * new + [[row.first, row.second, *numbers]])


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=GAMES, help="in each match, an even number")
    parser.add_argument("--to", type=pathlib.Path, default=TABLE, help="the table; the shipped one by default")
    arguments = parser.parse_args()
    devices.set_up("float32", threads=1)
    play_all(arguments.to, arguments.games)


if __name__ == "__main__":
    main()
