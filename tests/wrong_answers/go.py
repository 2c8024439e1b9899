"""Plausible mistakes in chapter 05, its rules and its search."""

import math

import numpy as np
from catalogue import right, wrong

from course_lib.go import audit, mcts, playouts

# --- is_own_eye ------------------------------------------------------------------------------------------------------


@right(playouts.is_own_eye)
def eye_by_index_arrays(colours, point, width, player):
    beside = colours[point + np.array([-width, -1, 1, width])]
    diagonal = colours[point + np.array([-width - 1, -width + 1, width - 1, width + 1])]
    allowed = 0 if np.any(diagonal == 3) else 1
    return np.all((beside == player) | (beside == 3)) and np.sum(diagonal == 3 - player) <= allowed


@right(playouts.is_own_eye)
def eye_by_counting_down(colours, point, width, player):
    closed, spare = 0, 1
    for line in (-1, 0, 1):
        for column in (-1, 0, 1):
            colour = colours[point + line * width + column]
            if line == 0 or column == 0:
                closed += colour == player or colour == 3
            elif colour == 3:
                spare = min(spare, 0)
    for corner in (point - width, point + width):
        for step in (-1, 1):
            spare -= colours[corner + step] == 3 - player
    return closed == 4 and spare >= 0


@right(playouts.is_own_eye)
def eye_of_the_other_way_round(colours, point, width, player):
    opponent = 2 if player == 1 else 1
    for step in (1, width, -1, -width):
        if colours[point + step] == 0 or colours[point + step] == opponent:
            return False
    up, down = point - width, point + width
    corners = (colours[up - 1], colours[up + 1], colours[down - 1], colours[down + 1])
    hostile, wall = 0, False
    for corner in corners:
        hostile += 1 if corner == opponent else 0
        wall = wall or corner == 3
    return hostile == 0 or (hostile == 1 and not wall)


def _closed(colours, point, player, steps):
    return all(colours[point + step] in (player, 3) for step in steps)


def _around(width):
    return -width, -1, 1, width


def _corners(colours, point, width):
    return [colours[point + step] for step in (-width - 1, -width + 1, width - 1, width + 1)]


def _eye(colours, point, width, player, harm):
    """Closed, and less than two points of harm among the diagonals."""
    return _closed(colours, point, player, _around(width)) and sum(map(harm, _corners(colours, point, width))) < 2


def _few_hostile(colours, point, width, player):
    corners = _corners(colours, point, width)
    return corners.count(3 - player) + (3 in corners) < 2


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="The diagonals are not looked at")
def eye_without_diagonals(colours, point, width, player):
    return _closed(colours, point, player, _around(width))


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="One hostile diagonal is too many")
def eye_that_allows_none(colours, point, width, player):
    return _closed(colours, point, player, _around(width)) and 3 - player not in _corners(colours, point, width)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="Two hostile diagonals do no harm")
def eye_that_allows_two(colours, point, width, player):
    corners = _corners(colours, point, width)
    return _closed(colours, point, player, _around(width)) and corners.count(3 - player) + (3 in corners) <= 2


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="Three hostile diagonals do no harm")
def eye_unless_all_are_hostile(colours, point, width, player):
    return _closed(colours, point, player, _around(width)) and _corners(colours, point, width).count(3 - player) < 4


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="Empty diagonals count as hostile")
def eye_that_wants_own_diagonals(colours, point, width, player):
    return _eye(colours, point, width, player, lambda colour: colour != player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="counts the player's own stones")
def eye_with_colours_mixed_up(colours, point, width, player):
    return _eye(colours, point, width, player, lambda colour: colour == player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="counts all stones")
def eye_that_counts_any_stone(colours, point, width, player):
    return _eye(colours, point, width, player, lambda colour: colour in (1, 2))


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="The upper left diagonal is not looked at")
def eye_with_three_diagonals(colours, point, width, player):
    corners = _corners(colours, point, width)[1:]
    return _closed(colours, point, player, _around(width)) and corners.count(3 - player) + (3 in corners) < 2


@wrong(
    playouts.is_own_eye, claim="wall_beside_it", says="One hostile diagonal is allowed at the edge and in the corner"
)
def eye_at_the_edge_as_in_the_middle(colours, point, width, player):
    return _eye(colours, point, width, player, lambda colour: colour == 3 - player)


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="Nothing at the edge is an eye")
def eye_with_hostile_wall(colours, point, width, player):
    return _eye(colours, point, width, player, lambda colour: colour in (3, 3 - player))


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="Nothing at the edge is an eye")
def eye_that_needs_four_stones(colours, point, width, player):
    if any(colours[point + step] != player for step in _around(width)):
        return False
    return _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="One hostile diagonal is allowed at the edge: there")
def eye_that_notices_corners_alone(colours, point, width, player):
    corners = _corners(colours, point, width)
    allowed = 0 if corners.count(3) == 3 else 1
    return _closed(colours, point, player, _around(width)) and corners.count(3 - player) <= allowed


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="A hostile diagonal is allowed in the corner")
def eye_that_notices_edges_alone(colours, point, width, player):
    corners = _corners(colours, point, width)
    allowed = 0 if corners.count(3) == 2 else 1
    return _closed(colours, point, player, _around(width)) and corners.count(3 - player) <= allowed


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="The left and the right edge are not noticed")
def eye_with_upper_and_lower_edge(colours, point, width, player):
    allowed = 0 if point // width in (1, width - 1) else 1
    return _closed(colours, point, player, _around(width)) and (
        _corners(colours, point, width).count(3 - player) <= allowed
    )


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="top and bottom are not")
def eye_with_left_and_right_edge(colours, point, width, player):
    allowed = 0 if point % width in (1, width - 1) else 1
    return _closed(colours, point, player, _around(width)) and (
        _corners(colours, point, width).count(3 - player) <= allowed
    )


