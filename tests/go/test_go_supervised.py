"""Supervised policies: the loss by hand, heads for the next moves, a loss that falls, and what is shipped."""

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.boards import Boards
from course_lib.go.examples import Batch, Examples, held_out
from course_lib.go.expert_games import RULES as SEVEN
from course_lib.go.expert_games import load_games
from course_lib.go.fitting import Fitting
from course_lib.go.policy_network import PolicyEvaluator, PolicyNetwork
from course_lib.go.shipped_networks import NETWORKS, file_of, load_evaluator, load_network
from course_lib.go.supervised import Curve, accuracy, next_moves_loss, train_policy
from course_lib.go.trunk import in_batches


def network(ahead=1, **options):
    made = PolicyNetwork(5, channels=4, blocks=1, ahead=ahead, **options)
    made.build()
    return made


# Loss


def test_the_loss_by_hand():
    # One position, two moves ahead, three moves to choose from: log 3 for the first, ½ · −log ½ for the second.
    logits = np.array([[[0, 0, 0], [np.log(2), 0, 0]]], np.float32)  # p = (⅓, ⅓, ⅓) and (½, ¼, ¼)
    assert float(next_moves_loss(logits, np.array([[1, 0]]))) == pytest.approx(np.log(3) + 0.5 * np.log(2), rel=1e-6)


def test_moves_behind_the_end_do_not_count():
    logits = np.random.default_rng(0).normal(size=(4, 3, 6)).astype(np.float32)
    moves = np.array([[1, 5, -1], [2, -1, -1], [0, 3, 4], [5, 5, 5]])
    full = [float(next_moves_loss(logits[i : i + 1, :n], moves[i : i + 1, :n])) for i, n in enumerate((2, 1, 3, 3))]
    assert float(next_moves_loss(logits, moves)) == pytest.approx(np.mean(full), rel=1e-5)


def test_with_one_move_it_is_the_cross_entropy():
    logits = np.random.default_rng(1).normal(size=(8, 1, 10)).astype(np.float32)
    moves = np.arange(8)[:, None]
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(moves[:, 0], logits[:, 0])
    assert float(next_moves_loss(logits, moves)) == pytest.approx(float(expected), rel=1e-6)


# Networks


@pytest.mark.parametrize("ahead", [1, 3])
def test_a_head_for_each_move(ahead):
    made = network(ahead)
    planes = Boards(RULES, 6).planes()
    assert made(planes).shape == (6, ahead, 26)
    policies, values = PolicyEvaluator(made)(planes)
    np.testing.assert_allclose(policies, tf.nn.softmax(made(planes)[:, 0]), rtol=1e-5)
    assert values.tolist() == [0] * 6 and policies.sum(axis=1) == pytest.approx(np.ones(6), rel=1e-5)


def test_a_saved_network_is_the_same(tmp_path):
    made = network(3)
    made.save(tmp_path / "policy.keras")
    found = keras.models.load_model(tmp_path / "policy.keras", compile=False)
    planes = np.random.default_rng(0).integers(0, 2, (3, 5, 5, 17)).astype(np.uint8)
    assert found.ahead == 3 and found.channels == 4
    np.testing.assert_allclose(found(planes), made(planes), rtol=1e-5)


def test_batches_are_put_together():
    planes = np.random.default_rng(0).integers(0, 2, (7, 5, 5, 17)).astype(np.uint8)
    made = network()
    np.testing.assert_allclose(in_batches(made, planes, at_once=3), made(planes), rtol=1e-5, atol=1e-6)


# Learning


def test_the_loss_falls():
    """A batch is learnt by heart."""
    keras.utils.set_random_seed(0)
    batch = Examples(small_games(), RULES, ahead=2).sample(32, np.random.default_rng(0))
    fitting = Fitting(network(2), next_moves_loss, learning_rate=1e-2)
    losses = [float(fitting.update(batch.planes, batch.moves)) for _ in range(40)]
    assert losses[0] > 4 and losses[-1] < 0.75 * losses[0]


