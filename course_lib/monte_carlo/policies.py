"""Policies that mostly do what looks best, and sometimes anything."""

from dataclasses import replace

import numpy as np

from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def epsilon_greedy(action_values, epsilon):
    """Write down the ε-greedy policy: explore with probability ε, else take a best action.

    π(a|s) = ε/A + (1 − ε) / (number of best actions) if a is among the best, else ε/A. When exploring, every action
    is drawn alike, the best ones too.

    Source: Sutton & Barto 2018, sections 2.2 and 5.4; ties are shared equally.

    Args:
      action_values: q, [S, A].
      epsilon: ε, a float in [0, 1].

    Returns:
      π, [S, A].
    """
    best = action_values == action_values.max(axis=1, keepdims=True)
    return epsilon / action_values.shape[1] + (1 - epsilon) * best / best.sum(axis=1, keepdims=True)


def soften(policy, epsilon):
    """Mix a policy with the uniform one: (1 − ε) π(a|s) + ε/A.

    Args:
      policy: π, [S, A].
      epsilon: ε in [0, 1].

    Returns:
      An ε-soft policy, [S, A].
    """
    policy = np.asarray(policy, float)
    return (1 - epsilon) * policy + epsilon / policy.shape[1]


def soft_mdp(mdp, epsilon):
    """Move the exploration into the world: with probability ε it replaces the action by a random one.

    A deterministic policy here is worth what its ε-soft version is worth in the world itself. So the optimal values
    of this MDP are the best that any ε-soft policy can reach.

    Source: Sutton & Barto 2018, section 5.4, the proof after equation 5.2.

    Args:
      mdp: a dense `TabularMDP`.
      epsilon: ε in [0, 1].

    Returns:
      A `TabularMDP`.
    """
    mixed = (1 - epsilon) * mdp.transitions + epsilon * mdp.transitions.mean(axis=1, keepdims=True)
    rewards = (1 - epsilon) * mdp.rewards + epsilon * mdp.rewards.mean(axis=1, keepdims=True)
    return replace(mdp, transitions=mixed, rewards=rewards)
