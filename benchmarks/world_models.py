"""CPU seconds of an update of DreamerV2, held against the time that its products need anyway; steps a second while it acts.

For each size the multiply-adds of an update are counted from the shapes of all layers: of the world model forward and
twice backward, of the dream forward, of actor and critic three times. Then the rate of a convolution and of a dense layer
of the model's sizes is measured in the same process, in turns with the updates, forward and backward. Multiply-adds over
rate is the floor: what an update would take if it did nothing else.

Everything runs on one thread; medians of processor time. What is published of the authors' own program are sizes of the
state and of the batch alone, so the depths of the convolutions here are our choice.

    python -m benchmarks.world_models [--quick]
"""

import argparse
import dataclasses
import math
import statistics
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.environment import make_worlds
from course_lib.world_models.agent import DreamerAgent
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.dreamer import Dreamer
from course_lib.world_models.experience import Experience
from course_lib.world_models.learner import DreamerLearner

ACTIONS, WORLDS = 6, 8
TINY = dataclasses.replace(DreamerConfig.laptop(), horizon=10)
SMALL = dataclasses.replace(TINY, recurrent_units=128, hidden=128, groups=16, classes=16, depth=16, units=128)
SIZES = {  # {name: (pixels, configuration, CPU seconds of the authors' program on a like machine)}
    "16 pixels, h 64, z 8 × 8": (16, TINY, None),
    "64 pixels, h 64, z 8 × 8, depth 4": (64, dataclasses.replace(TINY, depth=4), 0.106),
    "64 pixels, h 64, z 8 × 8, depth 8": (64, TINY, 0.106),
    "64 pixels, h 128, z 16 × 16, depth 8": (64, dataclasses.replace(SMALL, depth=8), 0.230),
    "64 pixels, h 128, z 16 × 16, depth 16": (64, SMALL, 0.230),
}
QUICK = {
    "16 pixels, h 8, z 2 × 2": (
        16,
        dataclasses.replace(
            TINY,
            recurrent_units=8,
            hidden=8,
            groups=2,
            classes=2,
            depth=2,
            units=8,
            layers=1,
            batch_size=2,
            length=4,
            horizon=2,
        ),
        None,
    )
}


def products(model):
    """Multiply-adds of a Keras model for one input: (of convolutions, of dense layers)."""
    convolutions = dense = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            dense += math.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Conv2DTranspose):  # each input pixel meets the whole kernel
            convolutions += math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2D):
            convolutions += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
    return np.array([convolutions, dense])


def multiply_adds(dreamer):
    """Those of one update: (of convolutions, of dense layers)."""
    config, world = dreamer.config, dreamer.world
    states = config.batch_size * config.length
    kernels = {name: math.prod(part.shape) for name, part in world.state.parts.items() if "kernel" in name}
    dreaming = sum(count for name, count in kernels.items() if "posterior" not in name)
    seen = sum(map(products, (world.encoder, world.decoder, world.reward_head, world.discount_head)))
    model = 3 * states * (seen + [0, sum(kernels.values())])
    heads = sum(map(products, (world.reward_head, world.discount_head, dreamer.slow_critic)))
    dream = states * config.horizon * (heads + [0, dreaming])
    taught = 3 * states * config.horizon * sum(map(products, (dreamer.actor, dreamer.critic)))
    return model + dream + taught


def both_ways(function, *given):
    """A compiled call without arguments that goes through a function forward and backward."""

    @tf.function
    def call():
        with tf.GradientTape() as tape:
            tape.watch(given)
            outputs = function(*given)
        return tf.add_n([tf.reduce_sum(part) for part in (outputs, *tape.gradient(outputs, given))])

    return call


