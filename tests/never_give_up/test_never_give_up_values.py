import dataclasses

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.replay import Sequences
from course_lib.deep_rl.value_losses import SequenceLoss, time_major
from course_lib.never_give_up.values import BONUS, MEMBER, NGULoss
from tests.never_give_up.small_explorers import NGU, eagerly, h, h_inverse, retraced, sequences

CONFIG = dataclasses.replace(
    NGU, members=3, bonus_weight=0.5, discount=0.9, lowest_discount=0.5, unroll=6, replay=42, warm_up=14
)
BETAS = np.array([0, 0.5 / (1 + np.exp(-10)), 0.5])
GAMMAS = np.array([0.9, 1 - np.sqrt(0.1 * 0.5), 0.5])


def tensors(batch):
    return Sequences(*map(tf.constant, batch))


def values(batch, seed=0, actions=3):
    """Random action values of two networks, [T, B, A] each."""
    return np.random.default_rng(seed).normal(size=(2, *batch.first.T.shape, actions)).astype(np.float32)


def test_weights_and_discounts_are_those_of_who_played():
    loss = NGULoss(None, None, CONFIG)
    np.testing.assert_allclose(loss.betas, BETAS, rtol=1e-6)
    np.testing.assert_allclose(loss.discounts, GAMMAS, rtol=1e-6)
    batch = sequences(CONFIG, 4)
    np.testing.assert_array_equal(loss.members(tensors(batch)), batch.extras[..., MEMBER])
    assert any(len(set(row)) > 1 for row in batch.extras[..., MEMBER].tolist())  # several in one window


@pytest.mark.parametrize("rescaled", [True, False])
def test_errors_are_walked_row_by_row(rescaled):
    """The sum of Retrace, term by term in float64: what follows an end is left out, a cut-off one has a value, β and γ change with who plays."""
    config = dataclasses.replace(CONFIG, rescale=rescaled, double=False)
    batch = sequences(config, 4, count=12)
    q, target_q = values(batch)
    found = (
        NGULoss(None, None, config).errors(time_major(tensors(batch)), tf.constant(q), tf.constant(target_q)).numpy()
    )
    assert found.shape == (config.window - 1, 12)
    ends = {"terminal": 0, "cut off": 0}
    for k in range(12):
        member = batch.extras[k, :, MEMBER].astype(int)
        rewards = batch.rewards_tp1[k] + BETAS[member] * batch.extras[k, :, BONUS]
        discounts = batch.discounts_tp1[k] * GAMMAS[member]
        worth, best = (h_inverse(target_q[:, k]) if rescaled else target_q[:, k].astype(float)), q[:, k].argmax(axis=1)
        for t in range(config.window - 1):
            if batch.last[k, t]:
                continue  # no action follows: masked
            if batch.last[k, t + 1]:
                ends["cut off" if discounts[t] else "terminal"] += 1
            total = retraced(worth, best, batch, k, t, rewards, discounts, config.trace_decay)
            right = (h(total) if rescaled else total) - q[t, k, batch.actions[k, t]]
            assert found[t, k] == pytest.approx(right, rel=2e-3, abs=1e-3), (k, t)
    assert min(ends.values()) > 3


def test_without_retrace_they_are_those_of_r2d2_for_the_sum_of_both_rewards():
    config = dataclasses.replace(CONFIG, retrace=False, n_step=3)
    batch = sequences(config, 4)
    q, target_q = map(tf.constant, values(batch))
    member = batch.extras[..., MEMBER].astype(int)
    summed = batch._replace(
        rewards_tp1=(batch.rewards_tp1 + BETAS[member] * batch.extras[..., BONUS]).astype(np.float32),
        discounts_tp1=(batch.discounts_tp1 * GAMMAS[member]).astype(np.float32),
    )
    found = NGULoss(None, None, config).errors(time_major(tensors(batch)), q, target_q)
    right = SequenceLoss(None, None, config).errors(time_major(tensors(summed)), q, target_q)
    np.testing.assert_allclose(found, right, rtol=1e-4, atol=1e-5)
    assert not np.allclose(found, NGULoss(None, None, CONFIG).errors(time_major(tensors(batch)), q, target_q))


def test_nothing_goes_on_through_the_last_row_of_an_episode():
    """There c = 0, also where what was noted as an action is the greedy one."""
    batch = sequences(CONFIG, 4)
    policy = tf.one_hot(batch.actions.T, 3)
    traces = NGULoss(None, None, CONFIG).traces(policy, time_major(tensors(batch)))
    np.testing.assert_allclose(traces, CONFIG.trace_decay * ~batch.last.T, rtol=1e-6)


def test_the_loss_is_that_of_the_rows_that_are_learnt_from():
    """By both networks along the sequences, told the last bonus and who plays, one-hot; neither target nor burn-in is taught."""
    keras.utils.set_random_seed(0)
    online, target = (QNetwork((3,), 3, 4, recurrent=True, context=4) for _ in range(2))
    batch = sequences(CONFIG, 4)
    with eagerly():
        for network in (online, target):
            network.build()
        loss_of = NGULoss(online, target, CONFIG)
        with tf.GradientTape() as tape:
            loss, told, priorities = loss_of(tensors(batch))
        nothing = tape.gradient(loss, target.trainable_variables)
        rows = time_major(tensors(batch))
        context = np.concatenate(
            [batch.last_extras[..., :1], np.eye(3)[batch.extras[..., MEMBER].astype(int)]], axis=-1
        )
        *known, shown = loss_of.seen(rows)
        np.testing.assert_array_equal(shown, context.transpose(1, 0, 2))
        state = tuple(batch.states.transpose(1, 0, 2))
        q, target_q = (network.unroll((*known, shown), rows.first, state)[0] for network in (online, target))
        errors = loss_of.errors(rows, q, target_q).numpy()[1:7]
    counted = ~batch.last.T[1:7]
    right = (batch.weights * (0.5 * counted * errors**2).sum(axis=0) / 6).mean()
    assert nothing == [None] * len(nothing) and told["loss"] is loss
    assert float(loss) == pytest.approx(right, rel=1e-4)
    sizes = np.abs(errors) * counted
    np.testing.assert_allclose(
        priorities, 0.9 * sizes.max(axis=0) + 0.1 * sizes.sum(axis=0) / counted.sum(axis=0), rtol=1e-4
    )


def test_with_the_member_that_exploits_the_bonus_does_not_matter():
    """β_0 = 0; for another member it does."""
    batch = sequences(CONFIG, 4)
    q, target_q = map(tf.constant, values(batch))
    for member, same in ((0, True), (2, False)):
        found = []
        for size in (1.0, 5.0):
            extras = batch.extras * np.array([size, 0, 1], np.float32) + np.array([0, member, 0], np.float32)
            given = time_major(tensors(batch._replace(extras=extras)))
            found.append(NGULoss(None, None, CONFIG).errors(given, q, target_q).numpy())
        assert np.array_equal(*found) == same
