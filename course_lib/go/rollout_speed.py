"""How fast is a rollout policy, and how fast a policy network? Moves a second of each, on the machine at hand.

python -m course_lib.go.rollout_speed
"""

import time

import numpy as np

from course_lib.common import devices
from course_lib.go.boards import Boards
from course_lib.go.expert_games import RULES
from course_lib.go.layout import COLOURS, MOVES, padded_points
from course_lib.go.playouts import play_out
from course_lib.go.rollout_policy import play_out_by


def moves_per_second(chosen, seconds=0.3, clock=time.process_time):
    """Call something until some time is over.

    Args:
      chosen: () -> how many moves it chose.
      seconds: of computing.
      clock: what measures them.

    Returns:
      Moves a second.
    """
    chosen()  # compiles, and warms the caches
    began, number = clock(), 0
    while (took := clock() - began) < seconds:
        number += chosen()
    return number / took


def speeds(evaluate, policy, rules=RULES, batches=(1, 64, 512), **options):
    """Measure playouts from the empty board and a policy network.

    Args:
      evaluate: a `PolicyEvaluator`.
      policy: a `RolloutPolicy`.
      rules: `Rules`.
      batches: how many positions the network sees at once.
      **options: as for `moves_per_second`.

    Returns:
      {what: moves a second}.
    """
    start, points = Boards(rules, 1).rows[0], rules.points
    row = np.empty(COLOURS + 5 * padded_points(rules.size), np.int32)
    words, room, strengths = np.array([26], np.uint64), np.empty((2, points), np.int32), np.empty(points)

    def at_random():
        row[:] = start[: len(row)]
        play_out(row, words, *room)
        return row[MOVES]

    def by_patterns():
        row[:] = start[: len(row)]
        play_out_by(row, *policy, words, *room, strengths)
        return row[MOVES]

    found = {"uniform playout": moves_per_second(at_random, **options)}
    found["rollout policy"] = moves_per_second(by_patterns, **options)
    for batch in batches:
        planes = Boards(rules, batch).planes()
        found[f"policy network, {batch} at once"] = moves_per_second(
            lambda seen=planes: len(evaluate(seen)[0]), **options
        )
    return found


def main():
    """Measure what comes with the course."""
    from course_lib.go.shipped_networks import load_evaluator, load_rollout_policy

    devices.set_up("float32", threads=1)
    for name, speed in speeds(load_evaluator("policy"), load_rollout_policy()).items():
        print(f"{name:32} {speed:12,.0f} moves a second")


if __name__ == "__main__":
    main()
