"""The ways in which the library runs an answer: plain, in a TensorFlow graph, under XLA, differentiated, by Numba.

`execute` takes numbers and returns numbers whatever the mode, so that a claim need not know which it is, and so that
the same call can be made in another process.
"""

import copy

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
        return tuple(plain(item) for item in value)
    return value.numpy() if hasattr(value, "numpy") else value


def _tensorflow(target, function, mode, args, dtype="float32"):
    import tensorflow as tf

    def tensor(leaf):
        if not isinstance(leaf, np.ndarray | np.generic):
            return leaf  # a Python number stays a constant of the graph
        return tf.constant(leaf, dtype if leaf.dtype.kind == "f" else None)

    args = tf.nest.map_structure(tensor, args)
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

    unknown = [tf.TensorSpec([None] * leaf.shape.rank, leaf.dtype) for leaf in varying]
    compiled = tf.function(on_tensors, input_signature=unknown, jit_compile=mode == "xla")
    return plain(compiled(*varying))


def _gradients(target, function, args):
    """Gradients of a fixed mixture of the outputs with respect to the parameters that the exercise names."""
    import tensorflow as tf

    watched = [args[position] for _, position in differentiated(target)]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        mixed = mixture(function(*args), tf.nest.flatten, tf.reduce_sum, tf.convert_to_tensor)
    return tuple(plain(gradient) for gradient in tape.gradient(mixed, watched))


def mixture(outputs, flatten, total, convert):
    """A weighted sum of all floating outputs: one number whose gradient shows every output's."""
    mixed = 0.0
    for leaf in map(convert, flatten(outputs)):
        if np.dtype(str(getattr(leaf.dtype, "name", leaf.dtype))).kind == "f":
            weights = np.cos(np.arange(int(np.prod(leaf.shape)))).reshape(leaf.shape)
            mixed += total(leaf * weights.astype(leaf.dtype.name))
    return mixed


def differentiated(target):
    """(name, position) of the parameters whose gradient is asked for, those that must get none last."""
    return [(name, target.parameters.index(name)) for name in target.gradient + target.stopped]


def reference_gradients(target, args):
    """Central differences of the library's function in float64, zeros where the gradient must be stopped."""

    def value(shifted):
        outputs = _tensorflow(target, target.reference, "plain", shifted, dtype="float64")
        return mixture(outputs, lambda nest: nest if isinstance(nest, tuple) else (nest,), np.sum, np.asarray)

    gradients = [np.zeros_like(args[position]) for _, position in differentiated(target)]
    for gradient, (name, position) in zip(gradients, differentiated(target), strict=True):
        for index in np.ndindex(gradient.shape) if name in target.gradient else ():
            ahead, behind = copy.deepcopy(args), copy.deepcopy(args)
            ahead[position][index] += 1e-5
            behind[position][index] -= 1e-5
            gradient[index] = (value(ahead) - value(behind)) / 2e-5
    return tuple(gradients)


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
    ("NoneType' object cannot be interpreted", "Lengths are unknown in the graph: use tf.shape(x)[0], not x.shape[0]."),
    ("out of scope", "A tensor made inside a loop or function is used outside it: return it instead of storing it."),
    (
        "Untyped global name",
        "Numba cannot call a plain Python function: write it inside, or decorate it with numba.njit.",
    ),
    ("unsupported NumPy function", "Numba does not know this NumPy function: write the loop instead, it is as fast."),
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
    return f"{type(error).__name__}: {line[:200]}"
