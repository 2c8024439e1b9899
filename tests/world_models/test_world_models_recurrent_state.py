"""One step of the recurrent state, held against NumPy; then what it must not know."""

import numpy as np
import pytest
from scipy import special
from small_dreams import TINY, dreamer, precision

from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.latents import Categorical, Gaussian
from course_lib.world_models.recurrent_state import Weights, imagine_step, observe_step, prior, recurrent

B, D, U, E, A = 5, 4, 3, 7, 2
KINDS = [Categorical(2, 3), Gaussian(6)]


def weights(kind, seed=0):
    """Random `Weights`, as arrays."""
    rng, numbers = np.random.default_rng(seed), kind.statistics
    shapes = {
        "input_kernel": (kind.size + A, U), "input_bias": (U,), "gru_kernel": (U + D, 3 * D), "gru_bias": (3 * D,),
        "gru_scale": (3 * D,), "gru_offset": (3 * D,), "prior_kernel": (D, U), "prior_bias": (U,),
        "prior_out_kernel": (U, numbers), "prior_out_bias": (numbers,), "posterior_kernel": (D + E, U), "posterior_bias": (U,),
        "posterior_out_kernel": (U, numbers), "posterior_out_bias": (numbers,),
    }  # fmt: skip
    return Weights(**{name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})


def given(kind, seed=1, count=B):
    """Random (h, z, actions, embedded, noise)."""
    rng = np.random.default_rng(seed)
    h, z, embedded = (rng.normal(size=(count, width)).astype(np.float32) for width in (D, kind.size, E))
    return h, z, np.eye(A, dtype=np.float32)[rng.integers(A, size=count)], embedded, kind.noise((count,), [seed, 0])


def elu(x):
    """x, or e^x − 1 below 0."""
    return np.where(x > 0, x, np.expm1(x))


def next_h(h, z, action, w):
    """h' of one row by the equations, in float64."""
    x = elu(np.concatenate([z, action]).astype(float) @ w.input_kernel + w.input_bias)
    sums = np.concatenate([x, h]) @ w.gru_kernel + w.gru_bias
    sums = (sums - sums.mean()) / np.sqrt(((sums - sums.mean()) ** 2).mean() + 1e-3) * w.gru_scale + w.gru_offset
    r, c, u = sums[:D], sums[D : 2 * D], special.expit(sums[2 * D :] - 1)
    return u * np.tanh(special.expit(r) * c) + (1 - u) * h


def described(x, w, name, kind):
    """Statistics of one row from two dense layers."""
    hidden = elu(x @ getattr(w, f"{name}_kernel") + getattr(w, f"{name}_bias"))
    found = hidden @ getattr(w, f"{name}_out_kernel") + getattr(w, f"{name}_out_bias")
    if isinstance(kind, Categorical):
        return found.reshape(kind.groups, kind.classes)
    return np.stack([found[: kind.size], 2 * special.expit(found[kind.size :] / 2) + 0.1])


def drawn(statistics, noise, kind):
    """z of one row."""
    if isinstance(kind, Categorical):
        return np.eye(kind.classes)[(statistics + noise).argmax(axis=1)].ravel()
    return statistics[0] + statistics[1] * noise


@pytest.mark.parametrize("kind", KINDS, ids=["categorical", "gaussian"])
def test_a_step_with_eyes_open(kind):
    """Row by row: h' from what was, z' from h' and what is seen, what was expected from h' alone."""
    w, (h, z, actions, embedded, noise) = weights(kind), given(kind)
    first = np.array([False, True, False, False, True])
    found = observe_step(*map(tf.constant, (h, z, actions, first, embedded)), noise, w, kind)
    for b in range(B):
        keep = not first[b]
        new = next_h(h[b] * keep, z[b] * keep, actions[b] * keep, w)
        seen = described(np.concatenate([new, embedded[b]]), w, "posterior", kind)
        expected = new, drawn(seen, noise[b].numpy(), kind), seen, described(new, w, "prior", kind)
        for part, right in zip(found, expected, strict=True):
            np.testing.assert_allclose(part[b], right, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS, ids=["categorical", "gaussian"])
def test_a_step_with_eyes_closed(kind):
    """The same h', and z' from what is expected."""
    w, (h, z, actions, _, noise) = weights(kind), given(kind)
    found = imagine_step(*map(tf.constant, (h, z, actions)), noise, w, kind)
    assert len(found) == 2
    for b in range(B):
        new = next_h(h[b], z[b], actions[b], w)
        np.testing.assert_allclose(found[0][b], new, rtol=1e-3, atol=1e-5)
        right = drawn(described(new, w, "prior", kind), noise[b].numpy(), kind)
        np.testing.assert_allclose(found[1][b], right, rtol=1e-3, atol=1e-5)


def test_without_weights_it_forgets_slowly():
    """All sums 0: σ(−1) of nothing comes in, .731 of h stays."""
    zeros = Weights(*(0 * part for part in weights(KINDS[0])))
    h, z, actions, *_ = given(KINDS[0])
    found = recurrent(h, z, actions, zeros)
    np.testing.assert_allclose(found, (1 - special.expit(-1)) * h, rtol=1e-6)
    np.testing.assert_allclose(found, 0.7310586 * h, rtol=1e-5)


