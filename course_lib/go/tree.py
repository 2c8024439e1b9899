"""Many search trees at once, compiled: walk down by the scores of the edges, add nodes, note values, move the root."""

from typing import NamedTuple

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import play
from course_lib.go.mcts import backup, exploration_rate, noisy_priors, puct_scores, ucb1_scores
from course_lib.go.playouts import random_below

UCB1, PUCT = 0, 1


class Trees(NamedTuple):
    """G trees with room for M nodes each. Node 0 is the root; a child comes after its parent.

    Attributes:
      visits, totals, priors: N, W, P of each edge, [G, M, A].
      legal: bool [G, M, A].
      children: int32 [G, M, A]; −1 where nobody has been.
      outcomes: for the side to move, float32 [G, M]; NaN where the game goes on.
      sizes: how many nodes there are; 0 where the root has not been looked at, int32 [G].
    """

    visits: np.ndarray
    totals: np.ndarray
    priors: np.ndarray
    legal: np.ndarray
    children: np.ndarray
    outcomes: np.ndarray
    sizes: np.ndarray


class Selection(NamedTuple):
    """How edges are chosen.

    Attributes:
      formula: UCB1 or PUCT.
      first, base: c(s) = ln((1 + N + base) / base) + first; with base 0, c is `first`.
      centred: whether PUCT sees values less the mean of the node, so that a move nobody tried counts as average.
      virtual_loss: how many lost games an edge counts while a leaf behind it waits.
      komi: of the rules.
    """

    formula: int
    first: float
    base: float
    centred: bool
    virtual_loss: int
    komi: float


@Kernel
def best_move(trees, game, node, selection, rng):
    """The legal move with the highest score; among equals the one with the highest prior, then one at random."""
    visits, totals, priors = trees.visits[game, node], trees.totals[game, node], trees.priors[game, node]
    scores = np.empty(len(visits))  # one by one: what a learner returns may be of any type that holds numbers
    if selection.formula == PUCT:
        exploration = exploration_rate(visits.sum(), selection.first, selection.base)
        mean = totals.sum() / max(visits.sum(), 1) if selection.centred else 0.0
        by_puct = puct_scores(priors, visits, totals - visits * mean, exploration)
        for move in range(len(scores)):
            scores[move] = by_puct[move]
    else:
        by_ucb1 = ucb1_scores(visits, totals, selection.first)
        for move in range(len(scores)):
            scores[move] = by_ucb1[move]
    best, ties = -1, 0
    for move in range(len(scores)):
        if not trees.legal[game, node, move]:
            continue
        if best < 0 or scores[move] > scores[best] or (scores[move] == scores[best] and priors[move] > priors[best]):
            best, ties = move, 1
        elif scores[move] == scores[best] and priors[move] == priors[best]:
            ties += 1
            if random_below(rng, ties) == 0:
                best = move
    return best


@Kernel
def descend(trees, game, row, selection, rng, nodes, moves, taken):
    """Walk from the root, played along in `row`, to an edge nobody has walked or to the end of a game.

    Returns:
      (depth, node): the edges walked, written into `nodes` and `moves`; the node reached, −1 where there is none yet.
    """
    node, depth = 0 if trees.sizes[game] > 0 else -1, 0
    while node >= 0 and np.isnan(trees.outcomes[game, node]) and depth < len(nodes):
        move = best_move(trees, game, node, selection, rng)
        nodes[depth], moves[depth] = node, move
        depth += 1
        play(row, move, taken)
        node = trees.children[game, node, move]
    return depth, node


@Kernel
def back_up(trees, game, nodes, moves, value):
    """Note the value of a leaf on the edges that lead there."""
    if len(nodes) == 0:
        return
    visits, totals = np.empty(len(nodes), np.int32), np.empty(len(nodes), np.float32)
    for edge in range(len(nodes)):
        visits[edge] = trees.visits[game, nodes[edge], moves[edge]]
        totals[edge] = trees.totals[game, nodes[edge], moves[edge]]
    new_visits, new_totals = backup(visits, totals, value)
    for edge in range(len(nodes)):
        trees.visits[game, nodes[edge], moves[edge]] = new_visits[edge]
        trees.totals[game, nodes[edge], moves[edge]] = new_totals[edge]


