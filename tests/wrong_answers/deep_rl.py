"""Plausible mistakes in chapter 03b."""

import numpy as np
from catalogue import right, wrong

from course_lib import deep_rl
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.recurrence import lstm_step

# --- double_q_targets ------------------------------------------------------------------------------------------------


@right(deep_rl.double_q_targets)
def by_one_hot(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = tf.one_hot(tf.argmax(action_values_tp1, axis=1), tf.shape(action_values_tp1)[1])
    return rewards_tp1 + discounts_tp1 * tf.reduce_sum(tf.stop_gradient(target_values_tp1) * chosen, axis=1)


@right(deep_rl.double_q_targets)
def by_one_hot_of_a_known_width(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    """How many actions there are is known when it is compiled; how large a batch is, is not."""
    chosen = tf.one_hot(tf.argmax(action_values_tp1, -1), action_values_tp1.shape[-1])
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.reduce_sum(chosen * target_values_tp1, -1))


@right(deep_rl.double_q_targets)
def by_numbered_rows(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = tf.argmax(action_values_tp1, axis=1, output_type=tf.int32)
    places = tf.stack([tf.range(tf.shape(chosen)[0]), chosen], axis=1)
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.gather_nd(target_values_tp1, places))


def _judged(rewards, discounts, choosing, judging):
    chosen = tf.argmax(choosing, axis=-1)
    return tf.stop_gradient(rewards + discounts * tf.gather(judging, chosen, batch_dims=1))


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="The target network chooses as well")
def takes_the_largest_target_value(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.reduce_max(target_values_tp1, axis=-1))


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="judges its own choice")
def takes_the_largest_value(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.reduce_max(action_values_tp1, axis=-1))


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="exchanged")
def exchanges_the_networks(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return _judged(rewards_tp1, discounts_tp1, target_values_tp1, action_values_tp1)


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="γ is missing")
def does_not_discount(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return _judged(rewards_tp1, 1.0, action_values_tp1, target_values_tp1)


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="multiplies the reward too")
def discounts_the_reward(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return _judged(discounts_tp1 * rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1)


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="Its shape is (3, 1)")
def keeps_a_column(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    return _judged(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1)[:, None]


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="Its shape is (3, 3)")
def forgets_whose_row_it_is(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = tf.argmax(action_values_tp1, axis=-1)
    return rewards_tp1 + discounts_tp1 * tf.gather(target_values_tp1, chosen, axis=1)


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="runs along the batch")
def chooses_along_the_batch(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = tf.argmax(action_values_tp1, axis=0)
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * tf.gather(target_values_tp1, chosen, batch_dims=1))