def test_decay_and_schedule():
    """Without decay and with a learning rate of 0 nothing changes; at the end of the schedule, it is 0."""
    batch = Examples(small_games(), RULES).sample(8, np.random.default_rng(0))
    fitting = Fitting(network(), next_moves_loss, learning_rate=1e-2, updates=3)
    weights = []
    for _ in range(5):
        fitting.update(batch.planes, batch.moves)
        weights.append(fitting.network.trainable_variables[0].numpy())
    assert not np.array_equal(weights[0], weights[2]) and np.array_equal(weights[3], weights[4])


def test_without_normalizing_the_statistics_stay():
    made = network()
    before = [variable.numpy() for variable in made.non_trainable_variables]
    batch = Examples(small_games(), RULES).sample(8, np.random.default_rng(0))
    Fitting(made, next_moves_loss, normalize=False).update(batch.planes, batch.moves)
    assert all(np.array_equal(a, b) for a, b in zip(before, made.non_trainable_variables, strict=True))
    Fitting(made, next_moves_loss).update(batch.planes, batch.moves)
    assert not all(np.array_equal(a, b) for a, b in zip(before, made.non_trainable_variables, strict=True))


class Guesser:
    """Says move 3 next, and move 4 after it."""

    ahead = 2

    def best_moves(self, planes):
        return tf.tile([[3, 4]], [len(planes), 1])


def test_accuracy_by_hand():
    # The next move is 3 in two of four positions; of the three known moves after it, one is 4.
    batch = Batch(np.zeros((4, 5, 5, 17), np.uint8), np.array([[3, 4], [3, 1], [0, 2], [1, -1]]), np.zeros(4))
    assert accuracy(Guesser(), batch).tolist() == [0.5, pytest.approx(1 / 3)]
    assert accuracy(Guesser(), batch._replace(moves=batch.moves[:, :1])).tolist() == [0.5]


def test_the_same_seed_teaches_the_same():
    taught, tested = held_out(small_games())
    options = {"ahead": 3, "channels": 4, "blocks": 1, "updates": 4, "batch_size": 8, "every": 2, "show": False}
    first, again, other = (train_policy(taught, tested, RULES, seed=seed, **options) for seed in (0, 0, 1))
    assert first[1].updates == [2, 4] and first[1].values == again[1].values != other[1].values
    assert np.isfinite(first[1].values["loss"]).all() and set(first[1].values) == {"loss", "accuracy"}


def test_a_curve():
    curve = Curve()
    curve.add(1, {"loss": np.float32(2)})
    curve.add(5, {"loss": 1})
    assert curve.updates == [1, 5] and curve.values == {"loss": [2.0, 1.0]}


# What is shipped


@pytest.mark.parametrize(("name", "ahead"), [("policy", 1), ("policy of three moves", 3)])
def test_shipped_policies_predict_the_experts(name, ahead):
    """In games that they were not taught by, many times better than a move drawn from the legal ones (4 %)."""
    tested = held_out(load_games())[1].some(slice(30))
    found = accuracy(load_network(name), Examples(tested, SEVEN, ahead).all())
    assert len(found) == ahead and found[0] > 0.4 and (found > 0.15).all()
    assert (np.diff(found) < 0).all()  # what is farther away is harder to tell


@pytest.mark.parametrize("name", NETWORKS)
def test_shipped_networks_are_small_and_load(name):
    assert file_of(name).stat().st_size < 300_000
    found = load_evaluator(name)(Boards(SEVEN, 2).planes())
    assert np.isfinite(found[0]).all()


def test_unknown_and_missing_networks_are_refused(tmp_path):
    with pytest.raises(ValueError, match="'polciy' is no network of this chapter: use policy,"):
        load_network("polciy")
    with pytest.raises(ValueError, match="policy_7x7.keras is not there: `python -m course_lib.go.alphago_training`"):
        load_network("policy", tmp_path)
