import numpy as np

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import also_computes, exercise


@exercise(context="numpy", seconds=0.5)
def rescale(values, factor):
    """values [N] times factor."""
    return values * factor


@exercise(context="numpy")
def mean_square(values):
    """The mean of the squares of values [N]; builds on `rescale`."""
    return np.mean(rescale(values, 1.0) ** 2)


@also_computes(rescale)
def rescale_all(values, factor):
    return values * factor


@exercise(context="tensorflow", xla=True, gradient=("rewards",), stopped=("bootstrap",))
def backward_returns(rewards, discount, bootstrap):
    """G_t = r_{t+1} + discount G_{t+1}, G_T = bootstrap without gradient; rewards [T] -> [T]."""
    last = tf.stop_gradient(bootstrap)
    return tf.scan(lambda later, reward: reward + discount * later, rewards, last, reverse=True)


@exercise(context="numba")
def longest_rise(values):
    """Length of the longest run of rising values [N]."""
    best = run = 1
    for i in range(1, len(values)):
        run = run + 1 if values[i] > values[i - 1] else 1
        best = max(best, run)
    return best
