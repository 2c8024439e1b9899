"""Chapter 1: Markov decision processes, solved when their tables are known.

Rooms:
  model             TabularMDP: transitions, rewards, discount, terminal states
  returns           the discounted return
  bellman           one step of looking ahead, one sweep over all states
  improvement       greedy actions, with ties that stay put
  evaluation        the value of a policy
  policy_iteration  policy and value iteration on arrays; brute force
  accuracy          how far values are from optimal
  config            the numbers of Jack's car rental
  environment       gridworld, car rental, gambler, Gymnasium's tables, random MDPs
  solvers           solve(): large and sparse MDPs, with a proven error
  kernels           its compiled inner loops
  plots             the figures of the chapter
  tensorflow_backup the same backup on a batch of dense MDPs, for a GPU; imported by its own name only
"""

import importlib

from course_lib.mdp.accuracy import close_to_optimal
from course_lib.mdp.bellman import (
    action_values,
    bellman_residual,
    evaluation_sweep,
    evaluation_sweep_in_place,
    look_ahead,
    policy_probabilities,
    under_policy,
)
from course_lib.mdp.config import CarRental
from course_lib.mdp.environment import (
    from_gymnasium,
    gamblers_problem,
    garnet,
    gridworld,
    jacks_car_rental,
    random_dense,
)
from course_lib.mdp.evaluation import evaluate_policy
from course_lib.mdp.improvement import all_greedy_actions, greedy_actions
from course_lib.mdp.model import TabularMDP
from course_lib.mdp.policy_iteration import (
    PolicyIterationStep,
    optimal_policies_by_brute_force,
    policy_iteration,
    policy_iteration_history,
    value_iteration,
)
from course_lib.mdp.returns import discounted_return

# Numba and Matplotlib take a second to import; so what needs them is imported when it is first asked for.
_LATER = {
    "Solution": "solvers",
    "plot_car_rental_policy": "plots",
    "plot_car_rental_values": "plots",
    "plot_contraction": "plots",
    "plot_gambler": "plots",
    "plot_grid": "plots",
    "solve": "solvers",
}


def __getattr__(name):
    """Import `solve` and the plots on demand."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "CarRental",
    "PolicyIterationStep",
    "Solution",
    "TabularMDP",
    "action_values",
    "all_greedy_actions",
    "bellman_residual",
    "close_to_optimal",
    "discounted_return",
    "evaluate_policy",
    "evaluation_sweep",
    "evaluation_sweep_in_place",
    "from_gymnasium",
    "gamblers_problem",
    "garnet",
    "greedy_actions",
    "gridworld",
    "jacks_car_rental",
    "look_ahead",
    "optimal_policies_by_brute_force",
    "plot_car_rental_policy",
    "plot_car_rental_values",
    "plot_contraction",
    "plot_gambler",
    "plot_grid",
    "policy_iteration",
    "policy_iteration_history",
    "policy_probabilities",
    "random_dense",
    "solve",
    "under_policy",
    "value_iteration",
]
