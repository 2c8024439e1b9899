"""The return: what a sequence of rewards is worth today."""

from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def discounted_return(rewards, discount):
    """Add up the rewards of an episode, later ones counting less.

    G_0 = r_1 + γ r_2 + γ² r_3 + … = Σ_t γ^t r_{t+1}, computed backwards: G_t = r_{t+1} + γ G_{t+1}.

    Source: Sutton & Barto 2018, equations 3.8 and 3.9.

    Args:
      rewards: r_1 … r_T in the order in which they were received: a list or array of T numbers; it may be empty.
      discount: γ, a float in [0, 1].

    Returns:
      The return G_0, a float; 0.0 for an episode without rewards.
    """
    total = 0.0
    for reward_tp1 in reversed(rewards):
        total = reward_tp1 + discount * total
    return float(total)
