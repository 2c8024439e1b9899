import numpy as np
import pytest

from course_lib.agent57.audit import log_is_of_a_window
from course_lib.agent57.meta_controller import choose_member


def log(choose, episodes=120, seed=0):
    """What a controller of three members chooses where the first is best until half-time, and then the last."""
    rng, members, returns = np.random.default_rng(seed), np.zeros(0, int), np.zeros(0)
    for episode in range(episodes):
        member = choose(members, returns)
        best = 0 if episode < episodes // 2 else 2
        members, returns = np.append(members, member), np.append(returns, 0.6 * (member == best) + 0.4 * rng.random())
    return members, returns


def test_by_hand():
    """Everyone once; then 2 + 1 of member 1 is the most; in a window of two, member 0 has been forgotten and has to come."""
    members, returns = np.array([0, 1, 1]), np.array([1.0, 2, 2])
    assert log_is_of_a_window(members, returns, 2, 9, 1.0)
    assert not log_is_of_a_window(np.array([0, 1, 0]), returns, 2, 9, 1.0)
    assert log_is_of_a_window(np.array([0, 1, 1, 0]), np.append(returns, 0), 2, 2, 1.0)
    assert not log_is_of_a_window(np.array([0, 1, 1, 1]), np.append(returns, 0), 2, 2, 1.0)
    assert not log_is_of_a_window(np.array([0, 0]), np.zeros(2), 2, 9, 1.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_window_is_recognised_and_others_are_not(seed):
    """Who never forgets, who forgets too early, who adds a logarithm, who has no bonus, who plays in another order among equals."""
    right = log(lambda members, returns: choose_member(members, returns, 3, 20, 1.0), seed=seed)
    assert log_is_of_a_window(*right, 3, 20, 1.0)

    def logarithm(members, returns):
        bonus = np.sqrt(np.log(1 + min(len(members), 20)))
        return choose_member(members, returns, 3, 20, bonus)

    wrong = {
        "never forgets": lambda members, returns: choose_member(members, returns, 3, 10**6, 1.0),
        "forgets too early": lambda members, returns: choose_member(members, returns, 3, 8, 1.0),
        "a logarithm": logarithm,
        "no bonus": lambda members, returns: choose_member(members, returns, 3, 20, 0.0),
    }
    for mistake, choose in wrong.items():
        assert not log_is_of_a_window(*log(choose, seed=seed), 3, 20, 1.0), mistake
    backwards = log(lambda members, returns: 2 - choose_member(2 - members, returns, 3, 20, 1.0), seed=seed)
    assert log_is_of_a_window(*backwards, 3, 20, 1.0)


def test_an_empty_log_is_of_any():
    assert log_is_of_a_window(np.zeros(0, int), np.zeros(0), 3, 20, 1.0)
