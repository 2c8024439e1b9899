"""What comes with the course of AlphaGo's and DarkForest's parts; `alphago_training` makes it."""

import pathlib

from course_lib.common.quiet import keras
from course_lib.go import rollout_learning
from course_lib.go.policy_network import PolicyEvaluator, PolicyNetwork
from course_lib.go.value_network import ValueEvaluator, ValueNetwork

FOLDER = pathlib.Path(__file__).parent / "shipped"
NETWORKS = {
    "policy": PolicyNetwork,  # predicts the expert's next move
    "policy of three moves": PolicyNetwork,  # predicts the next three
    "reinforced policy": PolicyNetwork,  # the first, improved by REINFORCE
    "value": ValueNetwork,  # who wins when the reinforced policy plays on
}


def file_of(name, folder=FOLDER):
    """Where a network lies.

    Raises:
      ValueError: there is none of that name.
    """
    if name not in NETWORKS:
        raise ValueError(f"{name!r} is no network of this chapter: use {', '.join(NETWORKS)}.")
    return folder / f"{name.replace(' ', '_')}_7x7.keras"


def load_network(name, folder=FOLDER):
    """Load a network.

    Raises:
      ValueError: there is none of that name, or it has not been made.
    """
    file = file_of(name, folder)
    if not file.exists():
        raise ValueError(f"{file.name} is not there: `python -m course_lib.go.alphago_training` makes it.")
    return keras.models.load_model(file, custom_objects={NETWORKS[name].__name__: NETWORKS[name]}, compile=False)


def load_evaluator(name, folder=FOLDER):
    """Load a network and compile it; returns a `PolicyEvaluator` or a `ValueEvaluator`."""
    network = load_network(name, folder)
    return (ValueEvaluator if isinstance(network, ValueNetwork) else PolicyEvaluator)(network)


def load_rollout_policy(folder=FOLDER):
    """Load the `RolloutPolicy`."""
    return rollout_learning.policy_of(rollout_learning.load_weights(folder / rollout_learning.FILE.name))
