"""The Bellman equations as operators: one step of looking ahead, and one sweep of it over all states."""

import numpy as np
from scipy import sparse

from course_lib.workbook.exercise import also_computes, exercise


@exercise(context="numpy")
def action_values(transitions, rewards, discount, values):
    """Look one step ahead from every state with every action.

    q(s, a) = r(s, a) + γ Σ_s' P(s'|s, a) v(s')

    Source: Sutton & Barto 2018, equation 4.6.

    Args:
      transitions: P(s'|s, a), [S, A, S].
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ, a float in [0, 1].
      values: v, [S].

    Returns:
      q, [S, A].
    """
    return rewards + discount * (transitions @ values)


@exercise(context="numpy")
def evaluation_sweep(transitions, rewards, discount, policy, values):
    """Apply the Bellman operator of a policy once, to all states at the same time.

    v'(s) = Σ_a π(a|s) q(s, a), every q(s, a) from the old v (two arrays).

    Source: Sutton & Barto 2018, equation 4.5.

    Args:
      transitions: P(s'|s, a), [S, A, S].
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ, a float in [0, 1].
      policy: π(a|s), [S, A].
      values: v, [S].

    Returns:
      v', [S].
    """
    return (policy * action_values(transitions, rewards, discount, values)).sum(axis=1)


def evaluation_sweep_in_place(transitions, rewards, discount, policy, values):
    """Apply the Bellman operator of a policy state by state, each using what the earlier ones just found.

    v(s) ← Σ_a π(a|s) (r(s, a) + γ Σ_s' P(s'|s, a) v(s')) for s = 0, 1, … (one array; Gauss–Seidel).

    Source: Sutton & Barto 2018, section 4.1 ("in place"). The given array itself is left as it was.

    Args:
      transitions, rewards, discount, policy, values: as for `evaluation_sweep`.

    Returns:
      The values after the sweep, a new array [S].
    """
    values = np.array(values, dtype=np.float64)
    for state in range(len(values)):
        values[state] = policy[state] @ (rewards[state] + discount * (transitions[state] @ values))
    return values


def policy_probabilities(actions, num_actions):
    """Write a deterministic policy as probabilities: π(a|s) is 1 where a = actions[s], else 0.

    Args:
      actions: the action chosen in each state, int [S].
      num_actions: A.

    Returns:
      π, [S, A].
    """
    return np.eye(num_actions)[np.asarray(actions)]


def under_policy(mdp, policy):
    """Reduce an MDP to the Markov chain that a policy makes of it.

    P_π(s'|s) = Σ_a π(a|s) P(s'|s, a) and r_π(s) = Σ_a π(a|s) r(s, a).

    Source: Puterman 1994, section 6.1.

    Args:
      mdp: a `TabularMDP`.
      policy: actions, int [S], or probabilities, [S, A].

    Returns:
      P_π, [S, S], sparse where the MDP is, and r_π, [S].

    Raises:
      ValueError: the policy does not fit the MDP.
    """
    policy = np.asarray(policy)
    _check_policy(mdp, policy)
    states = np.arange(mdp.num_states)
    if policy.ndim == 1:
        rows = mdp.transitions[states * mdp.num_actions + policy] if mdp.is_sparse else mdp.transitions[states, policy]
        return rows, mdp.rewards[states, policy]
    rewards = (policy * mdp.rewards).sum(axis=1)
    if not mdp.is_sparse:
        return (policy[:, None, :] @ mdp.transitions)[:, 0, :], rewards
    starts = np.arange(0, policy.size + 1, mdp.num_actions)
    mix = sparse.csr_array((policy.ravel().astype(float), np.arange(policy.size), starts))
    return mix @ mdp.transitions, rewards


@also_computes(action_values)
def look_ahead(mdp, values):
    """Return q(s, a) of an MDP, dense or sparse, for the values of the next state; see `action_values`.

    Args:
      mdp: a `TabularMDP`.
      values: v, [S].

    Returns:
      q, [S, A].
    """
    if not mdp.is_sparse:
        return action_values(mdp.transitions, mdp.rewards, mdp.discount, values)
    return mdp.rewards + mdp.discount * (mdp.transitions @ values).reshape(mdp.rewards.shape)


def bellman_residual(mdp, values):
    """Measure how far values are from solving the Bellman optimality equation: max_s |max_a q(s, a) − v(s)|.

    For γ < 1, ‖v − v*‖ ≤ residual / (1 − γ).

    Source: Puterman 1994, section 6.2.

    Args:
      mdp: a `TabularMDP`.
      values: v, [S].

    Returns:
      The residual, a float.
    """
    return float(np.abs(look_ahead(mdp, values).max(axis=1) - values).max())


def _check_policy(mdp, policy):
    """Refuse what is neither actions [S] nor probabilities [S, A]."""
    if policy.shape == mdp.rewards.shape:
        # A NaN shows in the sum of its row, and compares as False.
        if (policy < 0).any() or not np.abs(policy.sum(axis=1) - 1).max() <= 1e-8:
            raise ValueError("policy [S, A]: each row holds probabilities, none negative, that sum to 1.")
    elif policy.shape != (mdp.num_states,) or not np.issubdtype(policy.dtype, np.integer):
        raise ValueError(
            f"policy is {policy.dtype} {policy.shape}; give actions, int ({mdp.num_states},), "
            f"or probabilities, float {mdp.rewards.shape}."
        )
    elif policy.min() < 0 or policy.max() >= mdp.num_actions:
        raise ValueError(f"policy holds actions {policy.min()} to {policy.max()}; allowed: 0 to {mdp.num_actions - 1}.")
