"""Chapter 2: Monte Carlo methods. Values and policies from played episodes, without knowing the rules.

Rooms:
  config               the numbers of the racetrack
  environment          any MDP of chapter 1, any small Gymnasium environment, the random walk, the one-state example
  blackjack            Blackjack dealt to thousands of hands at a time, and the same game as an MDP
  racetrack            the racetrack, as an MDP and as a world
  episodes             playing: a batch of episodes as arrays
  returns              the return after each step, and first visits
  prediction           means of returns, with bands
  policies             ε-greedy and ε-soft policies
  control              on-policy, with exploring starts, off-policy; spending episodes where doubt is
  importance_sampling  values of one policy from episodes of another
  rollouts             choosing a move by random playouts: tic-tac-toe
  agreement            when a sample agrees with a known value
  plots                the figures of the chapter
"""

import importlib

from course_lib.monte_carlo import blackjack, rollouts
from course_lib.monte_carlo.agreement import agrees_with
from course_lib.monte_carlo.blackjack import Blackjack, blackjack_mdp, stick_from
from course_lib.monte_carlo.control import (
    Control,
    control_step,
    epsilon_soft_control,
    exploring_starts_control,
    off_policy_control,
    settle_doubts,
)
from course_lib.monte_carlo.environment import GymnasiumWorld, OneState, TabularWorld, random_walk
from course_lib.monte_carlo.episodes import Episodes, play
from course_lib.monte_carlo.importance_sampling import (
    fractions,
    importance_ratios,
    predict_off_policy,
    running_estimates,
    weighted_importance_sampling,
)
from course_lib.monte_carlo.policies import epsilon_greedy, soft_mdp, soften
from course_lib.monte_carlo.prediction import Estimate, incremental_mean, predict
from course_lib.monte_carlo.racetrack import Racetrack
from course_lib.monte_carlo.returns import first_visit_returns, visited_pairs

# Matplotlib takes half a second to import; so what needs it is imported when it is first asked for.
_LATER = {
    "plot_blackjack_policy": "plots",
    "plot_blackjack_values": "plots",
    "plot_board": "plots",
    "plot_estimates": "plots",
    "plot_mean_squared_errors": "plots",
    "plot_track": "plots",
}


def __getattr__(name):
    """Import the plots on demand."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "Blackjack",
    "Control",
    "Episodes",
    "Estimate",
    "GymnasiumWorld",
    "OneState",
    "Racetrack",
    "TabularWorld",
    "agrees_with",
    "blackjack",
    "blackjack_mdp",
    "control_step",
    "epsilon_greedy",
    "epsilon_soft_control",
    "exploring_starts_control",
    "first_visit_returns",
    "fractions",
    "importance_ratios",
    "incremental_mean",
    "off_policy_control",
    "play",
    "plot_blackjack_policy",
    "plot_blackjack_values",
    "plot_board",
    "plot_estimates",
    "plot_mean_squared_errors",
    "plot_track",
    "predict",
    "predict_off_policy",
    "random_walk",
    "rollouts",
    "running_estimates",
    "settle_doubts",
    "soft_mdp",
    "soften",
    "stick_from",
    "visited_pairs",
    "weighted_importance_sampling",
]
