"""Looking at one observation of each world: a call so small that what is around it counts."""

from course_lib.common import devices
from course_lib.common.quiet import tensorflow as tf


class CompiledOnce:
    """A function of arrays, compiled for the shapes that it is first called with.

    To look up what was compiled takes longer than to run it, so that is done once. And XLA makes one operation of a small
    network, which takes a third of the time on a CPU, too; its convolutions there take longer than TensorFlow's.

    Args:
      function: of tensors.
      shape: of an observation.
    """

    def __init__(self, function, shape):
        self.function = tf.function(function, jit_compile=len(shape) == 1 or devices.device().xla)
        self._compiled = None

    def __call__(self, *seen):
        seen = [tf.constant(part) for part in seen]
        if self._compiled is None:
            self._compiled = self.function.get_concrete_function(*seen)
        return self._compiled(*seen)
