"""Replay: the last rows that N worlds went through, and windows drawn from them."""

import os
import pathlib
import tempfile
from typing import NamedTuple

import numpy as np
from numba import njit

from course_lib.deep_rl.n_step import look_ahead
from course_lib.deep_rl.sum_tree import SumTree

KEPT = ("frames", "actions", "rewards", "terminated", "truncated", "first", "last", "states", "extras")


class Transitions(NamedTuple):
    """Steps, or jumps over up to n of them.

    Attributes:
      observations: s_t, [B, …].
      actions: a_t, int32 [B].
      rewards_tp1: the return of the steps, [B].
      discounts_tp1: γ to their number, 0 behind a terminal state, [B].
      next_observations: where they lead, [B, …].
      weights: how much each counts, [B].
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards_tp1: np.ndarray
    discounts_tp1: np.ndarray
    next_observations: np.ndarray
    weights: np.ndarray


class Sequences(NamedTuple):
    """Windows of T rows, which may hold several episodes.

    Attributes:
      observations: s_t, [B, T, …].
      last_actions, last_rewards: a_{t−1} and r_t, 0 in the first row of an episode, [B, T].
      actions: a_t, int32 [B, T].
      rewards_tp1: r_{t+1}, [B, T].
      discounts_tp1: γ, 0 where the episode terminated, [B, T].
      first, last: whether s_t is the first or last observation of an episode, bool [B, T]; no action follows a last one.
      states: what was stored with the first row, [B, 2, H].
      weights: how much each counts, [B].
      extras: other numbers that were kept of each row, [B, T, E].
      last_extras: those of the row before, 0 in the first row of an episode, [B, T, E].
    """

    observations: np.ndarray
    last_actions: np.ndarray
    last_rewards: np.ndarray
    actions: np.ndarray
    rewards_tp1: np.ndarray
    discounts_tp1: np.ndarray
    first: np.ndarray
    last: np.ndarray
    states: np.ndarray
    weights: np.ndarray
    extras: np.ndarray
    last_extras: np.ndarray


class Replay:
    """Keep the last rows of N worlds; draw windows in proportion to their priorities.

    A frame is stored once: what a player sees stacked is put together again when it is drawn. A window that a new row
    has begun to overwrite is not drawn any more.

    Args:
      rows: how many are kept of each world, a multiple of `stride`.
      worlds: the `Worlds`, for their number and for the shape of observations.
      window: rows of a window: n + 1 for n steps.
      stride: rows from the beginning of a window to that of the next.
      state_size: H of the stored states (h, c), which are kept of the rows where windows begin.
      folder: where a file holds the frames, if they are too many for the memory.
      extras: E, how many other numbers are kept of each row.

    Attributes:
      tree: the `SumTree` of priorities, one of each window.

    Raises:
      ValueError: there is not room for a window.
    """

    def __init__(self, rows, worlds, window=2, stride=1, state_size=0, folder=None, extras=0):
        least = window + worlds.stack + stride
        if rows % stride or rows < least:
            raise ValueError(
                f"{rows} rows of each world: give a multiple of {stride}, {least} or more, so that a window of {window} has room."
            )
        self.rows, self.count, self.window, self.stride, self.stack = rows, worlds.count, window, stride, worlds.stack
        shape = (*worlds.shape[:-1], worlds.shape[-1] // self.stack)
        self.frames = _zeros((rows, self.count, *shape), worlds.dtype, folder)
        self.actions, self.rewards = np.zeros((rows, self.count), np.int32), np.zeros((rows, self.count), np.float32)
        self.terminated, self.truncated, self.first, self.last = np.zeros((4, rows, self.count), bool)
        self.states = np.zeros((rows // stride, self.count, 2, state_size), np.float32)
        self.extras = np.zeros((rows, self.count, extras), np.float32)
        self.tree, self.added, self.highest = SumTree(rows // stride * self.count), 0, 1.0

    def __len__(self):
        return min(self.added, self.rows) * self.count

    @property
    def bytes(self):
        """What its arrays take when it is full, in memory and in the file."""
        return sum(getattr(self, name).nbytes for name in KEPT) + self.tree.sums.nbytes

    def add(self, observations, first, states, actions, step, extras=()):
        """Add a row: what was seen and done in each world, and what came of it.

        Args:
          observations, first: before the step, as in `environment.Step`.
          states: (h, c) before the step, [N, H] each.
          actions: int [N].
          step: `environment.Step`.
          extras: the other numbers, [N, E].
        """
        row, before = self.added % self.rows, (self.added - 1) % self.rows
        self.frames[row] = observations[..., -self.frames.shape[-1] :]
        self.first[row] = first
        self.last[row] = (self.terminated[before] | self.truncated[before]) & (self.added > 0)
        self.actions[row], self.rewards[row] = actions, step.rewards
        self.terminated[row], self.truncated[row] = step.terminated, step.truncated
        if self.extras.size:
            self.extras[row] = extras
        if self.states.size and row % self.stride == 0:
            self.states[row // self.stride] = np.stack(states, axis=1)
        self.added += 1
        self._change_priorities()

    def _change_priorities(self):
        """Behind a new row: a window begins to be overwritten, its earlier frames first, and another one is whole."""
        starts = np.array([self.added - self.rows + self.stack, self.added - self.window])  # from the very first row on
        known = (starts >= 0) & (starts % self.stride == 0)
        if known.any():
            rows = starts[known] % self.rows
            numbers = rows[:, None] // self.stride * self.count + np.arange(self.count)
            able = ~self.last[rows] | (self.stride > 1)  # no step begins at the end of an episode
            self.tree[numbers.ravel()] = (able * np.array([[0.0], [self.highest]])[known]).ravel()

    def cut(self):
        """Say that the worlds will begin anew: the newest row becomes the last one of its episode, cut off there."""
        if self.added:
            newest, before = (self.added - 1) % self.rows, (self.added - 2) % self.rows
            running = ~self.last[newest] & ~self.first[newest]
            self.truncated[before] |= running & ~self.terminated[before]
            self.last[newest], self.terminated[newest], self.truncated[newest] = True, False, False

    def draw(self, count, rng):
        """Draw windows by their priorities.

        Returns:
          (their numbers, int [count], the probability of each).
        """
        numbers = rng.permutation(self.tree.draw(count, rng))
        return numbers, self.tree[numbers] / self.tree.total

    def set_priorities(self, numbers, priorities):
        """Set the priorities of windows that were drawn."""
        self.tree[numbers] = np.where(self.tree[numbers] > 0, priorities, 0)
        self.highest = max(self.highest, float(np.max(priorities)))

    def transitions(self, numbers, weights, discount):
        """The steps at which windows begin, and where the n of the window lead; returns `Transitions`."""
        rows, worlds = self._where(numbers)
        n = self.window - 1
        ahead = (rows[:, None] + np.arange(n)) % self.rows, worlds[:, None]
        found = look_ahead(self.rewards[ahead], self.terminated[ahead], self.truncated[ahead], discount, n)
        there = (rows + found.steps) % self.rows
        return Transitions(
            observations=self._seen(rows, worlds),
            actions=self.actions[rows, worlds],
            rewards_tp1=found.returns,
            discounts_tp1=found.discounts,
            next_observations=self._seen(there, worlds),
            weights=weights.astype(np.float32),
        )

    def sequences(self, numbers, weights, discount):
        """Whole windows; returns `Sequences`."""
        rows, worlds = self._where(numbers)
        here = (rows[:, None] + np.arange(self.window)) % self.rows, worlds[:, None]
        before = (here[0] - 1) % self.rows, here[1]
        first = self.first[here]
        return Sequences(
            observations=self._seen(*np.broadcast_arrays(*here)),
            last_actions=np.where(first, 0, self.actions[before]),
            last_rewards=np.where(first, 0, self.rewards[before]),
            actions=self.actions[here],
            rewards_tp1=self.rewards[here],
            discounts_tp1=np.float32(discount) * ~self.terminated[here],
            first=first,
            last=self.last[here],
            states=self.states[rows // self.stride, worlds],
            weights=weights.astype(np.float32),
            extras=self.extras[here],
            last_extras=self.extras[before] * ~first[..., None],
        )

    def _sizes(self):
        return np.array([self.rows, self.window, self.stride, self.stack])

    def _where(self, numbers):
        return numbers // self.count * self.stride, numbers % self.count

    def _seen(self, rows, worlds):
        """What was seen in some rows: a frame, behind earlier ones of the same episode."""
        if self.stack == 1:
            return self.frames[rows, worlds]
        seen = np.empty((*rows.shape, *self.frames.shape[2:-1], self.stack), self.frames.dtype)
        frames = self.frames.reshape(self.rows, self.count, -1)
        _stack(frames, self.first, rows.ravel(), worlds.ravel(), seen.reshape(rows.size, frames.shape[-1] * self.stack))
        return seen

    def pack(self):
        """What a checkpoint has to hold, {name: array}; rows that were never written are left out."""
        arrays = {name: getattr(self, name)[: self.added] for name in KEPT}
        numbers = {"sums": self.tree.sums, "added": np.array(self.added), "highest": np.array(self.highest)}
        return arrays | numbers | {"sizes": self._sizes()}

    def unpack(self, arrays):
        """Put back what `pack` returned.

        Raises:
          ValueError: it does not fit this replay.
        """
        found = {name: arrays.get(name, np.zeros(0)) for name in (*KEPT, "sums", "added", "highest", "sizes")}
        if "extras" not in arrays:  # kept before there were any
            found["extras"] = np.zeros((len(found["frames"]), self.count, 0), np.float32)
        fits = [found[name].shape[1:] == getattr(self, name).shape[1:] for name in KEPT]
        same = np.array_equal(found["sizes"], self._sizes()) and found["frames"].dtype == self.frames.dtype
        if not (all(fits) and same):
            raise ValueError("the rows kept are of another replay: of other worlds, or with another window or size")
        for name in KEPT:
            getattr(self, name)[: len(found[name])] = found[name]
        self.tree.sums[:] = found["sums"]
        self.added, self.highest = int(found["added"]), float(found["highest"])


def _zeros(shape, dtype, folder):
    """An array of zeros; in a file where a folder is named, read and written by the page as it is used.

    The file has no name any more where the system allows that: whatever ends the program, its room is free then.
    """
    if not folder:
        return np.zeros(shape, dtype)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="replay-frames-", delete=os.name == "posix") as file:
        return np.asarray(np.memmap(file, dtype, "w+", shape=shape))


@njit(cache=True)
def _stack(frames, first, rows, worlds, seen):
    """Put together what was seen in some rows: four frames, pixel by pixel; zeros for those before the episode."""
    nothing = np.zeros_like(frames[0, 0])
    for k in range(len(rows)):
        row, world, earlier = rows[k], worlds[k], 0
        while earlier < 3 and not first[row - earlier, world]:  # an index below 0 counts from the end, as the ring does
            earlier += 1
        _weave(
            frames[row - 3, world] if earlier > 2 else nothing,
            frames[row - 2, world] if earlier > 1 else nothing,
            frames[row - 1, world] if earlier > 0 else nothing,
            frames[row, world],
            seen[k],
        )


@njit(cache=True)
def _weave(a, b, c, d, woven):
    """a_0 b_0 c_0 d_0 a_1 …: NumPy takes ten times as long, since it writes one of the four at a time."""
    for k in range(len(a)):
        woven[4 * k], woven[4 * k + 1], woven[4 * k + 2], woven[4 * k + 3] = a[k], b[k], c[k], d[k]
