"""Kernels: what Numba compiles, and learners' functions inside."""

import functools
import shutil

import numpy as np
import pytest

from course_lib.go import compiled, engine, planes, scoring, superko
from course_lib.go.boards import Boards
from course_lib.go.compiled import Kernel
from course_lib.go.engine import legal_moves, put_stone
from course_lib.go.layout import padded_points, point_of
from course_lib.go.playouts import is_own_eye, play_out, playout_scores, random_below
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, Rules
from course_lib.workbook.exercise import Exercise


@functools.partial(Exercise, context="numba")  # not `exercise`: no other test shall come across it
def half(number):
    """The library's own."""
    return number // 2


@Kernel
def quarter(number):
    """Calls an exercise."""
    return half(half(number))


@Kernel
def quarters(numbers):
    """Calls a kernel that calls one."""
    total = 0
    for number in numbers:
        total += quarter(number)
    return total


@Kernel
def doubled(number):
    """Calls none."""
    return 2 * number


@pytest.fixture(autouse=True)
def the_librarys_own():
    """Whatever a test accepts is forgotten again."""
    yield
    half.reset()
    is_own_eye.reset()


NUMBERS = np.array([4, 8, 9])  # quarters: 1 + 2 + 2


def round_up(number):
    return (number + 1) // 2


def test_a_kernel_is_the_function_compiled():
    assert quarters(NUMBERS) == quarters.plain(NUMBERS) == 5 and doubled(21) == doubled.plain(21) == 42
    assert quarters.__name__ == "quarters" and quarters.__doc__ == "Calls a kernel that calls one."


def test_exercises_are_found_through_other_kernels():
    assert quarters.exercises == quarter.exercises == {"test_go_compiled.half": half} and doubled.exercises == {}
    assert playout_scores.exercises["go.is_own_eye"] is play_out.exercises["go.is_own_eye"] is is_own_eye


def test_an_accepted_function_is_what_runs_from_then_on():
    assert quarters(NUMBERS) == 5
    half.accept(round_up)  # 4 → 2 → 1, 8 → 4 → 2, 9 → 5 → 3
    assert quarters(NUMBERS) == 6
    half.reset()
    assert quarters(NUMBERS) == 5


def test_what_is_right_and_slow_is_not_used():
    half.accept(round_up, slowdown=half.slow + 1)
    assert quarters(NUMBERS) == 5


def test_each_version_is_compiled_once():
    own = quarters.compiled()
    half.accept(round_up)
    theirs = quarters.compiled()
    assert theirs is not own and theirs is quarters.compiled() and doubled.compiled() is doubled.compiled()
    half.reset()
    assert quarters.compiled() is own
    half.accept(round_up)
    assert quarters.compiled() is theirs


def test_only_the_librarys_own_is_kept_on_disk():
    # `stats` says where a compiled function is kept; a learner's version would be found there by the next learner.
    assert quarters.compiled().stats.cache_path and doubled.compiled().stats.cache_path
    half.accept(round_up)
    assert quarters.compiled().stats.cache_path is None
    assert doubled.compiled().stats.cache_path  # it contains nothing of theirs


def test_the_folder_of_compiled_code_changes_with_any_source(tmp_path, monkeypatch):
    # Numba itself would look at the file of the outermost function alone, and miss a change in what that one calls.
    sources = tmp_path / "go"
    shutil.copytree(compiled.__file__.removesuffix("compiled.py"), sources, ignore=lambda *_: ["__pycache__"])
    monkeypatch.setattr(compiled, "__file__", str(sources / "compiled.py"))
    first = compiled._cache_by_content()
    assert first == compiled._cache_by_content() and first.startswith(str(sources))
    with (sources / "scoring.py").open("a") as source:
        source.write("# another line\n")
    assert compiled._cache_by_content() != first


# The exercise of this wing that kernels call


def never(colours, point, width, player):
    return False


def always(colours, point, width, player):
    return True


def ends(games=100, **rules):
    differences = np.empty(games, np.int32)
    playout_scores(Position(Rules(5, **rules)).row, np.zeros(1, np.uint64), differences)
    return differences


def test_playouts_run_on_the_learners_eyes():
    own = ends()
    is_own_eye.accept(always)  # no move is sensible then: two passes, and an empty board
    assert (ends() == 0).all()
    is_own_eye.accept(never)  # own eyes are filled
    assert (ends() != own).any() and (ends() != 0).any()
    is_own_eye.reset()
    assert (ends() == own).all()


# Every kernel as ordinary Python


def games(count=12, moves=30, size=4, seed=0):
    """Rows of random games."""
    boards, rng = Boards(Rules(size, suicide=True), count), np.random.default_rng(seed)
    for _ in range(moves):
        boards.play([rng.choice(np.flatnonzero(legal[:-1])) if legal[:-1].any() else -1 for legal in boards.legal()])
    return boards.rows


def both(kernel, row, *args):
    """What a kernel returns compiled and plain, and what it leaves in a row and in its other arrays."""
    results = []
    for function in (kernel, kernel.plain):
        given = [row.copy(), *(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args)]
        with np.errstate(over="ignore"):  # the generator of random numbers counts modulo 2⁶⁴
            result = function(*given)
        results.append([np.asarray(result).tolist() if result is not None else None])
        results[-1] += [arg.tolist() for arg in given if isinstance(arg, np.ndarray)]
    return results


def test_plain_kernels_do_what_compiled_ones_do():
    size = 4
    room, points = np.zeros(padded_points(size), np.int32), np.zeros(size**2, np.int32)
    rng, gather = np.array([2**64 - 5], np.uint64), np.arange(size**2)
    kernels = [
        (legal_moves, np.zeros(size**2 + 1, bool)),
        (scoring.owners, room, room.copy()),
        (scoring.area_difference, room, room.copy()),
        (planes.write_planes, gather, np.zeros((size**2, 17), np.uint8)),
        (play_out, rng, points, points.copy()),
        (playout_scores, rng, np.zeros(3, np.int32)),
        (superko.remember,),
        (engine.play, size**2, points),
    ]
    for row in games():
        for kernel, *args in kernels:
            compiled_result, plain_result = both(kernel, row, *args)
            assert compiled_result == plain_result, kernel.__name__


def test_plain_random_numbers_are_the_compiled_ones():
    first, second = np.array([2**64 - 5], np.uint64), np.array([2**64 - 5], np.uint64)
    with np.errstate(over="ignore"):
        assert [random_below(first, 361) for _ in range(20)] == [random_below.plain(second, 361) for _ in range(20)]


def test_plain_kernels_of_a_move_do_what_compiled_ones_do():
    taken, legal, moves = np.zeros(16, np.int32), np.empty(17, bool), 0
    for row in [*games(20, moves=12), *games(20, moves=24)]:
        legal_moves(row, legal)
        for move in np.flatnonzero(legal[:-1]):
            point = point_of(row, move)
            for kernel, *args in [
                (engine.has_liberty_after, point, BLACK),
                (engine.is_playable, point),
                (engine.is_legal, move),
                (superko.repeats, point),
                (superko.hash_after, point),
                (put_stone, point, taken),
                (engine.play, move, taken),
            ]:
                compiled_result, plain_result = both(kernel, row, *args)
                assert compiled_result == plain_result, kernel.__name__
            moves += 1
    assert moves > 100
