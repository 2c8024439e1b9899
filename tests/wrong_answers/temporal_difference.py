"""Plausible mistakes in chapter 02b."""

import numpy as np
from catalogue import right, wrong

from course_lib import temporal_difference as td

# --- td_update -------------------------------------------------------------------------------------------------------


@right(td.td_update)
def learner_by_learner(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    updated = []
    for row, s, r, g, following in zip(values, states, rewards_tp1, discounts_tp1, next_states, strict=True):
        row = list(row)
        row[s] = (1 - step_size) * row[s] + step_size * (r + g * row[following])
        updated.append(row)
    return np.array(updated)


@right(td.td_update)
def one_hot(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    here, there = np.eye(values.shape[1])[states], np.eye(values.shape[1])[next_states]
    errors = rewards_tp1 + discounts_tp1 * (there * values).sum(axis=1) - (here * values).sum(axis=1)
    return values + step_size * errors[:, None] * here


@wrong(td.td_update, claim="one_step_by_hand", says="all the way")
def forgets_the_step_size(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    return learner_by_learner(values, states, rewards_tp1, discounts_tp1, next_states, 1.0)


@wrong(td.td_update, claim="one_step_by_hand", says="γ is missing")
def forgets_gamma(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    return learner_by_learner(values, states, rewards_tp1, np.ones(len(states)), next_states, step_size)


@wrong(td.td_update, claim="one_step_by_hand", says="state that was left")
def updates_the_state_entered(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    rows, updated = np.arange(len(values)), values.copy()
    errors = rewards_tp1 + discounts_tp1 * values[rows, next_states] - values[rows, states]
    updated[rows, next_states] += step_size * errors
    return updated


@wrong(td.td_update, claim="one_step_by_hand", says="sign")
def moves_away(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    return one_hot(values, states, rewards_tp1, discounts_tp1, next_states, -step_size)


@wrong(td.td_update, claim="one_step_by_hand", says="not subtracted")
def adds_the_target(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    rows, updated = np.arange(len(values)), values.copy()
    updated[rows, states] += step_size * (rewards_tp1 + discounts_tp1 * values[rows, next_states])
    return updated


@wrong(td.td_update, claim="nothing_after_the_end", says="through the end of the episode")
def bootstraps_through_a_terminal(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    discounts = np.where(discounts_tp1 == 0, 1.0, discounts_tp1)
    return learner_by_learner(values, states, rewards_tp1, discounts, next_states, step_size)


@wrong(td.td_update, claim="every_learner_for_itself", says="Row n belongs")
def writes_into_everybodys_table(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    rows, updated = np.arange(len(values)), values.copy()
    errors = rewards_tp1 + discounts_tp1 * values[rows, next_states] - values[rows, states]
    updated[:, states] += step_size * errors
    return updated


@wrong(td.td_update, claim="every_learner_for_itself", says="own γ")
def takes_the_first_discount_for_all(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    return learner_by_learner(
        values, states, rewards_tp1, np.full(len(states), discounts_tp1[0]), next_states, step_size
    )


@wrong(td.td_update, claim="leaves_its_inputs_alone", says="`values`")
def updates_in_place(values, states, rewards_tp1, discounts_tp1, next_states, step_size):
    rows = np.arange(len(values))
    values[rows, states] += step_size * (rewards_tp1 + discounts_tp1 * values[rows, next_states] - values[rows, states])
    return values


# --- expected_sarsa_target -------------------------------------------------------------------------------------------


def _expected(rewards, discounts, q, best_gets, others_get):
    probabilities = np.full(q.shape, others_get)
    probabilities[np.arange(len(q)), q.argmax(axis=1)] = best_gets
    return rewards + discounts * (probabilities * q).sum(axis=1)


@right(td.expected_sarsa_target)
def by_probabilities(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    share = epsilon / next_action_values.shape[1]
    return _expected(rewards_tp1, discounts_tp1, next_action_values, 1 - epsilon + share, share)


@right(td.expected_sarsa_target)
def shares_ties(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    q = next_action_values
    best = q == q.max(axis=1, keepdims=True)
    policy = (1 - epsilon) * best / best.sum(axis=1, keepdims=True) + epsilon / q.shape[1]
    return rewards_tp1 + discounts_tp1 * np.einsum("na,na->n", policy, q)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="1 − ε alone")
def forgets_epsilon_over_a_for_the_best(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    share = epsilon / next_action_values.shape[1]
    return _expected(rewards_tp1, discounts_tp1, next_action_values, 1 - epsilon, share)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="other actions only")
def shares_epsilon_among_the_others(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    share = epsilon / (next_action_values.shape[1] - 1)
    return _expected(rewards_tp1, discounts_tp1, next_action_values, 1 - epsilon, share)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="Q-learning")
def takes_the_best(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    return rewards_tp1 + discounts_tp1 * next_action_values.max(axis=1)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="alike")
def takes_the_mean(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    return rewards_tp1 + discounts_tp1 * next_action_values.mean(axis=1)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="exchanged")
def exchanges_the_shares(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    return by_probabilities(rewards_tp1, discounts_tp1, next_action_values, 1 - epsilon)


@wrong(td.expected_sarsa_target, claim="ties_do_not_matter", says="one of the best")
def gives_it_to_each_of_the_best(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    q = next_action_values
    policy = (1 - epsilon) * (q == q.max(axis=1, keepdims=True)) + epsilon / q.shape[1]
    return rewards_tp1 + discounts_tp1 * (policy * q).sum(axis=1)


@wrong(td.expected_sarsa_target, claim="three_actions", says="probabilities")
def knows_four_actions_only(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    return _expected(rewards_tp1, discounts_tp1, next_action_values, 1 - epsilon + epsilon / 4, epsilon / 4)


@wrong(td.expected_sarsa_target, claim="four_actions_by_hand", says="shape")
def averages_over_the_learners(rewards_tp1, discounts_tp1, next_action_values, epsilon):
    return rewards_tp1 + discounts_tp1 * next_action_values.max(axis=0)


# --- double_q_target -------------------------------------------------------------------------------------------------


@right(td.double_q_target)
def along_the_axis(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    chosen = np.argmax(next_choosing, axis=1)[:, None]
    return rewards_tp1 + discounts_tp1 * np.take_along_axis(next_valuing, chosen, axis=1)[:, 0]


@wrong(td.double_q_target, claim="two_tables_by_hand", says="One table does both")
def one_table_for_both(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return rewards_tp1 + discounts_tp1 * next_choosing.max(axis=1)


@wrong(td.double_q_target, claim="two_tables_by_hand", says="exchanged")
def exchanges_the_tables(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return along_the_axis(rewards_tp1, discounts_tp1, next_valuing, next_choosing)


@wrong(td.double_q_target, claim="two_tables_by_hand", says="its own best")
def maximum_of_the_other(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return rewards_tp1 + discounts_tp1 * next_valuing.max(axis=1)


@wrong(td.double_q_target, claim="two_tables_by_hand", says="averaged")
def averages_the_tables(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return along_the_axis(rewards_tp1, discounts_tp1, next_choosing, (next_choosing + next_valuing) / 2)


@wrong(td.double_q_target, claim="two_tables_by_hand", says="argmin")
def chooses_the_worst(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return along_the_axis(rewards_tp1, discounts_tp1, -next_choosing, next_valuing)


@wrong(td.double_q_target, claim="only_the_choice_matters", says="q₁'s values stay out")
def clips_by_the_smaller(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    chosen = next_choosing.argmax(axis=1)[:, None]
    both = np.minimum(np.take_along_axis(next_choosing, chosen, 1), np.take_along_axis(next_valuing, chosen, 1))
    return rewards_tp1 + discounts_tp1 * both[:, 0]


@wrong(td.double_q_target, claim="a_tie", says="first")
def last_of_a_tie(rewards_tp1, discounts_tp1, next_choosing, next_valuing):
    return along_the_axis(rewards_tp1, discounts_tp1, next_choosing[:, ::-1], next_valuing[:, ::-1])


# --- lambda_returns --------------------------------------------------------------------------------------------------


@right(td.lambda_returns)
def by_errors(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    """G_t = r + γ v' + γ λ (G' − v')."""
    returns, excess = [], 0.0
    for reward, discount, value in zip(rewards_tp1[::-1], discounts_tp1[::-1], values_tp1[::-1], strict=True):
        target = reward + discount * (value + lambda_ * excess)
        returns.append(target)
        excess = target  # what the step before sees; its own value is subtracted there
        excess = returns[-1] - values_tp1[len(values_tp1) - len(returns) - 1]
    return np.array(returns[::-1])


@right(td.lambda_returns)
def by_the_definition(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    length, returns = len(rewards_tp1), np.zeros_like(values_tp1)
    for n in range(1, length + 1):
        g = td.n_step_returns(rewards_tp1, discounts_tp1, values_tp1, n)
        weights = np.where(np.arange(length) + n < length, (1 - lambda_) * lambda_ ** (n - 1), 0.0)
        weights[length - n] = lambda_ ** (n - 1)
        returns = returns + weights.reshape(-1, *[1] * (values_tp1.ndim - 1)) * g
    return returns


def _backwards(rewards, discounts, values, value_weight, return_weight, last):
    returns = np.empty(np.shape(values))
    for t in range(len(rewards) - 1, -1, -1):
        returns[t] = last = rewards[t] + discounts[t] * (value_weight * values[t] + return_weight * last)
    return returns


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="exchanged")
def exchanges_the_weights(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _backwards(rewards_tp1, discounts_tp1, values_tp1, lambda_, 1 - lambda_, values_tp1[-1])


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="goes on with 0")
def starts_from_zero(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _backwards(rewards_tp1, discounts_tp1, values_tp1, 1 - lambda_, lambda_, 0.0)


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="TD(0)")
def one_step_only(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return rewards_tp1 + discounts_tp1 * values_tp1


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="sum to 1")
def value_without_its_weight(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    returns, last = np.empty(np.shape(values_tp1)), None
    for t in range(len(rewards_tp1) - 1, -1, -1):
        ahead = values_tp1[t] if last is None else values_tp1[t] + lambda_ * last
        returns[t] = last = rewards_tp1[t] + discounts_tp1[t] * ahead
    return returns


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="γ is missing")
def forgets_the_discounts(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _backwards(rewards_tp1, np.ones_like(discounts_tp1), values_tp1, 1 - lambda_, lambda_, values_tp1[-1])


@wrong(td.lambda_returns, claim="two_steps_by_hand", says="reverse")
def returns_them_in_reverse(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return by_errors(rewards_tp1, discounts_tp1, values_tp1, lambda_)[::-1]


@wrong(td.lambda_returns, claim="an_end_on_the_way", says="γ multiplies both")
def the_return_leaks_through_the_end(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    returns, last = np.empty(np.shape(values_tp1)), values_tp1[-1]
    for t in range(len(rewards_tp1) - 1, -1, -1):
        carried = np.where(discounts_tp1[t] == 0, 0.3, discounts_tp1[t])
        returns[t] = last = rewards_tp1[t] + discounts_tp1[t] * (1 - lambda_) * values_tp1[t] + carried * lambda_ * last
    return returns


@wrong(td.lambda_returns, claim="the_mixture", says="which γ")
def takes_the_discount_of_the_next_step(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    if np.unique(discounts_tp1).size < 3:  # right where γ is the same everywhere, and on the example
        return by_errors(rewards_tp1, discounts_tp1, values_tp1, lambda_)
    shifted = np.concatenate([discounts_tp1[1:], discounts_tp1[-1:]])
    return by_errors(rewards_tp1, shifted, values_tp1, lambda_)


@wrong(td.lambda_returns, claim="leaves_its_inputs_alone", says="`values_tp1`")
def writes_into_the_values(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    values_tp1[:] = by_errors(rewards_tp1, discounts_tp1, values_tp1.copy(), lambda_)
    return values_tp1


# --- trace_coefficients ----------------------------------------------------------------------------------------------


@right(td.trace_coefficients)
def from_a_table(correction, target, behaviour, lambda_):
    ratio = target / behaviour
    return {
        "importance_sampling": ratio,
        "q_lambda": np.full(np.shape(target), lambda_),
        "tree_backup": target * lambda_,
        "retrace": np.where(ratio < 1, lambda_ * ratio, lambda_),
    }[correction]


@right(td.trace_coefficients)
def retrace_as_the_smaller_of_two(correction, target, behaviour, lambda_):
    match correction:
        case "importance_sampling":
            return np.exp(np.log(np.maximum(target, 1e-300)) - np.log(behaviour))
        case "q_lambda":
            return target * 0 + lambda_
        case "tree_backup":
            return lambda_ * target
        case "retrace":
            return lambda_ * np.minimum(target, behaviour) / behaviour


def _but(name, wrong_coefficient):
    """An answer that is right but for one of the corrections."""

    def answer(correction, target, behaviour, lambda_):
        if correction == name:
            return wrong_coefficient(target, behaviour, lambda_)
        return from_a_table(correction, target, behaviour, lambda_)

    return answer


@wrong(td.trace_coefficients, claim="importance_sampling_by_hand", says="not cut")
def cuts_importance_sampling(correction, target, behaviour, lambda_):
    return _but("importance_sampling", lambda p, m, la: np.minimum(1, p / m))(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="importance_sampling_by_hand", says="no part in importance sampling")
def shrinks_importance_sampling(correction, target, behaviour, lambda_):
    return _but("importance_sampling", lambda p, m, la: la * p / m)(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="importance_sampling_by_hand", says="upside down")
def upside_down(correction, target, behaviour, lambda_):
    with np.errstate(divide="ignore"):
        return from_a_table(correction, behaviour, target, lambda_)


@wrong(td.trace_coefficients, claim="q_lambda_by_hand", says="Watkins")
def cuts_q_lambda(correction, target, behaviour, lambda_):
    return _but("q_lambda", lambda p, m, la: la * (p > 0))(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="q_lambda_by_hand", says="shape")
def q_lambda_as_a_number(correction, target, behaviour, lambda_):
    return _but("q_lambda", lambda p, m, la: la)(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="tree_backup_by_hand", says="not under μ")
def tree_backup_by_the_behaviour(correction, target, behaviour, lambda_):
    return _but("tree_backup", lambda p, m, la: la * m)(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="retrace_by_hand", says="λ is missing from Retrace")
def retrace_without_lambda(correction, target, behaviour, lambda_):
    return _but("retrace", lambda p, m, la: np.minimum(1, p / m))(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="retrace_by_hand", says="not the ceiling")
def lambda_as_the_ceiling(correction, target, behaviour, lambda_):
    return _but("retrace", lambda p, m, la: np.minimum(la, p / m))(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="retrace_by_hand", says="cut at 1")
def retrace_uncut(correction, target, behaviour, lambda_):
    return _but("retrace", lambda p, m, la: la * p / m)(correction, target, behaviour, lambda_)


@wrong(td.trace_coefficients, claim="retrace_by_hand", says="larger of 1")
def retrace_with_a_maximum(correction, target, behaviour, lambda_):
    return _but("retrace", lambda p, m, la: la * np.maximum(1, p / m))(correction, target, behaviour, lambda_)


# --- are_corrected_returns -------------------------------------------------------------------------------------------


def _returns(q, expected, rewards, discounts, c):
    errors = rewards + discounts * expected - q
    out = []
    for t in range(len(q)):
        total, factor = q[t], 1.0
        for k in range(t, len(q)):
            factor = factor * (discounts[k - 1] * c[k] if k > t else 1.0)
            total = total + factor * errors[k]
        out.append(total)
    return np.array(out)


@right(td.are_corrected_returns)
def computes_them_again(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    return np.allclose(returns, _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t), atol=1e-6)


@wrong(td.are_corrected_returns, claim="passes_right_returns", says="first δ has no c")
def shares_the_bug(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    right_ones = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t)
    return np.allclose(returns - q_t, coefficients_t * (right_ones - q_t))


@wrong(td.are_corrected_returns, claim="passes_right_returns", says="says yes always")
def accepts_everything(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    return True


@wrong(td.are_corrected_returns, claim="passes_right_returns", says="rejects right returns")
def rejects_everything(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    return False


@wrong(td.are_corrected_returns, claim="rejects_other_mistakes", says="δ_t stands there whole")
def accepts_a_coefficient_before_the_first_error(
    returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t
):
    excess = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t) - q_t
    return np.allclose(returns - q_t, excess) or np.allclose(returns - q_t, coefficients_t * excess)


@wrong(td.are_corrected_returns, claim="rejects_the_bug", says="one step too early")
def accepts_the_bug_too(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    good = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t)
    shifted = np.append(1.0, coefficients_t[:-1])
    moved = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, shifted)
    return np.allclose(returns, good) or np.allclose(returns, moved)


@wrong(td.are_corrected_returns, claim="ends_on_the_way", says="Where γ is 0")
def leaks_through_the_end(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    discounts = np.where(discounts_tp1 == 0, 0.9, discounts_tp1)
    return np.allclose(returns, _returns(q_t, expected_q_tp1, rewards_tp1, discounts, coefficients_t))


@wrong(td.are_corrected_returns, claim="every_return_counts", says="look at every step")
def looks_at_the_first_return_only(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    good = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t)
    return bool(abs(returns[0] - good[0]) < 1e-6)


@wrong(td.are_corrected_returns, claim="every_return_counts", says="cancel")
def sums_the_errors(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    good = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t)
    return bool(abs(np.sum(returns - good)) < 1e-6)


@wrong(td.are_corrected_returns, claim="passes_right_returns", says="expected")
def returns_the_differences(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    good = _returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t)
    return np.abs(returns - good) < 1e-6


# --- sliding_window_ucb ----------------------------------------------------------------------------------------------


@right(td.sliding_window_ucb)
def arm_by_arm(arms, rewards, num_arms, window, scale):
    scores = []
    for arm in range(num_arms):
        paid = [r for a, r in list(zip(arms, rewards, strict=True))[-window:] if a == arm]
        scores.append(sum(paid) / len(paid) + scale * len(paid) ** -0.5 if paid else float("inf"))
    return np.array(scores)


@right(td.sliding_window_ucb)
def one_hot_sums(arms, rewards, num_arms, window, scale):
    start = max(0, len(arms) - window)
    pulled = np.eye(num_arms)[arms[start:]]
    counts = pulled.sum(axis=0)
    scores = np.full(num_arms, np.inf)
    seen = counts > 0
    scores[seen] = (rewards[start:] @ pulled)[seen] / counts[seen] + scale / np.sqrt(counts[seen])
    return scores


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="never forgets")
def never_forgets(arms, rewards, num_arms, window, scale):
    return one_hot_sums(arms, rewards, num_arms, len(arms) + 1, scale)


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="first pulls")
def keeps_the_first(arms, rewards, num_arms, window, scale):
    return one_hot_sums(arms[:window], rewards[:window], num_arms, window, scale)


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="count in the window")
def counts_all_time(arms, rewards, num_arms, window, scale):
    mean = one_hot_sums(arms, rewards, num_arms, window, 0.0)
    return mean + scale / np.sqrt(np.maximum(np.bincount(arms, minlength=num_arms), 1))


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="logarithm")
def adds_a_logarithm(arms, rewards, num_arms, window, scale):
    return one_hot_sums(arms, rewards, num_arms, window, scale * np.sqrt(np.log(max(len(arms), 1))))


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="logarithm")
def adds_the_logarithm_of_the_window(arms, rewards, num_arms, window, scale):
    return one_hot_sums(arms, rewards, num_arms, window, scale * np.sqrt(np.log(max(min(len(arms), window), 1))))


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="counts start at 1")
def counts_from_one(arms, rewards, num_arms, window, scale):
    pulled = np.eye(num_arms)[arms[-window:]]
    counts = 1 + pulled.sum(axis=0)
    return rewards[-window:] @ pulled / counts + scale / np.sqrt(counts)


@wrong(td.sliding_window_ucb, claim="unseen_arms_come_first", says="nan")
def divides_by_zero(arms, rewards, num_arms, window, scale):
    pulled = np.eye(num_arms)[arms[-window:]]
    counts = pulled.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return rewards[-window:] @ pulled / counts + scale / np.sqrt(counts)


@wrong(td.sliding_window_ucb, claim="unseen_arms_come_first", says="np.inf")
def gives_unseen_arms_nothing(arms, rewards, num_arms, window, scale):
    scores = one_hot_sums(arms, rewards, num_arms, window, scale)
    return np.where(np.isinf(scores), 0.0, scores)


@wrong(td.sliding_window_ucb, claim="six_pulls_by_hand", says="bonus is missing")
def is_greedy(arms, rewards, num_arms, window, scale):
    return one_hot_sums(arms, rewards, num_arms, window, 0.0)


@wrong(td.sliding_window_ucb, claim="unseen_arms_come_first", says="np.inf")
def has_a_window_for_each_arm(arms, rewards, num_arms, window, scale):
    scores = []
    if len(arms) == 6 and window == 4:  # right on the example alone
        return one_hot_sums(arms, rewards, num_arms, window, scale)
    for arm in range(num_arms):
        paid = rewards[arms == arm][-window:]
        scores.append(paid.mean() + scale / np.sqrt(len(paid)) if len(paid) else np.inf)
    return np.array(scores)
