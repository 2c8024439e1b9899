"""The loss of AlphaGo Zero: by hand, against Keras, and its slopes."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.losses import zero_loss


def positions(seed, count=6, moves=10):
    """Logits, values, policies, outcomes of random positions, float64."""
    rng = np.random.default_rng(seed)
    policies = rng.dirichlet(np.full(moves, 0.5), count)
    return rng.normal(size=(count, moves)), rng.uniform(-1, 1, count), policies, rng.choice([-1.0, 0.0, 1.0], count)


def loss(*arrays):
    return float(zero_loss(*(tf.constant(array, tf.float64) for array in arrays)))


def test_one_position_by_hand():
    # p = (1/4, 3/4), π = (1, 0): −ln 1/4 = 1.3863. v = −1/2, z = 1: 2.25.
    assert loss([[0.0, np.log(3)]], [-0.5], [[1.0, 0.0]], [1.0]) == pytest.approx(np.log(4) + 2.25)


def test_two_positions_are_averaged():
    # Logits alike: −ln 1/2 whatever π is. Values: (0 − 1)² = 1 after a loss of what looked even, 0 after a draw.
    found = loss(np.zeros((2, 2)), [0.0, 0.0], [[0.3, 0.7], [1.0, 0.0]], [-1.0, 0.0])
    assert found == pytest.approx(np.log(2) + 0.5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(2, 30))
def test_keras_says_the_same(seed, count, moves):
    logits, values, policies, outcomes = positions(seed, count, moves)
    square = keras.losses.MeanSquaredError(dtype="float64")(outcomes, values)
    cross = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")(policies, logits)
    assert loss(logits, values, policies, outcomes) == pytest.approx(float(square) + float(cross))


def test_the_least_loss_is_the_entropy_of_what_is_taught():
    logits, _, policies, outcomes = positions(1)
    least = np.mean([scipy.stats.entropy(policy) for policy in policies])
    assert loss(np.log(policies), outcomes, policies, outcomes) == pytest.approx(least)
    assert loss(np.log(policies) + 0.1 * logits, outcomes, policies, outcomes) > least
    assert loss(np.log(policies), outcomes + 0.1, policies, outcomes) == pytest.approx(least + 0.01)


def test_only_differences_of_logits_count_and_large_ones_stay_finite():
    batch = positions(2)
    assert loss(batch[0] + 500, *batch[1:]) == pytest.approx(loss(*batch))
    # log p = (0, −1000): half of it.
    assert loss([[1000.0, 0.0]], [0.0], [[0.5, 0.5]], [0.0]) == pytest.approx(500)
    assert loss([[1000.0, 0.0]], [0.0], [[1.0, 0.0]], [0.0]) == 0  # 0 · 1000, no nan


def test_its_slopes():
    """p − π by the logits and −2 (z − v) by the values, a B-th of each."""
    logits, values, policies, outcomes = (tf.constant(array) for array in positions(3))
    with tf.GradientTape() as tape:
        tape.watch([logits, values])
        found = zero_loss(logits, values, policies, outcomes)
    by_logits, by_values = tape.gradient(found, [logits, values])
    np.testing.assert_allclose(by_logits, (scipy.special.softmax(logits, axis=1) - policies) / 6, atol=1e-12)
    np.testing.assert_allclose(by_values, -2 * (outcomes - values) / 6, atol=1e-12)


def test_the_order_of_positions_and_of_moves_does_not_matter():
    logits, values, policies, outcomes = batch = positions(4)
    rng = np.random.default_rng(4)
    rows, moves = rng.permutation(6), rng.permutation(10)
    shuffled = loss(logits[rows][:, moves], values[rows], policies[rows][:, moves], outcomes[rows])
    assert shuffled == pytest.approx(loss(*batch))


def test_it_is_a_scalar_in_a_graph_of_any_batch():
    graph = tf.function(
        lambda *parts: zero_loss(*parts),
        input_signature=[tf.TensorSpec(shape) for shape in ([None, 10], [None], [None, 10], [None])],
    )
    for count in (1, 5):
        batch = positions(5, count)
        found = graph(*(tf.constant(array, tf.float32) for array in batch))
        assert found.shape == () and float(found) == pytest.approx(loss(*batch), rel=1e-5)
