"""Two networks of the same kind: one for what is paid, one for what is new."""

from course_lib.agent57.split import combined
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.targets import unscale


@keras.saving.register_keras_serializable("agent57")
class SplitQNetwork(keras.Model):
    """Q_e and Q_i by networks of their own, both told who plays; what is acted by is their sum, weighed by β_j.

    Their states lie side by side: h and c have 2H numbers each.

    Args:
      shape, actions, hidden, dueling: as for `QNetwork`.
      betas: β of each member, a list.
      add_returns: whether h⁻¹ of both is added. Published is h(h⁻¹(Q_e) + β h⁻¹(Q_i)): h rises, so the order is the same.
    """

    recurrent = True

    def __init__(self, shape, actions, hidden, dueling, betas, add_returns=False, **options):
        super().__init__(**options)
        self.settings = {"shape": tuple(shape), "actions": actions, "hidden": hidden, "dueling": dueling}
        self.settings |= {"betas": list(map(float, betas)), "add_returns": add_returns}
        self.actions, self.betas, self.add_returns = actions, tf.constant(betas, tf.float32), add_returns
        self.context = 1 + len(betas)
        self.extrinsic, self.intrinsic = (
            QNetwork(shape, actions, hidden, dueling, recurrent=True, context=self.context) for _ in range(2)
        )

    def initial_state(self, batch):
        """The state before an episode, (h, c), zeros [B, 2H]."""
        return tuple(tf.concat([part, part], axis=-1) for part in self.extrinsic.initial_state(batch))

    def both(self, seen, first, state, burn_in=0):
        """Compute Q_e and Q_i along sequences; arguments as for `QNetwork.unroll`; returns (Q_e, Q_i, state)."""
        halves = zip(*(tf.split(part, 2, axis=-1) for part in state), strict=True)
        found = [
            network.unroll(seen, first, half, burn_in)
            for network, half in zip((self.extrinsic, self.intrinsic), halves, strict=True)
        ]
        (extrinsic, state_e), (intrinsic, state_i) = found
        return extrinsic, intrinsic, tuple(tf.concat(parts, axis=-1) for parts in zip(state_e, state_i, strict=True))

    def addends(self, extrinsic, intrinsic):
        """What of Q_e and Q_i is added up to choose an action, (of e, of i)."""
        return (unscale(extrinsic), unscale(intrinsic)) if self.add_returns else (extrinsic, intrinsic)

    def unroll(self, seen, first, state, burn_in=0):
        """What is acted by along sequences, Q_e + β_j Q_i or that of their returns; returns (it [T, B, A], state)."""
        extrinsic, intrinsic, state = self.both(seen, first, state, burn_in)
        return combined(*self.addends(extrinsic, intrinsic), tf.linalg.matvec(seen[-1][..., 1:], self.betas)), state

    def call(self, observations):
        """What the member that exploits acts by, without a memory of what was before, [B, A]."""
        batch = tf.shape(observations)[0]
        member = tf.one_hot(tf.ones((1, batch), tf.int32), self.context)  # the first number is the bonus
        seen = observations[None], tf.zeros((1, batch), tf.int32), tf.zeros((1, batch)), member
        q, _ = self.unroll(seen, tf.ones((1, batch), bool), self.initial_state(batch))
        return q[0]

    def build(self, shape=None):
        """Make the weights."""
        if not self.built:
            self.extrinsic.build()
            self.intrinsic.build()
            self.built = True

    def get_config(self):
        """What makes the same network again."""
        return super().get_config() | self.settings
