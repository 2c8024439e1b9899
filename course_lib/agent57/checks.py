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
    return lambda members, returns: (members[-window:], returns[-window:])


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
    return sum(results) / len(results)


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
    return members, returns


def at_first(members, returns, count, window, bonus):
    """The first τ episodes in the place of the last."""
    return scores(members[:window], returns[:window], count, window, bonus)


WRONG_RULES = {
    "It never forgets: means and counts are those of the last τ episodes alone, `[-window:]`.": variant(
        seen=everything
    ),
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
    "β multiplies the means, and the roots have no factor: mean + β √(1 / n).": variant(
        worth=lambda results, bonus, k: bonus * mean(results) + math.sqrt(1 / len(results))
    ),
    "The bonus multiplies the mean: it is added.": variant(
        worth=lambda results, bonus, k: mean(results) * bonus * math.sqrt(1 / len(results))
    ),
    "β changes nothing: it multiplies the bonus alone, mean + β √(1 / n).": variant(
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


# (N, members, returns, τ, β): in each window everyone has played once or four times, so √(1 / n) is 1 or ½.
LOGS = [
    (3, [0, 1, 0, 2, 0, 2, 0, 1, 1, 1, 2, 2, 1, 2], [0.5, 3.5, 2.5, 3, 2, 3.5, 2.5, 4, 1.5, 4, 3, 1, 4, 0], 9, 2.0),
    (2, [0, 0, 0, 0, 1, 1, 0, 1, 1], [3.5, 3, 2.5, 3.5, 4, 3, 1.5, 3.5, 0.5], 5, 2.0),
    (3, [2, 0, 1, 2, 1, 0, 0, 0, 2, 0], [-3, 1, 1, -2, -3, -2.5, 1, 1, -2.5, -2], 6, 4.0),
    (3, [2, 0, 2, 0, 0, 0, 1, 2, 0], [0.5, 0, 2, 4, 0.5, 4, 2.5, 4, 1.5], 6, 4.0),
    (3, [1, 2, 0, 0, 1, 2, 2, 1, 0, 1, 2, 1, 2], [2.5, 0.5, 1, 1.5, 2, 3.5, 1.5, 0.5, 2, 4, 2, 1.5, 2], 9, 2.0),
    (2, [1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1], [-0.5, 0, -1, -2.5, 1, 0.5, -2, 0, -1.5, 0, -3, 0.5, -2], 5, 0.5),
    (3, [2, 2, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 2], [0, 0, -2, 1, 0, -2, 0.5, -0.5, -1.5, 0.5, -0.5, -2, -1.5, -0.5], 9, 0.5),
    (3, [1, 2, 1, 0, 2, 0, 2, 1, 2, 1, 1, 1, 2], [3.5, 2, 0.5, 1.5, 3.5, 4, 4, 4, 0, 1.5, 0, 0, 1], 9, 2.0),
    (2, [1, 0, 0, 0, 1, 0], [2, 1, 1.5, 1.5, 1, 1.2], 5, 0.5),
]  # fmt: skip


def asked(answer, logs, *more):
    """What is chosen after each log, a tuple."""
    return tuple(answer(*episodes(members, returns), count, *rest) for count, members, returns, *rest in logs)


def chosen(rule, logs):
    """The same by a rule in plain Python."""
    return tuple(best(rule(members, returns, count, *rest))[0] for count, members, returns, *rest in logs)


@claim(choose_member, "Nine logs worked out by hand", weight=2)
def nine_logs_by_hand(answer, rng):
    # Means and values of members 0, 1 (and 2) in the window:
    #   2.5, 3.375, 1.875    2.5 + 2 · 1, 3.375 + 2 · ½, 1.875 + 2 · ½    = 4.5, 4.375, 2.875
    #   1.5, 2.75            1.5 + 2 · 1, 2.75 + 2 · ½                    = 3.5, 3.75
    #   −0.625, −3, −2.5     −0.625 + 4 · ½, −3 + 4 · 1, −2.5 + 4 · 1     = 1.375, 1, 1.5
    #   2.5, 2.5, 4          2.5 + 4 · ½, 2.5 + 4 · 1, 4 + 4 · 1          = 4.5, 6.5, 8
    #   2, 2, 2.25           2 + 2 · 1, 2 + 2 · ½, 2.25 + 2 · ½           = 4, 3, 3.25
    #   −1.5, −1.125         −1.5 + ½ · 1, −1.125 + ½ · ½                 = −1, −0.875
    #   0, −1.75, −0.5       0 + ½ · ½, −1.75 + ½ · ½, −0.5 + ½ · 1       = 0.25, −1.5, 0
    #   4, 1.375, 2.125      4 + 2 · 1, 1.375 + 2 · ½, 2.125 + 2 · ½      = 6, 2.375, 3.125
    #   1.3, 1               1.3 + ½ · ½, 1 + ½ · 1                       = 1.55, 1.5
    right = (0, 1, 2, 2, 0, 1, 0, 0, 0)
    mistakes = {sentence: chosen(rule, LOGS) for sentence, rule in WRONG_RULES.items()}
    likely = (
        "Of the last τ episodes alone: mean return of each member + β √(1 / n), n how often it played; the largest one. "
        "The values of the first log are 2.5 + 2 · 1, 3.375 + 2 · ½ and 1.875 + 2 · ½."
    )
    expect(asked(answer, LOGS), right, mistakes=mistakes, likely=likely)


# (N, members, returns, τ, β): somebody has not played in the last τ episodes.
UNPLAYED = [
    (4, [], [], 90, 1.0),  # nobody has
    (4, [0], [5], 90, 1.0),
    (4, [0, 1, 3], [1, 0, 9], 90, 1.0),
    (3, [1, 0, 0, 2, 0, 2], [9, 4, 5, 5, 5, 6], 4, 1.0),  # 1 is forgotten
    (3, [0, 1, 2, 1, 1], [-9, -9, 9, 8, 8], 3, 1.0),  # 0 is
    (4, [3, 2, 1, 0, 1, 0, 1], [50, 60, 70, 80, 90, 80, 90], 5, 0.5),  # 2 and 3 are
    (3, [0, 0, 2], [70, 80, 90], 90, 0.5),
    (3, [0, 0, 2], [-5, -5, -5], 90, 0.5),
    (3, [0, 0, 2], [0.1, 0.1, -3], 90, 0.5),
]


@claim(choose_member, "Who has not played in the window comes first, in the order of the family", weight=2)
def the_unplayed_come_first(answer, rng):
    def latest(members, returns, count, window, bonus):
        values = scores(members, returns, count, window, bonus)
        return [value + j if math.isinf(value) is False else 1e9 + j for j, value in enumerate(values)]

    def longest_ago(members, returns, count, window, bonus):
        values = scores(members, returns, count, window, bonus)
        last = {int(j): place for place, j in enumerate(members)}
        return [1e9 - last.get(j, -1) if math.isinf(value) else value for j, value in enumerate(values)]

    def over_all(counted):
        def values(members, returns, count, window, bonus):
            found = scores(members, returns, count, window, bonus, unplayed=counted)
            return [math.inf if j not in members else value for j, value in enumerate(found)]

        return values

    rules = {
        "It never forgets who played: count the last τ episodes alone, where somebody may be missing again.": variant(
            seen=everything
        ),
        "Who has not played is ignored: it comes before all others.": variant(unplayed=-math.inf),
        "Who has not played counts as a mean of 0 without a bonus: it comes before all others.": variant(unplayed=0.0),
        "Who has not played counts as a mean of 0 with the bonus of one episode: it comes before all others.": (
            lambda members, returns, count, window, bonus: scores(
                members, returns, count, window, bonus, unplayed=bonus
            )
        ),
        "Of those who have not played the last one is taken: the first in the order of the family.": latest,
        "Of those who have not played it takes whoever was there longest ago: the first in the order of the family.": (
            longest_ago
        ),
        "Whose episodes were all forgotten is ignored, or counts as 0: it comes first, as who never played does.": over_all(
            -math.inf
        ),
    }
    likely = "Whose n is 0 within the last τ episodes is chosen before anybody is compared; of several, the smallest j."
    mistakes = {sentence: chosen(rule, UNPLAYED) for sentence, rule in rules.items()}
    expect(asked(answer, UNPLAYED), (0, 1, 2, 1, 0, 2, 1, 1, 1), mistakes=mistakes, likely=likely)


@claim(choose_member, "What is older than τ episodes is forgotten: it may have been anything")
def the_past_is_forgotten(answer, rng):
    count, window = 4, 12
    for _ in range(20):
        recent, results = np.append(rng.permutation(4), rng.integers(4, size=8)), rng.normal(size=12)
        got = [answer(recent, results, count, window, 1.0)]
        for length in (1, 5, 40):
            old = rng.integers(4, size=length), 20 * rng.normal(size=length)
            got.append(answer(np.append(old[0], recent), np.append(old[1], results), count, window, 1.0))
        likely = "What happened before the last τ episodes changes the choice: neither means nor counts may hold it."
        values = scores(recent, results, count, window, 1.0)
        expect(tuple(got), (values.index(max(values)),) * 4, likely=likely)


@claim(choose_member, "Without a bonus the best mean is chosen, with a huge one whoever played least")
def both_ends_of_the_bonus(answer, rng):
    for count in (2, 5, 9):
        members = rng.permutation(np.repeat(np.arange(count), 1 + rng.permutation(count)))
        returns = rng.normal(size=len(members))
        means = [returns[members == j].mean() for j in range(count)]
        played = [(members == j).sum() for j in range(count)]
        likely = "With β = 0 only the means of the returns are left."
        expect(answer(members, returns, count, 1000, 0.0), int(np.argmax(means)), likely=likely)
        likely = "With a huge β only √(1 / n) is left: whoever played least."
        expect(answer(members, returns, count, 1000, 1e6), int(np.argmin(played)), likely=likely)


@claim(choose_member, "Of equally good members the first is chosen")
def ties_go_to_the_first(answer, rng):
    likely = "Where several values are the same, the first member is chosen, as np.argmax does."
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        expect(answer(*episodes(order, [0.5] * 4), 4, 90, 1.0), 0, likely=likely)
        expect(answer(*episodes(order + order[::-1], [0.5] * 8), 4, 90, 1.0), 0, likely=likely)
        results = [{1: 2.0, 3: 2.0}.get(j, 1.0) for j in order]
        expect(answer(*episodes(order, results), 4, 90, 1.0), 1, likely=likely)


@claim(choose_member, "Where the best member changes, it follows")
def it_follows_a_change(answer, rng):
    # Two members with noise. Member 0 brings 1 and the other one 0; after 60 episodes it is the other way round.
    members, returns = np.zeros(0, int), np.zeros(0)
    for k in range(140):
        j = int(answer(members, returns, 2, 20, 0.5))
        require(0 <= j < 2, "It should return the number of a member, 0 … N − 1.", got=j)
        paid = float(j == (k >= 60)) + 0.1 * rng.normal()
        members, returns = np.append(members, j), np.append(returns, paid)
    early, late = (members[20:60] == 0).mean(), (members[100:] == 1).mean()
    likely = (
        "Within τ episodes after a change the window holds nothing of the time before, so the new best one is played."
    )
    require(min(early, late) > 0.6, likely, expected="the better one most of the time", got=(early, late))


# --- evaluators_member -----------------------------------------------------------------------------------------------


@example(evaluators_member)
def _(rng):
    return rng.integers(8, size=4000), rng.random(4000), 8, 3600


def greedy(**options):
    """The scores of an evaluator's rule that differs from the right one in this."""
    given = {"worth": lambda results, bonus, k: mean(results), "unplayed": -math.inf} | options

    def values(members, returns, count, window):
        return scores(members, returns, count, window, 1.0, **given) if len(members) else [1.0] + [0.0] * (count - 1)

    return values


def other_window(change):
    """The evaluator's rule with another window."""
    return lambda members, returns, count, window: greedy()(members, returns, count, change(window))


def as_an_actor(members, returns, count, window):
    """Who has not played first, and a bonus: what `choose_member` does."""
    return scores(members, returns, count, window, 1.0)


def newest(members, returns, count, window):
    """Whoever played last."""
    return [float(j == members[-1]) for j in range(count)]


def of_the_best_episode(members, returns, count, window):
    """Whoever had the best single episode."""
    return greedy(worth=lambda results, bonus, k: max(results))(members, returns, count, window)


EVALUATORS_MISTAKES = {
    "It explores: the evaluator has no bonus, and examines nobody who has not played.": as_an_actor,
    "There is a bonus: the evaluator takes the best mean as it is.": greedy(worth=ucb),
    "It examines who has not played before all others: whoever is missing in the window cannot be judged.": greedy(
        unplayed=math.inf
    ),
    "Who has not played counts as a mean of 0, which is more than a loss: whoever is missing cannot be judged.": greedy(
        unplayed=0.0
    ),
    "It takes who played most: the best mean. What the actors try often need not be the best.": greedy(
        worth=lambda results, bonus, k: len(results)
    ),
    "It takes who played least: the best mean.": greedy(worth=lambda results, bonus, k: -len(results)),
    "The returns are added up, or divided by the number of all episodes: the mean of each over its own episodes.": greedy(
        worth=lambda results, bonus, k: sum(results)
    ),
    "It takes the best single episode: that may have been luck. The best mean.": of_the_best_episode,
    "Only the newest return of each counts: the mean of all in the window.": greedy(
        worth=lambda results, bonus, k: results[-1]
    ),
    "It takes whoever played last: the best mean.": newest,
    "The counts start at 1: the mean is over the episodes that were played.": greedy(
        worth=lambda results, bonus, k: sum(results) / (1 + len(results))
    ),
    "It never forgets: the last τ episodes alone, `[-window:]`.": greedy(seen=everything),
    "These are the first τ episodes: the last ones count, `[-window:]`.": (
        lambda members, returns, count, window: greedy()(members[:window], returns[:window], count, window)
    ),
    "The window is counted for each member by itself: the last τ episodes of all of them together.": (
        lambda members, returns, count, window: greedy(seen=of_each(window))(members, returns, count, window)
    ),
    "The window is one episode too short: `[-window:]` holds τ.": other_window(lambda window: window - 1),
    "The window is one episode too long: `[-window:]` holds τ.": other_window(lambda window: window + 1),
    "The worst mean is taken: the best one.": greedy(worth=lambda results, bonus, k: -mean(results)),
}

# (N, members, returns, τ)
EXAMINED = [
    (4, [1, 3, 0, 2, 2, 1, 2], [0.5, 3, 1, 0, 1, 1.5, 2.5], 5),
    (4, [1, 1, 3, 0, 1], [-1, -1.5, -4, -2, -3], 5),
    (3, [0, 0, 1, 0, 2, 0, 2, 2], [3.5, 1, 2, 2, 2.25, 2.5, 2, 1], 6),
    (3, [0, 2, 2, 2, 1, 0, 1, 1, 2], [2, 0.5, 2.5, 4, 3.5, 4, 0.5, 3.5, 3.5], 3),
    (4, [1, 1, 0, 0, 0, 0, 3, 2], [-1, -3, -2.5, -1, -2, -2.5, -3, -2.5], 6),
    (2, [0, 0, 1, 1, 1], [5, 0, 3, 3, 3], 90),
]  # fmt: skip


@claim(evaluators_member, "Six logs worked out by hand", weight=2)
def six_logs_by_hand(answer, rng):
    # Means in the window: 1, 1.5, 7/6, none; −2, −11/6, none, −4; 2.25, 2, 1.75; none, 2, 3.5; −2, none, −2.5, −3; 2.5, 3.
    mistakes = {sentence: chosen(rule, EXAMINED) for sentence, rule in EVALUATORS_MISTAKES.items()}
    likely = (
        "The best mean return of those who played in the last τ episodes: 1, 1.5 and 7/6 in the first log, so member 1."
    )
    expect(asked(answer, EXAMINED), (1, 1, 0, 2, 0, 1), mistakes=mistakes, likely=likely)


@claim(evaluators_member, "Where all lose, whoever has not played is not examined", weight=2)
def losses_are_means_too(answer, rng):
    for count in (2, 5, 32):
        for _ in range(4):
            absent = int(rng.integers(count))
            members = np.delete(np.arange(count), absent)
            members = rng.permutation(np.append(members, rng.choice(members, 10)))
            returns = -1 - rng.random(len(members))
            means = {j: returns[members == j].mean() for j in set(members.tolist())}
            mistakes = {"Who has not played is examined: that means 0, or comes first; it cannot be judged.": absent}
            likely = "All returns are below 0, and so are all means. Who has not played has none: −∞ in its place."
            right = max(means, key=means.get)
            expect(answer(members, returns, count, 1000), right, mistakes=mistakes, likely=likely)


@claim(evaluators_member, "Before the first episode it is member 0")
def before_the_first_episode(answer, rng):
    for count in (1, 4, 32):
        likely = "The log is empty: there is nobody to compare, and member 0, who only exploits, is examined."
        expect(answer(np.zeros(0, int), np.zeros(0), count, 3600), 0, likely=likely)


@claim(evaluators_member, "How often somebody played does not matter, only how well on average")
def numbers_do_not_matter(answer, rng):
    for _ in range(10):
        count = int(rng.integers(2, 7))
        worth = rng.permutation(count) - 3.0
        members = rng.permutation(np.append(np.arange(count), rng.integers(count, size=30)))
        spread = rng.normal(size=len(members))
        for j in range(count):  # whose mean is its worth, however often it played
            spread[members == j] -= spread[members == j].mean()
        likely = "Means alone decide: no bonus for who played rarely, and none for who played often."
        expect(answer(members, worth[members] + spread, count, 1000), int(worth.argmax()), likely=likely)


@claim(evaluators_member, "What is older than τ episodes is forgotten: it may have been anything")
def the_past_is_not_examined(answer, rng):
    for length in (1, 7, 50):
        recent, results = rng.integers(4, size=10), rng.normal(size=10)
        old = rng.integers(5, size=length), 20 + rng.random(length)
        got = answer(np.append(old[0], recent), np.append(old[1], results), 5, 10)
        means = {j: results[recent == j].mean() for j in set(recent.tolist())}
        likely = "Very good episodes from before the last τ change the choice: they are forgotten."
        expect(got, max(means, key=means.get), likely=likely)


@claim(evaluators_member, "Of equally good members the first is examined")
def the_first_of_equals(answer, rng):
    likely = "Where several means are the same, the first member is examined, as np.argmax does."
    for order in ([3, 1, 2], [1, 2, 3], [2, 3, 1]):
        expect(answer(*episodes(order, [-0.5] * 3), 4, 90), 1, likely=likely)
        results = [-1.0 if j == 1 else 2.0 for j in order]
        expect(answer(*episodes(order, results), 4, 90), 2, likely=likely)


# --- shared_policy ---------------------------------------------------------------------------------------------------


@example(shared_policy)
def _(rng):
    return *rng.normal(size=(2, 12, 8, 5)), rng.choice([0.0, 0.1, 0.3], (12, 8))


# One row of three worlds, three actions, β = 0, ½, 1.
PAID = floats([5, 4, 1], [5, 4, 1], [2, 0, 4])[None]
NEW = floats([0, 3, 4], [0, 3, 4.75], [4, -5, 2.5])[None]
WEIGHTS = floats([0, 0.5, 1])


def onehot(numbers, width):
    """One-hot vectors along a new last axis."""
    return np.eye(width)[numbers]


@claim(shared_policy, "Three worlds worked out by hand", weight=2)
def three_worlds_by_hand(answer, rng):
    # 5, 4, 1 with β = 0; 5 + 0, 4 + 1.5, 1 + 2.375 with β = ½: neither the best of Q_e nor of Q_i; 2 + 4, 0 − 5, 4 + 2.5.
    right = onehot(np.array([[0, 1, 2]]), 3)
    mixed, b = PAID + WEIGHTS[..., None] * NEW, WEIGHTS[..., None]

    def of(values):
        return onehot(values.argmax(axis=-1), 3)

    mistakes = {
        "Q_i is left out: π is greedy by Q_e + β_j Q_i.": of(PAID),
        "Q_e is left out: π is greedy by Q_e + β_j Q_i.": of(NEW),
        "β is not used: Q_e + β_j Q_i, with the β of each row.": of(PAID + NEW),
        "β runs along the actions: it belongs to the row, so `betas[..., None]`.": of(PAID + WEIGHTS[:, None] * NEW),
        "β multiplies Q_e: it weighs Q_i.": of(b * PAID + NEW),
        "Q_i is subtracted: Q_e + β_j Q_i.": of(PAID - b * NEW),
        "Q_e is weighed with 1 − β: it counts whole, Q_e + β_j Q_i.": of((1 - b) * PAID + b * NEW),
        "Each value has a policy of its own: there is one for both, greedy by Q_e + β_j Q_i.": (of(PAID), of(NEW)),
        "The policies of both values are averaged: there is one, greedy by Q_e + β_j Q_i.": (of(PAID) + of(NEW)) / 2,
        "The policies of both values are mixed by β: there is one, greedy by Q_e + β_j Q_i.": (
            (1 - b) * of(PAID) + b * of(NEW)
        ),
        "This is a softmax: π is greedy, 1 for the best action and 0 for all others.": softmax(mixed),
        "The smallest is taken (argmin): the largest.": of(-mixed),
        "The argmax runs along the worlds: along the actions, the last axis.": onehot(mixed.argmax(axis=1), 3),
        "It returns the numbers of the actions: π is 1 for the best one and 0 for all others, [T, B, A].": (
            mixed.argmax(axis=-1)
        ),
        "These are the values: π is 1 for the best action and 0 for all others.": mixed,
        "This is the largest value: π is 1 for the best action and 0 for all others.": mixed.max(axis=-1),
    }
    likely = "argmax of Q_e + β Q_i: (5, 4, 1), (5, 5.5, 3.375) and (6, −5, 6.5), so actions 0, 1 and 2, one-hot."
    expect(answer(PAID, NEW, WEIGHTS), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(shared_policy, "With β = 0 it is greedy by Q_e, with a huge β by Q_i, and there is one action in each row")
def both_ends_of_beta(answer, rng):
    paid, new = rng.normal(size=(2, 5, 4, 3))
    likely = "With β = 0 what is new does not count."
    expect(answer(paid, new, np.zeros((5, 4))), onehot(paid.argmax(axis=-1), 3), likely=likely, tolerance=TOLERANCE)
    likely = "With a huge β what is paid hardly counts."
    got = answer(paid, new, np.full((5, 4), 1e5))
    expect(got, onehot(new.argmax(axis=-1), 3), likely=likely, tolerance=TOLERANCE)


@claim(shared_policy, "Each row has its own β, in time and in worlds", weight=2)
def each_row_has_its_own(answer, rng):
    for steps, count, width in ((3, 3, 3), (4, 4, 2), (2, 5, 5), (6, 1, 4), (4, 3, 4)):
        paid, new = rng.normal(size=(2, steps, count, width))
        betas = rng.permutation(np.linspace(-2, 3, steps * count)).reshape(steps, count)
        right = np.zeros((steps, count, width))
        for t in range(steps):
            for b in range(count):
                sums = [paid[t, b, a] + betas[t, b] * new[t, b, a] for a in range(width)]
                right[t, b, sums.index(max(sums))] = 1
        mistakes = {}
        if steps == count:
            turned = onehot((paid + betas.T[..., None] * new).argmax(axis=-1), width)
            mistakes["β is turned round: [T, B], time first."] = turned
        if count == width:
            along = onehot((paid + betas[:, None] * new).argmax(axis=-1), width)
            mistakes["β runs along the actions: it belongs to the row, so `betas[..., None]`."] = along
        first = onehot((paid + betas[:1, :, None] * new).argmax(axis=-1), width)
        mistakes["The β of the first row is taken for all: who plays changes when an episode begins."] = first
        likely = "π of row t and world b needs betas[t, b], and the values of that row."
        expect(answer(paid, new, betas), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(shared_policy, "Of equally good actions the first is taken, and it alone")
def the_first_alone(answer, rng):
    paid, new = (
        floats([1, 3, 2, 3], [0, 0, 0, 0], [4, 2, 0, 4])[:, None],
        floats([0, 0, 2, 0], [1, 1, 1, 1], [0, 4, 8, 0])[:, None],
    )
    betas = np.full((3, 1), 0.5)  # sums: 1, 3, 3, 3; ½ each; 4 each
    right = onehot(np.array([[1], [0], [0]]), 4)
    sums = paid + betas[..., None] * new
    all_of_them = (sums == sums.max(axis=-1, keepdims=True)).astype(float)
    mistakes = {
        "All of them get a 1: a policy is 1 in all, so that one action is taken.": all_of_them,
        "Equally good actions share: the first gets all.": all_of_them / all_of_them.sum(axis=-1, keepdims=True),
        "The last of equally good ones is taken: the first.": onehot(np.array([[3], [3], [3]]), 4),
    }
    likely = "π is one-hot: tf.argmax takes the first of equally large numbers."
    expect(answer(paid, new, betas), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


# --- split_errors ----------------------------------------------------------------------------------------------------


@example(split_errors)
def _(rng):
    return two_values(rng, 8, 4, 3)


def two_values(rng, steps, count, width):
    """A random stretch: four sets of values, policy, actions, rewards, bonuses, discounts, traces."""
    shape = steps, count
    return (
        *(2 * rng.normal(size=(4, *shape, width))), softmax(rng.normal(size=(*shape, width))),
        rng.integers(width, size=shape).astype(np.int32), *rng.normal(size=(2, *shape)),
        np.where(rng.random(shape) < 0.2, 0.0, 0.95), rng.uniform(0, 0.95, shape),
    )  # fmt: skip


def targets_of(target_values, policy, actions, r, g, c):
    """h of the double sum by which Retrace is defined."""
    return squeezed(retraced(stretched(target_values), policy, actions, r, g, c))


def gone_wrong(values, targets, policy, actions, r, n, g, c):
    """sentence -> (δ_e, δ_i) of mistakes; `values` and `targets` are pairs, of Q_e and Q_i."""
    e, i = (targets_of(each, policy, actions, rewards, g, c) for each, rewards in zip(targets, (r, n), strict=True))
    taken = [of_actions(each, actions)[:-1] for each in values]
    width = policy.shape[-1]

    def less(first, second):
        return first - taken[0], second - taken[1]

    def taught(of_e, of_i):
        return less(*(targets_of(t, policy, actions, x, g, c) for t, x in zip(targets, (of_e, of_i), strict=True)))

    def by(*policies):
        return less(*(targets_of(t, p, actions, x, g, c) for t, p, x in zip(targets, policies, (r, n), strict=True)))

    def of(numbers):
        return onehot(numbers.argmax(axis=-1), width)

    own = [targets_of(each, policy, actions, rewards, g, c) for each, rewards in zip(values, (r, n), strict=True)]
    right = less(e, i)
    return {
        "Both are taught the sum of reward and bonus: Q_e by what is paid alone, Q_i by what is new alone.": taught(
            r + n, r + n
        ),
        "Q_e is taught the bonus, too: by what is paid alone.": taught(r + n, n),
        "Q_i is taught what is paid, too: by what is new alone.": taught(r, r + n),
        "Both are taught what is paid: Q_i by what is new.": taught(r, r),
        "Both are taught what is new: Q_e by what is paid.": taught(n, n),
        "Rewards and bonuses are exchanged: Q_e by what is paid, Q_i by what is new.": taught(n, r),
        "They are in the wrong order: (δ_e, δ_i).": right[::-1],
        "Each value has a greedy policy of its own: both use `policy`, or they would be about different players.": by(
            *map(of, targets)
        ),
        "Each value has a greedy policy of its own, by the network that learns: both use `policy`.": by(
            *map(of, values)
        ),
        "The policy of Q_e is used for both: `policy` is what is given.": by(of(targets[0]), of(targets[0])),
        "The target networks are exchanged: each value has its own.": less(
            targets_of(targets[1], policy, actions, r, g, c), targets_of(targets[0], policy, actions, n, g, c)
        ),
        "Both targets come from the target network of Q_e: each value has its own.": less(
            e, targets_of(targets[0], policy, actions, n, g, c)
        ),
        "The networks that learn make their own targets: these come from the target networks.": less(*own),
        "The value of the target network is subtracted: that of the network that learns.": (
            e - of_actions(targets[0], actions)[:-1], i - of_actions(targets[1], actions)[:-1]
        ),
        "The values are exchanged: from each target its own value is subtracted.": (e - taken[1], i - taken[0]),
        "The sign is wrong: target minus value.": (-right[0], -right[1]),
        "Nothing is subtracted: target minus value of the action taken.": (e, i),
        "h is applied twice: `retrace_targets` returns h of the return already.": less(squeezed(e), squeezed(i)),
        "h is undone: target and value are both h of something, as they are.": less(stretched(e), stretched(i)),
        "Both are taken out of h: the errors are those of h, as the networks say it.": (
            stretched(e) - stretched(taken[0]), stretched(i) - stretched(taken[1])
        ),
        "The value is taken out of h, and the target is not: leave both as they are.": (
            e - stretched(taken[0]), i - stretched(taken[1])
        ),
        "h is applied to the value: the network says h of it already.": (e - squeezed(taken[0]), i - squeezed(taken[1])),
        "h⁻¹ is applied before `retrace_targets`, which does it itself.": less(
            targets_of(stretched(targets[0]), policy, actions, r, g, c),
            targets_of(stretched(targets[1]), policy, actions, n, g, c),
        ),
        "The value is that of the next row: target t belongs to the action of row t.": (
            e - of_actions(values[0], actions)[1:], i - of_actions(values[1], actions)[1:]
        ),
        "The largest value is subtracted: that of the action that was taken.": (
            e - values[0].max(axis=-1)[:-1], i - values[1].max(axis=-1)[:-1]
        ),
        "What π expects is subtracted: the value of the action that was taken.": (
            e - (policy * values[0]).sum(axis=-1)[:-1], i - (policy * values[1]).sum(axis=-1)[:-1]
        ),
        "These are absolute errors: target minus value, with its sign.": (np.abs(right[0]), np.abs(right[1])),
        "These are squared errors: target minus value; what becomes of it is decided elsewhere.": (
            right[0] ** 2, right[1] ** 2
        ),
        "These are half of the squared errors: target minus value.": (right[0] ** 2 / 2, right[1] ** 2 / 2),
        "Both are the sum of the errors: each value has its own.": (right[0] + right[1],) * 2,
    }  # fmt: skip


@claim(split_errors, "Three rows worked out by hand", weight=2)
def three_rows_by_hand(answer, rng):
    # Of what is paid, in the units of returns: Σ π q = 4 and 2 in rows 1 and 2; δ_0 = 1 + 4/2 − 2, δ_1 = 3 + 2/2 − 2, so A_1 = 2
    # and A_0 = 1 + ½ · ¼ · 2: the targets are h(3.25) and h(4). Of what is new: Σ π q = 1 and 3.5; δ_0 = 2 + 1/2 − 1 = 1.5,
    # δ_1 = 1 + 3.5/2 − 0 = 2.75, A_0 = 1.5 + 2.75/8: h(2.84375) and h(2.75). The values of the actions taken: 0.5, 3; 0.75, 0.125.
    policy, actions = floats([0.75, 0.25], [0.5, 0.5], [0.25, 0.75])[:, None], np.array([[0], [1], [0]], np.int32)
    paid, new = floats([2, 4], [6, 2], [8, 0])[:, None], floats([1, 3], [2, 0], [2, 4])[:, None]
    values = floats([0.5, 9], [7, 3], [1, 3])[:, None], floats([0.75, 8], [6, 0.125], [2, 1])[:, None]
    r, n, g, c = (
        floats([1], [3], [50]),
        floats([2], [1], [70]),
        floats([0.5], [0.5], [0.9]),
        floats([0.7], [0.25], [0.8]),
    )
    targets = squeezed(paid), squeezed(new)
    right = (
        squeezed(floats([3.25], [4])) - floats([0.5], [3]),
        squeezed(floats([2.84375], [2.75])) - floats([0.75], [0.125]),
    )
    likely = "δ_e = h(3.25) − 0.5 and h(4) − 3; δ_i = h(2.84375) − 0.75 and h(2.75) − 0.125."
    mistakes = gone_wrong(values, targets, policy, actions, r, n, g, c)
    expect(
        answer(*values, *targets, policy, actions, r, n, g, c), right, mistakes=mistakes, likely=likely, tolerance=1e-4
    )


@claim(split_errors, "Another reward moves δ_e alone, another bonus δ_i alone")
def each_hears_of_its_own(answer, rng):
    stretch = list(two_values(rng, 5, 3, 3))
    before = answer(*stretch)
    expect(
        tuple(map(np.shape, before)), ((4, 3), (4, 3)), likely="Two errors of every row but the last, [T − 1, B] each."
    )
    for place, moved in ((6, 0), (7, 1)):
        other = list(stretch)
        other[place] = stretch[place] + 1
        after = answer(*other)
        what = ("a reward", "a bonus")[moved]
        likely = f"With {what} the error of the other value moves: neither may hear of what teaches the other one."
        expect(after[1 - moved], np.asarray(before[1 - moved]), likely=likely, tolerance=TOLERANCE)
        rises = bool((np.asarray(after[moved]) > np.asarray(before[moved])).all())
        require(rises, f"More of {what} raises the error of its own value, in every row.")


@claim(split_errors, "Values that are true for one policy, each for its own rewards, have no errors")
def true_values_stand(answer, rng):
    # A round of four states, two actions that lead on alike; π takes each half of the time, whatever is best for either value.
    pays, g = rng.normal(size=(2, 4, 2)), 0.9
    worth = [np.linalg.solve(np.eye(4) - g * np.roll(np.eye(4), 1, axis=1), each.mean(axis=1)) for each in pays]
    q = [each + g * np.roll(w, -1)[:, None] for each, w in zip(pays, worth, strict=True)]
    places, actions = np.arange(7) % 4, rng.integers(2, size=(7, 1)).astype(np.int32)
    r, n = (each[places, actions[:, 0]][:, None] for each in pays)
    values = [squeezed(each[places])[:, None] for each in q]
    got = answer(*values, *values, np.full((7, 1, 2), 0.5), actions, r, n, np.full((7, 1), g), rng.uniform(size=(7, 1)))
    likely = "True values of *one* policy: both targets are the values themselves, and both errors are 0."
    expect(got, (np.zeros((6, 1)), np.zeros((6, 1))), likely=likely, tolerance=1e-4)


@claim(split_errors, "They are what Retrace is defined as, for any number of rows, worlds and actions")
def two_double_sums(answer, rng):
    for steps, count, width in ((5, 5, 5), (4, 2, 3), (2, 3, 2), (9, 1, 4)):
        *given, policy, actions, r, n, g, c = two_values(rng, steps, count, width)
        values, targets = given[:2], given[2:]
        right = tuple(
            targets_of(t, policy, actions, x, g, c) - of_actions(v, actions)[:-1]
            for v, t, x in zip(values, targets, (r, n), strict=True)
        )
        mistakes = gone_wrong(values, targets, policy, actions, r, n, g, c)
        likely = "Target minus value, row by row and world by world: [T − 1, B] each, time first."
        got = answer(*values, *targets, policy, actions, r, n, g, c)
        expect(got, right, mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(split_errors, "Each error teaches its own value of the action taken, and nothing else", weight=2)
def each_teaches_its_own(answer, rng):
    stretch = two_values(rng, 4, 3, 2)
    actions, shape = stretch[5], (4, 3, 2)
    slope = np.zeros(shape)
    for k, (t, b) in enumerate(np.ndindex(3, 3)):
        slope[t, b, actions[t, b]] = -math.cos(k)  # by what `slopes` counts the k-th error
    nothing = np.zeros(shape)
    names = "extrinsic", "intrinsic", "target_extrinsic", "target_intrinsic"
    got = slopes(split_errors, answer, stretch)

    def found(*parts):
        return dict(zip(names, parts, strict=True))

    mistakes = {
        "No gradient flows at all: only the targets stand still, the values learn.": found(*[nothing] * 4),
        "No gradient reaches Q_e: its value is subtracted as it is.": found(nothing, slope, nothing, nothing),
        "No gradient reaches Q_i: its value is subtracted as it is.": found(slope, nothing, nothing, nothing),
        "The sign is wrong: target minus value falls when the value rises.": found(-slope, -slope, nothing, nothing),
    }
    likely = "∂δ/∂Q(s_t, a_t) = −1 for its own value and 0 for all else; no gradient flows through a target (tf.stop_gradient)."
    expect(got, found(slope, slope, nothing, nothing), mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


# --- sequence_priorities ---------------------------------------------------------------------------------------------


@example(sequence_priorities)
def _(rng):
    return rng.exponential(size=(80, 64)), (rng.random((80, 64)) < 0.95).astype(float), 0.9


# Two sequences of four rows. All rows of the first count; of the second the rows 0 and 2.
SIZES = floats([1, 2], [3, 6], [0, 1], [2, 8])
COUNTED = floats([1, 1], [1, 0], [1, 1], [1, 0])


@claim(sequence_priorities, "Two sequences worked out by hand", weight=2)
def two_sequences_by_hand(answer, rng):
    # Largest 3 and 2, means 6/4 and 3/2: 0.9 · 3 + 0.1 · 1.5 = 2.85, 0.9 · 2 + 0.1 · 1.5 = 1.95.
    def mixed(largest, means, mix=0.9):
        return mix * floats(largest).ravel() + (1 - mix) * floats(means).ravel()

    along = COUNTED * SIZES
    mistakes = {
        "η is on the wrong side: it weighs the largest, 1 − η the mean.": mixed([3, 2], [1.5, 1.5], 0.1),
        "The errors are added up in the place of their mean.": mixed([3, 2], [6, 3]),
        "The errors are added up: the largest and the mean.": floats([6, 3]).ravel(),
        "The mean is over all rows: only over those that count.": mixed([3, 2], [1.5, 0.75]),
        "Rows that do not count are in the mean: `counted` is 0 there.": mixed([3, 2], [1.5, 17 / 4]),
        "Rows that do not count are added to the mean: `counted` is 0 there.": mixed([3, 2], [1.5, 17 / 2]),
        "Rows that do not count can be the largest: `counted` is 0 there.": mixed([3, 8], [1.5, 1.5]),
        "`counted` is not used: rows that no action follows are not learnt from.": mixed([3, 8], [1.5, 17 / 4]),
        "The rows that do *not* count are taken: `counted` is 1 for those that do.": mixed([0, 8], [0, 7]),
        "It is the largest alone: the mean has a share of 1 − η.": floats([3, 2]).ravel(),
        "It is the mean alone: the largest has a share of η.": floats([1.5, 1.5]).ravel(),
        "The share 1 − η of the mean is missing.": floats([0.9 * 3 + 1.5, 0.9 * 2 + 1.5]).ravel(),
        "The share η of the largest is missing.": floats([3.15, 2.15]).ravel(),
        "The mean is missing: η max + (1 − η) mean.": floats([2.7, 1.8]).ravel(),
        "The largest is missing: η max + (1 − η) mean.": floats([0.15, 0.15]).ravel(),
        "The smallest stands where the largest belongs.": mixed([0, 1], [1.5, 1.5]),
        "The errors are squared before the mean.": mixed([3, 2], [14 / 4, 5 / 2]),
        "It runs along the sequences: along time, the first axis; a number for each sequence, [B].": (
            0.9 * along.max(axis=1) + 0.1 * along.sum(axis=1) / COUNTED.sum(axis=1)
        ),
        "All sequences share a number: each has its own, so axis=0.": np.array(0.9 * 3 + 0.1 * 1.5),
        "The largest of all sequences is taken for each: axis=0.": mixed([3, 3], [1.5, 1.5]),
        "The mean is that of all sequences: axis=0.": mixed([3, 2], [9 / 8, 9 / 8]),
        "They are divided by their sum: sizes are asked for, not chances.": floats([2.85 / 4.8, 1.95 / 4.8]).ravel(),
        "The largest and the mean are multiplied: they are added.": floats([3**0.9 * 1.5**0.1, 2**0.9 * 1.5**0.1]).ravel(),
    }  # fmt: skip
    likely = "0.9 · 3 + 0.1 · 6/4 and 0.9 · 2 + 0.1 · 3/2: the largest and the mean of the rows that count."
    expect(
        answer(SIZES, COUNTED, 0.9), floats([2.85, 1.95]).ravel(), mistakes=mistakes, likely=likely, tolerance=TOLERANCE
    )


@claim(sequence_priorities, "A sequence of which nothing counts has the priority 0")
def nothing_counts(answer, rng):
    sizes, counted = rng.exponential(size=(6, 3)), np.ones((6, 3))
    counted[:, 1] = 0
    right = 0.9 * sizes.max(axis=0) + 0.1 * sizes.mean(axis=0)
    right[1] = 0
    undefined, tiny = right.copy(), right.copy()
    undefined[1], tiny[1] = np.nan, 0.9 * sizes[:, 1].max()
    mistakes = {
        "A division by 0: where nothing counts there is no mean. Divide by at least 1, tf.maximum(…, 1).": undefined,
        "The largest of rows that do not count is taken.": tiny,
    }
    likely = "All rows of the second sequence have `counted` = 0, so both its parts are 0; the others are as ever."
    expect(answer(sizes, counted, 0.9), right, mistakes=mistakes, likely=likely, tolerance=TOLERANCE)


@claim(sequence_priorities, "η = 1 is the largest, η = 0 the mean of the rows that count")
def both_ends_of_the_mix(answer, rng):
    sizes, counted = rng.exponential(size=(7, 5)), (rng.random((7, 5)) < 0.6).astype(float)
    counted[0] = 1
    kept = [[sizes[t, b] for t in range(7) if counted[t, b]] for b in range(5)]
    largest, means = np.array([max(part) for part in kept]), np.array([sum(part) / len(part) for part in kept])
    for mix, right in ((1.0, largest), (0.0, means), (0.25, 0.25 * largest + 0.75 * means)):
        likely = f"η = {mix:g}: η max + (1 − η) mean, of the rows that count; η is an argument."
        expect(answer(sizes, counted, mix), right, likely=likely, tolerance=TOLERANCE)


@claim(sequence_priorities, "Rows that do not count may hold anything, and the order of rows does not matter")
def other_rows_may_hold_anything(answer, rng):
    sizes, counted = rng.exponential(size=(6, 4)), np.array([1.0, 0, 1, 1, 0, 1])[:, None].repeat(4, axis=1)
    alone = sizes[counted[:, 0] == 1]
    right = 0.9 * alone.max(axis=0) + 0.1 * alone.mean(axis=0)
    for other in (0.0, 3.0, 1000.0):
        filled = np.where(counted == 1, sizes, other)
        order = rng.permutation(6)
        likely = "It depends on rows that do not count, or on where a row stands: they are out of both parts."
        expect(answer(filled[order], counted[order], 0.9), right, likely=likely, tolerance=TOLERANCE)


@claim(sequence_priorities, "One surprise in a long sequence is not washed out, whatever its length")
def one_surprise(answer, rng):
    for steps in (1, 10, 80):
        sizes = np.zeros((steps, 2))
        sizes[rng.integers(steps), 0] = 5
        likely = "One error of 5 among zeros: η · 5 + (1 − η) · 5 / T. Its largest part does not depend on T."
        right = floats([0.9 * 5 + 0.1 * 5 / steps, 0]).ravel()
        expect(answer(sizes, np.ones((steps, 2)), 0.9), right, likely=likely, tolerance=TOLERANCE)


# --- log_is_of_a_window (find the bug) -------------------------------------------------------------------------------


@example(log_is_of_a_window)
def _(rng):
    members, returns = played(rng, scores, 8, 90, 1.0, 200, lambda j, k: rng.random())
    return members, returns, 8, 90, 1.0


def played(rng, rule, count, window, bonus, length, pays, choose=None, slips=()):
    """The log of a controller: who is chosen by a rule's scores, and what `pays(j, k)` brings.

    `choose` picks one of those who are equally good, by chance where it is None; in the episodes `slips` one is chosen that
    the rule forbids.
    """
    members, returns = [], []
    for k in range(length):
        allowed = best(rule(members, returns, count, window, bonus))
        if k in slips:
            allowed = [j for j in range(count) if j not in allowed] or allowed
        j = int(rng.choice(allowed)) if choose is None else choose(allowed)
        members.append(j)
        returns.append(float(pays(j, k)))
    return episodes(members, returns)


def forbidden(members, returns, count, window, bonus):
    """The episodes whose choice the right rule forbids, by well over any rounding."""
    found, members, returns = [], members.tolist(), returns.tolist()
    for k, j in enumerate(members):
        values = scores(members[:k], returns[:k], count, window, bonus)
        if values[j] < max(values) - 1e-4:
            found.append(k)
    return found


def auditor(rule, *, among=best, episodes_of=range):
    """A test that accepts what a rule allows, as a function of a log."""

    def judge(members, returns, count, window, bonus):
        return all(
            members[k] in among(rule(members[:k], returns[:k], count, window, bonus)) for k in episodes_of(len(members))
        )

    return judge


# (N, members, returns, τ, β)
HISTORIES = [
    # 0 is better, and 1 is forgotten after four episodes without it: then it has to play.
    (2, [0, 1, 0, 0, 0, 0, 1], [1, 0, 1, 1, 1, 1, 0], 4, 1.0),
    (2, [0, 1, 0, 0, 0, 0, 0], [1, 0, 1, 1, 1, 1, 1], 4, 1.0),  # it does not
    (2, [1, 0, 0, 0, 0], [0, 1, 1, 1, 1], 90, 1.0),  # in whichever order they begin
    (2, [0, 1, 1, 0], [1, 1, 1, 1], 90, 1.0),  # 2 and 2, then 2 and 1.7
    (2, [0, 0, 1], [1, 1, 0], 90, 1.0),  # 1 has not played
    (2, [0, 1, 0, 0], [0.6, 0.5, 0.6, 0.6], 90, 1.0),  # 0.6 + 0.71, and 0.5 + 1
    (2, [0, 1, 0, 0, 1], [1, 0, 0, 0, 5], 3, 1.0),  # 1, 0, 0 in the window: 0 + 1 of member 1, and 0 + 0.71
    (2, [0, 1, 0, 0, 0], [5, 0, 0, 0, 5], 3, 1.0),  # the 5 is forgotten
    (3, [2, 0, 1, 2, 2], [-1, -4, -4, -1, -1], 90, 1.0),  # −0.29 and −3: with losses, too
    (2, [0, 1, 0, 1], [0.6, 0.5, 0.6, 0.5], 90, 1.0),  # 0.6 + 0.71, and 0.5 + 1
    (2, [0, 1, 0, 0, 1, 1], [3, 2, 2, 2, 2, 3], 3, 1.0),  # 2 + 0.71 and 2 + 1 in the end: the 3 is forgotten
]


@claim(log_is_of_a_window, "Eleven logs judged by hand", weight=2)
def eleven_logs_judged_by_hand(answer, rng):
    right = (True, False, True, True, False, False, True, False, True, True, True)

    def verdicts(judge):
        return tuple(bool(judge(*log[1:3], log[0], *log[3:])) for log in HISTORIES)

    def in_order(members, returns, count, window, bonus):
        values = scores(members, returns, count, window, bonus)
        missing = [j for j, value in enumerate(values) if math.isinf(value)]
        return [1.0 if j == missing[0] else 0.0 for j in range(count)] if missing else values

    def only_the_missing(members, returns, count, window, bonus):
        values = scores(members, returns, count, window, bonus)
        return values if max(values) == math.inf else [0.0] * count

    judges = {
        "It says True always.": lambda *log: True,
        "It says False always.": lambda *log: False,
        "It tells whether the log is wrong: True is for right ones.": lambda *log: not auditor(scores)(*log),
        "It asks for a controller that never forgets: means and counts are those of the last τ episodes.": auditor(
            variant(seen=everything)
        ),
        "It does not mind who has not played in the window: such a one comes before all others.": auditor(
            lambda *log: [0.0] * log[2] if math.inf in scores(*log) else scores(*log)
        ),
        "It looks only for members that have not played: where all have, the choice has to be the best one.": auditor(
            only_the_missing
        ),
        "It wants the very choice of `choose_member`: any of several that are equally good will do.": auditor(
            scores, among=lambda values: best(values)[:1]
        ),
        "It wants the first of several that are equally good: any of them will do.": auditor(
            scores, among=lambda values: best(values)[: None if math.inf in values else 1]
        ),
        "It wants those who have not played in the order of the family: any of them will do.": auditor(in_order),
        "There is no bonus in what it asks for: mean + β √(1 / n).": auditor(variant(worth=lambda x, b, k: mean(x))),
        "It looks at the last episode alone: every choice has to be right.": auditor(
            scores, episodes_of=lambda length: range(length - 1, length)
        ),
        "It does not look at the last episode.": auditor(scores, episodes_of=lambda length: range(length - 1)),
        "The window of each choice is one episode too long: τ episodes before it.": auditor(of_window(lambda w: w + 1)),
        "The window of each choice is one episode too short: τ episodes before it.": auditor(of_window(lambda w: w - 1)),
        "All choices are judged by the end of the log: each by the τ episodes before it.": lambda members, returns, count, window, bonus: all(
            j in best(scores(members, returns, count, window, bonus)) for j in members
        ),
    }  # fmt: skip
    mistakes = {sentence: verdicts(judge) for sentence, judge in judges.items()}
    likely = "Each choice has to be one of the best by the τ episodes before it; the second log keeps 0, though 1 is missing."
    got = tuple(answer(*episodes(*log[1:3]), log[0], *log[3:]) for log in HISTORIES)
    expect(got, right, mistakes=mistakes, likely=likely)


# (N, τ, β, episodes)
SITUATIONS = ((2, 8, 1.0, 40), (4, 20, 0.5, 60), (8, 12, 1.0, 40), (3, 90, 0.7, 40))


def payments(rng, count, length):
    """Who wins changes halfway; some returns are negative."""
    worth = rng.permutation(np.linspace(-1, 1, count)), rng.permutation(np.linspace(-1, 1, count))
    return lambda j, k: worth[k >= length // 2][j] + 0.3 * rng.normal()


@claim(
    log_is_of_a_window, "Logs of right controllers pass, of all sizes and however they choose among equals", weight=2
)
def right_logs_pass(answer, rng):
    for count, window, bonus, length in SITUATIONS:
        for choose in (min, None, max):
            log = played(rng, scores, count, window, bonus, length, payments(rng, count, length), choose)
            likely = (
                f"It rejects a log of the right rule (N = {count}, τ = {window}, β = {bonus:g}, {length} episodes)."
            )
            expect(answer(*log, count, window, bonus), True, likely=likely)
            whole = payments(rng, count, length)  # rounded to whole numbers: many are equally good
            log = played(rng, scores, count, window, bonus, length, lambda j, k, of=whole: round(of(j, k)), choose)
            likely = (
                "It rejects a log of the right rule in which several members were equally good: any of them will do."
            )
            expect(answer(*log, count, window, bonus), True, likely=likely)


@claim(log_is_of_a_window, "What is equal up to rounding is equal")
def rounding_is_no_mistake(answer, rng):
    # Both won .3, .2 and .1, one of them the other way round: .3 + .2 + .1 and .1 + .2 + .3 differ in their last digit.
    parts = np.array([0.3, 0.2, 0.1])
    members, returns = np.array([0, 1, 0, 1, 0, 1, 0]), np.append(np.stack([parts, parts[::-1]], axis=1).ravel(), 0.0)
    likely = "Two means of the same numbers in another order differ in the last digit: allow 10⁻⁶."
    for log in (members, 1 - members):
        expect(answer(log, returns, 2, 6, 1.0), True, likely=likely)


CONTROLLERS = {
    "A controller that never forgets goes through: its means and counts are those of all episodes.": variant(
        seen=everything
    ),
    "A controller whose counts never forget goes through: n is of the last τ episodes.": forgetting_by_half(
        counts=False
    ),
    "A controller whose means never forget goes through: they are of the last τ episodes.": forgetting_by_half(
        counts=True
    ),
    "A controller with a logarithm in its bonus goes through: β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + bonus * math.sqrt(math.log(k) / len(results))
    ),
    "A controller whose counts start at 1 goes through: n is how often a member played.": variant(
        worth=lambda results, bonus, k: sum(results) / (1 + len(results)) + bonus * math.sqrt(1 / (1 + len(results)))
    ),
    "A controller without a root goes through: β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results) + bonus / len(results)
    ),
    "A controller without a bonus goes through: mean + β √(1 / n).": variant(
        worth=lambda results, bonus, k: mean(results)
    ),
    "A controller that adds its returns up goes through: their mean counts.": variant(
        worth=lambda results, bonus, k: sum(results) + bonus * math.sqrt(1 / len(results))
    ),
    "A controller that discounts its returns goes through: all in the window weigh alike.": variant(
        worth=lambda results, bonus, k: (
            sum(0.7**age * result for age, result in enumerate(reversed(results))) / len(results)
            + bonus * math.sqrt(1 / len(results))
        )
    ),
    "A controller that ignores whoever is missing in its window goes through: such a one has to play.": lambda *log: (
        scores(*log, unplayed=-math.inf) if len(set(log[0])) == log[2] else scores(*log)
    ),
    "A controller with a window that is one episode too short goes through: τ.": of_window(lambda window: window - 1),
    "A controller with a window that is one episode too long goes through: τ.": of_window(lambda window: window + 1),
    "A controller with twice the window goes through: τ.": of_window(lambda window: 2 * window),
    "A controller that counts its window for each member by itself goes through.": (
        lambda members, returns, count, window, bonus: scores(
            members, returns, count, window, bonus, seen=of_each(window)
        )
    ),
    "A controller that explores less than it should goes through: β is an argument.": (
        lambda members, returns, count, window, bonus: scores(members, returns, count, window, bonus / 2)
    ),
}


@claim(log_is_of_a_window, "Every controller with a bug is found", weight=2)
def wrong_logs_fail(answer, rng):
    for sentence, rule in CONTROLLERS.items():
        found = 0
        for count, window, bonus, length in SITUATIONS:
            for _ in range(2):  # not every log of a wrong controller holds a choice that is forbidden
                log = played(rng, rule, count, window, bonus, length, payments(rng, count, length))
                if forbidden(*log, count, window, bonus):
                    found += 1
                    what = f"{sentence} (N = {count}, τ = {window}, β = {bonus:g})"
                    expect(answer(*log, count, window, bonus), False, likely=what)
                    break
        require(found, f"No log was made for this: {sentence}")


@claim(log_is_of_a_window, "One wrong choice is found, wherever it is")
def one_wrong_choice(answer, rng):
    for count, window, bonus, length in SITUATIONS:
        for place in (count, length // 2, length - 1):
            log = played(rng, scores, count, window, bonus, length, payments(rng, count, length), slips=(place,))
            if forbidden(*log, count, window, bonus):
                where = "the last" if place == length - 1 else f"number {place}"
                likely = f"A log with one forbidden choice goes through, {where} of {length}: every episode has to be judged."
                expect(answer(*log, count, window, bonus), False, likely=likely)


@claim(log_is_of_a_window, "An empty log is right, and so is any first choice")
def short_logs(answer, rng):
    likely = "Nothing was chosen that the rule forbids."
    expect(answer(np.zeros(0, int), np.zeros(0), 4, 90, 1.0), True, likely=likely)
    for j in range(4):
        expect(answer(np.array([j]), np.array([-3.0]), 4, 90, 1.0), True, likely=likely)
    likely = "The second choice was played before, while others had not: that is forbidden."
    expect(answer(np.array([2, 2]), np.array([9.0, 9.0]), 4, 90, 1.0), False, likely=likely)
