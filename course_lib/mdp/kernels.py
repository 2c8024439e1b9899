"""The compiled inner loops of `solve` on sparse MDPs.

Transitions come as the three arrays of a CSR matrix with row s * A + a. Successors and starts are unsigned, because
Numba gives every signed index a test for "counted from the end", which here costs as much as the sum itself.
Threads share out contiguous blocks of states; every array is written by one thread per entry and read from another,
so that the result does not depend on the number of threads.
"""

import heapq
import os

import numpy as np

# GNU OpenMP lets idle threads spin. On a busy machine they then hold the core that the working thread needs, which
# costs a factor of five; it reads this once, when Numba first starts its threads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from numba import njit, prange


@njit(cache=True)
def _expected(probabilities, successors, starts, row, values):
    """Return Σ_s' P(s'|s, a) v(s') of one row."""
    expected = 0.0
    k, end = np.uint64(starts[row]), np.uint64(starts[row + 1])
    while k < end:
        expected += probabilities[k] * values[successors[k]]
        k += np.uint64(1)
    return expected


@njit(parallel=True, cache=True)
def improvement_sweep(probabilities, successors, starts, rewards, discount, values, new_values, actions, kept):
    """Write max_a q(s, a) and the action that attains it, and keep that action's row; all in one pass.

    Args:
      probabilities, successors, starts: the CSR arrays of P, [nnz], [nnz], [S * A + 1].
      rewards, discount, values: r [S, A], γ and v [S].
      new_values, actions: outputs, [S].
      kept: in and out: (probabilities, successors, starts, rewards) of the chain under `actions`, with room for the
        longest row of each state; without room, no rows are kept.

    Returns:
      The smallest and the largest change of a value.
    """
    num_states, num_actions = rewards.shape
    low, high = np.inf, -np.inf
    for state in prange(num_states):
        best, best_action = -np.inf, 0
        for action in range(num_actions):
            row = state * num_actions + action
            q = rewards[state, action] + discount * _expected(probabilities, successors, starts, row, values)
            best_action = action if q > best else best_action
            best = max(best, q)
        if actions[state] != best_action:
            actions[state] = best_action
            row = state * num_actions + best_action
            _keep_row(probabilities, successors, starts[row], starts[row + 1], rewards[state, best_action], kept, state)
        new_values[state] = best
        low, high = min(low, best - values[state]), max(high, best - values[state])
    return low, high


@njit(cache=True)
def _keep_row(probabilities, successors, start, end, reward, kept, state):
    """Copy the row of a newly chosen action to its state's place, filled up with probabilities 0."""
    kept_probabilities, kept_successors, kept_starts, kept_rewards = kept
    kept_rewards[state] = reward
    for place in range(kept_starts[state], kept_starts[state + 1]):
        k = start + (place - kept_starts[state])
        kept_probabilities[place] = probabilities[k] if k < end else 0.0
        kept_successors[place] = successors[k] if k < end else 0


@njit(parallel=True, cache=True)
def evaluation_sweeps(kept, discount, values, new_values, span, max_sweeps):
    """Repeat v ← r_π + γ P_π v until the changes of all states differ by at most `span`.

    Args:
      kept: the chain, as `improvement_sweep` keeps it.
      discount: γ.
      values, new_values: start, and room for one more; both are overwritten, [S].
      span: largest minus smallest change at which to stop.
      max_sweeps: how many sweeps to allow.

    Returns:
      The number of sweeps. The result is in `values` if it is even, else in `new_values`.
    """
    probabilities, successors, starts, rewards = kept
    for sweep in range(max_sweeps):
        low, high = np.inf, -np.inf
        for state in prange(len(values)):
            value = rewards[state] + discount * _expected(probabilities, successors, starts, state, values)
            new_values[state] = value
            low, high = min(low, value - values[state]), max(high, value - values[state])
        values, new_values = new_values, values
        if high - low <= span:
            return sweep + 1
    return max_sweeps


@njit(cache=True)
def prioritised_sweeping(chain, predecessors, rewards, discount, values, residual, target, max_backups):
    """Back up one state at a time, always (nearly) the one whose value is most wrong.

    `residual[s]` is an upper bound of |max_a q(s, a) − v(s)|: a change δ of v(s') adds γ max_a P(s'|s, a) |δ| to it.
    A state waits in the heap while its bound is above the target; it is pushed again only when its bound has
    doubled, which keeps the heap small.

    Source: Moore & Atkeson 1993; Sutton & Barto 2018, section 8.4.

    Args:
      chain: the CSR arrays of P, (probabilities, successors, starts).
      predecessors: the CSC arrays of P, (probabilities, rows, starts), rows in ascending order.
      rewards, discount: r [S, A] and γ.
      values, residual: v and the bounds, [S]; both are changed in place.
      target: the bound at which a state is right enough.
      max_backups: how many backups to allow.

    Returns:
      The number of backups.
    """
    queued = np.where(residual > target, residual, 0.0)
    heap = [(-queued[state], state) for state in range(len(values)) if queued[state] > 0]
    heapq.heapify(heap)
    backups = 0
    while len(heap) > 0 and backups < max_backups:
        priority, state = heapq.heappop(heap)
        if -priority != queued[state]:
            continue  # pushed again since, with a larger bound
        value = _best_value(chain, rewards, discount, values, state)
        change = discount * abs(value - values[state])
        values[state], residual[state], queued[state] = value, 0.0, 0.0
        _tell_predecessors(predecessors, rewards.shape[1], state, change, target, residual, queued, heap)
        backups += 1
    return backups


@njit(cache=True)
def lead_to(predecessors, allowed, reached, actions):
    """Give every state from which allowed actions can lead to a reached state an action that does; breadth first.

    Args:
      predecessors: the CSC arrays of P, (probabilities, rows, starts).
      allowed: which actions may be chosen, bool [S, A].
      reached: where to start, bool [S]; the states found are added.
      actions: int [S]; those of the states found are overwritten.
    """
    probabilities, rows, starts = predecessors
    queue = list(np.flatnonzero(reached))
    done = 0
    while done < len(queue):
        for k in range(np.int64(starts[queue[done]]), np.int64(starts[queue[done] + 1])):
            before, action = divmod(np.int64(rows[k]), allowed.shape[1])
            if allowed[before, action] and not reached[before] and probabilities[k] > 0:
                reached[before], actions[before] = True, action
                queue.append(before)
        done += 1


@njit(cache=True)
def _best_value(chain, rewards, discount, values, state):
    """Return max_a q(s, a) of one state."""
    probabilities, successors, starts = chain
    best = -np.inf
    for action in range(rewards.shape[1]):
        row = state * rewards.shape[1] + action
        expected = _expected(probabilities, successors, starts, row, values)
        best = max(best, rewards[state, action] + discount * expected)
    return best


@njit(cache=True)
def _tell_predecessors(predecessors, num_actions, state, change, target, residual, queued, heap):
    """Raise the bounds of the states that may lead here, and queue those that got too large."""
    probabilities, rows, starts = predecessors
    k, end = np.int64(starts[state]), np.int64(starts[state + 1])  # unsigned with signed would be a float
    while k < end:
        before, largest = np.int64(rows[k]) // num_actions, 0.0
        while k < end and np.int64(rows[k]) // num_actions == before:  # the actions of one state lie side by side
            largest = max(largest, probabilities[k])
            k += 1
        residual[before] += change * largest
        if residual[before] > max(target, 2 * queued[before]):
            queued[before] = residual[before]
            heapq.heappush(heap, (-queued[before], before))
