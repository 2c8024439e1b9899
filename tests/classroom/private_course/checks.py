import numpy as np

from course_lib.workbook import claim, example, expect

from .functions import mean_square, rescale


@example(rescale)
def _(rng):
    return rng.normal(size=5), 3.0


@claim(rescale, "Twice one and two is two and four", weight=2)
def by_hand(answer, rng):
    mistakes = {"You added the factor.": np.array([3.0, 4.0])}
    expect(answer(np.array([1.0, 2.0]), 2.0), np.array([2.0, 4.0]), mistakes=mistakes, likely="Multiply.")


@claim(rescale, "Negative values keep their size")
def negative(answer, rng):
    values = rng.normal(size=4)
    expect(answer(-abs(values), 2.0), -2 * abs(values), likely="The sign is lost.")


@example(mean_square)
def _(rng):
    return (rng.normal(size=5),)


@claim(mean_square, "Ones have mean square one")
def ones(answer, rng):
    expect(answer(np.ones(3)), 1.0, likely="The mean, not the sum.")
