import numpy as np
import pytest

from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.networks import PolicyNetwork, QNetwork, dueling_action_values, torso

SHAPES = {"numbers": (4,), "toy frames": (6, 6, 1), "frames": (84, 84, 4)}
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def seen(shape, *batch, seed=0):
    """Random observations, of the kind that such worlds show."""
    rng = np.random.default_rng(seed)
    frames = len(shape) == 3
    return (
        rng.integers(256, size=(*batch, *shape), dtype=np.uint8)
        if frames
        else rng.normal(size=(*batch, *shape)).astype(np.float32)
    )


def made(shape=(4,), actions=3, hidden=8, **options):
    keras.utils.set_random_seed(1)
    network = QNetwork(shape, actions, hidden, **options)
    network.build()
    return network


def test_dueling_by_hand():
    """Advantages 1, 3, 5 have the mean 3; a constant added to all of them changes nothing."""
    values, advantages = tf.constant([[10.0], [0.0]]), tf.constant([[1.0, 3.0, 5.0], [2.0, 2.0, 2.0]])
    expected = [[8, 10, 12], [0, 0, 0]]
    np.testing.assert_allclose(dueling_action_values(values, advantages), expected)
    np.testing.assert_allclose(dueling_action_values(values, advantages + 7), expected, atol=1e-6)


@shapes
def test_values_of_each_observation_are_its_own(shape):
    """[B, A] in float32, each row as if alone."""
    network, observations = made(shape), seen(shape, 5)
    q = network(observations)
    assert q.shape == (5, 3) and q.dtype == tf.float32 and q.numpy().std() > 0
    np.testing.assert_allclose(q[2:3], network(observations[2:3]), rtol=1e-4, atol=1e-5)


def test_the_published_torso():
    """Mnih et al. 2015: 32 of 8 by 8, 64 of 4 by 4, 64 of 3 by 3, then 512 units: 84 -> 20 -> 9 -> 7; 1.69 million weights."""
    model = torso((84, 84, 4), 512)
    shapes_ = [layer.output.shape[1:] for layer in model.layers if "conv" in layer.name]
    assert shapes_ == [(20, 20, 32), (9, 9, 64), (7, 7, 64)]
    assert model.count_params() == 4 * 64 * 32 + 32 + 32 * 16 * 64 + 64 + 64 * 9 * 64 + 64 + 7 * 7 * 64 * 512 + 512
    dark, bright = np.zeros((1, 84, 84, 4), np.uint8), np.full((1, 84, 84, 4), 255, np.uint8)
    first = next(layer for layer in model.layers if "rescaling" in layer.name)
    assert first(dark).numpy().max() == 0 and first(bright).numpy().max() == 1


def test_frames_too_small_for_convolutions_are_refused():
    assert QNetwork((5, 5, 1), 3, 8)(np.zeros((1, 5, 5, 1), np.uint8)).shape == (1, 3)
    with pytest.raises(ValueError, match="frames of 4 by 9: give 5 by 5 or more"):
        QNetwork((4, 9, 1), 3, 8)


@pytest.mark.parametrize("dueling", [True, False])
def test_the_heads(dueling):
    """With dueling heads the mean over actions is the value; without them there is no value."""
    network, observations = made(dueling=dueling), seen((4,), 6)
    features = network.torso(observations)
    if dueling:
        np.testing.assert_allclose(
            network(observations).numpy().mean(axis=1), network.values(features)[:, 0], rtol=1e-4, atol=1e-6
        )
    else:
        assert network.values is None
        np.testing.assert_allclose(network(observations), network.advantages(features), rtol=1e-5)


def along(network, seed=0, rows=6, batch=4):
    """Observations, last actions, last rewards, first rows and a state."""
    rng = np.random.default_rng(seed)
    first = rng.random((rows, batch)) < 0.3
    actions = np.where(first, 0, rng.integers(3, size=(rows, batch))).astype(np.int32)
    rewards = np.where(first, 0, rng.normal(size=(rows, batch))).astype(np.float32)
    state = tuple(rng.normal(size=(2, batch, network.initial_state(1)[0].shape[1])).astype(np.float32))
    return (seen((4,), rows, batch), actions, rewards), first, state


