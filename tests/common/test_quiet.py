"""TensorFlow is silent on file descriptor 2, in a program and in a notebook, and speaks when it fails."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib import ROOT
from course_lib.common import notebooks, quiet

EVERYTHING = """
import numpy as np
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf

assert float(tf.constant(1.0) + 1) == 2
assert tf.function(lambda x: x * x)(tf.constant(3.0)) == 9
assert tf.function(lambda x: tf.sin(x) * x, jit_compile=True)(tf.constant(0.0)) == 0
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
model.compile("adam", "mse", jit_compile=True)
_ = model.fit(np.zeros((64, 4)), np.zeros((64, 3)), verbose=0)
"""


def run(program, **variables):
    """Run a Python program in a fresh process with none of this test's TensorFlow settings."""
    ours = ("TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=clean | variables, capture_output=True, text=True, check=False
    )


def test_a_program_is_silent():
    """Import, eager, graph, XLA and Keras training: not one line, on either stream."""
    done = run(EVERYTHING)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_a_notebook_shows_nothing(tmp_path):
    """A kernel's `sys.stderr` is not descriptor 2; what lands on the latter would show in red."""
    metadata = {"course": {"budget_seconds": 60}}
    nbformat.write(new_notebook(cells=[new_code_cell(EVERYTHING)], metadata=metadata), tmp_path / "quiet.ipynb")
    done = notebooks.execute(tmp_path / "quiet.ipynb")
    assert (done.error, done.notebook.cells[0].outputs) == ("", [])


def stand_in(folder, then=""):
    """A package named tensorflow that writes to descriptor 2 as the real one does, in no time."""
    (folder / "tensorflow.py").write_text(f"import os\nos.write(2, b'no such processor')\n{then}\n")
    return {"PYTHONPATH": str(folder)}


def test_only_the_import_is_silenced(tmp_path):
    """A warning of the learner's own code comes through, and so does a later C-level line."""
    program = "from course_lib.common.quiet import tensorflow\nimport os, warnings\n"
    done = run(program + "warnings.warn('genuine')\nos.write(2, b'from C')", **stand_in(tmp_path))
    assert "genuine" in done.stderr
    assert "from C" in done.stderr
    assert "processor" not in done.stderr


def test_log_level_0_shows_everything(tmp_path):
    """For whoever wants to know."""
    done = run("from course_lib.common.quiet import tensorflow", TF_CPP_MIN_LOG_LEVEL="0", **stand_in(tmp_path))
    assert done.stderr == "no such processor"


def test_a_failing_import_tells_what_was_swallowed(tmp_path):
    """Whoever has a broken TensorFlow needs its complaint."""
    done = run("from course_lib.common.quiet import tensorflow", **stand_in(tmp_path, "raise OSError('broken')"))
    assert done.returncode == 1
    assert "OSError: broken" in done.stderr
    assert "no such processor" in done.stderr
    assert "course.py setup" in done.stderr


def test_keras_runs_on_tensorflow_whatever_the_learner_has_configured():
    """A KERAS_BACKEND in the shell belongs to another project."""
    program = "from course_lib.common import quiet\nimport os\nprint(os.environ['KERAS_BACKEND'])"
    assert run(program, KERAS_BACKEND="torch").stdout.strip() == "tensorflow"


def test_other_names_are_refused():
    """A spelling mistake says what there is."""
    with pytest.raises(AttributeError, match="tensorflow, keras, tensorflow_probability"):
        quiet.tensorflw  # noqa: B018
