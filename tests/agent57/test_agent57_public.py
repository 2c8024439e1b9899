"""What the chapter exports, what it does not lend, and that its agents run on what was accepted."""

import functools
import pathlib
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import agent57
from course_lib.agent57.losses import SplitLoss
from course_lib.agent57.meta_controller import MetaController
from course_lib.agent57.networks import SplitQNetwork
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check
from tests.never_give_up.small_explorers import AGENT57, eagerly, sequences

EXERCISES = [name.removeprefix("agent57.") for name in exercises() if name.startswith("agent57.")]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in agent57.__all__:
        assert getattr(agent57, name) is not None
    assert len(EXERCISES) == 6 and set(EXERCISES) <= set(agent57.__all__)
    for name in EXERCISES:
        assert isinstance(getattr(agent57, name), Exercise)
    assert len(set(agent57.__all__)) == len(agent57.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = agent57.nothing


def test_every_room_is_in_the_plan():
    """The docstring names each module but for the checks, and none that is not there."""
    told = agent57.__doc__.partition(":\n  ")[2].splitlines()
    named = {name.strip() for line in told for name in line.strip().partition("  ")[0].split(",")} - {""}
    there = {file.stem for file in pathlib.Path(agent57.__file__).parent.glob("*.py")}
    assert named == there - {"__init__", "checks"}


def test_importing_it_loads_the_parts_that_learners_fill_in_alone():
    """Those of chapter 6, too, on which it stands: a class is graded in a process for each answer, which needs no world and no training."""
    code = (
        "import sys; from course_lib import agent57\n"
        "print([m.removeprefix('course_lib.') for m in sys.modules if m.startswith(('course_lib.agent57.', 'course_lib.never_give_up.'))])\n"
        "print([m for m in sys.modules if m in ('gymnasium', 'numba', 'ale_py') or m.startswith('course_lib.deep_rl.') and 'train' in m])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    loaded, foreign = map(eval, printed)
    rooms = {"agent57": ("audit", "meta_controller", "priorities", "split")}
    rooms["never_give_up"] = ("bonus", "distillation", "embedding", "episodic_memory", "family", "retrace")
    assert set(loaded) == {f"{wing}.{name}" for wing, names in rooms.items() for name in names}
    assert foreign == []


def test_the_library_does_not_lend_its_answers():
    """Neither in what is built of them; nor does this chapter lend the targets of the one before."""
    controller, batch = MetaController(1, AGENT57), sequences(AGENT57, 8)
    networks = [SplitQNetwork((3,), 3, 4, True, [0.0, 0.5, 1.0]) for _ in range(2)]
    for network in networks:
        network.build()

    def loss():
        return SplitLoss(*networks, AGENT57)(type(batch)(*map(tf.constant, batch)))

    with eagerly():
        for name, sibling in {
            "choose_member": lambda: controller.choose(0, np.random.default_rng(0)),
            "evaluators_member": controller.evaluators_member,
            "sequence_priorities": loss,
            "shared_policy": loss,
            "split_errors": loss,
        }.items():
            with under_check(getattr(agent57, name)), pytest.raises(UsesLibraryAnswer):
                sibling()
        from course_lib.never_give_up import retrace_targets

        with under_check(retrace_targets), pytest.raises(UsesLibraryAnswer):
            loss()


def played():
    """What a loss measures and how often sequences are to be drawn; who plays six episodes, and who is examined then."""
    keras.utils.set_random_seed(0)
    networks = [SplitQNetwork((3,), 3, 4, True, [0.0, 0.5, 1.0]) for _ in range(2)]
    for network in networks:
        network.build()
    batch, controller, rng = sequences(AGENT57, 8), MetaController(1, AGENT57), np.random.default_rng(0)
    with eagerly():
        loss, _, priorities = SplitLoss(*networks, AGENT57)(type(batch)(*map(tf.constant, batch)))
    members = []
    for episode in range(6):
        members.append(controller.choose(0, rng))
        controller.note(0, members[-1], -float(episode))
    return np.array([float(loss), *priorities.numpy(), *members, controller.evaluators_member()])


library = functools.cache(played)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("choose_member", lambda answer: 2),
        ("evaluators_member", lambda answer: answer + 1),
        ("sequence_priorities", lambda answer: answer + 7),
        ("shared_policy", lambda answer: tf.roll(answer, 1, axis=-1)),
        ("split_errors", lambda answer: (answer[0] + 1, answer[1])),
    ],
)
def test_agents_made_after_filling_in_stand_on_the_accepted_answer(name, change):
    """It is called, and changes who plays or what is learnt: an answer that is off by something leads to other numbers."""
    exercise, called = getattr(agent57, name), []
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


def test_a_controller_without_tensors_is_enough_for_a_bandit():
    """It asks its settings for five numbers and nothing else."""
    given = SimpleNamespace(members=2, bandit_window=3, bandit_epsilon=0.0, bandit_bonus=1.0, evaluator_window=3)
    assert MetaController(1, given).choose(0, np.random.default_rng(0)) == 0
