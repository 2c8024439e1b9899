"""What the chapter exports, and how quickly."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import mdp
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [name.removeprefix("mdp.") for name in exercises() if name.startswith("mdp.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in mdp.__all__:
        assert getattr(mdp, name) is not None
    assert len(EXERCISES) >= 7
    for name in EXERCISES:
        assert isinstance(getattr(mdp, name), Exercise) and getattr(mdp, name).name == f"mdp.{name}"
    with pytest.raises(AttributeError, match="no attribute"):
        _ = mdp.nothing


def test_importing_loads_neither_tensorflow_nor_numba_nor_matplotlib():
    code = "import sys; from course_lib import mdp; print([m for m in ('tensorflow', 'numba', 'matplotlib') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_library_does_not_lend_its_answers():
    made = mdp.random_dense(3, 2, 0.9, 0)
    q = np.zeros((3, 2))
    for exercise, siblings in {
        mdp.policy_iteration: (
            lambda: mdp.solve(made),
            lambda: mdp.policy_iteration_history(made),
            lambda: mdp.optimal_policies_by_brute_force(made),
        ),
        mdp.value_iteration: (lambda: mdp.solve(made), lambda: mdp.optimal_policies_by_brute_force(made)),
        mdp.greedy_actions: (lambda: mdp.all_greedy_actions(q), lambda: mdp.solve(made)),
        mdp.action_values: (lambda: mdp.look_ahead(made, np.zeros(3)), lambda: mdp.bellman_residual(made, np.zeros(3))),
        mdp.evaluation_sweep: (lambda: mdp.evaluate_policy(made, np.zeros(3, int), method="sweeps"),),
    }.items():
        for sibling in siblings:
            with under_check(exercise), pytest.raises(UsesLibraryAnswer):
                sibling()
