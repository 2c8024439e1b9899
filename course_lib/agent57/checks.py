"""What `check` asks of a learner's answers in this wing: hand-worked cases, limits, identities, brute force, slopes."""

import math

import numpy as np

from course_lib.agent57.audit import log_is_of_a_window
from course_lib.agent57.meta_controller import choose_member, evaluators_member
from course_lib.agent57.priorities import sequence_priorities
from course_lib.agent57.split import shared_policy, split_errors
from course_lib.deep_rl.checks import floats, slopes
from course_lib.never_give_up.checks import of_actions, retraced, softmax, squeezed, stretched
from course_lib.workbook import claim, example, expect, require

TOLERANCE = 1e-5  # answers with tensors compute in float32


# --- a bandit in plain Python, with all its mistakes -----------------------------------------------------------------


def grouped(members, returns, count):
    """The returns of each member, a list of lists."""
    found = [[] for _ in range(count)]
    for j, result in zip(members, returns, strict=True):
        found[int(j)].append(float(result))
    return found


def within(window):
    """The last τ episodes."""
    return lambda members, returns: (list(members)[-window:], list(returns)[-window:])


def of_each(window):
    """The last τ episodes of each member: a window that is counted for everyone by itself."""

    def seen(members, returns):
        kept, left = [], {}
        for j, result in reversed(list(zip(members, returns, strict=True))):
            left[j] = left.get(j, window) - 1
            kept += [(j, result)] * (left[j] >= 0)
        return [j for j, _ in reversed(kept)], [result for _, result in reversed(kept)]

    return seen


def mean(results):
    """Their mean."""
    return math.fsum(results) / len(results)


def ucb(results, bonus, episodes):
    """Mean + β √(1 / n), as it should be."""
    return mean(results) + bonus * math.sqrt(1 / len(results))


def scores(members, returns, count, window, bonus, *, seen=None, worth=ucb, unplayed=math.inf):
    """What each member is chosen by, a list; `seen` leaves the episodes that count, `unplayed` is for who is not in them."""
    members, returns = (seen or within(window))(members, returns)
    theirs = grouped(members, returns, count)
    return [worth(results, bonus, len(members)) if results else unplayed for results in theirs]


def best(values):
    """All members that share the largest value, up to rounding."""
    largest = max(values)
    return [j for j, value in enumerate(values) if value == largest or value > largest - 1e-9]


def forgetting_by_half(counts):
    """A window for the means alone, or for the counts alone: {"means" or "counts"} that are of the whole log."""

    def values(members, returns, count, window, bonus):
        short, whole = grouped(*within(window)(members, returns), count), grouped(members, returns, count)
        means, played = (short, whole) if counts else (whole, short)
        if not all(short):
            return [0.0 if results else math.inf for results in short]
        return [mean(a) + bonus * math.sqrt(1 / len(b)) for a, b in zip(means, played, strict=True)]

    return values


def variant(**options):
    """The scores of a rule that differs from the right one in this."""
    return lambda members, returns, count, window, bonus: scores(members, returns, count, window, bonus, **options)


def of_window(change):
    """The right rule for another window."""
    return lambda members, returns, count, window, bonus: scores(members, returns, count, change(window), bonus)


def everything(members, returns):
    """All episodes."""
    return list(members), list(returns)


def at_first(members, returns, count, window, bonus):
    """The first τ episodes in the place of the last."""
    return scores(members[:window], returns[:window], count, window, bonus)


