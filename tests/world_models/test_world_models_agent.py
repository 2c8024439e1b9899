import numpy as np
import pytest
from scipy import stats
from small_dreams import dreamer, experience

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.agent import DreamerAgent
from course_lib.world_models.latents import gumbel
from course_lib.world_models.recurrent_state import observe_step

FIRST, LATER = np.ones(5, bool), np.zeros(5, bool)


@pytest.fixture(scope="module")
def made():
    return dreamer()


@pytest.fixture(scope="module")
def agent(made):
    return DreamerAgent(made, 5, greedy=True)


def frames(seed=0, count=5):
    """What is seen in five worlds."""
    return experience(1, count, seed=seed).observations[0]


@pytest.mark.parametrize("greedy", [True, False])
def test_it_does_what_the_actor_says_in_the_state_it_keeps(made, agent, greedy):
    """Three steps, by hand: the state after each from the one before, what was done, and what is seen; the noise from the seed
    that the generator gives, that of actions from another one than that of states."""
    agent = agent if greedy else DreamerAgent(made, 5)
    agent.forget()
    world, rng, same = made.world, np.random.default_rng(3), np.random.default_rng(3)
    (h, z), last = world.initial_state(5), np.zeros(5, np.int32)
    for step in range(3):
        seen, first = frames(step), FIRST if step == 0 else np.array([False, False, True, False, False])
        seed = same.integers(2**30, size=2, dtype=np.int32)
        noise, chances = world.latents.noise((5,), seed), gumbel((5, 3), seed + [0, 1]) * (not greedy)
        same.random((2, 5))
        done, embedded = tf.one_hot(last, 3), world.encoder(seen)
        h, z, *_ = observe_step(h, z, done, first, embedded, noise, world.state.weights_now(), world.latents)
        last = (made.actor(tf.concat([h, z], axis=1)) + chances).numpy().argmax(axis=1)
        found = agent.act(seen, first, 0.0, rng)
        np.testing.assert_array_equal(found, last)
        np.testing.assert_allclose(agent.h, h, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(agent.z, z, atol=1e-5)
        assert found.dtype == np.int32 and found.shape == (5,)


def test_what_was_done_is_remembered_also_where_it_was_drawn(agent):
    agent.forget()
    found = agent.act(frames(), FIRST, 1.0, np.random.default_rng(0))
    assert found.dtype == np.int32
    np.testing.assert_array_equal(agent.last_actions, found)


def test_to_forget_is_to_begin_anew(agent):
    """Nothing of before is in the state afterwards; so it is at the first row of an episode."""
    agent.forget()
    agent.act(frames(0), FIRST, 0.0, np.random.default_rng(0))
    fresh = agent.h.numpy()
    agent.act(frames(1), LATER, 0.0, np.random.default_rng(0))
    assert not np.allclose(agent.h, fresh, atol=1e-4)
    agent.act(frames(0), FIRST, 0.0, np.random.default_rng(0))
    np.testing.assert_allclose(agent.h, fresh, atol=1e-6)
    agent.act(frames(1), LATER, 0.0, np.random.default_rng(0))
    agent.forget()
    assert not (agent.h.numpy().any() or agent.z.numpy().any() or agent.last_actions.any())


def test_actions_are_drawn_by_the_policy():
    """Pearson's χ² in 3000 worlds, with an actor that says the same of every state; and all alike where ε is 1."""
    own, probabilities = dreamer(), np.array([0.6, 0.3, 0.1])
    kernel, bias = own.actor.variables[-2:]
    kernel.assign(0 * kernel)
    bias.assign(np.log(probabilities))
    agent, rng, first = DreamerAgent(own, 3000), np.random.default_rng(0), np.ones(3000, bool)
    for epsilon, expected in ((0.0, probabilities), (1.0, np.full(3, 1 / 3)), (0.5, probabilities / 2 + 1 / 6)):
        counts = np.bincount(agent.act(frames(count=3000), first, epsilon, rng), minlength=3)
        assert stats.chisquare(counts, 3000 * expected).pvalue > 1e-3, epsilon
    greedy = DreamerAgent(own, 5, greedy=True)
    assert not greedy.act(frames(), FIRST, 0.0, rng).any()


def test_the_generator_decides(agent):
    rows = []
    for seed in (0, 0, 1):
        agent.forget()
        rng = np.random.default_rng(seed)
        rows.append([agent.act(frames(k), FIRST, 0.7, rng).tolist() for k in range(4)])
    assert rows[0] == rows[1] != rows[2]


def test_rewards_are_not_looked_at(agent):
    before = agent.h
    assert agent.see(np.ones(5)) is None and agent.h is before
