"""How strong self-play becomes: the measuring, and what the shipped table and networks say."""

import dataclasses

import numpy as np
import pytest
from go_searches import mixed

from course_lib.go import growth
from course_lib.go.boards import Boards
from course_lib.go.config import GoConfig
from course_lib.go.gate import win_rate_bounds
from course_lib.go.networks import Evaluator, ZeroNetwork
from course_lib.go.rules import Rules
from course_lib.go.symmetry import apply_symmetry

TINY = GoConfig(
    size=2, channels=2, blocks=1, hidden=2, policy_channels=1, games=4, simulations=2, workers=1, window=20, batch_size=8,
    steps=1, evaluate_on=2,
)  # fmt: skip
NAMES = ["random", "UCT", f"UCT × {growth.TIMES}"]
shipped = pytest.mark.skipif(not growth.CURVES.exists(), reason="the table is made by `python -m course_lib.go.growth`")


def test_opponents_have_their_simulations():
    players = growth.opponents(TINY)
    assert list(players) == NAMES
    assert players["UCT"].simulations == 2 and players[NAMES[2]].simulations == 2 * growth.TIMES == 16


def test_matches_against_the_opponents():
    found = growth.measure(mixed, TINY, games=2, names=["random", "UCT"])
    assert list(found) == ["random", "UCT"] and all(match.games == 2 for match in found.values())
    again = growth.measure(mixed, TINY, games=2, names=["random", "UCT"])
    assert [match.records for match in found.values()] == [match.records for match in again.values()]


def test_the_first_move_is_the_mean_over_the_symmetries():
    """So corners, edges and the middle get the same each; a policy for one corner is shared by all four."""
    rules, asked = Rules(3, 0.5), []

    def corner(planes):
        asked.append(planes)
        policies = np.zeros((len(planes), 10), np.float32)
        policies[:, 0], policies[:, 9] = 0.75, 0.25
        return policies, np.arange(len(planes)) / 8

    policy, value = growth.first_move(corner, rules)
    assert (
        policy.tolist() == [0.1875, 0, 0.1875, 0, 0, 0, 0.1875, 0, 0.1875, 0.25] and value == np.mean(np.arange(8)) / 8
    )
    planes = Boards(rules, 1).planes()[0]
    assert [(asked[0][k] == apply_symmetry(planes, k)).all() for k in range(8)] == [True] * 8


def test_growing_adds_a_row_for_each_opponent(tmp_path, monkeypatch):
    """Two measurements of a tiny run, in the columns of the head; another seed is added below."""
    monkeypatch.setattr(GoConfig, "laptop", classmethod(lambda cls: TINY))
    for name, value in (("EVERY", 2), ("GAMES", 2), ("KEPT", (4,)), ("FOLDER", tmp_path)):
        monkeypatch.setattr(growth, name, value)
    measure = growth.measure
    monkeypatch.setattr(growth, "measure", lambda evaluate, config: measure(evaluate, config, 2))
    monkeypatch.setattr("course_lib.go.training.run_updates", _quiet(monkeypatch))
    table = tmp_path / "growth.csv"
    growth.grow(0, table, last=4)
    growth.grow(2, table, last=2)
    rows = growth.shipped_growth(table)
    assert [(row["seed"], row["updates"], row["opponent"]) for row in rows] == [
        (seed, updates, name) for seed, updates in ((0, 2), (0, 4), (2, 2)) for name in NAMES
    ]
    assert list(rows[0]) == growth.HEAD and table.read_text(encoding="utf-8").count("seed") == 1
    for row in rows:
        assert row["of"] == 2 and row["wins"] == row["as_black"] + row["as_white"]
        assert 0 <= row["p_centre"] <= 1 and -1 <= row["value"] <= 1
    assert sorted(path.name for path in tmp_path.glob("*.keras")) == ["5x5_update_4.keras"]
    network = growth.load_network(tmp_path / "5x5_update_4.keras")
    assert isinstance(network, ZeroNetwork) and network.size == 2
    last = [row for row in rows if row["seed"] == 0][-1]
    policy, value = growth.first_move(Evaluator(network), TINY.rules)
    assert (last["p_centre"], last["value"]) == pytest.approx((policy[2], value), abs=1e-4)
    assert growth.shipped_network("5x5_update_4").size == 2  # from the same folder
    with pytest.raises(ValueError, match="no network 'big'; there are: 5x5_update_4."):
        growth.shipped_network("big")


