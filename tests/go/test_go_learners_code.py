"""The compiled search runs on learners' versions of the exercises: some written differently, some that show."""

import numpy as np
import pytest

from course_lib.go import mcts, playouts, tree
from course_lib.go.boards import Boards
from course_lib.go.rules import Rules
from course_lib.go.search import Search, SearchSettings
from course_lib.workbook import examine

RULES = Rules(size=5, komi=0.5)
MOVES = RULES.num_moves
FAVOURITE = 7


def eye_by_its_window(colours, point, width, player):
    closed, hostile, wall = 0, 0, 0
    for line in range(-1, 2):
        for column in range(-1, 2):
            colour = colours[point + line * width + column]
            if (line + column) % 2 == 1:
                closed += colour == player or colour == 3
            elif colour == 3:
                wall = 1
            elif colour == 3 - player:
                hostile += 1
    return closed == 4 and hostile + wall <= 1


def ucb1_at_once(visits, total_values, exploration):
    tries = np.maximum(visits, 1)
    bonus = exploration * np.sqrt(np.log(max(visits.sum(), 1)) / tries)
    return np.where(visits > 0, total_values / tries + bonus, np.inf)


def puct_at_once(priors, visits, total_values, exploration):
    return total_values / np.maximum(visits, 1) + exploration * priors * np.sqrt(visits.sum()) / (1 + visits)


def backup_at_once(visits, total_values, leaf_value):
    return visits + 1, total_values + leaf_value * (-1.0) ** np.arange(len(visits), 0, -1)


WRITTEN_DIFFERENTLY = {
    playouts.is_own_eye: eye_by_its_window,
    mcts.ucb1_scores: ucb1_at_once,
    mcts.puct_scores: puct_at_once,
    mcts.backup: backup_at_once,
}


def ucb1_in_float32(visits, total_values, exploration):
    scores = np.zeros_like(total_values)
    for move in range(len(visits)):
        if visits[move] == 0:
            scores[move] = np.inf
        else:
            scores[move] = total_values[move] / visits[move]
            scores[move] += exploration * np.sqrt(np.log(visits.sum()) / visits[move])
    return scores


def ucb1_as_a_list(visits, total_values, exploration):
    log = np.log(max(visits.sum(), 1))
    bonus = [exploration * np.sqrt(log / n) if n > 0 else np.inf for n in visits]
    return [total_values[move] / max(visits[move], 1) + bonus[move] for move in range(len(visits))]


def puct_in_float32(priors, visits, total_values, exploration):
    scores = np.zeros_like(priors)
    for move in range(len(visits)):
        if visits[move] > 0:
            scores[move] = total_values[move] / visits[move]
        scores[move] += exploration * priors[move] * np.sqrt(visits.sum()) / (1 + visits[move])
    return scores


def puct_as_a_list(priors, visits, total_values, exploration):
    root = np.sqrt(visits.sum())
    q = [w / n if n > 0 else 0.0 for n, w in zip(visits, total_values)]  # noqa: B905  # Numba knows no `strict`
    return [q[move] + exploration * priors[move] * root / (1 + visits[move]) for move in range(len(priors))]


def backup_as_lists(visits, total_values, leaf_value):
    new_visits, new_totals, value = [], [], leaf_value
    for edge in range(len(visits) - 1, -1, -1):
        value = -value
        new_visits.append(visits[edge] + 1)
        new_totals.append(total_values[edge] + value)
    return new_visits[::-1], new_totals[::-1]


@pytest.fixture(autouse=True)
def _library_afterwards():
    yield
    for exercise in WRITTEN_DIFFERENTLY:
        exercise.reset()


def evaluate(planes, rows):
    """Any move, and a value that depends on the stones, in the types in which a network answers."""
    count = len(planes)
    values = np.sin(planes.reshape(count, -1).sum(axis=1)).astype(np.float32)
    return np.full((count, MOVES), 1 / MOVES, np.float32), values


def search(run):
    """A search of two games from the empty board, 60 simulations each, with playouts or with `evaluate`."""
    searched = Search(RULES, games=2, simulations=60, settings=SearchSettings(symmetries=False), seed=3)
    if run == "playouts":
        searched.run_playouts(Boards(RULES, 2))
    else:
        searched.run(Boards(RULES, 2), evaluate)
    return searched


