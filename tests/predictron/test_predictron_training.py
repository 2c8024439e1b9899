import signal

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.mazes import Mazes
from course_lib.predictron.training import evaluate, explain, fresh_batch, make, task_of, train
from tests.killed_runs import kill_after, rows, start

TINY = {"depth": 1, "channels": 2, "hidden": 2, "batch_size": 4, "updates": 2, "evaluate_on": 12}


@pytest.mark.slow
def test_the_published_size_takes_a_step():
    """20 × 20, K = 16, 32 channels, batches of 100."""
    config = PredictronConfig.paper()
    assert (config.size, config.depth, config.channels, config.batch_size) == (20, 16, 32, 100)
    assert config.learning_rate == 1e-3 and config.shared and config.rewards and config.lambdas == "each"
    made = make(config)
    before = made.model.value.output_layer.kernel.numpy()
    losses = made.learner.update(*made.task.draw(np.random.default_rng(0), 100))
    assert all(np.isfinite(float(loss)) and float(loss) > 0 for loss in losses.values())
    assert made.model.scale[-1] == 1 and made.model.predictions == 20
    assert not np.array_equal(before, made.model.value.output_layer.kernel.numpy())


@pytest.mark.parametrize("task", ["trajectories", "billiard"])
def test_the_other_tasks_are_trained_on_too(task):
    """Two updates and two evaluations; accuracy is measured where labels are 0 or 1."""
    trained = train(PredictronConfig(task=task, **TINY))
    assert trained.task == task_of(PredictronConfig(task=task))
    steps, errors = trained.metrics.curve("error")
    assert steps.tolist() == [0, 2] and np.isfinite(errors).all()
    binary = np.isin(trained.task.draw(np.random.default_rng(0), 20).labels, (0, 1)).all()
    assert ("accuracy" in trained.metrics.last()) == binary
    assert trained.model(trained.task.draw(np.random.default_rng(0), 3).inputs).shape == (
        3, trained.task.num_predictions,
    )  # fmt: skip


@pytest.fixture(scope="module")
def untrained():
    return make(PredictronConfig(size=4, **TINY))


def test_what_is_measured(untrained):
    """Error, accuracy and depth, from predictions made one input at a time."""
    batch = Mazes(4).draw(np.random.default_rng(1), 9)
    found = evaluate(untrained.learner, batch)
    predicted = np.concatenate([untrained.model(batch.inputs[k : k + 1]).numpy() for k in range(9)])
    assert found["error"] == pytest.approx(np.sqrt(np.mean((predicted - batch.labels) ** 2)), rel=1e-4)
    assert found["accuracy"] == np.mean((predicted > 0.5) == (batch.labels == 1))
    assert found["depth"] == pytest.approx(float(untrained.model.explain(batch.inputs).depth.numpy().mean()), rel=1e-4)


def test_many_inputs_are_explained_a_part_at_a_time(untrained):
    """Parts of 4, 4 and 1 make the same as 9 at once."""
    inputs = Mazes(4).draw(np.random.default_rng(2), 9).inputs
    parts, whole = explain(untrained.learner, inputs, at_once=4), explain(untrained.learner, inputs)
    for found, expected in zip(tf.nest.flatten(parts), tf.nest.flatten(whole), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert parts.preturns.shape == (2, 9, 4) and parts.rollout.rewards.shape == (1, 9, 4)


def test_the_seed_decides(untrained):
    """Weights, and what is evaluated on."""
    kernel = untrained.model.representation[0].convolution.kernel.numpy()
    again, other = (make(PredictronConfig(size=4, seed=seed, **TINY)) for seed in (0, 1))
    assert np.array_equal(kernel, again.model.representation[0].convolution.kernel.numpy())
    assert not np.array_equal(kernel, other.model.representation[0].convolution.kernel.numpy())
    batches = [fresh_batch(Mazes(4), 20, seed).inputs.tobytes() for seed in (0, 0, 1)]
    assert batches[0] == batches[1] != batches[2]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "chess"}, "task='chess' is not known: use mazes, trajectories, billiard."),
        ({"lambdas": "two"}, "lambdas='two' is not known: use each, one, none."),
        ({"depth": 0}, "depth=0: it has to be 1 or more."),
        ({"channels": -1}, "channels=-1"),
        ({"hidden": 0}, "hidden=0"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"evaluate_every": 0}, "evaluate_every=0"),
        ({"evaluate_on": 0}, "evaluate_on=0"),
        ({"checkpoint_every": 0}, "checkpoint_every=0"),
        ({"consistency": -1}, "consistency=-1: it has to be 0 or more."),
        ({"updates": -1}, "updates=-1"),
    ],
)
def test_bad_settings_are_refused(change, says):
    """With what was given and what is allowed."""
    with pytest.raises(ValueError) as error:
        PredictronConfig(**change)
    assert says in str(error.value)


def command(folder):
    """A run of a second, 400 updates with a checkpoint every 20."""
    words = "--size 4 --depth 2 --channels 4 --batch-size 8 --updates 400 --checkpoint-every 20 --evaluate-every 100 "
    return start("predictron", words + "--evaluate-on 100", folder)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path):
    """From its last checkpoint; in the end its table is that of a run that was left alone, and its model loads."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    unbroken = command(whole)
    assert 130 <= kill_after(125, command(killed), killed) < 400
    last = int(tf.train.latest_checkpoint(killed / "checkpoints").rpartition("-")[2])
    events = set(killed.glob("events*"))
    resumed = command(killed)
    (said, complaints), (_, other_complaints) = resumed.communicate(), unbroken.communicate()
    assert resumed.returncode == unbroken.returncode == 0 and complaints == other_complaints == ""
    assert "Done: " in said and str(killed) in said
    assert [row[:2] for row in rows(killed)] == [row[:2] for row in rows(whole)]
    numbers = [[float(row[2]) for row in rows(folder)] for folder in (killed, whole)]
    np.testing.assert_allclose(*numbers, rtol=1e-5, atol=1e-5)
    (second,) = set(killed.glob("events*")) - events
    assert first_step(second) == last + 10 and last >= 120  # the first report of the second run
    inputs = Mazes(4).draw(np.random.default_rng(3), 50).inputs
    models = [keras.models.load_model(folder / "model.keras") for folder in (killed, whole)]
    np.testing.assert_allclose(models[0](inputs), models[1](inputs), rtol=1e-4, atol=1e-4)


def first_step(file):
    """The first step in a file of TensorBoard's."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(file), size_guidance={"tensors": 0}).Reload().Tensors("preturn_loss")[0].step
