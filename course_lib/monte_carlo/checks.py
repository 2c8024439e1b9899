"""What `check` asks of a learner's answers in this wing, held against hand-worked cases, identities and brute force."""

import numpy as np

from course_lib.monte_carlo.agreement import agrees_with
from course_lib.monte_carlo.blackjack import Blackjack, state_of, stick_from
from course_lib.monte_carlo.control import control_step
from course_lib.monte_carlo.environment import OneState
from course_lib.monte_carlo.episodes import play
from course_lib.monte_carlo.importance_sampling import weighted_importance_sampling
from course_lib.monte_carlo.policies import epsilon_greedy
from course_lib.monte_carlo.prediction import incremental_mean
from course_lib.monte_carlo.returns import first_visit_returns
from course_lib.workbook import claim, example, expect, require


def random_episodes(rng, steps, episodes, places):
    """What is visited, −1 after the end, and rewards, 0 after it; [steps, episodes] each, every length at least 1."""
    running = np.arange(steps)[:, None] < rng.integers(1, steps + 1, episodes)
    visited = np.where(running, rng.integers(places, size=running.shape), -1)
    return visited, np.where(running, rng.normal(size=running.shape), 0.0)


# --- first_visit_returns ---------------------------------------------------------------------------------------------


@example(first_visit_returns)
def _(rng):
    return *random_episodes(rng, 12, 2000, 300), 0.9


# States 0, 1, 0, 2 and rewards 1, 2, 4, 8 at γ = 1/2: G_3 = 8, G_2 = 4 + 8/2, G_1 = 2 + 8/2, G_0 = 1 + 6/2.
VISITED, REWARDS = np.array([[0], [1], [0], [2]]), np.array([[1.0], [2.0], [4.0], [8.0]])
RETURNS, FIRST = np.array([[4.0], [6.0], [8.0], [8.0]]), np.array([[True], [True], [False], [True]])


@claim(
    first_visit_returns, "One episode worked out by hand: states 0, 1, 0, 2 with rewards 1, 2, 4, 8 at γ = ½", weight=2
)
def one_episode_by_hand(answer, rng):
    column = lambda *numbers: np.array(numbers)[:, None]  # noqa: E731
    wrong_returns = {
        "The return is accumulated forwards: G_t is what comes after t, so begin at the end.": (1.0, 2.5, 5.25, 10.625),
        "γ multiplies the reward that follows at once, too: G_t = r_{t+1} + γ G_{t+1}.": (2.0, 3.0, 4.0, 4.0),
        "γ is missing: G_t = r_{t+1} + γ G_{t+1}.": (15.0, 14.0, 12.0, 8.0),
        "Rewards and states are out of step: rewards[t] is r_{t+1}, what follows s_t.": (6.0, 8.0, 8.0, 0.0),
        "Rewards and states are out of step by one: rewards[t] itself belongs to G_t.": (2.0, 4.0, 6.0, 8.0),
        "These are the rewards, not what follows them in all.": (1.0, 2.0, 4.0, 8.0),
        "All steps have the return of the whole episode: each has its own.": (4.0, 4.0, 4.0, 4.0),
        "The return of a step that is no first visit is asked for as well: only the marks tell them apart.": (
            4.0,
            6.0,
            0.0,
            8.0,
        ),
    }
    mistakes = {sentence: (column(*numbers), FIRST) for sentence, numbers in wrong_returns.items()}
    mistakes |= {
        "Every visit is marked: a first visit is one before which the episode was not there.": (RETURNS, FIRST | True),
        "The last visits are marked, not the first.": (RETURNS, column(False, True, True, True)),
        "The marks are the wrong way round.": (RETURNS, ~FIRST),
        "The returns come first, the marks second.": (FIRST, RETURNS),
    }
    likely = "G_t = r_{t+1} + γ G_{t+1} from the end; a first visit is one before which the episode was not there."
    expect(answer(VISITED, REWARDS, 0.5), (RETURNS, FIRST), mistakes=mistakes, likely=likely)


