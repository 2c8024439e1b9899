"""The training step: it learns, decays, slows down when told, and runs on what was filled in, in any precision."""

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from course_lib import ROOT
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.config import GoConfig
from course_lib.go.learner import Learner, optimizer_of
from course_lib.go.losses import zero_loss
from course_lib.go.training import new_network

CONFIG = GoConfig(size=2, channels=4, blocks=1, hidden=4, policy_channels=2, batch_size=16, learning_rate=1e-2)


def batch(count=16, seed=0):
    """Positions with a policy and an outcome for each, as a replay gives them."""
    rng = np.random.default_rng(seed)
    planes = rng.integers(2, size=(count, 2, 2, 17)).astype(np.uint8)
    policies = rng.dirichlet(np.full(5, 0.3), size=count).astype(np.float32)
    return planes, policies, rng.choice([-1, 0, 1], size=count).astype(np.float32)


def made(**changes):
    config = dataclasses.replace(CONFIG, **changes)
    keras.utils.set_random_seed(0)
    return Learner(new_network(config), config)


def taught(learner, updates, *parts):
    """The losses of so many updates with the same batch."""
    return np.array([float(learner.update(*(parts or batch()))["loss"]) for _ in range(updates)])


def numbers(variables):
    return [variable.numpy() for variable in variables]


def test_the_loss_of_a_batch_falls():
    """Towards the entropy of its policies, which no network can go below; and is traced once."""
    learner = made(regularization=0.0)
    losses, policies = taught(learner, 150), batch()[1]
    entropy = -np.mean(np.sum(policies * np.log(np.maximum(policies, 1e-30)), axis=1))
    assert losses[50] < losses[0] and losses[-1] < entropy + 0.5 * (losses[0] - entropy)
    assert (losses > entropy - 1e-4).all()
    assert learner._update.experimental_get_tracing_count() == 1


def test_the_loss_is_that_before_the_step_without_the_decay():
    learner = made(regularization=0.5)
    planes, policies, outcomes = batch()
    weights = learner.network.get_weights()
    logits, values = learner.network(planes, training=True)
    learner.network.set_weights(weights)  # the averages have moved
    expected = float(zero_loss(logits, values, policies, outcomes))
    assert taught(learner, 1)[0] == pytest.approx(expected, rel=1e-5)


def test_one_step_by_hand():
    """With momentum from rest it is that of plain descent: θ − rate (∇ loss + 2 c θ)."""
    learner = made(optimizer="sgd", learning_rate=0.1, regularization=0.05)
    planes, policies, outcomes = batch()
    weights, before = learner.network.get_weights(), numbers(learner.network.trainable_variables)
    with tf.GradientTape() as tape:
        loss = zero_loss(*learner.network(planes, training=True), policies, outcomes)
    gradients = tape.gradient(loss, learner.network.trainable_variables)
    learner.network.set_weights(weights)
    taught(learner, 1)
    for theta, gradient, after in zip(before, gradients, numbers(learner.network.trainable_variables), strict=True):
        np.testing.assert_allclose(after, theta - 0.1 * (gradient + 0.1 * theta), atol=2e-5)


def test_regularisation_shrinks_the_weights():
    """All of them at once and by the same share, where there is nothing else to learn."""

    def nothing(logits, values, policies, outcomes):
        return 0.0 * tf.reduce_sum(logits) + 0.0 * tf.reduce_sum(values)

    zero_loss.accept(nothing)
    try:
        learner = made(optimizer="sgd", learning_rate=0.1, regularization=0.5)
        before = numbers(learner.network.trainable_variables)
        losses = taught(learner, 1)
    finally:
        zero_loss.reset()
    assert losses[0] == 0
    for theta, after in zip(before, numbers(learner.network.trainable_variables), strict=True):
        np.testing.assert_allclose(after, 0.9 * theta, rtol=1e-5, atol=1e-7)


