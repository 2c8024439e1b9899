"""Training by replay from beginning to end, in worlds of a few steps; what is learnt is held against exact values."""

import dataclasses
import signal

import numpy as np
import pytest

from course_lib import mdp
from course_lib.common.quiet import keras
from course_lib.deep_rl import environment
from course_lib.deep_rl.config import RecurrentConfig, ValueConfig
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.value_agent import ValueAgent
from course_lib.deep_rl.value_training import make, train
from course_lib.deep_rl.worlds import Table
from tests.killed_runs import goes_on_as_if_nothing_had_been, start

TINY = ValueConfig(
    worlds=3, hidden=8, n_step=2, alpha=0.6, replay=60, warm_up=20, rows=2, batches=2, batch_size=8, target_every=3, anneal=10,
    updates=12, evaluate_every=6, evaluate_on=2, checkpoint_every=5,
)  # fmt: skip
MEMORY = RecurrentConfig(**dataclasses.asdict(TINY) | {
    "env": "TMaze-2", "recurrent": True, "burn_in": 1, "unroll": 4, "ladder": True, "epsilon": 0.4, "rescale": True,
})  # fmt: skip


def trained(folder=None, config=TINY, **changes):
    return train(dataclasses.replace(config, **changes), folder, show_progress=False)


@pytest.fixture(scope="module")
def run():
    return trained()


def weights(made):
    return [variable.numpy() for variable in made.network.variables]


def test_a_run_measures_what_it_says(run):
    """Evaluations at 0, 6 and 12; losses where they are reported; the replay as full as it can be."""
    steps, returns = run.metrics.curve("return")
    assert steps.tolist() == [0, 6, 12] and (returns >= 8).all()
    assert np.isfinite(run.metrics.curve("loss")[1]).all() and len(run.metrics.curve("q")[0]) == len(
        run.metrics.curve("loss")[0]
    )
    assert run.replay.added == 20 + 11 * 2 and run.metrics.curve("training return")[1].min() >= 8
    assert int(run.learner.optimizer.iterations) == 12 * 2


def test_the_seed_decides(run):
    again, other = trained(), trained(seed=1, updates=6)
    assert again.metrics.rows == run.metrics.rows != other.metrics.rows
    assert all(map(np.array_equal, weights(again), weights(run)))


def test_the_target_network_is_a_copy_now_and_then():
    """Of the beginning, and then of every third update."""
    made, copies = make(TINY), []
    for step in range(7):
        before = weights(made)
        made.update(step)
        copied = all(map(np.array_equal, [v.numpy() for v in made.target.variables], before))
        copies.append(copied)
    assert copies == [True, False, False, True, False, False, True]


def test_exploring_gets_less():
    """From 1 to ε over the updates that it takes; with a ladder each world keeps its own."""
    made = make(dataclasses.replace(TINY, epsilon=0.1, anneal=10))
    assert [made.epsilons(step) for step in (0, 5, 10, 99)] == pytest.approx([1, 0.55, 0.1, 0.1])
    np.testing.assert_allclose(make(MEMORY).epsilons(7), 0.4 ** np.array([1, 4.5, 8]))


def test_rewards_are_clipped_for_the_learner_alone(monkeypatch):
    """What is told of training is the score; a table that pays 5 and −3."""
    model = mdp.TabularMDP(np.full((2, 2, 2), 0.5), np.array([[5.0, -3], [5, -3]]), 0.9)
    monkeypatch.setitem(environment.OWN, "Pays", lambda count, limit: Table(count, model, limit=limit))
    for clip, kept in ((True, {-1, 0, 1}), (False, {-3, 0, 5})):
        made = make(dataclasses.replace(TINY, env="Pays-6", clip_rewards=clip))
        told = [made.update(step).get("training return", 0) for step in range(6)]
        assert set(made.replay.rewards[: made.replay.added].ravel().tolist()) == kept
        assert max(map(abs, told)) > 6


def test_worlds_begin_anew_at_checkpoints():
    """As they do when a run goes on; what was under way is cut off in the replay."""
    made = make(dataclasses.replace(TINY, checkpoint_every=2, rows=1, env="Garnet-4"))
    for step in range(6):
        made.update(step)
    begun = np.flatnonzero(made.replay.first[: made.replay.added].all(axis=1))
    assert begun.tolist() == [0, 21, 23]
    assert made.replay.last[[20, 22]].all() and made.replay.truncated[[19, 21]].all()


@pytest.mark.parametrize(
    "changes", [{}, {"alpha": 0.0, "double": False, "dueling": False, "clip_errors": 1.0}, {"rescale": True}]
)
def test_every_rung_takes_updates(changes):
    assert np.isfinite(trained(**changes, updates=2, evaluate_every=2).metrics.curve("loss")[1]).all()


