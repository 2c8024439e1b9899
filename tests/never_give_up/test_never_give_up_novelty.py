import dataclasses

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.never_give_up.novelty import Novelty
from tests.never_give_up.small_explorers import NGU, eagerly, numbers, sequences

FIRST, LATER = np.ones(3, bool), np.zeros(3, bool)


def made(**changes):
    keras.utils.set_random_seed(0)
    return Novelty((3,), 3, dataclasses.replace(NGU, **changes))


def seen(seed=0, count=3):
    return np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)


def of_lifetime(novelty):
    """What of it outlasts an episode."""
    return [*numbers(novelty.distillation.variables), *numbers(novelty.dynamics.variables), np.array(novelty.moments)]


def test_the_bonus_is_both_parts_multiplied():
    """The episodic one by a memory of its own, and 1 + (error − μ) / σ, with NumPy's mean and deviation of all errors, from 1 to 5."""
    novelty, errors = made(), []
    memory, other = novelty.memory(3), novelty.memory(3)
    with eagerly():
        for step in range(6):
            first = FIRST if step == 0 else np.array([step == 3, False, False])
            found = novelty.bonuses(memory, seen(step), first, learning=True)
            now = novelty.distillation(seen(step)).numpy()
            errors += now.tolist()
            alpha = np.clip(1 + (now - np.mean(errors)) / np.std(errors), 1, 5) if np.std(errors) else np.ones(3)
            right = other.bonuses(novelty.dynamics(seen(step)).numpy(), first) * alpha
            assert found.dtype == np.float32 and not found[first].any() and (found[~first] > 0).all()
            np.testing.assert_allclose(found, right, rtol=1e-3)
    assert novelty.moments[0] == 18 == float(novelty.distillation.count)


def test_who_is_examined_changes_nothing():
    """With learning=False the same bonuses come twice, and nothing of the lifetime moves; who learns moves it."""
    novelty, memory = made(), None
    with eagerly():
        novelty.bonuses(novelty.memory(3), seen(7), FIRST, learning=True)
        before, found = of_lifetime(novelty), []
        for _ in range(2):
            memory = novelty.memory(3)
            found.append([novelty.bonuses(memory, seen(k), LATER, learning=False) for k in range(3)])
        assert all(map(np.array_equal, before, of_lifetime(novelty)))
        np.testing.assert_array_equal(*found)
        novelty.bonuses(novelty.memory(3), seen(8), FIRST, learning=True)
    assert not all(map(np.array_equal, before, of_lifetime(novelty)))


def test_each_part_can_be_left_out():
    """Without the episodic part 1 wherever one goes, times what is unusual; without the lifelong one the episodic bonus; without both 1."""
    with eagerly():
        for changes, parts in (
            ({"episodic": False}, ["distillation"]),
            ({"lifelong": False}, ["embedding"]),
            ({"episodic": False, "lifelong": False}, []),
        ):
            novelty = made(**changes)
            memory = novelty.memory(3)
            novelty.bonuses(memory, seen(), FIRST, learning=True)
            found = novelty.bonuses(memory, 5 * seen(1), LATER, learning=True)
            assert list(novelty.learners) == parts and set(novelty.state) == {
                *parts,
                *(f"{part}_optimizer" for part in parts),
                "novelty",
            }
            if "embedding" in parts:
                again = novelty.memory(3)
                again.bonuses(novelty.dynamics(seen()).numpy(), FIRST)
                np.testing.assert_allclose(
                    found, again.bonuses(novelty.dynamics(5 * seen(1)).numpy(), LATER), rtol=1e-4
                )
            else:
                assert found.min() == 1 and (found.max() > 1) == bool(parts)
            assert set(novelty.learn(sequences_of_two())) == {f"{part} loss" for part in parts}


def sequences_of_two():
    """`Sequences` [B, K, T, …], B = 3 and K = 2."""
    given = sequences(NGU, 4, count=6)
    return type(given)(*(part.reshape(3, 2, *part.shape[1:]) for part in given))


class Notes:
    """In the place of a learner: notes what it is given."""

    def update(self, batch):
        self.given = batch
        return {}, None


def test_it_learns_from_the_last_rows_of_each_sequence():
    """Of 6 rows the last 2, with what was seen before each and what was done there; a pair over the end of an episode does not count."""
    novelty, batch = made(), sequences_of_two()
    novelty.learners = {name: Notes() for name in novelty.learners}
    assert novelty.learn(batch) == {}
    for learner in novelty.learners.values():
        given = learner.given
        assert given.before.shape == given.after.shape == (6, 2, 3) and given.actions.shape == given.counted.shape == (
            6,
            2,
        )
        for k in range(2):
            pairs = [(b, t) for b in range(3) for t in (3, 4)]
            for row, (b, t) in enumerate(pairs):
                np.testing.assert_array_equal(given.before[row, k], batch.observations[b, k, t])
                np.testing.assert_array_equal(given.after[row, k], batch.observations[b, k, t + 1])
                assert given.actions[row, k] == batch.actions[b, k, t]
                assert given.counted[row, k] == (not batch.last[b, k, t])
    assert 0 < given.counted.mean() < 1


def test_both_networks_learn_and_the_random_one_does_not():
    novelty = made()
    with eagerly():
        novelty.distillation.take_in(seen(0, 20))
        parts = novelty.dynamics, novelty.distillation.predictor, novelty.distillation.target
        before = [numbers(part.variables) for part in parts]
        told = novelty.learn(sequences_of_two())
    changed = [
        any(not np.array_equal(a, b) for a, b in zip(old, numbers(part.variables), strict=True))
        for old, part in zip(before, parts, strict=True)
    ]
    assert changed == [True, True, False] and np.isfinite([float(value) for value in told.values()]).all()


def test_what_is_packed_comes_back():
    """How many errors there were, their mean and squares; something else is refused."""
    novelty, other = made(), made()
    with eagerly():
        novelty.bonuses(novelty.memory(3), seen(), FIRST, learning=True)
    other.unpack({name: np.array(part) for name, part in novelty.pack().items()})
    assert tuple(other.moments) == tuple(novelty.moments) and other.moments[0] == 3
    for arrays in ({}, {"moments": np.zeros(2)}):
        with pytest.raises(ValueError, match="errors' mean and deviation are missing"):
            other.unpack(arrays)
    assert made().moments == (0, 0, 0)


def test_as_many_actors_as_are_asked_for_each_with_a_memory():
    """Two who see the same have the same bonus, also when others look in between."""
    novelty = made(lifelong=False)
    with eagerly():
        one, other = novelty.memory(1), novelty.memory(3)
        for step in range(4):
            first = step == 0
            alone = novelty.bonuses(one, seen(step)[1:2], np.array([first]), learning=True)
            among = novelty.bonuses(other, seen(step), np.full(3, first), learning=True)
            np.testing.assert_allclose(alone[0], among[1], rtol=1e-5)
