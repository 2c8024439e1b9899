"""The benchmark runs; how fast is for it to say, not for a test."""

import numpy as np
import pytest

from benchmarks import world_models as benchmark
from course_lib.common.quiet import keras
from course_lib.world_models.dreamer import Dreamer
from tests.world_models.small_dreams import TINY


@pytest.mark.slow
def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["world_models", "--quick"])
    benchmark.main()
    said = capsys.readouterr().out
    assert "An update of DreamerV2" in said and "PixelCatch-5" in said


def test_products_by_hand():
    """A convolution of 3 × 3 from 2 to 5 channels on 4 × 4 results, one the other way from 2 × 2, and 80 × 7."""
    model = keras.Sequential(
        [keras.Input((6, 6, 2)), keras.layers.Conv2D(5, 3), keras.layers.Flatten(), keras.layers.Dense(7)]
    )
    assert benchmark.products(model).tolist() == [16 * 9 * 2 * 5, 80 * 7]
    back = keras.Sequential([keras.Input((2, 2, 3)), keras.layers.Conv2DTranspose(4, 5, 2)])
    assert benchmark.products(back).tolist() == [4 * 25 * 3 * 4, 0]


def test_longer_dreams_are_more_work():
    """By the dream of every state, forward, and three times actor and critic."""
    import dataclasses

    short, long = (Dreamer((16, 16, 1), 3, dataclasses.replace(TINY, horizon=horizon)) for horizon in (3, 4))
    more = benchmark.multiply_adds(long) - benchmark.multiply_adds(short)
    heads = [
        benchmark.products(part)[1] for part in (short.world.reward_head, short.world.discount_head, short.slow_critic)
    ]
    kernels = short.world.state.parts
    dreaming = sum(
        int(np.prod(part.shape)) for name, part in kernels.items() if "kernel" in name and "posterior" not in name
    )
    taught = 3 * sum(benchmark.products(part)[1] for part in (short.actor, short.critic))
    assert more.tolist() == [0, TINY.batch_size * TINY.length * (sum(heads) + dreaming + taught)]
