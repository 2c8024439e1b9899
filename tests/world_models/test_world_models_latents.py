import dataclasses

import numpy as np
import pytest
from scipy import special, stats
from small_dreams import TINY

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.latents import (
    Categorical,
    Gaussian,
    balanced_kl,
    categorical_kl,
    gumbel,
    latents_of,
    straight_through,
)


def logits(*shape, seed=0, scale=1.0):
    """Random ones."""
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def slopes(outcome, *args):
    """Gradients of the sum of `outcome(*args)`."""
    args = [tf.constant(part) for part in args]
    with tf.GradientTape() as tape:
        tape.watch(args)
        total = tf.reduce_sum(outcome(*args))
    return tape.gradient(total, args)


def test_what_is_drawn_is_one_hot_at_the_largest_sum():
    given, noise = logits(50, 4, 5), logits(50, 4, 5, seed=1)
    found = straight_through(tf.constant(given), tf.constant(noise)).numpy()
    np.testing.assert_allclose(found, np.eye(5)[(given + noise).argmax(axis=-1)], atol=1e-6)
    assert found.dtype == np.float32


def test_the_gradient_is_that_of_the_probabilities_whatever_was_drawn():
    """p (c − ⟨p, c⟩) for ten noises, which draw different classes."""
    given, c, drawn = logits(3, 4), logits(3, 4, seed=1), set()
    p = special.softmax(given, axis=1)
    expected = p * (c - (p * c).sum(axis=1, keepdims=True))
    for seed in range(10):
        noise = gumbel((3, 4), [0, seed])
        drawn.add(tuple(np.argmax(given + noise, axis=1)))
        (found,) = slopes(lambda x, noise=noise: c * straight_through(x, noise), given)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert len(drawn) > 3


def test_noise_has_the_distribution_of_gumbel():
    """Kolmogorov and Smirnov's test, and independent numbers: those of neighbours are not correlated."""
    found = gumbel((200, 100), [3, 4]).numpy()
    assert stats.kstest(found.ravel(), stats.gumbel_r.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1]) < 0.03
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, gumbel((200, 100), [3, 4]))
    assert not np.array_equal(found, gumbel((200, 100), [3, 5]))


def test_each_class_is_drawn_with_its_probability():
    """Pearson's χ² over 20000 draws of two groups."""
    kind = Categorical(2, 4)
    given = np.log([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.15, 0.05]]).astype(np.float32)
    noise = kind.noise((20_000,), [1, 2])
    drawn = kind.sample(tf.tile(tf.constant(given)[None], (20_000, 1, 1)), noise).numpy().reshape(-1, 2, 4)
    for group in range(2):
        expected = 20_000 * special.softmax(given[group].astype(float))
        assert stats.chisquare(drawn[:, group].sum(axis=0), expected).pvalue > 1e-3
    both = drawn[:, 0, 3] * drawn[:, 1, 0]  # drawn apart from each other
    assert stats.binomtest(int(round(both.sum())), 20_000, 0.4 * 0.7).pvalue > 1e-3


def test_the_distance_of_categories_is_scipys():
    """Added up over the groups, kept for each state."""
    q, p = logits(6, 3, 5, scale=2), logits(6, 3, 5, seed=1, scale=2)
    expected = stats.entropy(special.softmax(q, axis=-1), special.softmax(p, axis=-1), axis=-1).sum(axis=1)
    np.testing.assert_allclose(categorical_kl(tf.constant(q), tf.constant(p)), expected, rtol=1e-4)
    np.testing.assert_allclose(categorical_kl(tf.constant(q), tf.constant(q + 3)), np.zeros(6), atol=1e-5)


def test_a_certain_posterior_is_no_danger():
    """ln 2 from (½, ½), however large the logits."""
    found = categorical_kl(tf.constant([[1000.0, 0.0]]), tf.constant([[0.0, 0.0]]))
    assert float(found) == pytest.approx(np.log(2), rel=1e-5)


@pytest.mark.parametrize("balance", [0.0, 0.5, 0.8, 1.0])
def test_balance_decides_who_moves_and_not_how_far_they_are_apart(balance):
    """The value is KL; the prior gets α (p − q), the posterior (1 − α) q (ln(q/p) − KL)."""
    q_logits, p_logits = logits(4, 2, 3), logits(4, 2, 3, seed=1)
    q, p = special.softmax(q_logits, axis=-1), special.softmax(p_logits, axis=-1)
    each = stats.entropy(q, p, axis=-1)
    found = balanced_kl(tf.constant(q_logits), tf.constant(p_logits), balance)
    np.testing.assert_allclose(found, each.sum(axis=1), rtol=1e-4)
    to_posterior, to_prior = slopes(lambda a, b: balanced_kl(a, b, balance), q_logits, p_logits)
    np.testing.assert_allclose(to_prior, balance * (p - q), rtol=1e-4, atol=1e-6)
    expected = (1 - balance) * q * (np.log(q / p) - each[..., None])
    np.testing.assert_allclose(to_posterior, expected, rtol=1e-3, atol=1e-6)


