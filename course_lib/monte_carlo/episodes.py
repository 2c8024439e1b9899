"""Playing: a batch of episodes as arrays, from any world that can be started and stepped.

A world has `num_states`, `num_actions`, and two methods:

- `start(count, rng)` returns the first states of `count` episodes, int [count].
- `step(states, actions, rng)` returns (next states, rewards, terminated, truncated) of the episodes that still run,
  each [n]. Those that have ended are left out of the next call, so a world that keeps things to itself
  (`GymnasiumWorld`) drops them too. `truncated` may be plain False.

Worlds that can start in any state (`restartable`) are given `starts`, for instance for exploring starts.
"""

from typing import NamedTuple

import numpy as np

MAX_STEPS = 10_000
ENDED = -1  # what `states` holds after the end of an episode


class Episodes(NamedTuple):
    """A batch of B episodes, T steps long at most; time runs along the first axis.

    Attributes:
      states: s_t, int [T, B]; −1 after the end.
      actions: a_t, int [T, B]; 0 after the end.
      rewards: r_{t+1}, which follows a_t, [T, B]; 0 after the end.
      truncated: whether an episode was cut before its end, bool [B]; its return is then only a part of it.
    """

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    truncated: np.ndarray

    @property
    def lengths(self):
        """The number of steps of each episode, [B]."""
        return (self.states != ENDED).sum(axis=0)

    def chosen(self, policy):
        """Look up π(a_t|s_t) of the steps that were taken, 1 after the end.

        Args:
          policy: π(a|s), [S, A].

        Returns:
          [T, B].
        """
        return np.where(self.states == ENDED, 1.0, np.asarray(policy)[self.states, self.actions])


def play(world, policy, episodes, rng, *, starts=None, first_actions=None, max_steps=MAX_STEPS, on_truncation="error"):
    """Play a batch of episodes side by side.

    Args:
      world: see the top of this module.
      policy: π(a|s), [S, A].
      episodes: B, how many.
      rng: a `numpy.random.Generator`; it decides everything that is random.
      starts: the first states, int [B], if the world is to start there.
      first_actions: the first actions, int [B], if the policy is not to choose them (exploring starts).
      max_steps: where an episode is cut that has not ended.
      on_truncation: "error", or "keep": cut episodes are handed out and marked in `truncated`.

    Returns:
      `Episodes`.

    Raises:
      ValueError: the policy does not fit the world, or the world cannot start in given states.
      RuntimeError: an episode did not end, and on_truncation is "error".
    """
    policy = checked_policy(world, policy)
    if on_truncation not in ("error", "keep"):
        raise ValueError(f'on_truncation={on_truncation!r} is not known: use "error" or "keep".')
    if episodes < 1 or max_steps < 1:
        raise ValueError(f"episodes={episodes}, max_steps={max_steps}: at least 1 of each is needed.")
    thresholds = policy.cumsum(axis=1)[:, :-1]
    states = world.start(episodes, rng) if starts is None else _given(world, starts, episodes)
    running, truncated, steps = np.arange(episodes), np.zeros(episodes, bool), []
    while len(running) and len(steps) < max_steps:
        actions = (rng.random((len(running), 1)) >= thresholds[states]).sum(axis=1)
        if first_actions is not None and not steps:
            actions = np.asarray(first_actions)
        successors, rewards, terminated, cut = world.step(states, actions, rng)
        steps.append(_spread(episodes, running, states, actions, rewards))
        truncated[running] |= cut
        goes_on = ~(terminated | cut)
        running, states = running[goes_on], successors[goes_on]
    truncated[running] = True
    if on_truncation == "error":
        _expect_ends(truncated, len(steps), max_steps)
    return Episodes(*(np.stack(column) for column in zip(*steps, strict=True)), truncated)


def batches(world, total, size):
    """Yield the sizes of batches that add up to a total, the last one smaller where it has to be.

    Args:
      world: may have a `largest_batch`.
      total: how many episodes in all.
      size: how many in a batch.

    Raises:
      ValueError: one of the two is below 1.
    """
    if total < 1 or size < 1:
        raise ValueError(f"{total} episodes in batches of {size}: both are at least 1.")
    size = min(size, getattr(world, "largest_batch", size))
    for done in range(0, total, size):
        yield min(size, total - done)


def checked_policy(world, policy):
    """Return a policy as an array; refuse one that is not a table of probabilities for this world.

    Raises:
      ValueError: its shape is not [S, A], or a row is not a distribution.
    """
    policy, wanted = np.asarray(policy, float), (world.num_states, world.num_actions)
    if policy.shape != wanted:
        raise ValueError(
            f"policy has shape {policy.shape}, the world asks for {wanted}: a row of probabilities for each state."
        )
    if not (policy.min() >= 0 and np.abs(policy.sum(axis=1) - 1).max() <= 1e-8):  # NaN compares as False
        raise ValueError("policy [S, A]: each row holds probabilities, none negative, that sum to 1.")
    return policy


def _given(world, starts, episodes):
    """The states to start from, as an array of one for each episode."""
    if not getattr(world, "restartable", False):
        raise ValueError(f"{type(world).__name__} starts where it likes: leave `starts` out.")
    starts = np.asarray(starts)
    if starts.shape not in ((), (episodes,)) or starts.min() < 0 or starts.max() >= world.num_states:
        raise ValueError(
            f"starts has shape {starts.shape} and goes from {starts.min()} to {starts.max()}: give one state, or one "
            f"for each of {episodes} episodes, between 0 and {world.num_states - 1}."
        )
    return np.broadcast_to(starts, (episodes,))


def _spread(episodes, running, states, actions, rewards):
    """One step of the episodes that still run, as rows with a place for every episode."""
    rows = np.full(episodes, ENDED), np.zeros(episodes, int), np.zeros(episodes)
    for row, values in zip(rows, (states, actions, rewards), strict=True):
        row[running] = values
    return rows


def _expect_ends(truncated, steps, max_steps):
    """Refuse cut episodes: what follows the cut is missing in their returns."""
    if not truncated.any():
        return
    by = f"max_steps={max_steps}" if steps == max_steps else "the environment's own time limit"
    raise RuntimeError(
        f"{truncated.sum()} of {len(truncated)} episodes were cut by {by} before they ended, so their returns are not "
        "known. Use a policy that always ends, allow more steps, or pass on_truncation='keep' to count what was "
        "collected until then."
    )
