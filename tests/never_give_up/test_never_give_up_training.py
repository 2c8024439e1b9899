"""Training from beginning to end, uncompiled, in a maze of five lines: to compile it takes longer."""

import dataclasses
import signal

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.never_give_up.agent import NGUAgent
from course_lib.never_give_up.config import NGUConfig
from course_lib.never_give_up.training import make
from course_lib.never_give_up.values import BONUS, CHANCE, MEMBER
from tests.never_give_up.small_explorers import NGU, eagerly, goes_on_after_a_kill, made, numbers, precision, trained


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a run of four updates."""
    return tmp_path_factory.mktemp("ngu")


@pytest.fixture(scope="module")
def run(folder):
    return trained("ngu", folder / "run")


def test_a_run_measures_what_it_says(run):
    """Evaluations at 0 and 4: in a maze, cells; ten rows first and one for each other update."""
    steps, cells = run.metrics.curve("cells")
    assert steps.tolist() == [0, 4] and (cells >= 1).all() and (cells <= 7).all()
    for name in ("loss", "q", "embedding loss", "distillation loss", "training return"):
        assert np.isfinite(run.metrics.curve(name)[1]).all() and len(run.metrics.curve(name)[0]), name
    assert run.replay.added == 10 + 3 and int(run.learner.optimizer.iterations) == 4
    assert {int(learner.optimizer.iterations) for learner in run.agent.novelty.learners.values()} == {4}


def test_what_is_kept_of_each_row(run):
    """How new it was where it led, 0 where an episode began; who played: world i is played by i modulo 2; the chance of what was done."""
    rows = run.replay.added
    extras, last, first = run.replay.extras[:rows], run.replay.last[:rows], run.replay.first[:rows]
    np.testing.assert_array_equal(extras[..., MEMBER], np.broadcast_to([0, 1, 0], (rows, 3)))
    begins = first[1:10]
    assert begins.sum() > 3 and not extras[:9][begins, BONUS].any()
    assert (extras[:10][~last[:10], BONUS] > 0).mean() > 0.9
    greedy, others = 1 - 0.75 * NGU.epsilon, NGU.epsilon / 4
    epsilons = np.unique(extras[..., CHANCE].round(4))
    assert ((extras[..., CHANCE] > 0) & (extras[..., CHANCE] <= 1)).all() and len(epsilons) >= 2 and greedy > others
    assert run.replay.states.shape[2:] == (2, 4) and run.replay.states.any()


def test_the_chances_kept_are_of_the_epsilon_of_that_update():
    """With ε = .4 from the second update on: .7 or .1; discounts in what is drawn are 1 or 0: each member has its own γ."""
    system = made("ngu", anneal=0)
    with eagerly():
        system.update(1)
        drawn = system.replay.sequences(np.flatnonzero(system.replay.tree.weights), np.ones(1), system.discount)
    np.testing.assert_allclose(np.unique(system.replay.extras[:10, :, CHANCE]), [0.1, 0.7], rtol=1e-6)
    assert set(np.unique(drawn.discounts_tp1).tolist()) == {0, 1}


def test_who_is_examined(run, monkeypatch):
    """The member that explores most for the cells of mazes, elsewhere the one that exploits for what it wins; the agent is left alone."""
    asked, before = [], [run.agent.bonuses.copy(), run.replay.added, np.array(run.agent.novelty.moments)]
    with eagerly():
        one, other = run.evaluate(), run.evaluate()
    assert one == other and set(one) == {"cells"}
    for part, now in zip(
        before, (run.agent.bonuses, run.replay.added, np.array(run.agent.novelty.moments)), strict=True
    ):
        np.testing.assert_array_equal(part, now)
    assert not run.examinee.learning and run.agent.learning

    def played(config, agent, seed, epsilon, measure=None, **frames):
        asked.append((agent.members.tolist(), seed, epsilon, measure, frames))
        return np.array([1.0, 4.0])

    monkeypatch.setattr("course_lib.never_give_up.training.play_episodes", played)
    assert run.evaluate() == {"cells": 2.5}
    assert made("ngu", env="RandomCoin-3").evaluate() == {"return": 2.5}
    assert asked == [([1, 1], [0, 2], 0.01, "cells", {"stack": 1}), ([0, 0], [0, 2], 0.01, None, {"stack": 1})]


def test_the_seed_decides(run):
    """Another one plays other rows; that the same plays the same is held where a run is killed."""
    other = made("ngu", seed=1)
    with eagerly():
        other.update(0)
    assert not np.array_equal(run.replay.frames[:10], other.replay.frames[:10])
    assert not np.array_equal(run.replay.actions[:10], other.replay.actions[:10])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(run, tmp_path):
    """With its replay, its bonus rows, and what was usual: the errors' moments, mean and deviation of observations, all three optimisers."""
    again, unbroken = goes_on_after_a_kill("ngu", tmp_path, run), run
    np.testing.assert_allclose(again.replay.extras, unbroken.replay.extras, rtol=1e-3, atol=1e-4)
    one, other = (system.agent.novelty for system in (again, unbroken))
    np.testing.assert_allclose(one.moments, other.moments, rtol=1e-3)
    for a, b in zip(numbers(one.distillation.variables), numbers(other.distillation.variables), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)


