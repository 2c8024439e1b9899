import json
import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

from course_lib import ROOT
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.config import PolicyConfig, ValueConfig
from course_lib.deep_rl.learner import Learner, Teacher
from course_lib.deep_rl.networks import PolicyNetwork, QNetwork
from course_lib.deep_rl.policy_losses import Decisions, PolicyLoss
from course_lib.deep_rl.replay import Transitions
from course_lib.deep_rl.targets import double_q_targets
from course_lib.deep_rl.value_losses import TransitionLoss

CONFIG = ValueConfig(hidden=8)


def transitions(count, steps, seed=0):
    """`Transitions` [B, K, …]."""
    rng = np.random.default_rng(seed)
    shape = count, steps
    return Transitions(
        rng.normal(size=(*shape, 4)).astype(np.float32), rng.integers(2, size=shape, dtype=np.int32),
        rng.normal(size=shape).astype(np.float32), np.where(rng.random(shape) < 0.3, 0, 0.9).astype(np.float32),
        rng.normal(size=(*shape, 4)).astype(np.float32), (rng.random(shape) + 0.5).astype(np.float32),
    )  # fmt: skip


def made(**options):
    """A learner of action values."""
    keras.utils.set_random_seed(0)
    online, target = (QNetwork((4,), 2, 8) for _ in range(2))
    online.build()
    target.build()
    return Learner(online, TransitionLoss(online, target, CONFIG), 1e-2, **options)


def numbers(learner):
    return [variable.numpy() for variable in (*learner.network.variables, *learner.optimizer.variables)]


def same(one, other, **tolerance):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, **tolerance)


def test_the_losses_are_those_before_the_step():
    learner, batches = made(), transitions(16, 1)
    loss, _, errors = learner.loss_of(Transitions(*(tf.constant(part[:, 0]) for part in batches)))
    measured, found = learner.update(batches)
    assert tuple(measured) == ("loss", "q") and found.shape == (16, 1)
    assert float(measured["loss"]) == pytest.approx(float(loss), rel=1e-5)
    np.testing.assert_allclose(found[:, 0], errors, rtol=1e-4, atol=1e-5)
    after = learner.loss_of(Transitions(*(tf.constant(part[:, 0]) for part in batches)))[0]
    assert float(after) < float(loss)


def test_steps_in_one_call_are_steps_one_by_one():
    """Losses are their mean, numbers of elements stand in their places, and weights and moments end the same."""
    together, apart, batches = made(), made(), transitions(16, 5)
    measured, found = together.update(batches)
    single = [apart.update(Transitions(*(part[:, k : k + 1] for part in batches))) for k in range(5)]
    assert float(measured["loss"]) == pytest.approx(np.mean([float(one["loss"]) for one, _ in single]), rel=1e-5)
    np.testing.assert_allclose(found, np.concatenate([errors for _, errors in single], axis=1), rtol=1e-3, atol=1e-5)
    same(numbers(together), numbers(apart), rtol=1e-4, atol=1e-6)
    assert int(together.optimizer.iterations) == 5


def test_the_steps_are_adams():
    """By Kingma & Ba 2015, algorithm 1, in float64, for the gradients that TensorFlow computes of the same losses."""
    learner, other, batches = made(epsilon=1e-3), made(), transitions(16, 3)
    before = [variable.numpy().astype(float) for variable in other.network.trainable_variables]
    weights, first, second = before, [0 * part for part in before], [0 * part for part in before]
    for k in range(3):
        for variable, value in zip(other.network.trainable_variables, weights, strict=True):
            variable.assign(value)
        with tf.GradientTape() as tape:
            loss, *_ = other.loss_of(Transitions(*(tf.constant(part[:, k]) for part in batches)))
        gradients = [g.numpy() for g in tape.gradient(loss, other.network.trainable_variables)]
        first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
        second = [0.999 * v + 0.001 * g**2 for v, g in zip(second, gradients, strict=True)]
        rate = 1e-2 * np.sqrt(1 - 0.999 ** (k + 1)) / (1 - 0.9 ** (k + 1))
        weights = [w - rate * m / (np.sqrt(v) + 1e-3) for w, m, v in zip(weights, first, second, strict=True)]
    learner.update(batches)
    same([variable.numpy() for variable in learner.network.trainable_variables], weights, rtol=1e-3, atol=1e-5)
    assert not np.allclose(weights[0], before[0], atol=1e-3)


