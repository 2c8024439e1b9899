"""Random network distillation: what was seen often can be predicted, what is new cannot."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.networks import torso
from course_lib.workbook import exercise

CLIP = 5.0  # deviations, beyond which a number of an observation is cut off


@exercise(context="tensorflow", xla=True, gradient=("predicted",), stopped=("target",))
def distillation_errors(predicted, target):
    """Compute how far predictions are from a random network's features: mean_d (p_d − t_d)².

    Only the predictor learns; no gradient flows into the features.

    Source: Burda et al. 2018, section 2.2.

    Args:
      predicted: of the network that learns, [B, D].
      target: of the random one, which never changes, [B, D].

    Returns:
      [B].
    """
    return tf.reduce_mean(tf.square(predicted - tf.stop_gradient(target)), axis=-1)


class Distillation(keras.Model):
    """A random network, one that learns to predict its features, and what observations usually are.

    Observations are whitened number by number, by mean and deviation of all that was seen so far, and cut off at 5
    deviations: else a random network would hear nothing but the loudest of them.

    Source: Burda et al. 2018, section 2.4.

    Args:
      shape: of an observation.
      size: D of the features.
      hidden: units of the dense layers before them, where observations are numbers.
    """

    def __init__(self, shape, size=128, hidden=128, **options):
        super().__init__(autocast=False, **options)  # in half precision, observations and means would be rounded
        self.target, self.predictor = (torso(shape, hidden, size, rescaled=False) for _ in range(2))
        self.target.trainable = False
        add = {"dtype": "float32", "autocast": False, "trainable": False, "initializer": "zeros"}
        self.count = self.add_weight(shape=(), name="count", **add)
        self.mean, self.squares = (self.add_weight(shape=shape, name=name, **add) for name in ("mean", "squares"))
        self.built = True

    def call(self, observations):
        """How badly the features of observations [B, …] are predicted, [B]."""
        white = self.whitened(observations)
        predicted, target = (tf.cast(network(white), tf.float32) for network in (self.predictor, self.target))
        return distillation_errors.current(predicted, target)

    def whitened(self, observations):
        """Observations in deviations from their mean, −5 … 5; those that never changed are 0."""
        deviations = tf.sqrt(self.squares.value / tf.maximum(self.count.value, 1.0))
        apart = tf.cast(observations, tf.float32) - self.mean.value
        return tf.clip_by_value(tf.math.divide_no_nan(apart, deviations), -CLIP, CLIP)

    def take_in(self, observations):
        """Let observations [B, …] count for what they usually are."""
        seen = tf.cast(observations, tf.float32)
        new, before = tf.cast(tf.shape(seen)[0], tf.float32), self.count.value
        mean = tf.reduce_mean(seen, axis=0)
        apart, both = mean - self.mean.value, before + new
        self.squares.assign_add(tf.reduce_sum(tf.square(seen - mean), axis=0) + tf.square(apart) * before * new / both)
        self.mean.assign_add(apart * new / both)
        self.count.assign(both)
