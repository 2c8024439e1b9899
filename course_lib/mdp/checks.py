"""What `check` asks of a learner's answers in this wing, held against hand-worked cases, identities and brute force."""

import itertools

import numpy as np

from course_lib.mdp.accuracy import close_to_optimal
from course_lib.mdp.bellman import action_values, evaluation_sweep
from course_lib.mdp.environment import gridworld
from course_lib.mdp.improvement import greedy_actions
from course_lib.mdp.policy_iteration import policy_iteration, value_iteration
from course_lib.mdp.returns import discounted_return
from course_lib.workbook import claim, example, expect, require


def random_mdp(rng, num_states, num_actions):
    """Transitions [S, A, S] and rewards [S, A] of both signs, drawn from a generator."""
    transitions = rng.dirichlet(np.ones(num_states), (num_states, num_actions))
    return transitions, rng.normal(size=(num_states, num_actions))


def solve_by_trying_all(transitions, rewards, discount):
    """Optimal values [S] of a tiny MDP: the best over all deterministic policies, each by solving its equations."""
    num_states, num_actions = rewards.shape
    states, identity = np.arange(num_states), np.eye(num_states)
    tried = [
        np.linalg.solve(identity - discount * transitions[states, list(actions)], rewards[states, list(actions)])
        for actions in itertools.product(range(num_actions), repeat=num_states)
    ]
    return np.max(tried, axis=0)


# Two states, two actions. From state 0 action 0 stays, action 1 leads to either state with probability 1/2.
# From state 1 action 0 leads to state 0, action 1 stays.
TRANSITIONS = np.array([[[1.0, 0.0], [0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0]]])
REWARDS = np.array([[1.0, 0.0], [-2.0, 3.0]])


# --- discounted_return -----------------------------------------------------------------------------------------------


@example(discounted_return)
def _(rng):
    return rng.normal(size=200), 0.95


@claim(discounted_return, "Rewards 1, 2, 8 at γ = ½ are worth 1 + 2·½ + 8·¼ = 4", weight=2)
def three_rewards(answer, rng):
    mistakes = {
        "The first reward is not discounted: it is multiplied by γ⁰ = 1.": 2.0,
        "The rewards are added without a discount.": 11.0,
        "γ multiplies every reward after the first only once: the t-th is multiplied by γ to the power t.": 6.0,
        "The powers of γ run backwards: it is the late rewards that count less.": 9.25,
        "It returned after the first reward it looked at: is the `return` inside the loop?": 8.0,
        "It returned after the first reward: is the `return` inside the loop?": 1.0,
    }
    got = answer(np.array([1.0, 2.0, 8.0]), 0.5)
    expect(got, 4.0, mistakes=mistakes, likely="Multiply the reward at position t (from 0) by γᵗ, then add up.")


@claim(discounted_return, "γ = 0 counts the first reward alone, γ = 1 all of them alike")
def discount_zero_and_one(answer, rng):
    rewards = rng.normal(size=7)
    expect(answer(rewards, 0.0), rewards[0], likely="With γ = 0 only the first reward remains, since 0⁰ = 1.")
    expect(answer(rewards, 1.0), rewards.sum(), likely="With γ = 1 the return is the plain sum.")


@claim(discounted_return, "A reward of 1 for ever approaches 1 / (1 − γ)")
def geometric_series(answer, rng):
    expect(answer(np.ones(400), 0.9), 10.0, likely="Every reward counts, however late.", tolerance=1e-5)


@claim(discounted_return, "An episode without rewards returns 0")
def no_rewards(answer, rng):
    expect(answer(np.zeros(0), 0.9), 0.0, likely="An empty sum is 0.")


# --- action_values ---------------------------------------------------------------------------------------------------


@example(action_values)
def _(rng):
    transitions, rewards = random_mdp(rng, 60, 4)
    return transitions, rewards, 0.9, rng.normal(size=60)


