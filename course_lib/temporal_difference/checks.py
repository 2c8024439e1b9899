"""What `check` asks of a learner's answers in this wing: hand-worked cases, identities, brute force, chapter 1's exact values."""

import numpy as np

from course_lib import mdp
from course_lib.temporal_difference.bandit import sliding_window_ucb
from course_lib.temporal_difference.corrections import CORRECTIONS, are_corrected_returns, trace_coefficients
from course_lib.temporal_difference.returns import lambda_returns
from course_lib.temporal_difference.targets import double_q_target, expected_sarsa_target, td_update
from course_lib.workbook import claim, example, expect, require

# --- td_update -------------------------------------------------------------------------------------------------------


@example(td_update)
def _(rng):
    return (
        rng.normal(size=(200, 30)),
        rng.integers(30, size=200),
        rng.normal(size=200),
        rng.choice([0.0, 0.9], 200),
        rng.integers(30, size=200),
        0.1,
    )


@claim(td_update, "One step worked out by hand", weight=2)
def one_step_by_hand(answer, rng):
    # v = (8, 20), from state 0 to state 1 for a reward of 4, γ = 1/2, α = 1/4:
    # the target is 4 + 20/2 = 14, the error 14 - 8 = 6, and a quarter of it moves v(0) to 9.5.
    mistakes = {
        "It jumped all the way to the target: move by α of the difference.": [[14.0, 20.0]],
        "γ is missing: v(s') counts γ times.": [[12.0, 20.0]],
        "γ multiplies the reward too: only what comes after it is discounted.": [[9.0, 20.0]],
        "It changed the state entered: the value of the state that was left is to be updated.": [[8.0, 21.5]],
        "The sign of the error is wrong: move towards the target, by α (target − v(s)).": [[6.5, 20.0]],
        "The old value was not subtracted from the target: the error is target − v(s).": [[11.5, 20.0]],
        "v(s) is used where v(s') belongs: the target looks at the state entered.": [[8.0, 20.0]],
        "The reward is missing.": [[8.5, 20.0]],
    }
    got = answer(np.array([[8.0, 20.0]]), np.array([0]), np.array([4.0]), np.array([0.5]), np.array([1]), 0.25)
    expect(got, [[9.5, 20.0]], mistakes=mistakes, likely="v(s) + α (r + γ v(s') − v(s)), and nothing else changes.")


@claim(td_update, "Nothing comes after the end: where γ is 0, the target is the reward alone")
def nothing_after_the_end(answer, rng):
    # v(0) = 1, reward 3, the end is state 1, whose entry happens to be 100. Target 3, α = 1/2: v(0) becomes 2.
    mistakes = {
        "It bootstraps through the end of the episode: multiply v(s') by this step's γ, which is 0.": [[52.0, 100.0]]
    }
    got = answer(np.array([[1.0, 100.0]]), np.array([0]), np.array([3.0]), np.array([0.0]), np.array([1]), 0.5)
    likely = "It bootstraps through the end of the episode: multiply v(s') by this step's own γ, which is 0."
    expect(got, [[2.0, 100.0]], mistakes=mistakes, likely=likely)


@claim(td_update, "Each learner has its own table, state, reward and discount")
def every_learner_for_itself(answer, rng):
    values = rng.normal(size=(5, 4))
    states, following = rng.integers(4, size=5), rng.integers(4, size=5)
    rewards, discounts = rng.normal(size=5), np.array([0.9, 0.0, 1.0, 0.5, 0.9])
    expected = values.copy()
    for n in range(5):  # one learner after the other, with plain numbers
        target = rewards[n] + discounts[n] * values[n, following[n]]
        expected[n, states[n]] = 0.7 * values[n, states[n]] + 0.3 * target
    likely = (
        "Row n belongs to learner n alone: values[np.arange(N), states], not values[:, states]. And each has its own γ."
    )
    expect(answer(values, states, rewards, discounts, following, 0.3), expected, likely=likely)


