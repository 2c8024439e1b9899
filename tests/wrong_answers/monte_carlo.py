"""Plausible mistakes in chapter 02."""

import numpy as np
from catalogue import right, wrong

from course_lib import monte_carlo as mc

# --- first_visit_returns ---------------------------------------------------------------------------------------------


def _returns(rewards, discount):
    returns, following = np.zeros(rewards.shape), 0.0
    for t in reversed(range(len(rewards))):
        returns[t] = following = rewards[t] + discount * following
    return returns


def _first(visited):
    new = [(visited[:t] != visited[t]).all(axis=0) for t in range(len(visited))]
    return np.array(new) & (visited >= 0)


@right(mc.first_visit_returns)
def compares_with_all_earlier_steps(visited, rewards, discount):
    return _returns(rewards, discount), _first(visited)


@right(mc.first_visit_returns)
def keeps_a_set_for_each_episode(visited, rewards, discount):
    returns, first = np.zeros(rewards.shape), np.zeros(rewards.shape, bool)
    for b in range(rewards.shape[1]):
        seen, following = {-1}, 0.0
        for t in range(len(rewards)):
            first[t, b] = visited[t, b] not in seen
            seen.add(visited[t, b])
        for t in range(len(rewards) - 1, -1, -1):
            following = rewards[t, b] + discount * following
            returns[t, b] = following
    return [returns, first]


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="Every visit is marked")
def marks_every_visit(visited, rewards, discount):
    return _returns(rewards, discount), visited >= 0


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="accumulated forwards")
def accumulates_forwards(visited, rewards, discount):
    returns, total = np.zeros(rewards.shape), 0.0
    for t in range(len(rewards)):
        returns[t] = total = rewards[t] + discount * total
    return returns, _first(visited)


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="γ multiplies the reward that follows at once")
def discounts_twice(visited, rewards, discount):
    return discount * _returns(rewards, discount), _first(visited)


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="γ is missing")
def forgets_gamma(visited, rewards, discount):
    return _returns(rewards, 1.0), _first(visited)


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="out of step")
def takes_the_reward_of_the_next_step(visited, rewards, discount):
    return _returns(np.append(rewards[1:], np.zeros((1, rewards.shape[1])), axis=0), discount), _first(visited)


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="The last visits")
def marks_the_last_visits(visited, rewards, discount):
    return _returns(rewards, discount), _first(visited[::-1])[::-1]


@wrong(mc.first_visit_returns, claim="one_episode_by_hand", says="return of the whole episode")
def gives_every_step_the_return_of_the_episode(visited, rewards, discount):
    return np.broadcast_to(_returns(rewards, discount)[:1], rewards.shape).copy(), _first(visited)


@wrong(mc.first_visit_returns, claim="episodes_are_apart", says="no longer new to the next")
def shares_what_was_visited(visited, rewards, discount):
    first, seen = np.zeros(visited.shape, bool), {-1}
    for b in range(visited.shape[1]):
        for t in range(len(visited)):
            first[t, b] = visited[t, b] not in seen
            seen.add(visited[t, b])
    return _returns(rewards, discount), first


@wrong(mc.first_visit_returns, claim="episodes_are_apart", says="along the second axis")
def looks_along_the_wrong_axis(visited, rewards, discount):
    if visited.shape[1] == 1:
        return _returns(rewards, discount), _first(visited)
    return _returns(rewards, discount), _first(visited.T).T


@wrong(mc.first_visit_returns, claim="after_the_end", says="−1 is no state")
def takes_the_end_for_a_state(visited, rewards, discount):
    first = [(visited[:t] != visited[t]).all(axis=0) for t in range(len(visited))]
    return _returns(rewards, discount), np.array(first)


@wrong(mc.first_visit_returns, claim="leaves_its_inputs_alone", says="`rewards`")
def accumulates_in_the_rewards(visited, rewards, discount):
    for t in reversed(range(len(rewards) - 1)):
        rewards[t] += discount * rewards[t + 1]
    return rewards, _first(visited)