class Pulls(NamedTuple):
    """Gradients to be felt, [B, K, 2]."""

    gradients: np.ndarray


class Pull:
    """A loss whose gradient is given."""

    names = ("loss",)

    def __init__(self, network):
        self.network = network

    def __call__(self, batch):
        loss = tf.reduce_mean(tf.reduce_sum(batch.gradients * self.network.kernel.value[:, 0], axis=1))
        return loss, {"loss": loss}, batch.gradients[:, 0]


def pulled(gradients, **options):
    """Adam's first moment after a step, divided by the .1 with which the gradient enters it."""
    layer = keras.layers.Dense(1, use_bias=False)
    layer.build((None, 2))
    learner = Learner(layer, Pull(layer), 1e-3, **options)
    learner.update(Pulls(np.asarray(gradients, np.float32)[:, None]))
    (moment,) = [variable for variable in learner.optimizer.variables if "momentum" in variable.path]
    return moment.numpy()[:, 0] / 0.1


def test_large_gradients_are_shortened_and_small_ones_left():
    """(3, 4) is 5 long: to a length of 1 it is (.6, .8)."""
    np.testing.assert_allclose(pulled([[3.0, 4.0]], clip_norm=1.0), [0.6, 0.8], rtol=1e-5)
    np.testing.assert_allclose(pulled([[3.0, 4.0]], clip_norm=10.0), [3, 4], rtol=1e-5)
    np.testing.assert_allclose(pulled([[3.0, 4.0]]), [3, 4], rtol=1e-5)


@pytest.mark.parametrize("rate", [1e-3, 0.1])
def test_weights_shrink_by_a_share_of_themselves_whatever_the_rate(rate):
    """Without a gradient by 1 % a step; with one the step of Adam comes on top, and is not shrunk."""
    strategy = tf.distribute.get_strategy()
    for pull, decay in ((0.0, 0.01), (3.0, 0.01), (3.0, 0.0)):
        layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        layer.build((None, 2))
        teacher = Teacher(layer, rate, 1e-8, None, strategy, decay)
        for _ in range(2):
            with tf.GradientTape() as tape:
                scaled = teacher.scaled(pull * tf.reduce_sum(layer.kernel))
            teacher.step(tape, scaled)
        expected = 1.0
        for _ in range(2):  # Adam's step against a constant gradient is its rate
            expected = (1 - decay) * expected - rate * (pull > 0)
        np.testing.assert_allclose(layer.kernel.numpy(), np.full((2, 1), expected), rtol=1e-4)


class Both:
    """A loss of two layers: a pull at the first, and ten times as much at the second."""

    names = ("loss",)

    def __init__(self, layers):
        self.layers, self.asked = layers, 0

    def __call__(self, batch):
        self.asked += 1
        parts = [tf.reduce_sum(batch.gradients * layer.kernel.value[:, 0], axis=1) for layer in self.layers]
        loss = tf.reduce_mean(parts[0] + 10 * parts[1])
        return loss, {"loss": loss}, batch.gradients[:, 0]


