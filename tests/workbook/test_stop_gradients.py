"""The gradient an answer is held against keeps still what the library's version puts into `tf.stop_gradient`."""

import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import claim, examine, example, exercise, expect
from course_lib.workbook.contexts import reference_gradients


def test_by_hand(toy):
    # G = r₁ + ½ r₂ + ½ ½ b and r₂ + ½ b, mixed as G₁ + cos(1) G₂: ∂/∂r = 1 and ½ + cos 1; b is stopped.
    args = np.array([3.0, 4.0]), 0.5, np.float64(7.0)
    rewards, bootstrap = reference_gradients(toy.backward_returns, args)
    np.testing.assert_allclose(rewards, [1, 0.5 + np.cos(1)], atol=1e-7)
    assert bootstrap == 0


@pytest.fixture
def semi():
    """½ Σ (stop(2x + y) − 3x)²: the target moves with x, its gradient does not."""

    @exercise(context="tensorflow", gradient=("x",))
    def semi_gradient_loss(x, y):
        goal, weight = tf.stop_gradient(2 * x + y), tf.stop_gradient(tf.ones_like(x))
        return tf.reduce_sum(weight * (goal - 3 * x) ** 2) / 2

    claim(semi_gradient_loss, "(2 + 1 − 3)² is nothing")(
        lambda answer, rng: expect(answer(np.ones(1), np.ones(1)), 0.0, tolerance=1e-6)
    )
    example(semi_gradient_loss)(lambda rng: (rng.normal(size=4), rng.normal(size=4)))
    return semi_gradient_loss


def test_a_moving_target_is_held_where_it_was(semi):
    # error e = y − x, ∂/∂x = −3 e; with the target moving it would be −e.
    x, y = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    before = tf.stop_gradient
    (gradient,) = reference_gradients(semi, (x, y))
    np.testing.assert_allclose(gradient, -3 * (y - x), atol=1e-6)
    assert tf.stop_gradient is before


def test_each_point_has_targets_of_its_own(semi):
    """What is held for one is forgotten at the next."""
    for x in (np.zeros(2), np.array([5.0, 7.0])):
        (gradient,) = reference_gradients(semi, (x, np.ones(2)))
        np.testing.assert_allclose(gradient, -3 * (1 - x), atol=1e-6)


def test_answers_are_judged_by_it(semi):
    """Right however it is written; without the stop, the card says that the gradient is wrong."""
    right = examine(semi, lambda x, y: 0.5 * tf.reduce_sum(tf.square(3 * x - tf.stop_gradient(y + 2 * x))))
    assert right.status == "accepted", right
    leaky = examine(semi, lambda x, y: 0.5 * tf.reduce_sum(tf.square(3 * x - (y + 2 * x))))
    assert leaky.status == "wrong" and leaky.first.claim.name == "lets_gradients_through"
