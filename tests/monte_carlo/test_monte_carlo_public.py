"""What the chapter exports, and how quickly."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import monte_carlo as mc
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [name.removeprefix("monte_carlo.") for name in exercises() if name.startswith("monte_carlo.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in mc.__all__:
        assert getattr(mc, name) is not None
    assert len(EXERCISES) == 6
    for name in EXERCISES:
        assert isinstance(getattr(mc, name), Exercise) and getattr(mc, name).name == f"monte_carlo.{name}"
    with pytest.raises(AttributeError, match="no attribute"):
        _ = mc.nothing


def test_importing_loads_neither_tensorflow_nor_gymnasium_nor_matplotlib():
    code = "import sys; from course_lib import monte_carlo; print([m for m in ('tensorflow', 'gymnasium', 'matplotlib') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_library_does_not_lend_its_answers():
    rng, either = np.random.default_rng(0), np.full((1, 2), 0.5)
    world = mc.OneState()
    played = mc.play(world, either, 5, rng)
    for exercise, siblings in {
        mc.first_visit_returns: (lambda: mc.predict(world, either, 5, rng),),
        mc.incremental_mean: (lambda: mc.Estimate.empty(1).including(np.array([0]), np.ones(1)),),
        mc.epsilon_greedy: (lambda: mc.epsilon_soft_control(world, 5, rng, epsilon=0.1),),
        mc.control_step: (lambda: mc.epsilon_soft_control(world, 5, rng, epsilon=0.1),),
        mc.weighted_importance_sampling: (
            lambda: mc.running_estimates(played, either, either),
            lambda: mc.importance_ratios(np.ones((1, 1)), np.ones((1, 1))),
            lambda: mc.fractions(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.ones(1), 1.0, "weighted"),
        ),
    }.items():
        for sibling in siblings:
            with under_check(exercise), pytest.raises(UsesLibraryAnswer):
                sibling()


def test_everything_runs_on_an_accepted_answer():
    calls = []

    def counted(name, function):
        return lambda *args: (calls.append(name), function(*args))[1]

    marked = [getattr(mc, name) for name in EXERCISES if name != "agrees_with"]
    for exercise in marked:
        exercise.accept(counted(exercise.__name__, exercise.reference))
    try:
        mc.epsilon_soft_control(mc.Blackjack(), 50, np.random.default_rng(0), epsilon=0.1)
        played = mc.play(mc.OneState(), np.full((1, 2), 0.5), 5, np.random.default_rng(0))
        mc.running_estimates(played, np.full((1, 2), 0.5), np.full((1, 2), 0.5))
    finally:
        for exercise in marked:
            exercise.reset()
    assert set(calls) == {exercise.__name__ for exercise in marked}
