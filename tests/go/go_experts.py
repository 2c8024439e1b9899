"""Small games for the tests of what learns from games: UCT against itself on 5 by 5, played once."""

import functools

from course_lib.go.expert_games import play_games
from course_lib.go.players import UCTPlayer
from course_lib.go.rules import Rules

RULES = Rules(5, 0.5)


@functools.cache
def small_games(count=40, simulations=40):
    """`Games` that are the same each time."""
    return play_games(UCTPlayer(RULES, simulations), RULES, count, random_moves=6, seed=1)
