import numpy as np
import pytest
from scipy import stats

from course_lib.common.quiet import keras
from course_lib.deep_rl.environment import Step, make_worlds
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.value_agent import ValueAgent, epsilon_ladder


def network(recurrent=False, shape=(4,), actions=3):
    keras.utils.set_random_seed(0)
    made = QNetwork(shape, actions, 8, recurrent=recurrent)
    made.build()
    return made


def test_the_published_ladder():
    """.4 to the power 1, 2, … 8 for eight actors and α = 7; one actor alone has .4."""
    np.testing.assert_allclose(epsilon_ladder(0.4, 7.0, 8), 0.4 ** np.arange(1.0, 9))
    assert epsilon_ladder(0.4, 7.0, 1).tolist() == [0.4]


def test_without_exploring_it_takes_the_best_action():
    made, rng = network(), np.random.default_rng(0)
    agent, seen = ValueAgent(made, 50), np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    actions = agent.act(seen, np.zeros(50, bool), 0.0, rng)
    assert actions.dtype == np.int32 and len(set(actions.tolist())) > 1
    np.testing.assert_array_equal(actions, made(seen).numpy().argmax(axis=1))
    assert agent.last_actions is actions


def test_exploring_draws_from_all_actions_alike():
    """With ε = 1 each of three a third of the time; each actor has its own ε."""
    agent, rng, seen = ValueAgent(network(), 3000), np.random.default_rng(0), np.ones((3000, 4), np.float32)
    counts = np.bincount(agent.act(seen, np.zeros(3000, bool), 1.0, rng), minlength=3)
    assert stats.chisquare(counts).pvalue > 1e-4
    best = agent.act(seen, np.zeros(3000, bool), 0.0, rng)
    own = np.where(np.arange(3000) < 1500, 0.0, 0.6)
    others = agent.act(seen, np.zeros(3000, bool), own, rng) != best
    assert not others[:1500].any() and others[1500:].mean() == pytest.approx(0.4, abs=0.06)


def brought(rewards):
    """A step of which nothing but the rewards is known."""
    return Step(None, rewards, None, None, None)


def test_with_memory_it_acts_by_all_that_it_saw():
    """In a maze, where episodes end: the actions are the best ones of the network unrolled over everything at once."""
    worlds, made = make_worlds("TMaze-1", 6, seed=0), network(recurrent=True)
    agent, rng = ValueAgent(made, 6), np.random.default_rng(0)
    rows = []
    for _ in range(60):
        seen, first = worlds.observations, worlds.first
        actions = agent.act(seen, first, 0.5, rng)
        step = worlds.step(actions)
        agent.see(step)
        rows.append((seen, first, actions, step.rewards))
    seen, first, actions, rewards = (np.stack(part) for part in zip(*rows, strict=True))
    assert first[1:].sum() > 10
    before = [np.where(first, 0, np.concatenate([0 * part[:1], part[:-1]])) for part in (actions, rewards)]
    q, state = made.unroll(
        (seen, before[0].astype(np.int32), before[1].astype(np.float32)), first, made.initial_state(6)
    )
    best = q.numpy().argmax(axis=2)
    assert 0.5 < (best == actions).mean() < 0.9  # two thirds, with ε = ½ of three
    np.testing.assert_allclose(state, agent.state, rtol=1e-4, atol=1e-5)
    greedy, rng = ValueAgent(made, 6), np.random.default_rng(1)
    for row in range(60):
        chosen = greedy.act(seen[row], first[row], 0.0, rng)
        np.testing.assert_array_equal(chosen, best[row])
        greedy.last_actions = actions[row]
        greedy.see(brought(rewards[row]))


def test_who_learnt_from_signs_is_shown_signs():
    agent = ValueAgent(network(recurrent=True), 3, clip_rewards=True)
    agent.see(brought(np.array([200.0, -3.0, 0.0], np.float32)))
    assert agent.last_rewards.tolist() == [1, -1, 0]


def test_who_forgets_begins_anew():
    agent, rng, seen = ValueAgent(network(recurrent=True), 2), np.random.default_rng(0), np.ones((2, 4), np.float32)
    fresh = agent.state
    agent.act(seen, np.zeros(2, bool), 0.0, rng)
    agent.see(brought(np.ones(2, np.float32)))
    assert not np.allclose(agent.state, fresh) and not np.array(fresh).any() and fresh[0].shape == (2, 8)
    agent.forget()
    np.testing.assert_array_equal(agent.state, fresh)
    assert not agent.last_actions.any() and not agent.last_rewards.any()
    assert ValueAgent(network(), 2).state[0].shape == (2, 0)