@claim(td_update, "On average the true values stay where they are")
def the_truth_stays(answer, rng):
    # From state 0 of a known world the next state is 0, 1 or 2, one learner for each: the mean update at v_π is 0.
    transitions, rewards = rng.dirichlet(np.ones(3), 3), rng.normal(size=3)
    truth = np.linalg.solve(np.eye(3) - 0.9 * transitions, rewards)
    tables, following = np.tile(truth, (3, 1)), np.arange(3)
    got = np.asarray(answer(tables, np.zeros(3, int), np.full(3, rewards[0]), np.full(3, 0.9), following, 0.5))
    expect(got.shape, (3, 3), likely="It should return a table for each learner, [N, S].")
    mean = transitions[0] @ (got - tables)
    expect(
        mean,
        np.zeros(3),
        likely="v_π solves v(s) = E[r + γ v(s')], so that errors average to 0 there: check the target.",
    )


# --- expected_sarsa_target -------------------------------------------------------------------------------------------


@example(expected_sarsa_target)
def _(rng):
    return rng.normal(size=500), rng.choice([0.0, 1.0], 500), rng.normal(size=(500, 4)), 0.1


@claim(expected_sarsa_target, "Four actions worked out by hand", weight=2)
def four_actions_by_hand(answer, rng):
    # q = (2, 8, 4, -4), ε = 0.4: any action with 0.1, the best with 0.6 + 0.1 = 0.7.
    # 0.1 * 2 + 0.7 * 8 + 0.1 * 4 - 0.1 * 4 = 5.8; with r = 1 and γ = 1/2 the target is 3.9.
    mistakes = {
        "The best action gets 1 − ε alone: the random action may be the best one too, so add ε/A.": [3.5],
        "The ε is shared among the other actions only: a random action is any of all A.": [1 + (4.8 + 0.4 * 2 / 3) / 2],
        "The best next action is taken: that is Q-learning. Weigh all of them by π.": [5.0],
        "All actions count alike: the best one counts for 1 − ε more.": [2.25],
        "1 − ε and ε are exchanged: ε is the share of random actions.": [3.35],
        "γ multiplies the reward too: only what comes after it is discounted.": [3.4],
        "γ is missing.": [6.8],
        "The reward is missing.": [2.9],
        "The random actions are added up: each has the probability ε/A, not ε.": [5.4],
    }
    got = answer(np.array([1.0]), np.array([0.5]), np.array([[2.0, 8.0, 4.0, -4.0]]), 0.4)
    likely = "r + γ Σ π(a|s') q(s', a), with ε/A for each action and 1 − ε more for the best."
    expect(got, [3.9], mistakes=mistakes, likely=likely)


@claim(expected_sarsa_target, "With three actions, all of different worth, the probabilities are still right")
def three_actions(answer, rng):
    # q = (-3, -6, -9), ε = 0.3: (0.8, 0.1, 0.1): -2.4 - 0.6 - 0.9 = -3.9. Without ε/A for the best: 0.7 * -3 - 1.5 = -3.6;
    # with ε shared by the other two: 0.7 * -3 + 0.15 * -15 = -4.35.
    mistakes = {
        "The best action gets 1 − ε alone: the random action may be the best one too, so add ε/A.": [-3.6],
        "The ε is shared among the other actions only: a random action is any of all A.": [-4.35],
    }
    got = answer(np.array([0.0]), np.array([1.0]), np.array([[-3.0, -6.0, -9.0]]), 0.3)
    expect(
        got, [-3.9], mistakes=mistakes, likely="The probabilities are ε/A, and 1 − ε more for the best; they sum to 1."
    )


@claim(expected_sarsa_target, "ε = 0 is Q-learning, ε = 1 takes the mean of all actions")
def both_ends_of_epsilon(answer, rng):
    rewards, discounts, q = rng.normal(size=6), rng.choice([0.0, 0.9], 6), rng.normal(size=(6, 3)) - 3.0
    expect(
        answer(rewards, discounts, q, 0.0),
        rewards + discounts * q.max(axis=1),
        likely="With ε = 0 the best action is certain.",
    )
    expect(
        answer(rewards, discounts, q, 1.0),
        rewards + discounts * q.mean(axis=1),
        likely="With ε = 1 all actions are equally likely.",
    )


@claim(expected_sarsa_target, "Best actions that tie share what is theirs")
def ties_do_not_matter(answer, rng):
    # q = (5, 5, -1): whichever 5 is called the best, 0.9 * 5 + 0.1 * 3 = 4.8.
    likely = "Give the 1 − ε to one of the best actions, or divide it among them: given to each, the probabilities sum to more than 1."
    got = answer(np.array([0.0]), np.array([1.0]), np.array([[5.0, 5.0, -1.0]]), 0.1)
    expect(got, [4.8], likely=likely)


