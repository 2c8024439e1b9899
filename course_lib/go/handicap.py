"""Where handicap stones stand."""


def fixed_points(size, number):
    """Place handicap stones on the star points.

    The stars lie on the third line, from 12 lines on on the fourth. Stones come two by two, to opposite corners and
    sides; one more stands in the middle.

    Source: Farnebäck 2002, "Specification of the Go Text Protocol, version 2, draft 2", section 4.1.1.

    Args:
      size: points on a side, N.
      number: how many stones: 2 to 9 where N is odd and 9 or more, else 2 to 4, and none below 7 lines.

    Returns:
      The points, a list of moves.

    Raises:
      ValueError: so many there are not.
    """
    most = 0 if size < 7 else 9 if size % 2 and size > 7 else 4
    if not 2 <= number <= most:
        allowed = f"2 to {most}" if most else "none"
        raise ValueError(f"invalid number of stones: {number}; a {size} by {size} board has places for {allowed}")
    low = 2 if size < 12 else 3
    middle, high = size // 2, size - 1 - low
    corners = [(high, low), (low, high), (low, low), (high, high)]
    sides = [(middle, low), (middle, high), (low, middle), (high, middle)]
    places = corners[:number] if number < 5 else corners + sides[: (number - 4) // 2 * 2]
    if number in (5, 7, 9):
        places.append((middle, middle))
    return [row * size + column for row, column in places]
