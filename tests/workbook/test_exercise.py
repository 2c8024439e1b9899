"""The Exercise object itself: named, picklable, inspectable."""

import inspect
import pickle

import pytest

from course_lib.workbook import exercise, exercises


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
