"""Who plays: at random, by search with playouts, by a network alone, or by search with a network."""

from typing import NamedTuple

import numpy as np

from course_lib.go.boards import Boards
from course_lib.go.search import Search, SearchSettings
from course_lib.go.self_play import draw_moves, policies_of

UCT_EXPLORATION = 1.0


class Analysis(NamedTuple):
    """What a player thinks of a position.

    Attributes:
      move: what it would play.
      visits: how often each move was looked at, int [A].
      values: what each is worth for the side to move, −1 … 1, NaN where that is not known, [A].
      value: what the position is worth for the side to move.
    """

    move: int
    visits: np.ndarray
    values: np.ndarray
    value: float


class Player:
    """Something that plays Go.

    Attributes:
      name: for tables.
    """

    name = "player"

    def think(self, boards):
        """Look at G games.

        Returns:
          (visits [G, A], values of the moves [G, A], values of the positions [G]).
        """
        raise NotImplementedError

    def choose(self, boards, visits):
        """Choose a move in each game by its visits; −1 in games that are over."""
        best = np.empty(visits.shape)
        policies_of(visits, 0.0, best)
        return draw_moves(best, self.rng)

    def moves(self, boards):
        """Choose a move in each game, int [G]; −1 in games that are over."""
        return self.choose(boards, self.think(boards)[0])

    def analyse(self, position):
        """Think about one position; returns an `Analysis`.

        Raises:
          ValueError: the game is over.
        """
        if position.is_over:
            raise ValueError(f"the game is over ({position.result()}): there is nothing to think about.")
        boards = Boards.of([position])
        visits, values, value = self.think(boards)
        return Analysis(int(self.choose(boards, visits)[0]), visits[0], values[0], float(value[0]))


class RandomPlayer(Player):
    """Plays any legal move, and passes only where it has to or by chance.

    Args:
      seed: of its choices.
    """

    name = "random"

    def __init__(self, seed=0):
        self.rng = np.random.default_rng([seed, 7])

    def think(self, boards):
        """Every legal move is looked at once; nothing is known of any."""
        legal = boards.legal()
        return legal.astype(np.int32), np.full(legal.shape, np.nan), np.zeros(len(boards))

    def choose(self, boards, visits):
        """Draw a legal move."""
        return draw_moves(visits / np.maximum(visits.sum(axis=1, keepdims=True), 1), self.rng)


class UCTPlayer(Player):
    """Tree search by UCB1 with random playouts.

    Args:
      rules: `Rules`.
      simulations: for each move.
      playouts: from each leaf.
      exploration: c of UCB1.
      seed: of its playouts.
    """

    def __init__(self, rules, simulations, playouts=1, exploration=UCT_EXPLORATION, seed=0):
        self.rules, self.simulations, self.playouts = rules, simulations, playouts
        self.settings = SearchSettings(exploration=exploration)
        self.name = f"UCT {simulations}"
        self.rng = np.random.default_rng([seed, 8])
        self._search = None

    def search_for(self, boards):
        """A `Search` for this many games, with empty trees."""
        if self._search is None or self._search.games != len(boards):
            seed = int(self.rng.integers(2**31))  # games end during a match: what is left must not repeat playouts
            self._search = Search(self.rules, len(boards), self.simulations, self.settings, seed)
        self._search.forget()
        return self._search

    def think(self, boards):
        """Search each game anew."""
        search = self.search_for(boards)
        search.run_playouts(boards, playouts=self.playouts)
        return search.visits, search.edge_values, search.values


class ZeroPlayer(UCTPlayer):
    """Tree search by PUCT with a network.

    Args:
      evaluate: the network as `Search.run` calls it, such as a `networks.Evaluator`.
      rules: `Rules`.
      simulations: for each move.
      settings: `SearchSettings`; with `leaves_at_once` above 1 a single game is searched in larger batches.
      seed: of symmetries.
      name: for tables.
    """

    def __init__(self, evaluate, rules, simulations, settings=None, seed=0, name=""):
        super().__init__(rules, simulations, seed=seed)
        self.evaluate, self.settings = evaluate, settings or SearchSettings()
        self.name = name or f"Zero {simulations}"

    def think(self, boards):
        """Search each game anew, without noise."""
        search = self.search_for(boards)
        search.run(boards, self.evaluate)
        return search.visits, search.edge_values, search.values


class PolicyPlayer(Player):
    """Plays by a network's policy, without any search.

    Args:
      evaluate: the network as `Search.run` calls it.
      temperature: 0 for the most probable move; 1 to draw from the policy.
      seed: of its draws.
      name: for tables.
    """

    def __init__(self, evaluate, temperature=0.0, seed=0, name="policy"):
        self.evaluate, self.temperature, self.name = evaluate, temperature, name
        self.rng = np.random.default_rng([seed, 9])

    def think(self, boards):
        """The probabilities of the legal moves stand for the visits."""
        legal = boards.legal()
        policies, values = self.evaluate(boards.planes(), boards.rows)
        masked = np.where(legal, np.maximum(policies, 1e-9), 0)
        shares = masked / np.maximum(masked.sum(axis=1, keepdims=True), 1e-9)
        return shares, np.full(legal.shape, np.nan), values

    def choose(self, boards, visits):
        """The most probable legal move, or one drawn by the probabilities."""
        if self.temperature:
            largest = visits.max(axis=1, keepdims=True)
            shares = visits / np.where(
                largest > 0, largest, 1
            )  # 1 at the largest, so that no power vanishes everywhere
            return draw_moves(shares ** (1 / self.temperature), self.rng)
        return np.where(visits.sum(axis=1) > 0, visits.argmax(axis=1), -1)
