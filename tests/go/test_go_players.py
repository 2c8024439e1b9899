"""Who plays: legal moves, the same ones for the same seed, and analyses that can be believed."""

import numpy as np
import pytest
from go_diagrams import setup
from go_searches import PLAIN, along, mixed

from course_lib.go.boards import Boards
from course_lib.go.players import Analysis, Player, PolicyPlayer, RandomPlayer, UCTPlayer, ZeroPlayer
from course_lib.go.position import Position
from course_lib.go.rules import Rules
from course_lib.go.search import Search

RULES = Rules(3, 0.5)
MAKE = {
    "random": lambda seed=0: RandomPlayer(seed),
    "UCT": lambda seed=0: UCTPlayer(RULES, 12, seed=seed),
    "Zero": lambda seed=0: ZeroPlayer(mixed, RULES, 12, seed=seed),
    "four leaves": lambda seed=0: ZeroPlayer(mixed, RULES, 12, PLAIN.__class__(leaves_at_once=4), seed=seed),
    "policy": lambda seed=0: PolicyPlayer(mixed, seed=seed),
    "drawn": lambda seed=0: PolicyPlayer(mixed, 1.0, seed=seed),
}
players = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
STARTS = [(), (4,), (0, 1, 3), (4, 0, 8, 9)]


@players
def test_moves_are_legal_and_boards_stay_as_they_are(make):
    """In games at different stages; where one is over there is none."""
    player = make()
    boards = Boards.of([along(Position(RULES), path) for path in [*STARTS, (9, 9)]])
    before = boards.rows.copy()
    for _ in range(3):
        moves = player.moves(boards)
        assert moves.shape == (5,) and moves[4] == -1
        assert boards.legal()[np.arange(4), moves[:4]].all()
    assert (boards.rows == before).all()
    assert player.moves(Boards.of([Position(RULES)])).shape == (1,)  # another number of games


@players
def test_an_analysis_says_what_is_played_and_why(make):
    position = along(Position(RULES), (4, 0))
    found = make().analyse(position)
    assert isinstance(found, Analysis) and position.why_illegal(found.move) is None
    assert found.visits.shape == found.values.shape == (10,)
    assert not found.visits[~position.legal_moves()].any() and found.visits[found.move] > 0
    known = found.values[~np.isnan(found.values)]
    assert (np.abs(known) <= 1).all() and -1 <= found.value <= 1
    assert isinstance(found.move, int) and isinstance(found.value, float)


@players
def test_the_seed_decides(make):
    positions = [along(Position(RULES), path) for path in STARTS]

    def told(seed):
        player = make(seed)
        return [player.analyse(position) for position in positions]

    for one, other in zip(told(3), told(3), strict=True):
        np.testing.assert_equal(one, other)


@players
def test_a_game_that_is_over_is_refused(make):
    with pytest.raises(ValueError, match=r"the game is over \(W\+0.5\): there is nothing to think about"):
        make().analyse(along(Position(RULES), (9, 9)))


def test_a_player_of_no_kind_does_not_think():
    with pytest.raises(NotImplementedError):
        Player().moves(Boards(RULES, 1))


def test_random_play_draws_all_legal_moves_alike():
    boards = Boards.of([along(Position(RULES), (4,))] * 1800)
    counts = np.bincount(RandomPlayer(1).moves(boards), minlength=10)
    assert counts[4] == 0 and (np.abs(np.delete(counts, 4) - 200) < 70).all()  # five deviations


def test_zero_plays_what_its_search_looks_at_most():
    """From new trees each time, without noise: values and visits are those of a `Search`."""
    player, position = ZeroPlayer(mixed, RULES, 20, PLAIN, seed=2), along(Position(RULES), (4, 0))
    search = Search(RULES, 1, 20, PLAIN)
    search.run(Boards.of([position]), mixed)
    for _ in range(2):
        found = player.analyse(position)
        np.testing.assert_array_equal(found.visits, search.visits[0])
        np.testing.assert_array_equal(found.values, search.edge_values[0])
        assert found.move == search.visits[0].argmax() and found.value == search.values[0]


def test_uct_sees_who_is_winning():
    """Black owns everything: 1 for Black, −1 for White; it has 12 simulations and says so."""
    text = """
        . X .
        X X X
        . X ."""
    black, white = (setup(text, to_play=to_play, komi=0.5) for to_play in (1, 2))
    player = UCTPlayer(black.rules, 30, playouts=2)
    assert player.analyse(black).value > 0.9 and player.analyse(white).value < -0.9
    assert player.name == "UCT 30" and ZeroPlayer(mixed, RULES, 7).name == "Zero 7"
    assert ZeroPlayer(mixed, RULES, 7, name="new").name == "new" and PolicyPlayer(mixed, name="p").name == "p"


def test_the_policy_alone():
    """The most probable legal move, or drawn by the probabilities of the legal ones; values are the network's."""
    positions = [along(Position(RULES), path) for path in STARTS]
    boards = Boards.of(positions)
    policies, values = mixed(boards.planes())
    legal = np.where(boards.legal(), policies, 0)
    assert (PolicyPlayer(mixed).moves(boards) == legal.argmax(axis=1)).all()
    found = PolicyPlayer(mixed).analyse(positions[1])
    np.testing.assert_allclose(found.visits, legal[1] / legal[1].sum(), rtol=1e-5)
    assert found.value == values[1] and np.isnan(found.values).all()
    many = Boards.of([positions[1]] * 2000)
    counts = np.bincount(PolicyPlayer(mixed, 1.0).moves(many), minlength=10)
    expected = 2000 * legal[1] / legal[1].sum()
    assert (np.abs(counts - expected) <= 5 * np.sqrt(expected) + 1e-9).all()


@pytest.mark.parametrize("temperature", [1.0, 0.1, 0.01, 1e-4])
def test_a_policy_that_forgets_all_legal_moves_still_plays(temperature):
    """And so does one that is cooled down until its powers vanish."""

    def elsewhere(planes, rows):
        policies = np.zeros((len(planes), 10), np.float32)
        policies[:, 4] = 1
        return policies, np.zeros(len(planes), np.float32)

    boards = Boards.of([along(Position(RULES), (4,))] * 50)
    for player in (PolicyPlayer(elsewhere, temperature), PolicyPlayer(elsewhere)):
        moves = player.moves(boards)
        assert (moves >= 0).all() and (moves != 4).all()
    flat = PolicyPlayer(
        lambda planes, rows: (np.full((len(planes), 10), 0.1, np.float32), np.zeros(len(planes))), temperature
    )
    assert (flat.moves(boards) >= 0).all()


def test_cold_draws_are_the_most_probable_move():
    boards = Boards.of([along(Position(RULES), path) for path in STARTS])
    assert (PolicyPlayer(mixed, 1e-3).moves(boards) == PolicyPlayer(mixed).moves(boards)).all()


def test_too_few_simulations_are_refused():
    with pytest.raises(ValueError, match="simulations=1: 2 or more"):
        UCTPlayer(RULES, 1).analyse(Position(RULES))
