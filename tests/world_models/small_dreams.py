"""A dreamer as small as can be and what it is shown, for the tests of this folder."""

import contextlib

import numpy as np

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.dreamer import Dreamer
from course_lib.world_models.experience import Experience

TINY = DreamerConfig(
    env="PixelCatch-3", worlds=2, recurrent_units=8, hidden=8, groups=2, classes=3, depth=2, units=8, layers=1, horizon=3,
    slow_every=2, replay=40, warm_up=10, rows=2, batch_size=2, length=4, updates=4, evaluate_every=2, evaluate_on=3,
    checkpoint_every=3,
)  # fmt: skip
FRAME = (16, 16, 1)


def dreamer(config=TINY, shape=FRAME, actions=3, seed=0):
    """A `Dreamer` with weights of a seed."""
    keras.utils.set_random_seed(seed)
    return Dreamer(shape, actions, config)


def experience(length=4, count=2, shape=FRAME, actions=3, seed=0):
    """Random `Experience` [L, B, …] with ends and beginnings in it, as NumPy arrays."""
    rng = np.random.default_rng(seed)
    places = length, count
    frames = len(shape) == 3
    seen = rng.integers(256, size=(*places, *shape), dtype=np.uint8) if frames else rng.normal(size=(*places, *shape))
    first = rng.random(places) < 0.2
    discounts = np.where(rng.random(places) < 0.3, 0, 0.99).astype(np.float32)
    return Experience(
        seen if frames else seen.astype(np.float32), rng.integers(actions, size=places, dtype=np.int32),
        rng.normal(size=places).astype(np.float32), discounts, first,
    )  # fmt: skip


def tensors(parts):
    """The same named tuple, of tensors."""
    return type(parts)(*map(tf.constant, parts))


def numbers(variables):
    """Their values."""
    return [variable.numpy() for variable in variables]


def moved(before, variables):
    """Whether each of them has another value than before; what came by a rate of 1e-30 is no other value."""
    return [bool((np.abs(a - b) > 1e-20).any()) for a, b in zip(before, numbers(variables), strict=True)]


def size(gradients):
    """The largest entry of some gradients; 0 where there are none."""
    return max((float(tf.reduce_max(tf.abs(part))) for part in gradients if part is not None), default=0.0)


@contextlib.contextmanager
def eagerly():
    """Within it, nothing is traced: for what is asked only once."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@contextlib.contextmanager
def precision(policy):
    """Within it, models are made with another Keras dtype policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
