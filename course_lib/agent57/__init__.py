"""Chapter 7: Agent57: the whole agent, on the machinery of chapters 3b and 6.

Rooms:
  config               the numbers, and the rungs from R2D2 on
  family               its discounts, as they were meant and as they were printed
  meta_controller      who plays next: a bandit for each actor
  audit                a test that finds a controller which does not forget
  split                two values, one policy
  networks, losses     both networks; what they are taught
  priorities           which sequences are drawn
  training             the loop
  bandits              the bandit alone, where nothing changes and where everything does
  coins, ablations     why two values, and what each part is worth, over three seeds
  scores               progress on 57 games, from the publication
"""

import importlib

from course_lib.agent57.audit import log_is_of_a_window
from course_lib.agent57.meta_controller import choose_member, evaluators_member
from course_lib.agent57.priorities import sequence_priorities
from course_lib.agent57.split import shared_policy, split_errors

# What is not an exercise is imported when it is first asked for.
_LATER = {
    "config": ["Agent57Config", "LADDER"],
    "family": ["discounts_as_printed", "discounts_of_agent57"],
    "meta_controller": ["MetaController"],
    "networks": ["SplitQNetwork"],
}
_HOMES = {name: home for home, names in _LATER.items() for name in names}
__all__ = [
    "choose_member",
    "evaluators_member",
    "log_is_of_a_window",
    "sequence_priorities",
    "shared_policy",
    "split_errors",
    *_HOMES,
]


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
