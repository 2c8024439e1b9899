"""From rewards to returns, and which of them count for first-visit estimates."""

import numpy as np

from course_lib.monte_carlo.episodes import ENDED
from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def first_visit_returns(visited, rewards, discount):
    """Compute the return after every step of a batch of episodes, and mark the first visits.

    G_t = r_{t+1} + γ G_{t+1}, computed backwards; step t is a first visit if the episode was nowhere before where it
    is at t. `visited` may hold states, or numbers of state-action pairs.

    Walking backwards and writing the time into the place of what is visited, the last to write is the first visit.

    Source: Sutton & Barto 2018, section 5.1, first-visit MC prediction.

    Args:
      visited: what is visited at each step, int [T, B]; −1 after the end of an episode.
      rewards: r_{t+1}, [T, B]; 0 after the end.
      discount: γ, a float in [0, 1].

    Returns:
      G_t, [T, B], 0 after the end; and whether t is a first visit, bool [T, B], False after the end.
    """
    steps, episodes = visited.shape
    every, following = np.arange(episodes), np.zeros(episodes)
    returns = np.zeros((steps, episodes))
    earliest = np.empty((episodes, visited.max(initial=ENDED) + 2), np.int32)  # −1 has the last column
    for t in reversed(range(steps)):
        returns[t] = following = rewards[t] + discount * following
        earliest[every, visited[t]] = t
    first = earliest[every, visited] == np.arange(steps)[:, None]
    return returns, first & (visited != ENDED)


def visited_pairs(episodes, num_actions):
    """Number the state-action pairs of a batch: s · A + a, and −1 after the end.

    Args:
      episodes: `Episodes`.
      num_actions: A.

    Returns:
      int [T, B].
    """
    return np.where(episodes.states == ENDED, ENDED, episodes.states * num_actions + episodes.actions)
