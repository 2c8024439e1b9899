"""Games to learn from: legal to the end, their random beginnings marked, small on disk; those that are shipped."""

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.go import expert_games
from course_lib.go.boards import Boards
from course_lib.go.expert_games import FILE, Games, load_games, play_games, random_points, save_games
from course_lib.go.gnugo import find_gnugo
from course_lib.go.players import Player, RandomPlayer
from course_lib.go.rules import BLACK, WHITE, Rules
from course_lib.go.self_play import winner_of


class Passer(Player):
    """Passes, and counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def moves(self, boards):
        self.asked += len(boards)
        return np.full(len(boards), boards.rules.points)


def replayed(games, rules):
    """Play all games again; an illegal move raises."""
    boards = Boards(rules, len(games.lengths))
    for number in range(games.moves.shape[1]):
        boards.play(games.moves[:, number])
    return boards


def check_games(games, rules):
    """Legal to the end, and won by whom they say."""
    boards = replayed(games, rules)
    assert boards.over.all() and (boards.moves_played == games.lengths).all()
    assert [winner_of(score) for score in boards.scores()] == games.winners.tolist()
    assert ((games.moves >= 0).sum(axis=1) == games.lengths).all() and (games.openings <= games.lengths).all()


def test_games_are_legal_to_the_end():
    check_games(small_games(), RULES)
    assert set(small_games().winners.tolist()) == {BLACK, WHITE} and set(small_games().openings.tolist()) == set(
        range(7)
    )


def test_the_player_is_asked_for_all_moves_but_the_random_ones():
    player = Passer()
    games = play_games(player, RULES, 30, random_moves=4, seed=2)
    assert (games.lengths == games.openings + 2).all() and player.asked == 60
    opened = games.moves[games.openings > 0, 0]
    assert len(set(opened.tolist())) > 5 and (opened < RULES.points).all()
    assert (games.winners[games.openings == 0] == WHITE).all()


def test_random_points_are_legal_and_no_pass():
    boards = Boards(Rules(2, 0.5), 200)
    for _ in range(3):
        points = random_points(boards, np.random.default_rng(0))
        legal = boards.legal()
        assert legal[np.arange(200), points].all() and ((points < 4) == legal[:, :4].any(axis=1)).all()
        boards.play(np.where(boards.over, -1, points))


def test_the_seed_decides():
    first, again, other = (play_games(RandomPlayer(0), RULES, 4, seed=seed) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.moves, other.moves)


def test_what_is_saved_comes_back(tmp_path):
    save_games(tmp_path / "new" / "games.npz", small_games())
    found = load_games(tmp_path / "new" / "games.npz")
    assert all(np.array_equal(a, b) for a, b in zip(found, small_games(), strict=True))
    assert found.some(np.array([2, 0])).lengths.tolist() == small_games().lengths[[2, 0]].tolist()


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", policies=np.zeros(3))
    with pytest.raises(ValueError, match="holds policies; games are moves, lengths, openings, winners"):
        load_games(tmp_path / "other.npz")


def test_the_shipped_games():
    """Thousands of positions, no game twice, won by either side, in less than 300 KB."""
    games = load_games()
    check_games(games, expert_games.RULES)
    assert FILE.stat().st_size < 300_000 and games.lengths.sum() > 20_000
    assert len({tuple(moves) for moves in games.moves.tolist()}) > 0.98 * len(games.lengths)
    assert 0.2 < (games.winners == BLACK).mean() < 0.8


@pytest.mark.skipif(find_gnugo() is None, reason="GNU Go is not installed")
def test_gnu_go_makes_more():
    games = expert_games.make(2)
    check_games(games, expert_games.RULES)
    assert isinstance(games, Games) and len(games.lengths) == 2


def test_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(expert_games, "make", lambda count, level: small_games().some(slice(count * level)))
    file = tmp_path / "games.npz"
    monkeypatch.setattr("sys.argv", ["expert_games", "--games", "3", "--level", "2", "--to", str(file)])
    expert_games.main()
    assert len(load_games(file).lengths) == 6
