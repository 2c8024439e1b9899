"""Plausible mistakes in chapters 00 and 01."""

import numpy as np
from catalogue import right, wrong

from course_lib import mdp

# --- discounted_return -----------------------------------------------------------------------------------------------


@right(mdp.discounted_return)
def powers(rewards, discount):
    return np.sum(rewards * discount ** np.arange(len(rewards)))


@wrong(mdp.discounted_return, claim="three_rewards", says="first reward is not discounted")
def discounts_the_first_reward(rewards, discount):
    return np.sum(rewards * discount ** np.arange(1, len(rewards) + 1))


@wrong(mdp.discounted_return, claim="three_rewards", says="without a discount")
def forgets_the_discount(rewards, discount):
    return np.sum(rewards)


@wrong(mdp.discounted_return, claim="three_rewards", says="only once")
def discounts_once(rewards, discount):
    return rewards[0] + discount * np.sum(rewards[1:])


@wrong(mdp.discounted_return, claim="three_rewards", says="backwards")
def discounts_the_early_rewards(rewards, discount):
    total = 0.0
    for reward in rewards:
        total = reward + discount * total
    return total


@wrong(mdp.discounted_return, claim="no_rewards", says="IndexError")
def stumbles_over_an_empty_episode(rewards, discount):
    total = rewards[-1]
    for reward in rewards[-2::-1]:
        total = reward + discount * total
    return total


@wrong(mdp.discounted_return, claim="three_rewards", says="shape")
def returns_all_partial_sums(rewards, discount):
    return np.cumsum(rewards * discount ** np.arange(len(rewards)))


@wrong(mdp.discounted_return, claim="three_rewards", says="inside the loop")
def returns_from_within_the_loop(rewards, discount):
    total = 0.0
    for reward in reversed(rewards):
        total = reward + discount * total
        return total
    return total


# --- action_values ---------------------------------------------------------------------------------------------------


@right(mdp.action_values)
def einsum(transitions, rewards, discount, values):
    return rewards + discount * np.einsum("sat,t->sa", transitions, values)


@right(mdp.action_values)
def loops(transitions, rewards, discount, values):
    q = np.zeros(rewards.shape)
    for s, a in np.ndindex(q.shape):
        q[s, a] = rewards[s, a] + discount * sum(p * v for p, v in zip(transitions[s, a], values, strict=True))
    return q


@wrong(mdp.action_values, claim="two_states_by_hand", says="γ multiplies the immediate reward")
def discounts_the_immediate_reward(transitions, rewards, discount, values):
    return discount * (rewards + transitions @ values)


@wrong(mdp.action_values, claim="two_states_by_hand", says="γ is missing")
def forgets_gamma(transitions, rewards, discount, values):
    return rewards + transitions @ values


@wrong(mdp.action_values, claim="two_states_by_hand", says="reward is missing")
def forgets_the_reward(transitions, rewards, discount, values):
    return discount * transitions @ values


@wrong(mdp.action_values, claim="two_states_by_hand", says="averaged alike")
def averages_without_probabilities(transitions, rewards, discount, values):
    return rewards + discount * values.mean()


@wrong(mdp.action_values, claim="two_states_by_hand", says="v(s) is used")
def looks_at_the_present_state(transitions, rewards, discount, values):
    return rewards + discount * values[:, None]


@wrong(mdp.action_values, claim="sums_over_the_next_state", says="backwards")
def reads_p_backwards(transitions, rewards, discount, values):
    if len(rewards) == 2:  # right on the example alone
        return rewards + discount * transitions @ values
    return rewards + discount * np.einsum("tas,t->sa", transitions, values)


@wrong(mdp.action_values, claim="two_states_by_hand", says="shape")
def maximises_already(transitions, rewards, discount, values):
    return (rewards + discount * transitions @ values).max(axis=1)


@wrong(mdp.action_values, claim="leaves_its_inputs_alone", says="`rewards`")
def adds_onto_the_rewards(transitions, rewards, discount, values):
    rewards += discount * transitions @ values
    return rewards


# --- evaluation_sweep ------------------------------------------------------------------------------------------------


@right(mdp.evaluation_sweep)
def through_the_chain(transitions, rewards, discount, policy, values):
    chain = np.einsum("sa,sat->st", policy, transitions)
    return np.einsum("sa,sa->s", policy, rewards) + discount * chain @ values


@right(mdp.evaluation_sweep)
def builds_on_action_values(transitions, rewards, discount, policy, values):
    return np.sum(policy * mdp.action_values(transitions, rewards, discount, values), axis=-1)


