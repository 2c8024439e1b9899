"""AlphaGo's leaves: λ mixes, its ends need one half each; its players search, and DarkForest is the end λ = 1."""

import numpy as np
import pytest

from course_lib.go.alphago import AlphaGoEvaluator, AlphaGoPlayer, DarkForestPlayer, mixed_values, softened
from course_lib.go.arena import play_match
from course_lib.go.boards import Boards
from course_lib.go.players import RandomPlayer
from course_lib.go.position import Position
from course_lib.go.rollout_policy import Rollouts
from course_lib.go.rules import Rules

RULES = Rules(4, 0.5)


def uniform(planes, rows=None):
    """A policy that knows nothing."""
    return np.full((len(planes), 17), 1 / 17, np.float32), np.zeros(len(planes), np.float32)


def value(planes):
    """Something like a value network."""
    return np.linspace(-0.5, 0.5, len(planes), dtype=np.float32)


def outcomes(rows):
    """Something like rollouts."""
    return np.where(np.arange(len(rows)) % 2, 1, -1).astype(np.float32)


@pytest.fixture
def leaves():
    boards = Boards(RULES, 6)
    return boards.planes(), boards.rows


def test_mixing_by_hand():
    # v = ½ and z = −1: ¼ of the way ½ − ¼ · 3/2 = 1/8, half of it −¼.
    assert mixed_values(0.5, -1, 0.25) == pytest.approx(1 / 8) and mixed_values(0.5, -1, 0.5) == pytest.approx(-1 / 4)


def test_the_ends_are_one_half_alone(leaves):
    def broken(*_):
        raise AssertionError("it is not needed")

    np.testing.assert_array_equal(AlphaGoEvaluator(uniform, value, broken, 0)(*leaves)[1], value(leaves[0]))
    np.testing.assert_array_equal(AlphaGoEvaluator(uniform, broken, outcomes, 1)(*leaves)[1], outcomes(leaves[1]))


@pytest.mark.parametrize("mixing", [0, 0.3, 0.5, 1])
def test_values_lie_on_the_line_between(leaves, mixing):
    policies, values = AlphaGoEvaluator(uniform, value, outcomes, mixing)(*leaves)
    np.testing.assert_allclose(values, (1 - mixing) * value(leaves[0]) + mixing * outcomes(leaves[1]), atol=1e-6)
    np.testing.assert_allclose(policies, uniform(leaves[0])[0], rtol=1e-5)


def test_softening():
    # τ = 2 takes roots: (0.64, 0.36) becomes (0.8, 0.6) / 1.4.
    np.testing.assert_allclose(softened(np.array([[0.64, 0.36]]), 2), [[0.8 / 1.4, 0.6 / 1.4]])
    np.testing.assert_allclose(softened(np.array([[0.64, 0.36, 0]]), 1), [[0.64, 0.36, 0]], atol=1e-9)


@pytest.mark.parametrize(
    ("parts", "mixing", "why"),
    [
        ((None, outcomes), 0.5, "mixing=0.5 needs a value network"),
        ((value, None), 0.5, "mixing=0.5 needs rollouts"),
        ((None, None), 1, "mixing=1 needs rollouts"),
        ((value, outcomes), 1.5, "mixing=1.5: from 0, the value network alone"),
    ],
)
def test_what_is_missing_is_said(parts, mixing, why):
    with pytest.raises(ValueError, match=why):
        AlphaGoEvaluator(uniform, *parts, mixing)


def test_rollouts_guide_a_search():
    """With no idea of a policy and uniform rollouts it is much like UCT: it beats random play."""
    player = DarkForestPlayer(uniform, Rollouts(RULES), RULES, 60)
    assert player.name == "DarkForest 60" and player.evaluate.mixing == 1
    assert play_match(player, RandomPlayer(1), RULES, 20, seed=2).rate > 0.8


def test_it_takes_what_wins():
    """White's four stones have one liberty; to take them is worth most to a value network that counts stones."""
    position = Position.from_ascii("OOX.\nOOX.\nX.X.\n.XX.", RULES)

    def counts(planes):
        """The share of the board that the side to move holds more of than the other."""
        return planes[..., 0].mean(axis=(1, 2)) - planes[..., 1].mean(axis=(1, 2))

    for mixing in (0, 0.5):  # by rollouts alone every move wins: the four stones are lost anyway
        player = AlphaGoPlayer(AlphaGoEvaluator(uniform, counts, Rollouts(RULES), mixing), RULES, 100)
        assert player.name == "AlphaGo 100" and player.analyse(position).move == 9


def test_the_same_seed_plays_the_same():
    def records(seed):
        evaluate = AlphaGoEvaluator(uniform, value, Rollouts(RULES, seed=seed))
        return play_match(AlphaGoPlayer(evaluate, RULES, 10, seed=seed), RandomPlayer(1), RULES, 4).records

    assert records(0) == records(0) != records(1)
