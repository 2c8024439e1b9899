import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.learner import Learner
from course_lib.never_give_up.embedding import InverseDynamics, inverse_dynamics_losses
from course_lib.never_give_up.novelty import DynamicsLoss, Pairs
from tests.never_give_up.small_explorers import eagerly


def made(shape=(4,), actions=3, size=2, hidden=5):
    keras.utils.set_random_seed(0)
    network = InverseDynamics(shape, actions, size, hidden)
    network.build()
    return network


def test_losses_by_hand():
    """Of f = 1 and f' = 2: hidden (1, −1 + 2 − 3) -> (1, 0); logits (ln 3, 0), so that p = (¾, ¼)."""
    one, kernels = tf.constant([[1.0]]), (tf.constant([[1.0, -1], [0, 1]]), tf.constant([0.0, -3]))
    last = tf.constant([[np.log(3.0), 0], [5, 5]], tf.float32), tf.zeros(2)
    given = tf.repeat(one, 2, 0), tf.repeat(2 * one, 2, 0), *kernels, *last, tf.constant([0, 1])
    np.testing.assert_allclose(inverse_dynamics_losses(*given), [np.log(4 / 3), np.log(4)], rtol=1e-6)


def test_of_nothing_all_actions_are_alike():
    """Weights of 0: ln A, whatever was seen; and with sure logits nothing is lost."""
    seen, nothing = tf.ones((2, 3)), [tf.zeros((6, 4)), tf.zeros(4), tf.zeros((4, 18)), tf.zeros(18)]
    actions = tf.constant([0, 17])
    np.testing.assert_allclose(inverse_dynamics_losses(seen, 2 * seen, *nothing, actions), [np.log(18)] * 2, rtol=1e-6)
    sure = inverse_dynamics_losses(seen, seen, *nothing[:3], 99 * tf.one_hot(17, 18), actions)
    assert float(sure[1]) == 0 and float(sure[0]) == pytest.approx(99)


def test_both_branches_are_one_network():
    """The losses by NumPy of the two embeddings, before first; a gradient of the torso has a share of each branch."""
    network, rng = made(), np.random.default_rng(0)
    before, after = rng.normal(size=(2, 6, 4)).astype(np.float32)
    actions = np.array([0, 1, 2, 0, 1, 2], np.int32)
    kernel, bias = (variable.numpy() for variable in network.hidden_layer.variables)
    last, last_bias = (variable.numpy() for variable in network.logits.variables)
    hidden = np.concatenate([network(before), network(after)], axis=1) @ kernel + bias
    logits = np.maximum(hidden, 0) @ last + last_bias
    right = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(6), actions]
    np.testing.assert_allclose(network.losses_of(before, after, actions), right, rtol=1e-4, atol=1e-5)
    assert len(network.trainable_variables) == 4 + 4

    def gradient(taught):
        with tf.GradientTape() as tape:
            seen = [
                network(part) if learns else tf.stop_gradient(network(part))
                for part, learns in zip((before, after), taught, strict=True)
            ]
            parts = kernel, bias, last, last_bias
            loss = tf.reduce_sum(inverse_dynamics_losses(*seen, *map(tf.constant, parts), actions))
        return [part.numpy() for part in tape.gradient(loss, network.torso.trainable_variables)]

    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(network.losses_of(before, after, actions))
    whole = tape.gradient(loss, network.torso.trainable_variables)
    for both, one, other in zip(whole, gradient((True, False)), gradient((False, True)), strict=True):
        np.testing.assert_allclose(both, one + other, rtol=1e-4, atol=1e-5)
        assert np.abs(one).max() > 0 and np.abs(other).max() > 0


def test_the_loss_is_the_mean_over_what_was_carried_out_and_a_little_of_the_weights():
    """Rows that begin an episode, or pairs over its end, teach nothing; 10⁻⁵ times half of the squared weights."""
    network, rng = made(), np.random.default_rng(1)
    before, after = rng.normal(size=(2, 4, 4)).astype(np.float32)
    actions, counted = np.array([0, 1, 2, 0], np.int32), np.array([1, 0, 1, 0], np.float32)
    loss, told, each = DynamicsLoss(network)(Pairs(before, after, actions, counted))
    assert float(told["embedding loss"]) == pytest.approx(float(each[0] + each[2]) / 2, rel=1e-5)
    squares = sum((variable.numpy().astype(float) ** 2).sum() for variable in network.trainable_variables)
    assert float(loss - told["embedding loss"]) == pytest.approx(0.5e-5 * squares, rel=0.02)
    nothing = DynamicsLoss(network)(Pairs(before, after, actions, 0 * counted))[1]
    assert float(nothing["embedding loss"]) == 0


@pytest.mark.parametrize("shape", [(84, 84, 1), (5, 5, 3), (7,)])
def test_an_embedding_has_as_many_numbers_as_it_is_asked(shape):
    """The convolutions of Atari: 32 of 8 by 8, 64 of 4 by 4, 64 of 3 by 3, then 32 numbers without ReLU."""
    network = made(shape, 4, 32, 128)
    found = network(np.ones((2, *shape), np.uint8 if len(shape) == 3 else np.float32))
    assert found.shape == (2, 32) and found.dtype == tf.float32
    if shape[0] == 84:
        torso = 64 * 32 + 32 + 32 * 16 * 64 + 64 + 64 * 9 * 64 + 64 + 49 * 64 * 32 + 32
        assert network.torso.count_params() == torso and network.count_params() == torso + 65 * 128 + 129 * 4


def walked(rows, seed):
    """Pairs of pictures of a maze that flashes, between which somebody got on, and by which action."""
    worlds, rng, found = make_worlds("DiscoMaze-5", 64, seed), np.random.default_rng(seed), []
    for _ in range(rows):
        before, actions = worlds.observations, rng.integers(4, size=64, dtype=np.int32)
        step = worlds.step(actions)
        moved = ~step.terminated & ~step.first
        found.append((before[moved], step.observations[moved], actions[moved]))
    return [np.concatenate(part) for part in zip(*found, strict=True)]


def test_in_a_maze_that_flashes_the_action_is_found_and_the_lights_are_left_out():
    """From chance, ln 4, to nearly sure in new mazes; the same cell in other lights is nearer than another cell."""
    network = made((5, 5, 3), 4, 8, 32)
    learner, (before, after, actions) = Learner(network, DynamicsLoss(network), 3e-3), walked(60, 0)
    rows = np.random.default_rng(0).integers(len(actions), size=(64, 200))
    first = float(tf.reduce_mean(network.losses_of(before, after, actions)))
    learner.update(Pairs(before[rows], after[rows], actions[rows], np.ones(rows.shape, np.float32)))
    assert first > 1 and float(tf.reduce_mean(network.losses_of(*walked(10, 1)))) < 0.1 * first
    worlds = make_worlds("DiscoMaze-5", 30, 2)
    env = worlds.env
    with eagerly():
        one, same = (network(env.see()).numpy() for _ in range(2))
        env.place = np.array(
            [
                next(cell for cell in np.argwhere(~walls) if (cell != at).any())
                for walls, at in zip(env.walls, env.place, strict=True)
            ]
        )
        other = network(env.see()).numpy()
    near, far = (np.square(one - each).sum(axis=1) for each in (same, other))
    assert np.median(far) > 5 * np.median(near)
