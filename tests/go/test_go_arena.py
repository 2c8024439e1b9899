"""Matches: fair sides, openings in pairs, records that lead to the results."""

import numpy as np
import pytest
from go_searches import along

from course_lib.go import arena
from course_lib.go.arena import Match, play_match
from course_lib.go.boards import Boards
from course_lib.go.players import Player, RandomPlayer
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, WHITE, Rules

RULES = Rules(3, 0.5)


class First(Player):
    """Plays the first legal move, or the last one; notes for whom."""

    def __init__(self, last=False):
        self.last, self.sides = last, []

    def moves(self, boards):
        """The first or last legal move of each game."""
        self.sides.append(boards.to_play.copy())
        legal = boards.legal()
        return legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1) if self.last else legal.argmax(axis=1)


@pytest.mark.parametrize("games", [0, 1, 7, -2])
def test_odd_numbers_of_games_are_refused(games):
    with pytest.raises(ValueError, match=f"games={games}: an even number"):
        play_match(RandomPlayer(), RandomPlayer(1), RULES, games)


def test_records_lead_to_the_results():
    """Games 0, 2, … are those in which the first player is Black; a win counts 1 for it, whatever its side."""
    match = play_match(RandomPlayer(0), RandomPlayer(1), RULES, 12, opening_moves=2, seed=4)
    points = []
    for game, record in enumerate(match.records):
        position = along(Position(RULES), opening(record, match, game))
        assert position.is_over and len(position.moves) == match.lengths[game]
        points.append(position.winner() == (BLACK if game % 2 == 0 else WHITE))
    assert match.wins == sum(points) and match.games == 12 and match.rate == sum(points) / 12
    assert match.as_black == np.mean(points[::2]) and match.as_white == np.mean(points[1::2])
    assert match.distinct == len(set(match.records))


def opening(record, match, game):
    """All moves of a game: the two that were drawn, and those that were chosen."""
    missing = match.lengths[game] - len(record)
    return (*openings(12, 2, 4)[game, :missing], *record)


def openings(games, count, seed):
    """The moves that a match of this seed begins with, [games, count]."""
    boards, rng, drawn = Boards(RULES, games), np.random.default_rng([seed, 10]), []
    for number in range(count):
        arena._open(boards, 1, rng)
        drawn.append(boards.last_moves.copy())
        assert (boards.moves_played == number + 1).all()
    return np.array(drawn).T


def test_openings_are_the_same_for_both_games_of_a_pair():
    drawn = openings(20, 3, 0)
    assert (drawn[::2] == drawn[1::2]).all() and (drawn < RULES.points).all()
    assert len({tuple(moves) for moves in drawn[::2].tolist()}) > 5
    assert (openings(20, 3, 0) == drawn).all() and (openings(20, 3, 1) != drawn).any()


def test_a_full_board_opens_no_further():
    """Where no point is left the game begins earlier; nobody passes in an opening."""
    rules = Rules(2, 0.5)
    match = play_match(First(), First(last=True), rules, 4, opening_moves=30)
    assert (match.lengths <= rules.limit).all() and match.games == 4


def test_sides_take_turns_and_players_are_asked_only_on_theirs():
    """Of two players without chance there are two games, the first as Black and as White."""
    one, other = First(), First(last=True)
    match = play_match(one, other, RULES, 6)
    assert match.distinct == 2 and match.records[0] == match.records[2] and match.records[1] == match.records[3]
    assert match.records[0][:2] == (0, 9) and match.records[1][0] == 9  # who plays last passes
    assert one.sides[0].tolist() == [BLACK] * 3 and other.sides[0].tolist() == [BLACK] * 3
    assert one.sides[1].tolist() == [WHITE] * 3 and other.sides[1].tolist() == [WHITE] * 3
    # Alone on the board, whoever plays wins: with every point, against a player who only passes.
    assert match.rate == match.as_black == match.as_white == 1


def test_draws_count_half():
    """Without komi, on an empty board, after two passes."""
    match = play_match(First(last=True), First(last=True), Rules(3, 0), 4)
    assert match.wins == 2 and match.rate == match.as_black == match.as_white == 0.5
    assert match.lengths.tolist() == [2] * 4 and match.distinct == 1 and match.records == [(9, 9)] * 4


def test_random_play_against_random_play_is_even():
    match = play_match(RandomPlayer(2), RandomPlayer(3), RULES, 200)
    low, high = match.bounds(3.3)
    assert low < 0.5 < high and match.distinct > 150


def test_it_says_how_many_games_are_over():
    heard = []
    play_match(RandomPlayer(0), RandomPlayer(1), RULES, 4, report=heard.append)
    assert heard == sorted(heard) and heard[-1] == 4 and heard[0] == 0


def test_a_match_in_words():
    match = Match(3.5, 8, 0.5, 0.375, np.array([2]), 8, [])
    low, high = match.bounds()
    assert match.rate == 3.5 / 8 and 0.1 < low < match.rate < high < 0.8
    assert str(match) == f"3.5 of 8 ({100 * low:.0f}–{100 * high:.0f} %)"
