"""What `check` asks of a learner's answers about rules and search: drawn boards, hand-worked cases, searches with bugs.

`checks_zero` has what belongs to AlphaGo Zero.
"""

import math

import numpy as np

from course_lib.go.audit import tree_is_consistent
from course_lib.go.mcts import backup, puct_scores, ucb1_scores
from course_lib.go.playouts import is_own_eye
from course_lib.workbook import claim, example, expect, require
from course_lib.workbook.claims import difference

TOLERANCE = 1e-5  # answers may compute in float32


def counts(*numbers):
    """Visits as the trees keep them, int32."""
    return np.array(numbers, np.int32)


def amounts(*numbers):
    """Values, priors and their sums as the trees keep them, float32."""
    return np.array(numbers, np.float32)


def judged(answer, cases, mistakes, likely):
    """Hold an answer's yes or no to each of several cases against what is right.

    Args:
      answer: says True or False.
      cases: name -> (arguments, what is right, text that shows the case or "").
      mistakes: sentence -> the names of those cases to which that mistake says yes.
      likely: the sentence to show when no mistake fits.
    """
    said = {}
    for name, (args, _, _) in cases.items():
        said[name] = answer(*args)
        form = difference(said[name], False, 0.0)
        require(not form, form, got=said[name])
    wrong = next((name for name, (_, right, _) in cases.items() if said[name] != right), None)
    if wrong is None:
        return
    yes = {name for name in cases if said[name]}
    sentence = next((sentence for sentence, names in mistakes.items() if set(names) == yes), likely)
    args, right, text = cases[wrong]
    answer(*args)  # once more, so that the card shows this case
    require(False, f"{sentence}\n{text}" if text else sentence, expected=right, got=bool(said[wrong]))


# --- is_own_eye ------------------------------------------------------------------------------------------------------

SIGNS = {".": 0, "+": 0, "X": 1, "O": 2}  # + is the empty point that is asked about
OWNERS = {1: "Black, X", 2: "White, O"}
CORNERS = ((0, 0), (0, 2), (2, 0), (2, 2))  # of a board of 3 by 3


def padded(stones):
    """Stones [N, N] inside a wall, as the engine keeps them."""
    size = len(stones)
    colours = np.full((size + 2) * (size + 1) + 1, 3, np.int32)
    for row in range(size):
        start = (row + 1) * (size + 1) + 1
        colours[start : start + size] = stones[row]
    return colours


def asked(stones, place, player):
    """The arguments that ask about a point (row, column), with the kinds of numbers that the engine has."""
    width = len(stones) + 1
    return padded(stones), np.int32((place[0] + 1) * width + place[1] + 1), width, np.int32(player)


def drawn(stones, place, player):
    """A board as text, the point in question as +."""
    signs = np.array([".", "X", "O"])[np.asarray(stones)]
    signs[place] = "+"
    return f"Is + an eye of {OWNERS[player]}?\n`" + "\n".join(map(" ".join, signs)) + "`"


def eye_case(drawing, right, player=1, turns=0):
    """A case from a drawing, its lines separated by blanks, in letters of any size, turned by quarters to the left."""
    signs = np.rot90(np.array([list(line) for line in drawing.upper().split()]), turns)
    stones, place = np.vectorize(SIGNS.get)(signs), tuple(int(i) for i in np.argwhere(signs == "+")[0])
    return asked(stones, place, player), right, drawn(stones, place, player)


def with_hostile(corners):
    """A point amid its owner's eight stones, of which those in some corners are the opponent's."""
    signs = np.full((3, 3), "X")
    signs[1, 1] = "+"
    for corner in corners:
        signs[corner] = "O"
    return " ".join(map("".join, signs))


@example(is_own_eye)
def _(rng):
    stones, place = rng.choice(3, (9, 9), p=[0.2, 0.6, 0.2]), tuple(rng.integers(9, size=2))
    stones[place] = 0
    return asked(stones, place, 1)


@claim(is_own_eye, "In the middle of the board one hostile diagonal does no harm, and two make the eye false", weight=2)
def hostile_diagonals(answer, rng):
    chosen = [tuple(corner for i, corner in enumerate(CORNERS) if bits >> i & 1) for bits in range(16)]
    cases = {corners: eye_case(with_hostile(corners), len(corners) < 2) for corners in chosen}
    cases["empty"] = eye_case(".x. x+x .x.", True)
    cases["empty and one"] = eye_case(".xo x+x .x.", True)
    open_ones = ["empty", "empty and one"]

    def apart_from(*unwanted):
        return [corners for corners in chosen if not set(corners) & set(unwanted)]

    def up_to(number):
        return [corners for corners in chosen if len(corners) <= number]

    away = (
        "The points above and below lie `width` away, no more and no less: here it looks at diagonals in their place."
    )
    mistakes = {
        "Not even a point amid eight stones of the player is an eye for it.": [],
        f"{away} `width` is the length of a row with its wall.": apart_from((0, 2), (2, 0)),
        f"{away} `width` is N + 1: between two rows there is one wall.": apart_from((0, 0), (2, 2)),
        "The diagonals are not looked at: two hostile ones make the eye false.": cases,
        "One hostile diagonal is too many for it: in the middle of the board it does no harm.": [*up_to(0), "empty"],
        "Two hostile diagonals do no harm to it: they make the eye false.": [*up_to(2), *open_ones],
        "Three hostile diagonals do no harm to it: two make the eye false.": [*up_to(3), *open_ones],
        "Empty diagonals count as hostile: only the opponent's stones do harm.": up_to(1),
        "It counts the player's own stones on the diagonals: count the opponent's, 3 − player.": (
            [*(corners for corners in chosen if len(corners) > 2), *open_ones]
        ),
        "It counts all stones on the diagonals: only the opponent's do harm, 3 − player.": open_ones,
    }
    for corner, name in zip(CORNERS, ("upper left", "upper right", "lower left", "lower right"), strict=True):
        unseen = [corners for corners in chosen if len(set(corners) - {corner}) < 2]
        mistakes[f"The {name} diagonal is not looked at: they lie ±(width − 1) and ±(width + 1) away."] = [
            *unseen,
            *open_ones,
        ]
    likely = "Away from the edge at most one of point ± width ± 1 may be the opponent's."
    judged(answer, cases, mistakes, likely)


