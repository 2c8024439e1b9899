"""Memory: an LSTM along sequences that hold several episodes."""

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


def lstm_step(inputs, hidden, memory, kernel, recurrent_kernel, bias):
    """Take one step of an LSTM: c' = f c + i tanh(g), h' = o tanh(c'), the gates in the order i, f, g, o.

    Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; weights as in `keras.layers.LSTMCell`.

    Args:
      inputs: [B, I].
      hidden, memory: h and c, [B, H].
      kernel, recurrent_kernel, bias: [I, 4H], [H, 4H], [4H].

    Returns:
      h' and c', [B, H] each.
    """
    return through_gates(tf.matmul(inputs, kernel) + bias + tf.matmul(hidden, recurrent_kernel), memory)


def through_gates(gates, memory):
    """c' = f c + i tanh(g) and h' = o tanh(c') of what flows into the gates, [B, 4H] and [B, H]; returns (h', c')."""
    let_in, keep, new, let_out = tf.split(gates, 4, axis=-1)
    memory = tf.sigmoid(keep) * memory + tf.sigmoid(let_in) * tf.tanh(new)
    return tf.sigmoid(let_out) * tf.tanh(memory), memory


@exercise(context="tensorflow", xla=True, gradient=("inputs", "kernel", "recurrent_kernel", "bias"))
def unroll(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    """Run an LSTM along a sequence, from the state that was stored with it.

    Where a row is the first of an episode, it begins from h = c = 0. The first `burn_in` rows only bring the stored state
    up to date with today's weights: no gradient flows into them.

    Source: Kapturowski et al. 2019, section 3.

    Args:
      inputs: [T, B, I].
      first: whether a row is the first of its episode, bool [T, B].
      hidden, memory: h and c as they were stored, before the first row, [B, H].
      kernel, recurrent_kernel, bias: of the LSTM, as for `lstm_step`.
      burn_in: rows that only warm the state up, an int.

    Returns:
      (h of every row [T, B, H], h and c after the last row, [B, H] each).
    """
    shown = tf.tensordot(inputs, kernel, 1) + bias  # of all rows in one product
    outputs = tf.TensorArray(inputs.dtype, tf.shape(inputs)[0], element_shape=hidden.shape)
    rows = inputs.shape[0]
    for row in (
        tf.range(tf.shape(inputs)[0]) if rows is None else range(rows)
    ):  # a known number of rows is twice as fast
        begins = first[row][:, None]
        hidden = tf.where(begins, tf.zeros_like(hidden), hidden)
        memory = tf.where(begins, tf.zeros_like(memory), memory)
        hidden, memory = through_gates(shown[row] + tf.matmul(hidden, recurrent_kernel), memory)
        if row < burn_in:
            hidden, memory = tf.stop_gradient(hidden), tf.stop_gradient(memory)
        outputs = outputs.write(row, hidden)
    return tf.ensure_shape(outputs.stack(), inputs.shape[:1] + hidden.shape), hidden, memory
