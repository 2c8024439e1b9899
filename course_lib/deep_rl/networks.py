"""Networks for values and for policies, on numbers or on frames, with and without memory."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.recurrence import unroll
from course_lib.workbook import exercise

SMALLEST = 5  # frames on which two windows of 3 by 3 leave something


@exercise(context="tensorflow", xla=True, gradient=("values", "advantages"))
def dueling_action_values(values, advantages):
    """Combine what the state is worth with what each action adds: q = v + a − mean_a' a.

    Without the mean, v and a could trade any constant, and neither would mean anything.

    Source: Wang et al. 2016, equation 9.

    Args:
      values: v(s), [B, 1].
      advantages: a(s, ·), [B, A].

    Returns:
      q(s, ·), [B, A].
    """
    return values + advantages - tf.reduce_mean(advantages, axis=-1, keepdims=True)


def torso(shape, hidden, size=None, rescaled=True):
    """The layers that lead from an observation to features: dense ones for numbers, convolutions for frames.

    Source: Mnih et al. 2015, Methods, "Model architecture", for frames of 84 by 84.

    Args:
      shape: of an observation: (numbers,), or (height, width, channels) of uint8.
      hidden: units of the dense layers; two of them for numbers, the last one for frames.
      size: units of a last layer without ReLU, if the last one is to be that.
      rescaled: whether frames are divided by 255 first.

    Returns:
      A Keras model.

    Raises:
      ValueError: the frames are too small.
    """
    if len(shape) == 3 and min(shape[:2]) < SMALLEST:
        raise ValueError(f"frames of {shape[0]} by {shape[1]}: give {SMALLEST} by {SMALLEST} or more to convolutions.")
    inputs = keras.Input(shape)
    last = keras.layers.Dense(size or hidden, None if size else "relu")
    if len(shape) == 1:
        layers = [keras.layers.Dense(hidden, "relu"), last]
    else:
        large = min(shape[:2]) >= 36  # a window of 8 by 8 with steps of 4 makes no sense on toy frames
        convolutions = ((32, 8, 4), (64, 4, 2), (64, 3, 1)) if large else ((16, 3, 1), (32, 3, 1))
        layers = [keras.layers.Rescaling(1 / 255)] if rescaled else []
        layers += [
            keras.layers.Conv2D(filters, size, steps, activation="relu") for filters, size, steps in convolutions
        ]
        layers += [keras.layers.Flatten(), last]
    outputs = inputs
    for layer in layers:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs, name="torso")


@keras.saving.register_keras_serializable("deep_rl")
class QNetwork(keras.Model):
    """Action values of observations, or of sequences of them.

    Args:
      shape: of an observation.
      actions: A.
      hidden: units of the torso, and of the LSTM.
      dueling: whether value and advantages have heads of their own.
      recurrent: whether an LSTM that also sees the last action and reward stands between torso and heads.
      context: how many other numbers the LSTM sees in each row.
    """

    def __init__(self, shape, actions, hidden=128, dueling=True, recurrent=False, context=0, **options):
        super().__init__(**options)
        self.settings = {"shape": tuple(shape), "actions": actions, "hidden": hidden}
        self.settings |= {"dueling": dueling, "recurrent": recurrent, "context": context}
        self.shape, self.actions, self.hidden, self.dueling, self.recurrent = shape, actions, hidden, dueling, recurrent
        self.context = context
        self.torso = torso(shape, hidden)
        self.cell = keras.layers.LSTMCell(hidden, dtype="float32") if recurrent else None
        self.advantages = keras.layers.Dense(actions, dtype="float32")
        self.values = keras.layers.Dense(1, dtype="float32") if dueling else None

    def initial_state(self, batch):
        """The state before an episode, (h, c), zeros [B, H]; without memory the same with H = 0."""
        size = self.hidden if self.recurrent else 0
        return tf.zeros((batch, size)), tf.zeros((batch, size))

    def unroll(self, seen, first, state, burn_in=0):
        """Compute action values along sequences.

        Args:
          seen: (observations [T, B, …], last actions int [T, B], last rewards [T, B]), the latter two 0 in the first row of
            an episode; and, where there is a context, that, [T, B, context].
          first: whether a row is the first of its episode, bool [T, B].
          state: (h, c) before the first row, [B, H] each.
          burn_in: rows that only warm the state up.

        Returns:
          (q [T, B, A], the state after the last row).
        """
        observations, last_actions, last_rewards, *context = seen
        sizes = zip(observations.shape[:2], tf.unstack(tf.shape(observations)[:2]), strict=True)
        rows, batch = (known or dynamic for known, dynamic in sizes)
        features = self._features(observations[burn_in:])
        if burn_in:  # nothing is learnt from them: so their convolutions need not be gone through backwards
            features = tf.concat([tf.stop_gradient(self._features(observations[:burn_in])), features], axis=0)
        features = tf.reshape(features, (rows, batch, self.hidden))
        if self.recurrent:
            known = tf.one_hot(last_actions, self.actions) * (1 - tf.cast(first, tf.float32)[:, :, None])
            inputs = tf.concat([features, known, last_rewards[:, :, None], *context], axis=-1)
            cell = self.cell
            weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
            weights = (
                tf.cast(part.value, tf.float32) for part in weights
            )  # within a call Keras halves their precision
            features, *state = unroll.current(inputs, first, *state, *weights, burn_in)
        q = self._head(tf.reshape(features, (rows * batch, self.hidden)))
        return tf.reshape(q, (rows, batch, self.actions)), tuple(state)

    def _features(self, observations):
        """What the torso makes of rows, [T, B, …] -> [T, B, H]."""
        shape = tf.shape(observations)
        flat = tf.reshape(observations, tf.concat([shape[:1] * shape[1], shape[2:]], axis=0))
        return tf.reshape(tf.cast(self.torso(flat), tf.float32), (shape[0], shape[1], self.hidden))

    def call(self, observations):
        """Action values of observations [B, …] without memory of any before, and with a context of zeros, [B, A]."""
        batch = tf.shape(observations)[0]
        if not self.recurrent:
            return self._head(tf.cast(self.torso(observations), tf.float32))
        nothing = tf.zeros((1, batch), tf.int32), tf.zeros((1, batch)), tf.zeros((1, batch, self.context))
        q, _ = self.unroll((observations[None], *nothing), tf.ones((1, batch), bool), self.initial_state(batch))
        return q[0]

    def _head(self, features):
        advantages = self.advantages(features)
        return dueling_action_values.current(self.values(features), advantages) if self.dueling else advantages

    def build(self, shape=None):
        """Make the weights."""
        if self.built:
            return
        if self.recurrent:
            self.cell.build((None, self.hidden + self.actions + 1 + self.context))
        for head in (self.advantages, self.values):
            if head is not None:
                head.build((None, self.hidden))
        self.built = True

    def get_config(self):
        """What makes the same network again."""
        return super().get_config() | self.settings


@keras.saving.register_keras_serializable("deep_rl")
class PolicyNetwork(keras.Model):
    """A policy and the values of what it sees; on frames the two share their torso.

    Args:
      shape: of an observation.
      actions: A.
      hidden: units of a torso.
    """

    VALUES = 1

    def __init__(self, shape, actions, hidden=64, **options):
        super().__init__(**options)
        self.settings = {"shape": tuple(shape), "actions": actions, "hidden": hidden}
        self.actions, self.hidden = actions, hidden
        self.torso = torso(shape, hidden)
        self.value_torso = torso(shape, hidden) if len(shape) == 1 else None
        small = keras.initializers.Orthogonal(0.01)  # all actions alike at first
        self.policy = keras.layers.Dense(actions, dtype="float32", kernel_initializer=small)
        self.value = keras.layers.Dense(self.VALUES, dtype="float32")

    def call(self, observations):
        """Logits and values of observations [B, …]: [B, A] and [B]."""
        features = self.torso(observations)
        behind = self.value_torso(observations) if self.value_torso is not None else features
        return self.policy(features), self.value(behind)[:, 0]

    def build(self, shape=None):
        """Make the weights."""
        if not self.built:
            self.policy.build((None, self.hidden))
            self.value.build((None, self.hidden))
            self.built = True

    def get_config(self):
        """What makes the same network again."""
        return super().get_config() | self.settings
