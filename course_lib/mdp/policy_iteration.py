"""Policy iteration and value iteration on dense arrays, and brute force to check them against."""

import itertools
from typing import NamedTuple

import numpy as np

from course_lib.mdp.bellman import action_values, look_ahead
from course_lib.mdp.evaluation import evaluate_policy
from course_lib.mdp.improvement import greedy_actions
from course_lib.workbook.exercise import also_computes, exercise

BRUTE_FORCE_LIMIT = 100_000
TIE = 1e-9  # of the largest |q|: rounding grows with it, and differences made of it would take turns for ever


@exercise(context="numpy")
def policy_iteration(transitions, rewards, discount, actions):
    """Evaluate the policy exactly, act greedily on it, and repeat until nothing changes.

    v = (I − γ P_π)⁻¹ r_π, then π ← greedy(q). Each policy is better than the one before or already optimal, and
    there are finitely many, so it ends. Values count as equal up to rounding, 10⁻⁹ of the largest.

    Source: Howard 1960; Sutton & Barto 2018, section 4.3; Puterman 1994, theorem 6.4.2.

    Args:
      transitions: P(s'|s, a), [S, A, S].
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ, a float in [0, 1).
      actions: the policy to start from, int [S]; not changed.

    Returns:
      The optimal policy, int [S], and its values, [S].

    Raises:
      ValueError: the discount is not below 1; use `policy_iteration_history` on an MDP with terminal states.
    """
    _check_discounted(discount)
    states = np.arange(len(rewards))
    while True:
        matrix = np.eye(len(rewards)) - discount * transitions[states, actions]
        values = np.linalg.solve(matrix, rewards[states, actions])
        q = action_values(transitions, rewards, discount, values)
        improved = greedy_actions(q, actions, TIE * max(1, np.abs(q).max()))
        if np.array_equal(improved, actions):
            return improved, values
        actions = improved


@exercise(context="numpy")
def value_iteration(transitions, rewards, discount, tolerance):
    """Apply the Bellman optimality operator from v = 0 until the result is within tolerance / 2 of v*.

    v_{k+1}(s) = max_a q_k(s, a) for all states at once; stop as soon as
    max_s |v_{k+1}(s) − v_k(s)| < tolerance (1 − γ) / (2γ), and return v_{k+1}.

    Source: Sutton & Barto 2018, section 4.4; the stopping rule: Puterman 1994, section 6.3.2.

    Args:
      transitions: P(s'|s, a), [S, A, S].
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ, a float in [0, 1); with γ = 0 one sweep is enough.
      tolerance: ε; the policy that is greedy on the result is ε-optimal.

    Returns:
      v_{k+1}, [S].

    Raises:
      ValueError: the discount is not below 1; use `solve` on an MDP with terminal states.
    """
    _check_discounted(discount)
    threshold = tolerance * (1 - discount) / (2 * discount) if discount > 0 else np.inf
    values, change = np.zeros(len(rewards)), np.inf
    while True:
        new_values = action_values(transitions, rewards, discount, values).max(axis=1)
        change, values = np.abs(new_values - values).max(), new_values
        if change < threshold:
            return values


class PolicyIterationStep(NamedTuple):
    """One round of policy iteration.

    Attributes:
      policy: what was evaluated: actions, int [S], or probabilities, [S, A].
      values: its values, [S].
      action_values: its q, [S, A].
      actions: the policy that is greedy on them, int [S].
    """

    policy: np.ndarray
    values: np.ndarray
    action_values: np.ndarray
    actions: np.ndarray


@also_computes(policy_iteration, value_iteration, greedy_actions)
def policy_iteration_history(mdp, actions=None, evaluation="solve"):
    """Run policy iteration and hand out every round; the last one leaves its policy as it was.

    Source: Sutton & Barto 2018, section 4.3.

    Args:
      mdp: a `TabularMDP`; with γ = 1 the first policy must always end.
      actions: the policy to start from, int [S]; the uniform random policy if left out.
      evaluation: method of `evaluate_policy`; sweeps start from the values of the round before.

    Yields:
      A `PolicyIterationStep`.
    """
    policy = np.full(mdp.rewards.shape, 1 / mdp.num_actions) if actions is None else np.asarray(actions)
    actions = np.zeros(mdp.num_states, int) if actions is None else policy
    values, stable = None, False
    while not stable:
        values = evaluate_policy(mdp, policy, method=evaluation, values=values)
        q = look_ahead(mdp, values)
        improved = greedy_actions(q, actions, TIE * max(1, np.abs(q).max()))
        yield PolicyIterationStep(policy, values, q, improved)
        stable = policy.ndim == 1 and np.array_equal(improved, actions)
        policy = actions = improved


@also_computes(policy_iteration, value_iteration)
def optimal_policies_by_brute_force(mdp, tolerance=1e-9):
    """Evaluate every deterministic policy of a tiny MDP and keep the best; an oracle that improves nothing.

    Args:
      mdp: a `TabularMDP` with at most 100 000 policies. Terminal states always get action 0. With γ = 1, policies
        that may never end are passed over.
      tolerance: by how much values may differ and still count as equal.

    Returns:
      All optimal policies, int [N, S], and the optimal values, [S].

    Raises:
      ValueError: there are too many policies.
    """
    choices = [range(1 if end else mdp.num_actions) for end in mdp.terminal]
    if (count := np.prod([float(len(c)) for c in choices])) > BRUTE_FORCE_LIMIT:
        raise ValueError(f"{count:.3g} policies are too many to try: at most {BRUTE_FORCE_LIMIT}. Use solve().")
    policies, values = [], []
    for actions in itertools.product(*choices):
        try:
            values.append(evaluate_policy(mdp, np.array(actions)))
        except ValueError:  # γ = 1 and this policy may never end
            continue
        policies.append(actions)
    best = np.max(values, axis=0)
    return np.array(policies)[(values >= best - tolerance).all(axis=1)], best


def _check_discounted(discount):
    """Refuse γ = 1, for which the arrays alone do not say where an episode ends."""
    if not 0 <= discount < 1:
        raise ValueError(f"discount={discount}: these arrays need 0 ≤ discount < 1. With terminal states, use solve().")
