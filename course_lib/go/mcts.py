"""The formulas of Monte Carlo tree search: what to look at next, what a result changes, what to play in the end.

For an edge (s, a) of the tree: N(s, a) how often it was walked, W(s, a) the sum of what came of it from the side of
the player to move in s, Q = W / N, P(s, a) its prior probability.
"""

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.workbook import exercise


@exercise(context="numba")
def ucb1_scores(visits, total_values, exploration):
    """Score the moves of a node by the upper confidence bound of their values.

    Q(s, a) + c √(ln Σ_b N(s, b) / N(s, a)); infinite for a move that was never tried.

    Source: Auer, Cesa-Bianchi & Fischer 2002; Kocsis & Szepesvári 2006, UCT.

    Args:
      visits: N(s, ·), int [A].
      total_values: W(s, ·), [A].
      exploration: c.

    Returns:
      Scores, float [A].
    """
    scores = np.full(len(visits), np.inf)
    total = visits.sum()
    for move in range(len(visits)):
        count = visits[move]
        if count > 0:
            scores[move] = total_values[move] / count + exploration * np.sqrt(np.log(total) / count)
    return scores


@exercise(context="numba")
def puct_scores(priors, visits, total_values, exploration):
    """Score the moves of a node by their values and by what the policy thinks of them.

    Q(s, a) + c P(s, a) √(Σ_b N(s, b)) / (1 + N(s, a)), with Q = 0 for a move that was never tried.

    Source: Silver et al. 2017, Methods, "Search algorithm"; after Rosin 2011.

    Args:
      priors: P(s, ·), [A].
      visits: N(s, ·), int [A].
      total_values: W(s, ·), [A].
      exploration: c.

    Returns:
      Scores, float [A].
    """
    scores = np.zeros(len(visits))
    root = np.sqrt(visits.sum())
    for move in range(len(visits)):
        value = total_values[move] / visits[move] if visits[move] > 0 else 0.0
        scores[move] = value + exploration * priors[move] * root / (1 + visits[move])
    return scores


@exercise(context="numba")
def backup(visits, total_values, leaf_value):
    """Note a result on all edges of the path that led to it.

    N ← N + 1, W ← W ± v: each edge counts for the player who chose it, and players take turns.

    Source: Silver et al. 2017, Methods, "Backup".

    Args:
      visits: N of the edges from the root down to the leaf, int [D]; no edge where the root is the leaf, D = 0.
      total_values: W of the same edges, [D].
      leaf_value: v, for the player to move at the leaf: the opponent of the one who chose the last edge.

    Returns:
      The new (N, W), each [D].
    """
    new_visits, new_totals = visits + 1, total_values.astype(np.float64)
    value = leaf_value
    for edge in range(len(visits) - 1, -1, -1):
        value = -value
        new_totals[edge] += value
    return new_visits, new_totals


@exercise(context="numba")
def noisy_priors(priors, legal, gammas, fraction):
    """Mix noise into the priors of a root, so that every legal move has a chance to be looked at.

    P ← (1 − ε) P + ε η with η ~ Dir(α) over the legal moves: independent Gamma(α, 1) numbers divided by their sum.
    Where every draw of a legal move is 0, as can happen in floats for a small α, the priors stay as they are.

    Source: Silver et al. 2017, Methods, "Self-play", with ε = ¼ and α = 0.03 on 19 by 19.

    Args:
      priors: P(s, ·), 0 for illegal moves, float32 [A].
      legal: which moves are legal, bool [A].
      gammas: a draw of Gamma(α, 1) for each move, legal or not, [A].
      fraction: ε.

    Returns:
      The new priors, 0 for illegal moves and with the sum 1, [A].
    """
    noise = np.where(legal, gammas, 0.0)
    total = noise.sum()
    if total <= 0:  # for a small α every draw can be too small for a float
        return priors * 1.0
    return (1 - fraction) * priors + fraction * (noise / total)


@exercise(context="numba")
def visit_policy(visits, temperature):
    """Turn the visits of a root into probabilities to play by, and to teach the network with.

    π(a) ∝ N(s, a)^{1/τ}; for τ = 0 the most visited moves share it all equally.

    Source: Silver et al. 2017, Methods, "Play".

    Args:
      visits: N(s, ·), int [A]; not all 0.
      temperature: τ ≥ 0, however small.

    Returns:
      π, [A].
    """
    shares = visits / visits.max()  # 1 at the largest, so that no power overflows
    policy = np.where(shares == 1.0, 1.0, 0.0) if temperature == 0 else shares ** (1.0 / temperature)
    return policy / policy.sum()


def dirichlet_alpha(num_moves):
    """The α of the root noise for a board with this many moves: 0.03 for the 362 of 19 by 19, in inverse proportion.

    Source: Silver et al. 2018, AlphaZero, where α is scaled to the number of legal moves.
    """
    return 10.83 / num_moves


@Kernel
def exploration_rate(visits, first=1.25, base=19652.0):
    """How much a node that was visited N times explores: c(s) = ln((1 + N + base) / base) + first; with base 0, `first`.

    Source: Silver et al. 2018, AlphaZero, Methods, "Search".
    """
    return first + (np.log((1 + visits + base) / base) if base > 0 else 0.0 * visits)
