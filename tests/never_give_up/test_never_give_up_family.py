import numpy as np
import pytest

from course_lib.never_give_up.family import discounts_are_right, discounts_of, weights_of_the_bonus


def test_weights_by_hand():
    """Of 32 the sixteenth has half of β; of 4: j = 1 gives σ(10 · 0 / 2) = ½, j = 2 gives σ(10 · 2 / 2) = σ(10)."""
    betas = weights_of_the_bonus(32, 0.3)
    assert betas[15] == pytest.approx(0.15) and (betas[0], betas[-1]) == (0, 0.3)
    np.testing.assert_allclose(weights_of_the_bonus(4, 2.0), [0, 1, 2 / (1 + np.exp(-10)), 2])
    assert (np.diff(betas) > 0).all()


def test_small_families():
    """Whoever is alone exploits; of two, one explores."""
    assert weights_of_the_bonus(1, 0.3).tolist() == [0] and weights_of_the_bonus(2, 0.3).tolist() == [0, 0.3]
    assert discounts_of(1, 0.997, 0.99).tolist() == pytest.approx([0.997])
    assert discounts_of(2, 0.997, 0.99).tolist() == pytest.approx([0.997, 0.99])


def test_discounts_by_hand():
    """γ_15 of 32 is .994628; between .99 and .9 the middle one is 1 − √(.01 · .1)."""
    gammas = discounts_of(32, 0.997, 0.99)
    assert gammas[15] == pytest.approx(0.994628, abs=5e-7)
    np.testing.assert_allclose(discounts_of(3, 0.99, 0.9), [0.99, 1 - np.sqrt(0.001), 0.9])
    np.testing.assert_allclose(np.log1p(-gammas), np.linspace(np.log(0.003), np.log(0.01), 32))
    np.testing.assert_allclose(discounts_of(5, 0.9, 0.9), [0.9] * 5)


def test_the_ladder_is_recognised_and_others_are_not():
    right = discounts_of(8, 0.997, 0.99)
    assert discounts_are_right(right, 0.997, 0.99) and discounts_are_right(right.astype(np.float32), 0.997, 0.99)
    j = np.arange(8)
    wrong = {
        "the other way round": right[::-1],
        "shifted by one": 1 - np.exp(((8 - j) * np.log(0.003) + j * np.log(0.01)) / 8),
        "evenly": np.linspace(0.997, 0.99, 8),
        "a 1 among them": np.append(1.0, right[1:]),
    }
    for mistake, ladder in wrong.items():
        assert not discounts_are_right(ladder, 0.997, 0.99), mistake
    assert isinstance(discounts_are_right(right, 0.997, 0.99), bool)
