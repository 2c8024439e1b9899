"""What the chapter exports, what it does not lend, and that its agents run on what was accepted."""

import functools
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from small_dreams import dreamer, eagerly, experience, numbers, tensors

from course_lib import world_models
from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check
from course_lib.world_models.agent import DreamerAgent
from course_lib.world_models.learner import DreamerLearner

EXERCISES = [name.removeprefix("world_models.") for name in exercises() if name.startswith("world_models.")]
OF_LEARNING = [name for name in EXERCISES if name != "arrivals"]


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in world_models.__all__:
        assert getattr(world_models, name) is not None
    assert len(EXERCISES) == 8 and set(EXERCISES) <= set(world_models.__all__)
    for name in EXERCISES:
        assert isinstance(getattr(world_models, name), Exercise)
    assert len(set(world_models.__all__)) == len(world_models.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = world_models.nothing


def test_every_room_is_in_the_plan():
    """The docstring names each module but for the checks, and none that is not there."""
    told = world_models.__doc__.partition(":\n  ")[2].splitlines()
    named = {name.strip() for line in told for name in line.strip().partition("  ")[0].split(",")} - {""}
    there = {file.stem for file in pathlib.Path(world_models.__file__).parent.glob("*.py")}
    assert named == there - {"__init__", "checks"}


def test_importing_it_loads_the_parts_that_learners_fill_in_alone():
    """A class is graded in a process for each answer, which needs no world, no replay and no training."""
    code = (
        "import sys; from course_lib import world_models\n"
        "print([m.removeprefix('course_lib.') for m in sys.modules if m.startswith(('course_lib.world_models.', 'course_lib.deep_rl'))])\n"
        "print([m for m in ('gymnasium', 'numba', 'ale_py', 'tensorflow_probability') if m in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    loaded, foreign = map(eval, printed)
    rooms = ("behaviour", "experience", "latents", "recurrent_state", "returns")
    assert set(loaded) == {f"world_models.{name}" for name in rooms}
    assert foreign == []


def test_the_library_does_not_lend_its_answers():
    """Neither in what is built of them."""
    made, shown = dreamer(), tensors(experience())
    starts = tf.zeros((3, 8)), tf.zeros((3, 6)), tf.ones(3), tf.constant([1, 2])
    of_behaviour = functools.partial(made.losses_of_behaviour, *starts)
    of_model = functools.partial(made.world.model_loss, shown, tf.constant([1, 2]))
    for name, siblings in {
        "actor_loss": [of_behaviour],
        "lambda_targets": [of_behaviour],
        "imagination_weights": [of_behaviour],
        "imagine_step": [of_behaviour],
        "straight_through": [of_behaviour, of_model],
        "balanced_kl": [of_model],
        "observe_step": [of_model, lambda: made(shown.observations[0])],
    }.items():
        for sibling in siblings:
            with under_check(getattr(world_models, name)), pytest.raises(UsesLibraryAnswer):
                sibling()


def updated():
    """Losses and weights after an update."""
    made = DreamerLearner(dreamer())
    with eagerly():
        told = made.update(experience(), [1, 2])
    return np.array([float(told[name]) for name in sorted(told)]), numbers(made.dreamer.variables)


library = functools.cache(updated)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("actor_loss", lambda answer: answer + 1),
        ("balanced_kl", lambda answer: answer + 1),
        ("imagination_weights", lambda answer: answer / 2),
        ("imagine_step", lambda answer: (answer[0] + 1, answer[1])),
        ("lambda_targets", lambda answer: answer + 1),
        ("observe_step", lambda answer: (answer[0] + 1, *answer[1:])),
        ("straight_through", lambda answer: answer + 1),
    ],
)
def test_an_update_after_filling_in_stands_on_the_accepted_answer(name, change):
    """It is called, and changes what is learnt: an answer that is off by something leads to other numbers."""
    exercise, called = getattr(world_models, name), []
    reference, right = exercise.reference, library()

    def mine(*given):
        called.append(name)
        return change(reference(*given))

    exercise.accept(mine)
    try:
        losses, _ = updated()
    finally:
        exercise.reset()
    assert called and not np.allclose(losses, right[0], rtol=1e-3)


def test_agents_act_by_what_was_accepted():
    """The state that an agent keeps is the one that the learner's function says."""
    reference = world_models.observe_step.reference
    world_models.observe_step.accept(lambda *given: (reference(*given)[0] + 5, *reference(*given)[1:]))
    try:
        agent = DreamerAgent(dreamer(), 2)
        agent.act(experience().observations[0], np.ones(2, bool), 0.0, np.random.default_rng(0))
    finally:
        world_models.observe_step.reset()
    assert (agent.h.numpy() > 3).all()


def test_what_was_compiled_before_stays():
    """An agent that has acted before filling in goes on with what it was made of."""
    agent, called, first = DreamerAgent(dreamer(), 2), [], np.ones(2, bool)
    seen, rng = experience().observations[0], np.random.default_rng(0)
    agent.act(seen, first, 0.0, rng)
    world_models.observe_step.accept(lambda *given: called.append(given))
    try:
        agent.act(seen, first, 0.0, rng)
    finally:
        world_models.observe_step.reset()
    assert not called
