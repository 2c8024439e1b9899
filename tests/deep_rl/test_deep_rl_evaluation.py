from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest

from course_lib.deep_rl.environment import OWN, make_worlds
from course_lib.deep_rl.evaluation import play_episodes

CART = SimpleNamespace(env="CartPole-v1")


class Always:
    """An agent that always does the same, and notes what it is told."""

    def __init__(self, count, action=1):
        self.count, self.action, self.forgot, self.told, self.seen = count, action, 0, [], []

    def forget(self):
        self.forgot += 1

    def act(self, observations, first, epsilon, rng):
        self.seen.append((observations, first, epsilon))
        return np.full(self.count, self.action)

    def see(self, step):
        self.told.append(step.rewards)


def test_each_world_plays_one_episode():
    """The return of a cart that is always pushed to the right is the number of steps until its pole falls: some 8 to 10."""
    agent = Always(200)
    returns = play_episodes(CART, agent, 0, epsilon=0.25)
    starts = agent.seen[0][0]
    single = gym.make("CartPole-v1").unwrapped
    single.reset()
    for k in range(200):
        single.state, single.steps_beyond_terminated, steps, ends = starts[k].astype(float), None, 0, False
        while not ends:
            _, _, ends, *_ = single.step(1)
            steps += 1
        assert returns[k] == steps
    assert returns.shape == (200,) and len(set(returns)) >= 3 and agent.forgot == 1
    assert len(agent.told) == len(agent.seen) == returns.max() and agent.seen[0][1].all()
    assert {epsilon for *_, epsilon in agent.seen} == {0.25}


def test_what_comes_after_the_first_episode_does_not_count():
    """In the maze who always turns is cut off after 18 steps with −.1 each, in all worlds at once."""
    np.testing.assert_allclose(play_episodes(SimpleNamespace(env="TMaze-2"), Always(5), 0), [-1.8] * 5, rtol=1e-5)


def test_the_seed_decides_and_may_be_a_list():
    played = [play_episodes(CART, Always(50), seed) for seed in (0, 0, 1, [0, 2], [0, 2])]
    assert played[0].tolist() == played[1].tolist() and played[3].tolist() == played[4].tolist()
    assert played[0].tolist() != played[2].tolist() and played[0].tolist() != played[3].tolist()


def test_an_episode_without_an_end_is_given_up(monkeypatch):
    from course_lib.deep_rl import evaluation
    from course_lib.deep_rl.worlds import TMaze

    def endless(count, size):
        made = TMaze(count, size)
        made.limit = 10**9
        return made

    monkeypatch.setitem(OWN, "TMaze", endless)
    monkeypatch.setattr(evaluation, "LIMIT", 40)
    assert play_episodes(SimpleNamespace(env="TMaze-2"), Always(2), 0) == pytest.approx([-4, -4])


def test_the_worlds_are_let_go(monkeypatch):
    from course_lib.deep_rl import evaluation

    closed = []

    def made(*given):
        worlds = make_worlds(*given)
        monkeypatch.setattr(worlds, "close", lambda: closed.append(worlds))
        return worlds

    monkeypatch.setattr(evaluation, "make_worlds", made)
    play_episodes(CART, Always(1), 0)
    assert len(closed) == 1


@pytest.mark.parametrize("name", ["DiscoMaze-7", "Maze-7"])
def test_what_worlds_count_can_be_measured(name):
    """Who always walks down visits the cells below, as far as the first wall; new episodes of those who died sooner do not count."""
    seed = 3
    worlds = make_worlds(name, 40, np.random.default_rng(seed).integers(2**31))
    below = [
        int(np.argmax(walls[line:, column]))
        for walls, (line, column) in zip(worlds.env.walls, worlds.env.place, strict=True)
    ]
    cells = play_episodes(SimpleNamespace(env=name), Always(40), seed, measure="cells")
    assert cells.tolist() == below and len(set(below)) > 1
    assert not play_episodes(SimpleNamespace(env=name), Always(40), seed).any()
    with pytest.raises(KeyError):
        play_episodes(SimpleNamespace(env="Catch-4"), Always(2), 0, measure="cells")
