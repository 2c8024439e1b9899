"""The benchmark runs; how fast is for it to say, not for a test."""

import pytest

from benchmarks import agent57 as benchmark
from course_lib.deep_rl.networks import QNetwork


@pytest.mark.slow
def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["agent57", "--quick"])
    benchmark.main()
    said = capsys.readouterr().out
    assert "An update of Agent57" in said and "steps a second" in said


def test_products_by_hand():
    """Numbers of 3 through 4 and 4 units, an LSTM of 4 with 2 actions and a context of 5, heads of 2 and 1; 11 rows, of which 2 warm up."""
    network = QNetwork((3,), 2, 4, recurrent=True, context=5)
    network.build()
    row = 3 * 4 + 4 * 4 + (4 + 2 + 1 + 5) * 16 + 4 * 16 + 4 * 2 + 4
    config = benchmark.QUICK  # two sequences of 2 + 8 rows, and one to look ahead to
    assert (config.batch_size, config.burn_in, config.window) == (2, 2, 11)
    assert benchmark.multiply_adds(network, config).tolist() == [0, 2 * 2 * (2 * 11 + 2 * 9) * row]
