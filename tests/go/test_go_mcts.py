"""The formulas of tree search, with numbers worked out by hand, and as the engine compiles them."""

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.go.compiled import compiled_exercise
from course_lib.go.mcts import (
    backup,
    dirichlet_alpha,
    exploration_rate,
    noisy_priors,
    puct_scores,
    ucb1_scores,
    visit_policy,
)


def counts(*numbers):
    """Visits in the type of the trees."""
    return np.array(numbers, np.int32)


def test_ucb1_by_hand():
    # N = (2, 6, 0), W = (1, -3, 0), c = 2. ln 8 = 2.0794: 1/2 + 2 √(2.0794 / 2) = 2.5393, −1/2 + 2 √(2.0794 / 6) = 0.6774.
    scores = ucb1_scores(counts(2, 6, 0), np.array([1.0, -3.0, 0.0]), 2.0)
    assert scores.tolist() == pytest.approx([2.5393, 0.6774, math.inf], abs=1e-4)


def test_ucb1_without_exploration_is_the_mean_and_with_one_visit_nothing_is_added():
    assert ucb1_scores(counts(4, 2), np.array([3.0, -1.0]), 0.0).tolist() == [0.75, -0.5]
    assert ucb1_scores(counts(1, 0), np.array([0.25, 0.0]), 5.0).tolist() == [0.25, math.inf]  # ln 1 = 0
    assert np.isinf(ucb1_scores(counts(0, 0), np.zeros(2), 1.0)).all()


def test_ucb1_finds_the_best_of_three_coins():
    """Its regret is logarithmic: after 3000 throws the coin with ½ was thrown most of the time."""
    rng, rates = np.random.default_rng(0), np.array([0.2, 0.5, 0.3])
    visits, totals = counts(0, 0, 0), np.zeros(3)
    for _ in range(3000):
        coin = int(np.argmax(ucb1_scores(visits, totals, 0.7)))
        visits[coin] += 1
        totals[coin] += rng.random() < rates[coin]
    assert visits[1] > 2700 and visits.min() > 10
    np.testing.assert_allclose(totals / visits, rates, atol=0.2)


def test_puct_by_hand():
    # P = (1/2, 1/4, 1/4), N = (3, 1, 0), W = (-1.5, 0.5, 0), c = 2, √4 = 2:
    # −1/2 + 2 · 1/2 · 2/4 = 0; 1/2 + 2 · 1/4 · 2/2 = 1; 0 + 2 · 1/4 · 2/1 = 1.
    scores = puct_scores(np.array([0.5, 0.25, 0.25]), counts(3, 1, 0), np.array([-1.5, 0.5, 0.0]), 2.0)
    assert scores.tolist() == [0.0, 1.0, 1.0]


def test_puct_without_visits_is_0_and_without_exploration_the_mean():
    """At the first visit √0 = 0: the search breaks the tie by the priors."""
    priors = np.array([0.7, 0.3])
    assert puct_scores(priors, counts(0, 0), np.zeros(2), 1.5).tolist() == [0, 0]
    assert puct_scores(priors, counts(2, 0), np.array([1.0, 0.0]), 0.0).tolist() == [0.5, 0]


def test_puct_visits_in_proportion_to_the_priors_where_all_are_worth_the_same():
    priors, visits = np.array([0.5, 0.3, 0.15, 0.05]), counts(1, 0, 0, 0)
    for _ in range(2000):
        visits[np.argmax(puct_scores(priors, visits, np.zeros(4), 1.0))] += 1
    np.testing.assert_allclose(visits / visits.sum(), priors, atol=0.005)


def test_backup_by_hand():
    # The leaf is worth 0.5 to the player to move there. The last edge was chosen by the opponent: −0.5, then +0.5, −0.5.
    visits, totals = backup(counts(7, 3, 0), np.array([2.0, -1.0, 0.0]), 0.5)
    assert visits.tolist() == [8, 4, 1] and totals.tolist() == [1.5, -0.5, -0.5]
    visits, totals = backup(counts(7, 3), np.array([2.0, -1.0]), 0.5)
    assert visits.tolist() == [8, 4] and totals.tolist() == [2.5, -1.5]


