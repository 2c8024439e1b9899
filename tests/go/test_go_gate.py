"""Win rates and how uncertain they are, held against SciPy and against the definition."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.go.gate import win_rate_bounds


def test_by_hand():
    # ŵ = 1/4, n = 16, z = 2: z²/n = 1/4. (1/4 + 1/8 ± 2 √(3/256 + 1/256)) / (5/4) = (3/8 ± 1/4) / (5/4): 0.1 and 0.5.
    assert win_rate_bounds(4, 16, 2.0) == pytest.approx((0.1, 0.5))


@pytest.mark.parametrize("wins, games", [(0, 7), (7, 7), (1, 2), (220, 400), (399, 400)])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_scipy_says_the_same(wins, games, confidence):
    z = scipy.stats.norm.ppf((1 + confidence) / 2)
    theirs = scipy.stats.binomtest(wins, games).proportion_ci(confidence, method="wilson")
    assert win_rate_bounds(wins, games, z) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.1, 4))
def test_at_both_ends_the_rate_is_z_deviations_away(games, share, z):
    """With half wins as well: draws."""
    wins = round(2 * share * games) / 2
    rate = wins / games
    lower, upper = win_rate_bounds(wins, games, z)
    assert -1e-12 <= lower <= rate + 1e-12 and rate - 1e-12 <= upper <= 1 + 1e-12
    for p in (lower, upper):
        assert abs(rate - p) == pytest.approx(z * math.sqrt(max(0, p * (1 - p)) / games), abs=1e-7)


def test_the_loser_sees_its_mirror_image():
    lower, upper = win_rate_bounds(13, 40, 1.96)
    assert win_rate_bounds(27, 40, 1.96) == pytest.approx((1 - upper, 1 - lower))


def test_limits():
    """Without doubt it is the rate, without a game nothing is known, and a clean sheet proves little."""
    assert win_rate_bounds(3, 4, 0.0) == (0.75, 0.75)
    assert win_rate_bounds(0, 0, 1.96) == (0.0, 1.0)
    assert win_rate_bounds(10, 10, 2.0) == pytest.approx((10 / 14, 1.0))
    assert win_rate_bounds(0, 10, 2.0) == pytest.approx((0.0, 4 / 14))
    assert win_rate_bounds(1, 1, 1.96)[0] == pytest.approx(1 / (1 + 1.96**2))


def test_four_times_the_games_make_it_half_as_wide():
    widths = [np.ptp(win_rate_bounds(games // 2, games, 1.96)) for games in (400, 1600, 6400)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.01) and widths[1] / widths[2] == pytest.approx(2, rel=0.01)


def test_the_papers_gate():
    """220 of 400 is the 55 % that AlphaGo Zero asked for: its lower bound is just above a half."""
    lower, upper = win_rate_bounds(220, 400, 1.96)
    assert 0.5 < lower < 0.502 and 0.59 < upper < 0.6
    assert win_rate_bounds(219, 400, 1.96)[0] < 0.5


def test_it_covers_the_truth_as_often_as_it_says():
    """Exactly, by the binomial distribution: near 95 % on average over p, where the plain interval falls far below."""
    games, rates = 20, np.linspace(0.01, 0.99, 99)
    bounds = np.array([win_rate_bounds(wins, games, 1.96) for wins in range(games + 1)])
    share = np.arange(games + 1) / games
    half = 1.96 * np.sqrt(share * (1 - share) / games)
    plain = np.stack([share - half, share + half], axis=1)

    def coverage(interval):
        chances = scipy.stats.binom.pmf(np.arange(games + 1)[:, None], games, rates)
        return (chances * ((interval[:, :1] <= rates) & (rates <= interval[:, 1:]))).sum(axis=0).mean()

    assert abs(coverage(bounds) - 0.95) < 0.01 and coverage(plain) < 0.9
