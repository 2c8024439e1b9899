"""What `check` asks of answers about AlphaGo Zero: hand-worked cases, whole numbers, boards point by point, slopes."""

import math
from fractions import Fraction

import numpy as np

from course_lib.go.audit import examples_are_right
from course_lib.go.gate import win_rate_bounds
from course_lib.go.losses import zero_loss
from course_lib.go.mcts import noisy_priors, visit_policy
from course_lib.go.symmetry import apply_symmetry, undo_symmetry
from course_lib.workbook import claim, example, expect, require

FLOAT32 = 1e-5  # tolerance where answers compute in float32

# --- noisy_priors ----------------------------------------------------------------------------------------------------


def noisy_root(rng, num_moves, legal_share=0.7):
    """Priors, legal moves and draws of a root, in the types in which the search hands them over; and ε."""
    legal = rng.uniform(size=num_moves) < legal_share
    legal[-1] = True  # the pass
    priors = np.where(legal, rng.gamma(1.0, size=num_moves), 0.0)
    gammas = rng.gamma(10.83 / num_moves, size=num_moves)
    return (priors / priors.sum()).astype(np.float32), legal, gammas, 0.25


@example(noisy_priors)
def _(rng):
    return noisy_root(rng, 82)


# P = (0.5, 0.3, 0, 0.2), the third move is illegal, the draws are (1, 3, 2, 4): η = (1, 3, 0, 4) / 8. With ε = 1/4:
# 0.75 * 0.5 + 0.25 / 8 = 0.40625; 0.75 * 0.3 + 0.25 * 3 / 8 = 0.31875; 0; 0.75 * 0.2 + 0.25 * 4 / 8 = 0.275.
PRIORS, LEGAL = np.array([0.5, 0.3, 0.0, 0.2]), np.array([True, True, False, True])
DRAWS, NOISY = np.array([1.0, 3.0, 2.0, 4.0]), np.array([0.40625, 0.31875, 0.0, 0.275])


@claim(noisy_priors, "Four moves, one of them illegal, worked out by hand", weight=2)
def four_moves_by_hand(answer, rng):
    row = lambda *numbers: np.array(numbers)  # noqa: E731
    mistakes = {
        "Illegal moves get noise, too: the draws are for legal moves alone.": row(0.4, 0.3, 0.05, 0.25),
        "Illegal moves get noise, too: set their draws to 0, not only those in the sum.": (
            row(0.40625, 0.31875, 0.0625, 0.275)
        ),
        "The draws are divided by the sum over all moves, so that less than 1 is left: add up those of legal moves.": (
            row(0.4, 0.3, 0, 0.25)
        ),
        "The draws are divided by the sum over all moves, and the mixture by its sum: so there is less noise than ε. "
        "With the draws of legal moves alone the mixture sums to 1 by itself.": row(0.4, 0.3, 0, 0.25) / 0.95,
        "ε and 1 − ε are exchanged: ε is the share of the noise.": row(0.21875, 0.35625, 0, 0.425),
        "The draws are not divided by their sum: only then is η a probability.": row(0.625, 0.975, 0, 1.15),
        "The draws are not divided by their sum, and illegal moves get some.": row(0.625, 0.975, 0.5, 1.15),
        "Only the mixture is divided by its sum: divide the draws by theirs, then mix.": (
            row(0.625, 0.975, 0, 1.15) / 2.75
        ),
        "1 − ε is missing before P, so that more than 1 comes out.": row(0.53125, 0.39375, 0, 0.325),
        "1 − ε is missing before P, and dividing by the sum does not make up for it.": row(0.425, 0.315, 0, 0.26),
        "The mean of the draws stands where their sum belongs.": row(0.46875, 0.50625, 0, 0.525),
        "The noise is multiplied by the priors: it is there for moves to which the policy gives little.": (
            row(0.390625, 0.253125, 0, 0.175)
        ),
        "Every legal move gets the same noise: it is drawn, by the gammas.": 0.75 * PRIORS + 0.25 * LEGAL / 3,
        "Only the noise is returned: 1 − ε of the priors stays.": row(0.125, 0.375, 0, 0.5),
        "No noise arrives: these are the priors as they were.": PRIORS,
    }
    likely = "(1 − ε) P + ε η, where η are the draws in `gammas` of legal moves, divided by the sum of these."
    expect(answer(PRIORS, LEGAL, DRAWS, 0.25), NOISY, mistakes=mistakes, likely=likely)


@claim(noisy_priors, "Illegal moves stay at 0 and all sums to 1, whichever moves are legal")
def whichever_moves_are_legal(answer, rng):
    # The last move is legal, and the policy gave it nothing: 0.25 * 4 / 8 = 0.125. Left out, η would be (1, 3) / 4.
    priors, expected = np.array([0.6, 0.4, 0.0, 0.0]), np.array([0.48125, 0.39375, 0.0, 0.125])
    forgotten = "A legal move to which the policy gave nothing gets no noise: `legal` says which moves are, not P > 0."
    mistakes = {
        forgotten: np.array([0.5125, 0.4875, 0.0, 0.0]),
        f"{forgotten} And less than 1 is left.": np.array([0.48125, 0.39375, 0.0, 0.0]),
    }
    likely = "A legal move to which the policy gave nothing gets ε η."
    expect(answer(priors, LEGAL, DRAWS, 0.25), expected, mistakes=mistakes, likely=likely)
    for num_moves, share in ((26, 0.7), (26, 1.0), (26, 0.1), (82, 0.5), (5, 0.0)):  # the last: only the pass is legal
        priors, legal, gammas, fraction = noisy_root(rng, num_moves, share)
        got = answer(priors, legal, gammas, fraction)
        expect(np.shape(got), (num_moves,), likely="It should return a number for each move, [A].")
        got = np.asarray(got)
        expect(got[~legal], np.zeros((~legal).sum()), likely="An illegal move got more than 0.")
        expect(got.sum(), 1.0, likely="It does not sum to 1: divide the draws of legal moves by their own sum.")
        total = math.fsum(gammas[legal])
        each = [0.75 * p + 0.25 * g / total if may else 0.0 for p, g, may in zip(priors, gammas, legal, strict=True)]
        expect(got, np.array(each), likely="A legal move with the draw g gets (1 − ε) P + ε g / Σ g.")


@claim(noisy_priors, "ε = 0 leaves the priors, ε = 1 leaves the noise alone")
def both_ends_of_the_noise(answer, rng):
    priors, legal, gammas, _ = noisy_root(rng, 26)
    exchanged = "ε and 1 − ε are exchanged: ε is the share of the noise."
    noise = np.where(legal, gammas, 0.0) / gammas[legal].sum()
    fixed = "ε is fixed: it is the argument `fraction`."
    expect(answer(priors, legal, gammas, 0.0), priors, mistakes={exchanged: noise}, likely=fixed)
    expect(answer(priors, legal, gammas, 1.0), noise, mistakes={exchanged: priors}, likely=fixed)