# --- incremental_mean ------------------------------------------------------------------------------------------------


def _where_seen(weights):
    return np.where(weights > 0, weights, 1)


@right(mc.incremental_mean)
def puts_both_sums_together(means, weights, totals, added):
    together = weights + added
    return np.where(together > 0, (means * weights + totals) / _where_seen(together), means), together


@right(mc.incremental_mean)
def only_where_something_is_new(means, weights, totals, added):
    means, weights, new = means.copy(), weights + added, added > 0
    means[new] += (totals[new] - added[new] * means[new]) / weights[new]
    return means, weights


@wrong(mc.incremental_mean, claim="one_new_number", says="old count")
def divides_by_the_old_count(means, weights, totals, added):
    return means + (totals - added * means) / _where_seen(weights), weights + added


@wrong(mc.incremental_mean, claim="one_new_number", says="twice")
def counts_the_new_one_twice(means, weights, totals, added):
    weights = weights + added
    return means + (totals - added * means) / (weights + added + (weights == 0)), weights


@wrong(mc.incremental_mean, claim="one_new_number", says="Old and new count alike")
def averages_two_means(means, weights, totals, added):
    return (means + totals / _where_seen(added)) / 2, weights + added


@wrong(mc.incremental_mean, claim="one_new_number", says="wrong sign")
def moves_away(means, weights, totals, added):
    return means - (totals - added * means) / _where_seen(weights + added), weights + added


@wrong(mc.incremental_mean, claim="one_new_number", says="as they were")
def forgets_to_count(means, weights, totals, added):
    return means + (totals - added * means) / _where_seen(weights + added), weights


@wrong(mc.incremental_mean, claim="several_at_once", says="taken off once")
def takes_the_mean_off_once(means, weights, totals, added):
    return means + (totals - means * (added > 0)) / _where_seen(weights + added), weights + added


@wrong(mc.incremental_mean, claim="several_at_once", says="counts as one number")
def lets_the_batch_count_once(means, weights, totals, added):
    batch = totals / _where_seen(added)
    return means + (batch - means) * (added > 0) / _where_seen(weights + added), weights + added


@wrong(mc.incremental_mean, claim="nothing_new", says="nan")
def divides_by_zero(means, weights, totals, added):
    with np.errstate(invalid="ignore"):
        return means + (totals - added * means) / (weights + added), weights + added


@wrong(mc.incremental_mean, claim="nothing_new", says="mean over nothing becomes 0")
def resets_what_was_never_seen(means, weights, totals, added):
    return (means * weights + totals) / _where_seen(weights + added), weights + added


@wrong(mc.incremental_mean, claim="a_weighted_mean", says="0.25 is not 1")
def divides_by_one_at_least(means, weights, totals, added):
    return means + (totals - added * means) / np.maximum(weights + added, 1), weights + added


@wrong(mc.incremental_mean, claim="leaves_its_inputs_alone", says="`weights`")
def counts_in_place(means, weights, totals, added):
    weights += added
    return means + (totals - added * means) / _where_seen(weights), weights


# --- epsilon_greedy --------------------------------------------------------------------------------------------------


@right(mc.epsilon_greedy)
def row_by_row(action_values, epsilon):
    policy = np.full(action_values.shape, epsilon / action_values.shape[1])
    for probabilities, q in zip(policy, action_values, strict=True):
        best = np.flatnonzero(q == max(q))
        probabilities[best] += (1 - epsilon) / len(best)
    return policy


@wrong(mc.epsilon_greedy, claim="three_actions", says="leaves out the best")
def explores_among_the_others_only(action_values, epsilon):
    best = action_values == action_values.max(axis=1, keepdims=True)
    return np.where(best, 1 - epsilon, epsilon / (action_values.shape[1] - 1))


@wrong(mc.epsilon_greedy, claim="three_actions", says="do not sum to 1")
def forgets_the_share_of_the_best(action_values, epsilon):
    best = action_values == action_values.max(axis=1, keepdims=True)
    return np.where(best, 1 - epsilon, epsilon / action_values.shape[1])


