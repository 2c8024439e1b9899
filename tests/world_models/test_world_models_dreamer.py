import dataclasses

import numpy as np
import pytest
from small_dreams import TINY, dreamer, experience, numbers

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.dreamer import Dreamer
from course_lib.world_models.recurrent_state import observe_step


@pytest.mark.parametrize(("shape", "latents"), [((16, 16, 1), "categorical"), ((4,), "gaussian")])
def test_what_was_saved_sees_and_acts_the_same(shape, latents, tmp_path):
    """World, actor and both critics come back with every weight, from the file alone."""
    made = dreamer(dataclasses.replace(TINY, latents=latents), shape)
    for variable in made.slow_critic.variables:  # not what the fast one says
        variable.assign(variable + 1)
    made.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded, Dreamer) and loaded.config == made.config and loaded.settings == made.settings
    assert len(loaded.variables) == len(made.variables)
    for one, other in zip(numbers(made.variables), numbers(loaded.variables), strict=True):
        np.testing.assert_array_equal(one, other)
    shown = experience(shape=shape).observations[0]
    np.testing.assert_allclose(made(shown), loaded(shown), rtol=1e-5, atol=1e-6)
    features = tf.random.stateless_normal((5, 14), [0, 0])
    for name in ("actor", "critic", "slow_critic"):
        np.testing.assert_allclose(getattr(made, name)(features), getattr(loaded, name)(features), rtol=1e-5)
    assert not loaded.slow_critic.trainable


def test_to_see_and_draw_anew():
    """What `call` returns is the mean of the image of the state after one look."""
    made, shown = dreamer(), experience(count=3).observations[0]
    world = made.world
    h, z = world.initial_state(3)
    noise = world.latents.noise((3,), [0, 0])
    seen = h, z, tf.zeros((3, 3)), tf.ones((3,), bool), world.encoder(shown), noise
    h, z, *_ = observe_step(*seen, world.state.weights_now(), world.latents)
    found = made(shown)
    assert found.shape == (3, 16, 16, 1)
    np.testing.assert_allclose(found, world.decoder(tf.concat([h, z], axis=1)), rtol=1e-4, atol=1e-5)


def test_the_slow_critic_is_a_copy_now_and_then():
    """At the beginning, and when it is asked for; in between it stays, and nothing of it is trained."""
    made, features = dreamer(), tf.random.stateless_normal((5, 14), [0, 0])
    np.testing.assert_array_equal(made.critic(features), made.slow_critic(features))
    before = made.slow_critic(features)
    for variable in made.critic.variables:
        variable.assign(variable + 0.1)
    np.testing.assert_array_equal(made.slow_critic(features), before)
    made.renew_slow_critic()
    np.testing.assert_array_equal(made.slow_critic(features), made.critic(features))
    assert not made.slow_critic.trainable_variables
    trained = len(made.world.variables) + len(made.actor.variables) + len(made.critic.variables)
    assert len(made.trainable_variables) == trained and len(made.variables) == trained + 4


def test_a_configuration_may_be_its_fields():
    """As they stand in a file."""
    assert dreamer(dataclasses.asdict(TINY)).config == TINY
    assert Dreamer((4,), 2, {"depth": 3}).config == DreamerConfig(depth=3)
