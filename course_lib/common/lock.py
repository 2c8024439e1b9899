"""Compile the requirements files anew; for authors. It needs the standard library and uv alone."""

import os
import shutil
import subprocess
import sys

from course_lib import ROOT

LEARN, *OTHERS = FILES = ("requirements.txt", "requirements-dev.txt", "requirements-gpu.txt")


def lock(more=()):
    """Compile the learner's requirements first, then the others held to the same versions.

    Args:
      more: further options of `uv pip compile`, such as `--upgrade`.
    """
    uv = shutil.which("uv") or sys.exit("Locking needs uv: say `pip install uv`.")
    variables = dict(os.environ, UV_CUSTOM_COMPILE_COMMAND="python3 course.py lock")
    for name in FILES:
        held = ["--universal", "--python-version=3.11", *(["--constraint", LEARN] if name in OTHERS else [])]
        command = [uv, "pip", "compile", "-q", name.replace(".txt", ".in"), "-o", name, *held, *more]
        if status := subprocess.call(command, cwd=ROOT, env=variables):
            sys.exit(status)


if __name__ == "__main__":
    lock(sys.argv[1:])
