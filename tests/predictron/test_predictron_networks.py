import functools
import zipfile

import numpy as np
import pytest

from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron.config import PredictronConfig
from course_lib.predictron.networks import Predictron
from course_lib.predictron.returns import lambda_preturn, lambda_weights, preturns

INPUTS = np.random.default_rng(0).integers(2, size=(6, 4, 4, 1)).astype(np.float32)
VARIANTS = {
    "shared": {},
    "six cores": {"shared": False},
    "skips": {"skip": True},
    "no r, γ": {"rewards": False},
    "no λ": {"lambdas": "none"},
    "one λ": {"lambdas": "one"},
    "a deep network": {"rewards": False, "lambdas": "none", "shared": False},
}
variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)


@functools.cache
def made(predictions=4, **changes):
    """A small predictron whose predictions have scales 1, 2, 3, …; its averages are those of one batch.

    One for all tests that only look at it; those that change it make their own with `made.__wrapped__`.
    """
    keras.utils.set_random_seed(0)
    settings = {"size": 4, "depth": 3, "channels": 3, "hidden": 4, "momentum": 0.0} | changes
    model = Predictron(PredictronConfig(**settings), predictions, np.arange(1, predictions + 1))
    model(INPUTS, training=True)
    return model


def touched(loss, variables, tape):
    """Whether any gradient of the loss reaches each variable."""
    gradients = tape.gradient(loss, variables)
    return [gradient is not None and bool(tf.reduce_any(gradient != 0)) for gradient in gradients]


@variants
def test_steps_have_the_promised_shapes_and_ranges(changes):
    """[K, B, M], values [K + 1, B, M]; γ and λ between 0 and 1, what is left out constant; all of it float32."""
    model = made(**changes)
    rewards, discounts, lambdas, values = (part.numpy() for part in model.roll_out(INPUTS))
    assert rewards.shape == discounts.shape == lambdas.shape == (3, 6, 4) and values.shape == (4, 6, 4)
    assert {part.dtype for part in (rewards, discounts, lambdas, values)} == {np.dtype(np.float32)}
    predicted = changes.get("rewards", True)
    assert rewards.std() > 0 if predicted else not rewards.any()
    assert (discounts > 0).all() and (discounts < 1).all() if predicted else (discounts == 1).all()
    kind = changes.get("lambdas", "each")
    assert (lambdas == 1).all() if kind == "none" else (lambdas > 0).all() and (lambdas < 1).all()
    assert (np.ptp(lambdas, axis=2) == 0).all() == (kind != "each")


