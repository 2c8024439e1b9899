"""What `check` asks of a learner's answers in this wing: hand-worked cases, closed forms, brute force, slopes."""

import itertools
import math

import numpy as np

from course_lib.deep_rl.checks import floats, slopes
from course_lib.workbook import claim, example, expect, require
from course_lib.world_models.behaviour import actor_loss
from course_lib.world_models.experience import arrivals
from course_lib.world_models.latents import Categorical, Gaussian, balanced_kl, straight_through
from course_lib.world_models.recurrent_state import Weights, imagine_step, observe_step
from course_lib.world_models.returns import imagination_weights, lambda_targets

TOLERANCE = 1e-5  # answers with tensors compute in float32


def softmax(logits):
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def onehot_of_largest(numbers):
    """One-hot vectors along the last axis."""
    return np.eye(numbers.shape[-1])[numbers.argmax(axis=-1)]


def gumbel(rng, *shape):
    """Standard Gumbel noise."""
    return rng.gumbel(size=shape)


def counted(shape):
    """What `slopes` counts the numbers of an answer by: cos(k), in the answer's shape."""
    return np.cos(np.arange(math.prod(shape))).reshape(shape)


# --- straight_through ------------------------------------------------------------------------------------------------


@example(straight_through)
def _(rng):
    return rng.normal(size=(6, 4, 5)), gumbel(rng, 6, 4, 5)


# Three draws of three classes. Sums: (5, 1.5, 4), (5.5, 3, 8), (2.5, 4, 3.5), so the classes drawn are 0, 2 and 1.
LOGITS, NOISE = floats([1, 1, 2], [2, 3, 5], [0, 2, 0]), floats([4, 0.5, 2], [3.5, 0, 3], [2.5, 2, 3.5])


