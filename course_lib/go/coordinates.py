"""Moves as people write them: a letter for the column (there is no I) and a number for the row, from the bottom."""

LETTERS = "ABCDEFGHJKLMNOPQRST"


def to_vertex(move, size):
    """Name a move.

    Args:
      move: row · size + column, counted from the top left; size² is the pass.
      size: points on a side.

    Returns:
      For instance "C3", or "pass".

    Raises:
      ValueError: there is no such move.
    """
    if not 0 <= move <= size**2:
        raise ValueError(
            f"move {move} is none: 0 to {size**2 - 1} are the points of this board, {size**2} is the pass."
        )
    if move == size**2:
        return "pass"
    row, column = divmod(int(move), size)
    return f"{LETTERS[column]}{size - row}"


def from_vertex(text, size):
    """Read a move such as "c3" or "pass".

    Returns:
      Its number, as in `to_vertex`.

    Raises:
      ValueError: it is no move of this board.
    """
    name = str(text).strip().upper()
    if name == "PASS":
        return size**2
    letter, number = name[:1], name[1:]
    if not (letter and letter in LETTERS[:size] and number.isascii() and number.isdigit() and 1 <= int(number) <= size):
        raise ValueError(
            f"{text!r} is no point of a {size} by {size} board: "
            f"write A to {LETTERS[size - 1]} (there is no I) and 1 to {size}, such as A1, or pass."
        )
    return (size - int(number)) * size + LETTERS.index(letter)
