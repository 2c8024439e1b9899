import numpy as np

from course_lib.agent57.networks import SplitQNetwork
from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.value_losses import time_major
from tests.never_give_up.small_explorers import AGENT57, eagerly, h, h_inverse, precision, sequences

BETAS = [0.0, 0.5, 2.0]


def made(seed=0, shape=(3,), **options):
    keras.utils.set_random_seed(seed)
    network = SplitQNetwork(shape, 3, 4, True, BETAS, **options)
    network.build()
    return network


def along(network):
    """What it is shown along sequences: with ends in them, the last bonus, and who plays."""
    batch = sequences(AGENT57, 8)
    rows = time_major(type(batch)(*map(tf.constant, batch)))
    member = tf.one_hot(tf.cast(rows.extras[..., 1], tf.int32), 3)
    context = tf.concat([rows.last_extras[..., :1], member], axis=-1)
    return (
        (rows.observations, rows.last_actions, rows.last_rewards, context),
        rows.first,
        tuple(tf.unstack(rows.states, axis=1)),
        np.array(BETAS)[batch.extras[..., 1].T.astype(int)],
    )


def test_what_is_acted_by_is_the_sum_of_two_networks():
    """Each unrolled by itself from its half of the state; Q_e + β_j Q_i of the row's member."""
    with eagerly():
        network = made()
        seen, first, state, betas = along(network)
        q, end = network.unroll(seen, first, state)
        halves = [tuple(part[:, 4 * k : 4 * k + 4] for part in state) for k in range(2)]
        parts = [
            each.unroll(seen, first, half)
            for each, half in zip((network.extrinsic, network.intrinsic), halves, strict=True)
        ]
        extrinsic, intrinsic, both = network.both(seen, first, state)
    np.testing.assert_allclose(q, parts[0][0] + betas[..., None] * parts[1][0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(extrinsic, parts[0][0], rtol=1e-5)
    np.testing.assert_allclose(intrinsic, parts[1][0], rtol=1e-5)
    for k in range(2):
        np.testing.assert_allclose(end[k], np.concatenate([parts[0][1][k], parts[1][1][k]], axis=1), rtol=1e-5)
        np.testing.assert_allclose(both[k], end[k], rtol=1e-6)
    assert q.shape == (6, 5, 3) and np.ptp(betas) == 2


def test_returns_are_added_where_that_is_asked_for():
    """The order of h(h⁻¹(Q_e) + β h⁻¹(Q_i)), by h and h⁻¹ in float64, which is not that of Q_e + β Q_i everywhere."""
    with eagerly():
        network = made(add_returns=True)
        for part, scale in ((network.extrinsic, 200), (network.intrinsic, 100)):  # values so large that h bends
            part.advantages.kernel.assign(scale * part.advantages.kernel)
        seen, first, state, betas = along(network)
        q, _ = network.unroll(seen, first, state)
        extrinsic, intrinsic, _ = (np.asarray(part, float) for part in (*network.both(seen, first, state)[:2], 0))
    both = h(h_inverse(extrinsic) + betas[..., None] * h_inverse(intrinsic))
    np.testing.assert_array_equal(np.argsort(q, axis=-1), np.argsort(both, axis=-1))
    added = extrinsic + betas[..., None] * intrinsic
    assert (np.argmax(added, axis=-1) != np.argmax(both, axis=-1)).any()
    assert SplitQNetwork.from_config(network.get_config()).add_returns


def test_the_halves_of_the_state_are_apart():
    """What one remembers does not matter to the other."""
    with eagerly():
        network = made()
        seen, first, state, _ = along(network)
        first = tf.zeros_like(first)
        before = network.both(seen, first, state)[:2]
        for k in range(2):
            changed = tuple(part + np.repeat(np.eye(2)[k], 4).astype(np.float32) for part in state)
            after = network.both(seen, first, changed)[:2]
            assert [not np.allclose(a, b, atol=1e-6) for a, b in zip(before, after, strict=True)] == [k == 0, k == 1]
    assert [part.shape for part in network.initial_state(5)] == [(5, 8), (5, 8)]
    assert not np.any(network.initial_state(5))


def test_a_call_is_the_member_that_exploits():
    """β_0 = 0: Q_e at the beginning of an episode, with nothing before it, of member 0."""
    with eagerly():
        network, observations = made(), np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
        context = np.tile(np.eye(4, dtype=np.float32)[1], (1, 4, 1))
        known = observations[None], np.zeros((1, 4), np.int32), np.zeros((1, 4), np.float32), context
        right = network.extrinsic.unroll(known, np.ones((1, 4), bool), network.extrinsic.initial_state(4))[0][0]
        np.testing.assert_allclose(network(observations), right, rtol=1e-5)


def test_a_saved_network_computes_the_same(tmp_path):
    """With its β, in every member."""
    with eagerly():
        network = made()
        save_model(network, tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        seen, first, state, _ = along(network)
        np.testing.assert_array_equal(loaded.unroll(seen, first, state)[0], network.unroll(seen, first, state)[0])
    assert loaded.settings == network.settings and loaded.settings["betas"] == BETAS


def test_both_networks_are_of_the_same_kind_with_weights_of_their_own():
    network = made()
    one, other = network.extrinsic.trainable_variables, network.intrinsic.trainable_variables
    assert [variable.shape for variable in one] == [variable.shape for variable in other]
    assert not {id(variable) for variable in one} & {id(variable) for variable in other}
    assert len(network.trainable_variables) == len(one) + len(other) and not np.array_equal(one[0], other[0])


def test_in_half_precision_a_call_is_near_that_in_float32():
    observations = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    with eagerly():
        whole = made()(observations)
        with precision("mixed_bfloat16"):
            half = made()(observations)
    assert half.dtype == tf.float32
    np.testing.assert_allclose(half, whole, rtol=0.1, atol=0.03)
