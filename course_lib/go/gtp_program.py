"""`python -m course_lib gtp`: a player of the course for boards such as Sabaki, for servers and for matches."""

import argparse
import contextlib
import functools
import os
import pathlib
import sys

from course_lib.go.gtp import Engine
from course_lib.go.rules import KO_RULES, Rules


def parser():
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m course_lib gtp",
        description="Play Go over the Go Text Protocol, through standard input and output.",
    )
    made.add_argument("--player", choices=("zero", "uct", "random"), default="uct", help="uct searches with playouts")
    made.add_argument(
        "--network", type=pathlib.Path, metavar="FILE", help="of zero: network.keras of a training's folder"
    )
    made.add_argument("--simulations", type=int, default=400, help="of uct and zero, for each move")
    made.add_argument("--at-once", type=int, default=8, help="of zero: positions that the network sees together")
    made.add_argument("--seed", type=int, default=0, help="of the player's choices")
    made.add_argument("--size", type=int, default=9, help="of the board at the beginning, 2 to 19")
    made.add_argument("--komi", type=float, default=7.5, help="at the beginning; a multiple of ½")
    made.add_argument("--ko", choices=KO_RULES, default="positional", help="what may not be repeated")
    made.add_argument("--suicide", action="store_true", help="allow it")
    made.add_argument(
        "--resign-below", type=float, default=-0.95, metavar="VALUE",
        help="resign positions worth less to the player, from −1, lost, to 1; at −1 it never does",
    )  # fmt: skip
    return made


def main(words=None):
    """Play until told to quit, or until the other side is gone.

    Returns:
      An exit status.

    Raises:
      ValueError: there are no such rules.
    """
    arguments = parser().parse_args(words)
    if arguments.simulations < 2 or arguments.at_once < 1:
        raise ValueError("--simulations: 2 or more; --at-once: 1 or more.")
    if arguments.player == "zero" and not (arguments.network and arguments.network.is_file()):
        raise ValueError(
            f"--network {arguments.network}: no such file. `train go` leaves a network.keras in its folder."
        )
    rules = Rules(arguments.size, arguments.komi, arguments.ko, arguments.suicide)
    engine = Engine(player_maker(arguments), rules, arguments.resign_below, f"course_lib {arguments.player}")
    sys.stdin.reconfigure(errors="replace")
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt), _protocol_output() as output:
        engine.serve(sys.stdin, output)
    return 0


@contextlib.contextmanager
def _protocol_output():
    """Keep standard output for the protocol: what libraries print there, in C, too, goes to standard error."""
    sys.stdout.flush()
    output = open(os.dup(1), "w", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed below, come what may
    os.dup2(2, 1)
    try:
        yield output
    finally:
        with contextlib.suppress(BrokenPipeError):
            output.close()


def player_maker(arguments):
    """Make players as the command line says.

    Args:
      arguments: what `parser` returns.

    Returns:
      rules -> a player. What it needs is imported when it is first called.
    """

    @functools.cache
    def evaluator():
        from course_lib.common import devices
        from course_lib.common.quiet import keras
        from course_lib.go.networks import Evaluator

        devices.set_up("float32")
        return Evaluator(keras.models.load_model(arguments.network, compile=False))

    def player_of(rules):
        from course_lib.go import players

        if arguments.player == "random":
            return players.RandomPlayer(arguments.seed)
        if arguments.player == "uct":
            return players.UCTPlayer(rules, arguments.simulations, seed=arguments.seed)
        evaluate = evaluator()
        if evaluate.network.size != rules.size:
            raise ValueError(f"the network plays on {evaluate.network.size} lines, not on {rules.size}")
        settings = players.SearchSettings(leaves_at_once=arguments.at_once)
        return players.ZeroPlayer(evaluate, rules, arguments.simulations, settings, arguments.seed)

    return player_of
