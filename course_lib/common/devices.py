"""The one place that seeds, and that decides how the device at hand is used: memory, precision, XLA."""

import contextlib
import dataclasses

import numpy as np

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf

# CUDA compute capabilities from which a 16-bit matrix product is faster than float32 (Volta) and from which
# bfloat16 is (Ampere); bfloat16 keeps float32's range, so that no loss needs scaling.
FLOAT16_FROM, BFLOAT16_FROM = (7, 0), (8, 0)


@dataclasses.dataclass(frozen=True)
class Device:
    """What computes, and how it is best used.

    Attributes:
      names: the GPUs by their names; empty on a CPU.
      precision: a Keras dtype policy: "float32", "mixed_float16" or "mixed_bfloat16".
      xla: whether training steps gain from being compiled with XLA.
    """

    names: tuple[str, ...]
    precision: str
    xla: bool


def seed_everything(seed):
    """Seed Python, NumPy's global generator, TensorFlow and Keras.

    Returns:
      A NumPy generator of the same seed, for code that takes its randomness explicitly.
    """
    keras.utils.set_random_seed(seed)
    return np.random.default_rng(seed)


def choose_precision(capabilities):
    """The Keras dtype policy that all the GPUs of these compute capabilities gain from; "float32" without a GPU."""
    weakest = min(capabilities, default=(0, 0))
    if weakest >= BFLOAT16_FROM:
        return "mixed_bfloat16"
    return "mixed_float16" if weakest >= FLOAT16_FROM else "float32"


def device():
    """Look at the device TensorFlow would use; nothing is changed."""
    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    precision = choose_precision([found.get("compute_capability", (0, 0)) for found in details])
    return Device(tuple(found.get("device_name", "GPU") for found in details), precision, xla=bool(details))


def set_up(precision="auto", deterministic=False, threads=None):
    """Let GPU memory grow as needed and set Keras' precision. Call it before the first tensor is made.

    Args:
      precision: a Keras dtype policy, or "auto" for what the device gains from.
      deterministic: whether every operation has to give the same numbers each time, at some cost in speed.
      threads: how many CPU threads share an operation; by default as many as there are cores. To share out the small
        operations of a network for a laptop can take longer than to do them: with 1 the predictron of 5 by 5 mazes
        trains twice as fast as with 2, and that of 8 by 8 as fast at half the processor time.

    Returns:
      The `Device`.
    """
    if threads:
        with contextlib.suppress(RuntimeError):  # it has computed already: then it stays as it is, and is slower
            tf.config.threading.set_intra_op_parallelism_threads(threads)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    found = device()
    if precision != "auto":
        found = dataclasses.replace(found, precision=precision)
    keras.config.set_dtype_policy(found.precision)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    return found


def strategy():
    """All GPUs of this machine together where there are several, else the one device TensorFlow uses anyway."""
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()


def split(strategy, batch, axis=0):
    """Share a batch out among the replicas of a strategy, the first rows to the first replica.

    Args:
      strategy: a `tf.distribute.Strategy`.
      batch: [B, …].
      axis: that of B.

    Returns:
      What `strategy.run` takes as an argument; the batch as a tensor where there is one replica.

    Raises:
      ValueError: B is no multiple of the number of replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return tf.convert_to_tensor(batch)
    size = batch.shape[axis]
    if size % replicas:
        raise ValueError(f"A batch of {size} cannot be shared by {replicas} replicas: make it a multiple of that.")
    shares = tf.split(tf.convert_to_tensor(batch), replicas, axis)
    return strategy.experimental_distribute_values_from_function(
        lambda context: shares[context.replica_id_in_sync_group]
    )