@Kernel
def add_loss(trees, game, nodes, moves, losses):
    """Count walks of a path as lost for those who chose its edges; a negative number takes that back."""
    for edge in range(len(nodes)):
        trees.visits[game, nodes[edge], moves[edge]] += losses
        trees.totals[game, nodes[edge], moves[edge]] -= losses


@Kernel
def new_node(trees, game, nodes, moves, legal, outcome):
    """Add a node behind the last edge of a path.

    Returns:
      Its number; −1 where there is no room. If it is there already, that one.
    """
    node = trees.sizes[game]
    if len(nodes) == 0 and node > 0:
        return 0
    if len(nodes) > 0 and trees.children[game, nodes[-1], moves[-1]] >= 0:
        return trees.children[game, nodes[-1], moves[-1]]
    if node == trees.visits.shape[1]:
        return -1
    trees.sizes[game] += 1
    trees.visits[game, node] = 0
    trees.totals[game, node] = 0
    trees.priors[game, node] = 0
    trees.children[game, node] = -1
    trees.legal[game, node] = legal
    trees.outcomes[game, node] = outcome
    if len(nodes) > 0:
        trees.children[game, nodes[-1], moves[-1]] = node
    return node


@Kernel
def set_priors(trees, game, node, policy, back):
    """Give a node the priors of a policy, [A], restricted to the legal moves; all alike if it gave those nothing.

    Args:
      back: int [A]: policy[back[a]] belongs to the move a.
    """
    total, number = 0.0, 0
    for move in range(len(policy)):
        if trees.legal[game, node, move]:
            total += policy[back[move]]
            number += 1
    for move in range(len(policy)):
        if trees.legal[game, node, move]:
            trees.priors[game, node, move] = policy[back[move]] / total if total > 0 else 1.0 / number


@Kernel
def add_noise(trees, game, gammas, fraction):
    """Mix noise into the priors of a root; `gammas` are [A]."""
    trees.priors[game, 0] = noisy_priors(trees.priors[game, 0], trees.legal[game, 0], gammas, fraction)


@Kernel
def number_subtree(trees, game, top, numbers):
    """Number the nodes of a subtree in their order, from 0; −1 for all others. Returns how many there are."""
    size, kept = trees.sizes[game], 0
    numbers[:size] = -1
    numbers[top] = 0
    for node in range(top, size):  # parents come before their children
        if numbers[node] < 0:
            continue
        numbers[node] = kept
        kept += 1
        for a in range(trees.children.shape[2]):
            if trees.children[game, node, a] >= 0:
                numbers[trees.children[game, node, a]] = 0
    return kept


@Kernel
def move_root(trees, game, move, numbers):
    """Make the child behind a move the root, with all that lies below it; the rest is dropped.

    Args:
      numbers: room for int32 [M].
    """
    child = trees.children[game, 0, move] if trees.sizes[game] > 0 else -1
    if child < 0:
        trees.sizes[game] = 0
        return
    size = trees.sizes[game]
    kept = number_subtree(trees, game, child, numbers)
    for node in range(child, size):
        target = numbers[node]  # no larger than `node`: nothing is written over that is still to be read
        if target < 0:
            continue
        for a in range(trees.children.shape[2]):
            below = trees.children[game, node, a]
            trees.children[game, target, a] = numbers[below] if below >= 0 else -1
        trees.visits[game, target] = trees.visits[game, node]
        trees.totals[game, target] = trees.totals[game, node]
        trees.priors[game, target] = trees.priors[game, node]
        trees.legal[game, target] = trees.legal[game, node]
        trees.outcomes[game, target] = trees.outcomes[game, node]
    trees.sizes[game] = kept


@Kernel
def move_roots(trees, moves, most, numbers):
    """Move the roots along with a move in each game; −1, or more than `most` nodes below it, drops the tree."""
    for game in range(len(moves)):
        if moves[game] < 0:
            trees.sizes[game] = 0
        else:
            move_root(trees, game, moves[game], numbers)
            if trees.sizes[game] > most:
                trees.sizes[game] = 0
