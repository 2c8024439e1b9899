"""The games of self-play that are learned from. A game is kept as its moves, and played again when it is looked at."""

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import new_row, play
from course_lib.go.layout import TO_PLAY
from course_lib.go.planes import PLANES, write_planes
from course_lib.go.rules import EMPTY
from course_lib.go.symmetry import gather_tables, return_tables


@Kernel
def replay_examples(start, moves, lengths, symmetries, tables, row, taken, planes, to_play):
    """Play games again up to some position, and write what a network sees there.

    Args:
      start: a game before its first move, int32 [L].
      moves: of the games, int16 [B, T].
      lengths: how many of them come before the position, int [B].
      symmetries: under which each is seen, int [B].
      tables: int [8, N²].
      row, taken: room for int32 [L] and [N²].
      planes: uint8 [B, N², 17].
      to_play: whose move it is, int32 [B].
    """
    for example in range(len(lengths)):
        row[:] = start
        for number in range(lengths[example]):
            play(row, moves[example, number], taken)
        write_planes(row, tables[symmetries[example]], planes[example])
        to_play[example] = row[TO_PLAY]


class Replay:
    """The newest games.

    Source: Silver et al. 2017, Methods, "Optimisation": positions drawn uniformly from the most recent 500 000 games.

    Args:
      rules: `Rules`.
      window: how many games are kept.
    """

    def __init__(self, rules, window):
        self.rules, self.window = rules, window
        self.moves = np.zeros((0, rules.limit), np.int16)
        self.policies = []  # of each game, float16 [T, A]
        self.lengths, self.winners = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.added = 0
        self._start = new_row(rules)
        self._gather, self._back = gather_tables(rules.size), return_tables(rules.size)

    def __len__(self):
        return len(self.policies)

    @property
    def positions(self):
        """How many positions there are to draw from."""
        return int(self.lengths[: len(self)].sum())

    def add(self, moves, policies, winner):
        """Keep a game, in the place of the oldest one if there is no other.

        Args:
          moves: int [T].
          policies: what the search made of each position, [T, A].
          winner: BLACK, WHITE or EMPTY.
        """
        place = self.added % self.window
        if place == len(self.policies):
            self._grow(place + 1)
            self.policies.append(None)
        self.moves[place, : len(moves)] = moves
        self.policies[place] = np.array(policies, np.float16)  # a copy: the caller goes on writing
        self.lengths[place], self.winners[place] = len(moves), winner
        self.added += 1

    def _grow(self, needed):
        if needed > len(self.moves):
            more = min(max(2 * needed, 256), self.window) - len(self.moves)
            self.moves = np.pad(self.moves, ((0, more), (0, 0)))
            self.lengths, self.winners = np.pad(self.lengths, (0, more)), np.pad(self.winners, (0, more))

    def sample(self, count, rng):
        """Draw positions, each as likely as any other, under random symmetries.

        Args:
          count: B.
          rng: a `numpy.random.Generator`.

        Returns:
          (planes uint8 [B, N, N, 17], policies float32 [B, A], outcomes float32 [B] for the side to move).
        """
        games, numbers = self._draw(count, rng)
        symmetries, size = rng.integers(len(self._gather), size=count), self.rules.size
        planes = np.empty((count, size * size, PLANES), np.uint8)
        to_play, room = np.empty(count, np.int32), np.empty(size * size, np.int32)
        moves = self.moves[games]
        replay_examples(
            self._start, moves, numbers, symmetries, self._gather, self._start.copy(), room, planes, to_play
        )
        policies = np.zeros((count, self.rules.num_moves), np.float32)
        turned = self._back[symmetries]  # policy[a] = turned[back[a]]
        stacked = np.stack([self.policies[game][number] for game, number in zip(games, numbers, strict=True)])
        np.put_along_axis(policies, turned, stacked.astype(np.float32), axis=1)
        return planes.reshape(count, size, size, PLANES), policies, outcomes_of(to_play, self.winners[games])

    def _draw(self, count, rng):
        """Games in proportion to their lengths, and a position of each."""
        ends = np.cumsum(self.lengths[: len(self)])
        drawn = rng.integers(ends[-1], size=count)
        games = np.searchsorted(ends, drawn, side="right")
        return games, drawn - (ends[games] - self.lengths[games])

    def pack(self):
        """All of it as arrays."""
        kept = len(self)
        policies = np.concatenate(self.policies) if kept else np.zeros((0, self.rules.num_moves), np.float16)
        return {
            "moves": self.moves[:kept],
            "policies": policies,
            "lengths": self.lengths[:kept],
            "winners": self.winners[:kept],
            "added": np.array(self.added),
        }

    def unpack(self, arrays):
        """Become what was packed."""
        self.moves, self.lengths, self.winners = (np.array(arrays[name]) for name in ("moves", "lengths", "winners"))
        self.policies = (
            np.split(np.array(arrays["policies"]), np.cumsum(self.lengths)[:-1]) if len(self.lengths) else []
        )
        self.added = int(arrays["added"])


def outcomes_of(to_play, winners):
    """The results for the sides to move: 1 won, −1 lost, 0 drawn, float32 [B]."""
    return np.where(winners == EMPTY, 0, np.where(to_play == winners, 1, -1)).astype(np.float32)
