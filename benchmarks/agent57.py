"""CPU seconds of an update of Agent57 at the publication's sizes, held against the time that its products need anyway; and steps a second.

Four sequences of Atari's frames, 84 by 84, 40 rows of burn-in and 80 learnt ones (and one to look ahead to), two values by
networks of 512 units, 18 actions. The multiply-adds are counted from the shapes of all layers: both networks and both
target networks forward along all rows, both networks twice backward along the learnt ones. Then the rate of a convolution
of theirs and of a dense layer is measured in the same process, in turns with the updates, forward and backward.
Multiply-adds over rate is the floor. Embedding and distillation, which learn from five rows, are updated in turns, too.

Everything runs on one thread; medians of processor time. A program in PyTorch was measured at .90 s an update on one thread
of a like machine.

    python -m benchmarks.agent57 [--quick]
"""

import argparse
import dataclasses
import math
import statistics

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.world_models import both_ways, cpu_seconds, products
from course_lib.agent57 import training
from course_lib.agent57.config import Agent57Config
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.replay import Sequences

PUBLISHED = dataclasses.replace(
    Agent57Config.paper(),
    worlds=8,
    burn_in=40,
    unroll=80,
    batch_size=4,
    batches=1,
    replay=400,
    warm_up=200,
    evaluate_on=1,
)
QUICK = dataclasses.replace(
    Agent57Config.laptop(), worlds=2, hidden=8, members=2, batch_size=2, batches=1, replay=80, warm_up=20, evaluate_on=1
)
OTHER_PROGRAM = 0.90  # CPU seconds


def multiply_adds(network, config):
    """Those of an update, of convolutions and of dense layers: both values by online and target networks."""
    cell, batch = network.cell, config.batch_size
    heads = math.prod(network.advantages.kernel.shape) + math.prod(network.values.kernel.shape)
    row = products(network.torso) + [0, math.prod(cell.kernel.shape) + math.prod(cell.recurrent_kernel.shape) + heads]
    return 2 * batch * (2 * config.window + 2 * (config.window - config.burn_in)) * row


def pace_makers(network, config):
    """The widest convolution and the largest dense layer of the torso, forward and backward, with their multiply-adds."""
    rng, rows = np.random.default_rng(0), config.batch_size * config.window

    def made(*shape):
        return tf.constant(rng.normal(size=shape) / 10, tf.float32)

    frames, kernel = made(rows, 20, 20, 32), made(4, 4, 32, 64)  # the second of the three, with the most products
    seen, weights = made(rows, 3136), made(3136, config.hidden)
    convolve = both_ways(lambda x, w: tf.nn.conv2d(x, w, 2, "VALID"), frames, kernel)
    multiply = both_ways(tf.matmul, seen, weights)
    return (
        (convolve, 3 * rows * 81 * math.prod(kernel.shape)),
        (multiply, 3 * math.prod(seen.shape) * config.hidden),
    )


def drawn(made):
    """What an update learns from, as the replay gives it, [B, 1, …]."""
    config, rng = made.config, np.random.default_rng(0)
    while len(made.replay) < config.warm_up * config.worlds:
        made.play_row(0, rng)
    numbers, _ = made.replay.draw(config.batch_size, rng)
    batch = made.replay.sequences(numbers, np.ones(config.batch_size), 1.0)
    return Sequences(*(part[:, None] for part in batch))


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Hold updates of Agent57 against their floor.")
    parser.add_argument("--quick", action="store_true", help="a tiny size: a test of the benchmark itself")
    quick = parser.parse_args().quick
    if not quick:  # in a test, others in the same process have used TensorFlow before
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    config, repeats = (QUICK, 1) if quick else (PUBLISHED, 7)
    made = training.make(config)
    made.begin_anew(0)
    played = statistics.median(
        cpu_seconds(lambda: made.play_row(0, np.random.default_rng(0))) for _ in range(2 if quick else 60)
    )
    batch, online = drawn(made), made.network
    makers = pace_makers(online.extrinsic, config)
    calls = [
        lambda: made.learner.update(batch), lambda: made.agent.novelty.learn(batch), *(maker for maker, _ in makers)
    ]  # fmt: skip
    for call in 2 * calls:  # compiled, and warm
        call()
    times = [[cpu_seconds(call) for call in calls] for _ in range(repeats)]
    update, novelty, *others = (statistics.median(column) for column in zip(*times, strict=True))
    work = multiply_adds(online.extrinsic, config)
    floor = sum(part * seconds / count for part, (_, count), seconds in zip(work, makers, others, strict=True))
    weights = sum(math.prod(weight.shape) for weight in online.weights)
    table = Table(title="An update of Agent57, one thread", title_justify="left")
    for column in ("", "weights, with targets", "GMAC", "CPU s", "floor, s", "× floor", "in PyTorch, s"):
        table.add_column(column, justify="right" if column else "left")
    name = f"{config.batch_size} × ({config.burn_in} + {config.unroll}) rows"
    row = (
        f"{2 * weights / 1e6:.1f} M",
        f"{work.sum() / 1e9:.1f}",
        f"{update:.3f}",
        f"{floor:.3f}",
        f"{update / floor:.2f}",
    )
    table.add_row(name, *row, "" if quick else f"{OTHER_PROGRAM:.2f}")
    table.add_row("embedding and distillation", "", "", f"{novelty:.3f}", "", "", "")
    console = Console(width=120)
    console.print(table)
    console.print(
        f"Acting, with bonus and replay, in {config.worlds} × {config.env}: {config.worlds / played:,.0f} steps a second of processor time"
    )


if __name__ == "__main__":
    main()
