"""The search that is there to be read, on tic-tac-toe, where everything is known, and on tiny boards of Go."""

import numpy as np
import pytest
from go_searches import PLAIN, along, mixed, paths
from plain_go import PlainGame
from plain_go import area as plain_area

from course_lib.go import single_tree
from course_lib.go.boards import Boards
from course_lib.go.position import Position
from course_lib.go.rules import Rules
from course_lib.go.search import Search
from course_lib.go.single_tree import Node, Playouts, minimax, note, puct, uct
from course_lib.go.tic_tac_toe import TicTacToe


def board(text, to_play=1):
    """A position of tic-tac-toe from nine signs."""
    return TicTacToe(tuple({"X": 1, "O": -1, ".": 0}[sign] for sign in text.replace(" ", "")), to_play)


def test_tic_tac_toe_by_hand():
    game = TicTacToe()
    assert game.to_play == 1 and game.legal_moves().all() and not game.is_over
    for move in (0, 4, 1, 8):
        game = game.play(move)
    assert str(game) == "X X ·\n· O ·\n· · O" and game.to_play == 1
    assert np.flatnonzero(game.legal_moves()).tolist() == [2, 3, 5, 6, 7]
    won = game.play(2)
    assert won.is_over and won.outcome() == -1 and not won.legal_moves().any()  # for nought, whose move it would be
    assert board("XOX XOO OXX").is_over and board("XOX XOO OXX", -1).outcome() == 0


@pytest.mark.parametrize("move, why", [(0, "taken"), (9, "taken"), (-1, "taken")])
def test_tic_tac_toe_refuses_what_is_no_move(move, why):
    with pytest.raises(ValueError, match=f"cell {move} cannot be played: it is {why}"):
        TicTacToe().play(0).play(move)


def test_tic_tac_toe_is_over_when_it_is_over():
    with pytest.raises(ValueError, match="the game is over"):
        board("XXX OO. ...", -1).play(5)


def test_minimax_by_hand():
    assert minimax(board("XX. OO. ...")) == 1  # cross completes its row
    assert minimax(board("XX. OO. X..", -1)) == 1  # nought its own
    assert minimax(board("X.. .O. ..X", -1)) == 0
    assert minimax(board("X.X ... O..", -1)) == -1  # it has to block on the top, and cross makes two threats
    assert minimax(board("X.X ... X.O", -1)) == -1  # two threats
    assert minimax(board("XOX XOO OXX", -1)) == 0


def test_perfect_values_are_those_of_minimax():
    """In the empty board every move draws; and move by move in positions on the way."""
    cache, rng = {}, np.random.default_rng(0)
    assert minimax(TicTacToe(), cache) == 0 and 4000 < len(cache) < 5478  # the positions that are not over
    for _ in range(12):
        state = TicTacToe()
        for _ in range(rng.integers(5)):
            state = state.play(int(rng.choice(np.flatnonzero(state.legal_moves()))))
        if state.is_over:
            continue
        values = state.perfect_values()
        for move, legal in enumerate(state.legal_moves()):
            assert np.isnan(values[move]) if not legal else values[move] == -minimax(state.play(move), cache)
        assert np.nanmax(values) == minimax(state, cache)


@pytest.mark.parametrize(
    "text, to_play, moves",
    [
        ("XX. OO. ...", 1, {2}),  # win
        ("XX. .O. ...", -1, {2}),  # or be lost
        ("X.. .O. ..X", -1, {1, 3, 5, 7}),  # a corner would lose
        ("X.X O.. ..O", 1, {1, 4, 6}),  # at once, or by two threats
    ],
)
def test_uct_plays_perfectly(text, to_play, moves):
    """With 600 simulations, as the oracle does."""
    state, rng = board(text, to_play), np.random.default_rng(1)
    best = set(np.flatnonzero(state.perfect_values() == np.nanmax(state.perfect_values())).tolist())
    root = single_tree.search(state, 600, uct(), Playouts(rng), rng)
    assert best == moves and int(root.visits.argmax()) in best
    assert root.visits.sum() == 600 and (np.abs(root.total_values) <= root.visits).all()
    assert not root.visits[~state.legal_moves()].any() and np.isnan(root.values[~state.legal_moves()]).all()


def test_uct_never_loses_tic_tac_toe():
    """Against random play on either side, with few simulations more than there are moves."""
    rng = np.random.default_rng(2)
    for side in (1, -1):
        state = TicTacToe()
        while not state.is_over:
            if state.to_play == side:
                move = int(single_tree.search(state, 150, uct(), Playouts(rng), rng).visits.argmax())
            else:
                move = int(rng.choice(np.flatnonzero(state.legal_moves())))
            state = state.play(move)
        assert state.outcome() * state.to_play * side >= 0


def test_a_value_is_backed_up_to_both_sides():
    """A path of three edges, the last one's leaf worth ½ to the player to move there: −½, ½, −½ from below."""
    nodes = [Node(state, np.ones(9)) for state in (TicTacToe(), TicTacToe().play(0), TicTacToe().play(0).play(1))]
    note(list(zip(nodes, (0, 1, 2), strict=True)), 0.5)
    assert [node.total_values[move] for node, move in zip(nodes, (0, 1, 2), strict=True)] == [-0.5, 0.5, -0.5]
    assert [node.visits[move] for node, move in zip(nodes, (0, 1, 2), strict=True)] == [1, 1, 1]


