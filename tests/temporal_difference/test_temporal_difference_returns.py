import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import mdp
from course_lib import temporal_difference as td
from course_lib.temporal_difference.checks import mixture_of_n_step_returns


def sequence(seed, length=7, ends=True):
    rng = np.random.default_rng(seed)
    discounts = rng.uniform(0.5, 1.0, length)
    if ends:
        discounts[-1] = 0.0
    return rng.normal(size=length), discounts, rng.normal(size=length)


def test_by_hand():
    # r = (2, 4), γ = (1/2, 1), v = (8, 6). One step: 2 + 4, 4 + 6. Two: 2 + (4 + 6)/2 = 7, and 10 again past the end.
    given = np.array([2.0, 4.0]), np.array([0.5, 1.0]), np.array([8.0, 6.0])
    assert td.n_step_returns(*given, 1).tolist() == [6, 10]
    assert td.n_step_returns(*given, 2).tolist() == td.n_step_returns(*given, 50).tolist() == [7, 10]
    # λ = 1/4: 3/4 · 6 + 1/4 · 7
    assert td.lambda_returns(*given, 0.25).tolist() == [6.25, 10]


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_lambda_returns_are_mixtures(seed, lambda_):
    rewards, discounts, values = sequence(seed, ends=seed % 2 == 0)
    expected = mixture_of_n_step_returns(rewards, discounts, values, lambda_)
    np.testing.assert_allclose(td.lambda_returns(rewards, discounts, values, lambda_), expected)


@pytest.mark.parametrize("seed", range(3))
def test_limits(seed):
    rewards, discounts, values = sequence(seed)
    one_step = rewards + discounts * values
    np.testing.assert_allclose(td.lambda_returns(rewards, discounts, values, 0.0), one_step)
    np.testing.assert_allclose(td.n_step_returns(rewards, discounts, values, 1), one_step)
    rest = [mdp.discounted_return(rewards[t:], 0.9) for t in range(7)]  # chapter 1's return is that of Monte Carlo
    steady = np.where(np.arange(7) < 6, 0.9, 0.0)
    np.testing.assert_allclose(td.lambda_returns(rewards, steady, values, 1.0), rest)
    for n in (7, 8, 100):
        np.testing.assert_allclose(td.n_step_returns(rewards, steady, values, n), rest)


def test_many_at_once():
    parts = [sequence(seed) for seed in range(4)]
    stacked = [np.stack(part, axis=1) for part in zip(*parts, strict=True)]
    for function, parameter in ((td.lambda_returns, 0.7), (td.n_step_returns, 3)):
        got = function(*stacked, parameter)
        for n, part in enumerate(parts):
            np.testing.assert_allclose(got[:, n], function(*part, parameter))


def test_a_return_looks_ahead():
    with pytest.raises(ValueError, match="at least one step"):
        td.n_step_returns(*sequence(0), 0)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_forward_and_backward_view_agree(seed, lambda_):
    """TD(λ) with traces is the offline λ-return, in sum, whether or not the episode ended, and with revisits."""
    rng = np.random.default_rng(seed)
    rewards, discounts, _ = sequence(seed, 12, ends=seed % 2 == 0)
    given = rng.integers(4, size=13), rewards, discounts, rng.normal(size=4), lambda_
    np.testing.assert_allclose(td.forward_increments(*given), td.backward_increments(*given), atol=1e-10)


def test_traces_by_hand():
    # States 0, 1, 0; r = (1, 1), γ = (1/2, 0), v = 0, λ = 1/2. Errors are 1 and 1.
    # At the second step the trace of state 0 has decayed to 1/4: increments 1 + 1/4 and 1.
    got = td.backward_increments(np.array([0, 1, 0]), np.ones(2), np.array([0.5, 0.0]), np.zeros(2), 0.5)
    assert got.tolist() == [1.25, 1.0]
