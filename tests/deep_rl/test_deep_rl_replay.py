"""Against a list of rows that never forgets: what the ring says of the last ones has to be what the list says."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.deep_rl.environment import Step, make_worlds
from course_lib.deep_rl.replay import Replay

GAMMA = 0.9


class Rows:
    """A list of all rows, and the random worlds that they come from; each frame has a number of its own in it."""

    def __init__(self, replay, stack, seed=0, ends=0.15):
        self.replay, self.rng, self.stack, self.ends = replay, np.random.default_rng(seed), stack, ends
        self.count, self.rows, self.frames = replay.count, [], 0
        self.begin()

    def begin(self):
        self.first, self.ended = np.ones(self.count, bool), np.zeros(self.count, bool)
        self.seen = np.stack([self.fresh(None, k) for k in range(self.count)])

    def fresh(self, before, world):
        """A new frame behind the earlier ones; behind nothing at the beginning of an episode."""
        self.frames += 1
        frame = np.full((2, 1, 1), self.frames, np.float32)
        earlier = np.zeros((2, 1, self.stack), np.float32) if before is None else before
        return np.concatenate([earlier, frame], axis=-1)[..., -self.stack :]

    def add(self):
        """Play a row, and add it to both."""
        rng, count = self.rng, self.count
        actions, states = (
            rng.integers(5, size=count),
            rng.normal(size=(2, count, self.replay.states.shape[-1])).astype(np.float32),
        )
        rewards = np.where(self.ended, 0, rng.normal(size=count)).astype(np.float32)
        terminated, truncated = (rng.random((2, count)) < self.ends) & ~self.ended
        begins = self.ended
        seen = np.stack([self.fresh(None if begins[k] else self.seen[k], k) for k in range(count)])
        step = Step(seen, rewards, terminated, truncated, begins)
        extras = np.add.outer(np.arange(count) + count * len(self.rows), np.arange(self.replay.extras.shape[-1]) / 10)
        self.rows.append(
            SimpleNamespace(seen=self.seen, first=self.first, last=self.ended.copy(), actions=actions, states=states, extras=extras, **{
                name: getattr(step, name).copy() for name in ("rewards", "terminated", "truncated")
            })
        )  # fmt: skip
        self.replay.add(self.seen, self.first, states, actions, step, *[extras] * (extras.size > 0))
        self.seen, self.first, self.ended = seen, begins, terminated | truncated

    def cut(self):
        """Begin anew everywhere: whoever was under way is cut off at the newest row."""
        if self.rows:
            newest = self.rows[-1]
            for k in range(self.count):
                if not newest.first[k] and not newest.last[k]:
                    self.rows[-2].truncated[k] = True
                newest.last[k], newest.terminated[k], newest.truncated[k] = True, False, False
        self.replay.cut()
        self.begin()

    def start(self, number):
        """Where in the list a window begins, and in which world."""
        replay = self.replay
        row, world = number // self.count * replay.stride, number % self.count
        return max(t for t in range(len(self.rows)) if t % replay.rows == row), world


def drawable(replay):
    return np.flatnonzero(replay.tree.weights)


def transition(rows, t, world, n):
    """What n steps from a row lead to, walked one by one."""
    total, factor, t0 = 0.0, 1.0, t
    for t in range(t0, t0 + n):
        total, factor = total + factor * rows[t].rewards[world], factor * GAMMA
        if rows[t].terminated[world]:
            return total, 0.0, t + 1
        if rows[t].truncated[world]:
            return total, factor, t + 1
    return total, factor, t0 + n


def check_transitions(rows, n):
    """All that can be drawn; returns how many there are."""
    replay, numbers = rows.replay, drawable(rows.replay)
    found = replay.transitions(numbers, np.ones(len(numbers)), GAMMA)
    for k, number in enumerate(numbers):
        t, world = rows.start(number)
        total, factor, there = transition(rows.rows, t, world, n)
        assert not rows.rows[t].last[world] and t + n < len(rows.rows)
        np.testing.assert_array_equal(found.observations[k], rows.rows[t].seen[world])
        np.testing.assert_array_equal(found.next_observations[k], rows.rows[there].seen[world])
        assert found.actions[k] == rows.rows[t].actions[world]
        np.testing.assert_allclose(found.rewards_tp1[k], total, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(found.discounts_tp1[k], factor, rtol=1e-6)
    return len(numbers)


def made(rows, count=3, stack=1, **sizes):
    worlds = SimpleNamespace(count=count, stack=stack, shape=(2, 1, stack), dtype=np.dtype(np.float32))
    return Replay(rows, worlds, **sizes)


@pytest.mark.parametrize("n", [1, 3, 10])
@pytest.mark.parametrize("stack", [1, 4])
def test_transitions_are_those_of_the_list(n, stack):
    """After every other row, over five rounds of the ring, with all worlds begun anew now and then."""
    rows, drawn = Rows(made(31, stack=stack, window=n + 1), stack, seed=n), 0
    for step in range(160):
        if step % 37 == 23:
            rows.cut()
        rows.add()
        if step % 2:
            drawn += check_transitions(rows, n)
    assert drawn > 80 * (31 - n - stack - 2) * 3 * 0.6  # most of what the ring holds, but for last rows
    ends = sum((row.terminated | row.truncated).sum() for row in rows.rows)
    assert ends > 30


def test_all_that_is_whole_can_be_drawn_but_for_the_rows_about_to_go():
    """Where no episode ends: a window of 3 begins in all of 20 rows but the 2 newest and those that a new row would spoil."""
    rows = Rows(made(20, window=3), 1, ends=0.0)
    for step in range(1, 70):
        rows.add()
        starts = sorted({rows.start(number)[0] for number in drawable(rows.replay)})
        oldest = max(step - 20 + 2, 0)
        assert starts == list(range(oldest, max(step - 2, oldest)))
        assert len(rows.replay) == min(step, 20) * 3


def check_sequences(rows, window):
    replay, numbers = rows.replay, drawable(rows.replay)
    found = replay.sequences(numbers, np.ones(len(numbers)), GAMMA)
    for k, number in enumerate(numbers):
        t, world = rows.start(number)
        assert t % replay.stride == 0 and t + window <= len(rows.rows)
        held = rows.rows[t : t + window]
        for j, row in enumerate(held):
            first = row.first[world]
            np.testing.assert_array_equal(found.observations[k, j], row.seen[world])
            assert found.first[k, j] == first and found.last[k, j] == row.last[world]
            assert found.actions[k, j] == row.actions[world]
            assert found.rewards_tp1[k, j] == row.rewards[world]
            assert found.discounts_tp1[k, j] == (0 if row.terminated[world] else np.float32(GAMMA))
            before = rows.rows[t + j - 1]
            assert found.last_actions[k, j] == (0 if first else before.actions[world])
            assert found.last_rewards[k, j] == (0 if first else before.rewards[world])
            np.testing.assert_array_equal(found.extras[k, j], row.extras[world].astype(np.float32))
            np.testing.assert_array_equal(found.last_extras[k, j], np.float32(0 if first else before.extras[world]))
        np.testing.assert_array_equal(found.states[k], held[0].states[:, world])
    return len(numbers)


@pytest.mark.parametrize(("window", "stride", "stack"), [(5, 1, 1), (6, 3, 1), (7, 4, 1), (6, 4, 4)])
def test_sequences_are_those_of_the_list(window, stride, stack):
    """Episodes end inside of them; windows begin every `stride` rows, with the state that was stored there; other numbers of each row."""
    sizes = {"window": window, "stride": stride, "state_size": 3, "extras": window - 5}
    rows, drawn = Rows(made(24, stack=stack, **sizes), stack, seed=window), 0
    for step in range(110):
        if step % 41 == 30:
            rows.cut()
        rows.add()
        drawn += check_sequences(rows, window)
    assert drawn > 110 * 3 * ((24 - window - stack) // stride - 1) * 0.7 > 0


def test_a_cut_keeps_what_was_played_and_nothing_of_what_comes():
    """Three rows, then a new beginning: the second leads to the third, cut off; from the third nothing leads on."""
    replay = made(12, count=1)
    rows = Rows(replay, 1, ends=0.0)
    for _ in range(3):
        rows.add()
    rows.cut()
    for _ in range(3):
        rows.add()
    assert drawable(replay).tolist() == [0, 1, 3, 4]
    found = replay.transitions(np.array([1]), np.ones(1), GAMMA)
    np.testing.assert_array_equal(found.next_observations[0], rows.rows[2].seen[0])
    assert found.discounts_tp1[0] == np.float32(GAMMA)
    assert replay.truncated[:6, 0].tolist() == [False, True, False, False, False, False]
    replay.cut()
    replay.cut()  # a second time changes nothing
    assert replay.truncated[:6, 0].tolist() == [False, True, False, False, True, False]
    assert made(12).cut() is None and not made(12).last.any()  # nor where nothing was played


def test_what_was_drawn_gets_its_priority_and_what_is_new_the_highest():
    replay = made(20, count=2, window=2)
    rows = Rows(replay, 1, ends=0.0)
    for _ in range(6):
        rows.add()
    assert replay.tree.weights[:10].tolist() == [1] * 10
    replay.set_priorities(np.array([0, 3]), np.array([7.0, 0.5]))
    assert replay.tree[[0, 3, 4]].tolist() == [7, 0.5, 1] and replay.highest == 7
    rows.add()
    assert replay.tree[[10, 11]].tolist() == [7, 7]
    replay.set_priorities(np.array([12]), np.array([3.0]))  # a window that is not whole, or not there any more
    assert replay.tree[12] == 0
    numbers, probabilities = replay.draw(500, np.random.default_rng(0))
    assert set(numbers.tolist()) <= set(range(12))
    np.testing.assert_allclose(probabilities, replay.tree.weights[numbers] / replay.tree.weights.sum())
    assert (numbers == 0).mean() == pytest.approx(probabilities[numbers == 0][0], abs=0.01)
    assert (np.diff(numbers) < 0).any()  # not in order, so that minibatches are alike


def test_weights_are_handed_on():
    replay = made(20, window=2)
    rows = Rows(replay, 1)
    for _ in range(8):
        rows.add()
    weights = np.arange(4) / 4
    numbers = drawable(replay)[:4]
    for found in (replay.transitions(numbers, weights, GAMMA), replay.sequences(numbers, weights, GAMMA)):
        assert found.weights.dtype == np.float32 and found.weights.tolist() == weights.tolist()


@pytest.mark.parametrize("added", [0, 7, 24, 60])
def test_what_is_packed_comes_back(added):
    """Through arrays, into a new replay: it goes on just the same."""
    sizes = {"window": 4, "stride": 2, "state_size": 3, "extras": 2}
    rows = Rows(made(24, **sizes), 1)
    for _ in range(added):
        rows.add()
    if added > 4:
        rows.replay.set_priorities(drawable(rows.replay)[:1], np.array([5.0]))
    packed = {name: np.array(array) for name, array in rows.replay.pack().items()}
    assert len(packed["frames"]) == min(added, 24)
    again = made(24, **sizes)
    again.unpack(packed)
    assert len(again) == len(rows.replay) and again.highest == rows.replay.highest
    for _ in range(9):
        rows.add()
        row = rows.rows[-1]
        step = Step(None, row.rewards, row.terminated, row.truncated, None)
        again.add(row.seen, row.first, row.states, row.actions, step, row.extras)
    for name, array in rows.replay.pack().items():
        np.testing.assert_array_equal(again.pack()[name], array)


@pytest.mark.parametrize(
    "other",
    [{"rows": 26}, {"count": 4}, {"window": 3}, {"stride": 1}, {"state_size": 0}, {"extras": 1}],
    ids=lambda other: next(iter(other)),
)
def test_rows_of_another_replay_are_refused(other):
    settings = {"rows": 24, "count": 3, "window": 4, "stride": 2, "state_size": 3}
    rows = Rows(made(**settings), 1)
    for _ in range(30):
        rows.add()
    with pytest.raises(ValueError, match="of another replay"):
        made(**settings | other).unpack(rows.replay.pack())
    with pytest.raises(ValueError, match="of another replay"):
        made(**settings).unpack({})


@pytest.mark.parametrize("sizes", [{"rows": 3}, {"rows": 25, "stride": 2}, {"rows": 9, "window": 8}])
def test_a_replay_without_room_is_refused(sizes):
    with pytest.raises(ValueError, match=f"{sizes['rows']} rows of each world: give a multiple of"):
        made(**sizes)


def test_the_smallest_replay_works():
    """As small as its message allows."""
    rows, drawn = Rows(made(4), 1, ends=0.1), 0
    for _ in range(30):
        rows.add()
        drawn += check_transitions(rows, 1)
    assert drawn > 20


def test_frames_of_atari_are_kept_once_and_put_together_as_they_were_shown():
    """Pong, over the end of a game and a new beginning; a byte for each pixel of each newest frame, and little else."""
    worlds, rng = make_worlds("ALE/Pong-v5", 2, seed=0), np.random.default_rng(0)
    replay = Replay(64, worlds, window=4)
    held = [array.nbytes for array in vars(replay).values() if isinstance(array, np.ndarray)]
    assert replay.frames.dtype == np.uint8 and sum(held) < 1.01 * 64 * 2 * 84 * 84
    shown, firsts, ends = [], [], 0
    for step in range(1000):
        if step == 930:
            replay.cut()
            worlds.begin(1)
        observations, first = worlds.observations, worlds.first
        actions = rng.integers(6, size=2)
        came = worlds.step(actions)
        replay.add(observations, first, np.zeros((2, 2, 0)), actions, came)
        shown.append(observations.copy())
        firsts.append(first)
        ends += came.terminated.sum()
        if first.any() or step % 25 == 3 or any(row.any() for row in firsts[-5:]):
            numbers = drawable(replay)
            found = replay.transitions(numbers, np.ones(len(numbers)), GAMMA)
            for k, number in enumerate(numbers):
                start, world = max(t for t in range(step + 1) if t % 64 == number // 2), number % 2
                np.testing.assert_array_equal(found.observations[k], shown[start][world])
                ahead = [t for t in range(start + 1, start + 4) if firsts[t][world]] or [start + 4]
                np.testing.assert_array_equal(found.next_observations[k], shown[ahead[0] - 1][world])
    worlds.close()
    assert ends >= 1 and sum(first.sum() for first in firsts) >= 5


def test_frames_in_a_file_are_frames(tmp_path):
    """Drawn as from memory, and as many bytes."""
    inside, outside = made(30, window=3), made(30, window=3, folder=tmp_path / "spilt")
    for replay in (inside, outside):
        rows = Rows(replay, 1)
        for _ in range(70):
            rows.add()
    for ours, theirs in zip(
        *(
            each.transitions(each.draw(50, np.random.default_rng(0))[0], np.ones(50), GAMMA)
            for each in (inside, outside)
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert inside.bytes == outside.bytes > inside.frames.nbytes
    assert isinstance(outside.frames.base, np.memmap) and not isinstance(inside.frames.base, np.memmap)
    if os.name == "posix":
        assert list((tmp_path / "spilt").iterdir()) == []  # it has no name: nothing is left when the program ends


def test_other_numbers_are_as_many_as_was_said():
    """Whoever gives none where there are some is told so, and nobody has to give any where there are none."""
    rows, step = Rows(made(9, window=3), 1), Step(None, np.zeros(3), *np.zeros((2, 3), bool), None)
    rows.add()
    assert rows.replay.extras.shape == (9, 3, 0)
    with pytest.raises(ValueError, match="broadcast"):
        made(9, window=3, extras=2).add(rows.seen, rows.first, np.zeros((2, 3, 0)), np.zeros(3, int), step)
