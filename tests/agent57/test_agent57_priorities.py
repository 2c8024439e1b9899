import numpy as np

from course_lib.agent57.priorities import sequence_priorities
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.config import ValueConfig
from course_lib.deep_rl.value_losses import SequenceLoss


def found(sizes, counted, mix):
    return sequence_priorities(tf.constant(sizes, tf.float32), tf.constant(counted, tf.float32), mix).numpy()


def test_by_hand():
    """1, 5 and 3, of which the last does not count: .9 · 5 + .1 · 3 = 4.8; where the 5 does not: .9 · 3 + .1 · 2 = 2.9."""
    sizes = [[1.0, 1.0], [5.0, 5.0], [3.0, 3.0]]
    np.testing.assert_allclose(found(sizes, [[1, 1], [1, 0], [0, 1]], 0.9), [4.8, 2.9], rtol=1e-6)
    np.testing.assert_allclose(found(sizes, np.ones((3, 2)), 1.0), [5, 5])
    np.testing.assert_allclose(found(sizes, np.ones((3, 2)), 0.0), [3, 3])


def test_a_sequence_of_which_nothing_counts_has_none():
    assert found([[7.0], [8.0]], [[0], [0]], 0.9).tolist() == [0]


def test_they_are_those_of_r2d2():
    """By another room of the library, for rows of all kinds."""
    rng = np.random.default_rng(0)
    sizes, counted = rng.exponential(size=(6, 9)), rng.random((6, 9)) < 0.6
    right = SequenceLoss(None, None, ValueConfig()).priorities(
        tf.constant(sizes, tf.float32), tf.constant(counted, tf.float32)
    )
    np.testing.assert_allclose(found(sizes, counted, 0.9), right, rtol=1e-5)
