"""What is dreamt, and what actor and critic are taught by it."""

import dataclasses

import numpy as np
import pytest
from scipy import special, stats
from small_dreams import TINY, dreamer, numbers, size

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.behaviour import actor_loss, critic_loss, imagine
from course_lib.world_models.latents import gumbel
from course_lib.world_models.recurrent_state import imagine_step

SEED, N, H = tf.constant([3, 4]), 6, 3


@pytest.fixture(scope="module")
def made():
    return dreamer()


def starts(seed=0):
    """h and z of six states."""
    return tf.random.stateless_normal((N, 8), [seed, 0]), tf.random.stateless_normal((N, 6), [seed, 1])


@pytest.mark.parametrize("through", [True, False])
def test_imagining_is_stepping_with_eyes_closed(made, through):
    """Each state from the one before and the action that its policy draws; the posterior has no part in it."""
    h, z = starts()
    way = imagine(made.world, made.actor, h, z, H, SEED, through)
    assert (way.features.shape, way.logits.shape, way.actions.shape) == ((H + 1, N, 14), (H, N, 3), (H, N, 3))
    np.testing.assert_array_equal(way.features[0], np.concatenate([h, z], axis=1))
    noise, chances = made.world.latents.noise((H, N), SEED), gumbel((H, N, 3), SEED + [0, 1])
    for t in range(H):
        np.testing.assert_allclose(way.logits[t], made.actor(way.features[t]), rtol=1e-5)
        action = np.eye(3, dtype=np.float32)[np.argmax(way.logits[t] + chances[t], axis=1)]
        np.testing.assert_allclose(way.actions[t], action, atol=1e-6)
        h, z = imagine_step(h, z, action, noise[t], made.world.state.weights_now(), made.world.latents)
        np.testing.assert_allclose(way.features[t + 1], np.concatenate([h, z], axis=1), rtol=1e-4, atol=1e-5)


def test_the_seed_decides_a_dream(made):
    one, same, other = (imagine(made.world, made.actor, *starts(), H, seed, False) for seed in (SEED, SEED, SEED + 1))
    np.testing.assert_array_equal(one.features, same.features)
    assert not np.array_equal(one.features, other.features)


@pytest.mark.parametrize("through", [True, False])
def test_gradients_go_back_through_actions_where_they_may(made, through):
    """Only then does what comes of an action teach the actor; what the actor sees is never moved to suit it."""
    h, z = starts()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([h, z])
        way = imagine(made.world, made.actor, h, z, H, SEED, through)
        later, logits = tf.reduce_sum(way.features[1:] ** 2), tf.reduce_sum(way.logits**2)
    assert (size(tape.gradient(later, made.actor.trainable_variables)) > 0) == through
    assert size(tape.gradient(logits, [h, z])) == 0
    assert size(tape.gradient(later, [h])) > 0


def test_an_actors_loss_by_hand():
    """Two steps of one way: ρ = ¾, η = ½.

    −½ [1 (¾ · −1 (3 − 1) + ¼ · 3 + ½ · 2) + .5 (¾ · −2 (4 − 6) + ¼ · 4 + ½ · 1)] = −½ [.25 + 2.25] = −1.25.
    """
    given = (np.float32([[x], [y]]) for x, y in ((-1, -2), (3, 4), (1, 6), (2, 1), (1, 0.5)))
    assert float(actor_loss(*map(tf.constant, given), 0.75, 0.5)) == pytest.approx(-1.25)


def parts(seed=0):
    """ln π, V, v, entropies and weights, [4, 5] each."""
    rng = np.random.default_rng(seed)
    return [
        tf.constant(np.float32(part))
        for part in (-rng.random((4, 5)), *rng.normal(size=(2, 4, 5)), rng.random((4, 5)), rng.random((4, 5)))
    ]


@pytest.mark.parametrize(("mix", "entropy"), [(1.0, 0.0), (0.0, 0.0), (0.3, 0.0), (1.0, 0.2)])
def test_what_an_actors_loss_pulls_at(mix, entropy):
    """By hand: −ρ w (V − v) at ln π, −(1 − ρ) w at V, −η w at the entropy, each over 20; nothing at v and w."""
    given = parts()
    with tf.GradientTape() as tape:
        tape.watch(given)
        loss = actor_loss(*given, mix, entropy)
    log, targets, values, entropies, weights = (part.numpy().astype(float) for part in given)
    found = [0.0 if part is None else part for part in tape.gradient(loss, given)]
    expected = [-mix * weights * (targets - values), -(1 - mix) * weights, 0, -entropy * weights, 0]
    for part, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(part, np.asarray(right) / 20, rtol=1e-4, atol=1e-7)
    right = -(weights * (mix * log * (targets - values) + (1 - mix) * targets + entropy * entropies)).mean()
    assert float(loss) == pytest.approx(right, rel=1e-4, abs=1e-6)


