"""Positions of finished games, with what was played there and what came of it."""

from typing import NamedTuple

import numpy as np

from course_lib.go.engine import new_row
from course_lib.go.planes import PLANES
from course_lib.go.replay import outcomes_of, replay_examples
from course_lib.go.symmetry import gather_tables, return_tables


class Batch(NamedTuple):
    """Positions.

    Attributes:
      planes: what a network sees, uint8 [B, N, N, 17].
      moves: the next k moves, −1 behind the end of a game, int32 [B, k].
      outcomes: 1 won, −1 lost, 0 drawn for the side to move, float32 [B].
    """

    planes: np.ndarray
    moves: np.ndarray
    outcomes: np.ndarray


class Examples:
    """Positions to draw from: all those in which a move was chosen, not drawn at random.

    Args:
      games: `Games`.
      rules: `Rules`.
      ahead: k, how many moves go with a position.
      each: how many positions of each game to take, drawn at random; 0 takes all.
      seed: of that.

    Attributes:
      places: the games and the numbers of the moves, int [n, 2].
    """

    def __init__(self, games, rules, ahead=1, each=0, seed=0):
        self.games, self.rules, self.ahead = games, rules, ahead
        rng = np.random.default_rng([seed, 21])
        self.places = np.concatenate([self._places(game, each, rng) for game in range(len(games.lengths))])
        self._start = new_row(rules)
        self._gather, self._back = gather_tables(rules.size), return_tables(rules.size)
        behind = np.full((len(games.moves), ahead), -1, games.moves.dtype)
        self._moves = np.concatenate([games.moves, behind], axis=1)

    def _places(self, game, each, rng):
        numbers = np.arange(self.games.openings[game], self.games.lengths[game])
        if each and len(numbers) > each:
            numbers = np.sort(rng.choice(numbers, each, replace=False))
        return np.stack([np.full(len(numbers), game), numbers], axis=1)

    def __len__(self):
        return len(self.places)

    def sample(self, count, rng):
        """Draw positions, each as likely as any other, under random symmetries; returns a `Batch`."""
        return self.at(self.places[rng.integers(len(self), size=count)], rng.integers(len(self._gather), size=count))

    def all(self):
        """All of them, as they were played; returns a `Batch`."""
        return self.at(self.places, np.zeros(len(self), np.int64))

    def at(self, places, symmetries):
        """The positions at some places, int [B, 2], each under a symmetry, int [B]; returns a `Batch`."""
        games, numbers = places.T
        planes = np.empty((len(places), self.rules.points, PLANES), np.uint8)
        to_play, room = np.empty(len(places), np.int32), np.empty(self.rules.points, np.int32)
        replay_examples(
            self._start, self.games.moves[games], numbers, symmetries, self._gather, self._start.copy(), room,
            planes, to_play,
        )  # fmt: skip
        moves = self._moves[games[:, None], numbers[:, None] + np.arange(self.ahead)].astype(np.int32)
        turned = self._back[symmetries[:, None], moves]  # a move −1 is read as the pass, and put back below
        size = self.rules.size
        return Batch(
            planes.reshape(len(places), size, size, PLANES),
            np.where(moves < 0, -1, turned).astype(np.int32),
            outcomes_of(to_play, self.games.winners[games]),
        )


def held_out(games, share=0.1, opened=4):
    """Set some games aside to test on.

    Whole games, for the positions of one are alike; and games that began with several random moves, for after fewer an
    expert goes through the same positions again.

    Args:
      games: `Games`.
      share: of all games.
      opened: random moves that a game to test on began with, at least.

    Returns:
      (games to learn from, games to test on).

    Raises:
      ValueError: there are not enough games of that kind.
    """
    fit = np.flatnonzero(games.openings >= opened)
    count = max(1, round(share * len(games.lengths)))
    if count > len(fit):
        raise ValueError(f"{count} games with {opened} random moves or more are needed; there are {len(fit)}.")
    tested = np.isin(np.arange(len(games.lengths)), fit[-count:])
    return games.some(~tested), games.some(tested)
