"""Training from beginning to end, uncompiled, in two rooms of three columns: to compile it takes longer."""

import dataclasses
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from course_lib import ROOT
from course_lib.agent57.config import LADDER, Agent57Config
from course_lib.agent57.networks import SplitQNetwork
from course_lib.agent57.training import make
from course_lib.common.quiet import keras
from course_lib.deep_rl.config import rung
from course_lib.deep_rl.networks import QNetwork
from course_lib.never_give_up.values import MEMBER
from tests.never_give_up.small_explorers import (
    AGENT57,
    eagerly,
    goes_on_after_a_kill,
    made,
    numbers,
    precision,
    trained,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a run of four updates."""
    return tmp_path_factory.mktemp("agent57") / "run"


@pytest.fixture(scope="module")
def run(folder):
    return trained("agent57", folder)


def test_returns_are_added_where_the_settings_say_so():
    with eagerly():
        system = made("agent57", add_returns=True)
        told = system.update(0)
    assert system.network.add_returns and system.target.add_returns and np.isfinite(float(told["loss"]))


def test_a_run_measures_what_it_says(run):
    """Evaluations at 0 and 4 and who was examined; shares of who plays; losses of both networks, each with its optimiser."""
    assert run.metrics.curve("return")[0].tolist() == run.metrics.curve("examined")[0].tolist() == [0, 4]
    assert set(run.metrics.curve("examined")[1]) <= {0, 1, 2} and run.metrics.curve("examined")[1][0] == 0
    for name in ("loss", "q", "intrinsic q", "extrinsic loss", "intrinsic loss", "embedding loss", "distillation loss"):
        assert np.isfinite(run.metrics.curve(name)[1]).all() and len(run.metrics.curve(name)[0]), name
    shares = [run.metrics.curve(f"member {j}")[1] for j in range(3)]
    np.testing.assert_allclose(np.sum(shares, axis=0), 1, rtol=1e-6)
    assert [int(optimizer.iterations) for optimizer in run.learner.optimizers] == [4, 4]
    assert {"optimizer0", "optimizer1", "controller", "replay", "model", "target", "novelty"} <= set(run.state)
    assert run.replay.states.shape[2:] == (2, 8)


def test_members_are_chosen_where_an_episode_begins_and_noted_where_it_ends():
    """In rooms whose episodes are cut off after 18 steps: everyone once, in order; what is noted is what was paid without a discount."""
    system = made("agent57", bandit_epsilon=0.0, bandit_window=9, rows=44, warm_up=44, replay=60)
    with eagerly():
        system.update(0)
    rows = system.replay
    members, first, last = (part[:44] for part in (rows.extras[..., MEMBER], rows.first, rows.last))
    for actor in range(3):
        begins = np.flatnonzero(first[:, actor])
        changed = np.flatnonzero(np.diff(members[:, actor]) != 0) + 1
        assert len(begins) >= 3 and set(changed) <= set(begins)
        log = system.controller.logs[actor]
        played = [int(members[row, actor]) for row in np.flatnonzero(last[:, actor])]
        done = log.members.tolist()
        assert members[begins[:3], actor].tolist() == [0, 1, 2] and done[: len(played)] == played
        ends = np.flatnonzero(last[:, actor])
        starts = [0, *(ends[:-1] + 1)]
        returns = [rows.rewards[start:end, actor].sum() for start, end in zip(starts, ends, strict=True)]
        np.testing.assert_allclose(log.returns[: len(returns)], returns)
    assert len(system.controller.all.members) == min(sum(len(log.members) for log in system.controller.logs), 7)


def test_without_a_bandit_it_is_always_the_same_member(monkeypatch):
    """World i is played by i modulo 3, and the member that exploits is examined."""
    system, asked = made("agent57", bandit=False), []
    with eagerly():
        system.update(0)
    assert (system.replay.extras[:10, :, MEMBER] == np.arange(3)).all()
    monkeypatch.setattr(system, "examine", lambda member: asked.append(member) or np.array([0.5, 0.0]))
    assert system.evaluate() == {"return": 0.25, "examined": 0}
    system = made("agent57")
    monkeypatch.setattr(system, "examine", lambda member: asked.append(member) or np.array([1.0]))
    for member, result in ((0, 0.0), (2, 1.0), (1, 0.5)):
        system.controller.note(0, member, result)
    assert system.evaluate() == {"return": 1, "examined": 2} and asked == [0, 2]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(run, tmp_path):
    """With its replay, and with all that the bandit has written down."""
    again = goes_on_after_a_kill("agent57", tmp_path, run)
    np.testing.assert_array_equal(again.replay.extras[..., MEMBER], run.replay.extras[..., MEMBER])
    for name, part in run.controller.pack().items():
        np.testing.assert_allclose(again.controller.pack()[name], part, rtol=1e-6)


def test_a_folder_holds_the_run_and_refuses_another(run, folder):
    """The model in the folder computes the same."""
    loaded, seen = keras.models.load_model(folder / "model.keras"), np.eye(7, dtype=np.float32)
    with eagerly():
        np.testing.assert_array_equal(loaded(seen), run.network(seen))
    assert isinstance(loaded, SplitQNetwork)
    with pytest.raises(ValueError, match="split=True there and False now"):
        trained("agent57", folder, split=False)


@pytest.mark.parametrize("name", ["R2D2", "Never Give Up"])
def test_the_lower_rungs_take_an_update(name):
    """R2D2 without any bonus, and one network for both rewards."""
    config = rung(dataclasses.replace(AGENT57, warm_up=20, replay=60), LADDER, name)
    with eagerly():
        system = make(config)
        told = system.update(0)
    assert all(np.isfinite(float(value)) for value in told.values())
    assert isinstance(system.network, SplitQNetwork if config.split else QNetwork)
    assert len(system.learner.optimizers) == 1 + config.split
    assert ("intrinsic loss" in told) == config.split and config.members == (1 if name == "R2D2" else 4)


def test_half_precision_runs():
    with eagerly(), precision("mixed_bfloat16"):
        system = made("agent57")
        told = system.update(0)
    assert all(np.isfinite(float(value)) for value in told.values())
    assert {variable.dtype for variable in system.network.trainable_variables} == {"float32"}
    assert system.network.intrinsic.torso.compute_dtype == "bfloat16"


SEVERAL = """
import contextlib, dataclasses, json
import numpy as np
from course_lib.common.quiet import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from course_lib.deep_rl.policy_losses import Decisions
from tests.never_give_up.small_explorers import KINDS, eagerly, sequences

rng = np.random.default_rng(0)
rows = [rng.normal(size=(6, 16)), rng.integers(2, size=6), *rng.normal(size=(2, 6)), rng.normal(size=(6, 2)), np.ones(6)]
decisions = Decisions(*(part[:, None].astype(np.int32 if part.dtype == int else np.float32) for part in rows))
found, strategies = {}, [tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])]
for name in ("agent57", "rnd"):
    training, config = KINDS[name]
    config, sums = dataclasses.replace(config, clip_norm=0.05), []
    for strategy in strategies:
        system = training.make(config, strategy)
        with eagerly() if not sums else contextlib.nullcontext():  # to gather what replicas have found it has to be compiled
            if name == "rnd":
                told, numbers = system.learner.update(decisions)
                optimizers = system.learner.optimizers
            else:
                batch = sequences(config, 8, count=4, actions=4, size=7)
                system.agent.novelty.distillation.take_in(batch.observations.reshape(-1, 7))
                batch = type(batch)(*(part[:, None] for part in batch))
                told, numbers = system.learner.update(batch)
                told |= system.agent.novelty.learn(batch)
                optimizers = [*system.learner.optimizers, *(one.optimizer for one in system.agent.novelty.learners.values())]
        moments = [float(tf.reduce_sum(tf.abs(variable))) for one in optimizers for variable in one.variables[2:]]
        told = {key: float(value) for key, value in told.items()}
        sums.append([told, moments, numbers.numpy().tolist(), system.learner.strategy.num_replicas_in_sync])
    found[name] = sums
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_devices_learn_the_same_as_one(tmp_path):
    """Both values of Agent57, embedding and distillation, and distillation alone: what is measured, all moments, all priorities."""
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name, (one, two) in json.loads(done.stdout.splitlines()[-1]).items():
        assert (one[3], two[3]) == (1, 2), name
        assert two[0] == pytest.approx(one[0], rel=1e-2, abs=1e-4), name
        np.testing.assert_allclose(two[1], one[1], rtol=0.02, atol=1e-6, err_msg=name)
        np.testing.assert_allclose(two[2], one[2], rtol=0.02, atol=1e-5, err_msg=name)


