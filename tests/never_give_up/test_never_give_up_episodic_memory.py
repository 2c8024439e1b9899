import math
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.never_give_up.episodic_memory import EpisodicMemory, episodic_bonus, nearest, neighbour_similarities


def settings(**changes):
    known = {"neighbours": 3, "cluster": 0.008, "kernel_epsilon": 1e-2, "constant": 1e-3, "largest_similarity": 8.0}
    return SimpleNamespace(**known | changes)


def test_similarities_by_hand():
    """Squared distances 9, 1, 4; the nearest two, 1 and 4, have the mean 2.5: .4 and 1.6, less ξ = .4: 0 and 1.2; K = .4 / (d + .4).

    After two earlier ones with the sum 7 the mean is 12 / 4 = 3.
    """
    given = np.zeros(1), np.array([[3.0], [1.0], [-2.0]])
    found, total, count = neighbour_similarities(*given, 0, 0, 2, 0.4, 0.4)
    np.testing.assert_allclose(found, [1, 0.25])
    assert (total, count) == (5, 2)
    found, total, count = neighbour_similarities(*given, 7, 2, 2, 0, 1)
    np.testing.assert_allclose(found, [1 / (1 / 3 + 1), 1 / (4 / 3 + 1)])
    assert (total, count) == (12, 4)


def test_what_is_the_same_is_wholly_alike_also_where_all_is_the_same():
    found, total, count = neighbour_similarities(np.ones(3), np.ones((5, 3)), 0, 0, 4, 0.008, 1e-4)
    assert found.tolist() == [1] * 4 and (total, count) == (0, 4)
    far, *_ = neighbour_similarities(np.zeros(1), np.array([[1e6]]), 1, 10**6, 1, 0.008, 1e-4)
    assert 0 < far < 1e-8


def test_an_empty_memory_has_no_neighbours():
    found, total, count = neighbour_similarities(np.ones(2), np.zeros((0, 2)), 3.0, 4, 10, 0.008, 1e-4)
    assert found.shape == (0,) and (total, count) == (3, 4)
    assert episodic_bonus(found, 0.001, 8.0) == 0


def test_the_bonus_by_hand():
    """Ten that are the same: 1 / (√10 + .001) = .3161278; 64 are too many for s_m = 8, and 63 are not."""
    assert episodic_bonus(np.ones(10), 0.001, 8) == pytest.approx(0.3161278, abs=5e-8)
    assert episodic_bonus(np.ones(64), 0.001, 8) == 0 < episodic_bonus(np.ones(63), 0.001, 8)
    assert episodic_bonus(np.zeros(10), 0.001, 8) == pytest.approx(1000)
    for count in (1, 4, 9):  # as a count would give it
        assert episodic_bonus(np.ones(count), 0.0, 8) == pytest.approx(1 / math.sqrt(count))


@pytest.mark.parametrize("size", [1, 3, 4, 200])
def test_the_nearest_are_those_of_brute_force(size):
    """Among numbers, and where many are equally near: the distances are the same, whichever were taken."""
    rng = np.random.default_rng(size)
    for memory in (rng.normal(size=(size, 6)), rng.integers(2, size=(size, 6)).astype(float)):
        at = rng.integers(2, size=6) + 0.0
        found = nearest(at, memory, (memory**2).sum(axis=1), 3)
        distances = ((memory - at) ** 2).sum(axis=1)
        assert len(set(found.tolist())) == len(found) == min(size, 3)
        np.testing.assert_allclose(np.sort(distances[found]), np.sort(distances)[:3])


class Lists:
    """The same by lists, one actor: a list of the episode, and one of all distances so far."""

    def __init__(self, capacity, config):
        self.capacity, self.config, self.held, self.distances = capacity, config, [], []

    def bonus(self, embedding, first):
        if first:
            self.held = []
        config = self.config
        near = sorted(sum((a - b) ** 2 for a, b in zip(row, embedding, strict=True)) for row in self.held)[
            : config.neighbours
        ]
        self.distances += near
        self.held = [*self.held, embedding][-self.capacity :]
        if not near:
            return 0.0
        mean, kernels = math.fsum(self.distances) / len(self.distances), []
        for distance in near:
            apart = max((distance / mean if mean else 0) - config.cluster, 0)
            kernels.append(config.kernel_epsilon / (apart + config.kernel_epsilon))
        s = math.sqrt(math.fsum(kernels)) + config.constant
        return 0.0 if s > config.largest_similarity else 1 / s


@pytest.mark.parametrize("capacity", [1, 4, 100])
def test_memories_of_several_actors_are_lists(capacity):
    """Over 80 rows with new episodes now and then, on a lattice where much is met again and much is equally near; the oldest goes."""
    config = settings(largest_similarity=1.4)
    memory, lists = EpisodicMemory(2, capacity, 2, config), [Lists(capacity, config) for _ in range(2)]
    rng, found = np.random.default_rng(capacity), []
    for row in range(80):
        embeddings, first = rng.integers(4, size=(2, 2)).astype(np.float32), (rng.random(2) < 0.05) | (row == 0)
        found.append(memory.bonuses(embeddings, first))
        right = [each.bonus(seen.tolist(), begins) for each, seen, begins in zip(lists, embeddings, first, strict=True)]
        np.testing.assert_allclose(found[-1], right, rtol=1e-5)
    found = np.array(found)
    assert (found > 0).mean() > 0.2 and (capacity < 100 or (found == 0).mean() > 0.1) and len(memory) == 2


def test_at_a_first_row_the_episode_is_forgotten_and_usual_distances_are_not():
    """Of that actor alone; where one was before, all is new again, and there is nothing to compare it with."""
    memory = EpisodicMemory(2, 9, 1, settings())
    for place in (0.0, 1.0, 3.0):
        memory.bonuses(np.full((2, 1), place, np.float32), np.zeros(2, bool))
    before = memory.totals.copy(), memory.counts.copy()
    found = memory.bonuses(np.zeros((2, 1), np.float32), np.array([True, False]))
    assert found[0] == 0 < found[1] and memory.added.tolist() == [1, 4]
    assert memory.totals[0] == before[0][0] == 1 + 9 + 4 and memory.counts[0] == before[1][0] == 3
    assert memory.counts[1] == before[1][1] + 3
    assert memory.bonuses(np.ones((2, 1), np.float32), np.zeros(2, bool))[0] > 1
