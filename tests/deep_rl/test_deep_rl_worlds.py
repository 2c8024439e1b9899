import numpy as np
import pytest
from scipy import stats

from course_lib import mdp
from course_lib.deep_rl.worlds import Catch, Garnet, PixelCatch, PixelMaze, Table, TMaze, enlarge

UP, DOWN, CORRIDOR, JUNCTION = np.eye(4)


def steps(world, actions):
    """The steps of one copy: (what is seen, reward, terminated, truncated) each."""
    for action in actions:
        seen, rewards, terminated, truncated, _ = world.step(np.array([action]))
        yield seen[0], float(rewards[0]), bool(terminated[0]), bool(truncated[0])


@pytest.mark.parametrize("turn", [1, 2])
def test_a_walk_through_the_maze(turn):
    """By hand: on, on, a turn in the corridor for −.1, on to the junction, once on for −.1, and the turn; then the next start."""
    world, sides = TMaze(1, 3), set()
    seen, _ = world.reset(seed=0)
    for _ in range(20):
        start = seen[0].tolist()
        assert start in (UP.tolist(), DOWN.tolist())
        right = 1 if start == UP.tolist() else 2
        *walk, end, after = steps(world, [0, turn, 0, 0, 0, turn, 1])
        assert [s.tolist() for s, *_ in walk] == [
            row.tolist() for row in (CORRIDOR, CORRIDOR, CORRIDOR, JUNCTION, JUNCTION)
        ]
        np.testing.assert_allclose([reward for _, reward, *_ in walk], [0, -0.1, 0, 0, -0.1], rtol=1e-6)
        assert not any(terminated or truncated for *_, terminated, truncated in walk)
        assert end[1:] == (1.0 if turn == right else -1.0, True, False) and end[0].tolist() == JUNCTION.tolist()
        assert after[1:] == (0.0, False, False)
        seen = after[0][None]
        sides.add(right)
    assert sides == {1, 2}


def test_a_turn_at_the_start_leaves_the_light_in_sight():
    world = TMaze(1, 2)
    seen, _ = world.reset(seed=1)
    ((after, reward, *ends),) = steps(world, [1])
    assert after.tolist() == seen[0].tolist() and reward == pytest.approx(-0.1) and ends == [False, False]


def test_the_light_does_not_say_more_than_the_side():
    """Both sides as often, and what is seen on the way is the same."""
    world = TMaze(4000, 1)
    seen, _ = world.reset(seed=0)
    up = seen[:, 0] == 1
    assert stats.binomtest(int(up.sum()), 4000).pvalue > 1e-4
    seen, *_ = world.step(np.zeros(4000, int))
    assert (seen == JUNCTION).all()
    _, rewards, terminated, *_ = world.step(np.where(up, 1, 2))
    assert (rewards == 1).all() and terminated.all()


def test_an_episode_is_cut_off_after_its_limit():
    """4 · 2 + 10 steps of standing still; not terminated, and the step after begins anew."""
    world = TMaze(1, 2)
    world.reset(seed=0)
    found = list(steps(world, [1] * 19))
    assert [k for k, (*_, truncated) in enumerate(found) if truncated] == [17]
    assert not any(terminated for *_, terminated, _ in found)
    assert found[18][1] == 0 and found[17][1] == pytest.approx(-0.1)


