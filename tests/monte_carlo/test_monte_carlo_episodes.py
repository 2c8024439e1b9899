import gymnasium
import numpy as np
import pytest

from course_lib import mdp
from course_lib import monte_carlo as mc

LEFT, RIGHT = np.tile([1.0, 0.0], (7, 1)), np.tile([0.0, 1.0], (7, 1))
EITHER = np.full((7, 2), 0.5)


def test_two_walks_written_out():
    # From cell 3 to the right: cells 3, 4, 5, then the end, which pays 1. From cell 1 to the left: the end at once.
    policy = RIGHT.copy()
    policy[1] = [1, 0]
    played = mc.play(mc.random_walk(5), policy, 2, np.random.default_rng(0), starts=[3, 1])
    assert played.states.T.tolist() == [[3, 4, 5], [1, -1, -1]]
    assert played.actions.T.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert played.rewards.T.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert played.lengths.tolist() == [3, 1] and not played.truncated.any()
    assert played.chosen(0.7 * policy + 0.15).T.tolist() == pytest.approx(np.array([[0.85] * 3, [0.85, 1, 1]]))


def test_actions_come_as_often_as_the_policy_says():
    policy = np.tile([0.2, 0.3, 0.5], (2, 1))
    world = mc.TabularWorld(mdp.TabularMDP(np.eye(2)[np.ones((2, 3), int)], np.zeros((2, 3)), 1.0, [False, True]), [0])
    actions = mc.play(world, policy, 100_000, np.random.default_rng(0)).actions[0]
    frequency = np.bincount(actions, minlength=3) / 100_000
    assert np.abs(frequency - policy[0]).max() < 4 * 0.5 / np.sqrt(100_000)


def test_the_generator_decides_everything():
    first, again, other = (mc.play(mc.random_walk(), EITHER, 50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert first.states.shape != other.states.shape or (first.states != other.states).any()


def test_first_actions_overrule_the_policy_once():
    played = mc.play(mc.random_walk(), RIGHT, 2, np.random.default_rng(0), starts=3, first_actions=[0, 1])
    assert played.states[:3].T.tolist() == [[3, 2, 3], [3, 4, 5]]


def test_an_episode_that_never_ends_is_cut():
    forth_and_back = RIGHT.copy()
    forth_and_back[4] = [1, 0]
    rng = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match="3 of 3 episodes were cut by max_steps=20.*on_truncation='keep'"):
        mc.play(mc.random_walk(), forth_and_back, 3, rng, max_steps=20)
    kept = mc.play(mc.random_walk(), forth_and_back, 3, rng, max_steps=20, on_truncation="keep")
    assert kept.truncated.all() and kept.lengths.tolist() == [20] * 3
    mixed = mc.play(mc.random_walk(), forth_and_back, 2, rng, starts=[5, 3], max_steps=9, on_truncation="keep")
    assert mixed.truncated.tolist() == [False, True] and mixed.lengths.tolist() == [1, 9]


@pytest.mark.parametrize(
    "policy, message",
    [
        (np.ones((3, 2)) / 2, r"shape \(3, 2\), the world asks for \(7, 2\)"),
        (np.ones((7, 2)), "sum to 1"),
        (np.tile([1.5, -0.5], (7, 1)), "none negative"),
        (np.full((7, 2), np.nan), "sum to 1"),
    ],
)
def test_a_policy_that_does_not_fit_is_refused(policy, message):
    with pytest.raises(ValueError, match=message):
        mc.play(mc.random_walk(), policy, 1, np.random.default_rng(0))


def test_other_bad_input_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="on_truncation='drop'"):
        mc.play(mc.random_walk(), EITHER, 1, rng, on_truncation="drop")
    with pytest.raises(ValueError, match="at least 1"):
        mc.play(mc.random_walk(), EITHER, 0, rng)
    with pytest.raises(ValueError, match="both are at least 1"):
        mc.predict(mc.random_walk(), EITHER, 10, rng, batch=0)
    for starts in ([3, 3], [7], -1):
        with pytest.raises(ValueError, match="starts has shape .* between 0 and 6"):
            mc.play(mc.random_walk(), EITHER, 1, rng, starts=starts)
    with pytest.raises(ValueError, match="starts where it likes"):
        mc.play(mc.GymnasiumWorld("FrozenLake-v1"), np.full((16, 4), 0.25), 1, rng, starts=[0])


def test_gymnasiums_lake_without_ice():
    # 0 → 4 → 8 → 9 → 10 → 14 → 15: down, down, right, right, down, right on the 4 by 4 map.
    policy = np.eye(4)[np.array([1, 0, 0, 0, 1, 0, 0, 0, 2, 2, 1, 0, 0, 0, 2, 0])]
    played = mc.play(mc.GymnasiumWorld("FrozenLake-v1", is_slippery=False), policy, 3, np.random.default_rng(0))
    assert played.states.T.tolist() == [[0, 4, 8, 9, 10, 14]] * 3
    assert played.rewards.sum(axis=0).tolist() == [1.0] * 3


def test_gymnasiums_own_time_limit_is_an_end_that_is_none():
    world, up = mc.GymnasiumWorld("FrozenLake-v1", is_slippery=False), np.tile([0.0, 0, 0, 1], (16, 1))
    with pytest.raises(RuntimeError, match="2 of 2 episodes were cut by the environment's own time limit"):
        mc.play(world, up, 2, np.random.default_rng(0))
    kept = mc.play(world, up, 2, np.random.default_rng(0), on_truncation="keep")
    assert kept.truncated.all() and kept.lengths.tolist() == [100, 100]


