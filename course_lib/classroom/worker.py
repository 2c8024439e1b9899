"""The process in which one cell of a student runs: told inputs, never what is expected, and not trusted.

It reads requests from its standard input (pickles that only the grader can write, who is trusted) and writes replies (JSON, see `wire`) to
what was its standard output. Student code gets neither: it reads nothing and prints into nowhere.
"""

import ast
import builtins
import contextlib
import copy
import importlib
import linecache
import os
import pickle
import sys
import time
import types

from course_lib import workbook
from course_lib.classroom import wire
from course_lib.workbook.answer import Answer, Blank, Crashed
from course_lib.workbook.claims import ClaimFailed
from course_lib.workbook.contexts import translated
from course_lib.workbook.exercise import UsesLibraryAnswer, exercises
from course_lib.workbook.limits import TimedOut, limited

OPEN_FILES, FILE_BYTES = 256, 64 * 2**20
# Addresses that compilers and threads may reserve and not use; what is used, the grader watches.
HUGE = 32 * 2**30
GUARDED = ("numpy", "numpy.testing", "tensorflow", "numba")


def main():
    """Answer requests until there are none."""
    requests, replies = _channel()
    setup = pickle.loads(wire.read(requests))
    target = _prepare(setup)
    os.dup2(0, 2)  # until here, what goes wrong is the grader's and is told
    kept = Belongings([builtins, copy, pickle, wire, *_guarded()])
    wire.send(replies, {"done": "started"})
    try:
        answer, problem = Answer(target, _handed_in(target, setup)), None
    except Crashed as crashed:
        answer, problem = None, crashed
    while True:
        kept.put_back()
        try:
            request = pickle.loads(wire.read(requests))
        except EOFError:
            return
        reply = _reply(answer, problem, request)
        kept.put_back()
        wire.send(replies, reply)


def _channel():
    """The pipes to the grader, out of the way of `print` and `input`."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    return requests, replies


def _prepare(setup):
    """Import what the answer needs, then take away what it may not have; returns the exercise."""
    for module in setup["modules"]:
        importlib.import_module(module)
    target = exercises()[setup["exercise"]]
    if target.context == "numba":
        importlib.import_module("numba")
    target.seconds *= setup["patience"]
    target.seal()
    if setup["contained"]:
        _leave_root(setup["user"])
    _limit_resources(setup["memory"], setup["cpu_seconds"], setup["threads"])
    return target


def _leave_root(user):
    """Become a user whose processes the system counts, and who has no others; nothing in the sandbox belongs to anybody."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def _limit_resources(memory, cpu_seconds, threads):
    """Let the system stop what grows beyond bounds, where it can; the grader watches besides."""
    try:
        import resource
    except ImportError:  # Windows
        return
    import psutil

    used = psutil.Process().memory_info().vms
    limits = {"AS": used + memory + HUGE, "CPU": cpu_seconds, "FSIZE": FILE_BYTES, "NOFILE": OPEN_FILES, "CORE": 0}
    limits["NPROC"] = threads  # a program that forks without end outruns whoever watches it
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS does not know them all
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (int(most), int(most)))


def _guarded():
    """The modules that an answer is run with, the workbook's own among them."""
    return [module for name, module in sys.modules.items() if name in GUARDED or name.startswith(workbook.__name__)]


class Belongings:
    """What is in some modules, and in the workbook's classes; put back before and after every call.

    This ends the simple tricks (`tf.function = lambda f: f`). It is no wall: whoever rewrites a process from inside
    can make it say that an answer compiles. What an answer computes is compared elsewhere, by the grader.
    """

    def __init__(self, modules):
        inside = [item for module in modules for item in vars(module).values() if isinstance(item, type)]
        own = [item for item in inside if item.__module__.startswith(workbook.__name__)]
        self.kept = [(holder, dict(vars(holder))) for holder in [*modules, *own]]
        self.modules = {module.__name__: module for module in modules}

    def put_back(self):
        """Undo what was replaced or removed."""
        sys.modules.update(self.modules)
        for holder, names in self.kept:
            now = vars(holder)
            for name in [name for name, value in names.items() if now.get(name) is not value]:
                setattr(holder, name, names[name])


def _handed_in(target, setup):
    """Run the student's cell, behind the definitions it needs from others, and return what it filled in, or None."""
    student = sys.modules["__main__"] = types.ModuleType("__main__")
    student.display, student.get_ipython = (lambda *_, **__: None), Silent  # there is no notebook here
    until = time.monotonic() + setup["before_seconds"]
    for number, source in enumerate(setup["before"]):
        file, left = f"<earlier statement {number}>", max(0.01, until - time.monotonic())
        with contextlib.suppress(BaseException):  # what is missing then is missed, and reported, where it is used
            limited(lambda source=source, file=file: _run(source, file, student), left)
    try:
        _run(setup["cell"], f"<your cell for {target.name}>", student)
    except BaseException as error:
        if target.candidate is None:  # else the cell went wrong after it had handed in
            raise Crashed(f"The cell itself stops: {translated(error)}") from None
    return target.candidate


class Silent:
    """IPython, where there is none: every method does nothing."""

    def __getattr__(self, name):
        return lambda *_, **__: None


def _run(source, file, module):
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for AutoGraph, and messages
    exec(compile(ast.parse(source, file), file, "exec"), vars(module))


def _reply(answer, problem, request):
    """Do what is asked and say what came of it."""
    try:
        if problem:
            raise problem
        if request == "ready":
            return {"done": answer.ready()}
        mode, args = request
        got, mutated = answer.attempt(mode, args)
        return {"done": got, "mutated": mutated}
    except (Blank, Crashed, ClaimFailed, UsesLibraryAnswer, TimedOut) as error:
        return {"raised": type(error).__name__, "text": str(error)[:1000]}
    except BaseException as error:
        return {"raised": "Crashed", "text": translated(error)[:1000]}


if __name__ == "__main__":
    main()
