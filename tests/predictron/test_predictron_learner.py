import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from course_lib import ROOT
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.losses import supervised_losses, usage_weighted_loss
from course_lib.predictron.returns import lambda_preturn
from course_lib.predictron.training import make

CONFIG = PredictronConfig(size=4, depth=3, channels=8, hidden=8, batch_size=32)


def taught(made, updates, seed=0):
    """The losses of so many updates, [updates, 2]."""
    rng = np.random.default_rng(seed)
    losses = [made.learner.update(*made.task.draw(rng, 32)) for _ in range(updates)]
    return np.array([[float(loss) for loss in step.values()] for step in losses])


@pytest.fixture(scope="module")
def trained():
    """A learner after 150 updates of 4 × 4 mazes, and its losses."""
    made = make(CONFIG)
    return made, taught(made, 150)


def numbers(variables):
    return [variable.numpy() for variable in variables]


def test_both_losses_fall(trained):
    """Already over the first 30 updates by a quarter, over 150 by more than half."""
    losses = trained[1]
    first, later, last = losses[:5].mean(axis=0), losses[25:30].mean(axis=0), losses[-10:].mean(axis=0)
    assert (later < 0.75 * first).all() and (last < 0.5 * first).all()


def test_an_update_is_traced_once(trained):
    """Whatever numbers it gets."""
    assert trained[0].learner._supervised.experimental_get_tracing_count() == 1


def one_average_for_all_steps(model):
    """Give every use of a shared normalisation the mean of all uses' statistics: the published mistake."""
    for layer in model._flatten_layers():
        for averages in (getattr(layer, "means", ()), getattr(layer, "variances", ())):
            if averages:
                mean = np.mean(numbers(averages), axis=0)
                for average in averages:
                    average.assign(mean)


def test_evaluation_is_close_to_training(trained):
    """A shared core needs statistics for each of its steps; one average for all would be several times as far off."""
    made, _ = trained
    model, inputs = made.model, made.task.draw(np.random.default_rng(1), 2000).inputs
    before = numbers(model.variables)

    def distance():
        evaluated = model(inputs).numpy()
        own = numbers(model.non_trainable_variables)
        with_batch = lambda_preturn(*model.roll_out(inputs, training=True)).numpy() * model.scale
        for variable, value in zip(model.non_trainable_variables, own, strict=True):
            variable.assign(value)
        return np.sqrt(np.mean((evaluated - with_batch) ** 2))

    try:
        each = distance()
        one_average_for_all_steps(model)
        shared = distance()
    finally:
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)
    assert each < 0.05 and shared > 2 * each, (each, shared)


def test_consistency_leaves_lambda_alone(trained):
    """It moves all that it may, and what it returns is the loss; the variables are put back."""
    made, _ = trained
    model, variables = made.model, [*made.model.variables, *made.learner.optimizer.variables]
    before = numbers(variables)
    lambdas, others = numbers(model.lambda_variables), numbers(model.model_variables)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # Keras warns of variables that get no gradient
        losses = made.learner.update_unlabelled(made.task.draw(np.random.default_rng(2), 32).inputs)
    assert list(losses) == ["consistency loss"] and float(losses["consistency loss"]) > 0
    assert all(np.array_equal(a, b) for a, b in zip(lambdas, numbers(model.lambda_variables), strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(others, numbers(model.model_variables), strict=True))
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)


def test_the_losses_are_those_before_the_step():
    """Usage-weighted where that is asked for, plain where not; targets in units of their deviation."""
    made = make(PredictronConfig(size=4, depth=1, channels=2, hidden=2, usage=False))
    batch = made.task.draw(np.random.default_rng(3), 16)
    rollout = made.model.roll_out(batch.inputs, training=True)
    expected = supervised_losses(tf.constant(batch.labels / np.array(made.model.scale, np.float32)), *rollout)
    found = made.learner.update(*batch)
    np.testing.assert_allclose([found["preturn loss"], found["λ loss"]], expected, rtol=1e-4)


def test_a_learner_runs_on_what_was_filled_in_before_it():
    """On the learner's own function at each trace; it decides what is learnt: with no loss at all nothing moves."""
    calls = []

    def nothing(targets, preturns, weights):
        calls.append(preturns.shape)
        return 0.0 * tf.reduce_sum(preturns)

    try:
        usage_weighted_loss.accept(nothing)
        made = make(PredictronConfig(size=4, depth=1, channels=2, hidden=2))
        before = numbers(made.model.model_variables)
        losses = taught(made, 2)
    finally:
        usage_weighted_loss.reset()
    assert calls == [(2, 32, 4)] and (losses[:, 0] == 0).all()
    assert all(np.array_equal(a, b) for a, b in zip(before, numbers(made.model.model_variables), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_as_much(precision, trained):
    """From the same weights on the same mazes, the losses of updates 26 to 30 within 5 % of those in float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        made = make(CONFIG)
        losses = taught(made, 30)
    finally:
        keras.config.set_dtype_policy(before)
    scaled = isinstance(made.learner.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (precision == "mixed_float16")
    assert {variable.dtype for variable in made.model.trainable_variables} == {"float32"}
    np.testing.assert_allclose(losses[25:].mean(axis=0), trained[1][25:30].mean(axis=0), rtol=0.05)
    explanation = made.learner.explain(made.task.draw(np.random.default_rng(4), 8).inputs)
    assert explanation.prediction.dtype == tf.float32


SEVERAL = """
import json, sys
from course_lib.common.quiet import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from course_lib.common.checkpoints import Checkpoints
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.training import make, train

config = PredictronConfig(size=4, depth=1, channels=4, hidden=4, batch_size=16, consistency=1, updates=8,
                          checkpoint_every=1, evaluate_every=4, evaluate_on=100)
one = train(config, strategy=tf.distribute.get_strategy())
two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
both = train(config, folder=sys.argv[1], strategy=two)

def state(made):
    return {"model": made.model, "optimizer": made.learner.optimizer}

def numbers(made):
    return [variable.numpy().tolist() for part in state(made).values() for variable in part.variables]

def moments(made):  # Adam's: of its own accord it would hide gradients that are too large by a factor
    return [float(tf.reduce_sum(tf.abs(variable))) for variable in made.learner.optimizer.variables[2:]]

again = make(config, two)
step = Checkpoints(sys.argv[1] + "/checkpoints", **state(again)).restore()
print(json.dumps([one.metrics.rows, both.metrics.rows, both.learner.strategy.num_replicas_in_sync,
                  step, numbers(again) == numbers(both), moments(one), moments(both)]))
"""


@pytest.mark.slow
def test_two_devices_learn_the_same_as_one(tmp_path):
    """Batch statistics, losses and gradients are those of the whole batch; and what is kept comes back."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", SEVERAL, str(tmp_path / "run")]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    one, both, replicas, step, restored, *moments = json.loads(done.stdout)
    assert (replicas, step, restored, len(one)) == (2, 8, True, 8 * 3 + 3 * 3)
    assert [row[:2] for row in one] == [row[:2] for row in both]
    np.testing.assert_allclose([row[2] for row in both], [row[2] for row in one], rtol=1e-3)
    np.testing.assert_allclose(moments[1], moments[0], rtol=0.05, atol=1e-5)