@wrong(mc.epsilon_greedy, claim="three_actions", says="never explores")
def is_greedy(action_values, epsilon):
    return np.eye(action_values.shape[1])[action_values.argmax(axis=1)]


@wrong(mc.epsilon_greedy, claim="three_actions", says="swapped")
def swaps_epsilon(action_values, epsilon):
    return row_by_row(action_values, 1 - epsilon)


@wrong(mc.epsilon_greedy, claim="ties_share", says="the first action only")
def takes_the_first_of_the_best(action_values, epsilon):
    count = action_values.shape[1]
    return epsilon / count + (1 - epsilon) * np.eye(count)[action_values.argmax(axis=1)]


@wrong(mc.epsilon_greedy, claim="ties_share", says="divide it among them")
def gives_each_of_the_best_everything(action_values, epsilon):
    best = action_values == action_values.max(axis=1, keepdims=True)
    return epsilon / action_values.shape[1] + (1 - epsilon) * best


@wrong(mc.epsilon_greedy, claim="what_a_state_is_worth", says="axis 1")
def shares_along_the_wrong_axis(action_values, epsilon):
    if len(action_values) <= action_values.shape[1] or action_values.max() < 0:
        return row_by_row(action_values, epsilon)
    return row_by_row(action_values.T, epsilon).T


@wrong(mc.epsilon_greedy, claim="three_actions", says="shape")
def draws_an_action(action_values, epsilon):
    return action_values.argmax(axis=1).astype(float)


# --- control_step ----------------------------------------------------------------------------------------------------


def _added_up(action_values, states, actions, returns):
    totals, added = np.zeros(action_values.shape), np.zeros(action_values.shape)
    np.add.at(totals, (states, actions), returns)
    np.add.at(added, (states, actions), 1)
    return totals, added


@right(mc.control_step)
def with_add_at(action_values, counts, states, actions, returns, epsilon):
    totals, added = _added_up(action_values, states, actions, returns)
    q, counts = mc.incremental_mean(action_values, counts, totals, added)
    return q, counts, mc.epsilon_greedy(q, epsilon)


@right(mc.control_step)
def return_by_return(action_values, counts, states, actions, returns, epsilon):
    q, counts = action_values.copy(), counts.copy()
    for s, a, value in zip(states, actions, returns, strict=True):
        counts[s, a] += 1
        q[s, a] += (value - q[s, a]) / counts[s, a]
    return q, counts, row_by_row(np.round(q, 12), epsilon)


@wrong(mc.control_step, claim="three_returns", says="np.add.at")
def loses_repeated_pairs(action_values, counts, states, actions, returns, epsilon):
    totals, added = np.zeros(action_values.shape), np.zeros(action_values.shape)
    totals[states, actions] += returns
    added[states, actions] += 1
    q, counts = mc.incremental_mean(action_values, counts, totals, added)
    return q, counts, mc.epsilon_greedy(q, epsilon)


@wrong(mc.control_step, claim="three_returns", says="old values")
def improves_before_it_evaluates(action_values, counts, states, actions, returns, epsilon):
    totals, added = _added_up(action_values, states, actions, returns)
    q, counts = mc.incremental_mean(action_values, counts, totals, added)
    return q, counts, mc.epsilon_greedy(action_values, epsilon)


@wrong(mc.control_step, claim="three_returns", says="go on exploring")
def stops_exploring(action_values, counts, states, actions, returns, epsilon):
    totals, added = _added_up(action_values, states, actions, returns)
    q, counts = mc.incremental_mean(action_values, counts, totals, added)
    return q, counts, mc.epsilon_greedy(q, 0.0)


@wrong(mc.control_step, claim="three_returns", says="q holds sums")
def adds_returns_up(action_values, counts, states, actions, returns, epsilon):
    totals, added = _added_up(action_values, states, actions, returns)
    q = action_values + totals
    return q, counts + added, mc.epsilon_greedy(q, epsilon)


