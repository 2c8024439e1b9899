"""Chapter 6: Never Give Up: a bonus for what is new in the episode and in the lifetime, and a family of policies that share it.

Rooms, along the way from what is seen to what is done:
  config               the numbers
  counting             the same ideas where states can be counted, exactly: a deep sea
  embedding            what an agent controls: inverse dynamics
  episodic_memory      what was seen in this episode, and the bonus for what was not
  distillation         what was seen in the lifetime: random network distillation
  bonus                both together
  novelty              embedding, distillation and memories of N actors
  family               from a policy that only exploits to one that mostly explores
  retrace              returns of many steps that stop where another policy went its own way
  values               what the family's values are taught
  agent, training      acting; the loop
  rnd, rnd_training    distillation alone, with a policy that has values of two kinds (Burda et al.)
  demonstrations       what each idea does, in small
  montezuma            Montezuma's Revenge, walked with and without the episodic bonus
  mazes                how much of a maze is seen, with and without each bonus, over three seeds
"""

import importlib

from course_lib.never_give_up.bonus import intrinsic_rewards
from course_lib.never_give_up.distillation import distillation_errors
from course_lib.never_give_up.embedding import inverse_dynamics_losses
from course_lib.never_give_up.episodic_memory import episodic_bonus, neighbour_similarities
from course_lib.never_give_up.family import discounts_are_right
from course_lib.never_give_up.retrace import retrace_targets

# What is not an exercise is imported when it is first asked for.
_LATER = {
    "agent": ["NGUAgent"],
    "config": ["NGUConfig", "RNDConfig"],
    "embedding": ["InverseDynamics"],
    "episodic_memory": ["EpisodicMemory"],
    "family": ["discounts_of", "weights_of_the_bonus"],
    "novelty": ["Novelty"],
}
_HOMES = {name: home for home, names in _LATER.items() for name in names}
__all__ = [
    "discounts_are_right",
    "distillation_errors",
    "episodic_bonus",
    "intrinsic_rewards",
    "inverse_dynamics_losses",
    "neighbour_similarities",
    "retrace_targets",
    *_HOMES,
]


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