@claim(action_values, "Two states worked out by hand", weight=2)
def two_states_by_hand(answer, rng):
    # v = (10, 20), γ = 1/2. q(0,0) = 1 + 10/2, q(0,1) = 0 + (5 + 10)/2, q(1,0) = -2 + 10/2, q(1,1) = 3 + 20/2.
    values = np.array([10.0, 20.0])
    ahead = np.array([[10.0, 15.0], [10.0, 20.0]])
    mistakes = {
        "γ multiplies the immediate reward too: only what comes after it is discounted.": (REWARDS + ahead) / 2,
        "γ is missing: what comes next counts γ times.": REWARDS + ahead,
        "The immediate reward is missing.": ahead / 2,
        "The values of all next states are averaged alike: weight each by its probability.": REWARDS + 7.5,
        "v(s) is used where v(s') belongs: look at the next state, not at the present one.": REWARDS
        + values[:, None] / 2,
        "The values of all next states are added up: weight each by its probability.": REWARDS + 15.0,
    }
    got = answer(TRANSITIONS, REWARDS, 0.5, values)
    expect(
        got, np.array([[6.0, 7.5], [3.0, 13.0]]), mistakes=mistakes, likely="q(s, a) = r(s, a) + γ Σ P(s'|s, a) v(s')."
    )


@claim(action_values, "With γ = 0 an action is worth its immediate reward")
def discount_zero_is_the_reward(answer, rng):
    transitions, rewards = random_mdp(rng, 4, 3)
    likely = "The immediate reward is not multiplied by γ, and nothing else remains at γ = 0."
    expect(answer(transitions, rewards, 0.0, rng.normal(size=4)), rewards, likely=likely)


@claim(action_values, "Sums run over the next state, the last axis of the transitions")
def sums_over_the_next_state(answer, rng):
    transitions, rewards = random_mdp(rng, 3, 3)
    values = rng.normal(size=3)
    expected, swapped = rewards.copy(), rewards.copy()
    for state, action, successor in itertools.product(range(3), repeat=3):
        expected[state, action] += 0.9 * transitions[state, action, successor] * values[successor]
        swapped[state, action] += 0.9 * transitions[successor, action, state] * values[successor]
    mistakes = {"P is read backwards: transitions[s, a, s'] leads from s to s', sum over its last axis.": swapped}
    got = answer(transitions, rewards, 0.9, values)
    expect(got, expected, mistakes=mistakes, likely="Sum over s', the last axis of transitions [S, A, S].")


@claim(action_values, "Adding 1 to every value adds γ to every action value")
def a_constant_moves_all_by_its_discount(answer, rng):
    transitions, rewards = random_mdp(rng, 5, 2)
    values = rng.normal(size=5)
    more, less = (answer(transitions, rewards, 0.8, values + constant) for constant in (1.0, 0.0))
    expect((np.shape(more), np.shape(less)), ((5, 2), (5, 2)), likely="One value for each state and action, [S, A].")
    rise = np.asarray(more) - less
    likely = "The probabilities of a row sum to 1, so the average of v + 1 is the average of v, plus 1."
    expect(rise, np.full((5, 2), 0.8), likely=likely)


# --- evaluation_sweep ------------------------------------------------------------------------------------------------


@example(evaluation_sweep)
def _(rng):
    transitions, rewards = random_mdp(rng, 60, 4)
    return transitions, rewards, 0.9, rng.dirichlet(np.ones(4), 60), rng.normal(size=60)


@claim(evaluation_sweep, "The book's gridworld after one and two sweeps of the random policy (figure 4.1)", weight=2)
def gridworld_sweeps(answer, rng):
    world, random_policy = gridworld(), np.full((16, 4), 0.25)
    # After one sweep every step costs 1. After two, a cell next to an end: 1/4 (-1) + 3/4 (-2) = -1.75, others -2.
    first = np.where(world.terminal, 0.0, -1.0)
    second = np.where(world.terminal, 0.0, -2.0)
    second[[1, 4, 11, 14]] = -1.75
    sweep = lambda policy, values: answer(world.transitions, world.rewards, 1.0, policy, values)  # noqa: E731
    added = _in_place(world, np.zeros(16)) | {
        "The actions are added up: weight each by its probability π(a|s).": 4 * first
    }
    often = "It swept many times: here once is asked for."
    added[often] = np.array([0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0.0])
    best = np.where(second == -1.75, -1.0, second)
    mistakes = _in_place(world, first) | {
        "The best action is taken: here the policy decides, all four actions count.": best
    }
    expect(
        sweep(random_policy, np.zeros(16)),
        first,
        mistakes=added,
        likely="One step costs 1 from every cell that is no end.",
    )
    expect(sweep(random_policy, first), second, mistakes=mistakes, likely="v'(s) = Σ π(a|s) q(s, a).")


