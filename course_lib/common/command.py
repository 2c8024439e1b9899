"""`python -m course_lib train SYSTEM`: the command line of every training, made from the fields of its configuration."""

import argparse
import dataclasses
import inspect
import pathlib
import re
import signal

from course_lib.common import devices

PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


def parser(systems):
    """Make the parser: a subcommand for each system, an option for each field of its configuration."""
    made = argparse.ArgumentParser(prog="python -m course_lib train", description="Train a system of the course.")
    commands = made.add_subparsers(dest="system", required=True, metavar="SYSTEM")
    for name, system in systems.items():
        about = (system.config.__doc__ or "").strip().splitlines()[0]
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument(
            "--profile", choices=("laptop", "paper"), default="laptop", help="which values to begin with"
        )
        command.add_argument("--folder", type=pathlib.Path, help="of the run; by default runs/SYSTEM-PROFILE")
        command.add_argument("--precision", choices=PRECISIONS, default="auto", help="what the networks compute in")
        command.add_argument("--threads", type=int, help="CPU threads to an operation; 1 is best for small networks")
        command.add_argument("--deterministic", action="store_true", help="the same numbers each time, more slowly")
        values = command.add_argument_group("values of the configuration, in place of the profile's")
        _add_fields(values, system.config)
    return made


def _add_fields(group, config):
    told = _told(config)
    for field in dataclasses.fields(config):
        option = "--" + field.name.replace("_", "-")
        if field.type is bool:
            action = argparse.BooleanOptionalAction
            group.add_argument(option, action=action, default=argparse.SUPPRESS, help=told[field.name])
        elif field.type in (int, float, str):
            group.add_argument(option, type=field.type, default=argparse.SUPPRESS, help=told[field.name])


def _told(config):
    """What the docstring of a configuration, or of one that it builds on, says of each attribute."""
    documented = [kind.__doc__ or "" for kind in reversed(config.__mro__)]
    text = "\n".join(map(inspect.cleandoc, documented))  # Python 3.13 has done that already, the older ones have not
    lines = re.findall(r"^ {2}(\w+(?:, \w+)*): ((?:.|\n {4})+)", text, re.MULTILINE)
    found = {name: " ".join(text.split()).replace("%", "%%") for names, text in lines for name in names.split(", ")}
    return {field.name: found.get(field.name, "") for field in dataclasses.fields(config)}


def main(systems, words):
    """Train what the words ask for, and say where it lies and what came of it.

    Returns:
      An exit status: 0 when it came to its end, 130 when it was stopped and can go on.
    """
    arguments = vars(parser(systems).parse_args(words))
    system, profile = arguments.pop("system"), arguments.pop("profile")
    folder = arguments.pop("folder") or pathlib.Path("runs") / f"{system}-{profile}"
    devices.set_up(arguments.pop("precision"), arguments.pop("deterministic"), arguments.pop("threads"))
    config = dataclasses.replace(getattr(systems[system].config, profile)(), **arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's way to say stop: like Ctrl-C
    try:
        trained = systems[system].train(config, folder=folder)
    except KeyboardInterrupt:
        print(f"\nStopped. What was learnt so far is in {folder}; the same command goes on from there.")
        return 130
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in trained.metrics.last().items())
    print(f"Done: {numbers}\nIt lies in {folder}. To see its curves: tensorboard --logdir {folder}")
    return 0
