"""The benchmark runs, and counts what a model really multiplies; how fast is for it to say, not for a test."""

import math

import pytest

from benchmarks import predictron as benchmark
from course_lib import predictron
from course_lib.predictron import PredictronConfig


@pytest.mark.slow
def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["predictron", "--quick"])
    benchmark.main()
    assert "4 × 4, K = 2" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [{}, {"rewards": False}, {"lambdas": "none"}])
def test_multiply_adds_are_those_of_the_weights(changes):
    """A convolution uses each weight once for each cell, a dense layer once; times uses, batch, and thrice with backward."""
    config = PredictronConfig(size=5, depth=3, channels=4, hidden=6, batch_size=7, **changes)
    model = predictron.make(config).model

    def products(layer):
        shapes = [variable.shape for variable in layer.trainable_variables]
        return sum(math.prod(shape) * (25 if len(shape) == 4 else 1) for shape in shapes if len(shape) in (2, 4))

    first, second = map(products, model.representation)
    once = first * 2 + second * 3
    repeated = 3 * (config.depth * products(model.cores[0]) + (config.depth + 1) * products(model.value))
    assert benchmark.multiply_adds(config) == config.batch_size * (once + repeated)