def _in_place(world, values):
    """The sentence for a sweep in place, and where it would lead from `values`."""
    values = values.copy()
    for state in range(len(values)):
        values[state] = np.mean(world.rewards[state] + world.transitions[state] @ values)
    return {"The sweep uses values it has just changed: all of v' comes from the old v, so keep two arrays.": values}


@claim(evaluation_sweep, "The policy decides how much each action counts")
def the_policy_weighs_the_actions(answer, rng):
    values, q = np.array([10.0, 20.0]), np.array([[6.0, 7.5], [3.0, 13.0]])  # as in action_values above
    policy = np.array([[0.0, 1.0], [0.8, 0.2]])
    mistakes = {
        "All actions count alike: weight each by its probability π(a|s).": q.mean(axis=1),
        "The best action is taken: that is value iteration. Here the policy decides.": q.max(axis=1),
    }
    got = answer(TRANSITIONS, REWARDS, 0.5, policy, values)
    expect(got, np.array([7.5, 5.0]), mistakes=mistakes, likely="v'(s) = Σ π(a|s) q(s, a).")


@claim(evaluation_sweep, "The new values all come from the old ones")
def two_arrays(answer, rng):
    # A corridor walked from right to left, so that a sweep in place would carry the reward all the way at once.
    transitions = np.eye(4)[[0, 0, 1, 2]][:, None, :]
    rewards = np.array([[0.0], [8.0], [0.0], [0.0]])
    likely = "The sweep uses values it has just changed: all of v' comes from the old v, so keep two arrays."
    got = answer(transitions, rewards, 0.5, np.ones((4, 1)), np.zeros(4))
    expect(got, np.array([0.0, 8.0, 0.0, 0.0]), likely=likely)


@claim(evaluation_sweep, "The value of a policy does not change when it is swept")
def the_value_of_a_policy_is_a_fixed_point(answer, rng):
    transitions, rewards = random_mdp(rng, 6, 3)
    policy = rng.dirichlet(np.ones(3), 6)
    chain = np.einsum("sa,sat->st", policy, transitions)
    values = np.linalg.solve(np.eye(6) - 0.9 * chain, (policy * rewards).sum(axis=1))
    likely = "v_π solves v = r_π + γ P_π v: check γ, the reward, and the weights."
    expect(answer(transitions, rewards, 0.9, policy, values), values, likely=likely)


# --- greedy_actions --------------------------------------------------------------------------------------------------


@example(greedy_actions)
def _(rng):
    return rng.normal(size=(500, 6)), rng.integers(6, size=500)


@claim(greedy_actions, "In every state the best action, also where all values are negative", weight=2)
def the_best_action(answer, rng):
    q = np.array([[1.0, 3.0, 2.0], [-7.0, -9.0, -8.0], [-3e6, -2e6, -1e6]])
    mistakes = {
        "It returned the values of the best actions: the actions themselves are asked for (argmax).": [3.0, -7.0, -1e6],
        "It chose the worst action (argmin).": [0, 1, 0],
        "The maximum runs over the states (axis 0): choose among the actions of each state (axis 1).": [0, 0, 0],
        "It never changes the policy.": [2, 2, 1],
    }
    got = answer(q, np.array([2, 2, 1]))
    expect(got, [1, 0, 2], mistakes=mistakes, likely="argmax over the actions (axis 1) of each state.")


@claim(greedy_actions, "One action for each state, whatever the numbers of states and actions")
def one_action_a_state(answer, rng):
    q = rng.permuted(np.arange(15.0).reshape(5, 3), axis=1)
    best = [max(range(3), key=row.__getitem__) for row in q.tolist()]
    likely = "The maximum runs over the wrong axis: action_values is [S, A], choose along its last one."
    expect(answer(q, np.zeros(5, int)), best, likely=likely)