def test_several_networks_are_taught_by_one_loss_each_with_an_optimiser_of_its_own():
    """(3, 4) and (30, 40), each shortened by itself to a length of 1; what the first is taught does not depend on the second."""
    layers = [keras.layers.Dense(1, use_bias=False) for _ in range(3)]
    for layer in layers:
        layer.build((None, 2))
    loss_of = Both(layers)
    learner, before = Learner(layers[:2], loss_of, 1e-3, clip_norm=1.0), [layer.kernel.numpy() for layer in layers]
    assert len(learner.teachers) == len(learner.optimizers) == 2 and learner.optimizer is learner.optimizers[0]
    measured, found = learner.update(Pulls(np.array([[[3.0, 4.0]]], np.float32)))
    moments = [[v.numpy()[:, 0] / 0.1 for v in one.variables if "momentum" in v.path] for one in learner.optimizers]
    np.testing.assert_allclose(moments, [[[0.6, 0.8]], [[0.6, 0.8]]], rtol=1e-5)
    assert (
        found.shape == (1, 1) and [int(one.iterations) for one in learner.optimizers] == [1, 1] and loss_of.asked == 1
    )
    assert float(measured["loss"]) == pytest.approx(
        float(np.array([3, 4]) @ (before[0] + 10 * before[1])[:, 0]), rel=1e-4
    )
    moved = [not np.array_equal(layer.kernel.numpy(), old) for layer, old in zip(layers, before, strict=True)]
    assert moved == [True, True, False]


def test_a_list_of_one_network_is_one_network():
    layer = keras.layers.Dense(1, use_bias=False)
    layer.build((None, 2))
    learner = Learner([layer], Pull(layer), 1e-3, clip_norm=1.0)
    learner.update(Pulls(np.array([[[3.0, 4.0]]], np.float32)))
    (moment,) = [variable for variable in learner.optimizer.variables if "momentum" in variable.path]
    np.testing.assert_allclose(moment.numpy()[:, 0] / 0.1, [0.6, 0.8], rtol=1e-5)


