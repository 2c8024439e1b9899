"""The bricks of the networks: a normalisation that tells imagined steps apart, a convolution and an output with it."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


@keras.saving.register_keras_serializable("predictron")
class StepNormalization(keras.layers.Layer):
    """Normalise over the batch, with moving statistics of its own for each imagined step.

    A shared core is used K times, and what comes in differs from step to step. While training, each use is normalised
    by the statistics of its own batch, so that one scale and one offset do for all of them. At evaluation, moving
    averages stand in; a single average over all K steps would fit none of them.

    Source: Ioffe & Szegedy 2015; statistics for each step after Cooijmans et al. 2017.

    Args:
      steps: how often it is used, K.
      momentum: how much of the old average is kept at each update.
      epsilon: added to variances.
    """

    def __init__(self, steps=1, momentum=0.95, epsilon=1e-3, **options):
        super().__init__(**options)
        self.steps, self.momentum, self.epsilon = steps, momentum, epsilon

    def build(self, shape):
        channels = (shape[-1],)
        settings = {"autocast": False, "dtype": "float32"}  # statistics need float32 whatever the layer computes in
        self.scale = self.add_weight(name="scale", shape=channels, initializer="ones", **settings)
        self.offset = self.add_weight(name="offset", shape=channels, initializer="zeros", **settings)
        settings |= {"trainable": False, "aggregation": "only_first_replica"}  # all have the same
        steps = range(self.steps)
        self.means = [self.add_weight(name=f"mean_{k}", shape=channels, initializer="zeros", **settings) for k in steps]
        self.variances = [
            self.add_weight(name=f"variance_{k}", shape=channels, initializer="ones", **settings) for k in steps
        ]

    def call(self, inputs, step=0, training=False):
        """Normalise `inputs`, […, C], as those of imagined step number `step`."""
        if not training:
            return self._normalized(inputs, self.means[step], self.variances[step])
        if _replicas() > 1:
            mean, variance = _moments_of_all_replicas(inputs)
            outputs = self._normalized(inputs, mean, variance)
            count = tf.cast(tf.size(inputs) // inputs.shape[-1] * _replicas(), tf.float32)
            variance *= count / (count - 1)  # the unbiased one is kept, as the fused kernel does
        else:
            outputs, mean, variance = self._fused(inputs)
        for average, new in ((self.means[step], mean), (self.variances[step], variance)):
            average.assign(self.momentum * average + (1 - self.momentum) * new)
        return outputs

    def _normalized(self, inputs, mean, variance):
        factor = self.scale * tf.math.rsqrt(tf.convert_to_tensor(variance) + self.epsilon)
        shift = self.offset - mean * factor
        return inputs * tf.cast(factor, inputs.dtype) + tf.cast(shift, inputs.dtype)

    def _fused(self, inputs):
        """One kernel for all of it, a third of the time on a CPU; it wants four axes."""
        shape = tf.shape(inputs)
        four = inputs if inputs.shape.rank == 4 else tf.reshape(inputs, [-1, 1, 1, inputs.shape[-1]])
        found = tf.raw_ops.FusedBatchNormV3(
            x=four, scale=tf.convert_to_tensor(self.scale), offset=tf.convert_to_tensor(self.offset),
            mean=[], variance=[], epsilon=self.epsilon, is_training=True,
        )  # fmt: skip
        return tf.reshape(found.y, shape), found.batch_mean, found.batch_variance

    def get_config(self):
        return super().get_config() | {"steps": self.steps, "momentum": self.momentum, "epsilon": self.epsilon}


def _replicas():
    """How many replicas compute this step together; 1 outside of `strategy.run`."""
    context = tf.distribute.get_replica_context()
    return context.num_replicas_in_sync if context else 1


def _moments_of_all_replicas(inputs):
    """Mean and variance over the batch of all replicas, as if it were one batch on one device."""
    inputs, axes = tf.cast(inputs, tf.float32), list(range(inputs.shape.rank - 1))

    def over_all(numbers):
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, tf.reduce_mean(numbers, axes))

    mean = over_all(inputs)
    return mean, over_all(tf.square(inputs - mean))


class Convolution(keras.layers.Layer):
    """A 3 × 3 convolution that keeps the size, then normalisation, then (unless told not to) ReLU."""

    def __init__(self, channels, steps=1, momentum=0.95, rectify=True, **options):
        super().__init__(**options)
        self.rectify = rectify
        self.convolution = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)  # offset: normalisation
        self.normalization = StepNormalization(steps, momentum)

    def call(self, inputs, step=0, training=False):
        outputs = self.normalization(self.convolution(inputs), step=step, training=training)
        return tf.nn.relu(outputs) if self.rectify else outputs


class Output(keras.layers.Layer):
    """Two dense layers on the flattened state: an entry for each prediction, in float32."""

    def __init__(self, predictions, hidden, steps=1, momentum=0.95, activation=None, **options):
        super().__init__(**options)
        self.flatten = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(hidden, use_bias=False)
        self.normalization = StepNormalization(steps, momentum)
        self.output_layer = keras.layers.Dense(predictions, activation, dtype="float32")

    def call(self, state, step=0, training=False):
        hidden = self.normalization(self.hidden(self.flatten(state)), step=step, training=training)
        return self.output_layer(tf.nn.relu(hidden))