@claim(straight_through, "Three draws worked out by hand", weight=2)
def three_draws_by_hand(answer, rng):
    right, p = np.eye(3)[[0, 2, 1]], softmax(LOGITS)
    mistakes = {
        "The noise is not used: this is the most probable class. What is drawn has the largest *sum* of logit and noise.": (
            onehot_of_largest(LOGITS)
        ),
        "The logits are not used: what is drawn has the largest sum of logit *and* noise.": onehot_of_largest(NOISE),
        "The noise is subtracted: add it to the logits.": onehot_of_largest(LOGITS - NOISE),
        "The smallest sum is drawn (argmin): draw the largest.": onehot_of_largest(-LOGITS - NOISE),
        "The noise is added to probabilities: add it to the logits.": onehot_of_largest(p + NOISE),
        "The argmax runs along the batch: it runs along the classes, the last axis.": (
            np.eye(3)[(LOGITS + NOISE).argmax(axis=0)]
        ),
        "It returns the numbers of the classes drawn: a one-hot vector for each is asked for.": np.array([0, 2, 1]),
        "The probabilities come out, and nothing is drawn: z = onehot + p − stop(p) has the value of the draw.": p,
        "These are probabilities, with the noise in them: z = onehot + p − stop(p) has the value of the draw.": (
            softmax(LOGITS + NOISE)
        ),
        "− stop(p) is missing: it takes the value of p out again and leaves its gradient.": right + p,
        "p is taken out of the value, too: z = onehot + p − stop(p), so that its value is the draw.": right - p,
        "p is multiplied: z = onehot + p − stop(p).": right * p,
        "The logits themselves are added: z = onehot + p − stop(p).": right + LOGITS,
    }
    likely = "The largest of logits + noise are numbers 0, 2 and 1: (1, 0, 0), (0, 0, 1) and (0, 1, 0)."
    expect(answer(LOGITS, NOISE), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(straight_through, "The gradient is that of the probabilities: p (c − ⟨p, c⟩)", weight=2)
def the_gradient_of_the_probabilities(answer, rng):
    p, noisy, c = softmax(LOGITS), softmax(LOGITS + NOISE), counted((3, 3))
    right = p * (c - (p * c).sum(axis=1, keepdims=True))
    drawn = np.eye(3)[[0, 2, 1]]
    likely = "∂⟨c, z⟩/∂logits = p ⊙ (c − ⟨p, c⟩), the gradient of the softmax: z = onehot + p − stop(p)."
    mistakes = {
        "No gradient arrives: argmax has none. Add p − stop(p), which is 0 and has the gradient of p.": 0 * p,
        "The gradient has the wrong sign: + p − stop(p), where the p that is *not* stopped has the plus.": -right,
        "The probabilities have the noise in them: p = softmax(logits) is what each class is drawn with.": (
            noisy * (c - (noisy * c).sum(axis=1, keepdims=True))
        ),
        "The gradient passes to the logits as it is: it has to go through p = softmax(logits).": c,
        "Only the class that was drawn learns: stop(p) has to be subtracted, not divided by, so that all classes do.": (
            drawn * c - p * (drawn * c).sum(axis=1, keepdims=True)
        ),
        "The gradient arrives twice: add p − stop(p) once.": 2 * right,
        "The gradient is that of the logarithm of p: add p itself.": c - p * c.sum(axis=1, keepdims=True),
    }
    got = slopes(straight_through, answer, (LOGITS, NOISE))["logits"]
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(straight_through, "The gradient is the same whatever was drawn")
def whatever_was_drawn(answer, rng):
    logits = rng.normal(size=(5, 4))
    p, c = softmax(logits), counted((5, 4))
    likely = "The draw decides the value alone: the gradient is p ⊙ (c − ⟨p, c⟩), in which the noise does not stand."
    for _ in range(3):
        got = slopes(straight_through, answer, (logits, gumbel(rng, 5, 4)))["logits"]
        expect(got, p * (c - (p * c).sum(axis=1, keepdims=True)), likely=likely, tolerance=TOLERANCE)


@claim(straight_through, "Each class is drawn with its probability")
def drawn_with_its_probability(answer, rng):
    p = rng.permutation([0.1, 0.2, 0.3, 0.4])
    logits = np.tile(np.log(p) + 3, (40_000, 1))
    got = np.asarray(answer(logits, gumbel(rng, 40_000, 4)))
    expect(got.shape, (40_000, 4), likely="It should return a one-hot vector for each draw, [..., C].")
    likely = "The classes are not drawn in proportion to softmax(logits): take the largest of logits + noise."
    # The standard error of each share is below 0.0025.
    require(bool(np.abs(got.mean(axis=0) - p).max() < 0.015), likely, expected=p, got=got.mean(axis=0))


@claim(straight_through, "It works for any number of classes, and whatever axes stand before them")
def any_axes(answer, rng):
    likely = "The classes are the last axis; read their number from the array, and leave all other axes as they come."
    for shape in ((4,), (3, 3), (2, 3, 5), (2, 3, 4, 2), (3, 1)):
        logits, noise = rng.normal(size=shape), gumbel(rng, *shape)
        expect(answer(logits, noise), onehot_of_largest(logits + noise), likely=likely, tolerance=TOLERANCE)


@claim(straight_through, "Very large logits do no harm")
def large_logits(answer, rng):
    logits, noise = floats([1000, 0, -1000], [-900, 1, 0]), floats([0, 1, 2], [3, 0, 2])
    likely = (
        "However large the logits, the largest sum is drawn: tf.nn.softmax copes with them, exp and division do not."
    )
    got = np.asarray(answer(logits, noise))
    nan = "exp(1000) is infinite, and infinity minus infinity is nan: tf.nn.softmax subtracts the largest logit first."
    require(got.dtype.kind != "f" or not np.isnan(got).any(), nan, expected=np.eye(3)[[0, 2]], got=got)
    expect(got, np.eye(3)[[0, 2]], likely=likely, tolerance=TOLERANCE)


# --- balanced_kl -----------------------------------------------------------------------------------------------------


@example(balanced_kl)
def _(rng):
    return rng.normal(size=(6, 4, 5)), rng.normal(size=(6, 4, 5)), 0.8


def distances(q, p):
    """KL of each category alone, [..., G]."""
    return (q * np.log(q / p)).sum(axis=-1)


# Two states with two latents of two classes each. q and p of the first: (1/2, 1/2) and (1/4, 3/4); (3/4, 1/4) and
# (1/2, 1/2). Of the second: (1/4, 3/4) and (1/4, 3/4); (1/5, 4/5) and (1/2, 1/2). Logits are their logarithms plus a number.
Q = np.array([[[1 / 2, 1 / 2], [3 / 4, 1 / 4]], [[1 / 4, 3 / 4], [1 / 5, 4 / 5]]])
P = np.array([[[1 / 4, 3 / 4], [1 / 2, 1 / 2]], [[1 / 4, 3 / 4], [1 / 2, 1 / 2]]])
Q_LOGITS, P_LOGITS = np.log(Q) + 1, np.log(P) - np.array([[[0.5], [2.0]]])


@claim(balanced_kl, "Two states worked out by hand", weight=2)
def two_states_by_hand(answer, rng):
    # ½ ln 2 + ½ ln ⅔, and ¾ ln 1.5 + ¼ ln ½, added up; then nothing for two that agree, and ⅕ ln 0.4 + ⅘ ln 1.6.
    ln = math.log
    right = floats(0.5 * ln(2) + 0.5 * ln(2 / 3) + 0.75 * ln(1.5) + 0.25 * ln(0.5), 0.2 * ln(0.4) + 0.8 * ln(1.6))
    backwards = distances(P, Q).sum(axis=1)
    softened_q, softened_p = (np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) for x in (Q_LOGITS, P_LOGITS))
    mistakes = {
        "It averages over the latents: their distances are added up, since all of them are drawn.": right / 2,
        "It averages over latents and classes: both are summed over.": right / 4,
        "It adds up over the batch, too: each state keeps its own distance, so sum over the last two axes alone.": (
            np.array(right.sum())
        ),
        "It averages over the batch: each state keeps its own distance, [...].": np.array(right.mean()),
        "It averages over everything: each state keeps its own distance, [...].": np.array(right.mean() / 2),
        "The latents are not added up: sum over the last two axes, latents and classes.": distances(Q, P),
        "The classes are not added up: sum over the last two axes, latents and classes.": (
            (Q * np.log(Q / P)).sum(axis=1)
        ),
        "Nothing is added up: sum over the last two axes, latents and classes.": Q * np.log(Q / P),
        "It is KL(p ‖ q), the wrong way round: Σ q (ln q − ln p), q the posterior.": backwards,
        "One of the two parts is the wrong way round: both are KL(q ‖ p), only the stopped side differs.": (
            0.8 * right + 0.2 * backwards
        ),
        "One of the two parts, that with α, is the wrong way round: both are KL(q ‖ p), only the stopped side differs.": (
            0.8 * backwards + 0.2 * right
        ),
        "The sign is wrong: Σ q (ln q − ln p).": -right,
        "The part with 1 − α is missing: α KL + (1 − α) KL has the value of KL.": 0.8 * right,
        "The part with α is missing: α KL + (1 − α) KL has the value of KL.": 0.2 * right,
        "Both parts count whole: the shares are α and 1 − α.": 2 * right,
        "1 − α is missing before the second part.": 1.8 * right,
        "α is missing before the first part.": 1.2 * right,
        "This is the cross entropy, −Σ q ln p: Σ q ln q belongs to it.": -(Q * np.log(P)).sum(axis=(1, 2)),
        "The logits are taken for logarithms of probabilities: tf.nn.log_softmax makes them so.": (
            np.exp(Q_LOGITS) * (Q_LOGITS - P_LOGITS)
        ).sum(axis=(1, 2)),
        "The probabilities are right, and their logarithms are the bare logits: tf.nn.log_softmax.": (
            Q * (Q_LOGITS - P_LOGITS)
        ).sum(axis=(1, 2)),
        "The softmax runs along the latents: along the classes, the last axis.": (
            softened_q * np.log(softened_q / softened_p)
        ).sum(axis=(1, 2)),
        "The logarithm has the base 2: take the natural one.": right / ln(2),
    }
    likely = "KL(q ‖ p) = Σ over latents and classes of q (ln q − ln p), with q and p by softmax along the classes."
    got = answer(Q_LOGITS, P_LOGITS, 0.8)
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(balanced_kl, "Its value does not depend on α")
def whatever_alpha(answer, rng):
    (q, p) = rng.normal(size=(2, 3, 2, 4))
    right, backwards = (distances(softmax(x), softmax(y)).sum(axis=1) for x, y in ((q, p), (p, q)))
    likely = "α KL + (1 − α) KL is KL, whatever α is: α decides who moves, not how far apart they are."
    for alpha in (0.0, 0.2, 0.5, 1.0):
        mistakes = {
            "With α the value changes: both parts are KL(q ‖ p), the same distance the same way round.": (
                alpha * right + (1 - alpha) * backwards
            ),
        }
        expect(answer(q, p, alpha), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(balanced_kl, "The prior moves by α, the posterior by 1 − α", weight=2)
def shares_of_the_gradient(answer, rng):
    c = counted((2,))[:, None, None]
    to_prior, to_posterior = c * (P - Q), c * Q * (np.log(Q / P) - distances(Q, P)[..., None])

    def pair(prior, posterior):
        return {"posterior_logits": posterior * to_posterior, "prior_logits": prior * to_prior}

    for alpha in (0.8, 0.3):
        mistakes = {
            "α is on the wrong side: it is the share that moves the *prior*. So q is stopped in the part with α, and p "
            "in the part with 1 − α.": pair(1 - alpha, alpha),
            "Nothing is balanced: without tf.stop_gradient both get the whole gradient. Stop q in the part with α, p in "
            "the part with 1 − α.": pair(1, 1),
            "Only q is stopped: in the part with 1 − α stop p, so that the prior gets its share α and no more.": pair(
                1, 1 - alpha
            ),
            "Only p is stopped: in the part with α stop q, so that the posterior gets its share 1 − α and no more.": pair(
                alpha, 1
            ),
            "The posterior learns nothing: stop q in the part with α alone, and nothing of it within the distance.": pair(
                alpha, 0
            ),
            "The posterior learns nothing: stop q in the part with α alone, p in the part with 1 − α alone.": pair(
                1, 0
            ),
            "The prior learns nothing: stop p in the part with 1 − α alone.": pair(0, 1 - alpha),
            "The prior learns nothing: stop p in the part with 1 − α alone, q in the part with α alone.": pair(0, 1),
            "Neither of them learns: each part stops one side, not both.": pair(0, 0),
            "α is not used: half of the gradient goes to each.": pair(0.5, 0.5),
        }
        got = slopes(balanced_kl, answer, (Q_LOGITS, P_LOGITS, alpha))
        likely = "∂/∂ prior logits = α (p − q), ∂/∂ posterior logits = (1 − α) q (ln(q/p) − KL): learn through whole distributions."
        expect(got, pair(alpha, 1 - alpha), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(balanced_kl, "From itself a distribution is 0 apart, whatever number is added to its logits; else more")
def no_distance_from_itself(answer, rng):
    logits = rng.normal(size=(4, 3, 5))
    likely = "Logits with a number added to all of a latent's classes mean the same distribution: tf.nn.log_softmax."
    expect(answer(logits, logits + rng.normal(size=(4, 3, 1)), 0.8), np.zeros(4), likely=likely, tolerance=TOLERANCE)
    got = np.asarray(answer(logits, rng.normal(size=(4, 3, 5)), 0.8))
    expect(got.shape, (4,), likely="It should return a distance for each state, [...].")
    require(bool((got > 0).all()), "A distance of two that differ is above 0.", expected="all above 0", got=got)


@claim(balanced_kl, "Random states, latent by latent and class by class, with any axes before them")
def class_by_class(answer, rng):
    likely = "Sum over the last two axes, latents and classes, and leave all others as they come."
    for shape in ((3, 3, 3), (4, 2, 5), (2, 3, 4, 2), (3, 2)):
        q_logits, p_logits = rng.normal(size=(2, *shape))
        q, p = softmax(q_logits), softmax(p_logits)
        expected = np.zeros(shape[:-2])
        for place in np.ndindex(shape):
            expected[place[:-2]] += q[place] * (math.log(q[place]) - math.log(p[place]))
        got = answer(q_logits, p_logits, 0.8)
        require(np.shape(got) == expected.shape, likely, expected=expected, got=got)
        expect(got, expected, likely=likely, tolerance=TOLERANCE)


@claim(balanced_kl, "What is certain does no harm: a class of probability 0 counts nothing")
def certain_posteriors(answer, rng):
    # q = (1, 0) and p = (½, ½): ln 2. q = (½, ½) and p = (1, e⁻²⁰⁰): ½ ln ½ + ½ (ln ½ + 200) = 100 − ln 2.
    q, p = floats([300, 0], [0, 0])[:, None], floats([0, 0], [200, 0])[:, None]
    right = floats(math.log(2), 100 - math.log(2))
    got = np.asarray(answer(q, p, 0.8))
    likely = "ln 0 is −∞: take tf.nn.log_softmax of the logits, not the logarithm of a softmax."
    require(got.dtype.kind != "f" or np.isfinite(got).all(), likely, expected=right, got=got)
    expect(
        got,
        right,
        likely="0 · ln 0 counts 0: tf.nn.log_softmax keeps it so, without small numbers added.",
        tolerance=1e-4,
    )


# --- the recurrent state-space model, as observe_step and imagine_step take it ---------------------------------------


def elu(numbers):
    """x, and e^x − 1 below 0."""
    return np.where(numbers > 0, numbers, np.exp(np.minimum(numbers, 0)) - 1)


def sigmoid(numbers):
    """1 / (1 + e^−x)."""
    return 1 / (1 + np.exp(-numbers))


def remembered(h, z, actions, w):
    """h' by its equations, [B, D]."""
    x = elu(np.concatenate([z, actions], axis=1) @ w.input_kernel + w.input_bias)
    sums = np.concatenate([x, h], axis=1) @ w.gru_kernel + w.gru_bias
    sums = (sums - sums.mean(axis=1, keepdims=True)) / np.sqrt(sums.var(axis=1, keepdims=True) + 1e-3)
    reset, new, update = np.split(sums * w.gru_scale + w.gru_offset, 3, axis=1)
    update = sigmoid(update - 1)
    return update * np.tanh(sigmoid(reset) * new) + (1 - update) * h


def statistics(numbers, latents):
    """Of a latent state: logits [B, G, C], or means and spreads [B, 2, N]."""
    if isinstance(latents, Categorical):
        return numbers.reshape(len(numbers), latents.groups, latents.classes)
    mean, spread = np.split(numbers, 2, axis=1)
    return np.stack([mean, 2 * sigmoid(spread / 2) + latents.smallest], axis=1)


def foreseen(h, w, latents):
    """What z is expected to be from h alone."""
    return statistics(elu(h @ w.prior_kernel + w.prior_bias) @ w.prior_out_kernel + w.prior_out_bias, latents)


def recognised(h, embedded, w, latents):
    """What z is, seeing."""
    x = elu(np.concatenate([h, embedded], axis=1) @ w.posterior_kernel + w.posterior_bias)
    return statistics(x @ w.posterior_out_kernel + w.posterior_out_bias, latents)


def drawn(found, noise, latents, soft=False):
    """z, [B, Z]; soft: the probabilities in its place, whose gradient it has."""
    if isinstance(latents, Gaussian):
        return found[:, 0] + found[:, 1] * noise
    return (softmax(found) if soft else onehot_of_largest(found + noise)).reshape(len(found), -1)


def eyes_open(h, z, actions, first, embedded, noise, w, latents, forget="hza", of="posterior", old=(), soft=False):
    """A step of observing.

    Args:
      forget: which of h, z and a are nothing at the beginning of an episode.
      of: where z is drawn from.
      old: which statistics are (by mistake) made from the h before.
      soft: see `drawn`.
    """
    keep = ~first[:, None]
    parts = [part * (keep | (name not in forget)) for name, part in zip("hza", (h, z, actions), strict=True)]
    new = remembered(*parts, w)
    seen = recognised(h if "posterior" in old else new, embedded, w, latents)
    expected = foreseen(h if "prior" in old else new, w, latents)
    return new, drawn(seen if of == "posterior" else expected, noise, latents, soft), seen, expected


def eyes_closed(h, z, actions, noise, w, latents, old=False, soft=False):
    """A step of imagining; old: whether z is (by mistake) made from the h before."""
    new = remembered(h, z, actions, w)
    return new, drawn(foreseen(h if old else new, w, latents), noise, latents, soft)


def model(rng, latents, count, deterministic=3, hidden=4, embedded=2, actions=2):
    """Random h, z, actions, embedded, noise and `Weights`."""
    size, numbers = latents.size, latents.statistics
    shapes = {
        "input": (size + actions, hidden), "gru": (hidden + deterministic, 3 * deterministic),
        "prior": (deterministic, hidden), "prior_out": (hidden, numbers),
        "posterior": (deterministic + embedded, hidden), "posterior_out": (hidden, numbers),
    }  # fmt: skip
    parts = {f"{name}_kernel": rng.normal(size=shape) for name, shape in shapes.items()}
    parts |= {f"{name}_bias": 0.5 * rng.normal(size=shape[1]) for name, shape in shapes.items()}
    parts |= {"gru_scale": rng.uniform(0.5, 1.5, 3 * deterministic), "gru_offset": rng.normal(size=3 * deterministic)}
    h, seen = rng.normal(size=(count, deterministic)), rng.normal(size=(count, embedded))
    done = np.eye(actions)[rng.integers(actions, size=count)]
    if isinstance(latents, Categorical):
        shape = count, latents.groups, latents.classes
        z, noise = onehot_of_largest(rng.normal(size=shape)).reshape(count, -1), gumbel(rng, *shape)
    else:
        z, noise = rng.normal(size=(2, count, size))
    return h, z, done, seen, noise, Weights(**parts)


def by_differences(outcome, args, places):
    """What `slopes` finds: how much the counted sum of `outcome(*args)` moves with each entry of some of the arguments."""

    def total(args):
        return sum((counted(part.shape) * part).sum() for part in outcome(*args))

    found = {}
    for name, place in places.items():
        found[name] = np.zeros(args[place].shape)
        for index in np.ndindex(args[place].shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = args[place].copy()
                moved[index] += step
                sides.append(total((*args[:place], moved, *args[place + 1 :])))
            found[name][index] = (sides[0] - sides[1]) / 2e-5
    return found


# One latent of three classes; D = 2, E = 1, A = 2, U = 1. All weights of the GRU are 0, so that its sums are 0 and
# h' = (1 − σ(−1)) h = 0.731 h. The prior's logits are h'_0 times (1, 0, −1), the posterior's h'_0 + 4 e times (−1, 0, 1).
ZEROS = {
    "input_kernel": np.zeros((5, 1)), "input_bias": np.zeros(1), "gru_kernel": np.zeros((3, 6)), "gru_bias": np.zeros(6),
    "gru_scale": np.ones(6), "gru_offset": np.zeros(6),
    "prior_kernel": floats([1], [0]), "prior_bias": np.zeros(1), "prior_out_kernel": floats([1, 0, -1]),
    "prior_out_bias": np.zeros(3),
    "posterior_kernel": floats([1], [0], [4]), "posterior_bias": np.zeros(1), "posterior_out_kernel": floats([-1, 0, 1]),
    "posterior_out_bias": np.zeros(3),
}  # fmt: skip
QUIET, ONE = Weights(**ZEROS), Categorical(1, 3)
# In the first world no noise; in the second one it lifts class 1 above what the prior says, and not above the posterior.
STATE = floats([2, 4], [1, -3]), floats([0, 1, 0], [1, 0, 0]), floats([1, 0], [0, 1])
QUIET_NOISE = floats([[0, 0, 0]], [[0, 3, 0]])
KEPT = 1 - sigmoid(-1.0)


# --- observe_step ----------------------------------------------------------------------------------------------------


@example(observe_step)
def _(rng):
    # Gaussian: what is drawn then has a slope that differences can find.
    h, z, actions, embedded, noise, weights = model(rng, Gaussian(3), 4)
    return h, z, actions, np.array([0, 1, 0, 0], bool), embedded, noise, weights, Gaussian(3)


@claim(observe_step, "One step in two worlds worked out by hand", weight=2)
def one_step_seen_by_hand(answer, rng):
    # The GRU does nothing but remember: h' = 0.731 h. e = 1, 2: posterior logits 0.731 · 2 + 4 and 0.731 + 8 times
    # (−1, 0, 1), so class 2 twice, also with 3 of noise on class 1. The prior would draw class 0, then class 1.
    first, seen = np.zeros(2, bool), floats([1], [2])
    args = *STATE, first, seen, QUIET_NOISE, QUIET, ONE
    h = KEPT * STATE[0]
    posterior = floats([2 * KEPT + 4], [KEPT + 8])[:, :, None] * floats(-1, 0, 1)
    prior = floats([2 * KEPT], [KEPT])[:, :, None] * floats(1, 0, -1)
    z = floats([0, 0, 1], [0, 0, 1])
    right = h, z, posterior, prior
    foreseen_z = floats([1, 0, 0], [0, 1, 0])
    mistakes = {
        "z' is drawn from the prior: with eyes open it comes from the posterior, which sees.": (h, foreseen_z, *right[2:]),
        "z' is drawn from the prior, and the statistics are exchanged: (h', z', posterior, prior), z' from the posterior.": (
            h, foreseen_z, prior, posterior,
        ),
        "The statistics are exchanged: first those of the posterior, then those of the prior.": (h, z, prior, posterior),
        "h' and z' are exchanged: (h', z', posterior, prior).": (z, h, posterior, prior),
        "The posterior looks at the h before: it has to be given h', what is known when the observation comes.": (
            eyes_open(*args, old=("posterior",))
        ),
        "The prior is made from the h before: it has to be given h', which knows the action.": (
            eyes_open(*args, old=("prior",))
        ),
        "Posterior and prior are made from the h before: first comes h', then both from it.": (
            eyes_open(*args, old=("posterior", "prior"))
        ),
        "h is returned as it was: return h', what `recurrent` makes of it.": (STATE[0], *right[1:]),
        "h is as it was everywhere: first comes h' = recurrent(h, z, a).": (
            STATE[0], z, *eyes_open(*args, old=("posterior", "prior"))[2:],
        ),
        "z is returned as it was: return z', drawn from the posterior.": (h, STATE[1], *right[2:]),
        "Only (h', z') are returned: the statistics of posterior and prior are needed for the KL.": (h, z),
        "Only (h', z') and the posterior are returned: the prior is needed for the KL.": (h, z, posterior),
        "The posterior's statistics are returned twice: the last ones are the prior's.": (h, z, posterior, posterior),
        "The prior's statistics are returned twice: the third ones are the posterior's.": (h, z, prior, prior),
        "It is upside down: h, z and the action count as 0 where `first` is True, and here it is False.": (
            eyes_open(*args[:3], ~first, *args[4:])
        ),
        "Nothing is seen: h' and e both go into the posterior.": eyes_open(*args[:4], 0 * seen, *args[5:]),
    }  # fmt: skip
    likely = (
        "h' = recurrent(h, z, a); both statistics from h', the posterior's from e, too; z' drawn from the posterior."
    )
    expect(answer(*args), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(observe_step, "Where an episode begins, nothing was: h, z and a count as 0 there, and only there", weight=2)
def episodes_begin_with_nothing(answer, rng):
    latents = Categorical(2, 3)
    h, z, actions, embedded, noise, w = model(rng, latents, 4)
    first = np.array([False, True, True, False])

    def with_(first=first, **mistake):
        return eyes_open(h, z, actions, first, embedded, noise, w, latents, **mistake)

    nobody, everybody = np.zeros(4, bool), np.ones(4, bool)
    keep = ~first[:, None]
    late = with_(nobody)
    unseen = eyes_open(h, z, actions, first, embedded * keep, noise, w, latents)
    mistakes = {
        "Nothing begins anew: where `first` is True, h, z and the action count as 0.": with_(nobody),
        "Only h begins anew: z and the action before belong to the last episode, too.": with_(forget="h"),
        "Only z begins anew: h and the action before belong to the last episode, too.": with_(forget="z"),
        "Only the action counts as 0: h and z belong to the last episode, too.": with_(forget="a"),
        "The action is kept: no action led to the first observation, so it counts as 0 there like h and z.": with_(
            forget="hz"
        ),
        "z is kept: it belongs to the last episode, so it counts as 0 where `first` is True.": with_(forget="ha"),
        "h is kept: it belongs to the last episode, so it counts as 0 where `first` is True.": with_(forget="za"),
        "All worlds begin anew when one does: look at `first` for each world by itself.": with_(everybody),
        "It is upside down: it begins anew where `first` is False.": with_(~first),
        "It begins anew after the step: set h, z and a to 0 *before* `recurrent`, so that nothing old goes in.": (
            late[0] * keep, late[1] * keep, *late[2:]
        ),
        "It begins anew after the step: set h, z and a to 0 *before* `recurrent`, then go on as ever.": (
            late[0] * keep, *late[1:]
        ),
        "h' is 0 where an episode begins: the step is taken there, too, from h = z = a = 0.": (
            with_()[0] * keep, *with_()[1:]
        ),
        "What is seen counts as 0, too: the first observation is real, only what was before it is not.": unseen,
    }  # fmt: skip
    likely = "Where `first` is True, multiply h, z and the action by 0 before `recurrent`, in each world by itself."
    got = answer(h, z, actions, first, embedded, noise, w, latents)
    expect(got, with_(), mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(observe_step, "At a beginning, whatever was before does not matter")
def a_beginning_forgets(answer, rng):
    latents = Categorical(2, 3)
    h, z, actions, embedded, noise, w = model(rng, latents, 3)
    nothing = eyes_open(0 * h, 0 * z, 0 * actions, np.zeros(3, bool), embedded, noise, w, latents)
    likely = "With `first` True everywhere, the step is one from h = z = a = 0."
    for scale in (1.0, 10.0):
        got = answer(scale * h, z, actions, np.ones(3, bool), embedded, noise, w, latents)
        expect(got, nothing, likely=likely, tolerance=1e-4)


@claim(observe_step, "Both kinds of latent state, world by world, whatever their sizes")
def world_by_world(answer, rng):
    likely = "Each world by itself; z' by `latents.sample(statistics, noise)`, which knows what kind of state it is."
    for latents, count in ((Categorical(2, 3), 5), (Gaussian(4), 3), (Categorical(3, 2), 1), (Gaussian(1), 4)):
        h, z, actions, embedded, noise, w = model(rng, latents, count, deterministic=4, embedded=3)
        first = rng.random(count) < 0.4
        rows = []
        for b in range(count):
            one = slice(b, b + 1)
            before = [0 * part[one] if first[b] else part[one] for part in (h, z, actions)]
            rows.append(eyes_open(*before, np.zeros(1, bool), embedded[one], noise[one], w, latents))
        expected = tuple(np.concatenate(part) for part in zip(*rows, strict=True))
        quiet = eyes_open(h, z, actions, first, embedded, 0 * noise, w, latents)
        mistakes = {"The noise is not used: hand it on to `latents.sample`.": quiet}
        got = answer(h, z, actions, first, embedded, noise, w, latents)
        expect(got, expected, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(observe_step, "What is seen changes the posterior and z alone: h' and the prior have their eyes closed")
def the_prior_does_not_see(answer, rng):
    latents = Gaussian(3)
    h, z, actions, embedded, noise, w = model(rng, latents, 4)
    first = np.zeros(4, bool)
    one, other = (answer(h, z, actions, first, seen, noise, w, latents) for seen in (embedded, embedded + 1))
    expected = eyes_open(h, z, actions, first, embedded, noise, w, latents)
    expect(one, expected, tolerance=1e-4)
    likely = "The prior changes with what is seen: it is to foresee z from h' alone."
    expect(other[3], expected[3], likely=likely, tolerance=1e-4)
    expect(other[0], expected[0], likely="h' changes with what is seen: it knows only what was.", tolerance=1e-4)
    seen = eyes_open(h, z, actions, first, embedded + 1, noise, w, latents)
    likely = "The posterior is made of h' and of what is seen now."
    expect(other, seen, likely=likely, tolerance=1e-4)


@claim(observe_step, "It is learnt through: back to what was seen, through the draw, and not across a beginning")
def learnt_through_the_draw(answer, rng):
    latents, first = Categorical(2, 3), np.array([False, True, False])
    h, z, actions, embedded, noise, w = model(rng, latents, 3)
    args = h, z, actions, first, embedded, noise, w, latents
    places = {"h": 0, "z": 1, "embedded": 4}

    def soft(*args):
        return eyes_open(*args, soft=True)

    def without_draw(*args):
        new, z, *rest = soft(*args)
        return new, np.zeros_like(z), *rest

    right = by_differences(soft, args, places)
    mistakes = {
        "No gradient passes through the draw: `latents.sample` lets it pass, so no tf.stop_gradient around z'.": (
            by_differences(without_draw, args, places)
        ),
        "No gradient goes back to h: through time the model learns what to remember, so stop nothing here.": (
            right | {"h": 0 * h}
        ),
        "No gradient goes back to h and z: through time the model learns what to remember, so stop nothing here.": (
            right | {"h": 0 * h, "z": 0 * z}
        ),
        "No gradient goes back to z: stop nothing here.": right | {"z": 0 * z},
        "No gradient goes back to what is seen: stop nothing here.": right | {"embedded": 0 * embedded},
        "No gradient goes back at all: stay with tf functions and stop nothing.": {k: 0 * v for k, v in right.items()},
    }
    likely = (
        "Gradients go back to h, z and what is seen, but not to the h and z of another episode; nothing is stopped."
    )
    expect(slopes(observe_step, answer, args), right, mistakes=mistakes, likely=likely, tolerance=1e-3)


# --- imagine_step ----------------------------------------------------------------------------------------------------


@example(imagine_step)
def _(rng):
    h, z, actions, _, noise, weights = model(rng, Gaussian(3), 4)
    return h, z, actions, noise, weights, Gaussian(3)


@claim(imagine_step, "One step in two worlds worked out by hand", weight=2)
def one_step_dreamt_by_hand(answer, rng):
    # h' = 0.731 h; the prior's logits are 0.731 · 2 and 0.731 times (1, 0, −1): class 0, then with noise class 1.
    args = *STATE, QUIET_NOISE, QUIET, ONE
    h, z = KEPT * STATE[0], floats([1, 0, 0], [0, 1, 0])
    prior = floats([2 * KEPT], [KEPT])[:, :, None] * floats(1, 0, -1)
    blind = recognised(h, np.zeros((2, 1)), QUIET, ONE)
    mistakes = {
        "z' is drawn from the posterior: with eyes closed nothing is seen, and it comes from the prior.": (
            h, drawn(blind, QUIET_NOISE, ONE)
        ),
        "The noise is not used: hand it on to `latents.sample`, so that z' is drawn and not only the likeliest.": (
            h, floats([1, 0, 0], [1, 0, 0])
        ),
        "h is returned as it was: return h', what `recurrent` makes of it.": (STATE[0], z),
        "z is returned as it was: return z', drawn from the prior.": (h, STATE[1]),
        "h' and z' are exchanged: (h', z').": (z, h),
        "The prior's statistics are returned, and nothing is drawn: `latents.sample(statistics, noise)`.": (h, prior),
        "The probabilities are returned, and nothing is drawn: `latents.sample(statistics, noise)`.": (
            h, softmax(prior)[:, 0]
        ),
        "The prior's statistics are returned, too: only (h', z').": (h, z, prior),
    }  # fmt: skip
    likely = "h' = recurrent(h, z, a), then z' = latents.sample(prior(h'), noise)."
    expect(answer(*args), (h, z), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(imagine_step, "Both kinds of latent state, world by world, whatever their sizes")
def dream_by_dream(answer, rng):
    likely = "Each world by itself: h' from h, z and a; then z' from the prior of h', by `latents.sample`."
    for latents, count in ((Gaussian(4), 3), (Categorical(2, 3), 5), (Categorical(3, 2), 1), (Gaussian(1), 4)):
        h, z, actions, embedded, noise, w = model(rng, latents, count, deterministic=4, embedded=3)
        rows = [
            eyes_closed(h[b : b + 1], z[b : b + 1], actions[b : b + 1], noise[b : b + 1], w, latents)
            for b in range(count)
        ]
        new = remembered(h, z, actions, w)
        seen_nothing = recognised(new, 0 * embedded, w, latents)
        mistakes = {
            "z' is made from the h before: the prior has to be given h', which knows the action.": (
                eyes_closed(h, z, actions, noise, w, latents, old=True)
            ),
            "z' is drawn from the posterior: with eyes closed nothing is seen, and it comes from the prior.": (
                new, drawn(seen_nothing, noise, latents)
            ),
            "The noise is not used: hand it on to `latents.sample`.": (
                eyes_closed(h, z, actions, 0 * noise, w, latents)
            ),
            "The action is not used: [z, a] go into `recurrent`.": eyes_closed(h, z, 0 * actions, noise, w, latents),
            "z is not used: [z, a] go into `recurrent`.": eyes_closed(h, 0 * z, actions, noise, w, latents),
            "h is not used: it remembers what was.": eyes_closed(0 * h, z, actions, noise, w, latents),
        }  # fmt: skip
        expected = tuple(np.concatenate(part) for part in zip(*rows, strict=True))
        got = answer(h, z, actions, noise, w, latents)
        if isinstance(got, tuple | list) and len(got) == 2:
            kind = "A Gaussian state is not one-hot: `latents.sample(statistics, noise)` draws either kind."
            require(np.shape(got[1]) == z.shape, kind, expected=expected, got=got)
        expect(got, expected, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(imagine_step, "A dream of three steps, and another one with other actions")
def three_steps_dreamt(answer, rng):
    latents = Categorical(2, 3)
    h, z, _, _, _, w = model(rng, latents, 2)
    for way in ((0, 1, 1), (1, 0, 0)):
        mine, right = (h, z), (h, z)
        for action in way:
            noise, done = gumbel(rng, 2, 2, 3), np.eye(2)[[action, action]]
            right = eyes_closed(*right, done, noise, w, latents)
            mine = answer(*mine, done, noise, w, latents)
            expect(mine, right, likely="What a step returns is where the next one begins.", tolerance=1e-3)
            mine = tuple(np.asarray(part) for part in mine)


@claim(imagine_step, "It is learnt through: back to h, to z, and to the action")
def learnt_through_the_dream(answer, rng):
    places = {"h": 0, "z": 1, "actions": 2}
    for latents in (Categorical(2, 3), Gaussian(3)):
        h, z, actions, _, noise, w = model(rng, latents, 2)
        args = h, z, actions, noise, w, latents

        def soft(*args):
            return eyes_closed(*args, soft=True)

        def without_draw(*args):
            new, z = soft(*args)
            return new, np.zeros_like(z)

        right = by_differences(soft, args, places)
        mistakes = {
            "No gradient passes through the draw: `latents.sample` lets it pass, so no tf.stop_gradient around z'.": (
                by_differences(without_draw, args, places)
            ),
            "No gradient goes back to the action: an actor that learns through the dream needs it. Stop nothing here.": (
                right | {"actions": 0 * actions}
            ),
            "No gradient goes back to h: stop nothing here.": right | {"h": 0 * h},
            "No gradient goes back to z: stop nothing here.": right | {"z": 0 * z},
            "No gradient goes back to h and z: stop nothing here.": right | {"h": 0 * h, "z": 0 * z},
            "No gradient goes back at all: stay with tf functions and stop nothing.": {
                name: 0 * slope for name, slope in right.items()
            },
        }
        likely = "Gradients go back to h, z and the action, through h' and through the draw; nothing is stopped."
        expect(slopes(imagine_step, answer, args), right, mistakes=mistakes, likely=likely, tolerance=1e-3)


# --- lambda_targets --------------------------------------------------------------------------------------------------


@example(lambda_targets)
def _(rng):
    return *dreamt(rng, 8, 5), 0.95


def dreamt(rng, horizon, count):
    """Random rewards, discounts and values of imagined ways, [H, B] each; some of them end."""
    discounts = np.where(rng.random((horizon, count)) < 0.15, 0.0, rng.uniform(0.5, 0.99, (horizon, count)))
    return rng.normal(size=(horizon, count)), discounts, rng.normal(size=(horizon, count))


def mixed_targets(rewards, discounts, values, lambda_):
    """Targets by their definition: the mixture of all n-step returns, [H, B]."""
    found = np.zeros(rewards.shape)
    for start, way in np.ndindex(rewards.shape):
        total, factor, share = 0.0, 1.0, 1.0
        for step in range(start, len(rewards)):
            total += factor * rewards[step, way]
            factor *= discounts[step, way]
            here = share if step == len(rewards) - 1 else (1 - lambda_) * share
            found[start, way] += here * (total + factor * values[step, way])
            share *= lambda_
    return found


def walked_back(rewards, discounts, values, lambda_, start):
    """V_t = r + γ ((1 − λ) v + λ V_{t+1}) from what stands behind the last step back, [H, B]."""
    found = []
    for r, g, v in zip(rewards[::-1], discounts[::-1], values[::-1], strict=True):
        start = r + g * ((1 - lambda_) * v + lambda_ * start)
        found.append(start)
    return np.array(found[::-1])


@claim(lambda_targets, "Three steps worked out by hand", weight=2)
def three_steps_by_hand(answer, rng):
    # r = (1, 2, 3), γ = (1/2, 1/5, 1/4), v(s_{t+1}) = (4, 10, 8), λ = 1/4. Behind the last step v = 8 stands for everything:
    # V_2 = 3 + 8/4 = 5; V_1 = 2 + (0.75 · 10 + 0.25 · 5)/5 = 3.75; V_0 = 1 + (0.75 · 4 + 0.25 · 3.75)/2 = 2.96875.
    def column(*numbers):
        return np.array(numbers, float)[:, None]

    r, g, v, nothing = column(1, 2, 3), column(0.5, 0.2, 0.25), column(4, 10, 8), np.zeros(1)
    right, end = column(2.96875, 3.75, 5), v[-1]
    later = lambda part: np.concatenate([part[1:], part[-1:]])  # noqa: E731
    earlier = lambda part: np.concatenate([part[:1], part[:-1]])  # noqa: E731
    forward, before = [], v[0]
    for step in range(3):
        before = r[step] + g[step] * (0.75 * v[step] + 0.25 * before)
        forward.append(before)
    mistakes = {
        "λ and 1 − λ are exchanged: 1 − λ goes with v(s_{t+1}), λ with V_{t+1}.": walked_back(r, g, v, 0.75, end),
        "The bootstrap is missing: behind the last step stands V_H = v(s_H), not 0.": walked_back(
            r, g, v, 0.25, nothing
        ),
        "The bootstrap is missing altogether: nothing of v comes in. V_H is v(s_H).": walked_back(
            r, g, 0 * v, 0.25, nothing
        ),
        "The last target is v(s_H) itself: it is r_H + γ_H v(s_H), since v(s_H) stands *behind* the last step.": (
            np.concatenate([walked_back(r[:2], g[:2], v[:2], 0.25, end), end[None]])
        ),
        "The discounts are one step early against the values: γ_{t+1}, which belongs to the step itself, not γ_{t+2}.": (
            walked_back(r, later(g), v, 0.25, end)
        ),
        "The discounts are one step late against the values: `discounts_tp1[t]` belongs to step t.": (
            walked_back(r, earlier(g), v, 0.25, end)
        ),
        "The values are shifted against the discounts: `values_tp1[t]` is v(s_{t+1}) already, it needs no shift.": (
            walked_back(r, g, later(v), 0.25, end)
        ),
        "The values are those of the states where the steps begin: `values_tp1[t]` belongs to step t.": (
            walked_back(r, g, earlier(v), 0.25, end)
        ),
        "The rewards are shifted: `rewards_tp1[t]` belongs to step t.": walked_back(later(r), g, v, 0.25, end),
        "λ is not used: these are one-step targets.": r + g * v,
        "λ is not used: these are all rewards to the horizon, and v(s_H).": walked_back(r, g, v, 1, end),
        "1 − λ is missing before v(s_{t+1}).": walked_back(r, g, v / 0.75, 0.25, end),
        "λ is missing before V_{t+1}.": walked_back(r, g, 0.75 * v, 1, end),
        "γ is missing: both v(s_{t+1}) and V_{t+1} count γ_{t+1} times.": walked_back(r, 1 + 0 * g, v, 0.25, end),
        "γ is missing before v(s_{t+1}): the whole bracket counts γ_{t+1} times.": (
            walked_back(r, g, v / g, 0.25, end)
        ),
        "γ multiplies the reward too: only what comes after it is discounted.": walked_back(g * r, g, v, 0.25, end),
        "The rewards are missing.": walked_back(0 * r, g, v, 0.25, end),
        "Time runs the wrong way: V_t needs V_{t+1}, so begin at the last step.": np.array(forward),
        "They are in reverse order: V_0 comes first.": right[::-1],
        "Only V_0 is returned: V_t for all t = 0 … H − 1.": right[0],
        "v(s_H) is returned as well: V_t for t = 0 … H − 1 alone.": np.concatenate([right, end[None]]),
        "They are shifted by one step: V_{t+1} stands where V_t belongs.": np.concatenate([right[1:], end[None]]),
        "v(s_{t+1}) is subtracted: these are advantages; targets are asked for.": right - v,
    }
    likely = "V_t = r_{t+1} + γ_{t+1} ((1 − λ) v(s_{t+1}) + λ V_{t+1}), from V_H = v(s_H) = 8 back: 5, 3.75, 2.96875."
    expect(answer(r, g, v, 0.25), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(lambda_targets, "λ = 0 is one step, λ = 1 all rewards to the horizon and v(s_H) behind them")
def both_ends_of_lambda(answer, rng):
    r, g, v = dreamt(rng, 6, 3)
    likely = "With λ = 0 only one step is left: r_{t+1} + γ_{t+1} v(s_{t+1})."
    expect(answer(r, g, v, 0.0), r + g * v, likely=likely, tolerance=TOLERANCE)
    expected = np.zeros((6, 3))
    for start in range(6):
        factor = np.ones(3)
        for step in range(start, 6):
            expected[start] += factor * r[step]
            factor = factor * g[step]
        expected[start] += factor * v[-1]
    likely = "With λ = 1 no value but the last one counts: discounted rewards to the horizon, then v(s_H)."
    expect(answer(r, g, v, 1.0), expected, likely=likely, tolerance=TOLERANCE)


@claim(lambda_targets, "It is the mixture of n-step returns by which it is defined, for each way by itself")
def the_mixture_of_n_steps(answer, rng):
    likely = (
        "(1 − λ) Σ λ^{n−1} (n-step return), the longest with what remains; along the first axis, each way by itself."
    )
    for horizon, count, lambda_ in ((5, 5, 0.95), (3, 4, 0.5), (1, 3, 0.9), (9, 1, 0.3)):
        r, g, v = dreamt(rng, horizon, count)
        expected = mixed_targets(r, g, v, lambda_)
        expect(answer(r, g, v, lambda_), expected, likely=likely, tolerance=TOLERANCE)


@claim(lambda_targets, "Where the dream ends, nothing more comes: γ = 0 leaves the reward alone")
def nothing_behind_the_end(answer, rng):
    # It ends in the second step, whatever is dreamt behind it: V_1 = 2, V_0 = 1 + 0.9 (0.5 · 4 + 0.5 · 2) = 3.7.
    r, g, v = (np.array(part, float)[:, None] for part in ((1, 2, 50), (0.9, 0, 0.9), (4, 60, 70)))
    through = np.full((3, 1), 0.9)
    mistakes = {
        "It goes on behind the end: each step has its own γ_{t+1}, which is 0 there.": walked_back(
            r, through, v, 0.5, v[-1]
        )
    }
    got = answer(r, g, v, 0.5)
    likely = "With γ_{t+1} = 0 neither v(s_{t+1}) nor V_{t+1} counts: here V_1 = 2 and V_0 = 3.7."
    expect(got, np.array([[3.7], [2], [113]]), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(lambda_targets, "Where everything comes as the values say, the targets are the values")
def true_values_stay(answer, rng):
    # A round of four states with certain rewards: v = (I − γ P)^−1 r is exact, and so is every mixture.
    rewards = rng.normal(size=4)
    truth = np.linalg.solve(np.eye(4) - 0.9 * np.roll(np.eye(4), 1, axis=1), rewards)
    places = np.arange(7) % 4
    got = answer(rewards[places, None], np.full((7, 1), 0.9), truth[(places + 1) % 4, None], 0.95)
    likely = "True values satisfy v(s) = r + γ v(s'), so that every n-step return is v(s), and every mixture."
    expect(got, truth[places, None], likely=likely, tolerance=TOLERANCE)


@claim(lambda_targets, "It is learnt through: rewards, discounts and values of the dream get their gradients")
def learnt_through_the_targets(answer, rng):
    args = *dreamt(rng, 4, 2), 0.6
    places = {"rewards_tp1": 0, "discounts_tp1": 1, "values_tp1": 2}
    right = by_differences(lambda *args: (mixed_targets(*args),), args, places)
    mistakes = {
        "No gradient flows into the values: an actor that learns through the dream needs it. Stop nothing here.": (
            right | {"values_tp1": 0 * args[2]}
        ),
        "No gradient flows into the rewards: stop nothing here.": right | {"rewards_tp1": 0 * args[0]},
        "No gradient flows into the discounts: stop nothing here.": right | {"discounts_tp1": 0 * args[1]},
        "No gradient flows at all: stay with tf functions, and stop nothing. Whoever uses the targets stops them.": {
            name: 0 * slope for name, slope in right.items()
        },
    }
    likely = "Nothing is stopped here: each V_t depends on the rewards, discounts and values from its step on."
    got = slopes(lambda_targets, answer, args)
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


# --- imagination_weights ---------------------------------------------------------------------------------------------


@example(imagination_weights)
def _(rng):
    return rng.choice([0.0, 1.0], 5), rng.uniform(0, 1, (8, 5))


@claim(imagination_weights, "Two ways of three steps worked out by hand", weight=2)
def two_ways_by_hand(answer, rng):
    # γ = (1/2, 1/4, 1/5). The first way begins in a state that goes on: 1, 1/2, 1/2 · 1/4. The second one in a terminal
    # state: nothing of it is experience.
    alive, g = floats(1, 0), floats([0.5, 0.5], [0.25, 0.25], [0.2, 0.2])
    right = floats([1, 0], [0.5, 0], [0.125, 0])
    ones = np.ones((1, 2))
    shifted, products = np.concatenate([alive[None], g[:-1]]), np.cumprod(g, axis=0)
    mistakes = {
        "`alive` is forgotten: a way that begins in a terminal state counts nothing, w_0 = alive.": np.cumprod(
            np.concatenate([ones, g[:-1]]), axis=0
        ),
        "`alive` stands at w_0 alone: every later weight is a product with it in it.": np.concatenate(
            [alive[None], products[:-1]]
        ),
        "The weights are not shifted: γ_{t+1} says whether s_{t+1} goes on, so it counts from w_{t+1} on. w_0 is `alive`.": (
            alive * products
        ),
        "The weights are not shifted, and `alive` is forgotten: w_0 = alive, w_1 = w_0 γ_1.": products,
        "The discounts are not multiplied up: w_t = w_{t−1} γ_t.": shifted,
        "The discounts are not multiplied up, and `alive` does not stay: w_t = w_{t−1} γ_t.": alive * shifted,
        "The discounts are neither multiplied up nor shifted.": alive * g,
        "There is one weight too many: w_0 … w_{H−1}, so that the last discount is not used.": np.cumprod(
            np.concatenate([alive[None], g]), axis=0
        ),
        "w_0 is missing: it is `alive`.": (alive * products)[:-1],
        "`alive` is upside down: it is 1 where the state goes on.": np.cumprod(
            np.concatenate([1 - alive[None], g[:-1]]), axis=0
        ),
        "The discounts are added up: multiply them.": np.cumsum(shifted, axis=0),
        "It multiplies along the ways: time is the first axis (axis 0).": np.cumprod(shifted, axis=1),
        "It multiplies from the end: w_t holds the discounts *before* step t.": np.cumprod(shifted[::-1], axis=0)[::-1],
        "All steps count alike: what comes after a likely end counts less.": alive * np.ones((3, 2)),
    }
    likely = "w_0 = alive, w_1 = alive · γ_1, w_2 = alive · γ_1 γ_2: here 1, ½, ⅛, and nothing in the second way."
    expect(answer(alive, g), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(imagination_weights, "The step into the end counts still, what is dreamt behind it does not")
def the_end_of_a_dream(answer, rng):
    # s_2 is terminal: γ_2 = 0. The action of step 1 leads there and has its weight; steps 2 and 3 have none.
    g = floats(0.9, 0, 0.9, 0.9)[:, None]
    mistakes = {
        "The step that leads into the end has no weight: its action earned what comes there. γ counts one step later.": (
            floats(0.9, 0, 0, 0)[:, None]
        ),
        "Behind the end it counts again: once the product is 0, it stays 0.": floats(1, 0.9, 0, 0.9)[:, None],
        "It divides by a discount of 0: multiply only what is wanted.": floats(1, np.nan, 0, 0)[:, None],
    }
    likely = "With γ_2 = 0 the weights are 1, 0.9, 0, 0."
    got = answer(np.ones(1), g)
    expect(got, floats(1, 0.9, 0, 0)[:, None], mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(imagination_weights, "Random ways, step by step")
def step_by_step(answer, rng):
    likely = "w_t = w_{t−1} γ_t, in each way by itself: multiply up along the first axis."
    for horizon, count in ((5, 5), (8, 3), (2, 4)):
        alive, g = rng.choice([0.0, 1.0], count), rng.uniform(size=(horizon, count))
        expected = np.zeros((horizon, count))
        for way in range(count):
            left = alive[way]
            for step in range(horizon):
                expected[step, way] = left
                left = left * g[step, way]
        expect(answer(alive, g), expected, likely=likely, tolerance=TOLERANCE)


@claim(imagination_weights, "A dream of one step has the weight `alive`; the discount of the last step is not used")
def the_last_discount(answer, rng):
    alive, g = floats(1, 0, 1), rng.uniform(size=(4, 3))
    likely = "With H = 1 there is w_0 alone, and that is `alive`."
    expect(answer(alive, g[:1]), alive[None], likely=likely, tolerance=TOLERANCE)
    before = np.asarray(answer(alive, g))
    likely = "What happens in the last state weighs no step: all of them come before it."
    expect(answer(alive, np.concatenate([g[:-1], 0 * g[:1]])), before, likely=likely, tolerance=TOLERANCE)


@claim(imagination_weights, "Where each step goes on with probability γ, it is the share of ways that still go on")
def the_share_that_goes_on(answer, rng):
    g = rng.uniform(0.6, 0.95, (5, 1))
    going_on = np.ones(40_000, bool)
    shares = []
    for chance in g[:, 0]:
        shares.append(going_on.mean())
        going_on &= rng.random(40_000) < chance
    got = np.asarray(answer(np.ones(1), g))
    expect(got.shape, (5, 1), likely="It should return a weight for each step and way, [H, B].")
    likely = "w_t is the chance that the episode has not ended before step t."
    # The standard error is below 0.0025.
    require(bool(np.abs(got[:, 0] - shares).max() < 0.015), likely, expected=np.array(shares), got=got[:, 0])


# --- actor_loss ------------------------------------------------------------------------------------------------------


@example(actor_loss)
def _(rng):
    log_probabilities, entropies = np.log(rng.uniform(0.1, 0.9, (6, 4))), rng.uniform(0, 1, (6, 4))
    return log_probabilities, *rng.normal(size=(2, 6, 4)), entropies, rng.uniform(0, 1, (6, 4)), 0.7, 0.1


# Two steps of two ways: ln π, V, v, H and w; ρ = 3/4, η = 1/10.
DREAM = (
    floats([-1, -2], [-0.5, -3]), floats([2, 4], [6, 1]), floats([1, 6], [2, 3]), floats([0.5, 1], [0.2, 0.8]),
    floats([1, 1], [0.5, 0.25]),
)  # fmt: skip
MIX, ENTROPY_SCALE = 0.75, 0.1


@claim(actor_loss, "Two steps of two ways worked out by hand", weight=2)
def two_steps_by_hand(answer, rng):
    # ln π (V − v): −1, 4, −2, 6; three quarters of it, a quarter of V, a tenth of H, added up:
    # −.75 + .5 + .05 = −.2; 3 + 1 + .1 = 4.1; −1.5 + 1.5 + .02 = .02; 4.5 + .25 + .08 = 4.83.
    # With the weights: −.2 + 4.1 + .01 + 1.2075 = 5.1175. Minus the mean of four.
    log, v_target, v, entropy, w = DREAM
    plain = log * (v_target - v)
    right = np.array(-5.1175 / 4)

    def loss(reinforce=plain, dynamic=v_target, entropy=entropy, w=w, mix=MIX, scale=ENTROPY_SCALE):
        return -(w * (mix * reinforce + (1 - mix) * dynamic + scale * entropy))

    mistakes = {
        "The sign is wrong: a loss falls where the objective rises, so there is a minus before all of it.": -right,
        "The sign of the first part is wrong: −ρ ln π (V − v).": loss(reinforce=-plain).mean(),
        "The sign of the second part is wrong: −(1 − ρ) V, since V should rise.": loss(dynamic=-v_target).mean(),
        "The sign of the entropy is wrong: −η H, since curiosity is rewarded.": loss(entropy=-entropy).mean(),
        "ρ and 1 − ρ are exchanged: ρ is the share of REINFORCE.": loss(mix=1 - MIX).mean(),
        "The weights are not applied: steps that may come after the end count less.": loss(w=1.0).mean(),
        "The weights are applied to the first part alone: all three parts are weighted.": (
            -(w * MIX * plain + (1 - MIX) * v_target + ENTROPY_SCALE * entropy).mean()
        ),
        "The entropy is not weighted: all three parts are.": loss(entropy=entropy / w).mean(),
        "The weighted sum is divided by the sum of the weights: take the plain mean.": loss().sum() / w.sum(),
        "It takes the sum: take the mean over all steps and ways.": right * 4,
        "It is summed over the steps: take the mean over all steps and ways.": right * 2,
        "No mean is taken: the loss is one number.": loss(),
        "The mean is taken over the ways alone: over the steps, too.": loss().mean(axis=1),
        "The mean is taken over the steps alone: over the ways, too.": loss().mean(axis=0),
        "The baseline is missing: REINFORCE counts V − v, how much better it came than expected.": (
            loss(reinforce=log * v_target).mean()
        ),
        "The advantage is the wrong way round: V − v.": loss(reinforce=-plain).mean(),
        "V is missing from the advantage: V − v.": loss(reinforce=-log * v).mean(),
        "The second part holds V − v: it is V alone, v does not depend on the action.": (
            loss(dynamic=v_target - v).mean()
        ),
        "The second part is missing: −(1 − ρ) V.": loss(dynamic=0 * v).mean(),
        "The first part is missing: −ρ ln π (V − v).": loss(reinforce=0 * v).mean(),
        "The entropy is missing: −η H.": loss(entropy=0 * v).mean(),
        "η is missing before the entropy.": loss(scale=1.0).mean(),
        "ρ is missing: both parts count whole.": loss(reinforce=plain / MIX, dynamic=v_target / (1 - MIX)).mean(),
        "ρ is missing before the first part.": loss(reinforce=plain / MIX).mean(),
        "1 − ρ is missing before the second part.": loss(dynamic=v_target / (1 - MIX)).mean(),
        "The entropy counts ρ times: η alone stands before it.": loss(scale=MIX * ENTROPY_SCALE).mean(),
        "The logarithm is undone: it is ln π that stands in it.": loss(reinforce=np.exp(log) * (v_target - v)).mean(),
    }
    got = answer(*DREAM, MIX, ENTROPY_SCALE)
    likely = "The mean of −w (ρ ln π (V − v) + (1 − ρ) V + η H): here −(−0.2 + 4.1 + 0.01 + 1.2075)/4."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(
    actor_loss,
    "Who learns: the policy by its logarithm and its entropy, the dream by V; neither v nor the weights",
    weight=2,
)
def slopes_by_hand(answer, rng):
    log, v_target, v, entropy, w = DREAM
    nothing = np.zeros((2, 2))
    through_values = w * MIX * log / 4
    right = {
        "log_probabilities": -w * MIX * (v_target - v) / 4,
        "targets": -w * (1 - MIX) / 4,
        "entropies": -w * ENTROPY_SCALE / 4,
        "values": nothing,
        "weights": nothing,
    }
    weighing = -(MIX * log * (v_target - v) + (1 - MIX) * v_target + ENTROPY_SCALE * entropy) / 4
    taught = right["targets"] - through_values
    mistakes = {
        "The advantage is learnt through: in REINFORCE V and v are mere numbers, so stop(V − v).": (
            right | {"targets": taught, "values": through_values}
        ),
        "The advantage and the weights are learnt through: stop(V − v), and stop the weights.": (
            right | {"targets": taught, "values": through_values, "weights": weighing}
        ),
        "v is stopped, and V is not: in REINFORCE both are mere numbers, so stop(V − v).": right | {"targets": taught},
        "V is stopped, and v is not: the policy gradient may not teach the critic, so stop(V − v).": (
            right | {"values": through_values}
        ),
        "The weights are learnt through: the actor would learn to end its dreams. Stop them.": (
            right | {"weights": weighing}
        ),
        "V is stopped everywhere: in the second part, −(1 − ρ) V, the gradient flows back through the dream.": (
            right | {"targets": nothing}
        ),
        "V is stopped everywhere, and v nowhere: stop(V − v) in the first part, V as it is in the second one.": (
            right | {"targets": nothing, "values": through_values}
        ),
        "The logarithm is stopped: ln π is what the policy learns by.": right | {"log_probabilities": nothing},
        "The entropy is stopped: the policy learns by it, too.": right | {"entropies": nothing},
        "No gradient flows at all: stay with tf functions, and stop V − v and the weights alone.": dict.fromkeys(
            right, nothing
        ),
    }
    got = slopes(actor_loss, answer, (*DREAM, MIX, ENTROPY_SCALE))
    likely = "By ln π it is −w ρ (V − v)/n, by V −w (1 − ρ)/n, by H −w η/n, by v and w nothing; n numbers are averaged."
    expect(got, right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(actor_loss, "ρ = 1 is REINFORCE, ρ = 0 is V through the dream, and each has its entropy")
def both_ends_of_mix(answer, rng):
    log, v_target, v, entropy = np.log(rng.uniform(0.1, 0.9, (3, 4))), *rng.normal(size=(3, 3, 4))
    ones = np.ones((3, 4))
    expected = -(log * (v_target - v)).sum() / 12
    likely = "With ρ = 1 and η = 0 it is the mean of −ln π (V − v)."
    expect(answer(log, v_target, v, entropy, ones, 1.0, 0.0), np.array(expected), likely=likely, tolerance=TOLERANCE)
    likely = "With ρ = 0 and η = 0 it is the mean of −V."
    got = answer(log, v_target, v, entropy, ones, 0.0, 0.0)
    expect(got, np.array(-v_target.sum() / 12), likely=likely, tolerance=TOLERANCE)
    likely = "With ρ = 1 and V = v only the entropy is left: the mean of −η H."
    got = answer(log, v, v, entropy, ones, 1.0, 0.5)
    expect(got, np.array(-0.5 * entropy.sum() / 12), likely=likely, tolerance=TOLERANCE)


@claim(actor_loss, "What has weight 0 counts nothing, whatever is dreamt there")
def nothing_behind_the_end_counts(answer, rng):
    parts = [np.log(rng.uniform(0.1, 0.9, (4, 3))), *rng.normal(size=(3, 4, 3))]
    weights = np.ones((4, 3))
    weights[2:, 1] = 0
    wild = [part.copy() for part in parts]
    for part in wild:
        part[2:, 1] = 50 * rng.normal(size=2)
    before = np.asarray(answer(*parts, weights, 0.5, 0.1))
    likely = "Every part is multiplied by its weight, the entropy too."
    expect(answer(*wild, weights, 0.5, 0.1), before, likely=likely, tolerance=TOLERANCE)


@claim(actor_loss, "Random dreams, decision by decision")
def decision_by_decision(answer, rng):
    likely = "The mean over all steps and ways of −w (ρ ln π (V − v) + (1 − ρ) V + η H)."
    for shape, mix, scale in (((3, 3), 0.9, 0.01), ((8, 5), 0.2, 0.3), ((1, 4), 0.5, 1.0)):
        log, v_target, v, entropy = np.log(rng.uniform(0.1, 0.9, shape)), *rng.normal(size=(3, *shape))
        w, total = rng.uniform(size=shape), 0.0
        for k in np.ndindex(shape):
            total -= w[k] * (mix * log[k] * (v_target[k] - v[k]) + (1 - mix) * v_target[k] + scale * entropy[k])
        expected = np.array(total / math.prod(shape))
        expect(answer(log, v_target, v, entropy, w, mix, scale), expected, likely=likely, tolerance=TOLERANCE)


# --- arrivals (find the bug) -----------------------------------------------------------------------------------------


@example(arrivals)
def _(rng):
    rows, worlds = 17, 16
    frames = rng.integers(256, size=(rows, worlds, 8, 8, 1)).astype(np.uint8)
    actions, rewards = rng.integers(3, size=(rows, worlds)).astype(np.int32), rng.normal(size=(rows, worlds))
    return frames, actions, rewards, rng.choice([0.0, 0.99], (rows, worlds)), rng.random((rows, worlds)) < 0.2


def walk(rng, rows, worlds):
    """Episodes on a line, as a replay keeps them: where one stands, the step then, and what came of it.

    A step of −1, 0 or 1 leads to the place beside, whose number is the reward. Who gets to ±3 is at the end; the next row
    begins anew at 0, after a step that nobody takes.
    """
    places, steps = np.zeros((rows, worlds)), rng.integers(-1, 2, size=(rows, worlds))
    rewards, discounts, first = np.zeros((rows, worlds)), np.full((rows, worlds), 0.9), np.zeros((rows, worlds), bool)
    first[0] = True
    for t in range(rows):
        ended = np.abs(places[t]) == 3
        following = np.where(ended, 0, places[t] + steps[t])
        rewards[t], discounts[t] = np.where(ended, 0, following), np.where(np.abs(following) == 3, 0.0, 0.9)
        if t + 1 < rows:
            places[t + 1], first[t + 1] = following, ended
    return places[..., None], steps, rewards, discounts, first


# What goes wrong where a part has the rows of the step before (0) or of this one (1).
ROWS = {
    "observations": (1, "the observations are those *before* the step: x_t is what is seen on arrival, `[1:]`"),
    "actions": (0, "the actions are those that come *after* the observation: a_{t−1} led to x_t, `[:-1]`"),
    "rewards": (0, "the rewards are those of the step after: r_t was earned by arriving in x_t, `[:-1]`"),
    "discounts": (0, "the discounts are those of the step after: γ_t says whether x_t is the end, `[:-1]`"),
    "first": (1, "`first` is that of the observation before: it says whether x_t itself begins an episode, `[1:]`"),
}


def misplaced(parts):
    """sentence -> rows, for every choice of rows but the right one."""
    found = {}
    for wrong in itertools.product((0, 1), repeat=5):
        named = [sentence for bad, (_, sentence) in zip(wrong, ROWS.values(), strict=True) if bad]
        if named:
            text = "; ".join(named) + "."
            found[text[0].upper() + text[1:]] = tuple(
                part[1:] if late != bad else part[:-1]
                for part, (late, _), bad in zip(parts, ROWS.values(), wrong, strict=True)
            )
    return found


@claim(arrivals, "Four rows of two worlds worked out by hand", weight=2)
def four_rows_by_hand(answer, rng):
    # Seen 10, 20, 30, 40 in the first world. In 10 one did 1, which earned 0.1 and led to 20: so 20 stands beside 1 and 0.1.
    observations = floats([10, 11], [20, 21], [30, 31], [40, 41])
    actions = np.array([[1, 2], [0, 1], [2, 0], [1, 1]], np.int32)
    rewards, discounts = (
        floats([0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]),
        floats([0.9, 0.8], [0, 0.7], [0.6, 0.5], [0.4, 0]),
    )
    first = np.array([[1, 0], [0, 0], [0, 1], [1, 0]], bool)
    parts = observations, actions, rewards, discounts, first
    right = (
        floats([20, 21], [30, 31], [40, 41]),
        np.array([[1, 2], [0, 1], [2, 0]]),
        floats([0.1, 0.2], [0.3, 0.4], [0.5, 0.6]),
        floats([0.9, 0.8], [0, 0.7], [0.6, 0.5]),
        np.array([[0, 0], [0, 1], [1, 0]], bool),
    )
    mistakes = misplaced(parts) | {
        "Nothing was moved: what led to a row stands in the row before it.": parts,
        "The worlds are cut in place of the rows: time is the first axis.": (
            observations[:, 1:], actions[:, :-1], rewards[:, :-1], discounts[:, :-1], first[:, 1:]
        ),
        "The last row came round to the front (np.roll): the first row falls away.": (
            observations, *(np.roll(part, 1, axis=0) for part in parts[1:4]), first
        ),
        "The rows are in reverse order.": tuple(part[::-1] for part in right),
    }  # fmt: skip
    likely = "To 20 led action 1, with reward 0.1 and discount 0.9. Row t: x_t and first_t, with a, r and γ of the row before."
    expect(answer(*parts), right, mistakes=mistakes, likely=likely)


@claim(arrivals, "On a line, every place stands beside the step and the reward that it brought", weight=2)
def places_on_a_line(answer, rng):
    walked = walk(rng, 30, 4)
    got = answer(*walked)
    expect(got, tuple(part[1:] if late else part[:-1] for part, (late, _) in zip(walked, ROWS.values(), strict=True)),
           mistakes=misplaced(walked), likely="Row t holds x_t with what led to it, of each world by itself.")  # fmt: skip
    places, steps, rewards, discounts, first = (np.asarray(part, float) for part in got)
    places, going_on = places[..., 0], first == 0
    likely = "The reward of a place is its number here: r_t has to stand beside x_t."
    expect(rewards[going_on], places[going_on], likely=likely)
    likely = "γ_t is 0 beside the place where the episode ends, and nowhere else."
    expect(discounts == 0, (np.abs(places) == 3) & going_on, likely=likely)
    likely = "Beside each place stands the step that led there from the place before."
    same = going_on[1:]
    expect(np.diff(places, axis=0)[same], steps[1:][same], likely=likely)


@claim(arrivals, "Frames stay frames: any axes behind the worlds, the same kind of numbers")
def frames_stay_frames(answer, rng):
    for shape in ((5, 2, 4, 4, 1), (3, 3, 6), (2, 1, 2)):
        frames = rng.integers(256, size=shape).astype(np.uint8)
        actions = rng.integers(3, size=shape[:2]).astype(np.int32)
        rewards, discounts = rng.normal(size=(2, *shape[:2]))
        got = answer(frames, actions, rewards, discounts, rng.random(shape[:2]) < 0.5)
        require(
            isinstance(got, tuple | list) and len(got) == 5, "It should return 5 values, in the order of its docstring."
        )
        kinds = np.asarray(got[0]).dtype, np.asarray(got[1]).dtype
        likely = "Frames stay uint8 and actions whole numbers: a replay of floats is four times as large."
        require(
            kinds[0] == np.uint8 and kinds[1].kind in "iu",
            likely,
            expected=("uint8", "int32"),
            got=tuple(map(str, kinds)),
        )
        expect(got[0], frames[1:], likely="The frames are those of rows 1 … L, as they were.")


@claim(arrivals, "Two rows make one arrival")
def two_rows(answer, rng):
    one = np.array([[3.0]])
    parts = np.array([[[1.0]], [[2.0]]]), np.array([[1], [0]]), np.array([[5.0], [6.0]]), np.array([[0.0], [0.9]])
    got = answer(*parts, np.array([[True], [False]]))
    expected = np.array([[[2.0]]]), np.array([[1]]), one + 2, one - 3, np.array([[False]])
    expect(
        got, expected, likely="L + 1 rows make L arrivals: here the second observation, with what the first row did."
    )
