"""Simulations, compiled: select leaves in many trees, let a network or playouts value them, and grow the trees."""

from typing import NamedTuple

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import legal_moves
from course_lib.go.layout import TO_PLAY, is_over
from course_lib.go.planes import write_planes
from course_lib.go.playouts import play_out, random_below
from course_lib.go.rules import BLACK
from course_lib.go.scoring import area_difference
from course_lib.go.tree import add_loss, back_up, descend, new_node, set_priors


class Leaves(NamedTuple):
    """Leaves that wait for their values, at most S.

    Attributes:
      rows: the positions, int32 [S, L].
      games: whose tree each is of, int32 [S].
      nodes, moves: the edges that lead there from the root, int32 [S, D].
      depths: how many edges, int32 [S].
      legal: bool [S, A].
      symmetries: under which symmetry each is shown to the network, int32 [S].
      planes: what the network sees, uint8 [S, N², 17].
    """

    rows: np.ndarray
    games: np.ndarray
    nodes: np.ndarray
    moves: np.ndarray
    depths: np.ndarray
    legal: np.ndarray
    symmetries: np.ndarray
    planes: np.ndarray


@Kernel
def outcome_of(row, komi, room):
    """The result for the side to move if the game were over: 1, −1, or 0 for a draw."""
    score = area_difference(row, room[0], room[1]) - komi
    return np.sign(score) if row[TO_PLAY] == BLACK else -np.sign(score)


@Kernel
def select_leaves(trees, rows, todo, at_once, selection, rng, tables, leaves, room, taken):
    """Find leaves to evaluate, at most `at_once` in each tree; where a walk ends a game, its result is noted at once.

    Args:
      rows: the games at the roots, int32 [G, L].
      todo: how many simulations are still to be done in each, int32 [G]; what is started is subtracted.
      tables: for each symmetry the points to show, int [8, N²]; one row means that none is used.

    Returns:
      How many leaves were written.
    """
    found = 0
    for game in range(len(rows)):
        waiting = 0
        while todo[game] > 0 and waiting < at_once:
            row = leaves.rows[found]
            row[:] = rows[game]
            depth, node = descend(trees, game, row, selection, rng, leaves.nodes[found], leaves.moves[found], taken)
            nodes, moves = leaves.nodes[found, :depth], leaves.moves[found, :depth]
            todo[game] -= 1
            if is_over(row):
                leaves.legal[found] = False
                outcome = outcome_of(row, selection.komi, room)
                new_node(trees, game, nodes, moves, leaves.legal[found], outcome)
                back_up(trees, game, nodes, moves, outcome)
                continue
            legal_moves(row, leaves.legal[found])
            leaves.games[found], leaves.depths[found] = game, depth
            leaves.symmetries[found] = random_below(rng, len(tables))
            write_planes(row, tables[leaves.symmetries[found]], leaves.planes[found])
            if at_once > 1:
                add_loss(trees, game, nodes, moves, selection.virtual_loss)
            waiting += 1
            found += 1
    return found


@Kernel
def grow(trees, leaves, found, at_once, selection, policies, values, back):
    """Give the leaves their priors and values.

    Args:
      policies: of the boards as they were shown, [S, A].
      values: for the side to move, [S].
      back: for each symmetry, how a policy is brought back, int [8, A].
    """
    for leaf in range(found):
        game, depth = leaves.games[leaf], leaves.depths[leaf]
        nodes, moves = leaves.nodes[leaf, :depth], leaves.moves[leaf, :depth]
        if at_once > 1:
            add_loss(trees, game, nodes, moves, -selection.virtual_loss)
        node = new_node(trees, game, nodes, moves, leaves.legal[leaf], np.nan)
        if node >= 0:
            set_priors(trees, game, node, policies[leaf], back[leaves.symmetries[leaf]])
        back_up(trees, game, nodes, moves, values[leaf])


@Kernel
def search_by_playouts(trees, rows, simulations, playouts, selection, rng, leaves, room, taken):
    """Search each game with random playouts in place of a network: UCT.

    Args:
      simulations: in each game.
      playouts: from each leaf.
      leaves: room for one.
    """
    copy = np.empty_like(rows[0])
    for game in range(len(rows)):
        for _ in range(simulations if not is_over(rows[game]) else 0):
            row, legal = leaves.rows[0], leaves.legal[0]
            row[:] = rows[game]
            depth, _node = descend(trees, game, row, selection, rng, leaves.nodes[0], leaves.moves[0], taken)
            nodes, moves = leaves.nodes[0, :depth], leaves.moves[0, :depth]
            legal_moves(row, legal)
            value, player = 0.0, row[TO_PLAY]
            if is_over(row):
                value = outcome_of(row, selection.komi, room)
                new_node(trees, game, nodes, moves, legal, value)
            else:
                new_node(trees, game, nodes, moves, legal, np.nan)
                for _playout in range(playouts):
                    copy[:] = row
                    play_out(copy, rng, room[2], taken)
                    outcome = outcome_of(copy, selection.komi, room)
                    value += (outcome if copy[TO_PLAY] == player else -outcome) / playouts
            back_up(trees, game, nodes, moves, value)
