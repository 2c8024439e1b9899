import numpy as np
import pytest

from course_lib.predictron.data import Batch, Stream, label_scale
from course_lib.predictron.mazes import Mazes


class Numbers:
    """Labels of deviation 0, 2 and 10⁻⁶ around 5; an input is a random number."""

    def __init__(self):
        self.drawn = []

    def draw(self, rng, count):
        self.drawn.append(count)
        signs = np.where(np.arange(count) % 2, 1.0, -1.0)
        labels = 5 + signs[:, None] * np.array([0.0, 2.0, 1e-6])
        return Batch(rng.random((count, 1), np.float32), labels.astype(np.float32))


def test_label_scale_by_hand():
    """Half are 7 and half 3: a deviation of 2. What never changes, or hardly, is not divided by."""
    scale = label_scale(Numbers())
    assert scale.tolist() == [1, 2, 1] and scale.dtype == np.float32


def test_the_constant_label_of_a_maze_is_guarded():
    """The last cell is always connected to itself. The others are 0 or 1: a deviation √(p(1 − p)), at most ½."""
    scale = label_scale(Mazes(5))
    share = Mazes(5).draw(np.random.default_rng(0), 4000).labels.mean(axis=0)
    assert scale[-1] == 1
    np.testing.assert_allclose(scale[:-1], np.sqrt(share * (1 - share))[:-1], atol=0.02)
    assert np.array_equal(scale, label_scale(Mazes(5)))


@pytest.mark.parametrize("order", [range(10), [9, 0, 5, 5, 8, 1], [3], [7, 2, 9]])
def test_a_batch_is_the_same_whoever_asks_for_it_and_when(order):
    """In any order, again, after a restart: batch n is rows of the lot that n's number names."""
    stream = Stream(Numbers(), 3, (4, 1), together=4)
    for number in order:
        lot, place = divmod(number, 4)
        expected = np.random.default_rng([4, 1, lot]).random((12, 1), np.float32)[3 * place : 3 * place + 3]
        found = stream(number)
        assert np.array_equal(found.inputs, expected) and found.labels.shape == (3, 3)


def test_batches_and_seeds_differ():
    """No batch comes twice, and a stream of another seed or kind has none in common."""
    batches = [
        stream(number).inputs.tobytes()
        for seed in ((0, 0), (0, 1), (1, 0))
        for stream in [Stream(Numbers(), 2, seed, together=3)]
        for number in range(8)
    ]
    assert len(set(batches)) == 24


def test_inputs_and_labels_belong_together():
    """Those of a maze can be told from its plan: in the middle of a lot as at its ends."""
    stream = Stream(Mazes(4), 5, (0, 0), together=3)
    whole = Mazes(4).draw(np.random.default_rng([0, 0, 1]), 15)
    for number in (3, 4, 5):
        rows = slice(5 * (number - 3), 5 * (number - 2))
        assert all(np.array_equal(a, b[rows]) for a, b in zip(stream(number), whole, strict=True))


def test_lots_are_drawn_once():
    """And the next one while this one is used."""
    task = Numbers()
    stream = Stream(task, 3, (0, 0), together=4)
    for number in range(12):
        stream(number)
    stream._worker.shutdown()
    assert task.drawn == [12] * 4  # lots 0, 1, 2, and 3 ahead