def test_a_ball_falls_and_is_caught():
    """Every picture of every episode, drawn anew from the first one and the actions."""
    size, copies, rng = 6, 8, np.random.default_rng(0)
    world = Catch(copies, size)
    seen, _ = world.reset(seed=0)
    outcomes, columns = [], set()
    rewards = terminated = truncated = np.zeros(copies)
    for _ in range(30):
        column, paddle = seen[:, 0, :, 0].argmax(axis=1), np.full(copies, size // 2)
        columns |= set(column.tolist())
        for line in range(size):
            expected = np.zeros((copies, size, size, 1), np.uint8)
            for k in range(copies):
                expected[k, line, column[k]] = expected[k, size - 1, paddle[k]] = 255
            np.testing.assert_array_equal(seen, expected)
            if line:
                ends = line == size - 1
                assert (terminated == ends).all() and not truncated.any()
                assert rewards.tolist() == [(1.0 if paddle[k] == column[k] else -1.0) * ends for k in range(copies)]
            actions = rng.integers(3, size=copies)
            seen, rewards, terminated, truncated, _ = world.step(actions)
            outcomes += rewards.tolist()
            paddle = np.array([min(max(p + a - 1, 0), size - 1) for p, a in zip(paddle, actions, strict=True)])
        assert not rewards.any() and not terminated.any()  # the step that only began anew
    assert columns == set(range(size)) and outcomes.count(1) > 10 and outcomes.count(-1) > 10


def test_a_table_moves_by_its_probabilities_and_pays_its_rewards():
    """Pearson's χ² for every state and action of a random MDP, its rewards exactly; no end, so it is cut off."""
    model = mdp.garnet(5, 2, 3, 0.9, seed=1)
    world, rng = Table(200, model, limit=20), np.random.default_rng(0)
    seen, _ = world.reset(seed=0)
    counts, ended = np.zeros((5, 2, 5)), np.zeros(200, bool)
    for step in range(300):
        actions = rng.integers(2, size=200)
        after, rewards, terminated, truncated, _ = world.step(actions)
        moves = ~ended
        np.testing.assert_allclose(rewards, np.where(ended, 0, model.rewards[seen, actions]), rtol=1e-6)
        np.add.at(counts, (seen[moves], actions[moves], after[moves]), 1)
        assert not terminated.any() and truncated.all() == (step % 21 == 19) and truncated.any() == truncated.all()
        seen, ended = after, terminated | truncated
    dense = model.to_dense().transitions
    for state in range(5):
        for action in range(2):
            row, expected = counts[state, action], dense[state, action]
            assert not row[expected == 0].any() and row.sum() > 1000
            possible = expected > 0
            assert (
                stats.chisquare(row[possible], row.sum() * expected[possible] / expected[possible].sum()).pvalue > 1e-4
            )


def test_terminal_states_end_an_episode_and_none_begins_there():
    """A gridworld: its terminal states are reached and seen, and starts are all the others, or the one that was asked for."""
    model = mdp.gridworld(3)
    world, rng = Table(50, model), np.random.default_rng(0)
    seen, _ = world.reset(seed=0)
    starts, ended, endings = set(seen.tolist()), np.zeros(50, bool), 0
    for _ in range(200):
        seen, _, terminated, truncated, _ = world.step(rng.integers(4, size=50))
        starts |= set(seen[ended].tolist())
        np.testing.assert_array_equal(terminated, model.terminal[seen])
        ended = terminated | truncated
        endings += terminated.sum()
    assert endings > 100 and starts == set(np.flatnonzero(~model.terminal).tolist())
    assert (Table(9, model, start=5).reset(seed=0)[0] == 5).all()


def test_a_garnet_has_three_actions_and_no_end():
    world = Garnet(2, 7)
    assert (world.single_observation_space.n, world.single_action_space.n, world.limit) == (7, 3, 50)
    assert not world.world.terminal.any()
    assert ((world.world.to_dense().transitions > 0).sum(axis=2) == 2).all()


@pytest.mark.parametrize("actions", [[0, 3], [0, -1], [0], [[0, 0]], [0, 1, 2]])
def test_actions_that_are_none_are_refused(actions):
    world = TMaze(2, 3)
    world.reset(seed=0)
    with pytest.raises(ValueError, match="give 2 of them, each 0 to 2"):
        world.step(actions)


def test_worlds_without_room_are_refused():
    for make, says in (
        (lambda: TMaze(1, 0), "length=0"),
        (lambda: Catch(1, 1), "size=1"),
        (lambda: PixelCatch(1, 6), "size=6: a frame has room for 5 by 5 cells"),
        (lambda: PixelMaze(1, 0), "length=0"),
    ):
        with pytest.raises(ValueError, match=says):
            make()


def test_cells_become_blocks_of_nine_pixels():
    """Two by two cells: six by six pixels in the corner, the rest of the frame black."""
    found = enlarge(np.array([[[1, 2], [3, 4]]], np.uint8))
    assert found.shape == (1, 16, 16, 1) and found.dtype == np.uint8 and found.sum() == 9 * (1 + 2 + 3 + 4)
    assert (found[0, :3, :3] == 1).all() and (found[0, :3, 3:6] == 2).all()
    assert (found[0, 3:6, :3] == 3).all() and (found[0, 3:6, 3:6] == 4).all()
    full = enlarge(np.ones((1, 5, 5), np.uint8))[0, :, :, 0]
    assert (full[:15, :15] == 1).all() and not full[15].any() and not full[:, 15].any()


def side_by_side(plain, pixels, steps):
    """Both with the same seed and actions; yields (what each shows, what happened is the same)."""
    rng = np.random.default_rng(0)
    yield plain.reset(seed=5)[0], pixels.reset(seed=5)[0]
    for _ in range(steps):
        actions = rng.integers(3, size=plain.num_envs)
        (seen, *one, _), (frames, *other, _) = plain.step(actions), pixels.step(actions)
        for part, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, same)
        assert pixels.observation_space.contains(frames) and frames.dtype == np.uint8
        yield seen, frames


