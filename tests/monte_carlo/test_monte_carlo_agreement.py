import numpy as np

from course_lib import monte_carlo as mc


def test_the_band_has_to_fit_into_the_margin():
    returns = np.resize([1.0, -1.0], 900)  # s is 1 (nearly), so the band is 3 / 30 = 0.1
    assert mc.agrees_with(returns, 0.0, 0.11) and not mc.agrees_with(returns, 0.0, 0.09)
    assert mc.agrees_with(returns, 0.1, 0.21) and not mc.agrees_with(returns, -0.1, 0.19)


def test_equal_numbers_agree_with_themselves():
    assert mc.agrees_with(np.full(5, 2.0), 2.0, 0.0)


def test_too_few_numbers_agree_with_nothing():
    assert not mc.agrees_with(np.array([2.0]), 2.0, 10.0) and not mc.agrees_with(np.zeros(0), 0.0, 10.0)


def test_right_samples_rarely_fail_where_the_margin_leaves_room():
    """With a margin of 6 standard errors a right sample fails once in 400 or so."""
    rng = np.random.default_rng(0)
    passed = [mc.agrees_with(rng.normal(size=400), 0.0, 6 / 20) for _ in range(1000)]
    wrong = [mc.agrees_with(rng.normal(loc=0.3, size=400), 0.0, 6 / 20) for _ in range(1000)]
    assert np.mean(passed) > 0.98 and np.mean(wrong) < 0.02