def test_with_memory_a_sequence_is_what_its_steps_are():
    """One row at a time with the state handed on gives the same values and the same state."""
    network = made(recurrent=True)
    known, first, state = along(network)
    q, end = network.unroll(known, first, state)
    for row in range(6):
        found, state = network.unroll([part[row : row + 1] for part in known], first[row : row + 1], state)
        np.testing.assert_allclose(found[0], q[row], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(state, end, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("part", ["observation", "action", "reward", "state"])
def test_memory_holds_all_that_came_before_in_the_episode(part):
    """A change in the first row is felt in the last one; not if an episode begins in between."""
    network = made(recurrent=True)
    (observations, actions, rewards), first, state = along(network)
    for begins in (False, True):
        first = np.zeros((6, 4), bool)
        first[3] = begins
        before = network.unroll((observations, actions, rewards), first, state)[0].numpy()
        one, two, three, four = observations.copy(), actions.copy(), rewards.copy(), tuple(2 * part for part in state)
        one[0] += 1
        two[0] = (two[0] + 1) % 3
        three[0] += 1
        changed = {
            "observation": ((one, actions, rewards), state),
            "action": ((observations, two, rewards), state),
            "reward": ((observations, actions, three), state),
            "state": ((observations, actions, rewards), four),
        }[part]
        after = network.unroll(changed[0], first, changed[1])[0].numpy()
        assert not np.allclose(before[0], after[0]) and not np.allclose(before[2], after[2], atol=1e-7)
        assert np.array_equal(before[3:], after[3:]) == begins


def test_without_memory_a_sequence_is_a_batch():
    network = made()
    known, first, _ = along(network)
    q, state = network.unroll(known, first, network.initial_state(4))
    np.testing.assert_allclose(q, network(known[0].reshape(24, 4)).numpy().reshape(6, 4, 3), rtol=1e-4, atol=1e-6)
    assert state[0].shape == (4, 0)


def test_at_the_beginning_of_an_episode_a_call_is_enough():
    """Without memory of anything, the last action of the first row does not matter either."""
    network, observations = made(recurrent=True), seen((4,), 5)
    nothing = np.full((1, 5), 2, np.int32), np.zeros((1, 5), np.float32)
    state = tuple(np.ones((2, 5, 8), np.float32))
    q, _ = network.unroll((observations[None], *nothing), np.ones((1, 5), bool), state)
    np.testing.assert_allclose(network(observations), q[0], rtol=1e-5)


def test_the_memory_also_sees_what_else_is_told():
    """Each number of the context is felt in its row and behind it, until the episode ends; so many rows more has the LSTM's kernel."""
    network, plain = made(recurrent=True, context=2), made(recurrent=True)
    assert network.count_params() == plain.count_params() + 2 * 4 * 8
    known, first, state = along(network)
    first[:], context = False, np.random.default_rng(5).normal(size=(6, 4, 2)).astype(np.float32)
    first[4, 0] = True
    before = network.unroll((*known, context), first, state)[0].numpy()
    for number in range(2):
        other = context.copy()
        other[2, :, number] += 1
        changed = (network.unroll((*known, other), first, state)[0].numpy() != before).any(axis=-1)
        assert changed[2:4].all() and changed[4:, 1:].all() and not changed[:2].any() and not changed[4:, 0].any()
    none = network.unroll((*known, 0 * context), np.ones((6, 4), bool), state)[0]
    assert not np.allclose(none, network.unroll((*known, context), np.ones((6, 4), bool), state)[0])


def test_a_call_is_told_nothing_else():
    """A context of zeros, at the beginning of an episode; it is among the settings, and saved with them."""
    network, observations = made(recurrent=True, context=3), seen((4,), 5)
    nothing = np.zeros((1, 5), np.int32), np.zeros((1, 5), np.float32), np.zeros((1, 5, 3), np.float32)
    q, _ = network.unroll((observations[None], *nothing), np.ones((1, 5), bool), network.initial_state(5))
    np.testing.assert_allclose(network(observations), q[0], rtol=1e-5)
    assert network.settings["context"] == 3 and made(recurrent=True).settings["context"] == 0


@pytest.mark.parametrize("recurrent", [False, True])
def test_in_half_precision_a_call_is_near_that_in_float32(recurrent):
    """Its torso computes in bfloat16, LSTM and heads in float32."""
    before, whole = keras.config.dtype_policy(), made(recurrent=recurrent)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        half = made(recurrent=recurrent)
    finally:
        keras.config.set_dtype_policy(before)
    observations = seen((4,), 5)
    q = half(observations)
    assert q.dtype == tf.float32 and half.torso.compute_dtype == "bfloat16"
    np.testing.assert_allclose(q, whole(observations), rtol=0.1, atol=0.03)


@shapes
def test_a_policy_is_nearly_even_at_first(shape):
    """So that everything is tried; values [B]."""
    keras.utils.set_random_seed(0)
    network = PolicyNetwork(shape, 5, 16)
    network.build()
    logits, values = network(seen(shape, 7))
    assert logits.shape == (7, 5) and values.shape == (7,)
    assert np.abs(tf.nn.softmax(logits) - 0.2).max() < 0.02 and np.std(logits) > 0


def test_policy_and_values_share_a_torso_on_frames_alone():
    small, large = PolicyNetwork((4,), 2, 8), PolicyNetwork((6, 6, 1), 2, 8)
    for network in (small, large):
        network.build()
    assert small.value_torso is not None and large.value_torso is None
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(small(seen((4,), 3))[1])
    gradients = tape.gradient(loss, small.torso.trainable_variables)
    assert gradients == [None] * 4


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (lambda: made(), (4,)),
        (lambda: made(dueling=False), (4,)),
        (lambda: made(recurrent=True), (4,)),
        (lambda: made((6, 6, 1), recurrent=True, dueling=False), (6, 6, 1)),
        (lambda: made(recurrent=True, context=2), (4,)),
        (lambda: PolicyNetwork((4,), 3, 8), (4,)),
        (lambda: PolicyNetwork((6, 6, 1), 3, 8), (6, 6, 1)),
    ],
    ids=["dueling", "plain", "memory", "frames with memory", "memory with a context", "policy", "policy on frames"],
)
def test_a_saved_network_computes_the_same(network, shape, tmp_path):
    """With its settings; twice over, too."""
    model, observations = network(), seen(shape, 4)
    model.build()
    save_model(model, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model) and loaded.settings == model.settings
    save_model(loaded, tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    for other in (loaded, again):
        for found, expected in zip(
            tf.nest.flatten(other(observations)), tf.nest.flatten(model(observations)), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def test_a_saved_memory_remembers_the_same(tmp_path):
    network = made(recurrent=True)
    save_model(network, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    known, first, state = along(network)
    np.testing.assert_array_equal(loaded.unroll(known, first, state)[0], network.unroll(known, first, state)[0])


def test_a_network_that_ran_on_a_learners_function_is_saved_without_it(tmp_path):
    calls = []

    def mine(values, advantages):
        calls.append("mine")
        return values + advantages

    observations = seen((4,), 3)
    try:
        dueling_action_values.accept(mine)
        network = made()
        q = network(observations).numpy()
        save_model(network, tmp_path / "model.keras")
    finally:
        dueling_action_values.reset()
    assert calls
    calls.clear()
    library = keras.models.load_model(tmp_path / "model.keras")(observations).numpy()
    assert not calls
    np.testing.assert_allclose(
        library - library.mean(axis=1, keepdims=True), q - q.mean(axis=1, keepdims=True), atol=1e-6
    )
    assert not np.allclose(library, q)
