"""A course of four functions, one for each kind of array and one that builds on another, to test the workbook on."""

from .functions import backward_returns, longest_rise, mean_square, rescale

__all__ = ["backward_returns", "longest_rise", "mean_square", "rescale"]
