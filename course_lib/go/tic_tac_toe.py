"""Tic-tac-toe, with the names that a position of Go has, to warm up on: everything about it is known exactly."""

from typing import NamedTuple

import numpy as np

from course_lib.monte_carlo.rollouts import perfect_values, winners


class TicTacToe(NamedTuple):
    """A position of tic-tac-toe.

    Attributes:
      board: nine numbers row by row: 1 cross, −1 nought, 0 empty.
      to_play: 1 or −1.
    """

    board: tuple = (0,) * 9
    to_play: int = 1

    @property
    def is_over(self):
        """Three in a row, or no empty cell."""
        return bool(winners(self.board)) or all(self.board)

    def legal_moves(self):
        """Which cells are empty, bool [9]; none when the game is over."""
        return np.zeros(9, bool) if self.is_over else np.array(self.board) == 0

    def play(self, move):
        """Play on a cell; returns the position after it.

        Raises:
          ValueError: it is not empty, or the game is over.
        """
        if not (0 <= move < 9 and self.legal_moves()[move]):
            raise ValueError(f"cell {move} cannot be played: {'the game is over' if self.is_over else 'it is taken'}.")
        return TicTacToe((*self.board[:move], self.to_play, *self.board[move + 1 :]), -self.to_play)

    def outcome(self):
        """The result for the side to move of a game that is over: 1, 0 or −1."""
        return float(self.to_play * winners(self.board))

    def perfect_values(self):
        """What each move is worth if both sides play perfectly: 1, 0, −1, NaN where there is no such move, [9]."""
        return perfect_values(np.array(self.board), self.to_play)

    def __str__(self):
        signs = ["·" if cell == 0 else "X" if cell == 1 else "O" for cell in self.board]
        return "\n".join(" ".join(signs[row : row + 3]) for row in (0, 3, 6))
