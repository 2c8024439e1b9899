"""The table of matches: resumable, readable, and what is shipped says what the chapter says."""

import pytest

from course_lib.go import match_table
from course_lib.go.expert_games import RULES
from course_lib.go.match_table import MATCHES, PLAYERS, Row, can_play, make_player, play_all, shipped_matches
from course_lib.go.players import RandomPlayer, UCTPlayer
from course_lib.go.position import Position

PAIRS = (("UCT", "random"), ("policy", "random"), ("policy", "UCT"))


@pytest.fixture
def cheap(monkeypatch):
    """Players that cost nothing, and a small table."""
    players = {
        "random": RandomPlayer,
        "UCT": lambda seed: UCTPlayer(RULES, 4, seed=seed),
        "policy": lambda seed: RandomPlayer(seed + 7),
    }
    monkeypatch.setattr(match_table, "PLAYERS", players)
    monkeypatch.setattr(match_table, "MATCHES", PAIRS)


def test_a_match_comes_back(cheap, tmp_path):
    file = tmp_path / "table.csv"
    play_all(file, 4, PAIRS)
    rows = shipped_matches(file)
    assert [(row.first, row.second) for row in rows] == list(PAIRS)
    assert all(row.games == 4 and 0 <= row.rate <= 1 and row.distinct == 4 for row in rows)
    assert rows[0].rate == (rows[0].as_black + rows[0].as_white) / 2


def test_bounds_by_hand():
    # Wilson, 8 of 10, z = 1: ŵ = 0.8, (0.8 + 0.05 ± √(0.016 + 0.0025)) / 1.1.
    row = Row("a", "b", 8.0, 10, 0.8, 0.8, 10)
    assert row.bounds(1) == pytest.approx(((0.85 - 0.0185**0.5) / 1.1, (0.85 + 0.0185**0.5) / 1.1))


def test_what_was_played_is_not_played_again(cheap, monkeypatch, tmp_path):
    file, whole = tmp_path / "table.csv", tmp_path / "whole.csv"
    play_all(file, 4, PAIRS[:1])
    monkeypatch.setattr(
        match_table, "make_player", lambda name, seed=0, make=make_player: asked.append(name) or make(name, seed)
    )
    asked = []
    play_all(file, 4, PAIRS)
    assert asked == ["policy", "random", "policy", "UCT"]
    play_all(whole, 4, PAIRS)
    assert file.read_text() == whole.read_text()


def test_who_is_not_there_does_not_play(cheap, monkeypatch, tmp_path):
    monkeypatch.setattr(match_table, "find_gnugo", lambda: None)
    monkeypatch.setattr(match_table, "ZERO", tmp_path / "zero.keras")
    assert not can_play("GNU Go") and not can_play("Zero") and can_play("UCT")
    play_all(tmp_path / "table.csv", 4, (("UCT", "GNU Go"), ("Zero", "UCT")))
    assert shipped_matches(tmp_path / "table.csv") == []


def test_an_unknown_player_is_refused():
    with pytest.raises(ValueError, match="there is no player 'Fan Hui': use random, UCT,"):
        make_player("Fan Hui")


def test_every_match_has_its_players():
    assert {name for pair in MATCHES for name in pair} <= set(PLAYERS) and len(set(MATCHES)) == len(MATCHES)


@pytest.mark.parametrize("name", ["policy", "reinforced policy", "DarkForest", "AlphaGo"])
def test_shipped_players_move(name):
    """On the empty board none of them plays on the edge, or passes."""
    row, column = divmod(make_player(name).analyse(Position(RULES)).move, 7)
    assert 1 <= row <= 5 and 1 <= column <= 5


def test_the_shipped_table():
    found = {(row.first, row.second): row for row in shipped_matches()}
    assert {pair for pair in MATCHES if "Zero" not in pair} <= set(found)
    assert all(row.games >= 50 and row.distinct > 0.8 * row.games for row in found.values())
    assert found["policy", "random"].bounds()[0] > 0.8
