"""The fast rollout policy: a softmax, linear in what stands around a point, learned from games and run in playouts.

Of the eight neighbours of a point each is empty, the mover's, the opponent's or wall: 4⁸ patterns, alike under the eight
symmetries. With them go three facts about the fight around the point. A move's strength is the product of theirs.
"""

from typing import NamedTuple

import numpy as np

from course_lib.go.compiled import Kernel
from course_lib.go.engine import is_playable
from course_lib.go.layout import (
    COLOURS,
    LAST,
    SIZE,
    TO_PLAY,
    is_over,
    padded_points,
    point_of,
    points_of,
)
from course_lib.go.playouts import is_own_eye, list_empty, play_out, random_below, take_turn
from course_lib.go.rules import EMPTY, WALL
from course_lib.go.simulation import outcome_of

PATTERNS = 4**8
FACTS = ("takes stones", "saves stones", "next to the last move")
TAKES, SAVES, NEAR = 1, 2, 4
PRECISION = 1 << 30  # steps of a random number between 0 and 1


@Kernel
def pattern_at(row, point):
    """The pattern around a point from the mover's side, two bits for each neighbour, row by row."""
    width, player, code = row[SIZE] + 1, row[TO_PLAY], 0
    for step in (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1):
        colour = row[COLOURS + point + step]
        if colour != EMPTY and colour != WALL:
            colour = 1 if colour == player else 2
        code = code * 4 + colour
    return code


@Kernel
def facts_at(row, point, last):
    """Which of `FACTS` hold at an empty point, as bits.

    A chain is in atari, and the point its last liberty, if all its pairs (stone, empty neighbour) lead to the point. It is
    saved if it then has two ways out, empty points or chains of its colour, or takes something.

    Args:
      row: the game.
      point: padded.
      last: the padded point of the last move, or 0.
    """
    width, count = row[SIZE] + 1, points_of(row)
    heads, liberties, facts, ways = COLOURS + count, COLOURS + 3 * count, 0, 0
    for step in (-width, -1, 1, width):
        colour = row[COLOURS + point + step]
        if colour == EMPTY:
            ways += 1
        elif colour != WALL:
            head, touching = row[heads + point + step], 0
            for other in (-width, -1, 1, width):
                beside = row[COLOURS + point + other]
                touching += beside == colour and row[heads + point + other] == head
            if row[liberties + head] == touching:
                facts |= SAVES if colour == row[TO_PLAY] else TAKES
            else:
                ways += colour == row[TO_PLAY]
    if facts & SAVES and ways < 2 and not facts & TAKES:
        facts -= SAVES  # what is saved here would be taken there
    distance = abs(point - last)
    if last > 0 and (distance == 1 or abs(distance - width) <= 1):
        facts |= NEAR
    return facts


@Kernel
def last_point(row):
    """The padded point of the last move; 0 if it was a pass, or if there was none."""
    return point_of(row, row[LAST]) if 0 <= row[LAST] < row[SIZE] * row[SIZE] else 0


@Kernel
def is_sensible(row, point):
    """Whether a rollout may play on a point: it is playable, repetition apart, and no eye of the mover's."""
    colours = row[COLOURS : COLOURS + points_of(row)]
    return is_playable(row, point) and not is_own_eye(colours, point, row[SIZE] + 1, row[TO_PLAY])


@Kernel
def write_strengths(row, last, patterns, facts, empty, number, strengths):
    """Write the strength of a move at each of the first `number` empty points; returns their sum."""
    total = 0.0
    for i in range(number):
        strengths[i] = patterns[pattern_at(row, empty[i])] * facts[facts_at(row, empty[i], last)]
        total += strengths[i]
    return total


@Kernel
def draw_index(strengths, number, total, rng):
    """Draw an index in proportion to the strengths, none of those that are 0; −1 if all of them are."""
    left, drawn = random_below(rng, PRECISION) / PRECISION * total, -1
    for i in range(number):
        if strengths[i] > 0:
            drawn = i
            left -= strengths[i]
            if left < 0:
                break
    return drawn


@Kernel
def play_out_by(row, patterns, facts, rng, empty, taken, strengths):
    """Play a game to its end, moves drawn in proportion to their strengths; in all else like `playouts.play_out`.

    Args:
      row: the game; hash set and boards of the past are not kept up.
      patterns: the strength of each pattern, [4⁸].
      facts: that of each combination of facts, [8].
      rng: uint64 [1].
      empty, taken, strengths: room for int32 [N²], int32 [N²] and float64 [N²].
    """
    number, last = list_empty(row, empty), last_point(row)
    while not is_over(row):
        total = write_strengths(row, last, patterns, facts, empty, number, strengths)
        i = draw_index(strengths, number, total, rng)
        while i >= 0 and not is_sensible(row, empty[i]):
            total -= strengths[i]
            strengths[i] = 0.0  # not this one, this time
            i = draw_index(strengths, number, total, rng)
        last = empty[i] if i >= 0 else 0
        number = take_turn(row, i, empty, number, taken)


@Kernel
def outcomes_by_patterns(rows, patterns, facts, komi, rng, copy, room, strengths, outcomes):
    """Play positions out, each once, and write the results for their sides to move, float32 [n]."""
    for game in range(len(rows)):
        copy[:] = rows[game, : len(copy)]
        play_out_by(copy, patterns, facts, rng, room[2], room[3], strengths)
        result = outcome_of(copy, komi, room)
        outcomes[game] = result if copy[TO_PLAY] == rows[game, TO_PLAY] else -result


@Kernel
def outcomes_at_random(rows, komi, rng, copy, room, outcomes):
    """The same with moves drawn uniformly."""
    for game in range(len(rows)):
        copy[:] = rows[game, : len(copy)]
        play_out(copy, rng, room[2], room[3])
        result = outcome_of(copy, komi, room)
        outcomes[game] = result if copy[TO_PLAY] == rows[game, TO_PLAY] else -result


class RolloutPolicy(NamedTuple):
    """How strong moves are.

    Attributes:
      patterns: of each pattern, float32 [4⁸].
      facts: of each combination of facts, float32 [8].
    """

    patterns: np.ndarray
    facts: np.ndarray


class Rollouts:
    """Play positions out.

    Args:
      rules: `Rules`.
      policy: a `RolloutPolicy`; moves are drawn uniformly if left out.
      seed: of the moves.
    """

    def __init__(self, rules, policy=None, seed=0):
        self.rules, self.policy = rules, policy
        self.words = np.random.default_rng([seed, 26]).integers(2**63, size=1).astype(np.uint64)
        self._copy = np.empty(COLOURS + 5 * padded_points(rules.size), np.int32)
        self._room = np.empty((4, padded_points(rules.size)), np.int32)
        self._strengths = np.empty(rules.points)

    def __call__(self, rows):
        """int32 [n, L] -> 1 or −1, 0 for a draw, for each side to move, float32 [n]."""
        outcomes, komi = np.empty(len(rows), np.float32), float(self.rules.komi)
        if self.policy is None:
            outcomes_at_random(rows, komi, self.words, self._copy, self._room, outcomes)
        else:
            outcomes_by_patterns(
                rows, *self.policy, komi, self.words, self._copy, self._room, self._strengths, outcomes
            )
        return outcomes
