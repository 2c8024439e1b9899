"""Figures of the chapter. Each function draws into given axes, or makes a Figure; `common.plots.show` puts it into a notebook."""

import numpy as np
from matplotlib.figure import Figure

from course_lib.common.plots import LINE_COLOURS, LINE_STYLES, OKABE_ITO, panel
from course_lib.go.gate import win_rate_bounds


def plot_tree(root, axes=None, depth=3, most=5, name=str, title=""):
    """Draw a search tree from its root down: wide edges were walked often, colours tell their values.

    Args:
      root: a `single_tree.Node`.
      axes: the panel to draw into; a figure of its own if left out.
      depth: how many moves down.
      most: how many moves of a node, the most visited ones.
      name: move -> what stands at its edge in the first row.
      title: of the panel.

    Returns:
      A Figure.
    """
    axes = panel(axes, (7.6, 3.6))
    drawn = {"column": 0}
    _branch(axes, root, 0, depth, most, name, drawn, max(root.visits.sum(), 1))
    axes.set(title=title, xticks=[], yticks=[], ylim=(-depth - 0.4, 0.5))
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes.figure


def _branch(axes, node, level, depth, most, name, drawn, total):
    """Draw a node below its children's middle; returns its column."""
    moves = [move for move in np.argsort(-node.visits, kind="stable")[:most] if node.visits[move] > 0]
    if level == depth or not moves:
        drawn["column"] += 1
        axes.plot(drawn["column"], -level, "o", color="black", markersize=3)
        return drawn["column"]
    columns = [_branch(axes, node.children[move], level + 1, depth, most, name, drawn, total) for move in sorted(moves)]
    middle = float(np.mean(columns))
    for move, column in zip(sorted(moves), columns, strict=True):
        share = node.visits[move] / total
        value = node.values[move] * (1 if level % 2 == 0 else -1)  # for the player at the root
        colour = OKABE_ITO[0] if value > 0.05 else OKABE_ITO[3] if value < -0.05 else "#777777"
        axes.plot(
            [middle, column], [-level, -level - 1], color=colour, linewidth=0.6 + 9 * share, solid_capstyle="round"
        )
        if level == 0:
            text = f"{name(move)}\n{node.visits[move]}"
            axes.text(column, -0.52, text, ha="center", va="center", fontsize=8, bbox={"color": "white", "pad": 0.5})
    axes.plot(middle, -level, "o", color="black", markersize=5)
    return middle


def plot_rates(rows, axes=None, names=None, x="updates", title="", live=None):
    """Draw shares of games won as they grow, each with its 95 % interval over all runs, and the runs as thin lines.

    Args:
      rows: dicts with "seed", `x`, "opponent", "wins" and "of".
      axes: the panel to draw into; a figure of its own if left out.
      names: of the opponents, in order; all if left out.
      x: the column to draw over.
      title: of the panel.
      live: {opponent: (x, rate)} of this run, drawn as stars.

    Returns:
      A Figure.
    """
    axes = panel(axes, (6.4, 3.8))
    names = names or list(dict.fromkeys(row["opponent"] for row in rows))
    for number, name in enumerate(names):
        style = {"color": LINE_COLOURS[number], "linestyle": LINE_STYLES[number]}
        chosen = [row for row in rows if row["opponent"] == name]
        places = sorted({row[x] for row in chosen})
        wins, games = (
            np.array([sum(row[column] for row in chosen if row[x] == place) for place in places])
            for column in ("wins", "of")
        )
        low, high = np.array([win_rate_bounds(won, of, 1.96) for won, of in zip(wins, games, strict=True)]).T
        axes.plot(places, wins / games, label=name, **style)
        axes.fill_between(places, low, high, color=style["color"], alpha=0.2, linewidth=0)
        for seed in sorted({row["seed"] for row in chosen}):
            run = sorted((row[x], row["wins"] / row["of"]) for row in chosen if row["seed"] == seed)
            axes.plot(*zip(*run, strict=True), linewidth=0.6, **style)
        if live and name in live:
            axes.plot(
                *live[name], marker="*", markersize=13, color=style["color"], markeredgecolor="black", linestyle=""
            )
    axes.axhline(0.5, color="#777777", linewidth=0.8)
    axes.set(xlabel=x, ylabel="share of games won", ylim=(-0.02, 1.02), title=title)
    axes.legend(loc="lower right", fontsize=9)
    return axes.figure


def plot_planes(planes, history=2, titles=True):
    """Draw the first planes of a network's input, uint8 [N, N, 17]: own and the opponent's stones, and whose move it is.

    Args:
      planes: of one position.
      history: how many boards back, this one included.
      titles: whether each panel says what it is.

    Returns:
      A Figure.
    """
    chosen = [
        (2 * back + side, f"{'XY'[side]}$_{{t{f'-{back}' if back else ''}}}$")
        for back in range(history)
        for side in (0, 1)
    ]
    chosen.append((planes.shape[-1] - 1, "C"))
    figure = Figure(figsize=(1.6 * len(chosen), 1.9), facecolor="white", layout="constrained")
    for axes, (plane, title) in zip(figure.subplots(1, len(chosen)), chosen, strict=True):
        axes.imshow(planes[..., plane], cmap="Greys", vmin=0, vmax=1.3)
        axes.set(xticks=[], yticks=[], title=title if titles else "")
        for edge in range(1, planes.shape[0]):
            axes.axhline(edge - 0.5, color="#BBBBBB", linewidth=0.5)
            axes.axvline(edge - 0.5, color="#BBBBBB", linewidth=0.5)
    return figure


def plot_table(names, rates, axes=None, title=""):
    """Draw a match table: the share that the player of each row won against the player of each column, [K, K], NaN if unplayed."""
    axes = panel(axes, (1.6 + 0.75 * len(names), 1.2 + 0.6 * len(names)))
    image = axes.imshow(rates, cmap="cividis", vmin=0, vmax=1)
    for (row, column), rate in np.ndenumerate(rates):
        if np.isfinite(rate):
            red, green, blue, _ = image.cmap(image.norm(rate))
            dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
            axes.text(
                column,
                row,
                f"{100 * rate:.0f}",
                ha="center",
                va="center",
                fontsize=9,
                color="white" if dark else "black",
            )
    axes.set(xticks=range(len(names)), yticks=range(len(names)), yticklabels=names, title=title)
    axes.set_xticklabels(names, rotation=40, ha="right")
    return axes.figure