@wrong(playouts.is_own_eye, claim="wall_beside_it", says="No corner is an eye")
def eye_with_one_wall_at_most(colours, point, width, player):
    beside = [colours[point + step] for step in _around(width)]
    return (
        beside.count(3) < 2
        and beside.count(3) + beside.count(player) == 4
        and _few_hostile(colours, point, width, player)
    )


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="A hostile neighbour passes")
def eye_amid_any_stones(colours, point, width, player):
    return 0 not in [colours[point + step] for step in _around(width)] and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="An empty neighbour passes")
def eye_without_hostile_neighbours(colours, point, width, player):
    hostile = 3 - player in [colours[point + step] for step in _around(width)]
    return not hostile and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="The neighbours do not all count")
def eye_with_any_neighbour(colours, point, width, player):
    some = any(colours[point + step] in (player, 3) for step in _around(width))
    return some and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="Only left and right")
def eye_between_two(colours, point, width, player):
    return _closed(colours, point, player, (-1, 1)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="Only above and below")
def eye_in_a_column(colours, point, width, player):
    return _closed(colours, point, player, (-width, width)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="stones_on_all_sides", says="The neighbour below is not looked at")
def eye_open_below(colours, point, width, player):
    return _closed(colours, point, player, (-width, -1, 1)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="the length of a row with its wall")
def eye_in_rows_that_are_too_short(colours, point, width, player):
    width = width - 1  # N, without the wall
    return _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="between two rows there is one wall")
def eye_in_rows_that_are_too_long(colours, point, width, player):
    width = width + 1  # N + 2, with wall on both sides
    return _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="Not even a point amid eight stones")
def eye_of_the_opponent(colours, point, width, player):
    return _closed(colours, point, 3 - player, _around(width)) and _few_hostile(colours, point, width, 3 - player)


@wrong(playouts.is_own_eye, claim="each_player_has_its_own", says="finds no eye of White's")
def eye_of_black(colours, point, width, player):
    return _closed(colours, point, 1, _around(width)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="each_player_has_its_own", says="only Black's eyes, and for both players")
def eye_of_black_whoever_asks(colours, point, width, player):
    return _closed(colours, point, 1, _around(width)) and _few_hostile(colours, point, width, 1)


@wrong(playouts.is_own_eye, claim="each_player_has_its_own", says="White is hostile on the diagonals")
def eye_where_white_is_hostile(colours, point, width, player):
    return _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, 1)


@wrong(playouts.is_own_eye, claim="each_player_has_its_own", says="Stones of one colour")
def eye_of_anybody(colours, point, width, player):
    return any(
        _closed(colours, point, owner, _around(width)) and _few_hostile(colours, point, width, owner)
        for owner in (1, 2)
    )


@wrong(playouts.is_own_eye, claim="on_random_boards", says="out of bounds")
def eye_on_a_board_of_three(colours, point, width, player):
    return _closed(colours, point, player, _around(4)) and _few_hostile(colours, point, 4, player)


@wrong(playouts.is_own_eye, claim="hostile_diagonals", says="It returned int64 where bool is expected")
def eye_as_a_number(colours, point, width, player):
    eye = _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, player)
    return np.int64(eye)


@wrong(playouts.is_own_eye, claim="leaves_its_inputs_alone", says="It changed `colours`")
def eye_that_marks_the_point(colours, point, width, player):
    colours[point] = player
    return _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, player)


@wrong(playouts.is_own_eye, claim="compiles_with_numba", says="Numba")
def eye_with_a_helper(colours, point, width, player):
    return _closed(colours, point, player, _around(width)) and _few_hostile(colours, point, width, player)


# --- ucb1_scores -----------------------------------------------------------------------------------------------------


@right(mcts.ucb1_scores)
def ucb1_at_once(visits, total_values, exploration):
    tries = np.maximum(visits, 1)
    bonus = exploration * np.sqrt(np.log(max(visits.sum(), 1)) / tries)
    return np.where(visits > 0, total_values / tries + bonus, np.inf)


@right(mcts.ucb1_scores)
def ucb1_in_float32(visits, total_values, exploration):
    scores = np.zeros_like(total_values)
    every = 0
    for count in visits:
        every += count
    for move, count in enumerate(visits):
        if count == 0:
            scores[move] = np.inf
        else:
            scores[move] = total_values[move] / count + exploration * np.log(every) ** 0.5 / count**0.5
    return scores


@right(mcts.ucb1_scores)
def ucb1_as_a_list(visits, total_values, exploration):
    log = math.log(visits.sum()) if visits.sum() > 0 else 0.0
    scores = []
    for n, w in zip(visits, total_values):  # noqa: B905  # Numba knows no `strict`
        scores.append(w / n + exploration * math.sqrt(log / n) if n > 0 else math.inf)
    return scores


