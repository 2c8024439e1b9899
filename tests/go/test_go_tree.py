"""The compiled trees: how edges are chosen, how nodes come and go; trees of a few nodes worked out by hand."""

import numpy as np
import pytest
from go_searches import PLAIN, along, mixed, paths, statistics, told

from course_lib.go import tree
from course_lib.go.audit import tree_is_consistent
from course_lib.go.boards import Boards
from course_lib.go.mcts import exploration_rate
from course_lib.go.position import Position
from course_lib.go.rules import Rules
from course_lib.go.search import Search, SearchSettings

RULES = Rules(size=2, komi=0.5)
SIXTEENTHS = np.array([8, 4, 2, 1, 1]) / 16


def searched(evaluate, simulations, settings=PLAIN, rules=RULES, room=64):
    """A search of one game from the empty board."""
    search = Search(rules, 1, room, settings)
    search.run(Boards(rules, 1), evaluate, simulations)
    return search


def test_visits_by_hand_where_nothing_is_worth_anything():
    """Only P √N / (1 + n) counts, with P = 8, 4, 2, 1, 1 sixteenths; the first simulation adds the root.

    N = 0: all 0, the largest prior: move 0.     N = 1: 8/2, 4, 2, …: of two equal ones that with the larger prior: 0.
    N = 2: 8/3, 4, 2: move 1.                    N = 3: 8/3, 4/2, 2: move 0.       N = 4: 8/4, 4/2, 2/1: move 0.
    N = 5: 8/5, 4/2, 2/1: move 1.                N = 6: 8/5, 4/3, 2: move 2.       N = 7: 8/5: move 0.
    """
    expected = [0, 0, 1, 0, 0, 1, 2, 0]
    before = np.zeros(5, int)
    for count, move in enumerate(expected):
        after = searched(told(SIXTEENTHS), count + 2).visits[0]
        assert (after - before).tolist() == np.eye(5, dtype=int)[move].tolist()
        before = after
    assert before.tolist() == [5, 2, 1, 0, 0]


def test_visits_and_values_by_hand():
    """Move 0 leads to what is worth ½ for the opponent, move 1 to −½, all else to 0; P as above.

    N = 0: move 0, W₀ = −½.          N = 1: −½ + ¼, ¼, ⅛, …: move 1, W₁ = ½.
    N = 2 (√ = 1.41): −.15, ½ + .18, .18: move 1, to the opponent's first reply: W₁ = ½, Q₁ = ¼.
    N = 3 (1.73): −.07, ¼ + .14 = .39, .22: move 1, Q₁ = ⅙.       N = 4 (2): 0, ⅙ + ⅛ = .29, .25: move 1, Q₁ = ⅛.
    N = 5 (2.24): .06, ⅛ + .11 = .24, .28: move 2.
    """
    search = searched(told(SIXTEENTHS, {0: 0.5, 1: -0.5}), 7)
    assert search.visits.tolist() == [[1, 4, 1, 0, 0]]
    np.testing.assert_array_equal(search.edge_values, [[-0.5, 0.125, 0, np.nan, np.nan]])
    assert search.values.tolist() == [0.0]  # (−½ + ½) / 6
    child = paths(search.trees)[(1,)]
    # Behind move 1 the opponent's P = 8, –, 2, 1, 1 of 12: move 0 twice (8/2 beats 2), then 8/3 against 2: move 0 again.
    assert search.trees.visits[0, child].tolist() == [3, 0, 0, 0, 0]
    np.testing.assert_allclose(search.trees.priors[0, child], np.array([8, 0, 2, 1, 1]) / 12, rtol=1e-6)


def test_centred_values_by_hand():
    """The same, but values count less the mean of the node, so that an untried move is as good as the mean.

    N = 0: move 0, W₀ = −½, mean −½.  N = 1: 0 + ¼, ¼, ⅛: of equal ones the larger prior: move 0 again, to a reply worth 0.
    N = 2, mean −¼: 0 + .24, .35: move 1, mean 0.      N = 3: −¼ + .29 = .04, ½ + .22 = .72: move 1.
    N = 4: −¼ + ⅓, ¼ + ⅙ = .42, ¼: move 1.             N = 5: −¼ + .37, ⅙ + .14 = .31, .28: move 1.
    """
    centred = SearchSettings(exploration=1.0, centred=True, symmetries=False)
    assert searched(told(SIXTEENTHS, {0: 0.5, 1: -0.5}), 7, centred).visits.tolist() == [[2, 4, 0, 0, 0]]


