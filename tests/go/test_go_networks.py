"""The network of AlphaGo Zero: its parts and sizes counted by hand, what it takes and gives, that files bring it back."""

import numpy as np
import pytest

from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.boards import Boards
from course_lib.go.config import GoConfig
from course_lib.go.growth import load_network
from course_lib.go.networks import Evaluator, ZeroNetwork
from course_lib.go.training import new_network
from course_lib.go.trunk import Normalized, Residual

PLANES = np.random.default_rng(0).integers(2, size=(6, 3, 3, 17)).astype(np.uint8)


def made(seed=0, size=3, channels=3, blocks=1, hidden=4, policy_channels=2):
    """A small network with averages that are not those it began with."""
    keras.utils.set_random_seed(seed)
    network = ZeroNetwork(size, channels, blocks, hidden, policy_channels)
    network.build()
    network(np.random.default_rng(seed).integers(2, size=(8, size, size, 17)).astype(np.uint8), training=True)
    return network


@pytest.mark.parametrize("size, batch", [(2, 1), (3, 6), (5, 2)])
def test_shapes_and_ranges(size, batch):
    """uint8 in; logits of N² + 1 moves and values between −1 and 1 out, float32."""
    network = made(size=size)
    planes = np.random.default_rng(1).integers(2, size=(batch, size, size, 17)).astype(np.uint8)
    logits, values = network(planes)
    assert logits.shape == (batch, size**2 + 1) and values.shape == (batch,)
    assert logits.dtype == values.dtype == tf.float32
    assert (np.abs(values) < 1).all() and np.std(logits) > 0 and np.isfinite(logits).all()


def parameters(size, channels, blocks, hidden, policy_channels):
    """How many numbers a network has: kernels without biases, and four numbers for each channel that is normalised."""
    points, moves = size**2, size**2 + 1
    convolution = 9 * channels**2 + 4 * channels
    trunk = 9 * 17 * channels + 4 * channels + 2 * blocks * convolution
    policy = channels * policy_channels + 4 * policy_channels + (points * policy_channels + 1) * moves
    value = channels + 4 + (points + 1) * hidden + (hidden + 1)
    return trunk + policy + value


@pytest.mark.parametrize("sizes", [(3, 3, 1, 4, 2), (2, 2, 0, 1, 1), (5, 4, 3, 2, 4)])
def test_parameters_by_formula(sizes):
    network = ZeroNetwork(*sizes)
    network.build()
    assert network.count_params() == parameters(*sizes)


def test_parameters_by_hand():
    """2 by 2, 2 channels, a block, 1 hidden unit, 1 policy channel.

    First convolution 9 · 17 · 2 = 306 and 8; the block twice 36 and 8: 88; policy 2 + 4, 4 · 5 + 5 = 25: 31;
    value 2 + 4, 4 + 1, 1 + 1: 13. Together 446.
    """
    assert parameters(2, 2, 1, 1, 1) == 446
    network = ZeroNetwork(2, 2, 1, 1, 1)
    network.build()
    assert network.count_params() == 446


@pytest.mark.slow
@pytest.mark.parametrize("blocks, millions", [(19, 22.9), (39, 46.5)])
def test_the_published_sizes_are_built(blocks, millions):
    """19 by 19, 256 channels, 19 or 39 blocks, a policy head of 2 channels and a value head of 256 units."""
    import dataclasses

    config = dataclasses.replace(GoConfig.paper(), blocks=blocks)
    assert (config.size, config.channels, config.hidden, config.policy_channels) == (19, 256, 256, 2)
    network = new_network(config)
    assert network.count_params() == parameters(19, 256, blocks, 256, 2) == pytest.approx(millions * 1e6, rel=0.02)
    assert sum(isinstance(layer, Residual) for layer in network.trunk) == blocks
    logits, values = network(Boards(config.rules, 1).planes())
    assert logits.shape == (1, 362) and np.isfinite(logits).all() and np.abs(values[0]) <= 1


def test_a_block_adds_to_what_comes_in():
    """Where its last normalisation gives 0 it lets non-negative numbers through as they are, and cuts off the others."""
    block, inputs = Residual(3), np.random.default_rng(2).normal(size=(2, 3, 3, 3)).astype(np.float32)
    block(inputs)
    block.second.normalization.gamma.assign(tf.zeros(3))
    np.testing.assert_allclose(block(inputs), np.maximum(inputs, 0), atol=1e-6)
    assert block.first.rectify and not block.second.rectify


