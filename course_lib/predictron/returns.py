"""What the imagined steps add up to: preturns, their λ-mixture, and how deep the mixture looks.

Everywhere below the K imagined steps are the first axis. A step leads from the abstract state s^{k-1} to s^k, pays r^k
and is followed by the discount γ^k, so that

  rewards    r^1 … r^K,        [K, …]
  discounts  γ^1 … γ^K,        [K, …]
  lambdas    λ^0 … λ^{K−1},    [K, …]   decided in the state that is left
  values     v^0 … v^K,        [K + 1, …]

The other axes are those of the batch and of the predictions, [B, M]; every prediction has rewards, discounts and λ of
its own.
"""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook.exercise import also_computes, exercise


@exercise(context="tensorflow", xla=True, gradient=("rewards", "discounts", "values"))
def preturns(rewards, discounts, values):
    """Add up k imagined rewards and the value of the state behind them, for every k.

    g^k = r^1 + γ^1 (r^2 + γ^2 (… + γ^{k−1} (r^k + γ^k v^k))),  g^0 = v^0

    Source: Silver et al. 2017, on the k-step predictron.

    Args:
      rewards: r^1 … r^K, [K, …].
      discounts: γ^1 … γ^K, [K, …].
      values: v^0 … v^K, [K + 1, …].

    Returns:
      g^0 … g^K, [K + 1, …].
    """
    # γ^1 … γ^k. TensorFlow's gradient of a running product is wrong where a factor is exactly 0, which a sigmoid in practice is not.
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(discounts, axis=0)], axis=0)
    paid = tf.concat([tf.zeros_like(values[:1]), tf.cumsum(reach[:-1] * rewards, axis=0)], axis=0)
    return paid + reach * values


@exercise(context="tensorflow", xla=True, gradient=("lambdas",))
def lambda_weights(lambdas):
    """Say how much each preturn counts in the λ-preturn.

    w^k = (1 − λ^k) λ^0 ⋯ λ^{k−1} for k < K, and the last one takes what is left, w^K = λ^0 ⋯ λ^{K−1}

    Source: Silver et al. 2017, on the λ-predictron.

    Args:
      lambdas: λ^0 … λ^{K−1}, [K, …].

    Returns:
      w^0 … w^K, [K + 1, …]; they sum to 1 over the first axis.
    """
    still = tf.concat([tf.ones_like(lambdas[:1]), tf.math.cumprod(lambdas, axis=0)], axis=0)  # λ^0 ⋯ λ^{k−1}
    stops = tf.concat([1 - lambdas, tf.ones_like(lambdas[:1])], axis=0)
    return still * stops


@exercise(context="tensorflow", xla=True, gradient=("rewards", "discounts", "lambdas", "values"))
def lambda_preturn(rewards, discounts, lambdas, values):
    """Mix all preturns by walking back from the deepest state.

    g^{K,λ} = v^K,  g^{k,λ} = (1 − λ^k) v^k + λ^k (r^{k+1} + γ^{k+1} g^{k+1,λ})

    The result g^{0,λ} is Σ_k w^k g^k, without any of the preturns being computed.

    Source: Silver et al. 2017, on the λ-predictron.

    Args:
      rewards: r^1 … r^K, [K, …].
      discounts: γ^1 … γ^K, [K, …].
      lambdas: λ^0 … λ^{K−1}, [K, …].
      values: v^0 … v^K, [K + 1, …].

    Returns:
      g^λ, of the shape of one step, […].
    """

    def one_step_back(following, step):
        reward, discount, lambda_, value = step
        return (1 - lambda_) * value + lambda_ * (reward + discount * following)

    steps = (rewards, discounts, lambdas, values[:-1])
    return tf.scan(one_step_back, steps, initializer=values[-1], reverse=True)[0]


@also_computes(lambda_weights)
def depth_used(discounts, lambdas):
    """Say how many imagined steps the λ-preturn looks ahead, each counted as far as it reaches the result.

    d^K = 0,  d^k = λ^k (1 + γ^{k+1} d^{k+1})

    The first step counts λ^0, the second λ^0 γ^1 λ^1, and so on: a step is used as far as the mixture has not stopped
    before it and what lies behind it has not been discounted away.

    Source: Silver et al. 2017, on adaptive depth. The index of γ printed there is one lower, which would discount a step by
    the discount in front of it; with the index above, d^0 is the derivative of the λ-preturn by a reward that every
    step pays besides its own (a test holds that).

    Args:
      discounts: γ^1 … γ^K, [K, …].
      lambdas: λ^0 … λ^{K−1}, [K, …].

    Returns:
      d^0, […], between 0 and K.
    """
    reach = tf.math.cumprod(lambdas, axis=0) * tf.math.cumprod(discounts, axis=0, exclusive=True)
    return tf.reduce_sum(reach, axis=0)
