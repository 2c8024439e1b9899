"""The benchmark runs; how fast is for it to say, not for a test."""

import time

import numpy as np
import pytest

from benchmarks import go as benchmark


@pytest.mark.slow
def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["go", "--quick"])
    benchmark.main()
    said = capsys.readouterr().out
    assert "5 × 5" in said and "3 × 3" in said and "Random playouts a second" in said


def test_medians_take_turns():
    calls = []
    found = benchmark.medians([lambda: calls.append("a"), lambda: calls.append("b")], 3)
    assert calls == ["a", "b"] * 3 and len(found) == 2 and min(found) >= 0


def test_processor_time_is_not_waiting():
    assert benchmark.cpu_seconds(lambda: time.sleep(0.05)) < 0.04


def test_a_watch_passes_on_what_it_times():
    watch = benchmark.Watch(lambda planes: (planes, sum(range(100_000))))
    planes = np.ones(3)
    found, _ = watch(planes, None)
    assert found is planes and watch.seconds > 0