@claim(first_visit_returns, "Every episode of a batch has first visits of its own", weight=2)
def episodes_are_apart(answer, rng):
    visited = np.array([[3, 3, 1], [3, 1, 3]])
    got = _returns_and_marks(answer(visited, np.ones((2, 3)), 1.0))
    shared = "What one episode has visited is no longer new to the next: look at each episode by itself."
    mistakes = {
        shared: np.array([[True, False, False], [False, True, False]]),
        f"{shared} (Here it goes row by row.)": np.array([[True, False, True], [False, False, False]]),
        "Episodes are along the second axis, time along the first.": np.array(
            [[True, False, True], [True, True, False]]
        ),
    }
    right = np.array([[True, True, True], [False, True, True]])
    likely = "Column b is one episode: compare a step with the earlier steps of its own column."
    expect(got[1], right, mistakes=mistakes, likely=likely)


@claim(first_visit_returns, "After the end of an episode the return is 0 and nothing is marked")
def after_the_end(answer, rng):
    visited, rewards = np.array([[4, 2], [-1, 2], [-1, 0]]), np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    expected = np.array([[1.0, 3.0], [0.0, 2.0], [0.0, 1.0]]), np.array([[True, True], [False, False], [False, True]])
    marked = (expected[0], np.array([[True, True], [True, False], [False, True]]))
    mistakes = {"−1 is no state: it fills the column after the end of an episode, and is no visit.": marked}
    likely = "A short episode is filled up with −1 and rewards 0: no visits there, and returns 0."
    expect(answer(visited, rewards, 1.0), expected, mistakes=mistakes, likely=likely)


@claim(first_visit_returns, "γ = 0 leaves the next reward, γ = 1 the plain sum of all that follow")
def discount_zero_and_one(answer, rng):
    visited, rewards = random_episodes(rng, 6, 4, 3)
    nearest, _ = _returns_and_marks(answer(visited, rewards, 0.0))
    expect(nearest, rewards, likely="With γ = 0 the return is the reward that follows at once.")
    sums = np.array([rewards[t:].sum(axis=0) for t in range(6)])
    whole, _ = _returns_and_marks(answer(visited, rewards, 1.0))
    expect(whole, sums, likely="With γ = 1 the return is the sum of all rewards from here on.")


@claim(first_visit_returns, "Random episodes, counted one by one", weight=2)
def counted_one_by_one(answer, rng):
    visited, rewards = random_episodes(rng, 9, 7, 40)
    visited = np.where(visited >= 20, 10_000 - visited, visited)  # numbers of pairs can be large
    returns, first = np.zeros(rewards.shape), np.zeros(rewards.shape, bool)
    for t, b in np.ndindex(rewards.shape):
        returns[t, b] = sum(0.9**k * r for k, r in enumerate(rewards[t:, b]))
        first[t, b] = visited[t, b] >= 0 and visited[t, b] not in visited[:t, b].tolist()
    got = _returns_and_marks(answer(visited, rewards, 0.9))
    expect(got[0], returns, likely="G_t = Σ_k γ^k r_{t+1+k}, in each episode by itself.")
    expect(got[1], first, likely="Each place that an episode visits has exactly one first visit, the earliest.")


def _returns_and_marks(got):
    require(
        isinstance(got, tuple | list) and len(got) == 2,
        "It should return two things: the returns, then the marks of first visits.",
        got=got,
    )
    return got


# --- incremental_mean ------------------------------------------------------------------------------------------------


@example(incremental_mean)
def _(rng):
    counts, added = rng.integers(50, size=(2, 640)).astype(float)
    return rng.normal(size=640), counts, added * rng.normal(size=640), added


