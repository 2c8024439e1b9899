"""An exercise: a library function that a learner may supply.

Called, it runs the learner's version once one has been accepted, else the library's own.
"""

import functools
import inspect
import threading

from .stopped import running_cell

_registry = {}
_checking = threading.local()  # .names: exercises whose candidate this thread is running for a check
_sealed = set()  # exercises that this whole process must not answer itself: see `Exercise.seal`


class UsesLibraryAnswer(Exception):
    """A candidate reached for the library's answer while it was being checked."""


class Exercise:
    """A function of the library together with the learner's version of it.

    Attributes:
      name: package and function, for instance "predictron.lambda_preturn".
      parameters: the names of its parameters.
      accepted: the learner's function once it has passed its check, else None.
      candidate: what was last handed in with `fill` and not yet accepted, else None.
      handed_in: the number of the notebook cell that last handed in or accepted a version; 0 where there was none.
      slowdown: CPU time of the accepted version over that of the library's own, or 1.
    """

    def __init__(self, reference, *, context, xla=False, gradient=(), stopped=(), seconds=5.0, slow=10.0):
        for attribute in functools.WRAPPER_ASSIGNMENTS:  # its name, module and docstring; __wrapped__ is guarded below
            setattr(self, attribute, getattr(reference, attribute, None))
        self._reference = reference
        self.parameters = tuple(inspect.signature(reference).parameters)
        self.context, self.xla = context, xla
        self.gradient, self.stopped = tuple(gradient), tuple(stopped)
        self.seconds, self.slow = seconds, slow
        package = reference.__module__.rpartition(".")[0] or reference.__module__
        self.package = package
        self.name = f"{package.rpartition('.')[2]}.{reference.__name__}"
        self.handed_in = 0
        self.reset()

    def __call__(self, *args, **kwargs):
        self._guard()
        return self.current(*args, **kwargs)

    @property
    def reference(self):
        """The library's own function. Out of reach for a candidate that is being checked."""
        self._guard()
        return self._reference

    __wrapped__ = reference  # so that inspect and help() see the reference's signature

    @property
    def current(self):
        """The plain function in use now: give this one to compilers and to Keras models."""
        self._guard()
        return self.accepted or self._reference

    @property
    def for_training(self):
        """Like `current`, but the library's own where the learner's version is right and slow."""
        self._guard()
        return self._reference if self.slowdown > self.slow else self.current

    def accept(self, function, slowdown=1.0):
        """Let the library run on `function` from now on."""
        self.accepted, self.candidate, self.slowdown = function, None, slowdown
        self.handed_in = running_cell()

    def reset(self):
        """Forget the learner's version."""
        self.accepted, self.candidate, self.slowdown = None, None, 1.0

    def seal(self):
        """Put the library's answer out of reach for good: in a process that runs nothing but a learner's."""

        self._reference = None
        _sealed.add(self.name)

    def _guard(self):
        if self.name in out_of_reach():
            raise UsesLibraryAnswer(self.name)

    def __reduce__(self):
        return self.__qualname__  # pickled as its name, like any function

    def __repr__(self):
        return f"<Exercise {self.name}: {'yours' if self.accepted else 'the library'}>"


def exercise(*, context, **options):
    """Mark a library function as one that learners supply.

    Args:
      context: the arrays it is given: "numpy", "tensorflow" or "numba".
      **options: `xla` (the library runs it under XLA), `gradient` and `stopped` (names of the parameters
        whose gradient is used, and of those that must get none), `seconds` (limit of one plain call),
        `slow` (the factor over the reference from which training uses the library's own version).

    Returns:
      A decorator that turns the function into an `Exercise`.

    Raises:
      ValueError: the context is not one of the three.
    """
    if context not in ("numpy", "tensorflow", "numba"):
        raise ValueError(f'context={context!r} is not known: use "numpy", "tensorflow" or "numba".')

    def mark(function):
        made = Exercise(function, context=context, **options)
        _registry[made.name] = made
        return made

    return mark


def exercises():
    """All exercises of the modules imported so far, by name."""
    return dict(sorted(_registry.items()))


def named(text):
    """The exercise that `wing.function` names; `function` alone does where there is only one of that name.

    None where there is none, or more than one.
    """
    ending = "." + ".".join(text.split(".")[-2:])
    found = [exercise for name, exercise in exercises().items() if f".{name}".endswith(ending)]
    return found[0] if len(found) == 1 else None


def also_computes(*targets):
    """Mark a library function that already computes an exercise, so that no answer can be made of it."""
    names = {target.name for target in targets}

    def mark(function):
        @functools.wraps(function)
        def guarded(*args, **kwargs):
            if reached := names.intersection(out_of_reach()):
                raise UsesLibraryAnswer(f"{function.__name__} computes {min(reached)}")
            return function(*args, **kwargs)

        return guarded

    return mark


def out_of_reach():
    """The names of the exercises whose answer by the library may not be used here and now."""
    return {*getattr(_checking, "names", ()), *_sealed}


class under_check:
    """A context in which the library's answer to `exercise` is out of reach, in this thread only."""

    def __init__(self, target):
        self.name = target.name

    def __enter__(self):
        self.before = getattr(_checking, "names", ())
        _checking.names = (*self.before, self.name)

    def __exit__(self, *_):
        _checking.names = self.before


def fill(target):
    """Hand in a function as the answer to an exercise; `check(target)` then decides.

    Refilling takes the earlier version out of use: the library falls back to its own until the next check.

    Returns:
      A decorator that returns the learner's function unchanged.
    """
    if not isinstance(target, Exercise):
        raise TypeError(
            f"fill() takes an exercise of the library, not {target!r}. Write for instance @fill(mdp.action_values)."
        )

    def hand_in(function):
        if isinstance(function, Exercise) or not callable(function) or function is target._reference:
            raise TypeError(f"@fill({target.name}) goes above a function of your own.")
        target.reset()
        target.candidate, target.handed_in = function, running_cell()
        return function

    return hand_in