@claim(expected_sarsa_target, "It is the average of Sarsa's targets over the next action")
def the_average_of_sarsa(answer, rng):
    world = mdp.random_dense(4, 3, 0.9, rng)
    q = mdp.action_values(world.transitions, world.rewards, 0.9, rng.normal(size=4))
    policy = np.full((4, 3), 0.2 / 3)
    for state in range(4):
        policy[state, int(np.argmax(q[state]))] += 0.8
    rewards, discounts = rng.normal(size=4), np.full(4, 0.9)
    sarsa = np.stack([rewards + discounts * q[:, action] for action in range(3)], axis=1)
    expect(
        answer(rewards, discounts, q, 0.2), (policy * sarsa).sum(axis=1), likely="Average r + γ q(s', a') over a' ~ π."
    )


# --- double_q_target -------------------------------------------------------------------------------------------------


@example(double_q_target)
def _(rng):
    return rng.normal(size=500), rng.choice([0.0, 1.0], 500), rng.normal(size=(500, 4)), rng.normal(size=(500, 4))


@claim(double_q_target, "Two tables worked out by hand", weight=2)
def two_tables_by_hand(answer, rng):
    # q1 = (3, 6, 1) chooses action 1, q2 = (9, 4, -2) says it is worth 4; r = 2, γ = 1/2: 2 + 4/2 = 4.
    mistakes = {
        "One table does both: it chooses the action and values it. The other has to say what the choice is worth.": [
            5.0
        ],
        "The tables are exchanged: `next_choosing` chooses, `next_valuing` values.": [3.5],
        "The other table takes its own best action: it has to value the action that the first one chose.": [6.5],
        "Both maxima are mixed: one table chooses, the other values that choice.": [5.75],
        "The worth of the choice is averaged over both tables: only the other one counts.": [4.5],
        "The worst action is chosen (argmin).": [1.0],
        "γ is missing.": [6.0],
        "γ multiplies the reward too: only what comes after it is discounted.": [3.0],
        "The reward is missing.": [2.0],
    }
    got = answer(np.array([2.0]), np.array([0.5]), np.array([[3.0, 6.0, 1.0]]), np.array([[9.0, 4.0, -2.0]]))
    expect(got, [4.0], mistakes=mistakes, likely="r + γ q₂(s', argmax_a q₁(s', a)).")


@claim(double_q_target, "With twice the same table it is Q-learning")
def the_same_table_twice(answer, rng):
    rewards, discounts, q = rng.normal(size=6), np.array([0.9, 0.0, 1.0, 0.5, 0.9, 0.0]), rng.normal(size=(6, 3)) - 3.0
    likely = "Where both tables agree, the choice is worth the maximum."
    expect(answer(rewards, discounts, q, q), rewards + discounts * q.max(axis=1), likely=likely)


@claim(
    double_q_target,
    "What the choosing table thinks of other actions does not matter, nor how highly it thinks of its choice",
)
def only_the_choice_matters(answer, rng):
    rewards, discounts = rng.normal(size=4), np.full(4, 0.9)
    choosing, valuing = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    one, other = answer(rewards, discounts, choosing, valuing), answer(rewards, discounts, 7 * choosing - 100, valuing)
    chosen = [max(range(3), key=row.__getitem__) for row in choosing.tolist()]
    expected = [r + 0.9 * row[a] for r, row, a in zip(rewards, valuing, chosen, strict=True)]
    likely = "Scaling q₁ does not change its choice, so it must not change the target: q₁'s values stay out of it."
    expect(other, expected, likely=likely)
    expect(one, expected, likely=likely)


@claim(
    double_q_target,
    "It does not overestimate: where all actions are worth 0 and both tables are noise, it is 0 on average",
)
def no_maximisation_bias(answer, rng):
    noise = rng.normal(size=(2, 40_000, 5))
    got = np.asarray(answer(np.zeros(40_000), np.ones(40_000), *noise))
    expect(got.shape, (40_000,), likely="It should return one target for each learner, [N].")
    likely = "The targets are biased: the errors of the table that values must have nothing to do with the choice."
    # The standard error is 1/200; the maximum over one table is 1.16 on average, the minimum of two values -0.56.
    require(abs(got.mean()) < 0.03, likely, expected=0.0, got=float(got.mean()))


