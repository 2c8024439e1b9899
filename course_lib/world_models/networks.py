"""Encoder, decoder and heads."""

from course_lib.common.quiet import keras

# {pixels of a side: kernels of the decoder}; the encoder has as many convolutions.
KERNELS = {64: (5, 5, 6, 6), 32: (5, 6, 6), 16: (5, 8)}


def encoder(shape, depth, units, layers):
    """Lead from an observation to numbers: convolutions for frames, dense layers for numbers.

    Source: Hafner et al. 2021, appendix; four convolutions of 4 by 4 in steps of 2 for frames of 64 by 64.

    Args:
      shape: of an observation: (numbers,), or (height, width, channels) of uint8.
      depth: filters of the first convolution; each next one has twice as many.
      units, layers: dense layers, for numbers.

    Returns:
      A Keras model, [B, …] -> [B, E].

    Raises:
      ValueError: frames of another size.
    """
    inputs = outputs = keras.Input(shape)
    if len(shape) == 1:
        for _ in range(layers):
            outputs = keras.layers.Dense(units, "elu")(outputs)
        return keras.Model(inputs, outputs, name="encoder")
    outputs = keras.layers.Rescaling(1 / 255, -0.5)(outputs)
    for k in range(len(_kernels(shape))):
        outputs = keras.layers.Conv2D(depth * 2**k, 4, 2, activation="elu")(outputs)
    return keras.Model(inputs, keras.layers.Flatten()(outputs), name="encoder")


def decoder(features, shape, depth, units, layers):
    """Lead from a state back to an observation, as the mean of a Gaussian; frames lie between −½ and ½.

    Source: Hafner et al. 2021, appendix.

    Args:
      features: numbers of a state.
      shape, depth, units, layers: as for `encoder`.

    Returns:
      A Keras model, [B, features] -> [B, …].
    """
    if len(shape) == 1:
        return head(features, shape[0], units, layers, "decoder")
    inputs, kernels = keras.Input((features,)), _kernels(shape)
    outputs = keras.layers.Reshape((1, 1, 32 * depth))(keras.layers.Dense(32 * depth)(inputs))
    for k, kernel in enumerate(kernels[:-1]):
        outputs = keras.layers.Conv2DTranspose(depth * 2 ** (len(kernels) - k - 2), kernel, 2, activation="elu")(
            outputs
        )
    outputs = keras.layers.Conv2DTranspose(shape[-1], kernels[-1], 2, dtype="float32")(outputs)
    return keras.Model(inputs, outputs, name="decoder")


def head(features, outputs, units, layers, name):
    """Dense layers on a state; returns a Keras model, [B, features] -> float32 [B, outputs]."""
    inputs = found = keras.Input((features,))
    for _ in range(layers):
        found = keras.layers.Dense(units, "elu")(found)
    return keras.Model(inputs, keras.layers.Dense(outputs, dtype="float32")(found), name=name)


def _kernels(shape):
    height, width, _ = shape
    if height != width or height not in KERNELS:
        known = ", ".join(f"{n} by {n}" for n in KERNELS)
        raise ValueError(
            f"frames of {height} by {width}: {known} are known (of our worlds PixelCatch-5 and PixelMaze-3)."
        )
    return KERNELS[height]