@claim(greedy_actions, "In a tie the present action stays", weight=2)
def a_tie_keeps_the_present_action(answer, rng):
    q = np.array([[5.0, 5.0, 1.0], [0.0, 2.0, 2.0], [4.0, 4.0, 4.0]])
    mistakes = {
        "In a tie it takes the first action: keep the present one, or policy iteration can swap for ever.": [0, 1, 0],
        "In a tie it takes the last action: keep the present one, or policy iteration can swap for ever.": [1, 2, 2],
    }
    likely = "In a tie keep the present action, or policy iteration can swap equally good actions for ever."
    expect(answer(q, np.array([1, 2, 1])), [1, 2, 1], mistakes=mistakes, likely=likely)


@claim(greedy_actions, "A tie up to rounding is a tie")
def a_tie_up_to_rounding(answer, rng):
    q = np.array([[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2]])  # 0.30000000000000004 and 0.3
    likely = "Computed twice, equal values differ in the last digit: compare with the tolerance, not with ==."
    expect(answer(q, np.array([1, 0])), [1, 0], likely=likely)


@claim(greedy_actions, "How much counts as equal is what `tolerance` says")
def the_tolerance_is_an_argument(answer, rng):
    q = np.array([[1e6, 1e6 + 1e-3], [2.0, 2.0 + 1e-6]])
    likely = "A difference of more than the tolerance is a difference, however small beside the values themselves."
    expect(answer(q, np.array([0, 0])), [1, 1], likely=likely)
    likely = "With a tolerance of 0.5, an action that is 0.4 worse is as good, and one that is 0.6 worse is not."
    expect(answer(np.array([[1.0, 1.4], [1.0, 1.6]]), np.array([0, 0]), 0.5), [0, 1], likely=likely)


@claim(greedy_actions, "Where the present action is not among the best, the first of them is taken")
def the_first_of_the_best(answer, rng):
    q = np.array([[0.0, 5.0, 5.0], [-1.0, -1.0, -2.0]])
    mistakes = {"It keeps the present action although another is better.": [0, 2]}
    expect(answer(q, np.array([0, 2])), [1, 0], mistakes=mistakes, likely="Of several best actions take the first.")


# --- policy_iteration ------------------------------------------------------------------------------------------------


@example(policy_iteration)
def _(rng):
    return *random_mdp(rng, 60, 4), 0.95, np.zeros(60, int)


@claim(policy_iteration, "Two states worked out by hand", weight=2)
def two_states_solved(answer, rng):
    # γ = 1/2. Staying in state 1 is worth 3 / (1 - 1/2) = 6. From state 0, staying is worth 1 / (1 - 1/2) = 2,
    # leaving is worth v = (v + 6)/4, so v = 2 as well: a tie, and the present action 0 stays.
    actions, values = np.array([0, 1]), np.array([2.0, 6.0])
    mistakes = {
        "The values belong to the policy before the last improvement: evaluate again until nothing changes.": (
            actions,
            np.array([2.0, -1.0]),
        ),
        "The policy comes first, its values second.": (values, actions),
        "It stopped at the policy it started from.": (np.array([0, 0]), np.array([2.0, -1.0])),
    }
    likely = "v = (I − γ P_π)⁻¹ r_π, then greedy actions, until the policy is stable."
    expect(answer(TRANSITIONS, REWARDS, 0.5, np.array([0, 0])), (actions, values), mistakes=mistakes, likely=likely)


@claim(policy_iteration, "The values are those of the policy returned")
def values_of_the_policy_returned(answer, rng):
    transitions, rewards = random_mdp(rng, 5, 3)
    actions, values = _pair(answer(transitions, rewards, 0.9, np.zeros(5, int)))
    require(
        np.shape(actions) == (5,) and np.asarray(actions).dtype.kind in "iu",
        "The first of the two is the policy, int [S].",
    )
    states = np.arange(5)
    right = np.linalg.solve(np.eye(5) - 0.9 * transitions[states, actions], rewards[states, actions])
    expect(
        values,
        right,
        likely="The values are not those of the policy returned: solve (I − γ P_π) v = r_π exactly, for the last policy.",
    )


