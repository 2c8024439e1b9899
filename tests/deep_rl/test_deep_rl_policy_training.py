"""Training of policies on what they play, from rollouts to a pole that is held up."""

import dataclasses
import signal

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.config import POLICY_LADDER, PolicyConfig, rung
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.policy_agent import PolicyAgent
from course_lib.deep_rl.policy_losses import Decisions
from course_lib.deep_rl.policy_training import Rollout, decisions_of, make, minibatches, train
from tests.killed_runs import goes_on_as_if_nothing_had_been, start

TINY = PolicyConfig(
    worlds=4,
    hidden=8,
    steps=16,
    epochs=2,
    minibatches=2,
    updates=12,
    evaluate_every=6,
    evaluate_on=3,
    checkpoint_every=5,
)


def trained(folder=None, **changes):
    return train(dataclasses.replace(TINY, **changes), folder, show_progress=False)


@pytest.fixture(scope="module")
def run():
    return trained()


def weights(made):
    return [variable.numpy() for variable in made.network.variables]


def begun(config=TINY):
    """A system that has played its first update."""
    made = make(config)
    made.update(0)
    return made


def test_a_run_measures_what_it_says(run):
    steps, returns = run.metrics.curve("return")
    assert steps.tolist() == [0, 6, 12] and (returns >= 8).all()
    for name in ("policy loss", "value loss", "entropy", "clipped", "training return"):
        assert np.isfinite(run.metrics.curve(name)[1]).all()
    assert 0 < run.metrics.last()["entropy"] <= np.log(2) + 1e-6
    assert int(run.learner.optimizer.iterations) == 12 * 4


def test_the_seed_decides(run):
    again, other = trained(), trained(seed=1, updates=6)
    assert again.metrics.rows == run.metrics.rows != other.metrics.rows
    assert all(map(np.array_equal, weights(again), weights(run)))


