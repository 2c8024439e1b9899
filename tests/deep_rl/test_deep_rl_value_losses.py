import dataclasses

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.config import ValueConfig
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.replay import Sequences, Transitions
from course_lib.deep_rl.value_losses import SequenceLoss, TransitionLoss, penalty

PLAIN = ValueConfig(double=False, dueling=False, hidden=4, clip_errors=0.0)
RECURRENT = dataclasses.replace(PLAIN, recurrent=True, burn_in=2, unroll=4, n_step=3, double=True, replay=1000)


def networks(config):
    """A network and another one as its target."""
    keras.utils.set_random_seed(0)
    made = [QNetwork((3,), 2, config.hidden, config.dueling, config.recurrent) for _ in range(2)]
    for network in made:
        network.build()
    return made


def transitions(seed=0, count=6):
    rng = np.random.default_rng(seed)
    seen, seen_tp1 = rng.normal(size=(2, count, 3)).astype(np.float32)
    rewards, weights = rng.normal(size=(2, count)).astype(np.float32)
    discounts = np.where(rng.random(count) < 0.3, 0, 0.9).astype(np.float32)
    parts = seen, rng.integers(2, size=count, dtype=np.int32), rewards, discounts, seen_tp1, weights + 2
    return Transitions(*map(tf.constant, parts))