@variants
def test_the_prediction_is_the_weighted_sum_in_units_of_the_labels(changes):
    """Σ_k w^k g^k times the scale; `explain` gives the parts of it."""
    model = made(**changes)
    found = model.explain(INPUTS)
    np.testing.assert_allclose(found.prediction, model(INPUTS), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        tf.reduce_sum(found.weights * found.preturns, axis=0), found.prediction, rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(tf.reduce_sum(found.weights, axis=0), 1, atol=1e-6)
    rewards, discounts, _, values = found.rollout
    np.testing.assert_allclose(found.preturns[1], (rewards[0] + discounts[0] * values[1]) * [1, 2, 3, 4], rtol=1e-4)
    assert (found.depth.numpy() > 0).all() and (found.depth.numpy() <= 3).all()


def test_without_lambda_the_prediction_is_the_deepest_preturn():
    model = made(lambdas="none")
    found = model.explain(INPUTS)
    np.testing.assert_allclose(found.prediction, found.preturns[-1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shared", [True, False])
def test_without_rewards_and_lambda_it_is_a_deep_network(shared):
    """Its prediction is v^K."""
    model = made(rewards=False, lambdas="none", shared=shared)
    np.testing.assert_allclose(model(INPUTS), model.roll_out(INPUTS).values[-1] * [1, 2, 3, 4], rtol=1e-5, atol=1e-6)
    assert (model.explain(INPUTS).depth.numpy() == 3).all()


@pytest.mark.parametrize("skip", [True, False])
def test_a_skip_changes_the_state_rather_than_replacing_it(skip):
    """Where the third convolution gives 0, the state stays and with it the value; without skips it becomes 0."""
    model = made.__wrapped__(skip=skip)
    (core,) = model.cores
    core.third.normalization.scale.assign(tf.zeros(3))
    state = model.representation[1](model.representation[0](INPUTS))
    following = core(state, step=1).state.numpy()
    np.testing.assert_allclose(following, state if skip else 0 * following, atol=1e-6)
    assert state.numpy().max() > 0


def test_a_shared_core_has_weights_once_and_statistics_for_each_step():
    """K of them, K + 1 for the values; cores of their own have one each."""
    shared, six = made(), made(shared=False)
    assert len(shared.cores) == 1 and len(six.cores) == 3
    assert len(shared.cores[0].first.normalization.means) == 3
    assert [len(core.first.normalization.means) for core in six.cores] == [1, 1, 1]
    assert len(shared.value.normalization.means) == len(six.value.normalization.means) == 4
    for layer in (shared.cores[0].first, shared.cores[0].reward, shared.value):
        statistics = np.array([mean.numpy() for mean in layer.normalization.means])
        assert statistics.any(axis=1).all() and (np.abs(np.diff(statistics, axis=0)) > 1e-4).any(axis=1).all()


def test_cores_of_their_own_differ():
    """Each is drawn anew."""
    first, second, _ = (core.first.convolution.kernel.numpy() for core in made(shared=False).cores)
    assert not np.allclose(first, second)


@variants
def test_variables_are_shared_out_between_the_two_losses(changes):
    """Each trainable variable belongs to λ or to the model; λ's are those of its networks, 5 for each core."""
    model = made(**changes)
    lambdas, others = ({id(v) for v in part} for part in (model.lambda_variables, model.model_variables))
    assert lambdas | others == {id(v) for v in model.trainable_variables} and not lambdas & others
    cores = 1 if changes.get("shared", True) else 3
    assert len(model.lambda_variables) == (0 if changes.get("lambdas") == "none" else 5 * cores)
    assert len(others) == len(model.model_variables) > 0


@pytest.mark.parametrize("changes", [{}, {"shared": False}, {"lambdas": "one"}])
def test_each_loss_reaches_its_own_variables_and_no_other(changes):
    """λ reads the hidden layer, and its loss does not teach it; errors of the preturns do not teach λ."""
    from course_lib.predictron.losses import supervised_losses

    model = made(**changes)
    variables = model.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        rollout = model.roll_out(INPUTS, training=True)
        of_preturns, of_lambda = supervised_losses(tf.ones((6, 4)), *rollout)
    is_lambda = [any(v is other for other in model.lambda_variables) for v in variables]
    assert touched(of_lambda, variables, tape) == is_lambda
    assert touched(of_preturns, variables, tape) == [not of for of in is_lambda]


def test_the_value_head_is_taught_through_the_deepest_value():
    """Where only g^K counts, as without λ: v^K is computed by the head itself and not by a copy of it."""
    model = made(lambdas="none")
    with tf.GradientTape() as tape:
        rewards, discounts, _, values = model.roll_out(INPUTS, training=True)
        loss = tf.reduce_sum(preturns(rewards, discounts, values)[-1] ** 2)
    assert all(touched(loss, model.value.trainable_variables, tape))


def test_values_are_read_from_the_state_and_not_from_the_hidden_layer():
    """A core whose hidden layer is switched off still leaves v⁰ as it was."""
    model = made.__wrapped__()
    before = model.roll_out(INPUTS)
    model.cores[0].first.normalization.scale.assign(tf.zeros(3))
    after = model.roll_out(INPUTS)
    np.testing.assert_array_equal(before.values[0], after.values[0])
    assert not np.allclose(before.rewards, after.rewards)


@pytest.mark.parametrize("changes", [{"shared": False}, {"skip": True}, {"lambdas": "one"}])
def test_a_saved_model_predicts_the_same(changes, tmp_path):
    """Statistics of all steps, scale and settings included."""
    model = made(**changes)
    save_model(model, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(INPUTS), model(INPUTS))
    assert loaded.config == model.config and loaded.scale == model.scale == (1, 2, 3, 4)


def test_a_model_that_ran_on_a_learners_functions_is_saved_without_them(tmp_path):
    """Nothing of the exercise is in the file: it loads where nothing was filled in, and predicts the same."""
    calls, library = [], lambda_preturn.reference

    def mine(*parts):
        calls.append("mine")
        return library(*parts)

    try:
        preturns.accept(preturns.reference)
        lambda_weights.accept(lambda_weights.reference)
        lambda_preturn.accept(mine)
        model = made.__wrapped__()
        assert calls
        predicted = model(INPUTS).numpy()
        save_model(model, tmp_path / "model.keras")
    finally:
        for exercise in (preturns, lambda_weights, lambda_preturn):
            exercise.reset()
    calls.clear()
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras")(INPUTS), predicted, rtol=1e-6)
    assert not calls
    with zipfile.ZipFile(tmp_path / "model.keras") as file:
        text = file.read("config.json").decode()
    assert "Predictron" in text and not any(word in text for word in ("xercise", "preturn", "lambda_weights"))


def test_the_scale_is_one_where_none_is_given():
    config = PredictronConfig(size=4, depth=1, channels=2, hidden=2)
    assert Predictron(config, 3).scale == (1, 1, 1)
