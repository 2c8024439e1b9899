"""GNU Go 3.8 as a second opinion on rules and scores, and as an opponent."""

import dataclasses

import numpy as np
import pytest
from go_diagrams import play, setup

from course_lib.go import gnugo
from course_lib.go.arena import play_match
from course_lib.go.boards import Boards
from course_lib.go.coordinates import from_vertex
from course_lib.go.gnugo import GnuGo, find_gnugo, recent
from course_lib.go.players import RandomPlayer
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, EMPTY, KO_RULES, WHITE, Rules
from course_lib.go.sgf import write_sgf

needs_gnugo = pytest.mark.skipif(find_gnugo() is None, reason="platform: GNU Go is not installed")


def random_game(rules, rng, passing=0.03, fill_eyes=True):
    """Positions of a random game, from the start to its end."""
    position = Position(rules)
    yield position
    while not position.is_over:
        points = np.flatnonzero(position.legal_moves()[:-1])
        if not fill_eyes:
            points = [point for point in points if not is_eye(position, point)]
        passes = not len(points) or rng.random() < passing
        position = position.play(rules.points if passes else int(rng.choice(points)))
        yield position


def is_eye(position, point):
    """Whether all neighbours of a point are stones of the side to move."""
    padded = np.pad(position.stones, 1, constant_values=position.to_play)
    row, column = np.array(divmod(point, position.size)) + 1
    return (padded[[row - 1, row + 1, row, row], [column, column, column - 1, column + 1]] == position.to_play).all()


def is_repeating_suicide(position, move):
    """Whether a move is a suicide that repeats a position: GNU Go looks for no repetition there."""
    rules = dataclasses.replace(position.rules, ko="simple")
    after = Position.set_up(rules, position.stones, position.to_play).play(int(move))
    return "superko" in position.why_illegal(move) and after.stones.ravel()[move] == EMPTY


# Rules


@pytest.mark.slow
@needs_gnugo
@pytest.mark.parametrize("suicide", [False, True])
@pytest.mark.parametrize("ko", KO_RULES)
@pytest.mark.parametrize(
    ("size", "games", "every"), [(2, 20, 1), (3, 12, 1), (4, 4, 1), (5, 4, 1), (7, 1, 2), (9, 1, 4)]
)
def test_legal_moves_are_those_of_gnugo(size, games, every, ko, suicide):
    """On small boards, where games repeat themselves a lot, at each move."""
    rules = Rules(size, ko=ko, suicide=suicide, max_moves=4 * size**2)
    rng, compared, repetitions = np.random.default_rng(size), 0, 0
    with GnuGo(rules) as other:
        for _ in range(games):
            for position in random_game(rules, rng):
                if len(position.moves) % every == 0 and not position.is_over:
                    legal = position.legal_moves()
                    unlike = np.flatnonzero(other.legal(position) != legal)
                    assert all(is_repeating_suicide(position, move) for move in unlike), (position.moves, unlike)
                    compared += 1
                    reasons = {position.why_illegal(move) for move in np.flatnonzero(~legal)}
                    repetitions += any("superko" in (reason or "") for reason in reasons)
    assert compared >= 30
    assert repetitions >= 2 or ko == "simple" or size > 2


@needs_gnugo
@pytest.mark.parametrize("ko", KO_RULES)
def test_legal_moves_on_the_large_board(ko):
    rng, rules, taken = np.random.default_rng(19), Rules(19, ko=ko), 0
    with GnuGo(rules) as other:
        for position in random_game(rules, rng, passing=0):
            if len(position.moves) % 40 == 0 and not position.is_over:
                assert (other.legal(position) == position.legal_moves()).all()
                taken += sum(position.captured)
    assert taken > 100


@needs_gnugo
@pytest.mark.parametrize(("ko", "moves", "allowed"), [
    ("simple", "A5 C5", True),
    ("positional", "A5 C5", False),
    ("positional", "E1 E2 A5 C5", False),
    ("situational", "A5 C5", True),  # the first board comes again, but now Black is to move
    ("situational", "pass A5 C5", False),  # and here it was before
])  # fmt: skip
def test_sending_two_returning_one(ko, moves, allowed):
    """White makes two stones of one, Black takes both, White takes back one: the board is as before."""
    text = ". O . O .\nX X O O .\nX X O O .\n. . . . .\n. . . . ."
    position = play(setup(text, BLACK if "pass" in moves else WHITE, ko=ko), moves)
    with GnuGo(position.rules) as other:
        theirs = other.legal(position)
    assert (theirs == position.legal_moves()).all()
    assert theirs[from_vertex("B5", 5)] == allowed


@needs_gnugo
@pytest.mark.parametrize("seed", range(3))
def test_positions_that_are_set_up(seed):
    """GNU Go gets them as records, so that tests `write_sgf`, too; with either colour to move."""
    rng, rules = np.random.default_rng(seed), Rules(6, 0.5)
    *_, ended = random_game(rules, rng, passing=0)
    with GnuGo(rules) as other:
        for colour in (BLACK, WHITE):
            position = Position.set_up(rules, ended.stones, colour)
            assert (other.legal(position) == position.legal_moves()).all()
            for _ in range(5):
                points = np.flatnonzero(position.legal_moves()[:-1])
                position = position.play(int(rng.choice(points)) if len(points) else rules.points)
                assert position.is_over or (other.legal(position) == position.legal_moves()).all()


