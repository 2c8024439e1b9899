import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.losses import consistency_loss, half_square, supervised_losses, usage_weighted_loss
from course_lib.predictron.returns import lambda_preturn, lambda_weights, preturns

NAMES = ("rewards", "discounts", "lambdas", "values")


def column(*numbers):
    return tf.constant(numbers, tf.float64, shape=(len(numbers), 1, 1))


def steps(seed, depth=3, batch=4, predictions=2):
    """Rewards, discounts, λ and values, float64 tensors."""
    rng = np.random.default_rng(seed)
    shape = (depth, batch, predictions)
    arrays = rng.normal(size=shape), rng.random(shape), rng.random(shape), rng.normal(size=(depth + 1, *shape[1:]))
    return [tf.constant(array) for array in arrays]


def gradients(loss, parts):
    """Its gradient by each part, zeros where none arrives."""
    with tf.GradientTape() as tape:
        tape.watch(parts)
        found = loss(*parts)
    return dict(zip(NAMES, tape.gradient(found, parts, unconnected_gradients="zero"), strict=True))


# g⁰, g¹, g² = 2, 1 + ½·6, 1 + ½ (2 + 0) = 2, 4, 2. λ = ½, ¼: w = ½, ⅜, ⅛, and g^λ = 1 + 1.5 + .25 = 2.75.
BY_HAND = column(1, 2), column(0.5, 0), column(0.5, 0.25), column(2, 6, 9)


def test_supervised_losses_by_hand():
    # g = 3: errors 1, −1, 1, so 3 / (2·2) = .75; the mixture errs by .25, half its square is 1/32.
    losses = supervised_losses(tf.constant([[3.0]], tf.float64), *BY_HAND)
    assert [float(loss) for loss in losses] == pytest.approx([0.75, 1 / 32])


def test_usage_weighted_loss_by_hand():
    # g = 3 and weights ½, ⅜, ⅛: all squares are 1, so ½; g = 2: errors 0, −2, 0, so ½·⅜·4 = .75
    found = preturns(BY_HAND[0], BY_HAND[1], BY_HAND[3]), lambda_weights(BY_HAND[2])
    for target, loss in ((3.0, 0.5), (2.0, 0.75)):
        assert float(usage_weighted_loss(tf.constant([[target]], tf.float64), *found)) == pytest.approx(loss)


def test_consistency_loss_by_hand():
    # 2.75 against 2, 4, 2: (.5625 + 1.5625 + .5625) / 2
    assert float(consistency_loss(*BY_HAND)) == pytest.approx(2.6875 / 2)


def test_sums_over_predictions_and_means_over_the_batch():
    """The same input twice has the same loss, the same prediction twice has double the loss."""
    parts = steps(0)
    targets = tf.constant(np.random.default_rng(1).normal(size=(4, 2)))
    usage = preturns(parts[0], parts[1], parts[3]), lambda_weights(parts[2])
    for axis, factor in ((-2, 1), (-1, 2)):
        twice = [tf.concat([part, part], axis) for part in parts]
        targets_twice = tf.concat([targets, targets], axis)
        before, after = supervised_losses(targets, *parts), supervised_losses(targets_twice, *twice)
        np.testing.assert_allclose(after, [factor * float(loss) for loss in before])
        np.testing.assert_allclose(consistency_loss(*twice), factor * consistency_loss(*parts))
        weighted = [tf.concat([part, part], axis) for part in usage]
        np.testing.assert_allclose(
            usage_weighted_loss(targets_twice, *weighted), factor * usage_weighted_loss(targets, *usage)
        )


def test_losses_are_zero_when_everything_agrees():
    """v = 2 at every depth, no rewards, γ = 1, and the target is 2."""
    nothing, ones = tf.zeros((3, 4, 2)), tf.ones((3, 4, 2))
    lambdas, values, targets = 0.3 * ones, tf.fill((4, 4, 2), 2.0), tf.fill((4, 2), 2.0)
    assert [float(loss) for loss in supervised_losses(targets, nothing, ones, lambdas, values)] == pytest.approx([0, 0])
    assert float(consistency_loss(nothing, ones, lambdas, values)) == pytest.approx(0, abs=1e-12)
    assert float(half_square(targets - 2)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_of_the_mixture_teaches_lambda_alone(seed):
    targets = tf.constant(np.random.default_rng(seed).normal(size=(4, 2)))
    found = gradients(lambda *parts: supervised_losses(targets, *parts)[1], steps(seed))
    assert all(not found[name].numpy().any() for name in ("rewards", "discounts", "values"))
    assert (found["lambdas"].numpy()[0] != 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_of_the_preturns_teaches_all_but_lambda(seed):
    """Its gradient by g^k is (g^k − g) / (K B); v^K reaches it through the product of all discounts."""
    targets = tf.constant(np.random.default_rng(seed).normal(size=(4, 2)))
    rewards, discounts, lambdas, values = steps(seed)
    found = gradients(lambda *parts: supervised_losses(targets, *parts)[0], [rewards, discounts, lambdas, values])
    assert not found["lambdas"].numpy().any()
    errors = preturns(rewards, discounts, values) - targets
    np.testing.assert_allclose(found["values"][0], errors[0] / (3 * 4))
    np.testing.assert_allclose(found["values"][3], errors[3] * tf.reduce_prod(discounts, axis=0) / (3 * 4))
    np.testing.assert_allclose(found["rewards"][0], tf.reduce_sum(errors[1:], axis=0) / (3 * 4))


def test_usage_weights_are_constants():
    """Neither weights nor targets get a gradient; the preturns get w^k (g^k − g) / B."""
    rewards, discounts, lambdas, values = steps(5)
    found, targets = preturns(rewards, discounts, values), values[0] + 1
    with tf.GradientTape() as tape:
        tape.watch([found, lambdas, targets])
        weights = lambda_weights(lambdas)
        loss = usage_weighted_loss(targets, found, weights)
    by_preturns, by_lambdas, by_targets = tape.gradient(loss, [found, lambdas, targets])
    assert by_lambdas is None and by_targets is None
    np.testing.assert_allclose(by_preturns, weights * (found - targets) / 4)


@pytest.mark.parametrize("seed", range(3))
def test_consistency_pulls_the_preturns_and_not_the_mixture(seed):
    """Through g^k alone: the gradient by v^0, which is g⁰, is (g⁰ − g^λ) / B, and λ gets none."""
    rewards, discounts, lambdas, values = steps(seed)
    found = gradients(consistency_loss, [rewards, discounts, lambdas, values])
    assert not found["lambdas"].numpy().any()
    mixture = lambda_preturn(rewards, discounts, lambdas, values)
    pulls = (preturns(rewards, discounts, values) - mixture) / 4
    np.testing.assert_allclose(found["values"][0], pulls[0], atol=1e-12)
    np.testing.assert_allclose(found["values"][1], pulls[1] * discounts[0], atol=1e-12)
    np.testing.assert_allclose(found["rewards"][0], tf.reduce_sum(pulls[1:], axis=0), atol=1e-12)
