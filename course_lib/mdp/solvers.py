"""Solve an MDP of up to millions of states: one loop, in which only the refinement between two sweeps differs."""

import contextlib
import threading
import time
from typing import NamedTuple

import numba
import numpy as np
from tqdm.auto import tqdm

from course_lib.mdp import kernels
from course_lib.mdp.bellman import look_ahead, policy_probabilities
from course_lib.mdp.evaluation import evaluate_policy, starting_values
from course_lib.mdp.improvement import all_greedy_actions, greedy_actions
from course_lib.mdp.policy_iteration import policy_iteration, value_iteration
from course_lib.workbook.exercise import also_computes

METHODS = ("value_iteration", "modified_policy_iteration", "policy_iteration", "prioritised_sweeping")
EXACT_STATES = 1000  # up to here "auto" solves linear equations, which is quick and does not mind γ near 1
SERIAL_ENTRIES = 500_000  # up to here a sweep takes less time than waking the threads for it
EVALUATION_SWEEPS = 100  # of modified policy iteration, at most, between two improvements
EVALUATION_GAIN = 0.1  # it stops earlier once the span of the changes has shrunk to this part
ROUNDING = 1e-12  # relative difference below which two values count as equal

_one_at_a_time = threading.Lock()  # Numba's workqueue, its fallback, aborts the process on a second parallel loop


class Solution(NamedTuple):
    """What `solve` returns.

    Attributes:
      values: v, within `bound` of v* (γ < 1), [S].
      actions: a policy whose own values are within 2 · bound of v* (γ < 1), int [S]. For γ = 1, actions within the
        tolerance of the best that lead to an end, wherever there are such.
      sweeps: sweeps over all states and actions.
      evaluations: sweeps over the rows of the chosen actions only (prioritised sweeping: 1 + backups / S).
      bound: for γ < 1, the proven error max_s |v(s) − v*(s)|; for γ = 1, the last change max_s |v_{k+1}(s) − v_k(s)|.
      seconds: wall time.
    """

    values: np.ndarray
    actions: np.ndarray
    sweeps: int
    evaluations: float
    bound: float
    seconds: float


@also_computes(policy_iteration, value_iteration, greedy_actions)
def solve(mdp, *, method="auto", tolerance=1e-6, values=None, max_sweeps=1_000_000, progress=False):
    """Find optimal values and actions of a dense or sparse MDP.

    Every round applies the Bellman optimality operator once, v' = max_a q, and reads two bounds from it (MacQueen
    1966): with l and h the smallest and largest entry of v' − v, v* lies between v' + γ/(1 − γ) l and
    v' + γ/(1 − γ) h. It ends when their middle is within the tolerance. That is a proof whatever came before, so
    methods are free in how they refine v' for the next round:

    - "value_iteration": not at all.
    - "modified_policy_iteration": with some sweeps under the greedy policy, which read one row for each state.
    - "policy_iteration": with the exact values of the greedy policy (a linear solve: for small or banded MDPs).
    - "prioritised_sweeping": state by state, largest error first (where few rewards lie far away: it works back from them).
    - "auto": policy iteration up to 1000 states, then modified policy iteration.

    For γ = 1 there is no such bound: it ends when no value changes by more than the tolerance, and this needs every
    policy either to end or to pay without limit for not ending, or all rewards to be at least 0.

    Source: Puterman 1994, sections 6.5 (modified policy iteration) and 6.6 (spans and bounds).

    Args:
      mdp: a `TabularMDP`.
      method: see above.
      tolerance: largest error allowed in any value (γ = 1: largest change).
      values: where to start, [S]; zero if left out.
      max_sweeps: how many rounds to allow.
      progress: whether to show a progress bar.

    Returns:
      A `Solution`.

    Raises:
      ValueError: unknown method, a tolerance that rounding does not let reach, values that are not finite numbers
        [S], or max_sweeps below 1.
      RuntimeError: the tolerance was not met within max_sweeps.
    """
    started = time.perf_counter()
    _check_tolerance(mdp, tolerance)
    refine = _refinement(mdp, method)
    sweeper = (_SparseSweeper if mdp.is_sparse else _DenseSweeper)(mdp, keep_rows=refine is _evaluate_partially)
    values = starting_values(mdp, values, max_sweeps)
    evaluations = 0
    with tqdm(disable=not progress, unit=" sweeps") as bar, _threads(mdp):
        for sweep in range(1, max_sweeps + 1):
            values, low, high = sweeper.improve(values)
            bound, correction = _bound(mdp.discount, low, high)
            bar.update()
            bar.set_postfix_str(f"bound {bound:.2e}", refresh=False)
            if bound <= tolerance:
                values = np.where(mdp.terminal, 0.0, values + correction)
                actions = _that_end(mdp, values, sweeper.actions, tolerance) if mdp.discount == 1 else sweeper.actions
                seconds = time.perf_counter() - started
                return Solution(values, actions, sweep, evaluations, float(bound), seconds)
            values, done = refine(mdp, sweeper, values, high - low, _threshold(mdp.discount, tolerance))
            evaluations += done
    raise RuntimeError(
        f"after {max_sweeps} sweeps the bound is {bound:.3g}, not {tolerance:.3g}: raise one of the two."
    )


