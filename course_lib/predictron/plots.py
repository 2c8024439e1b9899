"""Figures of the chapter. Each function draws into given axes, or makes a Figure; `common.plots.show` puts it into a notebook."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.common.plots import LINE_COLOURS, LINE_STYLES, panel
from course_lib.predictron.mazes import connected

FLOOR = ListedColormap(["#FFFFFF", "#BFE3F5", "#404040"])  # dry, connected, wall


def plot_maze(walls, axes=None, predictions=None, title=""):
    """Draw a maze: walls dark, cells that are connected to the bottom-right one blue, the diagonal marked.

    Args:
      walls: bool [size, size].
      axes: the panel to draw into; a figure of its own if left out.
      predictions: of the diagonal cells, [size]; written into them where given.
      title: of the panel.

    Returns:
      A Figure.
    """
    axes = panel(axes, (3.4, 3.4))
    wet = connected(walls[None])[0]
    axes.imshow(np.where(walls, 2, wet), cmap=FLOOR, vmin=0, vmax=2)
    for cell in range(len(walls)):
        text = "" if predictions is None else _short(predictions[cell])
        colour = "white" if walls[cell, cell] else "black"
        axes.add_patch(_square(cell, colour))
        axes.text(cell, cell, text, ha="center", va="center", fontsize=7, color=colour)
    axes.set(xticks=[], yticks=[], title=title)
    return axes.figure


def _square(cell, colour):
    return Rectangle((cell - 0.45, cell - 0.45), 0.9, 0.9, fill=False, edgecolor=colour, linewidth=0.8)


def plot_unrolling(explanation, index, walls):
    """Draw how the prediction for one maze came about: the maze, its preturns, and how much each of them counts.

    Args:
      explanation: an `Explanation` of a batch.
      index: which input of the batch.
      walls: its walls, bool [size, size].

    Returns:
      A Figure with three panels.
    """
    preturns, weights = (np.asarray(part)[:, index] for part in (explanation.preturns, explanation.weights))
    figure = Figure(figsize=(9.6, 3.9), facecolor="white", layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.25, 1.25))
    plot_maze(walls, left, np.asarray(explanation.prediction)[index], "the maze and the prediction")
    shared = {"aspect": "auto", "vmin": 0, "vmax": 1}
    _table(middle, preturns, "preturn $g^k$", cmap="cividis", **shared)
    _table(right, weights, "weight $w^k$", cmap="Greys", **shared)
    middle.set(ylabel="imagined steps k")
    return figure


def _table(axes, numbers, title, **options):
    """A heat map with its numbers written in, legible on dark and on light."""
    image = axes.imshow(numbers, **options)
    for (k, cell), number in np.ndenumerate(numbers):
        red, green, blue, _ = image.cmap(image.norm(number))
        light = 0.3 * red + 0.6 * green + 0.1 * blue > 0.5
        axes.text(cell, k, _short(number), ha="center", va="center", fontsize=7, color="black" if light else "white")
    axes.set(title=title, xlabel="cell of the diagonal", xticks=range(numbers.shape[1]), yticks=range(len(numbers)))


def plot_seeds(curves, axes=None, x=None, smooth=1):
    """Draw several runs of each variant: thin lines for the runs, a thick one for their mean.

    Args:
      curves: label -> runs, [seeds, E].
      axes: the panel to draw into; a figure of its own if left out.
      x: the E positions, or {label: positions}; 0, 1, … if left out.
      smooth: over how many neighbouring points the mean is taken.

    Returns:
      A Figure.
    """
    axes = panel(axes, (6.4, 3.8))
    for (label, runs), colour, line in zip(curves.items(), LINE_COLOURS * 2, LINE_STYLES * 4, strict=False):
        runs = np.asarray(runs, float)
        places = x[label] if isinstance(x, dict) else np.arange(runs.shape[1]) if x is None else x
        mean = np.convolve(runs.mean(axis=0), np.ones(smooth) / smooth, "valid")
        for run in runs:
            axes.plot(places, run, color=colour, alpha=0.3, linewidth=0.7)
        first = (smooth - 1) // 2
        axes.plot(places[first : first + len(mean)], mean, color=colour, linestyle=line, linewidth=2.2, label=label)
    axes.legend(fontsize=9)
    return axes.figure


def _short(number):
    """Two decimals without a leading zero, and no minus before what is rounded to nothing."""
    text = f"{round(float(number), 2) + 0.0:.2f}"
    return text.replace("0.", ".", 1).replace("-", "−") if abs(number) < 1 else text.replace("-", "−")