def pace_makers(dreamer):
    """A convolution and a dense layer of the model's sizes, forward and backward, with their multiply-adds."""
    config, rng = dreamer.config, np.random.default_rng(0)
    states, wide = config.batch_size * config.length, config.depth

    def made(value):
        return tf.constant(rng.normal(size=value) / 10, tf.float32)

    frames, kernel = made((states, 16, 16, wide)), made((4, 4, wide, 2 * wide))
    rows, weights = (
        made((states * config.horizon, dreamer.world.features)),
        made((dreamer.world.features, config.units)),
    )

    convolve = both_ways(lambda x, w: tf.nn.conv2d(x, w, 2, "VALID"), frames, kernel)
    multiply = both_ways(tf.matmul, rows, weights)
    return (
        (convolve, 3 * states * 49 * math.prod(kernel.shape)),
        (multiply, 3 * math.prod(rows.shape) * config.units),
    )


def cpu_seconds(call):
    """Processor time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def made_up(config, pixels):
    """Experience of noise."""
    rng, shape = np.random.default_rng(0), (config.length, config.batch_size)
    return Experience(
        rng.integers(256, size=(*shape, pixels, pixels, 1), dtype=np.uint8), rng.integers(ACTIONS, size=shape, dtype=np.int32),
        rng.normal(size=shape).astype(np.float32), np.full(shape, 0.99, np.float32), rng.random(shape) < 0.05,
    )  # fmt: skip


def measure(pixels, config, repeats):
    """Take turns: an update, a convolution, a dense layer.

    Returns:
      (multiply-adds of an update, the seconds it takes, its floor).
    """
    dreamer = Dreamer((pixels, pixels, 1), ACTIONS, config)
    learner, experience = DreamerLearner(dreamer), made_up(config, pixels)
    work, makers = multiply_adds(dreamer), pace_makers(dreamer)
    calls = [lambda: learner.update(experience, (0, 1)), *(maker for maker, _ in makers)]
    for call in 2 * calls:  # compiled, and warm
        call()
    times = [[cpu_seconds(call) for call in calls] for _ in range(repeats)]
    update, *others = (statistics.median(column) for column in zip(*times, strict=True))
    rates = [count / seconds for (_, count), seconds in zip(makers, others, strict=True)]
    return work.sum(), update, sum(part / rate for part, rate in zip(work, rates, strict=True))


def steps_per_second(config, env, repeats, calls=50):
    """Steps of all worlds in a second of processor time while an agent acts."""
    worlds = make_worlds(env, WORLDS, 0, pixels=64, stack=1)
    agent, rng = DreamerAgent(Dreamer(worlds.shape, worlds.actions, config), WORLDS), np.random.default_rng(0)

    def play():
        for _ in range(calls):
            worlds.step(agent.act(worlds.observations, worlds.first, 0.0, rng))

    play()
    found = statistics.median(cpu_seconds(play) for _ in range(repeats))
    worlds.close()
    return WORLDS * calls / found


def main():
    """Measure all sizes and print them."""
    parser = argparse.ArgumentParser(description="Hold updates of DreamerV2 against their floor.")
    parser.add_argument("--quick", action="store_true", help="a tiny size: a test of the benchmark itself")
    quick = parser.parse_args().quick
    if not quick:  # in a test, others in the same process have used TensorFlow before
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    repeats = 1 if quick else 9
    table = Table(title="An update of DreamerV2, one thread", title_justify="left")
    for column in ("", "GMAC", "CPU s", "floor, s", "× floor", "the authors' program, s"):
        table.add_column(column, justify="right" if column else "left")
    for name, (pixels, config, published) in (QUICK if quick else SIZES).items():
        work, update, floor = measure(pixels, config, repeats)
        known = "" if published is None else f"{published:.3f}"
        table.add_row(name, f"{work / 1e9:.2f}", f"{update:.4f}", f"{floor:.4f}", f"{update / floor:.2f}", known)
    acting = Table(title="Acting in 8 worlds: steps in a second of processor time", title_justify="left")
    for column in ("", "steps"):
        acting.add_column(column, justify="right" if column else "left")
    smallest = next(iter((QUICK if quick else SIZES).values()))[1]
    for env in ("PixelCatch-5",) if quick else ("PixelCatch-5", "ALE/Pong-v5"):
        acting.add_row(env, f"{steps_per_second(smallest, env, repeats, 2 if quick else 50):,.0f}")
    console = Console(width=110)
    console.print(table)
    console.print(acting)


if __name__ == "__main__":
    main()
