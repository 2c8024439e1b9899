"""The programs of the course, inside its environment: `python -m course_lib doctor | progress | train | …`.

Each imports what it needs when it is called, so that `--help` is quick.
"""

import argparse
import os
import subprocess
import sys

from course_lib import ROOT


def doctor(_):
    """look at this computer: is everything there that the course needs?"""
    from course_lib.common import doctor

    return doctor.main()


def progress(_):
    """say which parts of the course run on your own code"""
    import course_lib
    from course_lib import workbook

    course_lib.wings()
    print(workbook.progress())
    return 0


def lay(_):
    """lay your copies of the exercises in my_work/; your own work is never overwritten"""
    from course_lib.common.my_work import lay

    for sentence in lay():
        print(sentence)
    return 0


def update(_):
    """bring the course up to date with git; chapters you have run are kept in my_work/before_update/"""
    from course_lib.common import update

    return update.main()


def run(arguments):
    """execute the chapters without a browser and print how long each took"""
    from course_lib.common.notebooks import run

    return run(arguments.names)


def notebooks(arguments):
    """execute chapters and solutions and store their outputs (for authors)"""
    from course_lib.common.notebooks import store

    return store(arguments.names)


def exercises(_):
    """generate exercises/ from solutions/ (for authors)"""
    from course_lib.common.release import refresh

    print(*refresh() or ["exercises/ is up to date"], sep="\n")
    return 0


def class_(arguments):
    """make the students' bundle; with words: `grades [--to FOLDER]` exports, all others go to nbgrader (for teachers)"""
    from course_lib.classroom import bundle, export, gradebook

    os.environ["PATH"] = gradebook.path()
    match arguments.words:
        case []:
            made = bundle.write()
            print(f"{made}: {made.stat().st_size / 1e6:.1f} MB")
            return 0
        case ["grades", *more]:
            return export.main(more)
        case words:
            return subprocess.call([sys.executable, "-m", "nbgrader", *words], cwd=ROOT)


def train(arguments):
    """train a system of the course, e.g. `train predictron --profile laptop`; a run that was stopped goes on"""
    import course_lib
    from course_lib.common import command

    return command.main(course_lib.systems(), arguments.words)


def gtp(arguments):
    """play Go over the Go Text Protocol, for boards such as Sabaki and for matches with other programs"""
    from course_lib.go import gtp_program

    return gtp_program.main(arguments.words)


class_.__name__ = "class"  # which Python keeps for itself
PROGRAMS = (doctor, progress, train, gtp, lay, update, run, notebooks, exercises, class_)
OWN_PARSERS = {train: ("SYSTEM ...", "--help lists them"), gtp: ("...", "--help lists the options")}
NAMED = (run, notebooks)  # these take the names of notebooks, or a part of them such as 01


def main(argv=None):
    """Run one program and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="PROGRAM")
    for program in PROGRAMS:
        # What begins with - after these is the business of their own parsers, --help included.
        options = {"prefix_chars": " ", "add_help": False} if program in OWN_PARSERS else {}
        command = commands.add_parser(program.__name__, help=program.__doc__, description=program.__doc__, **options)
        command.set_defaults(program=program)
        if program in NAMED:
            command.add_argument("names", nargs="*", metavar="NAME", help="part of a notebook's path, such as 01")
        if program is class_:
            command.add_argument("words", nargs=argparse.REMAINDER, metavar="...", help="e.g. autograde 01_topic")
        if program in OWN_PARSERS:
            metavar, told = OWN_PARSERS[program]
            command.add_argument("words", nargs=argparse.REMAINDER, metavar=metavar, help=told)
    arguments = parser.parse_args(argv)
    try:
        return arguments.program(arguments)
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
