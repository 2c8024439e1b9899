"""Claims: what a check asks of an answer, each with its points and the mistake it is there to name.

A claim is a function `test(answer, rng)`. It calls `answer(...)` with plain numbers and arrays, however and wherever
the learner's code really runs, and compares what comes back with something known independently of any code.
"""

import dataclasses
import importlib
from collections.abc import Callable, Mapping

import numpy as np

_claims = {}
_examples = {}


class ClaimFailed(AssertionError):
    """A claim does not hold; carries the likely mistake and, where there are any, the two values."""

    def __init__(self, likely, expected=None, got=None):
        super().__init__(likely)
        self.likely, self.expected, self.got = likely, expected, got


@dataclasses.dataclass(frozen=True)
class Claim:
    """One thing that a right answer does: a sentence for people, its points, and the test."""

    name: str
    sentence: str
    weight: int
    test: Callable


def claim(target, sentence, *, weight=1):
    """Register the decorated `test(answer, rng)` as a claim on the exercise `target`, in order of teaching value."""

    def register(test):
        _claims.setdefault(target.name, {})[test.__name__] = Claim(test.__name__, sentence, weight, test)
        return test

    return register


def example(target):
    """Register the decorated `inputs(rng)` as the source of realistic inputs for `target`.

    They are what the answer is compiled, differentiated and timed on, so give them the size of real use.
    """

    def register(inputs):
        _examples[target.name] = inputs
        return inputs

    return register


def claims_of(target):
    """The claims on an exercise, from the `checks` module beside it.

    Raises:
      LookupError: that module has no claim or no example for the exercise.
    """
    if target.name not in _claims:
        importlib.import_module(f"{target.package}.checks")
    if target.name not in _claims or target.name not in _examples:
        raise LookupError(f"{target.package}.checks needs an @example and at least one @claim for {target.name}.")
    return list(_claims[target.name].values())


def example_of(target, rng):
    """Example inputs of an exercise, as a tuple of positional arguments."""
    claims_of(target)
    return tuple(_examples[target.name](rng))


def expect(got, expected, *, likely="", mistakes: Mapping | None = None, tolerance=1e-6):
    """Hold `got` against `expected`: same structure, shapes and kinds of number, equal within `tolerance`.

    Args:
      got: what the answer returned.
      expected: a number, an array, or a tuple or dict of these.
      likely: the sentence to show when nothing more precise is known.
      mistakes: sentence -> the value which that mistake leads to; the first that matches `got` is shown.
      tolerance: absolute, and relative to `expected`.

    Raises:
      ClaimFailed: they differ.
    """
    problem = difference(got, expected, tolerance)
    if problem is None:
        return
    for sentence, value in (mistakes or {}).items():
        if difference(got, value, tolerance) is None:
            raise ClaimFailed(sentence, expected, got)
    raise ClaimFailed(problem or likely, expected, got)


def require(condition, likely, *, expected=None, got=None):
    """Raise `ClaimFailed(likely)` unless the condition holds."""
    if not condition:
        raise ClaimFailed(likely, expected, got)


def difference(got, expected, tolerance):
    """None where two values agree, a sentence where their form differs, "" where only their numbers do."""
    if got is None:
        return "It returned nothing: is the `return` missing?"
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return f"It should return a dict with the keys {sorted(expected)}."
        return _first_difference([(got[key], expected[key]) for key in expected], tolerance)
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return f"It should return {len(expected)} values, in the order of its docstring."
        return _first_difference(zip(got, expected, strict=True), tolerance)
    return _array_difference(got, np.asarray(expected), tolerance)


def _first_difference(pairs, tolerance):
    problems = (difference(got, expected, tolerance) for got, expected in pairs)
    return next((problem for problem in problems if problem is not None), None)


def _array_difference(got, expected, tolerance):
    try:
        got = np.asarray(got)
    except ValueError:
        return "What it returned is no array: its rows have different lengths."
    if got.dtype.kind not in "biuf":
        kind = getattr(got.item(), "kind", type(got.item()).__name__) if got.ndim == 0 else got.dtype
        return f"It returned {kind}, not numbers."
    if got.shape != expected.shape:
        return f"Its shape is {got.shape}, expected {expected.shape}."
    if expected.dtype.kind in "iu" and got.dtype.kind not in "iu":
        return f"It returned {got.dtype} where whole numbers (indices) are expected."
    if (expected.dtype.kind == "b") != (got.dtype.kind == "b"):
        return f"It returned {got.dtype} where {expected.dtype} is expected."
    if np.isnan(got).any() and not np.isnan(expected).any():
        return "There is nan in what it returned: a division by zero, or infinity minus infinity?"
    same = (
        np.allclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
        if got.dtype.kind != "b"
        else (got == expected).all()
    )
    return None if same else ""
