"""Figures of the chapter. Each function draws into given axes, or makes a Figure; `common.plots.show` puts it into a notebook."""

import numpy as np

from course_lib.common.plots import LINE_COLOURS, LINE_STYLES, panel


def plot_bands(curves, axes=None, x=None, smooth=1, errors=1.96):
    """Draw the mean of many runs with the band in which the true mean lies with 95 %.

    Args:
      curves: label -> runs, [N, K].
      axes: the panel to draw into; a figure of its own if left out.
      x: the K positions; 1, 2, … if left out.
      smooth: how many neighbouring points to average over.
      errors: half the width of the band, in standard errors of the mean.

    Returns:
      A Figure.
    """
    axes = panel(axes, (6.4, 3.6))
    for (label, runs), colour, line in zip(curves.items(), LINE_COLOURS * 2, LINE_STYLES * 4, strict=False):
        mean, spread = _smoothed(np.asarray(runs, float), smooth)
        places = np.arange(1, np.shape(runs)[1] + 1) if x is None else np.asarray(x)
        places = places[smooth // 2 :][: len(mean)]
        axes.fill_between(places, mean - errors * spread, mean + errors * spread, color=colour, alpha=0.25, linewidth=0)
        axes.plot(places, mean, color=colour, linestyle=line, label=label)
    axes.legend(frameon=False, fontsize=9)
    return axes.figure


def plot_sweep(errors, parameters, x, axes=None, name="n"):
    """Draw an error against the step size, a curve for each value of another parameter, with bands.

    Args:
      errors: [runs, len(parameters), len(x)].
      parameters: values of the other parameter, which is written at its curve.
      x: the step sizes.
      axes: the panel to draw into; a figure of its own if left out.
      name: what the other parameter is called.

    Returns:
      A Figure.
    """
    axes = panel(axes, (6.4, 3.6))
    for i, parameter in enumerate(parameters):
        plot_bands({f"{name} = {parameter:g}": errors[:, i]}, axes, x)
        for artist in (axes.lines[-1], axes.collections[-1]):
            artist.set_color(LINE_COLOURS[i % 7])
        axes.lines[-1].set_linestyle(LINE_STYLES[i % 5])
    axes.legend(frameon=False, fontsize=8)
    return axes.figure


def plot_paths(paths, shape, axes=None, cliff=(), words=None):
    """Draw walks over a grid.

    Args:
      paths: label -> states visited, with state = columns * row + column; states beyond the grid are left out.
      shape: (rows, columns).
      axes: the panel to draw into; a figure of its own if left out.
      cliff: states to be shaded.
      words: what to write into cells, {state: word}.

    Returns:
      A Figure.
    """
    rows, columns = shape
    axes = panel(axes, (6.4, 2.6))
    shades = np.zeros(rows * columns)
    shades[list(cliff)] = 1
    axes.imshow(shades.reshape(shape), cmap="Greys", vmax=3)
    for i, (label, states) in enumerate(paths.items()):
        row, column = np.divmod([state for state in states if state < rows * columns], columns)
        offset = 0.12 * (i - (len(paths) - 1) / 2)
        axes.plot(
            column + offset, row + offset, LINE_STYLES[i % 5], color=LINE_COLOURS[i % 7], label=label, linewidth=2.4
        )
    for state, word in (words or {}).items():
        axes.text(state % columns, state // columns + 0.34, word, ha="center", va="center", fontsize=8)
    axes.set(xticks=range(columns), yticks=range(rows), xlabel="column", ylabel="row")
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.85")
    axes.tick_params(which="minor", length=0)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)
    return axes.figure


def _smoothed(runs, smooth):
    """The mean over runs and its standard error, of means over neighbouring points."""
    if smooth > 1:
        sums = np.cumsum(np.pad(runs, ((0, 0), (1, 0))), axis=1)
        runs = (sums[:, smooth:] - sums[:, :-smooth]) / smooth
    spread = runs.std(axis=0, ddof=1) / np.sqrt(len(runs)) if len(runs) > 1 else np.zeros(runs.shape[1])
    return runs.mean(axis=0), spread
