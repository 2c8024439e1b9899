"""Shorthand for the tests of the Go wing: boards as drawings, moves as vertices, the eight ways to look at a board."""

import textwrap

import numpy as np

from course_lib.go.coordinates import from_vertex
from course_lib.go.position import SIGNS, Position
from course_lib.go.rules import BLACK, Rules


def setup(text, to_play=BLACK, **rules):
    """A position from a drawing, X black, O white; the rules are Tromp and Taylor's with komi 0 unless said."""
    rules = {"size": len(text.strip().splitlines()), "komi": 0} | rules
    return Position.from_ascii(text, Rules(**rules), to_play)


def play(position, moves):
    """Play moves such as "B2 A1 pass"."""
    for name in moves.split():
        position = position.play(from_vertex(name, position.size))
    return position


def why(position, name):
    """Why a vertex cannot be played, or None."""
    return position.why_illegal(from_vertex(name, position.size))


def drawn(position):
    """The board as it is drawn in the tests."""
    return "\n".join("".join(SIGNS[stone] for stone in line) for line in position.stones)


def drawing(text):
    """A drawing without its blanks, to compare with `drawn`."""
    return "\n".join(line.replace(" ", "") for line in textwrap.dedent(text).strip().split("\n"))


def symmetries(size):
    """For each of the eight symmetries of the square, the point that is to be seen at each point, [8, N²]."""
    points = np.arange(size**2).reshape(size, size)
    return np.array([np.rot90(face, turns).ravel() for face in (points, points.T) for turns in range(4)])
