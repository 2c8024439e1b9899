"""Games to learn from, on 7 by 7: GNU Go against itself, each game from a few moves drawn at random.

They are shipped. This makes them anew, in about ten minutes on one core; it needs GNU Go:

    python -m course_lib.go.expert_games [--games N] [--level L] [--to FILE]
"""

import argparse
import pathlib
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from course_lib.common.files import written_whole
from course_lib.go.boards import Boards
from course_lib.go.rules import Rules
from course_lib.go.self_play import winner_of

RULES = Rules(7, 8.5)
FILE = pathlib.Path(__file__).parent / "shipped" / "expert_games.npz"
COUNT, LEVEL = 1500, 1
RANDOM_MOVES = 6  # at most, at the beginning: left to itself, GNU Go plays the same ten games again and again
AT_ONCE = 50


class Games(NamedTuple):
    """Games that have been played to their end.

    Attributes:
      moves: −1 behind the end, int16 [G, T].
      lengths: int [G].
      openings: how many moves at the beginning were drawn at random, int [G].
      winners: BLACK, WHITE or EMPTY, [G].
    """

    moves: np.ndarray
    lengths: np.ndarray
    openings: np.ndarray
    winners: np.ndarray

    def some(self, which):
        """Some of the games."""
        return Games(*(part[which] for part in self))


def play_games(player, rules, count, random_moves=RANDOM_MOVES, seed=0, report=None):
    """Let a player play itself.

    Args:
      player: for both sides.
      rules: `Rules`.
      count: how many games, G.
      random_moves: the most that are drawn at the beginning of a game; how many is drawn, too.
      seed: of those.
      report: called with the number of games that are over, after each move.

    Returns:
      `Games`.
    """
    rng = np.random.default_rng([seed, 20])
    boards, openings = Boards(rules, count), rng.integers(random_moves + 1, size=count)
    moves = np.full((count, rules.limit), -1, np.int16)
    while not boards.over.all():
        number, chosen = boards.moves_played.copy(), np.full(count, -1)
        drawn = ~boards.over & (number < openings)
        chosen[drawn] = random_points(boards.some(drawn), rng)
        thought = np.flatnonzero(~boards.over & ~drawn)
        if len(thought):
            chosen[thought] = player.moves(boards.some(thought))
        going_on = np.flatnonzero(chosen >= 0)
        moves[going_on, number[going_on]] = chosen[going_on]
        boards.play(chosen)
        if report:
            report(int(boards.over.sum()))
    winners = np.array([winner_of(score) for score in boards.scores()])
    return Games(moves, boards.moves_played.copy(), openings, winners)


def random_points(boards, rng):
    """Draw a legal move of each game, a pass only where there is no other; int [G]."""
    legal = boards.legal()
    legal[legal[:, :-1].any(axis=1), -1] = False
    return np.where(legal, rng.random(legal.shape), -1).argmax(axis=1)


def distinct(games):
    """Each game once, in the order of its first appearance."""
    _, first = np.unique(games.moves, axis=0, return_index=True)
    return games.some(np.sort(first))


def save_games(file, games):
    """Save games, a byte for each move."""
    narrow = [games.moves.astype(np.int8 if games.moves.max() < 128 else np.int16)]
    narrow += [part.astype(np.int16) for part in games[1:]]
    file.parent.mkdir(exist_ok=True)
    with written_whole(file) as draft:
        np.savez_compressed(draft, **dict(zip(Games._fields, narrow, strict=True)))


def load_games(file=FILE):
    """Load games; those that come with the course, if no file is named.

    Returns:
      `Games`.

    Raises:
      ValueError: the file holds something else.
    """
    with np.load(file, allow_pickle=False) as arrays:
        if set(arrays) != set(Games._fields):
            raise ValueError(f"{file} holds {', '.join(sorted(arrays))}; games are {', '.join(Games._fields)}.")
        return Games(arrays["moves"].astype(np.int16), *(arrays[name].astype(np.int64) for name in Games._fields[1:]))


def make(count=COUNT, level=LEVEL):
    """Let GNU Go play itself on 7 by 7, as often as is said; returns the `Games` that differ.

    Raises:
      RuntimeError: it is not installed.
    """
    from course_lib.go.gnugo import GnuGo

    parts = []
    with tqdm(total=count, unit="game", disable=None) as bar:
        for first in range(0, count, AT_ONCE):
            with GnuGo(RULES, level, seed=first + 1) as player:
                games = min(AT_ONCE, count - first)
                parts.append(
                    play_games(
                        player, RULES, games, seed=first, report=lambda over, first=first: _show(bar, first + over)
                    )
                )
    return distinct(Games(*(np.concatenate(part) for part in zip(*parts, strict=True))))


def _show(bar, done):
    bar.update(done - bar.n)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=COUNT, help="how many are played")
    parser.add_argument("--level", type=int, default=LEVEL, help="of GNU Go")
    parser.add_argument("--to", type=pathlib.Path, default=FILE, help="where they go; in place of the shipped ones")
    arguments = parser.parse_args()
    save_games(arguments.to, make(arguments.games, arguments.level))


if __name__ == "__main__":
    main()
