import numpy as np
import pytest

from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.never_give_up.config import RNDConfig
from course_lib.never_give_up.rnd import BonusScale, TwoValueLoss, TwoValueNetwork, two_advantages
from tests.never_give_up.small_explorers import RND


def advantages(ended, terminated=None, **changes):
    """Of three steps with rewards 1, 2, 4 and bonuses the same; values of both kinds .5 everywhere, but for 1 behind the last."""
    rewards, ended = np.array([[1.0], [2], [4]], np.float32), np.array(ended)[:, None]
    terminated = ended if terminated is None else np.array(terminated)[:, None]
    values = np.full((4, 1, 2), 0.5, np.float32)
    values[3] = 1
    config = RNDConfig(env="DeepSea-4", discount=0.5, intrinsic_discount=0.5, gae_lambda=changes.get("decay", 1.0))
    return [part[:, 0].tolist() for part in two_advantages(rewards, rewards, terminated, ended, values, config)]


def test_advantages_by_hand():
    """γ = ½ for both, λ = 1, an end after the second step.

    What is paid: 4 + ½ − ½ = 4; before it 2 − ½ = 1.5, since nothing follows; 1 + ½ · 2 − ½ = 1.5.
    The bonus goes on: 4; 2 + ½ (4 + ½) − ½ = 3.75; 1 + ½ (2 + 2.25) − ½ = 2.625.
    """
    assert advantages([False, True, False]) == [[1.5, 1.5, 4], [2.625, 3.75, 4]]


def test_without_an_end_both_are_alike_and_a_cut_off_one_keeps_its_value():
    """Cut off after the second: 2 + ½ · ½ − ½ = 1.75, and 1 + ½ (2 + ¼) − ½ = 1.625; with λ = 0 each step for itself."""
    pay, bonus = advantages([False] * 3)
    assert pay == bonus == [2.625, 3.75, 4]
    assert advantages([False, True, False], [False] * 3) == [[1.625, 1.75, 4], [2.625, 3.75, 4]]
    assert advantages([False, True, False], decay=0.0) == [[0.75, 1.5, 4], [0.75, 1.75, 4]]


def test_bonuses_are_scaled_by_the_deviation_of_their_sums():
    """NumPy's deviation of all discounted sums until then, over three rollouts; nothing is subtracted."""
    rng, scale, sums, seen = np.random.default_rng(0), BonusScale(2, 0.9), np.zeros(2), []
    for rows in (3, 1, 4):
        bonuses = rng.exponential(size=(rows, 2)).astype(np.float32)
        found = scale(bonuses)
        for row in bonuses:
            sums = 0.9 * sums + row
            seen.append(sums)
        np.testing.assert_allclose(found, bonuses / np.std(seen), rtol=1e-5)
        assert found.dtype == np.float32 and (found > 0).all()


def test_a_scale_is_kept_and_of_other_worlds_refused():
    one, same = BonusScale(2, 0.9), BonusScale(2, 0.9)
    one(np.ones((3, 2)))
    same.unpack({name: np.array(part) for name, part in one.pack().items()})
    np.testing.assert_array_equal(one(np.full((2, 2), 3.0)), same(np.full((2, 2), 3.0)))
    with pytest.raises(ValueError, match="those of 2 worlds, and there are 3"):
        BonusScale(3, 0.9).unpack(one.pack())
    assert np.isfinite(BonusScale(1, 0.9)(np.zeros((2, 1)))).all()  # bonuses without a deviation


@pytest.mark.parametrize("shape", [(5,), (6, 6, 1)])
def test_a_network_with_two_values(shape, tmp_path):
    """All actions nearly alike at first; what is saved computes the same."""
    keras.utils.set_random_seed(0)
    network, seen = (
        TwoValueNetwork(shape, 3, 8),
        np.random.default_rng(0).integers(99, size=(4, *shape)).astype(np.uint8),
    )
    seen = seen if len(shape) == 3 else seen.astype(np.float32) / 99
    network.build()
    logits, values = network(seen)
    assert logits.shape == (4, 3) and values.shape == (4, 2) and np.abs(tf.nn.softmax(logits) - 1 / 3).max() < 0.03
    save_model(network, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is TwoValueNetwork
    np.testing.assert_array_equal(loaded(seen)[1], values)


def test_both_values_cost():
    """Errors 1 and 2: ½ + 2."""
    assert TwoValueLoss(None, RND).costs(tf.constant([[1.0, 2.0], [0.0, 0.0]])).numpy().tolist() == [2.5, 0]
