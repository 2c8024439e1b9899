"""What `check` asks of a learner's answers in this wing: hand-worked cases, closed forms, limits, brute force, slopes."""

import math

import numpy as np

from course_lib.deep_rl.checks import floats, slopes
from course_lib.never_give_up.bonus import intrinsic_rewards
from course_lib.never_give_up.distillation import distillation_errors
from course_lib.never_give_up.embedding import inverse_dynamics_losses
from course_lib.never_give_up.episodic_memory import episodic_bonus, neighbour_similarities
from course_lib.never_give_up.family import discounts_are_right
from course_lib.never_give_up.retrace import retrace_targets
from course_lib.workbook import claim, example, expect, require

TOLERANCE = 1e-5  # answers with tensors compute in float32


def softmax(logits):
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def counted(count):
    """What `slopes` counts the numbers of an answer by: cos(k)."""
    return np.cos(np.arange(count))


# --- neighbour_similarities ------------------------------------------------------------------------------------------


@example(neighbour_similarities)
def _(rng):
    return rng.normal(size=32), rng.normal(size=(500, 32)), 9000.0, 400.0, 10, 0.008, 1e-4


def kernel(squared, mean, cluster, epsilon):
    """K of squared distances, measured in their mean."""
    return epsilon / (np.maximum(squared / mean - cluster, 0) + epsilon)


def one_after_another(embedding, memory, total, count, neighbours, cluster, epsilon):
    """K, total and count by loops over memories and neighbours."""
    squared = sorted(
        sum((float(a) - float(b)) ** 2 for a, b in zip(embedding, row, strict=True)) for row in np.asarray(memory)
    )[:neighbours]
    total, count, found = total + math.fsum(squared), count + len(squared), []
    for number in squared:
        apart = number / (total / count) if total > 0 else 0.0
        found.append(epsilon / (max(apart - cluster, 0.0) + epsilon))
    return np.array(found), float(total), float(count)


@claim(neighbour_similarities, "Three neighbours among five memories, worked out by hand", weight=2)
def three_neighbours_by_hand(answer, rng):
    # Squared distances of the memories: 4, 25, 1, 36, 9; the nearest three: 1, 4, 9. Their sum 14 and the 6 of two earlier
    # ones make a mean of 20 / 5 = 4. So 1/4, 1, 9/4; less ξ = 1/2 that is 0, 1/2, 7/4; K = ½ / (d + ½) = 1, 1/2, 2/9.
    memory = floats([3, 1], [4, 5], [1, 2], [7, 1], [1, 4])
    near, d = floats(1, 4, 9), floats(0.25, 1, 2.25)
    right = floats(1, 1 / 2, 2 / 9), 20.0, 5.0

    def of(squared, mean=None, cluster=0.5, epsilon=0.5):
        squared = floats(*squared)
        total, count = 6 + squared.sum(), 2.0 + len(squared)
        return kernel(squared, mean or total / count, cluster, epsilon), total, count

    mistakes = {
        "The mean is that of these distances alone: d̄² is the *running* mean, of all distances so far and these.": (
            of(near, 14 / 3)
        ),
        "The mean leaves these distances out: first add them to `total` and `count`, then divide.": of(near, 3),
        "The distances are not squared: Σ (f − m)², without a root.": of((1, 2, 3)),
        "The mean over the entries of an embedding is taken: the squared distance is their *sum*.": of(near / 2),
        "It is cut off at the smallest squared distance: what is nearer than ξ is at 0, max(d − ξ, 0).": (
            0.5 / (np.maximum(d - 0.5, 1) + 0.5), *right[1:]
        ),
        "It is cut off at the smallest distance: what is nearer than ξ is at 0, max(d − ξ, 0).": (
            0.5 / (np.maximum(d - 0.5, 0.25) + 0.5), *right[1:]
        ),
        "Nothing is cut off: what is nearer than ξ is at 0, not below, max(d − ξ, 0).": (0.5 / d, *right[1:]),
        "ξ is a threshold here, and it is subtracted as well: max(d − ξ, 0).": (
            0.5 / (np.where(d > 0.5, d, 0) + 0.5), *right[1:]
        ),
        "ξ is not subtracted: max(d − ξ, 0).": of(near, cluster=0),
        "ξ is subtracted before the mean divides: ξ is measured in the mean, d² / d̄² − ξ.": (
            0.5 / (np.maximum(near - 0.5, 0) / 4 + 0.5), *right[1:]
        ),
        "ξ is added: d² / d̄² − ξ.": of(near, cluster=-0.5),
        "Nothing divides by the mean: distances are measured in d̄².": of(near, 1),
        "The root of the mean divides: d² / d̄², both squared.": of(near, 2),
        "The root is taken of d² / d̄²: the kernel gets it squared.": (
            0.5 / (np.maximum(np.sqrt(d) - 0.5, 0) + 0.5), *right[1:]
        ),
        "The numerator is 1: K = ε / (d + ε), which is 1 at d = 0.": (2 * right[0], *right[1:]),
        "These are 1 − K: K = ε / (d + ε), 1 for what is the same.": (1 - right[0], *right[1:]),
        "One neighbour too many: the k nearest.": of((1, 4, 9, 25)),
        "One neighbour too few: the k nearest.": of((1, 4)),
        "The state itself is counted among its neighbours: it is not in the memory yet.": of((0, 1, 4)),
        "The nearest one is left out, as though it were the state itself: that is not in the memory yet.": (
            of((4, 9, 25))
        ),
        "All memories are taken for neighbours: only the k nearest.": of((1, 4, 9, 25, 36)),
        "The farthest memories are taken: the k nearest.": of((36, 25, 9)),
        "The farthest memories are taken: the k nearest, the nearest first.": of((9, 25, 36)),
        "The last memories are taken: the k nearest.": of((1, 36, 9)),
        "The first memories are taken: the k nearest.": of((4, 25, 1)),
        "The order is that of the memory: the nearest first.": of((4, 1, 9)),
        "The order is upside down: the nearest first.": of((9, 4, 1)),
        "The mean is over all memories: it is that of the distances to the k nearest ones, over time.": (
            kernel(near, 81 / 7, 0.5, 0.5), 81.0, 7.0
        ),
        "`count` counts states: it counts distances, min(k, M) more each time.": (
            kernel(near, 20 / 3, 0.5, 0.5), 20.0, 3.0
        ),
        "`total` and `count` are returned as they came: return them with these distances.": (right[0], 6.0, 2.0),
        "The mean is returned in the place of the sum: (K, total, count).": (right[0], 4.0, 5.0),
        "`total` and `count` are exchanged: (K, total, count).": (right[0], 5.0, 20.0),
        "Only K is returned: the caller needs total and count for the next state.": right[0],
        "Σ K is returned: one number for each neighbour; `episodic_bonus` adds them up.": (
            np.array(right[0].sum()), *right[1:]
        ),
    }  # fmt: skip
    likely = "The three nearest squared distances are 1, 4, 9; the mean is (6 + 14) / (2 + 3) = 4; K = ½ / (max(d − ½, 0) + ½)."
    got = answer(floats(1, 1), memory, 6.0, 2.0, 3, 0.5, 0.5)
    expect(got, right, mistakes=mistakes, likely=likely)


@claim(neighbour_similarities, "The mean runs on from state to state")
def the_mean_runs_on(answer, rng):
    total, count, seen = np.float64(0), np.float64(0), []
    for scale in (1.0, 10.0, 0.1, 3.0):
        state, memory = scale * rng.normal(size=3), scale * rng.normal(size=(8, 3))
        near = np.sort([((state - row) ** 2).sum() for row in memory])[:4]
        seen.extend(near)
        right = kernel(near, np.mean(seen), 0.01, 0.1), np.sum(seen), float(len(seen))
        mistakes = {
            "Each state has a mean of its own: d̄² is the mean of *all* distances so far, which hardly moves after a while.": (
                kernel(near, near.mean(), 0.01, 0.1), *right[1:]
            ),
            "The mean is that of the means: divide the sum of all distances by how many they are.": (
                kernel(near, np.mean([seen[k : k + 4] for k in range(0, len(seen), 4)][-2:]), 0.01, 0.1), *right[1:]
            ),
        }  # fmt: skip
        got = answer(state, memory, total, count, 4, 0.01, 0.1)
        likely = "total and count grow by the k distances of each state; d̄² = total / count."
        expect(got, right, mistakes=mistakes, likely=likely)
        total, count = np.float64(got[1]), np.float64(got[2])