def test_visits_by_hand():
    """Two cells are left, nought moves. On 2 it wins; on 5 it does not, cross takes 2, and it is a draw. c = 1.

    X O .   Each is tried once: Q = 1 and 0. Then UCB1 prefers cell 2 as long as 1 + √(ln N / n₂) > √(ln N / 1):
    X O .   N = 7, n₂ = 6: 1 + .57 > 1.40. So of 8 walks 7 lead to cell 2, whichever was tried first.
    O X X
    """
    state, rng = board("XO. XO. OXX", -1), np.random.default_rng(0)
    assert np.flatnonzero(state.legal_moves()).tolist() == [2, 5] and not state.is_over
    root = single_tree.search(state, 8, uct(1.0), Playouts(rng), rng)
    assert (root.visits[2], root.visits[5]) == (7, 1) and (root.total_values[2], root.total_values[5]) == (7, 0)


def test_a_tree_is_gone_on_with():
    state, rng = TicTacToe(), np.random.default_rng(3)
    root = single_tree.search(state, 30, uct(), Playouts(rng), rng)
    size = root.size()
    again = single_tree.search(state, 20, uct(), Playouts(rng), rng, root)
    assert again is root and root.visits.sum() == 50 and 1 < size <= 31 and size < root.size() <= 51


def test_ends_of_games_are_one_node_and_count_each_time():
    state, rng = board("XX. OO. ...", 1), np.random.default_rng(0)
    root = single_tree.search(state, 60, puct(0.1), lambda state: (np.full(9, 1 / 9), 0.0), rng)
    end = root.children[2]
    assert end.state.is_over and not end.children and not end.visits.any()
    assert root.total_values[2] == root.visits[2] > 40


def evaluate_position(position):
    """What `go_searches.mixed` says of a position, in the numbers of the compiled trees."""
    policies, values = mixed(Boards.of([position]).planes())
    legal = position.legal_moves()
    total = sum(policies[0][legal].tolist())
    return np.where(legal, (policies[0] / total).astype(np.float32), 0).astype(np.float64), float(values[0])


@pytest.mark.parametrize("size, start", [(2, ()), (3, ()), (3, (4, 0)), (3, (1, 9))])
def test_it_builds_the_trees_of_the_compiled_search(size, start):
    """Node by node, walk by walk: N and W of every edge. Priors are all different, so that nothing is left to chance."""
    rules = Rules(size, 0.5)
    position, simulations = along(Position(rules), start), 40
    root = single_tree.search(position, simulations, puct(1.0), evaluate_position, np.random.default_rng(0))
    compiled = Search(rules, 1, simulations + 1, PLAIN)
    compiled.run(Boards.of([position]), mixed)
    found = paths(compiled.trees)
    assert len(found) == root.size() == compiled.trees.sizes[0]
    for path, number in found.items():
        node = root
        for move in path:
            node = node.children[move]
        assert compiled.trees.visits[0, number].tolist() == node.visits.tolist()
        assert compiled.trees.totals[0, number].tolist() == node.total_values.tolist()
        over = not np.isnan(compiled.trees.outcomes[0, number])
        assert over == node.state.is_over
        if not over:
            np.testing.assert_allclose(compiled.trees.priors[0, number], node.priors, rtol=1e-6)


def perfect_score(game):
    """Black's points less White's if both sides play perfectly, with the plain rules, by alpha and beta."""

    def play_on(moves, lowest, highest):
        game = PlainGame(2, "positional", False, LIMIT)
        for move in moves:
            game.play(move)
        if game.over:
            black, white = plain_area(game.boards[-1], 2)
            return black - white
        sign, best = (1, -9) if game.to_play == 1 else (-1, 9)
        for move in (0, 1, 2, 3, 4):
            if game.why_illegal(move) is None:
                value = play_on((*moves, move), lowest, highest)
                best = max(best * sign, value * sign) * sign
                lowest, highest = (max(lowest, best), highest) if sign == 1 else (lowest, min(highest, best))
                if lowest >= highest:
                    break
        return best

    return play_on(tuple(game), -9, 9)


LIMIT = 4


def test_minimax_on_2_by_2_agrees_with_the_plain_rules():
    """From every position after one move, with a limit of four moves and a komi on either side of the score."""
    for first in (0, 4):
        score = perfect_score((first,))
        for komi in (score - 0.5, score + 0.5):
            position = Position(Rules(2, komi, max_moves=LIMIT)).play(first)
            assert minimax(position) == (-1 if score > komi else 1)


def test_uct_wins_what_can_be_won_on_2_by_2():
    """After Black's pass White to move: the search agrees with minimax."""
    rules = Rules(2, perfect_score((4,)) + 0.5, max_moves=LIMIT)
    position, rng = Position(rules).play(4), np.random.default_rng(0)
    root = single_tree.search(position, 150, uct(), Playouts(rng), rng)
    best = int(root.visits.argmax())
    assert minimax(position) == 1 == -minimax(position.play(best))
