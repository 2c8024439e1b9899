"""Searches of many games in step: how often the network is asked, noise, symmetries, waiting leaves, reuse, teams."""

import threading
import time

import numpy as np
import pytest
from go_diagrams import setup
from go_searches import PLAIN, along, mixed, paths, statistics, told

from course_lib.go.boards import Boards
from course_lib.go.mcts import dirichlet_alpha, noisy_priors
from course_lib.go.position import Position
from course_lib.go.rules import Rules
from course_lib.go.search import Search, SearchSettings
from course_lib.go.search_team import SearchTeam
from course_lib.go.symmetry import apply_symmetry, undo_symmetry

RULES = Rules(size=3, komi=0.5)
MOVES = RULES.num_moves
NOISY = SearchSettings(exploration=1.0, noise=0.4, symmetries=False)


def played(moves):
    """Games on 3 by 3, each after its moves."""
    return Boards.of([along(Position(RULES), path) for path in moves])


class Asked:
    """A network that notes what it is asked."""

    def __init__(self, evaluate):
        self.evaluate, self.planes, self.rows = evaluate, [], []

    def __call__(self, planes, rows):
        self.planes.append(planes.copy())
        self.rows.append(rows.copy())
        return self.evaluate(planes, rows)


def uniform(planes, rows=None):
    """Equal priors, and every position is even."""
    return np.full((len(planes), MOVES), 1 / MOVES, np.float32), np.zeros(len(planes), np.float32)


def test_a_leaf_of_every_game_goes_into_one_call():
    asked, search = Asked(mixed), Search(RULES, 3, 6, PLAIN)
    search.run(played([(), (4,), (0, 8)]), asked)
    assert [len(rows) for rows in asked.rows] == [3] * 6 and asked.planes[0].shape == (3, 3, 3, 17)
    assert asked.planes[0].dtype == np.uint8
    assert (1 + search.visits.sum(axis=1)).tolist() == [6, 6, 6] and search.trees.sizes.tolist() == [6, 6, 6]


def test_the_network_sees_the_boards_it_is_asked_about():
    asked, search = Asked(mixed), Search(RULES, 2, 5, PLAIN)
    search.run(played([(4,), (0, 8)]), asked)
    for planes, rows in zip(asked.planes, asked.rows, strict=True):
        boards = Boards(RULES, 0)
        boards.rows = rows
        np.testing.assert_array_equal(planes, boards.planes())


def test_games_do_not_disturb_each_other_nor_are_they_changed():
    starts = [(), (4,), (4, 0, 8)]
    boards = played(starts)
    before = boards.rows.copy()
    together = Search(RULES, 3, 12, PLAIN)
    together.run(boards, mixed)
    assert (boards.rows == before).all()
    for game, start in enumerate(starts):
        alone = Search(RULES, 1, 12, PLAIN)
        alone.run(played([start]), mixed)
        assert statistics(together.trees, game) == statistics(alone.trees)


def test_games_that_are_over_or_not_asked_for_are_left_alone():
    boards = played([(), (9, 9), (4,)])
    search = Search(RULES, 3, 4, PLAIN)
    search.run(boards, mixed, noise=True)
    assert search.visits.sum(axis=1).tolist() == [3, 0, 3]
    search.forget()
    search.run(boards, mixed, which=np.array([False, True, True]))
    assert search.visits.sum(axis=1).tolist() == [0, 0, 3]
    search.forget()
    search.run_playouts(boards)
    assert search.visits.sum(axis=1).tolist() == [3, 0, 3]
    assert search.values[1] == 0 and np.isnan(search.edge_values[1]).all()


def test_a_network_that_forgets_all_legal_moves_is_as_good_as_one_that_knows_nothing():
    """All of its policy lies on the stone in the middle."""
    search = Search(RULES, 1, 30, PLAIN)
    search.run(played([(4,)]), told(np.eye(MOVES)[4]))
    legal = np.arange(MOVES) != 4
    np.testing.assert_allclose(search.trees.priors[0, 0], legal / 9, rtol=1e-6)
    assert search.visits.sum() == 29 and search.visits[0, 4] == 0 and np.isfinite(search.values).all()
    assert np.isfinite(search.trees.priors).all() and np.isfinite(search.trees.totals).all()