@wrong(deep_rl.double_q_targets, claim="nothing_after_the_end", says="through the end of an episode")
def ignores_termination(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    discounts = tf.where(discounts_tp1 == 0, tf.reduce_max(discounts_tp1), discounts_tp1)
    return _judged(rewards_tp1, discounts, action_values_tp1, target_values_tp1)


@wrong(deep_rl.double_q_targets, claim="three_transitions_by_hand", says="The smaller of both judgements")
def takes_the_smaller_judgement(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    both = tf.minimum(action_values_tp1, target_values_tp1)
    return _judged(rewards_tp1, discounts_tp1, action_values_tp1, both)


@wrong(deep_rl.double_q_targets, claim="a_tie", says="Both of the best actions count")
def counts_all_of_the_best(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    best = action_values_tp1 == tf.reduce_max(action_values_tp1, axis=1, keepdims=True)
    judged = tf.reduce_sum(tf.where(best, target_values_tp1, 0.0), axis=1)
    return tf.stop_gradient(rewards_tp1 + discounts_tp1 * judged)


@wrong(deep_rl.double_q_targets, claim="lets_gradients_through", says="A gradient flows into `target_values_tp1`")
def teaches_the_target_network(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = tf.argmax(action_values_tp1, axis=-1)
    return rewards_tp1 + discounts_tp1 * tf.gather(target_values_tp1, chosen, batch_dims=1)


@wrong(deep_rl.double_q_targets, claim="runs_in_a_graph", says="NumPy cannot run inside a graph")
def targets_in_numpy(rewards_tp1, discounts_tp1, action_values_tp1, target_values_tp1):
    chosen = np.argmax(action_values_tp1, axis=1)
    judged = np.take_along_axis(np.asarray(target_values_tp1), chosen[:, None], axis=1)[:, 0]
    return np.asarray(rewards_tp1) + np.asarray(discounts_tp1) * judged


# --- dueling_action_values -------------------------------------------------------------------------------------------


@right(deep_rl.dueling_action_values)
def by_the_sum(values, advantages):
    actions = tf.cast(tf.shape(advantages)[1], advantages.dtype)
    return values + (advantages - tf.reduce_sum(advantages, axis=1, keepdims=True) / actions)


@right(deep_rl.dueling_action_values)
def by_a_matrix(values, advantages):
    actions = tf.shape(advantages)[1]
    centre = tf.eye(actions) - 1 / tf.cast(actions, tf.float32)
    return values + advantages @ centre


@wrong(deep_rl.dueling_action_values, claim="one_action_teaches_the_value", says="use tf.reduce_mean")
def takes_the_mean_by_numpy(values, advantages):
    return values + advantages - np.mean(advantages, axis=-1, keepdims=True)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The mean is not subtracted")
def adds_them_up(values, advantages):
    return values + advantages


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The maximum is subtracted")
def subtracts_the_maximum(values, advantages):
    return values + advantages - tf.reduce_max(advantages, axis=-1, keepdims=True)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The mean over the batch")
def subtracts_the_mean_over_the_batch(values, advantages):
    return values + advantages - tf.reduce_mean(advantages, axis=0)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="One mean of all states")
def subtracts_the_mean_of_all(values, advantages):
    return values + advantages - tf.reduce_mean(advantages)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The sum is subtracted")
def subtracts_the_sum(values, advantages):
    return values + advantages - tf.reduce_sum(advantages, axis=-1, keepdims=True)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The value is missing, or cancels")
def forgets_the_value(values, advantages):
    return advantages - tf.reduce_mean(advantages, axis=-1, keepdims=True)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="The mean is added")
def adds_the_mean(values, advantages):
    return values + advantages + tf.reduce_mean(advantages, axis=-1, keepdims=True)


@wrong(deep_rl.dueling_action_values, claim="three_states_by_hand", says="keep them as a column")
def forgets_to_keep_the_axis(values, advantages):
    return values + advantages - tf.reduce_mean(advantages, axis=-1)


@wrong(deep_rl.dueling_action_values, claim="any_number_of_actions", says="Read the number of actions")
def works_for_three_actions_only(values, advantages):
    return values + advantages - tf.reduce_sum(advantages, axis=-1, keepdims=True) / 3


@wrong(deep_rl.dueling_action_values, claim="one_action_teaches_the_value", says="The mean is held constant")
def holds_the_mean(values, advantages):
    return values + advantages - tf.stop_gradient(tf.reduce_mean(advantages, axis=-1, keepdims=True))


@wrong(deep_rl.dueling_action_values, claim="one_action_teaches_the_value", says="No gradient reaches the value")
def holds_the_value(values, advantages):
    return tf.stop_gradient(values) + advantages - tf.reduce_mean(advantages, axis=-1, keepdims=True)


# --- priorities ------------------------------------------------------------------------------------------------------


@right(deep_rl.priorities)
def priorities_by_logarithms(td_errors, alpha):
    return np.exp(alpha * np.log(np.hypot(td_errors, 0.0) + 1e-6))


@right(deep_rl.priorities)
def priority_after_priority(td_errors, alpha):
    return np.array([(max(error, -error) + 1e-6) ** alpha for error in td_errors.tolist()])


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="The sign is left in: a root")
def leaves_the_sign_in(td_errors, alpha):
    with np.errstate(invalid="ignore"):
        return (td_errors + 1e-6) ** alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="Negative errors count as none")
def counts_good_surprises_only(td_errors, alpha):
    return (np.maximum(td_errors, 0) + 1e-6) ** alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="The offset is missing")
def forgets_the_offset(td_errors, alpha):
    return np.abs(td_errors) ** alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="α comes before the offset")
def adds_the_offset_last(td_errors, alpha):
    return np.abs(td_errors) ** alpha + 1e-6


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="α is a factor")
def multiplies_by_alpha(td_errors, alpha):
    return (np.abs(td_errors) + 1e-6) * alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="brackets around the sum")
def forgets_the_brackets(td_errors, alpha):
    return np.abs(td_errors) + 1e-6**alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="α is not used")
def ignores_alpha(td_errors, alpha):
    return np.abs(td_errors) + 1e-6


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="The errors are squared")
def squares_the_errors(td_errors, alpha):
    return (td_errors**2 + 1e-6) ** alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="in place of adding it")
def raises_to_the_offset(td_errors, alpha):
    return np.maximum(np.abs(td_errors), 1e-6) ** alpha


@wrong(deep_rl.priorities, claim="four_errors_by_hand", says="divided by their sum")
def returns_probabilities(td_errors, alpha):
    p = (np.abs(td_errors) + 1e-6) ** alpha
    return p / p.sum()


