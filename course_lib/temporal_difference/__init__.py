"""Chapter 2b: temporal-difference learning, from one step and its surprise to Retrace.

Rooms:
  config         the numbers of the experiments, the book's and a laptop's
  environment    random walks, the cliff, the biased choice; a simulator of many copies of an MDP
  bandit         scores over a sliding window; the bandit that chapter 7's agents carry
  bandit_games   the 10-armed testbed, and arms that change places
  targets        TD(0)'s update; the targets of Sarsa, Expected Sarsa, Q-learning and double Q-learning
  returns        n-step returns, λ-returns, eligibility traces
  prediction     TD(0), Monte Carlo and λ-returns on recorded episodes; what a batch leads to
  kernels        the compiled inner loop of the n-step comparison
  control        learning while acting, many learners side by side
  corrections    four trace coefficients for other policies' experience, Retrace among them; the returns they make
  off_policy     the four held against the exact truth
  agent          the chapter's agent: a bandit that picks how randomly to act, and Retrace
  goals          universal value functions on a grid
  curiosity      a reward that depends on the past, and two ways round it
  plots          the figures of the chapter
"""

import importlib

from course_lib.temporal_difference.agent import Played, play
from course_lib.temporal_difference.bandit import (
    SlidingWindowBandit,
    discounted_ucb,
    log_scale,
    sliding_window_ucb,
)
from course_lib.temporal_difference.bandit_games import play_testbed, play_window, switching_means
from course_lib.temporal_difference.config import (
    BiasedChoice,
    CliffWalk,
    LongWalk,
    OffPolicy,
    RandomWalk,
    SwitchingBandit,
    Testbed,
)
from course_lib.temporal_difference.control import Learnt, epsilon_greedy, greedy_path, learn
from course_lib.temporal_difference.corrections import (
    CORRECTIONS,
    are_corrected_returns,
    corrected_returns,
    trace_coefficients,
)
from course_lib.temporal_difference.curiosity import learn_family, unexplained, walk_for_novelty
from course_lib.temporal_difference.environment import Experience, Simulator, biased_choice, cliff, random_walk
from course_lib.temporal_difference.goals import bumps, exact_goal_values, generalise, learn_goals, open_grid
from course_lib.temporal_difference.off_policy import (
    Arena,
    arena,
    evaluate_off_policy,
    expected_operator,
    returns_under,
)
from course_lib.temporal_difference.returns import (
    backward_increments,
    forward_increments,
    lambda_returns,
    n_step_returns,
)
from course_lib.temporal_difference.targets import (
    double_q_target,
    expected_sarsa_target,
    q_learning_target,
    sarsa_target,
    td_update,
)

# What needs Numba or Matplotlib is imported when it is first asked for.
_LATER = {
    "batch_monte_carlo": "prediction",
    "batch_td": "prediction",
    "lambda_prediction": "prediction",
    "n_step_sweep": "prediction",
    "record_episodes": "prediction",
    "root_mean_square_error": "prediction",
    "td_prediction": "prediction",
    "plot_bands": "plots",
    "plot_paths": "plots",
    "plot_sweep": "plots",
}


def __getattr__(name):
    """Import the predictions and the plots on demand."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "CORRECTIONS",
    "Arena",
    "BiasedChoice",
    "CliffWalk",
    "Experience",
    "Learnt",
    "LongWalk",
    "OffPolicy",
    "Played",
    "RandomWalk",
    "Simulator",
    "SlidingWindowBandit",
    "SwitchingBandit",
    "Testbed",
    "are_corrected_returns",
    "arena",
    "backward_increments",
    "batch_monte_carlo",
    "batch_td",
    "biased_choice",
    "bumps",
    "cliff",
    "corrected_returns",
    "discounted_ucb",
    "double_q_target",
    "epsilon_greedy",
    "evaluate_off_policy",
    "exact_goal_values",
    "expected_operator",
    "expected_sarsa_target",
    "forward_increments",
    "generalise",
    "greedy_path",
    "lambda_prediction",
    "lambda_returns",
    "learn",
    "learn_family",
    "learn_goals",
    "log_scale",
    "n_step_returns",
    "n_step_sweep",
    "open_grid",
    "play",
    "play_testbed",
    "play_window",
    "plot_bands",
    "plot_paths",
    "plot_sweep",
    "q_learning_target",
    "random_walk",
    "record_episodes",
    "returns_under",
    "root_mean_square_error",
    "sarsa_target",
    "sliding_window_ucb",
    "switching_means",
    "td_prediction",
    "td_update",
    "trace_coefficients",
    "unexplained",
    "walk_for_novelty",
]