@claim(neighbour_similarities, "An empty memory has no neighbours, a small one has few, and neither gives nan")
def few_memories(answer, rng):
    state = rng.normal(size=3)
    for total, count in ((5.0, 3.0), (0.0, 0.0)):
        got = answer(state, np.zeros((0, 3)), np.float64(total), np.float64(count), 4, 0.01, 0.1)
        likely = (
            "With an empty memory there is nothing to compare with: K is empty, [0]; total and count stay as they were."
        )
        mistakes = {
            "nan comes out of an empty memory: no distances, no change of total and count.": (
                np.zeros(0), np.nan, np.nan
            ),
            "K has k entries although there are no memories: min(k, M), here none.": (np.zeros(4), total, count),
            "K has k ones although there are no memories: min(k, M) entries, here none.": (np.ones(4), total, count),
            "`count` grows by k although there are no memories: by min(k, M).": (np.zeros(0), total, count + 4),
        }  # fmt: skip
        expect(got, (np.zeros(0), total, count), mistakes=mistakes, likely=likely)
    for size in (1, 3, 4, 5):
        memory = rng.normal(size=(size, 3))
        args = state, memory, 5.0, 3.0, 4, 0.01, 0.1
        right = one_after_another(*args)
        mistakes = {
            "`count` grows by k although fewer memories are there: by min(k, M).": (
                kernel(np.sort(((memory - state) ** 2).sum(axis=1))[:4], right[1] / 7, 0.01, 0.1), right[1], 7.0
            )
        }  # fmt: skip
        likely = "Where M < k, all memories are neighbours, and there are M similarities."
        expect(answer(*args), right, mistakes=mistakes, likely=likely)


@claim(
    neighbour_similarities, "What is the same has similarity 1, and so has what is nearer than ξ; what is far, nearly 0"
)
def the_same_and_the_far(answer, rng):
    state = rng.normal(size=4)
    same = np.repeat(state[None], 5, axis=0)
    for total, count in ((0.0, 0.0), (0.0, 7.0), (30.0, 10.0)):
        got = answer(state, same, np.float64(total), np.float64(count), 5, 0.008, 1e-4)
        likely = "All five memories are the state itself: d = 0, so K = ε / ε = 1."
        mistakes = {
            "All distances so far are 0, and so is their mean: 0 / 0 is nan. Distances of 0 count as 0 there, K = 1.": (
                np.full(5, np.nan), total, count + 5
            )
        }  # fmt: skip
        expect(got, (np.ones(5), total, count + 5), mistakes=mistakes, likely=likely)
    # A billion earlier distances of mean 1: what comes does not move it. Squared distances 0.005 and 0.0081 around ξ; 100.
    steps = np.sqrt(floats(0.005, 0.008 + 1e-4, 100.008))
    memory = state + steps[:, None] * floats([1, 0, 0, 0])
    got = answer(state, memory, np.float64(1e9), np.float64(1e9), 3, 0.008, 1e-4)
    likely = "0.005 < ξ: K = 1. A step of ε beyond ξ: K = 1/2. 100 beyond: 10⁻⁴ / 100.0001."
    require(isinstance(got, tuple | list) and len(got) == 3, "It should return 3 values: K, total, count.")
    expect(got[0], floats(1, 0.5, 1e-4 / 100.0001), likely=likely, tolerance=1e-4)


@claim(neighbour_similarities, "In which unit embeddings are measured does not matter")
def any_unit(answer, rng):
    state, memory = rng.normal(size=6), rng.normal(size=(20, 6))
    right = one_after_another(state, memory, 12.0, 10.0, 5, 0.05, 0.1)
    for unit in (1000.0, 0.01):
        likely = "Embeddings and earlier distances in another unit: all d² grow alike, and so does their mean. K stays."
        got = answer(unit * state, unit * memory, 12.0 * unit**2, 10.0, 5, 0.05, 0.1)
        expect(got, (right[0], right[1] * unit**2, right[2]), likely=likely)


@claim(neighbour_similarities, "Random memories, neighbour by neighbour")
def neighbour_by_neighbour(answer, rng):
    likely = "The k smallest of Σ (f − m)², the nearest first; d̄² with them; ε / (max(d²/d̄² − ξ, 0) + ε)."
    for size, width, k in ((40, 5, 10), (5, 5, 5), (12, 1, 3), (6, 2, 1)):
        args = rng.normal(size=width), rng.normal(size=(size, width)), 3.0 * k, 2.0 * k, k, 0.02, 0.05
        expect(answer(*args), one_after_another(*args), likely=likely)


# --- episodic_bonus --------------------------------------------------------------------------------------------------


@example(episodic_bonus)
def _(rng):
    return rng.uniform(size=10), 0.001, 8.0


@claim(episodic_bonus, "Three similarities worked out by hand", weight=2)
def three_similarities_by_hand(answer, rng):
    # Σ K = 1 + 3/4 + 1/2 = 9/4, its root 3/2, with c = 0.1: s = 1.6 and 1/s = 0.625.
    mistakes = {
        "The root is forgotten: s = √(Σ K) + c.": 1 / 2.35,
        "c stands under the root: s = √(Σ K) + c.": 1 / math.sqrt(2.35),
        "c is missing: s = √(Σ K) + c.": 1 / 1.5,
        "c is subtracted: s = √(Σ K) + c.": 1 / 1.4,
        "c is added to the bonus: 1 / (√(Σ K) + c).": 1 / 1.5 + 0.1,
        "The similarities are averaged: a count grows with them, so add them up.": 1 / (math.sqrt(0.75) + 0.1),
        "The roots are added up: the root of the sum.": 1 / (1 + math.sqrt(0.75) + math.sqrt(0.5) + 0.1),
        "The similarities are squared: s = √(Σ K) + c, each K as it is.": 1 / (math.sqrt(1 + 0.5625 + 0.25) + 0.1),
        "s itself is returned: what is like much gets *little*, 1/s.": 1.6,
        "Only the most similar one counts: add all up.": 1 / 1.1,
        "It is 0 where s is *smaller* than s_m: 0 where s > s_m, else 1/s.": 0.0,
        "s_m stands in the place of s: 1/s, and 0 where s > s_m.": 1 / 8,
        "1/s² is returned: 1/s.": 1 / 1.6**2,
        "1/√s is returned: the root is in s already.": 1 / math.sqrt(1.6),
    }
    likely = "s = √(1 + 0.75 + 0.5) + 0.1 = 1.6, and the bonus is 1/s."
    expect(answer(floats(1, 0.75, 0.5), 0.1, 8.0), 0.625, mistakes=mistakes, likely=likely)


@claim(episodic_bonus, "n times the same: 1/√n, as a count would give it")
def as_a_count(answer, rng):
    for n in (1, 2, 4, 9, 10, 25):
        likely = "n similarities of 1 stand for n visits: 1 / (√n + c), nearly 1/√n."
        expect(answer(np.ones(n), 1e-9, 8.0), 1 / math.sqrt(n), likely=likely)
    likely = "Ten neighbours that are the same, c = 0.001: 1 / (3.16228 + 0.001) = 0.3161278."
    expect(answer(np.ones(10), 0.001, 8.0), 0.3161278, likely=likely, tolerance=1e-7)


@claim(episodic_bonus, "Where s is above s_m there is no bonus; up to it there is one")
def above_the_largest(answer, rng):
    # s_m = 4. Nine, sixteen and twenty-five similarities of 1 with c = 0: s = 3, 4, 5. Then half a similarity: s < 1.
    counts, right = (9, 16, 25), (1 / 3, 1 / 4, 0.0, 2.0)
    half = floats(0.25)
    got = tuple(answer(given, 0.0, 4.0) for given in (*map(np.ones, counts), half))
    mistakes = {
        "Nothing is cut off: the bonus is 0 where s > s_m.": (1 / 3, 1 / 4, 1 / 5, 2.0),
        "Σ K is compared with s_m: its root and c, s, is.": (0.0, 0.0, 0.0, 2.0),
        "It is 0 where s *equals* s_m, too: only where s > s_m.": (1 / 3, 0.0, 0.0, 2.0),
        "s is cut off at s_m: where s > s_m the bonus is 0, not 1/s_m.": (1 / 3, 1 / 4, 1 / 4, 2.0),
        "It is the wrong way round: 0 where s > s_m, else 1/s.": (0.0, 0.0, 1 / 5, 0.0),
        "How many similarities there are is compared with s_m: s is.": (0.0, 0.0, 0.0, 2.0),
    }
    likely = "With s_m = 4: s = 3 and 4 get 1/3 and 1/4, s = 5 gets 0."
    expect(got, right, mistakes=mistakes, likely=likely)


