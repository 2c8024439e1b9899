import numpy as np
import pytest

from course_lib.deep_rl.priorities import OFFSET, importance_weights, priorities


def test_priorities_by_hand():
    """Errors of either sign count alike; α = ½ takes the root, α = 0 makes all alike."""
    errors = np.array([4.0, -4.0, 9.0, 0.0])
    np.testing.assert_allclose(priorities(errors, 0.5), [2, 2, 3, 1e-3], rtol=1e-6)
    np.testing.assert_allclose(priorities(errors, 1.0), [4, 4, 9, 1e-6], rtol=1e-6)
    assert priorities(errors, 0.0).tolist() == [1, 1, 1, 1] and OFFSET == 1e-6


def test_what_has_no_error_can_still_be_drawn():
    assert (priorities(np.zeros(3), 0.9) > 0).all() and (priorities(np.zeros(3, np.float32), 0.9) > 0).all()


def test_weights_by_hand():
    """N P = 2, ½, 1: to the power −1 these are ½, 2, 1, and divided by the largest ¼, 1, ½."""
    probabilities = np.array([0.5, 0.125, 0.25])
    np.testing.assert_allclose(importance_weights(probabilities, 4, 1.0), [0.25, 1, 0.5])
    np.testing.assert_allclose(importance_weights(probabilities, 4, 0.5), [0.5, 1, np.sqrt(0.5)])
    assert importance_weights(probabilities, 4, 0.0).tolist() == [1, 1, 1]


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_with_full_weights_the_expected_update_is_that_of_uniform_replay(alpha):
    """Σ_i P_i w_i x_i is in proportion to Σ_i x_i whatever x is: so are the sums for two of them."""
    rng = np.random.default_rng(0)
    drawn = priorities(rng.normal(size=20), alpha)
    probabilities = drawn / drawn.sum()
    weights = importance_weights(probabilities, 20, 1.0)
    one, other = rng.random((2, 20))
    expected = one.mean() / other.mean()
    assert (probabilities * weights * one).sum() / (probabilities * weights * other).sum() == pytest.approx(expected)
    assert (probabilities * one).sum() / (probabilities * other).sum() != pytest.approx(expected, rel=1e-3)
    assert weights.max() == 1 and weights.min() > 0