def test_a_folder_holds_the_run_and_refuses_another(run, folder):
    """The model in it plays as the trained one does."""
    loaded = keras.models.load_model(folder / "run" / "model.keras")
    with eagerly():
        agents = [NGUAgent(network, 2, run.agent.novelty, learning=False) for network in (loaded, run.network)]
        one, other = (play_episodes(NGU, agent, 3, measure="cells", stack=1).tolist() for agent in agents)
    assert one == other
    with pytest.raises(ValueError, match="members=2 there and 3 now"):
        trained("ngu", folder / "run", members=3)


@pytest.mark.parametrize(
    "changes",
    [
        {"episodic": False, "retrace": False},
        {"lifelong": False, "rescale": False, "keep_replay": False},
        {"members": 1, "episodic": False, "lifelong": False},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_what_is_left_out_is_not_needed(changes):
    """Without one part or the other, or both; the checkpoint holds what is there."""
    system = made("ngu", **changes)
    with eagerly():
        told = system.update(0)
    assert all(np.isfinite(float(value)) for value in told.values())
    held = system.state
    assert ("distillation" in held) == system.config.lifelong and ("embedding" in held) == system.config.episodic
    assert ("replay" in held) == system.config.keep_replay


def test_half_precision_runs():
    """Pictures by convolutions in bfloat16: finite, near the losses in float32, weights stay float32."""
    with eagerly():
        whole = made("ngu").update(0)
        with precision("mixed_bfloat16"):
            system = made("ngu")
            half = system.update(0)
    assert all(np.isfinite(float(value)) for value in half.values())
    assert float(half["embedding loss"]) == pytest.approx(float(whole["embedding loss"]), rel=0.1)
    assert {variable.dtype for variable in system.network.trainable_variables} == {"float32"}
    assert system.agent.novelty.distillation.predictor.compute_dtype == "bfloat16"


@pytest.mark.slow
def test_the_published_networks_take_an_update():
    """On Montezuma's Revenge, one frame of 84 by 84, 32 members and 18 actions, counted exactly; few worlds and rows.

    The torso has 1 684 128 weights, the LSTM 4 · 512 · (512 + 18 + 1 + 33 + 512 + 1), the heads 513 · 19.
    """
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
        system = make(dataclasses.replace(NGUConfig.paper(), **small))
        before, told = numbers(system.network.trainable_variables), system.update(0)
    system.worlds.close()
    novelty = system.agent.novelty
    convolutions = 64 * 32 + 32 + 32 * 16 * 64 + 64 + 64 * 9 * 64 + 64
    counts = [network.count_params() for network in (system.network, novelty.dynamics, novelty.distillation.predictor)]
    lstm = 4 * 512 * (512 + 18 + 1 + 33 + 512 + 1)
    assert counts == [
        convolutions + (49 * 64 + 1) * 512 + lstm + 513 * 19,
        convolutions + (49 * 64 + 1) * 32 + 65 * 128 + 129 * 18,
        convolutions + (49 * 64 + 1) * 128,
    ]
    assert system.replay.frames.shape == (40, 2, 84, 84, 1) and system.replay.frames.dtype == np.uint8
    assert all(np.isfinite(float(value)) for value in told.values())
    assert all(
        not np.array_equal(a, b)
        for a, b in zip(before, numbers(system.network.trainable_variables), strict=True)
        if a.size > 600
    )
    assert float(told["embedding loss"]) == pytest.approx(np.log(18), rel=0.1)
