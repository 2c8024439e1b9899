"""What a world model is shown of what was played."""

from typing import NamedTuple

import numpy as np

from course_lib.workbook import exercise


class Experience(NamedTuple):
    """Rows of what was seen, each with what led to it, the first axis time: [L, B].

    Attributes:
      observations: x_t, [L, B, …].
      actions: a_{t−1}, int32; of no meaning in the first row of an episode.
      rewards: r_t.
      discounts: γ_t: 0 in a terminal state.
      first: whether x_t is the first observation of an episode, bool.
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    discounts: np.ndarray
    first: np.ndarray


@exercise(context="numpy")
def arrivals(observations, actions, rewards_tp1, discounts_tp1, first):
    """Turn rows "what was seen, what was done then, what came of it" into rows "what led here, what is seen".

    A model predicts reward and discount of the state that is reached, so they have to stand beside its observation, with the
    action that led there. Of the first row nobody knows what led to it: it falls away.

    Source: Hafner et al. 2021, figure 2.

    Args:
      observations, actions, rewards_tp1, discounts_tp1, first: x_t, a_t, r_{t+1}, γ_{t+1} and whether x_t begins an episode,
        for t = 0 … L, [L + 1, B, …] and [L + 1, B].

    Returns:
      (x_t, a_{t−1}, r_t, γ_t, first_t) for t = 1 … L.
    """
    return observations[1:], actions[:-1], rewards_tp1[:-1], discounts_tp1[:-1], first[1:]


def experience_of(replay, count, discount, rng):
    """Draw windows of L + 1 rows, all alike, from a `deep_rl.Replay`; returns `Experience` [L, B]."""
    numbers, _ = replay.draw(count, rng)
    drawn = replay.sequences(numbers, np.ones(count), discount)
    # Behind a last row nothing was earned; where worlds began anew at a checkpoint, something else stands in the replay there.
    rewards = np.where(drawn.last, 0, drawn.rewards_tp1)
    parts = drawn.observations, drawn.actions, rewards, drawn.discounts_tp1, drawn.first
    return Experience(*arrivals.current(*(np.swapaxes(part, 0, 1) for part in parts)))