@claim(double_q_target, "In a tie the first action is chosen")
def a_tie(answer, rng):
    got = answer(np.array([0.0]), np.array([1.0]), np.array([[2.0, 2.0]]), np.array([[3.0, 7.0]]))
    expect(got, [3.0], likely="argmax gives the first of several best actions.")


# --- lambda_returns --------------------------------------------------------------------------------------------------


def mixture_of_n_step_returns(rewards, discounts, values, lambda_):
    """λ-returns of one sequence by their definition: (1 − λ) Σ λ^{n−1} G^{(n)}, the longest with what remains, [T]."""
    length, mixed = len(rewards), np.zeros(len(rewards))
    for t in range(length):
        total, weight, factor = 0.0, 1.0, 1.0
        for k in range(t, length):
            total += factor * rewards[k]
            factor *= discounts[k]
            share = weight if k == length - 1 else weight * (1 - lambda_)
            mixed[t] += share * (total + factor * values[k])
            weight *= lambda_
    return mixed


@example(lambda_returns)
def _(rng):
    return rng.normal(size=(100, 8)), rng.choice([0.0, 0.9], (100, 8), p=[0.05, 0.95]), rng.normal(size=(100, 8)), 0.9


@claim(lambda_returns, "Two steps worked out by hand", weight=2)
def two_steps_by_hand(answer, rng):
    # r = (2, 4), γ = (1/2, 1), v(s_1) = 8, v(s_2) = 6, λ = 1/4. The last: 4 + 6 = 10.
    # The first: 2 + 1/2 (3/4 * 8 + 1/4 * 10) = 2 + 1/2 * 8.5 = 6.25.
    mistakes = {
        "λ and 1 − λ are exchanged: λ weighs the return that follows, 1 − λ the value.": [
            2 + 0.5 * (0.25 * 8 + 0.75 * 10),
            10.0,
        ],
        "Beyond the sequence it goes on with 0: the last return bootstraps on v(s_T).": [
            2 + 0.5 * (6 + 0.25 * 8.5),
            8.5,
        ],
        "The sequence ends without v(s_T): the last return bootstraps on it.": [2 + 0.5 * (6 + 0.25 * 4), 4.0],
        "λ is not used at all: this is TD(0)'s target.": [6.0, 10.0],
        "λ is not used at all: this is the return of Monte Carlo.": [7.0, 10.0],
        "The value is not weighed by 1 − λ: the weights of all n-step returns sum to 1.": [
            2 + 0.5 * (8 + 0.25 * 10),
            10.0,
        ],
        "The reward is inside the bracket with γ: only what comes after it is discounted.": [1 + 4.25, 10.0],
        "γ is missing.": [2 + 8.5, 10.0],
        "The returns are in reverse order: G_0 comes first.": [10.0, 6.25],
        "It runs from the front: G_t needs G_{t+1}, so start at the end.": [
            2 + 0.5 * (6 + 1.5),
            4 + 0.75 * 6 + 0.25 * 5.75,
        ],
    }
    got = answer(np.array([2.0, 4.0]), np.array([0.5, 1.0]), np.array([8.0, 6.0]), 0.25)
    expect(
        got,
        [6.25, 10.0],
        mistakes=mistakes,
        likely="G_t = r + γ ((1 − λ) v(s_{t+1}) + λ G_{t+1}), from the end backwards.",
    )


@claim(lambda_returns, "λ = 0 is TD(0), λ = 1 adds up all rewards and bootstraps at the end only")
def both_ends_of_lambda(answer, rng):
    rewards, values = rng.normal(size=5), rng.normal(size=5)
    expect(
        answer(rewards, np.full(5, 0.9), values, 0.0),
        rewards + 0.9 * values,
        likely="With λ = 0 each return is r + γ v(s').",
    )
    full = [sum(0.9 ** (k - t) * rewards[k] for k in range(t, 5)) + 0.9 ** (5 - t) * values[4] for t in range(5)]
    expect(
        answer(rewards, np.full(5, 0.9), values, 1.0),
        full,
        likely="With λ = 1 the values on the way have no say, only the last.",
    )