@claim(policy_iteration, "No policy at all is better (all of them tried)", weight=2)
def no_policy_is_better(answer, rng):
    for _ in range(3):
        transitions, rewards = random_mdp(rng, 4, 3)
        best = solve_by_trying_all(transitions, rewards, 0.9)
        got = answer(transitions, rewards, 0.9, rng.integers(3, size=4))
        likely = "Another policy is better: go on until greedy actions change nothing."
        expect(_pair(got)[1], best, likely=likely)


def corridor(length):
    """A corridor with its end on the right; actions left and right; entering the end pays 0.01."""
    cells = np.arange(length)
    right = np.minimum(cells + 1, length - 1)
    left = np.where(cells == length - 1, cells, np.maximum(cells - 1, 0))
    rewards = np.zeros((length, 2))
    rewards[-2, 1] = 0.01
    return np.eye(length)[np.stack([left, right], axis=1)], rewards


@claim(policy_iteration, "It goes on for as many rounds as it takes")
def as_many_rounds_as_it_takes(answer, rng):
    # Each round finds out one more cell: from cell k the end is entered after 11 - k steps.
    best = np.append(0.01 * 0.9 ** np.arange(10, -1, -1), 0.0)
    got = answer(*corridor(12), 0.9, np.zeros(12, int))
    likely = "It stopped too early: go on until the policy stays the same, however small the gains and however many the rounds."
    expect(_pair(got)[1], best, likely=likely, tolerance=1e-8)


@claim(policy_iteration, "It ends where actions are equally good, and leaves an optimal policy as it is")
def ends_in_a_tie(answer, rng):
    # All actions do the same: every policy is optimal, so the one to start from is what comes back.
    transitions = np.repeat(rng.dirichlet(np.ones(6), 6)[:, None, :], 3, axis=1)
    rewards = np.repeat(rng.normal(size=(6, 1)), 3, axis=1)
    start = np.array([2, 1, 0, 1, 2, 1])
    likely = "An optimal policy came back changed: in a tie keep the present action, else policy iteration may swap for ever."
    expect(_pair(answer(transitions, rewards, 0.9, start))[0], start, likely=likely)


def _pair(got):
    require(
        isinstance(got, tuple | list) and len(got) == 2,
        "It should return two things: the policy, then its values.",
        got=got,
    )
    return got


# --- value_iteration -------------------------------------------------------------------------------------------------


@example(value_iteration)
def _(rng):
    return *random_mdp(rng, 60, 4), 0.9, 1e-4


@claim(value_iteration, "One state that pays 1 for ever: stopped after the right sweep", weight=2)
def stops_after_the_right_sweep(answer, rng):
    # v_k = 1 + γ + … + γ^(k-1), so v_{k+1} - v_k = γ^k. With γ = 0.9 and ε = 0.1 the rule asks for
    # γ^k < 0.1 · 0.1 / 1.8 = 0.00556: first at k = 50, so v_51 is returned.
    after = lambda sweeps: np.array([(1 - 0.9**sweeps) / 0.1])  # noqa: E731
    mistakes = {
        "It stopped as soon as the change was below ε: the rest still to come is up to 1/(1 − γ) times the change, so ask for change < ε (1 − γ) / (2γ).": after(
            23
        ),
        "It returned the values of one sweep too early: return v_{k+1}, the newest.": after(50),
        "The factor 2 is missing in ε (1 − γ) / (2γ).": after(44),
        "One sweep too many: stop as soon as the change is below the threshold.": after(52),
        "It made a single sweep.": after(1),
    }
    got = answer(np.ones((1, 1, 1)), np.ones((1, 1)), 0.9, 0.1)
    likely = "Sweep from v = 0 until max |v_{k+1} − v_k| < ε (1 − γ) / (2γ), and return v_{k+1}."
    expect(got, after(51), mistakes=mistakes, likely=likely, tolerance=1e-4)


