"""Worlds that have to be explored, walked by hand; that all keep to the protocol is held in test_deep_rl_environment.py."""

import numpy as np
import pytest

from course_lib.deep_rl.hard_worlds import (
    COLOURS,
    GOAL,
    MOVES,
    WALKER,
    DeepSea,
    DiscoMaze,
    KeyDoor,
    Maze,
    RandomCoin,
    maze,
)

UP, DOWN, LEFT, RIGHT = range(4)


def begun(world, seed=0):
    """A world after its reset, and what is seen then."""
    return world, world.reset(seed=seed)[0]


def walk(world, way):
    """The rewards of the first copy on a way, and whether the last step ended the episode."""
    steps = [world.step(np.full(world.num_envs, action)) for action in way]
    return [float(step[1][0]) for step in steps], bool(steps[-1][2][0] | steps[-1][3][0])


def reached(walls):
    """How many cells can be reached from the first free one, by a search."""
    found, ahead = set(), [tuple(np.argwhere(~walls)[0])]
    while ahead:
        cell = ahead.pop()
        if cell not in found:
            found.add(cell)
            ahead += [tuple(cell + move) for move in MOVES if not walls[tuple(cell + move)]]
    return len(found)


@pytest.mark.parametrize("size", [5, 7, 21])
def test_a_maze_is_connected_and_has_no_loops(size):
    """All rooms are free, and as many passages as rooms less one lead to all of them: a tree."""
    rooms, rng = (size // 2) ** 2, np.random.default_rng(size)
    for _ in range(5):
        walls = maze(size, rng.random(size * size))
        assert walls[[0, -1]].all() and walls[:, [0, -1]].all() and not walls[1::2, 1::2].any()
        assert walls[2:-1:2, 2:-1:2].all()  # no cell between four rooms
        assert (~walls).sum() == reached(walls) == rooms + rooms - 1


def test_every_maze_of_four_rooms_is_met_alike():
    """Four trees of four rooms in a ring: without one passage each; from the upper left the first one goes one of two ways."""
    rng = np.random.default_rng(0)
    shapes = [maze(5, rng.random(25)).tobytes() for _ in range(400)]
    assert (
        len(set(shapes)) == 2
    )  # who walks on as long as there is a way leaves out one of the two passages at the beginning
    assert 0.4 < np.mean([shape == shapes[0] for shape in shapes]) < 0.6


@pytest.mark.parametrize("kind", [DiscoMaze, Maze])
def test_a_new_maze_in_each_episode_and_lights_that_change_in_each_step(kind):
    """Walls in one of five colours, the walker red, floor black: the walls stay while one is alive, and the picture does not."""
    world, seen = begun(kind(30, 9))
    walls, place = world.walls.copy(), world.place.copy()
    at_first = walls
    assert len({part.tobytes() for part in walls}) > 20
    colours = {tuple(colour) for colour in COLOURS}
    for _ in range(3):
        assert {tuple(pixel) for pixel in seen[world.walls]} == colours and seen.dtype == np.uint8
        floor = ~world.walls
        floor[np.arange(30), world.place[:, 0], world.place[:, 1]] = False
        assert not seen[floor].any()
        assert (seen[np.arange(30), world.place[:, 0], world.place[:, 1]] == WALKER).all()
        before, (seen, rewards, terminated, truncated, _) = (
            seen,
            world.step(np.random.default_rng(1).integers(4, size=30)),
        )
        begins = world.steps == 0
        assert np.array_equal(world.walls[~begins], walls[~begins]) and not rewards.any() and not truncated.any()
        assert (seen != before).any(axis=-1)[walls & world.walls & ~begins[:, None, None]].mean() > 0.7  # 4 of 5
        assert terminated.any() == (kind is DiscoMaze)
        walls = world.walls.copy()
    world.reset()
    changed = [not np.array_equal(a, b) for a, b in zip(at_first, world.walls, strict=True)]
    assert np.mean(changed) > 0.9 and not np.array_equal(place, world.place)


@pytest.mark.parametrize("kind", [DiscoMaze, Maze])
def test_walls_kill_or_hold(kind):
    """One stays where one is; the episode ends where they are deadly, and a new maze is walked in the step after."""
    world, ended = begun(kind(8, 5))[0], np.zeros(8, bool)
    for _ in range(4):
        copies, there = np.arange(8), world.place + MOVES[UP]
        begins, hits, before = ended, world.walls[np.arange(8), there[:, 0], there[:, 1]], world.place.copy()
        ended = terminated = world.step(np.full(8, UP))[2]
        np.testing.assert_array_equal(terminated, hits & ~begins & (kind is DiscoMaze))
        on = ~begins
        np.testing.assert_array_equal(world.place[on], np.where(hits[:, None], before, there)[on])
        assert not world.walls[copies, world.place[:, 0], world.place[:, 1]].any()
    if kind is Maze:
        assert not ended.any()
        with pytest.raises(TypeError):
            Maze(2, 5, deadly=True)


def test_visited_cells_are_counted():
    """One at the beginning; each new one counts once, and a new episode begins with one."""
    world, _ = begun(Maze(1, 5))
    world.walls[0] = maze(5, np.zeros(25))
    world.place[0], world.visited[0] = (1, 1), False
    world.visited[0, 1, 1] = True
    free = [action for action in range(4) if not world.walls[0][tuple(world.place[0] + MOVES[action])]]
    (ahead, *_), counts = free, []
    back = ahead ^ 1  # up and down, left and right
    for action in (ahead, ahead, back, back, ahead):
        counts.append(world.step(np.array([action]))[4]["cells"].tolist())
    assert counts == [[2], [3], [3], [3], [3]]
    assert world.reset()[1]["cells"].tolist() == [1]


def test_a_maze_is_cut_off():
    """After as many steps as it has cells: 441 of 21 by 21."""
    assert (DiscoMaze(1).limit, DiscoMaze(1).size) == (441, 21) and Maze(1).limit == 121
    world, _ = begun(Maze(2, 5))
    ends = [world.step(np.zeros(2, int))[3].any() for _ in range(26)]
    assert ends == [False] * 24 + [True, False]


def test_a_coin_by_hand():
    """Two to the right and one down; walls hold one back; then another coin lies somewhere else."""
    world, _ = begun(RandomCoin(1, 4))
    world.place[0], world.coin[0] = (0, 0), (1, 2)
    seen = world.step(np.array([UP]))[0]
    line, column, coin_line, coin_column = np.eye(4)[[0, 0, 1, 2]]
    np.testing.assert_array_equal(seen[0], np.concatenate([line, column, coin_line, coin_column]))
    assert walk(world, [LEFT, RIGHT, RIGHT, DOWN]) == ([0, 0, 0, 1], True)
    assert walk(world, [DOWN]) == ([0], False) and world.steps[0] == 0


def test_a_coin_lies_anywhere_but_where_one_begins():
    """In a room of 2: each of the four places of the walker and each of the three others alike; cut off after 200 steps."""
    world, _ = begun(RandomCoin(6000, 2))
    assert not (world.place == world.coin).all(axis=1).any()
    pairs, counts = np.unique(np.concatenate([world.place, world.coin], axis=1), axis=0, return_counts=True)
    assert len(pairs) == 12 and counts.min() > 400 and counts.max() < 600
    world, _ = begun(RandomCoin(1, 9))
    world.place[0], world.coin[0] = (0, 0), (8, 8)
    ends = [world.step(np.array([UP]))[3][0] for _ in range(200)]
    assert ends == [False] * 199 + [True]


def test_key_and_door_by_hand():
    """Five columns, the wall is the third and its door in the third line: without the key it holds one back, with it it lets one through."""
    world, seen = begun(KeyDoor(1, 5))
    np.testing.assert_array_equal(seen[0], np.concatenate([np.eye(5)[4], np.eye(5)[0], [0]]))
    assert walk(world, [UP, UP, RIGHT, RIGHT, RIGHT]) == ([0] * 5, False)
    assert world.place[0].tolist() == [2, 1]
    assert walk(world, [UP, UP, LEFT]) == ([0] * 3, False) and world.key[0]
    assert world.step(np.array([UP]))[0][0, -1] == 1
    walk(world, [RIGHT, RIGHT])
    assert world.place[0].tolist() == [0, 1]  # a wall stays one
    assert walk(world, [DOWN, DOWN, RIGHT, RIGHT, DOWN, DOWN, RIGHT]) == ([0] * 6 + [1], True)
    assert walk(world, [UP]) == ([0], False) and not world.key[0] and world.place[0].tolist() == [4, 0]


def test_rooms_with_a_key_are_cut_off_after_six_times_their_lines():
    world, _ = begun(KeyDoor(2, 3))
    assert [world.step(np.full(2, DOWN))[3].all() for _ in range(18)] == [False] * 17 + [True]


def dived(size, wrong=()):
    """The rewards of a dive to the right, but for the lines that are named, and whether it has ended."""
    world, _ = begun(DeepSea(1, size))
    way = []
    for line in range(size):
        right = world.right[line, world.column[0]]
        way.append(walk(world, [1 - right if line in wrong else right]))
    return [reward for (reward,), _ in way], [ends for _, ends in way], world


def test_a_deep_sea_by_hand():
    """Four steps to the right cost .01 / 4 each and bring 1 in the last; one to the left costs nothing, and the treasure is missed."""
    rewards, ends, world = dived(4)
    np.testing.assert_allclose(rewards, [-0.0025, -0.0025, -0.0025, 0.9975], rtol=1e-5)
    assert ends == [False] * 3 + [True]
    rewards, ends, _ = dived(4, {1})
    np.testing.assert_allclose(rewards, [-0.0025, 0, -0.0025, -0.0025], rtol=1e-5)
    assert ends == [False] * 3 + [True]
    seen = world.step(np.zeros(1, int))[0]
    assert seen[0].tolist() == np.eye(16)[0].tolist()


def test_what_is_right_differs_from_cell_to_cell_and_stays():
    """In each sea of that size, whatever the seed; and the left wall holds one back."""
    one, other = DeepSea(1, 10), begun(DeepSea(3, 10), 7)[0]
    np.testing.assert_array_equal(one.right, other.right)
    assert 30 < one.right.sum() < 70
    left = 1 - other.right[0, 0]
    seen = other.step(np.full(3, left))[0]
    assert other.column.tolist() == [0, 0, 0] and seen.argmax(axis=1).tolist() == [10] * 3


@pytest.mark.parametrize("kind", [DiscoMaze, Maze, RandomCoin, KeyDoor, DeepSea])
def test_a_picture_has_blocks_for_cells(kind):
    """Of 16 by 16, one for each copy; where the walker is it is red."""
    world, _ = begun(kind(2, 7))
    world.step(np.zeros(2, int))
    pictures = world.render()
    assert len(pictures) == 2 and all(
        picture.shape == (112, 112, 3) and picture.dtype == np.uint8 for picture in pictures
    )
    for picture in pictures:
        blocks = picture[8::16, 8::16]
        assert (blocks == WALKER).all(axis=-1).sum() == 1
        np.testing.assert_array_equal(picture, blocks.repeat(16, 0).repeat(16, 1))
        assert (blocks == GOAL).all(axis=-1).sum() == (kind in (RandomCoin, KeyDoor, DeepSea))


def test_the_key_is_in_the_picture_as_long_as_nobody_has_it():
    world, _ = begun(KeyDoor(1, 5))
    assert world.render()[0][0, 0].tolist() == COLOURS[2].tolist()
    walk(world, [UP] * 4 + [DOWN])
    assert world.render()[0][0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "size", "says"),
    [(DiscoMaze, 3, "an odd number of lines, 5 or more"), (DiscoMaze, 8, "an odd number of lines"), (Maze, 6, "an odd number of lines"),
     (RandomCoin, 1, "two lines or more"), (KeyDoor, 4, "an odd number of columns, 3 or more"), (KeyDoor, 1, "3 or more"), (DeepSea, 1, "two lines or more")],
)  # fmt: skip
def test_other_sizes_are_refused(kind, size, says):
    with pytest.raises(ValueError, match=f"^size={size}: .*{says}"):
        kind(2, size)
    with pytest.raises(ValueError, match="give 2 of them, each 0 to"):
        begun(kind(2, 7))[0].step(np.array([0, 9]))