def test_a_full_tree_goes_on_counting():
    """Room for 2 · 3 + 2 nodes; 20 simulations more than fit."""
    search, boards = Search(RULES, 1, 3, PLAIN), played([()])
    for _ in range(9):
        search.run(boards, mixed)
    assert search.trees.sizes[0] == search.trees.visits.shape[1] == 8
    assert 1 + search.visits.sum() == 27 and (np.abs(search.trees.totals) <= search.trees.visits).all()
    search.run_playouts(boards)
    assert 1 + search.visits.sum() == 30 and search.trees.sizes[0] == 8
    search.advance([int(search.visits.argmax())])
    search.run(played([(int(search.visits.argmax()),)]), mixed)
    assert np.isfinite(search.values).all()


def test_what_a_tree_knows_already_is_kept_and_added_to():
    search = Search(RULES, 1, 20, PLAIN)
    search.run(played([()]), mixed)
    move = int(search.visits.argmax())
    kept = int(search.visits[0, move])
    search.advance([move])
    assert 1 + search.visits.sum() == kept
    asked = Asked(mixed)
    search.run(played([(move,)]), asked)
    assert 1 + search.visits.sum() == kept + 20 and sum(map(len, asked.rows)) <= 20
    fresh = Search(RULES, 1, 60, PLAIN)
    fresh.run(played([(move,)]), mixed, kept + 20)
    assert statistics(search.trees) == statistics(fresh.trees)  # without noise the same tree as in one go


def test_noise_is_mixed_in_once_for_each_search_over_legal_moves():
    """Held against the draws of a generator in the same state: at a new root, and again at one that was kept."""
    search, start = Search(RULES, 2, 8, NOISY, seed=4), [(4,), (0, 8)]
    rng = np.random.default_rng([4, 5])
    rng.integers(2**63, size=1)
    boards, alpha = played(start), dirichlet_alpha(MOVES)
    priors = np.where(boards.legal(), mixed(boards.planes())[0], 0)
    priors /= priors.sum(axis=1, keepdims=True)
    search.run(boards, mixed, noise=True)
    gammas = rng.gamma(alpha, size=(2, MOVES))
    expected = [noisy_priors(*each, 0.4) for each in zip(priors, boards.legal(), gammas, strict=True)]
    np.testing.assert_allclose(search.trees.priors[:, 0], expected, rtol=1e-4, atol=1e-6)
    assert not search.trees.priors[:, 0][~boards.legal()].any()
    np.testing.assert_allclose(search.trees.priors[:, 0].sum(axis=1), 1, rtol=1e-5)
    assert (np.abs(expected - priors) > 0.01).any(axis=1).all()

    moves = search.visits.argmax(axis=1)
    search.advance(moves)
    before = search.trees.priors[:, 0].copy()
    after = played([(*path, int(move)) for path, move in zip(start, moves, strict=True)])
    np.testing.assert_allclose(before.sum(axis=1), 1, rtol=1e-5)
    search.run(after, mixed, noise=True)
    gammas = rng.gamma(alpha, size=(2, MOVES))
    expected = [noisy_priors(*each, 0.4) for each in zip(before, after.legal(), gammas, strict=True)]
    np.testing.assert_allclose(search.trees.priors[:, 0], expected, rtol=1e-4, atol=1e-6)


def test_noise_stays_at_the_root_and_away_where_it_is_not_asked_for():
    boards, plain = played([()]), mixed(played([()]).planes())[0][0]
    search = Search(RULES, 1, 8, NOISY)
    search.run(boards, mixed, noise=True)
    for path, node in paths(search.trees).items():
        position = along(Position(RULES), path)
        priors = np.where(position.legal_moves(), mixed(Boards.of([position]).planes())[0][0], 0)
        alike = np.allclose(search.trees.priors[0, node], priors / priors.sum(), atol=1e-5)
        assert alike == (path != ())
    search.forget()
    search.run(boards, mixed)
    np.testing.assert_allclose(search.trees.priors[0, 0], plain, rtol=1e-5)


def test_the_alpha_of_the_settings_is_used():
    """For a large α all draws are alike."""
    settings = SearchSettings(noise=1.0, alpha=1e6, symmetries=False)
    search = Search(RULES, 1, 2, settings)
    search.run(played([()]), mixed, noise=True)
    np.testing.assert_allclose(search.trees.priors[0, 0], 1 / MOVES, rtol=0.02)


def test_symmetries_are_undone():
    """A network that is not symmetric is shown turned boards, and its policies come back to where they belong."""
    start, asked = (0, 1, 5), Asked(mixed)
    boards = played([start] * 64)
    search = Search(RULES, 64, 2, SearchSettings(symmetries=True))
    search.run(boards, asked, 1)
    seen = boards.planes()[0]
    shown = [apply_symmetry(seen, k) for k in range(8)]
    numbers = [[k for k in range(8) if (shown[k] == planes).all()] for planes in asked.planes[0]]
    assert all(len(found) == 1 for found in numbers) and {found[0] for found in numbers} == set(range(8))
    policies = mixed(np.stack(shown))[0]
    for game, (k,) in enumerate(numbers):
        priors = np.where(boards.legal()[0], undo_symmetry(policies[k], k), 0)
        np.testing.assert_allclose(search.trees.priors[game, 0], priors / priors.sum(), rtol=1e-4)


