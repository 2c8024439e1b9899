import numpy as np
import pytest
import scipy.ndimage
import scipy.sparse
import scipy.sparse.csgraph
import scipy.stats

from course_lib.predictron.mazes import Mazes, balanced_wall_count, connected, random_mazes, shortest_path_lengths


def drawn(*rows):
    """Mazes from drawings, # a wall; bool [1, height, width]."""
    return np.array([[[cell == "#" for cell in row] for row in rows]])


MAZE = drawn(
    "..#.",
    ".#..",
    ".#.#",
    "....",
)


def test_a_maze_by_hand():
    # From the lower right corner 3 to the left, 3 up, 1 to the right: 7. From 1 to the left of it 2 up, 1 to the right
    # and 1 up: 1 + 4. The cells (0, 1) and (0, 3) are two apart and belong to different arms.
    assert shortest_path_lengths(MAZE)[0].tolist() == [
        [6, 7, -1, 5],
        [5, -1, 3, 4],
        [4, -1, 2, -1],
        [3, 2, 1, 0],
    ]
    assert np.array_equal(connected(MAZE), shortest_path_lengths(MAZE) >= 0)


def test_nothing_flows_over_edges_or_corners():
    """The water of the last cell neither turns the corner diagonally nor comes in again on the other side."""
    maze = drawn(
        "...#.",
        "..#.#",
        ".#.#.",
    )
    assert connected(maze)[0].sum() == 1 and connected(maze)[0, 2, 4]
    walled = drawn("..", ".#")
    assert not connected(walled).any() and (shortest_path_lengths(walled) == -1).all()
    open_ = np.zeros((1, 3, 5), bool)
    assert connected(open_).all() and shortest_path_lengths(open_)[0, 0, 0] == 6


@pytest.mark.parametrize("shape", [(3, 3), (8, 8), (5, 11), (20, 20), (1, 6)])
def test_connected_cells_are_the_component_of_the_last_cell(shape):
    """`scipy.ndimage.label` numbers the 4-connected components of what is free."""
    walls = np.random.default_rng(0).random((300, *shape)) < 0.35
    expected = []
    for maze in walls:
        components, _ = scipy.ndimage.label(~maze)
        expected.append((components == components[-1, -1]) & ~maze & ~maze[-1, -1])
    assert np.array_equal(connected(walls), expected)
    assert np.any(expected) and not np.all(expected)


@pytest.mark.parametrize("shape", [(6, 6), (4, 9)])
def test_shortest_path_lengths_are_those_of_a_graph(shape):
    """Dijkstra's on the graph of free neighbours."""
    walls = np.random.default_rng(1).random((40, *shape)) < 0.3
    walls[:, -1, -1] = False
    cells = np.arange(np.prod(shape)).reshape(shape)
    pairs = np.concatenate([np.stack([cells[1:], cells[:-1]], -1).reshape(-1, 2),
                            np.stack([cells[:, 1:], cells[:, :-1]], -1).reshape(-1, 2)])  # fmt: skip
    for maze, ways in zip(walls, shortest_path_lengths(walls), strict=True):
        free = pairs[~maze.ravel()[pairs].any(axis=1)]
        graph = scipy.sparse.coo_array((np.ones(len(free)), free.T), (cells.size, cells.size)).tocsr()
        steps = scipy.sparse.csgraph.shortest_path(graph, directed=False, indices=cells[-1, -1])
        assert np.array_equal(ways.ravel(), np.where(np.isinf(steps), -1, steps))


@pytest.mark.parametrize(("size", "num_walls"), [(8, 30), (5, 1), (4, 0), (4, 14)])
def test_walls_are_as_many_as_asked_for_and_not_in_the_corners(size, num_walls):
    walls = random_mazes(np.random.default_rng(2), 500, size, num_walls)
    assert walls.shape == (500, size, size) and walls.dtype == bool
    assert (walls.sum(axis=(1, 2)) == num_walls).all()
    assert not walls[:, 0, 0].any() and not walls[:, -1, -1].any()


def test_walls_lie_anywhere():
    """Each of the 62 places is a wall equally often, and so is each pair of places."""
    size, num_walls, count = 8, 20, 20_000
    places = random_mazes(np.random.default_rng(3), count, size, num_walls).reshape(count, -1)[:, 1:-1].astype(float)
    share, n = num_walls / 62, 62
    # n counts whose sum is fixed: variance count·share·(1 − share), correlation −1/(n − 1), n − 1 degrees of freedom
    spread = ((places.sum(axis=0) - count * share) ** 2).sum() / (count * share * (1 - share)) * (n - 1) / n
    low, high = scipy.stats.chi2.ppf([0.0005, 0.9995], n - 1)
    assert low < spread < high
    together = (places.T @ places)[np.triu_indices(n, 1)] / count
    expected = num_walls * (num_walls - 1) / (n * (n - 1))
    assert np.abs(together - expected).max() < 5 * np.sqrt(expected / count)


def test_the_published_mazes_have_about_120_walls():
    assert 118 <= balanced_wall_count(20) <= 122 and Mazes(20).num_walls == balanced_wall_count(20)


@pytest.mark.parametrize("size", [5, 8, 10, 13, 20])
def test_half_of_the_mazes_are_connected(size):
    """In mazes that were not used to find the number of walls."""
    walls = random_mazes(np.random.default_rng([4, size]), 3000, size, balanced_wall_count(size))
    assert 0.45 < connected(walls)[:, 0, 0].mean() < 0.55


@pytest.mark.parametrize(("size", "published"), [(20, 0.486), (10, 0.469), (8, 0.46)])
def test_the_best_constant_prediction_errs_as_published(size, published):
    """The mean of each label: what a predictor that does not look at the maze can reach."""
    labels = Mazes(size).draw(np.random.default_rng(5), 4000).labels
    assert np.sqrt(np.mean((labels - labels.mean(axis=0)) ** 2)) == pytest.approx(published, abs=0.006)


def test_a_task_draws_plans_and_labels():
    """Shapes and types as promised, labels those of the plan's diagonal, and the last one always 1."""
    task = Mazes(6)
    inputs, labels = task.draw(np.random.default_rng(6), 50)
    assert inputs.shape == (50, *task.input_shape) and labels.shape == (50, task.num_predictions)
    assert inputs.dtype == labels.dtype == np.float32 and (labels[:, -1] == 1).all()
    walls = inputs[..., 0] == 1
    assert set(np.unique(inputs)) == {0, 1} and (walls.sum(axis=(1, 2)) == task.num_walls).all()
    for maze, label in zip(walls, labels, strict=True):
        components, _ = scipy.ndimage.label(~maze)
        assert label.tolist() == [float(components[i, i] == components[-1, -1]) for i in range(6)]


def test_the_same_generator_draws_the_same_mazes():
    first, again, other = (Mazes(5).draw(np.random.default_rng(seed), 20).inputs for seed in (7, 7, 8))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert Mazes(5) == Mazes(5) != Mazes(6)


@pytest.mark.parametrize("size", [2, 0, -8, 8.0, "8"])
def test_a_maze_needs_a_whole_number_of_cells(size):
    with pytest.raises(ValueError, match="whole number of cells along its side, 3 or more"):
        Mazes(size)


@pytest.mark.parametrize("num_walls", [-1, 15])
def test_too_many_walls_are_refused(num_walls):
    with pytest.raises(ValueError, match="a maze of 4 by 4 has room for 0 to 14 walls"):
        random_mazes(np.random.default_rng(0), 1, 4, num_walls)