def _ucb1(visits, total_values, bonus, untried=np.inf, mean=np.divide):
    """Scores by their parts: bonus(N) of what was tried, mean(W, N), and the score of what was not."""
    scores = np.full(len(visits), untried, float)
    tried = visits > 0
    scores[tried] = mean(total_values[tried], visits[tried]) + bonus(visits[tried])
    return scores


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="The root is missing")
def ucb1_without_the_root(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.log(visits.sum()) / n)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="N stands outside the root")
def ucb1_with_n_outside(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum())) / n)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="c stands under the root")
def ucb1_with_c_inside(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: np.sqrt(exploration * np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="The logarithm is missing")
def ucb1_without_the_logarithm(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(visits.sum() / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="of the move's own count")
def ucb1_with_the_log_of_its_own_count(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(n) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="The logarithm is of ΣN / N")
def ucb1_with_the_log_of_the_share(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum() / n)))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="to the base 2")
def ucb1_to_the_base_two(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log2(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="to the base 10")
def ucb1_to_the_base_ten(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log10(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="ΣN + 1")
def ucb1_with_one_more_try(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum() + 1) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="N + 1 stands under the root")
def ucb1_with_one_added_below(visits, total_values, exploration):
    bonus = exploration * np.sqrt(np.log(max(visits.sum(), 1)) / (1 + visits))
    return np.where(visits > 0, total_values / np.maximum(visits, 1), 0) + bonus


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="The number of moves stands in the logarithm")
def ucb1_with_the_number_of_moves(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(len(visits)) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="There is a 2 under the root")
def ucb1_with_the_two_of_the_paper(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(2 * np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Q is W itself")
def ucb1_of_sums(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n), mean=lambda w, n: w)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Q is missing")
def ucb1_bonus_alone(visits, total_values, exploration):
    return _ucb1(visits, 0 * total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="The bonus is subtracted")
def lower_confidence_bound(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: -exploration * np.sqrt(np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Q has the wrong sign")
def ucb1_for_the_opponent(visits, total_values, exploration):
    return _ucb1(visits, -total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="c is missing")
def ucb1_without_c(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: np.sqrt(np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="bonus of PUCT")
def ucb1_like_puct(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(visits.sum()) / (1 + n))


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Here it is 0.")
def ucb1_untried_is_nothing(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n), untried=0)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Here it is 1.")
def ucb1_untried_is_a_win(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n), untried=1)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Here it is nan")
def ucb1_untried_is_nan(visits, total_values, exploration):
    with np.errstate(divide="ignore", invalid="ignore"):
        return total_values / visits + exploration * np.sqrt(np.log(visits.sum()) / visits)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Here it is -inf")
def ucb1_untried_comes_last(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n), untried=-np.inf)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="Here it is 3.33")
def ucb1_untried_counts_as_tried_once(visits, total_values, exploration):
    tries = np.maximum(visits, 1)
    return total_values / tries + exploration * np.sqrt(np.log(max(visits.sum(), 1)) / tries)


@wrong(mcts.ucb1_scores, claim="five_moves_by_hand", says="cannot convert float infinity to integer")
def ucb1_into_whole_numbers(visits, total_values, exploration):
    scores = np.zeros_like(visits)
    for move, count in enumerate(visits):
        bonus = exploration * np.sqrt(np.log(visits.sum()) / max(count, 1))
        scores[move] = total_values[move] / count + bonus if count else np.inf
    return scores


@wrong(mcts.ucb1_scores, claim="never_tried_comes_first", says="scores of 0")
def ucb1_zero_in_a_new_node(visits, total_values, exploration):
    if visits.sum() == 0:
        return np.zeros(len(visits))
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(visits.sum()) / n))


@wrong(mcts.ucb1_scores, claim="never_tried_comes_first", says="has nan as scores")
def ucb1_adds_nan_to_infinity(visits, total_values, exploration):
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(visits > 0, total_values / np.maximum(visits, 1), np.inf)
        return means + exploration * np.sqrt(np.log(visits.sum()) / np.maximum(visits, 1))


@wrong(mcts.ucb1_scores, claim="never_tried_comes_first", says="0 · ∞ is nan")
def ucb1_multiplies_infinity_by_c(visits, total_values, exploration):
    tries = np.maximum(visits, 1)
    root = np.where(visits > 0, np.sqrt(np.log(max(visits.sum(), 1)) / tries), np.inf)
    with np.errstate(invalid="ignore"):
        return total_values / tries + exploration * root


@wrong(mcts.ucb1_scores, claim="bonus_in_proportion", says="grows by √2")
def ucb1_with_a_largest_total(visits, total_values, exploration):
    log = np.log(min(max(visits.sum(), 1), 1000))
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(log / n))


@wrong(mcts.ucb1_scores, claim="move_by_move", says="for each move")
def ucb1_of_a_small_board(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(max(visits[:82].sum(), 1)) / n))


@wrong(mcts.ucb1_scores, claim="leaves_its_inputs_alone", says="It changed `total_values`")
def ucb1_divides_in_place(visits, total_values, exploration):
    tries = np.maximum(visits, 1)
    total_values /= tries
    bonus = exploration * np.sqrt(np.log(max(visits.sum(), 1)) / tries)
    return np.where(visits > 0, total_values + bonus, np.inf)


