import numpy as np

from course_lib import mdp
from course_lib import monte_carlo as mc
from course_lib.monte_carlo import config
from course_lib.monte_carlo.blackjack import state_of

OPTIMAL = mdp.solve(mc.blackjack_mdp(), method="value_iteration", tolerance=1e-10)


def drawn(figure):
    """Draw it once, so that what cannot be drawn fails here."""
    figure.canvas.draw()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    return figure.axes


def letters(axes):
    return [text.get_text() for text in axes.texts]


def test_values_have_a_surface_for_each_kind_of_hand():
    axes = drawn(mc.plot_blackjack_values([OPTIMAL.values, OPTIMAL.values], names=("a", "b")))
    assert [a.get_title() for a in axes] == [
        f"{name}, {ace}" for name in "ab" for ace in ("usable ace", "no usable ace")
    ]
    assert all(a.get_xlabel() and a.get_ylabel() for a in axes)
    assert len(drawn(mc.plot_blackjack_values(OPTIMAL.values))) == 2


def test_a_policy_is_written_in_letters_and_differences_are_ringed():
    other = OPTIMAL.actions.copy()
    other[state_of(16, 10, False)] ^= 1
    usable, hard = drawn(mc.plot_blackjack_policy(other, reference=OPTIMAL.actions))
    assert letters(usable).count("s") == 100 - letters(usable).count("h") > 0
    assert [len(collection.get_offsets()) for a in (usable, hard) for collection in a.collections] == [0, 1]
    assert hard.collections[0].get_offsets().tolist() == [[9, 4]]  # the tenth card, the fifth sum
    probabilities = mdp.policy_probabilities(OPTIMAL.actions, 2)
    assert letters(drawn(mc.plot_blackjack_policy(probabilities))[0]) == letters(
        drawn(mc.plot_blackjack_policy(OPTIMAL.actions))[0]
    )


def test_estimates_of_one_run_and_of_many():
    n = np.arange(1, 11)
    (one,) = drawn(mc.plot_estimates(n, 1 / n, 0.0, half_widths=1 / n))
    (many,) = drawn(mc.plot_estimates(n, np.ones((3, 10)), 0.0))
    assert one.get_xscale() == "log" and len(one.collections) == 1
    assert len(many.lines) == 4 and len(many.get_legend().get_texts()) == 2


def test_errors_on_two_logarithmic_axes():
    (axes,) = drawn(mc.plot_mean_squared_errors([1, 10], {"a": [1, 0.1], "b": [2, 0.2]}))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]


def test_a_track_with_cars():
    world = mc.Racetrack(config.Racetrack.laptop())
    (axes,) = drawn(mc.plot_track(world, [[world.starts[0], -1], [world.starts[1], world.num_states - 1]]))
    assert len(axes.lines) == 2 and letters(axes) == ["start", "finish"]
    assert all(len(line.get_xdata()) == 1 for line in axes.lines)


def test_a_board_with_numbers():
    (axes,) = drawn(mc.plot_board([1, -1, 0, 0, 0, 0, 0, 0, 0], values=np.array([np.nan] * 2 + [-0.5] + [0.25] * 6)))
    assert letters(axes) == ["×", "○", "−0.50"] + ["+0.25"] * 6
