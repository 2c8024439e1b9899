"""Look at this computer: is everything there that the course needs, and if not, what is the cure?"""

import dataclasses
import html
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import psutil
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from rich.console import Console
from rich.table import Table

from course_lib import ROOT
from course_lib.common.quiet import NVIDIA

OLDEST, NEWEST = (3, 11), (3, 13)
REINSTALL = "python3 course.py setup"
MEMORY_GB, DISK_GB = 4, 1
SIGNS = {"ok": "✓", "hint": "•", "problem": "✗"}
PROBE = """
import dataclasses, json
from course_lib.common.devices import device
print(json.dumps(dataclasses.asdict(device())))
"""


@dataclasses.dataclass(frozen=True)
class Row:
    """One thing looked at: "ok", a "hint" that may be left alone, or a "problem"; the last two with their cure."""

    what: str
    found: str
    status: str = "ok"
    cure: str = ""


def diagnose():
    """Look at everything. It takes as long as TensorFlow needs to start, some seconds and at first more than ten.

    TensorFlow is tried in a process of its own, where it may crash.

    Returns:
      A list of `Row`s.
    """
    rows = [_python(), *_packages(_lock()), *_tensorflow()]
    return [*rows, _memory(), _disk(), _my_work()]


def summary(rows):
    """One line on a whole diagnosis."""
    counts = {status: sum(row.status == status for row in rows) for status in SIGNS}
    if counts["problem"]:
        return f"✗ {counts['problem']} of {len(rows)} things are not in order: what helps stands beside each."
    hints = f", {counts['hint']} with a hint" if counts["hint"] else ""
    return f"✓ Everything is in order ({len(rows)} things looked at{hints})."


def main():
    """Print the diagnosis; the exit status is 1 when something is wrong."""
    rows = diagnose()
    table = Table(*_heads(rows), title="Is everything there?")
    for row in rows:
        table.add_row(*_texts(row)[: len(table.columns)])
    Console().print(table)
    wrong = [row for row in rows if row.status == "problem"]
    for row in wrong:
        print(f"{row.what}: {row.found}. Cure: {row.cure}")
    print(summary(rows))
    return int(bool(wrong))


def _heads(rows):
    """The columns of a table of these rows; without cures there is no column for them."""
    return ["", "what", "found", *(["cure"] if any(row.cure for row in rows) else [])]


def _texts(row):
    return [SIGNS[row.status], row.what, row.found, row.cure]


class Card:
    """A diagnosis as a notebook shows it: one line, what is not in order, and the rest folded; or as plain text."""

    def __init__(self, rows):
        self.rows = rows

    def _repr_html_(self):
        fine = [row for row in self.rows if row.status == "ok"]
        rest = [row for row in self.rows if row.status != "ok"]
        folded = f"<details><summary>all that is in order</summary>{_html_table(fine)}</details>" if fine else ""
        open_ = _html_table(rest) if rest else ""
        return f'<div style="color:inherit"><b>{html.escape(summary(self.rows))}</b>{open_}{folded}</div>'

    def __repr__(self):
        rows = (f"{SIGNS[row.status]} {row.what}: {row.found}{row.cure and '. ' + row.cure}" for row in self.rows)
        return "\n".join([summary(self.rows), *rows])


def _html_table(rows):
    """Rows as a table in the colours of the notebook's theme."""
    heads = _heads(rows)
    cell = (
        "text-align:left;color:inherit;padding:.25em .8em .25em 0;"
        "border-bottom:1px solid var(--jp-border-color2, rgba(128,128,128,.4))"
    )
    head = "".join(f'<th scope="col" style="{cell}">{text}</th>' for text in heads)
    lines = (_texts(row)[: len(heads)] for row in rows)
    cells = ("".join(f'<td style="{cell}">{html.escape(text)}</td>' for text in line) for line in lines)
    return f'<table style="color:inherit"><tr>{head}</tr>{"".join(f"<tr>{line}</tr>" for line in cells)}</table>'


def doctor_card():
    """The diagnosis as a card for a notebook."""
    return Card(diagnose())


