"""Curiosity where states can be counted: a deep sea, exactly; and why a bonus has to be expected before it is met."""

import numpy as np

from course_lib.deep_rl.hard_worlds import DeepSea


def dive(size, episodes, rng, weight=0.05, optimism=1.0, epsilon=0.0):
    """Learn a deep sea from tables, and say when the treasure was found.

    Two tables, of what is paid and of the bonus 1/√n(s, a), are learnt from each episode backwards by what its greedy
    continuation brings; who dives is greedy for their sum q_e + β q_i. In a world without chance nothing need be averaged,
    so the learning rate is 1.

    Source: Osband et al. 2020 (bsuite), "Deep sea"; Strehl & Littman 2008, for the bonus.

    Args:
      size: N; the sea is that of `DeepSea`.
      episodes: of N steps each.
      rng: a `numpy.random.Generator`.
      weight: β; 0 for no bonus.
      optimism: what q_i expects at first of every step that is left; 0 expects nothing where nobody has been.
      epsilon: ε.

    Returns:
      (in which episodes the treasure was found, bool [episodes]; how often each cell was visited, [N, N]).
    """
    right, cost = DeepSea(1, size).right.tolist(), DeepSea.COST / size
    paid = [[[0.0, 0.0] for _ in range(size)] for _ in range(size + 1)]  # lists: what is read here is single numbers
    bonus = [[[optimism * (size - line)] * 2 for _ in range(size)] for line in range(size + 1)]
    counts, found = np.zeros((size, size, 2), int), np.zeros(episodes, bool)

    def better(line, column):
        """How much more action 1 is worth than action 0."""
        (a, b), (c, d) = paid[line][column], bonus[line][column]
        return b - a + weight * (d - c)

    for episode in range(episodes):
        way, column = [], 0
        chances, anything = rng.random(size), rng.integers(2, size=size)
        for line in range(size):
            ahead = better(line, column)
            action = int(anything[line]) if chances[line] < epsilon or abs(ahead) < 1e-9 else int(ahead > 0)
            goes = action == right[line][column]
            treasure = goes and line == column == size - 1
            after = min(max(column + (1 if goes else -1), 0), size - 1)
            way.append((line, column, action, treasure - goes * cost, after))
            found[episode] |= treasure
            counts[line, column, action] += 1
            column = after
        for line, column, action, reward, after in reversed(way):
            then = int(better(line + 1, after) > 0)
            paid[line][column][action] = reward + paid[line + 1][after][then]
            new = counts[line, column, action] ** -0.5
            bonus[line][column][action] = new + bonus[line + 1][after][then]
    return found, counts.sum(axis=2)
