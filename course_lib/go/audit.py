"""Tests that find bugs in a search and in what it records for the network: where each looks right, and is not."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def tree_is_consistent(visits, total_values, children, values):
    """Tell whether the statistics of a search tree can have come about by a right search.

    Node 0 is the root, and every node was evaluated once, when it was added. Every later walk through it went on by one of
    its edges, since no game ends in this tree. So for an edge (s, a) that leads to the node s′

    N(s, a) = 1 + Σ_b N(s′, b) and W(s, a) = −(v(s′) + Σ_b W(s′, b)),

    and an edge that leads nowhere has N = W = 0. Numbers may differ by 10⁻⁶.

    Args:
      visits: N, [M, A].
      total_values: W, each for the player to move in its node, [M, A].
      children: the node behind each edge, −1 where there is none, int [M, A].
      values: v, what the evaluation of each node said for its player to move, [M].

    Returns:
      True or False.
    """
    below_visits = 1 + visits.sum(axis=1)
    below_values = -(values + total_values.sum(axis=1))
    walked = children >= 0
    should_visits = np.where(walked, below_visits[children], 0)
    should_values = np.where(walked, below_values[children], 0)
    close = np.abs(visits - should_visits) <= 1e-6
    return bool(np.all(close & (np.abs(total_values - should_values) <= 1e-6)))


@exercise(context="numpy")
def examples_are_right(to_play, winner, visits, policies, outcomes):
    """Tell for each position of a game of self-play whether what was recorded teaches the right thing.

    Right is an example whose outcome is +1 if the player to move won in the end, −1 if the other one did and 0 for a draw,
    and whose policy is the share of the visits, N(s, a) / Σ_b N(s, b). Each number may differ by 10⁻³; nan is wrong.

    Args:
      to_play: 1 (Black) or 2 (White), [T]. Sides need not take turns: not every position has to be recorded.
      winner: 1, 2, or 0 for a draw.
      visits: N of the root's edges when each move was chosen, [T, A].
      policies: as recorded, [T, A].
      outcomes: as recorded, [T].

    Returns:
      bool [T].
    """
    won = np.where(to_play == winner, 1.0, -1.0) if winner else np.zeros(len(to_play))
    shares = visits / visits.sum(axis=1, keepdims=True)
    right_policy = np.all(np.abs(policies - shares) <= 1e-3, axis=1)
    return right_policy & (np.abs(outcomes - won) <= 1e-3)
