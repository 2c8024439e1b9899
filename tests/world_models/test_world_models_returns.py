import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.returns import imagination_weights, lambda_targets


def dreamt(seed=0, horizon=5, count=4):
    """Rewards, discounts (some are 0) and values, [H, B] each."""
    rng = np.random.default_rng(seed)
    shape = horizon, count
    return (
        rng.normal(size=shape),
        np.where(rng.random(shape) < 0.2, 0, rng.uniform(0.5, 1, shape)),
        rng.normal(size=shape),
    )


def found(rewards, discounts, values, lambda_):
    """`lambda_targets` of arrays."""
    return lambda_targets(*(tf.constant(np.float32(part)) for part in (rewards, discounts, values)), lambda_).numpy()


def n_step(rewards, discounts, values, t, n):
    """The return of n steps from t on, [B]: rewards as they come, each behind the discounts before it, and then v."""
    total, share = 0, 1
    for k in range(t, t + n):
        total = total + share * rewards[k]
        share = share * discounts[k]
    return total + share * values[t + n - 1]


def test_by_hand():
    """H = 2, λ = ½: V_1 = 3 + .5 · 8 = 7; V_0 = 1 + .5 (½ · 4 + ½ · 7) = 3.75. Backwards in time, not forwards."""
    given = np.array([[1.0], [3]]), np.array([[0.5], [0.5]]), np.array([[4.0], [8]])
    np.testing.assert_allclose(found(*given, 0.5), [[3.75], [7]])


def test_without_lambda_it_is_one_step():
    rewards, discounts, values = dreamt()
    np.testing.assert_allclose(found(rewards, discounts, values, 0.0), rewards + discounts * values, rtol=1e-5)


def test_with_lambda_one_it_is_all_that_was_dreamt_and_the_last_value():
    given = dreamt()
    expected = [n_step(*given, t, 5 - t) for t in range(5)]
    np.testing.assert_allclose(found(*given, 1.0), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("lambda_", [0.3, 0.95])
def test_it_is_the_mixture_of_n_step_returns(lambda_):
    """(1 − λ) Σ λ^(n−1) G^n, and what is left of the weight on the longest."""
    given, horizon = dreamt(1), 5
    for t in range(horizon):
        shares = [(1 - lambda_) * lambda_ ** (n - 1) for n in range(1, horizon - t)] + [lambda_ ** (horizon - t - 1)]
        assert sum(shares) == pytest.approx(1)
        expected = sum(share * n_step(*given, t, n) for n, share in enumerate(shares, start=1))
        np.testing.assert_allclose(found(*given, lambda_)[t], expected, rtol=1e-4, atol=1e-5)


def test_one_step_alone():
    given = dreamt(horizon=1)
    np.testing.assert_allclose(found(*given, 0.95), given[0] + given[1] * given[2], rtol=1e-5)


def test_nothing_counts_behind_an_end():
    """With γ_{2} = 0 what is dreamt from then on does not matter, and the reward of the end does."""
    rewards, discounts, values = dreamt(2)
    discounts[1] = 0
    before = found(rewards, discounts, values, 0.9)
    rewards[2:] += 10
    values[1:] -= 10
    after = found(rewards, discounts, values, 0.9)
    np.testing.assert_allclose(after[:2], before[:2], rtol=1e-5)
    assert not np.allclose(after[2:], before[2:])
    np.testing.assert_allclose(after[1], rewards[1], rtol=1e-5)


def test_gradients_reach_what_is_dreamt():
    """∂V_0/∂r_{t+1} is the product of the γ λ before it; it is what goes back through the dream."""
    rewards, discounts, values = (tf.constant(np.float32(part)) for part in dreamt(3))
    with tf.GradientTape() as tape:
        tape.watch([rewards, values])
        first = tf.reduce_sum(lambda_targets(rewards, discounts, values, 0.9)[0])
    slope, of_values = tape.gradient(first, [rewards, values])
    expected = np.cumprod(np.concatenate([np.ones((1, 4)), 0.9 * discounts[:-1].numpy()]), axis=0)
    np.testing.assert_allclose(slope, expected, rtol=1e-5)
    shares = np.array([0.1, 0.1, 0.1, 0.1, 1])[:, None]
    np.testing.assert_allclose(of_values, expected * discounts.numpy() * shares, rtol=1e-4)


def test_weights_by_hand():
    """The first by whether the start goes on, each next by the discounts before it; the last discount is of no use."""
    discounts = tf.constant([[0.5, 0.9], [0.8, 0.9], [0.7, 0.9]])
    np.testing.assert_allclose(imagination_weights(tf.constant([1.0, 0]), discounts), [[1, 0], [0.5, 0], [0.4, 0]])


def test_a_terminal_state_counts_itself_no_more_than_what_follows():
    """Terminal is s_2, so γ_2 = 0: steps 0 and 1 count, of which the second leads into it; from s_2 on nothing does."""
    discounts = tf.constant([[0.9], [0.0], [0.9], [0.9]])
    np.testing.assert_allclose(imagination_weights(tf.constant([1.0]), discounts)[:, 0], [1, 0.9, 0, 0])


def test_weights_of_one_step():
    np.testing.assert_allclose(imagination_weights(tf.constant([1.0, 0]), tf.constant([[0.3, 0.3]])), [[1, 0]])
