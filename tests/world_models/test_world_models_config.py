import dataclasses

import pytest

from course_lib.common import command
from course_lib.world_models import training
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.dreamer import Dreamer


def test_the_laptops_numbers():
    """Latents of 8 by 8 and 64 units; an update learns from 16 sequences of 16 rows and dreams 8 steps."""
    config = DreamerConfig.laptop()
    assert (config.groups, config.classes, config.recurrent_units, config.latents) == (8, 8, 64, "categorical")
    assert (config.batch_size, config.length, config.horizon) == (16, 16, 8)
    assert (config.kl_scale, config.kl_balance, config.return_lambda, config.mix) == (0.1, 0.8, 0.95, 1)
    assert config.image_gradients and config.reward_gradients and config.env == "PixelCatch-5"


def test_the_papers_numbers():
    """Hafner et al. 2021, table D.1, line by line; of the two γ that of the table."""
    expected = {
        "env": "ALE/Pong-v5", "recurrent_units": 600, "hidden": 600, "groups": 32, "classes": 32, "latents": "categorical",
        "depth": 48, "units": 400, "layers": 4, "batch_size": 50, "length": 50, "horizon": 15, "discount": 0.995,
        "return_lambda": 0.95, "kl_scale": 0.1, "kl_balance": 0.8, "mix": 1, "entropy": 1e-3, "slow_every": 100,
        "model_rate": 2e-4, "actor_rate": 4e-5, "critic_rate": 1e-4, "adam_epsilon": 1e-5, "decay": 1e-6, "clip_norm": 100,
        "squash_rewards": True, "image_gradients": True, "reward_gradients": True,
    }  # fmt: skip
    config = DreamerConfig.paper()
    assert {name: getattr(config, name) for name in expected} == expected
    assert config.worlds * config.rows == 4  # steps of the world for each gradient step
    assert config.worlds * config.replay == 2_000_000
    assert config.worlds * config.rows * config.updates == 50_000_000  # of four frames each: 200 million


def test_the_published_networks_have_their_numbers_of_parameters():
    """World model, actor and critic for 64 by 64 pixels and 6 actions, counted exactly."""
    dreamer = Dreamer((64, 64, 1), 6, DreamerConfig.paper())
    counts = [
        sum(int(variable.shape.num_elements()) for variable in network.trainable_variables)
        for network in (dreamer.world, dreamer.actor, dreamer.critic)
    ]
    assert counts == [19_968_179, 1_133_606, 1_131_601]


@pytest.mark.parametrize(
    "name",
    ["worlds", "recurrent_units", "hidden", "groups", "classes", "depth", "units", "layers", "horizon", "slow_every", "replay", "rows",
     "batch_size", "length", "evaluate_every", "evaluate_on", "checkpoint_every"],
)  # fmt: skip
def test_what_has_to_be_there_is_one_or_more(name):
    with pytest.raises(ValueError, match=f"^{name}=0: it has to be 1 or more"):
        DreamerConfig(**{name: 0})


@pytest.mark.parametrize("name", ["kl_balance", "discount", "return_lambda", "mix"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_shares_are_between_nothing_and_all(name, value):
    with pytest.raises(ValueError, match=f"^{name}={value}: it has to be 0 to 1"):
        DreamerConfig(**{name: value})
    assert getattr(DreamerConfig(**{name: 1.0}), name) == 1


def test_other_refusals():
    with pytest.raises(ValueError, match='latents=\'binary\': "categorical" or "gaussian"'):
        DreamerConfig(latents="binary")
    with pytest.raises(ValueError, match="warm_up=17: play 18 rows or more, so that a sequence is there"):
        DreamerConfig(length=16, warm_up=17)
    with pytest.raises(ValueError, match="warm_up=2001.*at most the 2000 that are kept"):
        DreamerConfig(warm_up=2001)
    assert DreamerConfig(length=16, warm_up=18).warm_up == 18


def test_the_command_line_takes_every_field():
    """Also beside the options that every training has."""
    read = command.parser(training.SYSTEMS).parse_args(["dreamer", "--kl-scale", "0.3", "--no-image-gradients"])
    assert (read.kl_scale, read.image_gradients) == (0.3, False)


def test_every_field_is_described_and_nothing_else():
    """The command line shows the docstring's lines as its help."""
    described = DreamerConfig.__doc__.partition("Attributes:\n")[2]
    lines = [line[6:] for line in described.splitlines() if line.startswith("      ") and line[6:7] != " "]
    found = [name.strip() for line in lines for name in line.partition(":")[0].split(",")]
    assert sorted(found) == sorted(field.name for field in dataclasses.fields(DreamerConfig))