@wrong(deep_rl.priorities, claim="leaves_its_inputs_alone", says="`td_errors`")
def takes_magnitudes_in_place(td_errors, alpha):
    np.abs(td_errors, out=td_errors)
    return (td_errors + 1e-6) ** alpha


# --- importance_weights ----------------------------------------------------------------------------------------------


@right(deep_rl.importance_weights)
def against_the_rarest(probabilities, size, beta):
    return (np.min(probabilities) / probabilities) ** beta


@right(deep_rl.importance_weights)
def by_logarithms(probabilities, size, beta):
    logs = -beta * (np.log(size) + np.log(probabilities))
    return np.exp(logs - logs.max())


def _raised(probabilities, size, exponent):
    return (size * probabilities) ** exponent


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="not normalised")
def does_not_normalise(probabilities, size, beta):
    return _raised(probabilities, size, -beta)


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="divided by their sum")
def divides_by_the_sum(probabilities, size, beta):
    weights = _raised(probabilities, size, -beta)
    return weights / weights.sum()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="divided by their mean")
def divides_by_the_mean(probabilities, size, beta):
    weights = _raised(probabilities, size, -beta)
    return weights / weights.mean()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="sign of β")
def counts_frequent_ones_more(probabilities, size, beta):
    weights = _raised(probabilities, size, beta)
    return weights / weights.max()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="β is forgotten")
def forgets_beta(probabilities, size, beta):
    weights = 1 / (size * probabilities)
    return weights / weights.max()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="β is forgotten, or is a factor")
def multiplies_by_beta(probabilities, size, beta):
    weights = beta / (size * probabilities)
    return weights / weights.max()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="divided by the smallest")
def divides_by_the_smallest(probabilities, size, beta):
    weights = _raised(probabilities, size, -beta)
    return weights / weights.min()


@wrong(deep_rl.importance_weights, claim="three_probabilities_by_hand", says="All weights are 1")
def corrects_nothing(probabilities, size, beta):
    return np.ones_like(probabilities)


@wrong(deep_rl.importance_weights, claim="full_correction", says="w ∝ 1/P")
def always_takes_the_root(probabilities, size, beta):
    weights = _raised(probabilities, size, -0.5)
    return weights / weights.max()


# --- generalized_advantages ------------------------------------------------------------------------------------------