def test_a_critics_loss():
    """½ w (v − V)², and w (v − V) at v alone."""
    _, targets, values, _, weights = given = parts(1)
    with tf.GradientTape() as tape:
        tape.watch(given)
        loss = critic_loss(values, targets, weights)
    slopes = tape.gradient(loss, [values, targets, weights])
    assert float(loss) == pytest.approx(float(np.mean(weights * (values - targets) ** 2)) / 2, rel=1e-5)
    np.testing.assert_allclose(slopes[0], weights * (values - targets) / 20, rtol=1e-4, atol=1e-7)
    assert size(slopes[1:]) == 0


ALIVE = np.float32([1, 1, 0, 1, 0, 1])


@pytest.mark.parametrize("mix", [1.0, 0.3, 0.0])
def test_both_losses_from_a_dream(mix):
    """Once more in NumPy from the dream itself: rewards and discounts of where a step leads, values of the slow critic there,
    those of the fast one where it begins, and no weight behind an end."""
    config = dataclasses.replace(TINY, mix=mix, entropy=0.2)
    made = dreamer(config)
    for variable in made.slow_critic.variables:  # not what the fast one says
        variable.assign(variable + 0.1)
    actor, critic, measured = made.losses_of_behaviour(*starts(), tf.constant(ALIVE), SEED)
    way = imagine(made.world, made.actor, *starts(), H, SEED, mix < 1)

    def of(network, features):
        return network(tf.reshape(features, (-1, 14))).numpy().reshape(features.shape[:2]).astype(float)

    rewards = of(made.world.reward_head, way.features[1:])
    discounts = special.expit(of(made.world.discount_head, way.features[1:]))
    judged, values = of(made.slow_critic, way.features[1:]), of(made.critic, way.features[:-1])
    targets, following, weights = np.zeros((H, N)), judged[-1], np.ones((H, N)) * ALIVE
    for t in reversed(range(H)):
        following = targets[t] = rewards[t] + discounts[t] * (0.05 * judged[t] + 0.95 * following)
    for t in range(1, H):
        weights[t] = weights[t - 1] * discounts[t - 1]
    p = special.softmax(way.logits.numpy().astype(float), axis=2)
    log, entropies = (np.log(p) * way.actions.numpy()).sum(axis=2), stats.entropy(p, axis=2)
    expected = -(weights * (mix * log * (targets - values) + (1 - mix) * targets + 0.2 * entropies)).mean()
    assert float(actor) == float(measured["actor"]) == pytest.approx(expected, rel=1e-3)
    assert float(critic) == pytest.approx((weights * (values - targets) ** 2).mean() / 2, rel=1e-3)
    assert float(measured["imagined value"]) == pytest.approx(targets.mean(), rel=1e-3)
    assert float(measured["entropy"]) == pytest.approx(entropies.mean(), rel=1e-4)


def slopes_of_losses(mix):
    """(a dreamer, {(loss, network): the largest entry of its gradient})."""
    made = dreamer(dataclasses.replace(TINY, mix=mix))
    h, z = starts()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([h, z])
        actor, critic, measured = made.losses_of_behaviour(h, z, tf.constant(ALIVE), SEED)
    told = {"actor": actor, "critic": critic, "targets": measured["imagined value"]}
    networks = {"actor": made.actor.variables, "critic": made.critic.variables, "slow": made.slow_critic.variables}
    networks |= {"encoder": made.world.encoder.variables, "start": [h, z]}
    return {
        (loss, network): size(tape.gradient(told[loss], variables))
        for loss in told
        for network, variables in networks.items()
    }


@pytest.mark.parametrize("mix", [1.0, 0.0])
def test_who_is_moved_by_which_loss(mix):
    """The actor by its own, the critic by its own; targets move the actor where the way back through the dream is asked for."""
    found = slopes_of_losses(mix)
    assert found["actor", "actor"] > 0 and found["critic", "critic"] > 0
    assert found["actor", "critic"] == found["critic", "actor"] == 0
    assert (found["targets", "actor"] > 0) == (mix == 0)
    for loss in ("actor", "critic", "targets"):
        assert found[loss, "encoder"] == found[loss, "start"] == 0, loss
    assert found["critic", "slow"] == 0


@pytest.mark.parametrize("mix", [1.0, 0.0])
def test_no_loss_of_behaviour_moves_the_world_by_the_critic(made, mix):
    """The critic judges states and does not shape them."""
    own = dreamer(dataclasses.replace(TINY, mix=mix))
    before = numbers(own.world.variables)
    with tf.GradientTape() as tape:
        _, critic, _ = own.losses_of_behaviour(*starts(), tf.constant(ALIVE), SEED)
    assert size(tape.gradient(critic, own.world.trainable_variables)) == 0
    assert all(map(np.array_equal, before, numbers(own.world.variables)))
