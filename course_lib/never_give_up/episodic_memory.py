"""Episodic memory: what was seen in this episode, and how near to it something is."""

import numpy as np

from course_lib.workbook import exercise

GROUP = 64  # memories that are first looked at together


@exercise(context="numpy")
def neighbour_similarities(embedding, memory, total, count, neighbours, cluster, epsilon):
    """Say how like each of its nearest neighbours a state is, by distances that are measured in their own mean.

    With d² the squared distances to the k nearest memories and d̄² the running mean of all such distances so far, these
    ones included, d = max(d² / d̄² − ξ, 0) and K = ε / (d + ε): 1 for what is the same, nearly 0 for what is far away.

    Source: Badia et al. 2020 (Never Give Up), section 2 and algorithm 1.

    Args:
      embedding: f(s), [D].
      memory: the embeddings of this episode, [M, D]; M may be 0.
      total, count: sum and number of the squared distances of which d̄² is the mean; both 0 at first.
      neighbours: k; where M < k, all memories are neighbours.
      cluster: ξ; what is nearer than that is the same.
      epsilon: ε.

    Returns:
      (K of the neighbours, the nearest first [min(k, M)], total and count with these distances).
    """
    squared = np.sort(((memory - embedding) ** 2).sum(axis=1))[:neighbours]
    total, count = total + squared.sum(), count + len(squared)
    mean = total / count if total > 0 else 1.0  # all distances so far were 0
    distances = np.maximum(squared / mean - cluster, 0)
    return epsilon / (distances + epsilon), total, count


def nearest(embedding, memory, squares, neighbours):
    """Find the nearest memories, in no order, by ‖m‖² − 2 m·f, which is the squared distance but for ‖f‖².

    One product of a matrix with a vector takes a tenth of the time of all differences. Of many memories, groups are looked
    at first: the k smallest of their smallest numbers belong to k memories, so no neighbour lies above the largest of them.

    Args:
      embedding: f(s), [D].
      memory, squares: [M, D], and their squared lengths, [M].
      neighbours: k.

    Returns:
      The numbers of the nearest memories, [min(k, M)].
    """
    if len(memory) <= neighbours:
        return np.arange(len(memory))
    nearness = memory @ (-2 * embedding)
    nearness += squares
    groups = len(nearness) // GROUP
    if groups <= neighbours:
        return np.argpartition(nearness, neighbours)[:neighbours]
    least = nearness[: groups * GROUP].reshape(GROUP, groups).min(axis=0)
    near = np.flatnonzero(nearness <= np.partition(least, neighbours - 1)[neighbours - 1])
    return near[np.argpartition(nearness[near], neighbours - 1)[:neighbours]]


class EpisodicMemory:
    """Remember what N actors have seen in their episodes, and say how new something is to each of them.

    Only k memories that `nearest` has found are handed on to `neighbour_similarities`.

    Args:
      count: N.
      capacity: how many are kept of an episode; then the oldest is forgotten.
      size: D of an embedding.
      config: has `neighbours`, `cluster`, `kernel_epsilon`, `constant` and `largest_similarity`.
    """

    def __init__(self, count, capacity, size, config):
        self.config, self.capacity = config, capacity
        self.kept, self.squares = np.zeros((count, capacity, size), np.float32), np.zeros((count, capacity), np.float32)
        self.added, self.totals, self.counts = np.zeros(count, int), np.zeros(count), np.zeros(count)

    def __len__(self):
        return len(self.added)

    def forget(self, which):
        """Empty the memories of some actors, bool [N]; what distances usually are is remembered."""
        self.added[which] = 0

    def look(self, actor, embedding):
        """r^episodic of something that an actor sees, which is not remembered yet."""
        config, size = self.config, min(self.added[actor], self.capacity)
        memory = self.kept[actor, :size]
        near = memory[nearest(embedding, memory, self.squares[actor, :size], config.neighbours)]
        similarities, self.totals[actor], self.counts[actor] = neighbour_similarities.current(
            embedding, near, self.totals[actor], self.counts[actor], config.neighbours, config.cluster,
            config.kernel_epsilon,
        )  # fmt: skip
        return episodic_bonus.current(similarities, config.constant, config.largest_similarity)

    def remember(self, embeddings):
        """Keep what each actor sees, [N, D]."""
        here = np.arange(len(self)), self.added % self.capacity
        self.kept[here], self.squares[here] = embeddings, np.square(embeddings).sum(axis=1)
        self.added += 1

    def bonuses(self, embeddings, first):
        """r^episodic of what each actor sees, [N, D] -> [N]; it is remembered, in an empty memory where it is a first one."""
        self.forget(first)
        found = np.array([self.look(actor, embedding) for actor, embedding in enumerate(embeddings)])
        self.remember(embeddings)
        return found


@exercise(context="numpy")
def episodic_bonus(similarities, constant, largest):
    """Turn similarities into a bonus as a count would give it: s = √(Σ K) + c, and 1/s, but 0 where s > s_m.

    Σ K is nearly the number of times that the state has been here, and 1/√n the bonus of a count. With an empty memory there
    is nothing to compare with, and no bonus.

    Source: Badia et al. 2020 (Never Give Up), equations 2 and 3, algorithm 1.

    Args:
      similarities: K of the neighbours, [k]; k may be 0.
      constant: c, which keeps the bonus from growing without end.
      largest: s_m.

    Returns:
      r^episodic, a number.
    """
    if len(similarities) == 0:
        return 0.0
    similarity = np.sqrt(similarities.sum()) + constant
    return 0.0 if similarity > largest else 1 / similarity
