import numpy as np

from course_lib.workbook import claim, example, expect

from .functions import backward_returns, longest_rise, mean_square, rescale


@example(rescale)
def _(rng):
    return rng.normal(size=5), 3.0


@claim(rescale, "Twice one and two is two and four", weight=2)
def by_hand(answer, rng):
    expect(
        answer(np.array([1.0, 2.0]), 2.0),
        np.array([2.0, 4.0]),
        likely="Multiply.",
        mistakes={"You added the factor.": [3.0, 4.0]},
    )


@claim(rescale, "Negative values keep their size")
def negative(answer, rng):
    values = rng.normal(size=4)
    expect(answer(-abs(values), 2.0), -2 * abs(values), likely="The sign is lost.")


@example(mean_square)
def _(rng):
    return (rng.normal(size=5),)


@claim(mean_square, "Ones have mean square one")
def ones(answer, rng):
    expect(answer(np.ones(3)), 1.0)


@example(backward_returns)
def _(rng):
    return rng.normal(size=6).astype("float32"), 0.9, np.float32(0.5)


@claim(backward_returns, "Ones without discount count down")
def countdown(answer, rng):
    expect(answer(np.ones(3, "float32"), 1.0, np.float32(0.0)), [3.0, 2.0, 1.0], tolerance=1e-5)


@example(longest_rise)
def _(rng):
    return (rng.normal(size=50),)


@claim(longest_rise, "1 2 3 1 rises three long")
def three(answer, rng):
    expect(answer(np.array([1.0, 2.0, 3.0, 1.0])), 3)