@needs_gnugo
def test_it_reads_our_records(tmp_path):
    rng = np.random.default_rng(3)
    with GnuGo(Rules(7)) as other:
        for ko in KO_RULES:
            *_, position = random_game(Rules(7, 4.5, ko), rng)
            (tmp_path / "game.sgf").write_text(write_sgf(position), encoding="utf-8")
            other.send(f"loadsgf {tmp_path / 'game.sgf'}")
            assert float(other.send("get_komi")) == 4.5
            for colour, stone in (("black", BLACK), ("white", WHITE)):
                listed = [from_vertex(vertex, 7) for vertex in other.send(f"list_stones {colour}").split()]
                assert sorted(listed) == np.flatnonzero(position.stones == stone).tolist()


@needs_gnugo
@pytest.mark.parametrize(("size", "games"), [(3, 20), (5, 20), (7, 12), (9, 4)])
def test_scores_are_those_of_gnugo(size, games):
    """Where it holds no stone to be dead or in seki, the area of Tromp and Taylor is all there is to count."""
    rng, compared = np.random.default_rng(size), 0
    with GnuGo(Rules(size, 6.5)) as other:
        for _ in range(games):
            *_, position = random_game(other.rules, rng, passing=0, fill_eyes=False)
            score = other.score(position)
            other.legal(position)  # shows it again
            if not other._client.send("final_status_list dead") and not other._client.send("final_status_list seki"):
                assert score == position.score(), position
                compared += 1
    assert compared >= games * 3 // 4


@needs_gnugo
def test_dead_stones_and_draws_by_hand():
    # White's stone at A5 cannot live. By area it owns nothing but itself: 9 − 1 points of Black and 15 of White.
    dead = setup("O . X . X\nX X X X X\nO O O O O\n. O . O .\nO . O . O")
    assert dead.score() == 8 - 1 - 15
    even = setup(". X O .\nX X O O\n. X O .\nX X O O")
    with GnuGo(dead.rules) as five, GnuGo(even.rules) as four:
        assert five.score(dead) == 10 - 15
        assert four.score(even) == even.score() == 0


# What it is shown


def test_recent_moves_lead_to_the_position():
    for suicide in (False, True):
        rules, rng, whole = Rules(4, suicide=suicide, max_moves=64), np.random.default_rng(1), 0
        for position in random_game(rules, rng):
            start, moves = recent(rules, position.row)
            shown = start
            for move in moves:
                shown = shown.play(move)
            assert (shown.stones == position.stones).all() and shown.to_play == position.to_play
            whole += len(moves) == min(7, len(position.moves))
        assert whole == len(position.moves) + 1 or (suicide and whole > 5)


def test_a_suicide_ends_what_is_known():
    # Black fills the last liberty of its own two stones: where it played cannot be seen on the boards.
    position = play(setup("X . O\nO O .\n. . .", suicide=True), "B3 A3 C1")
    start, moves = recent(position.rules, position.row)
    assert moves == (0, 8) and not (start.stones == BLACK).any() and start.to_play == WHITE


# How it plays


@needs_gnugo
def test_a_match_with_random_play():
    rules = Rules(5, 0.5)
    with GnuGo(rules, level=1) as strong:
        match = play_match(strong, RandomPlayer(0), rules, 4)
        assert match.wins == 4 and strong.name == "GNU Go 1"
        assert strong.moves(Boards(rules, 0)).shape == (0,)
        again = play_match(strong, RandomPlayer(0), rules, 2)
    assert again.wins == 2


@needs_gnugo
def test_it_analyses_and_follows_its_seed():
    rules = Rules(5)
    answers = []
    for _ in range(2):
        with GnuGo(rules, seed=3) as player:
            analysis = player.analyse(Position(rules))
            position = play(Position(rules), "C3 B2")
            answers.append((analysis.move, player.analyse(position).move))
    assert answers[0] == answers[1]
    assert analysis.visits.sum() == analysis.visits[analysis.move] == 1
    assert np.isnan(analysis.values).all() and analysis.value == 0


@needs_gnugo
def test_games_that_are_over_get_no_move_and_other_boards_an_error():
    boards = Boards(Rules(5), 2)
    boards.play([25, 0])
    boards.play([25, 1])
    with GnuGo(Rules(5), level=1) as player:
        chosen = player.moves(boards)
        assert chosen[0] == -1 and boards.legal()[1, chosen[1]]
        with pytest.raises(ValueError, match="boards of size 6: this GNU Go plays on 5"):
            player.moves(Boards(Rules(6), 1))


@needs_gnugo
def test_a_move_that_repeats_an_older_position_is_chosen_anew(monkeypatch):
    """It is shown seven moves, and so it may not know of the repetition."""
    rules = Rules(5)
    with GnuGo(rules, level=1) as player:
        send, said = player.send, []

        def tell(command):
            said.append(command)
            return "C3" if command.startswith("genmove") else send(command)

        monkeypatch.setattr(player, "send", tell)
        position = play(Position(rules), "C3")
        move = player.analyse(position).move
    assert said[0] == "genmove white" and said[1].startswith("restricted_genmove white A5 B5")
    assert position.legal_moves()[move] and "C3" not in said[1].split()


@needs_gnugo
def test_commands_and_refusals():
    with GnuGo(Rules(5)) as player:
        assert player.send("name") == "GNU Go" and player.send("query_boardsize") == "5"
        with pytest.raises(ValueError, match="refuses 'dance': unknown command"):
            player.send("dance")
    with pytest.raises(RuntimeError, match="has been ended"):
        player.send("name")


def test_where_it_is_missing_that_is_told(monkeypatch):
    monkeypatch.setattr(gnugo, "PLACES", ())
    assert find_gnugo() is None
    with pytest.raises(RuntimeError, match="GNU Go is not installed. Debian and Ubuntu have it"):
        GnuGo(Rules(5))
