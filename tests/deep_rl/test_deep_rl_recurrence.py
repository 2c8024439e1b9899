import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.recurrence import lstm_step, unroll

ROWS, BATCH, INPUTS, UNITS = 7, 5, 3, 4


@pytest.fixture(scope="module")
def layer():
    """Keras' LSTM, [B, T, I] -> h of all rows, h, c."""
    keras.utils.set_random_seed(0)
    made = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True, bias_initializer="random_normal")
    made.build((None, None, INPUTS))
    return made


def weights(layer):
    return [variable.value for variable in layer.cell.trainable_variables]


def given(seed=0, ends=0.0):
    """Inputs, first rows, h and c."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(ROWS, BATCH, INPUTS)).astype(np.float32)
    hidden, memory = rng.normal(size=(2, BATCH, UNITS)).astype(np.float32)
    return inputs, rng.random((ROWS, BATCH)) < ends, hidden, memory


def by_keras(layer, inputs, hidden, memory):
    outputs, hidden, memory = layer(inputs.transpose(1, 0, 2), initial_state=[hidden, memory])
    return outputs.numpy().transpose(1, 0, 2), hidden.numpy(), memory.numpy()


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_without_a_new_episode_it_is_the_lstm_of_keras(layer):
    inputs, first, hidden, memory = given()
    found = unroll(tf.constant(inputs), first, hidden, memory, *weights(layer), 0)
    close(found, by_keras(layer, inputs, hidden, memory))


def test_a_step_is_the_cell_of_keras(layer):
    inputs, _, hidden, memory = given(1)
    expected, (_, new) = layer.cell(inputs[0], [hidden, memory])
    close(lstm_step(inputs[0], hidden, memory, *weights(layer)), (expected, new))


def test_a_new_episode_begins_from_nothing(layer):
    """Each element is cut where episodes begin, and each piece is run by Keras for itself; the first from what was stored."""
    inputs, first, hidden, memory = given(2, ends=0.3)
    assert first[0].any() and not first[0].all() and first[1:].sum() > 4
    found = unroll(tf.constant(inputs), first, hidden, memory, *weights(layer), 0)
    for b in range(BATCH):
        state = hidden[b : b + 1], memory[b : b + 1]
        borders = sorted({0, ROWS, *np.flatnonzero(first[:, b])})
        for start, end in zip(borders[:-1], borders[1:], strict=True):
            if first[start, b]:
                state = np.zeros((1, UNITS), np.float32), np.zeros((1, UNITS), np.float32)
            outputs, *state = by_keras(layer, inputs[start:end, b : b + 1], *state)
            np.testing.assert_allclose(found[0][start:end, b : b + 1], outputs, rtol=1e-4, atol=1e-5)
        close([part[b : b + 1] for part in found[1:]], state)


def gradients(layer, burn_in, rows):
    """Of the outputs of some rows: to inputs, stored state and kernels."""
    inputs, first, hidden, memory = map(tf.constant, given(3))
    sources = inputs, hidden, memory, *weights(layer)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs, *_ = unroll(inputs, first, hidden, memory, *weights(layer), burn_in)
        loss = tf.reduce_sum(tf.square(outputs[rows]))
    return tape.gradient(loss, sources, unconnected_gradients="zero")


def test_no_gradient_flows_into_the_burn_in(layer):
    """Rows behind it teach no input of it, nor the stored state; its own outputs teach nothing."""
    inputs, hidden, memory, *kernels = gradients(layer, 3, slice(3, None))
    assert not inputs.numpy()[:3].any() and not hidden.numpy().any() and not memory.numpy().any()
    assert (np.abs(inputs.numpy()[3:]).sum(axis=(1, 2)) > 0).all() and all(kernel.numpy().any() for kernel in kernels)
    assert not any(part.numpy().any() for part in gradients(layer, 3, slice(0, 3)))


def test_behind_the_burn_in_gradients_are_those_of_a_run_from_where_it_led(layer):
    """Kernels get what they would get from rows 3 … 6, begun from the state after row 2 as a constant."""
    inputs, first, hidden, memory = given(3)
    _, *state = unroll(tf.constant(inputs[:3]), first[:3], hidden, memory, *weights(layer), 0)
    with tf.GradientTape() as tape:
        tape.watch(weights(layer))
        outputs, _, _ = layer(inputs[3:].transpose(1, 0, 2), initial_state=state)
        loss = tf.reduce_sum(tf.square(outputs))
    expected = tape.gradient(loss, layer.cell.trainable_variables)
    close(gradients(layer, 3, slice(3, None))[3:], expected)


def test_burn_in_changes_gradients_alone(layer):
    inputs, first, hidden, memory = given(4, ends=0.2)
    for burn_in in (2, ROWS):
        close(
            unroll(tf.constant(inputs), first, hidden, memory, *weights(layer), burn_in),
            unroll(tf.constant(inputs), first, hidden, memory, *weights(layer), 0),
        )


@pytest.mark.parametrize("xla", [False, True])
def test_it_is_compiled_with_values_and_gradients_as_they_were(layer, xla):
    """In a graph as in Python, under XLA too: there the loop's gradient needs a bound, which the rows give."""
    inputs, first, hidden, memory = map(tf.constant, given(5, ends=0.2))

    def both(inputs, first, hidden, memory):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs, *state = unroll.current(inputs, first, hidden, memory, *weights(layer), 2)
            loss = tf.reduce_sum(tf.square(outputs))
        return outputs, *state, tape.gradient(loss, inputs)

    close(tf.function(both, jit_compile=xla)(inputs, first, hidden, memory), both(inputs, first, hidden, memory))


def test_a_graph_takes_any_length_and_number(layer):
    """Traced once with neither of them known."""
    shapes = (None, None, INPUTS), (None, None), (None, UNITS), (None, UNITS)
    kinds = [tf.TensorSpec(shape, bool if len(shape) == 2 and shape[1] is None else tf.float32) for shape in shapes]
    compiled = tf.function(lambda *parts: unroll.current(*parts, *weights(layer), 1), input_signature=kinds)
    for rows, batch in ((7, 5), (3, 2), (1, 1)):
        inputs, first, hidden, memory = given(6, ends=0.2)
        parts = inputs[:rows, :batch], first[:rows, :batch], hidden[:batch], memory[:batch]
        close(compiled(*parts), unroll(*map(tf.constant, parts), *weights(layer), 1))
    assert compiled.experimental_get_tracing_count() == 1