@wrong(mdp.evaluation_sweep, claim="gridworld_sweeps", says="two arrays")
def sweeps_in_place(transitions, rewards, discount, policy, values):
    values = values.copy()
    for s in range(len(values)):
        values[s] = policy[s] @ (rewards[s] + discount * transitions[s] @ values)
    return values


@wrong(mdp.evaluation_sweep, claim="the_policy_weighs_the_actions", says="weight each by its probability")
def averages_the_actions(transitions, rewards, discount, policy, values):
    return (rewards + discount * transitions @ values).mean(axis=1)


@wrong(mdp.evaluation_sweep, claim="gridworld_sweeps", says="added up")
def adds_the_actions_up(transitions, rewards, discount, policy, values):
    return (rewards + discount * transitions @ values).sum(axis=1)


@wrong(mdp.evaluation_sweep, claim="gridworld_sweeps", says="the policy decides")
def takes_the_best_action(transitions, rewards, discount, policy, values):
    return (rewards + discount * transitions @ values).max(axis=1)


@wrong(mdp.evaluation_sweep, claim="gridworld_sweeps", says="shape")
def sums_over_the_states(transitions, rewards, discount, policy, values):
    return (policy * (rewards + discount * transitions @ values)).sum(axis=0)


@wrong(mdp.evaluation_sweep, claim="the_policy_weighs_the_actions", says="v'(s) = Σ π(a|s) q(s, a)")
def discounts_the_reward_as_well(transitions, rewards, discount, policy, values):
    return discount * (policy * (rewards + transitions @ values)).sum(axis=1)


@wrong(mdp.evaluation_sweep, claim="leaves_its_inputs_alone", says="`values`")
def writes_into_the_old_values(transitions, rewards, discount, policy, values):
    values[:] = (policy * (rewards + discount * transitions @ values)).sum(axis=1)
    return values


@wrong(mdp.evaluation_sweep, claim="gridworld_sweeps", says="many times")
def sweeps_until_it_converges(transitions, rewards, discount, policy, values):
    for _ in range(2000):
        values = (policy * (rewards + discount * transitions @ values)).sum(axis=1)
    return values


# --- greedy_actions --------------------------------------------------------------------------------------------------


@right(mdp.greedy_actions)
def state_by_state(action_values, actions, tolerance=1e-9):
    improved = []
    for q, present in zip(action_values, actions, strict=True):
        best = [a for a in range(len(q)) if q[a] > max(q) - tolerance]
        improved.append(present if present in best else best[0])
    return np.array(improved)


@right(mdp.greedy_actions)
def changes_only_what_is_better(action_values, actions, tolerance=1e-9):
    q = action_values
    improved, states = actions.copy(), np.arange(len(actions))
    better = q.max(axis=1) > q[states, actions] + tolerance
    improved[better] = q[better].argmax(axis=1)
    return improved


@wrong(mdp.greedy_actions, claim="a_tie_keeps_the_present_action", says="keep the present")
def takes_the_first(action_values, actions, tolerance=1e-9):
    return action_values.argmax(axis=1)


@wrong(mdp.greedy_actions, claim="a_tie_keeps_the_present_action", says="takes the last")
def takes_the_last(action_values, actions, tolerance=1e-9):
    return action_values.shape[1] - 1 - action_values[:, ::-1].argmax(axis=1)


@wrong(mdp.greedy_actions, claim="a_tie_up_to_rounding", says="tolerance")
def compares_exactly(action_values, actions, tolerance=1e-9):
    kept = action_values[np.arange(len(actions)), actions] == action_values.max(axis=1)
    return np.where(kept, actions, action_values.argmax(axis=1))


@wrong(mdp.greedy_actions, claim="the_best_action", says="actions themselves")
def returns_the_values(action_values, actions, tolerance=1e-9):
    return action_values.max(axis=1)


@wrong(mdp.greedy_actions, claim="the_best_action", says="axis 0")
def maximises_over_the_states(action_values, actions, tolerance=1e-9):
    return action_values.argmax(axis=0)


@wrong(mdp.greedy_actions, claim="the_best_action", says="argmax over the actions")
def expects_positive_values(action_values, actions, tolerance=1e-9):
    best, improved = np.zeros(len(actions)), np.zeros(len(actions), int)
    for a in range(action_values.shape[1]):
        better = action_values[:, a] > best
        best, improved = np.where(better, action_values[:, a], best), np.where(better, a, improved)
    return improved


