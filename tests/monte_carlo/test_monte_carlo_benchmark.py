"""The benchmark runs, and all ways of playing agree on what they play; how fast is for it to say, not for a test."""

from benchmarks import monte_carlo as benchmark


def test_quick_comparison(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["monte_carlo", "--quick"])
    benchmark.main()
    printed = capsys.readouterr().out
    assert "course, batch of arrays" in printed and "Python loop" in printed and "vector API" in printed
