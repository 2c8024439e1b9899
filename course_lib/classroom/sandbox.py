"""What a student's code may touch: under Linux, with bubblewrap, nothing but its own memory.

There it sees Python, its packages and course_lib, read-only; no other file of this machine, no network, no process
but its own, and what it starts ends with it. Elsewhere it runs as a plain process: limited in time and memory, but
able to read and write what the person who grades can. `docs/teaching.md` says what follows from that.
"""

import functools
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

from course_lib import ROOT

SCRATCH_BYTES = 256 * 2**20
_SYSTEM = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
]


def contained(command, readable=(), hidden=()):
    """The command under bubblewrap, in a memory-backed /tmp as its only writable folder.

    Root is not counted when the system limits how many processes a user may start, not even in a namespace of its own.
    So where root grades, the command may still become somebody else, and must: see `worker`.

    Args:
      command: a list of words that runs this Python.
      readable: folders it may read beside Python's own and course_lib.
      hidden: files in them that it may not.
    """
    scratch = ["--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]
    wanted = [pathlib.Path(path) for path in (*_SYSTEM, sys.base_prefix, sys.prefix, ROOT / "course_lib", *readable)]
    ways = sorted({str(parent) for path in wanted for parent in path.parents})  # bubblewrap's own ones are root's alone
    seen = [word for path in ways for word in ("--perms", "0755", "--dir", path)]
    seen += [word for path in wanted for word in ("--ro-bind-try", str(path), str(path))]
    alone = [*_alone(), "--die-with-parent", "--new-session", "--chdir", "/tmp"]
    devices = ["--dev", "/dev", *scratch[:-1], "/dev/shm", "--remount-ro", "/dev"]
    processes = ["--proc", "/proc", "--remount-ro", "/proc"]  # for root it would be the system's settings
    unseen = [word for path in hidden for word in ("--ro-bind", "/dev/null", str(path))]
    return ["bwrap", *scratch, *seen, *unseen, *processes, *devices, "--remount-ro", "/", *alone, "--", *command]


def _alone():
    """The words that part it from the system, without any of the system's rights."""
    if os.geteuid():
        return ["--unshare-all", "--cap-drop", "ALL"]
    kinds = ["ipc", "pid", "net", "uts", "cgroup-try"]
    become = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [f"--unshare-{kind}" for kind in kinds] + become


@functools.cache
def available():
    """Whether bubblewrap is here and allowed to work; some systems and containers forbid it what it needs."""
    if not sys.platform.startswith("linux") or not shutil.which("bwrap"):
        return False
    trial = contained([sys.executable, "-I", "-c", "pass"])
    try:
        return subprocess.run(trial, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def checks_in(folders):
    """The files that say what is checked, compiled ones too: an answer does not need them."""
    return [path for folder in folders for path in pathlib.Path(folder).rglob("checks*.py*")]


def folders_of(modules):
    """The folders of packages, so that these can be read where the rest of the disk cannot."""
    specs = [importlib.util.find_spec(module.partition(".")[0]) for module in modules]
    return sorted({folder for spec in specs if spec for folder in spec.submodule_search_locations or [spec.origin]})
