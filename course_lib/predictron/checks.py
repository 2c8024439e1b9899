"""What `check` asks of a learner's answers in this wing: hand-worked cases, brute force, Markov reward processes, slopes."""

import numpy as np

from course_lib.predictron.gradients import gradient_is_right
from course_lib.predictron.losses import consistency_loss, supervised_losses, usage_weighted_loss
from course_lib.predictron.returns import lambda_preturn, lambda_weights, preturns
from course_lib.workbook import claim, example, expect, require

TOLERANCE = 1e-5  # answers compute in float32


def column(*numbers):
    """K numbers as K steps of a batch of one, [K, 1]."""
    return np.array(numbers, float)[:, None]


def cell(*numbers):
    """K numbers as K steps of a batch of one with one prediction, [K, 1, 1]."""
    return np.array(numbers, float)[:, None, None]


def imagined_steps(rng, *shape):
    """Random rewards, discounts, λ of the given shape [K, …] and values with one entry more, [K + 1, …]."""
    more = (shape[0] + 1, *shape[1:])
    return rng.normal(size=shape), rng.uniform(0.3, 0.95, shape), rng.uniform(0.2, 0.9, shape), rng.normal(size=more)


def brackets(rewards, discounts, values):
    """g^0 … g^K by their brackets, each worked out from the inside, [K + 1, …]."""
    found = []
    for depth in range(len(values)):
        inside = values[depth]
        for step in reversed(range(depth)):
            inside = rewards[step] + discounts[step] * inside
        found.append(inside)
    return np.array(found)


def shares(lambdas):
    """w^0 … w^K by going through the steps: what has not stopped yet stops with 1 − λ, [K + 1, …]."""
    left, found = np.ones_like(lambdas[0]), []
    for lambda_ in lambdas:
        found.append(left - left * lambda_)
        left = left * lambda_
    return np.array([*found, left])


def mixed(rewards, discounts, lambdas, values):
    """The λ-preturn as the weighted sum of all preturns, […]."""
    return (shares(lambdas) * brackets(rewards, discounts, values)).sum(axis=0)


def reward_process(rng, num_states=4, gammas=(0.5, 0.9)):
    """Transitions [S, S] and rewards [S] of a random Markov reward process, and a discount for each prediction, [M]."""
    return rng.dirichlet(np.ones(num_states), num_states), rng.normal(size=num_states), np.array(gammas)


def imagined_by_a_process(transitions, rewards, gammas, values, depth):
    """What is expected in step k from each state: the process as a predictron, states for a batch, [depth, S, M]."""
    ahead = [np.linalg.matrix_power(transitions, k) for k in range(depth + 1)]
    paid = np.array([(power @ rewards)[:, None] * np.ones(len(gammas)) for power in ahead[:-1]])
    return paid, np.ones_like(paid) * gammas, np.array([power @ values for power in ahead])


def bellman_backups(transitions, rewards, gammas, values, depth):
    """The values after 0 … depth Bellman backups, [depth + 1, S, M]."""
    found = [values]
    for _ in range(depth):
        found.append(rewards[:, None] + gammas * (transitions @ found[-1]))
    return np.array(found)


def gradients(target, answer, args):
    """name -> gradient of the sum of all that `answer` returns, 0 where none arrives; for answers that return numbers."""
    arrays = dict(zip(target.parameters, args, strict=True))
    found = zip(target.gradient + target.stopped, answer.run("gradient", args), strict=True)
    return {name: np.zeros_like(arrays[name]) if slope is None else slope for name, slope in found}


def some(names, found):
    """Those entries of a dict that have the given names."""
    return {name: found[name] for name in names}


def plus(one, other, names=None):
    """Two dicts of arrays with the same keys added up; of the second, only the given names."""
    return {name: one[name] + other[name] * (names is None or name in names) for name in one}


# --- preturns --------------------------------------------------------------------------------------------------------


@example(preturns)
def _(rng):
    rewards, discounts, _, values = imagined_steps(rng, 3, 3, 2)
    return rewards, discounts, values