@contextlib.contextmanager
def _threads(mdp):
    """Solve one sparse MDP at a time, a small one on one thread."""
    if not mdp.is_sparse:
        yield
        return
    with _one_at_a_time:
        before = numba.get_num_threads()
        numba.set_num_threads(1 if mdp.transitions.nnz <= SERIAL_ENTRIES else before)
        try:
            yield
        finally:
            numba.set_num_threads(before)


def _bound(discount, low, high):
    """Return the error that may remain, and what to add to the values to have it equal on both sides."""
    if discount == 1:
        return max(abs(low), abs(high)), 0.0
    scale = discount / (1 - discount)
    return scale * (high - low) / 2, scale * (high + low) / 2


def _threshold(discount, tolerance):
    """Return a change of values, the same for all states, that is small enough for the tolerance, with a margin."""
    return 0.5 * tolerance * (1 - discount) / discount if 0 < discount < 1 else 0.5 * tolerance


def _refinement(mdp, method):
    """Return the function that a method runs between two sweeps."""
    if method == "auto":
        method = "policy_iteration" if mdp.num_states <= EXACT_STATES else "modified_policy_iteration"
    if method not in METHODS:
        raise ValueError(f'method={method!r} is not known: use "auto" or one of {", ".join(METHODS)}.')
    return (_leave, _evaluate_partially, _evaluate_exactly, _sweep_by_priority)[METHODS.index(method)]


def _check_tolerance(mdp, tolerance):
    """Refuse a tolerance for which the loop would never end."""
    limit = 0.0
    if mdp.discount < 1:  # values are at most max|r| / (1 − γ), and a bound is their last digit over 1 − γ
        limit = 4 * np.finfo(float).eps * np.abs(mdp.rewards).max() / (1 - mdp.discount) ** 2
    if not tolerance > 0 or tolerance < limit:
        raise ValueError(
            f"tolerance={tolerance}: give a positive one; rounding allows no less than {1.01 * limit:.3g} here."
        )


def _leave(mdp, sweeper, values, span, threshold):
    """Refine nothing: value iteration."""
    return values, 0


def _evaluate_partially(mdp, sweeper, values, span, threshold):
    """Sweep under the greedy policy until that promises little more."""
    return sweeper.evaluate(values, max(threshold, EVALUATION_GAIN * span))


def _evaluate_exactly(mdp, sweeper, values, span, threshold):
    """Solve for the values of the greedy policy."""
    try:
        return evaluate_policy(mdp, sweeper.actions), 1
    except ValueError:  # γ = 1 and this policy never ends: sweep on until there is one that does
        return values, 0


def _sweep_by_priority(mdp, sweeper, values, span, threshold):
    """Back up states by priority until every residual is below the threshold."""
    mdp = mdp.to_sparse()
    chain, backwards = _unsigned(mdp.transitions), mdp.transitions.tocsc()
    backwards.sort_indices()
    best, _, _ = sweeper.improve(values)
    values, residual = values.copy(), np.abs(best - values)
    limit = 1000 * mdp.num_states
    done = kernels.prioritised_sweeping(
        chain, _unsigned(backwards), mdp.rewards, mdp.discount, values, residual, threshold, limit
    )
    return values, 1 + done / mdp.num_states


