"""The rollout policy is learned: the strengths under which the experts' moves are most probable."""

import pathlib
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from course_lib.common.files import written_whole
from course_lib.go.compiled import Kernel
from course_lib.go.engine import new_row, play
from course_lib.go.layout import SIZE, point_of
from course_lib.go.rollout_policy import FACTS, PATTERNS, RolloutPolicy, facts_at, is_sensible, last_point, pattern_at
from course_lib.go.symmetry import SYMMETRIES, apply_symmetry

FILE = pathlib.Path(__file__).parent / "shipped" / "rollout_policy.npz"


class Choices(NamedTuple):
    """What a rollout policy chooses from in m positions, n choices in all.

    Attributes:
      patterns: of each choice, as classes of alike ones, int [n].
      facts: of each choice, bits, int [n].
      played: the choice that the expert took, an index into those, int [m].
      starts: where the choices of each position begin, int [m].
    """

    patterns: np.ndarray
    facts: np.ndarray
    played: np.ndarray
    starts: np.ndarray


@Kernel
def choices(start, moves, lengths, openings, row, taken, patterns, facts, played, ends):
    """Write what a rollout policy chooses from in each position of some games: moves that fill no eye of the mover's.

    Positions in which the expert passed, or filled an eye, are left out.

    Args:
      start: a game before its first move, int32 [L].
      moves: int [G, T].
      lengths, openings: of the games, int [G].
      row, taken: room for int32 [L] and [N²].
      patterns, facts: of each choice, position after position, int32 [n].
      played: which of the choices the expert took, an index into those, int [m].
      ends: where the choices of each position end, int [m].

    Returns:
      How many positions there are.
    """
    found, positions = 0, 0
    for game in range(len(lengths)):
        row[:] = start
        for number in range(lengths[game]):
            move, begin, taken_one = moves[game, number], found, -1
            if number >= openings[game] and move < row[SIZE] * row[SIZE]:
                for candidate in range(row[SIZE] * row[SIZE]):
                    point = point_of(row, candidate)
                    if is_sensible(row, point):
                        if candidate == move:
                            taken_one = found
                        patterns[found], facts[found] = pattern_at(row, point), facts_at(row, point, last_point(row))
                        found += 1
            if taken_one >= 0:
                played[positions], ends[positions] = taken_one, found
                positions += 1
            else:
                found = begin
            play(row, move, taken)
    return positions


def pattern_classes():
    """Number the patterns, alike under a symmetry alike; int [4⁸]."""
    codes = np.arange(PATTERNS)
    around = codes[:, None] >> np.arange(14, -1, -2) & 3  # row by row, the middle left out
    boards = np.insert(around, 4, 0, axis=1).reshape(-1, 3, 3, 1)
    turned = [np.delete(apply_symmetry(boards, k).reshape(-1, 9), 4, axis=1) for k in range(SYMMETRIES)]
    alike = np.min([around @ (1 << np.arange(14, -1, -2)) for around in turned], axis=0)
    return np.unique(alike, return_inverse=True)[1]


def choices_of(games, rules):
    """Collect what a rollout policy chooses from; returns `Choices`."""
    positions = int(games.lengths.sum())
    patterns, facts = (np.empty(positions * rules.points, np.int32) for _ in range(2))
    played, ends = (np.empty(positions, np.int64) for _ in range(2))
    start, taken = new_row(rules), np.empty(rules.points, np.int32)
    found = choices(
        start, games.moves, games.lengths, games.openings, start.copy(), taken, patterns, facts, played, ends
    )
    total = ends[found - 1] if found else 0
    starts = np.concatenate([[0], ends[: max(found - 1, 0)]])
    return Choices(pattern_classes()[patterns[:total]], facts[:total], played[:found], starts)


def log_probabilities(weights, choices):
    """log p of every choice, [n]: the log-softmax, over the choices of its position, of the sum of its weights.

    Args:
      weights: of the facts, then of the classes of patterns.
      choices: `Choices`.
    """
    bits = choices.facts[:, None] >> np.arange(len(FACTS)) & 1
    scores = weights[len(FACTS) + choices.patterns] + bits @ weights[: len(FACTS)]
    sizes = np.diff(choices.starts, append=len(scores))
    highest = np.maximum.reduceat(scores, choices.starts)
    totals = np.add.reduceat(np.exp(scores - np.repeat(highest, sizes)), choices.starts)
    return scores - np.repeat(highest + np.log(totals), sizes)


def fit_rollout_policy(choices, prior=1.0, iterations=60):
    """Find the weights under which the moves played are most probable.

    The weights maximise Σ log p(a | s) − (prior / 2) ‖w‖², which has one maximum: the problem is convex.

    Source: Silver et al. 2016, Methods, "Rollout policy", where the same is done by stochastic gradients.

    Args:
      choices: `Choices`.
      prior: how much a weight is held near 0.
      iterations: of L-BFGS.

    Returns:
      Weights of the facts, then of the classes of patterns, float [3 + classes].
    """
    bits = choices.facts[:, None] >> np.arange(len(FACTS)) & 1
    size = len(FACTS) + pattern_classes().max() + 1
    expert = np.zeros(len(choices.patterns))
    expert[choices.played] = 1

    def negative(weights):
        logs = log_probabilities(weights, choices)
        error = expert - np.exp(logs)  # the gradient of Σ log p by the scores
        gradient = np.concatenate([error @ bits, np.bincount(choices.patterns, error, size - len(FACTS))])
        return prior / 2 * weights @ weights - logs[choices.played].sum(), prior * weights - gradient

    return minimize(negative, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": iterations}).x


def rollout_accuracy(weights, choices):
    """The share of positions in which the expert's move is the most probable one; of equals, the first counts."""
    logs = log_probabilities(weights, choices)
    best = np.array([part.argmax() for part in np.split(logs, choices.starts[1:])]) + choices.starts
    return float((best == choices.played).mean())


def policy_of(weights):
    """The `RolloutPolicy` of some weights."""
    bits = np.arange(2 ** len(FACTS))[:, None] >> np.arange(len(FACTS)) & 1
    patterns, facts = weights[len(FACTS) :][pattern_classes()], bits @ weights[: len(FACTS)]
    return RolloutPolicy(np.exp(patterns).astype(np.float32), np.exp(facts).astype(np.float32))


def save_rollout_policy(file, weights):
    """Save weights."""
    file.parent.mkdir(exist_ok=True)
    with written_whole(file) as draft:
        np.savez_compressed(draft, weights=weights.astype(np.float16))


def load_weights(file=FILE):
    """Load weights; those that come with the course, if no file is named."""
    with np.load(file, allow_pickle=False) as arrays:
        return arrays["weights"].astype(np.float64)
