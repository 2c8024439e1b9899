import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.n_step import look_ahead
from course_lib.deep_rl.targets import (
    double_q_targets,
    q_targets,
    rescale,
    sequence_targets,
    unscale,
)


def test_one_network_chooses_and_the_other_judges():
    """By hand: q prefers actions 1 and 0, which q̄ judges 5 and 2; γ = .5 and 0."""
    q, target = tf.constant([[1.0, 2.0], [4.0, 3.0]]), tf.constant([[9.0, 5.0], [2.0, 8.0]])
    rewards, discounts = tf.constant([1.0, -1.0]), tf.constant([0.5, 0.0])
    assert double_q_targets(rewards, discounts, q, target).numpy().tolist() == [3.5, -1]
    assert q_targets(rewards, discounts, target).numpy().tolist() == [5.5, -1]


def test_a_network_that_chooses_for_itself_takes_its_maximum():
    rng = np.random.default_rng(0)
    rewards, discounts = rng.normal(size=(2, 50)).astype(np.float32)
    values = rng.normal(size=(50, 4)).astype(np.float32)
    np.testing.assert_allclose(
        double_q_targets(rewards, discounts, values, values), q_targets(rewards, discounts, values), rtol=1e-6
    )
    assert (
        (double_q_targets(rewards, abs(discounts), -values, values) <= q_targets(rewards, abs(discounts), values))
        .numpy()
        .all()
    )


def test_no_gradient_flows_through_targets():
    given = [tf.Variable(tf.random.normal(shape)) for shape in ((3,), (3,), (3, 2), (3, 2))]
    with tf.GradientTape(persistent=True) as tape:
        double, single = double_q_targets(*given), q_targets(*given[:2], given[3])
    assert tape.gradient(double, given) == [None] * 4 and tape.gradient(single, given) == [None] * 4


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20])
def test_targets_of_sequences_are_walked_row_by_row(n):
    """Rewards added up until n steps, the end of an episode or the end of the sequence; what follows stands for the rest."""
    rng = np.random.default_rng(n)
    rows, batch = 8, 200
    rewards, values = rng.normal(size=(2, rows, batch)).astype(np.float32)
    last = rng.random((rows, batch)) < 0.2
    discounts = np.where(last & (rng.random((rows, batch)) < 0.5), 0, 0.9).astype(np.float32)
    expected = np.zeros((rows, batch))
    for b in range(batch):
        for t in range(rows):
            total, factor = 0.0, 1.0
            for k in range(t, min(t + n, rows)):
                total += factor * rewards[k, b]
                factor *= discounts[k, b]
                if last[k, b]:
                    break
            expected[t, b] = total + factor * values[k, b]
    found = sequence_targets(*map(tf.constant, (rewards, discounts, values, last)), n)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_targets_of_sequences_are_those_of_transitions_where_there_is_room():
    """`look_ahead` on every window of n rows of one long row gives the same."""
    rng, n = np.random.default_rng(0), 4
    rewards, values = rng.normal(size=(2, 60)).astype(np.float32)
    terminated, truncated = rng.random((2, 60)) < 0.1
    windows = np.arange(60 - n + 1)[:, None] + np.arange(n)
    ahead = look_ahead(rewards[windows], terminated[windows], truncated[windows], 0.95, n)
    expected = ahead.returns + ahead.discounts * values[windows[:, 0] + ahead.steps - 1]
    parts = rewards, (0.95 * ~terminated).astype(np.float32), values, terminated | truncated
    found = sequence_targets(*(tf.constant(part[:, None]) for part in parts), n)
    np.testing.assert_allclose(found[: 60 - n + 1, 0], expected, rtol=1e-4, atol=1e-5)


def test_rescaling_is_undone():
    """Both ways, from thousandths to millions and of either sign; in float32 a few units in its sixth digit."""
    sizes = np.geomspace(1e-3, 1e6, 400)
    values = np.concatenate([-sizes, [0], sizes]).astype(np.float32)
    np.testing.assert_allclose(unscale(rescale(values)), values, rtol=3e-4)
    large = np.abs(values) > 0.1
    np.testing.assert_allclose(unscale(rescale(values[large])), values[large], rtol=1e-5)
    np.testing.assert_allclose(rescale(unscale(values[np.abs(values) < 1e3])), values[np.abs(values) < 1e3], rtol=3e-4)


def test_rescaling_by_hand():
    """h(3) = 1 + 3ε, h(−8) = −2 − 8ε, h(0) = 0; it rises, and grows like a root."""
    np.testing.assert_allclose(rescale(tf.constant([3.0, -8.0, 0.0])), [1.003, -2.008, 0], rtol=1e-6)
    np.testing.assert_allclose(rescale(tf.constant([3.0]), epsilon=0.1), [1.3], rtol=1e-6)
    np.testing.assert_allclose(unscale(tf.constant([1.3]), epsilon=0.1), [3.0], rtol=1e-6)
    assert (np.diff(rescale(np.linspace(-100, 100, 1001))) > 0).all()


def test_rescaling_is_the_published_inverse():
    """Against Pohlen et al.'s closed form in float64, where its difference loses nothing that counts."""
    x, e = np.linspace(-50, 50, 101), 1e-3
    published = np.sign(x) * (((np.sqrt(1 + 4 * e * (np.abs(x) + 1 + e)) - 1) / (2 * e)) ** 2 - 1)
    np.testing.assert_allclose(unscale(tf.constant(x)), published, rtol=1e-9, atol=1e-9)