@wrong(mcts.ucb1_scores, claim="leaves_its_inputs_alone", says="It changed `visits`")
def ucb1_fills_visits_up(visits, total_values, exploration):
    untried, every = visits == 0, max(visits.sum(), 1)
    visits[untried] = 1
    return np.where(untried, np.inf, total_values / visits + exploration * np.sqrt(np.log(every) / visits))


@wrong(mcts.ucb1_scores, claim="compiles_with_numba", says="Numba")
def ucb1_from_python_only(visits, total_values, exploration):
    return _ucb1(visits, total_values, lambda n: exploration * np.sqrt(np.log(max(visits.sum(), 1)) / n))


# --- puct_scores -----------------------------------------------------------------------------------------------------


@right(mcts.puct_scores)
def puct_at_once(priors, visits, total_values, exploration):
    means = total_values / np.maximum(visits, 1)
    return means + exploration * np.sqrt(visits.sum()) * priors / (visits + 1)


@right(mcts.puct_scores)
def puct_in_float32(priors, visits, total_values, exploration):
    scores = np.zeros_like(priors)
    root = visits.sum() ** 0.5
    for move in range(priors.shape[0]):
        if visits[move]:
            scores[move] = total_values[move] / visits[move]
        scores[move] += exploration * priors[move] * root / (visits[move] + 1)
    return scores


@right(mcts.puct_scores)
def puct_as_a_list(priors, visits, total_values, exploration):
    every = 0
    for n in visits:
        every += n
    return [
        (w / n if n > 0 else 0.0) + exploration * p * math.sqrt(every) / (1 + n)
        for p, n, w in zip(priors, visits, total_values)  # noqa: B905  # Numba knows no `strict`
    ]


def _means(visits, total_values, untried=0.0):
    return np.where(visits > 0, total_values / np.maximum(visits, 1), untried)


def _puct(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="1 is missing below")
def puct_with_at_least_one(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits.sum()) / np.maximum(visits, 1)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Here its score is infinite")
def puct_without_the_one(priors, visits, total_values, exploration):
    with np.errstate(divide="ignore", invalid="ignore"):
        return _means(visits, total_values) + exploration * priors * np.sqrt(visits.sum()) / visits


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="The prior is missing")
def puct_without_a_prior(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * np.sqrt(visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="All moves have the same prior")
def puct_with_one_prior(priors, visits, total_values, exploration):
    return _puct(np.full(len(priors), 1 / len(priors)), visits, total_values, exploration)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="The prior stands under the root")
def puct_with_the_prior_inside(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * np.sqrt(priors * visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="1 + N stands under the root")
def puct_with_a_common_root(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits.sum() / (1 + visits))


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="c stands under the root")
def puct_with_c_inside(priors, visits, total_values, exploration):
    return _means(visits, total_values) + priors * np.sqrt(exploration * visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="The root is missing")
def puct_without_the_root(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * visits.sum() / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="There is a logarithm, as in UCB1")
def puct_with_the_root_of_a_logarithm(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(np.log(max(visits.sum(), 1))) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="There is a logarithm and a common root")
def puct_like_ucb1(priors, visits, total_values, exploration):
    log = np.log(max(visits.sum(), 1))
    return _means(visits, total_values) + exploration * priors * np.sqrt(log / (1 + visits))


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="The root is of the move's own N")
def puct_with_its_own_count(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="1 + ΣN stands under the root")
def puct_with_the_visits_of_the_node(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(1 + visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="1 stands beside the root")
def puct_with_one_added_above(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * (1 + np.sqrt(visits.sum())) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="of the number of moves")
def puct_with_the_number_of_moves(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(len(visits)) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="of the largest N")
def puct_with_the_largest_count(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits.max()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="c is missing")
def puct_without_c(priors, visits, total_values, exploration):
    return _puct(priors, visits, total_values, 1.0)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q is W itself")
def puct_of_sums(priors, visits, total_values, exploration):
    return total_values + _puct(priors, visits, 0 * total_values, exploration)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q is W / (1 + N)")
def puct_with_means_of_one_more(priors, visits, total_values, exploration):
    return (total_values + exploration * priors * np.sqrt(visits.sum())) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q is missing")
def puct_exploration_alone(priors, visits, total_values, exploration):
    return _puct(priors, visits, 0 * total_values, exploration)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="U is missing")
def puct_means_alone(priors, visits, total_values, exploration):
    return _means(visits, total_values)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="U is subtracted")
def puct_that_shuns_the_unknown(priors, visits, total_values, exploration):
    return _puct(priors, visits, total_values, -exploration)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q has the wrong sign")
def puct_for_the_opponent(priors, visits, total_values, exploration):
    return _puct(priors, visits, -total_values, exploration)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="The prior multiplies Q, too")
def puct_with_the_prior_outside(priors, visits, total_values, exploration):
    return priors * (_means(visits, total_values) + exploration * np.sqrt(visits.sum()) / (1 + visits))


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q of a move never tried is 1")
def puct_untried_is_a_win(priors, visits, total_values, exploration):
    return _puct(priors, visits, 0 * total_values, exploration) + _means(visits, total_values, 1.0)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="Q of a move never tried is −1")
def puct_untried_is_a_loss(priors, visits, total_values, exploration):
    return _puct(priors, visits, 0 * total_values, exploration) + _means(visits, total_values, -1.0)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="A move never tried is infinite")
