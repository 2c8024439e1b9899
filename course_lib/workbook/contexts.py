"""The ways in which the library runs an answer: plain, in a TensorFlow graph, under XLA, differentiated, by Numba.

`execute` takes numbers and returns numbers whatever the mode, so that a claim need not know which it is, and so that
the same call can be made in another process.
"""

import contextlib
import itertools
import unittest.mock

import numpy as np

SECONDS_TO_COMPILE = 60.0


def modes(target):
    """The compiled modes in which an exercise's answer has to work, in the order in which they are tried."""
    if target.context == "numba":
        return ["numba"]
    if target.context == "tensorflow":
        return ["graph"] + ["xla"] * target.xla + ["gradient"] * bool(target.gradient or target.stopped)
    return []


def execute(target, function, mode, args):
    """Run `function` on plain arguments in one mode of the exercise `target` and return plain results."""
    if target.context == "tensorflow":
        return _tensorflow(target, function, mode, args)
    if mode == "numba":
        import numba

        return plain(numba.njit(function)(*args))
    return plain(function(*args))


def plain(value):
    """Tensors to arrays, within tuples, lists and dicts; everything else unchanged."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        items = tuple(map(plain, value))
        return type(value)(*items) if hasattr(value, "_fields") else items
    return value.numpy() if hasattr(value, "numpy") else value


def _tensors(args, dtype):
    """Arrays to tensors; a Python number stays what it is, a constant of the graph."""
    import tensorflow as tf

    def tensor(leaf):
        if not isinstance(leaf, np.ndarray | np.generic):
            return leaf
        return tf.constant(leaf, dtype if leaf.dtype.kind == "f" else None)

    return tf.nest.map_structure(tensor, args)


def _tensorflow(target, function, mode, args):
    import tensorflow as tf

    tf.get_logger().addFilter(_short)
    args = _tensors(args, "float32")
    if mode == "plain":
        return plain(function(*args))
    if mode == "gradient":
        return _gradients(target, function, args)
    leaves = tf.nest.flatten(args)
    varying = [leaf for leaf in leaves if tf.is_tensor(leaf)]

    def on_tensors(*tensors):
        remaining = iter(tensors)
        merged = [next(remaining) if tf.is_tensor(leaf) else leaf for leaf in leaves]
        return function(*tf.nest.pack_sequence_as(args, merged))

    unknown = [tf.TensorSpec(_partly_known(leaf.shape), leaf.dtype) for leaf in varying]
    compiled = tf.function(on_tensors, input_signature=unknown, jit_compile=mode == "xla")
    # Called as a function it would warn, after a few checks, of being traced too often: each check makes a new one.
    result = plain(compiled.get_concrete_function()(*varying))
    if mode == "xla" and target.gradient:
        _try_gradient_under_xla(on_tensors, varying)
    return result


def _short(record):
    """Of a `TensorArray.write` whose result is dropped TensorFlow prints pages, long after; the check says it in a line."""
    return "Object was never used" not in record.getMessage()


def _partly_known(shape):
    """Of several axes the last one, features or actions, is known in the library, too; lengths and batches are not."""
    return [None] * (shape.rank - 1) + list(shape[-1:]) if shape.rank > 1 else [None] * shape.rank


def _try_gradient_under_xla(function, tensors):
    """Compile the gradient as a training step does, with known shapes: loops without a known end have none there."""
    import tensorflow as tf

    def gradients(*given):
        floating = [tensor for tensor in given if tensor.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(floating)
            outputs = [tf.convert_to_tensor(output) for output in tf.nest.flatten(function(*given))]
        return tape.gradient([output for output in outputs if output.dtype.is_floating], floating)

    tf.function(gradients, jit_compile=True).get_concrete_function(*tensors)(*tensors)


def _gradients(target, function, args):
    """Gradients of a fixed mixture of the outputs, an entry for each of `differentiated`; None where none arrives."""
    import tensorflow as tf

    watched = [tf.nest.flatten(args[position])[number] for _, position, number in differentiated(target, args)]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        mixed = _mixture(function(*args))
    gradients = tape.gradient(mixed, watched)
    return tuple(None if gradient is None else tf.convert_to_tensor(gradient).numpy() for gradient in gradients)


def _mixture(outputs):
    """A weighted sum of all floating outputs: one number whose gradient shows every output's."""
    import tensorflow as tf

    mixed = tf.constant(0.0, tf.float64)
    for leaf in map(tf.convert_to_tensor, tf.nest.flatten(outputs)):
        if leaf.dtype.is_floating:
            weights = np.cos(np.arange(leaf.shape.num_elements())).reshape(leaf.shape)
            mixed += tf.reduce_sum(tf.cast(leaf, tf.float64) * weights)
    return mixed


def differentiated(target, args):
    """(name, position, leaf) of each floating array of the parameters whose gradient is asked for or must be stopped."""
    import tensorflow as tf

    found = []
    for name in target.gradient + target.stopped:
        position = target.parameters.index(name)
        leaves = tf.nest.flatten(args[position])
        found += [(name, position, number) for number, leaf in enumerate(leaves) if np.asarray(leaf).dtype.kind == "f"]
    return found


