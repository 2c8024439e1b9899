"""Two values, of what is paid and of what is new: one policy, two losses."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.never_give_up.retrace import retrace_targets
from course_lib.workbook import exercise


def combined(extrinsic, intrinsic, betas):
    """What a member acts by: Q_e + β_j Q_i, [..., A]; β of the rows, [...].

    Source: Badia et al. 2020 (Agent57), section 3.1 and appendix B.
    """
    return extrinsic + betas[..., None] * intrinsic


@exercise(context="tensorflow", xla=True, stopped=("extrinsic", "intrinsic"))
def shared_policy(extrinsic, intrinsic, betas):
    """Compute the target policy of both values: π(a | s) is 1 for argmax_a Q_e(s, a) + β_j Q_i(s, a), 0 for all others.

    Of equally good actions the first is taken. No gradient flows into the values.

    Source: Badia et al. 2020 (Agent57), section 3.1.

    Args:
      extrinsic, intrinsic: Q_e and Q_i by the networks that learn, [T, B, A].
      betas: β of the member that plays in each row, [T, B].

    Returns:
      π, [T, B, A].
    """
    best = tf.argmax(tf.stop_gradient(combined(extrinsic, intrinsic, betas)), axis=-1)
    return tf.one_hot(best, tf.shape(extrinsic)[-1], dtype=extrinsic.dtype)


@exercise(
    context="tensorflow",
    xla=True,
    gradient=("extrinsic", "intrinsic"),
    stopped=("target_extrinsic", "target_intrinsic"),
)
def split_errors(
    extrinsic,
    intrinsic,
    target_extrinsic,
    target_intrinsic,
    policy,
    actions,
    rewards_tp1,
    bonuses_tp1,
    discounts_tp1,
    traces,
):
    """Compute how far each value of the actions taken is from its own target of Retrace, δ_e and δ_i.

    Q_e is taught by what is paid alone, and Q_i by what is new alone, without β; both by the same policy and the same traces.

    `retrace_targets` of chapter 6 computes the targets of one of them.

    Source: Badia et al. 2020 (Agent57), section 3.1.

    Args:
      extrinsic, intrinsic: Q_e and Q_i by the networks that learn, [T, B, A].
      target_extrinsic, target_intrinsic: the same by the target networks, [T, B, A].
      policy: π of both, [T, B, A].
      actions: a_t, int [T, B].
      rewards_tp1, bonuses_tp1: r^e_{t+1} and r^i_{t+1}, [T, B].
      discounts_tp1, traces: as for `retrace_targets`, [T, B].

    Returns:
      (δ_e, δ_i): target minus value of all rows but the last one, [T − 1, B] each.
    """

    def errors(values, target_values, rewards):
        targets = retrace_targets.current(target_values, policy, actions, rewards, discounts_tp1, traces)
        return targets - tf.gather(values, actions, batch_dims=2)[:-1]

    return errors(extrinsic, target_extrinsic, rewards_tp1), errors(intrinsic, target_intrinsic, bonuses_tp1)
