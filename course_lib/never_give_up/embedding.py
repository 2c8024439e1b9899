"""What an agent controls: features from which its own action can be told, and nothing else need be in them."""

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.networks import torso
from course_lib.workbook import exercise


@exercise(
    context="tensorflow", xla=True, gradient=("before", "after", "hidden_kernel", "hidden_bias", "kernel", "bias")
)
def inverse_dynamics_losses(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    """Compute −log p(a_t | f(s_t), f(s_{t+1})): how badly the action can be told from what was seen before and after it.

    The features stand side by side, those before the action first; a dense layer with ReLU follows, and one whose outputs
    are logits.

    Source: Pathak et al. 2017, section 2.2; Badia et al. 2020 (Never Give Up), section 2, "Embedding network".

    Args:
      before, after: f(s_t) and f(s_{t+1}), by the same network, [B, D] each.
      hidden_kernel, hidden_bias: of the hidden layer, [2D, H] and [H].
      kernel, bias: of the last layer, [H, A] and [A].
      actions: a_t, int [B].

    Returns:
      [B].
    """
    hidden = tf.nn.relu(tf.matmul(tf.concat([before, after], axis=-1), hidden_kernel) + hidden_bias)
    logits = tf.matmul(hidden, kernel) + bias
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)


class InverseDynamics(keras.Model):
    """An embedding f of observations, and what tells an action from two of them.

    Args:
      shape: of an observation.
      actions: A.
      size: D of the embedding.
      hidden: units of the hidden layer, and, where observations are numbers, of the torso's.
    """

    def __init__(self, shape, actions, size=32, hidden=128, **options):
        super().__init__(**options)
        self.size, self.hidden = size, hidden
        self.torso = torso(shape, hidden, size)
        self.hidden_layer = keras.layers.Dense(hidden, dtype="float32")
        self.logits = keras.layers.Dense(actions, dtype="float32")

    def call(self, observations):
        """f(s) of observations [B, …], [B, D]."""
        return tf.cast(self.torso(observations), tf.float32)

    def losses_of(self, before, after, actions):
        """How badly the actions can be told, [B]."""
        hidden, last = self.hidden_layer, self.logits
        return inverse_dynamics_losses.current(
            self(before), self(after), hidden.kernel.value, hidden.bias.value, last.kernel.value, last.bias.value, actions
        )  # fmt: skip

    def build(self, shape=None):
        """Make the weights."""
        if not self.built:
            self.hidden_layer.build((None, 2 * self.size))
            self.logits.build((None, self.hidden))
            self.built = True
