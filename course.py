#!/usr/bin/env python3
"""The one entry of the course from a bare machine: `python3 course.py lab` reads, `python3 course.py test` tests.

The environment is made in .venv when it is needed, by uv if that is on the PATH, else by venv and pip. It needs the
standard library alone, and every Python 3 parses it, so that an unsuitable one is told so plainly.
"""

import argparse
import hashlib
import importlib.util
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST, NEWEST = (3, 11), (3, 13)
LEARN, DEVELOP, GPU = "requirements.txt", "requirements-dev.txt", "requirements-gpu.txt"
SIZES = {LEARN: (0.8, 2.9), DEVELOP: (0.9, 3.1), GPU: (3.5, 8.0)}  # GB to download, GB on disk
WORKERS = ["-n=logical", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder"]  # whole files, in order
BARE = {"update": ("course_lib", "update"), "lock": ("course_lib.common.lock",)}  # these need nothing installed
COMMANDS = {
    "lab": "open the course in JupyterLab (options such as --no-browser --port 8899 are passed on)",
    "test": "run every test; --fast leaves out chapters, blank exercises and slow tests (other arguments go to pytest)",
    "setup": "make the environment only; --gpu for an NVIDIA GPU under Linux or WSL",
    "doctor": "say whether everything is in order on this computer, and if not, what helps",
    "update": "bring the course up to date with git; nothing of yours is lost",
    "run": "execute the chapters without a browser and print how long each took",
    "exercises": "generate exercises/ from solutions/",
    "notebooks": "execute chapters and solutions and store their outputs",
    "lint": "check the style of code and notebooks",
    "bench": "run the benchmarks",
    "class": "for teachers: make the students' bundle; with words after it, run nbgrader; `class grades` exports",
    "lock": "compile the requirements files anew (needs uv)",
}


def check_platform():
    """Leave with a plain sentence where the locked packages cannot be installed."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        here = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
        cure = f"use `{here[0]} course.py …`" if here else "install one from python.org or your package manager"
        sys.exit(f"This is Python {platform.python_version()}; the course needs 3.11, 3.12 or 3.13: {cure}.")
    if (platform.system(), platform.machine()) == ("Darwin", "x86_64"):
        sys.exit("TensorFlow and ale-py have no packages for Intel macOS (or an Intel Python on Apple silicon).")
    if sys.maxsize < 2**32 or (os.name == "nt" and platform.machine() == "ARM64"):
        sys.exit("TensorFlow needs a 64-bit Python, and on Windows an x86-64 one.")


def environment():
    """The variables for every program of the course: its own environment's programs and packages first, and UTF-8."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    kept.update(VIRTUAL_ENV=str(VENV), PATH=str(PYTHON.parent) + os.pathsep + kept.get("PATH", ""))
    return dict(kept, PYTHONUTF8="1", PYTHONNOUSERSITE="1", PIP_USER="0", JUPYTER_PLATFORM_DIRS="1")


def call(*command, must=False, dots=False):
    """Run a program in the root to its end, and return its exit status. Ctrl-C is the program's own business."""
    process = subprocess.Popen([str(word) for word in command], cwd=str(ROOT), env=environment())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while dots and process.poll() is None:
        print(end=".", flush=True)
        time.sleep(3)
    status = process.wait()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if must and status:
        sys.exit(f"That failed, see above: {' '.join(map(str, command))}\nThe same command tries again.")
    return status


def stamp(requirements):
    """The file that says what a completed installation was, and its text: the packages, and where the course lies."""
    text = hashlib.sha256((ROOT / requirements).read_bytes() + str(ROOT).encode()).hexdigest()
    return VENV / f"{requirements}.installed", text


def ensure(requirements):
    """Install a requirements file unless it, or for learners one that holds more, is there already."""
    stamps = [stamp(name) for name in ((LEARN, DEVELOP, GPU) if requirements == LEARN else (requirements,))]
    if not PYTHON.exists() or not any(file.exists() and file.read_text() == text for file, text in stamps):
        install(requirements)


def install(requirements):
    """Make the environment where there is none, and install into it; it counts only when it came to its end."""
    check_platform()
    count = sum(line[0].isalpha() for line in (ROOT / requirements).read_text().splitlines() if "==" in line)
    (download, disk), free = SIZES[requirements], shutil.disk_usage(str(ROOT)).free / 1e9
    print(f"Installing up to {count} packages into {VENV}: {download} GB to download, {disk} GB on disk.", flush=True)
    if free < download + disk and not PYTHON.exists():
        sys.exit(f"That does not fit: {free:.1f} GB are free, {download + disk:.1f} GB are needed while it installs.")
    uv, (done, text) = shutil.which("uv"), stamp(requirements)
    make_environment(uv)
    done.unlink(missing_ok=True)
    pip = [uv, "pip", "install", "-q", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install", "-qq"]
    print("It takes 2 to 5 minutes: read the README meanwhile. A dot every 3 seconds: ", end="", flush=True)
    call(*pip, "-r", requirements, must=True, dots=True)
    print(" installed.", flush=True)
    make_importable()
    done.write_text(text)


def make_environment(uv):
    """Make an empty .venv unless there is one that can install; an interrupted attempt may have left half of one."""
    if PYTHON.exists() and (uv or not subprocess.run([str(PYTHON), "-m", "pip", "-V"], capture_output=True).returncode):
        return
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit("Debian packs Python's venv module apart: `sudo apt install python3-venv`, then try again.")
    python = [uv, "venv", "-q", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
    call(*python, "--clear", VENV, must=True)


def make_importable():
    """Let every kernel import course_lib from here, whatever folder it works in: edits count and nothing is built."""
    ask = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.check_output(ask, env=environment()).decode("utf-8").strip()
    # A .pth line that starts with "import" is executed; written so, a path of any alphabet is safe.
    (pathlib.Path(folder) / "course_lib.pth").write_text(f"import sys; sys.path.append({ascii(str(ROOT))})\n")


def lab(more):
    """Lay the learner's copies and open JupyterLab, for this machine only, with its token and without its news."""
    call(PYTHON, "-m", "course_lib", "lay", must=True)
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}')
    place = ["--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb", f"--ServerApp.root_dir={ROOT}"]
    safe = ["--ServerApp.ip=127.0.0.1", "--KernelManager.transport_encryption=auto", "--ServerApp.allow_root=True"]
    print("Leave this window open. To stop: Ctrl-C, then y. The same command starts again; your work is in my_work/.")
    return call(PYTHON, "-m", "jupyterlab", *place, *safe, "--Application.log_level=ERROR", *more)


def act(command, more, fast=False, gpu=False):
    """Make what a command needs, then run it and return its exit status."""
    if command in BARE:
        return call(PYTHON if PYTHON.exists() else check_platform() or sys.executable, "-m", *BARE[command], *more)
    ensure(GPU if gpu else LEARN if command in ("lab", "setup", "doctor", "run") else DEVELOP)
    if command == "lab":
        return lab(more)
    if command == "test":
        names = ("tests", "solutions" if (ROOT / "solutions").exists() else "exercises", "notebooks/00_*.ipynb")
        quick = ["-m", "not slow", *(path for name in names for path in ROOT.glob(name))] if fast else []
        return call(PYTHON, "-m", "pytest", "--nbval", *WORKERS, *quick, *more)
    if command == "lint":
        return call(PYTHON, "-m", "ruff", "check") or call(PYTHON, "-m", "ruff", "format", "--check")
    if command == "bench":
        return max([0, *(abs(call(PYTHON, file, *more)) for file in sorted(ROOT.glob("benchmarks/[!_]*.py")))])
    return call(PYTHON, "-m", "course_lib", {"setup": "doctor"}.get(command, command), *more)


def main():
    """Read the command line; what it does not know goes on to the program it starts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text, description=text, allow_abbrev=False, add_help=name != "class")
    commands.choices["test"].add_argument("--fast", action="store_true")
    commands.choices["setup"].add_argument("--gpu", action="store_true")
    chosen, more = parser.parse_known_args()
    return act(more=more, **vars(chosen)) if chosen.command else parser.print_help()


if __name__ == "__main__":
    sys.exit(main())
