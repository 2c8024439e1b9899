import numpy as np
import pytest

from course_lib.deep_rl.advantages import generalized_advantages


def played(seed=0, rows=12, worlds=30):
    """Rewards, discounts, values, values of the next row, ends: as a rollout has them."""
    rng = np.random.default_rng(seed)
    rewards = rng.normal(size=(rows, worlds))
    last = rng.random((rows, worlds)) < 0.25
    discounts = np.where(last & (rng.random((rows, worlds)) < 0.5), 0, 0.9)
    values = rng.normal(size=(rows + 1, worlds))
    return rewards, discounts, values[:-1], values[1:], last


@pytest.mark.parametrize("gae_lambda", [0.0, 0.5, 0.95, 1.0])
def test_advantages_are_sums_of_later_errors(gae_lambda):
    """Σ_k (Π γ λ) δ_{t+k}, up to the end of the episode or of the rollout, row by row."""
    rewards, discounts, values, values_tp1, last = played()
    expected = np.zeros_like(rewards)
    for b in range(rewards.shape[1]):
        for t in range(len(rewards)):
            factor = 1.0
            for k in range(t, len(rewards)):
                expected[t, b] += factor * (rewards[k, b] + discounts[k, b] * values_tp1[k, b] - values[k, b])
                factor *= discounts[k, b] * gae_lambda
                if last[k, b]:
                    break
    np.testing.assert_allclose(generalized_advantages(*played(), gae_lambda), expected, atol=1e-12)


def test_lambda_of_one_takes_returns():
    """A_t + v(s_t) is then what came until the end of the episode, and what stands for the rest, whatever values lie between."""
    rewards, discounts, values, values_tp1, last = played(1)
    returns = np.zeros_like(rewards)
    for b in range(rewards.shape[1]):
        for t in range(len(rewards)):
            factor = 1.0
            for k in range(t, len(rewards)):
                returns[t, b] += factor * rewards[k, b]
                factor *= discounts[k, b]
                if last[k, b] or k == len(rewards) - 1:
                    returns[t, b] += factor * values_tp1[k, b]
                    break
    np.testing.assert_allclose(generalized_advantages(*played(1), 1.0) + values, returns, atol=1e-12)


def test_nothing_of_the_next_episode_comes_in():
    """Whatever follows an end may change; what lies before it does not, cut off or terminated."""
    rewards, discounts, values, values_tp1, last = played(2)
    last[5], changed = True, rewards.copy()
    changed[6:] += 100
    before = generalized_advantages(rewards, discounts, values, values_tp1, last, 0.9)
    after = generalized_advantages(changed, discounts, values, values_tp1, last, 0.9)
    np.testing.assert_array_equal(before[:6], after[:6])
    assert (before[6:] != after[6:]).all()


def test_float32_stays_float32():
    parts = [part.astype(np.float32) for part in played()[:4]]
    assert generalized_advantages(*parts, played()[4], 0.95).dtype == np.float32