def test_a_teacher_moves_its_own_network_alone():
    """Of two that share a loss; what cannot be trained stays, too."""
    keras.utils.set_random_seed(0)
    first, second = (
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)]) for _ in range(2)
    )
    first.layers[0].trainable = False
    teacher, seen = Teacher(first, 0.1, 1e-7, 1.0, tf.distribute.get_strategy()), np.ones((4, 3), np.float32)
    before = [variable.numpy() for variable in (*first.variables, *second.variables)]
    with tf.GradientTape() as tape:
        scaled = teacher.scaled(tf.reduce_mean(second(seen) * first(seen)))
    teacher.step(tape, scaled)
    after = [variable.numpy() for variable in (*first.variables, *second.variables)]
    stays = [np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert stays == [True, True, False, False] + [True] * 4


def test_under_xla_it_learns_the_same():
    plain, fast, batches = made(), made(xla=True), transitions(16, 4)
    (measured, errors), (others, other_errors) = plain.update(batches), fast.update(batches)
    same([errors], [other_errors], rtol=1e-3, atol=1e-4)
    same(tf.nest.flatten(measured), tf.nest.flatten(others), rtol=1e-4)
    same(numbers(plain), numbers(fast), rtol=1e-3, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_as_much(precision):
    """The losses of steps 41 to 50 within a tenth of those in float32, and far below the first one; weights stay float32."""
    before = keras.config.dtype_policy()
    plain = made()
    keras.config.set_dtype_policy(precision)
    try:
        half = made()
    finally:
        keras.config.set_dtype_policy(before)
    assert isinstance(half.optimizer, keras.optimizers.LossScaleOptimizer) == (precision == "mixed_float16")
    assert {variable.dtype for variable in half.network.trainable_variables} == {"float32"}
    assert half.network(np.zeros((1, 4), np.float32)).dtype == tf.float32
    batches = transitions(64, 1)
    losses = [[float(learner.update(batches)[0]["loss"]) for _ in range(50)] for learner in (plain, half)]
    assert np.mean(losses[0][40:]) < 0.7 * losses[0][0]
    assert np.mean(losses[1][40:]) == pytest.approx(np.mean(losses[0][40:]), rel=0.1)


def test_a_learner_runs_on_what_was_filled_in_before_it():
    """Traced once with the learner's function, and not again for the same shapes; it decides what is learnt."""
    calls = []

    def nothing(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
        calls.append(rewards_tp1.shape)
        return 0 * rewards_tp1

    try:
        double_q_targets.accept(nothing)
        learner, batches = made(), transitions(16, 2)
        q = learner.network(batches.observations[:, 0]).numpy()[np.arange(16), batches.actions[:, 0]]
        _, errors = learner.update(batches)
    finally:
        double_q_targets.reset()
    assert set(calls) == {(16,)}
    np.testing.assert_allclose(errors[:, 0], -q, rtol=1e-4, atol=1e-6)
    traced = len(calls)
    learner.update(batches)
    assert len(calls) == traced and learner._compiled.experimental_get_tracing_count() == 1


def test_policies_are_taught_too():
    """What was good becomes more probable, what was bad less."""
    keras.utils.set_random_seed(0)
    network = PolicyNetwork((4,), 3, 8)
    network.build()
    learner, rng = Learner(network, PolicyLoss(network, PolicyConfig(clip=0.0)), 1e-2), np.random.default_rng(0)
    seen, actions = rng.normal(size=(60, 20, 4)).astype(np.float32), rng.integers(3, size=(60, 20), dtype=np.int32)
    advantages, log = np.where(actions == 1, 1.0, -0.5).astype(np.float32), np.full((60, 20), -np.log(3), np.float32)
    measured, ratios = learner.update(Decisions(seen, actions, log, advantages, 0 * log, np.ones_like(log)))
    assert tuple(measured) == PolicyLoss.names and ratios.shape == (60, 20)
    assert tf.nn.softmax(network(seen[:, 0])[0]).numpy()[:, 1].min() > 0.5


SEVERAL = """
import json, sys
import numpy as np
from course_lib.common.quiet import keras, tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from course_lib.deep_rl.config import PolicyConfig, RecurrentConfig, ValueConfig
from course_lib.deep_rl import policy_training, value_training

small = {"env": "CartPole-v1", "worlds": 4, "hidden": 8, "clip_norm": 0.05, "updates": 4, "evaluate_every": 4, "evaluate_on": 2}
runs = {
    "dqn": (value_training, ValueConfig(**small, alpha=0.6, replay=60, warm_up=30, batch_size=8, batches=2)),
    "r2d2": (value_training, RecurrentConfig(**small | {"env": "TMaze-3"}, recurrent=True, unroll=6, burn_in=2, n_step=2, replay=60,
             warm_up=30, batch_size=8, batches=2)),
    "reinforce": (policy_training, PolicyConfig(**small, steps=32, epochs=2, minibatches=2, whole_episodes=True)),
}
found, strategies = {}, [tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])]
for name, (training, config) in runs.items():
    made = [training.train(config, strategy=strategy, show_progress=False) for strategy in strategies]
    def moments(one):  # Adam's: of its own accord it would hide gradients that are too large by a factor
        return [float(tf.reduce_sum(tf.abs(variable))) for variable in one.learner.optimizer.variables[2:]]
    found[name] = [[one.metrics.rows, moments(one), one.learner.strategy.num_replicas_in_sync] for one in made]
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_devices_learn_the_same_as_one(tmp_path):
    """Losses, what counts, and gradients before they are shortened are those of the whole batch; so are priorities."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    for name, (one, two) in json.loads(done.stdout).items():
        (rows, moments, replicas), (other_rows, other_moments, others) = one, two
        assert (replicas, others) == (1, 2), name
        assert [row[:2] for row in rows] == [row[:2] for row in other_rows]
        np.testing.assert_allclose([r[2] for r in other_rows], [r[2] for r in rows], rtol=1e-2, atol=1e-4, err_msg=name)
        np.testing.assert_allclose(other_moments, moments, rtol=0.02, atol=1e-6, err_msg=name)
