"""The doctor finds what is wrong and names the cure."""

import re
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from course_lib.common import doctor


@pytest.fixture
def quick(monkeypatch):
    """Everything in order, without starting TensorFlow."""
    monkeypatch.setattr(doctor, "_tensorflow", lambda: [doctor.Row("processor", "2 cores")])


def statuses():
    """Status and cure by what was looked at."""
    return {row.what: (row.status, row.cure) for row in doctor.diagnose()}


def test_here_everything_is_there(capsys):
    """The real thing, TensorFlow's own process included."""
    assert doctor.main() == 0
    said = capsys.readouterr().out
    assert "float32" in said or "mixed" in said
    assert "✗" not in said and "✓ Everything is in order" in said


def test_an_unsuitable_python_is_named(quick, monkeypatch, capsys):
    """The exit status is 1 and the cure is said."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    assert doctor.main() == 1
    assert "install Python 3.11 to 3.13" in capsys.readouterr().out


def test_missing_and_other_versions_are_named(quick, monkeypatch):
    """Both those the course names itself and those that they bring."""
    lock = doctor._lock() | {"numpy": "0.0.1", "keras": "0.0.1", "not-there": "1.0"}
    monkeypatch.setattr(doctor, "_lock", lambda: lock)
    monkeypatch.setattr(doctor, "_named", lambda: ["keras", "not-there"])
    found = {row.what: row for row in doctor.diagnose()}
    assert found["not-there"].found == "missing"
    assert "not 0.0.1 as in requirements.txt" in found["keras"].found
    assert "numpy" in found["what these need"].found
    assert {found[name].cure for name in ("keras", "not-there", "what these need")} == {doctor.REINSTALL}


def test_markers_of_the_lock_are_read(tmp_path):
    """A package for another platform is not missed here."""
    (tmp_path / "requirements.txt").write_text(
        "# by uv\nnumpy==2.0 ; python_version >= '3'\n    # via keras\nappnope==1.0 ; sys_platform == 'nowhere'\n"
    )
    assert doctor._lock(tmp_path) == {"numpy": "2.0"}


def test_a_crashing_tensorflow_is_survived(monkeypatch):
    """A processor without AVX kills the process that imports TensorFlow: that must not be the doctor's."""
    crashed = SimpleNamespace(returncode=-4, stdout="", stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: crashed)
    (row,) = doctor._tensorflow()
    assert row.status == "problem"
    assert "AVX" in row.cure


def test_little_memory_and_a_full_disk(quick, monkeypatch):
    """Both are problems with a cure."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=2e9, available=1e9))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e8))
    found = statuses()
    assert found["memory"][0] == found["disk"][0] == "problem"
    assert found["memory"][1]
    assert found["disk"][1]


def test_a_gpu_that_tensorflow_does_not_see_is_a_hint(monkeypatch, tmp_path):
    """The course runs without it; the cure is one command."""
    monkeypatch.setattr(doctor, "NVIDIA", (str(tmp_path),))
    assert doctor._gpu([]).status == "hint"
    assert "--gpu" in doctor._gpu([]).cure
    assert doctor._gpu(["H100"]) == doctor.Row("GPU", "H100")


def test_the_card_reads_on_every_theme(quick):
    """No colour of its own but the theme's, nothing random, and the same as plain text."""
    card = doctor.Card([doctor.Row("disk", "1 < 2 GB", "problem", "free some"), doctor.Row("Python", "3.11.9")])
    page = card._repr_html_()
    assert page == doctor.Card(card.rows)._repr_html_()
    assert set(re.findall(r"color:\s*([^;\"]+)", page)) == {"inherit"}
    assert "1 &lt; 2 GB" in page
    assert "id=" not in page
    assert repr(card).splitlines()[1:] == ["✗ disk: 1 < 2 GB. free some", "✓ Python: 3.11.9"]


def test_the_card_folds_what_is_in_order(quick):
    """One line says it; only what is not in order stands open, and only it has a column for cures."""
    fine = doctor.Card([doctor.Row("Python", "3.11.9")])
    page = fine._repr_html_()
    assert "✓ Everything is in order (1 things looked at)." in page.partition("<details>")[0]
    assert "3.11.9" in page.partition("<details>")[2] and "cure" not in page
    bad = doctor.Card([*fine.rows, doctor.Row("disk", "full", "problem", "free some")])._repr_html_()
    before, _, folded = bad.partition("<details>")
    assert "free some" in before and "1 of 2 things are not in order" in before
    assert "3.11.9" in folded and "cure" not in folded
    hint = doctor.Card([*fine.rows, doctor.Row("GPU", "not seen", "hint", "try this")])
    assert "✓ Everything is in order" in repr(hint) and "1 with a hint" in repr(hint)
    assert "try this" in hint._repr_html_().partition("<details>")[0]
