import dataclasses

import numpy as np
import pytest

from course_lib.agent57.family import discounts_of_agent57
from course_lib.agent57.losses import Agent57Loss, SplitLoss
from course_lib.agent57.networks import SplitQNetwork
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.replay import Sequences
from course_lib.deep_rl.value_losses import time_major
from course_lib.never_give_up.family import weights_of_the_bonus
from course_lib.never_give_up.values import BONUS, MEMBER
from tests.never_give_up.small_explorers import AGENT57, eagerly, h, h_inverse, retraced, sequences

CONFIG = dataclasses.replace(
    AGENT57, bonus_weight=1.0, discount=0.9, lowest_discount=0.5, unroll=6, replay=42, warm_up=14
)
BETAS, GAMMAS = weights_of_the_bonus(3, 1.0), np.array([0.9, 1 - np.sqrt(0.05), 0.5])


def tensors(batch):
    return Sequences(*map(tf.constant, batch))


@pytest.fixture
def networks():
    """One that learns and its target."""
    keras.utils.set_random_seed(0)
    made = [SplitQNetwork((3,), 3, 4, True, BETAS) for _ in range(2)]
    for network in made:
        network.build()
    return made


@pytest.mark.parametrize("add_returns", [False, True])
def test_the_loss_is_walked_row_by_row(networks, add_returns):
    """Both errors by the sum of Retrace in float64, each for its own reward, with one policy; then loss, parts and priorities."""
    networks[0].add_returns = add_returns
    for network in networks if add_returns else ():  # values so large that it matters
        for part, scale in ((network.extrinsic, 200), (network.intrinsic, 100)):
            part.advantages.kernel.assign(scale * part.advantages.kernel)
    batch = sequences(CONFIG, 8, count=7)
    with eagerly():
        loss_of = SplitLoss(*networks, CONFIG)
        loss, told, priorities = loss_of(tensors(batch))
        online, target = (
            [part.numpy() for part in loss_of.along(network.both, time_major(tensors(batch)))] for network in networks
        )
    costs, found, turned = np.zeros((2, 7)), [], False
    for k in range(7):
        member = batch.extras[k, :, MEMBER].astype(int)
        paid, new = (h_inverse(part[:, k]) if add_returns else part[:, k] for part in online)
        best = (paid + BETAS[member][:, None] * new).argmax(axis=1)
        turned |= (best != (online[0][:, k] + BETAS[member][:, None] * online[1][:, k]).argmax(axis=1)).any()
        discounts, sizes = batch.discounts_tp1[k] * GAMMAS[member], []
        for t in range(1, 7):
            if batch.last[k, t]:
                continue
            errors = []
            for part, rewards in enumerate((batch.rewards_tp1[k], batch.extras[k, :, BONUS])):
                total = retraced(
                    h_inverse(target[part][:, k]), best, batch, k, t, rewards, discounts, CONFIG.trace_decay
                )
                errors.append(h(total) - online[part][t, k, batch.actions[k, t]])
                costs[part, k] += 0.5 * errors[-1] ** 2 / 6
            sizes.append(abs(errors[0]) + BETAS[member[t]] * abs(errors[1]))
        found.append(0.9 * max(sizes) + 0.1 * np.mean(sizes))
    assert batch.last[:, 1:].sum() > 4 and any(len(set(row)) > 1 for row in batch.extras[..., MEMBER].tolist())
    right = (batch.weights * costs).mean(axis=1)
    assert [float(told[name]) for name in ("extrinsic loss", "intrinsic loss")] == pytest.approx(
        right.tolist(), rel=2e-3
    )
    assert float(loss) == float(told["loss"]) == pytest.approx(right.sum(), rel=2e-3)
    np.testing.assert_allclose(priorities, found, rtol=2e-3)
    assert tuple(told) == SplitLoss.names and turned == add_returns


def test_nothing_of_one_loss_depends_on_the_weights_of_the_other_network(networks):
    """Gradients of the extrinsic loss by the intrinsic network's weights are none, and the other way round; targets get none."""
    online, target = networks
    with eagerly(), tf.GradientTape(persistent=True) as tape:
        _, told, _ = SplitLoss(online, target, CONFIG)(tensors(sequences(CONFIG, 8)))
    parts = {
        "extrinsic loss": (online.extrinsic, online.intrinsic),
        "intrinsic loss": (online.intrinsic, online.extrinsic),
    }
    for name, (own, other) in parts.items():
        slopes = tape.gradient(told[name], own.trainable_variables)
        assert all(slope is not None and np.any(slope.numpy()) for slope in slopes), name
        assert tape.gradient(told[name], other.trainable_variables) == [None] * len(slopes)
        assert tape.gradient(told[name], target.trainable_variables) == [None] * (2 * len(slopes))


def test_the_bonus_teaches_one_of_them_alone(networks):
    """What is paid doubled changes the extrinsic loss; the bonus doubled, not shown to anybody, the intrinsic one."""
    batch = sequences(CONFIG, 8)
    with eagerly():
        loss_of = SplitLoss(*networks, CONFIG)
        paid = batch._replace(rewards_tp1=2 * batch.rewards_tp1)
        new = batch._replace(extras=batch.extras * np.array([2, 1, 1], np.float32))
        before, one, other = (loss_of(tensors(given))[1] for given in (batch, paid, new))
    names = "extrinsic loss", "intrinsic loss"
    assert [float(one[name]) == float(before[name]) for name in names] == [False, True]
    assert [float(other[name]) == float(before[name]) for name in names] == [True, False]


def test_one_network_has_the_ladder_of_agent57():
    """γ of 32 members from .9999 on, where Never Give Up has its own."""
    config = dataclasses.replace(AGENT57, members=32, discount=0.9999, lowest_discount=0.99, split=False, bandit=False)
    loss = Agent57Loss(None, None, config)
    np.testing.assert_allclose(loss.discounts, discounts_of_agent57(32), rtol=1e-6)
    np.testing.assert_allclose(loss.betas, weights_of_the_bonus(32, 0.3), rtol=1e-6, atol=1e-8)


def test_zeros_in_place_of_the_stored_state(networks):
    """Where the settings say so, stored states do not matter."""
    batch = sequences(CONFIG, 8)
    with eagerly():
        for stored in (True, False):
            loss_of = SplitLoss(*networks, dataclasses.replace(CONFIG, stored_state=stored))
            one, other = (float(loss_of(tensors(batch._replace(states=size * batch.states)))[0]) for size in (1, 0))
            assert (one != other) == stored
