import numpy as np

from course_lib.never_give_up.bonus import intrinsic_rewards


def test_two_errors_by_hand():
    """Of 1 and 3 the mean is 2 and the deviation 1: α = 1 − 1 = 0, which counts as 1, and 1 + 1 = 2."""
    rewards, count, mean, squares = intrinsic_rewards(np.array([0.5, 0.25]), np.array([1.0, 3.0]), 0, 0.0, 0.0, 5)
    np.testing.assert_allclose(rewards, [0.5, 0.5])
    assert (count, mean, squares) == (2, 2, 2)


def test_the_moments_are_those_of_all_errors():
    """Of four batches of several sizes, with mean and deviation by NumPy over everything until then."""
    rng, moments, seen = np.random.default_rng(0), (0, 0.0, 0.0), []
    for size in (1, 5, 2, 7):
        errors = rng.normal(3, 2, size)
        seen += errors.tolist()
        rewards, *moments = intrinsic_rewards(np.full(size, 2.0), errors, *moments, 1.5)
        spread = np.std(seen)
        alpha = 1 + (errors - np.mean(seen)) / spread if spread else np.ones(size)
        np.testing.assert_allclose(rewards, 2 * np.clip(alpha, 1, 1.5))
    np.testing.assert_allclose(moments, [15, np.mean(seen), 15 * np.var(seen)])
    assert (np.array(seen) > np.mean(seen) + 0.5 * np.std(seen)).any()  # some were cut off at L


def test_nothing_is_taken_away_and_at_most_five_times_as_much_given():
    """One error of 1000 among a hundred zeros is ten deviations from the mean."""
    errors = np.append(np.zeros(100), 1000.0)
    rewards, *_ = intrinsic_rewards(np.ones(101), errors, 0, 0.0, 0.0, 5)
    assert rewards.tolist() == [1] * 100 + [5]


def test_where_all_errors_are_alike_nothing_is_unusual():
    """Without a division by a deviation of 0; and what is not new in the episode is worth nothing anyway."""
    rewards, *moments = intrinsic_rewards(np.array([0.3, 0.0]), np.full(2, 7.0), 0, 0.0, 0.0, 5)
    assert rewards.tolist() == [0.3, 0] and moments == [2, 7, 0]
    assert intrinsic_rewards(np.zeros(1), np.array([99.0]), *moments, 5)[0].tolist() == [0]
