import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import rescale, unscale
from course_lib.never_give_up.retrace import chances, retrace_targets, trace_coefficients
from tests.never_give_up.small_explorers import h, h_inverse

Q, ACTIONS = np.array([[1.0, 2], [3, 1], [0, 4], [2, 2.5]]), np.array([0, 1, 1, 0])
GREEDY = np.eye(2)[Q.argmax(axis=1)]
REWARDS = np.array([1.0, 0, 2, 0])


def column(*parts):
    """Tensors with a batch of one, in float64 but for whole numbers."""
    return [tf.constant(part[:, None], tf.int32 if part.dtype == int else tf.float64) for part in parts]


def test_chances_by_hand():
    """ε = .4 and two actions: .6 + .2 for the greedy one, .2 for the other; each actor may have an ε of its own."""
    found = chances(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([0.4, 0.4, 1.0]), 2)
    np.testing.assert_allclose(found, [0.8, 0.2, 0.5])
    assert chances(np.array([3]), np.array([3]), 0.0, 18).tolist() == [1]
    for epsilon in (0.0, 0.3, 1.0):
        assert sum(chances(np.arange(5), 2, epsilon, 5)) == pytest.approx(1)


def test_traces_by_hand():
    """A greedy π: λ where the greedy action was taken, whatever its chance, and 0 elsewhere; of a soft one λ π / μ, at most λ."""
    taken = chances(ACTIONS, Q.argmax(axis=1), 0.4, 2)
    policy, actions, mu = column(GREEDY, ACTIONS, taken)
    np.testing.assert_allclose(trace_coefficients(policy, actions, mu, 0.95)[:, 0], [0, 0, 0.95, 0])
    policy, actions, mu = column(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([0, 0]), np.array([0.25, 0.4]))
    np.testing.assert_allclose(trace_coefficients(policy, actions, mu, 0.9)[:, 0], [0.9, 0.45])


def errors(values, rewards=REWARDS, discounts=0.9, traces=(0, 0, 0.95, 0)):
    """Targets less values, of rescaled values [T, A], [T − 1]."""
    given = column(values, GREEDY, ACTIONS, rewards, np.full(4, discounts), np.array(traces, float))
    return retrace_targets(*given).numpy()[:, 0] - values[np.arange(3), ACTIONS[:3]]


def test_targets_by_hand():
    """δ = 1 + .9 · 3 − 1 = 2.7; 0 + .9 · 4 − 1 = 2.6; 2 + .9 · 2.5 − 4 = .25; the second goes on with .9 · .95 · .25: 2.81375.

    As values h(q) the same; and where the values themselves are those numbers, 1.93779, 1.52935, −1.37481.
    """
    q = Q[np.arange(3), ACTIONS[:3]]
    targets = errors(h(Q)) + h(Q)[np.arange(3), ACTIONS[:3]]
    np.testing.assert_allclose(h_inverse(targets) - q, [2.7, 2.81375, 0.25], rtol=1e-8)
    np.testing.assert_allclose(errors(Q), [1.93779, 1.52935, -1.37481], atol=5e-6)


def test_without_traces_it_is_one_step_and_without_discount_the_reward():
    values = h(Q)
    taken = values[np.arange(3), ACTIONS[:3]]
    np.testing.assert_allclose(errors(values, traces=(0, 0, 0, 0)) + taken, h(REWARDS[:3] + 0.9 * Q.max(axis=1)[1:]))
    np.testing.assert_allclose(errors(values, discounts=0.0, traces=(1, 1, 1, 1)) + taken, h(REWARDS[:3]), atol=1e-12)


def test_on_policy_with_whole_traces_it_is_the_return_of_all_steps():
    """π = μ, which always does the same, and λ = 1: Σ γ^k r, and behind the last row what that is worth."""
    rng, rows = np.random.default_rng(0), 6
    values, rewards, discounts = rng.normal(size=(rows, 3)), rng.normal(size=rows), np.full(rows, 0.8)
    actions = rng.integers(3, size=rows)
    policy, taken = np.eye(3)[actions], np.ones(rows)
    given = column(values, policy, actions, rewards, discounts)
    traces = trace_coefficients(given[1], given[2], *column(taken), 1.0)
    found = h_inverse(retrace_targets(*given, traces).numpy()[:, 0])
    worth = h_inverse(values)[-1, actions[-1]]
    right = [sum(0.8 ** (s - t) * rewards[s] for s in range(t, 5)) + 0.8 ** (5 - t) * worth for t in range(5)]
    np.testing.assert_allclose(found, right, rtol=1e-7)


def test_a_trace_counts_from_the_next_row_on():
    """That of the row itself changes nothing; that of the next one does."""
    right = errors(h(Q))
    np.testing.assert_array_equal(errors(h(Q), traces=(0.7, 0, 0.95, 0.3)), right)
    assert errors(h(Q), traces=(0, 0.7, 0.95, 0))[0] != right[0]


def test_nothing_flows_through_a_target():
    values, policy, *rest = column(h(Q), GREEDY, ACTIONS, REWARDS, np.full(4, 0.9), np.full(4, 0.95))
    with tf.GradientTape() as tape:
        tape.watch([values, policy])
        total = tf.reduce_sum(retrace_targets(values, policy, *rest))
    assert tape.gradient(total, [values, policy]) == [None, None]


def test_rescaling_there_and_back():
    """In float64 to eleven digits, up to a million; both by their closed forms."""
    x = np.concatenate([-np.logspace(-3, 6, 40), [0], np.logspace(-3, 6, 40)])
    np.testing.assert_allclose(unscale(rescale(tf.constant(x))), x, rtol=2e-11, atol=1e-12)
    np.testing.assert_allclose(rescale(tf.constant(x)), h(x), rtol=1e-12)
    assert float(rescale(tf.constant(3.0, tf.float64))) == pytest.approx(1 + 0.003)
