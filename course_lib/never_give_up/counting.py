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
    world = DeepSea(1, size)
    paid = np.zeros((size + 1, size, 2))
    left = np.arange(size, -1, -1.0)[:, None, None]
    bonus = optimism * left * np.ones((1, size, 2))
    counts, found = np.zeros((size, size, 2), int), np.zeros(episodes, bool)
    for episode in range(episodes):
        way, column = [], 0
        for line in range(size):
            values = paid[line, column] + weight * bonus[line, column]
            best = np.flatnonzero(values >= values.max() - 1e-9)
            action = int(rng.integers(2)) if rng.random() < epsilon else int(rng.choice(best))
            right = action == world.right[line, column]
            treasure = right and line == column == size - 1
            found[episode] |= treasure
            way.append((line, column, action, treasure - right * world.COST / size))
            column = min(max(column + (1 if right else -1), 0), size - 1)
            counts[way[-1][:3]] += 1
        for line, column, action, reward in reversed(way):
            right = action == world.right[line, column]
            there = line + 1, min(max(column + (1 if right else -1), 0), size - 1)
            after = np.argmax(paid[there] + weight * bonus[there])
            paid[line, column, action] = reward + paid[there][after]
            bonus[line, column, action] = 1 / np.sqrt(counts[line, column, action]) + bonus[there][after]
    return found, counts.sum(axis=2)
