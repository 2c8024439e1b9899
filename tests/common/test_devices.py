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


def test_without_several_gpus_there_is_one_replica():
    """The strategy that TensorFlow uses anyway, under which nothing is copied."""
    found = devices.strategy()
    assert found is tf.distribute.get_strategy() and found.num_replicas_in_sync == 1


def test_several_gpus_work_together(monkeypatch):
    """One would gain nothing from a strategy of several."""
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: "mirrored")
    for count, expected in ((1, tf.distribute.get_strategy()), (2, "mirrored")):
        monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind, count=count: ["GPU"] * count)
        assert devices.strategy() == expected


class Replicas:
    """A strategy of so many replicas that hands out the shares in their order."""

    def __init__(self, number):
        self.num_replicas_in_sync = number

    def experimental_distribute_values_from_function(self, value):
        class Context:
            def __init__(self, number):
                self.replica_id_in_sync_group = number

        return [value(Context(number)).numpy().tolist() for number in range(self.num_replicas_in_sync)]


def test_one_replica_gets_the_whole_batch():
    batch = np.arange(6.0).reshape(3, 2)
    shared = devices.split(tf.distribute.get_strategy(), batch)
    assert tf.is_tensor(shared) and np.array_equal(shared, batch)


def test_several_replicas_get_equal_shares_in_order():
    """Six rows for three: two each, every row once; a tensor is shared like an array."""
    for batch in (np.arange(6), tf.range(6)):
        assert devices.split(Replicas(3), batch) == [[0, 1], [2, 3], [4, 5]]


def test_another_axis_may_be_that_of_the_batch():
    """Two rows of time for four worlds: each replica gets the rows of its two."""
    rows = np.arange(8).reshape(2, 4)
    assert devices.split(Replicas(2), rows, axis=1) == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    with pytest.raises(ValueError, match="A batch of 4 cannot be shared by 3 replicas"):
        devices.split(Replicas(3), rows, axis=1)
    assert np.array_equal(devices.split(tf.distribute.get_strategy(), rows, axis=1), rows)


def test_a_batch_that_cannot_be_shared_evenly_is_refused():
    with pytest.raises(ValueError, match="A batch of 7 cannot be shared by 2 replicas"):
        devices.split(Replicas(2), np.arange(7))
