import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.networks import Step, roll_out
from course_lib.predictron.returns import depth_used, lambda_preturn, lambda_weights, preturns


def steps(seed, depth=4, shape=(2, 3)):
    """Rewards, discounts, λ and values, drawn at random, float64 tensors."""
    rng = np.random.default_rng(seed)
    arrays = rng.normal(size=(depth, *shape)), rng.random((depth, *shape)), rng.random((depth, *shape))
    return [tf.constant(array) for array in (*arrays, rng.normal(size=(depth + 1, *shape)))]


def column(*numbers):
    """A row of numbers for each step, float64 [K, 1, 1]."""
    return tf.constant(numbers, tf.float64, shape=(len(numbers), 1, 1))


def nested(rewards, discounts, value, k):
    """r^1 + γ^1 (r^2 + γ^2 (… + γ^k v^k)), from the inside outwards."""
    for j in reversed(range(k)):
        value = rewards[j] + discounts[j] * value
    return value


def test_preturns_by_hand():
    # g⁰ = 7, g¹ = 0 + 1·10, g² = 0 + 1 (1 + ½·8) = 5, g³ = 0 + 1 (1 + ½ (2 + ⅕·5)) = 2.5
    found = preturns(column(0, 1, 2), column(1, 0.5, 0.2), column(7, 10, 8, 5))
    assert found[:, 0, 0].numpy().tolist() == pytest.approx([7, 10, 5, 2.5])


def test_weights_and_their_mixture_by_hand():
    # w = 1 − ½, ½ (1 − ⅖), ½·⅖ = .5, .3, .2; with g = 1, 2, 3 (no rewards, γ = 1): .5 + .6 + .6 = 1.7
    lambdas = column(0.5, 0.4)
    assert lambda_weights(lambdas)[:, 0, 0].numpy().tolist() == pytest.approx([0.5, 0.3, 0.2])
    nothing, ones = column(0, 0), column(1, 1)
    assert float(lambda_preturn(nothing, ones, lambdas, column(1, 2, 3))[0, 0]) == pytest.approx(1.7)


