"""A time limit on learners' code that works in a notebook and on every platform."""

import contextvars
import ctypes
import threading
import time


class TimedOut(Exception):
    """The call did not come back in time."""


class _Stop(BaseException):
    """Raised inside a thread that has run out of time; no `except Exception` catches it."""


def limited(call, seconds):
    """Run `call()` in a thread of its own and return its result or raise its exception.

    Raises:
      TimedOut: it took longer than `seconds`. The thread is stopped at its next Python instruction.
    """
    outcome = {}
    context = contextvars.copy_context()  # keeps printed text in the right notebook cell

    def run():
        try:
            outcome["value"] = context.run(call)
        except BaseException as error:  # also SystemExit and KeyboardInterrupt of a learner
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:  # in time, too late, or interrupted by the person in front of the notebook: nothing runs on
        late = thread.is_alive()
        if late:
            _stop(thread)
    if late:
        raise TimedOut(f"not finished after {seconds:g} s")
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def _stop(thread, patience=1.0):
    deadline = time.monotonic() + patience
    while thread.is_alive() and time.monotonic() < deadline:  # again and again: a bare `except:` may swallow one
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop))
        thread.join(0.01)
