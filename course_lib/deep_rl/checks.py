"""What `check` asks of a learner's answers in this wing: hand-worked cases, identities, brute force, slopes."""

import math

import numpy as np

from course_lib.deep_rl.advantages import generalized_advantages
from course_lib.deep_rl.audit import targets_are_right
from course_lib.deep_rl.networks import dueling_action_values
from course_lib.deep_rl.policy_losses import clipped_policy_loss
from course_lib.deep_rl.priorities import importance_weights, priorities
from course_lib.deep_rl.recurrence import unroll
from course_lib.deep_rl.targets import double_q_targets
from course_lib.workbook import claim, example, expect, require

TOLERANCE = 1e-5  # answers with tensors compute in float32


def floats(*rows):
    """Numbers, or rows of them, as an array of floats."""
    return np.array(rows, float)


def slopes(target, answer, args):
    """name -> gradient of what `answer` returns, its k-th number counting cos(k); 0 where none arrives."""
    given = dict(zip(target.parameters, args, strict=True))
    found = zip(target.gradient + target.stopped, answer.run("gradient", args), strict=True)
    return {name: np.zeros_like(given[name]) if slope is None else slope for name, slope in found}


# --- double_q_targets ------------------------------------------------------------------------------------------------


@example(double_q_targets)
def _(rng):
    return rng.normal(size=64), rng.choice([0.0, 0.99], 64), rng.normal(size=(64, 4)), rng.normal(size=(64, 4))


