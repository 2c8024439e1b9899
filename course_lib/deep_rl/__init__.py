"""Chapter 3b: deep reinforcement learning, the machinery that chapters 4 to 8 stand on.

Rooms, along the way that experience takes:
  config                       the numbers; both ladders, each rung a setting more
  environment, worlds, hard_worlds
                               worlds in step: Gymnasium's, Atari, small ones of our own, some of which have to be explored
  replay, sum_tree, priorities what is kept, and what is drawn from it
  networks, recurrence         networks for values and policies, with and without memory
  targets, value_losses        what values are taught: one step and several, transitions and sequences
  advantages, policy_losses    what policies are taught
  learner                      the compiled update
  value_agent, policy_agent    acting
  training, value_training, policy_training
                               the loops: DQN to R2D2, REINFORCE to PPO
  evaluation, video            playing whole episodes; moving pictures
  audit                        a test that finds a bug
  demonstrations, ladders      what each rung repairs, in small; both ladders over three seeds
"""

import importlib

from course_lib.deep_rl.advantages import generalized_advantages
from course_lib.deep_rl.audit import targets_are_right
from course_lib.deep_rl.networks import dueling_action_values
from course_lib.deep_rl.policy_losses import clipped_policy_loss
from course_lib.deep_rl.priorities import importance_weights, priorities
from course_lib.deep_rl.recurrence import unroll
from course_lib.deep_rl.targets import double_q_targets

# What is not an exercise is imported when it is first asked for.
_LATER = {
    "config": ["POLICY_LADDER", "PolicyConfig", "RecurrentConfig", "VALUE_LADDER", "ValueConfig", "rung"],
    "environment": ["Worlds", "make_worlds"],
    "evaluation": ["play_episodes"],
    "learner": ["Learner"],
    "replay": ["Replay", "Sequences", "Transitions"],
    "sum_tree": ["SumTree"],
    "value_agent": ["ValueAgent", "epsilon_ladder"],
    "policy_agent": ["PolicyAgent"],
    "video": ["record"],
}
_HOMES = {name: home for home, names in _LATER.items() for name in names}
__all__ = [
    "clipped_policy_loss",
    "double_q_targets",
    "dueling_action_values",
    "generalized_advantages",
    "importance_weights",
    "priorities",
    "targets_are_right",
    "unroll",
    *_HOMES,
]


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