def test_categories_in_numbers():
    """Two groups of three: six numbers, laid out group by group."""
    kind = Categorical(2, 3)
    assert (kind.size, kind.statistics) == (6, 6)
    np.testing.assert_array_equal(kind.shaped(tf.range(12)[None])[1], [[6, 7, 8], [9, 10, 11]])
    noise = tf.constant([[[0.0, 5, 0], [0, 0, 5]]])
    np.testing.assert_allclose(kind.sample(tf.zeros((1, 2, 3)), noise), [[0, 1, 0, 0, 0, 1]], atol=1e-6)
    assert kind.noise((7, 5), [0, 0]).shape == (7, 5, 2, 3)
    q, p = logits(4, 5, 2, 3), logits(4, 5, 2, 3, seed=1)
    np.testing.assert_array_equal(kind.kl(q, p, 0.8), balanced_kl(tf.constant(q), tf.constant(p), 0.8))


def test_spreads_lie_between_a_tenth_and_two_and_a_tenth():
    """.1 and 2.1 at the ends, 1.1 in the middle, 1.5621 by hand: 2 / (1 + e^−1) + .1; means are left as they are."""
    kind = Gaussian(2)
    assert (kind.size, kind.statistics) == (2, 4)
    found = kind.shaped(tf.constant([[3.0, -4, -200, 200], [0, 0, 0, 2]])).numpy()
    np.testing.assert_allclose(found, [[[3, -4], [0.1, 2.1]], [[0, 0], [1.1, 1.5621172]]], rtol=1e-5)


def test_gaussian_draws():
    """Mean and spread of 20000 draws; the gradient passes: 1 to the mean, the noise to the spread."""
    kind = Gaussian(2)
    given = np.array([[1.0, -2], [0.5, 2]], np.float32)
    noise = kind.noise((20_000,), [5, 6])
    drawn = kind.sample(tf.tile(given[None], (20_000, 1, 1)), noise).numpy()
    for number in range(2):
        assert stats.kstest(drawn[:, number], stats.norm(given[0, number], given[1, number]).cdf).pvalue > 1e-3
    c = np.array([[2.0, -3]], np.float32)
    (slope,) = slopes(lambda x: c * kind.sample(x, noise[:1]), given[None])
    np.testing.assert_allclose(slope[0], [c[0], c[0] * noise[0].numpy()], rtol=1e-5)


def gaussians(seed):
    """(mean, spread), [4, 3] each."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(4, 3)), rng.uniform(0.3, 2, size=(4, 3))


def test_the_distance_of_gaussians_is_the_closed_form_and_that_of_draws():
    (m, s), (n, r) = gaussians(0), gaussians(1)
    expected = (np.log(r / s) + (s**2 + (m - n) ** 2) / (2 * r**2) - 0.5).sum(axis=1)
    given = [tf.constant(np.stack(part, axis=1).astype(np.float32)) for part in ((m, s), (n, r))]
    found = Gaussian(3).kl(*given, 0.8).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    drawn = m + s * np.random.default_rng(2).normal(size=(100_000, 4, 3))
    by_draws = (stats.norm.logpdf(drawn, m, s) - stats.norm.logpdf(drawn, n, r)).sum(axis=2)
    errors = by_draws.std(axis=0) / np.sqrt(100_000)
    assert (np.abs(by_draws.mean(axis=0) - found) < 5 * errors).all()


@pytest.mark.parametrize("balance", [0.0, 0.5, 0.8])
def test_gaussians_are_balanced_too(balance):
    """By hand: ∂KL/∂n = (n − m) / r², ∂KL/∂r = 1/r − (s² + (m − n)²) / r³; ∂KL/∂m = (m − n) / r², ∂KL/∂s = s/r² − 1/s."""
    (m, s), (n, r) = gaussians(0), gaussians(1)
    given = [np.stack(part, axis=1).astype(np.float32) for part in ((m, s), (n, r))]
    to_posterior, to_prior = slopes(lambda q, p: Gaussian(3).kl(q, p, balance), *given)
    prior = np.stack([(n - m) / r**2, 1 / r - (s**2 + (m - n) ** 2) / r**3], axis=1)
    posterior = np.stack([(m - n) / r**2, s / r**2 - 1 / s], axis=1)
    np.testing.assert_allclose(to_prior, balance * prior, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(to_posterior, (1 - balance) * posterior, rtol=1e-3, atol=1e-5)


def test_a_configuration_says_which_kind():
    """As many numbers of both kinds."""
    assert latents_of(TINY) == Categorical(2, 3)
    assert latents_of(dataclasses.replace(TINY, latents="gaussian")) == Gaussian(6)