def test_a_learner_runs_on_what_was_accepted_before_it():
    """The learner's own function at its one trace; it decides what is learnt."""
    calls = []

    def values_alone(logits, values, policies, outcomes):
        calls.append(tuple(logits.shape))
        return tf.reduce_mean(tf.square(outcomes - values)) + 0.0 * tf.reduce_sum(logits)

    zero_loss.accept(values_alone)
    try:
        learner = made(regularization=0.0, optimizer="sgd")
        policy, value = (numbers(head[-1].trainable_variables) for head in heads(learner))
        taught(learner, 2)
    finally:
        zero_loss.reset()
    assert calls == [(16, 5)]
    assert all(np.array_equal(a, b) for a, b in zip(policy, numbers(heads(learner)[0][-1].weights), strict=True))
    assert not np.array_equal(value[0], heads(learner)[1][-1].weights[0].numpy())


def heads(learner):
    return learner.network.policy_head, learner.network.value_head


@pytest.mark.parametrize("name, kind", [("adam", keras.optimizers.Adam), ("sgd", keras.optimizers.SGD)])
def test_the_optimizer_is_the_one_of_the_configuration(name, kind):
    optimizer = optimizer_of(dataclasses.replace(CONFIG, optimizer=name, learning_rate=0.25))
    assert isinstance(optimizer, kind) and float(optimizer.learning_rate) == 0.25
    assert name == "adam" or optimizer.momentum == 0.9


def test_the_learning_rate_falls_twice():
    """To a tenth after `drop_at` steps, to a hundredth after half as many more: 400 000 and 600 000 in the paper."""
    learner = made(optimizer="sgd", learning_rate=0.5, drop_at=4)
    rates = []
    for _ in range(9):
        rates.append(float(learner.optimizer.learning_rate))
        taught(learner, 1)
    np.testing.assert_allclose(rates[:5] + rates[5:7] + rates[7:], [0.5] * 5 + [0.05] * 2 + [0.005] * 2, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_as_much(precision):
    """Losses near those in float32; in float16 they are scaled, so that small gradients do not vanish."""
    plain = taught(made(), 30)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        learner = made()
        losses = taught(learner, 30)
    finally:
        keras.config.set_dtype_policy(before)
    scaled = isinstance(learner.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (precision == "mixed_float16")
    assert {variable.dtype for variable in learner.network.weights} == {"float32"}
    assert all(np.isfinite(variable.numpy()).all() for variable in learner.network.weights)
    np.testing.assert_allclose(losses[0], plain[0], rtol=0.03)
    np.testing.assert_allclose(losses[-5:].mean(), plain[-5:].mean(), rtol=0.1)


SEVERAL = """
import json
import numpy as np
from course_lib.common.quiet import keras, tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from course_lib.go.config import GoConfig
from course_lib.go.training import make

config = GoConfig(size=2, channels=3, blocks=1, hidden=3, policy_channels=2, games=1, simulations=2, workers=1,
                  batch_size=16, optimizer="sgd", learning_rate=0.05, regularization=0.01)
rng = np.random.default_rng(0)
half = [rng.integers(2, size=(8, 2, 2, 17)).astype(np.uint8),
        rng.dirichlet(np.ones(5), size=8).astype(np.float32), rng.choice([-1, 1], size=8).astype(np.float32)]
batch = [np.concatenate([part, part]) for part in half]  # each replica normalises by its own half: here they are alike
found = []
for strategy in (tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])):
    made = make(config, strategy)
    losses = [float(made.learner.update(*batch)["loss"]) for _ in range(4)]
    weights = [variable.numpy().ravel().tolist() for variable in made.network.weights]
    found.append([made.learner.strategy.num_replicas_in_sync, losses, weights])
try:
    made.learner.update(*(part[:15] for part in batch))
except ValueError as error:
    refused = str(error)
print(json.dumps([*found, refused]))
"""


@pytest.mark.slow
def test_two_devices_learn_the_same_as_one(tmp_path):
    """Losses, weights and averages; the decay is counted once. An odd batch cannot be shared."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", SEVERAL]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    (one, losses, weights), (two, both_losses, both_weights), refused = json.loads(done.stdout)
    assert (one, two) == (1, 2) and "A batch of 15 cannot be shared by 2 replicas" in refused
    np.testing.assert_allclose(both_losses, losses, rtol=1e-4)
    assert losses[-1] < losses[0]
    for alone, both in zip(weights, both_weights, strict=True):
        np.testing.assert_allclose(both, alone, rtol=1e-3, atol=1e-5)
