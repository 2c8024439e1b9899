"""Prediction from experience: TD(0), Monte Carlo and λ-returns online, and what each converges to on a batch."""

import numpy as np

from course_lib.temporal_difference.kernels import n_step_errors
from course_lib.temporal_difference.returns import lambda_returns
from course_lib.temporal_difference.targets import td_update
from course_lib.workbook.exercise import also_computes


def record_episodes(simulator, policy, episodes, runs, seed):
    """Let N runs follow a policy for some episodes each.

    Args:
      simulator: a `Simulator`.
      policy: π(a|s), [S, A].
      episodes: E.
      runs: N.
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      A list of E `Experience`s, each of N episodes side by side, as long as the longest of them.
    """
    rng = np.random.default_rng(seed)
    return [simulator.follow(policy, runs, rng) for _ in range(episodes)]


@also_computes(td_update)
def td_prediction(recorded, start_values, step_size):
    """Run TD(0) through recorded episodes, one update for each step.

    Source: Sutton & Barto 2018, section 6.1.

    Args:
      recorded: a list of E `Experience`s of N runs.
      start_values: first guess of v, [S].
      step_size: α.

    Returns:
      The values before the first and after each episode, [E + 1, N, S].
    """
    values = np.tile(start_values, (recorded[0].states.shape[1], 1))
    history = [values]
    for states, _, rewards, discounts in recorded:
        for t in range(len(rewards)):
            values = td_update(values, states[t], rewards[t], discounts[t], states[t + 1], step_size)
        history.append(values)
    return np.array(history)


@also_computes(lambda_returns)
def lambda_prediction(recorded, start_values, step_size, lambda_):
    """Update at the end of each episode towards its λ-returns: the off-line λ-return algorithm; λ = 1 is Monte Carlo.

    Source: Sutton & Barto 2018, equation 12.4 (λ = 1: equation 6.1, every visit).

    Args:
      recorded: a list of E `Experience`s of N runs.
      start_values: first guess of v, [S]; 0 in terminal states.
      step_size: α, a number or one for each of K learners of every run, [K].
      lambda_: λ.

    Returns:
      The values before the first and after each episode, [E + 1, N, S], or [E + 1, N, K, S].
    """
    step_sizes = np.atleast_1d(step_size)
    runs = np.arange(recorded[0].states.shape[1])
    values = np.tile(start_values, (len(runs), len(step_sizes), 1))
    history = [values.copy()]
    for states, _, rewards, discounts in recorded:
        ahead = values[runs, :, states[1:]]  # [T, N, K]
        wide = (np.broadcast_to(part[..., None], ahead.shape) for part in (rewards, discounts))
        returns = lambda_returns(*(part.reshape(len(ahead), -1) for part in (*wide, ahead)), lambda_).reshape(
            ahead.shape
        )
        for t in range(len(rewards)):
            values[runs, :, states[t]] += step_sizes * (returns[t] - values[runs, :, states[t]])
        history.append(values.copy())
    history = np.array(history)
    return history if np.ndim(step_size) else history[:, :, 0]


def root_mean_square_error(values, truth):
    """Return √(mean over states of (v(s) − v_π(s))²).

    Args:
      values: [..., S], the states that count.
      truth: v_π, [S].

    Returns:
      Errors, [...].
    """
    return np.sqrt(np.mean((values - truth) ** 2, axis=-1))


def n_step_sweep(recorded, ns, step_sizes, truth):
    """Measure n-step TD for every n and step size: the error averaged over states, episodes and runs.

    Source: Sutton & Barto 2018, section 7.1 and figure 7.2.

    Args:
      recorded: a list of `Experience`s.
      ns: the numbers of steps.
      step_sizes: α.
      truth: v_π with 0 in the terminal states at both ends, [S]; learners start from zeros.

    Returns:
      Errors averaged over the episodes, [runs, len(ns), len(step_sizes)].
    """
    arguments = np.asarray(ns), np.asarray(step_sizes, float), truth
    total = 0.0
    values = np.zeros((recorded[0].states.shape[1], len(ns), len(step_sizes), len(truth)))
    for states, _, rewards, discounts in recorded:
        total = total + n_step_errors(states, rewards, discounts, *arguments, values)
    return total / len(recorded)


def batch_monte_carlo(recorded, num_states):
    """Return what Monte Carlo converges to when it sees a batch again and again: the mean return after each visit.

    Source: Sutton & Barto 2018, section 6.3.

    Args:
      recorded: `Experience`s whose episodes have all ended.
      num_states: S.

    Returns:
      A table for each run, [N, S]; 0 where a state was never visited.
    """
    runs = recorded[0].states.shape[1]
    sums, counts = np.zeros((runs, num_states)), np.zeros((runs, num_states))
    rows = np.arange(runs)
    for states, _, rewards, discounts in recorded:
        following = np.zeros(runs)
        for t in range(len(rewards) - 1, -1, -1):
            following = rewards[t] + discounts[t] * following
            sums[rows, states[t]] += following
            counts[rows, states[t]] += 1
    return sums / np.maximum(counts, 1)


def batch_td(recorded, num_states):
    """Return what TD(0) converges to when it sees a batch again and again: the values of the most likely model.

    Count who followed whom and what it paid, and solve Bellman's equation of that Markov chain: certainty equivalence.

    Source: Sutton & Barto 2018, section 6.3.

    Args:
      recorded: `Experience`s whose episodes have all ended.
      num_states: S.

    Returns:
      A table for each run, [N, S]; 0 where a state was never visited.
    """
    runs = recorded[0].states.shape[1]
    moves, paid = np.zeros((runs, num_states, num_states)), np.zeros((runs, num_states))
    rows = np.arange(runs)
    counts = np.zeros((runs, num_states))
    for states, _, rewards, discounts in recorded:
        for t in range(len(rewards)):
            moves[rows, states[t], states[t + 1]] += discounts[t]
            paid[rows, states[t]] += rewards[t]
            counts[rows, states[t]] += 1
    counts = np.maximum(counts, 1)
    matrix = np.eye(num_states) - moves / counts[:, :, None]
    return np.linalg.solve(matrix, (paid / counts)[:, :, None])[:, :, 0]
