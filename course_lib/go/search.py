"""Search in many games at once, with one call of the network for a leaf of each."""

from dataclasses import dataclass

import numpy as np

from course_lib.go import simulation, tree
from course_lib.go.layout import padded_points
from course_lib.go.mcts import dirichlet_alpha
from course_lib.go.planes import PLANES
from course_lib.go.symmetry import gather_tables, return_tables


@dataclass(frozen=True)
class SearchSettings:
    """How trees are searched.

    Attributes:
      exploration: c of PUCT, or of UCB1.
      exploration_base: of AlphaZero's growing c; 0 keeps it constant.
      centred: whether a move that nobody tried counts as the mean of its node so far; else as a draw, 0, as in the paper.
      noise: share ε of the noise at the root.
      alpha: of the Dirichlet noise; 0 for what suits the board.
      virtual_loss: lost games that a waiting leaf counts for.
      leaves_at_once: leaves of one tree that wait for the network together.
      symmetries: whether each leaf is shown under a random symmetry.
    """

    exploration: float = 1.5
    exploration_base: float = 0.0
    centred: bool = True
    noise: float = 0.25
    alpha: float = 0.0
    virtual_loss: int = 1
    leaves_at_once: int = 1
    symmetries: bool = True


class Search:
    """Trees of G games in step, built on the versions of the exercises that are in use when it is made.

    Args:
      rules: `Rules`.
      games: G.
      simulations: the most that one search does; trees have room for twice as many nodes and more.
      settings: `SearchSettings`.
      seed: of noise, symmetries and ties.

    Attributes:
      trees: `tree.Trees`.
      words: the state of the compiled code's generator, uint64 [1].

    Raises:
      ValueError: there are too few simulations for a move to be looked at.
    """

    def __init__(self, rules, games, simulations, settings=None, seed=0):
        if simulations < 2:
            raise ValueError(f"simulations={simulations}: 2 or more, as the first one only looks at the root.")
        self.rules, self.games, self.simulations = rules, games, simulations
        self.settings = settings or SearchSettings()
        self.rng = np.random.default_rng([seed, 5])
        self.words = self.rng.integers(2**63, size=1).astype(np.uint64)
        self.selection = self._selection(tree.PUCT)
        self.trees = _trees(games, 2 * simulations + 2, rules.num_moves)
        self._leaves = None
        self._back = return_tables(rules.size)
        self._tables = gather_tables(rules.size)[: None if self.settings.symmetries else 1]
        self._numbers = np.empty(self.trees.visits.shape[1], np.int32)
        self._room = np.empty((3, padded_points(rules.size)), np.int32)
        self._taken = np.empty(rules.points, np.int32)

    def _selection(self, formula):
        settings = self.settings
        return tree.Selection(
            formula,
            float(settings.exploration),
            float(settings.exploration_base),
            settings.centred,
            settings.virtual_loss,
            float(self.rules.komi),
        )

    def run(self, boards, evaluate, simulations=None, noise=False, which=None):
        """Search the position each game is in, starting from what its tree holds already.

        Args:
          boards: `Boards` of G games.
          evaluate: (planes uint8 [n, N, N, 17], rows int32 [n, L]) -> (policies [n, A], values [n]).
          simulations: in each game; as many as at most, if left out.
          noise: whether to mix noise into the priors of the roots.
          which: bool [G], which games; those that go on, if left out.

        Raises:
          ValueError: these are not as many games, or not on such a board.
        """
        self._check(boards)
        simulations = simulations or self.simulations
        active = ~boards.over if which is None else which & ~boards.over
        unseen = active & (self.trees.sizes == 0)
        self._simulate(boards.rows, unseen.astype(np.int32), 1, evaluate)
        if noise:
            self._add_noise(np.flatnonzero(active))
        todo = np.where(active, simulations, 0) - unseen
        self._simulate(boards.rows, todo.astype(np.int32), self.settings.leaves_at_once, evaluate)

    def _check(self, boards):
        """Refuse what compiled code, which looks at no bounds, would read and write out of place."""
        if len(boards) != self.games or boards.rules.size != self.rules.size:
            raise ValueError(
                f"this search is for {self.games} games on boards of size {self.rules.size}; "
                f"there came {len(boards)} of size {boards.rules.size}."
            )

    def _simulate(self, rows, todo, at_once, evaluate):
        leaves, size = self._room_for(rows, len(rows) * at_once), self.rules.size
        while todo.any():
            found = simulation.select_leaves(
                self.trees,
                rows,
                todo,
                at_once,
                self.selection,
                self.words,
                self._tables,
                leaves,
                self._room,
                self._taken,
            )
            if found:
                planes = leaves.planes[:found].reshape(found, size, size, PLANES)
                policies, values = evaluate(planes, leaves.rows[:found])
                simulation.grow(self.trees, leaves, found, at_once, self.selection, policies, values, self._back)

    def _room_for(self, rows, count):
        if self._leaves is None or len(self._leaves.rows) < count:
            self._leaves = _leaves(self.rules, count, rows.shape[1])
        return self._leaves

    def _add_noise(self, games):
        alpha = self.settings.alpha or dirichlet_alpha(self.rules.num_moves)
        gammas = self.rng.gamma(alpha, size=(len(games), self.rules.num_moves))
        for game, draw in zip(games, gammas, strict=True):
            tree.add_noise(self.trees, game, draw, self.settings.noise)

    def run_playouts(self, boards, simulations=None, playouts=1):
        """Search with random playouts in place of a network and UCB1 in place of PUCT: UCT."""
        self._check(boards)
        selection = self._selection(tree.UCB1)
        simulation.search_by_playouts(
            self.trees, boards.rows, simulations or self.simulations, playouts, selection, self.words,
            self._room_for(boards.rows, 1), self._room, self._taken,
        )  # fmt: skip

    def advance(self, moves):
        """Follow the games after a move in each, [G]; −1 forgets the tree of a game."""
        most = self.trees.visits.shape[1] - self.simulations - 1
        tree.move_roots(self.trees, np.asarray(moves, np.int64), most, self._numbers)

    def forget(self):
        """Drop all trees."""
        self.trees.sizes[:] = 0

    @property
    def visits(self):
        """N of the root's edges, [G, A]."""
        return np.where(self.trees.sizes[:, None] > 0, self.trees.visits[:, 0], 0)

    @property
    def edge_values(self):
        """Q of the root's edges, NaN where unvisited, [G, A]."""
        visits = self.visits
        return np.where(visits > 0, self.trees.totals[:, 0] / np.maximum(visits, 1), np.nan)

    @property
    def values(self):
        """The mean value of the searches, for the side to move, [G]."""
        visits = self.visits
        return (self.trees.totals[:, 0] * (visits > 0)).sum(axis=1) / np.maximum(visits.sum(axis=1), 1)


def _trees(games, nodes, moves):
    edges = (games, nodes, moves)
    return tree.Trees(
        visits=np.zeros(edges, np.int32),
        totals=np.zeros(edges, np.float32),
        priors=np.zeros(edges, np.float32),
        legal=np.zeros(edges, bool),
        children=np.full(edges, -1, np.int32),
        outcomes=np.full((games, nodes), np.nan, np.float32),
        sizes=np.zeros(games, np.int32),
    )


def _leaves(rules, count, row_length):
    depth = rules.limit + 1
    return simulation.Leaves(
        rows=np.empty((count, row_length), np.int32),
        games=np.empty(count, np.int32),
        nodes=np.empty((count, depth), np.int32),
        moves=np.empty((count, depth), np.int32),
        depths=np.empty(count, np.int32),
        legal=np.empty((count, rules.num_moves), bool),
        symmetries=np.empty(count, np.int32),
        planes=np.empty((count, rules.points, PLANES), np.uint8),
    )
