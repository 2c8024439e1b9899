"""Training from beginning to end, in pictures of three lines."""

import dataclasses
import signal

import numpy as np
import pytest
from small_dreams import TINY, eagerly, experience, numbers

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.world_models.agent import DreamerAgent
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.training import make, train
from tests.killed_runs import goes_on_as_if_nothing_had_been, start


def trained(folder=None, config=TINY, **changes):
    """A few updates, uncompiled: to compile them takes longer."""
    with eagerly():
        return train(dataclasses.replace(config, **changes), folder, show_progress=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a run of six updates."""
    return tmp_path_factory.mktemp("run") / "whole"


@pytest.fixture(scope="module")
def run(folder):
    return trained(folder, updates=6)


class Learns:
    """In the place of a learner: notes what it is asked."""

    def __init__(self):
        self.asked = []

    def update(self, drawn, seed):
        self.asked.append((drawn, seed))
        return {"model": np.float32(0)}


def played(updates=6, **changes):
    """A system that plays and learns nothing."""
    made = make(dataclasses.replace(TINY, **changes))
    made.learner = Learns()
    made.dreamer.renew_slow_critic = lambda: made.learner.asked.append("slow")
    return made, [made.update(step) for step in range(updates)]


def test_a_run_measures_what_it_says(run):
    """Evaluations at 0, 2, 4 and 6; losses where they are reported; ten rows to begin with, and two for each other update."""
    steps, returns = run.metrics.curve("return")
    assert steps.tolist() == [0, 2, 4, 6] and (np.abs(returns) <= 1).all()
    for name in ("model", "image", "reward", "discount", "kl", "actor", "critic", "imagined value", "entropy"):
        assert np.isfinite(run.metrics.curve(name)[1]).all() and len(run.metrics.curve(name)[0]) >= 3
    assert (np.abs(run.metrics.curve("training return")[1]) <= 1).all()
    assert run.replay.added == 10 + 5 * 2
    assert [int(optimizer.iterations) for optimizer in run.learner.optimizers.values()] == [6, 6, 6]


def test_the_run_in_a_folder_goes_on_and_refuses_another(run, folder, tmp_path):
    """Three updates and then three more, with the replay of before: the same weights and numbers as six at once."""
    parts = tmp_path / "parts"
    trained(parts, updates=3)
    assert list((parts / "checkpoints").glob("step-3.replay.npz"))
    more = trained(parts, updates=6)
    assert all(map(np.array_equal, numbers(run.dreamer.variables), numbers(more.dreamer.variables)))
    np.testing.assert_array_equal(run.replay.frames, more.replay.frames)
    assert more.replay.added == run.replay.added
    loaded = keras.models.load_model(folder / "model.keras")
    agents = DreamerAgent(loaded, 5, greedy=True), DreamerAgent(run.dreamer, 5, greedy=True)
    one, other = (play_episodes(TINY, agent, 3).tolist() for agent in agents)
    assert one == other
    with pytest.raises(ValueError, match="groups=2 there and 4 now"):
        trained(folder, groups=4)


def test_evaluation_is_greedy_and_by_its_own_numbers(run):
    """The same each time, one episode in each of three worlds; it disturbs nothing that is being played."""
    before = [run.agent.h.numpy(), run.worlds.observations.copy(), run.replay.added]
    first, second = run.evaluate(), run.evaluate()
    assert list(first) == ["return"] and first == second and -1 <= first["return"] <= 1
    assert 3 * first["return"] == pytest.approx(round(3 * first["return"]))
    assert run.examinee.greedy and not run.agent.greedy and run.examinee.count == 3
    for part, now in zip(before, (run.agent.h.numpy(), run.worlds.observations, run.replay.added), strict=True):
        np.testing.assert_array_equal(part, now)


def test_what_is_played_and_learnt_from():
    """Ten random rows first, then two for each update; the slow critic is renewed before every second one."""
    made, told = played()
    assert made.replay.added == 10 + 5 * 2
    asked = ["slow" if part == "slow" else "learn" for part in made.learner.asked]
    assert asked == ["slow", "learn", "learn"] * 3
    drawn, _ = made.learner.asked[-1]
    assert drawn.observations.shape == (4, 2, 16, 16, 1) and drawn.actions.shape == (4, 2)
    seeds = [tuple(part[1]) for part in made.learner.asked if part != "slow"]
    assert len(set(seeds)) == 6
    assert any("training return" in step for step in told)


def test_the_seed_decides_what_is_played():
    one, same, other = (played(4, seed=seed)[0].replay for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.frames, same.frames)
    np.testing.assert_array_equal(one.actions, same.actions)
    assert not np.array_equal(one.actions, other.actions)


def test_worlds_begin_anew_at_checkpoints():
    """As they do when a run goes on; what was under way is cut off in the replay."""
    made, _ = played(7, env="CartPole-v1", rows=1, checkpoint_every=3)
    begun = np.flatnonzero(made.replay.first[: made.replay.added].all(axis=1))
    assert begun.tolist() == [0, 12, 15]
    assert made.replay.last[[11, 14]].all()


def test_rewards_are_squashed_for_the_model_alone():
    """tanh 1 = .76159 in the replay, and 1 in what is told of training."""
    made, told = played(4, squash_rewards=True)
    found = np.unique(np.abs(made.replay.rewards[: made.replay.added]))
    np.testing.assert_allclose(found, [0, np.tanh(1)], rtol=1e-6)
    plain, also_told = played(4)
    assert np.unique(np.abs(plain.replay.rewards[: plain.replay.added])).tolist() == [0, 1]
    assert told == also_told and any(step.get("training return") for step in told)


def test_worlds_of_numbers_are_played_too():
    made, _ = played(3, env="CartPole-v1")
    assert made.worlds.shape == (4,) and made.learner.asked[-1][0].observations.shape == (4, 2, 4)


def test_a_replay_that_is_not_kept_is_filled_anew(tmp_path):
    """With ten rows at random, when the run goes on."""
    folder = tmp_path / "run"
    trained(folder, keep_replay=False, updates=1, evaluate_every=9)
    assert not list((folder / "checkpoints").glob("*.npz"))
    assert trained(folder, keep_replay=False, updates=2, evaluate_every=9).replay.added == 10


@pytest.mark.slow
def test_to_catch_is_learnt_in_dreams():
    """From −.7, which is chance in five columns, to more than 0 with the numbers for a laptop."""
    config = DreamerConfig.laptop()
    made = train(dataclasses.replace(config, evaluate_every=config.updates), show_progress=False)
    _, returns = made.metrics.curve("return")
    assert returns[0] < -0.3 and returns[-1] > 0, returns


@pytest.mark.slow
def test_the_published_networks_take_an_update():
    """On Pong as they see it, one frame of 64 by 64; a small replay, and a part of the batch."""
    small = {"worlds": 2, "replay": 60, "warm_up": 30, "batch_size": 2, "length": 8, "horizon": 5}
    made = make(dataclasses.replace(DreamerConfig.paper(), **small))
    before = numbers(made.dreamer.trainable_variables)
    told = made.update(0)
    made.worlds.close()
    assert made.worlds.shape == (64, 64, 1) and made.replay.frames.dtype == np.uint8
    assert all(np.isfinite(float(value)) for value in told.values())
    assert float(told["entropy"]) == pytest.approx(np.log(6), rel=0.05)
    assert all(not np.array_equal(a, b) for a, b in zip(before, numbers(made.dreamer.trainable_variables), strict=True))


def test_the_published_examinee_sees_what_the_agent_sees(monkeypatch):
    """Evaluation on Atari shows the frames that the networks were made for."""
    made = make(dataclasses.replace(TINY, env="ALE/Pong-v5", evaluate_on=1))
    made.worlds.close()
    seen = []

    def act(observations, first, epsilon, rng):
        seen.append(observations.shape)
        raise StopIteration

    monkeypatch.setattr(made.examinee, "act", act)
    with pytest.raises(StopIteration):
        made.evaluate()
    assert seen == [(1, 64, 64, 1)]


WORDS = (
    "--env PixelCatch-3 --worlds 2 --recurrent-units 8 --hidden 8 --groups 2 --classes 3 --depth 2 --units 8 --layers 1 --horizon 3 "
    "--slow-every 7 --replay 40 --warm-up 10 --rows 2 --batch-size 2 --length 4 --updates 200 --checkpoint-every 10 --evaluate-every 50 "
    "--evaluate-on 3"
)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path):
    """From its last checkpoint, with its replay; in the end its table is that of a run that was left alone."""
    folders, said = goes_on_as_if_nothing_had_been(lambda at: start("dreamer", WORDS, at), tmp_path, 45, 10, 200)
    assert "Done: " in said
    models, shown = [keras.models.load_model(at / "model.keras") for at in folders], experience(1).observations[0]
    np.testing.assert_allclose(models[0](shown), models[1](shown), rtol=1e-4, atol=1e-5)
    features = tf.random.stateless_normal((9, models[0].world.features), [0, 0])
    np.testing.assert_allclose(models[0].actor(features), models[1].actor(features), rtol=1e-4, atol=1e-5)
