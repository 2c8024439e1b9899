"""Training of a curious policy, uncompiled, in a sea of four lines."""

import dataclasses
import signal

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.deep_rl.policy_training import Rollout
from course_lib.never_give_up.config import RNDConfig
from course_lib.never_give_up.rnd import BonusScale, two_advantages
from course_lib.never_give_up.rnd_training import make
from tests.never_give_up.small_explorers import RND, eagerly, goes_on_after_a_kill, made, numbers, precision, trained


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a run of four updates."""
    return tmp_path_factory.mktemp("rnd") / "run"


@pytest.fixture(scope="module")
def run(folder):
    return trained("rnd", folder)


class Notes:
    """In the place of the predictor's learner: notes what it is given."""

    def update(self, batch):
        self.given = batch


def rollout(rng):
    """Random rows [5, 3] with ends of both kinds."""
    terminated, last = np.zeros((2, 5, 3), bool)
    terminated[1, 0], last[2, 0] = True, True
    truncated = np.zeros((5, 3), bool)
    truncated[2, 1], last[3, 1] = True, True
    values = rng.normal(size=(6, 3, 2)).astype(np.float32)
    parts = (
        rng.normal(size=(5, 3, 16)),
        rng.integers(2, size=(5, 3)),
        rng.normal(size=(5, 3)),
        values,
        rng.normal(size=(5, 3)),
    )
    given = [part.astype(np.float32) if part.dtype == float else part for part in parts]
    return Rollout(*given, terminated, truncated, last)


def test_what_is_judged():
    """The bonus of where each step led, scaled; twice what is paid and once what is new, then with deviation 1; both values are taught."""
    system, rng = made("rnd"), np.random.default_rng(0)
    system.predictor, given = Notes(), rollout(rng)
    system.worlds.observations = rng.normal(size=(3, 16)).astype(np.float32)
    seen = np.concatenate([given.observations[1:], system.worlds.observations[None]])
    with eagerly():
        decisions = system.judge(given, rng)
        errors = system.distillation(seen.reshape(15, 16)).numpy().reshape(5, 3)
    assert float(system.distillation.count) == 15
    bonuses = BonusScale(3, RND.intrinsic_discount)(errors)
    pay, bonus = two_advantages(
        given.rewards_tp1, bonuses, given.terminated_tp1, given.terminated_tp1 | given.truncated_tp1, given.values, RND
    )
    both, counted = 2 * pay + bonus, ~given.last
    right = (both - both[counted].mean()) / both[counted].std()
    np.testing.assert_allclose(decisions.advantages, right.reshape(-1), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(
        decisions.returns, (np.stack([pay, bonus], -1) + given.values[:-1]).reshape(15, 2), rtol=1e-3, atol=1e-4
    )
    np.testing.assert_array_equal(decisions.counted, counted.reshape(-1))
    assert system.predictor.given.after.shape == (7, 2, 16)  # a half of 15 rows is 7, drawn for each epoch
    for part in np.moveaxis(system.predictor.given.after, 1, 0):
        rows = [np.flatnonzero((seen.reshape(15, 16) == row).all(axis=1)).item() for row in part]
        assert len(set(rows)) == 7 and rows != sorted(rows)


def test_a_run_measures_what_it_says(run):
    """Evaluations at 0 and 4; 15 observations of each update are usual; an optimiser for the policy and one for the predictor."""
    assert run.metrics.curve("return")[0].tolist() == [0, 4] and float(run.distillation.count) == 4 * 15
    for name in ("policy loss", "value loss", "entropy", "training return"):
        assert np.isfinite(run.metrics.curve(name)[1]).all() and len(run.metrics.curve(name)[0])
    assert int(run.learner.optimizer.iterations) == int(run.predictor.optimizer.iterations) == 4 * 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(run, tmp_path):
    """With the scale of the bonus, and what observations usually are."""
    again = goes_on_after_a_kill("rnd", tmp_path, run)
    np.testing.assert_allclose(again.scale.totals, run.scale.totals, rtol=1e-4)
    np.testing.assert_allclose(again.scale.sums, run.scale.sums, rtol=1e-4)
    for a, b in zip(numbers(again.distillation.variables), numbers(run.distillation.variables), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_folder_holds_the_run_and_refuses_another(run, folder):
    loaded, seen = keras.models.load_model(folder / "model.keras"), np.eye(16, dtype=np.float32)
    for one, other in zip(loaded(seen), run.network(seen), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="features=3 there and 5 now"):
        trained("rnd", folder, features=5)


def test_half_precision_runs():
    with eagerly(), precision("mixed_bfloat16"):
        system = made("rnd")
        told = [system.update(step) for step in range(2)]
    assert all(np.isfinite(float(value)) for step in told for value in step.values())
    assert float(system.distillation.count) == 30 and system.network.torso.compute_dtype == "bfloat16"


@pytest.mark.slow
def test_the_published_networks_take_an_update():
    """On Montezuma's Revenge with four frames, of which distillation sees the last; two worlds, and few rows."""
    small = {"worlds": 2, "steps": 4, "minibatches": 1, "epochs": 1, "evaluate_on": 1}
    with eagerly():
        system = make(dataclasses.replace(RNDConfig.paper(), **small))
        before, told = numbers(system.network.trainable_variables), system.update(0)
    system.worlds.close()
    torso = 64 * 32 + 32 + 32 * 16 * 64 + 64 + 64 * 9 * 64 + 64 + (49 * 64 + 1) * 512
    assert system.network.count_params() == torso + 3 * 64 * 32 + 513 * (18 + 2)
    assert system.distillation.predictor.count_params() == system.distillation.target.count_params() == torso
    assert all(np.isfinite(float(value)) for value in told.values())
    assert float(told["entropy"]) == pytest.approx(np.log(18), rel=0.01)
    assert any(
        not np.array_equal(a, b) for a, b in zip(before, numbers(system.network.trainable_variables), strict=True)
    )