def test_a_clipped_penalty_has_a_clipped_slope():
    """½ δ² up to c, then straight on: by hand for c = 1 and 2; its slope is δ clipped, everywhere."""
    errors = tf.constant([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
    np.testing.assert_allclose(penalty(errors, 1.0), [2.5, 0.5, 0.125, 0, 0.125, 0.5, 2.5])
    np.testing.assert_allclose(penalty(errors, 2.0), [4, 0.5, 0.125, 0, 0.125, 0.5, 4])
    np.testing.assert_allclose(penalty(errors, 0.0), 0.5 * errors.numpy() ** 2)
    for clip in (1.0, 2.0, 0.0):
        with tf.GradientTape() as tape:
            tape.watch(errors)
            total = tf.reduce_sum(penalty(errors, clip))
        np.testing.assert_allclose(tape.gradient(total, errors), np.clip(errors, -clip, clip) if clip else errors)


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("clip", [0.0, 0.1])
def test_the_loss_of_transitions_is_their_weighted_errors(double, clip):
    """Computed one by one from what both networks say."""
    config = dataclasses.replace(PLAIN, double=double, clip_errors=clip)
    online, target = networks(config)
    batch = transitions()
    loss, measured, errors = TransitionLoss(online, target, config)(batch)
    q, q_tp1, judged = (
        online(batch.observations).numpy(),
        online(batch.next_observations).numpy(),
        target(batch.next_observations).numpy(),
    )
    expected = []
    for k in range(6):
        worth = judged[k, q_tp1[k].argmax()] if double else judged[k].max()
        expected.append(batch.rewards_tp1[k] + batch.discounts_tp1[k] * worth - q[k, batch.actions[k]])
    np.testing.assert_allclose(errors, expected, rtol=1e-4, atol=1e-5)
    each = [0.5 * e**2 if not clip or abs(e) < clip else clip * (abs(e) - clip / 2) for e in np.array(expected)]
    assert float(loss) == pytest.approx(np.mean(batch.weights * np.array(each)), rel=1e-4)
    assert measured["loss"] is loss
    assert float(measured["q"]) == pytest.approx(np.mean([q[k, batch.actions[k]] for k in range(6)]), rel=1e-4)


def test_targets_are_taught_nothing():
    """The gradient is −w δ ∇q(s, a) / B: only where the action was taken, and the target network has none."""
    online, target = networks(PLAIN)
    batch, loss_of = transitions(), TransitionLoss(online, target, PLAIN)
    with tf.GradientTape(persistent=True) as tape:
        loss, _, errors = loss_of(batch)
        taken = tf.gather(online(batch.observations), batch.actions, batch_dims=1)
        expected = -tf.reduce_mean(batch.weights * tf.stop_gradient(errors) * taken)
    for found, other in zip(
        tape.gradient(loss, online.trainable_variables),
        tape.gradient(expected, online.trainable_variables),
        strict=True,
    ):
        np.testing.assert_allclose(found, other, rtol=1e-4, atol=1e-6)
    assert tape.gradient(loss, target.trainable_variables) == [None] * len(target.trainable_variables)


def test_rescaled_targets_are_the_rescaled_returns():
    """h(r + γ h⁻¹(q̄)), with the closed forms in float64."""
    config = dataclasses.replace(PLAIN, rescale=True)
    loss_of = TransitionLoss(*networks(config), config)
    rng = np.random.default_rng(0)
    rewards, discounts, q = rng.normal(size=5) * 10, np.full(5, 0.9), rng.normal(size=(5, 2)) * 10
    best, e = q.max(axis=1), 1e-3
    worth = np.sign(best) * (((np.sqrt(1 + 4 * e * (abs(best) + 1 + e)) - 1) / (2 * e)) ** 2 - 1)
    returns = rewards + 0.9 * worth
    expected = np.sign(returns) * (np.sqrt(abs(returns) + 1) - 1) + e * returns
    given = [tf.constant(part, tf.float32) for part in (rewards, discounts, q, q)]
    np.testing.assert_allclose(loss_of.targets(*given), expected, rtol=1e-4)


def sequences(config, seed=0, count=8):
    """Random rows with random ends, one of each kind; first rows behind last ones."""
    rng, rows = np.random.default_rng(seed), config.window
    last = rng.random((count, rows)) < 0.2
    last[:, 1:] &= ~last[:, :-1]
    first = np.concatenate([rng.random((count, 1)) < 0.3, last[:, :-1]], axis=1)
    last &= ~first
    ends = np.concatenate([last[:, 1:], np.zeros((count, 1), bool)], axis=1)
    discounts = np.where(ends & (rng.random((count, rows)) < 0.5), 0, 0.9).astype(np.float32)
    rewards = rng.normal(size=(count, rows)).astype(np.float32)
    actions = rng.integers(2, size=(count, rows), dtype=np.int32)
    before = np.roll(actions, 1, axis=1), np.roll(rewards, 1, axis=1)
    return Sequences(
        observations=rng.normal(size=(count, rows, 3)).astype(np.float32),
        last_actions=np.where(first, 0, before[0]), last_rewards=np.where(first, 0, before[1]), actions=actions,
        rewards_tp1=rewards, discounts_tp1=discounts, first=first, last=last,
        states=rng.normal(size=(count, 2, config.hidden)).astype(np.float32),
        weights=(rng.random(count) + 0.5).astype(np.float32),
        extras=np.zeros((count, rows, 0), np.float32), last_extras=np.zeros((count, rows, 0), np.float32),
    )  # fmt: skip


def q_along(network, batch, k, stored):
    """Action values of one sequence, row by row with the network's cell."""
    state = [batch.states[k, None, i] * stored for i in range(2)]
    found = []
    for t in range(batch.first.shape[1]):
        known = np.eye(2, dtype=np.float32)[batch.last_actions[k, t]]
        if batch.first[k, t]:
            state, known = [0 * part for part in state], 0 * known
        features = network.torso(batch.observations[k, t][None]).numpy()[0]
        inputs = np.concatenate([features, known, batch.last_rewards[k, t, None]])[None].astype(np.float32)
        output, state = network.cell(inputs, state)
        state = [part.numpy() for part in state]
        found.append(network.advantages(output).numpy()[0])
    return np.array(found)


@pytest.mark.parametrize("stored", [True, False])
def test_errors_of_sequences_are_walked_row_by_row(stored):
    """Up to n rewards or the end of the episode; last rows, and those behind the unrolled ones, teach nothing; then loss and priorities."""
    config = dataclasses.replace(RECURRENT, stored_state=stored)
    online, target = networks(config)
    batch = sequences(config)
    loss, measured, found = SequenceLoss(online, target, config)(Sequences(*map(tf.constant, batch)))
    assert measured["loss"] is loss
    losses, expected = [], []
    for k in range(8):
        q, judged = (q_along(network, batch, k, stored) for network in (online, target))
        worth = judged[np.arange(len(q)), q.argmax(axis=1)]
        errors = []
        for t in range(config.burn_in, config.burn_in + config.unroll):
            if batch.last[k, t]:
                continue
            total, factor, row = 0.0, 1.0, t
            while row < t + config.n_step:
                total, factor, row = (
                    total + factor * batch.rewards_tp1[k, row],
                    factor * batch.discounts_tp1[k, row],
                    row + 1,
                )
                if batch.last[k, row]:
                    break
            errors.append(total + factor * worth[row] - q[t, batch.actions[k, t]])
        losses.append(batch.weights[k] * 0.5 * np.sum(np.square(errors)) / config.unroll)
        expected.append(0.9 * np.max(np.abs(errors)) + 0.1 * np.mean(np.abs(errors)))
    assert batch.last[:, config.burn_in :].sum() > 5 and batch.first[:, 1:].sum() > 5
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert float(loss) == pytest.approx(np.mean(losses), rel=1e-3)


def test_the_burn_in_teaches_nothing():
    """With all discounts 0, what was done and paid there may be anything; what was seen there matters through the state."""
    online, target = networks(RECURRENT)
    loss_of, batch = SequenceLoss(online, target, RECURRENT), sequences(RECURRENT, 1)
    batch = batch._replace(first=0 * batch.first > 0, discounts_tp1=0 * batch.discounts_tp1)

    def loss(batch):
        return float(loss_of(Sequences(*map(tf.constant, batch)))[0])

    def changed(name, rows):
        part = getattr(batch, name).copy()
        part[:, rows] = 1 - part[:, rows]
        return batch._replace(**{name: part})

    burnt, learnt = slice(0, 2), slice(2, 4)
    for name in ("actions", "rewards_tp1"):
        assert loss(changed(name, burnt)) == loss(batch) != loss(changed(name, learnt))
    assert loss(changed("observations", burnt)) != loss(batch)