@claim(incremental_mean, "A mean of 2 over three numbers, and a new number 6: the mean is 3 over four", weight=2)
def one_new_number(answer, rng):
    mistakes = {
        "It divides by the old count: the new number counts, too.": ([2 + 4 / 3], [4.0]),
        "It counts the new number twice.": ([2 + 4 / 5], [4.0]),
        "The old mean is forgotten.": ([6.0], [4.0]),
        "Old and new count alike: the old mean stands for three numbers.": ([4.0], [4.0]),
        "The weights come back as they were: add the new ones.": ([3.0], [3.0]),
        "The means come first, then the weights.": ([4.0], [3.0]),
        "It adds the new number to the mean instead of the difference.": ([2 + 6 / 4], [4.0]),
        "The difference has the wrong sign: m + (x − m)/n.": ([1.0], [4.0]),
    }
    given = (np.array([number]) for number in (2.0, 3.0, 6.0, 1.0))
    mistakes = {sentence: tuple(map(np.array, value)) for sentence, value in mistakes.items()}
    likely = "m + (total − m · added) / (weight + added)."
    expect(answer(*given), (np.array([3.0]), np.array([4.0])), mistakes=mistakes, likely=likely)


@claim(
    incremental_mean,
    "Several numbers at once: five of mean 4.4 from three of mean 2 and two that add up to 16",
    weight=2,
)
def several_at_once(answer, rng):
    mistakes = {
        "m is taken off once, but two numbers were added: total − m · added.": ([2 + 14 / 5], [5.0]),
        "The mean of the new numbers counts as one number: it stands for `added` of them.": ([2 + 6 / 5], [5.0]),
        "It divides by one number more, not by `added` more.": ([2 + 12 / 4], [5.0]),
    }
    given = (np.array([number]) for number in (2.0, 3.0, 16.0, 2.0))
    mistakes = {sentence: tuple(map(np.array, value)) for sentence, value in mistakes.items()}
    likely = "m + (total − m · added) / (weight + added)."
    expect(answer(*given), (np.array([4.4]), np.array([5.0])), mistakes=mistakes, likely=likely)


@claim(incremental_mean, "Where nothing is new the mean stays, even where nothing was ever seen")
def nothing_new(answer, rng):
    means, weights, nothing = np.array([7.0, 0.0, 3.0]), np.array([5.0, 0.0, 0.0]), np.zeros(3)
    mistakes = {"A mean becomes 0 where nothing is new: leave it as it is.": (np.zeros(3), weights)}
    mistakes["A mean over nothing becomes 0: it stays what it was."] = (np.array([7.0, 0.0, 0.0]), weights)
    likely = "Do not divide by 0: where weight and `added` are both 0 the mean stays."
    expect(answer(means, weights, nothing, nothing), (means, weights), mistakes=mistakes, likely=likely)


@claim(incremental_mean, "However the numbers come in, one by one or many at once, the mean is their mean")
def the_mean_of_all(answer, rng):
    numbers = rng.normal(loc=3.0, size=(2, 3, 30))
    for pieces in (30, 4, 1):
        means, weights = np.zeros((2, 3)), np.zeros((2, 3))
        for part in np.array_split(numbers, pieces, axis=2):
            got = answer(means, weights, part.sum(axis=2), np.full((2, 3), float(part.shape[2])))
            require(isinstance(got, tuple | list) and len(got) == 2, "It should return means and weights.", got=got)
            means, weights = got
        expect(means, numbers.mean(axis=2), likely=f"In {pieces} pieces, the mean of 30 numbers is not their mean.")


@claim(incremental_mean, "Weights may be any numbers, also below 1: then it is the weighted mean")
def a_weighted_mean(answer, rng):
    numbers, weights = rng.normal(size=6), np.array([0.25, 0.0, 0.1, 0.05, 0.3, 0.2])
    got = np.zeros(1), np.zeros(1)
    for number, weight in zip(numbers, weights, strict=True):
        got = answer(*got, np.array([weight * number]), np.array([weight]))
    expected = np.average(numbers, weights=weights), weights.sum()
    likely = "A weight of 0.25 is not 1 and not 0: divide by weight + added as it is, wherever it is above 0."
    expect(got, tuple(np.array([number]) for number in expected), likely=likely)


# --- epsilon_greedy --------------------------------------------------------------------------------------------------


@example(epsilon_greedy)
def _(rng):
    return rng.normal(size=(2000, 9)), 0.1


