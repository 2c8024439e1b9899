import numpy as np
import pytest

from course_lib.predictron.trajectories import DOWN, LEFT, RIGHT, STAY, UP, Trajectories, policy_table

SEEDS = range(6)


def maze(drawing):
    """A maze and its start, [1, size, size, 2]; "#" is wall, "o" the start."""
    letters = np.array([list(row) for row in drawing])
    return np.stack([letters == "#", letters == "o"], axis=-1).astype(np.float32)[None]


def slow_path(walls, start, policy, steps):
    """The same agent in plain Python: it looks around, looks up, and walks."""
    size, (row, column), last, path = len(walls), start, 0, [start]
    for _ in range(steps):
        pattern = 0
        for bit, (r, c) in enumerate([(row - 1, column), (row, column + 1), (row + 1, column), (row, column - 1)]):
            if not (0 <= r < size and 0 <= c < size) or walls[r][c]:
                pattern += 2**bit
        move = int(policy[pattern][last])
        if move != 4:
            last = move
            row, column = row + [-1, 0, 1, 0][move], column + [0, 1, 0, -1][move]
        path.append((row, column))
    return path


@pytest.mark.parametrize("seed", SEEDS)
def test_a_corridor_is_walked_to_and_fro(seed):
    # The only way out of each end is back, and in the middle straight on is the only way that is not back.
    task = Trajectories(size=3, steps=5, policy_seed=seed)
    assert task.paths(maze(["###", "o..", "###"])).tolist() == [[3, 4, 5, 4, 3, 4]]
    assert task.paths(maze(["#.#", "#o#", "#.#"])).tolist() == [[4, 1, 4, 7, 4, 1]]  # it starts as if it moved up


@pytest.mark.parametrize("seed", SEEDS)
def test_a_ring_is_walked_round(seed):
    # In the corner the ways are right and down; down would be back, since it counts as having moved up.
    task = Trajectories(size=3, steps=9, policy_seed=seed)
    assert task.paths(maze(["o..", ".#.", "..."])).tolist() == [[0, 1, 2, 5, 8, 7, 6, 3, 0, 1]]


def test_the_table_decides_at_a_wall():
    # Up to the edge, where left and right are free (the pattern 1: wall above) and the table says which.
    for seed in SEEDS:
        task = Trajectories(size=3, steps=2, policy_seed=seed)
        corner = {LEFT: 0, RIGHT: 2}[task.policy[1, UP]]
        assert task.paths(maze(["...", ".o.", "..."])).tolist() == [[4, 1, corner]]
    assert {int(policy_table(seed)[1, UP]) for seed in SEEDS} == {LEFT, RIGHT}


def test_without_a_free_neighbour_it_stays():
    task = Trajectories(size=3, steps=4)
    assert task.paths(maze(["###", "#o#", "###"])).tolist() == [[4] * 5]
    assert task.paths(maze(["#..", "..#", ".#o"])).tolist() == [[8] * 5]  # outside counts as wall
    alone = Trajectories(size=1, wall_share=0.0, steps=2).draw(np.random.default_rng(0), 2)
    assert alone.inputs.tolist() == [[[[0, 1]]]] * 2 and alone.labels.tolist() == [[1], [1]]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_policy_is_legal_and_never_turns_back_unless_it_must(seed):
    table = policy_table(seed)
    assert table.shape == (16, 4) and (table[15] == STAY).all() and (table[:15] != STAY).all()
    assert table[0].tolist() == [UP, RIGHT, DOWN, LEFT]
    for pattern, last in np.ndindex(15, 4):
        walls = [bool(pattern & bit) for bit in (1, 2, 4, 8)]
        back = [DOWN, LEFT, UP, RIGHT][last]
        assert not walls[table[pattern, last]]
        assert table[pattern, last] != back or sum(walls) == 3
    assert (Trajectories(policy_seed=seed).policy == table).all()
    assert not (table == policy_table(seed + 1)).all()