@pytest.mark.parametrize("size", [3, 5])
def test_catch_in_pixels_is_catch(size):
    """The same rewards and ends; ball and paddle are blocks of three by three where the cells are."""
    for seen, frames in side_by_side(Catch(6, size), PixelCatch(6, size), 40):
        expected = np.zeros((6, 16, 16, 1), np.uint8)
        for k, line, column, _ in np.argwhere(seen):
            expected[k, 3 * line : 3 * line + 3, 3 * column : 3 * column + 3] = 255
        np.testing.assert_array_equal(frames, expected)


def picture(*lines):
    """Five lines of five cells by letters: floor, walker, light."""
    shades = {" ": 0, "f": 90, "w": 170, "L": 255}
    return np.array([[shades[cell] for cell in line.ljust(5)] for line in lines], np.uint8)


def test_the_maze_from_above_by_hand():
    """A corridor of three: the walker in the middle of what it sees, a light above or below the start and never again."""
    world, starts = PixelMaze(1, 3), set()
    seen, _ = world.reset(seed=0)
    way = [
        picture("    f", "    f", " fwff", "    f", "    f"),
        picture("   f", "   f", "ffwf", "   f", "   f"),
        picture("  f", "  f", "ffw", "  f", "  f"),
    ]
    at_start = {
        0: picture("  L", "", "  wff", "", ""),
        1: picture("", "", "  wff", "", "  L"),
    }
    for _ in range(12):
        side = int(world.side[0])
        starts.add(side)
        np.testing.assert_array_equal(seen, enlarge(at_start[side][None]))
        for expected in way:
            ((frame, reward, *_),) = steps(world, [0])
            np.testing.assert_array_equal(frame, enlarge(expected[None])[0])
            assert reward == 0
        ((_, reward, terminated, _),) = steps(world, [1 + side])
        assert (reward, terminated) == (1, True)
        seen, *_ = world.step(np.array([0]))
    assert starts == {0, 1}


def test_the_maze_in_pixels_is_the_maze():
    """The same rewards and ends; a light is there where the plain maze shows one, above for up, below for down, and only there."""
    for seen, frames in side_by_side(TMaze(6, 2), PixelMaze(6, 2), 80):
        lights = frames[..., 0] == 255
        np.testing.assert_array_equal(lights[:, :3, 6:9].all(axis=(1, 2)), seen[:, 0] == 1)
        np.testing.assert_array_equal(lights[:, 12:15, 6:9].all(axis=(1, 2)), seen[:, 1] == 1)
        np.testing.assert_array_equal(lights.sum(axis=(1, 2)), 9 * seen[:, :2].sum(axis=1))
        assert (frames[:, 6:9, 6:9] == 170).all()


def test_the_light_is_nothing_that_the_way_shows():
    """Behind the start both sides look alike, pixel by pixel."""
    world = PixelMaze(40, 3)
    seen, _ = world.reset(seed=0)
    assert len(np.unique(seen.reshape(40, -1), axis=0)) == 2
    for _ in range(3):
        seen, *_ = world.step(np.zeros(40, int))
        assert len(np.unique(seen.reshape(40, -1), axis=0)) == 1