@claim(noisy_priors, "Only the ratios of the draws count, however small they are")
def only_ratios_of_draws_count(answer, rng):
    # Half of all draws of Gamma(0.03, 1) are below 10^-10.
    likely = (
        "With draws that are {:g} times as large the noise should be the same: divide by their sum, add nothing to it, "
        "and call none too small."
    )
    mistakes = {
        "No noise arrives where draws are small.": PRIORS,
        "There is nan where draws are small: in 32 bits they are 0. Compute with them as they are given.": (
            np.full(4, np.nan)
        ),
    }
    for scale in (1e-12, 1e-200, 1e6):
        got = answer(PRIORS, LEGAL, scale * DRAWS, 0.25)
        expect(got, NOISY, mistakes=mistakes, likely=likely.format(scale))


@claim(noisy_priors, "Where every draw of a legal move is 0, the priors stay as they are")
def draws_of_nothing(answer, rng):
    nothing = np.full(4, np.nan)
    mistakes = {
        "0/0 is nan: where the sum of the draws is 0, there is no noise to mix in.": nothing,
        "0/0 is nan, in all legal moves: where the sum of the draws is 0, there is no noise to mix in.": (
            np.where(LEGAL, nothing, 0.0)
        ),
        "1 − ε of the priors is left, and they no longer sum to 1: without noise they stay as they are.": 0.75 * PRIORS,
        "Every legal move gets the same noise: without a draw the priors stay as they are.": (
            0.75 * PRIORS + 0.25 * LEGAL / 3
        ),
    }
    for gammas in (np.zeros(4), np.array([0.0, 0.0, 2.0, 0.0])):  # of illegal moves no draw counts
        got = answer(PRIORS, LEGAL, gammas, 0.25)
        likely = "Look at the sum of the draws of legal moves: if it is 0, return the priors."
        expect(got, PRIORS, mistakes=mistakes, likely=likely)


# --- visit_policy ----------------------------------------------------------------------------------------------------


def counts(*numbers):
    """Visits in the type in which the search hands them over."""
    return np.array(numbers, np.int32)


def shares_of_powers(visits, power):
    """N^k / Σ N^k for a whole number k, in whole numbers of any size."""
    powers = [int(count) ** power for count in visits]
    return np.array([float(Fraction(one, sum(powers))) for one in powers])


@example(visit_policy)
def _(rng):
    return rng.multinomial(400, rng.dirichlet(np.full(82, 0.3))).astype(np.int32), 0.5


@claim(visit_policy, "τ = ½ squares the visits: four moves worked out by hand", weight=2)
def half_by_hand(answer, rng):
    # N = (1, 2, 0, 4), squared (1, 4, 0, 16), with the sum 21.
    visits, squares = np.array([1.0, 2.0, 0.0, 4.0]), np.array([1.0, 4.0, 0.0, 16.0])
    softmax = lambda scores: np.exp(scores) / np.exp(scores).sum()  # noqa: E731
    mistakes = {
        "The power is τ, it should be 1/τ: a low temperature makes large shares larger.": (
            np.sqrt(visits) / np.sqrt(visits).sum()
        ),
        "The temperature is left out, or cancels: raise the visits to the power 1/τ, then divide by the sum.": (
            visits / 7
        ),
        "This is a softmax of the visits: a move with none gets something. Powers of N are asked for.": softmax(visits),
        "This is a softmax of N/τ: a move with no visits gets something. Powers of N are asked for.": (
            softmax(2 * visits)
        ),
        "This is a softmax of shares: a move with no visits gets something. Powers of N are asked for.": (
            softmax(2 * visits / 7)
        ),
        "The visits count 1 too many: a move with none gets nothing.": (visits + 1) ** 2 / 39,
        "It is divided by Σ N before the power and not again after it: what is raised to a power no longer sums to 1.": (
            squares / 49
        ),
        "It is divided by the largest, not by the sum.": squares / 16,
        "It is not divided by the sum.": squares,
        "Fractions are cut off: this is whole-number division, or an array of whole numbers.": 0 * visits,
        "The most visited move takes all, as with τ = 0. Or fractions are cut off: an array made like `visits` holds "
        "whole numbers.": np.array([0.0, 0.0, 0.0, 1.0]),
        "The powers are exchanged: the least visited moves get most.": np.array([16.0, 4.0, 0.0, 1.0]) / 21,
    }
    likely = "π(a) ∝ N(s, a)^{1/τ}: here the shares of N², 1 : 4 : 0 : 16."
    expect(answer(counts(1, 2, 0, 4), 0.5), squares / 21, mistakes=mistakes, likely=likely)


@claim(visit_policy, "τ = 1 is the share of the visits, τ = 2 evens them out")
def one_and_two(answer, rng):
    # N = (1, 4, 0, 9, 16): shares of 30 for τ = 1; the roots 1, 2, 0, 3, 4 with the sum 10 for τ = 2.
    visits = counts(1, 4, 0, 9, 16)
    likely = "With τ = 1 each move has its share of all visits."
    expect(answer(visits, 1.0), np.array([1.0, 4.0, 0.0, 9.0, 16.0]) / 30, likely=likely)
    mistakes = {
        "The power is τ, it should be 1/τ: τ = 2 takes the root.": shares_of_powers(visits, 2),
        "1/τ is cut to a whole number, and N^0 is 1 for all: N^½ is the root.": np.full(5, 0.2),
    }
    likely = "τ = 2 takes the roots: 1 : 2 : 0 : 3 : 4."
    expect(answer(visits, 2.0), np.array([0.1, 0.2, 0.0, 0.3, 0.4]), mistakes=mistakes, likely=likely)


@claim(visit_policy, "τ = 0 plays the most visited move")
def zero_plays_the_most_visited(answer, rng):
    mistakes = {
        "1/0 is infinite, and what comes of it is nan: τ = 0 is a case of its own.": np.array([0.0, np.nan, np.nan]),
        "τ = 0 is taken for τ = 1.": np.array([1.0, 5.0, 3.0]) / 9,
        "τ = 0 makes all moves alike: it is the other way round, the most visited takes all.": np.full(3, 1 / 3),
    }
    likely = "With τ = 0 a move that was visited most of all gets 1, and every other 0."
    expect(answer(counts(1, 5, 3), 0.0), np.array([0.0, 1.0, 0.0]), mistakes=mistakes, likely=likely)


@claim(visit_policy, "At τ = 0 moves that are visited equally often share it")
def ties_share(answer, rng):
    # (5, 1, 5, 5): three of them, 1/3 each. Small τ comes to the same: (1/5)^100 is 10^-70.
    third, alone = np.array([1, 0, 1, 1]) / 3, "{} of the most visited moves takes all: they share it."
    mistakes = {
        alone.format("The first"): np.array([1.0, 0.0, 0.0, 0.0]),
        alone.format("The last"): np.array([0.0, 0.0, 0.0, 1.0]),
        "Each of the most visited moves gets 1: divide by how many there are.": np.array([1.0, 0.0, 1.0, 1.0]),
        "The less visited move gets something, too.": np.full(4, 0.25),
    }
    likely = "Three moves with 5 visits get 1/3 each."
    expect(answer(counts(5, 1, 5, 5), 0.0), third, mistakes=mistakes, likely=likely)
    expect(answer(counts(5, 1, 5, 5), 0.01), third, likely="τ = 0.01 should come close to τ = 0: 1/3 each.")
    expect(answer(counts(0, 3, 3, 0), 0.0), np.array([0, 0.5, 0.5, 0]), likely="Two moves with 3 visits get ½ each.")


