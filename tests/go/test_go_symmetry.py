"""The eight symmetries: drawn by hand, as a group, and back again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.go.symmetry import SYMMETRIES, apply_symmetry, gather_tables, return_tables, undo_symmetry

# 1 2 3
# 4 5 6
# 7 8 9, turned against the clock k mod 4 times, then mirrored left and right if k ≥ 4.
SEEN = {
    0: "123456789",
    1: "369258147",
    2: "987654321",
    3: "741852963",
    4: "321654987",
    5: "963852741",
    6: "789456123",
    7: "147258369",
}


def board(digits):
    """[3, 3, 1]."""
    return np.array([int(digit) for digit in digits]).reshape(3, 3, 1)


@pytest.mark.parametrize("symmetry", SEEN)
def test_all_eight_by_hand(symmetry):
    assert apply_symmetry(board(SEEN[0]), symmetry).tolist() == board(SEEN[symmetry]).tolist()
    policy = np.append(board(SEEN[symmetry]).ravel(), 0)
    assert undo_symmetry(policy, symmetry).tolist() == [*range(1, 10), 0]


def test_they_are_a_group():
    """One after the other is another of them, each can be undone by one, and all are different."""
    pictures = list(SEEN.values())
    assert len(set(pictures)) == SYMMETRIES == len(pictures)
    table = np.empty((8, 8), int)
    for first in range(8):
        for second in range(8):
            both = apply_symmetry(apply_symmetry(board(SEEN[0]), first), second)
            table[first, second] = pictures.index("".join(map(str, both.ravel())))
    assert all(sorted(line) == list(range(8)) for line in [*table, *table.T])
    assert [int(np.flatnonzero(line == 0)[0]) for line in table] == [
        0,
        3,
        2,
        1,
        4,
        5,
        6,
        7,
    ]  # only turns have another inverse
    assert table[1, 4] == 5 and table[4, 1] == 7  # the order matters


def test_all_of_them_are_made_of_two_mirror_images():
    """Left and right, and at the diagonal: a quarter turn is one after the other."""
    reached, known = [board(SEEN[0])], {SEEN[0]}
    for picture in reached:
        for flipped in (picture[:, ::-1], picture.swapaxes(0, 1)):
            digits = "".join(map(str, flipped.ravel()))
            if digits not in known:
                known.add(digits)
                reached.append(flipped)
    assert known == set(SEEN.values())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 19), st.integers(0, 7), st.lists(st.integers(1, 3), max_size=2))
def test_undoing_brings_every_point_home(seed, size, symmetry, before):
    """What a network says of each turned point, read off the board itself, for boards of any size and batch."""
    rng = np.random.default_rng(seed)
    boards, passes = rng.normal(size=(*before, size, size, 1)), rng.normal(size=(*before, 1))
    seen = apply_symmetry(boards, symmetry)
    assert seen.shape == boards.shape
    said = np.concatenate([seen.reshape(*before, size * size), passes], axis=-1)
    back = undo_symmetry(said, symmetry)
    assert (back[..., :-1] == boards.reshape(*before, size * size)).all() and (back[..., -1:] == passes).all()


def test_channels_stay_beside_their_points_and_boards_by_themselves():
    rng = np.random.default_rng(0)
    boards = rng.normal(size=(4, 5, 5, 17))
    for symmetry in range(8):
        seen = apply_symmetry(boards, symmetry)
        for number in range(4):
            for channel in (0, 16):
                alone = apply_symmetry(boards[number, :, :, channel : channel + 1], symmetry)[..., 0]
                assert (seen[number, :, :, channel] == alone).all()


def test_inputs_stay_and_types_are_kept():
    boards, policy = np.ones((2, 3, 3, 1), np.uint8), np.arange(10, dtype=np.float32)
    assert apply_symmetry(boards, 5).dtype == np.uint8 and undo_symmetry(policy, 5).dtype == np.float32
    assert (policy == np.arange(10)).all()


@pytest.mark.parametrize("size", [2, 5, 9])
def test_gather_tables_look_the_turned_board_up(size):
    boards = np.random.default_rng(size).normal(size=(size, size, 3))
    tables = gather_tables(size)
    assert tables.shape == (8, size * size)
    for symmetry in range(8):
        gathered = boards.reshape(size * size, 3)[tables[symmetry]]
        assert (gathered.reshape(size, size, 3) == apply_symmetry(boards, symmetry)).all()


@pytest.mark.parametrize("size", [2, 5, 9])
def test_return_tables_look_each_move_up(size):
    turned = np.random.default_rng(size).normal(size=size * size + 1)
    tables = return_tables(size)
    assert tables.shape == (8, size * size + 1) and (tables[:, -1] == size * size).all()
    for symmetry in range(8):
        assert (turned[tables[symmetry]] == undo_symmetry(turned, symmetry)).all()


def test_the_tables_undo_each_other():
    """A point is seen where a table says, and the other table finds it there."""
    gather, back = gather_tables(5), return_tables(5)
    for symmetry in range(8):
        assert (gather[symmetry][back[symmetry, :-1]] == np.arange(25)).all()
        assert sorted(gather[symmetry]) == list(range(25)) and sorted(back[symmetry]) == list(range(26))


def test_the_tables_by_hand():
    # 0 1   turned against the clock  1 3: what is seen first is point 1. Move 0 went to the place 2.
    # 2 3                             0 2
    assert gather_tables(2)[1].tolist() == [1, 3, 0, 2]
    assert return_tables(2)[1].tolist() == [2, 0, 3, 1, 4]
