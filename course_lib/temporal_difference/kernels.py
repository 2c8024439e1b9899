"""The compiled inner loop of the n-step comparison: the book's online algorithm for many n and step sizes at once."""

import numpy as np
from numba import njit


@njit(cache=False)
def n_step_errors(states, rewards, discounts, ns, step_sizes, truth, values):
    """Run n-step TD through one episode of every run, changing `values` in place, and measure the error at its end.

    An update of s_t is made as soon as s_{t+n} is there, from the values as they are then.

    Source: Sutton & Barto 2018, section 7.1, the box "n-step TD for estimating V ≈ v_π".

    Args:
      states: int [T + 1, N]; a run that has ended stays in its terminal state.
      rewards, discounts: [T, N]; discounts 0 where the episode ends.
      ns: int [K]. step_sizes: [L]. truth: v_π, [S]; the states between the first and the last count.
      values: [N, K, L, S].

    Returns:
      √(mean over states of the squared error), [N, K, L].
    """
    errors = np.empty(values.shape[:3])
    for run in range(states.shape[1]):
        length = 0
        while length < len(rewards) and (length == 0 or discounts[length - 1, run] > 0):
            length += 1
        for i in range(len(ns)):
            for j in range(len(step_sizes)):
                table = values[run, i, j]
                for t in range(length):
                    first_ready = max(0, length - ns[i]) if t == length - 1 else t - ns[i] + 1
                    last_ready = length - 1 if t == length - 1 else t - ns[i] + 1
                    for start in range(max(0, first_ready), last_ready + 1):
                        target = table[states[min(start + ns[i], length), run]]
                        for k in range(min(start + ns[i], length) - 1, start - 1, -1):
                            target = rewards[k, run] + discounts[k, run] * target
                        state = states[start, run]
                        table[state] += step_sizes[j] * (target - table[state])
                errors[run, i, j] = np.sqrt(np.mean((table[1:-1] - truth[1:-1]) ** 2))
    return errors
