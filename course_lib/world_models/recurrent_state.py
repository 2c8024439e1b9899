"""The recurrent state-space model: what was, in h; what is, in z. One step with eyes open, one with eyes closed."""

from typing import NamedTuple

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


class Weights(NamedTuple):
    """Of the model's dense layers; S numbers describe a latent state of size Z, U are the hidden units.

    Attributes:
      input_kernel, input_bias: from (z, a), [Z + A, U] and [U].
      gru_kernel, gru_bias, gru_scale, gru_offset: from (x, h), [U + D, 3 D], and [3 D] each.
      prior_kernel, prior_bias, prior_out_kernel, prior_out_bias: from h, [D, U], [U], [U, S], [S].
      posterior_kernel, posterior_bias, posterior_out_kernel, posterior_out_bias: from (h, e), [D + E, U], [U], [U, S], [S].
    """

    input_kernel: tf.Tensor
    input_bias: tf.Tensor
    gru_kernel: tf.Tensor
    gru_bias: tf.Tensor
    gru_scale: tf.Tensor
    gru_offset: tf.Tensor
    prior_kernel: tf.Tensor
    prior_bias: tf.Tensor
    prior_out_kernel: tf.Tensor
    prior_out_bias: tf.Tensor
    posterior_kernel: tf.Tensor
    posterior_bias: tf.Tensor
    posterior_out_kernel: tf.Tensor
    posterior_out_bias: tf.Tensor


def dense(x, kernel, bias):
    """x W + b, the product in the precision of the kernel; [B, I] -> [B, O]."""
    x = tf.convert_to_tensor(x)
    return tf.cast(tf.cast(x, kernel.dtype) @ kernel, x.dtype) + bias


def recurrent(h, z, actions, weights):
    """Compute the next h from (h, z, a): x = ELU(W [z, a]), then a GRU whose sums are normalised together.

    [r, c, u] = LN(W [x, h]);  h' = σ(u − 1) tanh(σ(r) c) + (1 − σ(u − 1)) h. This is not Keras' GRU: the reset gate acts
    behind the product, and −1 makes it remember at first.

    Source: Hafner et al. 2021, appendix; layer normalisation of Ba et al. 2016.

    Args:
      h, z, actions: [B, D], [B, Z], one-hot [B, A].
      weights: `Weights`.

    Returns:
      [B, D].
    """
    x = tf.nn.elu(dense(tf.concat([z, actions], axis=-1), weights.input_kernel, weights.input_bias))
    sums = dense(tf.concat([x, h], axis=-1), weights.gru_kernel, weights.gru_bias)
    mean, variance = tf.nn.moments(sums, axes=-1, keepdims=True)
    sums = (sums - mean) * tf.math.rsqrt(variance + 1e-3) * weights.gru_scale + weights.gru_offset
    reset, candidate, update = tf.split(sums, 3, axis=-1)
    update = tf.sigmoid(update - 1)
    return update * tf.tanh(tf.sigmoid(reset) * candidate) + (1 - update) * h


def prior(h, weights, latents):
    """What z is expected to be from h alone, as `latents` takes it."""
    x = tf.nn.elu(dense(h, weights.prior_kernel, weights.prior_bias))
    return latents.shaped(dense(x, weights.prior_out_kernel, weights.prior_out_bias))


def posterior(h, embedded, weights, latents):
    """What z is, seeing e = encoder(x), [B, E]."""
    x = tf.concat([h, embedded], axis=-1)
    x = tf.nn.elu(dense(x, weights.posterior_kernel, weights.posterior_bias))
    return latents.shaped(dense(x, weights.posterior_out_kernel, weights.posterior_out_bias))


@exercise(context="tensorflow", xla=True, gradient=("h", "z", "embedded"))
def observe_step(h, z, actions, first, embedded, noise, weights, latents):
    """Take a step with eyes open: h' from what was, z' from h' and from what is seen.

    Where the step is the first of an episode, nothing was: h, z and the action before it count as 0.

    Source: Hafner et al. 2021, equation 1.

    Args:
      h, z: the state before, [B, D] and [B, Z].
      actions: what was done in it, one-hot [B, A].
      first: whether what is seen is the first observation of an episode, bool [B].
      embedded: what is seen now, encoded, [B, E].
      noise: for the draw, as `latents.sample` takes it.
      weights: `Weights`; `recurrent`, `posterior` and `prior` take them.
      latents: the kind of z, with `sample(statistics, noise)`.

    Returns:
      (h' [B, D], z' [B, Z], the statistics of the posterior, those of the prior).
    """
    goes_on = tf.cast(~first, h.dtype)[:, None]
    h = recurrent(h * goes_on, z * goes_on, actions * goes_on, weights)
    seen = posterior(h, embedded, weights, latents)
    return h, latents.sample(seen, noise), seen, prior(h, weights, latents)


@exercise(context="tensorflow", xla=True, gradient=("h", "z", "actions"))
def imagine_step(h, z, actions, noise, weights, latents):
    """Take a step with eyes closed: h' from what was, z' from h' alone.

    Source: Hafner et al. 2021, equation 1, "transition predictor".

    Args:
      h, z, actions, noise, weights, latents: as for `observe_step`.

    Returns:
      (h' [B, D], z' [B, Z]).
    """
    h = recurrent(h, z, actions, weights)
    return h, latents.sample(prior(h, weights, latents), noise)
