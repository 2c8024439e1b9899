"""Value networks: the error by hand, equally many positions of many games or few, and what the few do to them."""

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.alphago_training import shipped_curves
from course_lib.go.examples import Batch, Examples, held_out
from course_lib.go.value_network import (
    ValueEvaluator,
    ValueNetwork,
    mean_square_error,
    one_or_all,
    train_value,
    value_loss,
)


def test_the_loss_by_hand():
    # (1 − ½)² = ¼, (−1 − 0)² = 1 and 0: the mean is 5/12.
    values, outcomes = np.array([0.5, 0, -1], np.float32), np.array([1, -1, -1], np.float32)
    assert float(value_loss(values, outcomes)) == pytest.approx(5 / 12)


def test_whoever_knows_nothing_has_the_error_one():
    batch = Batch(np.zeros((4, 5, 5, 17), np.uint8), None, np.array([1, -1, -1, 1], np.float32))
    assert mean_square_error(lambda planes: tf.zeros(len(planes)), batch) == 1


def test_values_lie_between_lost_and_won():
    network = ValueNetwork(5, channels=4, blocks=1, hidden=8)
    network.build()
    planes = np.random.default_rng(0).integers(0, 2, (9, 5, 5, 17)).astype(np.uint8)
    values = ValueEvaluator(network)(planes)
    assert values.shape == (9,) and (np.abs(values) <= 1).all()
    np.testing.assert_allclose(values, network(planes), rtol=1e-4, atol=1e-6)


def test_a_saved_network_is_the_same(tmp_path):
    network = ValueNetwork(5, channels=4, blocks=1, hidden=8)
    network.build()
    network.save(tmp_path / "value.keras")
    found = keras.models.load_model(tmp_path / "value.keras", compile=False)
    planes = np.random.default_rng(0).integers(0, 2, (3, 5, 5, 17)).astype(np.uint8)
    assert found.hidden == 8
    np.testing.assert_allclose(found(planes), network(planes), rtol=1e-5)


def test_as_many_positions_of_one_each_as_of_few_games():
    games = small_games()
    sets = one_or_all(games, RULES)
    one, every = sets["one per game"], sets["all"]
    assert len(one) == len(games.lengths) == len(set(one.places[:, 0].tolist()))
    assert len(one) <= len(every) < len(one) + games.lengths.max()
    few = len(set(every.places[:, 0].tolist()))
    assert few < 4 and len(every) == (games.lengths - games.openings)[:few].sum()


def test_training_is_repeatable():
    taught, tested = held_out(small_games())
    examples, test = Examples(taught, RULES), Examples(tested, RULES).all()
    options = {"channels": 4, "blocks": 1, "updates": 6, "batch_size": 16, "every": 4, "show": False}
    first, again = (train_value(examples, test, seed=3, **options)[1] for _ in range(2))
    assert first.updates == [4, 6] and first.values == again.values and set(first.values) == {"train", "test"}


@pytest.mark.slow
def test_few_games_are_learnt_by_heart():
    """Two games, all positions: what is taught is known soon, and other games are told no better than by saying 0."""
    examples = Examples(small_games().some(slice(2)), RULES)
    test = Examples(small_games().some(slice(2, None)), RULES).all()
    curve = train_value(examples, test, 8, 1, updates=150, batch_size=32, every=150, show=False)[1]
    assert curve.values["train"][-1] < 0.2 and curve.values["test"][-1] > 0.6


def test_the_shipped_curves_show_the_difference():
    """Silver et al. 2016: all positions of the games, 0.19 on what was taught and 0.37 on others; one each, 0.226 and 0.234."""
    train, test = (shipped_curves("value", measure) for measure in ("train", "test"))
    gap = {name: (test[name][1] - train[name][1])[:, -1].mean() for name in train}
    assert gap["all"] > 2 * gap["one per game"] and test["all"][1][:, -1].min() > test["one per game"][1][:, -1].max()
    assert test["one per game"][1][:, -1].max() < 0.9
