import numpy as np
import pytest
from scipy import stats

from course_lib.deep_rl.demonstrations import cliffwalk, maximisation_bias, sweeps_to_learn


def test_the_largest_of_many_estimates_is_too_large():
    """By as much as order statistics say: E max of 2, 3 and 10 normal numbers; who judges independently is right."""
    found = maximisation_bias([1, 2, 3, 10], noise=2.0)
    x = np.linspace(-8, 8, 20_001)
    expected = [2 * np.trapezoid(x * n * stats.norm.pdf(x) * stats.norm.cdf(x) ** (n - 1), x) for n in (1, 2, 3, 10)]
    assert found.actions.tolist() == [1, 2, 3, 10]
    np.testing.assert_allclose(found.single, expected, atol=0.06)
    np.testing.assert_allclose(found.double, 0, atol=0.06)
    assert expected[1] == pytest.approx(2 / np.sqrt(np.pi), rel=1e-6)


@pytest.mark.parametrize(
    ("length", "n", "sweeps"), [(1, 1, 1), (10, 1, 10), (10, 3, 4), (10, 5, 2), (10, 10, 1), (7, 20, 1)]
)
def test_the_start_knows_after_the_length_over_n(length, n, sweeps):
    """Rounded up: each sweep carries the reward n steps back."""
    assert sweeps_to_learn(length, n) == sweeps


def test_priorities_find_the_step_that_pays():
    """On the blind cliffwalk of 6 states in a fraction of the updates, whatever the seed."""
    alike, sooner = ([cliffwalk(6, way, seed=seed) for seed in range(3)] for way in (False, True))
    assert 3 * max(sooner) < min(alike) and min(sooner) > 10


def test_the_cliffwalk_grows_and_can_be_given_up():
    assert cliffwalk(3, False) < cliffwalk(5, False) < cliffwalk(7, False)
    assert cliffwalk(8, False, limit=50) == 50
    assert cliffwalk(4, True, seed=1) == cliffwalk(4, True, seed=1)
