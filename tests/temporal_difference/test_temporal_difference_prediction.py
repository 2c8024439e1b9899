import numpy as np
import pytest

from course_lib import temporal_difference as td

WALK, UNIFORM = td.random_walk(5), np.full((7, 2), 0.5)
TRUTH = np.arange(1, 6) / 6
START = np.array([0, 0.5, 0.5, 0.5, 0.5, 0.5, 0])


def test_first_episode_of_td_changes_the_last_state_only():
    """The book asks it after figure 6.2: only v(A) or v(E) changes, by α · 0.5."""
    recorded = td.record_episodes(WALK, UNIFORM, 1, 30, 0)
    change = td.td_prediction(recorded, START, 0.1)[1] - START
    last = np.where(recorded[0].states[-1] == 0, 1, 5)
    expected = np.zeros((30, 7))
    expected[np.arange(30), last] = np.where(last == 1, -0.05, 0.05)
    np.testing.assert_allclose(change, expected, atol=1e-12)


def test_lambda_prediction_by_hand_at_both_ends():
    recorded = td.record_episodes(WALK, UNIFORM, 3, 20, 1)
    monte_carlo = np.tile(START, (20, 1))
    for states, _, rewards, _ in recorded:
        for n in range(20):
            for t in np.flatnonzero((states[:-1, n] > 0) & (states[:-1, n] < 6)):
                monte_carlo[n, states[t, n]] += 0.1 * (rewards[:, n].sum() - monte_carlo[n, states[t, n]])
    got = td.lambda_prediction(recorded, START, 0.1, 1.0)
    assert got.shape == (4, 20, 7)
    np.testing.assert_allclose(got[-1], monte_carlo)
    wide = td.lambda_prediction(recorded, START, np.array([0.1, 0.3]), 1.0)
    np.testing.assert_allclose(wide[:, :, 0], got)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_td_beats_monte_carlo_on_the_walk(seed):
    recorded = td.record_episodes(WALK, UNIFORM, 100, 60, seed)

    def error(values):
        return td.root_mean_square_error(values[..., 1:-1], TRUTH).mean(axis=0)

    best_td = min((error(td.td_prediction(recorded, START, a)) for a in (0.05, 0.1, 0.15)), key=np.mean)
    best_mc = min((error(td.lambda_prediction(recorded, START, a, 1.0)) for a in (0.01, 0.02, 0.03, 0.04)), key=np.mean)
    difference = best_mc - best_td
    assert difference.mean() > 4 * difference.std() / np.sqrt(60) > 0


def test_batch_solutions_of_the_books_eight_episodes():
    """Example 6.4: A, 0, B, 0 once; B, 1 six times; B, 0 once. v(B) = 3/4; v(A) is 3/4 for TD and 0 for Monte Carlo."""
    a, b, end = 0, 1, 2
    batch = [
        td.Experience(np.array([[a], [b], [end]]), np.zeros((2, 1), int), np.zeros((2, 1)), np.array([[1.0], [0.0]]))
    ]
    for reward in [1.0] * 6 + [0.0]:
        batch.append(
            td.Experience(np.array([[b], [end]]), np.zeros((1, 1), int), np.full((1, 1), reward), np.zeros((1, 1)))
        )
    np.testing.assert_allclose(td.batch_td(batch, 3), [[0.75, 0.75, 0]])
    np.testing.assert_allclose(td.batch_monte_carlo(batch, 3), [[0, 0.75, 0]])