@claim(episodic_bonus, "An empty memory gives no bonus, and not nan")
def nothing_to_compare_with(answer, rng):
    mistakes = {
        "nan comes out of an empty memory: no similarities, no bonus, 0.": math.nan,
        "An empty memory gives 1/c: the first state of each episode would get a bonus of 1000. It gets 0.": 1000.0,
        "An empty memory gives 1: there is nothing to compare with, and no bonus, 0.": 1.0,
        "An empty memory gives an infinite bonus: it gets 0.": math.inf,
    }
    likely = "With an empty memory (`len(similarities) == 0`) the bonus is 0."
    expect(answer(np.zeros(0), 0.001, 8.0), 0.0, mistakes=mistakes, likely=likely)


@claim(episodic_bonus, "What is like nothing gets 1/c, and no more")
def c_bounds_the_bonus(answer, rng):
    mistakes = {
        "Σ K = 0 is taken for an empty memory: what is like nothing is the newest of all, 1/c.": 0.0,
        "The bonus grows without end: c is added to the root before dividing.": math.inf,
    }
    likely = "Σ K = 0: s = c, and the bonus is 1/c."
    for constant in (0.001, 0.5):
        expect(answer(np.zeros(4), constant, 8.0), 1 / constant, mistakes=mistakes, likely=likely)


@claim(episodic_bonus, "Random similarities, added up one by one")
def added_up_one_by_one(answer, rng):
    likely = "1 / (√(Σ K) + c), however many similarities there are, in whatever order."
    for size in (1, 3, 10, 30):
        given, total = rng.uniform(size=size), 0.0
        for number in given:
            total += float(number)
        right = 1 / (math.sqrt(total) + 0.01)
        expect(answer(given, 0.01, 8.0), right, likely=likely)
        expect(answer(given[::-1].copy(), 0.01, 8.0), right, likely=likely)


# --- inverse_dynamics_losses -----------------------------------------------------------------------------------------


@example(inverse_dynamics_losses)
def _(rng):
    return (*rng.normal(size=(2, 6, 4)), *layers(rng, 4, 5, 3), rng.integers(3, size=6).astype(np.int32))


def layers(rng, size, hidden, actions):
    """Random weights of the hidden and of the last layer."""
    return (
        rng.normal(size=(2 * size, hidden)), rng.normal(size=hidden),
        rng.normal(size=(hidden, actions)), rng.normal(size=actions),
    )  # fmt: skip


def relu(numbers):
    """What is above 0."""
    return np.maximum(numbers, 0)


def logits_of(before, after, hidden_kernel, hidden_bias, kernel, bias, bend=relu):
    """The logits of the actions, [B, A]."""
    return bend(np.concatenate([before, after], axis=1) @ hidden_kernel + hidden_bias) @ kernel + bias


def costs(logits, actions):
    """−ln p of each action, [B]."""
    top = logits.max(axis=1)
    return np.array([
        m + math.log(sum(math.exp(x - m) for x in row)) - row[a] for row, m, a in zip(logits, top, actions, strict=True)
    ])  # fmt: skip


