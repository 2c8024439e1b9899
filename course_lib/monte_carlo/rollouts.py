"""Choosing a move by playing on from it at random: flat Monte Carlo, for tic-tac-toe.

A board is an array of nine numbers, row by row: 1 (the first player's cross), −1 (the nought) or 0 (empty).
"""

import functools

import numpy as np

LINES = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]])


def winners(boards):
    """Return who has three in a row.

    Args:
      boards: int [..., 9].

    Returns:
      1, −1 or 0 for each board, int [...].
    """
    sums = np.asarray(boards)[..., LINES].sum(axis=-1)
    return (sums == 3).any(axis=-1).astype(int) - (sums == -3).any(axis=-1)


def playouts(board, player, count, rng):
    """Play a position to its end with random moves on both sides, many times at once.

    Args:
      board: int [9].
      player: whose move it is, 1 or −1.
      count: how many games.
      rng: a `numpy.random.Generator`.

    Returns:
      1, −1 or 0 for each game: who won, int [count].
    """
    boards = np.tile(np.asarray(board), (count, 1))
    result = winners(boards)
    empty = np.flatnonzero(np.asarray(board) == 0)
    order = rng.permuted(np.tile(empty, (count, 1)), axis=1)
    for cells in order.T:
        boards[np.arange(count), cells] = player
        result = np.where(result == 0, winners(boards), result)  # who won first; moves after that change nothing
        player = -player
    return result


def rollout_values(board, player, games, rng):
    """Estimate what each move is worth by random playouts after it.

    Source: Sutton & Barto 2018, section 8.10, rollout algorithms; Tesauro & Galperin 1996.

    Args:
      board: int [9].
      player: whose move it is, 1 or −1.
      games: playouts for each move.
      rng: a `numpy.random.Generator`.

    Returns:
      Mean result from that player's side, −1 … 1, [9]; NaN where there is no such move.

    Raises:
      ValueError: there is no move, or the game is over.
    """
    values = np.full(9, np.nan)
    for cell in legal_moves(board):
        values[cell] = player * playouts(_after(board, cell, player), -player, games, rng).mean()
    return values


def rollout_move(board, player, games, rng):
    """Choose the move with the best mean result of random playouts; see `rollout_values`."""
    return int(np.nanargmax(rollout_values(board, player, games, rng)))


def legal_moves(board):
    """Return the empty cells of a game that is not over.

    Raises:
      ValueError: the board is no board, or the game is over.
    """
    board = np.asarray(board)
    if board.shape != (9,) or not np.isin(board, (-1, 0, 1)).all():
        raise ValueError(f"board={board.tolist()}: nine numbers, each 1, −1 or 0.")
    if winners(board) or board.all():
        raise ValueError("this game is over: there is no move to choose.")
    return np.flatnonzero(board == 0)


def exact_rollout_values(board, player):
    """Compute what `rollout_values` estimates: the expected result of random play after each move.

    Returns:
      [9]; NaN where there is no such move.
    """
    return _values_after(board, player, _random_play)


def perfect_values(board, player):
    """Compute what each move is worth if both sides play perfectly from then on (minimax).

    Returns:
      1 won, 0 drawn, −1 lost, [9]; NaN where there is no such move.
    """
    return _values_after(board, player, _perfect_play)


def _values_after(board, player, value):
    values = np.full(9, np.nan)
    for cell in legal_moves(board):
        values[cell] = -value(tuple(_after(board, cell, player).tolist()), -player)
    return values


@functools.cache
def _random_play(board, player):
    """Expected result for the player to move when both move at random."""
    return _play(board, player, _random_play, np.mean)


@functools.cache
def _perfect_play(board, player):
    """Result for the player to move when both move perfectly."""
    return _play(board, player, _perfect_play, max)


def _play(board, player, value, combine):
    """The result of a game that is over, or what `combine` makes of the moves."""
    if (winner := winners(board)) or all(board):
        return float(player * winner)
    after = (tuple(_after(board, cell, player).tolist()) for cell in np.flatnonzero(np.array(board) == 0))
    return float(combine([-value(position, -player) for position in after]))


def _after(board, cell, player):
    """The board after a move."""
    board = np.array(board)
    board[cell] = player
    return board