def puct_untried_is_infinite(priors, visits, total_values, exploration):
    return np.where(visits > 0, _puct(priors, visits, total_values, exploration), np.inf)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="A move never tried has nan")
def puct_untried_is_nan(priors, visits, total_values, exploration):
    with np.errstate(divide="ignore", invalid="ignore"):
        return total_values / visits + exploration * priors * np.sqrt(visits.sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="the mean of this node")
def puct_untried_is_like_its_parent(priors, visits, total_values, exploration):
    mean = total_values.sum() / max(visits.sum(), 1)
    return _puct(priors, visits, 0 * total_values, exploration) + _means(visits, total_values, mean)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="A move never tried has a score of 0")
def puct_untried_is_nothing(priors, visits, total_values, exploration):
    return np.where(visits > 0, _puct(priors, visits, total_values, exploration), 0.0)


@wrong(mcts.puct_scores, claim="four_moves_by_hand", says="cut to whole numbers")
def puct_into_whole_numbers(priors, visits, total_values, exploration):
    scores = np.zeros_like(visits)
    for move in range(len(visits)):
        scores[move] = _puct(priors, visits, total_values, exploration)[move]
    return scores


@wrong(mcts.puct_scores, claim="before_the_first_visit", says="the scores are c P")
def puct_that_starts_with_the_priors(priors, visits, total_values, exploration):
    root = np.sqrt(max(visits.sum(), 1))
    return _means(visits, total_values) + exploration * priors * root / (1 + visits)


@wrong(mcts.puct_scores, claim="before_the_first_visit", says="the scores are nan")
def puct_with_shares_of_nothing(priors, visits, total_values, exploration):
    with np.errstate(invalid="ignore"):
        share = visits / visits.sum()
    every = max(visits.sum(), 1)
    return _means(visits, total_values) + exploration * priors / np.sqrt(every) / (1 / every + share)


@wrong(mcts.puct_scores, claim="exploration_in_proportion", says="c and with P")
def puct_with_priors_that_sum_to_one(priors, visits, total_values, exploration):
    return _puct(priors / max(priors.sum(), 1e-9), visits, total_values, exploration)


@wrong(mcts.puct_scores, claim="puct_move_by_move", says="ΣN is over the moves of this node")
def puct_of_a_small_board(priors, visits, total_values, exploration):
    return _means(visits, total_values) + exploration * priors * np.sqrt(visits[:82].sum()) / (1 + visits)


@wrong(mcts.puct_scores, claim="leaves_its_inputs_alone", says="It changed `total_values`")
def puct_adds_in_place(priors, visits, total_values, exploration):
    total_values /= np.maximum(visits, 1)
    total_values += exploration * priors * np.sqrt(visits.sum()) / (1 + visits)
    return total_values


@wrong(mcts.puct_scores, claim="leaves_its_inputs_alone", says="It changed `priors`")
def puct_scales_the_priors_in_place(priors, visits, total_values, exploration):
    priors *= exploration
    return _puct(priors, visits, total_values, 1.0)


@wrong(mcts.puct_scores, claim="compiles_with_numba", says="Numba")
def puct_from_python_only(priors, visits, total_values, exploration):
    return _puct(priors, visits, total_values, exploration)


# --- backup ----------------------------------------------------------------------------------------------------------


@right(mcts.backup)
def backup_at_once(visits, total_values, leaf_value):
    signs = (-1.0) ** np.arange(len(visits), 0, -1)
    return visits + 1, total_values + signs * leaf_value


@right(mcts.backup)
def backup_edge_by_edge(visits, total_values, leaf_value):
    new_visits, new_totals = visits.copy(), total_values.copy()
    sign = -1
    for above in range(len(visits)):
        edge = len(visits) - 1 - above
        new_visits[edge] += 1
        new_totals[edge] += sign * leaf_value
        sign = -sign
    return new_visits, new_totals


@right(mcts.backup)
def backup_in_two_strides(visits, total_values, leaf_value):
    changes = np.empty(len(total_values), np.float64)
    changes[::-2] = -leaf_value
    if len(changes) > 1:
        changes[-2::-2] = leaf_value
    return np.ones_like(visits) + visits, changes + total_values


@right(mcts.backup)
def backup_as_lists(visits, total_values, leaf_value):
    depth = len(visits)
    new_visits = [n + 1 for n in visits]
    new_totals = [w + leaf_value * (1.0 if (depth - edge) % 2 == 0 else -1.0) for edge, w in enumerate(total_values)]
    return new_visits, new_totals


def _noted(visits, total_values, changes):
    return visits + 1, np.asarray(total_values + np.asarray(changes), float)


def _signs(depth):
    """−1 for the last edge, and turns above it."""
    return np.array([(-1.0) ** (depth - edge) for edge in range(depth)])


@wrong(mcts.backup, claim="two_paths_by_hand", says="The sign is wrong on every edge")
def backup_with_the_leaf_on_the_wrong_side(visits, total_values, leaf_value):
    return _noted(visits, total_values, -leaf_value * _signs(len(visits)))


@wrong(mcts.backup, claim="two_paths_by_hand", says="with −v at the root")
def backup_from_the_root(visits, total_values, leaf_value):
    value, changes = leaf_value, []
    for _ in visits:
        value = -value
        changes.append(value)
    return _noted(visits, total_values, changes)


