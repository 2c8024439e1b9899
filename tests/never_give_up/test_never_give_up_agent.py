import dataclasses

import numpy as np

from course_lib.common.quiet import keras
from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.networks import QNetwork
from course_lib.never_give_up.agent import NGUAgent
from course_lib.never_give_up.novelty import Novelty
from tests.never_give_up.small_explorers import NGU, eagerly


def made(count=3, **options):
    """An agent in coin rooms, three members, with weights that tell the members apart."""
    keras.utils.set_random_seed(3)
    network = QNetwork((12,), 4, 8, recurrent=True, context=4)
    network.build()
    novelty = Novelty((12,), 4, dataclasses.replace(NGU, members=3))
    agent = NGUAgent(network, count, novelty, **options)
    agent.members = np.arange(count) % 3
    return agent


def test_it_does_what_the_network_says_along_the_episode():
    """Unrolled over all rows with the last action, reward and bonus, and who plays; first rows get no bonus, the others do."""
    with eagerly():
        agent, worlds, rng = made(), make_worlds("RandomCoin-3", 3, 1), np.random.default_rng(0)
        rows, found = [], []
        action, reward = np.zeros((2, 3))
        for _ in range(12):
            seen, first = worlds.observations, worlds.first
            actions = agent.act(seen, first, 0.5, rng)
            found.append(agent.greedy)
            rows.append(
                (
                    seen,
                    np.where(first, 0, action).astype(np.int32),
                    np.where(first, 0, reward).astype(np.float32),
                    agent.bonuses,
                    first,
                )
            )
            step = worlds.step(actions)
            agent.see(step)
            action, reward = actions, step.rewards
            assert not agent.bonuses[step.first].any() and (agent.bonuses[~step.first] > 0).all()
        seen, actions, rewards, bonuses, first = map(np.stack, zip(*rows, strict=True))
        assert not bonuses[first].any() and first[1:].any()
        member = np.broadcast_to(np.eye(3, dtype=np.float32), (12, 3, 3))
        known = seen, actions, rewards, np.concatenate([bonuses[..., None], member], axis=-1)
        q, state = agent.network.unroll(known, first, agent.network.initial_state(3))
        np.testing.assert_array_equal(np.stack(found), q.numpy().argmax(axis=-1))
        np.testing.assert_allclose(agent.state, state, rtol=1e-4, atol=1e-5)
        other = [*known[:3], np.concatenate([bonuses[..., None], np.roll(member, 1, axis=-1)], axis=-1)]
        assert not np.allclose(agent.network.unroll(other, first, agent.network.initial_state(3))[0], q, rtol=1e-3)


def test_the_chances_are_those_with_which_it_acts():
    """1 − ε + ε / 4 for the greedy action, ε / 4 for the others, each actor with its own ε; how often it does so, too."""
    with eagerly():
        agent, seen, rng = made(3), make_worlds("RandomCoin-3", 3, 1).observations, np.random.default_rng(0)
        epsilons, counts = np.array([0.0, 0.4, 1.0]), np.zeros((3, 2))
        for _ in range(400):
            agent.greedy = np.array([1, 2, 3])
            agent.best = lambda *given: agent.greedy
            actions = agent.act(seen, np.ones(3, bool), epsilons, rng)
            kept = actions == agent.greedy
            np.testing.assert_allclose(agent.chances, np.where(kept, 1 - 0.75 * epsilons, epsilons / 4))
            counts[np.arange(3), kept.astype(int)] += 1
    np.testing.assert_allclose(counts[:, 1] / 400, 1 - 0.75 * epsilons, atol=0.08)


def test_to_forget_is_to_begin_with_an_empty_memory():
    """Bonuses of an episode come again after it, but for what is usual in the lifetime; who plays stays."""
    with eagerly():
        agent, rng = made(3, learning=False), np.random.default_rng(0)
        found = []
        for _ in range(2):
            worlds = make_worlds("RandomCoin-3", 3, 5)
            agent.forget()
            agent.members[:] = 2
            assert agent.bonuses is None and not agent.memory.added.any()
            agent.act(worlds.observations, worlds.first, 0.0, rng)
            assert not agent.bonuses.any() and agent.memory.added.tolist() == [1, 1, 1]
            agent.see(worlds.step(np.array([3, 1, 0])))
            found.append(agent.bonuses)
    np.testing.assert_array_equal(*found)
    assert agent.members.tolist() == [2, 2, 2] and agent.novelty.moments == (0, 0, 0)


def test_the_network_is_shown_signs_where_rewards_are_clipped():
    with eagerly():
        agent, worlds = made(2, clip_rewards=True), make_worlds("RandomCoin-3", 2, 1)
        agent.act(worlds.observations, worlds.first, 0.0, np.random.default_rng(0))
        agent.see(worlds.step(np.zeros(2, int))._replace(rewards=np.array([7.0, -3.0], np.float32)))
    assert agent.last_rewards.tolist() == [1, -1] and agent.bonuses.shape == (2,)
