import numpy as np

from course_lib import temporal_difference as td


def drawn(figure):
    figure.canvas.draw()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    return figure.axes[0]


def test_bands_hold_the_mean_and_its_error():
    runs = np.array([[0.0, 2.0], [2.0, 4.0]])
    axes = drawn(td.plot_bands({"a": runs, "b": runs + 1}))
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1, 3])
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [1, 2])
    # the standard deviation is √2, the standard error 1
    assert axes.collections[0].get_paths()[0].vertices[:, 1].max() == 3 + 1.96
    assert axes.lines[0].get_color() != axes.lines[1].get_color()
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()


def test_bands_smooth_over_neighbours_and_take_one_run():
    axes = drawn(td.plot_bands({"a": np.array([[1.0, 2.0, 6.0, 10.0]])}, x=[10, 20, 30, 40], smooth=3))
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [3, 6])
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [20, 30])


def test_sweeps_name_their_curves():
    axes = drawn(td.plot_sweep(np.random.default_rng(0).random((4, 2, 3)), (1, 8), (0.1, 0.2, 0.3)))
    assert [line.get_label() for line in axes.lines] == ["n = 1", "n = 8"]


def test_paths_stay_on_the_grid():
    axes = drawn(td.plot_paths({"up": [2, 0, 4], "right": [2, 3]}, (2, 2), cliff=[1], words={2: "S"}))
    assert len(axes.lines[0].get_xdata()) == 2  # state 4 lies beyond the grid
    assert axes.get_xlabel() and axes.get_ylabel()