def _python():
    version = sys.version_info[:2]
    found = platform.python_version()
    if OLDEST <= version <= NEWEST:
        return Row("Python", found)
    allowed = " to ".join(".".join(map(str, end)) for end in (OLDEST, NEWEST))
    return Row("Python", found, "problem", f"install Python {allowed}, delete .venv, then {REINSTALL}")


def _lock(root=ROOT):
    """What requirements.txt asks for on this platform: versions by name. Empty where there is no such file."""
    file = root / "requirements.txt"
    if not file.exists():
        return {}
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] not in "# -")
    wanted = [wanted for line in lines if (wanted := _requirement(line))]
    here = [wanted for wanted in wanted if wanted.marker is None or wanted.marker.evaluate()]
    return {canonicalize_name(wanted.name): str(wanted.specifier).removeprefix("==") for wanted in here}


def _requirement(line):
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _packages(lock):
    """A row for each package that the course names itself, and one for all that those bring."""
    if not lock:
        return [Row("packages", "no requirements.txt beside course_lib: nothing to compare with", "hint")]
    mine = [name for name in _named() if name in lock]
    rows = [_package(name, lock[name]) for name in mine]
    others = [_package(name, version) for name, version in lock.items() if name not in mine]
    wrong = [f"{row.what} {row.found}" for row in others if row.status != "ok"]
    if wrong:
        listed = "; ".join(wrong[:3]) + (f"; {len(wrong) - 3} more" if len(wrong) > 3 else "")
        return [*rows, Row("what these need", listed, "problem", REINSTALL)]
    return [*rows, Row("what these need", f"{len(others)} packages, all as in requirements.txt")]


def _named(root=ROOT):
    file = root / "requirements.in"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    wanted = (_requirement(line.partition("#")[0]) for line in lines)
    return [canonicalize_name(found.name) for found in wanted if found]


def _package(name, wanted):
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Row(name, "missing", "problem", REINSTALL)
    if found == wanted:
        return Row(name, found)
    return Row(name, f"{found}, not {wanted} as in requirements.txt", "problem", REINSTALL)


def _tensorflow():
    """What TensorFlow computes on, asked in a process of its own."""
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing; mostly a processor without AVX"])[-1]
        cure = f"{REINSTALL}; if it stays, use a computer whose processor has AVX" if done.returncode < 0 else REINSTALL
        return [Row("TensorFlow runs", f"no, exit status {done.returncode}: {said[:200]}", "problem", cure)]
    seen = json.loads(done.stdout.splitlines()[-1])
    rows = [Row("processor", f"{_cores()} cores, {_processor()}"), _gpu(seen["names"])]
    return [
        *rows,
        Row("precision", f"{seen['precision']}, XLA {'on' if seen['xla'] else 'where a chapter asks for it'}"),
    ]


def _gpu(names):
    if names:
        return Row("GPU", ", ".join(names))
    if any(map(os.path.exists, NVIDIA)):
        return Row("GPU", "there is one, TensorFlow does not see it", "hint", "python3 course.py setup --gpu")
    return Row("GPU", "none, and none is needed")


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _processor():
    """The processor's name where the system tells it, else its kind."""
    file = pathlib.Path("/proc/cpuinfo")
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (named or [platform.processor() or platform.machine()])[0]


def _memory():
    memory = psutil.virtual_memory()
    found = f"{memory.available / 1e9:.0f} GB free of {memory.total / 1e9:.0f} GB"
    if memory.total >= MEMORY_GB * 1e9:
        return Row("memory", found)
    return Row("memory", found, "problem", f"a chapter needs up to {MEMORY_GB} GB: use a computer with more")


def _disk(root=ROOT):
    free = shutil.disk_usage(root).free / 1e9
    if free >= DISK_GB:
        return Row("disk", f"{free:.0f} GB free")
    return Row("disk", f"{free:.1f} GB free", "problem", f"free at least {DISK_GB} GB for checkpoints and logs")


def _my_work(root=ROOT):
    if (root / "my_work").is_dir():
        return Row("my_work", f"{len(list((root / 'my_work').glob('*/*.ipynb')))} notebooks of yours")
    return Row("my_work", "not laid yet", "hint", "python3 course.py lab lays your copies of the exercises")