def test_the_growing_exploration_is_that_of_the_formula():
    """base > 0: c(s) = ln((1 + N + base) / base) + first, with the visits of the node. Held against the score itself.

    N = (1, 0), Q₀ = q: move 1 is chosen if c P₁ > q + c P₀ / 2, that is, if c > 8 q with P = ½, ⅜ and a rest of ⅛ …
    """
    selection = tree.Selection(tree.PUCT, 1.0, 4.0, False, 1, 0.5)
    search = searched(told([0.5, 0.375, 0.125, 0, 0]), 2)
    edge = exploration_rate(1, first=1.0, base=4.0) / 8
    for q, chosen in ((edge - 1e-3, 1), (edge + 1e-3, 0)):
        search.trees.totals[0, 0, 0] = q
        assert tree.best_move(search.trees, 0, 0, selection, np.ones(1, np.uint64)) == chosen


def test_ucb1_tries_every_move_first_and_equal_ones_at_random():
    search = searched(told(SIXTEENTHS), 1)
    search.trees.priors[0, 0] = 0
    selection = search.selection._replace(formula=tree.UCB1)
    drawn = [tree.best_move(search.trees, 0, 0, selection, search.words) for _ in range(500)]
    assert (np.abs(np.bincount(drawn, minlength=5) - 100) < 45).all()  # five standard deviations
    search.trees.visits[0, 0] = (1, 1, 0, 1, 1)
    assert {tree.best_move(search.trees, 0, 0, selection, search.words) for _ in range(9)} == {2}


def test_illegal_moves_are_never_chosen():
    search = searched(told(SIXTEENTHS), 1)
    search.trees.legal[0, 0] = (False, False, False, True, False)
    assert tree.best_move(search.trees, 0, 0, search.selection, search.words) == 3


@pytest.mark.parametrize("simulations", [1, 2, 5, 30])
def test_a_grown_tree_is_consistent(simulations):
    """N(s, a) = 1 + Σ N(s′, ·) and W(s, a) = −(v(s′) + Σ W(s′, ·)), by the audit; |W| ≤ N; N(root) = simulations."""
    rules = Rules(3, 0.5)
    trees = searched(mixed, simulations, rules=rules).trees
    found, size = paths(trees), int(trees.sizes[0])
    assert sorted(found.values()) == list(range(size)) and size == simulations == 1 + trees.visits[0, 0].sum()
    visits, totals, children = (part[0, :size] for part in (trees.visits, trees.totals, trees.children))
    assert (np.abs(totals) <= visits).all() and not visits[~trees.legal[0, :size]].any()
    assert np.isnan(trees.outcomes[0, :size]).all()  # no game ended, so every walk added a node
    boards = Boards.of([along(Position(rules), path) for path in sorted(found, key=found.get)])
    assert (trees.legal[0, :size] == boards.legal()).all()
    values = mixed(boards.planes())[1]
    assert tree_is_consistent(visits, totals, children, values)
    assert not tree_is_consistent(visits, -totals, children, values) or simulations == 1


@pytest.mark.parametrize("to_play, outcome", [(1, 1), (2, -1)])
def test_an_end_of_a_game_counts_at_once_and_each_time(to_play, outcome):
    """After a pass, another one ends the game: Black, who owns the board, wins by it and White loses by it.

    The network is asked about the root alone; the edge is W = N for Black and W = −N for White.
    """
    asked = []

    def evaluate(planes, rows):
        asked.append(len(rows))
        return told([0, 0, 0, 0, 1])(planes, rows)

    position = Position.from_ascii("X .\n. .", RULES, 3 - to_play).play(4)
    search = Search(RULES, 1, 9, SearchSettings(exploration=100.0, centred=False, symmetries=False))
    search.run(Boards.of([position]), evaluate)
    assert asked == [1] and search.visits.tolist() == [[0, 0, 0, 0, 8]]
    assert search.edge_values[0, 4] == search.values[0] == outcome
    end = paths(search.trees)[(4,)]
    assert search.trees.outcomes[0, end] == -outcome and not search.trees.visits[0, end].any()  # for the other side


def test_a_draw_at_the_end_is_worth_nothing():
    rules = Rules(2, 0)
    position = Position.from_ascii("X O\n. .", rules).play(4)
    search = Search(rules, 1, 5, PLAIN)
    search.run(Boards.of([position]), told([0, 0, 0, 0, 1], otherwise=0.5))
    assert search.visits[0, 4] == 4 and search.edge_values[0, 4] == 0


