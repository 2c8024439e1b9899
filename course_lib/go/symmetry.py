"""The eight symmetries of the board. Number k: mirror left and right if k ≥ 4, after k mod 4 quarter turns."""

import numpy as np

from course_lib.workbook import exercise

SYMMETRIES = 8


@exercise(context="numpy")
def apply_symmetry(boards, symmetry):
    """Turn boards by quarter turns against the clock, then mirror them left and right.

    Source: Silver et al. 2017, Methods, on the dihedral group of rotations and reflections.

    Args:
      boards: [..., N, N, C], rows (from the top) and columns before the last axis.
      symmetry: k, 0 to 7: k mod 4 quarter turns against the clock; then mirrored, if k ≥ 4.

    Returns:
      The same shape.
    """
    turned = np.rot90(boards, symmetry % 4, axes=(-3, -2))
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@exercise(context="numpy")
def undo_symmetry(policy, symmetry):
    """Bring a policy that belongs to a turned board back to the board as it was.

    The inverse of `apply_symmetry`, last step first; the pass stays what it is.

    Args:
      policy: [..., N² + 1], the points of the turned board row by row, then the pass.
      symmetry: the k with which `apply_symmetry` made the turned board.

    Returns:
      The same shape.
    """
    size = int(np.sqrt(policy.shape[-1] - 1))
    board = policy[..., :-1].reshape(*policy.shape[:-1], size, size)
    if symmetry >= 4:
        board = board[..., ::-1]
    board = np.rot90(board, -symmetry % 4, axes=(-2, -1))
    return np.concatenate([board.reshape(*policy.shape[:-1], size * size), policy[..., -1:]], axis=-1)


def gather_tables(size):
    """For each symmetry, which point of the board is seen at each point of the turned board.

    turned[i] = board[tables[k, i]], for points row by row.

    Returns:
      int [8, N²].
    """
    numbers = np.arange(size * size).reshape(size, size, 1)
    return np.array([apply_symmetry(numbers, k).ravel() for k in range(SYMMETRIES)])


def return_tables(size):
    """For each symmetry, which move of the turned board each move was: policy[a] = turned policy[tables[k, a]].

    Returns:
      int [8, N² + 1].
    """
    numbers = np.arange(size * size + 1)
    return np.array([undo_symmetry(numbers, k) for k in range(SYMMETRIES)])