@claim(inverse_dynamics_losses, "Two transitions worked out by hand", weight=2)
def two_transitions_by_hand(answer, rng):
    # The hidden units are after − before + 1 and before − after: (2, −1) and (−1, 2), with ReLU (2, 0) and (0, 2).
    # Logits (2 ln 2, ln 2, 0) and (0, 2 ln 3 + ln 2, 0): p = (4, 2, 1)/7 and (1, 18, 1)/20. Done were 0 and 1.
    ln2, ln3 = math.log(2), math.log(3)
    before, after = floats([1], [3]), floats([2], [1])
    weights = floats([-1, 1], [1, -1]), floats(1, 0), floats([ln2, 0, 0], [0, ln3, 0]), floats(0, ln2, 0)
    actions = np.array([0, 1], np.int32)
    right = floats(math.log(7 / 4), math.log(20 / 18))
    p, done = floats([4, 2, 1], [1, 18, 1]) / floats([7], [20]), np.eye(3)[[0, 1]]
    logits = logits_of(before, after, *weights)

    def with_(one=before, two=after, bend=relu, hidden_bias=weights[1], bias=weights[3]):
        return costs(logits_of(one, two, weights[0], hidden_bias, weights[2], bias, bend), actions)

    mistakes = {
        "Before and after are exchanged: f(s_t) stands first, then f(s_{t+1}).": with_(after, before),
        "f(s_t) is put in twice: f(s_t) and f(s_{t+1}).": with_(before, before),
        "f(s_{t+1}) is put in twice: f(s_t) and f(s_{t+1}).": with_(after, after),
        "The ReLU is missing: without it both layers are one.": with_(bend=lambda x: x),
        "tanh stands in the place of the ReLU.": with_(bend=np.tanh),
        "A sigmoid stands in the place of the ReLU.": with_(bend=lambda x: 1 / (1 + np.exp(-x))),
        "The bias of the hidden layer is missing.": with_(hidden_bias=0),
        "The bias of the hidden layer is added behind the ReLU: before it.": (
            costs(
                (relu(np.concatenate([before, after], axis=1) @ weights[0]) + weights[1]) @ weights[2] + weights[3],
                actions,
            )
        ),
        "The bias of the last layer is missing.": with_(bias=0),
        "This is the squared error of the probabilities: a softmax is taught by −ln p, the cross entropy.": (
            ((p - done) ** 2).sum(axis=1)
        ),
        "This is the mean squared error of the probabilities: a softmax is taught by −ln p, the cross entropy.": (
            ((p - done) ** 2).mean(axis=1)
        ),
        "This is the mean squared error of the logits: −ln p, the cross entropy.": ((logits - done) ** 2).mean(axis=1),
        "The sign is wrong: −ln p.": -right,
        "These are the probabilities: −ln p.": p[[0, 1], [0, 1]],
        "This is 1 − p: −ln p.": 1 - p[[0, 1], [0, 1]],
        "The logits of what was done are returned: the logarithm of the sum of exponentials belongs to −ln p, too.": (
            -logits[[0, 1], [0, 1]]
        ),
        "The softmax is taken twice: the function of TensorFlow takes logits, not probabilities.": costs(p, actions),
        "The softmax runs along the batch: along the actions, the last axis.": costs(logits.T[:2], actions),
        "The mean over the batch is taken: each transition keeps its own number, [B].": np.array(right.mean()),
        "The sum over the batch is taken: each transition keeps its own number, [B].": np.array(right.sum()),
        "It returns −ln p of all actions: that of a_t is asked for.": -np.log(p),
        "−ln p of all other actions is counted, too (binary cross entropies): one softmax over the actions.": (
            -(done * np.log(1 / (1 + np.exp(-logits))) + (1 - done) * np.log(1 / (1 + np.exp(logits)))).sum(axis=1)
        ),
        "The logarithm has the base 2.": right / ln2,
    }
    likely = "hidden = ReLU([f(s_t), f(s_{t+1})] W + b), logits = hidden V + c, −ln softmax(logits)[a_t]: ln 7/4 and ln 20/18."
    expect(answer(before, after, *weights, actions), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(inverse_dynamics_losses, "Who knows nothing pays ln A, whatever is seen")
def who_knows_nothing(answer, rng):
    likely = "With a last layer of zeros all A actions have the probability 1/A: −ln p = ln A."
    for count in (2, 5):
        hidden_kernel, hidden_bias, kernel, bias = layers(rng, 3, 4, count)
        args = *rng.normal(size=(2, 4, 3)), hidden_kernel, hidden_bias, 0 * kernel, 0 * bias
        got = answer(*args, rng.integers(count, size=4).astype(np.int32))
        expect(got, np.full(4, math.log(count)), likely=likely, tolerance=TOLERANCE)


@claim(inverse_dynamics_losses, "Who is certain pays nothing where it is right, and much where it is wrong")
def who_is_certain(answer, rng):
    # Logits 300 and −300 whatever is seen: nothing for action 0, 600 for action 1.
    args = np.zeros((2, 1)), np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(1), np.zeros((1, 2)), floats(300, -300)
    got = np.asarray(answer(*args, np.array([0, 1], np.int32)))
    right = floats(0, 600)
    likely = "ln of a softmax of 0 is −∞: take tf.nn.log_softmax, or the cross entropy of TensorFlow with the logits."
    require(got.dtype.kind != "f" or np.isfinite(got).all(), likely, expected=right, got=got)
    capped = "Probabilities are cut off at a small number: take the cross entropy with the logits, which needs no such thing."
    expect(got, right, likely=capped, tolerance=TOLERANCE)


@claim(inverse_dynamics_losses, "Random networks, transition by transition")
def transition_by_transition(answer, rng):
    likely = (
        "Each transition by itself: [f(s_t), f(s_{t+1})] along the last axis, ReLU, logits, −ln p of its own action."
    )
    for count, size, hidden, width in ((4, 2, 4, 4), (1, 3, 2, 2), (6, 1, 3, 6)):
        weights, given = layers(rng, size, hidden, width), rng.normal(size=(2, count, size))
        actions = rng.integers(width, size=count).astype(np.int32)
        rows = [logits_of(given[0, b : b + 1], given[1, b : b + 1], *weights) for b in range(count)]
        right = np.concatenate([costs(row, actions[b : b + 1]) for b, row in enumerate(rows)])
        mistakes = {
            "The next transition's action is taken: a_t belongs to row t.": costs(
                np.concatenate(rows), np.roll(actions, -1)
            ),
            "The features stand side by side the wrong way round: those before the action first.": (
                costs(logits_of(given[1], given[0], *weights), actions)
            ),
        }
        expect(answer(*given, *weights, actions), right, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(inverse_dynamics_losses, "Both branches learn, and every layer: p − onehot, handed back")
def handed_back(answer, rng):
    before, after, actions = *rng.normal(size=(2, 5, 3)), rng.integers(3, size=5).astype(np.int32)
    hidden_kernel, hidden_bias, kernel, bias = weights = layers(rng, 3, 4, 3)
    seen = np.concatenate([before, after], axis=1)
    hidden = relu(seen @ hidden_kernel + hidden_bias)
    to_logits = counted(5)[:, None] * (softmax(hidden @ kernel + bias) - np.eye(3)[actions])
    to_sums = (to_logits @ kernel.T) * (hidden > 0)
    to_seen = to_sums @ hidden_kernel.T
    right = {
        "before": to_seen[:, :3], "after": to_seen[:, 3:], "hidden_kernel": seen.T @ to_sums,
        "hidden_bias": to_sums.sum(axis=0), "kernel": hidden.T @ to_logits, "bias": to_logits.sum(axis=0),
    }  # fmt: skip
    zeros = {name: np.zeros_like(slope) for name, slope in right.items()}

    def without(*names):
        return right | {name: zeros[name] for name in names}

    mistakes = {
        "f(s_t) learns nothing: both branches are the same network, and both teach it. Stop nothing.": without(
            "before"
        ),
        "f(s_{t+1}) learns nothing: both branches are the same network, and both teach it. Stop nothing.": (
            without("after")
        ),
        "The features learn nothing: this loss is what the embedding is made by. Stop nothing.": (
            without("before", "after")
        ),
        "The features and the hidden layer learn nothing: stop nothing.": (
            without("before", "after", "hidden_kernel", "hidden_bias")
        ),
        "No gradient flows at all: stay with tf functions, and stop nothing.": zeros,
        "The gradient has the wrong sign: it has to fall where p rises.": {
            name: -slope for name, slope in right.items()
        },
    }
    got = slopes(inverse_dynamics_losses, answer, (before, after, *weights, actions))
    likely = "By the logits the slope is p − onehot(a_t); from there back through both layers, and through the ReLU."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


# --- distillation_errors ---------------------------------------------------------------------------------------------


@example(distillation_errors)
def _(rng):
    return rng.normal(size=(2, 16, 12))


@claim(distillation_errors, "Two predictions worked out by hand", weight=2)
def two_predictions_by_hand(answer, rng):
    # Apart by (0, 2, 3) and (−3, 0, 3): squares 13 and 18, means 13/3 and 6.
    predicted, target = floats([1, 2, 3], [0, 0, 0]), floats([1, 0, 0], [3, 0, -3])
    apart = predicted - target
    mistakes = {
        "The squares are added up: take their mean over the features.": floats(13, 18),
        "Half of it: mean_d (p_d − t_d)², without ½.": floats(13 / 6, 3),
        "The sum of the squares, halved: take their mean over the features.": floats(13 / 2, 9),
        "The root is taken: the error is the mean of the squares itself.": np.sqrt(floats(13 / 3, 6)),
        "This is the distance, a root of the sum: the mean of the squares.": np.sqrt(floats(13, 18)),
        "The sizes are not squared: mean_d (p_d − t_d)².": np.abs(apart).mean(axis=1),
        "Nothing is squared, so that errors cancel: mean_d (p_d − t_d)².": apart.mean(axis=1),
        "The mean is squared, so that errors cancel: square first, then average.": apart.mean(axis=1) ** 2,
        "The mean over the batch, too, is taken: each observation keeps its own error, [B].": np.array(31 / 6),
        "The sum over everything is taken: each observation keeps its own error, [B].": np.array(31.0),
        "The mean runs over the batch: over the features, the last axis.": (apart**2).mean(axis=0),
        "The mean is missing: each observation has one error, the mean over its features.": apart**2,
        "The sign is wrong: an error is not below 0.": -floats(13 / 3, 6),
        "The features of the random network count as 0.": (predicted**2).mean(axis=1),
        "The predictions count as 0.": (target**2).mean(axis=1),
        "Only the largest difference counts: the mean over all features.": (apart**2).max(axis=1),
    }
    likely = "The differences are (0, 2, 3) and (−3, 0, 3): means of their squares 13/3 and 6."
    expect(answer(predicted, target), floats(13 / 3, 6), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(
    distillation_errors, "Only the predictor learns: 2 (p − t) / D, and nothing of it for the random network", weight=2
)
def only_the_predictor_learns(answer, rng):
    predicted, target = rng.normal(size=(2, 4, 3))
    slope, nothing = counted(4)[:, None] * 2 * (predicted - target) / 3, np.zeros((4, 3))
    right = {"predicted": slope, "target": nothing}
    mistakes = {
        "The random network is taught, too: it has to stay as it is, so tf.stop_gradient around `target`.": (
            right | {"target": -slope}
        ),
        "The wrong one is stopped: the predictor has to learn, the random network not.": {
            "predicted": nothing, "target": -slope,
        },
        "Nobody learns: stop `target` alone, and stay with tf functions.": right | {"predicted": nothing},
        "The gradient has the wrong sign.": right | {"predicted": -slope},
    }  # fmt: skip
    got = slopes(distillation_errors, answer, (predicted, target))
    likely = "∂/∂p_d = 2 (p_d − t_d) / D; `target` is stopped."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(distillation_errors, "It is 0 for what is predicted rightly, and for nothing else")
def right_predictions_cost_nothing(answer, rng):
    target = rng.normal(size=(3, 5))
    expect(answer(target, target), np.zeros(3), likely="p = t: the error is 0.", tolerance=TOLERANCE)
    likely = "Moved by a number everywhere, the error is that number squared, above or below."
    for off in (0.5, -0.5):
        expect(answer(target + off, target), np.full(3, 0.25), likely=likely, tolerance=TOLERANCE)
    swinging = target + floats(1, -1, 1, -1, 0)
    likely = "Errors above and below do not cancel: square each of them, then average."
    expect(answer(swinging, target), np.full(3, 0.8), likely=likely, tolerance=TOLERANCE)


@claim(distillation_errors, "How many features there are does not matter: twice the same features, the same error")
def twice_the_same_features(answer, rng):
    predicted, target = rng.normal(size=(2, 4, 6))
    right = [sum((p - t) ** 2 for p, t in zip(*rows, strict=True)) / 6 for rows in zip(predicted, target, strict=True)]
    for times in (1, 2, 5):
        likely = "It is a mean over the features: doubled features have the same mean."
        got = answer(np.tile(predicted, times), np.tile(target, times))
        expect(got, np.array(right), likely=likely, tolerance=TOLERANCE)


@claim(distillation_errors, "Each observation by itself, whatever the sizes")
def observation_by_observation(answer, rng):
    likely = "Row b of both arrays belongs to observation b: the mean over its own features."
    for shape in ((4, 4), (1, 3), (5, 1), (2, 128)):
        predicted, target = rng.normal(size=(2, *shape))
        right = np.zeros(shape[0])
        for b, d in np.ndindex(shape):
            right[b] += (predicted[b, d] - target[b, d]) ** 2 / shape[1]
        expect(answer(predicted, target), right, likely=likely, tolerance=TOLERANCE)


# --- intrinsic_rewards -----------------------------------------------------------------------------------------------


@example(intrinsic_rewards)
def _(rng):
    return rng.uniform(0.3, 3, 16), rng.exponential(size=16), 800.0, 1.1, 900.0, 5.0


def moments(*numbers):
    """count, mean, and the sum of squared deviations."""
    numbers = np.concatenate([np.ravel(part) for part in numbers]).astype(float)
    mean = math.fsum(numbers) / len(numbers)
    return float(len(numbers)), mean, math.fsum((numbers - mean) ** 2)


@claim(intrinsic_rewards, "Two actors worked out by hand", weight=2)
def two_actors_by_hand(answer, rng):
    # Errors so far 1 and 3, so count 2, mean 2, squares 2. Now 9 and 3: of all four the mean is 4, the deviations are
    # −3, −1, 5, −1, their squares 36, σ = √(36/4) = 3. α = 1 + 5/3 = 8/3, and 1 − 1/3, which counts as 1.
    episodic, errors = floats(0.3, 0.5), floats(9, 3)
    now = 4.0, 4.0, 36.0

    def of(*alpha, after=now, clipped=True):
        alpha = floats(*alpha)
        return episodic * (np.clip(alpha, 1, 5) if clipped else alpha), *after

    alpha = 8 / 3, 2 / 3
    twice = moments((1, 3), errors, errors)
    spread = math.sqrt(twice[2] / twice[0])
    mistakes = {
        "α is not cut off below 1: what was seen often in the lifetime leaves the episodic bonus as it is.": (
            of(*alpha, clipped=False)
        ),
        "μ and σ are those before these errors: first take these errors in, then normalise.": of(8, 2),
        "The errors are taken in twice, before and after: once.": of(
            *(1 + (errors - twice[1]) / spread), after=twice
        ),
        "The errors are taken in twice, before and after: what is returned has them twice.": of(*alpha, after=twice),
        "The variance divides: σ is its root.": of(1 + 5 / 9, 1 - 1 / 9),
        "The root of `squares` divides: σ² = squares / count.": of(1 + 5 / 6, 1 - 1 / 6),
        "squares / (count − 1) is taken for σ²: divide by count.": of(1 + 5 / math.sqrt(12), 1),
        "1 + is missing: α = 1 + (error − μ) / σ.": of(5 / 3, -1 / 3),
        "1 + is missing, and nothing is cut off: α = 1 + (error − μ) / σ, between 1 and L.": of(5 / 3, -1 / 3, clipped=False),
        "μ and σ are those of these errors alone: all errors so far, these ones included.": of(2, 0),
        "μ is not subtracted: α = 1 + (error − μ) / σ.": of(4, 2),
        "μ divides: the deviation σ does.": of(1 + 5 / 4, 1),
        "The sign is wrong: what is *worse* predicted than usual is new.": of(1 - 5 / 3, 1 + 1 / 3),
        "min and max are exchanged: min(max(α, 1), L) is between 1 and L, not always L.": of(5, 5),
        "min and max are exchanged: min(max(α, 1), L) is between 1 and L, not always 1.": of(1, 1),
        "α is added: it multiplies the episodic bonus.": (episodic + floats(8 / 3, 1), *now),
        "The reward is cut off, not α: min(max(α, 1), L), then it multiplies the episodic bonus.": (
            np.clip(episodic * floats(*alpha), 1, 5), *now
        ),
        "α is returned: r^i is the episodic bonus times α.": (floats(8 / 3, 1), *now),
        "The bonus is divided by α: it multiplies.": (episodic / floats(8 / 3, 1), *now),
        "`squares` adds up two sums around two different means: that the means differ counts, too.": of(
            1 + 5 / math.sqrt(5), 1, after=(4.0, 4.0, 20.0)
        ),
        "`mean` is the mean of two means: each error counts once.": of(*alpha, after=(4.0, 4.0, 38.0)),
        "The variance is returned in the place of the sum of squares: (r^i, count, mean, squares).": (
            of(*alpha, after=(4.0, 4.0, 9.0))
        ),
        "The deviation is returned in the place of the sum of squares: (r^i, count, mean, squares).": (
            of(*alpha, after=(4.0, 4.0, 3.0))
        ),
        "count, mean and squares are returned as they came: return them with these errors.": (
            of(*alpha, after=(2.0, 2.0, 2.0))
        ),
        "Only r^i is returned: the caller needs count, mean and squares for the next errors.": of(*alpha)[0],
        "count grows by 1: it grows by as many errors as there are.": of(*alpha, after=(3.0, 4.0, 36.0)),
    }  # fmt: skip
    likely = (
        "Of 1, 3, 9 and 3 the mean is 4 and σ is 3: α = 8/3, and 2/3, which counts as 1. count 4, mean 4, squares 36."
    )
    got = answer(episodic, errors, 2.0, 2.0, 2.0, 5.0)
    expect(got, of(*alpha), mistakes=mistakes, likely=likely)


@claim(intrinsic_rewards, "α is at least 1 and at most L")
def between_one_and_l(answer, rng):
    # A billion errors of mean 0 and deviation 1: those that come hardly move them, and α = 1 + error.
    errors = floats(-50, -1, -0.5, 0, 0.5, 1, 3, 3.9, 5, 100)
    alpha, ones = 1 + errors, np.ones(len(errors))
    for largest in (5.0, 2.0):
        right = np.clip(alpha, 1, largest)
        mistakes = {
            "α is not cut off below 1: it never takes anything away from the episodic bonus.": (
                np.minimum(alpha, largest)
            ),
            "α is not cut off above L: one strange observation would be worth more than all the rest.": (
                np.maximum(alpha, 1)
            ),
            "α is not cut off: between 1 and L.": alpha,
            "It is cut off before 1 is added: min(max(1 + …, 1), L).": 1 + np.clip(errors, 1, largest),
            "It is cut off at 0 and L before 1 is added: min(max(1 + …, 1), L).": 1 + np.clip(errors, 0, largest),
            "α is cut off at 0: at 1.": np.clip(alpha, 0, largest),
            "It is cut off at 5, whatever L: `largest` is L.": np.clip(alpha, 1, 5),
            "It is cut off at −L and L: between 1 and L.": np.clip(alpha, -largest, largest),
        }
        got = answer(ones, errors, 1e9, 0.0, 1e9, largest)
        require(
            isinstance(got, tuple | list) and len(got) == 4, "It should return 4 values: r^i, count, mean, squares."
        )
        expect(got[0], right, mistakes=mistakes, likely="min(max(α, 1), L).", tolerance=1e-4)


@claim(intrinsic_rewards, "Errors taken in bit by bit count as though they had been collected")
def as_though_collected(answer, rng):
    state, seen = (0.0, 0.0, 0.0), []
    for size, around in ((4, 0.0), (3, 10.0), (1, -5.0), (6, 2.0)):
        episodic, errors = rng.uniform(size=size), around + rng.normal(size=size)
        before = np.array(seen)
        seen.extend(errors)
        count, mean, squares = moments(seen)
        alpha = 1 + (errors - mean) / math.sqrt(squares / count)
        right = episodic * np.clip(alpha, 1, 5), count, mean, squares
        apart = sum(((part - part.mean()) ** 2).sum() for part in (before, errors) if len(part))
        twice = moments(seen, errors)
        mistakes = {
            "That the mean has moved is left out of `squares`: around one mean for all, they are more.": (
                episodic * np.clip(1 + (errors - mean) / math.sqrt(max(apart, 1e-9) / count), 1, 5), count, mean, apart
            ),
            "The errors are taken in twice: once, before α.": (
                episodic * np.clip(1 + (errors - twice[1]) / math.sqrt(twice[2] / twice[0]), 1, 5), *twice
            ),
            "The errors are taken in twice, before α and after it: once, before.": (right[0], *twice),
        }  # fmt: skip
        got = answer(episodic, errors, *state, 5.0)
        likely = "count, mean and Σ (error − mean)² of *all* errors so far, in however many bits they came."
        expect(got, right, mistakes=mistakes, likely=likely)
        state = tuple(float(part) for part in got[1:])


@claim(intrinsic_rewards, "Where no error differs from another, α is 1 and not nan")
def no_spread(answer, rng):
    for size, count in ((1, 0.0), (4, 0.0), (2, 6.0)):
        got = answer(
            np.full(size, 0.5), np.full(size, 2.0), np.float64(count), np.float64(2.0 * (count > 0)), np.float64(0), 5.0
        )
        mistakes = {
            "0 / 0 is nan: where σ = 0 no error is unusual, so α = 1.": (
                np.full(size, np.nan), count + size, 2.0, 0.0
            ),
            "Where σ = 0 the bonus is 0: there α = 1, and the episodic bonus stays.": (
                np.zeros(size), count + size, 2.0, 0.0
            ),
        }  # fmt: skip
        likely = "The first error, or all errors alike: σ = 0, and α = 1 leaves the episodic bonus as it is."
        expect(got, (np.full(size, 0.5), count + size, 2.0, 0.0), mistakes=mistakes, likely=likely)


@claim(intrinsic_rewards, "Each actor has its own bonus, and none where nothing is new in its episode")
def each_actor_by_itself(answer, rng):
    episodic, errors = floats(0, 1, 0, 2.5), floats(3, -2, 0.5, 1)
    for factor in (1.0, 3.0):
        got = answer(factor * episodic, errors, 1e9, 0.0, 1e9, 5.0)
        likely = "r^i = r^episodic α, actor by actor: 0 stays 0, 2.5 with α = 2 is 5, and three times the bonus is three times r^i."
        require(
            isinstance(got, tuple | list) and len(got) == 4, "It should return 4 values: r^i, count, mean, squares."
        )
        expect(got[0], factor * floats(0, 1, 0, 5), likely=likely, tolerance=1e-4)


# --- retrace_targets -------------------------------------------------------------------------------------------------


@example(retrace_targets)
def _(rng):
    return played(rng, 8, 4, 3)


def played(rng, steps, count, width):
    """A random stretch: values, policy, actions, rewards, discounts, traces."""
    return (
        2 * rng.normal(size=(steps, count, width)), softmax(rng.normal(size=(steps, count, width))),
        rng.integers(width, size=(steps, count)).astype(np.int32), rng.normal(size=(steps, count)),
        np.where(rng.random((steps, count)) < 0.2, 0.0, 0.95), rng.uniform(0, 0.95, (steps, count)),
    )  # fmt: skip


def squeezed(numbers, epsilon=1e-3):
    """h: large numbers small."""
    numbers = np.asarray(numbers, float)
    return np.sign(numbers) * (np.sqrt(np.abs(numbers) + 1) - 1) + epsilon * numbers


def stretched(numbers, epsilon=1e-3, power=2):
    """h⁻¹; power 1 is the misprint of the paper's appendix."""
    numbers = np.asarray(numbers, float)
    root = (np.sqrt(1 + 4 * epsilon * (np.abs(numbers) + 1 + epsilon)) - 1) / (2 * epsilon)
    return np.sign(numbers) * (root**power - 1)


def of_actions(q, actions):
    """q(s_t, a_t), [T, B]."""
    return np.take_along_axis(q, actions[..., None], axis=-1)[..., 0]


def retraced(q, policy, actions, r, g, c):
    """q(s_t, a_t) + Σ_s γ … (Π c) δ_s by its definition: two loops over rows, and a product."""
    taken, expected = of_actions(q, actions), (policy * q).sum(axis=-1)
    found = taken[:-1].copy()
    for b in range(q.shape[1]):
        for t in range(len(q) - 1):
            factor = 1.0
            for s in range(t, len(q) - 1):
                if s > t:
                    factor *= g[s - 1, b] * c[s, b]
                found[t, b] += factor * (r[s, b] + g[s, b] * expected[s + 1, b] - taken[s, b])
    return found


@claim(retrace_targets, "Three rows worked out by hand", weight=2)
def three_rows_by_hand(answer, rng):
    # q(a) = 2, 2; Σ π q = 4 in row 1 and 2 in row 2. δ_0 = 1 + 4/2 − 2 = 1, δ_1 = 3 + 2/2 − 2 = 2.
    # A_1 = 2, A_0 = 1 + ½ · ¼ · 2 = 1.25. So in the units of returns 3.25 and 4, and h of these.
    q = floats([2, 4], [6, 2], [8, 0])[:, None]
    policy = floats([0.75, 0.25], [0.5, 0.5], [0.25, 0.75])[:, None]
    actions = np.array([[0], [1], [0]], np.int32)
    r, g, c = floats([1], [3], [50]), floats([0.5], [0.5], [0.9]), floats([0.7], [0.25], [0.8])
    values = squeezed(q)

    def units(first, second):
        return floats([first], [second])

    def h(first, second):
        return squeezed(units(first, second))

    onehot = np.eye(2)
    greedy, even = onehot[q.argmax(axis=-1)], np.full(policy.shape, 0.5)
    rows, never = (policy, actions, r, g, c), np.zeros((3, 1))
    raw = retraced(values, *rows)
    unsquared = stretched(values, power=1)
    mistakes = {
        "Σ_a π(a) q is replaced by the maximum of q: π here is not greedy.": squeezed(
            retraced(q, greedy, *rows[1:])
        ),
        "Σ_a π(a) q is replaced by q of the action that was done: it is what π expects.": (
            squeezed(retraced(q, onehot[actions], *rows[1:]))
        ),
        "q is averaged, each action alike: Σ_a π(a) q(s_{t+1}, a).": squeezed(retraced(q, even, *rows[1:])),
        "π is that of row t: Σ_a π(a | s_{t+1}) q(s_{t+1}, a), both of row t + 1.": (
            squeezed(retraced(q, np.concatenate([policy[:1], policy[:2]]), *rows[1:]))
        ),
        "The product of traces begins at t: c_t belongs to the action that was done anyway; it begins at t + 1.": (
            h(2 + 1 + 0.5 * 0.7 * 2, 4)
        ),
        "The traces are taken one row too late: A_t is reached through c_{t+1}.": h(2 + 1 + 0.5 * 0.8 * 2, 4),
        "The traces also multiply the error of their own row: A_t = δ_t + …, δ_t as it is.": (
            h(2 + 0.7 * 1 + 0.7 * 0.5 * 0.25 * 2, 2 + 0.25 * 2)
        ),
        "The traces multiply δ_t, too: A_t = δ_t + γ_{t+1} c_{t+1} A_{t+1}, δ_t as it is.": h(
            2 + 0.7 * (1 + 0.5 * 0.25 * 2), 2 + 0.25 * 2
        ),
        "γ is missing before c: A_t = δ_t + γ_{t+1} c_{t+1} A_{t+1}.": h(2 + 1 + 0.25 * 2, 4),
        "c is missing: A_t = δ_t + γ_{t+1} c_{t+1} A_{t+1}.": h(2 + 1 + 0.5 * 2, 4),
        "γ and c are missing before A_{t+1}.": h(2 + 1 + 2, 4),
        "The traces are not used: these are targets of one step.": squeezed(retraced(q, *rows[:-1], never)),
        "γ is missing before Σ π q.": h(2 + 3 + 0.5 * 0.25 * 3, 2 + 3),
        "h is missing at the end: the target is taught to a network whose values are h(q).": units(3.25, 4),
        "h⁻¹ is missing: what the network says is h(q), so `unscale` it first.": squeezed(raw),
        "h and h⁻¹ are both missing: rewards cannot be added to values that are rescaled.": raw,
        "h is applied twice.": squeezed(h(3.25, 4)),
        "h and h⁻¹ are exchanged: `unscale` what the network says, `rescale` the target.": (
            stretched(retraced(squeezed(values), *rows))
        ),
        "h⁻¹ is applied to the target: `rescale` it.": stretched(units(3.25, 4)),
        "h⁻¹ is applied to the target as well, after h: return h(q + A).": units(3.25, 4),
        "h⁻¹ lacks its square, as the paper's appendix misprints it: `unscale` has it.": (
            squeezed(retraced(unsquared, *rows))
        ),
        "q(s_t, a_t) is missing: A_t says how much to move from it.": h(1.25, 2),
        "h is applied to A alone: h(q + A), not h(q) + h(A).": of_actions(values, actions)[:-1] + h(1.25, 2),
        "q(s_t, a_t) is not subtracted in δ_t.": h(2 + 3 + 0.5 * 0.25 * 4, 2 + 4),
        "The rewards are those of the next row: `rewards_tp1[t]` belongs to row t.": (
            squeezed(retraced(q, policy, actions, np.roll(r, -1, axis=0), g, c))
        ),
        "The discounts are those of the next row: `discounts_tp1[t]` belongs to row t.": (
            squeezed(retraced(q, policy, actions, r, np.roll(g, -1, axis=0), c))
        ),
        "The largest value stands where q(s_t, a_t) belongs: that of the action that was done.": squeezed(
            retraced(q, policy, q.argmax(axis=-1), r, g, c)
        ),
        "They run forward in time: A_t needs A_{t+1}, so begin at the last row.": h(2 + 1, 2 + 2 + 0.5 * 0.25 * 1),
        "They are in reverse order: row 0 comes first.": h(4, 3.25),
        "Row T − 1 is returned, too: nothing comes after it to learn from, so [T − 1, B].": np.concatenate(
            [h(3.25, 4), values[-1:, :, 0]]
        ),
        "Row T − 1 is returned, too, with a reward whose next state is not in the sequence: [T − 1, B].": (
            squeezed(floats([3.25], [4], [8 + 42]))
        ),
        "Only the first target is returned: one for each row but the last.": h(3.25, 4)[0],
    }  # fmt: skip
    likely = "δ = 1 and 2; A_1 = 2, A_0 = 1 + ½ · ¼ · 2 = 1.25; the targets are h(2 + 1.25) and h(2 + 2)."
    expect(answer(values, *rows), h(3.25, 4), mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(retrace_targets, "A greedy policy: the return goes on through greedy actions, and stops at others")
def through_greedy_actions(answer, rng):
    # Worked out with q in units of returns: δ = 2.7, 2.6, 0.25, and c = 0, 0, 0.95, 0: only in row 2 the greedy action was
    # done. So A = 2.7, 2.6 + 0.9 · 0.95 · 0.25 = 2.81375, 0.25; q(a) + A = 3.7, 3.81375, 4.25.
    q = floats([1, 2], [3, 1], [0, 4], [2, 2.5])[:, None]
    policy, actions = np.eye(2)[q.argmax(axis=-1)], np.array([[0], [1], [1], [0]], np.int32)
    rest = floats([1], [0], [2], [7]), np.full((4, 1), 0.9), floats([0], [0], [0.95], [0])
    likely = "c_1 = 0: row 0 ends with what row 1 is worth to π. c_2 = 0.95: row 1 goes on through row 2. c_3 = 0."
    mistakes = {
        "The traces are not used: these are targets of one step.": squeezed(floats([3.7], [3.6], [4.25])),
        "The traces begin at t: through c_{t+1}, whether the *next* action was one of π.": (
            squeezed(floats([3.7], [3.6], [4.25]))
        ),
    }
    got = answer(squeezed(q), policy, actions, *rest)
    expect(got, squeezed(floats([3.7], [3.81375], [4.25])), mistakes=mistakes, likely=likely, tolerance=1e-4)
    # The same numbers as values, h(q): the targets lie above those of the actions by 1.93779, 1.52935 and −1.37481.
    got = answer(q, policy, actions, *rest)
    expect(got, floats([2.93779], [2.52935], [2.62519]), likely=likely, tolerance=1e-4)


@claim(retrace_targets, "c = 0 is one step; c = 1 for a policy that did all this itself is all steps to the end")
def both_ends_of_the_traces(answer, rng):
    values, policy, actions, r, _, c = played(rng, 6, 3, 4)
    g, q = rng.uniform(0.5, 0.99, (6, 3)), stretched(values)
    likely = "With c = 0 only one step is left: h(r_{t+1} + γ_{t+1} Σ_a π(a | s_{t+1}) q(s_{t+1}, a))."
    right = squeezed(r[:-1] + g[:-1] * (policy * q).sum(axis=-1)[1:])
    expect(answer(values, policy, actions, r, g, 0 * c), right, likely=likely, tolerance=1e-4)
    ahead, right = of_actions(q, actions)[-1], []
    for t in reversed(range(5)):
        ahead = r[t] + g[t] * ahead
        right.append(ahead)
    likely = "With c = 1 and π = what was done, all values in between cancel: rewards to the end, and then q(s_{T−1}, a_{T−1})."
    got = answer(values, np.eye(4)[actions], actions, r, g, np.ones((6, 3)))
    expect(got, squeezed(right[::-1]), likely=likely, tolerance=1e-4)


@claim(retrace_targets, "Nothing comes after the end: γ = 0 leaves the reward alone")
def nothing_after_the_end(answer, rng):
    # The episode ends with the second step, and another one begins in row 2: A_1 = 2 − 7, so the target is 2, and row 0
    # gets 1 + 0.9 (q_π + c A_1) with q_π = 7: 1 + 0.9 (7 + 0.5 · (−5)) = 5.05.
    q = np.repeat(floats([4], [7], [60], [70])[..., None], 2, axis=2)
    policy, actions = np.full((4, 1, 2), 0.5), np.array([[0], [1], [0], [1]], np.int32)
    r, g, c = floats([1], [2], [50], [50]), floats([0.9], [0], [0.9], [0.9]), np.full((4, 1), 0.5)
    right = squeezed(floats([5.05], [2], [113]))
    through = squeezed(retraced(q, policy, actions, r, np.full((4, 1), 0.9), c))
    mistakes = {
        "It bootstraps through the end: each row has its own γ_{t+1}, which is 0 there.": through,
        "The trace goes on through the end: γ_{t+1} c_{t+1} is 0 there, since another episode begins behind it.": (
            squeezed(floats([7.3 + 0.45 * (0.45 * 53 - 5)], [2 + 0.45 * 53], [113]))  # A_2 = 50 + 0.9 · 70 − 60 = 53
        ),
        "The trace goes on through the end by c alone: γ_{t+1} c_{t+1} is 0 there, since another episode begins.": (
            squeezed(floats([7.3 + 0.45 * (0.5 * 53 - 5)], [2 + 0.5 * 53], [113]))
        ),
    }
    likely = "With γ_{t+1} = 0 neither Σ π q nor A_{t+1} counts: row 1 gets h(2), row 0 gets h(5.05)."
    got = answer(squeezed(q), policy, actions, r, g, c)
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(retrace_targets, "It is the double sum by which it is defined, for each world by itself")
def the_double_sum(answer, rng):
    likely = (
        "q(s_t, a_t) + Σ_{s ≥ t} (Π_{i = t+1 … s} γ_i c_i) δ_s, with h⁻¹ before and h after; time is the first axis."
    )
    for steps, count, width in ((5, 5, 5), (4, 2, 3), (2, 3, 2), (9, 1, 4)):
        values, *rest = played(rng, steps, count, width)
        right = squeezed(retraced(stretched(values), *rest))
        got = answer(values, *rest)
        r, g, c = rest[-3:]
        mistakes = {
            "The product of traces begins at t: it begins at t + 1.": squeezed(
                retraced(stretched(values), *rest[:2], r, g, np.concatenate([c[:1], c[:-1]]))
            ),
        }
        expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(retrace_targets, "Where everything comes as the values say, the targets are the values, whatever the traces")
def true_values_stay(answer, rng):
    # A round of four states, two actions that pay differently and lead on alike; π takes each half of the time.
    pays, g = rng.normal(size=(4, 2)), 0.9
    worth = np.linalg.solve(np.eye(4) - g * np.roll(np.eye(4), 1, axis=1), pays.mean(axis=1))
    q = pays + g * np.roll(worth, -1)[:, None]
    places, actions = np.arange(7) % 4, rng.integers(2, size=(7, 1)).astype(np.int32)
    r = pays[places, actions[:, 0]][:, None]
    values = squeezed(q[places])[:, None]
    got = answer(values, np.full((7, 1, 2), 0.5), actions, r, np.full((7, 1), g), rng.uniform(size=(7, 1)))
    likely = "True values satisfy q(s, a) = r + γ Σ π q(s', ·): every δ is 0, and the target is the value itself."
    expect(got, of_actions(values, actions)[:-1], likely=likely, tolerance=1e-4)


# --- discounts_are_right (find the bug) ------------------------------------------------------------------------------


@example(discounts_are_right)
def _(rng):
    return ladder(32, 0.997, 0.99), 0.997, 0.99


def ladder(count, highest, lowest):
    """The right one: 1 − γ grows by the same factor from step to step."""
    factor = ((1 - lowest) / (1 - highest)) ** (1 / (count - 1))
    return np.array([1 - (1 - highest) * factor**j for j in range(count)])


def misprinted(count, highest, lowest):
    """Without the −j before ln(1 − γ_max): it starts rightly, and rises."""
    j = np.arange(count)
    return 1 - np.exp(((count - 1) * np.log(1 - highest) + j * np.log(1 - lowest)) / (count - 1))


def wrong_ladders(count, highest, lowest):
    """sentence -> discounts of a program with a bug; some of them need more than two members."""
    j, low, high = np.arange(count), np.log(1 - lowest), np.log(1 - highest)
    found = {
        "The misprinted ladder goes through: it begins at γ_max, and then it rises.": misprinted(
            count, highest, lowest
        ),
        "A ladder upside down goes through: γ_0 is γ_max, that of the member that exploits.": (
            ladder(count, highest, lowest)[::-1].copy()
        ),
        "A ladder that never reaches γ_min goes through (N in the place of N − 1): look at its end.": (
            ladder(count + 1, highest, lowest)[:-1]
        ),
        "A ladder that begins behind γ_max goes through (j from 1 on): look at its beginning.": (
            ladder(count + 1, highest, lowest)[1:]
        ),
        "A ladder in which every discount is γ_max goes through.": np.full(count, highest),
        "A ladder of 1 − γ goes through: the discounts themselves are asked for.": 1 - ladder(count, highest, lowest),
    }
    if count > 2:
        swung = 1 / (1 + np.exp(-10 * (2 * j / (count - 1) - 1)))
        swung = (swung - swung[0]) / (swung[-1] - swung[0])
        found |= {
            "A ladder whose γ fall in equal steps goes through: ln(1 − γ) has to, both ends are right there, too.": (
                np.linspace(highest, lowest, count)
            ),
            "A ladder whose ends are right and whose middle is not goes through: look at every member.": (
                1 - np.exp(high + (low - high) * np.sqrt(j / (count - 1)))
            ),
            "A ladder in which horizons 1 / (1 − γ) fall in equal steps goes through: ln(1 − γ) has to.": (
                1 - 1 / np.linspace(1 / (1 - highest), 1 / (1 - lowest), count)
            ),
        }
        if count > 3:
            found |= {
                "A ladder along a σ goes through (that is how the weights β grow): ln(1 − γ) falls in *equal* steps.": (
                    1 - np.exp(high + (low - high) * swung)
                ),
            }
    return found


@claim(discounts_are_right, "Six programs judged by hand", weight=2)
def six_ladders_by_hand(answer, rng):
    # γ_max = 0.99 and γ_min = 0.91: 1 − γ = 0.01, 0.03, 0.09 is right, three times as much with each step.
    programs = [
        floats(0.99, 0.97, 0.91),  # right
        floats(0.99, 0.997, 0.9991),  # the misprint: 0.01 · 0.3^j
        floats(0.99, 0.95, 0.91),  # equal steps of γ
        floats(0.91, 0.97, 0.99),  # upside down
        floats(0.99, 0.98, 0.96),  # 0.01, 0.02, 0.04: equal steps of ln(1 − γ), and the end is not γ_min
        floats(0.97, 0.94, 0.91),  # does not begin with γ_max
    ]
    got = tuple(answer(program, 0.99, 0.91) for program in programs)

    def passing(*which):
        return tuple(number in which for number in range(6))

    mistakes = {
        "It says True always.": passing(*range(6)),
        "It says False always.": passing(),
        "It tells whether the list is wrong: True is for right ones.": passing(1, 2, 3, 4, 5),
        "The misprinted list goes through: it begins at γ_max, and ends far above it.": passing(0, 1),
        "It takes the misprinted list for the right one.": passing(1),
        "It looks at the ends alone: a list whose γ fall in equal steps has them, too.": passing(0, 2),
        "It looks at the steps alone: the list has to begin with γ_max and to end with γ_min.": passing(0, 1, 4),
        "It looks at the steps alone, and not whether they go up: from γ_max down to γ_min.": passing(0, 1, 3, 4),
        "It looks at the first member alone: all have to be right.": passing(0, 1, 2, 4),
        "It looks at the last member alone: all have to be right.": passing(0, 2, 5),
        "It does not mind the order: γ_0 is γ_max.": passing(0, 3),
        "It asks whether the list falls: that is not enough.": passing(0, 2, 4, 5),
        "It asks whether all lie between γ_min and γ_max: that is not enough.": passing(0, 2, 3, 4, 5),
        "It wants equal steps of γ: ln(1 − γ) falls in equal steps.": passing(2),
        "Any list with the right first member and equal steps of ln(1 − γ) goes through: look at its end.": (
            passing(0, 1, 4)
        ),
        "It wants the list upside down: γ_0 is γ_max.": passing(3),
        "A list with a wrong middle goes through: look at every member.": passing(0, 2, 4),
    }
    likely = (
        "True if γ_0 = γ_max, γ_{N−1} = γ_min and ln(1 − γ_j) goes in equal steps, here 0.99, 0.97, 0.91; else False."
    )
    expect(got, passing(0), mistakes=mistakes, likely=likely)


FAMILIES = ((32, 0.997, 0.99), (8, 0.997, 0.99), (2, 0.997, 0.99), (32, 0.9999, 0.99), (5, 0.95, 0.5), (3, 0.99, 0.9))


@claim(discounts_are_right, "Right ladders of all sizes are right, also where they were rounded to float32", weight=2)
def right_ladders_pass(answer, rng):
    for family in FAMILIES:
        right = ladder(*family)
        size = f"N = {family[0]}, γ_max = {family[1]}, γ_min = {family[2]}"
        likely = f"It rejects a right list ({size}): is N read from the list, and are γ_max and γ_min arguments?"
        expect(answer(right, *family[1:]), True, likely=likely)
        likely = f"It rejects a right list because it was rounded to float32 ({size}): allow 10⁻³ in ln(1 − γ)."
        expect(answer(right.astype(np.float32), *family[1:]), True, likely=likely)
        expect(answer(right.astype(np.float32).astype(float), *family[1:]), True, likely=likely)


@claim(discounts_are_right, "Every ladder with a bug is found, whatever its size", weight=2)
def wrong_ladders_fail(answer, rng):
    for family in FAMILIES:
        for sentence, discounts in wrong_ladders(*family).items():
            size = f"N = {family[0]}, γ_max = {family[1]}, γ_min = {family[2]}"
            expect(answer(discounts, *family[1:]), False, likely=f"{sentence} ({size})")


@claim(discounts_are_right, "One wrong member is found, wherever it is, and however near to 1")
def one_wrong_member(answer, rng):
    for family in ((32, 0.997, 0.99), (32, 0.9999, 0.99)):
        for place in (0, int(rng.integers(1, 31)), 31):
            for off in (1.02, 0.98):
                wrong = ladder(*family)
                wrong[place] = 1 - off * (1 - wrong[place])
                likely = (
                    "A wrong member goes through: 2% off in 1 − γ. Near 1 that is a tiny difference of γ, and not of what it "
                    "does: compare 1 − γ, or its logarithm, for every member."
                )
                expect(answer(wrong, *family[1:]), False, likely=likely)


@claim(discounts_are_right, "What is no discount is not right: nan, 1, or more")
def no_discounts(answer, rng):
    for wild in (np.nan, 1.0, 1.5, -np.inf):
        for place in (0, 3, 7):
            wrong = ladder(8, 0.997, 0.99)
            wrong[place] = wild
            likely = f"A list with {wild} in it goes through: ask whether all differences are small, not whether one is large."
            expect(answer(wrong, 0.997, 0.99), False, likely=likely)
