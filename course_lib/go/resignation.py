"""When to give up: a threshold that games which are played out keep honest."""

import numpy as np

from course_lib.go.rules import EMPTY

LAST_GAMES = 1000  # played-out games that the threshold rests on
FEWEST = 50  # below which nobody resigns


class Resignation:
    """Give up when neither the position nor its best move is worth more than a threshold.

    A share of the games is played out whatever happens. In them one sees how often a side would have resigned that did
    not lose; the threshold is the highest at which that happens in less than 5 % of the resignations.

    Source: Silver et al. 2017, Methods, "Self-play".

    Args:
      config: a `GoConfig`.
      rng: a `numpy.random.Generator`.

    Attributes:
      threshold: the value under which a side resigns; −1: never.
    """

    def __init__(self, config, rng):
        self.config, self.rng = config, rng
        self.threshold = -1.0
        self.lowest = np.ones((config.games, 3))  # of each game, the least that each colour has hoped for
        self.played_out = np.array(self._drawn(config.games))
        self.seen = np.zeros(
            (0, 2)
        )  # of sides in played-out games: the least they hoped for, whether they did not lose

    def _drawn(self, count):
        return self.rng.random(count) < self.config.played_out

    def who_resigns(self, to_play, values, edge_values):
        """Decide for each game.

        Args:
          to_play: [G].
          values: of the root, for the side to move, [G].
          edge_values: Q of its moves, NaN where unvisited, [G, A].

        Returns:
          The colour that gives up, or EMPTY, [G].
        """
        best = np.where(np.isnan(edge_values), -1, edge_values).max(axis=1)
        hope, games = np.maximum(values, best), np.arange(len(values))
        self.lowest[games, to_play] = np.minimum(self.lowest[games, to_play], hope)
        resigns = (hope < self.threshold) & ~self.played_out
        return np.where(resigns, to_play, EMPTY)

    def learn(self, game, winner):
        """Note how a game ended, and begin a new one."""
        if self.played_out[game] and self.config.resign_below > -1:
            new = [(self.lowest[game, colour], winner in (colour, EMPTY)) for colour in (1, 2)]
            self.seen = np.concatenate([self.seen, new])[-2 * LAST_GAMES :]
            if len(self.seen) >= 2 * FEWEST:
                self.threshold = threshold_of(*self.seen.T, self.config.resign_below, self.config.false_resignations)
        self.lowest[game] = 1
        self.played_out[game] = self._drawn(1)[0]

    def pack(self):
        """Its state as arrays."""
        return {
            "lowest": self.lowest, "played_out": self.played_out, "seen": self.seen, "threshold": np.array(self.threshold)
        }  # fmt: skip

    def unpack(self, arrays):
        """Become what was packed."""
        self.lowest[:], self.played_out[:], self.seen = arrays["lowest"], arrays["played_out"], np.array(arrays["seen"])
        self.threshold = float(arrays["threshold"])


def threshold_of(lowest, not_lost, most, allowed):
    """Find the highest threshold at which few of those who would have resigned had not lost.

    Args:
      lowest: the least each side hoped for in its game, [K].
      not_lost: whether it won or drew in the end, [K].
      most: the highest threshold there may be.
      allowed: the share of false resignations that is allowed.

    Returns:
      The threshold; −1 if none will do.
    """
    order = np.argsort(lowest)
    hopes, false = lowest[order], np.cumsum(np.asarray(not_lost, float)[order])
    last = np.append(hopes[1:] > hopes[:-1], True)  # those who hoped for the same resign together
    good = last & (false < allowed * np.arange(1, len(hopes) + 1)) & (hopes < most)
    return float(min(np.nextafter(hopes[good][-1], 1), most)) if good.any() else -1.0