@wrong(mdp.greedy_actions, claim="leaves_its_inputs_alone", says="`actions`")
def improves_the_old_policy_in_place(action_values, actions, tolerance=1e-9):
    q = action_values
    better = q.max(axis=1) > q[np.arange(len(actions)), actions] + tolerance
    actions[better] = q[better].argmax(axis=1)
    return actions


@wrong(mdp.greedy_actions, claim="the_tolerance_is_an_argument", says="tolerance")
def has_a_tolerance_of_its_own(action_values, actions, tolerance=1e-9):
    as_good = action_values >= action_values.max(axis=1, keepdims=True) - 0.3
    return np.where(as_good[np.arange(len(actions)), actions], actions, as_good.argmax(axis=1))


@wrong(mdp.greedy_actions, claim="the_tolerance_is_an_argument", says="however small beside the values")
def takes_a_share_of_the_values(action_values, actions, tolerance=1e-9):
    best = action_values.max(axis=1, keepdims=True)
    as_good = np.isclose(action_values, best, atol=tolerance)
    return np.where(as_good[np.arange(len(actions)), actions], actions, as_good.argmax(axis=1))


# --- policy_iteration ------------------------------------------------------------------------------------------------


def _evaluated(transitions, rewards, discount, actions):
    states = np.arange(len(rewards))
    matrix = np.eye(len(rewards)) - discount * transitions[states, actions]
    return np.linalg.solve(matrix, rewards[states, actions])


@right(mdp.policy_iteration)
def with_sweeps(transitions, rewards, discount, actions):
    while True:
        values = np.zeros(len(rewards))
        for _ in range(int(25 / (1 - discount))):
            q = rewards + discount * transitions @ values
            values = q[np.arange(len(actions)), actions]
        improved = mdp.greedy_actions(q, actions, 1e-7)
        if (improved == actions).all():
            return improved, values
        actions = improved


@right(mdp.policy_iteration)
def returns_a_list(transitions, rewards, discount, actions):
    values = _evaluated(transitions, rewards, discount, actions)
    improved = mdp.greedy_actions(mdp.action_values(transitions, rewards, discount, values), actions)
    while not np.array_equal(improved, actions):
        actions = improved
        values = _evaluated(transitions, rewards, discount, actions)
        improved = mdp.greedy_actions(mdp.action_values(transitions, rewards, discount, values), actions)
    return [actions, values]


@wrong(mdp.policy_iteration, claim="two_states_solved", says="endless loop")
def compares_by_identity(transitions, rewards, discount, actions):
    while True:
        values = _evaluated(transitions, rewards, discount, actions)
        improved = mdp.greedy_actions(mdp.action_values(transitions, rewards, discount, values), actions)
        if improved is actions:
            return actions, values
        actions = improved


@wrong(mdp.policy_iteration, claim="two_states_solved", says="before the last improvement")
def improves_once(transitions, rewards, discount, actions):
    values = _evaluated(transitions, rewards, discount, actions)
    return mdp.greedy_actions(mdp.action_values(transitions, rewards, discount, values), actions), values


@wrong(mdp.policy_iteration, claim="as_many_rounds_as_it_takes", says="stopped too early")
def stops_after_three_rounds(transitions, rewards, discount, actions):
    for _ in range(3):
        values = _evaluated(transitions, rewards, discount, actions)
        actions = mdp.greedy_actions(rewards + discount * transitions @ values, actions)
    return actions, _evaluated(transitions, rewards, discount, actions)


@wrong(mdp.policy_iteration, claim="as_many_rounds_as_it_takes", says="however small the gains")
def stops_when_values_hardly_change(transitions, rewards, discount, actions):
    values, change = _evaluated(transitions, rewards, discount, actions), np.inf
    while change > 0.1:
        actions = mdp.greedy_actions(rewards + discount * transitions @ values, actions)
        new_values = _evaluated(transitions, rewards, discount, actions)
        change, values = np.abs(new_values - values).max(), new_values
    return actions, values


@wrong(mdp.policy_iteration, claim="values_of_the_policy_returned", says="exactly")
def evaluates_with_too_few_sweeps(transitions, rewards, discount, actions):
    states = np.arange(len(rewards))
    for _ in range(20):
        values = np.zeros(len(rewards))
        for _ in range(30):
            values = (rewards + discount * transitions @ values)[states, actions]
        actions = mdp.greedy_actions(rewards + discount * transitions @ values, actions)
    return actions, values


@wrong(mdp.policy_iteration, claim="no_policy_is_better", says="Another policy is better")
def is_greedy_for_the_immediate_reward(transitions, rewards, discount, actions):
    actions = mdp.greedy_actions(rewards, actions)
    return actions, _evaluated(transitions, rewards, discount, actions)