@claim(visit_policy, "It holds for a small τ, where N^{1/τ} is no number any more")
def no_power_overflows(answer, rng):
    # 1600^100 is 10^320: more than a float holds, though 1584^100 is just 0.366 of it. (1600/3999)^1000 is 10^-398: less.
    likely = "Only ratios count: divide by the largest number of visits before the power, so that nothing exceeds 1."
    large = "1600^100 is more than a float holds: infinity by infinity is nan. Divide by the largest before the power."
    mistakes = {
        large: np.array([np.nan, np.nan, 0.0]),
        f"{large} Whole numbers even run over without a sign.": np.full(3, np.nan),
        "1600^100 is more than a float holds: what is cut off at the largest float makes moves alike.": (
            np.array([0.5, 0.5, 0.0])
        ),
        "τ = 0.01 is taken for 0, or cut off below: it is a temperature like others.": np.array([1.0, 0.0, 0.0]),
    }
    visits = counts(1600, 1584, 0)
    expect(answer(visits, 0.01), shares_of_powers(visits, 100), mistakes=mistakes, likely=likely)
    visits = counts(1600, 1599, 800)
    small = "Powers of shares get too small for a float, and 0/0 is nan: divide by the largest, not by the sum."
    mistakes = {small: np.full(3, np.nan), f"{small} Here all of it became 0.": np.zeros(3)}
    expect(answer(visits, 0.001), shares_of_powers(visits, 1000), mistakes=mistakes, likely=likely)


@claim(visit_policy, "For τ = 1, ½, ⅓, ¼ it is N^k / Σ N^k, for any visits")
def powers_in_whole_numbers(answer, rng):
    for power in (1, 2, 3, 4):
        visits = rng.multinomial(1600, rng.dirichlet(np.full(26, 0.5))).astype(np.int32)
        likely = f"With τ = 1/{power}, π is N^{power} over its sum; whole numbers of 32 bits end at 2·10⁹."
        expect(answer(visits, 1 / power), shares_of_powers(visits, power), likely=likely)


# --- apply_symmetry --------------------------------------------------------------------------------------------------


def seen(board, symmetry):
    """A board [N, N, …] under a symmetry, point by point."""
    last = len(board) - 1
    for _ in range(symmetry % 4):  # what is seen on the left of the top row was on its right
        board = np.array([[board[column, last - row] for column in range(last + 1)] for row in range(last + 1)])
    return np.array([line[::-1] for line in board]) if symmetry >= 4 else board


def diagram(*rows):
    """A board of single digits, written as rows, [1, N, N, 1]."""
    return np.array([[float(digit) for digit in row] for row in rows])[None, :, :, None]


@example(apply_symmetry)
def _(rng):
    return rng.integers(2, size=(64, 9, 9, 17)).astype(np.uint8), 5


TURNED = {
    "It turns with the clock: it should turn against it, so that what was on the right comes to the top.": (
        diagram("741", "852", "963")
    ),
    "It mirrors at the diagonal: rows became columns, which is no turn.": diagram("147", "258", "369"),
    "It mirrors at the other diagonal: that is no turn.": diagram("963", "852", "741"),
    "Nothing is turned: k mod 4 is the number of quarter turns.": diagram("123", "456", "789"),
}


@claim(apply_symmetry, "A quarter turn and a mirror image worked out by hand", weight=2)
def turn_and_mirror_by_hand(answer, rng):
    # 1 2 3      k = 1:  3 6 9      k = 4:  3 2 1
    # 4 5 6              2 5 8              6 5 4
    # 7 8 9              1 4 7              9 8 7
    board = diagram("123", "456", "789")
    likely = "k = 1 is a quarter turn against the clock: the right column becomes the top row."
    expect(answer(board, 1), diagram("369", "258", "147"), mistakes=TURNED, likely=likely)
    mistakes = {
        "It mirrors up and down: it should exchange left and right, the columns.": diagram("789", "456", "123"),
        "Nothing is mirrored where k ≥ 4.": board,
        "k = 4 is turned: it has 0 quarter turns, and is mirrored.": diagram("963", "852", "741"),
        "k = 4 is half a turn: it should exchange left and right alone.": diagram("987", "654", "321"),
        "k = 4 mirrors at the diagonal: it should exchange left and right.": diagram("147", "258", "369"),
    }
    expect(answer(board, 4), diagram("321", "654", "987"), mistakes=mistakes, likely="k = 4 exchanges left and right.")


@claim(apply_symmetry, "Where there is both, it turns first and mirrors then")
def turns_before_it_mirrors(answer, rng):
    # k = 5: 3 6 9 / 2 5 8 / 1 4 7, mirrored 9 6 3 / 8 5 2 / 7 4 1.
    mistakes = {
        "It mirrors first and turns then: the other way round.": diagram("147", "258", "369"),
        "It is turned and not mirrored: k ≥ 4 is mirrored, too.": diagram("369", "258", "147"),
        "It is mirrored and not turned: k mod 4 says how many quarter turns come first.": diagram("321", "654", "987"),
    }
    got = answer(diagram("123", "456", "789"), 5)
    likely = "k = 5: a quarter turn against the clock, then left and right exchanged."
    expect(got, diagram("963", "852", "741"), mistakes=mistakes, likely=likely)