@claim(epsilon_greedy, "Values 1, 3, 2 at ε = 0.3: probabilities 0.1, 0.8, 0.1", weight=2)
def three_actions(answer, rng):
    mistakes = {
        "Exploring leaves out the best action: it draws from all of them, so the best has 1 − ε + ε/A.": [
            [0.15, 0.7, 0.15]
        ],
        "The probabilities do not sum to 1: the best action has its share of exploring, too, 1 − ε + ε/A.": [
            [0.1, 0.7, 0.1]
        ],
        "It never explores.": [[0.0, 1.0, 0.0]],
        "ε and 1 − ε are swapped: ε is the share of exploring.": [[0.7 / 3, 0.3 + 0.7 / 3, 0.7 / 3]],
        "It prefers the worst action.": [[0.8, 0.1, 0.1]],
        "ε is spread over A − 1 actions, but the best one keeps a share, too.": [[0.15, 0.85, 0.15]],
    }
    mistakes = {sentence: np.array(value) for sentence, value in mistakes.items()}
    likely = "ε/A for every action, and 1 − ε more for the best."
    got = answer(np.array([[1.0, 3.0, 2.0]]), 0.3)
    expect(got, np.array([[0.1, 0.8, 0.1]]), mistakes=mistakes, likely=likely)


@claim(epsilon_greedy, "Actions that tie for the best share its probability", weight=2)
def ties_share(answer, rng):
    q = np.array([[5.0, 5.0, 1.0], [0.0, 0.0, 0.0], [-2.0, -1.0, -1.0]])
    right = np.array([[0.45, 0.45, 0.1], [1 / 3, 1 / 3, 1 / 3], [0.1, 0.45, 0.45]])
    first, last = np.full((2, 3, 3), 0.1)
    first[[0, 1, 2], [0, 0, 1]], last[[0, 1, 2], [1, 2, 2]] = 0.8, 0.8
    mistakes = {
        "In a tie it takes the first action only: share the probability among the best.": first,
        "In a tie it takes the last action only: share the probability among the best.": last,
        "Each of several best actions has the whole 1 − ε: divide it among them.": np.where(right > 0.1, 0.8, 0.1),
    }
    likely = "Divide 1 − ε by the number of best actions."
    expect(answer(q, 0.3), right, mistakes=mistakes, likely=likely)


@claim(epsilon_greedy, "ε = 0 is greedy, ε = 1 is anything")
def both_ends(answer, rng):
    q = rng.normal(size=(5, 4)) - 10
    greedy = np.array([[float(value == max(row)) for value in row] for row in q.tolist()])
    expect(answer(q, 0.0), greedy, likely="With ε = 0 the best action of each row has all the probability.")
    expect(answer(q, 1.0), np.full((5, 4), 0.25), likely="With ε = 1 all actions are drawn alike.")


@claim(epsilon_greedy, "Under it a state is worth ε · mean + (1 − ε) · maximum of its values")
def what_a_state_is_worth(answer, rng):
    for shape in ((7, 2), (2, 7)):
        q = 5 * rng.normal(size=shape)
        policy = answer(q, 0.4)
        expect(np.shape(policy), shape, likely="It should return a probability for each state and action, [S, A].")
        worth = (np.asarray(policy) * q).sum(axis=1)
        likely = "The best is sought among the actions of each state, along axis 1; probabilities sum to 1 there."
        expect(worth, 0.4 * q.mean(axis=1) + 0.6 * q.max(axis=1), likely=likely)


# --- control_step ----------------------------------------------------------------------------------------------------


@example(control_step)
def _(rng):
    pairs = rng.integers(320, size=5000), rng.integers(2, size=5000)
    return rng.normal(size=(320, 2)), rng.integers(20, size=(320, 2)).astype(float), *pairs, rng.normal(size=5000), 0.1