@claim(double_q_targets, "Three transitions worked out by hand", weight=2)
def three_transitions_by_hand(answer, rng):
    # First: q chooses action 1 (its value 6 is the largest), q̄ says that it is worth 4: 2 + 4/2 = 4.
    # Second: q chooses action 0, worth 7: −1 + 1 * 7 = 6. Third: q chooses action 0, worth −4: 0 − 4/2 = −2.
    mistakes = {
        "The target network chooses as well (its maximum): the network that learns chooses, by its argmax, and the target "
        "network only judges that action.": floats(6.5, 7, 3),
        "The network that learns judges its own choice: the target network has to say what the choice is worth.": (
            floats(5, 4, 4.5)
        ),
        "The networks are exchanged: `action_values_tp1` chooses, `target_values_tp1` judges.": floats(3.5, 1, 1),
        "The argmax runs along the batch: it runs along the actions, the last axis, for each transition by itself.": (
            floats(1, 6, 2.5)
        ),
        "γ is missing.": floats(6, 6, -4),
        "γ multiplies the reward too: only what comes after it is discounted.": floats(3, 6, -2),
        "The reward is missing.": floats(2, 7, -2),
        "The worst action is chosen (argmin).": floats(1, 7, 3),
        "All actions are averaged: it is about the one that the network chooses.": floats(2 + 11 / 6, 5, 7 / 6),
        "The worth of the choice is averaged over both networks: only the target network judges.": (
            floats(4.5, 5, 1.25)
        ),
        "The smaller of both judgements is taken: q's own numbers stay out of it, only the target network judges.": (
            floats(4, 4, -2)
        ),
    }
    q, judged = floats([3, 6, 1], [5, 2, 4], [9, 3, 2]), floats([9, 4, -2], [7, 8, 3], [-4, 5, 6])
    got = answer(floats(2, -1, 0), floats(0.5, 1, 0.5), q, judged)
    likely = "r + γ q̄(s', argmax_a q(s', a)): the actions chosen are 1, 0 and 0."
    expect(got, floats(4, 6, -2), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(double_q_targets, "Nothing comes after the end: where γ is 0, the target is the reward alone")
def nothing_after_the_end(answer, rng):
    # Whatever a network says of a terminal state: the first target is 3, the second one 3 + 0.9 * 10.
    through = "It bootstraps through the end of an episode: γ is 0 there, and each value is multiplied by its own γ."
    mistakes = {through: floats(93, 12), f"{through} Here the mean γ stands for all.": floats(48, 7.5)}
    values = np.array([[100.0, 50.0], [-1.0, 10.0]])
    got = answer(np.array([3.0, 3.0]), np.array([0.0, 0.9]), values, values)
    expect(got, [3.0, 12.0], mistakes=mistakes, likely=through, tolerance=TOLERANCE)


@claim(double_q_targets, "Each transition has its own reward, discount and values")
def each_transition_for_itself(answer, rng):
    likely = "Row b of every array belongs to transition b alone: argmax along the actions (axis 1), then the entry of that row."
    for size in (4, 1, 6):  # as many transitions as actions, so that no error of shapes helps
        rewards, discounts = rng.normal(size=size), rng.choice([0.0, 0.9, 0.9**3, 1.0], size)
        q, judged = rng.normal(size=(2, size, 4))
        chosen = [max(range(4), key=row.__getitem__) for row in q.tolist()]
        expected = [r + g * row[a] for r, g, row, a in zip(rewards, discounts, judged, chosen, strict=True)]
        expect(answer(rewards, discounts, q, judged), expected, likely=likely, tolerance=TOLERANCE)


@claim(double_q_targets, "With twice the same network it is Q-learning: r + γ max q̄")
def the_same_network_twice(answer, rng):
    rewards, discounts, q = rng.normal(size=6), np.array([0.9, 0.0, 1.0, 0.5, 0.9, 0.0]), rng.normal(size=(6, 3)) - 3
    likely = "Where both networks agree, the choice is worth the maximum, also where all values are below 0."
    expected = rewards + discounts * q.max(axis=1)
    expect(answer(rewards, discounts, q, q), expected, likely=likely, tolerance=TOLERANCE)


@claim(double_q_targets, "How highly the network thinks of its choice does not matter, only which action it is")
def only_the_choice_matters(answer, rng):
    rewards, discounts, (q, judged) = rng.normal(size=6), np.full(6, 0.9), rng.normal(size=(2, 6, 3))
    chosen = [max(range(3), key=row.__getitem__) for row in q.tolist()]
    expected = [r + 0.9 * row[a] for r, row, a in zip(rewards, judged, chosen, strict=True)]
    likely = (
        "With all of q scaled and shifted the choice stays, and so must the target: q's own numbers stay out of it."
    )
    for factor, shift in ((1.0, 0.0), (7.0, -100.0), (0.5, 100.0)):
        expect(answer(rewards, discounts, factor * q + shift, judged), expected, likely=likely, tolerance=TOLERANCE)


@claim(double_q_targets, "It does not overestimate: where all actions are worth 0 and both networks are noise, it is 0")
def no_overestimation(answer, rng):
    got = np.asarray(answer(np.zeros(40_000), np.ones(40_000), *rng.normal(size=(2, 40_000, 5))))
    expect(got.shape, (40_000,), likely="It should return one target for each transition, [B].")
    likely = "The targets are biased: the errors of the network that judges must have nothing to do with the choice."
    # The standard error is 1/200; the maximum over one network is 1.16 on average.
    require(abs(got.mean()) < 0.03, likely, expected=0.0, got=float(got.mean()))


@claim(double_q_targets, "In a tie the first action is chosen")
def a_tie(answer, rng):
    got = answer(np.array([0.0]), np.array([1.0]), np.array([[2.0, 2.0, 1.0]]), np.array([[3.0, 7.0, 9.0]]))
    mistakes = {"Both of the best actions count: choose one, by tf.argmax.": floats(10)}
    expect(got, [3.0], mistakes=mistakes, likely="argmax gives the first of several best actions.", tolerance=TOLERANCE)


# --- dueling_action_values -------------------------------------------------------------------------------------------


@example(dueling_action_values)
def _(rng):
    return rng.normal(size=(32, 1)), rng.normal(size=(32, 4))


@claim(dueling_action_values, "Three states worked out by hand", weight=2)
def three_states_by_hand(answer, rng):
    # v = 10 and a = (1, 2, 6), whose mean is 3: 10 + (−2, −1, 3). v = 20 and a = (0, 4, 8), mean 4: 20 + (−4, 0, 4).
    # v = 30 and a = (2, 3, 10), mean 5: 30 + (−3, −2, 5).
    values, advantages = floats([10], [20], [30]), floats([1, 2, 6], [0, 4, 8], [2, 3, 10])
    mistakes = {
        "The mean is not subtracted: v and a could trade any constant, and neither would mean anything.": (
            floats([11, 12, 16], [20, 24, 28], [32, 33, 40])
        ),
        "The maximum is subtracted in place of the mean: the article tries that too (equation 8), and then takes the "
        "mean.": floats([5, 6, 10], [12, 16, 20], [22, 23, 30]),
        "The mean over the batch is subtracted: it runs over the actions (the last axis), for each state by itself.": (
            floats([10, 9, 8], [19, 21, 20], [31, 30, 32])
        ),
        "One mean of all states and actions is subtracted: each state has its own, over its actions (the last axis).": (
            floats([7, 8, 12], [16, 20, 24], [28, 29, 36])
        ),
        "The means lie the wrong way: keep them as a column (`keepdims=True`), so that each state gets its own.": (
            floats([8, 8, 11], [17, 20, 23], [29, 29, 35])
        ),
        "The sum is subtracted in place of the mean.": floats([2, 3, 7], [8, 12, 16], [17, 18, 25]),
        "The mean is added: subtract it.": floats([14, 15, 19], [24, 28, 32], [37, 38, 45]),
        "The value is missing, or cancels: q = v + a − mean a, with the mean of a alone.": (
            floats([-2, -1, 3], [-4, 0, 4], [-3, -2, 5])
        ),
        "Only the value is returned, for each action the same.": np.repeat(values, 3, axis=1),
        "The value is subtracted: q = v + a − mean a.": (floats([-12, -11, -7], [-24, -20, -16], [-33, -32, -25])),
        "The minimum is subtracted in place of the mean.": floats([10, 11, 15], [20, 24, 28], [30, 31, 38]),
    }
    likely = "v(s) + a(s, ·) − the mean of a(s, ·) over the actions: for the first state 10 + (−2, −1, 3)."
    expected = floats([8, 9, 13], [16, 20, 24], [27, 28, 35])
    expect(answer(values, advantages), expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(
    dueling_action_values, "Averaged over the actions it is the value, and its differences are those of the advantages"
)
def the_mean_is_the_value(answer, rng):
    values, advantages = rng.normal(size=(5, 1)), rng.normal(size=(5, 3))
    got = np.asarray(answer(values, advantages), float)
    expect(got.shape, (5, 3), likely="It should return a value for each state and action, [B, A].")
    likely = "The mean over the actions has to be v(s): what is subtracted is the mean of a(s, ·)."
    expect(got.mean(axis=1), values[:, 0], likely=likely, tolerance=TOLERANCE)
    likely = "q(s, 1) − q(s, 0) has to be a(s, 1) − a(s, 0): nothing but a number for each state is added to a."
    expect(np.diff(got, axis=1), np.diff(advantages, axis=1), likely=likely, tolerance=TOLERANCE)


@claim(dueling_action_values, "A number added to all advantages of a state changes nothing")
def advantages_are_relative(answer, rng):
    values, advantages = rng.normal(size=(4, 1)), rng.normal(size=(4, 3))
    before = answer(values, advantages)
    likely = (
        "Advantages count relative to one another: with the mean over a state's actions subtracted, a shift cancels."
    )
    expect(answer(values, advantages + rng.normal(size=(4, 1))), np.asarray(before), likely=likely, tolerance=TOLERANCE)


@claim(dueling_action_values, "It works for any number of states and actions; with one action it is the value")
def any_number_of_actions(answer, rng):
    likely = "Each state for itself, by the mean over its own actions. Read the number of actions from the array."
    for states, actions in ((4, 4), (1, 6), (5, 2)):  # as many states as actions, so that no error of shapes helps
        values, advantages = rng.normal(size=(states, 1)), rng.normal(size=(states, actions))
        expected = [
            [v + a - sum(row) / actions for a in row]
            for (v,), row in zip(values.tolist(), advantages.tolist(), strict=True)
        ]
        expect(answer(values, advantages), expected, likely=likely, tolerance=TOLERANCE)
    values = rng.normal(size=(3, 1))
    likely = "With a single action there is no advantage: q = v."
    expect(answer(values, rng.normal(size=(3, 1))), values, likely=likely, tolerance=TOLERANCE)


@claim(dueling_action_values, "What one action teaches, the value learns for all of them")
def one_action_teaches_the_value(answer, rng):
    # One state, two actions, outputs counted 1 and cos(1) = c: by v the slope is 1 + c; by a_0 it is 1 − (1 + c)/2.
    c = math.cos(1)
    right = {"values": np.array([[1 + c]]), "advantages": np.array([[(1 - c) / 2, (c - 1) / 2]])}
    mistakes = {
        "The mean is held constant: it is learnt through, so no np.mean (use tf.reduce_mean) and no tf.stop_gradient.": (
            right | {"advantages": np.array([[1.0, c]])}
        ),
        "No gradient reaches the value: stay with tf functions, without tf.stop_gradient.": (
            right | {"values": np.zeros((1, 1))}
        ),
        "No gradient reaches the advantages: stay with tf functions, without tf.stop_gradient.": (
            right | {"advantages": np.zeros((1, 2))}
        ),
    }
    got = slopes(dueling_action_values, answer, (np.array([[2.0]]), np.array([[1.0, 3.0]])))
    likely = "∂q_a/∂v = 1, and ∂q_a/∂a_b is 1 − 1/A for b = a, else −1/A."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


# --- priorities ------------------------------------------------------------------------------------------------------


@example(priorities)
def _(rng):
    return rng.normal(size=500), 0.6


@claim(priorities, "Four errors worked out by hand", weight=2)
def four_errors_by_hand(answer, rng):
    # α = 1/2 is the square root: of 4, of 9, of 10⁻⁶, of 3 · 10⁻⁶ + 10⁻⁶ = 4 · 10⁻⁶ (each with 10⁻⁶ added).
    with_offset = floats(4 + 1e-6, 9 + 1e-6, 1e-6, 4e-6)
    mistakes = {
        "The sign is left in: a root of a negative error is nan. Take |δ|.": floats(2, np.nan, 1e-3, 2e-3),
        "The sign is left in and the offset is missing: p = (|δ| + 10⁻⁶)^α.": floats(2, np.nan, 0, 3e-6**0.5),
        "Negative errors count as none: take |δ|, since surprises downwards teach as much.": floats(
            2, 1e-3, 1e-3, 2e-3
        ),
        "The offset is missing: what has no error now would never be drawn again.": floats(2, 3, 0, 3e-6**0.5),
        "α comes before the offset: add 10⁻⁶ to |δ| first, then raise to α.": floats(2, 3, 0, 3e-6**0.5) + 1e-6,
        "|δ| is raised to at least 10⁻⁶ in place of adding it.": floats(2, 3, 1e-3, 3e-6**0.5),
        "α is a factor: it has to be the exponent.": with_offset / 2,
        "α is a factor, before the offset: it has to be the exponent.": floats(2, 4.5, 0, 1.5e-6) + 1e-6,
        "The power takes the small number alone: brackets around the sum, (|δ| + 10⁻⁶)^α.": floats(4, 9, 0, 3e-6)
        + 1e-3,
        "α is not used.": with_offset,
        "The errors are squared: p = (|δ| + 10⁻⁶)^α.": floats(4, 9, 1e-3, 1e-3),
        "The exponent is 1/α.": with_offset**2,
        "The priorities are divided by their sum: the replay does that, with the priorities of all it keeps.": (
            with_offset**0.5 / (with_offset**0.5).sum()
        ),
        "The priorities are divided by the largest: only these few are known here, so leave them as they are.": (
            with_offset**0.5 / 3
        ),
        "The exponent is −α: large errors are to be drawn more often.": with_offset**-0.5,
    }
    got = answer(floats(4, -9, 0, 3e-6), 0.5)
    likely = "(|δ| + 10⁻⁶)^α: with α = ½ of 4, −9, 0 and 3 · 10⁻⁶ that is 2, 3, 0.001 and 0.002."
    expect(got, with_offset**0.5, mistakes=mistakes, likely=likely, tolerance=1e-7)


@claim(priorities, "Too high and too low count alike: p(δ) = p(−δ)")
def the_sign_does_not_matter(answer, rng):
    errors = rng.uniform(0.1, 3, 8)
    likely = "An error of −2 is as surprising as one of 2: take the absolute value."
    expect(answer(-errors, 1.0), np.asarray(answer(errors, 1.0)), likely=likely)
    expect(answer(-errors, 1.0), errors + 1e-6, likely=likely)


@claim(priorities, "α = 0 draws all alike, α = 1 in proportion to the error")
def both_ends_of_alpha(answer, rng):
    errors = np.array([-3.0, 0.0, 1e-3, 0.5, 40.0])
    likely = "With α = 0 every priority is 1, whatever the error: (|δ| + 10⁻⁶)⁰."
    expect(answer(errors, 0.0), np.ones(5), likely=likely)
    likely = "With α = 1 twice the error is drawn twice as often: |δ| + 10⁻⁶."
    expect(answer(errors, 1.0), [3, 1e-6, 1e-3 + 1e-6, 0.5, 40], likely=likely)


@claim(priorities, "Nothing is lost: every priority is above 0, and a larger error has a larger one")
def nothing_is_lost(answer, rng):
    got = np.asarray(answer(np.array([0.0, 1e-9, -1e-6, 1e-3, -1.0, 1e4]), 0.6))
    expect(got.shape, (6,), likely="It should return a priority for each error, [B].")
    likely = "A priority of 0 is never drawn, and so never put right: add the offset of 10⁻⁶ to |δ|."
    require(bool((got > 0).all()), likely, expected="all above 0", got=got)
    likely = "Priorities rise with |δ|."
    require(bool((np.diff(got) > 0).all()), likely, expected="rising numbers", got=got)


@claim(priorities, "Random errors, one by one")
def errors_one_by_one(answer, rng):
    for alpha in (0.6, 0.9):
        errors = 3 * rng.normal(size=7)
        expected = [math.exp(alpha * math.log(abs(error) + 1e-6)) for error in errors]
        likely = "Each priority is its own error's alone: log p = α log(|δ| + 10⁻⁶)."
        expect(answer(errors, alpha), expected, likely=likely)


# --- importance_weights ----------------------------------------------------------------------------------------------


@example(importance_weights)
def _(rng):
    return rng.uniform(1e-5, 1e-2, 512), 2000, 0.4


@claim(importance_weights, "Three probabilities worked out by hand", weight=2)
def three_probabilities_by_hand(answer, rng):
    # N P = (4, 1, 1/4); with β = 1/2: 1/√4 = 1/2, 1, 1/√(1/4) = 2; divided by the largest one, 2.
    mistakes = {
        "The weights are not normalised: divide by the largest, so that steps are never made larger.": floats(
            0.5, 1, 2
        ),
        "They are divided by their sum: divide by the largest, so that the batch's size does not matter.": (
            floats(0.5, 1, 2) / 3.5
        ),
        "They are divided by their mean: then some are above 1. Divide by the largest.": floats(0.5, 1, 2) / (3.5 / 3),
        "They are divided by the smallest: divide by the largest, so that none is above 1.": floats(1, 2, 4),
        "The sign of β is wrong: what is drawn more has to count less, w = (N P)^−β.": floats(1, 0.5, 0.25),
        "The sign of β is wrong, and nothing is normalised: w = (N P)^−β, divided by the largest.": floats(2, 1, 0.5),
        "β is forgotten, or is a factor: it is the exponent, (N P)^−β.": floats(1 / 16, 0.25, 1),
        "β is forgotten, and nothing is normalised.": floats(0.25, 1, 4),
        "All weights are 1: what is drawn more has to count less.": floats(1, 1, 1),
        "β is applied twice.": floats(0.5, 0.5**0.5, 1),
    }
    got = answer(floats(1 / 4, 1 / 16, 1 / 64), 16, 0.5)
    likely = "(N P)^−β is ½, 1 and 2 here; divided by the largest: ¼, ½ and 1."
    expect(got, floats(0.25, 0.5, 1), mistakes=mistakes, likely=likely)


@claim(importance_weights, "With β = 1 the expected update is that of uniform replay, up to a constant")
def full_correction(answer, rng):
    # Whatever x the transitions teach: Σ P w x has to be in proportion to Σ x, so P w is the same for all.
    probabilities = rng.dirichlet(np.ones(6))
    weights = np.asarray(answer(probabilities, 6, 1.0), float)
    expect(weights.shape, (6,), likely="It should return a weight for each transition, [B].")
    likely = "Drawn with P and weighted with w, each transition has to count alike: P · w the same for all, so w ∝ 1/P."
    expect(probabilities * weights / (probabilities[0] * weights[0]), np.ones(6), likely=likely)


@claim(importance_weights, "With β = 0 nothing is put right: all weights are 1")
def no_correction(answer, rng):
    expect(answer(rng.dirichlet(np.ones(5)), 5, 0.0), np.ones(5), likely="(N P)⁰ is 1: is β used as the exponent?")


@claim(
    importance_weights, "What is drawn least has weight 1, all others less, in the reverse order of their probabilities"
)
def the_rarest_counts_most(answer, rng):
    probabilities = rng.permutation(np.array([0.4, 0.3, 0.1, 0.05]))
    got = np.asarray(answer(probabilities, 40, 0.7), float)
    expect(got.shape, (4,), likely="It should return a weight for each transition, [B].")
    likely = "The largest weight has to be 1, that of the rarest: divide by the largest weight, not by a sum or a mean."
    expect(got.max(), 1.0, likely=likely)
    likely = "What is drawn more counts less: w falls with P."
    require(bool((np.argsort(-got) == np.argsort(probabilities)).all()), likely, expected="falling with P", got=got)


@claim(importance_weights, "Random probabilities, one by one; how many could have been drawn cancels")
def weights_one_by_one(answer, rng):
    for size, beta in ((6, 0.4), (1000, 0.4), (50, 0.9), (6, 1.0)):
        probabilities = rng.dirichlet(np.ones(6))
        rarest = min(probabilities)
        expected = [math.exp(beta * (math.log(rarest) - math.log(p))) for p in probabilities]
        likely = "w = (rarest P / P)^β: N stands in every weight, and dividing by the largest takes it out again."
        expect(answer(probabilities, size, beta), expected, likely=likely)
    expect(answer(np.full(4, 0.01), 100, 0.6), np.ones(4), likely="Drawn all alike, all have weight 1.")


# --- generalized_advantages ------------------------------------------------------------------------------------------


@example(generalized_advantages)
def _(rng):
    return played(rng, 64, 8)


def played(rng, rows, worlds):
    """Random arguments: several episodes, some that terminate and some cut off."""
    rewards, values, values_tp1 = rng.normal(size=(3, rows, worlds))
    last = rng.random((rows, worlds)) < 0.3
    values_tp1[:-1] = np.where(last[:-1], values_tp1[:-1], values[1:])  # what follows within an episode is the next row
    terminated = last & (rng.random((rows, worlds)) < 0.5)
    return rewards, np.where(terminated, 0.0, 0.9), values, values_tp1, last, 0.8


def mixed_advantages(rewards, discounts, values, values_tp1, last, lambda_):
    """Advantages of one world by their definition: (1 − λ) Σ λ^{n−1} (G^{(n)} − v), the longest with what remains, [T]."""
    found = []
    for start in range(len(rewards)):
        total, factor, share, mixture, row = 0.0, 1.0, 1.0, 0.0, start
        while True:
            total += factor * rewards[row]
            factor *= discounts[row]
            over = last[row] or row == len(rewards) - 1
            mixture += (share if over else (1 - lambda_) * share) * (total + factor * values_tp1[row])
            share *= lambda_
            row += 1
            if over:
                break
        found.append(mixture - values[start])
    return np.array(found)


@claim(generalized_advantages, "Three steps worked out by hand", weight=2)
def three_steps_by_hand(answer, rng):
    # r = (1, 2, 4), γ = 1/2, v(s_t) = (4, 2, 6), v(s_{t+1}) = (2, 6, 8), λ = 1/5. Errors: 1 + 1 − 4 = −2; 2 + 3 − 2 = 3;
    # 4 + 4 − 6 = 2. γ λ = 1/10, from the last one back: 2; 3 + 0.2 = 3.2; −2 + 0.32 = −1.68.
    def column(*numbers):
        return np.array(numbers, float)[:, None]

    right = column(-1.68, 3.2, 2)
    mistakes = {
        "γ λ multiplies the first error, too: A_t = δ_t + γ λ A_{t+1}, with a whole δ_t.": column(-0.168, 0.32, 0.2),
        "λ multiplies the first error, too: A_t = δ_t + γ λ A_{t+1}, with a whole δ_t.": column(-0.336, 0.64, 0.4),
        "1 − λ multiplies the errors: that factor is in them already, A_t = δ_t + γ λ A_{t+1}.": (
            column(-1.344, 2.56, 1.6)
        ),
        "λ is forgotten: A_{t+1} counts γ λ times.": column(0, 4, 2),
        "γ is forgotten before A_{t+1}: it counts γ λ times.": column(-1.32, 3.4, 2),
        "γ is forgotten in δ: v(s_{t+1}) counts γ times.": column(-0.34, 6.6, 6),
        "γ is forgotten everywhere.": column(0.44, 7.2, 6),
        "Time runs the wrong way: A_t needs A_{t+1}, so begin at the last row.": column(-2, 2.8, 2.28),
        "They are in reverse order: A_0 comes first.": column(2, 3.2, -1.68),
        "v(s_t) is not subtracted: δ = r + γ v(s_{t+1}) − v(s_t).": column(2.58, 5.8, 8),
        "v(s_t) and v(s_{t+1}) are exchanged.": column(0.69, -3.1, -1),
        "v(s_t) is added again: these are returns, A + v; asked is A alone.": column(2.32, 5.2, 8),
        "Only δ is returned: add γ λ A_{t+1}.": column(-2, 3, 2),
        "It is shifted by one step: A_{t+1} stands where A_t belongs.": column(3.2, 2, 0),
        "γ multiplies the reward too: only what comes after it is discounted.": column(-2.3, 2, 0),
        "After the last row nothing is expected: v(s_{t+1}) stands for what follows there, too.": column(
            -1.72, 2.8, -2
        ),
        "The last row is left at 0: it has an error δ of its own, behind which nothing comes in.": column(-1.7, 3, 0),
        "They are normalised: that is done later, over all that was played.": (right - right.mean()) / right.std(),
        "All errors are added up alike, without γ λ.": column(3, 5, 2),
    }
    got = answer(column(1, 2, 4), np.full((3, 1), 0.5), column(4, 2, 6), column(2, 6, 8), np.zeros((3, 1), bool), 0.2)
    likely = "A_t = δ_t + γ λ A_{t+1}, from the last row back; the errors δ are −2, 3 and 2 here."
    expect(got, right, mistakes=mistakes, likely=likely)


@claim(generalized_advantages, "Where an episode ends the sum ends; cut off, it still has a value ahead", weight=2)
def two_ends_by_hand(answer, rng):
    # Three worlds, γ = 1/2, λ = 2/5. In the first row two episodes end: the first one terminates (γ = 0), the second one is
    # cut off; the third goes on. Errors: 3 + 0 − 2 = 1, 3 + 10/2 − 2 = 6 and 3 + 1/2 − 2 = 1.5. In the row behind: 5 + 4/2 − 1 = 6, of
    # which 6/5 comes back to the third world alone.
    mistakes = {
        "It goes on across the end of an episode: where `last_tp1` is True, nothing of A_{t+1} comes in.": floats(
            [1, 7.2, 2.7], [6, 6, 6]
        ),
        "Where one episode ends, all worlds are emptied: each world has an end of its own.": floats(
            [1, 6, 1.5], [6, 6, 6]
        ),
        "Being cut off is treated as termination: its γ is not 0, so γ v(s_{t+1}) still counts.": floats(
            [1, 1, 2.7], [6, 6, 6]
        ),
        "It bootstraps after termination: γ is 0 there; multiply each v(s_{t+1}) by its own γ.": floats(
            [6, 6, 2.7], [6, 6, 6]
        ),
        "It bootstraps after termination and goes on across the ends.": floats([7.2, 7.2, 2.7], [6, 6, 6]),
        "It goes on across the end of an episode, and being cut off is treated as termination.": floats(
            [1, 2.2, 2.7], [6, 6, 6]
        ),
        "It goes along the worlds, which are played side by side: time is the first axis (axis 0).": (
            floats([1, 6, 1.5], [7.44, 7.2, 6])
        ),
        "Where an episode ends, the whole advantage is 0: the step that ends it has its own error δ.": floats(
            [0, 0, 2.7], [6, 6, 6]
        ),
    }
    got = answer(
        floats([3, 3, 3], [5, 5, 5]),
        floats([0, 0.5, 0.5], [0.5, 0.5, 0.5]),
        floats([2, 2, 2], [1, 1, 1]),
        floats([10, 10, 1], [4, 4, 4]),
        np.array([[True, True, False], [False, False, False]]),
        0.4,
    )
    likely = "In the first two worlds the episode ends, so there A is δ alone, 1 and 6: one of them has a value ahead."
    expect(got, floats([1, 6, 2.7], [6, 6, 6]), mistakes=mistakes, likely=likely)


@claim(generalized_advantages, "λ = 0 is the error of one step, λ = 1 all rewards until the end, less v")
def both_ends_of_lambda(answer, rng):
    rewards, discounts, values, values_tp1, last, _ = played(rng, 7, 3)
    one_step = rewards + discounts * values_tp1 - values
    likely = "With λ = 0 only δ_t is left: r + γ v(s_{t+1}) − v(s_t)."
    expect(answer(rewards, discounts, values, values_tp1, last, 0.0), one_step, likely=likely)
    expected = np.zeros((7, 3))
    for row, world in np.ndindex(7, 3):
        factor, step = 1.0, row
        while True:  # to the end of the episode, or of what was played
            expected[row, world] += factor * rewards[step, world]
            factor *= discounts[step, world]
            if last[step, world] or step == 6:
                break
            step += 1
        expected[row, world] += factor * values_tp1[step, world] - values[row, world]
    likely = "With λ = 1 the values in between cancel: discounted rewards to the end of the episode, γ^k v behind them, less v(s_t)."
    expect(answer(rewards, discounts, values, values_tp1, last, 1.0), expected, likely=likely)


@claim(
    generalized_advantages, "It is the mixture of n-step advantages by which it is defined, for each world by itself"
)
def the_mixture_of_n_steps(answer, rng):
    likely = "A = (1 − λ) Σ λ^{n−1} (n-step return − v), along the first axis; the worlds, the second axis, know nothing of each other."
    for rows, worlds in ((6, 4), (5, 5), (1, 3), (12, 1)):
        rewards, discounts, values, values_tp1, last, lambda_ = played(rng, rows, worlds)
        each = [
            mixed_advantages(*(part[:, w] for part in (rewards, discounts, values, values_tp1, last)), lambda_)
            for w in range(worlds)
        ]
        got = answer(rewards, discounts, values, values_tp1, last, lambda_)
        expect(got, np.stack(each, axis=1), likely=likely)


@claim(generalized_advantages, "Where everything comes as the values say, nothing is better than expected: all 0")
def nothing_to_gain(answer, rng):
    # A round of four states with certain rewards: v = (I − γ P)^−1 r is exact, so every error is 0.
    rewards = rng.normal(size=4)
    truth = np.linalg.solve(np.eye(4) - 0.9 * np.roll(np.eye(4), 1, axis=1), rewards)
    places = np.arange(9) % 4
    got = answer(
        rewards[places, None], np.full((9, 1), 0.9), truth[places, None], truth[(places + 1) % 4, None],
        np.zeros((9, 1), bool), 0.95,
    )  # fmt: skip
    likely = "True values satisfy v(s) = r + γ v(s'), so that every δ is 0, and every advantage with them."
    expect(got, np.zeros((9, 1)), likely=likely)


# --- clipped_policy_loss ---------------------------------------------------------------------------------------------


@example(clipped_policy_loss)
def _(rng):
    old = np.log(rng.uniform(0.1, 0.9, 24))
    moves = rng.choice([-0.5, -0.1, 0.1, 0.5], 24) + rng.uniform(-0.05, 0.05, 24)  # off the corners of the clip
    return old + moves, old, rng.normal(size=24), 0.2


# Six decisions that were taken with probability 1/4: now half as likely, a tenth and a half more likely, each of them once
# better than expected (A = 2) and once worse (A = −2). ε = 0.2.
RATIOS, GAINS = np.repeat([0.5, 1.1, 1.5], 2), np.array([2.0, -2.0] * 3)
DECISIONS = (np.log(RATIOS / 4), np.full(6, np.log(0.25)), GAINS, 0.2)


@claim(clipped_policy_loss, "Six decisions worked out by hand", weight=2)
def six_decisions_by_hand(answer, rng):
    # ρ A and clip(ρ) A: 1 and 1.6; −1 and −1.6; 2.2 twice; −2.2 twice; 3 and 2.4; −3 and −2.4. Minus the smaller one.
    right = np.array([-1, 1.6, -2.2, 2.2, -2.4, 3])
    plain, clipped = RATIOS * GAINS, np.clip(RATIOS, 0.8, 1.2) * GAINS
    inverse = 1 / RATIOS
    mistakes = {
        "The maximum is taken in place of the minimum: min(ρ A, clip(ρ) A) is the cautious one of the two.": (
            -np.maximum(plain, clipped)
        ),
        "The sign is wrong: a loss falls where the objective rises, so there is a minus before the minimum.": -right,
        "The minus stands inside, before both products, so that the minimum becomes the maximum: −min(ρ A, clip(ρ) A).": (
            np.minimum(-plain, -clipped)
        ),
        "Only the clipped product is taken: the minimum of both lets a policy that has gone wrong come back.": -clipped,
        "Nothing is clipped.": -plain,
        "The product is clipped: clip the ratio alone, then multiply by A.": -np.minimum(
            plain, np.clip(plain, 0.8, 1.2)
        ),
        "Only the top is clipped: both sides are, 1 − ε and 1 + ε.": -np.minimum(
            plain, np.minimum(RATIOS, 1.2) * GAINS
        ),
        "The smaller ratio is taken: it is about the smaller *product*, ρ A or clip(ρ) A, another one where A < 0.": (
            -np.minimum(RATIOS, np.clip(RATIOS, 0.8, 1.2)) * GAINS
        ),
        "Only the bottom is clipped: both sides are, 1 − ε and 1 + ε.": (
            -np.minimum(plain, np.maximum(RATIOS, 0.8) * GAINS)
        ),
        "The ratio lacks the old probability: ρ = exp(log π − log π_old), not exp(log π).": (
            -np.minimum(RATIOS / 4 * GAINS, np.clip(RATIOS / 4, 0.8, 1.2) * GAINS)
        ),
        "The ratio is upside down: ρ = π / π_old, so exp(log π − log π_old).": (
            -np.minimum(inverse * GAINS, np.clip(inverse, 0.8, 1.2) * GAINS)
        ),
        "The exponential is missing: the difference of the logarithms is log ρ.": (
            -np.minimum(np.log(RATIOS) * GAINS, np.clip(np.log(RATIOS), 0.8, 1.2) * GAINS)
        ),
        "The logarithms are divided: log π − log π_old, then exp.": (
            -np.minimum(DECISIONS[0] / DECISIONS[1] * GAINS, np.clip(DECISIONS[0] / DECISIONS[1], 0.8, 1.2) * GAINS)
        ),
        "The logarithm of the ratio is clipped: clip ρ itself, between 1 − ε and 1 + ε.": (
            -np.minimum(plain, np.exp(np.clip(np.log(RATIOS), -0.2, 0.2)) * GAINS)
        ),
        "It is clipped between −ε and ε: around 1, so 1 − ε and 1 + ε.": (
            -np.minimum(plain, np.clip(RATIOS, -0.2, 0.2) * GAINS)
        ),
        "It is the plain policy gradient, −A log π: the ratio is missing.": -GAINS * DECISIONS[0],
        "It takes the mean: return the loss of each decision, [B].": np.array(right.mean()),
        "It takes the sum: return the loss of each decision, [B].": np.array(right.sum()),
    }
    likely = "−min(ρ A, clip(ρ, 1 − ε, 1 + ε) A) with ρ = exp(log π − log π_old)."
    expect(answer(*DECISIONS), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(clipped_policy_loss, "What has moved far enough is left alone, what has gone wrong can come back")
def slopes_by_hand(answer, rng):
    # By log π the slope of −ρ A is −ρ A; where the clipped product is the smaller one it is 0. Counted by cos(k).
    right = np.array([-1, 0, -2.2, 2.2, 0, 3])
    counted = np.cos(np.arange(6))
    inside = np.array([0, 0, 1, 1, 0, 0])
    mistakes = {
        "No gradient reaches log π: stay with tf functions, and stop the old log-probabilities and the advantages alone.": 0
        * right,
        "Outside of 1 ± ε nothing is learnt any more, though some of it went the wrong way: take the minimum.": (
            right * inside
        ),
        "Nothing is ever left alone: clip the ratio.": -RATIOS * GAINS,
        "The ratio is held constant, and the logarithm learns: differentiate ρ itself.": np.array(
            [-2, 0, -2, 2, 0, 2.0]
        ),
    }
    got = slopes(clipped_policy_loss, answer, DECISIONS)["log_probabilities"]
    likely = "The slope by log π is −ρ A where the plain product is the smaller one, and 0 where the clipped one is."
    named = {sentence: slope * counted for sentence, slope in mistakes.items()}
    expect(got, right * counted, mistakes=named, likely=likely, tolerance=TOLERANCE)


@claim(clipped_policy_loss, "Neither the advantages nor the old policy learn from it")
def the_rest_stands_still(answer, rng):
    found = slopes(clipped_policy_loss, answer, DECISIONS)
    what = {
        "advantages": "A gradient flows into the advantages: the values would be taught to flatter. Stop them.",
        "old_log_probabilities": "A gradient flows into the old log-probabilities: that policy is past. Stop them.",
    }
    for name, sentence in what.items():
        expect(found[name], np.zeros(6), likely=f"{sentence[:-1]}, by tf.stop_gradient.", tolerance=TOLERANCE)


@claim(clipped_policy_loss, "Before the policy has moved, the loss is −A, and its slope that of the policy gradient")
def before_it_moves(answer, rng):
    log, advantages = np.log(rng.uniform(0.1, 0.9, 5)), rng.normal(size=5)
    likely = "Where both policies agree, ρ = 1, and the loss is −A."
    expect(answer(log, log, advantages, 0.2), -advantages, likely=likely, tolerance=TOLERANCE)
    got = slopes(clipped_policy_loss, answer, (log, log, advantages, 0.2))["log_probabilities"]
    likely = "Where both policies agree, the slope by log π is −A: that of −A log π."
    expect(got, -advantages * np.cos(np.arange(5)), likely=likely, tolerance=TOLERANCE)


@claim(clipped_policy_loss, "Random decisions and clips, one by one")
def decisions_one_by_one(answer, rng):
    for clip in (0.1, 0.2, 0.5):
        old, moves, advantages = np.log(rng.uniform(0.1, 0.9, 12)), rng.normal(0, 0.5, 12), rng.normal(size=12)
        moves[0], advantages[0] = 1.8, -1.5  # ρ = 6 in the wrong direction: there is no other limit
        expected = []
        for move, advantage in zip(moves, advantages, strict=True):
            ratio = math.exp(move)
            far = ratio > 1 + clip if advantage > 0 else ratio < 1 - clip  # far enough in the direction that pays
            expected.append(-advantage * ((1 + clip if advantage > 0 else 1 - clip) if far else ratio))
        likely = "With A > 0 the ratio counts up to 1 + ε, with A < 0 down to 1 − ε; the other way it always counts. ε comes as `clip`."
        expect(answer(old + moves, old, advantages, clip), expected, likely=likely, tolerance=TOLERANCE)


@claim(clipped_policy_loss, "Actions as good as impossible: only the difference of the logarithms counts")
def improbable_actions(answer, rng):
    log = np.array([-200.0, -200.0])
    mistakes = {
        "Of a probability of exp(−200) nothing is left: subtract the logarithms first, then take exp.": [np.nan, np.nan]
    }
    got = answer(log + np.log(1.1), log, np.array([1.0, -1.0]), 0.2)
    likely = "ρ = exp(log π − log π_old): here 1.1, however small both are."
    expect(got, [-1.1, 1.1], mistakes=mistakes, likely=likely, tolerance=1e-4)


# --- unroll ----------------------------------------------------------------------------------------------------------


def sigmoid(numbers):
    """1 / (1 + e^−x)."""
    return 1 / (1 + np.exp(-numbers))


def cell(inputs, hidden, memory, weights, order="ifgo"):
    """One step of an LSTM, its gates in some order: i lets in, f keeps, g is new, o lets out."""
    kernel, recurrent, bias = weights
    parts = np.split(inputs @ kernel + hidden @ recurrent + bias, 4, axis=-1)
    gates = dict(zip(order, parts, strict=True))
    memory = sigmoid(gates["f"]) * memory + sigmoid(gates["i"]) * np.tanh(gates["g"])
    return sigmoid(gates["o"]) * np.tanh(memory), memory


def remember(inputs, first, hidden, memory, weights, forget="hc", late=False, order="ifgo"):
    """An LSTM row by row. `forget` says which of h and c begin anew with an episode, `late` whether only after its first row.

    Returns:
      (h of every row, h, c).
    """
    found = []
    for row, begins in zip(inputs, first, strict=True):
        keep = ~begins[:, None]
        if not late:
            hidden, memory = hidden * (keep | ("h" not in forget)), memory * (keep | ("c" not in forget))
        hidden, memory = cell(row, hidden, memory, weights, order)
        found.append(hidden)
        if late:
            hidden, memory = hidden * (keep | ("h" not in forget)), memory * (keep | ("c" not in forget))
    return np.array(found), hidden, memory


def sequence(rng, rows, worlds, size=3, inside=2):
    """Inputs, a stored state and weights of a random LSTM."""
    inputs, (hidden, memory) = rng.normal(size=(rows, worlds, inside)), rng.normal(size=(2, worlds, size))
    weights = rng.normal(size=(inside, 4 * size)), rng.normal(size=(size, 4 * size)), rng.normal(size=4 * size)
    return inputs, hidden, memory, weights


@example(unroll)
def _(rng):
    inputs, hidden, memory, weights = sequence(rng, 5, 3)
    return inputs, rng.random((5, 3)) < 0.3, hidden, memory, *weights, 1


@claim(unroll, "One step worked out by hand", weight=2)
def one_step_by_hand(answer, rng):
    # One unit, one input. x = 2, h = 1/2, c = 2; kernel, recurrent kernel and bias are made such that the gates get
    # x/4 + h/2 + 1/4 = 1 times (log 3, −log 3, ½ log 3, log 4): i = 3/4, f = 1/4, tanh(g) = 1/2, o = 4/5.
    # c' = 1/4 * 2 + 3/4 * 1/2 = 0.875, h' = 0.8 tanh(0.875).
    z = np.array([math.log(3), -math.log(3), math.log(3) / 2, math.log(4)])
    weights = z[None] / 4, z[None] / 2, z / 4
    x, hidden, memory = np.full((1, 1, 1), 2.0), np.full((1, 1), 0.5), np.full((1, 1), 2.0)
    going_on = np.zeros((1, 1), bool)

    def result(memory, let_out=0.8):
        shown = np.full((1, 1), let_out * math.tanh(memory))
        return shown[None], shown, np.full((1, 1), memory)

    def taken(x, hidden, memory, weights=weights, order="ifgo"):
        return remember(x, going_on, hidden, memory, weights, order=order)

    right = result(0.875)
    mistakes = {
        "The stored state is not used: begin from `hidden` and `memory`.": taken(x, 0 * hidden, 0 * memory),
        "The stored h is not used: begin from `hidden`.": taken(x, 0 * hidden, memory),
        "The stored c is not used: begin from `memory`.": taken(x, hidden, 0 * memory),
        "h and c are exchanged in what is stored: h is `hidden`, c is `memory`.": taken(x, memory, hidden),
        "h and c are returned in the wrong order: (h of every row, h, c).": (right[0], right[2], right[1]),
        "The rows hold c: they have to hold h.": (right[2][None], right[1], right[2]),
        "The gates are in the wrong order, i, g, f, o (of an older TensorFlow): they are i, f, g, o.": (
            taken(x, hidden, memory, order="igfo")
        ),
        "The gates are in the wrong order, f, i, g, o: they are i, f, g, o.": taken(x, hidden, memory, order="figo"),
        "The gates are in the wrong order, i, f, o, g: they are i, f, g, o.": taken(x, hidden, memory, order="ifog"),
        "The input is not used.": taken(0 * x, hidden, memory),
        "The bias is not used.": taken(x, hidden, memory, (*weights[:2], 0 * z)),
        "tanh is missing: h' = o tanh(c').": tuple(np.full(part.shape, 0.7) for part in right[:2]) + (right[2],),
        "Only the rows are returned: the state after the last row is needed to go on.": right[0],
    }
    likely = "c' = f c + i tanh(g), h' = o tanh(c'): here c' = ¼ · 2 + ¾ · ½. Return (h of every row, h, c)."
    got = answer(x, going_on, hidden, memory, *weights, 0)
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(unroll, "Each episode begins with an empty memory, in its own row and its own world", weight=2)
def episodes_begin_empty(answer, rng):
    inputs, hidden, memory, weights = sequence(rng, 5, 2)
    first = np.array([[0, 0], [0, 0], [1, 0], [0, 0], [0, 1]], bool)
    # Brute force: each stretch of an episode by itself, the first ones from the stored state, the others from zeros.
    expected, empty = np.zeros((5, 2, 3)), np.zeros((1, 3))
    for world, start in ((0, 2), (1, 4)):
        mine = slice(world, world + 1)
        going_on = np.zeros((5, 1), bool)
        before = remember(inputs[:start, mine], going_on[:start], hidden[mine], memory[mine], weights)
        after = remember(inputs[start:, mine], going_on[start:], empty, empty, weights)
        expected[:, world] = np.concatenate([before[0], after[0]])[:, 0]

    def with_(first=first, **mistake):
        return remember(inputs, first, hidden, memory, weights, **mistake)

    nobody, everybody = np.zeros_like(first), np.broadcast_to(first.any(axis=1, keepdims=True), first.shape)
    mistakes = {
        "Nothing begins anew: where `first` is True, h = c = 0 before that row.": with_(nobody),
        "Only h begins anew: c carries the memory, and has to be emptied, too.": with_(forget="h"),
        "Only c begins anew: h of the last episode still goes into the gates.": with_(forget="c"),
        "It begins anew after the first row: set h = c = 0 before the step, so that nothing old goes into it.": (
            with_(late=True)
        ),
        "All worlds begin anew when one does: look at `first[t]` for each world by itself.": with_(everybody),
        "It begins anew at every row, so that nothing is remembered: only where `first` is True.": (
            with_(np.ones_like(first))
        ),
        "It is upside down: it begins anew where `first` is False.": with_(~first),
        "It begins anew one row too early: `first[t]` belongs to row t.": with_(np.roll(first, -1, axis=0)),
    }
    got = answer(inputs, first, hidden, memory, *weights, 0)
    likely = "Row t: where `first[t]` is True, h = c = 0; then one step. In each world by itself."
    right = with_()
    expect(right[0], expected)  # two ways to the same numbers
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(unroll, "The stored state is where it starts, unless the first row begins an episode")
def it_starts_from_the_stored_state(answer, rng):
    inputs, hidden, memory, weights = sequence(rng, 3, 4)
    first = np.zeros((3, 4), bool)
    first[0, 1:3] = True
    mistakes = {
        "The stored state is not used: begin from `hidden` and `memory`, where the first row goes on with an episode.": (
            remember(inputs, first, 0 * hidden, 0 * memory, weights)
        ),
        "The stored state is used though the first row begins an episode: look at `first[0]`, too.": (
            remember(inputs, np.zeros_like(first), hidden, memory, weights)
        ),
    }
    got = answer(inputs, first, hidden, memory, *weights, 0)
    likely = "Before row 0 the state is what was stored; then `first[0]` is looked at like any other row's."
    expect(got, remember(inputs, first, hidden, memory, weights), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(unroll, "Burn-in changes no number: its rows are returned like all others")
def burn_in_changes_no_number(answer, rng):
    inputs, hidden, memory, weights = sequence(rng, 5, 2)
    first = np.array([[0, 0], [0, 1], [0, 0], [0, 0], [1, 0]], bool)
    right = remember(inputs, first, hidden, memory, weights)
    likely = "Burn-in only stops gradients: the numbers are those without it."
    for burn_in in (3, 5, 0, 1):
        anew = first.copy()
        anew[burn_in:][:1] = True
        mistakes = {
            "The rows of the burn-in are left out: return h of every row, [T, B, H].": (right[0][burn_in:], *right[1:]),
            "After the burn-in it begins from zeros: go on from the state that the burn-in led to.": (
                remember(inputs, anew, hidden, memory, weights)
            ),
            "The rows of the burn-in are skipped: run the LSTM along them, too.": (
                remember(inputs[burn_in:], first[burn_in:], hidden, memory, weights)
            ),
            "The rows of the burn-in are returned as zeros: return what h was there.": (
                np.concatenate([0 * right[0][:burn_in], right[0][burn_in:]]),
                *right[1:],
            ),
        }
        got = answer(inputs, first, hidden, memory, *weights, burn_in)
        expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(unroll, "No gradient flows into the rows of the burn-in", weight=2)
def the_burn_in_is_not_learnt_from(answer, rng):
    inputs, hidden, memory, weights = sequence(rng, 5, 2)
    first, burn_in = np.zeros((5, 2), bool), 2
    warmed, *state = remember(inputs[:burn_in], first[:burn_in], hidden, memory, weights)

    def counted(inputs, held):
        """What `slopes` differentiates; rows that are held are what they were."""
        rows, *after = remember(inputs, first, hidden, memory, weights)
        if held != "nothing":
            rows, *after = remember(inputs[burn_in:], first[burn_in:], *state, weights)
            early = remember(inputs[:burn_in], first[:burn_in], hidden, memory, weights)[0]
            rows = np.concatenate([warmed if held == "all" else early, rows])
        return sum(np.cos(np.arange(part.size)) @ part.ravel() for part in (rows, *after))

    def by_differences(held):
        found = np.zeros_like(inputs)
        for place in np.ndindex(inputs.shape):
            step = np.zeros_like(inputs)
            step[place] = 1e-5
            found[place] = (counted(inputs + step, held) - counted(inputs - step, held)) / 2e-5
        return found

    right = by_differences("all")
    mistakes = {
        "The burn-in is learnt from: tf.stop_gradient around h and c in each of its rows, so that no gradient flows into "
        "them.": by_differences("nothing"),
        "The state behind the burn-in is stopped, but the rows it returns are not: stop h in each of its rows.": (
            by_differences("state")
        ),
        "No gradient arrives anywhere: stop h and c in the rows of the burn-in alone.": 0 * right,
    }
    got = slopes(unroll, answer, (inputs, first, hidden, memory, *weights, burn_in))["inputs"]
    likely = "Stop both h and c, in the rows with t < burn_in and in no other: behind them gradients flow through time."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(unroll, "In two pieces it is the same: the second goes on from where the first one ended")
def in_two_pieces(answer, rng):
    for rows, worlds, size in ((6, 3, 2), (3, 1, 4), (9, 2, 1)):
        inputs, hidden, memory, weights = sequence(rng, rows, worlds, size)
        first = rng.random((rows, worlds)) < 0.3
        whole = remember(inputs, first, hidden, memory, weights)
        begun = answer(inputs[:2], first[:2], hidden, memory, *weights, 0)
        likely = "It returns (h of every row, h and c after the last row): from these two one can go on."
        expect(begun, remember(inputs[:2], first[:2], hidden, memory, weights), likely=likely, tolerance=TOLERANCE)
        got = answer(inputs[2:], first[2:], np.asarray(begun[1]), np.asarray(begun[2]), *weights, 0)
        likely = "Read the number of rows, of worlds and of units from the arrays."
        expect(got, (whole[0][2:], *whole[1:]), likely=likely, tolerance=TOLERANCE)


# --- targets_are_right (find the bug) --------------------------------------------------------------------------------


@example(targets_are_right)
def _(rng):
    rewards, values, ended = rng.normal(size=300), rng.normal(size=300), rng.random(300) < 0.2
    terminated = ended & (rng.random(300) < 0.5)
    right = one_by_one(rewards, terminated, values, 0.9)
    return rewards, terminated, ended & ~terminated, values, 0.9, right


def one_by_one(rewards, terminated, values, discount):
    """Targets as a program would compute them that looks at one step after the other, float32 [B]."""
    found = [r if end else r + discount * v for r, end, v in zip(rewards, terminated, values, strict=True)]
    return np.array(found, np.float32)


@claim(targets_are_right, "Six programs judged by hand", weight=2)
def six_programs_by_hand(answer, rng):
    # r = (1, 2, 3, 4), v = (10, 20, 30, 40), γ = 1/2. The second step terminates, the third one is cut off:
    # right is (1 + 5, 2, 3 + 15, 4 + 20).
    programs = [
        floats(6, 2, 18, 24),  # right
        floats(6, 12, 18, 24),  # bootstraps after termination
        floats(6, 2, 3, 24),  # takes being cut off for termination
        floats(11, 2, 33, 44),  # forgets γ
        floats(5, 0, 15, 20),  # forgets the reward
        floats(6, 2, 18, 20),  # forgets it in the last row alone
    ]
    known = floats(1, 2, 3, 4), np.array([0, 1, 0, 0], bool), np.array([0, 0, 1, 0], bool), floats(10, 20, 30, 40), 0.5
    got = tuple(answer(*known, program.astype(np.float32)) for program in programs)

    def passing(*which):
        return tuple(number in which for number in range(6))

    mistakes = {
        "It says True always.": passing(*range(6)),
        "It says False always.": passing(),
        "It takes being cut off for termination itself: there the targets have to hold γ v(s').": passing(2),
        "It ignores termination: where the episode terminated, the target is the reward alone.": passing(1),
        "Targets that bootstrap after termination go through: there the target is the reward alone.": passing(0, 1),
        "Targets that take being cut off for termination go through: there γ v(s') has to be in them.": passing(0, 2),
        "Targets go through whatever they hold where an episode ends: look at these rows, too.": passing(0, 1, 2),
        "It looks at the first row alone: all have to be right.": passing(0, 1, 2, 5),
        "One right row is enough for it: all have to be right.": passing(0, 1, 2, 3, 5),
        "It looks at ends alone: the rows inside an episode have to be right, too.": passing(0, 5),
        "It asks whether there is a value behind an end, not which: compare every row with r + γ v(s').": passing(
            0, 3, 5
        ),
        "γ is missing: v(s') counts γ times.": passing(3),
        "The reward is missing.": passing(4),
        "It tells whether the targets are wrong: True is for right ones.": passing(1, 2, 3, 4, 5),
        "It gives a verdict for each row: one for all of them is asked for.": tuple(
            program == programs[0] for program in programs
        ),
    }
    likely = "True if every target is r + γ v(s'), and the reward alone where the episode terminated; else False."
    expect(got, passing(0), mistakes=mistakes, likely=likely)


@claim(
    targets_are_right,
    "Right targets are right up to rounding, with large numbers as with small ones; others are not",
    weight=2,
)
def rounding_is_no_bug(answer, rng):
    for size in (1.0, 1000.0, 1e-3):
        rewards, values, ended = size * rng.normal(size=40), size * rng.normal(size=40), rng.random(40) < 0.3
        terminated = ended & (rng.random(40) < 0.5)
        targets = one_by_one(rewards, terminated, values, 0.99)
        likely = "It rejects right targets because of rounding: float32 keeps seven digits, so allow 10⁻⁴, absolute and relative."
        for given in (targets, targets.astype(float), targets * (1 + 5e-5 * rng.choice([-1, 1], size=40))):
            expect(answer(rewards, terminated, ended & ~terminated, values, 0.99, given), True, likely=likely)
    none, likely = (
        np.zeros(3, bool),
        "It allows too little or too much: 10⁻⁴, absolute (near 0) and relative (of large ones).",
    )
    for right, off, passes in ((0.0, 5e-5, True), (0.0, 1e-3, False), (1000.0, 0.05, True), (1000.0, 1.0, False)):
        given = np.array([1.0, right + off, 2.0])
        expect(answer(np.array([1.0, right, 2.0]), none, none, np.zeros(3), 0.9, given), passes, likely=likely)


@claim(targets_are_right, "One wrong row among many is found, wherever it is, and where only a small value is at stake")
def one_wrong_row(answer, rng):
    for place in (0, 19, int(rng.integers(1, 19))):
        for terminates in (True, False):
            rewards, values = rng.normal(size=20), rng.normal(size=20)
            values[place] = 0.02 * rng.choice([-1.0, 1.0])
            ends = np.arange(20) == place
            none = np.zeros(20, bool)
            terminated, truncated = (ends, none) if terminates else (none, ends)
            right = one_by_one(rewards, terminated, values, 0.9)
            got = answer(rewards, terminated, truncated, values, 0.9, right)
            expect(got, True, likely="It rejects right targets of an episode that ends.")
            wrong = one_by_one(rewards, none if terminates else ends, values, 0.9)  # the bug: ends are confused
            likely = "A wrong target goes through: all rows have to be right, up to 10⁻⁴. Here one is off by 0.018."
            expect(answer(rewards, terminated, truncated, values, 0.9, wrong), False, likely=likely)


@claim(targets_are_right, "Errors that cancel are errors: the mean over the targets says nothing")
def errors_that_cancel(answer, rng):
    rewards, values = np.zeros(4), np.array([1.0, 5.0, -5.0, 2.0])
    truncated, none = np.array([0, 1, 1, 0], bool), np.zeros(4, bool)
    wrong = one_by_one(rewards, truncated, values, 0.8)  # without γ v where it was cut off: −4 and +4 are missing
    likely = "It compares means or sums, and these agree here: compare the targets row by row."
    expect(answer(rewards, none, truncated, values, 0.8, wrong), False, likely=likely)
    swapped = one_by_one(rewards, none, values, 0.8)[[0, 2, 1, 3]]
    likely = "The right numbers in the wrong rows go through: compare row by row, in their order."
    expect(answer(rewards, none, truncated, values, 0.8, swapped), False, likely=likely)


@claim(targets_are_right, "A terminal state reached at the time limit is terminal: no value")
def ends_both_ways(answer, rng):
    both = np.array([False, True])
    args = np.array([1.0, 1.0]), both, both, np.array([4.0, 4.0]), 0.5
    likely = "Where both flags are set the state is terminal all the same: look at `terminated_tp1` alone."
    expect(answer(*args, np.array([3.0, 1.0], np.float32)), True, likely=likely)
    expect(answer(*args, np.array([3.0, 3.0], np.float32)), False, likely=likely)


@claim(targets_are_right, "Targets that are nan or infinite are not right")
def no_numbers(answer, rng):
    none = np.zeros(3, bool)
    for wild in (np.nan, np.inf):
        likely = f"A target of {wild} goes through: ask whether all differences are small, not whether one is large."
        got = answer(np.ones(3), none, none, np.ones(3), 0.5, np.array([1.5, wild, 1.5], np.float32))
        expect(got, False, likely=likely)
