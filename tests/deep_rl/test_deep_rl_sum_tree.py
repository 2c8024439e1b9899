import numpy as np
import pytest
from scipy import stats

from course_lib.deep_rl.sum_tree import SumTree


def tree_of(weights):
    tree = SumTree(len(weights))
    tree[np.arange(len(weights))] = weights
    return tree


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 100])
def test_each_is_drawn_in_proportion_to_its_weight(size):
    """Draws one at a time are independent: Pearson's χ² on 20000 of them, at 1 in 10000."""
    rng = np.random.default_rng(size)
    weights = rng.gamma(1.0, size=size) + 0.05
    tree = tree_of(weights)
    drawn = np.concatenate([tree.draw(1, rng) for _ in range(20_000)])
    counts = np.bincount(drawn, minlength=size)
    assert counts.shape == (size,)
    if size > 1:
        assert stats.chisquare(counts, 20_000 * weights / weights.sum()).pvalue > 1e-4


def test_draws_of_a_batch_are_spread_over_the_mass():
    """One from each of 1000 stretches of equal mass: no count is off by more than the two stretches at its borders."""
    rng = np.random.default_rng(0)
    weights = rng.random(50)
    counts = np.bincount(tree_of(weights).draw(1000, rng), minlength=50)
    assert np.abs(counts - 1000 * weights / weights.sum()).max() < 2
    assert counts.sum() == 1000


def test_a_batch_is_drawn_in_proportion_too():
    """Each element of a batch of 4 comes from a stretch of its own, and together they are drawn by their weights."""
    rng, weights = np.random.default_rng(1), np.array([1.0, 2, 3, 4, 5])
    tree = tree_of(weights)
    counts = np.bincount(np.concatenate([tree.draw(4, rng) for _ in range(5000)]), minlength=5)
    np.testing.assert_allclose(counts / 20_000, weights / 15, atol=0.01)


def test_a_point_is_found_where_the_weights_are_laid_side_by_side():
    """Weights 2, 0, 1, 3: 0 … 2 is the first, 2 … 3 the third, 3 … 6 the last one."""
    tree = tree_of([2.0, 0, 1, 3])
    assert tree.find([0, 1.99, 2, 2.5, 3, 5.99]).tolist() == [0, 0, 2, 2, 3, 3]
    assert tree.total == 6


def test_what_has_no_weight_is_never_found():
    """Not even at or beyond the ends of the mass, to which rounding may lead."""
    rng = np.random.default_rng(2)
    for size in (1, 2, 3, 6, 7, 9, 33):
        for _ in range(50):
            weights = rng.random(size) * 10.0 ** rng.integers(-8, 8, size) * (rng.random(size) < 0.4)
            weights[rng.integers(size)] = 1e-3
            tree = tree_of(weights)
            masses = np.concatenate([[0.0, tree.total, np.nextafter(tree.total, 1e99)], np.cumsum(weights)])
            assert (weights[tree.find(masses)] > 0).all()
            assert (weights[tree.draw(20, rng)] > 0).all()


def test_sums_are_those_of_the_weights_after_many_changes():
    """Each node is added anew, so that nothing piles up: exactly the sum of its children, and the total to rounding."""
    rng, tree, weights = np.random.default_rng(3), SumTree(37), np.zeros(37)
    for _ in range(2000):
        indices = rng.integers(37, size=5)
        values = rng.random(5) * 10.0 ** rng.integers(-6, 6, 5)
        tree[indices] = values
        for index, value in zip(indices, values, strict=True):
            weights[index] = value
    np.testing.assert_array_equal(tree.weights, weights)
    assert tree.total == pytest.approx(weights.sum(), rel=1e-14)
    inner = np.arange(1, tree.leaves)
    np.testing.assert_array_equal(tree.sums[inner], tree.sums[2 * inner] + tree.sums[2 * inner + 1])


def test_of_an_index_named_twice_the_last_weight_counts():
    tree = SumTree(3)
    tree[[1, 1, 2, 1]] = [5.0, 7.0, 1.0, 2.0]
    assert tree.weights.tolist() == [0, 2, 1] and tree.total == 3
    assert tree[[2, 1, 1]].tolist() == [1, 2, 2] and tree[0] == 0


def test_it_counts_what_can_be_drawn():
    """Through sets and resets, twice in one call, too."""
    rng, tree = np.random.default_rng(4), SumTree(11)
    for _ in range(300):
        tree[rng.integers(11, size=6)] = rng.random(6) * (rng.random(6) < 0.5)
        assert tree.positive == np.count_nonzero(tree.weights)


def test_one_weight_for_many_and_none_for_nobody():
    tree = SumTree(4)
    tree[[0, 3]] = 0.5
    tree[np.zeros(0, int)] = np.zeros(0)
    tree[2] = 1
    assert tree.weights.tolist() == [0.5, 0, 1, 0.5]


@pytest.mark.parametrize(
    ("indices", "weights", "says"),
    [
        ([0, 3], 1.0, "indices from 0 to 3: there are 0 to 2."),
        ([-1], 1.0, "indices from -1 to -1"),
        ([0], -1e-9, "negative, infinite or no number"),
        ([0, 1], [1.0, np.nan], "negative, infinite or no number"),
        ([0], np.inf, "negative, infinite or no number"),
    ],
)
def test_bad_weights_are_refused_and_nothing_is_changed(indices, weights, says):
    tree = tree_of([1.0, 2, 3])
    with pytest.raises(ValueError) as error:
        tree[indices] = weights
    assert says in str(error.value)
    assert tree.weights.tolist() == [1, 2, 3] and tree.total == 6


def test_nothing_can_be_drawn_of_nothing():
    tree = SumTree(3)
    with pytest.raises(ValueError, match="all weights are 0"):
        tree.draw(1, np.random.default_rng(0))
    tree[1] = 1e-300
    assert tree.draw(3, np.random.default_rng(0)).tolist() == [1, 1, 1]


def test_the_positive_weights_are_counted():
    """Also where an index is named twice, set to what it was, or set back to 0."""
    rng, tree = np.random.default_rng(3), SumTree(37)
    for _ in range(50):
        tree[rng.integers(37, size=9)] = rng.integers(3, size=9)
        assert tree.positive == np.count_nonzero(tree.weights)
    tree[np.arange(37)] = 0.0
    assert tree.positive == 0