@wrong(mcts.backup, claim="two_paths_by_hand", says="with +v at the root")
def backup_from_the_root_on(visits, total_values, leaf_value):
    return _noted(visits, total_values, leaf_value * (-1.0) ** np.arange(len(visits)))


@wrong(mcts.backup, claim="two_paths_by_hand", says="does not change its sign from edge to edge: what is good")
def backup_without_turns(visits, total_values, leaf_value):
    return _noted(visits, total_values, leaf_value)


@wrong(mcts.backup, claim="two_paths_by_hand", says="every edge gets −v here")
def backup_turned_once(visits, total_values, leaf_value):
    return _noted(visits, total_values, -leaf_value)


@wrong(mcts.backup, claim="two_paths_by_hand", says="The last edge gets +v, and the signs are right above it")
def backup_with_the_leaf_edge_wrong(visits, total_values, leaf_value):
    signs = _signs(len(visits))
    signs[-1:] = 1
    return _noted(visits, total_values, leaf_value * signs)


@wrong(mcts.backup, claim="two_paths_by_hand", says="N is not increased")
def backup_without_visits(visits, total_values, leaf_value):
    return visits, total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="two_paths_by_hand", says="N of the last edge alone")
def backup_counts_the_leaf_alone(visits, total_values, leaf_value):
    new_visits = visits.copy()
    new_visits[-1:] += 1
    return new_visits, total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="two_paths_by_hand", says="N is increased by 2")
def backup_counts_twice(visits, total_values, leaf_value):
    return visits + 2, total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="two_paths_by_hand", says="W is not changed")
def backup_of_visits_alone(visits, total_values, leaf_value):
    return visits + 1, total_values


@wrong(mcts.backup, claim="two_paths_by_hand", says="v is cut to a whole number")
def backup_with_changes_like_visits(visits, total_values, leaf_value):
    changes = np.zeros_like(visits)
    for edge, sign in enumerate(_signs(len(visits))):
        changes[edge] = sign * leaf_value
    return visits + 1, total_values + changes


@wrong(mcts.backup, claim="two_paths_by_hand", says="W is cut to whole numbers")
def backup_with_totals_like_visits(visits, total_values, leaf_value):
    new_totals = np.zeros_like(visits)
    for edge, sign in enumerate(_signs(len(visits))):
        new_totals[edge] = total_values[edge] + sign * leaf_value
    return visits + 1, new_totals


@wrong(mcts.backup, claim="two_paths_by_hand", says="W is replaced")
def backup_that_replaces(visits, total_values, leaf_value):
    return _noted(visits, 0 * total_values, leaf_value * _signs(len(visits)))


@wrong(mcts.backup, claim="two_paths_by_hand", says="Only the last edge gets the value")
def backup_to_the_last_edge(visits, total_values, leaf_value):
    new_totals = total_values.copy()
    new_totals[-1:] -= leaf_value
    return visits + 1, new_totals


@wrong(mcts.backup, claim="two_paths_by_hand", says="Only the last edge gets N and W")
def backup_of_the_last_edge(visits, total_values, leaf_value):
    new_visits, new_totals = visits.copy(), total_values.copy()
    new_visits[-1:] += 1
    new_totals[-1:] -= leaf_value
    return new_visits, new_totals


@wrong(mcts.backup, claim="two_paths_by_hand", says="The first edge gets nothing")
def backup_that_stops_above_the_root(visits, total_values, leaf_value):
    new_totals = total_values.copy()
    new_totals[1:] += leaf_value * _signs(len(visits))[1:]
    return visits + 1, new_totals


@wrong(mcts.backup, claim="two_paths_by_hand", says="The first edge gets neither N nor W")
def backup_that_leaves_the_root_out(visits, total_values, leaf_value):
    new_visits, new_totals = visits.copy(), total_values.copy()
    for edge in range(len(visits) - 1, 0, -1):
        leaf_value = -leaf_value
        new_visits[edge] += 1
        new_totals[edge] += leaf_value
    return new_visits, new_totals


@wrong(mcts.backup, claim="two_paths_by_hand", says="The last edge gets nothing")
def backup_above_the_leaf(visits, total_values, leaf_value):
    signs = _signs(len(visits))
    signs[-1:] = 0
    return _noted(visits, total_values, leaf_value * signs)


@wrong(mcts.backup, claim="two_paths_by_hand", says="W is divided by N")
def backup_of_means(visits, total_values, leaf_value):
    return visits + 1, (total_values + leaf_value * _signs(len(visits))) / (visits + 1)


@wrong(mcts.backup, claim="two_paths_by_hand", says="v is divided by N")
def backup_of_a_share(visits, total_values, leaf_value):
    return _noted(visits, total_values, leaf_value * _signs(len(visits)) / (visits + 1))


@wrong(mcts.backup, claim="two_paths_by_hand", says="N and W are exchanged")
def backup_in_the_wrong_order(visits, total_values, leaf_value):
    return total_values + leaf_value * _signs(len(visits)), visits + 1


@wrong(mcts.backup, claim="two_paths_by_hand", says="It should return 2 values")
def backup_of_values_alone(visits, total_values, leaf_value):
    return total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="two_paths_by_hand", says="where whole numbers (indices) are expected")
