"""The update: what it moves and what it leaves, compiled, in half precision, and on several devices."""

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from small_dreams import TINY, dreamer, eagerly, experience, moved, numbers, precision, tensors

from course_lib import ROOT
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.latents import balanced_kl
from course_lib.world_models.learner import DreamerLearner

NAMES = ["model", "image", "reward", "discount", "kl", "actor", "critic", "imagined value", "entropy"]
NETWORKS = ("world", "actor", "critic", "slow_critic")


def learner(shape=(16, 16, 1), **changes):
    """A `DreamerLearner` of its own."""
    return DreamerLearner(dreamer(dataclasses.replace(TINY, **changes), shape))


def taught(made, updates=1, shown=None):
    """What some updates of the same rows measured, each with draws of its own."""
    shown = shown or experience()
    return [{name: float(value) for name, value in made.update(shown, [k, 7]).items()} for k in range(updates)]


@pytest.fixture(scope="module")
def compiled():
    """A learner after 60 updates, and what they measured."""
    made = learner()
    return made, taught(made, 60)


def test_the_loss_of_the_model_falls(compiled):
    """Of the same rows: by a tenth of what can be learnt; a density of 256 pixels is not below 128 ln 2π, of a reward ½ ln 2π."""
    made, told = compiled
    assert sorted(told[0]) == sorted(NAMES)
    half = np.log(2 * np.pi) / 2
    for name, least in {"model": 257 * half, "image": 256 * half, "reward": half}.items():
        first, last = (np.mean([step[name] for step in part]) - least for part in (told[:5], told[-5:]))
        assert last < 0.9 * first, (name, first, last)
    assert all(np.isfinite(list(step.values())).all() for step in told)
    assert made._compiled.experimental_get_tracing_count() == 1


def test_compiled_or_not_it_is_the_same(compiled):
    """The first update of the same weights: losses before the step by TensorFlow's eager operations, and the step itself."""
    made = learner()
    with eagerly():
        (first,) = taught(made)
    assert first == pytest.approx(compiled[1][0], rel=1e-3, abs=1e-4)


def test_the_losses_are_those_before_the_step():
    """Model's loss of what was shown, behaviour's of a dream from all its states, with draws of its own; a model that stays."""
    made, shown, seed = learner(model_rate=1e-30, decay=0.0), experience(), tf.constant([5, 7])
    right, seen = made.dreamer.world.model_loss(tensors(shown), seed)[1:]
    starts = (
        tf.reshape(seen.h, (8, 8)),
        tf.reshape(seen.z, (8, 6)),
        tf.constant(np.float32(shown.discounts.ravel() > 0)),
    )
    right |= made.dreamer.losses_of_behaviour(*starts, seed + [1, 0])[2]
    with eagerly():
        told = made.update(shown, [5, 7])
    assert set(told) == set(right) == set(NAMES)
    for name in NAMES:
        assert float(told[name]) == pytest.approx(float(right[name]), rel=1e-4, abs=1e-6), name
    assert 0 < float(told["entropy"]) <= np.log(3) + 1e-5


def test_the_seed_decides():
    runs = []
    with eagerly():
        for seed in (7, 7, 8):
            made = learner()
            told = made.update(experience(), [5, seed])
            runs.append([*numbers(made.dreamer.variables), np.array(list(told.values()))])
    same = [[np.array_equal(a, b) for a, b in zip(runs[0], other, strict=True)] for other in runs[1:]]
    assert all(same[0]) and not all(same[1])


@pytest.mark.parametrize("part", ["world", "actor", "critic"])
@pytest.mark.parametrize("mix", [1.0, 0.0])
def test_each_part_is_moved_by_its_own_teacher_alone(part, mix):
    """With a rate of nothing and no decay it stays as it is to the last bit, while the others learn."""
    own = {"world": "model_rate", "actor": "actor_rate", "critic": "critic_rate"}[part]
    made = learner(mix=mix, decay=0.0, **{own: 1e-30})
    before = {name: numbers(getattr(made.dreamer, name).variables) for name in NETWORKS}
    with eagerly():
        taught(made)
    changed = {name: moved(before[name], getattr(made.dreamer, name).variables) for name in NETWORKS}
    for name in ("world", "actor", "critic"):
        assert not any(changed[name]) if name == part else all(changed[name]), name
    assert not any(changed["slow_critic"])


def test_the_slow_critic_is_copied_when_it_is_asked(compiled):
    """Not by any of 60 updates, and it is no optimiser's."""
    made, _ = compiled
    network, trained = made.dreamer, [v.path for o in made.optimizers.values() for v in o.variables]
    fresh = dreamer()
    for now, before in zip(numbers(network.slow_critic.variables), numbers(fresh.slow_critic.variables), strict=True):
        np.testing.assert_array_equal(now, before)
    assert all(moved(numbers(fresh.critic.variables), network.critic.variables))
    assert not any("slow" in path for path in trained)