@claim(value_iteration, "The best action counts in every state", weight=2)
def the_best_action_counts(answer, rng):
    # The two states from above with the actions of state 1 swapped, so that no axis can be taken for the other.
    transitions, rewards = TRANSITIONS.copy(), REWARDS.copy()
    transitions[1], rewards[1] = TRANSITIONS[1, ::-1], REWARDS[1, ::-1]
    # v_0 = max(1 + v_0/2, 3 + v_1/2), v_1 = max((v_0 + v_1)/4, -2 + v_0/2): taken over the states, (3.6, 1.2).
    mistakes = {
        "It averages over the actions: take the best one.": _average_values(transitions, rewards, 0.5),
        "It returned actions (argmax): the values are asked for (max).": np.array([0, 0]),
        "The maximum runs over the states (axis 0): in each state it is over the actions (axis 1).": np.array(
            [3.6, 1.2]
        ),
    }
    got = answer(transitions, rewards, 0.5, 1e-8)
    likely = "v'(s) = max over a of q(s, a): the maximum runs over the actions, axis 1."
    expect(got, np.array([2.0, 6.0]), mistakes=mistakes, likely=likely)


def _average_values(transitions, rewards, discount):
    return np.linalg.solve(np.eye(len(rewards)) - discount * transitions.mean(axis=1), rewards.mean(axis=1))


@claim(value_iteration, "The error is at most ε / 2, also with γ = 0.99")
def within_half_the_tolerance(answer, rng):
    transitions, rewards = random_mdp(rng, 4, 3)
    best = solve_by_trying_all(transitions, rewards, 0.99)
    got = answer(transitions, rewards, 0.99, 0.01)
    expect(np.shape(got), (4,), likely="It should return one value for each state, [S].")
    error = np.abs(np.asarray(got) - best).max()
    require(
        error <= 0.005,
        f"The error is {error:.3g}, more than ε/2: is (1 − γ) in the stopping rule?",
        expected=best,
        got=got,
    )


@claim(value_iteration, "Where every reward is negative, values are negative")
def all_rewards_negative(answer, rng):
    got = answer(np.eye(2)[:, None, :], np.array([[-1.0], [-3.0]]), 0.5, 1e-8)
    mistakes = {
        "The change is a size: np.abs(new − old).max(). Values that fall change too.": np.array([-1.0, -3.0]),
        "The maximum is over the actions, not over 0 and the values.": np.zeros(2),
    }
    expect(got, np.array([-2.0, -6.0]), mistakes=mistakes, likely="v'(s) = max over a of q(s, a), also below 0.")


@claim(value_iteration, "The state that changes most decides when to stop")
def the_largest_change_decides(answer, rng):
    # Three states that stay where they are and pay 0, 1 and -1: changes of 0, γ^k and -γ^k, from which a mean, a sum
    # or a minimum would read something smaller.
    got = answer(np.eye(3)[:, None, :], np.array([[0.0], [1.0], [-1.0]]), 0.99, 0.01)
    expect(np.shape(got), (3,), likely="It should return one value for each state, [S].")
    likely = "The change of a sweep is the largest over all states, up or down: np.abs(new − old).max()."
    expect(got, np.array([0.0, 100.0, -100.0]), likely=likely, tolerance=0.0050001 / 101)


@claim(value_iteration, "With γ = 0 one sweep is enough")
def discount_zero(answer, rng):
    transitions, rewards = random_mdp(rng, 4, 3)
    expect(
        answer(transitions, rewards, 0.0, 0.1),
        rewards.max(axis=1),
        likely="With γ = 0 the threshold is infinite: do not divide by 0.",
    )


# --- close_to_optimal (find the bug) ---------------------------------------------------------------------------------


def swept_until_the_change_is_below(transitions, rewards, discount, threshold):
    """Values [S] after sweeping until the change is below the threshold; with ε itself, this is the bug to be found."""
    values, change = np.zeros(len(rewards)), np.inf
    while change >= threshold:
        new_values = (rewards + discount * transitions @ values).max(axis=1)
        change, values = np.abs(new_values - values).max(), new_values
    return values


