"""The benchmark runs, and all its ways find the same; how fast is for it to say, not for a test."""

import numpy as np

from benchmarks import never_give_up as benchmark


def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["never_give_up", "--quick"])
    benchmark.main()
    said = capsys.readouterr().out
    assert "One question to 100 memories" in said and "steps a second" in said


def test_all_ways_find_the_same_neighbours():
    calls = benchmark.ways(5000)
    ours, plain = calls["ours: neighbours"](), calls["NumPy, all differences"]()
    assert len(ours) == 10 and set(ours) == set(np.asarray(plain))