def test_a_rollout_holds_what_was_played():
    """Rows follow each other, also from one rollout to the next; what was done has the probability that is noted."""
    made = begun()
    first, second = (made.play(np.random.default_rng(k)) for k in range(2))
    for rollout in (first, second):
        logits, values = made.network(rollout.observations.reshape(-1, 4))
        log = tf.nn.log_softmax(logits).numpy().reshape(16, 4, 2)
        chosen = np.take_along_axis(log, rollout.actions[..., None], axis=2)[..., 0]
        np.testing.assert_allclose(rollout.log_probabilities, chosen, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(rollout.values[:-1], values.numpy().reshape(16, 4), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(first.values[-1], second.values[0])
    joined = [
        np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("terminated_tp1", "truncated_tp1", "last", "rewards_tp1")
    ]
    ended = joined[0] | joined[1]
    np.testing.assert_array_equal(joined[2][1:], ended[:-1])
    assert ended.sum() > 3
    assert (joined[3] == ~joined[2]).all()  # a step is worth 1, and the one that only begins anew nothing


def test_actions_are_drawn_by_the_policy():
    """20000 draws against the probabilities; the evaluation takes the most probable one."""
    made, rng = begun(), np.random.default_rng(0)
    log = np.log(np.tile([0.1, 0.6, 0.3], (20_000, 1)))
    counts = np.bincount(made.agent.draw(log, rng), minlength=3) / 20_000
    np.testing.assert_allclose(counts, [0.1, 0.6, 0.3], atol=0.015)
    seen = rng.normal(size=(4, 4)).astype(np.float32)
    best = made.network(seen)[0].numpy().argmax(axis=1)
    np.testing.assert_array_equal(made.agent.act(seen, None, 0.0, rng), best)


def rollout(seed=0, rows=20, worlds=5):
    """A random one, with ends of both kinds and last rows behind them."""
    rng = np.random.default_rng(seed)
    last = np.zeros((rows, worlds), bool)
    terminated, truncated = rng.random((2, rows, worlds)) < 0.12
    for row in range(rows):
        if row:
            last[row] = terminated[row - 1] | truncated[row - 1]
        terminated[row], truncated[row] = terminated[row] & ~last[row], truncated[row] & ~terminated[row] & ~last[row]
    parts = rng.normal(size=(rows, worlds, 3)), rng.integers(2, size=(rows, worlds)), -rng.random((rows, worlds))
    values, rewards = rng.normal(size=(rows + 1, worlds)), np.where(last, 0, rng.normal(size=(rows, worlds)))
    return Rollout(*parts, values.astype(np.float32), rewards.astype(np.float32), terminated, truncated, last)


@pytest.mark.parametrize("name", POLICY_LADDER)
def test_what_a_rollout_teaches_on_each_rung(name):
    """Advantages of mean 0 and deviation 1 over what counts, returns with the values; last rows and open episodes left out."""
    config, played = rung(TINY, POLICY_LADDER, name), rollout()
    found = decisions_of(played, config)
    shape = played.actions.shape
    advantages, returns, counted = (part.reshape(shape) for part in (found.advantages, found.returns, found.counted))
    expected, expected_counted = np.zeros(shape), np.zeros(shape)
    values = played.values.astype(float) * config.baseline
    ended = played.terminated_tp1 | played.truncated_tp1
    for b in range(shape[1]):
        for t in range(shape[0]):
            factor = 1.0
            for k in range(t, shape[0]):
                follows = config.discount * values[k + 1, b] * (not played.terminated_tp1[k, b])
                expected[t, b] += factor * (played.rewards_tp1[k, b] + follows - values[k, b])
                factor *= config.discount * config.gae_lambda
                if ended[k, b]:
                    break
            expected_counted[t, b] = not played.last[t, b] and (not config.whole_episodes or ended[t:, b].any())
    np.testing.assert_array_equal(counted, expected_counted)
    np.testing.assert_allclose(returns, expected + values[:-1], rtol=1e-4, atol=1e-4)
    inside = expected[expected_counted > 0]
    shift = inside.mean() if config.baseline else 0
    kept = expected_counted > 0
    np.testing.assert_allclose(advantages[kept], (inside - shift) / inside.std(), rtol=1e-3, atol=1e-4)
    assert 0 < expected_counted.sum() < (~played.last).sum() or not config.whole_episodes
    np.testing.assert_array_equal(found.observations, played.observations.reshape(-1, 3))
    np.testing.assert_array_equal(found.actions, played.actions.reshape(-1))


def test_every_decision_is_in_one_minibatch_of_each_epoch():
    """In another order each time, and all its parts together."""
    numbers = np.arange(64)
    parts = Decisions(np.stack([numbers, -numbers], axis=1), *(numbers + k for k in range(5)))
    shared = minibatches(parts, dataclasses.replace(TINY, epochs=3, minibatches=4), np.random.default_rng(0))
    assert shared.observations.shape == (16, 12, 2) and shared.actions.shape == (16, 12)
    orders = [shared.actions[:, 4 * epoch : 4 * epoch + 4].ravel() for epoch in range(3)]
    assert all(sorted(order) == numbers.tolist() for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    np.testing.assert_array_equal(shared.observations[..., 0], shared.actions)
    np.testing.assert_array_equal(shared.counted, shared.actions + 4)


@pytest.mark.parametrize("name", ["REINFORCE", "baseline", "A2C"])
def test_other_rungs_take_updates(name):
    config = dataclasses.replace(rung(TINY, POLICY_LADDER, name), updates=2, evaluate_every=2)
    made = train(config, show_progress=False)
    assert np.isfinite(made.metrics.curve("policy loss")[1]).all() and int(made.learner.optimizer.iterations) == 2


def test_the_learning_rate_falls_over_the_run(run):
    """To a hundredth of what it was."""
    assert float(run.learner.optimizer.learning_rate) == pytest.approx(1e-5, rel=1e-3)
    assert float(make(TINY).learner.optimizer.learning_rate) == pytest.approx(1e-3, rel=1e-3)


def test_a_folder_holds_the_run_and_refuses_another(tmp_path):
    """It goes on where it was; the model in it plays as the trained one does."""
    folder = tmp_path / "run"
    trained(folder, updates=5, learning_rate=0.0)
    more = trained(folder, updates=10, learning_rate=0.0)
    assert more.metrics.curve("return")[0].tolist() == [0, 5, 6, 10]
    loaded = keras.models.load_model(folder / "model.keras")
    one, other = (play_episodes(TINY, PolicyAgent(network, 5), 3).tolist() for network in (loaded, more.network))
    assert one == other
    with pytest.raises(ValueError, match="steps=16 there and 32 now"):
        trained(folder, learning_rate=0.0, steps=32)


@pytest.mark.slow
def test_ppo_learns_to_balance():
    """From about ten steps to more than 150 of 500, in 30 updates of 1024 steps."""
    config = dataclasses.replace(PolicyConfig.laptop(), updates=30, evaluate_every=30)
    _, returns = train(config, show_progress=False).metrics.curve("return")
    assert returns[0] < 60 and returns[-1] > 150, returns


@pytest.mark.slow
def test_the_published_network_takes_an_update():
    """On Pong, with its eight actors and fewer rows."""
    made = make(dataclasses.replace(PolicyConfig.paper(), steps=8, epochs=1))
    before = weights(made)
    losses = made.update(0)
    made.worlds.close()
    assert made.network.hidden == 512 and made.worlds.count == 8
    assert all(np.isfinite(float(value)) for value in losses.values())
    assert float(losses["entropy"]) == pytest.approx(np.log(6), rel=0.01)
    assert any(not np.array_equal(a, b) for a, b in zip(before, weights(made), strict=True))


def command(folder):
    """A run of some seconds, 400 updates with a checkpoint every 10."""
    words = "--worlds 4 --hidden 8 --steps 16 --epochs 2 --minibatches 2 --updates 400 --checkpoint-every 10 --evaluate-every 50"
    return start("ppo", words + " --evaluate-on 4", folder)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path):
    """From its last checkpoint; in the end its table is that of a run that was left alone, and its network the same."""
    folders, said = goes_on_as_if_nothing_had_been(command, tmp_path, 45, 10, 400)
    assert "Done: " in said
    seen = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    models = [keras.models.load_model(folder / "model.keras") for folder in folders]
    np.testing.assert_allclose(models[0](seen)[0], models[1](seen)[0], rtol=1e-4, atol=1e-5)