def _that_end(mdp, values, actions, tolerance):
    """Choose among the best actions those that lead to an end.

    Without a discount, waiting for a reward is worth as much as fetching it, so that greedy actions may wait for ever.
    This walks backwards from the terminal states: over the greedy actions, then over ties, then over what is within
    the tolerance. A state that is worth 0 need not end, so the last walk starts from these too.
    """
    sparsely = mdp.to_sparse()  # its look-ahead and its columns
    q, backwards = look_ahead(sparsely, values), _unsigned(sparsely.transitions.tocsc())
    actions, reached = actions.copy(), mdp.terminal.copy()
    chosen = policy_probabilities(actions, mdp.num_actions) > 0
    ties = all_greedy_actions(q, ROUNDING * np.abs(q).max())
    near = all_greedy_actions(q, tolerance)
    for allowed in (chosen, ties, near):
        kernels.lead_to(backwards, allowed, reached, actions)
    reached |= np.abs(values) <= tolerance
    kernels.lead_to(backwards, near, reached, actions)
    return actions


def _unsigned(matrix):
    """Return the arrays of a CSR or CSC matrix, with indices that Numba does not test for a sign."""
    unsigned = np.dtype(f"u{matrix.indices.dtype.itemsize}")
    return matrix.data, matrix.indices.view(unsigned), matrix.indptr.view(unsigned)


class _DenseSweeper:
    """Sweep over a dense MDP: the products go to BLAS."""

    def __init__(self, mdp, keep_rows):
        self.mdp, self.actions = mdp, None
        self.rows = mdp.transitions.reshape(-1, mdp.num_states)

    def improve(self, values):
        """Return max_a q, and the smallest and largest change."""
        q = self.mdp.rewards + self.mdp.discount * (self.rows @ values).reshape(self.mdp.rewards.shape)
        self.actions = q.argmax(axis=1)
        best = q.max(axis=1)
        return best, (best - values).min(), (best - values).max()

    def evaluate(self, values, span):
        """Return the values after sweeps under the greedy policy, and their number."""
        states = np.arange(len(values))
        chain = self.mdp.discount * self.mdp.transitions[states, self.actions]
        rewards = self.mdp.rewards[states, self.actions]
        for done in range(1, EVALUATION_SWEEPS + 1):
            change = rewards + chain @ values - values
            values = values + change
            if np.ptp(change) <= span or done == EVALUATION_SWEEPS:
                return values, done


class _SparseSweeper:
    """Sweep over a sparse MDP with compiled, threaded loops and memory that is claimed once."""

    def __init__(self, mdp, keep_rows):
        self.arrays = (*_unsigned(mdp.transitions), mdp.rewards, mdp.discount)
        self.discount = mdp.discount
        self.actions = np.full(mdp.num_states, -1)
        self.kept = self._room(mdp, keep_rows)
        self.spare = np.empty(mdp.num_states), np.empty(mdp.num_states)

    def _room(self, mdp, keep_rows):
        """Claim memory for the longest row of each state, or none."""
        lengths = np.diff(mdp.transitions.indptr).reshape(mdp.rewards.shape).max(axis=1) * keep_rows
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(self.arrays[2].dtype)
        indices = np.empty(starts[-1], self.arrays[1].dtype)
        return np.empty(starts[-1]), indices, starts, np.empty(mdp.num_states)

    def improve(self, values):
        """Return max_a q, and the smallest and largest change."""
        new_values = self.spare[0] if values is not self.spare[0] else self.spare[1]
        low, high = kernels.improvement_sweep(*self.arrays, values, new_values, self.actions, self.kept)
        return new_values, low, high

    def evaluate(self, values, span):
        """Return the values after sweeps under the greedy policy, and their number."""
        other = self.spare[0] if values is not self.spare[0] else self.spare[1]
        done = kernels.evaluation_sweeps(self.kept, self.discount, values, other, span, EVALUATION_SWEEPS)
        return (other if done % 2 else values), done