@example(close_to_optimal)
def _(rng):
    return *random_mdp(rng, 30, 3), 0.9, rng.normal(size=30), 0.1


@claim(close_to_optimal, "It rejects what the program with the bug returns", weight=2)
def rejects_the_bug(answer, rng):
    for discount in (0.95, 0.99):
        transitions, rewards = random_mdp(rng, 4, 3)
        rewards = rewards + 2.0
        values = swept_until_the_change_is_below(transitions, rewards, discount, 0.1)
        likely = "The bug goes through: that a sweep changes little does not mean that v* is near. Divide by (1 − γ), or compare with v*, on both sides of it (these values are too low)."
        expect(answer(transitions, rewards, discount, values, 0.1), False, likely=likely)


@claim(close_to_optimal, "It passes what the right program returns", weight=2)
def passes_the_right_program(answer, rng):
    for discount in (0.5, 0.99):
        transitions, rewards = random_mdp(rng, 4, 3)
        values = swept_until_the_change_is_below(transitions, rewards, discount, 0.1 * (1 - discount) / (2 * discount))
        likely = "It rejects right values: an error up to the tolerance is allowed."
        expect(answer(transitions, rewards, discount, values, 0.1), True, likely=likely)


@claim(close_to_optimal, "It rejects the exact values of a policy that is not optimal")
def rejects_another_policy(answer, rng):
    likely = "These values belong to a policy that is not optimal: compare with the best action in each state, not with an average."
    values = _average_values(TRANSITIONS, REWARDS, 0.5)
    expect(answer(TRANSITIONS, REWARDS, 0.5, values, 0.1), False, likely=likely)


@claim(close_to_optimal, "It compares with the optimal values, not with those of a policy that suggests itself")
def compares_with_the_optimal_values(answer, rng):
    # Stay and earn 1, or leave once for 3 and earn nothing after: with γ = 0.9, 10 against 3. But values (0, 0) make
    # leaving look best, and the values of always leaving are (3, 0).
    transitions = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    rewards = np.array([[1.0, 3.0], [0.0, 0.0]])
    likely = (
        "v* is the best over all policies: (10, 0) here. A policy that looks best one step ahead may be far from it."
    )
    expect(answer(transitions, rewards, 0.9, np.array([2.0, 0.0]), 1.5), False, likely=likely)
    expect(answer(transitions, rewards, 0.9, np.array([10.0, 0.0]), 0.1), True, likely=likely)


@claim(close_to_optimal, "Too high is as wrong as too low, and the worst state decides")
def both_sides_and_every_state(answer, rng):
    best = np.array([2.0, 6.0])  # see two_states_solved
    likely = "max over the states of |v(s) − v*(s)|: an error in one state, on either side, is an error."
    for error in ([0.0, 1.0], [0.0, -1.0], [1.0, -1.0], [-1.0, 0.0]):
        expect(answer(TRANSITIONS, REWARDS, 0.5, best + error, 0.6), False, likely=likely)


@claim(close_to_optimal, "The tolerance is absolute, also for large values")
def the_tolerance_is_absolute(answer, rng):
    values = np.array([1e6, 1e6])  # two states that pay 1e5 for ever at γ = 0.9
    stay = np.eye(2)[:, None, :], np.full((2, 1), 1e5), 0.9
    likely = "An error of 1 is larger than a tolerance of 0.1, however large the values: np.allclose also allows a share of them."
    expect(answer(*stay, values + 1.0, 0.1), False, likely=likely)


@claim(close_to_optimal, "An error just inside the tolerance passes, one just outside does not")
def the_edge_of_the_tolerance(answer, rng):
    transitions, rewards = random_mdp(rng, 4, 3)
    best = solve_by_trying_all(transitions, rewards, 0.9)
    for factor, passes in ((0.9, True), (-0.9, True), (1.1, False), (-1.1, False)):
        likely = (
            f"Values that are {factor} tolerances from v* in every state should {'pass' if passes else 'be rejected'}."
        )
        expect(answer(transitions, rewards, 0.9, best + factor * 0.2, 0.2), passes, likely=likely)