def test_backup_leaves_its_inputs_and_fills_no_path():
    visits, totals = counts(1, 2), np.array([0.5, 0.5])
    backup(visits, totals, 1.0)
    assert visits.tolist() == [1, 2] and totals.tolist() == [0.5, 0.5]
    assert [part.tolist() for part in backup(counts(), np.zeros(0), 1.0)] == [[], []]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.floats(-1, 1))
def test_what_one_side_wins_the_other_loses(depth, value):
    """Neighbours on a path get opposite values; a result and its opposite cancel."""
    _, totals = backup(np.zeros(depth, np.int32), np.zeros(depth), value)
    assert totals[-1] == -value and (totals[1:] == -totals[:-1]).all()
    assert (backup(np.ones(depth, np.int32), totals, -value)[1] == 0).all()


PRIORS, LEGAL = np.array([0.5, 0.25, 0.0, 0.25], np.float32), np.array([True, True, False, True])


def test_noise_by_hand():
    # η = (2, 1, 0, 1) / 4, whatever the illegal move drew; ε = 1/4: 3/8 + 1/8, 3/16 + 1/16, 0, 3/16 + 1/16.
    mixed = noisy_priors(PRIORS, LEGAL, np.array([2.0, 1.0, 9.0, 1.0]), 0.25)
    assert mixed.tolist() == [0.5, 0.25, 0.0, 0.25]
    # η = (0, 1, 0, 3) / 4 with ε = 1/2: 1/4, 1/8 + 1/8, 0, 1/8 + 3/8.
    assert noisy_priors(PRIORS, LEGAL, np.array([0.0, 1.0, 0.5, 3.0]), 0.5).tolist() == [0.25, 0.25, 0.0, 0.5]


def test_noise_for_a_legal_move_that_the_policy_forgot():
    mixed = noisy_priors(np.array([1.0, 0.0, 0.0, 0.0]), LEGAL, np.ones(4), 0.3)
    assert mixed.tolist() == pytest.approx([0.8, 0.1, 0.0, 0.1])


@pytest.mark.parametrize("gammas", [[0, 0, 0, 0], [0, 0, 5, 0]])
def test_without_a_draw_there_is_no_noise(gammas):
    assert noisy_priors(PRIORS, LEGAL, np.array(gammas, float), 0.25).tolist() == PRIORS.tolist()


def test_noise_has_the_moments_of_dirichlets_distribution():
    """5000 draws over 5 of 6 moves; four standard errors."""
    rng, alpha, legal = np.random.default_rng(1), 0.4, np.array([1, 1, 0, 1, 1, 1], bool)
    draws = np.array([noisy_priors(legal / 5, legal, rng.gamma(alpha, size=6), 1.0) for _ in range(5000)])
    dirichlet = scipy.stats.dirichlet(np.full(5, alpha))
    assert (draws[:, ~legal] == 0).all()
    spread = 4 * np.sqrt(dirichlet.var() / 5000)
    np.testing.assert_allclose(draws[:, legal].mean(axis=0), dirichlet.mean(), atol=spread.max())
    np.testing.assert_allclose(draws[:, legal].var(axis=0), dirichlet.var(), rtol=0.1)
    share = scipy.stats.beta(alpha, 4 * alpha)  # of a single move
    assert scipy.stats.kstest(draws[:, 0], share.cdf).pvalue > 0.01


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.floats(0, 1))
def test_noisy_priors_are_a_distribution_over_legal_moves(seed, num_moves, fraction):
    rng = np.random.default_rng(seed)
    legal = rng.random(num_moves) < 0.5
    legal[-1] = True
    priors = rng.random(num_moves) * legal / (rng.random(num_moves) * legal).sum()
    priors /= priors.sum()
    before = priors.copy()
    mixed = noisy_priors(priors, legal, rng.gamma(0.03, size=num_moves), fraction)
    assert (mixed >= 0).all() and not mixed[~legal].any() and mixed.sum() == pytest.approx(1)
    assert (priors == before).all()


