"""Hands of Blackjack per second: the course's batches of arrays beside Gymnasium's Blackjack-v1, one core each.

Two tasks. *Playing*: hands under "stick on 20 or 21", and the mean return. *Learning*: first-visit control with an
ε-greedy policy, ε = 0.1, counts and means for each state and action.

- Python loop: one environment, a hand at a time, the policy in a table, the means in a dictionary, as in most courses.
- Vector API: `gymnasium.make_vec` with copies in one process ("sync"), which Gymnasium resets by itself.
- Course: `monte_carlo.play` and `monte_carlo.epsilon_soft_control`.

Runs take turns, so that a noisy neighbour disturbs all; medians of hands per second of processor time. NumPy gets one
thread (nothing here would use more). All mean returns have to agree within their standard errors. The last table
holds the peak of memory against the number of hands.

    python -m benchmarks.monte_carlo [--quick]
"""

import argparse
import collections
import statistics
import time
import tracemalloc

import gymnasium
import numpy as np
from rich.console import Console
from rich.table import Table

from course_lib import monte_carlo as mc

EPSILON = 0.1


def python_loop(hands, seed):
    """Play one environment hand by hand; return the mean return."""
    env = gymnasium.make("Blackjack-v1", sab=True)
    total, (observation, _) = 0.0, env.reset(seed=seed)
    for _ in range(hands):
        over = False
        while not over:
            observation, reward, over, _, _ = env.step(0 if observation[0] >= 20 else 1)
            total += reward
        observation, _ = env.reset()
    return total / hands


def vector_api(hands, seed, copies=256):
    """Play copies of the environment side by side; return the mean return of the hands that ended."""
    envs = gymnasium.make_vec("Blackjack-v1", num_envs=copies, vectorization_mode="sync", sab=True)
    done, total, (observations, _) = 0, 0.0, envs.reset(seed=seed)
    fresh = np.zeros(copies, bool)  # a copy whose hand has ended is dealt a new one by the next step
    finished = np.zeros(copies, int)
    while finished.min() < hands // copies:  # the same number from each: short hands must not count more often
        observations, rewards, terminated, _, _ = envs.step((observations[0] < 20).astype(int))
        counted = terminated & ~fresh & (finished < hands // copies)
        total, done = total + rewards[counted].sum(), done + counted.sum()
        finished += counted
        fresh = terminated
    return total / done


def course(hands, seed, batch=10_000):
    """Play batches of arrays; return the mean return."""
    rng, policy, world = np.random.default_rng(seed), mc.stick_from(20), mc.Blackjack()
    played = (mc.play(world, policy, batch, rng).rewards.sum() for _ in range(hands // batch))
    return sum(played) / (hands // batch * batch)


def learning_loop(hands, seed):
    """Learn in a Python loop over one environment, means in dictionaries; return the mean return while learning."""
    env, rng = gymnasium.make("Blackjack-v1", sab=True), np.random.default_rng(seed)
    q, counts = collections.defaultdict(float), collections.defaultdict(int)
    total, (observation, _) = 0.0, env.reset(seed=seed)
    for _ in range(hands):
        steps, over = [], False
        while not over:
            greedy = int(q[observation, 1] > q[observation, 0])
            action = int(rng.integers(2)) if rng.random() < EPSILON else greedy
            steps.append((observation, action))
            observation, reward, over, _, _ = env.step(action)
        for pair in steps:  # no hand comes back to a state, and the last reward is the return
            counts[pair] += 1
            q[pair] += (reward - q[pair]) / counts[pair]
        total += reward
        observation, _ = env.reset()
    return total / hands


def learning_course(hands, seed):
    """Learn with the course's control; return the mean return of the policy found."""
    rng = np.random.default_rng(seed)
    found = mc.epsilon_soft_control(mc.Blackjack(), hands, rng, epsilon=EPSILON, batch=2000)
    return mc.play(mc.Blackjack(), found.policy, 50_000, rng).rewards.sum() / 50_000


def take_turns(contestants, repeats):
    """Run each contestant in turn; return {name: (hands per second of processor time, last result)}."""
    rates = collections.defaultdict(list)
    results = {}
    for repeat in range(repeats):
        for name, (run, hands) in contestants.items():
            start = time.process_time()
            results[name] = run(hands, seed=repeat)
            rates[name].append(hands / (time.process_time() - start))
    return {name: (statistics.median(rates[name]), results[name]) for name in contestants}


def compare(title, contestants, repeats, slack):
    """Print a table of rates; the results have to agree within four standard errors and some slack."""
    found = take_turns(contestants, repeats)
    base, (base_rate, base_mean) = next(iter(found.items()))
    rows = []
    for name, (rate, mean) in found.items():
        error = 4 * np.hypot(*(1 / np.sqrt(contestants[n][1]) for n in (name, base))) + slack
        assert abs(mean - base_mean) < error, f"{name} and {base} do not play the same game: {mean} and {base_mean}"
        rows.append((name, f"{rate:,.0f}", f"{rate / base_rate:.1f}", f"{mean:+.3f}"))
    print_table(title, ("", "hands/s", "× the loop", "mean return"), rows)


def memory(sizes):
    """Measure the peak of allocated memory while predicting from more and more hands."""
    rows = []
    for hands in sizes:
        tracemalloc.start()
        mc.predict(mc.Blackjack(), mc.stick_from(20), hands, np.random.default_rng(0), batch=5000)
        rows.append((f"{hands:,}", f"{tracemalloc.get_traced_memory()[1] / 1e6:.1f}"))
        tracemalloc.stop()
    print_table("Peak memory of predict()", ("hands", "MB"), rows)


def print_table(title, columns, rows):
    """Print rows as a table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if not column else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=100).print(table)


def main():
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description="Compare hands of Blackjack per second with Gymnasium's.")
    parser.add_argument("--quick", action="store_true", help="few hands: a test of the benchmark itself")
    quick = parser.parse_args().quick
    few, many, repeats = (1024, 20_000, 1) if quick else (10_240, 1_000_000, 5)
    playing = {
        "Gymnasium, Python loop": (python_loop, few),
        "Gymnasium, vector API": (vector_api, few),
        "course, batch of arrays": (course, many),
    }
    compare("Playing", playing, repeats, slack=0.0)
    learning = {"Gymnasium, Python loop": (learning_loop, few), "course, batch of arrays": (learning_course, many)}
    compare("Learning: first-visit control, ε = 0.1", learning, repeats, slack=0.3)  # the loop pays while it learns
    memory((10_000, 50_000) if quick else (10_000, 100_000, 1_000_000))


if __name__ == "__main__":
    main()
