import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.layers import Convolution, Output, StepNormalization


def batch(seed, shape=(64, 3), mean=0.0, deviation=1.0):
    return np.random.default_rng(seed).normal(mean, deviation, shape).astype(np.float32)


def layer(inputs, **options):
    """A normalisation that has seen the shape of its inputs."""
    made = StepNormalization(**options)
    made.build(inputs.shape)
    return made


def test_two_numbers_by_hand():
    # 1 and 3 have mean 2 and variance 1: −1 and 1, but for ε; twice that and 5 more: 3 and 7.
    inputs = np.array([[1.0], [3.0]], np.float32)
    made = layer(inputs, epsilon=1.001e-5)
    assert made(inputs, training=True).numpy().ravel() == pytest.approx([-1, 1], abs=1e-4)
    made.scale.assign([2.0])
    made.offset.assign([5.0])
    assert made(inputs, training=True).numpy().ravel() == pytest.approx([3, 7], abs=1e-4)


@pytest.mark.parametrize("shape", [(64, 3), (8, 4, 5, 3)])
def test_while_training_it_is_the_plain_formula_on_the_batch(shape):
    """The fused kernel does what the definition says, with two axes or four; so do the averages, over one update."""
    inputs = batch(0, shape, mean=7, deviation=3)
    made = layer(inputs, momentum=0.9)
    made.scale.assign([1.0, 2.0, -1.0])
    made.offset.assign([0.0, 5.0, 1.0])
    axes = tuple(range(len(shape) - 1))
    mean, variance = inputs.mean(axes), inputs.var(axes)
    expected = (inputs - mean) / np.sqrt(variance + 1e-3) * [1, 2, -1] + [0, 5, 1]
    np.testing.assert_allclose(made(inputs, training=True), expected, atol=1e-4)
    number = inputs[..., 0].size
    np.testing.assert_allclose(made.means[0].numpy(), 0.1 * mean, rtol=1e-4)
    np.testing.assert_allclose(made.variances[0].numpy(), 0.9 + 0.1 * variance * number / (number - 1), rtol=1e-4)


@pytest.mark.parametrize("shape", [(500, 3), (20, 5, 5, 3)])
def test_every_channel_has_mean_0_and_variance_1(shape):
    outputs = layer(batch(1, shape), steps=2)(batch(1, shape, mean=-4, deviation=2), step=1, training=True).numpy()
    axes = tuple(range(len(shape) - 1))
    np.testing.assert_allclose(outputs.mean(axes), 0, atol=1e-4)
    np.testing.assert_allclose(outputs.var(axes), 1, atol=1e-2)


def test_each_step_is_evaluated_with_its_own_statistics():
    """Step 0 gets N(5, 1) and step 1 N(−3, 4²): both come out normalised; with one average neither would."""
    inputs = batch(2, (4000, 3), 5, 1), batch(3, (4000, 3), -3, 4)
    made = layer(inputs[0], steps=2, momentum=0.0)
    for step in (0, 1, 0, 1):
        made(inputs[step], step=step, training=True)
    for step, fresh in enumerate((batch(4, (4000, 3), 5, 1), batch(5, (4000, 3), -3, 4))):
        outputs = made(fresh, step=step).numpy()
        np.testing.assert_allclose(outputs.mean(axis=0), 0, atol=0.1)
        np.testing.assert_allclose(outputs.std(axis=0), 1, atol=0.1)
        other = made(fresh, step=1 - step).numpy()
        assert (np.abs(other.mean(axis=0)) > 1).all()


def test_averages_move_while_training_only_and_at_their_step_only():
    inputs = batch(6, mean=2)
    made = layer(inputs, steps=3)
    made(inputs, step=1)
    assert not any(mean.numpy().any() for mean in made.means)
    made(inputs, step=1, training=True)
    assert [bool(mean.numpy().any()) for mean in made.means] == [False, True, False]
    assert [bool((variance.numpy() != 1).any()) for variance in made.variances] == [False, True, False]


def test_averages_approach_the_statistics():
    """After n equal batches 1 − momentum^n of the way."""
    inputs = batch(7, mean=2)
    made = layer(inputs, momentum=0.8)
    for _ in range(5):
        made(inputs, training=True)
    np.testing.assert_allclose(made.means[0].numpy(), (1 - 0.8**5) * inputs.mean(axis=0), rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(4096, 3), (64, 8, 8, 3)])
def test_statistics_stay_float32(dtype, shape):
    """In 16 bits, the average of 4096 numbers around 3 would be off, and a step of 5 % would be rounded away."""
    inputs = tf.cast(batch(8, shape, mean=3), dtype)
    made = StepNormalization(dtype=f"mixed_{dtype}", momentum=0.95)
    outputs = made(inputs, training=True)
    assert outputs.dtype == dtype and made(inputs).dtype == dtype
    exact = tf.cast(inputs, tf.float64).numpy()
    axes = tuple(range(len(shape) - 1))
    assert {variable.dtype for variable in made.variables} == {"float32"}
    np.testing.assert_allclose(made.means[0].numpy(), 0.05 * exact.mean(axes), rtol=1e-4)
    np.testing.assert_allclose(made.variances[0].numpy(), 0.95 + 0.05 * exact.var(axes, ddof=1), rtol=1e-4)
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), (exact - exact.mean(axes)) / exact.std(axes), atol=0.03)


def test_only_scale_and_offset_are_trained():
    made = layer(batch(9), steps=4)
    assert [variable.name for variable in made.trainable_variables] == ["scale", "offset"]
    assert len(made.non_trainable_variables) == 8


def test_a_copy_from_its_configuration_is_the_same():
    made = StepNormalization(steps=3, momentum=0.5, epsilon=0.01)
    again = StepNormalization.from_config(made.get_config())
    assert (again.steps, again.momentum, again.epsilon) == (3, 0.5, 0.01)


def test_a_convolution_keeps_the_size_and_rectifies_unless_told_not_to():
    """Normalised outputs are negative half of the time."""
    inputs = batch(10, (8, 5, 6, 2))
    rectified = Convolution(4)(inputs, training=True).numpy()
    plain = Convolution(4, rectify=False)(inputs, training=True).numpy()
    assert rectified.shape == plain.shape == (8, 5, 6, 4)
    assert rectified.min() == 0 and 0.3 < (rectified > 0).mean() < 0.7
    assert 0.3 < (plain < 0).mean() < 0.7


@pytest.mark.parametrize(("activation", "low", "high"), [(None, -np.inf, np.inf), ("sigmoid", 0, 1)])
def test_an_output_is_float32_with_an_entry_for_each_prediction(activation, low, high):
    """Also where the rest computes in 16 bits."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        made = Output(5, hidden=4, steps=2, activation=activation)
        outputs = made(batch(11, (8, 3, 3, 2)), step=1, training=True)
    finally:
        keras.config.set_dtype_policy(before)
    assert outputs.shape == (8, 5) and outputs.dtype == tf.float32
    assert low < outputs.numpy().min() < outputs.numpy().max() < high
    assert len(made.trainable_variables) == 5  # two kernels, one bias, scale and offset: the first bias is the offset
