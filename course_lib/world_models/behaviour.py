"""Learning to act in the dream: imagine, then teach actor and critic by it."""

from typing import NamedTuple

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise
from course_lib.world_models.latents import gumbel, straight_through


class Imagined(NamedTuple):
    """Ways of H steps from N states.

    Attributes:
      features: of s_0 … s_H, [H + 1, N, F].
      logits: of the policy in s_0 … s_{H−1}, [H, N, A].
      actions: one-hot, [H, N, A].
    """

    features: tf.Tensor
    logits: tf.Tensor
    actions: tf.Tensor


def imagine(world, actor, h, z, horizon, seed, through):
    """Follow the policy through the dream.

    Args:
      world: a `WorldModel`.
      actor: features -> logits.
      h, z: where to begin, [N, D] and [N, Z].
      horizon: H.
      seed: of all draws, int32 [2].
      through: whether gradients flow back through the actions into what follows from them.

    Returns:
      `Imagined`.
    """
    count, weights, seed = tf.shape(h)[0], world.state.weights_now(), tf.convert_to_tensor(seed)
    noise = world.latents.noise((horizon, count), seed)
    chances = gumbel((horizon, count, world.actions), seed + [0, 1])
    features, logits, actions = [tf.concat([h, z], axis=-1)], [], []
    for t in range(horizon):
        logits.append(actor(tf.stop_gradient(features[-1])))
        drawn = straight_through.current(logits[-1], chances[t])
        actions.append(drawn if through else tf.stop_gradient(drawn))
        h, z = world.step_dreaming(h, z, actions[-1], noise[t], weights)
        features.append(tf.concat([h, z], axis=-1))
    return Imagined(tf.stack(features), tf.stack(logits), tf.stack(actions))


@exercise(
    context="tensorflow", xla=True, gradient=("log_probabilities", "targets", "entropies"), stopped=("values", "weights")
)  # fmt: skip
def actor_loss(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    """Compute the mean of w (−ρ ln π(a_t) stop(V_t − v_t) − (1 − ρ) V_t − η H_t).

    The first part is REINFORCE with a baseline: V and v are mere numbers there. The second sends a gradient back through
    the dream: V depends on the actions by the model. The third keeps the policy curious.

    Source: Hafner et al. 2021, equation 6.

    Args:
      log_probabilities: ln π(a_t | s_t), [H, N].
      targets: V_t, [H, N].
      values: v(s_t), [H, N].
      entropies: of π(· | s_t), [H, N].
      weights: w_t, [H, N].
      mix: ρ.
      entropy_scale: η.

    Returns:
      The loss, a scalar.
    """
    stop = tf.stop_gradient
    reinforce = log_probabilities * stop(targets - values)
    return -tf.reduce_mean(stop(weights) * (mix * reinforce + (1 - mix) * targets + entropy_scale * entropies))


def critic_loss(values, targets, weights):
    """Compute the mean of w ½ (v_t − stop(V_t))², [H, N] each -> a scalar.

    Source: Hafner et al. 2021, equation 5.
    """
    return tf.reduce_mean(tf.stop_gradient(weights) * 0.5 * tf.square(values - tf.stop_gradient(targets)))
