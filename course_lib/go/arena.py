"""Matches: two players, many games in step, each side as often Black as White."""

from typing import NamedTuple

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.gate import win_rate_bounds
from course_lib.go.rules import BLACK


class Match(NamedTuple):
    """What came of a match, from the side of the first player.

    Attributes:
      wins: games won, a draw counting ½.
      games: played.
      as_black, as_white: share of the points won with each colour.
      lengths: moves of each game, [games].
      distinct: how many different games there were.
      records: the moves of each game, a list of tuples.
    """

    wins: float
    games: int
    as_black: float
    as_white: float
    lengths: np.ndarray
    distinct: int
    records: list

    @property
    def rate(self):
        """Share of the points won."""
        return self.wins / self.games

    def bounds(self, z=1.96):
        """Bounds of the probability of winning; see `win_rate_bounds`."""
        return win_rate_bounds(self.wins, self.games, z)

    def __str__(self):
        low, high = self.bounds()
        return f"{self.wins:g} of {self.games} ({100 * low:.0f}–{100 * high:.0f} %)"


def play_match(first, second, rules, games, opening_moves=0, seed=0, report=None):
    """Let two players play each other.

    Players that always choose the same move would play one game over and over, however many are asked for. So the first
    few moves can be drawn at random, the same ones for two games in which the players have changed sides.

    Args:
      first, second: players.
      rules: `Rules`.
      games: an even number.
      opening_moves: how many moves from the start are drawn at random, passes left out.
      seed: of the openings.
      report: called after each move with the number of games that are over.

    Returns:
      A `Match`.

    Raises:
      ValueError: the number of games is odd, or not positive.
    """
    if games < 2 or games % 2:
        raise ValueError(f"games={games}: an even number, so that each player is Black as often as White.")
    boards, first_is_black = Boards(rules, games), np.arange(games) % 2 == 0
    _open(boards, opening_moves, np.random.default_rng([seed, 10]))
    records = [[] for _ in range(games)]
    while not boards.over.all():
        turn_of_first = (boards.to_play == BLACK) == first_is_black
        chosen = np.full(games, -1)
        for player, turn in ((first, turn_of_first), (second, ~turn_of_first)):
            turn = np.flatnonzero(turn & ~boards.over)
            if len(turn):
                chosen[turn] = player.moves(boards.some(turn))
        boards.play(chosen)
        for game in np.flatnonzero(chosen >= 0):
            records[game].append(int(chosen[game]))
        if report:
            report(int(boards.over.sum()))
    return _match(boards, first_is_black, [tuple(record) for record in records])


def _open(boards, moves, rng):
    """Play random moves, the same in games 2i and 2i + 1."""
    for _ in range(moves):
        legal = boards.legal()[:, :-1]
        draws = np.repeat(rng.random((len(boards) // 2, legal.shape[1])), 2, axis=0)
        boards.play(np.where(legal.any(axis=1), np.where(legal, draws, -1).argmax(axis=1), -1))


def _match(boards, first_is_black, records):
    scores = np.sign(boards.scores()) * np.where(first_is_black, 1, -1)
    points = (scores + 1) / 2
    return Match(
        float(points.sum()), len(points), float(points[first_is_black].mean()), float(points[~first_is_black].mean()),
        boards.moves_played.copy(), len(set(records)), records,
    )  # fmt: skip