def searched_alike(one, other):
    np.testing.assert_array_equal(one.visits, other.visits)
    np.testing.assert_allclose(one.edge_values, other.edge_values, rtol=1e-5)


def accept(answers):
    for exercise, answer in answers.items():
        result = examine(exercise, answer)
        assert result.status == "accepted", result
        exercise.accept(answer, result.slowdown)
        assert exercise.for_training is answer


@pytest.mark.slow
def test_what_a_check_accepts_runs_in_the_search():
    """All four at once, so that the search is compiled once: the same trees as with the library's own."""
    before = {run: search(run) for run in ("playouts", "network")}
    accept(WRITTEN_DIFFERENTLY)
    for run, expected in before.items():
        searched_alike(search(run), expected)


@pytest.mark.parametrize("answer", [ucb1_in_float32, ucb1_as_a_list, puct_in_float32, puct_as_a_list])
def test_scores_may_be_of_other_types_than_the_librarys(answer):
    """Each alone, the other formula being the library's: both stand in one compiled function."""
    searched = search("network")
    scored, formula = (mcts.ucb1_scores, tree.UCB1) if answer.__name__[:4] == "ucb1" else (mcts.puct_scores, tree.PUCT)
    selection = searched.selection._replace(formula=formula)

    def best():
        return [tree.best_move(searched.trees, 0, node, selection, np.ones(1, np.uint64)) for node in range(5)]

    expected = best()
    accept({scored: answer})
    assert best() == expected


def test_a_backup_may_return_lists():
    searched, path = search("network"), np.zeros(1, np.int32)
    accept({mcts.backup: backup_as_lists})
    visits, total = searched.trees.visits[0, 0, 0], searched.trees.totals[0, 0, 0]
    tree.back_up(searched.trees, 0, path, path, 0.5)
    assert searched.trees.visits[0, 0, 0] == visits + 1
    assert searched.trees.totals[0, 0, 0] == pytest.approx(total - 0.5)


def ucb1_with_a_favourite(visits, total_values, exploration):
    scores = np.zeros(len(visits))
    scores[FAVOURITE] = 1.0
    return scores


def puct_with_a_favourite(priors, visits, total_values, exploration):
    scores = np.zeros(len(visits))
    scores[FAVOURITE] = 1.0
    return scores


def backup_of_a_quarter(visits, total_values, leaf_value):
    return visits + 1, total_values + 0.25


@pytest.mark.slow
def test_the_search_runs_on_the_learners_versions():
    """Marked versions show in the results: all walks go to a favourite, whatever happens is worth ¼."""
    before = {run: search(run) for run in ("playouts", "network")}
    mcts.ucb1_scores.accept(ucb1_with_a_favourite)
    mcts.puct_scores.accept(puct_with_a_favourite)
    mcts.backup.accept(backup_of_a_quarter)
    for run in before:
        searched = search(run)
        np.testing.assert_array_equal(searched.visits[:, FAVOURITE], [59, 59])  # the first simulation adds the root
        np.testing.assert_array_equal(searched.edge_values[:, FAVOURITE], [0.25, 0.25])
    for exercise in WRITTEN_DIFFERENTLY:
        exercise.reset()
    for run, expected in before.items():
        searched_alike(search(run), expected)


def everything_is_an_eye(colours, point, width, player):
    return True


def test_playouts_run_on_the_learners_eyes():
    """If every empty point is an eye, both sides only pass, and what stands on the board decides.

    After any first stone Black owns all of it, and nothing after a pass: with half a point of komi, 1 and −1.
    """
    playouts.is_own_eye.accept(everything_is_an_eye)
    searched = Search(RULES, games=1, simulations=MOVES + 1, seed=3)
    searched.run_playouts(Boards(RULES, 1))  # the root, then each move once
    np.testing.assert_array_equal(searched.visits, np.ones((1, MOVES)))
    np.testing.assert_array_equal(searched.edge_values, [[1.0] * RULES.points + [-1.0]])
