import numpy as np
import pytest

from course_lib import mdp


def drawn(figure):
    """Draw it once, so that what cannot be drawn fails here; return its first axes."""
    figure.canvas.draw()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    axes = figure.axes[0]
    assert axes.get_xlabel() and axes.get_ylabel()
    return axes


def arrows(axes):
    return [text for text in axes.texts if getattr(text, "arrow_patch", None)]


def test_grid_shows_every_value_and_every_tie():
    *_, last = mdp.policy_iteration_history(grid := mdp.gridworld())
    ties = mdp.all_greedy_actions(last.action_values)
    axes = drawn(mdp.plot_grid(last.values, ties, (4, 4), grid.action_names, grid.terminal))
    assert [t.get_text() for t in axes.texts if t.get_text()][:4] == ["0.0", "−1.0", "−2.0", "−3.0"]
    assert len(arrows(axes)) == ties[~grid.terminal].sum() > 14


def test_grid_takes_one_action_a_state_an_end_state_more_or_no_actions():
    lake = mdp.from_gymnasium("FrozenLake-v1", 0.9)
    values = np.arange(17.0)
    assert len(arrows(drawn(mdp.plot_grid(values, np.zeros(17, int), (4, 4), lake.action_names)))) == 16
    assert not arrows(drawn(mdp.plot_grid(values, None, (4, 4))))
    assert not arrows(drawn(mdp.plot_grid(np.zeros(4), np.zeros(4, int), (2, 2), ("pick up",))))


def test_grid_writes_marks_instead_of_numbers_and_arrows():
    values = np.array([0.0, -0.01, -2.0, 0.0])
    axes = drawn(mdp.plot_grid(values, np.zeros(4, int), (2, 2), marks={3: "goal"}))
    assert [t.get_text() for t in axes.texts if t.get_text()] == ["0.0", "0.0", "−2.0", "goal"]  # and no "−0.0"
    assert len(arrows(axes)) == 3


@pytest.mark.parametrize("config", [mdp.CarRental.laptop(), mdp.CarRental.paper()])
def test_car_rental(config):
    solution = mdp.solve(mdp.jacks_car_rental(config))
    axes = drawn(mdp.plot_car_rental_policy(solution.actions, config))
    moved = np.unique(solution.actions) - config.max_move
    assert [int(t.get_text().replace("−", "-")) for t in axes.texts] == moved.tolist()
    drawn(mdp.plot_car_rental_values(solution.values, config))
    drawn(mdp.plot_car_rental_values(np.zeros_like(solution.values), config))  # nothing to draw contours of


def test_gambler_shows_legal_stakes_only():
    *_, last = mdp.policy_iteration_history(mdp.gamblers_problem())
    figure = mdp.plot_gambler(last.values, mdp.all_greedy_actions(last.action_values))
    drawn(figure)
    points = figure.axes[1].collections[0].get_offsets()
    assert (points[:, 1] <= np.minimum(points[:, 0], 100 - points[:, 0])).all() and len(points) > 99
    drawn(mdp.plot_gambler(last.values, last.actions))


def test_contraction_is_logarithmic():
    axes = drawn(mdp.plot_contraction(0.5 ** np.arange(10), 0.9))
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.9 ** np.arange(10))