@wrong(mc.control_step, claim="earlier_returns_count", says="forgotten")
def forgets_earlier_returns(action_values, counts, states, actions, returns, epsilon):
    totals, added = _added_up(action_values, states, actions, returns)
    q = np.where(added > 0, totals / np.maximum(added, 1), action_values)
    return q, counts + added, mc.epsilon_greedy(q, epsilon)


@wrong(mc.control_step, claim="an_empty_batch", says="IndexError")
def needs_a_visit(action_values, counts, states, actions, returns, epsilon):
    _ = returns[0]
    return with_add_at(action_values, counts, states, actions, returns, epsilon)


@wrong(mc.control_step, claim="leaves_its_inputs_alone", says="`counts`")
def counts_in_the_given_array(action_values, counts, states, actions, returns, epsilon):
    q = action_values.copy()
    for s, a, value in zip(states, actions, returns, strict=True):
        counts[s, a] += 1
        q[s, a] += (value - q[s, a]) / counts[s, a]
    return q, counts, mc.epsilon_greedy(np.round(q, 12), epsilon)


# --- weighted_importance_sampling ------------------------------------------------------------------------------------


def _quotient(ratios, returns):
    totals, weights = np.cumsum(ratios * returns), np.cumsum(ratios)
    return totals / _where_seen(weights)


@right(mc.weighted_importance_sampling)
def episode_by_episode(target, behaviour, returns):
    value, total, values = 0.0, 0.0, []
    for pi, b, g in zip(target.T, behaviour.T, returns, strict=True):
        ratio = 1.0
        for k in range(len(pi)):
            ratio *= pi[k] / b[k]
        total += ratio
        if ratio > 0:
            value += ratio / total * (g - value)
        values.append(value)
    return np.array(values)


@right(mc.weighted_importance_sampling)
def with_a_quotient_of_products(target, behaviour, returns):
    ratios = target.prod(axis=0) / behaviour.prod(axis=0)
    weights = ratios.cumsum()
    return np.divide((ratios * returns).cumsum(), weights, out=np.zeros(len(returns)), where=weights > 0)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="ordinary importance sampling")
def divides_by_the_number_of_episodes(target, behaviour, returns):
    ratios = np.prod(target / behaviour, axis=0)
    return np.cumsum(ratios * returns) / np.arange(1, len(returns) + 1)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="begun anew")
def carries_the_ratio_over(target, behaviour, returns):
    return _quotient(np.cumprod(np.prod(target / behaviour, axis=0)), returns)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="multiply them")
def adds_the_ratios(target, behaviour, returns):
    return _quotient(np.sum(target / behaviour, axis=0), returns)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="first step is left out")
def leaves_the_first_action_out(target, behaviour, returns):
    return _quotient(np.prod(target[1:] / behaviour[1:], axis=0), returns)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="ratios are missing")
def averages_plainly(target, behaviour, returns):
    return np.cumsum(returns) / np.arange(1, len(returns) + 1)


@wrong(mc.weighted_importance_sampling, claim="three_episodes", says="shape")
def returns_the_last_estimate_only(target, behaviour, returns):
    ratios = np.prod(target / behaviour, axis=0)
    return np.sum(ratios * returns) / np.sum(ratios)


@wrong(mc.weighted_importance_sampling, claim="nothing_seen_yet", says="nan")
def divides_zero_by_zero(target, behaviour, returns):
    ratios = np.prod(target / behaviour, axis=0)
    with np.errstate(invalid="ignore"):
        return np.cumsum(ratios * returns) / np.cumsum(ratios)


@wrong(mc.weighted_importance_sampling, claim="nothing_seen_yet", says="Small ratios count in full")
def divides_by_one_or_more(target, behaviour, returns):
    ratios = np.prod(target / behaviour, axis=0)
    return np.cumsum(ratios * returns) / np.maximum(np.cumsum(ratios), 1)


