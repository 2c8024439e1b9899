"""Compare `mdp.solve` with QuantEcon's DiscreteDP on random sparse MDPs, and one sweep with what memory allows.

Garnet MDPs with 4 actions and 5 successors each, γ = .99: a horizon of 100 steps, long enough that stopping by the
plain change of values (QuantEcon's value iteration) takes 1800 sweeps, and usual in reinforcement learning. Both are
asked for values within 10^-6 of optimal in every state and must agree within the sum of their tolerances.

- QuantEcon: its quickest of value iteration, modified policy iteration with its default k = 20, the same with k = 5
  (quicker here), and policy iteration where that ends at all (random sparse matrices fill up when they are factored).
- Runs take turns, so that a noisy neighbour disturbs both; medians; compiling and building the MDP are not counted.
- Floor: bytes that a full sweep has to move once (P, r, both v, actions) at the bandwidth of a sum over a large
  array with the same threads; the best of many turns for each, since a floor is a limit. It takes reading v at
  random places to be free, so the time for nothing but Σ p[k] v[successor[k]] stands beside it.

    python -m benchmarks.mdp [--quick]
"""

import argparse
import statistics
import time

import numpy as np
from numba import config, njit, prange, set_num_threads
from rich.console import Console
from rich.table import Table
from scipy import sparse

from course_lib import mdp
from course_lib.mdp.kernels import improvement_sweep
from course_lib.mdp.solvers import SERIAL_ENTRIES

ACTIONS, BRANCHING, DISCOUNT, TOLERANCE = 4, 5, 0.99, 1e-6
OURS = ("modified_policy_iteration", "value_iteration")
PEERS = {"MPI k=5": ("modified_policy_iteration", 5), "MPI k=20": ("modified_policy_iteration", 20)}
SLOW_PEERS = {"VI": ("value_iteration", None), "PI": ("policy_iteration", None)}
SLOW_UP_TO = {"VI": 100_000, "PI": 2_000}  # beyond this they take from half a minute to hours


@njit(parallel=True, fastmath=True)
def sum_of(array):
    """Read an array once."""
    total = 0.0
    for k in prange(len(array)):
        total += array[k]
    return total


@njit(parallel=True, fastmath=True)
def gather(probabilities, successors, values):
    """Read P once, and v wherever it points."""
    total = 0.0
    for k in prange(len(probabilities)):
        total += probabilities[k] * values[successors[k]]
    return total


def take_turns(contestants, repeats, typical=statistics.median):
    """Run each contestant in turn, once for nothing; return {name: (wall seconds, CPU seconds, last result)}."""
    taken = {name: [] for name in contestants}
    for _ in range(repeats + 1):
        for name, run in contestants.items():
            taken[name].append(timed(run))
    return {
        name: (typical(r[0] for r in runs[1:]), typical(r[1] for r in runs[1:]), runs[-1][2])
        for name, runs in taken.items()
    }


