"""What the chapter exports, what it does not lend, and that its agents run on what was accepted."""

import functools
import pathlib

import numpy as np
import pytest

from course_lib import never_give_up
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.value_losses import time_major
from course_lib.never_give_up.distillation import Distillation
from course_lib.never_give_up.embedding import InverseDynamics
from course_lib.never_give_up.novelty import Novelty
from course_lib.never_give_up.values import NGULoss
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check
from tests.never_give_up.small_explorers import NGU, eagerly, sequences

EXERCISES = [name.removeprefix("never_give_up.") for name in exercises() if name.startswith("never_give_up.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in never_give_up.__all__:
        assert getattr(never_give_up, name) is not None
    assert len(EXERCISES) == 7 and set(EXERCISES) <= set(never_give_up.__all__)
    for name in EXERCISES:
        assert isinstance(getattr(never_give_up, name), Exercise)
    assert len(set(never_give_up.__all__)) == len(never_give_up.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = never_give_up.nothing


def test_every_room_is_in_the_plan():
    """The docstring names each module but for the checks, and none that is not there."""
    told = never_give_up.__doc__.partition(":\n  ")[2].splitlines()
    named = {name.strip() for line in told for name in line.strip().partition("  ")[0].split(",")} - {""}
    there = {file.stem for file in pathlib.Path(never_give_up.__file__).parent.glob("*.py")}
    assert named == there - {"__init__", "checks"}


def test_the_library_does_not_lend_its_answers():
    """Neither in what is built of them."""
    novelty, batch = Novelty((3,), 3, NGU), sequences(NGU, 4)
    memory, seen = novelty.memory(3), np.ones((3, 3), np.float32)
    dynamics, values = InverseDynamics((3,), 3, 2, 4), tf.zeros((*batch.first.T.shape, 3))
    dynamics.build()
    loss = NGULoss(None, None, NGU)

    def bonuses():
        return novelty.bonuses(memory, seen, np.zeros(3, bool), learning=True)

    with eagerly():
        for name, sibling in {
            "neighbour_similarities": bonuses,
            "episodic_bonus": bonuses,
            "intrinsic_rewards": bonuses,
            "distillation_errors": lambda: Distillation((3,), 2, 4)(seen),
            "inverse_dynamics_losses": lambda: dynamics.losses_of(seen, seen, tf.zeros(3, tf.int32)),
            "retrace_targets": lambda: loss.errors(time_major(type(batch)(*map(tf.constant, batch))), values, values),
        }.items():
            with under_check(getattr(never_give_up, name)), pytest.raises(UsesLibraryAnswer):
                sibling()


def played():
    """What two actors are given for what they see in three rows, what is learnt from that, and how far values are from their targets."""
    keras.utils.set_random_seed(0)
    novelty, rng, batch = Novelty((3,), 3, NGU), np.random.default_rng(0), sequences(NGU, 4)
    memory, values = novelty.memory(2), tf.constant(rng.normal(size=(*batch.first.T.shape, 3)), tf.float32)
    with eagerly():
        seen = rng.normal(size=(4, 2, 3)).astype(np.float32)
        bonuses = [novelty.bonuses(memory, rows, np.full(2, k == 0), learning=True) for k, rows in enumerate(seen)]
        told = novelty.learn(type(batch)(*(part[:, None] for part in batch)))
        errors = NGULoss(None, None, NGU).errors(time_major(type(batch)(*map(tf.constant, batch))), values, values)
    return np.concatenate([np.ravel(bonuses), [float(told[name]) for name in sorted(told)], np.ravel(errors)])


library = functools.cache(played)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("distillation_errors", lambda answer: answer + 1),
        ("episodic_bonus", lambda answer: answer + 1),
        ("intrinsic_rewards", lambda answer: (answer[0] + 1, *answer[1:])),
        ("inverse_dynamics_losses", lambda answer: answer + 1),
        ("neighbour_similarities", lambda answer: (answer[0] / 2, *answer[1:])),
        ("retrace_targets", lambda answer: answer + 1),
    ],
)
def test_agents_made_after_filling_in_stand_on_the_accepted_answer(name, change):
    """It is called, and changes what is seen or learnt: an answer that is off by something leads to other numbers."""
    exercise, called = getattr(never_give_up, name), []
    reference, right = exercise.reference, library()

    def mine(*given):
        called.append(name)
        return change(reference(*given))

    exercise.accept(mine)
    try:
        found = played()
    finally:
        exercise.reset()
    assert called and not np.allclose(found, right, rtol=1e-3)
