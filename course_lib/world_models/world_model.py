"""The world model: six parts, what they predict, and what they are taught."""

from typing import NamedTuple

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.common.quiet import tensorflow_probability as tfp
from course_lib.world_models.latents import latents_of
from course_lib.world_models.networks import decoder, encoder, head
from course_lib.world_models.recurrent_state import Weights, imagine_step, observe_step

tfd = tfp.distributions


class Observed(NamedTuple):
    """States along rows that were seen, [L, B, …].

    Attributes:
      h, z: [L, B, D] and [L, B, Z].
      posterior, prior: statistics of z, with and without having seen.
    """

    h: tf.Tensor
    z: tf.Tensor
    posterior: tf.Tensor
    prior: tf.Tensor


class RecurrentState(keras.layers.Layer):
    """Hold the `Weights` of the recurrent state-space model.

    Args:
      embedded, actions, recurrent_units, hidden, latents: E, A, D, U and the kind of z.
    """

    def __init__(self, embedded, actions, recurrent_units, hidden, latents, **options):
        super().__init__(**options)
        units, size, statistics = hidden, latents.size, latents.statistics
        layers = {
            "input": (size + actions, units), "gru": (units + recurrent_units, 3 * recurrent_units),
            "prior": (recurrent_units, units), "prior_out": (units, statistics),
            "posterior": (recurrent_units + embedded, units), "posterior_out": (units, statistics),
        }  # fmt: skip
        parts = {}
        for name, shape in layers.items():
            parts[f"{name}_kernel"] = self.add_weight(shape=shape, initializer="glorot_uniform", name=f"{name}_kernel")
            parts[f"{name}_bias"] = self.add_weight(shape=shape[1:], initializer="zeros", name=f"{name}_bias")
        for name, begin in (("scale", "ones"), ("offset", "zeros")):
            parts[f"gru_{name}"] = self.add_weight(shape=(3 * recurrent_units,), initializer=begin, name=f"gru_{name}")
        self.parts, self.built = parts, True

    def weights_now(self):
        """`Weights` as tensors, the kernels in the precision in which products are computed."""
        kernels = {name: tf.cast(part, self.compute_dtype) for name, part in self.parts.items() if "kernel" in name}
        return Weights(**{name: tf.convert_to_tensor(part) for name, part in self.parts.items()} | kernels)


class WorldModel(keras.Model):
    """Know what happens: recurrent model, representation, transition, and what an observation, reward and discount will be.

    Args:
      shape: of an observation.
      actions: A.
      config: a `DreamerConfig`.
    """

    def __init__(self, shape, actions, config, **options):
        super().__init__(**options)
        self.config, self.actions, self.latents = config, actions, latents_of(config)
        self.observation_shape = tuple(shape)
        self.features = config.recurrent_units + self.latents.size
        self.encoder = encoder(shape, config.depth, config.units, config.layers)
        self.state = RecurrentState(
            self.encoder.output_shape[-1], actions, config.recurrent_units, config.hidden, self.latents
        )
        self.decoder = decoder(self.features, shape, config.depth, config.units, config.layers)
        self.reward_head = head(self.features, 1, config.units, config.layers, "reward")
        self.discount_head = head(self.features, 1, config.units, config.layers, "discount")
        self.built = True

    def initial_state(self, count):
        """(h, z) before anything was seen, zeros [B, D] and [B, Z]."""
        return tf.zeros((count, self.config.recurrent_units)), tf.zeros((count, self.latents.size))

    def observe(self, experience, seed):
        """Walk along `Experience` [L, B, …] with eyes open; returns `Observed`."""
        length, count = experience.first.shape
        flat = tf.reshape(experience.observations, (length * count, *self.observation_shape))
        embedded = tf.reshape(tf.cast(self.encoder(flat), tf.float32), (length, count, -1))
        done = tf.one_hot(experience.actions, self.actions)
        noise = self.latents.noise((length, count), seed)
        weights, (h, z), steps = self.state.weights_now(), self.initial_state(count), []
        for t in range(length):
            here = done[t], experience.first[t], embedded[t], noise[t]
            h, z, posterior, prior = observe_step.current(h, z, *here, weights, self.latents)
            steps.append((h, z, posterior, prior))
        return Observed(*(tf.stack(part) for part in zip(*steps, strict=True)))

    def model_loss(self, experience, seed):
        """Compute −ln p(x) − ln p(r) − ln p(γ) + β KL, the mean over all rows.

        Source: Hafner et al. 2021, equation 2.

        Returns:
          (the loss, {name: what was measured}, `Observed`).
        """
        config, seen = self.config, self.observe(experience, seed)
        features = tf.concat([seen.h, seen.z], axis=-1)
        from_image = features if config.image_gradients else tf.stop_gradient(features)
        from_reward = features if config.reward_gradients else tf.stop_gradient(features)
        parts = {
            "image": -self.image(from_image).log_prob(self.target_of(experience.observations)),
            "reward": -self.reward(from_reward).log_prob(experience.rewards),
            "discount": -self.discount(features).log_prob(experience.discounts),
            "kl": self.latents.kl(seen.posterior, seen.prior, config.kl_balance),
        }
        measured = {name: tf.reduce_mean(part) for name, part in parts.items()}
        loss = measured["image"] + measured["reward"] + measured["discount"] + config.kl_scale * measured["kl"]
        return loss, {"model": loss} | measured, seen

    def target_of(self, observations):
        """Observations as the decoder predicts them: frames between −½ and ½."""
        observations = tf.cast(observations, tf.float32)
        return observations / 255 - 0.5 if len(self.observation_shape) == 3 else observations

    def image(self, features):
        """What is seen in states [..., F], as a distribution: Gaussian with variance 1."""
        mean = self._of(self.decoder, features, self.observation_shape)
        return tfd.Independent(tfd.Normal(mean, 1.0), len(self.observation_shape))

    def reward(self, features):
        """The reward of having reached states [..., F]: Gaussian with variance 1."""
        return tfd.Normal(self._of(self.reward_head, features, ()), 1.0)

    def discount(self, features):
        """The discount of states [..., F]: Bernoulli, whose mean is γ, or 0 where the episode ends."""
        return tfd.Bernoulli(logits=self._of(self.discount_head, features, ()), dtype=tf.float32)

    def _of(self, network, features, shape):
        leading = tf.shape(features)[:-1]
        found = network(tf.reshape(features, (-1, self.features)))
        return tf.cast(tf.reshape(found, tf.concat([leading, shape], axis=0)), tf.float32)

    def step_dreaming(self, h, z, actions, noise, weights):
        """One step with eyes closed."""
        return imagine_step.current(h, z, actions, noise, weights, self.latents)
