"""Figures of the chapter. Each function returns a Matplotlib Figure; `common.plots.show` puts it into a notebook."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course_lib.mdp.plots import BLUE, ORANGE
from course_lib.monte_carlo.blackjack import HIT, state_of

SUMS = np.arange(12, 22)  # of the hands that are drawn: below 12 no card can bust
CARDS = np.arange(1, 11)
CARD_NAMES = ("A", *map(str, range(2, 11)))
STATES = np.array(
    [[[state_of(s, d, usable) for d in CARDS] for s in SUMS] for usable in (True, False)]
)  # [usable first, sum, card]
ACES = ("usable ace", "no usable ace")
LIGHT, DARK = "#F2DCA2", "#35648C"  # hit and stick: apart in lightness, too


def plot_blackjack_values(values, title="Value of each hand", names=("estimate",)):
    """Draw values of Blackjack hands as surfaces, like figure 5.1 of Sutton & Barto 2018.

    Args:
      values: v, [S] with S ≥ 320; or several of them, [K, S], one below the other.
      title: title of the figure.
      names: what each of them is called.

    Returns:
      A Figure with two panels for each: with and without a usable ace.
    """
    values = np.atleast_2d(values)
    figure = Figure(figsize=(6.6, 0.4 + 2.9 * len(values)), facecolor="white", layout="none")
    for row, (name, these) in enumerate(zip(names, values, strict=True)):
        for column, states in enumerate(STATES):
            axes = figure.add_subplot(len(values), 2, 2 * row + column + 1, projection="3d")
            cards, sums = np.meshgrid(CARDS, SUMS)
            axes.plot_surface(cards, sums, these[states], cmap="cividis", vmin=-1, vmax=1, rstride=1, cstride=1)
            axes.set(zlim=(-1, 1), xticks=(1, 4, 7, 10), yticks=(12, 15, 18, 21), zticks=(-1, 0, 1))
            axes.set_xticklabels(("A", 4, 7, 10))
            axes.set_xlabel("dealer shows", labelpad=-2)
            axes.set_ylabel("player's sum", labelpad=-2)
            axes.tick_params(pad=-1)
            axes.set_title(f"{name}, {ACES[column]}", y=0.98, fontsize=10)
            axes.view_init(elev=28, azim=-55)
    figure.suptitle(title)
    figure.subplots_adjust(left=0.01, right=0.93, bottom=0.06, top=0.9, wspace=0.12, hspace=0.16)
    return figure


def plot_blackjack_policy(policy, reference=None, title="When to hit"):
    """Draw a policy of Blackjack as two maps, like figure 5.2 of Sutton & Barto 2018.

    Args:
      policy: π(a|s), [S, 2], or actions, int [S]; S ≥ 320.
      reference: actions, int [S]; where the policy's likelier action differs, its letter is ringed.
      title: title of the figure.

    Returns:
      A Figure with two panels.
    """
    actions = np.asarray(policy) if np.ndim(policy) == 1 else np.argmax(policy, axis=1)
    figure = Figure(figsize=(6.6, 3.7), facecolor="white", layout="constrained")
    for axes, states, ace in zip(figure.subplots(1, 2), STATES, ACES, strict=True):
        hits = actions[states] == HIT
        axes.imshow(hits, origin="lower", cmap=ListedColormap([DARK, LIGHT]), vmin=0, vmax=1)
        for (row, column), hit in np.ndenumerate(hits):
            ink = "black" if hit else "white"
            axes.text(column, row, "h" if hit else "s", ha="center", va="center", color=ink, fontsize=8)
        if reference is not None:
            rows, columns = np.nonzero(hits != (np.asarray(reference)[states] == HIT))
            axes.scatter(columns, rows, s=150, facecolors="none", edgecolors=ORANGE, linewidths=2)
        axes.set(xticks=range(10), yticks=range(10), xlabel="dealer shows", title=ace)
        axes.set_xticklabels(CARD_NAMES)
        axes.set_yticklabels(SUMS)
    figure.axes[0].set_ylabel("player's sum")
    figure.suptitle(title)
    return figure


def plot_estimates(episodes, estimates, truth, title="Estimates and the truth", name="estimate", half_widths=None):
    """Draw estimates against the number of episodes, with the truth as a line.

    Args:
      episodes: numbers of episodes, [N].
      estimates: one run, [N], or many, [R, N]; of many every one is drawn, thin.
      truth: the exact value.
      title: title of the figure.
      name: what the estimates are called.
      half_widths: half the width of the band around one run, [N].

    Returns:
      A Figure with a logarithmic axis of episodes.
    """
    runs = np.atleast_2d(estimates)
    figure = Figure(figsize=(6.4, 3.6), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    thin = {"linewidth": 0.7, "alpha": 0.5} if len(runs) > 1 else {}
    axes.semilogx(episodes, runs.T, color=BLUE, **thin)
    axes.lines[0].set_label(name)
    if half_widths is not None:
        low, high = runs[0] - half_widths, runs[0] + half_widths
        axes.fill_between(episodes, low, high, color=BLUE, alpha=0.25, linewidth=0, label="95 % band")
    axes.axhline(truth, color=ORANGE, linestyle="--", linewidth=1.8, label="exact value")
    axes.set(xlabel="episodes", ylabel="value", title=title)
    axes.legend(frameon=False)
    return figure


def plot_mean_squared_errors(episodes, errors, title="Mean squared error"):
    """Draw the mean squared errors of several estimators against the number of episodes, both axes logarithmic.

    Args:
      episodes: numbers of episodes, [N].
      errors: {name: mean squared error over runs, [N]}.
      title: title of the figure.

    Returns:
      A Figure.
    """
    figure = Figure(figsize=(6.4, 3.8), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    for (name, curve), line in zip(errors.items(), ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))), strict=False):
        axes.loglog(episodes, curve, linestyle=line, label=name)
    axes.set(xlabel="episodes", ylabel="mean squared error", title=title)
    axes.legend(frameon=False)
    return figure


def plot_track(world, paths, title="The racetrack"):
    """Draw a racetrack from above, with the ways of some cars.

    Args:
      world: a `Racetrack`.
      paths: the states of each car in order, int [T] each; a negative one or the end closes a path.
      title: title of the figure.

    Returns:
      A Figure.
    """
    shades = {"#": 0.35, ".": 1.0, "S": 0.8, "F": 0.6}
    rows, columns = world.track.shape
    figure = Figure(figsize=(0.36 * columns + 0.9, 0.36 * rows + 0.9), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(np.vectorize(shades.get)(world.track), cmap="gray", vmin=0, vmax=1)
    for path, colour, line in zip(paths, (BLUE, ORANGE, "#009E73", "#CC79A7"), ("-", "--", "-.", ":"), strict=False):
        path = np.asarray(path)
        path = path[(path >= 0) & (path < world.num_states - 1)]
        row, column = world.positions(path).T
        axes.plot(column, row, marker="o", markersize=4, linestyle=line, color=colour)
    for letter, word in (("S", "start"), ("F", "finish")):
        row, column = np.argwhere(world.track == letter).mean(axis=0)
        down = 0.7 if letter == "S" else 0.0  # below the line, clear of the cars
        axes.text(column, row + down, word, ha="center", va="center", rotation=90 * (letter == "F"), fontsize=10)
    axes.set(xlabel="column", ylabel="row", title=title, ylim=(rows - 0.1, -0.5))
    return figure


def plot_board(board, values=None, title="", axes=None):
    """Draw a tic-tac-toe board, with a number in each empty cell.

    Args:
      board: int [9].
      values: a number for each cell, [9]; those of empty cells are written.
      title: title of the panel.
      axes: the panel to draw into; a figure of its own if left out.

    Returns:
      A Figure.
    """
    if axes is None:
        axes = Figure(figsize=(3.0, 3.2), facecolor="white", layout="constrained").add_subplot()
    for line in (0.5, 1.5):
        axes.axhline(line, color="black", linewidth=1.2)
        axes.axvline(line, color="black", linewidth=1.2)
    for cell, stone in enumerate(board):
        row, column = divmod(cell, 3)
        if stone:
            colour = BLUE if stone == 1 else ORANGE
            axes.text(column, row, "×" if stone == 1 else "○", ha="center", va="center", fontsize=30, color=colour)
        elif values is not None and np.isfinite(values[cell]):
            number = f"{values[cell]:+.2f}".replace("-", "−")
            axes.text(column, row, number, ha="center", va="center", fontsize=11)
    axes.set(xlim=(-0.5, 2.5), ylim=(2.5, -0.5), xticks=(), yticks=(), aspect="equal", title=title)
    return axes.figure
