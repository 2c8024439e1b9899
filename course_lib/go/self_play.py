"""Self-play: the search plays both sides, in many games in step, and the finished games are learned from."""

import json

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.compiled import Kernel
from course_lib.go.mcts import visit_policy
from course_lib.go.resignation import Resignation
from course_lib.go.rules import BLACK, EMPTY, WHITE
from course_lib.go.search_team import SearchTeam


@Kernel
def policies_of(visits, temperature, policies):
    """Write the policies that visits, int [G, A], amount to; 0 everywhere where there were none."""
    for game in range(len(visits)):
        policies[game] = 0
        if visits[game].sum() > 0:
            policies[game] = visit_policy(visits[game], temperature)


def draw_moves(policies, rng):
    """Draw a move of each policy, [G, A] -> [G]; −1 where it is 0 everywhere."""
    ends = np.cumsum(policies, axis=1)
    drawn = rng.random(len(policies)) * ends[:, -1]
    return np.where(ends[:, -1] > 0, (ends > drawn[:, None]).argmax(axis=1), -1)


class SelfPlay:
    """Games in step, begun anew as they end.

    Args:
      config: a `GoConfig`.
      replay: the `Replay` that takes the finished games.
      evaluate: the network as `Search.run` calls it.

    Attributes:
      finished: how many games have ended.
    """

    def __init__(self, config, replay, evaluate):
        self.config, self.replay, self.evaluate = config, replay, evaluate
        rules = config.rules
        self.boards = Boards(rules, config.games)
        self.search = SearchTeam(rules, config.games, config.simulations, config.search, config.seed, config.workers)
        self.rng = np.random.default_rng([config.seed, 6])
        self.resignation = Resignation(config, self.rng)
        self.moves = np.zeros((config.games, rules.limit), np.int16)
        self.policies = np.zeros((config.games, rules.limit, rules.num_moves), np.float16)
        self.finished = 0

    def step(self):
        """Search and play a move in every game.

        Returns:
          How many games ended.
        """
        self.search.run(self.boards, self.evaluate, noise=True)
        visits, games = self.search.visits, np.arange(len(self.boards))
        shares = np.empty(visits.shape)
        policies_of(visits, 1.0, shares)
        best = np.empty(visits.shape)
        policies_of(visits, 0.0, best)
        played = self.boards.moves_played.copy()
        early = (played < self.config.sampled_moves)[:, None]
        moves = draw_moves(np.where(early, shares, best), self.rng)
        resigned = self.resignation.who_resigns(self.boards.to_play, self.search.values, self.search.edge_values)
        self.moves[games, played], self.policies[games, played] = moves, shares
        self.boards.play(np.where(resigned == EMPTY, moves, -1))
        self.search.advance(moves if self.config.reuse else np.full(len(moves), -1))
        return self._finish(np.flatnonzero(self.boards.over | (resigned != EMPTY)), resigned)

    def _finish(self, ended, resigned):
        """Hand finished games on, and begin new ones in their places."""
        scores = self.boards.scores()
        for game in ended:
            winner = 3 - resigned[game] if resigned[game] else winner_of(scores[game])
            length = self.boards.moves_played[game]
            if length:
                self.replay.add(self.moves[game, :length], self.policies[game, :length], winner)
            self.resignation.learn(game, winner)
        self.boards.reset(ended)
        self.search.forget(ended)
        self.finished += len(ended)
        return len(ended)

    def pack(self):
        """What cannot be computed again, as arrays. Trees are left out: they are dropped before each checkpoint."""
        own = {
            "rows": self.boards.rows,
            "moves": self.moves,
            "policies": self.policies,
            "finished": np.array(self.finished),
        }
        own["rng"] = packed_generator(self.rng)
        for number, search in enumerate(self.search.searches):
            own |= {f"rng_{number}": packed_generator(search.rng), f"words_{number}": search.words}
        return own | self.resignation.pack()

    def unpack(self, arrays):
        """Become what was packed."""
        self.boards.rows[:], self.moves[:], self.policies[:] = (arrays[name] for name in ("rows", "moves", "policies"))
        self.finished = int(arrays["finished"])
        unpack_generator(self.rng, arrays["rng"])
        for number, search in enumerate(self.search.searches):
            unpack_generator(search.rng, arrays[f"rng_{number}"])
            search.words[:] = arrays[f"words_{number}"]
        self.search.forget()
        self.resignation.unpack(arrays)


def packed_generator(rng):
    """The state of a NumPy generator as bytes, uint8 [n]."""
    return np.frombuffer(json.dumps(rng.bit_generator.state).encode(), np.uint8)


def unpack_generator(rng, packed):
    """Give a NumPy generator a packed state."""
    rng.bit_generator.state = json.loads(np.asarray(packed, np.uint8).tobytes())


def winner_of(score):
    """Who has won: BLACK, WHITE, or EMPTY for a draw."""
    return BLACK if score > 0 else WHITE if score < 0 else EMPTY
