import numpy as np
import pytest

from course_lib import mdp
from course_lib.mdp.tensorflow_backup import batched_bellman_backup, batched_value_iteration


def batch(dtype):
    worlds = [mdp.random_dense(12, 3, discount, seed) for seed, discount in enumerate((0.0, 0.5, 0.95))]
    stacked = [np.stack([getattr(w, name) for w in worlds]).astype(dtype) for name in ("transitions", "rewards")]
    return worlds, (*stacked, np.array([w.discount for w in worlds], dtype))


@pytest.mark.parametrize(("dtype", "accuracy"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_backup_is_the_best_look_ahead_of_each_mdp(dtype, accuracy):
    worlds, arrays = batch(dtype)
    values = np.random.default_rng(0).normal(size=(3, 12)).astype(dtype)
    backup = batched_bellman_backup(*arrays, values)
    assert backup.dtype == dtype
    expected = [mdp.look_ahead(w, v).max(axis=1) for w, v in zip(worlds, values, strict=True)]
    np.testing.assert_allclose(backup, expected, atol=accuracy)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-3)])
def test_value_iteration_is_as_exact_as_it_claims(dtype, tolerance):
    worlds, arrays = batch(dtype)
    values, bounds, sweeps = batched_value_iteration(*arrays, tolerance, 1000)
    assert values.dtype == dtype and bounds.numpy().max() <= tolerance and sweeps.numpy() < 100
    expected = [mdp.policy_iteration(w.transitions, w.rewards, w.discount, np.zeros(12, int))[1] for w in worlds]
    assert np.abs(values - np.array(expected)).max() <= tolerance + 1e-12


def test_value_iteration_stops_at_its_limit_and_needs_one_sweep_without_discount():
    _, (transitions, rewards, discounts) = batch(np.float64)
    assert batched_value_iteration(transitions, rewards, discounts, 1e-9, 3).sweeps.numpy() == 3
    solution = batched_value_iteration(transitions, rewards, 0 * discounts, 1e-9, 100)
    assert solution.sweeps.numpy() == 1
    np.testing.assert_array_equal(solution.values, rewards.max(axis=2))