@pytest.mark.slow
def test_the_published_networks_take_an_update():
    """On Montezuma's Revenge: two networks of 3.9 million weights each, counted exactly, with an optimiser each; few worlds and rows."""
    small = {
        "worlds": 2,
        "replay": 40,
        "warm_up": 14,
        "rows": 1,
        "batches": 1,
        "batch_size": 1,
        "burn_in": 2,
        "unroll": 4,
        "memory": 9,
        "evaluate_on": 1,
    }
    with eagerly():
        system = make(dataclasses.replace(Agent57Config.paper(), **small))
        parts = system.network.extrinsic, system.network.intrinsic
        before, told = [numbers(part.trainable_variables) for part in parts], system.update(0)
    system.worlds.close()
    torso = 64 * 32 + 32 + 32 * 16 * 64 + 64 + 64 * 9 * 64 + 64 + (49 * 64 + 1) * 512
    lstm = 4 * 512 * (512 + 18 + 1 + 33 + 512 + 1)
    assert [part.count_params() for part in parts] == [torso + lstm + 513 * 19] * 2
    assert system.replay.states.shape[-1] == 1024 and system.network.context == 33
    assert all(np.isfinite(float(value)) for value in told.values())
    for part, old in zip(parts, before, strict=True):
        changed = [
            not np.array_equal(a, b)
            for a, b in zip(old, numbers(part.trainable_variables), strict=True)
            if a.size > 600
        ]
        assert all(changed)
