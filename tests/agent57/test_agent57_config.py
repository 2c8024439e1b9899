import dataclasses

import pytest

from course_lib.agent57 import ablations, coins, training
from course_lib.agent57.config import LADDER, Agent57Config
from course_lib.common import command
from course_lib.deep_rl.config import rung
from tests.never_give_up.small_explorers import sequences_at_first


def test_the_papers_numbers():
    """Badia et al. 2020 (Agent57), appendix G, line by line; the rest as for Never Give Up."""
    expected = {
        "env": "ALE/MontezumaRevenge-v5", "members": 32, "worlds": 256, "bonus_weight": 0.3, "discount": 0.9999, "middle_discount": 0.997,
        "lowest_discount": 0.99, "burn_in": 40, "unroll": 160, "epsilon": 0.4, "epsilon_alpha": 8, "ladder": True, "bandit_window": 160,
        "bandit_epsilon": 0.5, "bandit_bonus": 1, "evaluator_window": 3600, "evaluation_epsilon": 0.01, "trace_decay": 0.95,
        "beta": 0, "last_beta": 0, "alpha": 0.9, "memory": 30_000, "split": True, "bandit": True, "hidden": 512,
    }  # fmt: skip
    config = Agent57Config.paper()
    assert {name: getattr(config, name) for name in expected} == expected
    assert sequences_at_first(config) >= 6250
    assert config.stride == 80 and config.worlds * config.replay == pytest.approx(5e6, rel=0.01)


@pytest.mark.parametrize("name", ["bandit_window", "evaluator_window", "members", "novelty_rows"])
def test_what_has_to_be_there_is_one_or_more(name):
    with pytest.raises(ValueError, match=f"^{name}=0: it has to be 1 or more"):
        dataclasses.replace(Agent57Config.laptop(), **{name: 0})


@pytest.mark.parametrize("name", ["bandit_epsilon", "middle_discount"])
def test_shares_are_between_nothing_and_all(name):
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"^{name}={value}: it has to be 0 to 1"):
            dataclasses.replace(Agent57Config.laptop(), **{name: value})


def test_the_whole_family_has_room_in_the_window():
    """Else those at its end would never be played, since somebody before them is always missing."""
    with pytest.raises(ValueError, match="^bandit_window=3: everybody has to have played in it, so take 4 or more"):
        dataclasses.replace(Agent57Config.laptop(), members=4, bandit_window=3)
    assert dataclasses.replace(Agent57Config.laptop(), members=4, bandit_window=4).bandit_window == 4
    assert dataclasses.replace(Agent57Config.laptop(), members=4, bandit_window=3, bandit=False).bandit_window == 3


@pytest.mark.parametrize("name", ["retrace", "rescale"])
def test_split_values_are_learnt_in_one_way_alone(name):
    with pytest.raises(ValueError, match="leave retrace=True and rescale=True, or set split=False"):
        dataclasses.replace(Agent57Config.laptop(), **{name: False})
    assert not getattr(dataclasses.replace(Agent57Config.laptop(), split=False, **{name: False}), name)


def test_returns_are_added_of_two_values_alone():
    with pytest.raises(ValueError, match="add_returns=True adds two values"):
        dataclasses.replace(Agent57Config.laptop(), split=False, add_returns=True)
    with pytest.raises(ValueError, match="^bandit_bonus=-1.0: it has to be 0 or more"):
        dataclasses.replace(Agent57Config.laptop(), bandit_bonus=-1.0)
    for name in LADDER:
        assert not rung(dataclasses.replace(Agent57Config.laptop(), add_returns=True), LADDER, name).add_returns


def test_each_rung_is_an_idea_more():
    """R2D2 has one member and no bonus; then Never Give Up, two networks, and the bandit, which is the whole."""
    made = {name: rung(Agent57Config.laptop(), LADDER, name) for name in LADDER}
    first = made["R2D2"]
    assert (first.members, first.retrace, first.episodic, first.lifelong, first.split, first.bandit) == (
        1,
        *[False] * 5,
    )
    flags = [(config.retrace, config.split, config.bandit) for config in made.values()]
    assert flags == [(False, False, False), (True, False, False), (True, True, False), (True, True, True)]
    assert made["Agent57"] == Agent57Config.laptop()


def test_the_command_line_takes_every_field():
    words = ["agent57", "--no-split", "--bandit-window", "7", "--bonus-weight", "2"]
    read = command.parser(training.SYSTEMS).parse_args(words)
    assert (read.split, read.bandit_window, read.bonus_weight) == (False, 7, 2)


def test_every_field_of_its_own_is_described_and_nothing_else():
    """The command line shows the docstring's lines as its help."""
    described = Agent57Config.__doc__.partition("Attributes:\n")[2]
    lines = [line[6:] for line in described.splitlines() if line.startswith("      ") and line[6:7] != " "]
    found = {name.strip() for line in lines for name in line.partition(":")[0].split(",")}
    assert set(Agent57Config.__annotations__) <= found <= {field.name for field in dataclasses.fields(Agent57Config)}


def test_what_is_compared():
    """Each ablation leaves out one part; coins with one network and with two, for each β, and otherwise the same."""
    made = {change: config for (_, change), config in ablations.configurations().items()}
    assert made["Agent57"] == Agent57Config.laptop() and {"no bandit", "no split", "R2D2", "Never Give Up"} <= set(made)
    assert not made["no bandit"].bandit and not made["no split"].split and made["no split"].bandit
    found = coins.configurations()
    assert len(found) == 2 * len(coins.WEIGHTS)
    for weight in coins.WEIGHTS:
        one, two = (found[kind, f"β = {weight:g}"] for kind in (coins.ONE, coins.TWO))
        assert dataclasses.replace(one, split=True) == two and one.bonus_weight == weight and not one.split
