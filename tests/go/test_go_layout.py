"""How a game lies in a row."""

import numpy as np
import pytest

from course_lib.go.engine import new_row
from course_lib.go.layout import COLOURS, move_of, padded_points, point_of, points_of, row_length, slots
from course_lib.go.rules import Rules


def test_the_padded_board_of_3_by_3():
    # Width 4: a wall on the left of each row is also that on the right of the row above, and one point more ends it.
    #   3 3 3 3
    #   3 . . .
    #   3 . . .
    #   3 . . .
    #   3 3 3 3
    #   3
    colours = new_row(Rules(3))[COLOURS : COLOURS + padded_points(3)]
    assert padded_points(3) == 21 and colours[20] == 3
    assert colours[:20].reshape(5, 4).tolist() == [[3] * 4, [3, 0, 0, 0], [3, 0, 0, 0], [3, 0, 0, 0], [3] * 4]
    assert [point_of(new_row(Rules(3)), move) for move in range(9)] == [5, 6, 7, 9, 10, 11, 13, 14, 15]


@pytest.mark.parametrize("size", range(2, 20))
def test_each_point_has_four_neighbours_in_its_row_of_integers(size):
    row, width = new_row(Rules(size)), size + 1
    points = np.array([point_of(row, move) for move in range(size**2)])
    assert [move_of(row, point) for point in points] == list(range(size**2))
    assert points_of(row) == padded_points(size)
    colours = row[COLOURS : COLOURS + padded_points(size)]
    assert (colours[points] == 0).all() and (colours == 3).sum() == padded_points(size) - size**2
    walls = sum((colours[points + step] == 3).sum() for step in (-width, -1, 1, width))
    assert walls == 4 * size  # each side of the board once for each of its points


@pytest.mark.parametrize("rules", [Rules(2), Rules(9), Rules(19), Rules(5, max_moves=1), Rules(5, max_moves=100)])
def test_the_set_of_positions_is_never_more_than_half_full(rules):
    # The limit's moves lead to one more position than that; the number of places is a power of two.
    places = slots(rules)
    assert places & (places - 1) == 0 and 2 * (rules.limit + 1) <= places < 4 * (rules.limit + 1)
    assert new_row(rules).shape == (row_length(rules),)


def test_what_a_row_costs():
    # 9 by 9: 16 for the header, 5 · 111 for the padded board, 8 · 81 for eight boards, 2 · 512 for 163 positions.
    assert row_length(Rules(9)) == 16 + 5 * 111 + 8 * 81 + 2 * 512