@pytest.mark.parametrize("task", [Trajectories.laptop(), Trajectories.paper(), Trajectories(5, 0.4, 12, policy_seed=3)])
def test_labels_are_the_cells_that_a_slow_agent_visits(task):
    inputs, labels = task.draw(np.random.default_rng(0), 60)
    paths = task.paths(inputs)
    assert paths.shape == (60, task.steps + 1)
    for sample, seen, path in zip(inputs, labels, paths, strict=True):
        start = tuple(np.argwhere(sample[:, :, 1])[0].tolist())
        slow = slow_path(sample[:, :, 0].tolist(), start, task.policy.tolist(), task.steps)
        assert path.tolist() == [row * task.size + column for row, column in slow]
        expected = [[float((r, c) in slow) for c in range(task.size)] for r in range(task.size)]
        assert seen.reshape(task.size, task.size).tolist() == expected


def test_mazes_have_the_walls_and_the_one_start_they_should():
    task = Trajectories.paper()
    inputs, labels = task.draw(np.random.default_rng(1), 3000)
    assert inputs.shape == (3000, *task.input_shape) and labels.shape == (3000, task.num_predictions)
    assert inputs.dtype == labels.dtype == np.float32
    walls, starts = np.moveaxis(inputs.reshape(3000, 169, 2), -1, 0)
    assert (walls.sum(axis=1) == 25).all() and (starts.sum(axis=1) == 1).all()  # 15 % of 169 are 25.35
    assert not (walls * starts).any() and not (walls * labels).any() and (labels >= starts).all()
    for cells, chance in ((walls, 25 / 169), (starts, 1 / 169)):  # uniformly: no cell is off by 4.5 deviations
        assert np.abs(cells.mean(axis=0) - chance).max() < 4.5 * np.sqrt(chance * (1 - chance) / 3000)


def test_trajectories_are_long_enough_to_be_worth_predicting():
    # The docstring of the module speaks of about 33 of 169 cells.
    visited = Trajectories.paper().draw(np.random.default_rng(2), 2000).labels.sum(axis=1)
    assert 32 < visited.mean() < 33.5 and np.quantile(visited, 0.05) < 12 and np.quantile(visited, 0.95) > 50


def test_no_steps_visit_the_start_and_in_the_open_it_goes_straight_on():
    still = Trajectories(size=4, steps=0).draw(np.random.default_rng(0), 20)
    assert (still.labels == still.inputs[..., 1].reshape(20, 16)).all()
    open_table = Trajectories(size=4, wall_share=0.0, steps=3)
    inputs, _ = open_table.draw(np.random.default_rng(0), 20)
    row, column = np.divmod(inputs[..., 1].reshape(20, 16).argmax(axis=1), 4)
    inner = np.isin(row, (1, 2)) & np.isin(column, (1, 2))
    top = open_table.paths(inputs)[np.arange(20), row]
    assert inner.any() and (top[inner] == column[inner]).all()  # nothing around it: straight up to the first row
    assert open_table.draw(np.random.default_rng(0), 0).labels.shape == (0, 16)


def test_equal_seeds_draw_equal_batches_and_equal_tasks_are_equal():
    first, again, other = (Trajectories.laptop().draw(np.random.default_rng(seed), 5) for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first.inputs != other.inputs).any()
    assert Trajectories() == Trajectories.paper() and len({Trajectories(), Trajectories.paper()}) == 1


def test_impossible_mazes_are_refused():
    for bad in ({"size": 0}, {"steps": -1}):
        with pytest.raises(ValueError, match="at least 1 cell"):
            Trajectories(**bad)
    for share in (1.0, -0.1, 0.999, 1.2):
        with pytest.raises(ValueError, match="leave one free"):
            Trajectories(wall_share=share)
    with pytest.raises(ValueError, match=r"\[N, 13, 13, 2\]"):
        Trajectories().paths(np.zeros((13, 13, 2)))
    task = Trajectories(size=2)
    for drawing in (["..", ".."], ["oo", ".."]):
        with pytest.raises(ValueError, match="exactly one start"):
            task.paths(maze(drawing))
    with pytest.raises(ValueError, match="no wall"):
        task.paths(np.ones((1, 2, 2, 2)) * [[[[1], [0]], [[0], [0]]]])
