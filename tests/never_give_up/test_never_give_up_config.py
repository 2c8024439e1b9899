import dataclasses

import pytest

from course_lib.common import command
from course_lib.never_give_up import mazes, training
from course_lib.never_give_up.config import NGUConfig, RNDConfig
from tests.never_give_up.small_explorers import sequences_at_first


def test_the_papers_numbers():
    """Badia et al. 2020, appendix F, line by line."""
    expected = {
        "env": "ALE/MontezumaRevenge-v5", "members": 32, "worlds": 256, "bonus_weight": 0.3, "discount": 0.997, "lowest_discount": 0.99,
        "trace_decay": 0.95, "neighbours": 10, "cluster": 0.008, "kernel_epsilon": 1e-4, "constant": 1e-3, "largest_similarity": 8,
        "largest_multiplier": 5, "memory": 30_000, "embedding": 32, "features": 128, "novelty_rows": 5, "novelty_rate": 5e-4,
        "learning_rate": 1e-4, "adam_epsilon": 1e-4, "clip_norm": 40, "batch_size": 64, "burn_in": 40, "unroll": 80, "stride": 40,
        "alpha": 0.9, "hidden": 512, "evaluation_epsilon": 0.01, "rescale": True, "retrace": True, "episodic": True, "lifelong": True,
    }  # fmt: skip
    config = NGUConfig.paper()
    assert {name: getattr(config, name) for name in expected} == expected
    assert config.worlds * config.replay == pytest.approx(5e6, rel=0.01)
    assert config.target_every * config.batches == pytest.approx(1500, rel=0.01)  # gradient steps
    assert sequences_at_first(config) >= 6250


def test_the_papers_numbers_of_distillation_alone():
    """Burda et al. 2018, tables 2 to 5."""
    expected = {
        "env": "ALE/MontezumaRevenge-v5", "worlds": 128, "steps": 128, "epochs": 4, "minibatches": 4, "clip": 0.1, "gae_lambda": 0.95,
        "discount": 0.999, "intrinsic_discount": 0.99, "extrinsic_weight": 2, "intrinsic_weight": 1, "entropy_weight": 0.001,
        "learning_rate": 1e-4, "features": 512, "novelty_share": 0.25, "clip_norm": 0, "clip_rewards": True, "updates": 30_000,
    }  # fmt: skip
    assert {name: getattr(RNDConfig.paper(), name) for name in expected} == expected


@pytest.mark.parametrize("name", ["members", "neighbours", "memory", "embedding", "features", "novelty_rows"])
def test_what_has_to_be_there_is_one_or_more(name):
    with pytest.raises(ValueError, match=f"^{name}=0: it has to be 1 or more"):
        dataclasses.replace(NGUConfig.laptop(), **{name: 0})


@pytest.mark.parametrize("name", ["lowest_discount", "trace_decay", "evaluation_epsilon", "epsilon", "discount"])
def test_shares_are_between_nothing_and_all(name):
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"^{name}={value}: it has to be 0 to 1"):
            dataclasses.replace(NGUConfig.laptop(), **{name: value})


def test_other_refusals():
    laptop = NGUConfig.laptop()
    with pytest.raises(ValueError, match="learnt by an LSTM: leave recurrent=True"):
        dataclasses.replace(laptop, recurrent=False)
    with pytest.raises(
        ValueError,
        match=f"novelty_rows={laptop.window}: a sequence holds {laptop.window} rows, so take {laptop.window - 1}",
    ):
        dataclasses.replace(laptop, novelty_rows=laptop.window)
    assert dataclasses.replace(laptop, novelty_rows=laptop.window - 1).novelty_rows == laptop.window - 1
    for changes in ({"baseline": False, "whole_episodes": True}, {"whole_episodes": True}):
        with pytest.raises(ValueError, match="both kinds of values are needed"):
            RNDConfig(**changes)
    with pytest.raises(ValueError, match="^novelty_share=2.0"):
        RNDConfig(novelty_share=2.0)
    with pytest.raises(ValueError, match="^features=0"):
        RNDConfig(features=0)
    with pytest.raises(ValueError, match="a return that never ends needs one below 1"):
        RNDConfig(intrinsic_discount=1.0)
    with pytest.raises(ValueError, match="^largest_multiplier=0.5: it has to be 1 or more"):
        dataclasses.replace(laptop, largest_multiplier=0.5)
    for name in ("extrinsic_weight", "intrinsic_weight", "novelty_rate"):
        with pytest.raises(ValueError, match=f"^{name}=-0.1: it has to be 0 or more"):
            RNDConfig(**{name: -0.1})


@pytest.mark.parametrize("name", ["bonus_weight", "cluster", "constant", "largest_similarity", "novelty_rate"])
def test_what_would_turn_the_bonus_round_is_refused(name):
    with pytest.raises(ValueError, match=f"^{name}=-0.1: it has to be 0 or more"):
        dataclasses.replace(NGUConfig.laptop(), **{name: -0.1})


def test_the_command_line_takes_every_field():
    """Of both trainings."""
    read = command.parser(training.SYSTEMS).parse_args(
        ["ngu", "--bonus-weight", "0.7", "--no-lifelong", "--members", "5"]
    )
    assert (read.bonus_weight, read.lifelong, read.members) == (0.7, False, 5)
    read = command.parser(training.SYSTEMS).parse_args(["rnd", "--extrinsic-weight", "3", "--novelty-share", "0.5"])
    assert (read.extrinsic_weight, read.novelty_share) == (3, 0.5)


@pytest.mark.parametrize("kind", [NGUConfig, RNDConfig])
def test_every_field_of_its_own_is_described_and_nothing_else(kind):
    """The command line shows the docstring's lines as its help; inherited fields may be described anew."""
    described = kind.__doc__.partition("Attributes:\n")[2]
    lines = [line[6:] for line in described.splitlines() if line.startswith("      ") and line[6:7] != " "]
    found = {name.strip() for line in lines for name in line.partition(":")[0].split(",")}
    own = set(kind.__annotations__)
    assert own <= found <= {field.name for field in dataclasses.fields(kind)}


def test_what_the_mazes_compare():
    """The laptop's numbers, each time without one part; ε-greedy has neither bonus nor β."""
    made = {change: config for (_, change), config in mazes.configurations().items()}
    assert made["Never Give Up"] == NGUConfig.laptop() and list(made) == list(mazes.CHANGES)
    greedy = made["ε-greedy"]
    assert (greedy.episodic, greedy.lifelong, greedy.bonus_weight) == (False, False, 0)
    assert {config.env for config in made.values()} == {NGUConfig.laptop().env}
