"""The figures hold what they say: looked at by their artists, not by their pixels."""

import numpy as np

from course_lib import predictron
from course_lib.predictron import PredictronConfig


def texts(axes):
    """What is written into a panel."""
    return [text.get_text() for text in axes.texts]


def test_a_maze_shows_its_predictions_and_what_is_connected():
    walls = np.array([[False, True, False], [True, True, False], [False, False, False]])
    axes = predictron.plot_maze(walls, predictions=[-0.001, 0.5, 1.25]).axes[0]
    assert texts(axes) == [".00", ".50", "1.25"]
    # Walls 2, connected 1, dry 0: only the top-left cell is cut off.
    assert axes.images[0].get_array().tolist() == [[0, 2, 1], [2, 2, 1], [1, 1, 1]]
    assert len(axes.patches) == 3


def test_the_unrolling_writes_every_preturn_and_weight():
    made = predictron.make(PredictronConfig(size=4, depth=2, channels=2))
    batch = predictron.fresh_batch(made.task, 3)
    found = predictron.explain(made.learner, batch.inputs)
    maze, preturns, weights = predictron.plot_unrolling(found, 1, batch.inputs[1, ..., 0] > 0).axes
    assert np.allclose(preturns.images[0].get_array(), found.preturns[:, 1])
    assert np.allclose(weights.images[0].get_array(), found.weights[:, 1])
    assert len(texts(preturns)) == len(texts(weights)) == 3 * 4 and len(texts(maze)) == 4


def test_seeds_are_drawn_thin_and_their_mean_thick():
    runs = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])
    axes = predictron.plot_seeds({"both": runs}, x=[10, 20, 30]).axes[0]
    *thin, thick = axes.lines
    assert [line.get_ydata().tolist() for line in thin] == runs.tolist()
    assert thick.get_xydata().tolist() == [[10, 2], [20, 3], [30, 4]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["both"]


def test_a_smoothed_mean_lies_in_the_middle_of_what_it_is_the_mean_of():
    axes = predictron.plot_seeds({"one": np.array([[0.0, 3.0, 6.0, 9.0]])}, smooth=3).axes[0]
    assert axes.lines[-1].get_xydata().tolist() == [[1, 3], [2, 6]]
