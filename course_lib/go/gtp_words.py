"""What is said over the Go Text Protocol: colours, numbers and points as words, chains and analyses as text."""

import numpy as np

from course_lib.go.coordinates import from_vertex, to_vertex
from course_lib.go.layout import COLOURS, point_of, points_of
from course_lib.go.rules import BLACK, WHITE

COLOUR_WORDS = {"b": BLACK, "black": BLACK, "w": WHITE, "white": WHITE}


def colour_of(word):
    """Read b, black, w or white; raises ValueError for anything else."""
    if word.lower() not in COLOUR_WORDS:
        raise ValueError(f"syntax error: {word!r} is no colour; write B or W")
    return COLOUR_WORDS[word.lower()]


def integer(word):
    """Read a whole number that is not negative; raises ValueError for anything else."""
    if not (word.isascii() and word.isdigit()):
        raise ValueError(f"syntax error: {word!r} is no whole number")
    return int(word)


def point_in(word, size):
    """Read a vertex of a board, or pass; raises ValueError for anything else."""
    try:
        return from_vertex(word, size)
    except ValueError as error:
        raise ValueError(f"syntax error: {error}") from error


def chains(position):
    """The vertices of each chain, a line each."""
    row, found = position.row, {}
    for move in np.flatnonzero(position.stones):
        head = row[COLOURS + points_of(row) + point_of(row, move)]
        found.setdefault(head, []).append(to_vertex(move, position.size))
    return [" ".join(chain) for chain in found.values()]


def info(analysis, size):
    """An analysis in the words of Leela Zero: moves by visits, and how often each wins in ten thousand."""
    moves = [move for move in np.argsort(-analysis.visits, kind="stable") if analysis.visits[move]] or [analysis.move]
    infos = []
    for order, move in enumerate(moves):
        value = next((number for number in (analysis.values[move], analysis.value) if np.isfinite(number)), 0)
        told = f"visits {max(1, round(analysis.visits[move]))} winrate {round(5000 * (1 + value))} order {order}"
        infos.append(f"info move {to_vertex(move, size)} {told} pv {to_vertex(move, size)}")
    return " ".join(infos)