@claim(preturns, "Three imagined steps worked out by hand", weight=2)
def three_steps_by_hand(answer, rng):
    # r = (0, 1, 2), γ = (1, 1/2, 1/5), v = (4, 10, 8, 5). g^0 = 4; g^1 = 0 + 1 * 10 = 10;
    # g^2 = 0 + 1 (1 + 1/2 * 8) = 5; g^3 = 0 + 1 (1 + 1/2 (2 + 1/5 * 5)) = 2.5.
    mistakes = {
        "Rewards are discounted one step too much: r^{k+1} is multiplied by γ^1 … γ^k, not by γ^{k+1} as well.": (
            column(4, 10, 4.5, 1.2)
        ),
        "v^k is discounted one step too little: all of γ^1 … γ^k stand before it.": column(4, 10, 9, 4.5),
        "v^k is not discounted: γ^1 … γ^k stand before it, too.": column(4, 10, 9, 7),
        "The rewards are not discounted: γ^1 … γ^{k−1} stand before r^k.": column(4, 10, 5, 3.5),
        "Nothing is discounted: each γ multiplies all that comes after its step.": column(4, 10, 9, 8),
        "g^0 = v^0 is left out: K steps give K + 1 preturns.": column(10, 5, 2.5),
        "Only the deepest preturn is returned: all of g^0 … g^K are asked for.": np.array([2.5]),
        "The rewards are one step early: rewards[0] is r^1, paid by the first step.": column(4, 11, 7, 3.5),
        "The rewards are one step late: rewards[0] is r^1 and belongs to g^1 already.": column(4, 10, 4, 1),
        "The values are one step behind: g^k ends with v^k.": column(4, 4, 6, 2.8),
        "Each step has its own γ alone: multiply γ^1 … γ^k up, along the first axis (axis 0).": column(4, 10, 5, 3),
        "Nothing is added up: products and sums run along the steps, the first axis (axis 0).": column(4, 10, 5, 2),
        "g^k holds only the k-th reward: r^1 … r^{k−1} belong to it, too.": column(4, 10, 5, 1.5),
        "The preturns are in reverse order: g^0 comes first.": column(2.5, 5, 10, 4),
        "The rewards are left out.": column(4, 10, 4, 0.5),
        "The values are left out: behind the k-th step v^k stands for all that follows.": column(0, 0, 1, 2),
    }
    got = answer(column(0, 1, 2), column(1, 0.5, 0.2), column(4, 10, 8, 5))
    likely = (
        "g^k = r^1 + γ^1 (r^2 + γ^2 (… (r^k + γ^k v^k))): a reward is discounted by the steps before it, v^k by all k."
    )
    expect(got, column(4, 10, 5, 2.5), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(preturns, "Every input and every prediction has rewards and discounts of its own")
def each_for_itself(answer, rng):
    rewards, discounts, _, values = imagined_steps(rng, 3, 3, 2)
    first = np.broadcast_to(discounts[:, :, :1], discounts.shape)
    shared = np.broadcast_to(discounts[:, :1], discounts.shape)
    mistakes = {
        "All predictions are discounted like the first: each has its own γ.": brackets(rewards, first, values),
        "All inputs are discounted like the first: each has its own γ.": brackets(rewards, shared, values),
        "One discount is used for all predictions: each has its own γ.": brackets(
            rewards, discounts.mean(axis=2, keepdims=True), values
        ),
    }
    likely = "Products and sums run along the first axis; inputs and predictions, the other axes, know nothing of each other."
    expect(
        answer(rewards, discounts, values),
        brackets(rewards, discounts, values),
        mistakes=mistakes,
        likely=likely,
        tolerance=TOLERANCE,
    )


@claim(preturns, "It works for any number of steps, and whatever axes follow the first")
def any_number_of_steps_and_axes(answer, rng):
    likely = "Read the number of steps from the arrays, and leave the other axes as they come: one, none or three."
    for shape in ((6, 3, 2), (1, 2, 3), (5,), (2, 2, 3, 2)):
        rewards, discounts, _, values = imagined_steps(rng, *shape)
        expected = brackets(rewards, discounts, values)
        got = answer(rewards, discounts, values)
        require(np.shape(got) == expected.shape, likely, expected=expected, got=got)
        expect(got, expected, likely=likely, tolerance=TOLERANCE)


@claim(preturns, "Without rewards and discounts the preturns are the values; with γ = 0 they are the first reward")
def without_rewards_and_discounts(answer, rng):
    rewards, discounts, _, values = imagined_steps(rng, 4, 3, 2)
    nothing, ones = np.zeros_like(rewards), np.ones_like(rewards)
    likely = "With r = 0 and γ = 1 only v^k is left of g^k."
    expect(answer(nothing, ones, values), values, likely=likely, tolerance=TOLERANCE)
    expected = np.array([values[0], *[rewards[0]] * 4])
    undefined = np.array([values[0], *[np.full((3, 2), np.nan)] * 4])
    mistakes = {"It divides by γ, and 0/0 is nan: multiply only those γ together that are wanted.": undefined}
    likely = "Where γ^1 = 0, nothing after the first reward counts."
    got = answer(rewards, nothing, values)
    expect(got, expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(preturns, "In a known Markov reward process, k steps are k Bellman backups")
def steps_are_bellman_backups(answer, rng):
    process = (*reward_process(rng), rng.normal(size=(4, 2)))
    expected = bellman_backups(*process, 5)
    likely = (
        "Given the expected rewards and values of a known process, g^k has to be (T^k v)(s): check the powers of γ."
    )
    expect(answer(*imagined_by_a_process(*process, 5)), expected, likely=likely, tolerance=TOLERANCE)


# --- lambda_weights --------------------------------------------------------------------------------------------------


@example(lambda_weights)
def _(rng):
    return (rng.uniform(0.2, 0.9, (3, 3, 2)),)


@claim(lambda_weights, "Three λ worked out by hand", weight=2)
def three_lambdas_by_hand(answer, rng):
    # λ = (0.6, 0.25, 0.8): 0.4 stop at once, 0.6 go on; 0.6 * 0.75 = 0.45 stop, 0.6 * 0.25 = 0.15 go on;
    # 0.15 * 0.2 = 0.03 stop, and the last preturn gets what is left, 0.15 * 0.8 = 0.12.
    likely = "w^k = (1 − λ^k) λ^0 ⋯ λ^{k−1}, and the last weight is what is left, λ^0 ⋯ λ^{K−1}."
    none_left = "The last weight takes all that is left: w^K = λ^0 ⋯ λ^{K−1}, without a factor 1 − λ"
    divided = (
        "With the right last weight, λ^0 ⋯ λ^{K−1}, they sum to 1 by themselves: nothing is to be divided by a sum"
    )
    softmax = lambda *numbers: column(*np.exp(numbers) / np.exp(numbers).sum())  # noqa: E731
    mistakes = {
        "λ and 1 − λ are exchanged: λ^k is how much goes on, 1 − λ^k how much stops.": column(0.6, 0.1, 0.24, 0.06),
        "1 − λ^k is missing: a preturn gets only what stops at it.": column(1, 0.6, 0.15, 0.12),
        "1 − λ^k is missing, and w^0 as well: these are the products of λ alone.": column(0.6, 0.15, 0.12),
        "The product starts one late: λ^0 belongs to every weight after w^0.": column(0.4, 0.75, 0.05, 0.2),
        "The product includes its own step: w^k holds λ^0 ⋯ λ^{k−1}, the λ before it.": (
            column(0.24, 0.1125, 0.024, 0.12)
        ),
        "Only the last λ before each step counts: multiply them up, along the first axis (axis 0).": (
            column(0.4, 0.45, 0.05, 0.8)
        ),
        "λ^k is raised to the power k: it is the product of different λ, λ^0 ⋯ λ^{k−1}.": (
            column(0.4, 0.1875, 0.128, 0.512)
        ),
        "λ^k is one off: lambdas[0] is λ^0, and decides whether to go on from s^0.": column(0.75, 0.05, 0.08, 0.12),
        "λ^k is one off, the other way: lambdas[0] is λ^0, and decides whether to go on from s^0.": (
            column(0.2, 0.32, 0.36, 0.12)
        ),
        "The λ are read from the end: lambdas[0] is λ^0.": column(0.2, 0.6, 0.08, 0.12),
        "The last weight is missing: K values of λ make K + 1 weights.": column(0.4, 0.45, 0.03),
        f"{none_left}. Here it is 0.": column(0.4, 0.45, 0.03, 0),
        f"{none_left}. Here it is 1.": column(0.4, 0.45, 0.03, 1),
        f"{none_left}.": column(0.4, 0.45, 0.03, 0.024),
        f"{none_left}; here λ^{{K−1}} is missing from it.": column(0.4, 0.45, 0.03, 0.15),
        f"{divided}.": column(0.4, 0.45, 0.03, 0) / 0.88,
        f"{divided}. And K values of λ make K + 1 weights.": column(0.4, 0.45, 0.03) / 0.88,
        f"{divided}. And 1 − λ^k is missing.": column(1, 0.6, 0.15, 0.12) / 1.87,
        "A softmax of λ sums to 1, as any softmax does: the products of λ do so by themselves.": (
            softmax(0.6, 0.25, 0.8, 1)
        ),
        "The softmax at the end is too much: the weights sum to 1 without it.": softmax(0.4, 0.45, 0.03, 0.12),
    }
    got = answer(column(0.6, 0.25, 0.8))
    expect(got, column(0.4, 0.45, 0.03, 0.12), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(lambda_weights, "With λ = (½, 0.4), preturns 1, 2, 3 are mixed to 1.7")
def one_two_three(answer, rng):
    # w = (0.5, 0.5 * 0.6, 0.5 * 0.4) = (0.5, 0.3, 0.2): 0.5 + 0.6 + 0.6.
    weights = np.asarray(answer(column(0.5, 0.4)))
    expect(weights.shape, (3, 1), likely="Two λ make three weights, [K + 1, …].")
    likely = "The weights of 1, 2, 3 are 0.5, 0.3 and 0.2."
    expect((weights * column(1, 2, 3)).sum(axis=0), np.array([1.7]), likely=likely, tolerance=TOLERANCE)


@claim(lambda_weights, "The weights sum to 1, for every input and every prediction")
def they_sum_to_one(answer, rng):
    likely = "Each input and prediction has its own λ and its own weights: products run along the first axis alone."
    for shape in ((3, 3, 2), (1, 2, 3), (6, 3, 2), (5,)):
        lambdas = rng.uniform(0.1, 0.9, shape)
        weights = np.asarray(answer(lambdas))
        expect(weights.shape, (shape[0] + 1, *shape[1:]), likely=likely)
        sums = "They do not sum to 1 over the first axis: w^K takes exactly what the others leave, λ^0 ⋯ λ^{K−1}."
        expect(weights.sum(axis=0), np.ones(shape[1:]), likely=sums, tolerance=TOLERANCE)
        expect(weights, shares(lambdas), likely=likely, tolerance=TOLERANCE)


@claim(lambda_weights, "λ = 0 stops there for good, and λ = 1 passes all on")
def stopping_and_going_on(answer, rng):
    likely = "With all λ = 0, all weight lies on g^0; with all λ = 1 on g^K."
    nan = "There is nan: log(0) is −∞ and 0/0 undefined, so stay with products, without logarithm and division."
    got = np.asarray(answer(np.zeros((3, 2))))
    require(got.dtype.kind != "f" or not np.isnan(got).any(), nan, expected=np.eye(4)[:, [0, 0]], got=got)
    expect(got, np.eye(4)[:, [0, 0]], likely=likely, tolerance=TOLERANCE)
    expect(answer(np.ones((3, 2))), np.eye(4)[:, [3, 3]], likely=likely, tolerance=TOLERANCE)
    likely = "Behind a λ of 0 nothing has any weight, and a λ of 1 leaves no weight at its own step."
    expect(answer(column(1, 0.25, 0, 0.5)), column(0, 0.75, 0.25, 0, 0), likely=likely, tolerance=TOLERANCE)


@claim(lambda_weights, "With the same λ everywhere the weights are those of TD(λ): (1 − λ) λ^k, the rest to the last")
def the_same_lambda_everywhere(answer, rng):
    lambda_ = rng.uniform(0.3, 0.9)
    expected = np.array([*[(1 - lambda_) * lambda_**k for k in range(5)], lambda_**5])
    likely = "With one λ for all steps the products are its powers: (1 − λ) λ^k, and λ^K for the last."
    expect(answer(np.full((5, 1), lambda_)), expected[:, None], likely=likely, tolerance=TOLERANCE)


# --- lambda_preturn --------------------------------------------------------------------------------------------------


@example(lambda_preturn)
def _(rng):
    return imagined_steps(rng, 3, 3, 2)


@claim(lambda_preturn, "Two steps back worked out by hand", weight=2)
def two_steps_back_by_hand(answer, rng):
    # r = (2, 1), γ = (1/2, 1/5), λ = (0.4, 0.25), v = (2, 6, 15). g^{2,λ} = 15;
    # g^{1,λ} = 0.75 * 6 + 0.25 (1 + 15/5) = 5.5; g^{0,λ} = 0.6 * 2 + 0.4 (2 + 5.5/2) = 3.1.
    one = lambda number: np.array([number])  # noqa: E731
    mistakes = {
        "λ and 1 − λ are exchanged: λ^k goes with what follows, 1 − λ^k with v^k.": one(3.35),
        "v^{k+1} stands where v^k belongs: who stops in s^k takes v^k.": one(6.85),
        "It starts at 0 instead of v^K: behind the last step v^K stands for all that follows.": one(2.95),
        "It walks forwards: g^{k,λ} needs g^{k+1,λ}, so start at the last step.": one(5.0),
        "It walks forwards from v^0: g^{k,λ} needs g^{k+1,λ}, so start with v^K at the last step.": one(4.87),
        "γ is forgotten: what follows is multiplied by γ^{k+1}.": one(5.4),
        "λ multiplies the reward alone: it belongs before the whole bracket r^{k+1} + γ^{k+1} g^{k+1,λ}.": one(5.875),
        "λ multiplies only what follows the reward: it belongs before the whole bracket r^{k+1} + γ^{k+1} g^{k+1,λ}.": (
            one(4.45)
        ),
        "γ multiplies the reward, too: only what comes after it is discounted.": one(2.66),
        "1 − λ is missing before v^k.": one(4.2),
        "This is g^{K−1,λ}, after the first step back: walk back to g^{0,λ}.": one(5.5),
        "All of g^{0,λ} … g^{K−1,λ} are returned: only g^{0,λ} is asked for.": column(3.1, 5.5),
        "All of g^{0,λ} … g^{K,λ} are returned: only g^{0,λ} is asked for.": column(3.1, 5.5, 15),
        "λ^k is one off: lambdas[0] is λ^0, it mixes v^0 with what follows.": one(2.65),
        "λ^k is one off: λ^{k+1} stands where λ^k belongs.": one(2.6875),
        "λ^k is one off: λ^{k−1} stands where λ^k belongs.": one(3.04),
        "λ is not used: this is g^K, the deepest preturn.": one(4.0),
        "λ is not used: this is the plain mean of all preturns.": one(11 / 3),
        "This is v^0: no step is looked at.": one(2.0),
        "The rewards are one off: rewards[0] is r^1, paid by the step from s^0 to s^1.": one(2.75),
        "The discounts are one off: discounts[0] is γ^1, it stands before g^{1,λ}.": one(2.53),
        "The values are mixed, and the rewards left out.": one(2.25),
    }
    got = answer(column(2, 1), column(0.5, 0.2), column(0.4, 0.25), column(2, 6, 15))
    likely = "g^{k,λ} = (1 − λ^k) v^k + λ^k (r^{k+1} + γ^{k+1} g^{k+1,λ}), from g^{K,λ} = v^K back to g^{0,λ}."
    expect(got, np.array([3.1]), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(lambda_preturn, "It is the weighted sum of all preturns")
def the_weighted_sum(answer, rng):
    rewards, discounts, lambdas, values = imagined_steps(rng, 3, 3, 2)
    shared = lambda part: np.broadcast_to(part[:, :, :1], part.shape)  # noqa: E731
    mistakes = {
        "All predictions have the λ of the first: each has its own.": mixed(
            rewards, discounts, shared(lambdas), values
        ),
        "All predictions have the γ of the first: each has its own.": mixed(
            rewards, shared(discounts), lambdas, values
        ),
        "One λ is used for all predictions: each has its own.": mixed(
            rewards, discounts, np.broadcast_to(lambdas.mean(axis=2, keepdims=True), lambdas.shape), values
        ),
    }
    likely = "g^λ = Σ_k w^k g^k, for every input and every prediction by itself."
    got = answer(rewards, discounts, lambdas, values)
    expect(got, mixed(rewards, discounts, lambdas, values), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(lambda_preturn, "It works for any number of steps, and whatever axes follow the first")
def any_number_of_steps_back(answer, rng):
    likely = "Read the number of steps from the arrays, and leave the other axes as they come: one, none or three."
    for shape in ((1, 2, 3), (6, 3, 2), (5,), (2, 2, 3, 2)):
        steps = imagined_steps(rng, *shape)
        expect(answer(*steps), mixed(*steps), likely=likely, tolerance=TOLERANCE)


@claim(lambda_preturn, "λ = 0 is v^0, λ = 1 is g^K")
def both_ends_of_lambda(answer, rng):
    rewards, discounts, _, values = imagined_steps(rng, 4, 3, 2)
    nothing, ones = np.zeros_like(rewards), np.ones_like(rewards)
    likely = "With λ = 0 it stops at once: v^0."
    mistakes = {"It divides by λ, and 0/0 is nan: walk back without a division.": np.full((3, 2), np.nan)}
    got = answer(rewards, discounts, nothing, values)
    expect(got, values[0], mistakes=mistakes, likely=likely, tolerance=TOLERANCE)
    expected = brackets(rewards, discounts, values)[-1]
    likely = "With λ = 1 it never stops on the way: all rewards, and v^K at the end."
    expect(answer(rewards, discounts, ones, values), expected, likely=likely, tolerance=TOLERANCE)


@claim(lambda_preturn, "Without rewards and discounts it mixes the values: 1, 2, 3 with λ = (½, 0.4) to 1.7")
def without_rewards_and_discounts_it_mixes_values(answer, rng):
    # 0.6 * 2 + 0.4 * 3 = 2.4; 0.5 * 1 + 0.5 * 2.4 = 1.7.
    likely = "With r = 0 and γ = 1: 0.6 · 2 + 0.4 · 3 = 2.4, then ½ · 1 + ½ · 2.4 = 1.7."
    got = answer(column(0, 0), column(1, 1), column(0.5, 0.4), column(1, 2, 3))
    expect(got, np.array([1.7]), likely=likely, tolerance=TOLERANCE)


@claim(
    lambda_preturn, "In a known Markov reward process it mixes Bellman backups, and leaves the true values as they are"
)
def it_mixes_bellman_backups(answer, rng):
    transitions, rewards, gammas = reward_process(rng)
    values = rng.normal(size=(4, 2))
    backups = bellman_backups(transitions, rewards, gammas, values, 4)
    expected = 0.3 * sum(0.7**k * backups[k] for k in range(4)) + 0.7**4 * backups[4]
    paid, discounts, ahead = imagined_by_a_process(transitions, rewards, gammas, values, 4)
    likely = "With λ = 0.7 everywhere it is Σ 0.3 · 0.7^k (T^k v)(s), and 0.7^K for the last: check which γ and λ go with which step."
    expect(answer(paid, discounts, np.full((4, 4, 2), 0.7), ahead), expected, likely=likely, tolerance=TOLERANCE)
    truth = np.stack([np.linalg.solve(np.eye(4) - gamma * transitions, rewards) for gamma in gammas], axis=1)
    paid, discounts, ahead = imagined_by_a_process(transitions, rewards, gammas, truth, 4)
    likely = "True values satisfy v = r + γ P v, so that all preturns agree, and their mixture as well, whatever λ is."
    got = answer(paid, discounts, rng.uniform(size=(4, 4, 2)), ahead)
    expect(got, truth, likely=likely, tolerance=3 * TOLERANCE)


# --- supervised_losses -----------------------------------------------------------------------------------------------

# One input, one prediction, K = 3: r = (0, 1, 2), γ = (1, 1/2, 1/5), v = (4, 10, 8, 10), λ = (0.8, 0.75, 0.5).
# Preturns: 4; 10; 1 + 8/2 = 5; 1 + (2 + 10/5)/2 = 3. Weights: 0.2; 0.8 * 0.25 = 0.2; 0.6 * 0.5 = 0.3; 0.3.
# The λ-preturn is 0.8 + 2 + 1.5 + 0.9 = 5.2.
STEPS = (cell(0, 1, 2), cell(1, 0.5, 0.2), cell(0.8, 0.75, 0.5), cell(4, 10, 8, 10))

# Its slopes. By v^k: w^k γ^1 ⋯ γ^k. By r^k: the weights from w^k on, discounted. By γ^k: λ^0 ⋯ λ^{k−1} γ^1 ⋯ γ^{k−1} g^{k,λ},
# where g^{1,λ} = 5.5, g^{2,λ} = 6, g^{3,λ} = 10. By λ^k: the same factors before r^{k+1} + γ^{k+1} g^{k+1,λ} − v^k,
# that is 5.5 − 4; 0.8 (4 − 10); 0.6 (4 − 8) / 2.
MIXTURE_SLOPES = {
    "rewards": cell(0.8, 0.6, 0.15),
    "discounts": cell(4.4, 3.6, 1.5),
    "lambdas": cell(1.5, -4.8, -1.2),
    "values": cell(0.2, 0.2, 0.15, 0.03),
}
THETA = ("rewards", "discounts", "values")  # what the preturn losses teach


@example(supervised_losses)
def _(rng):
    return rng.normal(size=(3, 2)), *imagined_steps(rng, 3, 3, 2)


@claim(supervised_losses, "One prediction and three steps worked out by hand", weight=2)
def two_losses_by_hand(answer, rng):
    # The target is 6, the errors of the preturns are 2, −4, 1, 3: (4 + 16 + 1 + 9) / (2 * 3) = 5.
    # The error of the λ-preturn is 0.8: 0.64 / 2 = 0.32.
    right, mixture = 5.0, 0.32
    twice = "The two losses stand side by side: added up, a loss counts twice or teaches what it should not."
    mistakes = {
        f"The λ loss includes the preturn loss. {twice}": (right, 5.32),
        f"The preturn loss includes the λ loss. {twice}": (5.32, mixture),
        f"Both losses are returned as their sum. {twice}": (5.32, 5.32),
        f"One number is returned, their sum. {twice}": 5.32,
        "The losses are exchanged: the preturn loss comes first.": (mixture, right),
        "The ½ is missing from both losses.": (10.0, 0.64),
        "The ½ is missing from the preturn loss: it is divided by 2K.": (10.0, mixture),
        "The ½ is missing from the λ loss.": (right, 0.64),
        "1/K is missing: the preturn loss is divided by 2K.": (15.0, mixture),
        "½ and 1/K are missing: the preturn loss is divided by 2K.": (30.0, mixture),
        "½ and 1/K are missing: the preturn loss is divided by 2K. From the λ loss ½ is missing.": (30.0, 0.64),
        "The preturn loss is divided by 2 (K + 1): the paper divides by K although it adds K + 1 terms.": (
            3.75,
            mixture,
        ),
        "g^0 is left out: the sum runs from k = 0.": (26 / 6, mixture),
        "Only the deepest preturn is held against the target: the sum runs over all k.": (1.5, mixture),
        "The λ loss is divided by K: there is only one λ-preturn.": (right, mixture / 3),
        "The λ loss mixes the squared errors: mix the preturns first, then take the error.": (right, 3.5),
        "The λ loss holds g^K against the target: it is about g^λ.": (right, 4.5),
        "The values v^k are held against the target: it is about the preturns g^k.": (20 / 3, mixture),
    }
    got = answer(np.array([[6.0]]), *STEPS)
    likely = "(1/(2K) Σ (g − g^k)², ½ (g − g^λ)²): here the errors are 2, −4, 1, 3 and 0.8."
    expect(got, (right, mixture), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(supervised_losses, "Losses are summed over the predictions and averaged over the batch")
def summed_over_predictions(answer, rng):
    # The case above as four equal inputs with three equal predictions: three times the losses.
    once = np.array([5.0, 0.32])
    got = answer(np.full((4, 3), 6.0), *(np.tile(part, (1, 4, 3)) for part in STEPS))
    likely = "Four equal inputs with three equal predictions each: three times the losses of one."
    expect(got, tuple(3 * once), mistakes=_wrong_reductions(*once), likely=likely, tolerance=TOLERANCE)


def _wrong_reductions(*once):
    """What wrong sums and means make of four equal inputs with three equal predictions."""
    made = {
        "It takes the mean over the predictions: sum over them, only the batch is averaged.": 1,
        "It sums over the batch: take the mean over the inputs.": 12,
        "Batch and predictions are exchanged: sum over the last axis, take the mean over the one before it.": 4,
    }
    return {
        sentence: tuple(factor * number for number in once) if len(once) > 1 else factor * once[0]
        for sentence, factor in made.items()
    }


@claim(supervised_losses, "Only the preturn loss teaches rewards, discounts and values")
def the_lambda_loss_teaches_them_nothing(answer, rng):
    # 1/(2K) Σ e², e = (2, −4, 1, 3), by v^k: −e γ^1 ⋯ γ^k / 3. By r^k: the errors from e^k on, r^1: −(−4 + 1 + 3) / 3.
    # By γ^1: −(−4 * 10 + 1 * 5 + 3 * 3) / 3; by γ^2: −(1 * 8 + 3 * 4) / 3; by γ^3: −(3 * 5) / 3.
    right = {
        "rewards": cell(0, -4 / 3, -0.5),
        "discounts": cell(26 / 3, -20 / 3, -5),
        "values": cell(-2 / 3, 4 / 3, -1 / 6, -0.1),
    }
    leak = some(THETA, {name: -0.8 * slope for name, slope in MIXTURE_SLOPES.items()})  # ½ e², e = 0.8
    nothing = {name: 0 * slope for name, slope in right.items()}
    reaches = "The λ loss reaches {} (a mistake that two public versions make): put tf.stop_gradient around {} there."
    mistakes = {
        reaches.format("rewards, discounts and values", "all three"): plus(right, leak),
        reaches.format("the values", "them"): plus(right, leak, ["values"]),
        reaches.format("the rewards", "them"): plus(right, leak, ["rewards"]),
        reaches.format("the discounts", "them"): plus(right, leak, ["discounts"]),
        reaches.format("rewards and discounts", "both"): plus(right, leak, ["rewards", "discounts"]),
        reaches.format("rewards and values", "both"): plus(right, leak, ["rewards", "values"]),
        reaches.format("discounts and values", "both"): plus(right, leak, ["discounts", "values"]),
        "No gradient reaches rewards, discounts and values: the preturn loss has to teach them. "
        "Stop them in the λ loss alone, and stay with tf functions.": nothing,
        "The losses are exchanged: the preturn loss has to teach rewards, discounts and values, the λ loss must not.": (
            leak
        ),
    }
    got = some(THETA, gradients(supervised_losses, answer, (np.array([[6.0]]), *STEPS)))
    likely = (
        "For rewards, discounts and values only the slope of the preturn loss counts: they are constants of the λ loss."
    )
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(supervised_losses, "The λ loss teaches λ")
def the_lambda_loss_teaches_lambda(answer, rng):
    # ½ e² with e = 0.8: −0.8 times the slopes of g^λ by λ, (1.5, −4.8, −1.2).
    right = cell(-1.2, 3.84, 0.96)
    mistakes = {
        "No gradient reaches λ, so that nothing ever trains it: stop rewards, discounts and values, not λ or all of g^λ.": (
            0 * right
        ),
        "The gradient of λ has the wrong sign: the error of g^λ is to shrink.": -right,
    }
    got = gradients(supervised_losses, answer, (np.array([[6.0]]), *STEPS))["lambdas"]
    likely = "λ is taught by ½ (g − g^λ)² alone: its slope is −(g − g^λ) ∂g^λ/∂λ."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(supervised_losses, "Random steps of any number, input by input and prediction by prediction")
def losses_one_by_one(answer, rng):
    for shape in ((3, 3, 2), (1, 2, 3), (5, 4, 1)):
        targets, steps = rng.normal(size=shape[1:]), imagined_steps(rng, *shape)
        likely = (
            "Read K and the size of the batch from the arrays; every input and prediction has its own target and steps."
        )
        expected = (
            _half_squares(targets - brackets(steps[0], steps[1], steps[3])) / shape[0],
            _half_squares((targets - mixed(*steps))[None]),
        )
        expect(answer(targets, *steps), expected, likely=likely, tolerance=TOLERANCE)


def _half_squares(errors, weights=None):
    """½ Σ w e² of errors [K, B, M], one by one, divided by the number of inputs."""
    weights = np.ones_like(errors) if weights is None else weights
    return sum(weights[place] * error**2 / 2 for place, error in np.ndenumerate(errors)) / errors.shape[1]


# --- usage_weighted_loss ---------------------------------------------------------------------------------------------


@example(usage_weighted_loss)
def _(rng):
    return rng.normal(size=(3, 2)), rng.normal(size=(4, 3, 2)), shares(rng.uniform(0.2, 0.9, (3, 3, 2)))


# One input, one prediction: preturns (1, 2, 5), weights (0.5, 0.3, 0.2), the target is 4; errors 3, 2, −1.
USED = (np.array([[4.0]]), cell(1, 2, 5), cell(0.5, 0.3, 0.2))


@claim(usage_weighted_loss, "Three preturns worked out by hand", weight=2)
def three_preturns_by_hand(answer, rng):
    # (0.5 * 9 + 0.3 * 4 + 0.2 * 1) / 2 = 2.95.
    mistakes = {
        "The ½ is missing.": 5.9,
        "The errors are not weighted: each counts with its w^k.": 7.0,
        "The weight is squared: multiply w^k with the squared error, do not square their product.": 1.325,
        "The weights multiply the preturns: they belong before the squared errors.": 16.405,
        "The preturns are mixed first: that is the λ loss. Here each error is squared, then weighted.": 1.805,
        "It is divided by K: the weights sum to 1, that is mean enough.": 1.475,
        "It is divided by the number of preturns: the weights sum to 1, that is mean enough.": 2.95 / 3,
        "g^0 is left out: the sum runs from k = 0.": 0.7,
        "The errors are not squared.": 0.95,
        "The weights are one off: w^k goes with g^k.": (0.3 * 9 + 0.2 * 4 + 0.5 * 1) / 2,
        "The weights are in reverse order: w^k goes with g^k.": (0.2 * 9 + 0.3 * 4 + 0.5 * 1) / 2,
    }
    expect(
        answer(*USED), 2.95, mistakes=mistakes, likely="½ Σ w^k (g − g^k)²: ½ (4.5 + 1.2 + 0.2).", tolerance=TOLERANCE
    )


@claim(usage_weighted_loss, "It is summed over the predictions and averaged over the batch")
def usage_is_summed_over_predictions(answer, rng):
    got = answer(np.full((4, 3), 4.0), *(np.tile(part, (1, 4, 3)) for part in USED[1:]))
    likely = "Four equal inputs with three equal predictions each: three times the loss of one."
    expect(got, 3 * 2.95, mistakes=_wrong_reductions(2.95), likely=likely, tolerance=TOLERANCE)


@claim(
    usage_weighted_loss, "Where all weight lies on one preturn, only its error counts, for every prediction another one"
)
def one_preturn_each(answer, rng):
    targets, guesses, chosen = rng.normal(size=(3, 2)), rng.normal(size=(4, 3, 2)), rng.permutation(6).reshape(3, 2) % 4
    weights = np.zeros((4, 3, 2))
    errors = np.empty((1, 3, 2))
    for place in np.ndindex(3, 2):
        weights[chosen[place]][place] = 1.0
        errors[0][place] = targets[place] - guesses[chosen[place]][place]
    first = np.broadcast_to(weights[:, :, :1], weights.shape)
    mean = np.broadcast_to(weights.mean(axis=(1, 2), keepdims=True), weights.shape)
    mistakes = {
        "All predictions have the weights of the first: each has its own.": _half_squares(targets - guesses, first),
        "The weights are averaged over inputs and predictions: each has its own.": _half_squares(
            targets - guesses, mean
        ),
    }
    likely = "Every input and every prediction has its own weights, of the same shape as the preturns."
    expect(
        answer(targets, guesses, weights), _half_squares(errors), mistakes=mistakes, likely=likely, tolerance=TOLERANCE
    )


@claim(usage_weighted_loss, "It teaches the preturns, and the weights are held constant")
def the_weights_are_constants(answer, rng):
    # By g^k: −w^k e^k = (−0.5 * 3, −0.3 * 2, 0.2 * 1). By w^k it would be e²/2 = (4.5, 2, 0.5).
    preturn_slopes, nothing = cell(-1.5, -0.6, 0.2), cell(0, 0, 0)
    flows = (
        "A gradient flows into the weights: λ would learn to use whatever preturn is easiest. "
        "Put tf.stop_gradient around the weights."
    )
    mistakes = {
        flows: {"preturns": preturn_slopes, "weights": cell(4.5, 2, 0.5)},
        f"The preturns are stopped, not the weights. {flows}": {"preturns": nothing, "weights": cell(4.5, 2, 0.5)},
        "No gradient reaches the preturns: stop the weights alone, and stay with tf functions.": {
            "preturns": nothing,
            "weights": nothing,
        },
    }
    got = some(("preturns", "weights"), gradients(usage_weighted_loss, answer, USED))
    likely = "The slope by g^k is −w^k (g − g^k), and there is none by w^k."
    expect(
        got,
        {"preturns": preturn_slopes, "weights": nothing},
        mistakes=mistakes,
        likely=likely,
        tolerance=TOLERANCE,
    )


@claim(usage_weighted_loss, "Random preturns and weights, one by one")
def usage_one_by_one(answer, rng):
    for shape in ((3, 3, 2), (1, 2, 3), (5, 4, 1)):
        targets, weights = rng.normal(size=shape[1:]), shares(rng.uniform(0.1, 0.9, shape))
        guesses = rng.normal(size=weights.shape)
        likely = (
            "Read the size of the batch from the arrays; every input and prediction has its own target and weights."
        )
        expected = _half_squares(targets - guesses, weights)
        expect(answer(targets, guesses, weights), expected, likely=likely, tolerance=TOLERANCE)


# --- consistency_loss ------------------------------------------------------------------------------------------------


@example(consistency_loss)
def _(rng):
    return imagined_steps(rng, 3, 3, 2)


@claim(consistency_loss, "One prediction and three steps worked out by hand", weight=2)
def consistency_by_hand(answer, rng):
    # Preturns 4, 10, 5, 3, the λ-preturn is 5.2: errors 1.2, −4.8, 0.2, 2.2, squares 1.44 + 23.04 + 0.04 + 4.84 = 29.36.
    mistakes = {
        "The ½ is missing.": 29.36,
        "It is divided by K: this loss has the factor ½ alone.": 14.68 / 3,
        "It is divided by the number of preturns: this loss has the factor ½ alone.": 3.67,
        "The goal is g^K: all preturns are pulled towards the mixture g^λ.": 27.0,
        "The goal is the plain mean of the preturns: mix them with λ.": 14.5,
        "The goal is v^0: all preturns are pulled towards the mixture g^λ.": 19.0,
        "g^0 is left out: the sum runs from k = 0.": 13.96,
        "g^K is left out: the sum runs to k = K.": 12.26,
        "The values v^k are pulled: it is about the preturns g^k.": 27.68,
        "The errors are weighted with w^k: here all count alike.": 3.18,
        "The errors are not squared.": -0.6,
    }
    likely = "½ Σ (g^λ − g^k)²: the errors are 1.2, −4.8, 0.2 and 2.2."
    expect(answer(*STEPS), 14.68, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(consistency_loss, "It is summed over the predictions and averaged over the batch")
def consistency_is_summed_over_predictions(answer, rng):
    got = answer(*(np.tile(part, (1, 4, 3)) for part in STEPS))
    likely = "Four equal inputs with three equal predictions each: three times the loss of one."
    expect(got, 3 * 14.68, mistakes=_wrong_reductions(14.68), likely=likely, tolerance=TOLERANCE)


@claim(consistency_loss, "The preturns move, and the λ-preturn stands still")
def the_mixture_stands_still(answer, rng):
    # e = (1.2, −4.8, 0.2, 2.2). By v^k: −e γ^1 ⋯ γ^k. By r^k: −(the errors from e^k on), discounted.
    # By γ^1: −(−4.8 * 10 + 0.2 * 5 + 2.2 * 3); by γ^2: −(0.2 * 8 + 2.2 * 4); by γ^3: −2.2 * 5.
    right = {
        "rewards": cell(2.4, -2.4, -1.1),
        "discounts": cell(40.4, -10.4, -11),
        "values": cell(-1.2, 4.8, -0.1, -0.22),
    }
    pull = some(THETA, {name: -1.2 * slope for name, slope in MIXTURE_SLOPES.items()})  # the errors sum to −1.2
    nothing = {name: 0 * slope for name, slope in right.items()}
    mistakes = {
        "g^λ is pulled towards the preturns as well: it is their goal and stands still, by tf.stop_gradient.": (
            plus(right, pull)
        ),
        "The preturns are stopped in place of g^λ: they have to move, and g^λ stands still.": pull,
        "No gradient reaches rewards, discounts and values: stop g^λ alone, and stay with tf functions.": nothing,
    }
    for kept in (["values"], ["rewards", "discounts"]):
        names = " and ".join(kept)
        sentence = f"Through the {names}, g^λ is pulled towards the preturns: put tf.stop_gradient around all of g^λ."
        mistakes[sentence] = plus(right, pull, kept)
    got = some(THETA, gradients(consistency_loss, answer, STEPS))
    likely = "The slope by g^k is −(g^λ − g^k), as if g^λ were a given number."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(consistency_loss, "λ learns nothing from it")
def lambda_learns_nothing(answer, rng):
    flows = (
        "A gradient flows into λ: without labels it could learn to make the preturns agree on anything. "
        "Put tf.stop_gradient around all of g^λ."
    )
    got = gradients(consistency_loss, answer, STEPS)["lambdas"]
    expect(got, cell(0, 0, 0), mistakes={flows: -1.2 * MIXTURE_SLOPES["lambdas"]}, likely=flows, tolerance=TOLERANCE)


@claim(consistency_loss, "Random steps of any number, input by input and prediction by prediction")
def consistency_one_by_one(answer, rng):
    for shape in ((3, 3, 2), (1, 2, 3), (5, 4, 1)):
        rewards, discounts, lambdas, values = imagined_steps(rng, *shape)
        errors = mixed(rewards, discounts, lambdas, values) - brackets(rewards, discounts, values)
        likely = "Each input and prediction has a goal of its own, g^λ, for all its preturns."
        got = answer(rewards, discounts, lambdas, values)
        expect(got, _half_squares(errors), likely=likely, tolerance=TOLERANCE)


@claim(consistency_loss, "With the true values of a known Markov reward process there is nothing to correct")
def true_values_are_consistent(answer, rng):
    transitions, rewards, gammas = reward_process(rng)
    truth = np.stack([np.linalg.solve(np.eye(4) - gamma * transitions, rewards) for gamma in gammas], axis=1)
    paid, discounts, ahead = imagined_by_a_process(transitions, rewards, gammas, truth, 4)
    likely = "True values satisfy v = r + γ P v, so that all preturns agree with one another, and the loss is 0."
    expect(answer(paid, discounts, np.full((4, 4, 2), 0.6), ahead), 0.0, likely=likely, tolerance=TOLERANCE)


# --- gradient_is_right (find the bug) --------------------------------------------------------------------------------


@example(gradient_is_right)
def _(rng):
    slopes, above = rng.normal(size=200), rng.uniform(1, 2, 200)
    return np.where(rng.uniform(size=200) < 0.1, 0.5 * slopes, slopes), above, above - 2e-3 * slopes, 1e-3


# Seven parameters, each moved by 1/4 up and down: slopes 8, 4, 2, 3, 0, 0.04, 6; the tolerance is 0.008. Reported are
# 8 (right), −4 (the sign), 4 (twice), 0 (missing), 0.003 (rounding), 0.08 (twice, though small), 6.003 (rounding).
SLOPES = np.array([8, 4, 2, 3, 0, 0.04, 6])
REPORTED = np.array([8, -4, 4, 0, 0.003, 0.08, 6.003])
BELOW = np.array([1.0, 7.0, 2.0, 4.0, 3.0, 5.0, 2.0])
VERDICTS = np.array([1, 0, 0, 0, 1, 0, 1], bool)


def verdict(*which):
    """What an answer says that passes exactly the given ones of the seven parameters."""
    return np.isin(np.arange(7), which)


@claim(gradient_is_right, "Seven parameters worked out by hand", weight=2)
def seven_parameters_by_hand(answer, rng):
    one = "It gives one verdict for all parameters, {}: tell for each whether its gradient is right, bool [P]."
    mistakes = {
        "The 2 is missing: from θ − step to θ + step it is 2 steps.": verdict(2, 4, 5),
        "The difference is not divided by 2 steps.": verdict(4),
        "The sign is lost: compare the numbers, not their magnitudes.": verdict(0, 1, 4, 6),
        "The difference has the wrong sign: L above minus L below.": verdict(1, 4),
        "A missing gradient of 0 goes through: where the loss has a slope, 0 is wrong.": verdict(0, 3, 4, 6),
        "Where the slope is almost 0 rounding is taken for a mistake: allow 10⁻³ of the steepest slope, "
        "not of each one's own.": verdict(0, 6),
        "A small slope that is wrong goes through: the tolerance is 10⁻³ of the steepest slope.": verdict(0, 4, 5, 6),
        "It tells which ones are wrong: True is for those that are right.": ~VERDICTS,
        "It says yes always.": verdict(*range(7)),
        "It says no always.": verdict(),
        "Gradients that are too low go through: compare |gradient − slope|.": verdict(0, 1, 3, 4, 6),
        "Gradients that are too high go through: compare |gradient − slope|.": verdict(0, 2, 4, 5, 6),
        one.format("no"): False,
        one.format("yes"): True,
    }
    got = answer(REPORTED, BELOW + SLOPES / 2, BELOW, 0.25)
    likely = "Right are those with |gradient − slope| ≤ 10⁻³ of the steepest |slope|, where slope = (above − below) / (2 step)."
    expect(got, VERDICTS, mistakes=mistakes, likely=likely)


def tiny_predictron(theta, inputs, target=-1.0, gamma=0.9):
    """A predictron of one step whose states are numbers: its loss, its gradient, and the gradient with a copied head.

    s^0 = a x, s^1 = c s^0, r^1 = ρ s^0, v(s) = h s + b, and the loss is ½ (g − g^0)² + ½ (g − g^1)² on average.
    Where v^1 is computed by a copy of the head, all numbers stay the same, and the slopes of h and b lack the part of v^1.

    Args:
      theta: (a, c, ρ, h, b).
      inputs: x, a few numbers.
    """
    a, c, rho, h, b = theta
    near, far = a * inputs, c * a * inputs
    first, second = h * near + b - target, rho * near + gamma * (h * far + b) - target  # errors of g^0 and g^1
    loss = np.mean(first**2 + second**2) / 2
    body = [
        np.mean(first * h * inputs + second * (rho + gamma * h * c) * inputs),
        np.mean(second * gamma * h * near),
        np.mean(second * near),
    ]
    head, of_the_copy = np.mean([first * near, first], axis=1), gamma * np.mean([second * far, second], axis=1)
    return loss, np.array([*body, *(head + of_the_copy)]), np.array([*body, *head])


@claim(gradient_is_right, "In a predictron with a copied head, the head's gradient is wrong and nothing else")
def finds_the_copied_head(answer, rng):
    theta, inputs, step = rng.uniform(0.5, 1.5, 5), rng.uniform(0.5, 1.5, 8), 1e-4
    above, below = (
        np.array([tiny_predictron(theta + sign * step * np.eye(5)[i], inputs)[0] for i in range(5)]) for sign in (1, -1)
    )
    _, right, copied = tiny_predictron(theta, inputs)
    likely = "It rejects the gradient of the right program: the slopes agree with it to many digits."
    expect(answer(right, above, below, step), np.ones(5, bool), likely=likely)
    mistakes = {
        "The copied head goes through: its loss is right to the last digit, and its gradient lacks the part of v^1.": (
            np.ones(5, bool)
        ),
        "It rejects all parameters: only the head, the last two, has a wrong gradient.": np.zeros(5, bool),
    }
    likely = "Exactly the head's parameters, the last two, lack a part of their gradient."
    expect(answer(copied, above, below, step), np.arange(5) < 3, mistakes=mistakes, likely=likely)


@claim(gradient_is_right, "In other units, with losses 10 000 times larger or smaller, the verdicts are the same")
def in_other_units(answer, rng):
    for unit, units, sort in ((1e-4, "smaller", "wrong gradients go through"), (1e4, "larger", "rounding is rejected")):
        likely = (
            f"With losses 10 000 times {units} {sort}: the tolerance is 10⁻³ of the steepest slope, no fixed number."
        )
        got = answer(unit * REPORTED, unit * (BELOW + SLOPES / 2), unit * BELOW, 0.25)
        expect(got, VERDICTS, likely=likely)
    likely = "Only (above − below) / (2 step) counts: with a smaller step the losses move less, and the slopes stay."
    expect(answer(REPORTED, BELOW + SLOPES / 512, BELOW, 1 / 1024), VERDICTS, likely=likely)


@claim(
    gradient_is_right,
    "One wild entry hides no other: nan, infinity and a million are wrong, the rest is judged as before",
)
def no_entry_hides_another(answer, rng):
    names = {np.nan: "nan", np.inf: "Infinity", 1e6: "A million where the slope is 2"}
    for wild, name in names.items():
        reported = REPORTED.copy()
        reported[2] = wild
        through, hidden = VERDICTS.copy(), VERDICTS & False
        through[2] = True
        mistakes = {
            f"{name} goes through: ask whether the difference is small, not whether it is large.": through,
            f"{name} in one entry lets wrong ones through: measure the tolerance by the slopes, not by the gradient.": (
                through | True
            ),
            f"{name} in one entry spoils all verdicts: measure the tolerance by the slopes, not by the gradient.": hidden,
        }
        likely = f"{name} is wrong, and changes nothing for the others: the tolerance is measured by the slopes alone."
        expect(answer(reported, BELOW + SLOPES / 2, BELOW, 0.25), VERDICTS, mistakes=mistakes, likely=likely)


@claim(
    gradient_is_right,
    "A gradient that is 0 everywhere is wrong wherever the loss has a slope, and right where all is flat",
)
def zero_everywhere(answer, rng):
    likely = "A gradient of zeros goes through: measure the tolerance by the slopes, and 0 is wrong where there is one."
    got = answer(np.zeros(7), BELOW + SLOPES / 2, BELOW, 0.25)
    expect(got, verdict(4), likely=likely)
    likely = (
        "Nothing moves the loss and nothing is reported: that is right. Use ≤, and do not divide by the steepest slope."
    )
    expect(answer(np.zeros(3), np.ones(3), np.ones(3), 0.25), np.ones(3, bool), likely=likely)


@claim(gradient_is_right, "The tolerance is a thousandth of the steepest slope, up or down")
def a_thousandth_of_the_steepest(answer, rng):
    # The steepest slope is −8, so that 0.004 is allowed and 0.016 is not.
    slopes = np.array([1.0, 1.0, 0.0, 0.0, -8.0, -8.0, 0.0])
    errors = np.array([0.004, 0.016, -0.004, -0.016, 0.004, -0.016, 0.0])
    mistakes = {
        "Errors of half the tolerance are rejected: it is 10⁻³ of the steepest slope.": verdict(6),
        "Errors of twice the tolerance go through: it is 10⁻³ of the steepest slope.": verdict(*range(7)),
    }
    likely = "Allowed is 10⁻³ of the largest |slope|, here 0.008, for every parameter and in both directions."
    got = answer(slopes + errors, BELOW + slopes / 2, BELOW, 0.25)
    expect(got, verdict(0, 2, 4, 6), mistakes=mistakes, likely=likely)
