"""What the chapter exports, what it does not lend, and that its agent runs on what was accepted."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import predictron
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron import PredictronConfig
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [name.removeprefix("predictron.") for name in exercises() if name.startswith("predictron.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in predictron.__all__:
        assert getattr(predictron, name) is not None
    assert len(EXERCISES) == 7
    for name in EXERCISES:
        assert isinstance(getattr(predictron, name), Exercise)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = predictron.nothing


def test_importing_it_loads_the_parts_that_learners_fill_in_alone():
    """A class is graded in a process for each answer, which needs no network."""
    code = "import sys; from course_lib import predictron; print([m for m in sys.modules if m.startswith('course_lib.predictron.')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "returns" in printed and "networks" not in printed and "training" not in printed


def test_the_library_does_not_lend_its_answers():
    halves, values = tf.fill([2, 1, 1], 0.5), tf.ones([3, 1, 1])
    model = predictron.make(PredictronConfig(size=4, depth=1, channels=2)).model
    inputs = np.zeros((1, 4, 4, 1), np.float32)
    for exercise, siblings in {
        predictron.lambda_weights: (
            lambda: predictron.depth_used(halves, halves),
            lambda: model.explain(inputs),
        ),
        predictron.preturns: (
            lambda: predictron.supervised_losses(values[0], halves, halves, halves, values),
            lambda: predictron.consistency_loss(halves, halves, halves, values),
        ),
        predictron.lambda_preturn: (lambda: model(inputs),),
    }.items():
        for sibling in siblings:
            with under_check(exercise), pytest.raises(UsesLibraryAnswer):
                sibling()


def test_a_model_made_after_filling_in_runs_on_the_accepted_answer():
    traced = []

    def of_both_ends(rewards, discounts, lambdas, values):
        traced.append("here")
        return (1 - lambdas[0]) * values[0] + lambdas[0] * values[-1]

    predictron.lambda_preturn.accept(of_both_ends)
    try:
        made = predictron.make(PredictronConfig(size=4, depth=1, channels=2))
        batch = predictron.fresh_batch(made.task, 8)
        made.learner.explain(batch.inputs)
        made.learner.update(*batch)
    finally:
        predictron.lambda_preturn.reset()
    before = len(traced)
    assert before >= 3  # the model when it is made, the prediction, the update
    made.learner.update(*batch)
    assert len(traced) == before  # compiled already, so not traced again
