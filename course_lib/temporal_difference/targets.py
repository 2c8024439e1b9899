"""One-step temporal differences: the update of TD(0), and what each way of control aims at."""

import numpy as np

from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def td_update(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    """Move the value of the state just left towards the reward plus the value of the state entered.

    v(s_t) ← v(s_t) + α (r_{t+1} + γ_{t+1} v(s_{t+1}) − v(s_t))

    N learners are updated at once, each with a table of its own. γ_{t+1} is 0 where the episode ended, and so nothing
    comes after it.

    Source: Sutton & Barto 2018, equation 6.2.

    Args:
      values: a table for each learner, [N, S].
      states: s_t, int [N].
      rewards_tp1: r_{t+1}, [N].
      discounts_tp1: γ_{t+1}, [N].
      next_states: s_{t+1}, int [N].
      step_size: α, a number or [N].

    Returns:
      The tables after the update, [N, S]; the given ones stay as they were.
    """
    rows = np.arange(len(values))
    errors = rewards_tp1 + discounts_tp1 * values[rows, next_states] - values[rows, states]
    updated = values.copy()
    updated[rows, states] += step_size * errors
    return updated


def sarsa_target(rewards_tp1, discounts_tp1, next_action_values, next_actions):
    """Aim at the reward plus the value of the action that is really taken next: r_{t+1} + γ_{t+1} q(s_{t+1}, a_{t+1}).

    Source: Sutton & Barto 2018, equation 6.7.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, [N].
      next_action_values: q(s_{t+1}, ·), [N, A].
      next_actions: a_{t+1}, int [N].

    Returns:
      Targets, [N].
    """
    return rewards_tp1 + discounts_tp1 * next_action_values[np.arange(len(next_actions)), next_actions]


@exercise(context="numpy")
def expected_sarsa_target(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    """Aim at the reward plus the expected value of the next action of an ε-greedy policy.

    r_{t+1} + γ_{t+1} Σ_a π(a|s_{t+1}) q(s_{t+1}, a), where π takes any action with probability ε and the best
    otherwise: π(a|s) = ε/A, and 1 − ε more for the best action.

    ε = 0 gives Q-learning. (Which of several best actions is called the best does not matter to the sum.)

    Source: Sutton & Barto 2018, equation 6.9.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, [N].
      next_action_values: q(s_{t+1}, ·), [N, A].
      epsilon: ε in [0, 1].

    Returns:
      Targets, [N].
    """
    best, average = next_action_values.max(axis=1), next_action_values.mean(axis=1)
    return rewards_tp1 + discounts_tp1 * ((1 - epsilon) * best + epsilon * average)


def q_learning_target(rewards_tp1, discounts_tp1, next_action_values):
    """Aim at the reward plus the value of the best next action, whatever is done next: r_{t+1} + γ_{t+1} max_a q(s_{t+1}, a).

    Source: Sutton & Barto 2018, equation 6.8; Watkins 1989.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, [N].
      next_action_values: q(s_{t+1}, ·), [N, A].

    Returns:
      Targets, [N].
    """
    return rewards_tp1 + discounts_tp1 * next_action_values.max(axis=1)


@exercise(context="numpy")
def double_q_target(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    """Let one table choose the best next action and the other say what it is worth.

    r_{t+1} + γ_{t+1} q₂(s_{t+1}, argmax_a q₁(s_{t+1}, a)); in a tie the first action.

    Source: Sutton & Barto 2018, equation 6.10; van Hasselt 2010.

    Args:
      rewards_tp1, discounts_tp1: r_{t+1} and γ_{t+1}, [N].
      next_choosing: q₁(s_{t+1}, ·) of the table that is to be updated, [N, A].
      next_valuing: q₂(s_{t+1}, ·) of the other table, [N, A].

    Returns:
      Targets, [N].
    """
    chosen = next_choosing.argmax(axis=1)
    return rewards_tp1 + discounts_tp1 * next_valuing[np.arange(len(chosen)), chosen]
