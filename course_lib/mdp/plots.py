"""Figures of the chapter. Each function returns a Matplotlib Figure; `common.plots.show` puts it into a notebook.

Given `axes`, a function draws into that panel of a larger figure, without a colour bar or labels of its own.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

BLUE, ORANGE = "#0072B2", "#D55E00"  # Okabe and Ito (2008): told apart with any kind of colour vision
GRID_ACTIONS = ("up", "right", "down", "left")
ARROWS = {"up": (0, -1), "right": (1, 0), "down": (0, 1), "left": (-1, 0)}


def plot_grid(
    values, actions, shape, action_names=GRID_ACTIONS, terminal=None, title="", digits=1, marks=None, axes=None
):
    """Draw a grid world: the value of each cell as a number and a colour, the chosen directions as arrows.

    Args:
      values: v, [S] with state = columns * row + column; what is beyond the grid (an end state) is left out.
      actions: one action for each state, int [S], or all that tie, bool [S, A] (see `all_greedy_actions`), or None.
      shape: (rows, columns).
      action_names: what the actions are called; up, right, down and left get an arrow.
      terminal: cells without arrows, bool [S]; none if left out.
      title: title of the figure.
      digits: decimals of the numbers; None leaves them out.
      marks: words to write into cells instead of numbers and arrows, {state: word}.
      axes: the panel to draw into; a figure of its own if left out.

    Returns:
      A Figure.
    """
    rows, columns = shape
    values = np.asarray(values)[: rows * columns]
    terminal = np.zeros(len(values), bool) if terminal is None else terminal
    marks = marks or {}
    alone, axes = axes is None, _axes(axes, figsize=(0.9 * columns + 1.6, 0.9 * rows + 0.6), title=title)
    image = axes.imshow(values.reshape(shape), cmap="cividis")
    axes.set(xticks=range(columns), yticks=range(rows))
    if alone:
        axes.figure.colorbar(image, label="value", shrink=0.8)
        axes.set(xlabel="column", ylabel="row")
    middle = (values.min() + values.max()) / 2
    for state, value in enumerate(values):
        row, column = divmod(state, columns)
        ink = "black" if value > middle else "white"
        text = marks.get(state, "" if digits is None else _number(value, f"z.{digits}f"))
        axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=9)
        if actions is not None and not terminal[state] and state not in marks:
            _arrows(axes, row, column, _names_of(actions[state], action_names), ink, centred=digits is None)
    return axes.figure


def plot_car_rental_policy(actions, config, title="Cars moved overnight", axes=None):
    """Draw a policy of Jack's car rental as labelled regions, like figure 4.2 of Sutton & Barto 2018.

    Args:
      actions: the policy, int [S], as action numbers (max_move is "move none").
      config: its `CarRental`.
      title: title of the figure.
      axes: the panel to draw into; a figure of its own if left out.

    Returns:
      A Figure; positive numbers are cars moved from the first location to the second.
    """
    size = config.max_cars + 1
    moved = (np.asarray(actions) - config.max_move).reshape(size, size)
    alone, axes = axes is None, _axes(axes, figsize=(5.6, 4.6), title=title)
    levels = np.arange(-config.max_move, config.max_move + 2) - 0.5
    mesh = axes.pcolormesh(moved, cmap="cividis", vmin=levels[0], vmax=levels[-1])
    _cell_ticks(axes, size)
    if alone:  # a small panel has no room for labels
        for move in np.unique(moved):
            _label_region(axes, moved == move, move)
        axes.set(xlabel="cars at the second location", ylabel="cars at the first location")
        ticks = range(-config.max_move, config.max_move + 1)
        axes.figure.colorbar(mesh, label="cars from first to second", ticks=ticks)
    return axes.figure


def plot_car_rental_values(values, config, title="Value of each state"):
    """Draw the values of Jack's car rental as a map with contour lines.

    Args:
      values: v, [S].
      config: its `CarRental`.
      title: title of the figure.

    Returns:
      A Figure.
    """
    size = config.max_cars + 1
    grid = np.asarray(values).reshape(size, size)
    axes = _axes(None, figsize=(5.6, 4.6), title=title)
    mesh = axes.pcolormesh(grid, cmap="cividis")
    if np.ptp(grid) > 0:
        centres = np.arange(size) + 0.5
        levels = MaxNLocator(7).tick_values(grid.min(), grid.max())
        inks = ["white" if level < grid.mean() else "black" for level in levels]
        lines = axes.contour(centres, centres, grid, levels, colors=inks, linewidths=1)
        axes.clabel(lines, fmt="%g", fontsize=9)
    axes.set(xlabel="cars at the second location", ylabel="cars at the first location")
    _cell_ticks(axes, size)
    axes.figure.colorbar(mesh, label="value")
    return axes.figure


def plot_gambler(values, actions, title="The gambler's problem"):
    """Draw the probability of winning and the stakes, like figure 4.3 of Sutton & Barto 2018.

    Args:
      values: v, [goal + 1].
      actions: action i stakes i + 1: one for each state, int [goal + 1], or all that tie, bool [goal + 1, A].
      title: title of the figure.

    Returns:
      A Figure with two panels.
    """
    capital = np.arange(len(values))
    most = np.minimum(capital, capital[::-1])
    chosen = np.asarray(actions)
    if chosen.ndim == 1:
        chosen = np.eye(len(values))[chosen] > 0
    where, stakes = np.nonzero(chosen)
    legal = stakes + 1 <= most[where]  # a larger stake is the largest legal one once more
    figure = Figure(figsize=(7.6, 3.4), facecolor="white", layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(capital[1:-1], values[1:-1], color=BLUE)
    left.set(xlabel="capital", ylabel="probability of winning", ylim=(0, 1))
    right.scatter(where[legal], stakes[legal] + 1, s=12, color=ORANGE)
    right.set(xlabel="capital", ylabel="optimal stake", ylim=(0, None))
    figure.suptitle(title)
    return figure


def plot_contraction(errors, discount, title="The Bellman operator is a contraction"):
    """Draw how the error shrinks from sweep to sweep, beside the γ^k that theory promises.

    Args:
      errors: max_s |v_k(s) − v*(s)| for k = 0, 1, …, [K].
      discount: γ.
      title: title of the figure.

    Returns:
      A Figure with a logarithmic axis.
    """
    errors = np.asarray(errors, dtype=float)
    sweeps = np.arange(len(errors))
    axes = _axes(None, figsize=(6.4, 3.6), title=title)
    axes.semilogy(sweeps, errors[0] * discount**sweeps, color=ORANGE, linestyle="--", label=r"$\gamma^k$ × first error")
    axes.semilogy(sweeps, errors, color=BLUE, label="measured")
    axes.set(xlabel="sweep k", ylabel="largest error")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)
    return axes.figure


def _axes(axes, figsize, title):
    """The panel that was given, or that of a new white figure, legible on dark pages too."""
    if axes is None:
        axes = Figure(figsize=figsize, facecolor="white", layout="constrained").add_subplot()
    axes.set_title(title)
    return axes


def _number(value, form):
    """A formatted number with a minus sign as wide as its plus, like those of the axes."""
    return format(value, form).replace("-", "−")


def _names_of(choice, action_names):
    """Return the names of one action, or of all that are marked."""
    chosen = np.flatnonzero(choice) if np.ndim(choice) else [choice]
    return [action_names[action] for action in chosen]


def _arrows(axes, row, column, names, ink, centred):
    """Draw an arrow for each direction: from the number towards the edge of the cell, or across a cell without one."""
    from_right, from_down = (-0.3, -0.3) if centred else (0.26, 0.2)
    for right, down in (ARROWS[name] for name in names if name in ARROWS):
        start = column + from_right * right, row + from_down * down
        end = column + 0.46 * right, row + 0.46 * down
        axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "->", "color": ink, "linewidth": 1.4})


def _label_region(axes, mask, move):
    """Write a move on the cell that lies nearest to the middle of its region."""
    cells = np.argwhere(mask)
    middle = cells.mean(axis=0) + [2 * (move % 2), 0]  # every other label higher, so that neighbours stay apart
    row, column = cells[np.abs(cells - middle).sum(axis=1).argmin()]
    ink = "black" if move > 0 else "white"
    axes.text(column + 0.5, row + 0.5, _number(move, "+d") if move else "0", ha="center", va="center", color=ink)


def _cell_ticks(axes, size):
    """Put ticks in the middle of every fourth cell or so."""
    ticks = np.arange(0, size, max(1, size // 5))
    axes.set(xticks=ticks + 0.5, yticks=ticks + 0.5, xticklabels=ticks, yticklabels=ticks, aspect="equal")