def test_visit_policy_by_hand():
    # (1, 4, 0, 9, 2): shares of 16; squares 1, 16, 0, 81, 4 of 102; roots 1, 2, 0, 3 of 6.
    assert visit_policy(counts(1, 4, 0, 9, 2), 1.0).tolist() == pytest.approx([1 / 16, 4 / 16, 0, 9 / 16, 2 / 16])
    squares = [1 / 102, 16 / 102, 0, 81 / 102, 4 / 102]
    assert visit_policy(counts(1, 4, 0, 9, 2), 0.5).tolist() == pytest.approx(squares)
    assert visit_policy(counts(1, 4, 0, 9), 2.0).tolist() == pytest.approx([1 / 6, 2 / 6, 0, 3 / 6])


def test_visit_policy_at_zero_is_shared_by_the_most_visited():
    assert visit_policy(counts(3, 7, 7, 0), 0.0).tolist() == [0, 0.5, 0.5, 0]
    assert visit_policy(counts(0, 1, 0), 0).tolist() == [0, 1, 0]


@pytest.mark.parametrize("power", [1, 3, 10, 100, 1000])
def test_visit_policy_is_exact_however_small_the_temperature(power):
    """Held against whole numbers of any size: 1600^1000 has 3205 digits."""
    visits = counts(1600, 1599, 1584, 3, 0)
    powers = [int(count) ** power for count in visits]
    exact = [float(Fraction(one, sum(powers))) for one in powers]
    np.testing.assert_allclose(visit_policy(visits, 1 / power), exact, rtol=1e-9, atol=1e-300)


def test_visit_policy_between_its_limits():
    """Hot it is uniform over what was visited, cold it is τ = 0, and unvisited moves never get anything."""
    visits = counts(1, 50, 0, 50, 7)
    np.testing.assert_allclose(visit_policy(visits, 1e6), [0.25, 0.25, 0, 0.25, 0.25], atol=1e-5)
    np.testing.assert_allclose(visit_policy(visits, 1e-3), visit_policy(visits, 0), atol=1e-12)
    peaks = [visit_policy(visits, temperature).max() for temperature in (4, 2, 1, 0.5, 0.25, 0)]
    assert peaks == sorted(peaks)


def test_alpha_of_the_paper():
    assert dirichlet_alpha(19 * 19 + 1) == pytest.approx(0.03, rel=3e-3)
    assert dirichlet_alpha(26) == pytest.approx(0.4165, rel=1e-3)


def test_exploration_grows_with_the_visits():
    # AlphaZero's numbers: 1.25 at first; c = 2.25 where (1 + N + 19652) / 19652 = e, N = 33767.
    assert exploration_rate(0) == pytest.approx(1.25, abs=1e-4)
    assert exploration_rate(19652 * (math.e - 1) - 1) == pytest.approx(2.25)
    assert exploration_rate(9, first=2.0, base=10) == pytest.approx(2 + math.log(2))  # (1 + 9 + 10) / 10
    assert (np.diff(exploration_rate(np.arange(0, 100_000, 1000))) > 0).all()


def test_compiled_for_the_types_of_the_trees_they_say_the_same():
    """int32 visits, float32 priors, a float64 draw."""
    rng = np.random.default_rng(2)
    legal = rng.random(26) < 0.7
    priors = (legal / legal.sum()).astype(np.float32)
    for gammas in (rng.gamma(0.4, size=26), np.zeros(26)):
        mixed = compiled_exercise(noisy_priors)(priors, legal, gammas, 0.25)
        np.testing.assert_allclose(mixed, noisy_priors(priors, legal, gammas, 0.25), rtol=1e-6)
    visits = counts(*rng.integers(9, size=26))
    for temperature in (0.5, 0.0):
        np.testing.assert_allclose(
            compiled_exercise(visit_policy)(visits, temperature), visit_policy(visits, temperature), rtol=1e-12
        )
