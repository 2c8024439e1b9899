from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.agent57.meta_controller import MetaController, choose_member, evaluators_member


def settings(**changes):
    return SimpleNamespace(
        **{"members": 4, "bandit_window": 6, "bandit_epsilon": 0.0, "bandit_bonus": 1.0, "evaluator_window": 9}
        | changes
    )


def test_a_choice_by_hand():
    """Means 2, 3 and 2.5 of 1, 4 and 1 episodes: with β = 1 it is 3, 3.5 and 3.5, the first of which is taken; with β = 2 it is the third.

    Over the last four alone, 3, 3, 3 of member 1 and 2.5 of member 2, member 0 has not played.
    """
    members, returns = np.array([0, 1, 1, 1, 1, 2]), np.array([2.0, 3, 3, 3, 3, 2.5])
    assert choose_member(members, returns, 3, 10, 1.0) == 1
    assert choose_member(members, returns, 3, 10, 2.0) == 2
    assert choose_member(members, returns, 3, 10, 0.0) == 1
    assert choose_member(members, returns, 3, 4, 1.0) == 0
    assert isinstance(choose_member(members, returns, 3, 10, 1.0), int)


def test_everyone_once_in_the_order_of_the_family():
    members, returns = np.zeros(0, int), np.zeros(0)
    for j in range(5):
        assert choose_member(members, returns, 5, 100, 1.0) == j
        members, returns = np.append(members, j), np.append(returns, 10.0 - j)
    assert choose_member(members, returns, 5, 100, 1.0) == 0
    assert choose_member(np.array([0, 2]), np.zeros(2), 4, 9, 1.0) == 1


def test_who_is_examined_by_hand():
    """Means 1.5 and 1.75: the second; of the last two alone, 2 and 1, the first; without a bonus for who played seldom."""
    members, returns = np.array([1, 0, 0, 1]), np.array([2.5, 1, 2, 1.0])
    assert evaluators_member(members, returns, 3, 9) == 1
    assert evaluators_member(members, returns, 3, 2) == 0
    assert evaluators_member(members, -returns - 9, 3, 9) == 0  # all worse than nothing; who never played is not judged
    assert evaluators_member(np.zeros(0, int), np.zeros(0), 3, 9) == 0
    assert isinstance(evaluators_member(members, returns, 3, 9), int)


def test_a_controller_keeps_a_log_of_each_actor_and_one_of_all():
    controller, rng = MetaController(2, settings()), np.random.default_rng(0)
    for episode in range(10):
        controller.note(0, episode % 4, float(episode))
    assert controller.logs[0].members.tolist() == [0, 1, 2, 3, 0, 1] and controller.logs[0].returns.tolist() == [
        4,
        5,
        6,
        7,
        8,
        9,
    ]
    assert controller.all.returns.tolist() == list(range(1, 10)) and not len(controller.logs[1].members)
    assert controller.choose(1, rng) == 0  # who begins
    # of the last six: 0 and 1 twice, means 6 and 7, bonus .71; 2 and 3 once, 6 and 7, bonus 1
    assert controller.choose(0, rng) == 3
    # of all, the last nine: 0: (4 + 8) / 2 = 6; 1: (1 + 5 + 9) / 3 = 5; 2: 4; 3: 5
    assert controller.evaluators_member() == 0


def test_the_share_of_choices_drawn_from_all_alike():
    """ε = .4 of 4: each of the three that are not best 10 % of the time; not before everyone has played once."""
    controller, rng = MetaController(1, settings(bandit_epsilon=0.4, bandit_window=100)), np.random.default_rng(0)
    found = []
    for j in range(4):
        assert controller.choose(0, rng) == j
        controller.note(0, j, 10.0 * (j == 2))
    found = np.bincount([controller.choose(0, rng) for _ in range(4000)], minlength=4) / 4000
    np.testing.assert_allclose(found, [0.1, 0.1, 0.7, 0.1], atol=0.025)


def test_what_was_best_is_forgotten():
    """A member whose returns fall is played no more once the window has gone over its good days."""
    controller, rng, played = MetaController(1, settings(bandit_window=8)), np.random.default_rng(0), []
    for episode in range(60):
        member = controller.choose(0, rng)
        played.append(member)
        best = 1 if episode < 30 else 3
        controller.note(0, member, 9.0 * (member == best))
    before, after = (np.bincount(part, minlength=4) for part in (played[10:30], played[42:]))
    assert before.argmax() == 1 and after.argmax() == 3 and min(before.max(), after.max()) > 7


def test_what_is_packed_comes_back():
    """Also where somebody has not played yet; logs of other actors, or of a larger family, are refused."""
    one, same = MetaController(3, settings()), MetaController(3, settings())
    same.unpack({name: np.array(part) for name, part in one.pack().items()})
    assert not len(same.all.members)
    for episode in range(12):
        one.note(episode % 2, episode % 4, episode / 2)
    same.unpack({name: np.array(part) for name, part in one.pack().items()})
    for log, other in zip([*one.logs, one.all], [*same.logs, same.all], strict=True):
        np.testing.assert_array_equal(log.members, other.members)
        np.testing.assert_array_equal(log.returns, other.returns)
    assert len(same.logs[2].members) == 0 and len(same.all.members) == 9
    for other in (MetaController(2, settings()), MetaController(3, settings(members=3))):
        with pytest.raises(ValueError, match="of other actors or of another family"):
            other.unpack(one.pack())