WRONG_RULES = {
    "It never forgets: means and counts are those of the last τ episodes alone, `[-window:]`.": variant(seen=everything),
    "The means forget and the counts do not: both are of the last τ episodes.": forgetting_by_half(counts=True),
    "The counts forget and the means do not: both are of the last τ episodes.": forgetting_by_half(counts=False),
    "These are the first τ episodes: the last ones count, `[-window:]`.": at_first,
    "The window is counted for each member by itself: the last τ episodes of all of them together.": (
        lambda members, returns, count, window, bonus: scores(
            members, returns, count, window, bonus, seen=of_each(window)
        )
    ),
    "The window is one episode too short: `[-window:]` holds τ.": of_window(lambda window: window - 1),
    "The window is one episode too long: `[-window:]` holds τ.": of_window(lambda window: window + 1),
    "The counts start at 1: n is how often a member played, and who has not played comes first anyway.": variant(
        worth=lambda results, bonus, k: sum(results) / (1 + len(results)) + bonus * math.sqrt(1 / (1 + len(results)))
    ),
    "The counts of the bonus start at 1: n is how often a member played.": variant(
        worth=lambda results, bonus, k: mean(results) + bonus * math.sqrt(1 / (1 + len(results)))
    ),
    "There is a logarithm in the bonus, as in UCB1: Agent57 has none, β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + bonus * math.sqrt(math.log(k) / len(results))
    ),
    "This is the bonus of UCB1, √(2 ln k / n): Agent57 has no logarithm, β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + bonus * math.sqrt(2 * math.log(k) / len(results))
    ),
    "The root is missing: β √(1 / n), not β / n.": variant(
        worth=lambda results, bonus, k: mean(results) + bonus / len(results)
    ),
    "β stands under the root: β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + math.sqrt(bonus / len(results))
    ),
    "β multiplies the means as well: mean + β √(1 / n).": variant(
        worth=lambda results, bonus, k: bonus * (mean(results) + math.sqrt(1 / len(results)))
    ),
    "β multiplies the means, and the roots have no factor: mean + β √(1 / n).": variant(
        worth=lambda results, bonus, k: bonus * mean(results) + math.sqrt(1 / len(results))
    ),
    "The bonus multiplies the mean: it is added.": variant(
        worth=lambda results, bonus, k: mean(results) * bonus * math.sqrt(1 / len(results))
    ),
    "β is not used: mean + β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + math.sqrt(1 / len(results))
    ),
    "There is no bonus: mean + β √(1 / n).": variant(worth=lambda results, bonus, k: mean(results)),
    "The bonus is subtracted: who played rarely gets more of it.": variant(
        worth=lambda results, bonus, k: mean(results) - bonus * math.sqrt(1 / len(results))
    ),
    "The bonus grows with n: β √(1 / n) is large for who played rarely.": variant(
        worth=lambda results, bonus, k: mean(results) + bonus * math.sqrt(len(results))
    ),
    "The returns are added up: their *mean* counts, or who plays often looks good.": variant(
        worth=lambda results, bonus, k: sum(results) + bonus * math.sqrt(1 / len(results))
    ),
    "The returns are divided by all episodes of the window: each mean is over the episodes of that member.": variant(
        worth=lambda results, bonus, k: sum(results) / k + bonus * math.sqrt(1 / len(results))
    ),
    "Only the newest return of each counts: the mean of all in the window.": variant(
        worth=lambda results, bonus, k: results[-1] + bonus * math.sqrt(1 / len(results))
    ),
    "Only the best return of each counts: the mean of all in the window.": variant(
        worth=lambda results, bonus, k: max(results) + bonus * math.sqrt(1 / len(results))
    ),
    "The smallest value is chosen: the largest.": variant(worth=lambda *given: -ucb(*given)),
    "It chooses who played least: the mean counts, too.": variant(worth=lambda results, bonus, k: -len(results)),
    "It chooses who played most: mean + β √(1 / n).": variant(worth=lambda results, bonus, k: len(results)),
}


# --- choose_member ---------------------------------------------------------------------------------------------------


def episodes(members, returns):
    """A log as the controller keeps it."""
    return np.array(members, int).reshape(-1), floats(*returns).reshape(-1)


@example(choose_member)
def _(rng):
    return rng.integers(8, size=300), rng.random(300), 8, 90, 1.0
