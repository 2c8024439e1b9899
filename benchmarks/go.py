"""Playouts and searches in a second, beside OpenSpiel's in the same run; how much of a search the network takes.

OpenSpiel's C++ `MCTSBot` plays one random playout for each simulation. Its Python search for AlphaZero calls an evaluator for
each leaf; here that is the same network, compiled, as in our search. Both play `go` with the same board and komi; OpenSpiel
knows no superko (a repetition ends the game as a draw). Processor time on one thread, in turns, medians.

    python -m benchmarks.go [--quick]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from course_lib.common import devices
from course_lib.go.boards import Boards
from course_lib.go.engine import new_row
from course_lib.go.networks import Evaluator, ZeroNetwork
from course_lib.go.playouts import playout_scores
from course_lib.go.rules import Rules
from course_lib.go.search import Search

KOMI = 7.5


def cpu_seconds(call):
    """Processor time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def medians(calls, repeats):
    """Take turns; the median of the seconds of each."""
    found = [[cpu_seconds(call) for call in calls] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*found, strict=True)]


def open_spiel_search(size, simulations):
    """A search by OpenSpiel's C++ bot from the empty board, as a function; None where it is not installed."""
    try:
        import pyspiel
    except ImportError:
        return None
    game = pyspiel.load_game("go", {"board_size": size, "komi": KOMI})
    evaluator = pyspiel.RandomRolloutEvaluator(1, 0)
    bot = pyspiel.MCTSBot(game, evaluator, 1.4, simulations, 1000, False, 0, False, pyspiel.ChildSelectionPolicy.UCT)
    return lambda: bot.mcts_search(game.new_initial_state())


def playouts_table(sizes, playouts, repeats):
    """Random playouts, ours alone and within UCT, and OpenSpiel's search."""
    table = Table(title="Random playouts a second, one thread", title_justify="left")
    for column in ("board", "playouts", "UCT", "OpenSpiel MCTSBot", "playouts ×", "UCT ×"):
        table.add_column(column, justify="right")
    for size in sizes:
        rules = Rules(size, KOMI)
        row, rng, room = new_row(rules), np.array([1], np.uint64), np.empty(playouts, np.int32)
        search, boards = Search(rules, 1, playouts), Boards(rules, 1)

        def ours(search=search, boards=boards, playouts=playouts):
            search.forget()
            search.run_playouts(boards, playouts)

        theirs = open_spiel_search(size, max(playouts // 10, 2))
        calls = [
            lambda row=row, rng=rng, room=room: playout_scores(row, rng, room),
            ours,
            *([theirs] if theirs else []),
        ]
        for call in calls:
            call()
        times = medians(calls, repeats)
        rates = [playouts / times[0], playouts / times[1]] + (
            [max(playouts // 10, 2) / times[2]] if theirs else [np.nan]
        )
        table.add_row(
            f"{size} × {size}", *(f"{rate:,.0f}" for rate in rates), *(f"{rate / rates[2]:.1f}" for rate in rates[:2])
        )
    return table


class Watch:
    """An evaluator that notes how long the network takes."""

    def __init__(self, evaluate):
        self.evaluate, self.seconds = evaluate, 0.0

    def __call__(self, planes, rows):
        start = time.process_time()
        found = self.evaluate(planes)
        self.seconds += time.process_time() - start
        return found


def open_spiel_zero(size, evaluate, simulations):
    """A search by OpenSpiel's Python code for AlphaZero with a network, as a function; None where it is not installed."""
    try:
        import pyspiel
        from open_spiel.python.algorithms import mcts
    except ImportError:
        return None
    game = pyspiel.load_game("go", {"board_size": size, "komi": KOMI})

    class Leaf(mcts.Evaluator):
        """Ask the network about one position; of its input only the newest boards are filled, which costs less than ours."""

        def _ask(self, state):
            planes = np.zeros((1, size, size, 17), np.uint8)
            planes[0, ..., :3] = np.array(state.observation_tensor()).reshape(4, size, size)[:3].transpose(1, 2, 0)
            return evaluate(planes)

        def evaluate(self, state):
            value = float(self._ask(state)[1][0])
            return np.array([value, -value])

        def prior(self, state):
            policy = self._ask(state)[0][0]
            legal = state.legal_actions()
            return [(action, float(policy[min(action, size * size)])) for action in legal]

    bot = mcts.MCTSBot(
        game,
        1.5,
        simulations,
        Leaf(),
        child_selection_fn=mcts.SearchNode.puct_value,
        random_state=np.random.RandomState(0),
    )
    return lambda: bot.mcts_search(game.new_initial_state())


def search_table(sizes, counts, simulations, repeats, channels=32, blocks=3):
    """Simulations with a small network in many games at once."""
    title = f"Simulations a second with a network of {channels} channels and {blocks} blocks, one thread"
    table = Table(title=title, title_justify="left")
    for column in ("board", "games", "simulations", "in the network", "OpenSpiel AlphaZero", "×"):
        table.add_column(column, justify="right")
    for size in sizes:
        rules, network = Rules(size, KOMI), ZeroNetwork(size, channels, blocks)
        network.build()
        evaluate = Evaluator(network)
        theirs = open_spiel_zero(size, evaluate, max(simulations // 4, 2))
        for games in counts:
            watch, boards, search = Watch(evaluate), Boards(rules, games), Search(rules, games, simulations)

            def ours(search=search, boards=boards, watch=watch):
                search.forget()
                search.run(boards, watch, noise=True)

            calls = [ours, *([theirs] if theirs else [])]
            for call in calls:
                call()
            watch.seconds, start = 0.0, time.process_time()
            ours()
            share = watch.seconds / (time.process_time() - start)
            times = medians(calls, repeats)
            rate = games * simulations / times[0]
            other = max(simulations // 4, 2) / times[1] if theirs else np.nan
            table.add_row(
                f"{size} × {size}", str(games), f"{rate:,.0f}", f"{share:.1%}", f"{other:,.0f}", f"{rate / other:.1f}"
            )
    return table


def starts():
    """Seconds from the start of Python to the first searched move: compiling, and with what was compiled kept."""
    code = (
        "from course_lib.go.boards import Boards; from course_lib.go.rules import Rules;"
        "from course_lib.go.search import Search; r = Rules(5); Search(r, 1, 9).run_playouts(Boards(r, 1))"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)
            seconds.append(time.perf_counter() - start)
    return seconds


def main():
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="Playouts and searches in a second, beside OpenSpiel.")
    parser.add_argument("--quick", action="store_true", help="a tiny size: a test of the benchmark itself")
    quick = parser.parse_args().quick
    console = Console(width=110)
    if quick:
        console.print(playouts_table([5], 20, 1))
        console.print(search_table([3], [2], 4, 1, channels=4, blocks=1))
        return
    devices.set_up("float32", threads=1)
    console.print(playouts_table([9, 19], 2000, 5))
    console.print(search_table([5, 9], [1, 8, 64, 256], 64, 3))
    first, second = starts()
    console.print(
        f"From the start of Python to the first searched move: {first:.1f} s compiling, {second:.1f} s the next time."
    )


if __name__ == "__main__":
    main()
