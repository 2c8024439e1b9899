import numpy as np
import pytest

from course_lib.never_give_up.counting import dive


@pytest.mark.parametrize("seed", range(3))
def test_a_bonus_that_is_expected_finds_the_treasure_and_no_other_way_does(seed):
    """In a sea of 10 within 150 dives, and then again and again; without bonus, or without optimism, not in 300."""
    found, _ = dive(10, 150, np.random.default_rng(seed))
    assert found.any() and found[found.argmax() :].mean() > 0.2
    for changes in ({"optimism": 0.0}, {"weight": 0.0}, {"weight": 0.0, "epsilon": 0.1}):
        found, _ = dive(10, 300, np.random.default_rng(seed), **changes)
        assert not found.any(), changes


def test_every_dive_visits_a_cell_of_each_line():
    """None above the diagonal can be reached."""
    found, counts = dive(4, 25, np.random.default_rng(0))
    assert found.shape == (25,) and counts.sum(axis=1).tolist() == [25] * 4 and counts[0].tolist() == [25, 0, 0, 0]
    assert not np.triu(counts, 1).any()


def test_in_the_smallest_sea_the_treasure_is_found_at_once():
    """Two steps to the right: the last one is not clipped away."""
    found, _ = dive(2, 12, np.random.default_rng(0))
    assert found[:4].any() and found[-1]
