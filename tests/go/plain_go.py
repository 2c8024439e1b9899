"""Go in plain Python, slowly and by the letter of the rules: a second opinion for the tests of the compiled engine.

It shares no idea with the engine: boards are tuples, chains are flood-filled anew each time, a move is tried out on a
copy, and repetition is looked up among the exact boards of the game.
"""

import functools

EMPTY, BLACK, WHITE = 0, 1, 2


@functools.cache
def neighbours(size):
    """The points beside each point, row by row from the top left."""
    beside = ((0, 1), (1, 0), (0, -1), (-1, 0))
    inside = range(size)
    return [
        [(r + dr) * size + c + dc for dr, dc in beside if r + dr in inside and c + dc in inside]
        for r in inside
        for c in inside
    ]


def region(board, point, size):
    """The points of its colour that a point is connected to, and the colours around them."""
    seen, waiting, around = {point}, [point], set()
    while waiting:
        for near in neighbours(size)[waiting.pop()]:
            if board[near] != board[point]:
                around.add(board[near])
            elif near not in seen:
                seen.add(near)
                waiting.append(near)
    return seen, around


def after(board, point, colour, size):
    """Put a stone on a board, and take what is without liberty: the opponent's stones first, then one's own.

    Returns:
      The board, how many of the opponent's stones were taken, how many of one's own.
    """
    board, taken = list(board), [0, 0]
    board[point] = colour
    for i, (owner, points) in enumerate(((3 - colour, neighbours(size)[point]), (colour, [point]))):
        chains = [region(board, near, size) for near in points if board[near] == owner]
        dead = {stone for chain, around in chains if EMPTY not in around for stone in chain}
        for stone in dead:
            board[stone] = EMPTY
        taken[i] = len(dead)
    return tuple(board), *taken


def area(board, size):
    """The points of (Black, White): stones, and empty regions that border on one colour alone. Tromp and Taylor."""
    points = [0, 0, 0]
    for point, colour in enumerate(board):
        around = {colour} if colour else region(board, point, size)[1]
        points[around.pop() if len(around) == 1 else EMPTY] += 1
    return points[BLACK], points[WHITE]


def is_own_eye(board, point, colour, size):
    """Whether a point is an eye as light playouts understand it: by row and column, and without a wall."""
    row, column = divmod(point, size)
    corners = [(row + dr, column + dc) for dr in (-1, 1) for dc in (-1, 1)]
    inside = [board[r * size + c] for r, c in corners if 0 <= r < size and 0 <= c < size]
    allowed = 1 if len(inside) == 4 else 0
    return all(board[near] == colour for near in neighbours(size)[point]) and inside.count(3 - colour) <= allowed


class PlainGame:
    """A game from the empty board; its rules are those of `course_lib.go.rules.Rules`, given one by one."""

    def __init__(self, size, ko, suicide, limit):
        self.size, self.ko, self.suicide, self.limit = size, ko, suicide, limit
        self.to_play, self.moves, self.captured = BLACK, [], [0, 0]
        self.boards = [(EMPTY,) * size**2]
        self.movers = [BLACK]  # whose turn it was on each board

    @property
    def over(self):
        """Whether two passes in a row or the limit have ended it."""
        return self.moves[-2:] == [self.size**2] * 2 or len(self.moves) >= self.limit

    def why_illegal(self, move):
        """ "over", "occupied", "suicide", "ko" or "repetition"; None where the move is legal."""
        if self.over:
            return "over"
        if move == self.size**2:
            return None
        if self.boards[-1][move]:
            return "occupied"
        board, taken, own = after(self.boards[-1], move, self.to_play, self.size)
        if own and not self.suicide:
            return "suicide"
        if self.ko == "simple":  # the stone that was put last is taken, and the board is that of two moves ago
            last_was_a_stone = self.moves and self.moves[-1] < self.size**2
            return "ko" if last_was_a_stone and taken == 1 and self.boards[-2:-1] == [board] else None
        before = zip(self.boards, self.movers, strict=True)
        alike = (b for b, mover in before if self.ko == "positional" or mover == 3 - self.to_play)
        return "repetition" if board in alike else None

    def legal(self):
        """Which of the size² + 1 moves are legal."""
        return [self.why_illegal(move) is None for move in range(self.size**2 + 1)]

    def play(self, move):
        """Play a legal move."""
        board = self.boards[-1]
        if move < self.size**2:
            board, taken, own = after(board, move, self.to_play, self.size)
            self.captured[2 - self.to_play] += taken
            self.captured[self.to_play - 1] += own
        self.to_play = 3 - self.to_play
        self.moves.append(move)
        self.boards.append(board)
        self.movers.append(self.to_play)
