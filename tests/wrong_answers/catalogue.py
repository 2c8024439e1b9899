"""The catalogue of plausible mistakes: `@wrong(...)` and `@right(...)` register answers to an exercise."""

import collections
import dataclasses
from collections.abc import Callable

WRONG = collections.defaultdict(list)
RIGHT = collections.defaultdict(list)


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A wrong answer, the claim that has to reject it first, and a phrase that has to name the mistake."""

    answer: Callable
    claim: str
    says: str


def wrong(exercise, *, claim, says):
    def register(answer):
        WRONG[exercise.name].append(Wrong(answer, claim, says))
        return answer

    return register


def right(exercise):
    """Register an answer that is right and written differently from the library's."""

    def register(answer):
        RIGHT[exercise.name].append(answer)
        return answer

    return register
