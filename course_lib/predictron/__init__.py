"""Chapter 3: the Predictron, a network that learns to plan by imagining steps of a world of its own.

Rooms:
  config         the numbers of a predictron and of its training
  data           what a task offers; numbered batches
  mazes          which cells of a random maze are connected?
  trajectories   where does an agent come through?
  billiard       what will happen on the pool table?
  returns        preturns, their λ-mixture, how deep it looks
  losses         what each part of the model is taught by
  gradients      is a gradient what it claims to be?
  layers         normalisation with statistics for each imagined step, convolution, output
  networks       the model; any Markov reward process rolled out
  learner        the compiled training steps
  training       from the first update to the last, with checkpoints
  comparison     variants trained alike; the shipped curves
  plots          the figures of the chapter
"""

import importlib

from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.data import Batch, Stream, Task, label_scale
from course_lib.predictron.gradients import gradient_is_right
from course_lib.predictron.losses import consistency_loss, supervised_losses, usage_weighted_loss
from course_lib.predictron.mazes import Mazes, balanced_wall_count, connected, random_mazes, shortest_path_lengths
from course_lib.predictron.returns import depth_used, lambda_preturn, lambda_weights, preturns

# What needs Keras, Matplotlib or the curves is imported when it is first asked for.
_LATER = {
    "Billiard": "billiard",
    "Explanation": "networks",
    "Learner": "learner",
    "Predictron": "networks",
    "Rollout": "networks",
    "Step": "networks",
    "StepNormalization": "layers",
    "Trained": "training",
    "Trajectories": "trajectories",
    "evaluate": "training",
    "explain": "training",
    "fresh_batch": "training",
    "make": "training",
    "plot_maze": "plots",
    "plot_seeds": "plots",
    "plot_unrolling": "plots",
    "roll_out": "networks",
    "shipped_curves": "comparison",
    "task_of": "training",
    "train": "training",
}


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "Batch",
    "Billiard",
    "Explanation",
    "Learner",
    "Mazes",
    "Predictron",
    "PredictronConfig",
    "Rollout",
    "Step",
    "StepNormalization",
    "Stream",
    "Task",
    "Trained",
    "Trajectories",
    "balanced_wall_count",
    "connected",
    "consistency_loss",
    "depth_used",
    "evaluate",
    "explain",
    "fresh_batch",
    "gradient_is_right",
    "label_scale",
    "lambda_preturn",
    "lambda_weights",
    "make",
    "plot_maze",
    "plot_seeds",
    "plot_unrolling",
    "preturns",
    "random_mazes",
    "roll_out",
    "shipped_curves",
    "shortest_path_lengths",
    "supervised_losses",
    "task_of",
    "train",
    "usage_weighted_loss",
]