def test_a_symmetric_network_makes_the_same_tree_under_any_symmetry():
    def symmetric(planes, rows):
        each = [mixed(np.stack([apply_symmetry(board, k) for k in range(8)])) for board in planes]
        policies = [np.mean([undo_symmetry(one[k], k) for k in range(8)], axis=0) for one, _ in each]
        return np.array(policies, np.float32), np.array([np.round(values.mean() * 64) / 64 for _, values in each])

    visits = []
    for shown in (False, True):
        search = Search(RULES, 1, 12, SearchSettings(exploration=1.0, symmetries=shown))
        search.run(played([(0, 1, 5)]), symmetric)
        visits.append(search.visits.tolist())
    assert visits[0] == visits[1]


@pytest.mark.parametrize("simulations", [2, 5, 18])
def test_waiting_leaves_count_and_leave_no_trace(simulations):
    """Where nothing is worth anything, nothing but virtual losses could make W other than 0."""
    settings = SearchSettings(exploration=1.0, symmetries=False, leaves_at_once=4, virtual_loss=3)
    search, asked = Search(RULES, 2, simulations, settings), Asked(uniform)
    search.run(played([(), (4,)]), asked)
    assert (1 + search.visits.sum(axis=1)).tolist() == [simulations] * 2
    assert not search.trees.totals[:, : search.trees.sizes[0]].any() and (search.trees.visits >= 0).all()
    sizes = [len(rows) for rows in asked.rows]
    assert sizes[0] == 2 and max(sizes) <= 8 and sum(sizes) == 2 * simulations
    assert len(sizes) == 1 + -(-(simulations - 1) // 4)
    for game in (0, 1):
        for path, node in paths(search.trees, game).items():
            if path:
                parent = paths(search.trees, game)[path[:-1]]
                assert search.trees.visits[game, parent, path[-1]] >= 1 + search.trees.visits[game, node].sum()


def test_a_virtual_loss_sends_the_next_walk_elsewhere():
    """Without it all four walks of a tree go to the same leaf."""
    for loss, different in ((0, 1), (1, 4)):
        settings = SearchSettings(exploration=1.0, symmetries=False, leaves_at_once=4, virtual_loss=loss)
        search, asked = Search(RULES, 1, 5, settings), Asked(told(np.arange(MOVES, 0, -1) / 55))
        search.run(played([()]), asked)
        assert len(asked.rows[1]) == 4 and len(np.unique(asked.rows[1], axis=0)) == different
        assert 1 + search.visits.sum() == 5


def test_leaves_at_once_of_a_single_leaf_change_nothing():
    one, other = (Search(RULES, 1, 15, SearchSettings(symmetries=False, virtual_loss=loss)) for loss in (1, 7))
    for search in (one, other):
        search.run(played([()]), mixed)
    assert statistics(one.trees) == statistics(other.trees)


def test_the_seed_decides():
    def visits(seed):
        search = Search(RULES, 2, 12, seed=seed)
        search.run(played([(), ()]), mixed, noise=True)
        playouts = Search(RULES, 2, 12, seed=seed)
        playouts.run_playouts(played([(), ()]))
        return search.visits.tolist(), playouts.edge_values.tolist()

    np.testing.assert_equal(visits(3), visits(3))
    assert visits(3)[0] != visits(4)[0] and str(visits(3)[1]) != str(visits(4)[1])


def test_a_search_of_fewer_than_two_simulations_is_refused():
    """The first one only looks at the root, and no move would have been visited."""
    with pytest.raises(ValueError, match="simulations=1: 2 or more"):
        Search(RULES, 1, 1)


@pytest.mark.parametrize("size, count", [(9, 2), (3, 1), (3, 5), (2, 2)])
def test_other_boards_are_refused(size, count):
    """Compiled code looks at no bounds."""
    search, boards = Search(RULES, 2, 4, PLAIN), Boards(Rules(size), count)
    says = f"this search is for 2 games on boards of size 3; there came {count} of size {size}."
    for run in (search.run_playouts, lambda boards: search.run(boards, mixed)):
        with pytest.raises(ValueError, match=says):
            run(boards)


# UCT: search by playouts.


def test_uct_values_are_results_of_playouts_and_counts_add_up():
    search = Search(RULES, 2, 50)
    search.run_playouts(played([(), (4,)]), playouts=2)
    assert (1 + search.visits.sum(axis=1)).tolist() == [50, 50]
    assert (search.visits[0] > 0).all() and search.visits[1, 4] == 0
    assert (np.abs(search.trees.totals) <= search.trees.visits + 1e-4).all()
    halves = search.trees.totals[0, 0] * 2  # of two playouts each
    np.testing.assert_allclose(halves, np.round(halves), atol=1e-4)


RACE = """
    X X O O
    X X O O
    X X O O
    . X O ."""  # each side has one liberty, and whoever moves takes everything


@pytest.mark.parametrize("to_play, taking", [(1, 15), (2, 12)])
def test_uct_takes_what_can_be_taken(to_play, taking):
    position = setup(RACE, to_play=to_play, komi=0.5)
    search = Search(position.rules, 1, 200)
    search.run_playouts(Boards.of([position]))
    assert search.visits[0].argmax() == taking and search.visits[0, taking] > 120
    assert search.edge_values[0, taking] > 0.6 > 0 > search.edge_values[0, 16]


@pytest.mark.parametrize("to_play, taking", [(1, 15), (2, 12)])
def test_puct_finds_the_same_with_a_network_that_knows_nothing(to_play, taking):
    """After two moves the game is over: only its ends tell, ±1, and the network is never right about them."""
    position = setup(RACE, to_play=to_play, komi=0.5, max_moves=2)
    search = Search(position.rules, 1, 60, PLAIN)
    wrong = told(np.eye(17)[16])  # it wants to pass, and thinks that everything is even
    search.run(Boards.of([position]), wrong)
    assert search.visits[0].argmax() == taking and search.edge_values[0, taking] > 0.9
    assert search.edge_values[0, 16] < 0


def test_uct_knows_that_the_middle_wins_on_3_by_3():
    """Black in the middle owns all nine points; with 4½ points of komi no other first move wins."""
    rules = Rules(3, 4.5)
    search = Search(rules, 1, 3000)
    search.run_playouts(Boards(rules, 1))
    assert search.visits[0, 4] > 2000 and search.values[0] > 0.15


# Teams.


def test_a_team_plays_what_separate_searches_play():
    """Game by game, with noise, symmetries and reuse, whoever is faster."""
    starts = [(), (4,), (0,), (8, 0), (1,)]
    rng = np.random.default_rng(0)

    def hesitant(planes, rows):
        time.sleep(rng.random() * 0.003 if threading.current_thread() is not threading.main_thread() else 0)
        return mixed(planes, rows)

    team = SearchTeam(RULES, 5, 6, NOISY, seed=3, workers=2)
    single = [Search(RULES, share.stop - share.start, 6, NOISY, 3 * 2 + w) for w, share in enumerate(team.shares)]
    paths_now = [list(start) for start in starts]
    for _ in range(3):
        boards = played([tuple(path) for path in paths_now])
        team.run(boards, hesitant, noise=True)
        for search, share in zip(single, team.shares, strict=True):
            search.run(played([tuple(path) for path in paths_now[share]]), mixed, noise=True)
        for name in ("visits", "edge_values", "values"):
            expected = np.concatenate([getattr(search, name) for search in single])
            np.testing.assert_array_equal(getattr(team, name), expected)
        moves = team.visits.argmax(axis=1)
        team.advance(moves)
        for search, share in zip(single, team.shares, strict=True):
            search.advance(moves[share])
        for path, move in zip(paths_now, moves, strict=True):
            path.append(int(move))


@pytest.mark.parametrize("workers, shares", [(1, [5]), (2, [2, 3]), (9, [1] * 5)])
def test_every_game_has_its_place_in_a_team(workers, shares):
    team = SearchTeam(RULES, 5, 4, PLAIN, workers=workers)
    assert [search.games for search in team.searches] == shares
    team.run(played([()] * 5), mixed)
    assert (team.visits == team.visits[0]).all() and team.visits[0].sum() == 3
    team.forget([0, 3])
    assert team.visits.sum(axis=1).tolist() == [0, 3, 3, 0, 3]
    team.forget()
    assert not team.visits.any()


def test_what_goes_wrong_in_a_thread_is_said():
    def broken(planes, rows):
        raise ArithmeticError("no network")

    with pytest.raises(ArithmeticError, match="no network"):
        SearchTeam(RULES, 4, 4, PLAIN, workers=2).run(played([()] * 4), broken)