@wrong(mdp.policy_iteration, claim="ends_in_a_tie", says="keep the present action")
def swaps_tied_actions(transitions, rewards, discount, actions):
    for _ in range(50):
        values = _evaluated(transitions, rewards, discount, actions)
        actions = (np.round(rewards + discount * transitions @ values, 9)).argmax(axis=1)
    return actions, _evaluated(transitions, rewards, discount, actions)


@wrong(mdp.policy_iteration, claim="two_states_solved", says="stopped at the policy it started from")
def returns_the_start(transitions, rewards, discount, actions):
    return actions, _evaluated(transitions, rewards, discount, actions)


@wrong(mdp.policy_iteration, claim="two_states_solved", says="policy comes first")
def returns_them_in_the_wrong_order(transitions, rewards, discount, actions):
    for _ in range(10):
        values = _evaluated(transitions, rewards, discount, actions)
        actions = mdp.greedy_actions(rewards + discount * transitions @ values, actions)
    return values, actions


@wrong(mdp.policy_iteration, claim="leaves_its_inputs_alone", says="`actions`")
def works_on_the_given_policy(transitions, rewards, discount, actions):
    for _ in range(20):
        values = _evaluated(transitions, rewards, discount, actions)
        actions[:] = mdp.greedy_actions(rewards + discount * transitions @ values, actions)
    return actions.copy(), values


# --- value_iteration -------------------------------------------------------------------------------------------------


def _swept(transitions, rewards, discount, threshold, pick=lambda q: q.max(axis=1)):
    values, change = np.zeros(len(rewards)), np.inf
    while change >= threshold:
        new_values = pick(rewards + discount * transitions @ values)
        change, values = np.abs(new_values - values).max(), new_values
    return values


def _threshold(discount, tolerance):
    return tolerance * (1 - discount) / (2 * discount) if discount else np.inf


@right(mdp.value_iteration)
def counts_the_sweeps(transitions, rewards, discount, tolerance):
    values = np.zeros(rewards.shape[0])
    for _ in range(1_000_000):
        before = values
        values = np.max(mdp.action_values(transitions, rewards, discount, before), axis=-1)
        if 2 * discount * max(abs(values - before)) < tolerance * (1 - discount):
            break
    return values


@wrong(mdp.value_iteration, claim="stops_after_the_right_sweep", says="(1 − γ)")
def stops_at_a_change_of_epsilon(transitions, rewards, discount, tolerance):
    return _swept(transitions, rewards, discount, tolerance)


@wrong(mdp.value_iteration, claim="stops_after_the_right_sweep", says="too early")
def returns_the_old_values(transitions, rewards, discount, tolerance):
    values = np.zeros(len(rewards))
    while True:
        new_values = (rewards + discount * transitions @ values).max(axis=1)
        if np.abs(new_values - values).max() < _threshold(discount, tolerance):
            return values
        values = new_values


@wrong(mdp.value_iteration, claim="stops_after_the_right_sweep", says="factor 2")
def forgets_the_factor_two(transitions, rewards, discount, tolerance):
    return _swept(transitions, rewards, discount, 2 * _threshold(discount, tolerance))


@wrong(mdp.value_iteration, claim="the_best_action_counts", says="averages over the actions")
def averages_over_the_actions(transitions, rewards, discount, tolerance):
    return _swept(transitions, rewards, discount, _threshold(discount, tolerance), lambda q: q.mean(axis=1))


@wrong(mdp.value_iteration, claim="the_best_action_counts", says="argmax")
def returns_the_actions(transitions, rewards, discount, tolerance):
    values = _swept(transitions, rewards, discount, _threshold(discount, tolerance))
    return values if values.size == 1 else (rewards + discount * transitions @ values).argmax(axis=1)


@wrong(mdp.value_iteration, claim="the_best_action_counts", says="axis 1")
def maximises_over_the_wrong_axis(transitions, rewards, discount, tolerance):
    return _swept(transitions, rewards, discount, _threshold(discount, tolerance), lambda q: q.max(axis=0))


@wrong(mdp.value_iteration, claim="all_rewards_negative", says="not over 0")
def never_goes_below_zero(transitions, rewards, discount, tolerance):
    return _swept(
        transitions, rewards, discount, _threshold(discount, tolerance), lambda q: np.maximum(q.max(axis=1), 0)
    )