@claim(apply_symmetry, "All eight, point by point, channels beside their points")
def all_eight_point_by_point(answer, rng):
    boards = rng.normal(size=(2, 5, 5, 3))
    for symmetry in range(8):
        right = np.array([seen(board, symmetry) for board in boards])
        mistakes = {
            f"With k = {symmetry} the channels change places: the last axis stays as it is.": right[..., ::-1],
            f"With k = {symmetry} the boards of the batch change places.": right[::-1],
            f"With k = {symmetry} it turns the wrong way.": np.array(
                [seen(board, -symmetry % 4 + symmetry // 4 * 4) for board in boards]
            ),
        }
        then = ", then left and right exchanged." if symmetry >= 4 else "."
        likely = f"k = {symmetry}: {symmetry % 4} quarter turns against the clock{then}"
        expect(answer(boards, symmetry), right, mistakes=mistakes, likely=likely)


@claim(apply_symmetry, "One board, a batch, a batch of games: it is always the two axes before the last")
def whatever_stands_before_the_board(answer, rng):
    fixed = "Count the axes from the end: rows and columns are the axes −3 and −2, whatever stands before them."
    for before in ((), (3,), (3, 3), (2, 1, 2)):
        boards = rng.normal(size=(*before, 3, 3, 3))
        flat = boards.reshape(-1, 3, 3, 3)
        for symmetry in (1, 4, 7):
            right = np.array([seen(board, symmetry) for board in flat]).reshape(boards.shape)
            got = answer(boards, symmetry)
            require(np.shape(got) == right.shape, fixed, expected=right.shape, got=np.shape(got))
            expect(got, right, likely=fixed)


@claim(apply_symmetry, "Four quarter turns bring a board back, and so do two mirror images")
def there_and_back(answer, rng):
    board = rng.normal(size=(4, 4, 2))
    for symmetry, times in ((0, 1), (1, 4), (2, 2), (3, 4), (4, 2), (5, 2), (6, 2), (7, 2)):
        got = board
        for _ in range(times):
            got = answer(got, symmetry)
        expect(got, board, likely=f"k = {symmetry}, done {times} times, should lead back.")
    different = {np.asarray(answer(board, symmetry)).tobytes() for symmetry in range(8)}
    require(len(different) == 8, f"A board without symmetry is seen in 8 ways, here in {len(different)}.")


# --- undo_symmetry ---------------------------------------------------------------------------------------------------


def row(*rows, last):
    """A policy written as a board of single digits, and the entry of the pass, [N² + 1]."""
    return np.array([*(float(digit) for digit in "".join(rows)), last])


@example(undo_symmetry)
def _(rng):
    return rng.dirichlet(np.ones(82), 64).astype(np.float32), 5


@claim(undo_symmetry, "A turned and a mirrored board worked out by hand", weight=2)
def undone_by_hand(answer, rng):
    # A board was turned against the clock, and its policy is  1 2 3   Turned back, with the clock:  7 4 1
    #                                                          4 5 6                                8 5 2
    #                                                          7 8 9                                9 6 3
    # k = 4 is its own inverse. For k = 5 the mirroring goes back first, 3 2 1 / 6 5 4 / 9 8 7, then the turn, so that
    # it ends as 9 6 3 / 8 5 2 / 7 4 1.
    given, back = row("123", "456", "789", last=0.5), row("741", "852", "963", last=0.5)
    lost = "The pass is lost: it stays, the last entry, N² + 1 in all."
    mistakes = {
        "It turns once more the same way: back means with the clock.": row("369", "258", "147", last=0.5),
        "Nothing is turned back.": given,
        "It mirrors at the diagonal: rows became columns, which is no turn.": row("147", "258", "369", last=0.5),
        lost: back[:-1],
        "The pass comes first: it stays the last entry.": np.roll(back, 1),
        "The pass got 0: it keeps what it has.": row("741", "852", "963", last=0.0),
    }
    likely = "k = 1 was a quarter turn against the clock: a quarter turn with it leads back."
    expect(answer(given, 1), back, mistakes=mistakes, likely=likely)
    likely = "k = 4 exchanged left and right: doing it once more leads back."
    mistakes = {
        "It mirrors up and down: left and right were exchanged.": row("789", "456", "123", last=0.5),
        "The mirroring is not undone.": given,
    }
    expect(answer(given, 4), row("321", "654", "987", last=0.5), mistakes=mistakes, likely=likely)
    back = row("963", "852", "741", last=0.5)
    mistakes = {
        "It undoes the steps in the wrong order: the board was turned, then mirrored, so mirror first, then turn back.": (
            row("147", "258", "369", last=0.5)
        ),
        "The mirroring is not undone.": row("741", "852", "963", last=0.5),
        "The turn is not undone.": row("321", "654", "987", last=0.5),
        "Nothing is undone.": given,
        lost: back[:-1],
    }
    likely = "k = 5: exchange left and right, then turn with the clock."
    expect(answer(given, 5), back, mistakes=mistakes, likely=likely)


@claim(undo_symmetry, "What a network says of the turned board comes back to the points it is about, for all eight")
def every_point_comes_home(answer, rng):
    for size in (5, 4):
        wanted, last = rng.dirichlet(np.ones(size * size)), 0.25
        for symmetry in range(8):
            turned = seen(wanted.reshape(size, size), symmetry)
            once_more = seen(turned, symmetry).ravel()
            mistakes = {
                f"With k = {symmetry} it turns once more in place of back: that is right only where twice leads home.": (
                    np.append(once_more, last)
                )
            }
            got = answer(np.append(turned.ravel(), last), symmetry)
            then = ", then left and right exchanged: undo the last step first." if symmetry >= 4 else "."
            likely = f"With k = {symmetry} the board was turned {symmetry % 4} times against the clock{then}"
            expect(got, np.append(wanted, last), mistakes=mistakes, likely=likely)


@claim(undo_symmetry, "The pass stays what it is, and only the points move")
def the_pass_stays(answer, rng):
    for symmetry in range(8):
        policy = np.zeros(26)
        policy[-1] = 1.0
        likely = f"With k = {symmetry} a policy that only passes should stay: the pass is no point of the board."
        expect(answer(policy, symmetry), policy, likely=likely)
        centre = np.zeros(26)
        centre[12] = 1.0
        likely = f"With k = {symmetry} the centre should stay: the board is N rows of N, and the pass comes after it."
        expect(answer(centre, symmetry), centre, likely=likely)


@claim(undo_symmetry, "One policy, a batch, a batch of games, boards of any size")
def whatever_stands_before_the_policy(answer, rng):
    likely = "Only the last axis is a policy, and N is the root of its length less one: keep all axes before it."
    for size, before in ((3, ()), (3, (9,)), (2, (2, 3)), (9, (4,)), (19, ())):
        policies = rng.normal(size=(*before, size * size + 1))
        for symmetry in (1, 4, 7):
            right = np.array(policies)
            for index in np.ndindex(before):  # an inverse by trying: where did each point go?
                places = seen(np.arange(size * size).reshape(size, size), symmetry).ravel()
                right[index][places] = policies[index][:-1]
            got = answer(policies, symmetry)
            require(np.shape(got) == right.shape, likely, expected=right.shape, got=np.shape(got))
            expect(got, right, likely=likely)


# --- zero_loss -------------------------------------------------------------------------------------------------------

# Two positions with two moves: p = (1/4, 3/4) and (1/5, 4/5), π = (1/2, 1/2) and (1/4, 3/4), v = (1/2, 1/4), z = (1, −1).
# Squares: (1 − 1/2)² = 1/4 and (−1 − 1/4)² = 25/16. Cross-entropies: −½ ln ¼ − ½ ln ¾ = ½ ln 16/3 = 0.837 and
# −¼ ln ⅕ − ¾ ln ⅘ = ln 5 − ¾ ln 4 = 0.570. The means are 0.90625 and 0.703, the loss is 1.610.
LOGITS = np.log(np.array([[1.0, 3.0], [1.0, 4.0]]))
SOFTMAX, TARGETS = np.array([[0.25, 0.75], [0.2, 0.8]]), np.array([[0.5, 0.5], [0.25, 0.75]])
VALUES, OUTCOMES = np.array([0.5, 0.25]), np.array([1.0, -1.0])
SQUARE, CROSS = 0.90625, (np.log(16 / 3) / 2 + np.log(5) - 0.75 * np.log(4)) / 2


def positions(rng, count=64, moves=82):
    """Logits, values, policies, outcomes of random positions."""
    policies = rng.dirichlet(np.full(moves, 0.3), count)
    return rng.normal(size=(count, moves)), rng.uniform(-1, 1, count), policies, rng.choice([-1.0, 1.0], count)


def entropy(policies):
    """−Σ π log π of each row."""
    return -np.sum(policies * np.log(np.maximum(policies, 1e-300)), axis=-1)


def losses_one_by_one(logits, values, policies, outcomes):
    """The loss of each position, with plain numbers."""
    found = []
    for scores, value, policy, outcome in zip(logits, values, policies, outcomes, strict=True):
        log_total = max(scores) + math.log(math.fsum(math.exp(score - max(scores)) for score in scores))
        cross = math.fsum(share * (log_total - score) for share, score in zip(policy, scores, strict=True))
        found.append((outcome - value) ** 2 + cross)
    return found


@example(zero_loss)
def _(rng):
    return positions(rng, 32, 26)


@claim(zero_loss, "Two positions worked out by hand", weight=2)
def two_positions_by_hand(answer, rng):
    mean = lambda rows: -np.sum(rows, axis=-1).mean()  # noqa: E731
    again = SOFTMAX - np.log(np.exp(SOFTMAX).sum(axis=-1, keepdims=True))
    over_positions = LOGITS - np.log(np.exp(LOGITS).sum(axis=0))
    sigmoids = TARGETS * np.log1p(np.exp(-LOGITS)) + (1 - TARGETS) * np.log1p(np.exp(LOGITS))
    mistakes = {
        "It sums over the positions: take their mean, so that the loss does not grow with the batch.": (
            2 * (SQUARE + CROSS)
        ),
        "The loss of each position is returned: take their mean.": (
            np.array([0.25 + np.log(16 / 3) / 2, 25 / 16 + np.log(5) - 0.75 * np.log(4)])
        ),
        "The squares are summed over the positions: their mean is asked for.": 2 * SQUARE + CROSS,
        "The cross-entropies are summed over the positions: their mean is asked for.": SQUARE + 2 * CROSS,
        "π · log p has the wrong sign: log p is negative, and the loss is to fall as p comes closer to π.": (
            SQUARE - CROSS
        ),
        "The squared error is halved: value and policy weigh the same here.": SQUARE / 2 + CROSS,
        "The mean of the two parts is taken: they are added.": (SQUARE + CROSS) / 2,
        "The policy is left out.": SQUARE,
        "The value is left out.": CROSS,
        "The cross-entropy is averaged over the moves: π · log p is their sum, with the weights π.": SQUARE + CROSS / 2,
        "log p is missing: the logits are no logarithms of probabilities until the softmax makes them so.": (
            SQUARE + mean(TARGETS * LOGITS)
        ),
        "The softmax is taken twice: `softmax_cross_entropy_with_logits` and `from_logits=True` want the logits.": (
            SQUARE + mean(TARGETS * again)
        ),
        "This is the Kullback–Leibler divergence: its gradient is the same, its value is not. It lacks the entropy of π, "
        "so that losses could not be compared with those of the paper: leave π log π out.": (
            SQUARE + CROSS - entropy(TARGETS).mean()
        ),
        "The cross-entropy is the wrong way round: π gives the weights, p stands in the logarithm.": (
            SQUARE + mean(SOFTMAX * np.log(TARGETS))
        ),
        "The softmax runs over the positions: the moves are the last axis.": SQUARE + mean(TARGETS * over_positions),
        "Each move has a sigmoid of its own: one move is played, so softmax over all of them.": (
            SQUARE + sigmoids.sum(axis=-1).mean()
        ),
        "Each move has a sigmoid of its own, and their mean is taken: one move is played, so softmax over all of them.": (
            SQUARE + sigmoids.mean()
        ),
        "The policy is held against π by squares: its loss is the cross-entropy.": SQUARE + 0.065,
        "Only the most visited move counts: π gives every move its weight.": SQUARE - np.log([0.25, 0.8]).mean(),
        "The logarithm has the base 2: the natural one is asked for.": SQUARE + CROSS / np.log(2),
        "Every outcome meets every value: one of them is a column [B, 1], and they spread to [B, B].": 1.15625 + CROSS,
        "The sign of the value is wrong: it is z − v, and both are for the side to move.": 1.40625 + CROSS,
        "The error of the value is not squared.": 0.875 + CROSS,
        "The error of the value is not squared, and its sign cancels.": -0.375 + CROSS,
        "tanh is applied to the values once more: they lie in −1 … 1 already.": (
            np.mean((OUTCOMES - np.tanh(VALUES)) ** 2) + CROSS
        ),
    }
    likely = "The mean over the positions of (z − v)² − Σ π log p, with log p from log_softmax."
    got = answer(LOGITS, VALUES, TARGETS, OUTCOMES)
    expect(got, SQUARE + CROSS, mistakes=mistakes, likely=likely, tolerance=FLOAT32)


@claim(zero_loss, "Random positions, one by one, for a batch of any size")
def position_by_position(answer, rng):
    for count, moves in ((1, 26), (7, 5), (26, 26)):
        logits, values, policies, outcomes = batch = positions(rng, count, moves)
        cross = np.mean(losses_one_by_one(*batch)) - np.mean((outcomes - values) ** 2)
        pairs = np.mean((outcomes[:, None] - values) ** 2)
        mistakes = {"Every outcome meets every value: they spread to [B, B]. Each has its own.": pairs + cross}
        likely = "The loss of a batch is the mean of what its positions cost one by one."
        expected = np.mean(losses_one_by_one(*batch))
        expect(answer(*batch), expected, mistakes=mistakes, likely=likely, tolerance=FLOAT32)


@claim(zero_loss, "The slope by the logits is p − π, by the values −2 (z − v), over the number of positions")
def slopes_by_hand(answer, rng):
    # (1/4 − 1/2, 3/4 − 1/2) / 2, (1/5 − 1/4, 4/5 − 3/4) / 2; −(1 − 1/2), −(−1 − 1/4).
    logits, values = np.array([[-0.125, 0.125], [-0.025, 0.025]]), np.array([-0.5, 1.25])
    nothing = "No gradient reaches {}: NumPy, .numpy() or tf.stop_gradient cuts it. Stay with tf functions."
    mistakes = {
        nothing.format("the values"): (logits, 0 * values),
        nothing.format("the logits"): (0 * logits, values),
        nothing.format("logits and values"): (0 * logits, 0 * values),
    }
    args = (LOGITS, VALUES, TARGETS, OUTCOMES)
    slopes = answer.run("gradient", args)
    got = tuple(np.zeros_like(of) if slope is None else slope for slope, of in zip(slopes, args, strict=False))
    likely = "Both parts teach: the logits by (p − π) / B, the values by −2 (z − v) / B."
    expect(got, (logits, values), mistakes=mistakes, likely=likely, tolerance=FLOAT32)


@claim(zero_loss, "With large logits it stays a number")
def large_logits(answer, rng):
    # log p = (0, −1000, −2000) to many digits; π = (½, ½, 0): ½ · 1000.
    logits, policies = np.array([[1000.0, 0.0, -1000.0]]), np.array([[0.5, 0.5, 0.0]])
    advice = "tf.nn.log_softmax, or softmax_cross_entropy_with_logits, never gets there."
    mistakes = {
        f"p is 0 in a float, and log 0 is −∞: {advice}": np.inf,
        f"There is nan: p is 0 in a float, log 0 is −∞, and 0 · ∞ undefined, as ∞/∞ is. {advice}": np.nan,
    }
    mistakes |= {
        f"A small number in the logarithm ({cut:g}) hides how wrong the network is, and stops its gradient: {advice}": (
            -np.log(cut) / 2
        )
        for cut in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-16, 1e-20, 1e-30)
    }
    got = answer(logits, np.zeros(1), policies, np.zeros(1))
    expect(got, 500.0, mistakes=mistakes, likely="−½ log p of the second move is 500.", tolerance=FLOAT32)
    logits, values, policies, outcomes = positions(rng, 3, 5)
    expected = np.mean(losses_one_by_one(logits, values, policies, outcomes))
    over = f"exp(200) is more than a float holds, and the logarithm of infinity infinite. {advice}"
    under = f"exp(−200) is 0 in a float, and its logarithm −∞. {advice}"
    mistakes = {over: np.inf, under: -np.inf, f"exp(200) is more than a float holds, and ∞/∞ nan. {advice}": np.nan}
    for shift in (200.0, -200.0):
        got = answer(logits + shift, values, policies, outcomes)
        likely = f"Only differences of logits count: {shift:+g} for all of them should change nothing."
        expect(got, expected, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(zero_loss, "Where p = π and v = z, the entropy of π is left, and nothing costs less")
def least_is_the_entropy(answer, rng):
    logits, _, policies, outcomes = positions(rng, 6, 5)
    least = entropy(policies).mean()
    zero = "With p = π the Kullback–Leibler divergence is 0: the cross-entropy is the entropy of π."
    got = answer(np.log(policies), outcomes, policies, outcomes)
    likely = "With p = π, −π · log p is the entropy of π."
    expect(got, least, mistakes={zero: 0.0}, likely=likely, tolerance=FLOAT32)
    certain, scores = np.eye(5)[[1, 3]], np.where(np.eye(5)[[1, 3]], 0.0, -80.0)
    got = answer(scores, np.array([1.0, -1.0]), certain, np.array([1.0, -1.0]))
    nan = {"0 · log 0 is nan: leave π log π out.": np.nan}
    expect(got, 0.0, mistakes=nan, likely="Being certain of what is right costs nothing.", tolerance=FLOAT32)
    for _ in range(5):
        other = float(np.asarray(answer(np.log(policies) + 0.3 * logits, outcomes, policies, outcomes)))
        require(other > least, "Another p than π costs less: check the sign of the cross-entropy.", got=other)
        logits = rng.normal(size=logits.shape)


# --- win_rate_bounds -------------------------------------------------------------------------------------------------


def ends(wins, games, z):
    """Both p with |ŵ − p| = z √(p (1 − p) / n), by halving intervals."""
    rate = wins / games

    def end(inside, outside):
        for _ in range(60):
            p = (inside + outside) / 2
            if abs(rate - p) <= z * math.sqrt(p * (1 - p) / games):
                inside = p
            else:
                outside = p
        return inside

    return end(rate, 0.0), end(rate, 1.0)


@example(win_rate_bounds)
def _(rng):
    return 220.5, 400, 1.96


@claim(win_rate_bounds, "12 of 16 with z = 2 lie between ½ and 0.9: worked out by hand", weight=2)
def twelve_of_sixteen(answer, rng):
    # ŵ = 3/4, z²/n = 1/4: the middle is (3/4 + 1/8) / (5/4) = 0.7. Under the root stands 3/256 + 1/256 = 1/64, so that
    # the ends are 2 · 1/8 / (5/4) = 0.2 away. Indeed ¾ − ½ = 2 √(½ · ½ / 16) and 0.9 − ¾ = 2 √(0.9 · 0.1 / 16).
    wald, root = 2 * np.sqrt(3 / 256), np.sqrt
    around = lambda middle, spread: (middle - spread, middle + spread)  # noqa: E731
    mistakes = {
        "Lower and upper end are exchanged.": (0.9, 0.5),
        "This is ŵ ± z √(ŵ (1 − ŵ)/n), which trusts the ŵ it doubts: the terms with z² are missing.": (
            around(0.75, wald)
        ),
        "It is not divided by 1 + z²/n.": around(0.875, 0.25),
        "Only the root is divided by 1 + z²/n: the middle is, too.": around(0.875, 0.2),
        "Only the middle is divided by 1 + z²/n: the root is, too.": around(0.7, 0.25),
        "z²/4n² is missing under the root.": around(0.7, wald / 1.25),
        "z²/2n is missing in the middle.": around(0.6, 0.2),
        "z² is forgotten: z stands in its place.": around(0.8125 / 1.125, 2 * root(3 / 256 + 2 / 1024) / 1.125),
        "z is missing before the root.": around(0.7, 0.1),
        "z²/4n stands under the root: n is squared there.": around(0.7, 2 * root(3 / 256 + 1 / 16) / 1.25),
        "z²/n stands in the middle: it is half of that.": around(0.8, 0.2),
        "z²/n² stands under the root: it is a quarter of that.": around(0.7, 2 * root(3 / 256 + 1 / 64) / 1.25),
        "Under the root n is missing below ŵ (1 − ŵ).": around(0.7, 2 * root(3 / 16 + 1 / 256) / 1.25),
        "The root is missing.": around(0.7, 2 / 64 / 1.25),
        "This is the interval of Agresti and Coull: its middle is right, its ends are not where |ŵ − p| = z √(p (1 − p)/n).": (
            around(0.7, 2 * root(0.7 * 0.3 / 20))
        ),
        "Middle and half-width are returned: (lower, upper) is asked for.": (0.7, 0.2),
        "z is not used: it is fixed at 1.96.": ends(12, 16, 1.96),
        "z is not used: it is fixed at 1.645.": ends(12, 16, 1.645),
        "z is halved: it holds for either side already.": ends(12, 16, 1.0),
        "Only the lower end is returned.": 0.5,
        "Whole-number division makes the rate 0.": (0.0, 0.2),
        "It is about losing: wins and losses are exchanged.": around(0.3, 0.2),
    }
    likely = "(ŵ + z²/2n ± z √(ŵ (1 − ŵ)/n + z²/4n²)) / (1 + z²/n): everything is divided by 1 + z²/n."
    expect(answer(12, 16, 2.0), (0.5, 0.9), mistakes=mistakes, likely=likely)


@claim(win_rate_bounds, "After 10 wins of 10 the truth may still be below 1, after 0 of 10 above 0")
def all_or_none(answer, rng):
    # ŵ = 1: (1 + z²/2n ± z²/2n) / (1 + z²/n), from n / (n + z²) = 10/14 to 1. ŵ = 0: the same from the other side.
    certain = "Ten wins of ten make it certain: √(ŵ (1 − ŵ)/n) is 0 there, and the terms with z² are missing."
    mistakes = {certain: (1.0, 1.0), "The upper end lies above 1.": (10 / 14, 18 / 14)}
    likely = "With ŵ = 1 it goes from n / (n + z²) to 1, with ŵ = 0 from 0 to z² / (n + z²)."
    expect(answer(10, 10, 2.0), (10 / 14, 1.0), mistakes=mistakes, likely=likely)
    expect(answer(0, 10, 2.0), (0.0, 4 / 14), mistakes={certain: (0.0, 0.0)}, likely=likely)


@claim(win_rate_bounds, "Without a game nothing is known: from 0 to 1")
def no_game(answer, rng):
    mistakes = {
        "0/0 is nan: without games return (0, 1).": (np.nan, np.nan),
        "Without games it claims to know the rate: return (0, 1).": (0.0, 0.0),
        "Without games it claims to know the rate, ½: return (0, 1).": (0.5, 0.5),
    }
    expect(answer(0, 0, 1.96), (0.0, 1.0), mistakes=mistakes, likely="Without games every p is possible: (0, 1).")


@claim(win_rate_bounds, "At both ends, ŵ is z standard deviations of p away: found by trying, with draws as ½, too")
def found_by_trying(answer, rng):
    for games in (5, 40, 400):
        for wins in (rng.integers(1, games), rng.integers(1, games) - 0.5):
            z = rng.choice([1.0, 1.645, 1.96, 2.58])
            mistakes = {"Half a win is cut off: a draw counts ½.": ends(int(wins), games, z)} if wins % 1 else {}
            likely = "At both ends |ŵ − p| = z √(p (1 − p)/n): put what you return in, and see which end is off."
            got = answer(float(wins), games, float(z))
            expect(got, ends(wins, games, z), mistakes=mistakes, likely=likely)


@claim(win_rate_bounds, "The loser's is the mirror image; with z = 0 it is the rate; more games make it narrower")
def the_other_side(answer, rng):
    games = int(rng.integers(10, 100))
    wins = int(rng.integers(1, games))
    expect(answer(wins, games, 0.0), (wins / games, wins / games), likely="With z = 0 both ends are ŵ.")
    got = answer(wins, games, 1.96)
    expect(got, ends(wins, games, 1.96), likely="It should return two numbers, the lower one first.")
    likely = "n − w wins of n should give (1 − upper, 1 − lower)."
    expect(answer(games - wins, games, 1.96), (1 - got[1], 1 - got[0]), likely=likely)
    likely = "100 times the games at the same rate: 10 times as narrow."
    expect(answer(100 * wins, 100 * games, 1.96), ends(100 * wins, 100 * games, 1.96), likely=likely)


# --- examples_are_right (find the bug) -------------------------------------------------------------------------------


def self_play(rng, count, moves=26):
    """A game as it should be recorded: to_play, winner, visits, policies (float32), outcomes."""
    visits = rng.multinomial(200, rng.dirichlet(np.full(moves, 0.3)), count).astype(np.int32)
    to_play, winner = rng.integers(1, 3, count), int(rng.integers(1, 3))  # not every position is recorded
    outcomes = np.array([1.0 if player == winner else -1.0 for player in to_play])
    return to_play, winner, visits, (visits / 200).astype(np.float32), outcomes


@example(examples_are_right)
def _(rng):
    to_play, winner, visits, policies, outcomes = self_play(rng, 120, 82)
    return to_play, winner, visits, policies, np.where(rng.uniform(size=120) < 0.2, -outcomes, outcomes)


# White won. Each line: who is to play, visits, recorded policy, recorded outcome; what is wrong with it.
RECORD = [
    (1, (1, 3, 0), (0.25, 0.75, 0), -1),  # 0
    (2, (4, 0, 12), (0.25, 0, 0.75), 1),  # 1
    (2, (2, 2, 4), (0.25, 0.25, 0.5), 1),  # 2: White again, the position in between was not recorded
    (1, (8, 4, 4), (0.5, 0.25, 0.25), 1),  # 3: for White, not for the side to move
    (2, (1, 2, 1), (0.25, 0.5, 0.25), -1),  # 4: for Black, not for the side to move
    (1, (1, 2, 1), (1, 2, 1), -1),  # 5: visits, not shares
    (2, (1, 3, 4), (0.5, 0.125, 0.375), 1),  # 6: another move's share
    (1, (1, 3, 0), (0, 1, 0), -1),  # 7: only the most visited move
    (2, (1, 1, 1), (0.3335, 0.333, 0.3335), 1),  # 8: rounded
    (2, (6, 2, 0), (0.75, 0.25, 0), 0),  # 9: a draw in a game that White won
    (1, (1, 2, 1), (1 / 6, 4 / 6, 1 / 6), -1),  # 10: the squares' shares
]
SOUND = (0, 1, 2, 8)


def verdicts(*passed):
    """What an auditor says who lets exactly these lines through."""
    return np.isin(np.arange(len(RECORD)), passed)


@claim(examples_are_right, "Eleven positions of a game that White won, worked out by hand", weight=2)
def eleven_positions_by_hand(answer, rng):
    one = "It gives one verdict for the game, {}: tell for each position, bool [T]."
    mistakes = {
        "Outcomes are taken for Black's: they are for the side to move.": verdicts(0, 4),
        "Outcomes are taken for White's or the winner's: they are for the side to move.": verdicts(1, 2, 3, 8),
        "Outcomes are taken for the player who moved last: they are for the side to move.": verdicts(3, 4),
        "It lets the sides take turns from the first position on: `to_play` says whose turn it is, and not every "
        "position is recorded.": verdicts(0, 1, 3, 4),
        "Policies are not looked at.": verdicts(0, 1, 2, 5, 6, 7, 8, 10),
        "Of a policy only the sum is looked at: every share has to be right.": verdicts(0, 1, 2, 6, 7, 8, 10),
        "Policies are divided by their sum before they are compared: so visits go through in place of shares.": (
            verdicts(0, 1, 2, 5, 8)
        ),
        "Of a policy only the move with most visits is looked at: every share has to be right.": (
            verdicts(0, 1, 2, 5, 7, 8, 10)
        ),
        "A policy goes through if any of its shares is right: all have to be.": verdicts(0, 1, 2, 7, 8),
        "Policies are held against the visits: divide these by their sum.": verdicts(5),
        "Outcomes are not looked at.": verdicts(0, 1, 2, 3, 4, 8, 9),
        "The sign of the outcome is not looked at.": verdicts(0, 1, 2, 3, 4, 8),
        "A draw goes through in a game that White won: there each outcome is +1 or −1.": verdicts(0, 1, 2, 8, 9),
        "What is rounded is rejected: numbers may differ by 10⁻³.": verdicts(0, 1, 2),
        "It tells which ones are wrong: True is for those that are right.": ~verdicts(*SOUND),
        "It says yes always.": verdicts(*range(11)),
        "It says no always: right is a policy that is N / Σ N of the same position.": verdicts(),
        one.format("no"): False,
        one.format("yes"): True,
    }
    to_play, visits, policies, outcomes = (np.array(column) for column in zip(*RECORD, strict=True))
    got = answer(to_play, 2, visits, policies.astype(float), outcomes.astype(float))
    likely = "Right is a position whose outcome is +1 for the winner's turn and −1 for the other's, and π = N / Σ N."
    expect(got, verdicts(*SOUND), mistakes=mistakes, likely=likely)


@claim(examples_are_right, "After a draw each outcome is 0")
def draws(answer, rng):
    to_play, _, visits, policies, outcomes = self_play(rng, 6)
    to_play[:2] = 1, 2
    right = np.ones(6, bool)
    lost = {
        "After a draw it wants −1 from both: nobody is the winner, and nobody lost.": ~right,
        "It says yes always.": right,
    }
    likely = "`winner` is 0 after a draw, and each outcome is 0."
    expect(answer(to_play, 0, visits, policies, np.zeros(6)), right, mistakes=lost, likely=likely)
    won = {"After a draw +1 or −1 goes through.": right}
    minus = {"After a draw it wants −1: nobody is the winner, and nobody lost.": right}
    expect(answer(to_play, 0, visits, policies, outcomes), ~right, mistakes=won, likely=likely)
    expect(answer(to_play, 0, visits, policies, -np.ones(6)), ~right, mistakes=minus, likely=likely)


@claim(examples_are_right, "With the colours exchanged the verdicts stay")
def colours_exchanged(answer, rng):
    to_play, winner, visits, policies, outcomes = self_play(rng, 40)
    wrong = rng.uniform(size=40) < 0.3
    outcomes = np.where(wrong, -outcomes, outcomes)
    for players, won in ((to_play, winner), (3 - to_play, 3 - winner)):
        name = ("Black", "White")[won - 1]
        mistakes = {
            f"When {name} won, outcomes are taken for the side that is not to move: no colour is special, hold "
            "`to_play` against `winner`.": wrong,
            f"When {name} won, the sign of the outcomes is not looked at.": np.ones(40, bool),
        }
        likely = f"When {name} won it goes wrong: hold `to_play` against `winner`, no colour is special."
        expect(answer(players, won, visits, policies, outcomes), ~wrong, mistakes=mistakes, likely=likely)


@claim(examples_are_right, "Two moves in a row by one side: `to_play` says whose turn it is")
def two_in_a_row(answer, rng):
    # Handicap stones, or positions that were not recorded: B B B W, then in turns; the end of the record is W W.
    to_play = np.array([1, 1, 1, 2, 1, 2, 1, 2, 2])
    _, _, visits, policies, _ = self_play(rng, 9)
    for winner in (1, 2):
        outcomes = np.array([1.0 if player == winner else -1.0 for player in to_play])
        turns = "It lets the sides take turns, from the {}: `to_play` says whose turn it is."
        first, last = np.arange(9) % 2 == 0, np.arange(9) % 2 == 1
        mistakes = {
            turns.format("first position on"): to_play == np.where(first, 1, 2),
            turns.format("last position back"): to_play == np.where(last, 1, 2),
        }
        likely = "A right record is rejected: its outcomes are those of `to_play`."
        expect(answer(to_play, winner, visits, policies, outcomes), np.ones(9, bool), mistakes=mistakes, likely=likely)


@claim(examples_are_right, "What was recorded a position late or early is wrong")
def one_position_late(answer, rng):
    to_play, winner, visits, policies, outcomes = self_play(rng, 30)
    likely = "A right record is rejected: position t has the visits and the outcome of line t."
    expect(answer(to_play, winner, visits, policies, outcomes), np.ones(30, bool), likely=likely)
    for steps, when in ((1, "late"), (-1, "early")):
        got = answer(to_play, winner, visits, np.roll(policies, steps, axis=0), outcomes)
        mistakes = {f"Policies of a position {when} go through: line t is about position t.": np.ones(30, bool)}
        likely = f"Some policies that were recorded a position {when} go through."
        expect(got, np.zeros(30, bool), mistakes=mistakes, likely=likely)
        late = np.roll(outcomes, steps)
        likely = f"Outcomes were recorded a position {when}: wrong are those where the side to move is another."
        expect(answer(to_play, winner, visits, policies, late), late == outcomes, likely=likely)


@claim(examples_are_right, "Each number may differ by 10⁻³, in both directions, and nan is wrong")
def a_thousandth_each(answer, rng):
    # Shares 0.02, 0.48, 0.5. Line 1 is off by less than the tolerance in every entry, which adds up to more.
    visits, shares = np.tile(counts(2, 48, 50), (11, 1)), np.tile([0.02, 0.48, 0.5], (11, 1))
    shares[1:4] += [(7e-4, 7e-4, 7e-4), (3e-4, -3e-4, 0), (1.4e-3, -1.4e-3, 0)]
    shares[4:7, 1] += (0.02, -0.02, np.nan)
    outcomes = np.array([1, 1, 1, 1, 1, 1, 1, 0.9995, 0.998, 1.002, np.nan])
    sets = {
        "nan goes through: ask whether the difference is small, not whether it is large.": (0, 1, 2, 6, 7, 10),
        "The tolerance is measured by the share: it is 10⁻³ for each number, large or small.": (0, 7),
        "Differences are added up over the moves: each may be 10⁻³.": (0, 2, 7),
        "Differences of the moves cancel: take each one's magnitude.": (0, 2, 3, 7),
        "Shares may be off by more than 10⁻³, or differences are averaged over the moves: each may be 10⁻³.": (
            (0, 1, 2, 3, 7)
        ),
        "Shares that are too high go through: take the magnitude of the difference.": (0, 1, 2, 4, 7),
        "Shares that are too low go through: take the magnitude of the difference.": (0, 1, 2, 5, 7),
        "What is within the tolerance is rejected: each number may be 10⁻³ off.": (0,),
        "Outcomes have to be exact: they may differ by 10⁻³, too.": (0, 1, 2),
        "Outcomes may be off by more than 10⁻³.": (0, 1, 2, 7, 8, 9),
        "Outcomes and shares may be off by more than 10⁻³.": (0, 1, 2, 3, 7, 8, 9),
    }
    mistakes = {sentence: np.isin(np.arange(11), passed) for sentence, passed in sets.items()}
    got = answer(np.ones(11, int), 1, visits, shares, outcomes)
    likely = "Allowed is 10⁻³ for every share and for the outcome, and more is wrong."
    expect(got, np.isin(np.arange(11), (0, 1, 2, 7)), mistakes=mistakes, likely=likely)


@claim(examples_are_right, "In a whole game it finds exactly the positions in which something was changed")
def finds_what_was_changed(answer, rng):
    to_play, winner, visits, policies, outcomes = self_play(rng, 100)
    kinds = rng.permutation(np.arange(100) % 5)
    busiest = visits.argmax(axis=1)
    for t in np.flatnonzero(kinds):
        if kinds[t] == 1:
            outcomes[t] = -outcomes[t]
        elif kinds[t] == 2:
            outcomes[t] = 0.0
        elif kinds[t] == 3:
            policies[t] = np.eye(26)[busiest[t]]
        else:
            policies[t, busiest[t]] += 0.02
    taken = "{} go through."
    names = {1: "Outcomes with the wrong sign", 2: "Draws", 3: "The most visited move as the whole policy"}
    names[4] = "Policies of which one share is 0.02 too large"
    mistakes = {taken.format(name): (kinds == 0) | (kinds == kind) for kind, name in names.items()}
    got = answer(to_play, winner, visits, policies, outcomes)
    likely = "Changed were outcomes and policies of 80 of 100 positions: the other 20 are right."
    expect(got, kinds == 0, mistakes=mistakes, likely=likely)