@claim(is_own_eye, "An eye has its owner's stones on all four sides", weight=1)
def stones_on_all_sides(answer, rng):
    sides = {"above": ".?. x+x .x.", "left": ".x. ?+x .x.", "right": ".x. x+? .x.", "below": ".x. x+x .?."}
    cases = {"all": eye_case(".x. x+x .x.", True)}
    for side, drawing in sides.items():
        cases[f"{side} empty"] = eye_case(drawing.replace("?", "."), False)
        cases[f"{side} hostile"] = eye_case(drawing.replace("?", "o"), False)
    mistakes = {
        f"The neighbour {side} is not looked at: all four have to be stones of the player, or wall.": (
            ["all", f"{side} empty", f"{side} hostile"]
        )
        for side in sides
    }
    lines = [name for name in cases if name.split()[0] in ("all", "above", "below")]
    mistakes |= {
        "An empty neighbour passes: an eye is closed on all four sides.": (
            [name for name in cases if "hostile" not in name]
        ),
        "A hostile neighbour passes for a stone of its own: the neighbours have to be `player`.": (
            [name for name in cases if "empty" not in name]
        ),
        "The neighbours do not all count: each of the four has to be a stone of the player, or wall.": cases,
        "Only left and right are looked at: the points above and below lie `width` away.": lines,
        "Only above and below are looked at: the points to the left and right lie 1 away.": (
            [name for name in cases if name not in lines or name == "all"]
        ),
    }
    likely = "An eye needs a stone of the player at each of point ± 1 and point ± width."
    judged(answer, cases, mistakes, likely)


@claim(is_own_eye, "At the edge the wall is as good as a stone, and no diagonal may be hostile", weight=2)
def wall_beside_it(answer, rng):
    drawings = {
        "edge": ("x+x xxx ...", True),
        "open edge": ("x+x .x. ...", True),
        "edge, hostile left": ("x+x oxx ...", False),
        "edge, hostile right": ("x+x .xo ...", False),
        "edge, not closed": ("x+. xxx ...", False),
        "corner": ("+x. xx. ...", True),
        "open corner": ("+x. x.. ...", True),
        "corner, hostile": ("+x. xo. ...", False),
        "corner, not closed": ("+xx ox. ...", False),
    }
    cases = {
        (name, turns): eye_case(drawing, right, turns=turns)
        for name, (drawing, right) in drawings.items()
        for turns in range(4)
    }
    right = [case for case, (_, eye, _) in cases.items() if eye]
    lenient = [case for case in cases if case[0] in ("edge, hostile left", "edge, hostile right")]
    corners = [case for case in cases if case[0] == "corner, hostile"]
    upright = [case for case in lenient if case[1] % 2]  # at the left and at the right edge
    mistakes = {
        "Nothing at the edge is an eye for it: wall beside the point is as good as a stone, and wall on a diagonal is "
        "not hostile, it only leaves no room for a hostile stone.": [],
        "One hostile diagonal is allowed at the edge and in the corner as in the middle: here none is.": (
            right + lenient + corners
        ),
        "One hostile diagonal is allowed at the edge: there, as in the corner, none is.": right + lenient,
        "A hostile diagonal is allowed in the corner: it is the only one there, and it makes the eye false.": (
            right + corners
        ),
        "The left and the right edge are not noticed: look for wall, 3, among the diagonals.": right + upright,
        "Left and right are noticed as edges, top and bottom are not: look for wall, 3, among the diagonals.": (
            right + [case for case in lenient if case not in upright]
        ),
        "No corner is an eye for it: its two neighbours on the board are enough.": (
            [case for case in right if "corner" not in case[0]]
        ),
    }
    likely = "Wall (3) passes as a neighbour; where a diagonal is wall, no diagonal may be the opponent's."
    judged(answer, cases, mistakes, likely)


@claim(is_own_eye, "Black's eyes are Black's, White's are White's")
def each_player_has_its_own(answer, rng):
    drawings = {
        "Black's": ("xxx x+x xxx", 1),
        "White's": ("ooo o+o ooo", 2),
        "White's with one Black": ("oox o+o .o.", 2),
        "White's at the edge": ("... o.. +o.", 2),
        "nobody's": ("xxx o+o xxx", 0),
        "false, White's": ("oox o+o xoo", 0),
    }
    cases = {
        (name, player): eye_case(drawing, owner == player, player)
        for name, (drawing, owner) in drawings.items()
        for player in (1, 2)
    }
    right = [case for case, (_, eye, _) in cases.items() if eye]
    open_to_white = [("Black's", 1), ("White's with one Black", 2), ("White's at the edge", 2)]
    mistakes = {
        "It finds only Black's eyes, and for both players: `player` says whose eye it would be.": (
            [("Black's", 1), ("Black's", 2)]
        ),
        "It finds no eye of White's: `player` says whose eye it would be, and the opponent is 3 − player.": (
            [("Black's", 1)]
        ),
        "White is hostile on the diagonals whoever asks: the opponent is 3 − player.": open_to_white,
        "Stones of one colour are an eye for it whoever asks: they have to be those of `player`.": (
            [*right, *((name, 3 - player) for name, player in right)]
        ),
    }
    likely = "The neighbours have to be `player`, and 3 − player is hostile on the diagonals."
    judged(answer, cases, mistakes, likely)


@claim(is_own_eye, "It agrees with a look at the nine points around, on boards of all sizes")
def on_random_boards(answer, rng):
    cases = {}
    for size in (2, 3, 4, 5, 7, 9, 13):
        stones = rng.choice(3, (size, size), p=[0.1, 0.75, 0.15])
        player = int(rng.integers(1, 3))
        stones = np.where(stones > 0, (stones + player) % 2 + 1, 0)  # most of them the player's
        places = [tuple(place) for place in rng.permutation(np.argwhere(stones >= 0))[:12].tolist()]
        for place in places:
            board = stones.copy()
            board[place] = 0
            window = np.pad(board, 1, constant_values=3)[place[0] : place[0] + 3, place[1] : place[1] + 3]
            beside, diagonal = window.ravel()[1::2], window.ravel()[::2]  # of the second, the middle is empty
            hostile = np.sum(diagonal == 3 - player)
            eye = set(beside.tolist()) <= {player, 3} and hostile <= (0 if 3 in diagonal else 1)
            cases[size, place] = asked(board, place, player), eye, drawn(board, place, player)
    likely = (
        "A row of the padded board is `width` long, whatever the size: neighbours lie ±1 and ±width away, "
        "diagonals ±width ± 1."
    )
    judged(answer, cases, {}, likely)


# --- ucb1_scores -----------------------------------------------------------------------------------------------------


