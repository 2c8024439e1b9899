import numpy as np
import pytest

from course_lib.deep_rl.audit import targets_are_right


@pytest.fixture
def batch():
    """100 steps; some terminated, some cut off, some both."""
    rng = np.random.default_rng(0)
    rewards, values = rng.normal(size=(2, 100))
    terminated, truncated = rng.random((2, 100)) < 0.3
    return rewards, terminated, truncated, values + 2, 0.9


def test_right_targets_pass(batch):
    """Computed one by one, and stored in float32."""
    rewards, terminated, _, values, discount = batch
    targets = [r if ends else r + discount * v for r, ends, v in zip(rewards, terminated, values, strict=True)]
    assert targets_are_right(*batch, np.array(targets, np.float32)) is True


@pytest.mark.parametrize("bug", ["done", "never", "reward", "discount", "one"])
def test_wrong_targets_are_found(bug, batch):
    """No value where it was cut off; a value behind a terminal state; γ on the reward; no γ; a single wrong one."""
    rewards, terminated, truncated, values, discount = batch
    right = rewards + discount * values * ~terminated
    targets = {
        "done": rewards + discount * values * ~(terminated | truncated),
        "never": rewards + discount * values,
        "reward": discount * (rewards + values * ~terminated),
        "discount": rewards + values * ~terminated,
        "one": np.where(np.arange(100) == 50, right + 0.01, right),
    }[bug]
    assert targets_are_right(*batch, targets.astype(np.float32)) is False


def test_where_nothing_ended_the_bug_cannot_be_seen(batch):
    """So a test has to contain both kinds of ends."""
    rewards, _, _, values, discount = batch
    no = np.zeros(100, bool)
    assert targets_are_right(rewards, no, no, values, discount, (rewards + discount * values).astype(np.float32))
