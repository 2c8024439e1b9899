import numpy as np
import pytest

from course_lib.agent57.family import discounts_as_printed, discounts_of_agent57
from course_lib.never_give_up.family import discounts_of


def test_the_ladder_by_hand():
    """Of 32: .9999; six steps, the third of which is half-way to .997; .997 again; then down to .99, 1 − γ in a geometric row."""
    gammas = discounts_of_agent57(32)
    assert (
        gammas.shape == (32,) and (np.diff(gammas) < 1e-12).all() and (np.diff(np.delete(gammas, 8)) < 0).all()
    )  # γ_7 = γ_8
    assert (gammas[0], gammas[7]) == (0.9999, 0.997) and gammas[31] == pytest.approx(0.99)
    assert gammas[3] == pytest.approx((0.9999 + 0.997) / 2)
    assert gammas[1] == pytest.approx(0.997 + 0.0029 / (1 + np.exp(-40 / 6)))
    tail = [1 - np.exp(((23 - k) * np.log(0.003) + k * np.log(0.01)) / 23) for k in range(24)]
    np.testing.assert_allclose(gammas[8:], tail)


def test_as_printed_it_goes_up_and_ends_beyond_its_beginning():
    """.99997 at its end; the first six rise, as far from .9999 as ours are from .997."""
    gammas = discounts_as_printed()
    assert gammas[-1] == pytest.approx(0.99997, abs=1e-9) and gammas[-1] > gammas[0] == 0.9999
    assert (np.diff(gammas[1:7]) > 0).all()
    np.testing.assert_allclose(0.9999 - gammas[1:7], discounts_of_agent57(32)[1:7] - 0.997, rtol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_small_family_has_the_ladder_of_never_give_up(count):
    np.testing.assert_array_equal(discounts_of_agent57(count, 0.98, 0.95, 0.9), discounts_of(count, 0.98, 0.9))


def test_ten_are_the_smallest_family_with_a_ladder_of_its_own():
    gammas = discounts_of_agent57(10, 0.999, 0.99, 0.9)
    np.testing.assert_allclose(gammas[[0, 7, 8, 9]], [0.999, 0.99, 0.99, 0.9])