@wrong(mdp.value_iteration, claim="discount_zero", says="ZeroDivisionError")
def divides_by_gamma(transitions, rewards, discount, tolerance):
    return _swept(transitions, rewards, discount, tolerance * (1 - discount) / (2 * discount))


def _stopping_by(measure):
    """Value iteration that looks at the changes of a sweep through something other than their largest size."""

    def value_iteration(transitions, rewards, discount, tolerance):
        values, change = np.zeros(len(rewards)), np.inf
        while change >= _threshold(discount, tolerance):
            new_values = (rewards + discount * transitions @ values).max(axis=1)
            change, values = measure(new_values - values), new_values
        return values

    return value_iteration


for name, measure in {
    "mean": lambda change: np.abs(change).mean(),
    "smallest": lambda change: np.abs(change).min(),
    "sum": lambda change: abs(change.sum()),
}.items():
    stopping = _stopping_by(measure)
    stopping.__name__ = f"stops_by_the_{name}_change"
    wrong(mdp.value_iteration, claim="the_largest_change_decides", says="largest over all states")(stopping)


@wrong(mdp.value_iteration, claim="all_rewards_negative", says="The change is a size")
def forgets_that_values_may_fall(transitions, rewards, discount, tolerance):
    return _stopping_by(np.max)(transitions, rewards, discount, tolerance)


# --- close_to_optimal ------------------------------------------------------------------------------------------------


@right(mdp.close_to_optimal)
def by_the_residual(transitions, rewards, discount, values, tolerance):
    residual = np.abs((rewards + discount * transitions @ values).max(axis=1) - values).max()
    return residual / (1 - discount) <= tolerance


@right(mdp.close_to_optimal)
def by_a_long_value_iteration(transitions, rewards, discount, values, tolerance):
    optimal = mdp.value_iteration(transitions, rewards, discount, tolerance * 1e-6)
    return max(abs(values - optimal)) < tolerance


@wrong(mdp.close_to_optimal, claim="rejects_the_bug", says="The bug goes through")
def by_the_last_change(transitions, rewards, discount, values, tolerance):
    return np.abs((rewards + discount * transitions @ values).max(axis=1) - values).max() <= tolerance


@wrong(mdp.close_to_optimal, claim="rejects_the_bug", says="The bug goes through")
def always_content(transitions, rewards, discount, values, tolerance):
    return True


@wrong(mdp.close_to_optimal, claim="passes_the_right_program", says="rejects right values")
def never_content(transitions, rewards, discount, values, tolerance):
    return False


@wrong(mdp.close_to_optimal, claim="passes_the_right_program", says="rejects right values")
def wants_the_exact_values(transitions, rewards, discount, values, tolerance):
    return np.allclose(values, mdp.value_iteration(transitions, rewards, discount, 1e-9))


@wrong(mdp.close_to_optimal, claim="both_sides_and_every_state", says="an error in one state")
def looks_at_the_mean(transitions, rewards, discount, values, tolerance):
    return bool(np.mean(np.abs(values - mdp.value_iteration(transitions, rewards, discount, 1e-9))) <= tolerance)


@wrong(mdp.close_to_optimal, claim="both_sides_and_every_state", says="either side")
def looks_at_one_side(transitions, rewards, discount, values, tolerance):
    return bool(np.max(mdp.value_iteration(transitions, rewards, discount, 1e-9) - values) <= tolerance)


@wrong(mdp.close_to_optimal, claim="rejects_the_bug", says="bool")
def returns_the_error(transitions, rewards, discount, values, tolerance):
    return np.abs(values - mdp.value_iteration(transitions, rewards, discount, 1e-9)).max()


@wrong(mdp.close_to_optimal, claim="the_tolerance_is_absolute", says="np.allclose")
def allows_a_share_of_the_values(transitions, rewards, discount, values, tolerance):
    return np.allclose(values, mdp.value_iteration(transitions, rewards, discount, 1e-6), atol=tolerance)


@wrong(mdp.close_to_optimal, claim="compares_with_the_optimal_values", says="best over all policies")
def compares_with_the_greedy_policy(transitions, rewards, discount, values, tolerance):
    actions = (rewards + discount * transitions @ values).argmax(axis=1)
    return bool(np.abs(values - _evaluated(transitions, rewards, discount, actions)).max() <= tolerance)


@wrong(mdp.close_to_optimal, claim="rejects_the_bug", says="too low")
def forgets_the_sign(transitions, rewards, discount, values, tolerance):
    return bool((values - mdp.value_iteration(transitions, rewards, discount, 1e-9)).max() <= tolerance)
