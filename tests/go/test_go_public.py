"""What the chapter exports, what it does not lend, and that its agent runs on what was accepted."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

import course_lib
from course_lib import go
from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [name.removeprefix("go.") for name in exercises() if name.startswith("go.")]
TINY = go.GoConfig(
    size=2, channels=2, blocks=1, hidden=2, policy_channels=1, games=3, simulations=3, workers=1, batch_size=4, window=9
)


def test_every_public_name_is_there_and_exercises_are_exercises():
    assert go.__all__ == [*sorted(set(go.__all__) - set(go._HOMES), key=go.__all__.index), *go._HOMES]
    for name in go.__all__:
        assert getattr(go, name) is not None
    assert len(go.__all__) == len(set(go.__all__)) and len(EXERCISES) >= 11
    for name in EXERCISES:
        if name in go.__all__:
            assert isinstance(getattr(go, name), Exercise)
    assert {"ucb1_scores", "puct_scores", "backup", "visit_policy", "noisy_priors", "zero_loss"} <= set(EXERCISES)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = go.nothing


def test_what_is_loaded_later_is_the_same_object():
    assert go.Search is __import__("course_lib.go.search", fromlist=["Search"]).Search
    assert go.train is __import__("course_lib.go.training", fromlist=["train"]).train


def test_importing_it_loads_the_parts_that_learners_fill_in_alone():
    """A class is graded in a process for each answer, which needs no network."""
    code = "import sys; from course_lib import go; print(*(m for m in sys.modules if m.startswith('course_lib.go.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {f"course_lib.go.{name}" for name in ("mcts", "symmetry", "losses", "gate", "audit", "playouts")} <= set(
        loaded
    )
    later = {f"course_lib.go.{name}" for name in ("networks", "training", "search", "board_widget", "plots", "drawing")}
    assert not later & set(loaded)


def test_the_library_can_train_it():
    assert course_lib.systems()["go"].config is go.GoConfig


def test_the_library_does_not_lend_its_answers():
    """While an answer is checked, whatever would compute it by the library's own is out of reach."""
    boards, rules = go.Boards(TINY.rules, 1), TINY.rules

    def uniform(planes, rows):
        return np.full((len(planes), 5), 0.2), np.zeros(len(planes))

    def searched(noise=False):
        return lambda: go.Search(rules, 1, 4).run(boards, uniform, noise=noise)

    lent = {
        go.ucb1_scores: (
            lambda: go.Search(rules, 1, 4).run_playouts(boards),
            lambda: go.UCTPlayer(rules, 3).moves(boards),
        ),
        go.puct_scores: (searched(), lambda: go.ZeroPlayer(uniform, rules, 3).moves(boards)),
        go.backup: (searched(), lambda: go.Search(rules, 1, 4).run_playouts(boards)),
        go.noisy_priors: (searched(noise=True),),
        go.visit_policy: (lambda: go.UCTPlayer(rules, 3).moves(boards),),
        go.is_own_eye: (lambda: go.Search(rules, 1, 4).run_playouts(boards),),
        go.undo_symmetry: (searched(),),
        go.apply_symmetry: (searched(),),
        go.zero_loss: (lambda: go.make(TINY).learner.update,),
        go.win_rate_bounds: (lambda: go.Match(1.0, 2, 0.5, 0.5, np.zeros(2), 1, []).bounds(),),
    }
    for exercise, siblings in lent.items():
        for sibling in siblings:
            with under_check(exercise), pytest.raises(UsesLibraryAnswer):
                sibling()


def test_an_agent_made_after_filling_in_runs_on_the_accepted_answers():
    """A loss is traced once; marked formulas of the search show in what is played."""
    traced = []

    def own_loss(logits, values, policies, outcomes):
        traced.append("here")
        return tf.reduce_mean(tf.square(values - outcomes)) + 0.0 * tf.reduce_sum(logits)

    def first_of_all(visits, temperature):
        policy = np.zeros(len(visits))
        policy[np.argmax(visits > 0)] = 1.0
        return policy

    go.zero_loss.accept(own_loss)
    go.visit_policy.accept(first_of_all)
    try:
        made = go.make(dataclasses.replace(TINY, simulations=8, noise=0.0))
        while made.replay.positions < TINY.batch_size:
            made.self_play.step()
        batch = made.replay.sample(TINY.batch_size, np.random.default_rng(0))
        made.learner.update(*batch)
        made.learner.update(*batch)
    finally:
        go.zero_loss.reset()
        go.visit_policy.reset()
    assert len(traced) == 1
    for policies in made.replay.policies:
        assert (np.sort(policies, axis=1)[:, -1] == 1).all() and (policies.sum(axis=1) == 1).all()