def test_the_lambda_preturn_with_rewards_by_hand():
    # g^{2,λ} = 4; g^{1,λ} = ¾·8 + ¼ (2 + ½·4) = 7; g^{0,λ} = ½·6 + ½ (1 + 0.1·7) = 3.85
    found = lambda_preturn(column(1, 2), column(0.1, 0.5), column(0.5, 0.25), column(6, 8, 4))
    assert float(found[0, 0]) == pytest.approx(3.85)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_preturns_are_their_nested_sums(seed, depth):
    rewards, discounts, _, values = steps(seed, depth)
    expected = [nested(rewards.numpy(), discounts.numpy(), values[k].numpy(), k) for k in range(depth + 1)]
    np.testing.assert_allclose(preturns(rewards, discounts, values), expected, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_recursion_is_the_weighted_sum(seed, depth):
    """And the weights, brute force as written in the paper, sum to 1."""
    rewards, discounts, lambdas, values = steps(seed, depth)
    weights = [np.prod(lambdas[:k], axis=0) * (1 - lambdas[k]) for k in range(depth)] + [np.prod(lambdas, axis=0)]
    np.testing.assert_allclose(lambda_weights(lambdas), weights, atol=1e-12)
    np.testing.assert_allclose(np.sum(weights, axis=0), 1, atol=1e-12)
    mixed = sum(w * nested(rewards.numpy(), discounts.numpy(), values[k].numpy(), k) for k, w in enumerate(weights))
    np.testing.assert_allclose(lambda_preturn(rewards, discounts, lambdas, values), mixed, atol=1e-12)


def test_limits():
    """λ = 0 is v⁰, λ = 1 is g^K, and r = 0 with γ = 1 leaves the values as preturns."""
    rewards, discounts, lambdas, values = steps(0)
    zeros, ones = tf.zeros_like(rewards), tf.ones_like(rewards)
    np.testing.assert_allclose(lambda_preturn(rewards, discounts, zeros, values), values[0])
    deepest = preturns(rewards, discounts, values)[-1]
    np.testing.assert_allclose(lambda_preturn(rewards, discounts, ones, values), deepest, atol=1e-12)
    np.testing.assert_allclose(preturns(zeros, ones, values), values)
    np.testing.assert_allclose(lambda_preturn(zeros, ones, ones, values), values[-1])
    only_rewards = lambda_preturn(rewards, 0 * discounts, ones, values)  # γ = 0: the first reward, and nothing after it
    np.testing.assert_allclose(only_rewards, rewards[0])


def test_equal_preturns_are_their_own_mixture():
    """Whatever λ is: here every g^k is 3."""
    *_, lambdas, values = steps(1)
    found = lambda_preturn(tf.zeros_like(lambdas), tf.ones_like(lambdas), lambdas, tf.zeros_like(values) + 3)
    np.testing.assert_allclose(found, 3)


def test_one_step_and_any_other_axes():
    """K = 1; steps without a batch, and with three axes more."""
    for shape in ((), (2,), (2, 3, 4)):
        rewards, discounts, lambdas, values = steps(2, 1, shape)
        expected = (1 - lambdas[0]) * values[0] + lambdas[0] * (rewards[0] + discounts[0] * values[1])
        found = lambda_preturn(rewards, discounts, lambdas, values)
        assert found.shape == shape
        np.testing.assert_allclose(found, expected)


def test_depth_by_hand():
    # λ⁰ + λ⁰ γ¹ λ¹ = ½ + ½·⅖·¼ = .55; the γ behind the last step does not matter.
    assert float(depth_used(column(0.4, 0.9), column(0.5, 0.25))[0, 0]) == pytest.approx(0.55)


@pytest.mark.parametrize("seed", range(5))
def test_depth_is_its_recursion(seed):
    """d^k = λ^k (1 + γ^{k+1} d^{k+1})."""
    _, discounts, lambdas, _ = (part.numpy() for part in steps(seed, 5))
    depth = np.zeros((2, 3))
    for k in reversed(range(5)):
        depth = lambdas[k] * (1 + discounts[k] * depth)
    np.testing.assert_allclose(depth_used(tf.constant(discounts), tf.constant(lambdas)), depth)


def test_depth_lies_between_none_and_all_steps():
    *_, lambdas, _ = steps(3, 6)
    zeros, ones = tf.zeros_like(lambdas), tf.ones_like(lambdas)
    assert (depth_used(ones, ones).numpy() == 6).all()
    assert (depth_used(ones, zeros).numpy() == 0).all()
    np.testing.assert_allclose(depth_used(zeros, lambdas), lambdas[0])  # what is discounted away is no step


def test_depth_is_the_derivative_by_a_reward_of_every_step():
    """Every step pays x besides its own reward; the λ-preturn is linear in x, so any difference will do."""
    rewards, discounts, lambdas, values = steps(4)
    change = lambda_preturn(rewards + 2, discounts, lambdas, values) - lambda_preturn(
        rewards, discounts, lambdas, values
    )
    np.testing.assert_allclose(depth_used(discounts, lambdas), change / 2, atol=1e-12)


# A Markov reward process given as a matrix, in place of the networks


STATES, DISCOUNT = 5, 0.8


def process():
    """Transitions P [S, S], rewards r [S] of leaving a state, first guesses of the values v0 [S]."""
    rng = np.random.default_rng(9)
    transitions = rng.dirichlet(np.ones(STATES), STATES)
    return [part.astype(np.float32) for part in (transitions, rng.normal(size=STATES), rng.normal(size=STATES))]


def planned(depth, lambda_=1.0):
    """Imagine steps of the process from each of its states; a state of the model is where one may be, [B = S, S]."""
    transitions, rewards, guesses = process()

    def expected(numbers, where):
        return tf.linalg.matvec(where, numbers)[:, None]

    def core(where, k):
        every = tf.ones((STATES, 1))
        return Step(where @ transitions, expected(rewards, where), every * DISCOUNT, every * lambda_)

    return roll_out(tf.eye(STATES), core, lambda where, k: expected(guesses, where), depth)


def test_preturns_of_a_process_are_bellman_backups():
    """g^k = T^k v0, where T v = r + γ P v."""
    transitions, rewards, values = (part.astype(np.float64) for part in process())
    rollout = planned(6)
    found = preturns(rollout.rewards, rollout.discounts, rollout.values)
    for k in range(7):
        np.testing.assert_allclose(found[k, :, 0], values, atol=1e-5)
        values = rewards + DISCOUNT * transitions @ values


def test_deep_preturns_are_the_values_of_the_process():
    """(I − γP)⁻¹ r, to which γ^60 = 1.5 · 10⁻⁶ of the first guess is added."""
    transitions, rewards, _ = (part.astype(np.float64) for part in process())
    exact = np.linalg.solve(np.eye(STATES) - DISCOUNT * transitions, rewards)
    rollout = planned(60)
    np.testing.assert_allclose(lambda_preturn(*rollout)[:, 0], exact, atol=1e-4)


def test_the_mixture_of_a_process_is_its_lambda_return():
    """g = (I − λγP)⁻¹ (λ r + (1 − λ) v0): the fixed point of g = (1 − λ) v0 + λ (r + γ P g)."""
    transitions, rewards, guesses = (part.astype(np.float64) for part in process())
    lambda_ = 0.7
    exact = np.linalg.solve(
        np.eye(STATES) - lambda_ * DISCOUNT * transitions,
        lambda_ * rewards + (1 - lambda_) * guesses,
    )
    np.testing.assert_allclose(lambda_preturn(*planned(60, lambda_))[:, 0], exact, atol=1e-4)


def test_the_core_is_asked_for_every_step_and_the_value_for_every_state():
    asked = []

    def core(state, k):
        asked.append(("core", k, float(state)))
        return Step(state + 1, tf.zeros((1, 1)), tf.ones((1, 1)), tf.ones((1, 1)))

    def value(state, k):
        asked.append(("value", k, float(state)))
        return tf.fill((1, 1), state)

    rollout = roll_out(tf.constant(10.0), core, value, 2)
    assert asked == [("value", 0, 10), ("core", 0, 10), ("value", 1, 11), ("core", 1, 11), ("value", 2, 12)]
    assert rollout.values[:, 0, 0].numpy().tolist() == [10, 11, 12] and rollout.rewards.shape == (2, 1, 1)
