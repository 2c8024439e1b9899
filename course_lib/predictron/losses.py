"""What the predictron minimises, and which of its parts each loss may teach.

All losses are sums of squares over the predictions and means over the batch. Targets are divided by their standard
deviation beforehand, so that an error of 1 is as large as the spread of what is predicted.
"""

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.returns import lambda_preturn, preturns
from course_lib.workbook.exercise import exercise


@exercise(context="tensorflow", xla=True, gradient=("rewards", "discounts", "lambdas", "values"), stopped=("targets",))
def supervised_losses(targets, rewards, discounts, lambdas, values):
    """Hold every preturn and their mixture against the target: two losses, for two parts of the model.

    L^{0:K} = 1/(2K) Σ_{k=0…K} ‖g − g^k‖²   teaches rewards, discounts and values
    L^λ = ½ ‖g − g^λ‖²                       teaches λ alone: for it rewards, discounts and values are constants

    Source: Silver et al. 2017, on the learning updates.

    Args:
      targets: g, what is to be predicted, [B, M].
      rewards: r^1 … r^K, [K, B, M].
      discounts: γ^1 … γ^K, [K, B, M].
      lambdas: λ^0 … λ^{K−1}, [K, B, M].
      values: v^0 … v^K, [K + 1, B, M].

    Returns:
      (L^{0:K}, L^λ), each a number: summed over the predictions, averaged over the batch.
    """
    targets = tf.stop_gradient(targets)
    errors = targets - preturns(rewards, discounts, values)
    depth = tf.cast(tf.shape(rewards)[0], errors.dtype)
    preturn_loss = half_square(errors) / depth
    constants = [tf.stop_gradient(part) for part in (rewards, discounts)]
    mixture = lambda_preturn(*constants, lambdas, tf.stop_gradient(values))
    return preturn_loss, half_square(targets - mixture)


@exercise(context="tensorflow", xla=True, gradient=("preturns",), stopped=("targets", "weights"))
def usage_weighted_loss(targets, preturns, weights):
    """Teach each preturn as much as it is used: its error counts with its weight in the λ-preturn.

    L = ½ Σ_k w^k (g − g^k)², with w^k held constant

    Otherwise the λ-network would be taught by it, too, and learn to use the preturn that is easiest to get right.

    Source: Silver et al. 2017, on usage weighting.

    Args:
      targets: g, [B, M].
      preturns: g^0 … g^K, [K + 1, B, M].
      weights: w^0 … w^K, [K + 1, B, M].

    Returns:
      L, a number: summed over preturns and predictions, averaged over the batch.
    """
    errors = tf.stop_gradient(targets) - preturns
    batch = tf.cast(tf.shape(errors)[-2], errors.dtype)
    return tf.reduce_sum(tf.stop_gradient(weights) * tf.square(errors)) / (2 * batch)


@exercise(context="tensorflow", xla=True, gradient=("rewards", "discounts", "values"), stopped=("lambdas",))
def consistency_loss(rewards, discounts, lambdas, values):
    """Pull every preturn towards the λ-preturn, which stands still: what can be learnt from inputs without labels.

    L = ½ Σ_{k=0…K} ‖stop(g^λ) − g^k‖²

    Source: Silver et al. 2017, on consistency updates.

    Args:
      rewards, discounts, lambdas, values: as for `supervised_losses`.

    Returns:
      L, a number: summed over preturns and predictions, averaged over the batch.
    """
    goal = tf.stop_gradient(lambda_preturn(rewards, discounts, lambdas, values))
    return half_square(goal - preturns(rewards, discounts, values))


def half_square(errors):
    """Half the sum of squares of errors […, B, M], averaged over the batch."""
    batch = tf.cast(tf.shape(errors)[-2], errors.dtype)
    return tf.reduce_sum(tf.square(errors)) / (2 * batch)
