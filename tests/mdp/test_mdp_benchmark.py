"""The benchmark runs and finds the same answers as QuantEcon; how fast is for it to say, not for a test."""

from benchmarks import mdp as benchmark


def test_quick_comparison(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["mdp", "--quick"])
    benchmark.main()
    printed = capsys.readouterr().out
    assert "QuantEcon PI" in printed and "course modified_policy_iteration" in printed and "× floor" in printed