def test_copies_of_an_environment_end_one_by_one_and_are_used_again():
    world, policy = mc.GymnasiumWorld("FrozenLake-v1"), np.full((16, 4), 0.25)
    lengths = [mc.play(world, policy, size, np.random.default_rng(3)).lengths for size in (20, 5, 20)]
    assert len(set(lengths[0].tolist())) > 3
    assert lengths[0].tolist() == lengths[2].tolist() and len(lengths[1]) == 5


def test_predicting_does_not_make_thousands_of_copies():
    world = mc.GymnasiumWorld("FrozenLake-v1")
    estimate = mc.predict(world, np.full((16, 4), 0.25), 600, np.random.default_rng(0), on_truncation="keep")
    assert estimate.counts[0] == 600
    assert world.largest_batch == 250 and len(world._spares) + len(world._running) == 250


def test_the_lakes_values_by_playing_and_by_chapter_1():
    lake, policy = mdp.from_gymnasium("FrozenLake-v1", 0.9), np.full((16, 4), 0.25)
    exact = mdp.evaluate_policy(lake, np.full((17, 4), 0.25))[:16]
    world = mc.GymnasiumWorld("FrozenLake-v1", max_episode_steps=1000)
    estimate = mc.predict(world, policy, 2000, np.random.default_rng(0), discount=0.9, batch=500)
    seen = estimate.counts >= 30
    assert seen.sum() >= 10
    assert (np.abs(estimate.means - exact) < 4.5 * estimate.standard_errors + 1e-3)[seen].all()


class Digits(gymnasium.Env):
    """One step; the observation tells how spaces are numbered."""

    def __init__(self, space, observation):
        self.observation_space, self.action_space = space, gymnasium.spaces.Discrete(2, start=5)
        self.observation = observation

    def reset(self, *, seed=None, options=None):
        return self.observation, {}

    def step(self, action):
        assert action in (5, 6)
        return self.observation, float(action), True, False, {}


spaces = gymnasium.spaces
SPACES = [
    (spaces.Discrete(4, start=10), 12, 4, 2),
    (spaces.MultiDiscrete([3, 5]), np.array([2, 1]), 15, 11),
    (spaces.MultiDiscrete([3, 5], start=[1, 1]), np.array([3, 2]), 15, 11),
    (
        spaces.Tuple([spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2)]),
        (13, 2, 1),
        704,
        13 * 22 + 2 * 2 + 1,
    ),
]


@pytest.mark.parametrize("space, observation, count, number", SPACES)
def test_observations_and_actions_are_numbered(space, observation, count, number):
    gymnasium.register("Digits-v0", Digits, disable_env_checker=True)
    try:
        world = mc.GymnasiumWorld("Digits-v0", space=space, observation=observation)
        played = mc.play(world, np.tile([0.0, 1.0], (count, 1)), 2, np.random.default_rng(0))
    finally:
        del gymnasium.registry["Digits-v0"]
    assert world.num_states == count and world.encode(observation) == number
    assert played.states.tolist() == [[number] * 2] and played.rewards.tolist() == [[6.0, 6.0]]


def test_spaces_that_are_not_discrete_are_refused():
    with pytest.raises(ValueError, match="Round continuous ones"):
        mc.GymnasiumWorld("CartPole-v1")
    with pytest.raises(ValueError, match="actions Box"):
        gymnasium.register("Box-v0", lambda: _with_box_actions(), disable_env_checker=True)
        try:
            mc.GymnasiumWorld("Box-v0")
        finally:
            del gymnasium.registry["Box-v0"]


def _with_box_actions():
    made = Digits(spaces.Discrete(2), 0)
    made.action_space = spaces.Box(0, 1)
    return made


def test_a_table_is_drawn_from_as_it_says():
    table = mdp.random_dense(6, 3, 0.9, seed=0)
    transitions, rewards = table.transitions.copy(), table.rewards.copy()
    transitions[5], rewards[5] = np.eye(6)[5], 0.0
    world = mc.TabularWorld(mdp.TabularMDP(transitions, rewards, 0.9, np.arange(6) == 5), [0, 1])
    rng = np.random.default_rng(0)
    successors, paid, over, cut = world.step(np.full(200_000, 3), np.full(200_000, 2), rng)
    frequency = np.bincount(successors, minlength=6) / 200_000
    assert np.abs(frequency - transitions[3, 2]).max() < 4 * 0.5 / np.sqrt(200_000)
    assert (paid == rewards[3, 2]).all() and ((successors == 5) == over).all() and not cut
    assert set(world.start(100, rng).tolist()) == {0, 1}


def test_a_table_without_an_end_is_refused():
    with pytest.raises(ValueError, match="never end"):
        mc.TabularWorld(mdp.random_dense(3, 2, 0.9, 0), [0])
    with pytest.raises(ValueError, match="cannot start in a terminal state"):
        mc.TabularWorld(mdp.gridworld(), [0])
    with pytest.raises(ValueError, match="length=0"):
        mc.random_walk(0)


def test_the_random_walks_values_are_its_cells_over_six():
    walk = mc.random_walk(5)
    assert mdp.evaluate_policy(walk.mdp, EITHER) == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 0])


def test_the_one_state_example_pays_for_left_only():
    played = mc.play(mc.OneState(), np.array([[0.5, 0.5]]), 20_000, np.random.default_rng(0))
    left_only = (played.actions == 0).all(axis=0)
    assert (played.rewards.sum(axis=0) == left_only).all()
    # left-only episodes of k steps have probability (0.5 · 0.9)^(k−1) · 0.5 · 0.1, in all 0.05 / 0.55 = 1/11
    assert abs(left_only.mean() - 1 / 11) < 4 * np.sqrt(1 / 11 / 20_000)
