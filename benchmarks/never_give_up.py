"""A question to the episodic memory, beside other ways to find neighbours; steps a second of an agent that never gives up.

30,000 memories of 32 numbers, ten neighbours, one question at a time, as an actor asks. All take turns in the same process;
medians of processor time, on one thread. scikit-learn is no requirement of the course: its row is there where it is
installed (pip install scikit-learn).

    python -m benchmarks.never_give_up [--quick]
"""

import argparse
import os
import statistics
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before NumPy is imported
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from course_lib.common.quiet import tensorflow as tf  # noqa: E402
from course_lib.never_give_up import training  # noqa: E402
from course_lib.never_give_up.config import NGUConfig  # noqa: E402
from course_lib.never_give_up.episodic_memory import EpisodicMemory, nearest  # noqa: E402

NEIGHBOURS, SIZE = 10, 32


def milliseconds(call, repeats):
    """The median processor time of a call; short ones are timed ten at once."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(10):
            call()
        times.append((time.process_time() - start) * 100)
    return statistics.median(times)


def ways(capacity):
    """Ways to ask for the neighbours of a state, {name: function without arguments}."""
    rng = np.random.default_rng(0)
    memory = EpisodicMemory(1, capacity, SIZE, NGUConfig.paper())
    memory.kept[0] = rng.normal(size=(capacity, SIZE))
    memory.squares[0], memory.added[0] = np.square(memory.kept[0]).sum(axis=1), capacity
    state, kept = rng.normal(size=SIZE).astype(np.float32), memory.kept[0]

    def differences():
        squared = np.square(kept - state).sum(axis=1)
        return np.argpartition(squared, NEIGHBOURS)[:NEIGHBOURS]

    found = {
        "ours: neighbours": lambda: nearest(state, kept, memory.squares[0], NEIGHBOURS),
        "ours: neighbours and bonus": lambda: memory.look(0, state),
        "NumPy, all differences": differences,
    }
    try:
        from sklearn.neighbors import NearestNeighbors
    except ImportError:
        return found
    brute = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(kept)
    return found | {"scikit-learn, brute force": lambda: brute.kneighbors(state[None])}


def steps_per_second(config, rows):
    """Steps of all worlds in a second of processor time, with embedding, distillation, memory and replay."""
    made, rng = training.make(config), np.random.default_rng(0)
    made.begin_anew(0)
    for _ in range(3):
        made.play_row(0, rng)
    start = time.process_time()
    for _ in range(rows):
        made.play_row(0, rng)
    return rows * config.worlds / (time.process_time() - start)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Hold the episodic memory against other ways.")
    parser.add_argument("--quick", action="store_true", help="few memories: a test of the benchmark itself")
    quick = parser.parse_args().quick
    if not quick:  # in a test, others in the same process have used TensorFlow before
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    capacity, repeats = (100, 1) if quick else (30_000, 30)
    calls = ways(capacity)
    times = {name: milliseconds(call, repeats) for name, call in calls.items()}
    table = Table(title=f"One question to {capacity:,} memories of {SIZE} numbers", title_justify="left")
    for column in ("", "CPU ms", "× ours"):
        table.add_column(column, justify="right" if column else "left")
    for name, each in times.items():
        table.add_row(name, f"{each:.3f}", f"{each / times['ours: neighbours']:.1f}")
    console = Console(width=100)
    console.print(table)
    rate = steps_per_second(NGUConfig.laptop(), 2 if quick else 200)
    console.print(f"Acting in disco mazes, everything included: {rate:,.0f} steps a second of processor time")


if __name__ == "__main__":
    main()
