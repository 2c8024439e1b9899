"""Explorers as small as can be and what they are shown, for the tests of this folder and of tests/agent57."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys

import numpy as np

from course_lib import ROOT
from course_lib.agent57 import training as agent57_training
from course_lib.agent57.config import Agent57Config
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.acting import CompiledOnce
from course_lib.deep_rl.replay import Sequences
from course_lib.never_give_up import rnd_training
from course_lib.never_give_up import training as ngu_training
from course_lib.never_give_up.config import NGUConfig, RNDConfig
from course_lib.never_give_up.values import EXTRAS

SMALL = {
    "worlds": 3, "hidden": 4, "n_step": 1, "recurrent": True, "burn_in": 1, "unroll": 4, "rescale": True, "epsilon": 0.4, "alpha": 0.6,
    "members": 2, "embedding": 3, "features": 3, "memory": 9, "novelty_rows": 2, "replay": 40, "warm_up": 10, "rows": 1, "batches": 1,
    "batch_size": 4, "target_every": 2, "updates": 4, "evaluate_every": 4, "evaluate_on": 2, "checkpoint_every": 2,
}  # fmt: skip
NGU = NGUConfig(env="DiscoMaze-5", discount=0.97, lowest_discount=0.8, bonus_weight=0.5, **SMALL)
AGENT57 = Agent57Config(env="KeyDoor-3", bandit_window=4, evaluator_window=7, **SMALL | {"members": 3})
RND = RNDConfig(
    env="DeepSea-4", worlds=3, hidden=4, steps=5, epochs=2, minibatches=1, features=3, novelty_share=0.5, updates=4, evaluate_every=4,
    evaluate_on=1, checkpoint_every=2,
)  # fmt: skip
SYSTEMS = {"ngu": ngu_training.NGUSystem, "agent57": agent57_training.Agent57System, "rnd": rnd_training.RNDSystem}
KINDS = {"ngu": (ngu_training, NGU), "agent57": (agent57_training, AGENT57), "rnd": (rnd_training, RND)}


def numbers(variables):
    """Their values."""
    return [variable.numpy() for variable in variables]


@contextlib.contextmanager
def eagerly():
    """Within it, nothing is traced or compiled: for what is asked only a few times."""
    compiled = CompiledOnce.__call__
    CompiledOnce.__call__ = lambda self, *seen: self.function.python_function(*map(tf.constant, seen))
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
        CompiledOnce.__call__ = compiled


@contextlib.contextmanager
def precision(policy):
    """Within it, models are made with another Keras dtype policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def sequences_at_first(config):
    """Whole windows in the replay when learning begins."""
    return config.worlds * (1 + (config.warm_up - config.window) // config.stride)


def made(name, **changes):
    """A system that has played nothing yet."""
    training, config = KINDS[name]
    return training.make(dataclasses.replace(config, **changes))


def trained(name, folder=None, **changes):
    """A system after its updates."""
    training, config = KINDS[name]
    with eagerly():
        return training.train(dataclasses.replace(config, **changes), folder, show_progress=False)


def sequences(config, states, seed=0, count=5, actions=3, size=3, bonuses=1.0):
    """Random `Sequences` [B, T, …] as arrays, with both kinds of ends in them and members that change with the episode.

    Args:
      config: has `window` and `members`.
      states: H of the stored ones.
      seed: of the numbers.
      count: B.
      actions: A.
      size: numbers of an observation.
      bonuses: what r^i is multiplied by.
    """
    rng, rows = np.random.default_rng(seed), config.window
    last = rng.random((count, rows)) < 0.25
    last[:, 1:] &= ~last[:, :-1]
    first = np.concatenate([rng.random((count, 1)) < 0.3, last[:, :-1]], axis=1)
    last &= ~first
    ends = np.concatenate([last[:, 1:], np.zeros((count, 1), bool)], axis=1)
    rewards, bonus = rng.normal(size=(2, count, rows))
    done = rng.integers(actions, size=(count, rows), dtype=np.int32)
    member = rng.integers(config.members, size=(count, rows))
    for t in range(1, rows):
        member[:, t] = np.where(first[:, t], member[:, t], member[:, t - 1])
    extras = np.stack([bonuses * np.abs(bonus), member, rng.uniform(0.1, 1, (count, rows))], axis=-1).astype(np.float32)

    def before(part):
        known = first.reshape(*first.shape, *[1] * (part.ndim - 2))
        return np.where(known, 0, np.roll(part, 1, axis=1)).astype(part.dtype)

    rewards = rewards.astype(np.float32)
    assert extras.shape[-1] == EXTRAS
    return Sequences(
        observations=rng.normal(size=(count, rows, size)).astype(np.float32), last_actions=before(done), last_rewards=before(rewards),
        actions=done, rewards_tp1=rewards, discounts_tp1=np.where(ends & (rng.random((count, rows)) < 0.5), 0, 1).astype(np.float32),
        first=first, last=last, states=rng.normal(size=(count, 2, states)).astype(np.float32),
        weights=(rng.random(count) + 0.5).astype(np.float32), extras=extras, last_extras=before(extras),
    )  # fmt: skip


def h(x, e=1e-3):
    """Pohlen et al. 2018, in float64."""
    x = np.asarray(x, float)
    return np.sign(x) * (np.sqrt(np.abs(x) + 1) - 1) + e * x


def h_inverse(x, e=1e-3):
    """Its inverse: sign(x) (((√(1 + 4ε(|x| + 1 + ε)) − 1) / 2ε)² − 1)."""
    x = np.asarray(x, float)
    return np.sign(x) * (((np.sqrt(1 + 4 * e * (np.abs(x) + 1 + e)) - 1) / (2 * e)) ** 2 - 1)


def retraced(values, best, batch, k, t, rewards, discounts, decay):
    """G of one row in the units of returns, by the sum of Munos et al. 2016, term by term.

    Args:
      values: h⁻¹ of the target network's, [T, A].
      best: what π does in each row, [T].
      batch: `Sequences` as arrays, of which the k-th is looked at.
      k, t: which row.
      rewards, discounts: of the rows, [T].
      decay: λ.
    """
    total, factor = values[t, batch.actions[k, t]], 1.0
    for s in range(t, len(values) - 1):
        if s > t:
            goes_on = not batch.last[k, s] and batch.actions[k, s] == best[s]
            factor *= discounts[s - 1] * decay * goes_on * min(1.0, 1 / batch.extras[k, s, 2])
        total += factor * (rewards[s] + discounts[s] * values[s + 1, best[s + 1]] - values[s, batch.actions[k, s]])
    return total


KILLED = """
import dataclasses, os, signal, sys
from course_lib.common import devices
devices.set_up("float32", threads=1)
from tests.never_give_up.small_explorers import KINDS, SYSTEMS, eagerly

name, folder, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
system, (training, config) = SYSTEMS[name], KINDS[name]
update = system.update

def dies(self, step):
    told = update(self, step)
    if step == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return told

system.update = dies
with eagerly():
    training.train(config, folder, show_progress=False)
"""


def goes_on_after_a_kill(name, folder, unbroken, at=2):
    """Kill a run in the middle of an update, in a process of its own, and go on with it here; compare table and weights in the end.

    Args:
      name: of `KINDS`.
      folder: for the run.
      unbroken: the system after a run that was left alone.
      at: the update that is the last one of the run that is killed; its last checkpoint is an earlier one.

    Returns:
      The system that was killed and went on.
    """
    killed = folder / "killed"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, name, str(killed), str(at)], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    last = int(tf.train.latest_checkpoint(killed / "checkpoints").rpartition("-")[2])
    assert 0 < last <= at and not (killed / "model.keras").exists()
    again = trained(name, killed)
    assert [row[:2] for row in again.metrics.rows] == [row[:2] for row in unbroken.metrics.rows]
    found, right = ([row[2] for row in system.metrics.rows] for system in (again, unbroken))
    np.testing.assert_allclose(found, right, rtol=1e-4, atol=1e-5)
    for one, other in zip(again.network.variables, unbroken.network.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)
    return again
