"""What the chapter exports, and how quickly."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import temporal_difference as td
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [n.removeprefix("temporal_difference.") for n in exercises() if n.startswith("temporal_difference.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in td.__all__:
        assert getattr(td, name) is not None
    assert len(EXERCISES) == 7
    for name in EXERCISES:
        assert isinstance(getattr(td, name), Exercise)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = td.nothing


def test_importing_loads_neither_tensorflow_nor_numba_nor_matplotlib():
    code = "import sys; from course_lib import temporal_difference; print([m for m in ('tensorflow', 'numba', 'matplotlib') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_library_does_not_lend_its_answers():
    walk, uniform = td.random_walk(3), np.full((5, 2), 0.5)
    recorded = td.record_episodes(walk, uniform, 1, 2, 0)
    one = np.ones(2)
    for exercise, siblings in {
        td.td_update: (lambda: td.td_prediction(recorded, np.zeros(5), 0.1),),
        td.lambda_returns: (
            lambda: td.lambda_prediction(recorded, np.zeros(5), 0.1, 0.5),
            lambda: td.forward_increments(np.array([0, 1, 0]), one, one, np.zeros(2), 0.5),
            lambda: td.backward_increments(np.array([0, 1, 0]), one, one, np.zeros(2), 0.5),
        ),
        td.are_corrected_returns: (lambda: td.corrected_returns(one, one, one, one, one),),
        td.sliding_window_ucb: (
            lambda: td.play_window(td.SwitchingBandit.laptop(), 0, 90),
            lambda: td.SlidingWindowBandit(3, 5).choose(),
        ),
    }.items():
        for sibling in siblings:
            with under_check(exercise), pytest.raises(UsesLibraryAnswer):
                sibling()


def test_engines_run_on_an_accepted_answer():
    calls = []

    def counted(rewards_tp1, discounts_tp1, next_action_values, epsilon):
        calls.append(1)
        return rewards_tp1 + discounts_tp1 * next_action_values.max(axis=1)

    td.expected_sarsa_target.accept(counted)
    try:
        td.learn(td.cliff(), "expected_sarsa", episodes=1, runs=2, step_size=0.5, epsilon=0.1, seed=0)
    finally:
        td.expected_sarsa_target.reset()
    assert calls
