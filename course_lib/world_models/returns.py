"""What an imagined way is worth, and how much each step of it counts.

Indices, here as everywhere in the course: action a_t leads from s_t to s_{t+1}, where r_{t+1} and γ_{t+1} are read. The
publication's r_t is also read in s_t, but counted to what s_t is worth; ours belongs to the step that earned it.
"""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


@exercise(context="tensorflow", xla=True, gradient=("rewards_tp1", "discounts_tp1", "values_tp1"))
def lambda_targets(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    """Compute V_t = r_{t+1} + γ_{t+1} ((1 − λ) v(s_{t+1}) + λ V_{t+1}), and V_H = v(s_H) behind the last step.

    Source: Hafner et al. 2021, equation 4; Schulman et al. 2016.

    Args:
      rewards_tp1, discounts_tp1, values_tp1: r_{t+1}, γ_{t+1} and v(s_{t+1}) for t = 0 … H − 1, [H, B].
      lambda_: λ.

    Returns:
      V_t, [H, B].
    """
    paid = rewards_tp1 + discounts_tp1 * (1 - lambda_) * values_tp1

    def one_step_back(following, step):
        return step[0] + step[1] * following

    return tf.scan(one_step_back, (paid, discounts_tp1 * lambda_), initializer=values_tp1[-1], reverse=True)


@exercise(context="tensorflow", xla=True)
def imagination_weights(alive, discounts_tp1):
    """Compute how much each imagined step counts: w_0 = whether s_0 goes on, w_t = w_{t−1} γ_t.

    A way that is imagined beyond the end of an episode is no experience. Whether it ended where it starts is known, from
    then on it is predicted.

    Source: Hafner et al. 2021, section 2.3.

    Args:
      alive: 0 where s_0 is terminal, else 1, [B].
      discounts_tp1: γ_{t+1} for t = 0 … H − 1, [H, B].

    Returns:
      w_t, [H, B].
    """
    return tf.math.cumprod(tf.concat([alive[None], discounts_tp1[:-1]], axis=0))
