"""What the world model sees and is taught, part by part."""

import dataclasses

import numpy as np
import pytest
from scipy import special, stats
from small_dreams import FRAME, TINY, dreamer, experience, moved, numbers, size, tensors

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.recurrent_state import observe_step

SEED = tf.constant([1, 2])


@pytest.fixture(scope="module")
def world():
    return dreamer().world


@pytest.fixture(scope="module")
def shown():
    return tensors(experience(length=6, count=3))


@pytest.fixture(scope="module")
def measured(world, shown):
    """(loss, what was measured, `Observed`)."""
    return world.model_loss(shown, SEED)


def test_observing_is_stepping(world, shown, measured):
    """Row by row from zeros, with each action before its observation; what is drawn by the noise of the seed."""
    seen = measured[2]
    noise, weights = world.latents.noise((6, 3), SEED), world.state.weights_now()
    h, z = tf.zeros((3, 8)), tf.zeros((3, 6))
    for t in range(6):
        embedded, done = world.encoder(shown.observations[t]), np.eye(3, dtype=np.float32)[shown.actions[t]]
        h, z, posterior, prior = observe_step(h, z, done, shown.first[t], embedded, noise[t], weights, world.latents)
        for name, right in {"h": h, "z": z, "posterior": posterior, "prior": prior}.items():
            np.testing.assert_allclose(getattr(seen, name)[t], right, rtol=1e-4, atol=1e-5)
    assert seen.h.shape == (6, 3, 8) and seen.z.shape == (6, 3, 6) and seen.prior.shape == (6, 3, 2, 3)


def test_what_was_before_an_episode_does_not_matter(world):
    """Neither observations nor actions; and the action of the first row leads to nothing."""
    shown = experience(length=6, count=3)
    first = np.zeros((6, 3), bool)
    first[3] = True
    one = shown._replace(first=first)
    other = one._replace(observations=one.observations.copy(), actions=one.actions.copy())
    other.observations[:3] = 255 - other.observations[:3]
    other.actions[:4] = (other.actions[:4] + 1) % 3
    seen, also = (world.observe(tensors(part), SEED) for part in (one, other))
    np.testing.assert_allclose(seen.h[3:], also.h[3:], atol=1e-6)
    np.testing.assert_allclose(seen.z[3:], also.z[3:], atol=1e-6)
    assert not np.allclose(seen.h[1:3], also.h[1:3], atol=1e-3)


def test_the_parts_of_the_loss_by_hand(world, shown, measured):
    """Densities of SciPy and a cross entropy for each row; the mean of all rows."""
    loss, parts, seen = measured
    features = np.concatenate([seen.h, seen.z], axis=2).reshape(18, 14)
    frames = shown.observations.numpy().reshape(18, *FRAME) / 255 - 0.5
    image = -stats.norm.logpdf(frames, world.decoder(features)).sum(axis=(1, 2, 3))
    reward = -stats.norm.logpdf(shown.rewards.numpy().ravel(), world.reward_head(features)[:, 0])
    p, target = (
        special.expit(world.discount_head(features).numpy()[:, 0].astype(float)),
        shown.discounts.numpy().ravel(),
    )
    discount = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    q, expected = (special.softmax(part.numpy(), axis=-1) for part in (seen.posterior, seen.prior))
    kl = stats.entropy(q, expected, axis=-1).sum(axis=2)
    right = {"image": image, "reward": reward, "discount": discount, "kl": kl}
    for name, each in right.items():
        assert float(parts[name]) == pytest.approx(each.mean(), rel=1e-4), name
    total = image.mean() + reward.mean() + discount.mean() + 0.1 * kl.mean()
    assert float(loss) == float(parts["model"]) == pytest.approx(total, rel=1e-5)
    assert set(target.tolist()) == {0, np.float32(0.99)}


def test_the_distance_counts_by_its_scale(world, shown, measured):
    """β of 2 in place of .1, the same weights."""
    other = dreamer(dataclasses.replace(TINY, kl_scale=2.0)).world
    loss, parts, _ = other.model_loss(shown, SEED)
    assert float(loss - measured[0]) == pytest.approx(1.9 * float(parts["kl"]), rel=1e-3)


def test_what_is_predicted(world):
    """Distributions of any leading axes."""
    features = tf.random.stateless_normal((4, 5, 14), [0, 0])
    assert world.image(features).batch_shape == (4, 5) and world.image(features).event_shape == FRAME
    assert world.reward(features).mean().shape == world.discount(features).mean().shape == (4, 5)
    assert (world.reward(features).variance().numpy() == 1).all()
    discounts = world.discount(features)
    assert ((discounts.mean().numpy() > 0) & (discounts.mean().numpy() < 1)).all()