@wrong(mc.weighted_importance_sampling, claim="leaves_its_inputs_alone", says="`target`")
def divides_in_place(target, behaviour, returns):
    target /= behaviour
    return _quotient(target.prod(axis=0), returns)


# --- agrees_with -----------------------------------------------------------------------------------------------------


def _band(returns, z=3.0):
    return z * np.std(returns, ddof=1) / np.sqrt(len(returns))


@right(mc.agrees_with)
def both_ends_of_the_band(returns, truth, margin):
    n = len(returns)
    if n < 2:
        return False
    mean = sum(returns) / n
    half = 3 * (sum((returns - mean) ** 2) / n / n) ** 0.5
    return bool(truth - margin <= mean - half and mean + half <= truth + margin)


@wrong(mc.agrees_with, claim="too_small_to_tell", says="has to fit into the margin")
def asks_whether_the_truth_is_in_the_band(returns, truth, margin):
    return len(returns) > 1 and bool(abs(np.mean(returns) - truth) <= max(margin, _band(returns)))


@wrong(mc.agrees_with, claim="too_small_to_tell", says="has to fit into the margin")
def looks_at_the_mean_alone(returns, truth, margin):
    return len(returns) > 0 and bool(abs(np.mean(returns) - truth) <= margin)


@wrong(mc.agrees_with, claim="passes_the_right_program", says="never exact")
def wants_the_exact_mean(returns, truth, margin):
    return bool(np.isclose(np.mean(returns), truth)) if len(returns) else False


@wrong(mc.agrees_with, claim="rejects_the_bug", says="The bug goes through")
def always_content(returns, truth, margin):
    return True


@wrong(mc.agrees_with, claim="passes_the_right_program", says="rejects right returns")
def never_content(returns, truth, margin):
    return False


@wrong(mc.agrees_with, claim="passes_the_right_program", says="rejects right returns")
def forgets_the_root_of_n(returns, truth, margin):
    return len(returns) > 1 and bool(abs(np.mean(returns) - truth) + 3 * np.std(returns) <= margin)


@wrong(mc.agrees_with, claim="the_width_of_the_band", says="not s/n")
def divides_by_n(returns, truth, margin):
    if len(returns) < 20:
        return False
    return bool(abs(np.mean(returns) - truth) + 3 * np.std(returns) / len(returns) <= margin)


@wrong(mc.agrees_with, claim="the_width_of_the_band", says="three times")
def uses_two_standard_errors(returns, truth, margin):
    return len(returns) > 1 and bool(abs(np.mean(returns) - truth) + _band(returns, 2.0) <= margin)


@wrong(mc.agrees_with, claim="the_width_of_the_band", says="not the variance")
def uses_the_variance(returns, truth, margin):
    if len(returns) < 2:
        return False
    return bool(abs(np.mean(returns) - truth) + 3 * np.var(returns) / np.sqrt(len(returns)) <= margin)


@wrong(mc.agrees_with, claim="error_and_band_together", says="less room")
def tests_error_and_band_apart(returns, truth, margin):
    return len(returns) > 1 and bool(abs(np.mean(returns) - truth) <= margin and _band(returns) <= margin)


@wrong(mc.agrees_with, claim="rejects_the_bug", says="The bug goes through")
def looks_at_one_side(returns, truth, margin):
    return len(returns) > 1 and bool(np.mean(returns) - truth + _band(returns) <= margin)


@wrong(mc.agrees_with, claim="too_small_to_tell", says="says nothing")
def believes_a_single_number(returns, truth, margin):
    if len(returns) == 1:
        return bool(abs(returns[0] - truth) <= margin)
    return len(returns) > 0 and bool(abs(np.mean(returns) - truth) + _band(returns) <= margin)


@wrong(mc.agrees_with, claim="the_margin_is_absolute", says="however large")
def allows_a_share_of_the_truth(returns, truth, margin):
    if len(returns) < 2:
        return False
    return bool(abs(np.mean(returns) - truth) + _band(returns) <= margin * max(1, abs(truth)))
