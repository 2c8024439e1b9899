"""The model: a representation, a core that imagines a step, a value network, and the walk through K steps."""

import dataclasses
from typing import NamedTuple

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.layers import Convolution, Output
from course_lib.predictron.returns import depth_used, lambda_preturn, lambda_weights, preturns


class Step(NamedTuple):
    """What the core makes of a state s^k: s^{k+1}, r^{k+1}, γ^{k+1} and λ^k; the last three [B, M]."""

    state: tf.Tensor
    reward: tf.Tensor
    discount: tf.Tensor
    lambda_: tf.Tensor


class Rollout(NamedTuple):
    """K imagined steps: rewards r^1 … r^K, discounts γ^1 … γ^K, lambdas λ^0 … λ^{K−1}, each [K, B, M]; values v^0 … v^K."""

    rewards: tf.Tensor
    discounts: tf.Tensor
    lambdas: tf.Tensor
    values: tf.Tensor


class Explanation(NamedTuple):
    """A prediction and how it came about, in the units of the labels.

    Attributes:
      prediction: g^λ, [B, M].
      preturns: g^0 … g^K, [K + 1, B, M].
      weights: w^0 … w^K, what each preturn counts in the prediction, [K + 1, B, M].
      depth: how many imagined steps were used, between 0 and K, [B, M].
      rollout: the `Rollout`, in units of a standard deviation.
    """

    prediction: tf.Tensor
    preturns: tf.Tensor
    weights: tf.Tensor
    depth: tf.Tensor
    rollout: Rollout


def roll_out(state, core, value, depth):
    """Imagine `depth` steps. Any Markov reward process will do: the networks of a predictron, or one given as a matrix.

    Source: Silver et al. 2017, on the k-step predictron.

    Args:
      state: s^0, whatever the core takes.
      core: (state, k) -> `Step`, for k = 0 … K − 1.
      value: (state, k) -> v^k, [B, M], for k = 0 … K.
      depth: K, 1 or more.

    Returns:
      A `Rollout`.
    """
    values, steps = [value(state, 0)], []
    for k in range(depth):
        steps.append(core(state, k))
        state = steps[-1].state
        values.append(value(state, k + 1))
    rewards, discounts, lambdas = (tf.stack(parts) for parts in list(zip(*steps, strict=True))[1:])
    return Rollout(rewards, discounts, lambdas, tf.stack(values))


class Core(keras.layers.Layer):
    """One imagined step: s^k -> s^{k+1}, r^{k+1}, γ^{k+1}, λ^k, by way of a hidden layer h that all four share.

    λ reads h through a stopped gradient: the loss of the λ-preturn is to teach the λ-network alone, and h is not part
    of it.
    """

    def __init__(self, config, predictions, steps, **options):
        super().__init__(**options)
        self.skip, self.predictions = config.skip, predictions
        settings = {"steps": steps, "momentum": config.momentum}
        self.first = Convolution(config.channels, **settings)
        self.second = Convolution(config.channels, **settings)
        self.third = Convolution(config.channels, rectify=not config.skip, **settings)

        def output(size, activation):
            return Output(size, config.hidden, activation=activation, **settings)

        self.reward = output(predictions, None) if config.rewards else None
        self.discount = output(predictions, "sigmoid") if config.rewards else None
        wide = predictions if config.lambdas == "each" else 1
        self.lambda_ = output(wide, "sigmoid") if config.lambdas != "none" else None

    def call(self, state, step=0, training=False):
        """Imagine a step from `state`, [B, height, width, channels]; `step` picks the statistics to normalise with."""
        now = {"step": step, "training": training}
        hidden = self.first(state, **now)
        following = self.third(self.second(hidden, **now), **now)
        if self.skip:
            following = tf.nn.relu(state + following)
        every = tf.zeros([tf.shape(state)[0], self.predictions])
        return Step(
            following,
            self.reward(hidden, **now) if self.reward else every,
            self.discount(hidden, **now) if self.discount else every + 1,
            self.lambda_(tf.stop_gradient(hidden), **now) + every if self.lambda_ else every + 1,
        )


@keras.saving.register_keras_serializable("predictron")
class Predictron(keras.Model):
    """Predict by imagining K steps of an abstract Markov reward process and mixing their preturns.

    Called, it returns the λ-preturn in the units of the labels, as any Keras model returns its prediction; `roll_out`
    returns the imagined steps, `explain` everything.

    Source: Silver et al. 2017.

    Args:
      config: a `PredictronConfig`.
      predictions: M.
      scale: standard deviation of each label, [M]; targets are divided by it, predictions multiplied.
    """

    def __init__(self, config, predictions, scale=None, **options):
        super().__init__(**options)
        self.config, self.predictions = config, predictions
        self.scale = tuple(float(entry) for entry in ([1.0] * predictions if scale is None else scale))
        settings, steps = {"momentum": config.momentum}, config.depth
        self.representation = [Convolution(config.channels, **settings) for _ in range(2)]
        cores = 1 if config.shared else steps
        self.cores = [Core(config, predictions, steps if config.shared else 1) for _ in range(cores)]
        self.value = Output(predictions, config.hidden, steps + 1, config.momentum)

    def roll_out(self, inputs, training=False):
        """Imagine K steps from inputs [B, height, width, channels]; returns a `Rollout`."""
        state = inputs
        for layer in self.representation:
            state = layer(state, training=training)

        def core(state, k):
            shared = len(self.cores) == 1
            return self.cores[0 if shared else k](state, step=k if shared else 0, training=training)

        return roll_out(state, core, lambda state, k: self.value(state, step=k, training=training), self.config.depth)

    def call(self, inputs, training=False):
        return lambda_preturn(*self.roll_out(inputs, training)) * self.scale

    def explain(self, inputs):
        """Predict, and tell how the prediction came about; returns an `Explanation`."""
        rollout = self.roll_out(inputs)
        return Explanation(
            lambda_preturn(*rollout) * self.scale,
            preturns(rollout.rewards, rollout.discounts, rollout.values) * self.scale,
            lambda_weights(rollout.lambdas),
            depth_used(rollout.discounts, rollout.lambdas),
            rollout,
        )

    @property
    def lambda_variables(self):
        """What the loss of the λ-preturn teaches."""
        return [variable for core in self.cores if core.lambda_ for variable in core.lambda_.trainable_variables]

    @property
    def model_variables(self):
        """What the loss of the preturns teaches: representation, core and values."""
        of_lambda = {id(variable) for variable in self.lambda_variables}
        return [variable for variable in self.trainable_variables if id(variable) not in of_lambda]

    def get_config(self):
        settings = {"config": dataclasses.asdict(self.config), "predictions": self.predictions, "scale": self.scale}
        return super().get_config() | settings

    @classmethod
    def from_config(cls, config):
        return cls(**config | {"config": PredictronConfig(**config["config"])})