def test_targets_of_frames_and_of_numbers(world):
    found = world.target_of(np.array([0, 51, 255], np.uint8))
    np.testing.assert_allclose(found, [-0.5, -0.3, 0.5], atol=1e-6)
    vectors = dreamer(shape=(4,)).world
    np.testing.assert_array_equal(vectors.target_of(np.float32([3, -4, 0, 7])), [3, -4, 0, 7])


def test_a_world_of_numbers():
    """Four numbers in, their density out."""
    vectors, shown = dreamer(shape=(4,), actions=2).world, tensors(experience(shape=(4,), actions=2))
    _, parts, seen = vectors.model_loss(shown, SEED)
    features = np.concatenate([seen.h, seen.z], axis=2).reshape(8, 14)
    right = -stats.norm.logpdf(shown.observations.numpy().reshape(8, 4), vectors.decoder(features)).sum(axis=1).mean()
    assert float(parts["image"]) == pytest.approx(right, rel=1e-4)


def test_gaussian_latents_are_taught_too():
    made, shown = dreamer(dataclasses.replace(TINY, latents="gaussian")).world, tensors(experience())
    loss, parts, seen = made.model_loss(shown, SEED)
    assert seen.prior.shape == (4, 2, 2, 6) and seen.z.shape == (4, 2, 6)
    (m, s), (n, r) = (np.moveaxis(part.numpy(), 2, 0) for part in (seen.posterior, seen.prior))
    right = (np.log(r / s) + (s**2 + (m - n) ** 2) / (2 * r**2) - 0.5).sum(axis=2).mean()
    assert float(parts["kl"]) == pytest.approx(right, rel=1e-3) and np.isfinite(float(loss))


def gradients(shown, **changes):
    """{(part of the loss, network): the largest entry of its gradient}."""
    made = dreamer(dataclasses.replace(TINY, **changes)).world
    with tf.GradientTape(persistent=True) as tape:
        _, parts, _ = made.model_loss(shown, SEED)
    networks = {name: getattr(made, name) for name in ("encoder", "state", "decoder", "reward_head", "discount_head")}
    return {
        (part, name): size(tape.gradient(parts[part], network.trainable_variables))
        for part in parts
        for name, network in networks.items()
    }


@pytest.mark.parametrize(
    ("changes", "silent"),
    [({}, ()), ({"image_gradients": False}, ("image",)), ({"reward_gradients": False}, ("reward",)),
     ({"image_gradients": False, "reward_gradients": False}, ("image", "reward"))],
)  # fmt: skip
def test_who_learns_from_what(shown, changes, silent):
    """Each prediction teaches its own head; what is silent teaches neither the encoder nor the state."""
    found = gradients(shown, **changes)
    own = {"image": "decoder", "reward": "reward_head", "discount": "discount_head"}
    for part, its_head in own.items():
        assert found[part, its_head] > 0
        assert all(found[part, other] == 0 for other in own.values() if other != its_head)
        for below in ("encoder", "state"):
            assert (found[part, below] == 0) == (part in silent), (part, below)
    assert found["kl", "encoder"] > 0 and found["kl", "state"] > 0
    assert not any(found["kl", its_head] for its_head in own.values())


def test_every_weight_of_the_state_is_taught(world, shown):
    """In the layer they lie under the names that `Weights` has, all of them trainable."""
    with tf.GradientTape() as tape:
        loss, *_ = world.model_loss(shown, SEED)
    found = tape.gradient(loss, world.trainable_variables)
    assert all(size([part]) > 0 for part in found) and len(world.state.trainable_variables) == 14
    names = [name for name, *_ in zip(world.state.weights_now()._fields, found, strict=False)]
    assert set(names) == set(world.state.parts)


def test_the_seed_decides_what_is_drawn(world, shown, measured):
    same, other = (world.observe(shown, seed) for seed in (SEED, tf.constant([1, 3])))
    np.testing.assert_array_equal(same.z, measured[2].z)
    assert not np.array_equal(other.z, same.z)


def test_dreaming_leaves_the_weights(world):
    before = numbers(world.variables)
    h, z = world.initial_state(3)
    assert not h.numpy().any() and not z.numpy().any()
    h, z = world.step_dreaming(
        h, z, tf.one_hot([0, 1, 2], 3), world.latents.noise((3,), SEED), world.state.weights_now()
    )
    assert (h.shape, z.shape) == ((3, 8), (3, 6)) and not any(moved(before, world.variables))
