import dataclasses

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.config import PolicyConfig
from course_lib.deep_rl.networks import PolicyNetwork
from course_lib.deep_rl.policy_losses import Decisions, PolicyLoss, clipped_policy_loss, policy_gradient_loss

LOG = np.log


def test_the_clipped_loss_by_hand():
    """ρ = 2, 2, ½, ½, 1.1 with ε = .2: gains are kept at 1.2 and .8, losses are not."""
    new, old = LOG([0.8, 0.8, 0.2, 0.2, 0.55]), LOG([0.4, 0.4, 0.4, 0.4, 0.5])
    advantages = np.array([1.0, -1, 1, -1, 2])
    np.testing.assert_allclose(clipped_policy_loss(new, old, advantages, 0.2), [-1.2, 2, -0.5, 0.8, -2.2], rtol=1e-6)


def test_its_gradient_stops_where_it_was_clipped():
    """−ρ A elsewhere; nothing flows into the policy that played nor into advantages."""
    new, old = tf.constant(LOG([0.8, 0.8, 0.2, 0.2, 0.55])), tf.constant(LOG([0.4, 0.4, 0.4, 0.4, 0.5]))
    advantages = tf.constant([1.0, -1, 1, -1, 2], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch((new, old, advantages))
        loss = clipped_policy_loss(new, old, advantages, 0.2)
    gradient, *others = tape.gradient(loss, (new, old, advantages))
    np.testing.assert_allclose(gradient, [0, 2, -0.5, 0, -2.2], atol=1e-12)
    assert others == [None, None]


def test_where_nothing_has_moved_it_is_the_policy_gradient():
    """Both have the gradient −A there."""
    log, advantages = tf.constant(LOG([0.1, 0.5, 0.9])), tf.constant([1.0, -2, 3], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch((log, advantages))
        clipped, plain = (
            clipped_policy_loss(log, tf.identity(log), advantages, 0.2),
            policy_gradient_loss(log, advantages),
        )
    assert tape.gradient(plain, advantages) is None
    np.testing.assert_allclose(tape.gradient(plain, log), [-1, 2, -3])
    np.testing.assert_allclose(tape.gradient(clipped, log), [-1, 2, -3])


def test_its_expectation_is_the_gradient_of_the_expected_reward():
    """Σ_a π(a) r(a) of three actions, differentiated by TensorFlow, against the mean of drawn gradients weighted by π."""
    logits, rewards = tf.Variable([0.3, -0.5, 1.0]), tf.constant([1.0, 5.0, -2.0])
    with tf.GradientTape(persistent=True) as tape:
        worth = tf.reduce_sum(tf.nn.softmax(logits) * rewards)
        log = tf.nn.log_softmax(logits)
        loss = tf.reduce_sum(tf.stop_gradient(tf.exp(log)) * policy_gradient_loss(log, rewards))
    np.testing.assert_allclose(tape.gradient(loss, logits), -tape.gradient(worth, logits), rtol=1e-5)


def decisions(network, count=10):
    """Some that count and some that do not, with ratios near 1 and far from it."""
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(count, 4)).astype(np.float32)
    actions = rng.integers(3, size=count, dtype=np.int32)
    log = tf.nn.log_softmax(network(seen)[0]).numpy()[np.arange(count), actions]
    old, advantages, returns = (log + rng.normal(0, 0.3, count), *rng.normal(size=(2, count)))
    parts = seen, actions, old, advantages, returns, np.arange(count) % 3 > 0
    return Decisions(*(tf.constant(part, tf.int32 if part is actions else tf.float32) for part in parts))


@pytest.mark.parametrize(
    "changes",
    [{}, {"clip": 0.0}, {"baseline": False, "whole_episodes": True, "clip": 0.0}],
    ids=["PPO", "A2C", "REINFORCE"],
)
def test_the_loss_is_the_sum_of_its_parts(changes):
    """Each a mean over what counts, computed one by one."""
    keras.utils.set_random_seed(0)
    config = dataclasses.replace(PolicyConfig(value_weight=0.7, entropy_weight=0.1), **changes)
    network = PolicyNetwork((4,), 3, 8)
    network.build()
    network.policy.kernel.assign(tf.random.normal((8, 3)))
    batch = decisions(network)
    loss, measured, ratios = PolicyLoss(network, config)(batch)
    assert tuple(measured) == PolicyLoss.names
    logits, values = (part.numpy() for part in network(batch.observations))
    rows = {name: [] for name in PolicyLoss.names}
    for k in range(10):
        probabilities = np.exp(logits[k]) / np.exp(logits[k]).sum()
        ratio = probabilities[batch.actions[k]] / np.exp(batch.log_probabilities[k])
        assert ratio == pytest.approx(float(ratios[k]), rel=1e-4)
        gain = batch.advantages[k].numpy()
        if config.clip:
            won = min(ratio * gain, np.clip(ratio, 0.8, 1.2) * gain)
        else:
            won = np.log(probabilities[batch.actions[k]]) * gain
        if batch.counted[k]:
            rows["policy loss"].append(-won)
            rows["value loss"].append(0.5 * (batch.returns[k].numpy() - values[k]) ** 2 * config.baseline)
            rows["entropy"].append(-(probabilities * np.log(probabilities)).sum())
            rows["clipped"].append(bool(config.clip) and abs(ratio - 1) > 0.2)
    means = {name: np.mean(values) for name, values in rows.items()}
    for name, value in means.items():
        assert float(measured[name]) == pytest.approx(value, rel=1e-4, abs=1e-6), name
    assert 0 < means["clipped"] < 1 or not config.clip
    expected = means["policy loss"] + 0.7 * means["value loss"] - 0.1 * means["entropy"]
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_what_does_not_count_teaches_nothing():
    """Whatever it is; and where nothing counts at all, the loss is 0 and no number is lost."""
    config, network = PolicyConfig(), PolicyNetwork((4,), 3, 8)
    network.build()
    batch, loss_of = decisions(network), PolicyLoss(network, config)
    other = batch._replace(
        advantages=batch.advantages + 100 * (1 - batch.counted), returns=batch.returns - 100 * (1 - batch.counted)
    )
    assert float(loss_of(other)[0]) == pytest.approx(float(loss_of(batch)[0]), rel=1e-6)
    assert float(loss_of(batch._replace(counted=0 * batch.counted))[0]) == 0