@claim(lambda_returns, "It is the mixture of n-step returns by which it is defined", weight=2)
def the_mixture(answer, rng):
    rewards, values = rng.normal(size=6), rng.normal(size=6)
    discounts = np.array([0.9, 1.0, 0.5, 0.8, 0.7, 0.9])
    expected = mixture_of_n_step_returns(rewards, discounts, values, 0.6)
    likely = "(1 − λ) Σ λ^{n−1} G^{(n)}, and the longest return takes the weight that remains. Check which γ goes with which step."
    expect(answer(rewards, discounts, values, 0.6), expected, likely=likely)


@claim(lambda_returns, "Nothing from beyond the end of an episode comes back")
def an_end_on_the_way(answer, rng):
    # The second step ends an episode (γ = 0), the third begins another. G_1 = r_2 whatever comes later.
    rewards, values = np.array([1.0, 2.0, 1000.0]), np.array([5.0, 700.0, 900.0])
    # G_1 = 2, G_0 = 1 + (1/2 * 5 + 1/2 * 2) = 4.5, G_2 = 1000 + 900.
    likely = "Where γ is 0 the return is the reward alone: γ multiplies both the value and the return that follows."
    expect(answer(rewards, np.array([1.0, 0.0, 1.0]), values, 0.5), [4.5, 2.0, 1900.0], likely=likely)


@claim(lambda_returns, "Many sequences side by side, [T, N], do not mix")
def many_sequences(answer, rng):
    rewards, discounts, values = rng.normal(size=(4, 3)), rng.choice([0.0, 0.9], (4, 3)), rng.normal(size=(4, 3))
    expected = np.stack(
        [mixture_of_n_step_returns(rewards[:, n], discounts[:, n], values[:, n], 0.7) for n in range(3)], axis=1
    )
    likely = "Time is the first axis; the columns are separate sequences."
    expect(answer(rewards, discounts, values, 0.7), expected, likely=likely)


# --- trace_coefficients ----------------------------------------------------------------------------------------------


@example(trace_coefficients)
def _(rng):
    return "retrace", rng.uniform(0, 1, (100, 8)), rng.uniform(0.05, 1, (100, 8)), 0.95


def _coefficients_by_hand(answer, correction, expected, mistakes):
    # Three actions: one that π likes better than μ, one that it likes less, one that it never takes.
    target, behaviour = np.array([0.8, 0.2, 0.0]), np.array([0.4, 0.5, 0.5])
    got = answer(correction, target, behaviour, 0.5)
    expect(got, np.array(expected), mistakes=mistakes, likely=f"{correction}: see the table above for its coefficient.")


@claim(trace_coefficients, "Importance sampling: c = π/μ, not cut and without λ")
def importance_sampling_by_hand(answer, rng):
    mistakes = {
        "Importance sampling is not cut: cutting at 1 is Retrace.": [1.0, 0.4, 0.0],
        "λ has no part in importance sampling as it is compared here.": [1.0, 0.2, 0.0],
        "Importance sampling is cut and shrunk by λ: that is Retrace.": [0.5, 0.2, 0.0],
        "The ratio is upside down: π, which is evaluated, over μ, which acted.": [0.5, 2.5, np.inf],
    }
    _coefficients_by_hand(answer, "importance_sampling", [2.0, 0.4, 0.0], mistakes)


@claim(trace_coefficients, "Q(λ): c = λ, whoever acted")
def q_lambda_by_hand(answer, rng):
    mistakes = {
        "Q(λ) pays no attention to the policies: c = λ for every action.": [1.0, 0.2, 0.0],
        "Q(λ) as asked for here does not cut at actions that π never takes (that would be Watkins's).": [0.5, 0.5, 0.0],
        "λ is missing from Q(λ).": [1.0, 1.0, 1.0],
    }
    _coefficients_by_hand(answer, "q_lambda", [0.5, 0.5, 0.5], mistakes)


@claim(trace_coefficients, "Tree backup: c = λ π, whoever acted")
def tree_backup_by_hand(answer, rng):
    mistakes = {
        "λ is missing from tree backup.": [0.8, 0.2, 0.0],
        "Tree backup takes the probability under π, the policy that is evaluated, not under μ.": [0.2, 0.25, 0.25],
        "Tree backup has no ratio: c = λ π.": [1.0, 0.2, 0.0],
    }
    _coefficients_by_hand(answer, "tree_backup", [0.4, 0.1, 0.0], mistakes)