def _quiet(monkeypatch):
    from course_lib.go import training

    run_updates = training.run_updates
    return lambda *args, **options: run_updates(*args, **(options | {"show": False}))


def test_where_nothing_is_shipped_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="there are: none"):
        growth.shipped_network("5x5_update_600")


# What is shipped.


def rows_of(opponent, updates=growth.LAST):
    return [row for row in growth.shipped_growth() if row["opponent"] == opponent and row["updates"] == updates]


@shipped
def test_the_shipped_table_is_whole():
    """Three seeds, every hundredth update, each opponent once, 200 games each; the games of a run grow."""
    rows = growth.shipped_growth()
    found = [(row["seed"], row["updates"], row["opponent"]) for row in rows]
    steps = range(growth.EVERY, growth.LAST + 1, growth.EVERY)
    assert sorted(found) == sorted((seed, step, name) for seed in growth.SEEDS for step in steps for name in NAMES)
    for row in rows:
        assert row["of"] == growth.GAMES and row["wins"] == pytest.approx(
            growth.GAMES / 2 * (row["as_black"] + row["as_white"]), abs=0.11
        )
    for seed in growth.SEEDS:
        games = [row["games"] for row in rows if row["seed"] == seed and row["opponent"] == "random"]
        assert games == sorted(set(games))


@shipped
@pytest.mark.parametrize("opponent, least", [("random", 0.95), ("UCT", 0.8), (NAMES[2], 0.5)])
def test_self_play_becomes_stronger_than_its_opponents(opponent, least):
    """After the last update the probability of winning lies above this, with 95 % confidence over three runs."""
    last = rows_of(opponent)
    wins, games = sum(row["wins"] for row in last), sum(row["of"] for row in last)
    assert len(last) == 3 and win_rate_bounds(wins, games, 1.96)[0] > least


@shipped
@pytest.mark.parametrize("opponent", NAMES[1:])
def test_it_grows_in_each_run(opponent):
    for seed in growth.SEEDS:
        rates = [
            row["wins"] / row["of"]
            for row in growth.shipped_growth()
            if (row["seed"], row["opponent"]) == (seed, opponent)
        ]
        assert rates[-1] > rates[0]


@shipped
def test_the_middle_is_discovered_in_each_run():
    for seed in growth.SEEDS:
        shares = [
            row["p_centre"] for row in growth.shipped_growth() if row["seed"] == seed and row["opponent"] == "random"
        ]
        assert shares[-1] > shares[0] and shares[-1] > 0.5


@shipped
@pytest.mark.parametrize("updates", growth.KEPT)
def test_the_shipped_networks_are_those_of_the_table(updates):
    """What they say of the empty board is what stands there of the first run."""
    config = GoConfig.laptop()
    network = growth.shipped_network(f"5x5_update_{updates}")
    assert (network.size, network.channels, network.blocks) == (config.size, config.channels, config.blocks)
    policy, value = growth.first_move(Evaluator(network), config.rules)
    (row,) = [row for row in rows_of("random", updates) if row["seed"] == growth.SEEDS[0]]
    assert (row["p_centre"], row["value"]) == pytest.approx((policy[12], value), abs=2e-3)


@pytest.mark.skipif(not (growth.FOLDER / "7x7.keras").exists(), reason="7x7.keras is made by a longer run")
def test_the_shipped_network_for_7_by_7():
    """It leaves the edge alone, where half of the points are, and beats random play with few simulations."""
    network = growth.shipped_network("7x7")
    config = dataclasses.replace(GoConfig.laptop(), size=7, komi=8.5, simulations=16)
    assert network.size == 7
    evaluate = Evaluator(network)
    policy, _ = growth.first_move(evaluate, config.rules)
    board = policy[:-1].reshape(7, 7)
    assert board[1:6, 1:6].sum() > 0.8 and policy[-1] < 0.05
    assert growth.measure(evaluate, config, games=8, names=["random"])["random"].wins >= 6
