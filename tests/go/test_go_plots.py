"""The figures hold what they say: looked at by their artists, not by their pixels."""

import matplotlib.colors
import numpy as np
import pytest
from go_searches import along

from course_lib.go.boards import Boards
from course_lib.go.gate import win_rate_bounds
from course_lib.go.plots import plot_planes, plot_rates, plot_table, plot_tree
from course_lib.go.position import Position
from course_lib.go.rules import Rules
from course_lib.go.single_tree import Node
from course_lib.go.tic_tac_toe import TicTacToe


def texts(axes):
    """What is written into a panel."""
    return [text.get_text() for text in axes.texts]


@pytest.fixture
def tree():
    """Two moves at the root, 6 and 2 visits, worth ½ and −½; a reply behind the first, worth 1 to who plays it."""
    state = TicTacToe()
    root, first, second = (Node(each, np.ones(9)) for each in (state, state.play(0), state.play(4)))
    root.visits[[0, 4]], root.total_values[[0, 4]], root.children = (6, 2), (3, -1), {0: first, 4: second}
    first.visits[8], first.total_values[8], first.children = 5, 5, {8: Node(state.play(0).play(8), np.ones(9))}
    return root


def test_a_tree_shows_its_edges_by_visits_and_values(tree):
    axes = plot_tree(tree, name=lambda move: f"cell {move}", title="a tree").axes[0]
    edges = [line for line in axes.lines if len(line.get_xdata()) == 2]
    assert texts(axes) == ["cell 0\n6", "cell 4\n2"] and axes.get_title() == "a tree"
    widths = sorted(line.get_linewidth() for line in edges)
    np.testing.assert_allclose(widths, 0.6 + 9 * np.array([2, 5, 6]) / 8)
    by_width = {round(line.get_linewidth(), 3): line.get_color() for line in edges}
    good, bad, reply = (by_width[round(0.6 + 9 * share / 8, 3)] for share in (6, 2, 5))
    assert good != bad == reply  # the reply is good for the opponent


def test_a_tree_is_cut_where_it_is_told(tree):
    axes = plot_tree(tree, depth=1, most=1).axes[0]
    assert texts(axes) == ["0\n6"] and len([line for line in axes.lines if len(line.get_xdata()) == 2]) == 1
    alone = plot_tree(Node(TicTacToe(), np.ones(9))).axes[0]
    assert texts(alone) == [] and len(alone.lines) == 1


def rates():
    return [
        {"seed": seed, "updates": updates, "opponent": opponent, "wins": wins, "of": 10}
        for opponent, table in {"weak": {0: (5, 9), 1: (7, 10)}, "strong": {0: (0, 4), 1: (1, 6)}}.items()
        for seed, found in table.items()
        for updates, wins in zip((100, 200), found, strict=True)
    ]


def test_rates_over_all_runs_with_their_intervals():
    axes = plot_rates(rates(), title="growth", live={"weak": (150, 0.8)}).axes[0]
    by_label = {line.get_label(): line for line in axes.lines}
    assert by_label["weak"].get_xydata().tolist() == [[100, 0.6], [200, 0.95]]
    assert by_label["strong"].get_xydata().tolist() == [[100, 0.05], [200, 0.5]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["weak", "strong"]
    thin = [line.get_xydata().tolist() for line in axes.lines if line.get_linewidth() == 0.6]
    assert [[100, 0.5], [200, 0.9]] in thin and [[100, 0.1], [200, 0.6]] in thin and len(thin) == 4
    band = axes.collections[0].get_paths()[0].vertices
    low, high = win_rate_bounds(12, 20, 1.96)
    at_100 = band[np.isclose(band[:, 0], 100), 1]
    assert at_100.min() == pytest.approx(low) and at_100.max() == pytest.approx(high)
    stars = [line for line in axes.lines if line.get_marker() == "*"]
    assert [(line.get_xdata(), line.get_ydata()) for line in stars] == [([150], [0.8])] or len(stars) == 1
    assert axes.get_title() == "growth" and axes.get_xlabel() == "updates"


def test_rates_of_some_opponents_over_another_column():
    rows = [row | {"games": 10 * row["updates"]} for row in rates()]
    axes = plot_rates(rows, names=["strong"], x="games").axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["strong"]
    assert axes.lines[0].get_xdata().tolist() == [1000, 2000] and axes.get_xlabel() == "games"


def test_planes_of_both_sides_and_whose_move_it_is():
    position = along(Position(Rules(3, 0.5)), (4, 0))
    panels = plot_planes(Boards.of([position]).planes()[0]).axes
    assert [axes.get_title() for axes in panels] == ["X$_{t}$", "Y$_{t}$", "X$_{t-1}$", "Y$_{t-1}$", "C"]
    seen = [np.flatnonzero(axes.images[0].get_array()).tolist() for axes in panels]
    assert seen == [[4], [0], [4], [], list(range(9))]
    short = plot_planes(Boards.of([position]).planes()[0], history=1, titles=False).axes
    assert [axes.get_title() for axes in short] == ["", "", ""]


def test_a_match_table_can_be_read():
    """Numbers where games were played, dark on light and light on dark."""
    values = np.array([[np.nan, 1.0], [0.0, np.nan]])
    axes = plot_table(["a", "b"], values, title="who wins").axes[0]
    assert texts(axes) == ["100", "0"] and axes.get_title() == "who wins"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
    for text, value in zip(axes.texts, (1.0, 0.0), strict=True):
        image = axes.images[0]
        behind = np.dot(image.cmap(image.norm(value))[:3], [0.3, 0.6, 0.1])
        written = np.dot(matplotlib.colors.to_rgb(text.get_color()), [0.3, 0.6, 0.1])
        assert abs(behind - written) > 0.5
