"""A student's answer in a process of its own: the grader asks, watches the clock and the memory, and kills."""

import contextlib
import dataclasses
import os
import pathlib
import pickle
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time

import psutil

from course_lib import ROOT
from course_lib.workbook.answer import Answer, Blank, Crashed, seconds_allowed
from course_lib.workbook.claims import ClaimFailed
from course_lib.workbook.exercise import UsesLibraryAnswer
from course_lib.workbook.limits import TimedOut

from . import sandbox, wire

_RAISED = {kind.__name__: kind for kind in (Blank, Crashed, ClaimFailed, UsesLibraryAnswer, TimedOut)}
_NEEDED = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "LANG", "LC_ALL")  # of the environment; nothing else is passed on
_START = (
    "import runpy, sys; sys.path[:0] = {paths!r}; runpy.run_module('course_lib.classroom.worker', run_name='__main__')"
)
ENDED = "It ended the whole program: by sys.exit, os._exit, or a crash in compiled code."


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one answer may use: seconds to start, for its cell, and in all; factor on a call's own limit; bytes; processes.

    `threads` are those it may have besides what runs already and what numerical libraries start for each core: the
    system counts threads and not processes, and as the case may be those of the sandbox or all of the user's.
    """

    start: float = 120.0
    cell: float = 60.0
    exercise: float = 120.0
    patience: float = 3.0
    memory: int = 2 * 2**30
    processes: int = 32
    threads: int = 256


class RemoteAnswer(Answer):
    """An answer that runs in a fresh process; use it as a context, which ends that process and what it started.

    Args:
      target: the exercise.
      cell: the source of the student's cell.
      before: sources of the definitions it needs from other cells.
      limits: see `Limits`.
      modules: what must be imported for the exercise to be known.
      contained: run it under bubblewrap.
    """

    def __init__(self, target, cell, before=(), *, limits=None, modules=(), contained=False):
        super().__init__(target)
        self.limits, self.contained = limits or Limits(), contained
        self.setup = {
            "exercise": target.name,
            "modules": [*modules, target.package],
            "cell": cell,
            "before": list(before),
            "before_seconds": self.limits.cell,
            "patience": self.limits.patience,
            "memory": self.limits.memory,
            "cpu_seconds": 4 * (self.limits.start + self.limits.exercise),
            "threads": _threads_running() + 8 * (os.cpu_count() or 1) + self.limits.threads,
            "contained": contained,
            "user": 2**29
            + secrets.randbelow(2**29),  # who has nothing, and no processes of an earlier worker that still end
        }
        self.worker, self.hopeless, self.left = None, None, self.limits.exercise
        self.broken = None  # the grader's own failure, which no student must pay for

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()
        if self.broken:
            raise self.broken

    def ready(self):
        self._ask("ready", 2.0)

    def attempt(self, mode, args):
        reply = self._ask((mode, args), self.limits.patience * seconds_allowed(self.target, mode) + 2)
        return reply["done"], [name for name in reply["mutated"] if name in self.names]

    def _ask(self, request, seconds):
        """Put one request to the process, started anew where the last one ended; returns its reply or raises it."""
        if self.hopeless or self.left <= 0:
            raise self.hopeless or TimedOut("not finished in its time")
        fresh = self.worker is None
        if fresh:
            self.worker = self._started()
            seconds += 2 * self.limits.cell  # it first runs the cell, and what that needs
        began = time.monotonic()
        try:
            reply = self.worker.ask(request, min(seconds, self.left))
        except (Crashed, TimedOut) as error:
            self._end()
            self.hopeless = error if fresh and request == "ready" else None  # the cell itself does it: so it will again
            raise
        finally:
            self.left -= time.monotonic() - began
        if "raised" in reply:
            raise _RAISED.get(reply["raised"], Crashed)(str(reply.get("text", ""))[:1000])
        return {"mutated": (), "done": None, **reply}

    def _started(self):
        try:
            return Worker(self.setup, self.limits, self.contained)
        except Exception as error:  # no more processes, a full disk
            self.broken = error
            raise

    def _end(self):
        if self.worker:
            self.worker.end()
        self.worker = None


class Worker:
    """One process and the thread that watches it."""

    def __init__(self, setup, limits, contained):
        self.modules = setup["modules"]
        self.limits, self.verdict, self.deadline = limits, None, time.monotonic() + limits.start
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `end`)
        self.process = self._start(contained)
        self.known, self.replies = set(), queue.Queue()
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        threading.Thread(target=self._listen, daemon=True).start()
        self._write(pickle.dumps(setup))
        self._wait_until_started()

    def _wait_until_started(self):
        """It has imported what it needs, and its student's cell runs from now on."""
        try:
            self._read()
        except (Crashed, TimedOut) as error:
            self.complaints.seek(0)
            said = self.complaints.read().decode(errors="replace")[-2000:]
            self.end()
            raise RuntimeError(
                f"The grader itself could not start a worker ({error}): no answer is to blame.\n{said}"
            ) from None

    def _start(self, contained):
        packages = sandbox.folders_of(self.modules)
        private = [folder for folder in packages if not pathlib.Path(folder).is_relative_to(ROOT / "course_lib")]
        paths = [str(ROOT), *map(os.path.dirname, packages), *filter(os.path.isdir, sys.path)]
        command = [sys.executable, "-I", "-c", _START.format(paths=paths)]
        if contained:
            command = sandbox.contained(command, packages, sandbox.checks_in(private))
        home = "/tmp" if contained else self.folder.name
        environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        environment |= dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "NUMBA_CACHE_DIR"), home)
        environment |= {"PATH": os.defpath, "CUDA_VISIBLE_DEVICES": "-1", "MPLBACKEND": "Agg"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.complaints}
        return subprocess.Popen(command, cwd=self.folder.name, env=environment, start_new_session=True, **pipes)

    def ask(self, request, seconds):
        """Send a request and wait for its reply.

        Raises:
          TimedOut: it took too long. Crashed: the process ended, outgrew its limits or sent no reply that can be read.
        """
        self.deadline = time.monotonic() + seconds
        self._write(pickle.dumps(request))
        reply = self._read()
        if not isinstance(reply, dict) or not {"done", "raised"} & set(reply):
            raise Crashed("It sent back what cannot be read.")
        return reply

    def _write(self, data):
        with contextlib.suppress(OSError):  # it is gone: reading says so, and why
            wire.write(self.process.stdin, data)

    def _listen(self):
        """Put what comes through the pipe into a queue: a stray child may hold the pipe open when all is over."""
        with self.process.stdout as pipe:  # closed here: while it is read, closing it would wait
            while True:
                try:
                    self.replies.put(wire.receive(pipe))
                except wire.Garbled as error:
                    self.replies.put(Crashed(f"It sent back what cannot be read: {error}."))
                except (EOFError, OSError, ValueError):
                    self.replies.put(Crashed(ENDED))
                    return

    def _read(self):
        """The next reply, or the reason why there is none."""
        try:
            reply = self.replies.get(timeout=max(0.0, self.deadline - time.monotonic()) + 5)  # the watcher is first
        except queue.Empty:
            reply = TimedOut("not finished in its time")
        self.deadline = float("inf")
        if isinstance(reply, Exception):
            raise self.verdict or reply
        return reply

    def _watch(self, pause=0.05):
        """Kill the process as soon as it is late, too large, or too many."""
        while not self.over.wait(pause):
            family = self._family()
            used = sum(map(_resident, family))
            if time.monotonic() > self.deadline:
                self.verdict = TimedOut("not finished in its time")
            elif used > self.limits.memory + 2**30:  # TensorFlow itself and its compiler's share
                self.verdict = Crashed(f"It used more than {self.limits.memory / 2**30:.1f} GB of memory.")
            elif len(family) > self.limits.processes:
                self.verdict = Crashed(f"It started more than {self.limits.processes} processes.")
            if self.verdict or self.process.poll() is not None:
                self._kill()
                self.over.wait(0.5)  # what it still said comes first
                self.replies.put(Crashed(ENDED))
                return

    def _family(self):
        """The process and all that it has started, as far as they can still be found."""
        with contextlib.suppress(psutil.Error):
            own = psutil.Process(self.process.pid)
            self.known = self.known | {own, *own.children(recursive=True)}
        self.known = {process for process in self.known if process.is_running()}
        return self.known

    def _kill(self):
        """End it and its children: the group first, then those that left it."""
        family = self._family()
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def end(self):
        """Kill what is left of it, and remove its folder."""
        self.over.set()
        self.watcher.join()  # two threads must not look for its children at once
        self._kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.complaints):
            with contextlib.suppress(OSError):
                pipe.close()
        self.folder.cleanup()


def _threads_running():
    """How many there are on this machine, whoever's they are."""
    return sum(process.info["num_threads"] or 1 for process in psutil.process_iter(["num_threads"]))


def _resident(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