def backup_with_visits_as_floats(visits, total_values, leaf_value):
    return visits + 1.0, total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="two_paths_by_hand", says="is the `return` missing?")
def backup_in_place_without_return(visits, total_values, leaf_value):
    visits += 1
    total_values += leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="shortest_paths", says="The only edge gets +v")
def backup_that_turns_between_edges_only(visits, total_values, leaf_value):
    signs = _signs(len(visits)) if len(visits) > 1 else np.ones(len(visits))
    return _noted(visits, total_values, leaf_value * signs)


@wrong(mcts.backup, claim="shortest_paths", says="IndexError")
def backup_that_needs_an_edge(visits, total_values, leaf_value):
    new_totals = total_values.copy()
    new_totals[-1] -= leaf_value
    for edge in range(len(visits) - 2, -1, -1):
        leaf_value = -leaf_value
        new_totals[edge] -= leaf_value
    return visits + 1, new_totals


@wrong(mcts.backup, claim="opposite_changes", says="What is added to an edge is the opposite")
def backup_of_four_edges_at_most(visits, total_values, leaf_value):
    signs = np.zeros(len(visits))
    signs[-5:] = _signs(len(signs[-5:]))
    return _noted(visits, total_values, leaf_value * signs)


@wrong(mcts.backup, claim="opposite_changes", says="A draw, v = 0, changes N alone")
def backup_where_a_draw_is_a_loss(visits, total_values, leaf_value):
    return _noted(visits, total_values, (leaf_value or -1.0) * _signs(len(visits)))


@wrong(mcts.backup, claim="leaves_its_inputs_alone", says="It changed `visits`, `total_values`")
def backup_in_place(visits, total_values, leaf_value):
    for edge in range(len(visits) - 1, -1, -1):
        leaf_value = -leaf_value
        visits[edge] += 1
        total_values[edge] += leaf_value
    return visits, total_values


@wrong(mcts.backup, claim="leaves_its_inputs_alone", says="It changed `visits`")
def backup_with_visits_in_place(visits, total_values, leaf_value):
    visits += 1
    return visits, total_values + leaf_value * _signs(len(visits))


@wrong(mcts.backup, claim="compiles_with_numba", says="Numba")
def backup_by_reversed_zip(visits, total_values, leaf_value):
    return visits + 1, total_values + leaf_value * _signs(len(visits))


# --- tree_is_consistent (find the bug) -------------------------------------------------------------------------------


@right(audit.tree_is_consistent)
def tree_edge_by_edge(visits, total_values, children, values):
    for node, move in np.ndindex(*children.shape):
        child = children[node, move]
        n, w = (1 + visits[child].sum(), -values[child] - total_values[child].sum()) if child >= 0 else (0, 0.0)
        if visits[node, move] != n or not abs(total_values[node, move] - w) <= 1e-6:
            return False
    return True


@right(audit.tree_is_consistent)
def tree_of_walked_edges(visits, total_values, children, values):
    walked = children != -1
    behind = children[walked]
    if np.any(visits[~walked] != 0) or np.any(total_values[~walked] != 0):
        return False
    counted = np.array_equal(visits[walked], 1 + visits[behind].sum(axis=1))
    noted = np.allclose(total_values[walked], -(values[behind] + total_values[behind].sum(axis=1)), rtol=0, atol=1e-6)
    return counted and noted


@right(audit.tree_is_consistent)
def tree_with_a_row_for_nobody(visits, total_values, children, values):
    n = np.append(1 + visits.sum(axis=1), 0)[children]  # −1 is the row that was added
    w = np.append(values + total_values.sum(axis=1), 0)[children]
    return np.allclose(visits, n) and np.allclose(total_values, -w, atol=1e-6)


def _small(differences, tolerance=1e-6):
    return bool(np.all(np.abs(differences) <= tolerance))


def _expected(visits, total_values, children, values):
    walked = children >= 0
    n = np.where(walked, (1 + visits.sum(axis=1))[children], 0)
    return walked, n, np.where(walked, -(values + total_values.sum(axis=1))[children], 0)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="It says yes always")
def tree_is_always_right(visits, total_values, children, values):
    return visits.shape == total_values.shape == children.shape


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="It says no to every tree")
def tree_is_never_right(visits, total_values, children, values):
    return len(values) < 0


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="−1 means the last row")
def tree_with_minus_one_as_an_index(visits, total_values, children, values):
    n, w = 1 + visits.sum(axis=1), -(values + total_values.sum(axis=1))
    return _small(visits - n[children]) and _small(total_values - w[children])


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Only the visits are looked at")
def tree_of_visits(visits, total_values, children, values):
    _, n, _ = _expected(visits, total_values, children, values)
    return _small(visits - n)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Only W is looked at")
def tree_of_values(visits, total_values, children, values):
    _, _, w = _expected(visits, total_values, children, values)
    return _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Only the root's edges")
def tree_of_the_root(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small(visits[0] - n[0]) and _small(total_values[0] - w[0])


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Edges that lead nowhere are not looked at")
def tree_without_edges_to_nowhere(visits, total_values, children, values):
    walked, n, w = _expected(visits, total_values, children, values)
    return _small((visits - n)[walked]) and _small((total_values - w)[walked])


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="N of edges that lead nowhere")
def tree_with_visits_to_nowhere(visits, total_values, children, values):
    walked, n, w = _expected(visits, total_values, children, values)
    return _small((visits - n)[walked]) and _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="W of edges that lead nowhere")
