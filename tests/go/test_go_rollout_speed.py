"""Speeds: what is counted is divided by the time it took; rollouts are far faster than a network."""

import numpy as np
import pytest

from course_lib.go.policy_network import PolicyEvaluator, PolicyNetwork
from course_lib.go.rollout_policy import PATTERNS, RolloutPolicy
from course_lib.go.rollout_speed import moves_per_second, speeds
from course_lib.go.rules import Rules


def test_moves_by_time():
    # A clock that ticks 0.1 s a look: began at 0, then 0.1, 0.2 and 0.3, so two calls of five moves in 0.3 s.
    ticks = iter(np.arange(0, 9) / 10)
    assert moves_per_second(lambda: 5, seconds=0.25, clock=lambda: float(next(ticks))) == pytest.approx(10 / 0.3)


def test_the_order_of_speeds():
    rules = Rules(5, 0.5)
    network = PolicyNetwork(5, channels=8, blocks=2)
    network.build()
    policy = RolloutPolicy(np.ones(PATTERNS, np.float32), np.ones(8, np.float32))
    found = speeds(PolicyEvaluator(network), policy, rules, batches=(1, 32), seconds=0.1)
    uniform, patterns, single, batch = found.values()
    assert uniform > patterns > 5 * batch > 5 * single