def visited_node(rng, moves, most=30):
    """Priors, visits and sums of values of a node as the trees keep them, some moves never tried."""
    visits = rng.integers(1, most, moves) * (rng.random(moves) < 0.7)
    visits[rng.integers(moves)] += 1
    totals = visits * rng.uniform(-1, 1, moves)
    return rng.dirichlet(np.ones(moves)).astype(np.float32), visits.astype(np.int32), totals.astype(np.float32)


@example(ucb1_scores)
def _(rng):
    return *visited_node(rng, 82)[1:], 1.4


@claim(ucb1_scores, "Five moves worked out by hand", weight=2)
def five_moves_by_hand(answer, rng):
    # N = (1, 4, 9, 2, 0), 16 together, and √(ln 16) = √2.772589 = 1.665109. W = (1, −2, −4.5, 1, 0), so that
    # Q = (1, −0.5, −0.5, 0.5, –). With c = 2 the bonus is 2 * 1.665109 / (1, 2, 3, √2) = (3.330218, 1.665109, 1.110073,
    # 2.354820), and what was never tried is infinite.
    expected = np.array([4.330218, 1.165109, 0.610073, 2.854820, np.inf])
    n, q, c, log = np.array([1, 4, 9, 2]), np.array([1, -0.5, -0.5, 0.5]), 2.0, math.log(16)
    tried = {
        "The root is missing: c √(ln ΣN / N).": q + c * log / n,
        "N stands outside the root: it belongs under it, √(ln ΣN / N).": q + c * math.sqrt(log) / n,
        "c stands under the root: it multiplies the root.": q + np.sqrt(c * log / n),
        "The logarithm is missing: ln of ΣN stands under the root.": q + c * np.sqrt(16 / n),
        "The logarithm is of the move's own count: it is of ΣN, all tries in this node.": q
        + c * np.sqrt(np.log(n) / n),
        "The logarithm is of ΣN / N: only ΣN stands in it, N divides it.": q + c * np.sqrt(np.log(16 / n)),
        "The logarithm is to the base 2: it is the natural one.": q + c * np.sqrt(4 / n),
        "The logarithm is to the base 10: it is the natural one.": q + c * np.sqrt(math.log10(16) / n),
        "ΣN + 1 stands in the logarithm: it is ΣN.": q + c * np.sqrt(math.log(17) / n),
        "N + 1 stands under the root: it is N, since a move never tried is infinite anyway.": (
            q + c * np.sqrt(log / (n + 1))
        ),
        "The number of moves stands in the logarithm: it is of the number of tries, ΣN.": (
            q + c * np.sqrt(math.log(5) / n)
        ),
        "There is a 2 under the root, as in the first paper: here c takes its part.": q + c * np.sqrt(2 * log / n),
        "Q is W itself: divide by N, it is the mean.": q * n + c * np.sqrt(log / n),
        "Q is missing: the scores are the bonus alone.": c * np.sqrt(log / n),
        "The bonus is subtracted: what is little known is to be looked at.": q - c * np.sqrt(log / n),
        "Q has the wrong sign: W is counted for the player who chooses here.": -q + c * np.sqrt(log / n),
        "c is missing.": q + np.sqrt(log / n),
        "This is the bonus of PUCT without a prior: UCB1 has c √(ln ΣN / N).": q + c * 4 / (1 + n),
    }
    mistakes = {sentence: np.append(scores, np.inf) for sentence, scores in tried.items()}
    sentence = "N + 1 stands under the root: it is N, and a move never tried is infinite."
    mistakes[sentence] = np.append(q + c * np.sqrt(log / (n + 1)), c * math.sqrt(log))
    got = answer(counts(1, 4, 9, 2, 0), amounts(1, -2, -4.5, 1, 0), c)
    never = "A move that was never tried is infinite, so that it is tried first. Here it is {}."
    if np.shape(got) == (5,) and np.allclose(np.asarray(got, float)[:4], expected[:4], TOLERANCE):
        require(got[4] == np.inf, never.format(f"{got[4]:.4g}"), expected=expected, got=got)
    likely = "Q + c √(ln ΣN / N) with Q = W / N."
    expect(got, expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(ucb1_scores, "What was never tried is infinite, even if nothing was or c is 0")
def never_tried_comes_first(answer, rng):
    nothing = counts(*[0] * 26)
    every = np.full(26, np.inf)
    mistakes = {
        "A node that nobody has been in has scores of 0: every move is untried, so all are infinite.": np.zeros(26),
        "A node that nobody has been in has nan as scores (ln 0, 0/0): every move is untried, so all are infinite.": (
            np.full(26, np.nan)
        ),
        "A node that nobody has been in has −∞ as scores (ln 0): every move is untried, so all are infinite.": -every,
    }
    likely = "Without any tries all scores are infinite."
    expect(answer(nothing, amounts(*[0] * 26), 1.4), every, mistakes=mistakes, likely=likely)
    expected = np.array([np.inf, -0.75, np.inf])  # ln 1 = 0: no bonus yet
    mistakes = {
        "With one try the bonus is 0, since ln 1 = 0: nothing is to be added to ΣN.": (
            np.array([np.inf, -0.75 + 1.4 * math.sqrt(math.log(2)), np.inf])
        ),
    }
    likely = "After a single try its score is its Q, since ln 1 = 0, and the others are infinite."
    got = answer(counts(0, 1, 0), amounts(0, -0.75, 0), 1.4)
    expect(got, expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)
    expected = np.array([0.5, np.inf, -0.25])
    mistakes = {
        "0 · ∞ is nan: give untried moves ∞ without multiplying it by c.": np.array([0.5, np.nan, -0.25]),
        "With c = 0 an untried move has a score of 0: it is infinite, whatever c is.": np.array([0.5, 0, -0.25]),
    }
    got = answer(counts(2, 0, 4), amounts(1, 0, -1), 0.0)
    expect(got, expected, mistakes=mistakes, likely="With c = 0 an untried move is still infinite.")


@claim(ucb1_scores, "Four times as many tries halve the bonus, twice the c doubles it, and ΣN² has √2 of it")
def bonus_in_proportion(answer, rng):
    def bonus(visits, c):
        """The scores of moves of which nothing came, good or bad: all bonus."""
        scores = answer(counts(*visits), amounts(*[0] * len(visits)), c)
        expect(np.shape(scores), (len(visits),), likely="It should return a score for each move, [A].")
        return np.asarray(scores, float)

    one = bonus((3, 12, 46, 3), 0.8)  # 64 tries
    likely = "Moves with the same N and W have the same score."
    require(one[0] == one[3], likely, expected=one[0], got=one[3])
    likely = "The bonus goes with 1 / √N: four times as many tries halve it."
    require(np.isclose(one[0], 2 * one[1]), likely, expected=one[0] / 2, got=one[1])
    twice = bonus((3, 12, 46, 3), 1.6)
    likely = "The bonus goes with c: it multiplies the root."
    expect(twice, 2 * one, likely=likely, tolerance=TOLERANCE)
    many = bonus((3, 12, 4078, 3), 0.8)  # 4096 = 64²
    likely = "The bonus goes with √(ln ΣN): from 64 to 64² tries of the node it grows by √2."
    require(np.isclose(many[0], math.sqrt(2) * one[0]), likely, expected=math.sqrt(2) * one[0], got=many[0])


@claim(ucb1_scores, "Each move for itself, for any number of moves, good and bad ones")
def move_by_move(answer, rng):
    likely = "Q + c √(ln ΣN / N) for each move; ΣN is over the moves of this node."
    for moves in (1, 2, 26, 82, 362):
        _, visits, totals = visited_node(rng, moves)
        log = math.log(sum(visits.tolist()))
        expected = [
            w / n + 0.7 * math.sqrt(log / n) if n else math.inf
            for n, w in zip(visits.tolist(), totals.tolist(), strict=True)
        ]
        expect(answer(visits, totals, 0.7), np.array(expected), likely=likely, tolerance=TOLERANCE)


# --- puct_scores -----------------------------------------------------------------------------------------------------


@example(puct_scores)
def _(rng):
    return *visited_node(rng, 82), 1.5


@claim(puct_scores, "Four moves worked out by hand", weight=2)
def four_moves_by_hand(answer, rng):
    # N = (3, 1, 0, 5), 9 together, √9 = 3. W = (1.5, −1, 0, −2.5): Q = (0.5, −1, 0, −0.5). With P = (1/2, 1/8, 1/4, 1/8)
    # and c = 2, U = (2/2 * 3/4, 2/8 * 3/2, 2/4 * 3/1, 2/8 * 3/6) = (0.75, 0.375, 1.5, 0.125), and so
    # Q + U = (1.25, −0.625, 1.5, −0.375).
    expected = np.array([1.25, -0.625, 1.5, -0.375])
    n, p, c = np.array([3, 1, 0, 5]), np.array([0.5, 0.125, 0.25, 0.125]), 2.0
    q, u, m = np.array([0.5, -1, 0, -0.5]), np.array([0.75, 0.375, 1.5, 0.125]), np.array([3, 1, 1, 5])
    never = np.array([0, 0, 1, 0])

    def one(value):
        """The expected scores, that of the untried move replaced."""
        return np.where(never, value, expected)

    without = "1 is missing below: it is 1 + N, so that a move never tried does not divide by 0."
    mistakes = {
        without: q + c * p * 3 / m,
        f"{without} Here its score is infinite.": np.where(never, np.inf, q + c * p * 3 / m),
        f"{without} Here its score is 0.": np.where(never, 0, q + c * p * 3 / m),
        "The prior is missing: U is in proportion to P.": q + c * 3 / (1 + n),
        "All moves have the same prior: each has its own.": q + c / 4 * 3 / (1 + n),
        "The prior stands under the root: it multiplies the root.": q + c * np.sqrt(p * 9) / (1 + n),
        "1 + N stands under the root: only ΣN does.": q + c * p * 3 / np.sqrt(1 + n),
        "c stands under the root: it multiplies the root.": q + p * np.sqrt(c * 9) / (1 + n),
        "The root is missing: √ΣN, not ΣN.": q + c * p * 9 / (1 + n),
        "There is a logarithm, as in UCB1: PUCT has √ΣN.": q + c * p * math.sqrt(math.log(9)) / (1 + n),
        "There is a logarithm and a common root, as in UCB1: PUCT has √ΣN / (1 + N).": (
            q + c * p * np.sqrt(math.log(9) / (1 + n))
        ),
        "The root is of the move's own N: it is of ΣN, all tries in this node.": q + c * p * np.sqrt(n) / (1 + n),
        "1 + ΣN stands under the root: it is ΣN.": q + c * p * math.sqrt(10) / (1 + n),
        "1 stands beside the root: 1 + N is below, and nothing is added above.": q + c * p * 4 / (1 + n),
        "The root is of the number of moves: it is of ΣN.": q + c * p * 2 / (1 + n),
        "The root is of the largest N: it is of their sum.": q + c * p * math.sqrt(5) / (1 + n),
        "c is missing.": q + u / 2,
        "Q is W itself: divide by N, it is the mean.": q * n + u,
        "Q is W / (1 + N): 1 + N belongs to U alone, Q = W / N.": q * n / (1 + n) + u,
        "Q is missing: the scores are U alone.": u,
        "U is missing: the scores are Q alone.": q,
        "U is subtracted: what is little known is to be looked at.": q - u,
        "Q has the wrong sign: W is counted for the player who chooses here.": u - q,
        "The prior multiplies Q, too: it belongs to U alone.": p * q + u,
        "Q of a move never tried is 1: here it is 0.": one(2.5),
        "Q of a move never tried is −1: here it is 0.": one(0.5),
        "A move never tried is infinite, as with UCB1: here Q = 0, and its prior decides.": one(np.inf),
        "A move never tried has nan (0/0): Q = 0 there.": one(np.nan),
        "Q of a move never tried is the mean of this node: here it is 0.": one(1.5 - 2 / 9),
        "A move never tried has a score of 0: only its Q is 0, the prior counts.": one(0),
        "The scores are cut to whole numbers: make room for floats, not for a copy of `visits`.": np.trunc(expected),
    }
    got = answer(p.astype(np.float32), counts(3, 1, 0, 5), amounts(1.5, -1, 0, -2.5), c)
    likely = "Q + c P √ΣN / (1 + N): here √ΣN = 3, and Q = (0.5, −1, 0, −0.5)."
    expect(got, expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(puct_scores, "Before the first visit all scores are 0, after it the priors decide among the untried")
def before_the_first_visit(answer, rng):
    priors, nothing = amounts(0.1, 0.6, 0.3), amounts(0, 0, 0)
    mistakes = {
        "Before the first visit the scores are c P: nothing is added to ΣN, and √0 = 0.": 1.5 * priors,
        "Before the first visit the scores are nan: a division 0/0. Q = 0 where N = 0.": np.full(3, np.nan),
        "Before the first visit the scores are infinite: Q = 0 there, and √ΣN = 0 as well.": np.full(3, np.inf),
        "Before the first visit the scores are 1: Q = 0 where N = 0.": np.ones(3),
    }
    likely = "Where nobody has been, Q = 0 and √ΣN = 0."
    got = answer(priors, counts(0, 0, 0), nothing, 1.5)
    expect(got, np.zeros(3), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)
    # A lost game behind the move 1: Q = −1, √1 = 1; −1 + 1.5 * 0.6 / 2 = −0.55, the others 1.5 P.
    likely = "After one visit √ΣN = 1: an untried move has c P, the other one Q + c P / 2."
    expect(
        answer(priors, counts(0, 1, 0), amounts(0, -1, 0), 1.5),
        np.array([0.15, -0.55, 0.45]),
        likely=likely,
        tolerance=TOLERANCE,
    )


@claim(puct_scores, "With c = 0 or without priors Q is left, and c and P count once")
def exploration_in_proportion(answer, rng):
    priors, visits, totals = visited_node(rng, 10)
    q = np.array([w / n if n else 0.0 for n, w in zip(visits.tolist(), totals.tolist(), strict=True)])
    likely = "With c = 0 the score is Q, and 0 for what was never tried."
    expect(answer(priors, visits, totals, 0.0), q, likely=likely, tolerance=TOLERANCE)
    likely = "A prior of 0 leaves Q, and 0 for what was never tried."
    expect(answer(0 * priors, visits, totals, 1.5), q, likely=likely, tolerance=TOLERANCE)
    once = answer(priors, visits, totals, 1.5)
    expect(np.shape(once), (10,), likely="It should return a score for each move, [A].")
    expected = q + 3 * (np.asarray(once, float) - q)
    likely = "U goes with c and with P: three times either makes three times U."
    expect(answer(priors, visits, totals, 4.5), expected, likely=likely, tolerance=TOLERANCE)
    expect(answer(3 * priors, visits, totals, 1.5), expected, likely=likely, tolerance=TOLERANCE)


@claim(puct_scores, "Where all moves are worth the same, ten visits fall to them as the priors say: 5, 3 and 2")
def visits_follow_the_priors(answer, rng):
    # With Q = 0 the next visit goes to the largest P / (1 + N). Of P = (0.5, 0.3, 0.2) these are 0.5, 0.25, 0.167,
    # 0.125, 0.1; 0.3, 0.15, 0.1; 0.2, 0.1: ten numbers from 0.1 on. The next are 0.083, 0.075, 0.067.
    visits = counts(1, 0, 0)
    for _ in range(9):
        scores = answer(amounts(0.5, 0.3, 0.2), visits, amounts(0, 0, 0), 1.5)
        expect(np.shape(scores), (3,), likely="It should return a score for each move, [A].")
        visits[int(np.argmax(scores))] += 1
    likely = "Among equals the next visit goes to the largest P / (1 + N), so that N comes close to 10 P."
    expect(visits, counts(5, 3, 2), likely=likely)


@claim(puct_scores, "Each move for itself, for any number of moves, good and bad ones")
def puct_move_by_move(answer, rng):
    likely = "Q + c P √ΣN / (1 + N) for each move; ΣN is over the moves of this node."
    for moves in (1, 2, 26, 82, 362):
        node = visited_node(rng, moves)
        root = math.sqrt(sum(node[1].tolist()))
        expected = [
            (w / n if n else 0.0) + 1.25 * p * root / (1 + n)
            for p, n, w in zip(*(part.tolist() for part in node), strict=True)
        ]
        expect(answer(*node, 1.25), np.array(expected), likely=likely, tolerance=TOLERANCE)


# --- backup ----------------------------------------------------------------------------------------------------------


@example(backup)
def _(rng):
    _, visits, totals = visited_node(rng, 12)
    return visits, totals, -0.375


@claim(backup, "A path of four edges and one of three worked out by hand", weight=2)
def two_paths_by_hand(answer, rng):
    # At the end of four edges v = 0.75: the last edge was chosen by the opponent of the player to move there, so it
    # gets −0.75, the one before +0.75, then −0.75, and the first one +0.75. Of three edges with v = −0.5 the last gets
    # 0.5, then −0.5, and the first one 0.5.
    four = counts(9, 5, 2, 0), amounts(2, -1.5, 0.5, 0)
    three = counts(6, 4, 0), amounts(1, -1, 0)
    up, down = (10, 6, 3, 1), (7, 5, 1)

    def both(four_totals, three_totals, four_visits=up, three_visits=down):
        one = np.array(four_visits), np.array(four_totals, float)
        return one, (np.array(three_visits), np.array(three_totals, float))

    right = (2.75, -2.25, 1.25, -0.75), (1.5, -1.5, 0.5)
    leaf = "v is for the player to move at the leaf, the last edge was chosen by the other one"
    mistakes = {
        f"The sign is wrong on every edge: {leaf}, so it gets −v.": both((1.25, -0.75, -0.25, 0.75), (0.5, -0.5, -0.5)),
        "Alternation starts at the wrong end, with −v at the root: start at the leaf, where v belongs.": (
            both((1.25, -0.75, -0.25, 0.75), right[1])
        ),
        "Alternation starts at the wrong end, with +v at the root: start at the leaf, where v belongs.": (
            both(right[0], (0.5, -0.5, -0.5))
        ),
        "v does not change its sign from edge to edge: what is good for one player is bad for the other.": (
            both((2.75, -0.75, 1.25, 0.75), (0.5, -1.5, -0.5))
        ),
        "v does not change its sign from edge to edge: every edge gets −v here.": (
            both((1.25, -2.25, -0.25, -0.75), (1.5, -0.5, 0.5))
        ),
        f"The last edge gets +v, and the signs are right above it: {leaf}.": (
            both((2.75, -2.25, 1.25, 0.75), (1.5, -1.5, -0.5))
        ),
        "N is not increased: every edge of the path was walked once more.": both(*right, (9, 5, 2, 0), (6, 4, 0)),
        "N of the last edge alone is increased: every edge of the path was walked.": both(
            *right, (9, 5, 2, 1), (6, 4, 1)
        ),
        "N is increased by 2: a walk counts once.": both(*right, (11, 7, 4, 2), (8, 6, 2)),
        "W is not changed. Or v is cut to a whole number: make room for floats, not for a copy of `visits`.": (
            both(four[1], three[1])
        ),
        "W is replaced by ±v: add to what was there.": both((0.75, -0.75, 0.75, -0.75), (0.5, -0.5, 0.5)),
        "Only the last edge gets the value: all edges of the path do.": both((2, -1.5, 0.5, -0.75), (1, -1, 0.5)),
        "The first edge gets nothing: the path begins at the root.": both((2, -2.25, 1.25, -0.75), (1, -1.5, 0.5)),
        "The first edge gets neither N nor W: the path begins at the root.": (
            both((2, -2.25, 1.25, -0.75), (1, -1.5, 0.5), (9, 6, 3, 1), (6, 5, 1))
        ),
        "Only the last edge gets N and W: all edges of the path do.": (
            both((2, -1.5, 0.5, -0.75), (1, -1, 0.5), (9, 5, 2, 1), (6, 4, 1))
        ),
        "The last edge gets nothing: it belongs to the path, too.": both((2.75, -2.25, 1.25, 0), (1.5, -1.5, 0)),
        "W is divided by N: it stays a sum, Q = W / N is worked out where it is needed.": (
            both(np.divide(right[0], up), np.divide(right[1], down))
        ),
        "v is divided by N: W is a sum, each result counts in full.": (
            both(four[1] + np.array([0.75, -0.75, 0.75, -0.75]) / up, three[1] + np.array([0.5, -0.5, 0.5]) / down)
        ),
        "W is cut to whole numbers: make room for floats, not for a copy of `visits`.": (
            both(np.trunc(right[0]), np.trunc(right[1]))
        ),
        "N and W are exchanged: return (N, W).": (
            (np.array(right[0]), np.array(up)),
            (np.array(right[1]), np.array(down)),
        ),
    }
    expected = both(*right)
    got = answer(*three, -0.5), answer(*four, 0.75)
    likely = "N grows by 1 on every edge; W by −v on the last, by v on the one before, and so on up to the root."
    expect(got[::-1], expected, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(backup, "Paths of one edge, and of none, where the root is the leaf")
def shortest_paths(answer, rng):
    mistakes = {
        "The only edge gets +v: the player to move at the leaf is the opponent of the one who chose it.": (
            counts(4),
            np.array([1.75]),
        ),
        "The only edge gets nothing.": (counts(4), np.array([1.5])),
    }
    likely = "A single edge was chosen by the opponent of the player to move at the leaf: N + 1, W − v."
    got = answer(counts(3), amounts(1.5), 0.25)
    expect(got, (counts(4), np.array([1.25])), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)
    likely = "Without edges there is nothing to note: two empty arrays."
    expect(answer(counts(), amounts(), 0.25), (np.zeros(0), np.zeros(0)), likely=likely)


@claim(backup, "What one player wins the other loses: edge by edge the changes are opposite, and a draw changes only N")
def opposite_changes(answer, rng):
    for depth in (2, 5, 8, 51):
        visits, totals = rng.integers(50, size=depth).astype(np.int32), rng.normal(size=depth).astype(np.float32)
        new_visits, new_totals = checked(answer(visits, totals, 0.625), depth)
        changes = new_totals - totals
        likely = "What is added to an edge is the opposite of what is added to the one after it."
        expect(changes[:-1], -changes[1:], likely=likely, tolerance=TOLERANCE)
        expect(changes[-1], -0.625, likely="The last edge gets −v.", tolerance=TOLERANCE)
        expect(new_visits, visits + 1, likely="N grows by 1 on every edge, however long the path.")
        likely = "A draw, v = 0, changes N alone."
        expect(answer(visits, totals, 0.0), (visits + 1, totals), likely=likely, tolerance=TOLERANCE)


def checked(got, depth):
    """(N, W) as arrays, once their form is right; their numbers are looked at later."""
    form = difference(got, (np.zeros(depth, int), np.zeros(depth)), 0.0)
    require(not form, form, got=got)
    return np.asarray(got[0]), np.asarray(got[1], float)


@claim(backup, "After many results W / N is their mean, from the side of the player who chose")
def mean_of_many_results(answer, rng):
    results = rng.integers(-4, 5, 20) / 4
    mean = sum(results.tolist()) / 20
    for depth in (3, 4):
        node = counts(*[0] * depth), amounts(*[0] * depth)
        for result in results.tolist():
            node = checked(answer(*node, result), depth)
            node = node[0].astype(np.int32), node[1].astype(np.float32)
        signs = [
            1 if edge % 2 == depth % 2 else -1 for edge in range(depth)
        ]  # the leaf's player chose every other edge
        likely = "Twenty results along one path: N = 20, and W / N the mean of v or of −v, by whose turn it was."
        expect(node[0], np.full(depth, 20), likely=likely)
        expect(node[1] / 20, mean * np.array(signs), likely=likely, tolerance=TOLERANCE)


# --- tree_is_consistent (find the bug) -------------------------------------------------------------------------------


def written_tree(nodes, edges, values, moves=3):
    """Arrays of a tree from its walked edges, (node, move) -> (child, N, W)."""
    visits, totals = np.zeros((nodes, moves), np.int32), np.zeros((nodes, moves), np.float32)
    children = np.full((nodes, moves), -1, np.int32)
    for place, (child, n, w) in edges.items():
        children[place], visits[place], totals[place] = child, n, w
    return visits, totals, children, np.array(values, np.float32)


def altered(tree, part, place, value):
    """A tree with one number replaced: part 0 is N, 1 is W, 2 the children, 3 are the values."""
    copies = [array.copy() for array in tree]
    copies[part][place] = value
    return tuple(copies)


def searched(rng, simulations, moves, note=None):
    """The tree of a search that walks at random, and the way in which it notes a result.

    Args:
      note: (visits, totals, path, v) changes N and W along the path, a list of (node, move); by default as is right.
    """
    visits, totals = np.zeros((simulations, moves), np.int32), np.zeros((simulations, moves))
    children, values = np.full((simulations, moves), -1, np.int32), rng.integers(1, 65, simulations) / 64
    values *= rng.choice([-1, 1], simulations)  # none is 0, and their sums are exact
    for new in range(1, simulations):
        node, path = 0, []
        while not path or node >= 0:
            path.append((node, int(rng.integers(moves))))
            node = children[path[-1]]
        children[path[-1]] = new
        (note or note_right)(visits, totals, path, values[new])
    return visits, totals, children, values


def note_right(visits, totals, path, value):
    """The edge that leads to the leaf was chosen by the opponent of the player to move there, and so on upwards."""
    for place in reversed(path):
        value = -value
        visits[place] += 1
        totals[place] += value


def note_without_turns(visits, totals, path, value):
    for place in path:
        visits[place] += 1
        totals[place] -= value


def note_opposite(visits, totals, path, value):
    note_right(visits, totals, path, -value)


def note_from_the_root(visits, totals, path, value):
    for place in path:
        visits[place] += 1
        totals[place] += value
        value = -value


def note_all_but_the_first(visits, totals, path, value):
    note_right(visits, totals, path[1:], value)


def note_no_visit_of_the_leaf(visits, totals, path, value):
    note_right(visits, totals, path, value)
    visits[path[-1]] -= 1


def note_twice(visits, totals, path, value):
    note_right(visits, totals, path, value)
    note_right(visits, totals, path, value)


def note_and_keep_the_virtual_loss(visits, totals, path, value):
    note_right(visits, totals, path, value)
    for place in path:
        totals[place] -= 1


def note_the_mean(visits, totals, path, value):
    for place in reversed(path):
        value = -value
        visits[place] += 1
        totals[place] += (value - totals[place]) / visits[place]


BUGS = {
    "does not turn the value around from ply to ply": note_without_turns,
    "counts each result for the wrong player": note_opposite,
    "turns the value around from the root instead of from the leaf": note_from_the_root,
    "forgets the root's edges": note_all_but_the_first,
    "does not count the visit of the last edge": note_no_visit_of_the_leaf,
    "notes every result twice": note_twice,
    "never takes a virtual loss back": note_and_keep_the_virtual_loss,
    "keeps means in W instead of sums": note_the_mean,
}


@example(tree_is_consistent)
def _(rng):
    return searched(rng, 100, 26)


def five_nodes():
    """0 –> 1 –> 3 –> 4 and 0 –> 2, by three moves.

    v = (0.5, 0.25, −0.5, 0.5, −0.75). Edge to 4: N = 1, W = 0.75. To 3: N = 1 + 1, W = −(0.5 + 0.75) = −1.25. To 1:
    N = 1 + 2, W = −(0.25 − 1.25) = 1. To 2: N = 1, W = 0.5.
    """
    edges = {(0, 0): (1, 3, 1.0), (0, 1): (2, 1, 0.5), (1, 1): (3, 2, -1.25), (3, 0): (4, 1, 0.75)}
    return written_tree(5, edges, (0.5, 0.25, -0.5, 0.5, -0.75))


@claim(tree_is_consistent, "Trees of up to five nodes, worked out by hand, right ones and wrong ones", weight=2)
def five_nodes_by_hand(answer, rng):
    tree = five_nodes()
    visits, totals, children, values = tree
    one_level = written_tree(3, {(0, 0): (1, 1, -0.25), (0, 2): (2, 1, 0.5)}, (0.5, 0.25, -0.5))
    # Without turns W is v + ΣW all the way up: 4: −0.75; 3: 0.5 − 0.75; 1: 0.25 − 0.25; 2: −0.5.
    unturned = {(0, 0): (1, 3, 0.0), (0, 1): (2, 1, -0.5), (1, 1): (3, 2, -0.25), (3, 0): (4, 1, -0.75)}
    uncounted = np.array([[0, 0, 0]] * 5, np.int32)  # without the 1 of its own every N is 0
    right = {
        "the root alone": (written_tree(1, {}, [0.5]), "Only the root, with v = 0.5 and edges that lead nowhere."),
        "no values": ((visits, 0 * totals, children, 0 * values), "Four simulations whose values were all 0."),
        "one level": (one_level, "The root and two children, v = 0.25 and −0.5: W = −0.25 and 0.5."),
        "three levels": (tree, "The tree of five nodes as it is right."),
    }
    wrong = {
        "N too large": (altered(tree, 0, (0, 0), 4), "N(0, 0) is 4, and 1 + 2 would be right."),
        "no own visit": ((uncounted, *tree[1:]), "All N are 0."),
        "W of a leaf": (altered(tree, 1, (0, 1), -0.5), "W(0, 1) is −0.5, and −v(2) = 0.5 would be right."),
        "unturned": (
            written_tree(5, unturned, values),
            "W(s, a) is v(s′) + ΣW(s′, b): nobody turned the values around.",
        ),
        "deep v": (altered(tree, 3, 4, -0.5), "v(4) is −0.5, and W(3, 0) = 0.75 does not fit it."),
        "v on the way": (altered(tree, 3, 3, 0.25), "v(3) is 0.25, and W(1, 1) = −1.25 does not fit it."),
        "N nowhere": (altered(tree, 0, (0, 2), 1), "The edge (0, 2) leads nowhere and has N = 1."),
        "W nowhere": (altered(tree, 1, (0, 2), 0.5), "The edge (0, 2) leads nowhere and has W = 0.5."),
    }
    cases = {name: (args, True, text) for name, (args, text) in right.items()}
    cases |= {name: (args, False, text) for name, (args, text) in wrong.items()}
    yes, counted = list(right), ["W of a leaf", "unturned", "deep v", "v on the way", "W nowhere"]
    low = ["no own visit", "W of a leaf", "unturned", "v on the way"]  # nowhere is N or W larger than it should be
    mistakes = {
        "It says yes always.": cases,
        "It says no to every tree, even to a root alone. Are edges that lead nowhere left out? As an index, −1 means "
        "the last row. And v of the root came up no edge.": [],
        "Only the visits are looked at: W has to fit as well.": [*yes, *counted],
        "Only W is looked at: the visits have to fit as well.": [*yes, "N too large", "no own visit", "N nowhere"],
        "Only the root's edges are looked at: hold every edge of the tree.": [*yes, "deep v", "v on the way"],
        "Edges that lead nowhere are not looked at: theirs are N = 0 and W = 0.": [*yes, "N nowhere", "W nowhere"],
        "N of edges that lead nowhere is not looked at: it is 0.": [*yes, "N nowhere"],
        "W of edges that lead nowhere is not looked at: it is 0.": [*yes, "W nowhere"],
        "The sign is forgotten: W(s, a) is for the player to move in s, v(s′) and W(s′, b) for the other one.": (
            ["the root alone", "no values", "unturned"]
        ),
        "The child's own visit is forgotten: N(s, a) = 1 + ΣN(s′, b), 1 for when s′ was added.": (
            ["the root alone", "no own visit"]
        ),
        "v(s′) is left out, has the wrong sign or is of another node: what the child's own evaluation said came up "
        "this edge as −v(s′).": ["the root alone", "no values"],
        "The sum over the child's edges is left out or has the wrong sign: W(s, a) = −(v(s′) + ΣW(s′, b)).": (
            ["the root alone", "no values", "one level"]
        ),
        "Only the size of W is looked at: its sign tells for whom a result is good.": [*yes, "W of a leaf", "unturned"],
        "Only numbers that are too large are found: ask for the size of the difference.": [*yes, *low],
        "Only numbers that are too small are found: ask for the size of the difference.": [
            *yes,
            *(name for name in wrong if name not in low),
        ],
    }
    likely = "Every edge with a child: N = 1 + ΣN(s′, b), W = −(v(s′) + ΣW(s′, b)); every other edge: 0 and 0."
    judged(answer, cases, mistakes, likely)


@claim(
    tree_is_consistent,
    "It passes the trees of a right search, and those of eight searches with a bug it does not",
    weight=2,
)
def searches_with_bugs(answer, rng):
    cases = {}
    for simulations, moves in ((1, 5), (2, 1), (12, 1), (40, 3), (40, 10)):
        tree = searched(rng, simulations, moves)
        cases[simulations, moves] = tree, True, f"A right tree of {simulations} nodes, for {moves} moves, is rejected."
    for bug, note in BUGS.items():
        cases[bug] = searched(rng, 40, 3, note), False, f"The tree of a search that {bug} goes through."
    mistakes = {"It says yes always.": cases, "It says no always.": []}
    likely = "Hold N and W of every edge against the child that it leads to."
    judged(answer, cases, mistakes, likely)


@claim(tree_is_consistent, "One wrong edge is enough, wherever it is, also where errors cancel or nan stands")
def one_wrong_edge(answer, rng):
    tree = searched(rng, 12, 3)
    visits, totals, children, _ = tree
    cases = {"right": (tree, True, "The tree is right.")}
    for place in map(tuple, np.argwhere(children >= 0).tolist()):
        text = f"Of the edge {place} {{}} is too large by 1."
        cases["N", place] = altered(tree, 0, place, visits[place] + 1), False, text.format("N")
        cases["W", place] = altered(tree, 1, place, totals[place] + 1), False, text.format("W")
    node = next(node for node in range(12) if np.sum(children[node] >= 0) > 1)
    one, other = ((node, int(move)) for move in np.flatnonzero(children[node] >= 0)[:2])
    for part, name in ((0, "N"), (1, "W")):
        both = altered(altered(tree, part, one, tree[part][one] + 1), part, other, tree[part][other] - 1)
        cases["cancel", name] = both, False, f"{name} is moved by 1 from the edge {other} to the edge {one}."
    cases["nan", "W"] = altered(tree, 1, one, np.nan), False, f"W of the edge {one} is nan."
    leaf = int(children.max())
    cases["nan", "v"] = altered(tree, 3, leaf, np.nan), False, f"v({leaf}) is nan."

    def letting_through(*kinds):
        return ["right", *(name for name in cases if name[0] in kinds)]

    mistakes = {
        "It says yes always.": cases,
        "It says no always.": [],
        "nan goes through: every comparison with nan is False, so ask whether the difference is small.": (
            letting_through("nan")
        ),
        "Errors that cancel go through: hold every edge by itself, not sums or means.": letting_through("cancel"),
    }
    judged(answer, cases, mistakes, "A tree is right if every edge of it is.")


@claim(tree_is_consistent, "A difference of 10⁻⁴ is found, one of 10⁻⁷ is rounding")
def what_is_rounding(answer, rng):
    visits, totals, children, values = five_nodes()
    tree = visits, totals.astype(float), children, values.astype(float)
    places = ((0, 0), (0, 1), (1, 1), (3, 0))
    cases = {}
    for size, right in (("10⁻¹", False), ("10⁻²", False), ("10⁻³", False), ("10⁻⁴", False), ("10⁻⁷", True)):
        amount = {"10⁻¹": 0.1, "10⁻²": 0.01, "10⁻³": 1e-3, "10⁻⁴": 1e-4, "10⁻⁷": 1e-7}[size]
        for sign in (1, -1):
            for place in places:
                off = altered(tree, 1, place, tree[1][place] + sign * amount)
                cases[size, sign, place] = off, right, f"W of the edge {place} is {'+' if sign > 0 else '−'}{size} off."

    def letting_through(*sizes, signs=(1, -1)):
        return [name for name in cases if name[0] in sizes and name[1] in signs or name[0] == "10⁻⁷"]

    mistakes = {
        "It says yes always.": cases,
        "Rounding is not forgiven: sums of floats differ in the last digits. Allow 10⁻⁶.": [],
        "Its tolerance is too wide, 10⁻⁴ goes through: allow 10⁻⁶.": letting_through("10⁻⁴"),
        "Its tolerance is too wide, 10⁻³ goes through: allow 10⁻⁶.": letting_through("10⁻⁴", "10⁻³"),
        "Its tolerance is too wide, 10⁻² goes through: allow 10⁻⁶.": letting_through("10⁻⁴", "10⁻³", "10⁻²"),
    }
    likely = "Numbers may differ by 10⁻⁶ in both directions, no more: |difference| ≤ 10⁻⁶."
    judged(answer, cases, mistakes, likely)


@claim(tree_is_consistent, "The root's own value plays no part, and nodes may have any numbers")
def root_and_numbers(answer, rng):
    tree = searched(rng, 15, 4)
    order = np.array([0, *(1 + rng.permutation(14))])  # the old numbers in their new order; the root stays the first
    renumbered = np.append(np.argsort(order), -1)[tree[2]]
    child = int(rng.integers(1, 15))
    cases = {
        "root": (altered(tree, 3, 0, 0.9), True, "Only v of the root is different in this tree, and it is right."),
        "numbers": (
            (tree[0][order], tree[1][order], renumbered[order], tree[3][order]),
            True,
            "A right tree with its nodes in another order, the root still first.",
        ),
        "child": (altered(tree, 3, child, tree[3][child] + 0.5), False, f"v({child}) is not what was noted."),
    }
    mistakes = {
        "It says yes always.": cases,
        "The root's own value counts for it: v(root) came up no edge, so nothing can be held against it.": ["numbers"],
        "It relies on how nodes are numbered: children[s, a] tells which node lies behind an edge.": ["root"],
        "It says no always.": [],
    }
    judged(
        answer, cases, mistakes, "Each edge is held against the node that children[s, a] names, and nothing else is."
    )


from course_lib.go import checks_zero  # noqa: E402, F401  # last: claims are looked for in this module alone
