import numpy as np
import pytest

from course_lib import mdp
from course_lib import monte_carlo as mc
from course_lib.monte_carlo import config
from course_lib.monte_carlo.racetrack import ACCELERATIONS

UP, COAST, RIGHT = (ACCELERATIONS.tolist().index(a) for a in ([1, 0], [0, 0], [0, 1]))
STRAIGHT = config.Racetrack(track=("..F", "...", "SS#"), max_speed=2, noise=0.25)


def state(world, row, column, up, right):
    cell = np.flatnonzero((world.cells == [row, column]).all(axis=1))[0]
    return cell * len(world.speeds) + world.speeds.tolist().index([up, right])


def successors(world, start, action):
    row = np.asarray(world.mdp.to_dense().transitions[start, action])
    return {int(s): row[s] for s in np.flatnonzero(row)}


def test_moves_written_out():
    world = mc.Racetrack(STRAIGHT)
    at_rest = state(world, 2, 0, 0, 0)
    assert successors(world, at_rest, UP) == pytest.approx({state(world, 1, 0, 1, 0): 0.75, at_rest: 0.25})
    moving = state(world, 1, 0, 1, 0)  # speeds up to (2, 0) and leaves the grid, or goes on at (1, 0)
    crash = {state(world, 2, 0, 0, 0): 0.375, state(world, 2, 1, 0, 0): 0.375}
    assert successors(world, moving, UP) == pytest.approx(crash | {state(world, 0, 0, 1, 0): 0.25})
    right = state(world, 0, 0, 0, 1)  # speeds up to (0, 2): over the finish
    assert successors(world, right, RIGHT) == pytest.approx(
        {world.num_states - 1: 0.75, state(world, 0, 1, 0, 1): 0.25}
    )


def test_only_on_the_starting_line_may_a_car_stand():
    world = mc.Racetrack(STRAIGHT)
    brake = ACCELERATIONS.tolist().index([-1, 0])
    rolling = state(world, 1, 0, 1, 0)
    assert successors(world, rolling, brake) == successors(world, rolling, COAST)
    assert successors(world, state(world, 2, 0, 0, 0), COAST) == {state(world, 2, 0, 0, 0): pytest.approx(1.0)}


@pytest.mark.parametrize("made", [config.Racetrack.laptop(), config.Racetrack.paper()])
def test_both_tracks_can_be_driven(made):
    world = mc.Racetrack(made)
    values = mdp.solve(world.mdp, method="value_iteration", tolerance=1e-8).values
    assert set(world.track[tuple(world.positions(world.starts).T)]) == {"S"}
    assert -13 < values[world.starts].mean() < -5
    assert world.track.shape == ((32, 17) if made == config.Racetrack.paper() else (10, 12))


def test_without_noise_the_straight_takes_as_long_as_counted():
    # From rest at (2, 0) the finish at (0, 2) is two up and two right: (1, 1), then (1, 1) once more: 2 steps.
    world = mc.Racetrack(config.Racetrack(track=STRAIGHT.track, max_speed=2, noise=0.0))
    values = mdp.solve(world.mdp, method="value_iteration", tolerance=1e-10).values
    assert values[state(world, 2, 0, 0, 0)] == pytest.approx(-2)


def test_bad_tracks_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        mc.Racetrack(config.Racetrack(track=("S.F", "..")))
    with pytest.raises(ValueError, match='finish of "F"'):
        mc.Racetrack(config.Racetrack(track=("S..",)))


@pytest.mark.parametrize("seed", range(3))
def test_driving_is_learnt(seed):
    world, rng = mc.Racetrack(config.Racetrack.laptop()), np.random.default_rng(seed)
    options = {"batch": 200, "memory": 0.9, "max_steps": 500, "on_truncation": "keep"}
    found = mc.epsilon_soft_control(world, 20_000, rng, epsilon=0.1, **options)
    best = mdp.solve(world.mdp, method="value_iteration", tolerance=1e-8).values[world.starts].mean()
    greedy = mc.epsilon_greedy(found.action_values, 0.0)
    driven = mc.play(world, greedy, 2000, rng, max_steps=500, on_truncation="keep").rewards.sum(axis=0).mean()
    assert best - 3 < driven < best + 0.2
