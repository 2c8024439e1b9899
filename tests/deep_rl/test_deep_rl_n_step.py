import numpy as np
import pytest

from course_lib.deep_rl.n_step import look_ahead


def walked(rewards, terminated, truncated, discount, n):
    """Step by step: (return, discount, steps)."""
    total, factor = 0.0, 1.0
    for k in range(n):
        total += factor * rewards[k]
        factor *= discount
        if terminated[k]:
            return total, 0.0, k + 1
        if truncated[k]:
            return total, factor, k + 1
    return total, factor, n


@pytest.mark.parametrize("n", [1, 3, 10])
def test_looking_ahead_is_walking(n):
    rng = np.random.default_rng(n)
    rewards = rng.normal(size=(400, n)).astype(np.float32)
    terminated, truncated = rng.random((2, 400, n)) < 0.15  # both at once, too, and more than once
    found = look_ahead(rewards, terminated, truncated, 0.9, n)
    expected = [walked(*rows, 0.9, n) for rows in zip(rewards, terminated, truncated, strict=True)]
    returns, discounts, steps = map(np.array, zip(*expected, strict=True))
    np.testing.assert_allclose(found.returns, returns, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.discounts, discounts, rtol=1e-6)
    np.testing.assert_array_equal(found.steps, steps)
    assert found.returns.dtype == found.discounts.dtype == np.float32
    assert (found.discounts == 0).any() and (found.discounts > 0).any()


def test_an_end_by_hand():
    """Rewards 1, 2, 4 with γ = ½: all three 1 + 1 + 1; cut off at the second 2, with ¼ of what follows; terminated 2 and 0."""
    rewards, no, second = np.array([[1.0, 2, 4]]), np.zeros((1, 3), bool), np.array([[False, True, False]])
    for terminated, truncated, expected in (
        (no, no, (3, 0.125, 3)),
        (no, second, (2, 0.25, 2)),
        (second, no, (2, 0, 2)),
    ):
        assert tuple(float(part[0]) for part in look_ahead(rewards, terminated, truncated, 0.5, 3)) == expected