def timed(run):
    """Return wall seconds, CPU seconds of all threads, and the result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def peer_runs(made):
    """Return the runs of QuantEcon that are worth a try at this size: (repeated ones, those that run once)."""
    from quantecon.markov import DiscreteDP  # after course_lib, which tells OpenMP's threads how to wait

    states, actions = np.divmod(np.arange(made.rewards.size), made.num_actions)
    peer = DiscreteDP(made.rewards.ravel(), sparse.csr_matrix(made.transitions), made.discount, states, actions)

    def run(method, k):
        extra = {} if k is None else {"k": k}
        # QuantEcon's ε promises ε / 2; ours promises the tolerance.
        return lambda: peer.solve(method=method, epsilon=2 * TOLERANCE, max_iter=100_000, **extra)

    slow = {name: run(*how) for name, how in SLOW_PEERS.items() if made.num_states <= SLOW_UP_TO[name]}
    return {name: run(*how) for name, how in PEERS.items()}, slow


def compare(num_states, repeats):
    """Solve one MDP in all ways; return the rows of the table."""
    made = mdp.garnet(num_states, ACTIONS, BRANCHING, DISCOUNT, seed=1)
    often, once = peer_runs(made)
    ours = {name: lambda name=name: mdp.solve(made, method=name, tolerance=TOLERANCE) for name in OURS}
    results = take_turns({**ours, **often}, repeats)
    results |= {name: timed(run) for name, run in once.items()}
    quickest = min((name for name in results if name not in OURS), key=lambda name: results[name][0])
    reference = results[quickest][2].v
    rows = []
    for name, (wall, cpu, result) in sorted(results.items(), key=lambda item: item[1][0]):
        values = result.values if name in OURS else result.v
        difference = np.abs(values - reference).max()
        assert difference <= 2 * TOLERANCE, f"{name} is {difference:.1e} away from QuantEcon's {quickest}"
        factor = results[quickest][0] / wall
        solver = f"course {name}" if name in OURS else f"QuantEcon {name}"
        rows.append((f"{num_states:,}", solver, f"{wall:.4f}", f"{cpu:.4f}", f"{factor:.2f}", f"{difference:.0e}"))
    return rows


def sweep_floor(num_states, repeats, large):
    """Time one full sweep beside its floor; return a row of the table."""
    made = mdp.garnet(num_states, ACTIONS, BRANCHING, DISCOUNT, seed=1)
    solution = mdp.solve(made)
    table = made.transitions.data, made.transitions.indices.view(np.uint32), made.transitions.indptr.view(np.uint32)
    values, new_values, actions = solution.values, np.empty(num_states), solution.actions
    keep_nothing = np.empty(0), np.empty(0, np.uint32), np.zeros(num_states + 1, np.uint32), np.empty(num_states)
    arrays = (*table, made.rewards, made.discount, values, new_values, actions, keep_nothing)
    set_num_threads(threads := 1 if made.transitions.nnz <= SERIAL_ENTRIES else config.NUMBA_NUM_THREADS)
    contestants = {
        "sweep": lambda: improvement_sweep(*arrays),
        "reads": lambda: gather(*table[:2], values),
        "sum": lambda: sum_of(large),
    }
    times = {name: wall for name, (wall, *_) in take_turns(contestants, repeats, min).items()}
    moved = sum(array.nbytes for array in (*table, made.rewards, values, new_values, actions))
    bandwidth = large.nbytes / times["sum"]
    floor = moved / bandwidth
    milliseconds = (f"{1e3 * t:.3f}" for t in (times["sweep"], floor, times["reads"]))
    ratios = (f"{times['sweep'] / t:.2f}" for t in (floor, times["reads"]))
    return (f"{num_states:,}", str(threads), f"{bandwidth / 1e9:.1f}", *milliseconds, *ratios)


def print_table(title, columns, rows):
    """Print rows as a table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column == "solver" else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table)


def main():
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description="Compare mdp.solve with QuantEcon and with the memory bandwidth.")
    parser.add_argument("--quick", action="store_true", help="small sizes only: a test of the benchmark itself")
    quick = parser.parse_args().quick
    sizes = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    repeats, entries = (3, 2_000_000) if quick else (7, 50_000_000)
    rows = [row for size in sizes for row in compare(size, repeats)]
    columns = ("states", "solver", "wall s", "CPU s", "times QuantEcon's best", "max difference")
    print_table(f"Garnet, A={ACTIONS}, b={BRANCHING}, γ={DISCOUNT}, error ≤ {TOLERANCE:g}", columns, rows)
    rows = [sweep_floor(size, 5 * repeats, np.ones(entries)) for size in sizes]
    columns = ("states", "threads", "GB/s", "sweep ms", "floor ms", "reads alone ms", "× floor", "× reads alone")
    print_table("One full sweep: max over actions, greedy action and bounds", columns, rows)


if __name__ == "__main__":
    main()
