"""Monte Carlo tree search in one tree, to be read: what `tree` and `simulation` do for many games at once, compiled.

It plays whatever has `legal_moves()`, `play(move)`, `is_over` and `outcome()`: a `TicTacToe`, a `Position` of Go.
"""

import numpy as np

from course_lib.go.mcts import backup, puct_scores, ucb1_scores


class Node:
    """A position that the search has looked at, with the statistics of its moves.

    Attributes:
      state: the position.
      priors, visits, total_values: P, N and W of each move, [A].
      children: {move: Node}.
    """

    def __init__(self, state, priors):
        self.state, self.legal = state, state.legal_moves()
        self.priors = np.where(self.legal, priors, 0.0)
        self.visits, self.total_values = np.zeros(len(self.legal), int), np.zeros(len(self.legal))
        self.children = {}

    @property
    def values(self):
        """Q of each move, NaN where it was never tried, [A]."""
        return np.where(self.visits > 0, self.total_values / np.maximum(self.visits, 1), np.nan)

    def size(self):
        """How many nodes the tree below it has, itself included."""
        return 1 + sum(child.size() for child in self.children.values())


def uct(exploration=1.0):
    """Choose by UCB1; returns node -> scores [A]."""
    return lambda node: ucb1_scores(node.visits, node.total_values, exploration)


def puct(exploration=1.5):
    """Choose by PUCT; returns node -> scores [A]."""
    return lambda node: puct_scores(node.priors, node.visits, node.total_values, exploration)


def search(state, simulations, scores, evaluate, rng, root=None):
    """Grow a tree, one simulation after the other: select, expand, evaluate, back up.

    Args:
      state: where to begin; not over.
      simulations: how many.
      scores: node -> scores of its moves, such as `uct()`.
      evaluate: state -> (priors [A], value for the side to move), such as `Playouts(rng)`.
      rng: a `numpy.random.Generator`, which decides among equals.
      root: a tree for this position to go on with.

    Returns:
      The root, a `Node`.
    """
    root = root or Node(state, evaluate(state)[0])
    for _ in range(simulations):
        simulate(root, scores, evaluate, rng)
    return root


def simulate(root, scores, evaluate, rng):
    """One simulation; returns the path it took, a list of (node, move)."""
    path, node = [], root
    while True:
        move = best_move(node, scores(node), rng)
        path.append((node, move))
        if move not in node.children:
            break
        node = node.children[move]
        if node.state.is_over:
            break
    leaf = node.state if node.state.is_over else node.state.play(move)
    if leaf.is_over:
        priors, value = np.zeros(len(root.legal)), leaf.outcome()
    else:
        priors, value = evaluate(leaf)
    if move not in path[-1][0].children:
        path[-1][0].children[move] = Node(leaf, priors)
    note(path, value)
    return path


def note(path, value):
    """Back a value up along a path of (node, move)."""
    visits = np.array([node.visits[move] for node, move in path])
    totals = np.array([node.total_values[move] for node, move in path])
    for (node, move), count, total in zip(path, *backup(visits, totals, value), strict=True):
        node.visits[move], node.total_values[move] = count, total


def best_move(node, scores, rng):
    """The legal move with the highest score; among equals that with the highest prior, then one at random."""
    scores = np.where(node.legal, scores, -np.inf)
    best = np.flatnonzero(scores == scores.max())
    best = best[node.priors[best] == node.priors[best].max()]
    return int(rng.choice(best))


class Playouts:
    """Evaluate a position by playing on from it at random, with equal priors for all moves.

    Args:
      rng: a `numpy.random.Generator`.
      games: how many.
    """

    def __init__(self, rng, games=1):
        self.rng, self.games = rng, games

    def __call__(self, state):
        """Returns (priors [A], mean result for the side to move)."""
        legal = state.legal_moves()
        return legal / legal.sum(), float(np.mean([self._play_out(state) for _ in range(self.games)]))

    def _play_out(self, state):
        sign = 1.0
        while not state.is_over:
            state, sign = state.play(int(self.rng.choice(np.flatnonzero(state.legal_moves())))), -sign
        return sign * state.outcome()


def minimax(state, cache=None):
    """What a position is worth for the side to move if both sides play perfectly: by trying everything.

    Args:
      state: a position of a game that is small enough.
      cache: {state: value} of what is known already, for states that can be keys.
    """
    if state.is_over:
        return state.outcome()
    cache = {} if cache is None else cache
    if state not in cache:
        moves = np.flatnonzero(state.legal_moves())
        cache[state] = max(-minimax(state.play(int(move)), cache) for move in moves)
    return cache[state]
