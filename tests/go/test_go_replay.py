"""The games that are learned from: what is kept, what is drawn, and what is seen of it."""

import numpy as np
import pytest
import scipy.stats
from go_searches import along

from course_lib.go.boards import Boards
from course_lib.go.position import Position
from course_lib.go.replay import Replay, outcomes_of
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules
from course_lib.go.symmetry import apply_symmetry

RULES = Rules(3, 0.5)
MOVES = RULES.num_moves
GAMES = [(4, 0, 8), (9, 1), (0, 1, 3, 4, 9, 9)]


def policies_for(length, mark=0):
    """A policy for each position of a game, all different: of position t of game `mark`, move t the most."""
    policies = np.full((length, MOVES), 1 / 64)
    policies[np.arange(length), np.arange(length)] = 0.5 + mark / 64
    return policies


def filled(games=GAMES, window=5, winners=(BLACK, WHITE, EMPTY)):
    replay = Replay(RULES, window)
    for mark, moves in enumerate(games):
        replay.add(np.array(moves), policies_for(len(moves), mark), winners[mark % len(winners)])
    return replay


def origin(policies):
    """(game, position) of drawn policies, read off their largest entry."""
    peaks = policies.max(axis=1)
    return np.round((peaks - 0.5) * 64).astype(int)


def test_what_is_drawn_is_what_was_played():
    """Planes and policies under one of the eight symmetries, the outcome for the side to move."""
    replay, winners = filled(), (BLACK, WHITE, EMPTY)
    planes, policies, outcomes = replay.sample(200, np.random.default_rng(0))
    assert planes.shape == (200, 3, 3, 17) and planes.dtype == np.uint8
    assert policies.shape == (200, MOVES) and policies.dtype == outcomes.dtype == np.float32
    expected = {}
    for mark, moves in enumerate(GAMES):
        for count in range(len(moves)):
            seen = Boards.of([along(Position(RULES), moves[:count])]).planes()[0]
            policy = policies_for(len(moves), mark)[count]
            mover = BLACK if count % 2 == 0 else WHITE
            outcome = 0 if winners[mark] == EMPTY else 1 if mover == winners[mark] else -1
            for k in range(8):
                board = apply_symmetry(policy[:-1].reshape(3, 3, 1), k).ravel()
                key = (apply_symmetry(seen, k).tobytes(), np.append(board, policy[-1]).astype(np.float32).tobytes())
                expected.setdefault(key, set()).add(outcome)
    drawn = set()
    for example in range(200):
        key = planes[example].tobytes(), policies[example].tobytes()
        assert outcomes[example] in expected[key]
        drawn.add(key)
    assert len(drawn) > 40  # of at most 8 · 11
    assert set(origin(policies)) == {0, 1, 2}


def test_every_symmetry_is_drawn():
    """A stone in the corner and a policy for the corner stay together wherever they go."""
    replay = Replay(RULES, 1)
    policies = np.zeros((2, MOVES))
    policies[0, 3], policies[1, 0] = 1, 1
    replay.add([0, 1], policies, BLACK)
    planes, policies, _ = replay.sample(300, np.random.default_rng(1))
    second = planes[..., 16].max(axis=(1, 2)) == 0  # White to move
    stones = planes[second][..., 1].reshape(-1, 9)
    assert (policies[second][:, :9] == stones).all() and set(stones.argmax(axis=1)) == {0, 2, 6, 8}
    assert set(policies[~second].argmax(axis=1)) == {1, 3, 5, 7}


def test_before_the_start_of_a_game_there_are_no_boards():
    replay = filled([(0, 1, 3, 4, 6)])
    planes, policies, _ = replay.sample(100, np.random.default_rng(2))
    for board, policy in zip(planes, policies, strict=True):
        stones = board[..., :16].reshape(9, 8, 2).sum(axis=(0, 2))  # on the board now, a move ago, …
        count = int(stones[0])
        assert stones.tolist() == [max(count - back, 0) for back in range(8)]
        assert policy.argmax() < 9 and board[0, 0, 16] == (count % 2 == 0)


def test_all_positions_are_equally_likely():
    """χ² over the 11 positions of three games of 3, 2 and 6 moves."""
    games, numbers = filled()._draw(11_000, np.random.default_rng(3))
    counts = [
        int(((games == game) & (numbers == number)).sum()) for game, n in enumerate((3, 2, 6)) for number in range(n)
    ]
    assert sum(counts) == 11_000
    assert scipy.stats.chisquare(counts).pvalue > 1e-3


def test_a_game_that_was_handed_in_stays_what_it_was():
    """Also where the caller goes on writing into its arrays: in self-play they are views of games in progress."""
    moves, policies = np.array([4, 0, 8], np.int16), policies_for(3).astype(np.float16)
    replay = Replay(RULES, 2)
    replay.add(moves[:3], policies[:3], BLACK)
    moves[:], policies[:] = 7, 0
    assert replay.moves[0, :3].tolist() == [4, 0, 8]
    assert (replay.policies[0] == policies_for(3).astype(np.float16)).all()
    assert replay.sample(20, np.random.default_rng(0))[1].max(axis=1).min() == 0.5


def test_the_newest_games_are_kept():
    replay = Replay(RULES, 3)
    for mark in range(8):
        replay.add([mark] * (1 + mark % 2), policies_for(1 + mark % 2, mark), BLACK)
        assert len(replay) == min(mark + 1, 3) and replay.added == mark + 1
        kept = range(max(0, mark - 2), mark + 1)
        assert replay.positions == sum(1 + each % 2 for each in kept)
        assert set(origin(np.array([policies[0] for policies in replay.policies], float))) == set(kept)
    _, policies, _ = replay.sample(100, np.random.default_rng(4))
    assert set(origin(policies)) == {5, 6, 7}


def test_a_short_game_in_the_place_of_a_long_one():
    replay = filled([(0, 1, 3, 4, 9, 9), (4,)], window=1)
    assert replay.positions == 1 and len(replay) == 1
    planes, policies, _ = replay.sample(9, np.random.default_rng(5))
    assert not planes[..., :16].any() and set(origin(policies)) == {1}


def test_it_grows_beyond_its_first_room_and_no_further_than_its_window():
    replay = Replay(RULES, 300)
    for _ in range(700):
        replay.add([4], np.full((1, MOVES), 0.1), WHITE)
    assert len(replay) == replay.positions == 300 == len(replay.moves)


@pytest.mark.parametrize("games", [[], GAMES, [*GAMES, *GAMES]], ids=["empty", "some", "more than fit"])
def test_what_was_packed_is_unpacked(games):
    """The same games are drawn, and the next ones take the same places."""
    replay, again = filled(games), Replay(RULES, 5)
    arrays = {name: np.array(array) for name, array in replay.pack().items()}
    assert all(array.dtype != object for array in arrays.values())
    again.unpack(arrays)
    for _ in range(2):
        assert (len(again), again.positions, again.added) == (len(replay), replay.positions, replay.added)
        if len(replay):
            both = [each.sample(30, np.random.default_rng(6)) for each in (replay, again)]
            for one, other in zip(*both, strict=True):
                np.testing.assert_array_equal(one, other)
        for each in (replay, again):
            each.add([2, 3], policies_for(2, 9), WHITE)


def test_outcomes_by_hand():
    to_play, winners = np.array([1, 2, 1, 2, 1]), np.array([1, 1, 2, 2, 0])
    assert outcomes_of(to_play, winners).tolist() == [1, -1, -1, 1, 0]
