"""Seeds repeat, and precision follows what the GPU can do."""

import random

import numpy as np
import pytest

from course_lib.common import devices
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


def draw():
    """One number of each global generator."""
    return random.random(), np.random.rand(), float(tf.random.uniform(())), float(keras.random.uniform(()))  # noqa: NPY002


def test_the_same_seed_gives_the_same_numbers():
    """Python, NumPy, TensorFlow and Keras, and the generator it returns."""
    first = devices.seed_everything(7).random(), draw()
    assert (devices.seed_everything(7).random(), draw()) == first
    assert (devices.seed_everything(8).random(), draw()) != first


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ([], "float32"),  # no GPU
        ([(6, 1)], "float32"),  # Pascal: its float16 is no faster
        ([(7, 5)], "mixed_float16"),  # Turing has float16 units and no bfloat16
        ([(8, 0)], "mixed_bfloat16"),  # Ampere
        ([(9, 0), (7, 0)], "mixed_float16"),  # what the weakest of several gains from
    ],
)
def test_precision_follows_the_weakest_gpu(capabilities, precision):
    """See NVIDIA's table of compute capabilities."""
    assert devices.choose_precision(capabilities) == precision


def test_without_a_gpu_everything_stays_plain(monkeypatch):
    """On a laptop: float32, and XLA only where a chapter asks for it."""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert devices.set_up() == devices.Device((), "float32", xla=False)
    assert keras.config.dtype_policy().name == "float32"
