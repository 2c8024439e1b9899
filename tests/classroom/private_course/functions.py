import numpy as np

from course_lib.workbook import also_computes, exercise


@exercise(context="numpy", seconds=0.5)
def rescale(values, factor):
    """values [N] times factor."""
    return values * factor


@also_computes(rescale)
def rescale_all(values, factor):
    """The same by another way."""
    return np.array([value * factor for value in values])


@exercise(context="numpy", seconds=0.5)
def mean_square(values):
    """The mean of the squares of values [N]."""
    return np.mean(values**2)
