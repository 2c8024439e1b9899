"""What the chapter exports, what it does not lend, and that its agents run on what was accepted."""

import dataclasses
import functools
import subprocess
import sys

import numpy as np
import pytest

from course_lib import deep_rl
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl import PolicyConfig, RecurrentConfig, ValueConfig, policy_training, value_training
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.value_losses import TransitionLoss
from course_lib.workbook.exercise import Exercise, UsesLibraryAnswer, exercises, under_check

EXERCISES = [name.removeprefix("deep_rl.") for name in exercises() if name.startswith("deep_rl.")]
DQN = ValueConfig(
    worlds=2, hidden=4, n_step=2, alpha=0.6, replay=40, warm_up=20, rows=1, batches=1, batch_size=4, updates=1
)
R2D2 = RecurrentConfig(
    env="TMaze-2", worlds=2, hidden=4, n_step=1, recurrent=True, burn_in=1, unroll=4, alpha=0.6, replay=40, warm_up=20, rows=1,
    batches=1, batch_size=4, updates=1,
)  # fmt: skip
PPO = PolicyConfig(worlds=2, hidden=4, steps=4, epochs=1, minibatches=1, updates=1)


def test_every_public_name_is_there_and_exercises_are_exercises():
    for name in deep_rl.__all__:
        assert getattr(deep_rl, name) is not None
    assert len(EXERCISES) == 8
    for name in EXERCISES:
        assert isinstance(getattr(deep_rl, name), Exercise)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = deep_rl.nothing


def test_importing_it_loads_the_parts_that_learners_fill_in_alone():
    """A class is graded in a process for each answer, which needs no world, no replay and no training."""
    code = (
        "import sys; from course_lib import deep_rl\n"
        "print([m.removeprefix('course_lib.deep_rl.') for m in sys.modules if m.startswith('course_lib.deep_rl.')])\n"
        "print([m for m in ('gymnasium', 'numba', 'ale_py') if m in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    loaded, foreign = map(eval, printed)
    assert {"targets", "recurrence", "priorities", "advantages", "policy_losses"} <= set(loaded)
    assert not {"environment", "worlds", "replay", "sum_tree", "learner", "training", "value_training", "video"} & set(
        loaded
    )
    assert foreign == []


def test_the_library_does_not_lend_its_answers():
    """Neither in what is built of them."""
    network = QNetwork((4,), 2, 4, dueling=True)
    memory = QNetwork((4,), 2, 4, dueling=False, recurrent=True)
    plain = QNetwork((4,), 2, 4, dueling=False)
    for made in (network, memory, plain):
        made.build()
    seen, one = np.zeros((3, 4), np.float32), tf.ones(3)
    transitions = deep_rl.Transitions(seen, tf.zeros(3, tf.int32), one, one, seen, one)
    system, policy = value_training.make(DQN), policy_training.make(PPO)
    rollout = policy_training.Rollout(
        *(np.zeros((4, 2)) for _ in range(3)), np.zeros((5, 2)), np.zeros((4, 2)), *np.zeros((3, 4, 2), bool)
    )
    for exercise, sibling in {
        deep_rl.dueling_action_values: lambda: network(seen),
        deep_rl.unroll: lambda: memory(seen),
        deep_rl.double_q_targets: lambda: TransitionLoss(plain, plain, DQN)(transitions),
        deep_rl.priorities: lambda: system.update(0),
        deep_rl.importance_weights: lambda: system.update(0),
        deep_rl.generalized_advantages: lambda: policy_training.decisions_of(rollout, PPO),
        deep_rl.clipped_policy_loss: lambda: policy.learner.loss_of(
            policy_training.Decisions(seen, tf.zeros(3, tf.int32), one, one, one, one)
        ),
    }.items():
        with under_check(exercise), pytest.raises(UsesLibraryAnswer):
            sibling()


@functools.cache
def numbers(config):
    """Losses, weights and priorities after one update; with the library's own functions the same for all tests."""
    training = policy_training if config is PPO else value_training
    made = training.make(config)
    losses = [float(value) for key, value in sorted(made.update(0).items()) if key != "training return"]
    weights = [variable.numpy() for variable in made.network.variables]
    return losses, weights, made.replay.tree.weights.copy() if training is value_training else None


@pytest.mark.parametrize(
    ("name", "config", "change"),
    [
        ("double_q_targets", DQN, lambda answer: answer + 1),
        ("dueling_action_values", DQN, lambda answer: answer + 1),
        ("unroll", R2D2, lambda answer: (answer[0] + 1, *answer[1:])),
        ("priorities", R2D2, lambda answer: answer + 7),
        ("importance_weights", DQN, lambda answer: answer / 2),
        ("generalized_advantages", PPO, lambda answer: answer + 1),
        ("clipped_policy_loss", PPO, lambda answer: answer + 1),
    ],
)
def test_a_run_after_filling_in_stands_on_the_accepted_answer(name, config, change):
    """It is called, and changes what is learnt: an answer that is off by something leads to other numbers."""
    exercise, called = getattr(deep_rl, name), []
    reference = exercise.reference

    def mine(*given):
        called.append(name)
        return change(reference(*given))

    library = numbers(config)
    exercise.accept(mine)
    try:
        other = numbers.__wrapped__(config)
    finally:
        exercise.reset()
    assert called
    if name == "priorities":  # they decide what is drawn in the next update
        assert other[2].max() > 7 > library[2].max()
    else:
        assert not np.allclose(other[0], library[0]) or any(
            not np.allclose(a, b, atol=1e-6) for a, b in zip(other[1], library[1], strict=True)
        )


def test_what_was_compiled_before_stays():
    """A system made before filling in and already traced goes on with what it was made of."""
    made, called = value_training.make(DQN), []
    made.update(0)

    def mine(*given):
        called.append(given)
        return given[0]

    deep_rl.double_q_targets.accept(mine)
    try:
        made.update(1)
        assert not called
        value_training.make(dataclasses.replace(DQN, seed=1)).update(0)
        assert called
    finally:
        deep_rl.double_q_targets.reset()
