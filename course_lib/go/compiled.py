"""Kernels: functions that Numba compiles, with learners' functions inside where some have been accepted.

A kernel calls other kernels, and exercises, by their names, like any Python function. It is compiled when it is first
called, for the versions of the exercises that are in use then. What contains nothing of a learner's is kept on disk,
so that the next start is quick.
"""

import functools
import hashlib
import os
import pathlib
import types

import numba
from numba import njit

from course_lib.workbook.exercise import Exercise


def _cache_by_content():
    """Keep compiled code under what it was made of: Numba itself looks only at the file that a function stands in."""
    folder = pathlib.Path(__file__).parent
    texts = (path.read_bytes() for path in sorted(folder.glob("*.py")))
    kernels = b"".join(text for text in texts if b"@Kernel" in text or b'context="numba"' in text or b"WALL =" in text)
    return str(folder / "__pycache__" / f"numba-{hashlib.sha256(kernels).hexdigest()[:16]}")


class Kernel:
    """A function to be compiled. Called, it runs compiled; `plain` is the same as ordinary Python.

    Attributes:
      plain: the Python function.
    """

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.plain = function
        self._compiled = {}

    def __call__(self, *args, **options):
        return self.compiled()(*args, **options)

    @functools.cached_property
    def exercises(self):
        """The exercises it uses, directly or in a kernel it calls, by name."""
        found = {}
        for name in self.plain.__code__.co_names:
            used = self.plain.__globals__.get(name)
            if isinstance(used, Exercise):
                found[used.name] = used
            elif isinstance(used, Kernel):
                found |= used.exercises
        return found

    def compiled(self):
        """Compile it for the versions of its exercises that are in use now; each combination once."""
        key = tuple(used.for_training for used in self.exercises.values())
        if key not in self._compiled:
            theirs = any(used.accepted is used.for_training for used in self.exercises.values())
            self._compiled[key] = njit(cache=not theirs, nogil=True, error_model="numpy")(self._bound())
        return self._compiled[key]

    def _bound(self):
        """The function with compiled functions behind the names it uses."""
        names = dict(self.plain.__globals__)
        for name in self.plain.__code__.co_names:
            used = names.get(name)
            if isinstance(used, Kernel):
                names[name] = used.compiled()
            elif isinstance(used, Exercise):
                names[name] = compiled_exercise(used)
        bound = types.FunctionType(self.plain.__code__, names, self.__name__, self.plain.__defaults__)
        bound.__qualname__, bound.__module__ = self.__qualname__, self.__module__
        return bound


_exercises = {}


def compiled_exercise(used):
    """The version of an exercise that is in use, compiled."""
    function = used.for_training
    if function not in _exercises:
        _exercises[function] = njit(cache=used.accepted is not function, error_model="numpy")(function)
    return _exercises[function]


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = _cache_by_content()
