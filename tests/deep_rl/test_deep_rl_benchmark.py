"""The benchmark runs; how fast is for it to say, not for a test."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from benchmarks import deep_rl as benchmark


@pytest.mark.slow
def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["deep_rl", "--quick"])
    benchmark.main()
    said = capsys.readouterr().out
    assert all(name in said for name in benchmark.QUICK) and "Stable-Baselines3" in said


def test_sides_take_turns_where_both_have_it():
    """The first call of each makes it; a call of 2 × 4 draws that takes half a second is 16 in a second."""
    calls = []

    def side(name, seconds):
        return SimpleNamespace(seconds=lambda job, kind, settings: calls.append((name, job)) or seconds)

    jobs = {"plain": ("draws", {"batch": 4, "together": 2}), "ours only": ("draws", {"batch": 4, "alpha": 0.6})}
    found = benchmark.compare(side("ours", 0.5), side("theirs", 2.0), jobs, 2)
    assert found == {"plain": (16, 4), "ours only": (8, None)}
    assert calls == [("ours", "plain"), ("theirs", "plain")] * 3 + [("ours", "ours only")] * 3


@pytest.mark.parametrize(
    ("kind", "settings", "count"),
    [
        ("steps", {"env": "CartPole-v1"}, 8),
        ("steps", {"env": "CartPole-v1", "worlds": 32}, 32),
        ("updates", {"env": "CartPole-v1", "batch": 64, "together": 3}, 3),
        ("draws", {"batch": 64, "together": 3}, 192),
        ("draws", {"batch": 2, "together": 3, "sequences": 80}, 480),
    ],
)
def test_what_a_call_does_is_counted(kind, settings, count):
    assert benchmark.things(kind, **settings) == count


def test_the_timer_warms_up_and_keeps_one_thing():
    made, called = [], []
    side = SimpleNamespace(draws=lambda size: made.append(size) or (lambda: called.append(size)))
    timer = benchmark.Timer(side)
    assert timer.seconds("a", "draws", {"size": 1, "calls": 5}) == 0 and called == [1] * 3
    assert timer.seconds("a", "draws", {"size": 1, "calls": 5}) > 0 and called == [1] * 8
    timer.seconds("b", "draws", {"size": 2, "calls": 1})
    assert made == [1, 2]


def test_the_peer_is_installed_with_what_torch_there_is(monkeypatch, tmp_path):
    asked = []

    def run(command):
        asked.append(command)
        return subprocess.CompletedProcess(command, int("torch" not in command))

    monkeypatch.setattr(benchmark.venv, "create", lambda folder, with_pip: None)
    monkeypatch.setattr(benchmark.subprocess, "run", run)
    assert benchmark.make_peer(str(tmp_path)) == asked[0][0]
    assert len(asked) == 2 and "stable-baselines3" in asked[1]
    monkeypatch.setattr(benchmark, "TORCHES", ("none",))
    with pytest.raises(SystemExit, match="could not be installed"):
        benchmark.make_peer(str(tmp_path))


def test_a_peer_without_what_it_needs_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark, "__file__", str(tmp_path / "missing.py"))
    with pytest.raises(SystemExit, match="The peer gave up"):
        benchmark.Peer(sys.executable).seconds("a", "steps", {})