def test_memory_is_trained_too():
    """Sequences with stored states, or from zeros, which makes other losses."""
    one, other = (trained(config=MEMORY, updates=4, stored_state=stored) for stored in (True, False))
    losses = [made.metrics.curve("loss")[1] for made in (one, other)]
    assert np.isfinite(losses).all() and not np.allclose(*losses, rtol=1e-3)
    assert one.replay.states.any() and one.replay.states.shape[2:] == (2, 8)


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_holds_the_run_and_refuses_another(kept, tmp_path):
    """It goes on where it was, with the replay or with a new one; the model in it plays as the trained one does."""
    folder, config = tmp_path / "run", dataclasses.replace(TINY, keep_replay=kept, beta=1.0, decay=1.0)
    trained(folder, config, updates=5)
    assert bool(list((folder / "checkpoints").glob("*.replay.npz"))) == kept
    more = trained(folder, config, updates=10)
    assert more.metrics.curve("return")[0].tolist() == [0, 5, 6, 10]
    assert more.replay.added == (20 + 9 * 2 if kept else 20 + 4 * 2)
    whole = trained(config=config, updates=10)
    assert all(map(np.array_equal, weights(whole), weights(more))) == kept
    loaded = keras.models.load_model(folder / "model.keras")
    agents = [ValueAgent(network, 5) for network in (loaded, more.network)]
    one, other = (play_episodes(config, agent, 3).tolist() for agent in agents)
    assert one == other
    with pytest.raises(ValueError, match="n_step=2 there and 3 now"):
        trained(folder, config, n_step=3)


def test_exact_values_are_learnt(monkeypatch):
    """A random MDP of 6 states, of which episodes are cut off: all 18 values of the best policy within 3 % of the largest.

    Truncation is not the end there, so a target without a value behind it would be far too small.
    """
    model = mdp.garnet(6, 3, 2, 0.8, seed=1)
    model = dataclasses.replace(model, rewards=np.random.default_rng(0).normal(size=(6, 3)))
    truth = mdp.solve(model)
    q = model.rewards + model.discount * (model.to_dense().transitions @ truth.values)
    monkeypatch.setitem(environment.OWN, "Exact", lambda count, limit: Table(count, model, limit=limit))
    made = trained(
        env="Exact-10", worlds=16, hidden=32, n_step=1, alpha=0.0, discount=0.8, epsilon=1.0, replay=1000, warm_up=200, rows=4, batches=8,
        batch_size=128, learning_rate=2e-3, target_every=5, updates=400, evaluate_every=400, checkpoint_every=400,
    )  # fmt: skip
    found = made.network(np.eye(6, dtype=np.float32)).numpy()
    assert np.abs(found - q).max() < 0.03 * np.abs(q).max(), (found, q)
    assert np.ptp(q) > 0.5 * np.abs(q).max()  # values that differ: to know their mean would not do


@pytest.mark.slow
def test_a_maze_is_learnt_with_memory_and_not_without():
    """A corridor of 3: who remembers the light gets nearly 1; who does not can do no better than 0, but for luck in 200 episodes."""
    config = dataclasses.replace(RecurrentConfig.laptop(), env="TMaze-3", hidden=16, updates=300, evaluate_every=300)
    found = [trained(config=config, recurrent=recurrent).metrics.last()["return"] for recurrent in (True, False)]
    assert found[0] > 0.7 and found[1] < 0.3, found


@pytest.mark.slow
@pytest.mark.parametrize("config", [ValueConfig.paper(), RecurrentConfig.paper()], ids=["DQN", "R2D2"])
def test_the_published_networks_take_an_update(config):
    """On Pong, with 512 units; fewer worlds and a small replay, and of R2D2 a part of its batch."""
    small = {"worlds": 2, "replay": 200, "warm_up": 160, "rows": 1, "batches": 1, "evaluate_on": 1, "updates": 1}
    small |= {"batch_size": 2} if config.recurrent else {}
    made = make(dataclasses.replace(config, **small))
    before = weights(made)
    losses = made.update(0)
    made.worlds.close()
    assert made.replay.frames.dtype == np.uint8 and made.network.hidden == 512
    assert np.isfinite(float(losses["loss"])) and float(losses["loss"]) > 0
    assert all(not np.array_equal(a, b) for a, b in zip(before, weights(made), strict=True) if b.size > 10)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
@pytest.mark.parametrize("system, own", [("dqn", "--alpha 0.6"), ("r2d2", "--env TMaze-2 --burn-in 1 --unroll 4")])
def test_a_killed_run_goes_on_as_if_nothing_had_been(system, own, tmp_path):
    """From its last checkpoint, with its replay; in the end its table is that of a run that was left alone.

    It takes some seconds: 400 updates with a checkpoint every 10.
    """
    words = (
        f"{own} --worlds 2 --hidden 8 --n-step 3 --replay 100 --warm-up 20 --rows 2 --batches 2 --batch-size 8 --updates 400 "
        "--checkpoint-every 10 --evaluate-every 50 --evaluate-on 4"
    )
    folders, said = goes_on_as_if_nothing_had_been(lambda at: start(system, words, at), tmp_path, 45, 10, 400)
    assert "Done: " in said
    seen = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    models = [keras.models.load_model(folder / "model.keras") for folder in folders]
    np.testing.assert_allclose(models[0](seen), models[1](seen), rtol=1e-4, atol=1e-5)