@claim(trace_coefficients, "Retrace: c = λ min(1, π/μ)", weight=2)
def retrace_by_hand(answer, rng):
    mistakes = {
        "λ is missing from Retrace: c = λ min(1, π/μ).": [1.0, 0.4, 0.0],
        "The ratio is not cut at 1: c = λ min(1, π/μ).": [1.0, 0.2, 0.0],
        "min(λ, π/μ) instead of λ min(1, π/μ): λ multiplies, it is not the ceiling.": [0.5, 0.4, 0.0],
        "The ratio is upside down: π, which is evaluated, over μ, which acted.": [0.25, 0.5, 0.5],
        "It takes the larger of 1 and the ratio: Retrace cuts at 1, min(1, π/μ).": [1.0, 0.5, 0.5],
    }
    _coefficients_by_hand(answer, "retrace", [0.5, 0.2, 0.0], mistakes)


@claim(trace_coefficients, "On policy, with λ = 1: three of them are 1, and tree backup is π")
def on_policy(answer, rng):
    policy = rng.uniform(0.1, 1.0, (3, 4))
    for correction in CORRECTIONS:
        expected = policy if correction == "tree_backup" else np.ones((3, 4))
        likely = f"With π = μ and λ = 1 nothing has to be corrected ({correction}): the ratio is 1."
        expect(answer(correction, policy, policy, 1.0), expected, likely=likely)


@claim(
    trace_coefficients,
    "Averaged over μ, importance sampling has the coefficient 1; Retrace and tree backup never more than λ",
)
def averages_over_the_behaviour(answer, rng):
    target, behaviour = rng.dirichlet(np.ones(4), 5), rng.dirichlet(np.full(4, 3.0), 5) * 0.9 + 0.025
    mean = (behaviour * np.asarray(answer("importance_sampling", target, behaviour, 0.8))).sum(axis=1)
    expect(
        mean, np.ones(5), likely="Σ_a μ π/μ = Σ_a π = 1: importance sampling changes the distribution, nothing else."
    )
    for correction in ("tree_backup", "retrace"):
        got = np.asarray(answer(correction, target, behaviour, 0.8))
        require(
            (got <= 0.8 + 1e-9).all() and (got * behaviour <= 0.8 * target + 1e-9).all(),
            f"{correction}: c ≤ λ and c μ ≤ λ π must hold for every action. That is what makes it safe.",
            expected="c ≤ 0.8",
            got=got,
        )


# --- are_corrected_returns (find the bug) ----------------------------------------------------------------------------


def returns_by_definition(q_t, expected_q_tp1, rewards, discounts, coefficients, first=1):
    """Corrected returns by the double sum; with first=0 each product of c holds c_t besides, [T]."""
    length, returns = len(rewards), np.array(q_t, dtype=float)
    for t in range(length):
        for k in range(t, length):
            factor = np.prod(discounts[t:k]) * np.prod(coefficients[t + first : k + 1])
            returns[t] += factor * (rewards[k] + discounts[k] * expected_q_tp1[k] - q_t[k])
    return returns


def returns_one_step_early(q_t, expected_q_tp1, rewards, discounts, coefficients):
    """Corrected returns whose products are c_t … c_{k−1}, one step too early: the bug to be found, [T]."""
    shifted = np.append(np.ones(1), coefficients[:-1])
    return returns_by_definition(q_t, expected_q_tp1, rewards, discounts, shifted)


def a_sequence(rng, length=6):
    """One random sequence: q_t, expected_q_tp1, rewards, discounts, coefficients, [T] each."""
    parts = rng.normal(size=(3, length))
    return (*parts, np.full(length, 0.9), rng.uniform(0.2, 0.8, length))


@example(are_corrected_returns)
def _(rng):
    return rng.normal(size=100), *a_sequence(rng, 100)


NO_TO_RIGHT_ONES = "It says no to right returns as well, so that its no to wrong ones means nothing."


@claim(are_corrected_returns, "It passes returns that follow the definition", weight=2)
def passes_right_returns(answer, rng):
    for length in (1, 2, 6):
        sequence = a_sequence(rng, length)
        likely = (
            "It rejects right returns: G_t = q_t + Σ γ ⋯ γ (c_{t+1} ⋯ c_k) δ_k, where the first δ has no c before it."
        )
        right = returns_by_definition(*sequence)
        expect(answer(right, *sequence), True, likely=likely)
        expect(
            answer(right + 1.0, *sequence),
            False,
            likely="It says yes always: returns that are all too high by 1 go through.",
        )