def test_behaviour_is_learnt_in_a_world_that_stays():
    """The losses of a whole update but for those of the model, whose weights are left."""
    made, other = learner(), learner(model_rate=1e-30, decay=0.0)
    before = {name: numbers(getattr(made.dreamer, name).variables) for name in NETWORKS}
    with eagerly():
        told, right = made.update_behaviour(experience(), [0, 7]), other.update(experience(), [0, 7])
    assert set(NAMES) - set(told) == {"model", "image", "reward", "discount", "kl"}
    for name, value in told.items():
        assert float(value) == pytest.approx(float(right[name]), rel=1e-4, abs=1e-6), name
    changed = {name: moved(before[name], getattr(made.dreamer, name).variables) for name in NETWORKS}
    assert not any(changed["world"] + changed["slow_critic"]) and all(changed["actor"] + changed["critic"])


def test_what_a_checkpoint_needs(compiled):
    """An optimiser for each part, with a step for each update; Adam's numbers are those of the configuration."""
    optimizers = compiled[0].optimizers
    assert sorted(optimizers) == ["actor_optimizer", "critic_optimizer", "world_optimizer"]
    rates = {"world": 3e-3, "actor": 1e-3, "critic": 3e-3}
    for name, rate in rates.items():
        found = optimizers[f"{name}_optimizer"]
        assert int(found.iterations) == 60 and float(found.learning_rate) == pytest.approx(rate)
        assert (found.epsilon, found.global_clipnorm) == (1e-5, 100)
        assert found.weight_decay * rate == pytest.approx(1e-6)


def test_where_an_episode_has_ended_nothing_is_dreamt():
    """All rows terminal: behaviour has no weight at all and stays, while the model learns that they are."""
    made, shown = learner(decay=0.0), experience()
    before = {name: numbers(getattr(made.dreamer, name).variables) for name in NETWORKS}
    with eagerly():
        (told,) = taught(made, shown=shown._replace(discounts=0 * shown.discounts))
    assert told["actor"] == told["critic"] == 0
    assert not any(moved(before["actor"], made.dreamer.actor.variables))
    assert not any(moved(before["critic"], made.dreamer.critic.variables))
    assert all(moved(before["world"], made.dreamer.world.variables))


@pytest.mark.parametrize(
    "changes", [{"latents": "gaussian"}, {"image_gradients": False, "reward_gradients": False}, {"mix": 0.5}]
)
def test_other_kinds_take_updates(changes):
    with eagerly():
        (told,) = taught(learner(**changes))
    assert np.isfinite(list(told.values())).all()


def test_worlds_of_numbers_take_updates():
    with eagerly():
        (told,) = taught(learner((4,)), shown=experience(shape=(4,)))
    assert np.isfinite(list(told.values())).all()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_as_much(policy, compiled):
    """Twenty updates: finite, the model's loss as in float32 within 2 %; weights stay float32."""
    with precision(policy):
        made = learner()
        told = taught(made, 20)
    assert all(np.isfinite(list(step.values())).all() for step in told)
    for optimizer in made.optimizers.values():
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) == (policy == "mixed_float16")
    assert {variable.dtype for variable in made.dreamer.trainable_variables} == {"float32"}
    assert told[-1]["model"] == pytest.approx(compiled[1][19]["model"], rel=0.02)
    assert told[-1]["model"] < told[0]["model"]


def test_a_learner_runs_on_what_was_filled_in_before_it():
    """On the learner's function, which decides what is learnt."""
    calls = []

    def far_apart(posterior_logits, prior_logits, balance):
        calls.append(posterior_logits.shape)
        return 0 * tf.reduce_sum(posterior_logits + prior_logits, axis=(-2, -1)) + 7

    balanced_kl.accept(far_apart)
    try:
        with eagerly():
            told = taught(learner(), 2)
    finally:
        balanced_kl.reset()
    assert calls == [(4, 2, 2, 3)] * 2 and [step["kl"] for step in told] == [7, 7]


SEVERAL = """
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from course_lib.common.quiet import keras, tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from small_dreams import TINY
from course_lib.world_models import training

config = dataclasses.replace(TINY, batch_size=4, clip_norm=0.5, updates=4, evaluate_every=4)
found = []
for strategy in (tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])):
    made = training.train(config, strategy=strategy, show_progress=False)
    alike = True
    for variable in made.dreamer.variables:
        copies = [part.numpy() for part in getattr(variable.value, "values", ())]
        alike = alike and all(np.array_equal(copies[0], copy) for copy in copies)
    moments = [float(tf.reduce_sum(tf.abs(v))) for o in made.learner.optimizers.values() for v in o.variables[2:]]
    found.append([made.metrics.rows, sum(moments), alike, made.learner.strategy.num_replicas_in_sync, len(copies)])
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_devices_learn_as_one(tmp_path):
    """Each draws for itself, so losses are near each other and no more; weights are the same on both, clipped as a whole."""
    environment, here = os.environ | {"PYTHONPATH": str(ROOT)}, str(ROOT / "tests" / "world_models")
    words = [sys.executable, "-c", SEVERAL, here]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    (rows, moments, _, one, _), (other_rows, other_moments, alike, two, copies) = json.loads(done.stdout)
    assert (one, two, copies, alike) == (1, 2, 2, True)
    assert [row[:2] for row in rows] == [row[:2] for row in other_rows]
    assert np.isfinite([row[2] for row in other_rows]).all()
    found, right = ({row[1]: row[2] for row in part} for part in (other_rows, rows))
    for name in ("model", "image", "reward", "discount", "entropy"):
        assert found[name] == pytest.approx(right[name], rel=0.05), name
    assert other_moments == pytest.approx(moments, rel=0.3)
