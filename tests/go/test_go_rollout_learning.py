"""Learning the rollout policy: classes of alike patterns, probabilities by hand, and weights that are found again."""

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.go.examples import held_out
from course_lib.go.expert_games import RULES as SEVEN
from course_lib.go.expert_games import Games, load_games
from course_lib.go.rollout_learning import (
    FILE,
    Choices,
    choices_of,
    fit_rollout_policy,
    load_weights,
    log_probabilities,
    pattern_classes,
    policy_of,
    rollout_accuracy,
    save_rollout_policy,
)
from course_lib.go.rollout_policy import FACTS, PATTERNS
from course_lib.go.rules import BLACK

# Two positions with two and three choices; classes 0 to 2; the first choice of the second one takes stones.
SMALL = Choices(np.array([0, 1, 2, 0, 1]), np.array([0, 0, 1, 0, 0]), np.array([1, 2]), np.array([0, 2]))


def test_patterns_that_can_be_turned_into_each_other_are_one_class():
    # By Burnside's lemma (4⁸ + 2 · 4² + 4⁴ + 4 · 4⁵) / 8 = 8740: of the eight neighbours the quarter turns leave two
    # cycles, the half turn four; each mirror leaves two points in place and swaps three pairs.
    classes = pattern_classes()
    assert len(classes) == PATTERNS and len(np.unique(classes)) == classes.max() + 1 == 8740
    corners = [int(digits, 4) for digits in ("10000000", "00100000", "00000100", "00000001")]
    sides = [int(digits, 4) for digits in ("01000000", "00010000", "00001000", "00000010")]
    assert len(set(classes[corners])) == len(set(classes[sides])) == 1 and classes[corners[0]] != classes[sides[0]]


def test_choices_by_hand():
    # 5 by 5, Black in the middle: White chooses from 24 points; then White passes, and nothing is chosen from.
    games = Games(np.array([[12, 25, 25]], np.int16), np.array([3]), np.array([0]), np.array([BLACK]))
    found = choices_of(games, RULES)
    assert len(found.patterns) == 25 and found.starts.tolist() == [0] and found.played.tolist() == [12]
    opened = choices_of(games._replace(moves=np.array([[12, 0, 25]], np.int16), openings=np.array([1])), RULES)
    assert len(opened.patterns) == 24 and opened.played.tolist() == [0]
    middle = opened.facts.reshape(-1) == 4  # next to the last move
    assert middle.sum() == 8


def test_choices_of_games():
    found, games = choices_of(small_games(), RULES), small_games()
    assert 0.5 * (games.lengths - games.openings).sum() < len(found.played) <= (games.lengths - games.openings).sum()
    sizes = np.diff(found.starts, append=len(found.patterns))
    assert (sizes >= 1).all() and (found.played >= found.starts).all() and (found.played < found.starts + sizes).all()


def test_probabilities_by_hand():
    # Weights: taking stones log 2, classes 0, log 3 and 0. Position 1: 1 : 3. Position 2: 2 : 1 : 3.
    weights = np.array([np.log(2), 0, 0, 0, np.log(3), 0])
    found = np.exp(log_probabilities(weights, SMALL))
    np.testing.assert_allclose(found, [1 / 4, 3 / 4, 2 / 6, 1 / 6, 3 / 6])
    assert rollout_accuracy(weights, SMALL) == 0.5  # of the second, choice 2 was played, and choice 4 is likelier


def test_probabilities_sum_to_one_and_shift_with_no_class():
    choices, rng = choices_of(small_games(), RULES), np.random.default_rng(0)
    weights = rng.normal(size=len(FACTS) + 8740)
    logs = log_probabilities(weights, choices)
    np.testing.assert_allclose(np.add.reduceat(np.exp(logs), choices.starts), 1)
    weights[len(FACTS) :] += 5
    np.testing.assert_allclose(log_probabilities(weights, choices), logs, atol=1e-9)


def test_weights_are_found_again():
    """Moves drawn by known strengths, 1 : 2 : 4 for three classes and × 3 for taking stones, teach these."""
    rng, positions = np.random.default_rng(0), 4000
    patterns, facts = rng.integers(3, size=(positions, 4)), rng.integers(2, size=(positions, 4))
    shares = 2.0**patterns * 3.0**facts
    ends = shares.cumsum(axis=1)
    drawn = (ends > rng.random((positions, 1)) * ends[:, -1:]).argmax(axis=1)
    starts = 4 * np.arange(positions)
    weights = fit_rollout_policy(Choices(patterns.ravel(), facts.ravel(), starts + drawn, starts), prior=0.01)
    assert weights[0] == pytest.approx(np.log(3), abs=0.15)
    np.testing.assert_allclose(np.diff(weights[3:6]), np.log(2), atol=0.15)
    assert (weights[[1, 2]] == 0).all() and (weights[6:] == 0).all()


def test_strengths_are_the_exponentials():
    weights = np.random.default_rng(0).normal(size=len(FACTS) + 8740)
    policy = policy_of(weights)
    np.testing.assert_allclose(policy.facts[[0, 1, 5, 7]], np.exp([0, weights[0], weights[[0, 2]].sum(), weights[:3].sum()]), rtol=1e-5)  # fmt: skip
    np.testing.assert_allclose(policy.patterns, np.exp(weights[3:])[pattern_classes()], rtol=1e-5)


def test_what_is_saved_comes_back(tmp_path):
    weights = np.random.default_rng(0).normal(size=20)
    save_rollout_policy(tmp_path / "new" / "weights.npz", weights)
    np.testing.assert_allclose(load_weights(tmp_path / "new" / "weights.npz"), weights, atol=2e-3)


def test_the_shipped_policy_predicts_the_experts():
    """In games that it was not taught by; a move drawn from the choices would be right in 1 of 20."""
    choices = choices_of(held_out(load_games())[1].some(slice(40)), SEVEN)
    weights = load_weights()
    assert FILE.stat().st_size < 50_000 and rollout_accuracy(weights, choices) > 0.28
    assert weights[0] > 0 and weights[2] > 0  # to take stones, and to answer where the last move was