def test_gates_that_are_open_or_shut():
    """The last third of the sums lets new things in: shut, h stays; open, h' is tanh(σ(r) c), and r shut makes it 0."""
    h, z, actions, *_ = given(KINDS[0])
    w = weights(KINDS[0])

    def with_offset(reset, candidate, update):
        offset = np.repeat([reset, candidate, update], D).astype(np.float32)
        return recurrent(h, z, actions, w._replace(gru_scale=0 * offset, gru_offset=offset)).numpy()

    np.testing.assert_allclose(with_offset(0, 5, -100), h, rtol=1e-6)
    np.testing.assert_allclose(with_offset(100, 0.5, 100), np.full((B, D), np.tanh(0.5)), rtol=1e-5)
    np.testing.assert_allclose(with_offset(-100, 0.5, 100), np.zeros((B, D)), atol=1e-6)


def test_sums_are_normalised_together():
    """Over all three parts: a number added to all of them changes nothing, one added to a third does."""
    h, z, actions, *_ = given(KINDS[0])
    w = weights(KINDS[0])
    before = recurrent(h, z, actions, w)
    np.testing.assert_allclose(
        recurrent(h, z, actions, w._replace(gru_bias=w.gru_bias + 5)), before, rtol=1e-3, atol=1e-4
    )
    third = w.gru_bias + 5 * np.repeat([1, 0, 0], D).astype(np.float32)
    assert not np.allclose(recurrent(h, z, actions, w._replace(gru_bias=third)), before, atol=0.01)


def test_an_episode_that_begins_in_the_middle_is_one_of_its_own():
    """Six rows with a beginning at the fourth are two sequences of three: nothing passes from one to the other."""
    kind = KINDS[0]
    w, rows = weights(kind), [given(kind, seed) for seed in range(6)]

    def walk(rows, first, h, z):
        states = []
        for (_, _, actions, embedded, noise), begins in zip(rows, first, strict=True):
            h, z, *_ = observe_step(h, z, actions, tf.fill((B,), begins), embedded, noise, w, kind)
            states.append(np.concatenate([h, z], axis=1))
        return np.array(states)

    zeros = tf.zeros((B, D)), tf.zeros((B, kind.size))
    whole = walk(rows, [True, False, False, True, False, False], *zeros)
    np.testing.assert_array_equal(whole[:3], walk(rows[:3], [True, False, False], *zeros))
    np.testing.assert_array_equal(whole[3:], walk(rows[3:], [True, False, False], *zeros))
    np.testing.assert_array_equal(whole[3:], walk(rows[3:], [True, False, False], *map(tf.constant, rows[0][:2])))
    assert not np.allclose(whole[3:], walk(rows, [True] + [False] * 5, *zeros)[3:], atol=1e-3)


def test_only_those_that_begin_forget():
    kind = KINDS[0]
    w, (h, z, actions, embedded, noise) = weights(kind), given(kind)
    first = np.array([True, False, False, False, False])
    found, none = (
        observe_step(h, z, actions, tf.constant(f), embedded, noise, w, kind) for f in (first, 0 * first > 0)
    )
    for part, other in zip(found, none, strict=True):
        np.testing.assert_array_equal(part[1:], other[1:])
    assert not np.allclose(found[0][0], none[0][0], atol=1e-3)


def test_what_is_seen_moves_the_posterior_alone():
    kind = KINDS[0]
    w, (h, z, actions, embedded, noise) = weights(kind), given(kind)
    nobody = tf.zeros((B,), bool)
    found, other = (observe_step(h, z, actions, nobody, e, noise, w, kind) for e in (embedded, embedded + 1))
    np.testing.assert_array_equal(found[0], other[0])
    np.testing.assert_array_equal(found[3], other[3])
    assert not np.allclose(found[2], other[2], atol=0.1)


def test_who_dreams_does_not_see():
    """Nothing of the posterior is in it: with other weights there the dream stays, with others of the prior it changes."""
    kind = KINDS[1]
    w, other, (h, z, actions, _, noise) = weights(kind), weights(kind, seed=9), given(kind)
    found = imagine_step(h, z, actions, noise, w, kind)
    blind = w._replace(**{name: getattr(other, name) for name in Weights._fields if name.startswith("posterior")})
    for part, same in zip(found, imagine_step(h, z, actions, noise, blind, kind), strict=True):
        np.testing.assert_array_equal(part, same)
    changed = w._replace(prior_kernel=other.prior_kernel)
    assert not np.allclose(found[1], imagine_step(h, z, actions, noise, changed, kind)[1], atol=0.01)
    np.testing.assert_allclose(found[1], kind.sample(prior(found[0], w, kind), noise), rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_products_in_half_precision_and_the_state_in_whole(policy):
    """As in float32 but for rounding. TensorFlow multiplies float32 by bfloat16 as sparse matrices, which GPUs cannot."""
    with precision(policy):
        half = dreamer().world
    whole, seen = dreamer().world, tf.random.stateless_normal((B, half.encoder.output_shape[-1]), [0, 0])
    h, z = tf.random.stateless_normal((B, TINY.recurrent_units), [1, 0]), tf.random.stateless_normal((B, 6), [2, 0])
    parts = h, z, tf.one_hot([0, 1, 2, 0, 1], 3), tf.zeros((B,), bool), seen, half.latents.noise((B,), [3, 0])

    def both(world):
        def steps(*parts):
            w = world.state.weights_now()
            return *observe_step(*parts, w, world.latents), *imagine_step(*parts[:3], parts[5], w, world.latents)

        return tf.function(steps).get_concrete_function(*parts)

    compiled = both(half)
    assert not {op.type for op in compiled.graph.get_operations()} & {"SparseMatMul"}
    for k, (part, right) in enumerate(zip(compiled(*parts), both(whole)(*parts), strict=True)):
        assert part.dtype == tf.float32
        if k in (0, 2, 3, 4):  # what is drawn may be another class
            np.testing.assert_allclose(part, right, atol=0.03)
