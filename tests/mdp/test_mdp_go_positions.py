"""Legal Go positions against the counts of Tromp and Farnebäck, and against a slow count by flood fill."""

import itertools

import pytest

from course_lib.mdp.go_positions import legal_positions


def neighbours(point, size):
    row, column = divmod(point, size)
    around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return [r * size + c for r, c in around if 0 <= r < size and 0 <= c < size]


def has_liberty(board, point, size):
    """Walk the group of a stone until an empty point is next to it."""
    seen, waiting = {point}, [point]
    while waiting:
        for near in neighbours(waiting.pop(), size):
            if board[near] == 0:
                return True
            if board[near] == board[point] and near not in seen:
                seen.add(near)
                waiting.append(near)
    return False


def test_published_counts():
    assert [legal_positions(size) for size in (1, 2, 3)] == [1, 57, 12_675]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_flood_fill_counts_the_same(size):
    boards = itertools.product((0, 1, 2), repeat=size * size)
    points = range(size * size)
    assert legal_positions(size) == sum(all(b[p] == 0 or has_liberty(b, p, size) for p in points) for b in boards)


@pytest.mark.parametrize("size", [0, 4, 19])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match="1 to 3"):
        legal_positions(size)