def test_repeated_td_updates_converge_to_the_certainty_equivalent():
    recorded = td.record_episodes(WALK, UNIFORM, 8, 4, 3)
    values = np.zeros((4, 7))
    for _ in range(1500):  # all increments of the batch from the same values, with a small step
        total = np.zeros_like(values)
        for states, _, rewards, discounts in recorded:
            for t in range(len(rewards)):
                total += td.td_update(values, states[t], rewards[t], discounts[t], states[t + 1], 0.03) - values
        values = values + total
    np.testing.assert_allclose(values, td.batch_td(recorded, 7), atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_batch_td_beats_batch_monte_carlo(seed):
    recorded = td.record_episodes(WALK, UNIFORM, 30, 100, seed)
    td_error, mc_error = (
        td.root_mean_square_error(batch(recorded, 7)[:, 1:-1], TRUTH) for batch in (td.batch_td, td.batch_monte_carlo)
    )
    difference = mc_error - td_error
    assert difference.mean() > 4 * difference.std() / np.sqrt(100)


def literal_n_step(experience, run, n, step_size, values):
    """The book's box, line by line, for one episode."""
    states, rewards = experience.states[:, run], experience.rewards_tp1[:, run]
    length = int(np.argmax(experience.discounts_tp1[:, run] == 0)) + 1
    t, tau, values = 0, -1, values.copy()
    while tau != length - 1:
        tau = t - n + 1
        if tau >= 0:
            target = rewards[tau : min(tau + n, length)].sum()
            if tau + n < length:
                target += values[states[tau + n]]
            values[states[tau]] += step_size * (target - values[states[tau]])
        t += 1
    return values


def test_the_compiled_n_step_loop_is_the_books():
    walk = td.random_walk(19, -1.0, 1.0)
    truth = np.append(np.append(0, np.arange(-9, 10) / 10), 0)
    recorded = td.record_episodes(walk, np.full((21, 2), 0.5), 2, 3, 0)
    got = td.n_step_sweep(recorded, (1, 3, 1000), (0.2, 0.5), truth)
    for run in range(3):
        for i, n in enumerate((1, 3, 1000)):
            for j, step_size in enumerate((0.2, 0.5)):
                values, errors = np.zeros(21), []
                for episode in recorded:
                    values = literal_n_step(episode, run, n, step_size, values)
                    errors.append(np.sqrt(np.mean((values[1:-1] - truth[1:-1]) ** 2)))
                assert got[run, i, j] == pytest.approx(np.mean(errors))


def test_one_step_of_the_sweep_is_td_0():
    walk = td.random_walk(19, -1.0, 1.0)
    truth = np.append(np.append(0, np.arange(-9, 10) / 10), 0)
    recorded = td.record_episodes(walk, np.full((21, 2), 0.5), 3, 5, 1)
    history = td.td_prediction(recorded, np.zeros(21), 0.4)
    expected = td.root_mean_square_error(history[1:, :, 1:-1], truth[1:-1]).mean(axis=0)
    np.testing.assert_allclose(td.n_step_sweep(recorded, (1,), (0.4,), truth)[:, 0, 0], expected)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_error_is_u_shaped_in_n_and_in_lambda(seed):
    walk = td.random_walk(19, -1.0, 1.0)
    truth = np.append(np.append(0, np.arange(-9, 10) / 10), 0)
    recorded = td.record_episodes(walk, np.full((21, 2), 0.5), 10, 60, seed)
    sizes = np.arange(1, 11) / 10
    sweep = td.n_step_sweep(recorded, (1, 4, 256), sizes, truth)
    one, four, many = (sweep[:, i, sweep[:, i].mean(axis=0).argmin()] for i in range(3))
    for worse in (one, many):
        assert (worse - four).mean() > 4 * (worse - four).std() / np.sqrt(60)
    curves = []
    for lambda_ in (0.0, 0.8, 1.0):
        history = td.lambda_prediction(recorded, np.zeros(21), sizes[:7], lambda_)
        errors = td.root_mean_square_error(history[1:, ..., 1:-1], truth[1:-1]).mean(axis=0)
        curves.append(errors[:, errors.mean(axis=0).argmin()])
    for worse in (curves[0], curves[2]):
        assert (worse - curves[1]).mean() > 4 * (worse - curves[1]).std() / np.sqrt(60)
