"""The workbook: learners' functions inside a real library. Knows nothing of any subject.

For a library's author: mark a function with `@exercise(context=…)`, and in the module `checks` beside it register
an `@example` and some `@claim`s for it. For a learner's notebook: `@fill(wing.function)` above one's own function,
`check(wing.function)` below it, `adopt("NN_topic")` to take over saved work, `progress()` to see how far one is.
"""

from .adopt import adopt, solution_cells, work_folder
from .check import Result, check, examine
from .claims import ClaimFailed, claim, claims_of, example, example_of, expect, require
from .exercise import Exercise, UsesLibraryAnswer, also_computes, exercise, exercises, fill
from .progress import progress

__all__ = [
    "ClaimFailed",
    "Exercise",
    "Result",
    "UsesLibraryAnswer",
    "adopt",
    "also_computes",
    "check",
    "claim",
    "claims_of",
    "examine",
    "example",
    "example_of",
    "exercise",
    "exercises",
    "expect",
    "fill",
    "progress",
    "require",
    "solution_cells",
    "work_folder",
]
