"""The Exercise object itself: named, picklable, inspectable."""

import inspect
import pickle

import numpy as np
import pytest

from course_lib.workbook import check, exercise, exercises, fill


def test_name_signature_and_docstring_are_the_functions_own(toy):
    assert toy.rescale.name == "toy_course.rescale"
    assert list(inspect.signature(toy.rescale).parameters) == ["values", "factor"]
    assert inspect.getdoc(toy.rescale).startswith("values [N]")
    assert "toy_course.rescale" in exercises()
    assert repr(toy.rescale) == "<Exercise toy_course.rescale: the library>"


def test_pickles_as_its_name(toy):
    assert pickle.loads(pickle.dumps(toy.rescale)) is toy.rescale
    assert b"multiply" not in pickle.dumps(toy.rescale) and len(pickle.dumps(toy.rescale)) < 100


def test_current_is_a_named_function_for_models_to_hold(toy):
    assert inspect.isfunction(toy.rescale.current) and toy.rescale.current.__name__ == "rescale"


def test_an_unknown_context_is_refused():
    with pytest.raises(ValueError, match='"numpy", "tensorflow" or "numba"'):
        exercise(context="torch")


def test_a_keras_model_made_after_filling_in_runs_on_the_answer_and_survives_saving(toy, tmp_path):
    """A model holds a named function, so that it is saved and loaded like any other."""
    from course_lib.common.quiet import keras
    from course_lib.common.quiet import tensorflow as tf

    @keras.saving.register_keras_serializable("toy_course")
    class Returns(keras.layers.Layer):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.function = toy.backward_returns.current  # when it is built, never at import

        def call(self, rewards):
            return self.function(rewards, 0.5, tf.constant(0.0))

    def build():
        return keras.Sequential([keras.Input(batch_shape=(3,)), Returns()])

    calls = []

    def backward_returns(rewards, discount, bootstrap):
        calls.append("mine")
        powers = discount ** tf.range(tf.shape(rewards)[0], dtype=rewards.dtype)
        return (
            tf.cumsum((rewards * powers)[::-1])[::-1] / powers + discount * tf.stop_gradient(bootstrap) * powers[::-1]
        )

    before = build()
    fill(toy.backward_returns)(backward_returns)
    assert check(toy.backward_returns).status == "accepted"
    calls.clear()
    before(tf.ones(3))
    assert not calls  # what was built before keeps the old version
    after = build()
    assert calls and np.allclose(after(tf.ones(3)), [1.75, 1.5, 1.0])
    after.save(tmp_path / "model.keras")
    assert np.allclose(keras.models.load_model(tmp_path / "model.keras")(tf.ones(3)), [1.75, 1.5, 1.0])
