import numpy as np
import pytest

from course_lib.monte_carlo import rollouts

EMPTY = np.zeros(9, int)
TRAP = np.array([0, 1, 0, -1, 0, 1, 0, 0, 0])


def test_winners_of_three_boards():
    rows = [[1, 1, 1, -1, -1, 0, 0, 0, 0], [1, 1, -1, 0, -1, 0, -1, 0, 1], [1, -1, 1, 1, -1, -1, -1, 1, 1]]
    assert rollouts.winners(rows).tolist() == [1, -1, 0]


def test_a_finished_position_is_not_played_on():
    won = np.array([1, 1, 1, -1, -1, 0, 0, 0, 0])
    assert (rollouts.playouts(won, -1, 50, np.random.default_rng(0)) == 1).all()


def test_the_one_move_left_decides():
    board = np.array([1, -1, 1, 1, -1, -1, 0, 1, -1])  # a cross on 6 completes the left column
    assert (rollouts.playouts(board, 1, 10, np.random.default_rng(0)) == 1).all()
    assert rollouts.rollout_values(board, 1, 10, np.random.default_rng(0))[6] == 1


@pytest.mark.parametrize("board, player", [(EMPTY, 1), (TRAP, -1)])
def test_playouts_average_to_the_exact_values_of_random_play(board, player):
    got = rollouts.rollout_values(board, player, 20_000, np.random.default_rng(0))
    exact = rollouts.exact_rollout_values(board, player)
    assert np.array_equal(np.isnan(got), board != 0)
    assert np.nanmax(np.abs(got - exact)) < 4 / np.sqrt(20_000)


def test_random_play_from_the_empty_board():
    # 5478 positions, of 255 168 games 131 184 are won by the cross: known counts, weighted here by random play
    assert rollouts.exact_rollout_values(EMPTY, 1)[4] == pytest.approx(0.5)
    assert (rollouts.perfect_values(EMPTY, 1) == 0).all()


def test_a_win_at_hand_is_taken():
    board = np.array([1, 1, 0, -1, -1, 0, 0, 0, 0])
    for seed in range(3):
        assert rollouts.rollout_move(board, 1, 200, np.random.default_rng(seed)) == 2
        assert rollouts.rollout_move(board, -1, 200, np.random.default_rng(seed)) == 5


@pytest.mark.parametrize("seed", range(3))
def test_playouts_walk_into_a_trap_however_many_there_are(seed):
    """They take the reply for a random one; the opponent's best reply wins."""
    perfect = rollouts.perfect_values(TRAP, -1)
    assert np.nanmax(perfect) == 0
    move = rollouts.rollout_move(TRAP, -1, 20_000, np.random.default_rng(seed))
    assert move in (0, 6) and perfect[move] == -1


@pytest.mark.parametrize("seed", range(3))
def test_playouts_beat_random_play(seed):
    rng, results = np.random.default_rng(seed), []
    for _ in range(60):
        board, player = EMPTY.copy(), 1
        while not rollouts.winners(board) and not board.all():
            legal = rollouts.legal_moves(board)
            move = rollouts.rollout_move(board, 1, 60, rng) if player == 1 else rng.choice(legal)
            board[move], player = player, -player
        results.append(rollouts.winners(board))
    assert np.mean(results) > 0.75


def test_what_is_no_position_is_refused():
    for board, message in (
        (np.zeros(8, int), "nine numbers"),
        (np.full(9, 2), "nine numbers"),
        (np.array([1, 1, 1, -1, -1, 0, 0, 0, 0]), "over"),
    ):
        with pytest.raises(ValueError, match=message):
            rollouts.rollout_values(board, 1, 5, np.random.default_rng(0))