def test_a_new_node_is_added_once_and_not_where_there_is_no_room():
    search = searched(told(SIXTEENTHS), 2, room=2)
    trees, legal = search.trees, np.ones(5, bool)
    room = trees.visits.shape[1]
    nodes, moves = np.zeros(1, np.int32), np.array([3], np.int32)
    before = int(trees.sizes[0])
    assert tree.new_node(trees, 0, nodes, moves, legal, np.nan) == before
    assert tree.new_node(trees, 0, nodes, moves, legal, np.nan) == before == trees.sizes[0] - 1  # it is there already
    assert tree.new_node(trees, 0, nodes[:0], moves[:0], legal, np.nan) == 0  # and so is the root
    trees.sizes[0] = room
    other = np.array([4], np.int32)
    assert tree.new_node(trees, 0, nodes, other, legal, np.nan) == -1
    assert trees.sizes[0] == room and trees.children[0, 0, 4] == -1


def test_priors_of_a_policy_that_forgets_all_legal_moves_are_alike():
    search = searched(told(SIXTEENTHS), 1)
    trees, same = search.trees, np.arange(5)
    trees.legal[0, 0] = (True, False, True, True, True)
    trees.priors[0, 0] = 0
    tree.set_priors(trees, 0, 0, np.array([0, 1, 0, 0, 0], np.float32), same)
    assert trees.priors[0, 0].tolist() == [0.25, 0, 0.25, 0.25, 0.25]
    tree.set_priors(trees, 0, 0, np.array([0.1, 0.6, 0.1, 0, 0.2], np.float32), same)
    np.testing.assert_allclose(trees.priors[0, 0], [0.25, 0, 0.25, 0, 0.5], rtol=1e-6)


def test_priors_of_a_turned_board_are_brought_back():
    """policy[back[a]] belongs to the move a."""
    search = searched(told(SIXTEENTHS), 1)
    tree.set_priors(search.trees, 0, 0, SIXTEENTHS.astype(np.float32), np.array([2, 0, 3, 1, 4]))
    assert (16 * search.trees.priors[0, 0]).tolist() == [2, 8, 1, 4, 1]


def test_losses_that_are_added_and_taken_back_leave_nothing():
    trees = searched(told(SIXTEENTHS, {0: 0.25}), 9).trees
    before = statistics(trees)
    nodes, moves = np.array([0, paths(trees)[(0,)]], np.int32), np.array([0, 1], np.int32)
    tree.add_loss(trees, 0, nodes, moves, 3)
    assert trees.visits[0, 0, 0] == before[()][0][0] + 3 and trees.totals[0, 0, 0] == before[()][1][0] - 3
    tree.add_loss(trees, 0, nodes, moves, -3)
    assert statistics(trees) == before


def below(found, move):
    """What a tree knows of the nodes behind a move of its root."""
    return {path[1:]: known for path, known in found.items() if path[:1] == (move,)}


@pytest.mark.parametrize("rank", [0, 1])
def test_moving_the_root_keeps_what_lies_behind_the_move_and_nothing_else(rank):
    rules = Rules(3, 0.5)
    search = searched(mixed, 40, rules=rules)
    before, move = statistics(search.trees), int(np.argsort(-search.visits[0])[rank])
    expected = below(before, move)
    search.advance([move])
    assert statistics(search.trees) == expected and search.trees.sizes[0] == len(expected) > 1
    assert 1 + search.visits[0].sum() == before[()][0][move]  # N of the edge: the walk that added it, and the rest
    reply = int(search.visits[0].argmax())
    expected = below(expected, reply)
    search.advance([reply])
    assert statistics(search.trees) == expected


def test_a_move_that_was_never_tried_and_minus_one_drop_the_tree():
    for move in (4, -1):
        search = searched(told([1, 0, 0, 0, 0]), 3)
        assert search.visits[0, 4] == 0 < search.trees.sizes[0]
        search.advance([move])
        assert search.trees.sizes[0] == 0 and not search.visits.any() and search.values.tolist() == [0]
        assert np.isnan(search.edge_values).all()
        search.advance([0])  # nothing to follow
        assert search.trees.sizes[0] == 0


def test_a_tree_that_leaves_too_little_room_is_dropped():
    for most, kept in ((4, 0), (5, 5)):
        trees = searched(told([1, 0, 0, 0, 0]), 6).trees  # a root, and five nodes behind move 0
        tree.move_roots(trees, np.array([0]), most, np.empty(trees.visits.shape[1], np.int32))
        assert trees.sizes[0] == kept


def test_only_the_own_tree_of_a_game_is_moved():
    search = Search(RULES, 2, 8, PLAIN)
    search.run(Boards(RULES, 2), told(SIXTEENTHS))
    before = statistics(search.trees, 1)
    search.advance([-1, 0])
    assert search.trees.sizes[0] == 0 and statistics(search.trees, 1) == below(before, 0)
