"""All networks of an agent in one model, so that one file holds it."""

import dataclasses

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.behaviour import actor_loss, critic_loss, imagine
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.networks import head
from course_lib.world_models.recurrent_state import observe_step
from course_lib.world_models.returns import imagination_weights, lambda_targets
from course_lib.world_models.world_model import WorldModel, tfd


@keras.saving.register_keras_serializable("world_models")
class Dreamer(keras.Model):
    """World model, actor and critic.

    Args:
      shape: of an observation.
      actions: A.
      config: a `DreamerConfig`, or its fields.
    """

    def __init__(self, shape, actions, config, **options):
        super().__init__(**options)
        config = config if isinstance(config, DreamerConfig) else DreamerConfig(**config)
        self.settings = {"shape": tuple(shape), "actions": actions, "config": dataclasses.asdict(config)}
        self.config = config
        self.world = WorldModel(shape, actions, config)
        sizes = self.world.features, config.units, config.layers
        self.actor = head(sizes[0], actions, *sizes[1:], "actor")
        self.critic = head(sizes[0], 1, *sizes[1:], "critic")
        self.slow_critic = head(sizes[0], 1, *sizes[1:], "slow_critic")
        self.slow_critic.trainable = False
        self.renew_slow_critic()
        self.built = True

    def renew_slow_critic(self):
        """Copy the critic, whose slow copy judges the ends of dreams."""
        for slow, fast in zip(self.slow_critic.variables, self.critic.variables, strict=True):
            slow.assign(fast)

    def losses_of_behaviour(self, h, z, alive, seed):
        """Imagine from states, and compute what the actor and the critic are taught.

        Args:
          h, z: [N, D] and [N, Z]; no gradient flows into them.
          alive: 0 where they are terminal, else 1, [N].
          seed: of all draws, int32 [2].

        Returns:
          (the actor's loss, the critic's loss, {name: what was measured}).
        """
        config, stop = self.config, tf.stop_gradient
        way = imagine(self.world, self.actor, stop(h), stop(z), config.horizon, seed, config.mix < 1)
        rewards = self.world.reward(way.features[1:]).mean()
        discounts = self.world.discount(way.features[1:]).mean()
        targets = lambda_targets.current(
            rewards, discounts, self._values(self.slow_critic, way.features[1:]), config.return_lambda
        )
        weights = stop(imagination_weights.current(alive, discounts))
        values = self._values(self.critic, stop(way.features[:-1]))
        policy = tfd.Categorical(logits=way.logits)
        log_probabilities = tf.reduce_sum(stop(way.actions) * tf.nn.log_softmax(way.logits), axis=-1)
        entropies = policy.entropy()
        actor = actor_loss.current(log_probabilities, targets, values, entropies, weights, config.mix, config.entropy)
        critic = critic_loss(values, targets, weights)
        measured = {"actor": actor, "critic": critic, "imagined value": tf.reduce_mean(targets)}
        return actor, critic, measured | {"entropy": tf.reduce_mean(entropies)}

    def _values(self, critic, features):
        flat = critic(tf.reshape(features, (-1, self.world.features)))
        return tf.reshape(flat, tf.shape(features)[:-1])

    def call(self, observations):
        """See single observations [B, …] and draw them anew from the state: [B, …]."""
        count = tf.shape(observations)[0]
        h, z = self.world.initial_state(count)
        embedded = tf.cast(self.world.encoder(observations), tf.float32)
        noise = self.world.latents.noise((count,), [0, 0])
        nothing = tf.zeros((count, self.world.actions)), tf.ones((count,), bool)
        h, z, *_ = observe_step.current(
            h, z, *nothing, embedded, noise, self.world.state.weights_now(), self.world.latents
        )
        return self.world.image(tf.concat([h, z], axis=-1)).mean()

    def get_config(self):
        """What makes the same model again."""
        return super().get_config() | self.settings
