"""CPU seconds of an update of the predictron, held against the time its convolutions need anyway.

For each size the multiply-adds of an update are counted from the shapes of all layers: once for the forward pass, twice
for the backward one. Then the rate of the convolution that the core consists of is measured in the same process, in
turns with the updates, forward and backward. Their quotient is the floor: what an update would take if it did nothing
but multiply and add, at that rate.

Everything runs on one thread; medians of processor time. The last table shows what drawing the mazes costs.

    python -m benchmarks.predictron [--quick]
"""

import argparse
import dataclasses
import statistics
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron import PredictronConfig, Stream, make

SIZES = {
    "8 × 8, K = 6, 16 channels, batch 64": PredictronConfig.laptop(),
    "10 × 10, K = 8, 32 channels, batch 64": dataclasses.replace(
        PredictronConfig.paper(), size=10, depth=8, batch_size=64
    ),
    "20 × 20, K = 16, 32 channels, batch 100": PredictronConfig.paper(),
}
QUICK = {"4 × 4, K = 2, 4 channels, batch 8": PredictronConfig(size=4, depth=2, channels=4, batch_size=8)}


def multiply_adds(config):
    """Count the multiply-adds of one update on mazes, of convolutions and of dense layers.

    Backward, each layer does its work twice, for its weights and for what came in; the first one, which nothing comes
    before, only once.
    """
    cells, taps, wide = config.size**2, 9 * config.channels, config.channels
    first = cells * 9 * wide
    convolutions = cells * taps * wide * (1 + 3 * config.depth)
    outputs = (2 * config.rewards + (config.lambdas != "none")) * config.depth + config.depth + 1
    dense = outputs * (cells * wide * config.hidden + config.hidden * config.size)
    return config.batch_size * (2 * first + 3 * (convolutions + dense))


def convolutions(config, length=8):
    """Make a chain of the core's convolutions, forward and backward, as a function; count its multiply-adds."""
    shape = (config.batch_size, config.size, config.size, config.channels)
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=shape), tf.float32)
    weights = [tf.constant(rng.normal(size=(3, 3, *shape[-1:] * 2)) / 10, tf.float32) for _ in range(length)]

    @tf.function
    def both_ways():
        with tf.GradientTape() as tape:
            tape.watch([inputs, *weights])
            outputs = inputs
            for weight in weights:
                outputs = tf.nn.conv2d(outputs, weight, 1, "SAME")
        # Each gradient needs what lies before and behind it, so nothing is left out but the last forward pass; the
        # outputs are used, too, for that one.
        gradients = tape.gradient(outputs, [inputs, *weights])
        return tf.add_n([tf.reduce_sum(part) for part in (outputs, *gradients)])

    return both_ways, length * 3 * np.prod(shape) * 9 * config.channels


def cpu_seconds(call):
    """Processor time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def measure(config, repeats):
    """Take turns: an update, a few convolutions, the drawing of a batch.

    Returns:
      Medians of the seconds of an update, of its floor, and of drawing a batch.
    """
    made = make(config)
    batch = made.task.draw(np.random.default_rng(0), config.batch_size)
    batch = [tf.constant(array) for array in batch]
    convolve, work = convolutions(config)
    together = Stream(made.task, config.batch_size, (0,)).together  # batches that are drawn at once
    rng = np.random.default_rng(0)
    for _ in range(2):  # compiled, and warm
        made.learner.update(*batch), convolve(), made.task.draw(rng, config.batch_size)
    floors, updates, drawings = [], [], []
    for _ in range(repeats):
        updates.append(cpu_seconds(lambda: made.learner.update(*batch)))
        floors += [cpu_seconds(convolve) / work * multiply_adds(config) for _ in range(3)]
        drawings.append(cpu_seconds(lambda: made.task.draw(rng, together * config.batch_size)) / together)
    return [statistics.median(found) for found in (updates, floors, drawings)]


def main():
    """Measure all sizes and print them."""
    parser = argparse.ArgumentParser(description="Hold updates of the predictron against their floor.")
    parser.add_argument("--quick", action="store_true", help="a tiny size: a test of the benchmark itself")
    quick = parser.parse_args().quick
    if not quick:  # in a test, others in the same process have used TensorFlow before
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    table = Table(title="An update of the predictron, one thread", title_justify="left")
    for column in ("", "GMAC", "CPU s", "floor, s", "× floor", "mazes, ms", "of the update"):
        table.add_column(column, justify="right" if column else "left")
    for name, config in (QUICK if quick else SIZES).items():
        work = multiply_adds(config)
        update, floor, drawing = measure(config, 1 if quick else 7)
        table.add_row(
            name, f"{work / 1e9:.2f}", f"{update:.4f}", f"{floor:.4f}", f"{update / floor:.2f}",
            f"{1000 * drawing:.2f}", f"{drawing / update:.1%}",
        )  # fmt: skip
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