def tree_with_values_to_nowhere(visits, total_values, children, values):
    walked, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n) and _small((total_values - w)[walked])


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="The sign is forgotten")
def tree_without_turns(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n) and _small(total_values + w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="The child's own visit is forgotten")
def tree_without_the_own_visit(visits, total_values, children, values):
    walked, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n + walked) and _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="v(s′) is left out")
def tree_without_evaluations(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, 0 * values)
    return _small(visits - n) and _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="or is of another node")
def tree_with_the_parents_evaluation(visits, total_values, children, values):
    walked, n, w = _expected(visits, total_values, children, 0 * values)
    return _small(visits - n) and _small(total_values - w + np.where(walked, values[:, None], 0))


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="The sum over the child's edges is left out")
def tree_of_evaluations_alone(visits, total_values, children, values):
    _, n, _ = _expected(visits, total_values, children, values)
    _, _, w = _expected(visits, 0 * total_values, children, values)
    return _small(visits - n) and _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="or has the wrong sign: W(s, a)")
def tree_with_one_sign_wrong(visits, total_values, children, values):
    _, n, _ = _expected(visits, total_values, children, values)
    _, _, w = _expected(visits, -total_values, children, values)
    return _small(visits - n) and _small(total_values - w)


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Only the size of W")
def tree_without_signs(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n) and _small(np.abs(total_values) - np.abs(w))


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="too large are found")
def tree_from_above(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return bool(np.all(visits - n <= 1e-6) and np.all(total_values - w <= 1e-6))


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="too small are found")
def tree_from_below(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return bool(np.all(n - visits <= 1e-6) and np.all(w - total_values <= 1e-6))


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="where bool is expected")
def tree_as_a_number(visits, total_values, children, values):
    return int(tree_edge_by_edge(visits, total_values, children, values))


@wrong(audit.tree_is_consistent, claim="five_nodes_by_hand", says="Its shape is")
def tree_with_a_verdict_for_each_edge(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return (np.abs(visits - n) <= 1e-6) & (np.abs(total_values - w) <= 1e-6)


@wrong(audit.tree_is_consistent, claim="searches_with_bugs", says="A right tree of")
def tree_that_agrees_with_its_roots_value(visits, total_values, children, values):
    mean = total_values[0].sum() / max(visits[0].sum(), 1)
    return tree_edge_by_edge(visits, total_values, children, values) and bool(abs(values[0] - mean) <= 0.5)


@wrong(audit.tree_is_consistent, claim="searches_with_bugs", says="goes through")
def tree_of_its_newest_nodes(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small((visits - n)[-5:]) and _small((total_values - w)[-5:])


@wrong(audit.tree_is_consistent, claim="one_wrong_edge", says="Errors that cancel")
def tree_in_total(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    nowhere = children < 0
    totals = [np.sum(difference, axis=1) for difference in (visits - n, total_values - w)]
    return all(map(_small, totals)) and _small(visits[nowhere]) and _small(total_values[nowhere])


@wrong(audit.tree_is_consistent, claim="one_wrong_edge", says="nan goes through")
def tree_where_nan_passes(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return not (np.any(np.abs(visits - n) > 1e-6) or np.any(np.abs(total_values - w) > 1e-6))


@wrong(audit.tree_is_consistent, claim="what_is_rounding", says="Rounding is not forgiven")
def tree_to_the_last_digit(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return np.array_equal(visits, n) and np.array_equal(total_values, w)


@wrong(audit.tree_is_consistent, claim="what_is_rounding", says="10⁻³ goes through")
def tree_with_a_wide_tolerance(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n, 5e-3) and _small(total_values - w, 5e-3)


@wrong(audit.tree_is_consistent, claim="what_is_rounding", says="10⁻² goes through")
def tree_with_a_very_wide_tolerance(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    return _small(visits - n, 0.05) and _small(total_values - w, 0.05)


@wrong(audit.tree_is_consistent, claim="root_and_numbers", says="how nodes are numbered")
def tree_counted_from_the_last_node(visits, total_values, children, values):
    n, w = np.ones(len(values)), np.array(values, float)
    should = np.zeros((2, *visits.shape))
    for node in reversed(range(len(values))):  # as if children came after their parents
        for move in np.flatnonzero(children[node] >= 0):
            should[:, node, move] = n[children[node, move]], -w[children[node, move]]
        n[node] += should[0, node].sum()
        w[node] += should[1, node].sum()
    return _small(visits - should[0]) and _small(total_values - should[1])


@wrong(audit.tree_is_consistent, claim="root_and_numbers", says="The root's own value counts")
def tree_with_a_root_in_doubt(visits, total_values, children, values):
    known = bool(np.abs(values[0]) * 64 % 1 == 0)  # the root's value has to come from where the others come from
    return known and tree_edge_by_edge(visits, total_values, children, values)


@wrong(audit.tree_is_consistent, claim="leaves_its_inputs_alone", says="It changed `visits`")
def tree_subtracted_in_place(visits, total_values, children, values):
    _, n, w = _expected(visits, total_values, children, values)
    visits -= n
    return _small(visits) and _small(total_values - w)
