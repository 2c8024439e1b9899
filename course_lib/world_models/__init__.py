"""Chapter 4: world models, DreamerV2: learn what the world does, then learn in the dream of it.

Rooms, along the way from the world to the dream:
  config               the numbers
  experience           what a model is shown of what was played
  latents              states that are drawn: categories or numbers, and how far two of their distributions are apart
  recurrent_state      the recurrent state-space model: one step with eyes open, one with eyes closed
  networks             encoder, decoder, heads
  world_model          all six parts, and what they are taught
  returns              what an imagined way is worth, and how much each step of it counts
  behaviour            imagining; what actor and critic are taught
  dreamer              all networks of an agent in one model
  learner              the compiled update
  agent, training      acting; the loop
  dreams               open-loop videos: the dream beside the truth
  ablations            the four of the paper, over three seeds
"""

import importlib

from course_lib.world_models.behaviour import actor_loss
from course_lib.world_models.experience import arrivals
from course_lib.world_models.latents import balanced_kl, straight_through
from course_lib.world_models.recurrent_state import imagine_step, observe_step
from course_lib.world_models.returns import imagination_weights, lambda_targets

# What is not an exercise is imported when it is first asked for.
_LATER = {
    "agent": ["DreamerAgent"],
    "behaviour": ["imagine"],
    "config": ["DreamerConfig"],
    "dreams": ["dream", "strip"],
}
_HOMES = {name: home for home, names in _LATER.items() for name in names}
__all__ = [
    "actor_loss",
    "arrivals",
    "balanced_kl",
    "imagination_weights",
    "imagine_step",
    "lambda_targets",
    "observe_step",
    "straight_through",
    *_HOMES,
]


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
