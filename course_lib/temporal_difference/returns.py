"""Returns between one step and the whole episode: n-step returns, and their mixture, the λ-return."""

import numpy as np

from course_lib.workbook.exercise import also_computes, exercise


def n_step_returns(rewards_tp1, discounts_tp1, values_tp1, n):
    """Add up n rewards and then trust the value, or all rewards where fewer than n are left.

    G_t = r_{t+1} + γ_{t+1} r_{t+2} + … + (γ_{t+1} ⋯ γ_{t+n}) v(s_{t+n}); near the end of the sequence the last value
    stands for what is beyond it. n = 1 is the target of TD(0); n ≥ T that of Monte Carlo if the episode ended.

    Source: Sutton & Barto 2018, equation 7.1.

    Args:
      rewards_tp1: r_1 … r_T, [T, …].
      discounts_tp1: γ_1 … γ_T, [T, …]; 0 where the episode ended.
      values_tp1: v(s_1) … v(s_T), [T, …].
      n: at least 1.

    Returns:
      G_0 … G_{T−1}, [T, …].

    Raises:
      ValueError: n is below 1.
    """
    if n < 1:
        raise ValueError(f"n={n}: an n-step return looks at least one step ahead.")
    length = len(rewards_tp1)
    returns = np.empty(np.broadcast_shapes(np.shape(rewards_tp1), np.shape(values_tp1)))
    for t in range(length):
        last = min(t + n, length) - 1
        total = values_tp1[last]
        for k in range(last, t - 1, -1):
            total = rewards_tp1[k] + discounts_tp1[k] * total
        returns[t] = total
    return returns


@exercise(context="numpy")
def lambda_returns(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    """Mix the n-step returns of all lengths, each counting λ times as much as the one before it.

    G_t = r_{t+1} + γ_{t+1} ((1 − λ) v(s_{t+1}) + λ G_{t+1}), and beyond the sequence G_T = v(s_T).

    λ = 0 is the target of TD(0), λ = 1 that of Monte Carlo if the episode ended.

    Source: Sutton & Barto 2018, equations 12.2, 12.3 and 12.18.

    Args:
      rewards_tp1: r_1 … r_T, [T] or, for many sequences at once, [T, N].
      discounts_tp1: γ_1 … γ_T, of the same shape; 0 where the episode ended.
      values_tp1: v(s_1) … v(s_T), of the same shape.
      lambda_: λ in [0, 1].

    Returns:
      G_0 … G_{T−1}, of the same shape.
    """
    returns = np.empty(np.shape(values_tp1))
    following = values_tp1[-1]
    for t in range(len(returns) - 1, -1, -1):
        mixed = (1 - lambda_) * values_tp1[t] + lambda_ * following
        returns[t] = following = rewards_tp1[t] + discounts_tp1[t] * mixed
    return returns


@also_computes(lambda_returns)
def forward_increments(states, rewards_tp1, discounts_tp1, values, lambda_):
    """Sum up what the λ-returns of one episode ask of each state, looking forward: Σ_t 1[s_t = s] (G_t − v(s)).

    Source: Sutton & Barto 2018, equation 12.4, with values held fixed during the episode.

    Args:
      states: s_0 … s_T, int [T + 1].
      rewards_tp1, discounts_tp1: [T].
      values: v, [S].
      lambda_: λ.

    Returns:
      The increments, to be multiplied by α, [S].
    """
    returns = lambda_returns(rewards_tp1, discounts_tp1, values[states[1:]], lambda_)
    return np.bincount(states[:-1], returns - values[states[:-1]], minlength=len(values))


@also_computes(lambda_returns)
def backward_increments(states, rewards_tp1, discounts_tp1, values, lambda_):
    """Sum up the same, looking backward: each one-step error goes to the states before it, by their eligibility traces.

    e ← γ_t λ e + 1[s = s_t] at time t, then add δ_t e, with δ_t = r_{t+1} + γ_{t+1} v(s_{t+1}) − v(s_t). Nothing but the trace
    has to be remembered, and what is learnt at t need not wait for the end.

    Source: Sutton & Barto 2018, equations 12.5 to 12.7, with values held fixed during the episode.

    Args:
      states, rewards_tp1, discounts_tp1, values, lambda_: as for `forward_increments`.

    Returns:
      The increments, [S]; equal to those of `forward_increments`.
    """
    traces, increments, discount_t = np.zeros(len(values)), np.zeros(len(values)), 1.0
    for t, reward in enumerate(rewards_tp1):
        traces *= discount_t * lambda_
        traces[states[t]] += 1
        error = reward + discounts_tp1[t] * values[states[t + 1]] - values[states[t]]
        increments += error * traces
        discount_t = discounts_tp1[t]
    return increments
