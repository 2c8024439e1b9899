import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.networks import decoder, encoder, head


def elu(x):
    """x, or e^x − 1 below 0."""
    return np.where(x > 0, x, np.expm1(x))


def size(network):
    """The number of its parameters."""
    return sum(int(variable.shape.num_elements()) for variable in network.trainable_variables)


# Sides after each convolution of 4 in steps of 2: 64, 31, 14, 6, 2; 32, 15, 6, 2; 16, 7, 2. Filters 3, 6, 12, 24.
@pytest.mark.parametrize(
    ("side", "embedded", "filters"), [(64, 96, (3, 6, 12, 24)), (32, 48, (3, 6, 12)), (16, 24, (3, 6))]
)
def test_frames_in_and_frames_out(side, embedded, filters):
    made = encoder((side, side, 2), 3, 5, 1), decoder(7, (side, side, 2), 3, 5, 1)
    assert made[0](np.zeros((4, side, side, 2), np.uint8)).shape == (4, embedded)
    assert made[1](np.zeros((4, 7), np.float32)).shape == (4, side, side, 2)
    read = [2, *filters]
    assert size(made[0]) == sum(16 * a * b + b for a, b in zip(read[:-1], read[1:], strict=True))
    kernels = {64: (5, 5, 6, 6), 32: (5, 6, 6), 16: (5, 8)}[side]
    written = [96, *filters[-2::-1], 2]
    convolutions = [k * k * a * b + b for k, a, b in zip(kernels, written[:-1], written[1:], strict=True)]
    assert size(made[1]) == 7 * 96 + 96 + sum(convolutions)


def test_numbers_in_and_numbers_out():
    made = encoder((4,), 3, 5, 2), decoder(7, (4,), 3, 5, 2)
    assert made[0](np.zeros((6, 4), np.float32)).shape == (6, 5)
    assert made[1](np.zeros((6, 7), np.float32)).shape == (6, 4)
    assert size(made[0]) == 4 * 5 + 5 + 5 * 5 + 5


@pytest.mark.parametrize("shape", [(84, 84, 4), (10, 10, 1), (64, 32, 1), (16, 32, 3)])
def test_frames_of_other_sizes_are_refused(shape):
    says = f"frames of {shape[0]} by {shape[1]}: 64 by 64, 32 by 32, 16 by 16 are known"
    for make in (lambda: encoder(shape, 2, 4, 1), lambda: decoder(7, shape, 2, 4, 1)):
        with pytest.raises(ValueError, match=says):
            make()


def test_the_encoder_by_hand():
    """Pixels between −½ and ½, two convolutions of 4 by 4 in steps of 2, ELU behind each; pixel by pixel."""
    keras.utils.set_random_seed(0)
    made = encoder((16, 16, 1), 2, 4, 1)
    frames = np.random.default_rng(0).integers(256, size=(3, 16, 16, 1), dtype=np.uint8)
    found = frames / 255 - 0.5
    kernels = [variable.numpy() for variable in made.trainable_variables]
    for kernel, bias in zip(kernels[::2], kernels[1::2], strict=True):
        side = (found.shape[1] - 4) // 2 + 1
        after = np.zeros((3, side, side, kernel.shape[-1]))
        for i in range(side):
            for j in range(side):
                patch = found[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
                after[:, i, j] = np.tensordot(patch, kernel, axes=3) + bias
        found = elu(after)
    np.testing.assert_allclose(made(frames), found.reshape(3, -1), rtol=1e-4, atol=1e-5)


def test_a_head_by_hand():
    """ELU between, nothing behind the last layer."""
    keras.utils.set_random_seed(0)
    made, given = head(3, 2, 4, 2, "anything"), np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    a, b, c, d, e, f = (variable.numpy() for variable in made.trainable_variables)
    expected = elu(elu(given @ a + b) @ c + d) @ e + f
    np.testing.assert_allclose(made(given), expected, rtol=1e-4, atol=1e-5)
    assert made.name == "anything"


def test_what_is_read_off_is_float32_in_half_precision_too():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        made = head(3, 2, 4, 1, "a"), decoder(3, (16, 16, 1), 2, 4, 1), decoder(3, (2,), 2, 4, 1)
        seen = encoder((16, 16, 1), 2, 4, 1)(np.zeros((1, 16, 16, 1), np.uint8))
    finally:
        keras.config.set_dtype_policy(before)
    assert {network(tf.zeros((1, 3))).dtype for network in made} == {tf.float32}
    assert seen.dtype == tf.bfloat16