def reference_gradients(target, args):
    """Central differences of the library's function in float64, zeros where the gradient must be stopped.

    What the function itself puts into `tf.stop_gradient` is held where it was, as a gradient holds it.
    """
    import tensorflow as tf

    leaves = tf.nest.flatten(_tensors(args, "float64"))
    before = [len(tf.nest.flatten(args[:position])) for position in range(len(args))]
    places = [place for place, leaf in enumerate(leaves) if tf.is_tensor(leaf)]
    held = _Held()

    def mixed(*tensors):
        given = dict(zip(places, tensors, strict=True))
        merged = [given.get(place, leaf) for place, leaf in enumerate(leaves)]
        with held.again():
            return _mixture(target.reference(*tf.nest.pack_sequence_as(args, merged)))

    start = [leaves[place] for place in places]
    mixed(*start)  # eagerly: notes what is stopped
    compiled = tf.function(mixed).get_concrete_function(*start)  # every entry is moved twice: that has to be quick

    def value(place, index, step):
        shifted = np.array(leaves[place])
        shifted[index] += step
        return float(compiled(*(tf.constant(shifted) if other == place else leaves[other] for other in places)))

    gradients = []
    for name, position, number in differentiated(target, args):
        place = before[position] + number
        gradient = np.zeros(np.shape(leaves[place]))
        for index in np.ndindex(gradient.shape) if name in target.gradient else ():
            gradient[index] = (value(place, index, 1e-5) - value(place, index, -1e-5)) / 2e-5
        gradients.append(gradient)
    return gradients


class _Held:
    """Stands in for `tf.stop_gradient`: what its calls returned the first time, they return every time after it."""

    def __init__(self):
        self.kept = []

    @contextlib.contextmanager
    def again(self):
        import tensorflow as tf

        calls = itertools.count()

        def stop_gradient(tensor, name=None):
            number = next(calls)
            if number == len(self.kept):
                self.kept.append(tf.convert_to_tensor(tensor))
            return self.kept[number]

        with unittest.mock.patch.object(tf, "stop_gradient", stop_gradient):
            yield


_COMPLAINTS = (  # what a compiler says -> what a learner can do about it
    ("to a numpy array", "NumPy cannot run inside a graph: use the tf function of the same name."),
    ("has no attribute 'numpy'", ".numpy() works only eagerly: stay with tensors."),
    (
        "Using a symbolic `tf.Tensor` as a Python `bool`",
        "A Python `if` or `while` on a tensor: use tf.where or tf.cond.",
    ),
    (
        "Iterating over a symbolic `tf.Tensor`",
        "A Python loop over a tensor of unknown length: use tf.scan or tf.while_loop.",
    ),
    ("len is not well defined for a symbolic", "Lengths are unknown in the graph: use tf.shape(x)[0], not len(x)."),
    ("'NoneType' and 'int'", "Lengths are unknown in the graph: use tf.shape(x)[0], not x.shape[0]."),
    ("'int' and 'NoneType'", "Lengths are unknown in the graph: use tf.shape(x)[0], not x.shape[0]."),
    (
        "requires a fixed tensor list size",
        "Compiled for training, a loop needs a known end: `for k in tf.range(…)` or tf.scan, not `while`.",
    ),
    (
        "before the loop",
        "A variable changes its shape in the loop: start with tf.ones_like or tf.zeros_like of one step.",
    ),
    ("Incompatible shape for value", "A scan or loop has to start with the shape of one step, such as values[-1]."),
    ("None values not supported", "Lengths are unknown in the graph: use tf.shape(x)[0], not x.shape[0]."),
    (
        "support item assignment",
        "A tensor does not support item assignment: make the rows, then tf.stack or tf.concat.",
    ),
    ("must have the same dtype", "A whole number meets a float: tf.cast(x, y.dtype) makes them alike."),
    ("NoneType' object cannot be interpreted", "Lengths are unknown in the graph: use tf.shape(x)[0], not x.shape[0]."),
    ("out of scope", "A tensor made inside a loop or function is used outside it: return it instead of storing it."),
    (
        "Untyped global name",
        "Numba cannot call a plain Python function: write it inside, or decorate it with numba.njit.",
    ),
    ("unsupported NumPy function", "Numba does not know this NumPy function: write the loop instead, it is as fast."),
    (
        "Can't unify return type",
        "It returns different types on different ways out (float32 here, float64 there?): Numba wants one type.",
    ),
    ("Cannot unify", "A variable changes its type on the way (an int that becomes a float?): Numba wants one type."),
)
_NUMBA = "Numba cannot compile this: keep to numbers, arrays, tuples, loops and NumPy's basic functions."


def translated(error):
    """The compiler's complaint as advice, or its own first line where we have none."""
    text = str(error)
    for complaint, advice in _COMPLAINTS:
        if complaint in text:
            return advice
    if type(error).__module__.startswith("numba"):
        return _NUMBA
    lines = text.strip().splitlines() or ["no message"]
    line = lines[-1].strip() if lines[0].startswith("in user code") else lines[0]  # AutoGraph puts a traceback first
    name = type(error).__name__
    return line[:200] if line.startswith(f"{name}:") else f"{name}: {line[:200]}"
