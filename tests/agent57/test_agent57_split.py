import numpy as np
import pytest

from course_lib.agent57.split import combined, shared_policy, split_errors
from course_lib.common.quiet import tensorflow as tf
from tests.never_give_up.small_explorers import h, h_inverse


def test_what_is_acted_by_is_the_sum():
    """1 + .5 · 4 = 3 and 2 + .5 · 1 = 2.5: the bonus turns the choice round; with β = 0 it does not matter."""
    extrinsic, intrinsic = tf.constant([[[1.0, 2.0]], [[1.0, 2.0]]]), tf.constant([[[4.0, 1.0]], [[4.0, 1.0]]])
    betas = tf.constant([[0.5], [0.0]])
    np.testing.assert_allclose(combined(extrinsic, intrinsic, betas)[:, 0], [[3, 2.5], [1, 2]])
    policy = shared_policy(extrinsic, intrinsic, betas)
    assert policy.numpy()[:, 0].tolist() == [[1, 0], [0, 1]] and policy.dtype == tf.float32


def test_of_equals_the_first_and_nothing_flows():
    values, betas = tf.zeros((2, 3, 4)), tf.ones((2, 3))
    with tf.GradientTape() as tape:
        tape.watch([values, betas])
        policy = shared_policy(values, values, betas)
    assert policy.numpy()[..., 0].all() and float(tf.reduce_sum(policy)) == 6
    assert tape.gradient(policy, [values, betas]) == [None, None]


def test_errors_by_hand():
    """One action, γ = ½, c = 1: r^e = 4 and r^i = 2 from two states to a third; in the units of returns.

    q_e = 1, 2, 6: δ = 4 + 3 − 2 = 5 of the second, 4 + 1 − 1 + ½ · 5 = 6.5 of the first; q_i = 0, 2, 2: 2 + 1 − 2 = 1, and 2 + 1 − 0 + ½ = 3.5.
    """
    extrinsic, intrinsic = np.array([1.0, 2, 6]), np.array([0.0, 2, 2])
    one = np.ones((3, 1))
    values = [tf.constant(h(part).reshape(3, 1, 1)) for part in (extrinsic, intrinsic)]
    rest = [tf.constant(number * one) for number in (4.0, 2.0, 0.5, 1.0)]
    errors = split_errors(*values, *values, tf.ones((3, 1, 1), tf.float64), tf.zeros((3, 1), tf.int32), *rest)
    for found, q, advantage in zip(errors, (extrinsic, intrinsic), ([6.5, 5], [3.5, 1]), strict=True):
        np.testing.assert_allclose(found[:, 0], h(q[:2] + advantage) - h(q[:2]), rtol=1e-9)
        np.testing.assert_allclose(h_inverse(found[:, 0] + h(q[:2])) - q[:2], advantage, rtol=1e-8)


def rows(seed=0, count=5, batch=3, actions=4):
    rng = np.random.default_rng(seed)
    values = [tf.constant(rng.normal(size=(count, batch, actions)), tf.float32) for _ in range(4)]
    policy = tf.one_hot(rng.integers(actions, size=(count, batch)), actions)
    done = tf.constant(rng.integers(actions, size=(count, batch)), tf.int32)
    rest = [tf.constant(rng.random((count, batch)), tf.float32) for _ in range(4)]
    return [*values, policy, done, *rest]


def test_each_value_is_taught_by_its_own_reward():
    """A change of what is paid, or of Q_e, moves δ_e alone, and the other way round; the same policy and traces move both."""
    given = rows()
    before = split_errors(*given)
    for number, moves in (
        (0, (True, False)),
        (2, (True, False)),
        (6, (True, False)),
        (1, (False, True)),
        (3, (False, True)),
        (7, (False, True)),
        (8, (True, True)),
        (9, (True, True)),
    ):
        changed = [part + 0.5 * (k == number) if part.dtype == tf.float32 else part for k, part in enumerate(given)]
        after = split_errors(*changed)
        assert tuple(not np.allclose(a, b, atol=1e-7) for a, b in zip(before, after, strict=True)) == moves, number


@pytest.mark.parametrize("which", [0, 1])
def test_the_slope_is_minus_one_where_the_action_was_taken(which):
    """And 0 elsewhere, of the other value and of all targets."""
    given = rows(1)
    with tf.GradientTape() as tape:
        tape.watch(given[:4])
        total = tf.reduce_sum(split_errors(*given)[which])
    slopes = tape.gradient(total, given[:4])
    own = -tf.one_hot(given[5], 4).numpy()
    own[-1] = 0
    np.testing.assert_allclose(slopes[which], own)
    assert [slope is None for slope in slopes] == [k != which for k in range(4)]
