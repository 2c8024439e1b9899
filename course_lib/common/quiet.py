"""TensorFlow and Keras without the noise: `from course_lib.common.quiet import keras, tensorflow as tf`.

TensorFlow writes C-level lines to file descriptor 2 while it is imported, whatever its log level says, and a
notebook shows them in red. So the first import of these packages happens here, with that descriptor turned to a
file; what it caught is shown only if the import fails. Set TF_CPP_MIN_LOG_LEVEL=0 to see everything.
"""

import contextlib
import importlib
import os
import sys
import tempfile

PACKAGES = ("tensorflow", "keras", "tensorflow_probability")
NVIDIA = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg")  # the last one is a GPU seen through WSL


def _settle_environment():
    """Set what TensorFlow and Keras read once, when they are first imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"  # a learner's ~/.keras/keras.json may name another one
    if not any(map(os.path.exists, NVIDIA)):
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # else it complains that there is no driver


@contextlib.contextmanager
def _stderr_into(sink):
    """Turn file descriptor 2 to an open file; `sys.stderr` of a notebook is another thing and stays."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # a program without a console has no descriptor 2: nothing to silence
        yield
        return
    os.dup2(sink.fileno(), 2)
    try:
        yield
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def _import_quietly(name):
    with tempfile.TemporaryFile() as sink:
        try:
            with _stderr_into(sink):
                return importlib.import_module(name)
        except Exception as error:
            sink.seek(0)
            said = sink.read().decode(errors="replace").strip() or "(nothing)"
            raise ImportError(
                f"{name} could not be imported: {type(error).__name__}: {error}\n"
                f"The cure is mostly `python3 course.py setup`. What it printed:\n{said}"
            ) from error


def __getattr__(name):
    """Import one of PACKAGES when it is first asked for, so that importing this module costs nothing."""
    if name not in PACKAGES:
        raise AttributeError(f"{__name__} has no {name!r}: it imports {', '.join(PACKAGES)}.")
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0" or name in sys.modules:
        return importlib.import_module(name)
    return _import_quietly(name)


_settle_environment()
