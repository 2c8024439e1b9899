"""Light playouts: both sides play at random, and fill no eyes of their own."""

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import is_playable, put_stone
from course_lib.go.layout import COLOURS, KO, MOVES, PASSES, SIZE, TO_PLAY, is_over, points_of
from course_lib.go.rules import EMPTY
from course_lib.go.scoring import area_difference
from course_lib.workbook import exercise

# Of a generator of random numbers, uint64 [1]. Source: Steele, Lea and Flood 2014, SplitMix.
GAMMA, MIX_1, MIX_2 = (np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S27, S30, S31, S32 = (np.uint64(shift) for shift in (27, 30, 31, 32))  # Numba turns mixtures of signs into floats


@exercise(context="numba")
def is_own_eye(colours, point, width, player):
    """Tell whether an empty point is an eye of a player, so that a sensible player does not fill it.

    It is one if all its neighbours are stones of the player (or wall), and if the opponent holds at most one of its
    four diagonal points, or none where the point lies on the edge.

    Source: Gelly, Wang, Munos & Teytaud 2006, on the random part of MoGo.

    Args:
      colours: int [P] of a padded board: 0 empty, 1 black, 2 white, 3 wall.
      point: the index of an empty point in it; its neighbours lie ±1 and ±width from it.
      width: of a padded row, N + 1.
      player: 1 or 2.

    Returns:
      True or False.
    """
    for step in (-width, -1, 1, width):
        if colours[point + step] != player and colours[point + step] != 3:
            return False
    hostile, wall = 0, 0
    for step in (-width - 1, -width + 1, width - 1, width + 1):
        colour = colours[point + step]
        if colour == 3:
            wall = 1
        elif colour == 3 - player:
            hostile += 1
    return hostile + wall < 2


@Kernel
def random_below(rng, bound):
    """Draw 0 … bound − 1 from a generator uint64 [1], which moves on."""
    rng[0] += GAMMA
    word = rng[0]
    word = (word ^ (word >> S30)) * MIX_1
    word = (word ^ (word >> S27)) * MIX_2
    word = word ^ (word >> S31)
    return np.int64(((word >> S32) * np.uint64(bound)) >> S32)


@Kernel
def list_empty(row, empty):
    """Write the empty points into `empty`; returns how many there are."""
    number = 0
    for point in range(points_of(row)):
        if row[COLOURS + point] == EMPTY:
            empty[number] = point
            number += 1
    return number


@Kernel
def take_turn(row, i, empty, number, taken):
    """Play on the i-th of the empty points, or pass for −1, in a game whose past is not kept up.

    Returns:
      How many empty points there are then; `empty` lists them.
    """
    row[KO] = 0
    if i >= 0:
        point = empty[i]
        number -= 1
        empty[i] = empty[number]
        for j in range(put_stone(row, point, taken)):
            empty[number] = taken[j]
            number += 1
        row[PASSES] = 0
    else:
        row[PASSES] += 1
    row[TO_PLAY] = 3 - row[TO_PLAY]
    row[MOVES] += 1
    return number


@Kernel
def play_out(row, rng, empty, taken):
    """Play a game to its end at random, repetition ruled out only as simple ko.

    Moves are drawn among those that are playable and fill no eye of the mover's; without one, it passes. Ends where the
    game would: after two passes, or at the limit.

    Args:
      row: the game; hash set and boards of the past are not kept up.
      rng: uint64 [1].
      empty, taken: room for int32 [N²] each.
    """
    colours, width = row[COLOURS : COLOURS + points_of(row)], row[SIZE] + 1
    number = list_empty(row, empty)
    while not is_over(row):
        left, i = number, 0
        while left > 0:
            i = random_below(rng, left)
            point = empty[i]
            if is_playable(row, point) and not is_own_eye(colours, point, width, row[TO_PLAY]):
                break
            left -= 1  # not this one, this time
            empty[i], empty[left] = empty[left], point
        number = take_turn(row, i if left > 0 else -1, empty, number, taken)


@Kernel
def playout_scores(row, rng, differences):
    """Play a position out many times; Black's points less White's, without komi, go into int32 [games].

    Args:
      row: the game, left as it is.
      rng: uint64 [1].
      differences: int32 [games].
    """
    points = points_of(row)
    used = COLOURS + 5 * points
    copy = np.empty(used, np.int32)
    room = np.empty((4, points), np.int32)
    for game in range(len(differences)):
        copy[:] = row[:used]
        play_out(copy, rng, room[0], room[1])
        differences[game] = area_difference(copy, room[2], room[3])