@claim(are_corrected_returns, "It rejects what the program with the bug returns", weight=2)
def rejects_the_bug(answer, rng):
    sequence = a_sequence(rng)
    expect(answer(returns_by_definition(*sequence), *sequence), True, likely=NO_TO_RIGHT_ONES)
    likely = "The bug goes through: its products are c_t ⋯ c_{k−1}, one step too early. They have to be c_{t+1} ⋯ c_k."
    expect(answer(returns_one_step_early(*sequence), *sequence), False, likely=likely)


@claim(are_corrected_returns, "It rejects products that hold c_t besides, and sequences cut off after one step")
def rejects_other_mistakes(answer, rng):
    sequence = a_sequence(rng)
    expect(answer(returns_by_definition(*sequence), *sequence), True, likely=NO_TO_RIGHT_ONES)
    likely = "Products c_t ⋯ c_k go through: the first error δ_t stands there whole, without a coefficient before it."
    expect(answer(returns_by_definition(*sequence, first=0), *sequence), False, likely=likely)
    one_step = sequence[2] + sequence[3] * sequence[1]
    likely = "One-step targets go through: the errors of later steps belong to G_t too."
    expect(answer(one_step, *sequence), False, likely=likely)


@claim(are_corrected_returns, "It passes an episode that ended on the way, and rejects one that leaks through its end")
def ends_on_the_way(answer, rng):
    q, expected, rewards, discounts, coefficients = a_sequence(rng)
    discounts = discounts.copy()
    discounts[2] = 0.0
    right = returns_by_definition(q, expected, rewards, discounts, coefficients)
    likely = "Where γ is 0 nothing follows, neither the expected value nor later errors."
    expect(answer(right, q, expected, rewards, discounts, coefficients), True, likely=likely)
    leaking = returns_by_definition(q, expected, rewards, np.full(6, 0.9), coefficients)
    expect(answer(leaking, q, expected, rewards, discounts, coefficients), False, likely=likely)


@claim(are_corrected_returns, "An error in one single return, up or down, is found")
def every_return_counts(answer, rng):
    sequence = a_sequence(rng)
    expect(answer(returns_by_definition(*sequence), *sequence), True, likely=NO_TO_RIGHT_ONES)
    right = returns_by_definition(*sequence)
    for place in (0, 3, 5):
        for error in (0.01, -0.01):
            wrong = right.copy()
            wrong[place] += error
            likely = (
                f"Returns that are wrong at t = {place} of 0 … 5 alone go through: look at every step, and at |error|."
            )
            expect(answer(wrong, *sequence), False, likely=likely)
    balanced = right + np.array([0.01, -0.01, 0.0, 0.0, 0.0, 0.0])
    expect(answer(balanced, *sequence), False, likely="Errors that cancel go through: look at each step by itself.")


# --- sliding_window_ucb ----------------------------------------------------------------------------------------------


@example(sliding_window_ucb)
def _(rng):
    return rng.integers(32, size=2000), rng.random(2000), 32, 160, 1.0


@claim(sliding_window_ucb, "Six pulls, of which the window holds four, worked out by hand", weight=2)
def six_pulls_by_hand(answer, rng):
    # Arms 0 1 | 0 0 0 1 with rewards 9 9 | 1 3 2 5. In the last four, arm 0 has mean 2 and N = 3, arm 1 has 5 and N = 1.
    arms, rewards = np.array([0, 1, 0, 0, 0, 1]), np.array([9.0, 9.0, 1.0, 3.0, 2.0, 5.0])
    bonus = np.array([np.sqrt(1 / 3), 1.0])
    mean = np.array([2.0, 5.0])
    mistakes = {
        "The window never forgets: look at the last `window` pulls only, arms[-window:].": [
            15 / 4 + 2 * 0.5,
            7 + 2 * np.sqrt(1 / 2),
        ],
        "It keeps the first pulls: the last `window` ones count, arms[-window:].": mean_and_bonus(
            [0, 1, 0, 0], [9, 9, 1, 3], 2.0
        ),
        "The means are of the window, the counts of all time: count in the window too.": mean
        + 2 * np.array([0.5, np.sqrt(0.5)]),
        "The bonus is missing.": mean,
        "The bonus is not multiplied by `scale`.": mean + bonus,
        "The root is missing: scale · √(1 / N).": mean + 2 * np.array([1 / 3, 1.0]),
        "The rewards are added up: take the mean of an arm's rewards.": np.array([6.0, 5.0]) + 2 * bonus,
        "A logarithm is in it: the caller's `scale` holds it where there is one.": mean
        + 2 * np.sqrt(np.log(6)) * bonus,
        "A logarithm is in it: the caller's `scale` holds it where there is one. ": mean
        + 2 * np.sqrt(np.log(4)) * bonus,
        "The counts start at 1: only real pulls count.": np.array([6 / 4, 5 / 2]) + 2 * np.array([0.5, np.sqrt(0.5)]),
        "√(1 + N) is in the bonus: only real pulls count.": mean + 2 * np.array([0.5, np.sqrt(0.5)]),
        "The sums are divided by the window's length: divide by the arm's own pulls.": np.array([6.0, 5.0]) / 4
        + 2 * bonus,
    }
    got = answer(arms, rewards, 2, 4, 2.0)
    expect(
        got,
        mean + 2 * bonus,
        mistakes=mistakes,
        likely="Mean of the arm's rewards in the window + scale · √(1 / N), N in the window.",
    )


