"""An answer: a learner's function as the claims see it, plain numbers in and out, and what can become of a call."""

import copy
import dis
import inspect
import pickle
import traceback

from . import contexts
from .claims import require
from .exercise import UsesLibraryAnswer, under_check
from .limits import TimedOut, limited

STILL_BLANK = "Still blank: write your answer in the cell above and run it."


class Blank(Exception):
    """There is no answer yet."""


class Crashed(Exception):
    """The answer stopped with an error; the text says which, as advice where there is some, and in which line."""


class Answer:
    """A candidate as the claims see it: plain numbers in and out, timed, its inputs watched.

    Where it runs is its own business: a subclass that overrides `ready` and `attempt` may do so in another process.
    """

    def __init__(self, target, function=None):
        self.target, self.function = target, function
        self.inputs, self.mutated = None, set()
        self.names = target.parameters

    def __call__(self, *args):
        return self.run("plain", args)

    def run(self, mode, args):
        """Run the candidate on a copy of `args` in one of the modes of `contexts`; raises what `attempt` does."""
        self.inputs = dict(zip(self.names, args, strict=False))
        got, mutated = self.attempt(mode, args)
        self.mutated |= set(mutated)
        return got

    def ready(self):
        """Raise `Blank` or `ClaimFailed` where there is nothing that could be called."""
        if self.function is None:
            raise Blank("Nothing is handed in yet: run the cell with @fill above, then this one again.")
        if _does_nothing(self.function):
            raise Blank(STILL_BLANK)
        _expect_parameters(self)

    def attempt(self, mode, args):
        """Call the candidate once.

        Returns:
          What it returned, and the names of the inputs that it changed.

        Raises:
          Blank, Crashed, UsesLibraryAnswer, TimedOut: it did not return.
        """
        given = copy.deepcopy(args)
        before = [pickle.dumps(value) for value in given]

        def call():
            with under_check(self.target):
                return contexts.execute(self.target, self.function, mode, given)

        try:
            got = limited(call, seconds_allowed(self.target, mode))
        except (TimedOut, UsesLibraryAnswer):
            raise
        except BaseException as error:  # also SystemExit of a learner
            raise _explained(error, self.function) from error
        after = [pickle.dumps(value) for value in given]
        changed = zip(self.names, before, after, strict=False)
        return got, [name for name, then, now in changed if then != now]


def seconds_allowed(target, mode):
    """The time limit of one call of an answer."""
    return target.seconds if mode == "plain" else contexts.SECONDS_TO_COMPILE


def _explained(error, function):
    """An error of the learner's code as `Blank` or `Crashed`; raises it anew where it is the stop button's."""
    frames, innermost = _frames(error, function)
    if isinstance(error, NotImplementedError) and (innermost or "your code here" in str(error)):
        return Blank(STILL_BLANK)
    if isinstance(error, KeyboardInterrupt) and not frames:
        raise error  # the person in front of the notebook pressed stop
    return Crashed(contexts.translated(error) + _place(frames))


def _expect_parameters(answer):
    """The library may name the arguments in a call, so an answer keeps the parameters of the blank."""
    given = [f"`{name}`" for name in inspect.signature(answer.function).parameters]
    wanted = [f"`{name}`" for name in answer.names]
    require(
        given == wanted,
        f"Its parameters are {', '.join(given) or 'none'}: keep those of the blank, {', '.join(wanted)}.",
    )


def _frames(error, function):
    """The frames of an error that lie in the learner's cell, and whether the innermost frame of all does."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if frame.filename == file], bool(frames) and frames[-1].filename == file


def _place(frames):
    """ "In your line `…`", or nothing where the error did not pass through the learner's code."""
    return f"\nIn your line: {frames[-1].line}" if frames and frames[-1].line else ""


def _does_nothing(function):
    """Whether a function is only a docstring, `pass` or `...`."""
    if not hasattr(function, "__code__"):
        return False
    steps = [step for step in dis.get_instructions(function) if step.opname not in ("RESUME", "NOP", "CACHE")]
    return steps[0].opname in ("LOAD_CONST", "RETURN_CONST") and steps[0].argval is None and len(steps) <= 2
