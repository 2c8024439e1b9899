"""Shorthand for the tests of the search: networks that are formulas, and trees as they can be looked at."""

import numpy as np

from course_lib.go.layout import LAST, MOVES
from course_lib.go.search import SearchSettings

PLAIN = SearchSettings(exploration=1.0, centred=False, symmetries=False)  # as in the paper, and the same each time


def told(priors, after=None, otherwise=0.0):
    """A network that gives the same priors everywhere, and after the first move m of a game the value after[m]."""
    after = after or {}

    def evaluate(planes, rows):
        values = [after.get(int(row[LAST]), otherwise) if row[MOVES] == 1 else otherwise for row in rows]
        return np.tile(np.asarray(priors, np.float32), (len(rows), 1)), np.array(values, np.float32)

    return evaluate


def mixed(planes, rows=None):
    """Priors that differ from move to move and values in eighths, from what is seen. The pass gets little."""
    count, points = len(planes), planes.shape[1] * planes.shape[2]
    seen = planes.reshape(count, -1).astype(np.float64)
    phases = np.arange(seen.shape[1])
    logits = np.sin(seen @ np.sin(np.outer(phases, np.arange(1, points + 2)) + 1) + np.arange(points + 1))
    policies = np.exp(2 * logits) * np.where(np.arange(points + 1) < points, 1, 1e-3)
    values = np.round(8 * np.sin(seen @ np.cos(0.7 * phases * phases))) / 8
    return (policies / policies.sum(axis=1, keepdims=True)).astype(np.float32), values.astype(np.float32)


def paths(trees, game=0):
    """{moves from the root: node} of every node of a tree."""
    found, waiting = {}, [((), 0)] if trees.sizes[game] else []
    while waiting:
        path, node = waiting.pop()
        found[path] = node
        for move in np.flatnonzero(trees.children[game, node] >= 0):
            waiting.append(((*path, int(move)), int(trees.children[game, node, move])))
    return found


def statistics(trees, game=0):
    """{moves from the root: all that a tree knows of the node}."""
    return {
        path: [part[game, node].tolist() for part in (trees.visits, trees.totals, trees.priors, trees.legal)]
        + [str(trees.outcomes[game, node])]
        for path, node in paths(trees, game).items()
    }


def along(position, path):
    """The position after some moves."""
    for move in path:
        position = position.play(move)
    return position