def mean_and_bonus(arms, rewards, scale):
    """Scores of two arms from a list of pulls, [2]."""
    pulls = [[r for a, r in zip(arms, rewards, strict=True) if a == arm] for arm in range(2)]
    return [np.mean(paid) + scale / np.sqrt(len(paid)) for paid in pulls]


@claim(sliding_window_ucb, "An arm that is not in the window scores ∞", weight=2)
def unseen_arms_come_first(answer, rng):
    likely = "An arm without pulls in the window has N = 0: its score is np.inf, so that it is tried."
    got = answer(np.array([2, 0, 0, 2]), np.array([7.0, 1.0, 3.0, -5.0]), 4, 3, 0.5)
    # The window is 0 0 2: arm 0 has mean 2 and N = 2, arm 2 has -5 and N = 1; 1 was never pulled, 3 neither.
    expect(got, [2 + 0.5 * np.sqrt(0.5), np.inf, -4.5, np.inf], likely=likely)
    got = answer(np.zeros(0, int), np.zeros(0), 3, 5, 1.0)
    expect(got, [np.inf] * 3, likely="Before the first pull every arm scores ∞, and there are num_arms of them.")


@claim(sliding_window_ucb, "A window longer than the history holds all of it")
def a_long_window(answer, rng):
    arms, rewards = rng.permutation(np.repeat(np.arange(3), 4)), rng.normal(size=12) - 2.0
    pulls = [[r for a, r in zip(arms, rewards, strict=True) if a == arm] for arm in range(3)]
    expected = [sum(paid) / 4 + 1.5 / 2.0 for paid in pulls]
    likely = "With a window of 500 all 12 pulls count; take care that a slice does not wrap round."
    expect(answer(arms, rewards, 3, 500, 1.5), expected, likely=likely)
    expect(answer(arms, rewards, 3, 12, 1.5), expected, likely=likely)


@claim(sliding_window_ucb, "A window of one pull remembers the last one")
def a_window_of_one(answer, rng):
    got = answer(np.array([0, 1, 1, 0]), np.array([1.0, 2.0, 3.0, -4.0]), 2, 1, 1.0)
    expect(got, [-3.0, np.inf], likely="The window counts pulls of all arms together, not of each arm.")


@claim(sliding_window_ucb, "What has left the window makes no difference")
def what_is_forgotten_is_forgotten(answer, rng):
    arms, rewards = rng.integers(3, size=30), rng.normal(size=30)
    other_arms, other_rewards = arms.copy(), rewards.copy()
    other_arms[:20], other_rewards[:20] = rng.integers(3, size=20), 1000.0
    arms[-10:] = other_arms[-10:] = rng.permutation([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    pulls = [[r for a, r in zip(arms[-10:], rewards[-10:], strict=True) if a == arm] for arm in range(3)]
    expected = [sum(paid) / len(paid) + len(paid) ** -0.5 for paid in pulls]
    likely = "Pulls from before the window still count: a player that remembers them notices a change too late."
    expect(answer(arms, rewards, 3, 10, 1.0), expected, likely=likely)
    expect(answer(other_arms, other_rewards, 3, 10, 1.0), expected, likely=likely)