def test_convolution_normalisation_rectifier():
    """Over a batch every channel has mean 0 and deviation 1 before the rectifier; no bias."""
    layer = Normalized(4, rectify=False)
    outputs = layer(PLANES.astype(np.float32), training=True).numpy()
    np.testing.assert_allclose(outputs.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(outputs.std(axis=(0, 1, 2)), 1, rtol=1e-2)
    assert [tuple(weight.shape) for weight in layer.convolution.weights] == [(3, 3, 17, 4)]
    rectified = Normalized(4)
    assert rectified(PLANES.astype(np.float32)).numpy().min() == 0


def test_evaluation_uses_averages_and_training_the_batch():
    """So in evaluation a position is worth the same in any company, and nothing is learnt by looking."""
    network = made()
    before = [weight.numpy() for weight in network.weights]
    whole = [part.numpy() for part in network(PLANES)]
    alone = [np.concatenate([network(PLANES[k : k + 1])[part].numpy() for k in range(6)]) for part in (0, 1)]
    for one, other in zip(whole, alone, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert all(np.array_equal(a, weight.numpy()) for a, weight in zip(before, network.weights, strict=True))
    trained = network(PLANES, training=True)[0].numpy()
    assert np.abs(trained - whole[0]).max() > 1e-3
    moved = [not np.array_equal(a, weight.numpy()) for a, weight in zip(before, network.weights, strict=True)]
    assert moved == ["moving" in weight.path for weight in network.weights] and any(moved)


def test_with_momentum_the_averages_become_those_of_the_batch():
    network = made()
    for _ in range(100):
        network(PLANES, training=True)
    np.testing.assert_allclose(network(PLANES)[0], network(PLANES, training=True)[0], rtol=0.05, atol=0.05)


def test_files_bring_it_back(tmp_path):
    """All of its weights, averages included, and its sizes; `load_network` as any other way of Keras."""
    network = made(blocks=2)
    save_model(network, tmp_path / "network.keras")
    for again in (load_network(tmp_path / "network.keras"), keras.models.load_model(tmp_path / "network.keras")):
        assert isinstance(again, ZeroNetwork) and again.get_config() == network.get_config()
        assert len(again.weights) == len(network.weights)
        for one, other in zip(network(PLANES), again(PLANES), strict=True):
            np.testing.assert_array_equal(one, other)
        for one, other in zip(Evaluator(network)(PLANES), Evaluator(again)(PLANES), strict=True):
            np.testing.assert_array_equal(one, other)


def test_an_equal_network_is_made_of_the_configuration():
    config = made(size=2, channels=5, blocks=2, hidden=3, policy_channels=4).get_config()
    again = ZeroNetwork.from_config(config)
    assert again.get_config() == config and len(again.trunk) == 3
    assert (again.size, again.channels, again.hidden, again.policy_channels) == (2, 5, 3, 4)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_gives_float32(precision):
    """Its weights stay float32, it computes in 16 bits, and says about the same."""
    plain = made()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        network = made()
    finally:
        keras.config.set_dtype_policy(before)
    network.set_weights(plain.get_weights())
    assert {weight.dtype for weight in network.weights} == {"float32"}
    assert network.compute_dtype == network.trunk[0].convolution.compute_dtype == precision.removeprefix("mixed_")
    logits, values = network(PLANES)
    assert logits.dtype == values.dtype == tf.float32
    np.testing.assert_allclose(logits, plain(PLANES)[0], atol=0.05)
    np.testing.assert_allclose(values, plain(PLANES)[1], atol=0.05)
    policies, values = Evaluator(network)(PLANES)
    assert policies.dtype == values.dtype == np.float32
    np.testing.assert_allclose(policies.sum(axis=1), 1, rtol=1e-5)


def test_an_evaluator_is_traced_once_and_follows_the_weights(monkeypatch):
    """Batches of any length; what the network learns afterwards shows."""
    network, traces, evaluate_planes = made(), [], Evaluator._evaluate
    monkeypatch.setattr(Evaluator, "_evaluate", lambda self, planes: traces.append(1) or evaluate_planes(self, planes))
    evaluate = Evaluator(network)
    for count in (1, 6, 3):
        policies, values = evaluate(PLANES[:count], None)
        np.testing.assert_allclose(policies, tf.nn.softmax(network(PLANES[:count])[0]), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(values, network(PLANES[:count])[1], rtol=1e-4, atol=1e-6)
    assert len(traces) == 1
    network.set_weights(made(seed=1).get_weights())
    assert np.abs(evaluate(PLANES)[0][:3] - policies).max() > 1e-3