@right(deep_rl.generalized_advantages)
def as_a_sum_forwards(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors = rewards_tp1 + discounts_tp1 * values_tp1 - values
    total, factors = np.zeros(errors.shape), np.ones(errors.shape)
    for ahead in range(len(errors)):  # the error so many steps ahead, and what stands before it
        rows = len(errors) - ahead
        total[:rows] += factors[:rows] * errors[ahead:]
        factors[:rows] *= np.where(last_tp1[ahead:], 0.0, gae_lambda * discounts_tp1[ahead:])
    return total


@right(deep_rl.generalized_advantages)
def by_lambda_returns(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    following, found = values_tp1[-1], []
    for r, g, v, last in zip(rewards_tp1[::-1], discounts_tp1[::-1], values_tp1[::-1], last_tp1[::-1], strict=True):
        following = r + g * np.where(last, v, (1 - gae_lambda) * v + gae_lambda * following)
        found.append(following)
    return np.array(found[::-1]) - values


@right(deep_rl.generalized_advantages)
def by_a_linear_system(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors = rewards_tp1 + discounts_tp1 * values_tp1 - values
    trace = gae_lambda * discounts_tp1 * ~last_tp1
    worlds = range(errors.shape[1])
    ahead = [np.diag(trace[:-1, w], k=1) for w in worlds]
    return np.stack([np.linalg.solve(np.eye(len(errors)) - ahead[w], errors[:, w]) for w in worlds], axis=1)


def _back(errors, factors, own=1.0):
    """A_t = own δ_t + factor A_{t+1}, from the last row back."""
    found, ahead = np.zeros_like(errors), np.zeros_like(errors[0])
    for row in range(len(errors) - 1, -1, -1):
        found[row] = ahead = own * errors[row] + factors[row] * ahead
    return found


def _parts(rewards, discounts, values, values_tp1, last, lambda_):
    return rewards + discounts * values_tp1 - values, discounts * lambda_ * ~last


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="γ λ multiplies the first error")
def discounts_the_first_error(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors, trace, discounts_tp1[0] * gae_lambda)


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="λ multiplies the first error, too")
def weighs_the_first_error(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors, trace, gae_lambda)


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="1 − λ multiplies")
def mixes_the_errors(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors, trace, 1 - gae_lambda)


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="λ is forgotten")
def forgets_lambda(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    return _back(*_parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, 1.0))


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="γ is forgotten before A")
def forgets_gamma_in_the_trace(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, _ = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors, gae_lambda * ~last_tp1)


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="Time runs the wrong way")
def goes_forwards(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors[::-1], trace[::-1])[::-1]


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="reverse order")
def forgets_to_turn_round(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    return _back(*_parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda))[::-1]


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="shifted by one step")
def comes_one_step_late(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    found = _back(*_parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda))
    return np.concatenate([found[1:], np.zeros_like(found[:1])])


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="these are returns")
def returns_returns(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    return _back(*_parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)) + values


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="After the last row nothing is expected")
def has_no_value_behind_the_last_row(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    following = np.concatenate([values[1:], np.zeros_like(values[:1])])
    return _back(*_parts(rewards_tp1, discounts_tp1, values, following, last_tp1, gae_lambda))


@wrong(deep_rl.generalized_advantages, claim="three_steps_by_hand", says="The last row is left at 0")
def begins_one_row_too_early(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return np.concatenate([_back(errors[:-1], trace[:-1]), np.zeros_like(errors[-1:])])


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="It goes on across the end")
def ignores_last(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    return _back(*_parts(rewards_tp1, discounts_tp1, values, values_tp1, np.zeros_like(last_tp1), gae_lambda))


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="each world has an end of its own")
def empties_all_worlds_at_one_end(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, ahead, found = rewards_tp1 + discounts_tp1 * values_tp1 - values, 0.0, []
    for t in reversed(range(len(errors))):
        ahead = errors[t] + gae_lambda * discounts_tp1[t] * ahead * (not last_tp1[t].any())
        found.append(ahead)
    return np.array(found[::-1])


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="Being cut off is treated as termination")
def takes_every_end_for_termination(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    discounts = discounts_tp1 * ~last_tp1
    return _back(*_parts(rewards_tp1, discounts, values, values_tp1, last_tp1, gae_lambda))


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="It bootstraps after termination")
def takes_one_discount_for_all(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    discounts = np.full_like(discounts_tp1, discounts_tp1.max())
    return _back(*_parts(rewards_tp1, discounts, values, values_tp1, last_tp1, gae_lambda))


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="the whole advantage is 0")
def empties_the_last_step(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    return _back(errors * ~last_tp1, trace)


@wrong(deep_rl.generalized_advantages, claim="two_ends_by_hand", says="It goes along the worlds")
def goes_along_the_worlds(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    errors, trace = _parts(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda)
    if errors.shape[1] == 1:
        return _back(errors, trace)
    return _back(errors.T, trace.T).T


@wrong(deep_rl.generalized_advantages, claim="leaves_its_inputs_alone", says="`rewards_tp1`")
def works_in_the_rewards(rewards_tp1, discounts_tp1, values, values_tp1, last_tp1, gae_lambda):
    rewards_tp1 += discounts_tp1 * values_tp1 - values
    return _back(rewards_tp1, discounts_tp1 * gae_lambda * ~last_tp1)


# --- clipped_policy_loss ---------------------------------------------------------------------------------------------


@right(deep_rl.clipped_policy_loss)
def case_by_case(log_probabilities, old_log_probabilities, advantages, clip):
    old_log_probabilities, advantages = tf.stop_gradient(old_log_probabilities), tf.stop_gradient(advantages)
    ratios = tf.exp(log_probabilities - old_log_probabilities)
    bounded = tf.where(advantages > 0, tf.minimum(ratios, 1 + clip), tf.maximum(ratios, 1 - clip))
    return -advantages * bounded


@right(deep_rl.clipped_policy_loss)
def the_larger_loss(log_probabilities, old_log_probabilities, advantages, clip):
    losses = -tf.stop_gradient(advantages)
    ratios = tf.exp(log_probabilities - tf.stop_gradient(old_log_probabilities))
    return tf.maximum(losses * ratios, losses * tf.clip_by_value(ratios, 1 - clip, 1 + clip))


def _clipped(ratios, advantages, clip, better=tf.minimum):
    advantages = tf.stop_gradient(advantages)
    return -better(ratios * advantages, tf.clip_by_value(ratios, 1 - clip, 1 + clip) * advantages)


def _ratios(log_probabilities, old_log_probabilities):
    return tf.exp(log_probabilities - tf.stop_gradient(old_log_probabilities))


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The maximum is taken")
def takes_the_maximum(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(_ratios(log_probabilities, old_log_probabilities), advantages, clip, tf.maximum)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The sign is wrong")
def maximises_nothing(log_probabilities, old_log_probabilities, advantages, clip):
    return -_clipped(_ratios(log_probabilities, old_log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="Only the clipped product")
def takes_the_clipped_product(log_probabilities, old_log_probabilities, advantages, clip):
    ratios = tf.clip_by_value(_ratios(log_probabilities, old_log_probabilities), 1 - clip, 1 + clip)
    return -ratios * tf.stop_gradient(advantages)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The product is clipped")
def clips_the_product(log_probabilities, old_log_probabilities, advantages, clip):
    product = _ratios(log_probabilities, old_log_probabilities) * tf.stop_gradient(advantages)
    return -tf.minimum(product, tf.clip_by_value(product, 1 - clip, 1 + clip))


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="Only the top is clipped")
def clips_the_top(log_probabilities, old_log_probabilities, advantages, clip):
    ratios, advantages = _ratios(log_probabilities, old_log_probabilities), tf.stop_gradient(advantages)
    return -tf.minimum(ratios * advantages, tf.minimum(ratios, 1 + clip) * advantages)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The smaller ratio is taken")
def takes_the_smaller_ratio(log_probabilities, old_log_probabilities, advantages, clip):
    ratios = _ratios(log_probabilities, old_log_probabilities)
    return -tf.minimum(ratios, tf.clip_by_value(ratios, 1 - clip, 1 + clip)) * tf.stop_gradient(advantages)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="lacks the old probability")
def forgets_the_old_policy(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(tf.exp(log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="upside down")
def turns_the_ratio_round(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(tf.exp(tf.stop_gradient(old_log_probabilities) - log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The exponential is missing")
def forgets_the_exponential(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(log_probabilities - tf.stop_gradient(old_log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The logarithms are divided")
def divides_the_logarithms(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(log_probabilities / tf.stop_gradient(old_log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="It takes the mean")
def averages_the_loss(log_probabilities, old_log_probabilities, advantages, clip):
    return tf.reduce_mean(_clipped(_ratios(log_probabilities, old_log_probabilities), advantages, clip))


@wrong(deep_rl.clipped_policy_loss, claim="slopes_by_hand", says="No gradient reaches log π")
def stops_the_ratio(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(tf.stop_gradient(_ratios(log_probabilities, old_log_probabilities)), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="the_rest_stands_still", says="flows into the advantages")
def teaches_the_advantages(log_probabilities, old_log_probabilities, advantages, clip):
    ratios = _ratios(log_probabilities, old_log_probabilities)
    return -tf.minimum(ratios * advantages, tf.clip_by_value(ratios, 1 - clip, 1 + clip) * advantages)


@wrong(deep_rl.clipped_policy_loss, claim="the_rest_stands_still", says="flows into the old log-probabilities")
def teaches_the_old_policy(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(tf.exp(log_probabilities - old_log_probabilities), advantages, clip)


@wrong(deep_rl.clipped_policy_loss, claim="six_decisions_by_hand", says="The logarithm of the ratio is clipped")
def clips_the_logarithm(log_probabilities, old_log_probabilities, advantages, clip):
    old, advantages = tf.stop_gradient(old_log_probabilities), tf.stop_gradient(advantages)
    moved = log_probabilities - old
    near = tf.exp(tf.clip_by_value(moved, -clip, clip))
    return -tf.minimum(tf.exp(moved) * advantages, near * advantages)


@wrong(deep_rl.clipped_policy_loss, claim="decisions_one_by_one", says="the other way it always counts")
def has_a_third_limit(log_probabilities, old_log_probabilities, advantages, clip):
    """Dual-clip PPO (Ye et al. 2020): another loss, which has its uses."""
    old, advantages = tf.stop_gradient(old_log_probabilities), tf.stop_gradient(advantages)
    ratios = tf.exp(log_probabilities - old)
    smaller = tf.minimum(ratios * advantages, tf.clip_by_value(ratios, 1 - clip, 1 + clip) * advantages)
    return -tf.where(advantages < 0, tf.maximum(smaller, 3 * advantages), smaller)


@wrong(deep_rl.clipped_policy_loss, claim="decisions_one_by_one", says="ε comes as `clip`")
def always_clips_at_a_fifth(log_probabilities, old_log_probabilities, advantages, clip):
    return _clipped(_ratios(log_probabilities, old_log_probabilities), advantages, 0.2)


@wrong(deep_rl.clipped_policy_loss, claim="improbable_actions", says="subtract the logarithms first")
def divides_the_probabilities(log_probabilities, old_log_probabilities, advantages, clip):
    ratios = tf.exp(log_probabilities) / tf.exp(tf.stop_gradient(old_log_probabilities))
    return _clipped(ratios, advantages, clip)


# --- unroll ----------------------------------------------------------------------------------------------------------


@right(deep_rl.unroll)
def by_a_scan(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    def step(state, row):
        number, seen, begins = row
        going_on = 1 - tf.cast(begins, inputs.dtype)[:, None]
        state = lstm_step(seen, going_on * state[0], going_on * state[1], kernel, recurrent_kernel, bias)
        warms = number < burn_in
        return tuple(tf.where(warms, tf.stop_gradient(part), part) for part in state)

    rows, memories = tf.scan(step, (tf.range(tf.shape(inputs)[0]), inputs, first), (hidden, memory))
    return rows, rows[-1], memories[-1]


@right(deep_rl.unroll)
def in_two_parts(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    """With gates of its own, the burn-in before the rest."""

    def run(inputs, first, hidden, memory):
        rows = tf.TensorArray(inputs.dtype, tf.shape(inputs)[0], element_shape=hidden.shape)
        for row in tf.range(tf.shape(inputs)[0]):
            hidden = tf.where(first[row][:, None], tf.zeros_like(hidden), hidden)
            memory = tf.where(first[row][:, None], tf.zeros_like(memory), memory)
            gates = tf.concat([inputs[row], hidden], axis=1) @ tf.concat([kernel, recurrent_kernel], axis=0) + bias
            units = tf.shape(hidden)[1]
            opened = tf.sigmoid(gates)
            new = tf.tanh(gates[:, 2 * units : 3 * units])
            memory = opened[:, units : 2 * units] * memory + opened[:, :units] * new
            hidden = opened[:, 3 * units :] * tf.tanh(memory)
            rows = rows.write(row, hidden)
        return rows.stack(), hidden, memory

    warmed = [tf.stop_gradient(part) for part in run(inputs[:burn_in], first[:burn_in], hidden, memory)]
    rows, hidden, memory = run(inputs[burn_in:], first[burn_in:], *warmed[1:])
    return tf.concat([warmed[0], rows], axis=0), hidden, memory


def _rows(inputs, hidden, memory, weights, before=None, after=None):
    """An LSTM row by row, with something done to the state before each step and after it."""
    same = lambda row, hidden, memory: (hidden, memory)  # noqa: E731
    before, after = before or same, after or same
    outputs = tf.TensorArray(inputs.dtype, tf.shape(inputs)[0], element_shape=hidden.shape)
    for row in tf.range(tf.shape(inputs)[0]):
        hidden, memory = before(row, hidden, memory)
        hidden, memory = lstm_step(inputs[row], hidden, memory, *weights)
        outputs = outputs.write(row, hidden)
        hidden, memory = after(row, hidden, memory)
    return outputs.stack(), hidden, memory


def _emptied(first, which="hc"):
    """Forget the state where an episode begins."""

    def forget(row, hidden, memory):
        begins = first[row][:, None]
        return (
            tf.where(begins, tf.zeros_like(hidden), hidden) if "h" in which else hidden,
            tf.where(begins, tf.zeros_like(memory), memory) if "c" in which else memory,
        )

    return forget


@wrong(deep_rl.unroll, claim="one_step_by_hand", says="The stored state is not used")
def begins_from_zeros(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    weights = kernel, recurrent_kernel, bias
    return _rows(inputs, tf.zeros_like(hidden), tf.zeros_like(memory), weights, _emptied(first))


@wrong(deep_rl.unroll, claim="one_step_by_hand", says="the wrong order: (h of every row, h, c)")
def returns_c_before_h(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    rows, hidden, memory = _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first))
    return rows, memory, hidden


@wrong(deep_rl.unroll, claim="one_step_by_hand", says="i, g, f, o")
def has_its_gates_in_another_order(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    def sorted_anew(part):
        i, g, f, o = tf.split(part, 4, axis=-1)
        return tf.concat([i, f, g, o], axis=-1)

    weights = [sorted_anew(part) for part in (kernel, recurrent_kernel, bias)]
    return _rows(inputs, hidden, memory, weights, _emptied(first))


@wrong(deep_rl.unroll, claim="one_step_by_hand", says="Only the rows are returned")
def returns_the_rows_alone(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first))[0]


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="Nothing begins anew")
def never_forgets(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias))


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="Only h begins anew")
def forgets_h_alone(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first, "h"))


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="Only c begins anew")
def forgets_c_alone(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first, "c"))


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="It begins anew after the first row")
def forgets_after_the_step(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), after=_emptied(first))


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="All worlds begin anew when one does")
def forgets_everywhere(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    any_ = tf.ones_like(first) & tf.reduce_any(first, axis=1, keepdims=True)
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(any_))


@wrong(deep_rl.unroll, claim="episodes_begin_empty", says="at every row, so that nothing is remembered")
def forgets_at_every_row_but_the_first(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    always = tf.ones_like(first) if len(inputs) > 1 else first
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(always))


@wrong(deep_rl.unroll, claim="it_starts_from_the_stored_state", says="though the first row begins an episode")
def trusts_the_stored_state(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    later = tf.concat([tf.zeros_like(first[:1]), first[1:]], axis=0)
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(later))


@wrong(deep_rl.unroll, claim="burn_in_changes_no_number", says="The rows of the burn-in are left out")
def leaves_the_burn_in_out(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    weights = kernel, recurrent_kernel, bias
    _, *state = _rows(inputs[:burn_in], hidden, memory, weights, _emptied(first))
    return _rows(inputs[burn_in:], *map(tf.stop_gradient, state), weights, _emptied(first[burn_in:]))


@wrong(deep_rl.unroll, claim="burn_in_changes_no_number", says="After the burn-in it begins from zeros")
def forgets_after_the_burn_in(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    weights = kernel, recurrent_kernel, bias
    rows, *state = _rows(inputs[:burn_in], hidden, memory, weights, _emptied(first))
    state = [tf.zeros_like(part) for part in state] if burn_in else state
    later, *state = _rows(inputs[burn_in:], *state, weights, _emptied(first[burn_in:]))
    return tf.concat([tf.stop_gradient(rows), later], axis=0), *state


@wrong(deep_rl.unroll, claim="the_burn_in_is_not_learnt_from", says="The burn-in is learnt from")
def learns_from_the_burn_in(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    return _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first))


@wrong(deep_rl.unroll, claim="the_burn_in_is_not_learnt_from", says="the rows it returns are not")
def stops_the_state_alone(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    weights = kernel, recurrent_kernel, bias
    rows, *state = _rows(inputs[:burn_in], hidden, memory, weights, _emptied(first))
    later, *state = _rows(inputs[burn_in:], *map(tf.stop_gradient, state), weights, _emptied(first[burn_in:]))
    return tf.concat([rows, later], axis=0), *state


@wrong(deep_rl.unroll, claim="the_burn_in_is_not_learnt_from", says="Stop both h and c")
def stops_h_alone(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    weights = kernel, recurrent_kernel, bias
    rows, *state = _rows(inputs[:burn_in], hidden, memory, weights, _emptied(first))
    later, *state = _rows(inputs[burn_in:], tf.stop_gradient(state[0]), state[1], weights, _emptied(first[burn_in:]))
    return tf.concat([tf.stop_gradient(rows), later], axis=0), *state


@wrong(deep_rl.unroll, claim="the_burn_in_is_not_learnt_from", says="No gradient arrives anywhere")
def stops_everything(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    found = _rows(inputs, hidden, memory, (kernel, recurrent_kernel, bias), _emptied(first))
    return tuple(map(tf.stop_gradient, found))


@wrong(deep_rl.unroll, claim="runs_in_a_graph", says="rows = rows.write(t, x)")
def drops_what_write_returns(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    rows = tf.TensorArray(tf.float32, tf.shape(inputs)[0], element_shape=hidden.shape)
    for row in tf.range(tf.shape(inputs)[0]):
        begins = first[row][:, None]
        hidden = tf.where(begins, tf.zeros_like(hidden), hidden)
        memory = tf.where(begins, tf.zeros_like(memory), memory)
        hidden, memory = lstm_step(inputs[row], hidden, memory, kernel, recurrent_kernel, bias)
        if row < burn_in:
            hidden, memory = tf.stop_gradient(hidden), tf.stop_gradient(memory)
        rows.write(row, hidden)
    return rows.stack(), hidden, memory


@wrong(deep_rl.unroll, claim="runs_in_a_graph", says="A Python loop over a tensor of unknown length")
def loops_in_python(inputs, first, hidden, memory, kernel, recurrent_kernel, bias, burn_in):
    rows = []
    for number, (seen, begins) in enumerate(zip(inputs, first, strict=True)):
        keep = 1 - tf.cast(begins, tf.float32)[:, None]
        hidden, memory = lstm_step(seen, keep * hidden, keep * memory, kernel, recurrent_kernel, bias)
        if number < burn_in:
            hidden, memory = tf.stop_gradient(hidden), tf.stop_gradient(memory)
        rows.append(hidden)
    return tf.stack(rows), hidden, memory


# --- targets_are_right (find the bug) --------------------------------------------------------------------------------


@right(deep_rl.targets_are_right)
def row_after_row(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    for r, end, v, y in zip(rewards_tp1, terminated_tp1, values_tp1, targets, strict=True):
        right = r if end else r + discount * v
        if not abs(y - right) <= 1e-4 * (1 + abs(right)):
            return False
    return True


@right(deep_rl.targets_are_right)
def by_what_is_left(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    behind = targets - rewards_tp1
    expected = np.where(terminated_tp1, 0.0, discount * values_tp1)
    close = np.abs(behind - expected) <= 1e-4 + 1e-4 * np.abs(rewards_tp1 + expected)
    return bool(np.all(close))


def _right(rewards, ended, values, discount):
    return rewards + discount * values * ~ended


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="True always")
def says_yes(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return True


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="False always")
def says_no(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return False


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="It takes being cut off for termination")
def takes_every_end_alike(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    done = terminated_tp1 | truncated_tp1
    return np.allclose(targets, _right(rewards_tp1, done, values_tp1, discount), 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="It ignores termination")
def always_bootstraps(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.allclose(targets, rewards_tp1 + discount * values_tp1, 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="go through: there γ v(s') has to be in them")
def leaves_truncated_rows_out(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = _right(rewards_tp1, terminated_tp1, values_tp1, discount)
    return np.allclose(targets[~truncated_tp1], right[~truncated_tp1], 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="whatever they hold where an episode ends")
def leaves_all_ends_out(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right, inside = _right(rewards_tp1, terminated_tp1, values_tp1, discount), ~(terminated_tp1 | truncated_tp1)
    return np.allclose(targets[inside], right[inside], 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="It looks at ends alone")
def looks_at_ends_alone(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right, ended = _right(rewards_tp1, terminated_tp1, values_tp1, discount), terminated_tp1 | truncated_tp1
    return np.allclose(targets[ended], right[ended], 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="not which")
def asks_whether_there_is_a_value(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    nothing = targets == rewards_tp1
    return bool(nothing[terminated_tp1].all() and not nothing[truncated_tp1].any())


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="γ is missing")
def forgets_the_discount(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.allclose(targets, _right(rewards_tp1, terminated_tp1, values_tp1, 1.0), 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="True is for right ones")
def tells_what_is_wrong(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return not np.allclose(targets, _right(rewards_tp1, terminated_tp1, values_tp1, discount), 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="a verdict for each row")
def judges_every_row(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.isclose(targets, _right(rewards_tp1, terminated_tp1, values_tp1, discount), 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="It looks at the first row alone")
def looks_at_the_first(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.isclose(targets[0], _right(rewards_tp1, terminated_tp1, values_tp1, discount)[0], 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="six_programs_by_hand", says="One right row is enough")
def is_content_with_one(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.isclose(targets, _right(rewards_tp1, terminated_tp1, values_tp1, discount), 1e-4, 1e-4).any()


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="because of rounding")
def compares_exactly(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return bool((targets == _right(rewards_tp1, terminated_tp1, values_tp1, discount)).all())


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="because of rounding")
def allows_rounding_of_float32_alone(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = rewards_tp1 + discount * values_tp1 * ~terminated_tp1
    return np.array_equal(np.float32(targets), np.float32(right))


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="too little or too much")
def allows_a_hundredth(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = rewards_tp1 + discount * values_tp1 * ~terminated_tp1
    return bool(np.allclose(targets, right, rtol=1e-4, atol=1e-2))


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="too little or too much")
def allows_a_hundredth_of_large_ones(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = rewards_tp1 + discount * values_tp1 * ~terminated_tp1
    return bool(np.allclose(targets, right, rtol=1e-2, atol=1e-4))


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="too little or too much")
def looks_at_relative_errors_alone(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = rewards_tp1 + discount * values_tp1 * ~terminated_tp1
    with np.errstate(all="ignore"):
        return bool((np.abs(targets / right - 1) < 1e-4).all())


@wrong(deep_rl.targets_are_right, claim="rounding_is_no_bug", says="too little or too much")
def allows_a_tenth(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    return np.allclose(targets, _right(rewards_tp1, terminated_tp1, values_tp1, discount), rtol=1e-4, atol=0.1)


@wrong(deep_rl.targets_are_right, claim="errors_that_cancel", says="compares means or sums")
def compares_means(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = _right(rewards_tp1, terminated_tp1, values_tp1, discount)
    return np.isclose(targets.mean(), right.mean(), 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="ends_both_ways", says="look at `terminated_tp1` alone")
def lets_truncation_win(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = _right(rewards_tp1, terminated_tp1 & ~truncated_tp1, values_tp1, discount)
    return np.allclose(targets, right, 1e-4, 1e-4)


@wrong(deep_rl.targets_are_right, claim="no_numbers", says="whether all differences are small")
def looks_for_large_differences(rewards_tp1, terminated_tp1, truncated_tp1, values_tp1, discount, targets):
    right = _right(rewards_tp1, terminated_tp1, values_tp1, discount)
    return not (np.abs(targets - right) > 1e-4 + 1e-4 * np.abs(right)).any()