@claim(control_step, "Two states, three returns, two of them of the same pair", weight=2)
def three_returns(answer, rng):
    # Q(0, 1) becomes the mean of 1 and 0, Q(1, 0) becomes −1, so action 1 is the best in both states.
    q, counts = np.array([[0.0, 0.5], [-1.0, 0.0]]), np.array([[0.0, 2.0], [1.0, 0.0]])
    policy, uniform = np.array([[0.1, 0.9], [0.1, 0.9]]), np.full((2, 2), 0.5)
    lost, lost_counts = np.array([[0.0, 0.0], [-1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    lost_policy = np.array([[0.5, 0.5], [0.1, 0.9]])
    twice = "`totals[states, actions] += returns` keeps one of the returns of a pair that occurs twice: np.add.at, np.bincount or a loop adds them all."
    mistakes = {
        twice: (lost, lost_counts, lost_policy),
        f"{twice} (Here it is the returns.)": (lost / [[1, 2], [1, 1]], counts, lost_policy),
        "The policy is made of the old values: first let the returns in, then improve.": (q, counts, uniform),
        "It divides by the number of returns of all pairs: each pair has a mean of its own.": (
            np.array([[0.0, 1 / 3], [-1 / 3, 0.0]]),
            counts,
            policy,
        ),
        "q holds sums: divide by the number of returns of each pair.": (
            np.array([[0.0, 1.0], [-1.0, 0.0]]),
            counts,
            policy,
        ),
        "The policy is greedy: it has to go on exploring.": (q, counts, np.array([[0.0, 1.0], [0.0, 1.0]])),
        "The order is values, counts, policy.": (policy, q, counts),
    }
    given = np.zeros((2, 2)), np.zeros((2, 2)), np.array([0, 0, 1]), np.array([1, 1, 0]), np.array([1.0, 0.0, -1.0])
    likely = "Add up the returns and the visits of each pair, let them into the means, and act ε-greedily on these."
    expect(answer(*given, 0.2), (q, counts, policy), mistakes=mistakes, likely=likely)


@claim(control_step, "Earlier returns go on counting")
def earlier_returns_count(answer, rng):
    q, counts = np.array([[2.0, 0.0]]), np.array([[3.0, 1.0]])
    policy = np.array([[0.95, 0.05]])
    right = np.array([[3.0, 0.0]]), np.array([[4.0, 1.0]]), policy
    mistakes = {
        "The earlier returns are forgotten: the mean goes over them, too.": (np.array([[6.0, 0.0]]), right[1], policy),
        "Actions that were not taken lose their value: only visited pairs change.": (
            right[0],
            np.array([[4.0, 0.0]]),
            policy,
        ),
    }
    got = answer(q, counts, np.array([0]), np.array([0]), np.array([6.0]), 0.1)
    expect(got, right, mistakes=mistakes, likely="Three returns of mean 2 and a new one of 6 have the mean 3.")


@claim(control_step, "Many returns, averaged pair by pair", weight=2)
def pair_by_pair(answer, rng):
    old = rng.normal(size=(4, 3, 2))  # two returns of each pair are in the mean already
    states, actions, returns = rng.integers(4, size=60), rng.integers(3, size=60), rng.normal(size=60)
    kept = {pair: list(old[pair]) for pair in np.ndindex(4, 3)}
    for *pair, value in zip(states.tolist(), actions.tolist(), returns.tolist(), strict=True):
        kept[tuple(pair)].append(value)
    q = np.array([[np.mean(kept[s, a]) for a in range(3)] for s in range(4)])
    counts = np.array([[float(len(kept[s, a])) for a in range(3)] for s in range(4)])
    policy = np.where(q == q.max(axis=1)[:, None], 0.7 + 0.1, 0.1)
    got = answer(old.mean(axis=2), np.full((4, 3), 2.0), states, actions, returns, 0.3)
    likely = "Q(s, a) is the mean of all returns of the pair, old and new, and π is ε-greedy on it."
    expect(got, (q, counts, policy), likely=likely)


@claim(control_step, "A batch without visits changes nothing, and ties are shared")
def an_empty_batch(answer, rng):
    q, counts, none = np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([[2.0, 2.0], [0.0, 1.0]]), np.zeros(0, int)
    got = answer(q, counts, none, none, np.zeros(0), 0.2)
    likely = "Without returns q stays, and π is the ε-greedy policy on it; equally good actions share."
    expect(got, (q, counts, np.array([[0.5, 0.5], [0.1, 0.9]])), likely=likely)


# --- weighted_importance_sampling ------------------------------------------------------------------------------------


@example(weighted_importance_sampling)
def _(rng):
    return rng.random((8, 5000)), rng.uniform(0.2, 1.0, (8, 5000)), rng.normal(size=5000)


@claim(weighted_importance_sampling, "Three episodes of two steps worked out by hand", weight=2)
def three_episodes(answer, rng):
    # Ratios 2·2 = 4, 1·1 = 1 and 2·0 = 0 with returns 1, −1, −1: 4/4, then (4 − 1)/5, and 3/5 once more.
    target, behaviour = np.array([[1.0, 0.5, 1.0], [1.0, 0.5, 0.0]]), np.full((2, 3), 0.5)
    mistakes = {
        "It divides by the number of episodes: that is ordinary importance sampling. Divide by the sum of the ratios.": [
            4.0,
            1.5,
            1.0,
        ],
        "The ratio is not begun anew for each episode: multiply over time, axis 0, and add over episodes.": [
            1.0,
            0.0,
            0.0,
        ],
        "The ratios of the steps are added: multiply them.": [1.0, 1 / 3, 0.0],
        "The first step is left out: for the value of a state the first action counts, too.": [1.0, 1 / 3, 1 / 3],
        "The last step is left out of the product.": [1.0, 1 / 3, -0.2],
        "The ratios are missing: this is the mean return of the behaviour policy.": [1.0, 0.0, -1 / 3],
        "Episodes with ratio 0 are counted with ratio 1.": [1.0, 0.6, 1 / 3],
    }
    mistakes = {sentence: np.array(value) for sentence, value in mistakes.items()}
    likely = "ρ is the product over the steps of an episode; V_n = Σ ρ G / Σ ρ over the first n episodes."
    got = answer(target, behaviour, np.array([1.0, -1.0, -1.0]))
    expect(got, np.array([1.0, 0.6, 0.6]), mistakes=mistakes, likely=likely)


@claim(weighted_importance_sampling, "Before the first episode that the target could have played, the estimate is 0")
def nothing_seen_yet(answer, rng):
    target, behaviour = np.array([[0.0, 0.0, 0.1, 0.0]]), np.full((1, 4), 0.5)
    got = answer(target, behaviour, np.array([5.0, -3.0, 7.0, 2.0]))
    likely = "As long as all ratios are 0 there is nothing to divide by: return 0, not nan. Small ratios count in full."
    expect(got, np.array([0.0, 0.0, 7.0, 7.0]), likely=likely)


@claim(weighted_importance_sampling, "With equal policies it is the plain mean of the returns so far")
def equal_policies(answer, rng):
    chosen, returns = rng.uniform(0.1, 1.0, (5, 20)), rng.normal(size=20)
    means = [np.mean(returns[: n + 1]) for n in range(20)]
    likely = "Where π = b every ratio is 1, and V_n is the mean of the first n returns."
    expect(answer(chosen, chosen, returns), np.array(means), likely=likely)


@claim(weighted_importance_sampling, "In proportion, episodes of one step give Σ π(a) r(a)", weight=2)
def in_proportion(answer, rng):
    # b takes action 0 in one of four episodes, and this batch holds exactly that: so the ratios sum to n.
    pi, b, pays = np.array([0.6, 0.4]), np.array([0.25, 0.75]), np.array([10.0, -5.0])
    actions = np.array([0, 1, 1, 1] * 3)
    got = np.asarray(answer(pi[actions][None], b[actions][None], pays[actions]))
    expect(got.shape, (12,), likely="It should return the estimate after each episode, [B].")
    likely = "Σ ρ G / Σ ρ, with ρ = π/b: it comes to 0.6 · 10 − 0.4 · 5 = 4 after each whole round of four episodes."
    expect(got[3::4], np.full(3, 4.0), likely=likely)


@claim(weighted_importance_sampling, "In the one-state example every estimate is 1 from the first left-only episode on")
def the_one_state_example(answer, rng):
    behaviour, target = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    played = play(OneState(), behaviour, 200, rng)
    returns = played.rewards.sum(axis=0)  # 1 exactly for the episodes in which only "left" was chosen
    got = answer(played.chosen(target), played.chosen(behaviour), returns)
    likely = "Episodes with a right in them have ratio 0; all others return 1, so their weighted mean is 1."
    expect(got, (returns.cumsum() > 0).astype(float), likely=likely)


# --- agrees_with (find the bug) --------------------------------------------------------------------------------------

START = state_of(13, 2, True)
TRUTH = -0.277204  # of START under "stick on 20 or 21", from chapter 1's equations


def sampled_returns(threshold, hands, rng):
    """Returns of hands that start in START under "stick from `threshold` on"; 21 is the bug, `> 20` for `>= 20`."""
    return play(Blackjack(), stick_from(threshold), hands, rng, starts=START).rewards.sum(axis=0)


@example(agrees_with)
def _(rng):
    return sampled_returns(20, 10_000, rng), TRUTH, 0.05


@claim(agrees_with, "It rejects what the program with the bug returns", weight=2)
def rejects_the_bug(answer, rng):
    for hands in (2000, 50_000):
        likely = f"The bug goes through, with {hands} hands: the mean of its returns is far from the truth."
        expect(answer(sampled_returns(21, hands, rng), TRUTH, 0.05), False, likely=likely)


@claim(agrees_with, "It passes what the right program returns", weight=2)
def passes_the_right_program(answer, rng):
    likely = "It rejects right returns: a mean of chance numbers is never exact, it has to be within the margin."
    expect(answer(sampled_returns(20, 50_000, rng), TRUTH, 0.05), True, likely=likely)


@claim(agrees_with, "A sample too small to tell does not pass, even if its mean is exact")
def too_small_to_tell(answer, rng):
    likely = "Four numbers ±1 have a mean of 0 by luck as well: the band of 3 s/√n has to fit into the margin, too."
    expect(answer(np.array([1.0, -1.0, 1.0, -1.0]), 0.0, 0.5), False, likely=likely)
    expect(answer(np.array([0.3]), 0.3, 0.5), False, likely="One number says nothing about how numbers scatter: False.")
    expect(answer(np.zeros(0), 0.0, 0.5), False, likely="No numbers at all prove nothing: False.")


@claim(agrees_with, "The band is 3 s/√n on either side")
def the_width_of_the_band(answer, rng):
    # 10,000 numbers ±5 around 0.5: s = 5, so the band is 3 · 5 / 100 = 0.15.
    returns = 0.5 + 5.0 * np.resize([1.0, -1.0], 10_000)
    likely = "s/√n: the standard deviation (not the variance, not s/n, not s itself), three times."
    expect(answer(returns, 0.5, 0.16), True, likely=likely)
    expect(answer(returns, 0.5, 0.14), False, likely=likely)


@claim(agrees_with, "The error and the band together have to fit into the margin, on both sides of the truth")
def error_and_band_together(answer, rng):
    returns = 5.0 * np.resize([1.0, -1.0], 10_000)  # the band is 0.15
    likely = "|m − truth| + 3 s/√n ≤ margin: a mean that is off leaves less room for the band."
    for truth, passes in ((0.1, True), (-0.1, True), (0.3, False), (-0.3, False)):
        expect(answer(returns, truth, 0.4), passes, likely=likely)
    for truth in (1.0, -1.0):
        expect(
            answer(returns, truth, 0.4), False, likely="Too high is as wrong as too low: take the size of the error."
        )


@claim(agrees_with, "The margin is absolute, also for large numbers")
def the_margin_is_absolute(answer, rng):
    returns = 1000.0 + np.resize([1.0, -1.0], 10_000)
    likely = "An error of 1 is more than a margin of 0.1, however large the truth."
    expect(answer(returns, 1001.0, 0.1), False, likely=likely)
