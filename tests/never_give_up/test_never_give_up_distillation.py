import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.learner import Learner
from course_lib.never_give_up.distillation import Distillation, distillation_errors
from course_lib.never_give_up.novelty import DistillationLoss
from course_lib.never_give_up.rnd import Seen
from tests.never_give_up.small_explorers import numbers, precision


def made(shape=(4,), size=8, hidden=16):
    keras.utils.set_random_seed(0)
    return Distillation(shape, size, hidden)


def test_errors_by_hand():
    """(1, 2) for (1, 0): (0 + 4) / 2 = 2; a mean, not a sum, and 0 where it is right."""
    predicted, target = tf.constant([[1.0, 2.0], [3.0, 3.0]]), tf.constant([[1.0, 0.0], [3.0, 3.0]])
    with tf.GradientTape() as tape:
        tape.watch([predicted, target])
        errors = distillation_errors(predicted, target)
    assert errors.numpy().tolist() == [2, 0]
    slope, nothing = tape.gradient(errors, [predicted, target])
    assert slope.numpy().tolist() == [[0, 2], [0, 0]] and nothing is None


@pytest.mark.parametrize("shape", [(3,), (5, 5, 1)])
def test_observations_are_whitened_by_all_that_was_seen(shape):
    """Mean and deviation of each number by NumPy over batches of several sizes; what never changed is 0; 5 deviations are the most."""
    network, rng, seen = made(shape), np.random.default_rng(0), []
    for size in (1, 6, 3):
        batch = (
            rng.integers(256, size=(size, *shape)) if len(shape) == 3 else 1000 + rng.normal(size=(size, *shape))
        ).astype(np.uint8 if len(shape) == 3 else np.float32)
        batch[:, 0] = 7
        seen.append(batch)
        network.take_in(batch)
    everything = np.concatenate(seen).astype(float)
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    white = np.divide(seen[1] - mean, deviation, out=np.zeros(seen[1].shape), where=deviation > 0)
    np.testing.assert_allclose(network.whitened(seen[1]), np.clip(white, -5, 5), rtol=2e-3, atol=2e-3)
    assert float(network.count) == 10 and not network.whitened(seen[1]).numpy()[:, 0].any()
    if len(shape) == 1:
        far = network.whitened(np.array([[7.0, 1e6, -1e6]], np.float32)).numpy()
        assert far.tolist() == [[0, 5, -5]]


def test_before_anything_was_seen_everything_is_alike():
    """No deviation yet: 0 and no NaN."""
    network, seen = made(), np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    assert not network.whitened(seen).numpy().any() and np.ptp(network(seen)) == 0


def test_what_was_visited_is_predicted_and_what_was_not_is_not():
    """Twenty of forty places: their error falls to a hundredth, that of the others stays above a fifth; the target stays."""
    network, places = made((40,), 8, 32), np.eye(40, dtype=np.float32)
    network.take_in(places)
    learner = Learner(network, DistillationLoss(network), 2e-3)
    before, target = network(places).numpy(), numbers(network.target.variables)
    told, errors = learner.update(Seen(places[np.random.default_rng(0).integers(20, size=(32, 400))]))
    after = network(places).numpy()
    assert after[:20].mean() < 0.01 * before[:20].mean() and after[20:].mean() > 0.2 * before[20:].mean()
    assert after[20:].mean() > 30 * after[:20].mean()
    assert all(map(np.array_equal, target, numbers(network.target.variables)))
    assert float(told["distillation loss"]) == pytest.approx(float(tf.reduce_mean(errors)), rel=1e-4)
    moved = {variable.path for variable in learner.optimizer.variables}
    assert len(network.trainable_variables) == 4 and len(moved) == 2 + 2 * 4
    assert float(network.count) == 40


def test_what_a_checkpoint_holds_of_it():
    """Both networks, how many observations there were, their mean and squares."""
    assert len(made().variables) == 4 + 4 + 3


def test_in_half_precision_what_is_usual_is_still_counted_in_float32():
    """A count of 1000 and means near 1000 are not rounded; the errors are near those in float32."""
    seen = (1000 + np.random.default_rng(0).normal(size=(1001, 4))).astype(np.float32)
    whole = made()
    with precision("mixed_bfloat16"):
        half = made()
    for network in (whole, half):
        network.take_in(seen[:1000])
        network.take_in(seen[1000:])
    assert float(half.count) == 1001
    np.testing.assert_allclose(half.mean.numpy(), seen.mean(axis=0, dtype=float), rtol=1e-5)
    np.testing.assert_allclose(half.whitened(seen[:9]), whole.whitened(seen[:9]), rtol=1e-5)
    errors = half(seen[:9])
    assert errors.dtype == tf.float32
    np.testing.assert_allclose(errors, whole(seen[:9]), rtol=0.2, atol=0.02)
