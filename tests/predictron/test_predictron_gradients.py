import copy

import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.gradients import gradient_is_right


def moved(loss, parameters, step):
    """The loss with each parameter moved up, and with each moved down."""
    shifts = step * np.eye(len(parameters))
    return [np.array([loss(parameters + sign * shift) for shift in shifts]) for sign in (1, -1)]


def bowl(x):
    """x₀² + 3 x₁ + sin x₂, whose gradient is 2 x₀, 3, cos x₂."""
    return x[0] ** 2 + 3 * x[1] + np.sin(x[2])


AT = np.array([1.5, -2.0, 0.3])
EXACT = np.array([3.0, 3.0, np.cos(0.3)])


def test_by_hand():
    # Slopes (4 − 2) / (2·½) = 2 and 0; so 2.003 is off by more than 10⁻³ · 2, and 2.0015 is not.
    above, below = np.array([4.0, 1.0]), np.array([2.0, 1.0])
    for gradient, right in (
        ([2.0, 0.0], [True, True]),
        ([2.003, 0.0015], [False, True]),
        ([2.0015, 0.003], [True, False]),
    ):
        assert gradient_is_right(np.array(gradient), above, below, 0.5).tolist() == right


def test_the_gradient_of_a_closed_form_is_right():
    assert gradient_is_right(EXACT, *moved(bowl, AT, 1e-4), 1e-4).all()


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("mistake", [lambda g: 0.0, lambda g: -g, lambda g: 2 * g, lambda g: g + 0.01])
def test_a_wrong_entry_is_found_and_no_other(place, mistake):
    wrong = EXACT.copy()
    wrong[place] = mistake(wrong[place])
    assert gradient_is_right(wrong, *moved(bowl, AT, 1e-4), 1e-4).tolist() == [k != place for k in range(3)]


def test_where_nothing_moves_the_gradient_is_zero():
    flat = np.ones(2)
    assert gradient_is_right(np.zeros(2), flat, flat, 0.1).tolist() == [True, True]
    assert gradient_is_right(np.array([0.0, 1e-9]), flat, flat, 0.1).tolist() == [True, False]


@pytest.mark.parametrize("copied", [False, True])
def test_the_copied_head_is_found(copied):
    """A value head that is copied at each forward pass: what the copy is used for moves with it, and no gradient tells.

    g¹ = r + γ (w · s¹) is computed with the copy, g⁰ = w · s⁰ with the head itself; r and γ are right either way.
    """
    head = tf.Variable([0.4, -1.2])
    reward, discount = tf.Variable(0.3), tf.Variable(0.9)
    states = tf.constant([[1.0, 2.0], [-1.0, 0.5]])

    def loss():
        deep = copy.deepcopy(head) if copied else head
        errors = 1 - tf.stack([tf.tensordot(head, states[0], 1), reward + discount * tf.tensordot(deep, states[1], 1)])
        return tf.reduce_sum(errors**2) / 2

    variables = [head, reward, discount]
    with tf.GradientTape() as tape:
        found = loss()
    reported = np.concatenate([np.ravel(gradient) for gradient in tape.gradient(found, variables)])

    def loss_at(numbers):
        head.assign(numbers[:2])
        reward.assign(numbers[2])
        discount.assign(numbers[3])
        return float(loss())

    above, below = moved(loss_at, np.array([0.4, -1.2, 0.3, 0.9]), 1e-2)
    right = gradient_is_right(reported, above, below, 1e-2)
    assert right.tolist() == [not copied, not copied, True, True]
