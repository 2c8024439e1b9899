"""Examples: the right positions with the right moves and outcomes, turned alike."""

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.go.boards import Boards
from course_lib.go.examples import Examples, held_out
from course_lib.go.expert_games import Games
from course_lib.go.rules import BLACK, EMPTY, WHITE
from course_lib.go.symmetry import SYMMETRIES, apply_symmetry, undo_symmetry

# Black C3, White A5, Black passes, White passes; the first move was drawn at random.
PASS = RULES.points
SHORT = Games(np.array([[12, 0, PASS, PASS, -1]], np.int16), np.array([4]), np.array([1]), np.array([BLACK]))


def test_moves_and_outcomes_by_hand():
    batch = Examples(SHORT, RULES, ahead=3).all()
    assert batch.moves.tolist() == [[0, PASS, PASS], [PASS, PASS, -1], [PASS, -1, -1]]
    assert batch.outcomes.tolist() == [-1, 1, -1]  # White, Black, White to move; Black won
    drawn = SHORT._replace(winners=np.array([EMPTY]))
    assert Examples(drawn, RULES).all().outcomes.tolist() == [0, 0, 0]


def test_planes_are_those_of_the_game():
    boards, batch = Boards(RULES, 1), Examples(SHORT, RULES).all()
    for number, move in enumerate((12, 0, PASS)):
        boards.play([move])
        if number < 3:
            np.testing.assert_array_equal(batch.planes[number], boards.planes()[0])


@pytest.mark.parametrize("symmetry", range(SYMMETRIES))
def test_moves_turn_with_the_board(symmetry):
    """The plane of a stone that will be put there, turned, is where the turned move points."""
    examples = Examples(small_games(), RULES, ahead=2)
    places = examples.places[::7]
    plain = examples.at(places, np.zeros(len(places), int))
    turned = examples.at(places, np.full(len(places), symmetry))
    np.testing.assert_array_equal(turned.planes, apply_symmetry(plain.planes, symmetry))
    for step in range(2):
        known = plain.moves[:, step] >= 0
        one_hot = np.eye(RULES.num_moves)[turned.moves[known, step]]
        np.testing.assert_array_equal(undo_symmetry(one_hot, symmetry).argmax(axis=1), plain.moves[known, step])
        assert (turned.moves[~known, step] == -1).all()
    np.testing.assert_array_equal(plain.outcomes, turned.outcomes)


def test_the_move_played_is_on_an_empty_point():
    batch = Examples(small_games(), RULES).sample(200, np.random.default_rng(0))
    on_board = batch.moves[:, 0] < RULES.points
    occupied = batch.planes[..., :2].any(axis=-1).reshape(200, -1)
    assert on_board.mean() > 0.8 and not occupied[np.flatnonzero(on_board), batch.moves[on_board, 0]].any()


def test_random_beginnings_are_left_out():
    games, examples = small_games(), Examples(small_games(), RULES)
    assert len(examples) == (games.lengths - games.openings).sum()
    assert (examples.places[:, 1] >= games.openings[examples.places[:, 0]]).all()


def test_one_of_each_game():
    games = small_games()
    one, other = Examples(games, RULES, each=1, seed=0), Examples(games, RULES, each=1, seed=1)
    assert one.places[:, 0].tolist() == list(range(len(games.lengths)))
    assert (one.places[:, 1] != other.places[:, 1]).any()
    three = Examples(games, RULES, each=3).places
    assert len(np.unique(three, axis=0)) == len(three) == 3 * len(games.lengths)


def test_samples_are_spread_evenly():
    # 20 000 draws from n positions: each has 20 000 / n on the average, χ² within five deviations of n − 1.
    examples, rng = Examples(small_games(8), RULES), np.random.default_rng(1)
    drawn = examples.places[rng.integers(len(examples), size=20_000)]
    counts = np.unique(drawn, axis=0, return_counts=True)[1]
    chi_square = ((counts - 20_000 / len(examples)) ** 2 / (20_000 / len(examples))).sum()
    assert len(counts) == len(examples) and abs(chi_square - len(examples)) < 5 * np.sqrt(2 * len(examples))


def test_held_out_games_are_others():
    taught, tested = held_out(small_games(), 0.25)
    assert len(taught.lengths) == 30 and len(tested.lengths) == 10
    every = sorted(map(tuple, np.concatenate([taught.moves, tested.moves]).tolist()))
    assert every == sorted(map(tuple, small_games().moves.tolist())) and tested.openings.min() >= 4
    assert len(held_out(small_games(), 0.001)[1].lengths) == 1
    with pytest.raises(ValueError, match="4 games with 7 random moves or more are needed; there are 0"):
        held_out(small_games(), opened=7)


def test_outcomes_are_those_of_both_sides():
    batch = Examples(small_games(), RULES).all()
    black_to_move = batch.planes[:, 0, 0, -1] == 1
    winners = np.repeat(small_games().winners, small_games().lengths - small_games().openings)
    np.testing.assert_array_equal(batch.outcomes, np.where(black_to_move == (winners == BLACK), 1, -1))
    assert WHITE in winners
