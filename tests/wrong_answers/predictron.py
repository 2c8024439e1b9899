"""Plausible mistakes in chapter 03."""

import numpy as np
from catalogue import right, wrong

from course_lib.common.quiet import tensorflow as tf
from course_lib.predictron import gradients, losses, returns

# --- preturns --------------------------------------------------------------------------------------------------------


@right(returns.preturns)
def preturns_by_a_scan(rewards, discounts, values):
    def step(so_far, now):
        paid, reach = so_far
        reward, discount = now
        return paid + reach * reward, reach * discount

    paid, reach = tf.scan(step, (rewards, discounts), (tf.zeros_like(values[0]), tf.ones_like(values[0])))
    return tf.concat([values[:1], paid + reach * values[1:]], axis=0)


@right(returns.preturns)
def preturns_in_a_loop(rewards, discounts, values):
    depth = tf.shape(rewards)[0]
    found = tf.TensorArray(values.dtype, size=depth + 1)
    found = found.write(0, values[0])
    paid, reach = tf.zeros_like(values[0]), tf.ones_like(values[0])
    for k in tf.range(depth):
        paid += reach * rewards[k]
        reach *= discounts[k]
        found = found.write(k + 1, paid + reach * values[k + 1])
    return found.stack()


@right(returns.preturns)
def preturns_by_a_triangle_of_products(rewards, discounts, values):
    depth = tf.shape(values)[0]
    earlier = tf.range(depth)[:, None] > tf.range(depth - 1)[None, :]  # [K + 1, K]: is the step before this preturn?
    earlier = tf.reshape(earlier, tf.concat([tf.shape(earlier), tf.ones([tf.rank(rewards) - 1], tf.int32)], axis=0))
    reach = tf.reduce_prod(tf.where(earlier, discounts[None], tf.ones_like(discounts)[None]), axis=1)
    paid = tf.where(earlier, (reach[:-1] * rewards)[None], tf.zeros_like(rewards)[None])
    return tf.reduce_sum(paid, axis=1) + reach * values


def _preturns(rewards, discounts, values, before_reward=None, before_value=None):
    """Preturns whose factors before rewards, [K, …], and values, [K + 1, …], can be replaced by wrong ones."""
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(discounts)], axis=0)
    before_reward = reach[:-1] if before_reward is None else before_reward
    before_value = reach if before_value is None else before_value
    paid = tf.concat([tf.zeros_like(values[:1]), tf.cumsum(before_reward * rewards)], axis=0)
    return paid + before_value * values


@wrong(returns.preturns, claim="three_steps_by_hand", says="one step too much")
def discounts_a_reward_by_its_own_gamma(rewards, discounts, values):
    return _preturns(rewards, discounts, values, before_reward=tf.math.cumprod(discounts))


@wrong(returns.preturns, claim="three_steps_by_hand", says="one step too little")
def leaves_the_last_gamma_out(rewards, discounts, values):
    reach = tf.math.cumprod(discounts, exclusive=True)
    return _preturns(rewards, discounts, values, before_value=tf.concat([tf.ones_like(values[:1]), reach], axis=0))


@wrong(returns.preturns, claim="three_steps_by_hand", says="v^k is not discounted")
def does_not_discount_the_values(rewards, discounts, values):
    return _preturns(rewards, discounts, values, before_value=tf.ones_like(values))


@wrong(returns.preturns, claim="three_steps_by_hand", says="rewards are not discounted")
def does_not_discount_the_rewards(rewards, discounts, values):
    return _preturns(rewards, discounts, values, before_reward=tf.ones_like(rewards))


@wrong(returns.preturns, claim="three_steps_by_hand", says="Nothing is discounted")
def sums_without_discounts(rewards, discounts, values):
    return _preturns(rewards, tf.ones_like(discounts), values)


@wrong(returns.preturns, claim="three_steps_by_hand", says="g^0 = v^0 is left out")
def leaves_g0_out(rewards, discounts, values):
    return _preturns(rewards, discounts, values)[1:]


@wrong(returns.preturns, claim="three_steps_by_hand", says="Only the deepest")
def returns_the_deepest_only(rewards, discounts, values):
    return _preturns(rewards, discounts, values)[-1]


@wrong(returns.preturns, claim="three_steps_by_hand", says="one step early")
def takes_the_next_reward(rewards, discounts, values):
    return _preturns(tf.roll(rewards, -1, axis=0), discounts, values)


@wrong(returns.preturns, claim="three_steps_by_hand", says="one step late")
def takes_the_reward_before(rewards, discounts, values):
    shifted = tf.concat([tf.zeros_like(rewards[:1]), rewards[:-1]], axis=0)
    return _preturns(shifted, discounts, values)


@wrong(returns.preturns, claim="three_steps_by_hand", says="one step behind")
def takes_the_value_before(rewards, discounts, values):
    return _preturns(rewards, discounts, tf.concat([values[:1], values[:-1]], axis=0))


@wrong(returns.preturns, claim="three_steps_by_hand", says="own γ alone")
def cumulates_the_discounts_over_the_batch(rewards, discounts, values):
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(discounts, axis=1)], axis=0)
    return _preturns(rewards, discounts, values, before_reward=reach[:-1], before_value=reach)


@wrong(returns.preturns, claim="three_steps_by_hand", says="the first axis (axis 0)")
def cumulates_over_the_predictions(rewards, discounts, values):
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(discounts, axis=-1)], axis=0)
    paid = tf.concat([tf.zeros_like(values[:1]), tf.cumsum(reach[:-1] * rewards, axis=-1)], axis=0)
    return paid + reach * values


@wrong(returns.preturns, claim="three_steps_by_hand", says="only the k-th reward")
def forgets_the_rewards_before(rewards, discounts, values):
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(discounts)], axis=0)
    return reach * values + tf.concat([tf.zeros_like(values[:1]), reach[:-1] * rewards], axis=0)


@wrong(returns.preturns, claim="three_steps_by_hand", says="reverse order")
def preturns_in_reverse(rewards, discounts, values):
    return _preturns(rewards, discounts, values)[::-1]


@wrong(returns.preturns, claim="three_steps_by_hand", says="rewards are left out")
def leaves_the_rewards_out(rewards, discounts, values):
    return _preturns(0 * rewards, discounts, values)


@wrong(returns.preturns, claim="three_steps_by_hand", says="values are left out")
def leaves_the_values_out(rewards, discounts, values):
    return _preturns(rewards, discounts, 0 * values)


@wrong(returns.preturns, claim="each_for_itself", says="like the first: each has its own γ")
def works_for_one_prediction(rewards, discounts, values):
    return _preturns(rewards, tf.ones_like(discounts) * discounts[..., :1], values)


@wrong(returns.preturns, claim="each_for_itself", says="One discount is used for all predictions")
def averages_the_discounts(rewards, discounts, values):
    return _preturns(rewards, tf.ones_like(discounts) * tf.reduce_mean(discounts, axis=-1, keepdims=True), values)


@wrong(returns.preturns, claim="any_number_of_steps_and_axes", says="Read the number of steps")
def works_for_three_steps_only(rewards, discounts, values):
    reach, paid, found = tf.ones_like(values[0]), tf.zeros_like(values[0]), [values[0]]
    for k in range(3):
        paid += reach * rewards[k]
        reach *= discounts[k]
        found.append(paid + reach * values[k + 1])
    return tf.stack(found)


@wrong(returns.preturns, claim="without_rewards_and_discounts", says="It divides by γ")
def divides_by_its_own_step(rewards, discounts, values):
    return _preturns(rewards, discounts, values, before_reward=tf.math.cumprod(discounts) / discounts)


@wrong(returns.preturns, claim="runs_in_a_graph", says="NumPy cannot run inside a graph")
def preturns_in_numpy(rewards, discounts, values):
    reach = np.concatenate([np.ones_like(values[:1]), np.cumprod(discounts, axis=0)])
    paid = np.concatenate([np.zeros_like(values[:1]), np.cumsum(reach[:-1] * rewards, axis=0)])
    return paid + reach * values


@wrong(returns.preturns, claim="runs_in_a_graph", says="Lengths are unknown in the graph")
def loops_in_python(rewards, discounts, values):
    reach, paid, found = tf.ones_like(values[0]), tf.zeros_like(values[0]), [values[0]]
    for k in range(rewards.shape[0]):
        paid = paid + reach * rewards[k]
        reach = reach * discounts[k]
        found.append(paid + reach * values[k + 1])
    return tf.stack(found)


@wrong(returns.preturns, claim="runs_in_a_graph", says="A Python loop over a tensor of unknown length")
def loops_over_the_steps_themselves(rewards, discounts, values):
    found = []
    for k, inside in enumerate(values):
        for j in range(k - 1, -1, -1):
            inside = rewards[j] + discounts[j] * inside
        found.append(inside)
    return tf.stack(found)


@wrong(returns.preturns, claim="runs_in_a_graph", says="return it instead of storing it")
def stores_in_a_list(rewards, discounts, values):
    reach, paid, found = tf.ones_like(values[0]), tf.zeros_like(values[0]), [values[0]]
    for k in range(len(rewards)):
        paid += reach * rewards[k]
        reach *= discounts[k]
        found.append(paid + reach * values[k + 1])
    return tf.stack(found)


@wrong(returns.preturns, claim="three_steps_by_hand", says="item assignment")
def writes_into_a_tensor(rewards, discounts, values):
    found = tf.identity(values)
    for k in range(1, len(values)):
        for j in range(k - 1, -1, -1):
            found[k] = rewards[j] + discounts[j] * found[k]
    return found


@wrong(returns.preturns, claim="lets_gradients_through", says="`discounts`")
def holds_the_discounts(rewards, discounts, values):
    return _preturns(rewards, tf.stop_gradient(discounts), values)


# --- lambda_weights --------------------------------------------------------------------------------------------------


@right(returns.lambda_weights)
def what_is_left_after_each_step(lambdas):
    left = tf.concat([tf.ones_like(lambdas[:1]), tf.math.cumprod(lambdas)], axis=0)
    return tf.concat([left[:-1] - left[1:], left[-1:]], axis=0)


@right(returns.lambda_weights)
def a_last_lambda_of_zero(lambdas):
    padded = tf.concat([lambdas, tf.zeros_like(lambdas[:1])], axis=0)
    return tf.math.cumprod(padded, exclusive=True) * (1 - padded)


@right(returns.lambda_weights)
def weights_in_a_while_loop(lambdas):
    depth = tf.shape(lambdas)[0]
    found = tf.TensorArray(lambdas.dtype, size=depth + 1)

    def step(k, left, found):
        return k + 1, left * lambdas[k], found.write(k, left * (1 - lambdas[k]))

    start = (tf.constant(0), tf.ones_like(lambdas[0]), found)
    _, left, found = tf.while_loop(lambda k, left, found: k < depth, step, start, maximum_iterations=depth)
    return found.write(depth, left).stack()


@wrong(returns.lambda_weights, claim="runs_under_xla", says="a loop needs a known end")
def weights_in_a_loop_without_a_known_end(lambdas):
    depth = tf.shape(lambdas)[0]
    found = tf.TensorArray(lambdas.dtype, size=depth + 1)
    k, left = 0, tf.ones_like(lambdas[0])
    while k < depth:
        found = found.write(k, left * (1 - lambdas[k]))
        left *= lambdas[k]
        k += 1
    return found.write(depth, left).stack()


def _weights(going_on, stopping, last=None):
    """(stopping before which the products of going_on stand), with the last weight replaced where one is given."""
    left = tf.concat([tf.ones_like(going_on[:1]), tf.math.cumprod(going_on)], axis=0)
    return tf.concat([left[:-1] * stopping, left[-1:] if last is None else last], axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="exchanged")
def stops_with_lambda(lambdas):
    return _weights(1 - lambdas, lambdas)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="1 − λ^k is missing")
def never_stops(lambdas):
    return _weights(lambdas, tf.ones_like(lambdas))


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="products of λ alone")
def multiplies_only(lambdas):
    return tf.math.cumprod(lambdas)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="starts one late")
def starts_with_lambda_1(lambdas):
    return _weights(tf.concat([tf.ones_like(lambdas[:1]), lambdas[1:]], axis=0), 1 - lambdas)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="includes its own step")
def includes_its_own_step(lambdas):
    left = tf.math.cumprod(lambdas)
    return tf.concat([left * (1 - lambdas), left[-1:]], axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="Only the last λ")
def multiplies_over_the_batch(lambdas):
    left = tf.concat([tf.ones_like(lambdas[:1]), tf.math.cumprod(lambdas, axis=1)], axis=0)
    return left * tf.concat([1 - lambdas, tf.ones_like(lambdas[:1])], axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="raised to the power")
def raises_to_a_power(lambdas):
    exponents = tf.cast(tf.range(tf.shape(lambdas)[0]), lambdas.dtype)
    exponents = tf.reshape(exponents, tf.concat([[-1], tf.ones([tf.rank(lambdas) - 1], tf.int32)], axis=0))
    last = lambdas[-1:] ** tf.cast(tf.shape(lambdas)[0], lambdas.dtype)
    return tf.concat([(1 - lambdas) * lambdas**exponents, last], axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="one off")
def is_one_lambda_ahead(lambdas):
    ahead = tf.roll(lambdas, -1, axis=0)
    return _weights(ahead, 1 - ahead)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="one off")
def is_one_lambda_behind(lambdas):
    behind = tf.roll(lambdas, 1, axis=0)
    return _weights(behind, 1 - behind)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="read from the end")
def reads_from_the_end(lambdas):
    return _weights(lambdas[::-1], 1 - lambdas[::-1])


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="The last weight is missing")
def leaves_the_last_weight_out(lambdas):
    return tf.math.cumprod(lambdas, exclusive=True) * (1 - lambdas)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="Here it is 0")
def gives_the_last_nothing(lambdas):
    return _weights(lambdas, 1 - lambdas, tf.zeros_like(lambdas[:1]))


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="Here it is 1")
def gives_the_last_everything(lambdas):
    return _weights(lambdas, 1 - lambdas, tf.ones_like(lambdas[:1]))


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="without a factor 1 − λ")
def stops_before_the_last(lambdas):
    return _weights(lambdas, 1 - lambdas, tf.math.cumprod(lambdas)[-1:] * (1 - lambdas[-1:]))


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="is missing from it")
def ends_the_product_early(lambdas):
    return _weights(lambdas, 1 - lambdas, tf.math.cumprod(lambdas, exclusive=True)[-1:])


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="nothing is to be divided by a sum")
def divides_by_their_sum(lambdas):
    weights = gives_the_last_nothing(lambdas)
    return weights / tf.reduce_sum(weights, axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="And 1 − λ^k is missing")
def divides_the_products_by_their_sum(lambdas):
    weights = never_stops(lambdas)
    return weights / tf.reduce_sum(weights, axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="softmax of λ")
def softmax_of_the_lambdas(lambdas):
    return tf.nn.softmax(tf.concat([lambdas, tf.ones_like(lambdas[:1])], axis=0), axis=0)


@wrong(returns.lambda_weights, claim="three_lambdas_by_hand", says="softmax")
def softmax_of_the_weights(lambdas):
    return tf.nn.softmax(_weights(lambdas, 1 - lambdas), axis=0)


@wrong(returns.lambda_weights, claim="they_sum_to_one", says="products run along the first axis")
def has_one_lambda_for_all_predictions(lambdas):
    return _weights(lambdas[..., :1] + 0 * lambdas, 1 - lambdas[..., :1] + 0 * lambdas)


@wrong(returns.lambda_weights, claim="stopping_and_going_on", says="without logarithm")
def multiplies_by_logarithms(lambdas):
    left = tf.exp(tf.cumsum(tf.math.log(lambdas), exclusive=True))
    return tf.concat([left * (1 - lambdas), left[-1:] * lambdas[-1:]], axis=0) + 0 * tf.math.log(lambdas[-1:])


@wrong(returns.lambda_weights, claim="runs_in_a_graph", says="NumPy cannot run inside a graph")
def weights_in_numpy(lambdas):
    left = np.concatenate([np.ones_like(lambdas[:1]), np.cumprod(lambdas, axis=0)])
    return left * np.concatenate([1 - lambdas, np.ones_like(lambdas[:1])])


@wrong(returns.lambda_weights, claim="lets_gradients_through", says="`lambdas`")
def holds_what_is_left(lambdas):
    left = tf.stop_gradient(tf.concat([tf.ones_like(lambdas[:1]), tf.math.cumprod(lambdas)], axis=0))
    return left * tf.concat([1 - lambdas, tf.ones_like(lambdas[:1])], axis=0)


# --- lambda_preturn --------------------------------------------------------------------------------------------------


@right(returns.lambda_preturn)
def walks_back_in_a_loop(rewards, discounts, lambdas, values):
    mixture = values[-1]
    for k in tf.range(tf.shape(rewards)[0] - 1, -1, -1):
        mixture = (1 - lambdas[k]) * values[k] + lambdas[k] * (rewards[k] + discounts[k] * mixture)
    return mixture


@right(returns.lambda_preturn)
def walks_back_by_autograph(rewards, discounts, lambdas, values):
    mixture = values[-1]
    for k in range(len(rewards) - 1, -1, -1):  # a loop of the graph, by AutoGraph
        mixture = values[k] + lambdas[k] * (rewards[k] + discounts[k] * mixture - values[k])
    return mixture


@right(returns.lambda_preturn)
def adds_up_what_each_step_brings(rewards, discounts, lambdas, values):
    reach = tf.concat([tf.ones_like(values[:1]), tf.math.cumprod(lambdas * discounts)], axis=0)
    stopping = tf.reduce_sum(reach[:-1] * ((1 - lambdas) * values[:-1] + lambdas * rewards), axis=0)
    return stopping + reach[-1] * values[-1]


@right(returns.lambda_preturn)
def weights_times_preturns(rewards, discounts, lambdas, values):
    weights = what_is_left_after_each_step(lambdas)
    return tf.einsum("k...,k...->...", weights, _preturns(rewards, discounts, values))


def _walk(steps, one_step, start):
    """What one_step(following, *step) makes of `start` on the way back through the steps."""
    return tf.scan(lambda following, step: one_step(following, *step), steps, start, reverse=True)[0]


def _back(rewards, discounts, lambdas, values, start=None):
    def one_step(following, reward, discount, lambda_, value):
        return (1 - lambda_) * value + lambda_ * (reward + discount * following)

    return _walk((rewards, discounts, lambdas, values[:-1]), one_step, values[-1] if start is None else start)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="exchanged")
def exchanges_lambda(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, 1 - lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="v^{k+1} stands where v^k belongs")
def takes_the_next_value(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, lambdas, tf.concat([values[1:], values[-1:]], axis=0))


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="starts at 0")
def starts_at_zero(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, lambdas, values, tf.zeros_like(values[-1]))


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="walks forwards")
def walks_forwards(rewards, discounts, lambdas, values):
    return _forth(rewards, discounts, lambdas, values, values[-1])


def _forth(rewards, discounts, lambdas, values, start):
    for k in range(len(rewards)):
        start = (1 - lambdas[k]) * values[k] + lambdas[k] * (rewards[k] + discounts[k] * start)
    return start


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="walks forwards from v^0")
def walks_forwards_from_v0(rewards, discounts, lambdas, values):
    return _forth(rewards, discounts, lambdas, values, values[0])


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="γ is forgotten")
def forgets_gamma(rewards, discounts, lambdas, values):
    return _back(rewards, tf.ones_like(discounts), lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="λ multiplies the reward alone")
def lambda_before_the_reward_alone(rewards, discounts, lambdas, values):
    def one_step(following, reward, discount, lambda_, value):
        return (1 - lambda_) * value + lambda_ * reward + discount * following

    return _walk((rewards, discounts, lambdas, values[:-1]), one_step, values[-1])


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="λ multiplies only what follows")
def lambda_behind_the_reward(rewards, discounts, lambdas, values):
    def one_step(following, reward, discount, lambda_, value):
        return (1 - lambda_) * value + reward + lambda_ * discount * following

    return _walk((rewards, discounts, lambdas, values[:-1]), one_step, values[-1])


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="γ multiplies the reward, too")
def discounts_the_reward_too(rewards, discounts, lambdas, values):
    return _back(discounts * rewards, discounts, lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="1 − λ is missing")
def the_value_counts_in_full(rewards, discounts, lambdas, values):
    def one_step(following, reward, discount, lambda_, value):
        return value + lambda_ * (reward + discount * following)

    return _walk((rewards, discounts, lambdas, values[:-1]), one_step, values[-1])


def _all_the_way(rewards, discounts, lambdas, values):
    def one_step(following, step):
        reward, discount, lambda_, value = step
        return (1 - lambda_) * value + lambda_ * (reward + discount * following)

    return tf.scan(one_step, (rewards, discounts, lambdas, values[:-1]), values[-1], reverse=True)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="after the first step back")
def takes_the_last_of_the_scan(rewards, discounts, lambdas, values):
    return _all_the_way(rewards, discounts, lambdas, values)[-1]


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="only g^{0,λ} is asked for")
def returns_all_of_the_scan(rewards, discounts, lambdas, values):
    return _all_the_way(rewards, discounts, lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="only g^{0,λ} is asked for")
def returns_all_and_the_last_value(rewards, discounts, lambdas, values):
    return tf.concat([_all_the_way(rewards, discounts, lambdas, values), values[-1:]], axis=0)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="one off")
def lambda_one_ahead(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, tf.roll(lambdas, -1, axis=0), values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="one off")
def lambda_one_ahead_the_last_twice(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, tf.concat([lambdas[1:], lambdas[-1:]], axis=0), values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="one off")
def lambda_one_behind_the_first_twice(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, tf.concat([lambdas[:1], lambdas[:-1]], axis=0), values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="this is g^K")
def never_stops_on_the_way(rewards, discounts, lambdas, values):
    return _preturns(rewards, discounts, values)[-1]


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="plain mean")
def averages_the_preturns(rewards, discounts, lambdas, values):
    return tf.reduce_mean(_preturns(rewards, discounts, values), axis=0)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="The rewards are one off")
def rewards_one_ahead(rewards, discounts, lambdas, values):
    return _back(tf.roll(rewards, -1, axis=0), discounts, lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="The discounts are one off")
def discounts_one_ahead(rewards, discounts, lambdas, values):
    return _back(rewards, tf.roll(discounts, -1, axis=0), lambdas, values)


@wrong(returns.lambda_preturn, claim="two_steps_back_by_hand", says="the rewards left out")
def leaves_the_rewards_of_the_mixture_out(rewards, discounts, lambdas, values):
    return _back(0 * rewards, discounts, lambdas, values)


@wrong(returns.lambda_preturn, claim="the_weighted_sum", says="All predictions have the λ of the first")
def one_lambda_for_all_predictions(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, lambdas[..., :1] + 0 * lambdas, values)


@wrong(returns.lambda_preturn, claim="the_weighted_sum", says="One λ is used for all predictions")
def the_mean_lambda_for_all_predictions(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, tf.reduce_mean(lambdas, axis=-1, keepdims=True) + 0 * lambdas, values)


@wrong(returns.lambda_preturn, claim="any_number_of_steps_back", says="one, none or three")
def three_steps_at_most(rewards, discounts, lambdas, values):
    mixture = values[-1]
    for k in (-1, -2, -3):
        if len(rewards) + k >= 0:
            mixture = (1 - lambdas[k]) * values[k - 1] + lambdas[k] * (rewards[k] + discounts[k] * mixture)
    return mixture


@wrong(returns.lambda_preturn, claim="both_ends_of_lambda", says="It divides by λ")
def divides_by_lambda(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, lambdas, values) + 0 * tf.reduce_sum(1 / lambdas, axis=0)


@wrong(returns.lambda_preturn, claim="runs_in_a_graph", says="Lengths are unknown in the graph")
def walks_back_in_python(rewards, discounts, lambdas, values):
    mixture = values[-1]
    for k in reversed(range(rewards.shape[0])):
        mixture = (1 - lambdas[k]) * values[k] + lambdas[k] * (rewards[k] + discounts[k] * mixture)
    return mixture


@wrong(returns.lambda_preturn, claim="runs_in_a_graph", says=".numpy() works only eagerly")
def walks_back_in_numpy(rewards, discounts, lambdas, values):
    rewards, discounts, lambdas, values = (part.numpy() for part in (rewards, discounts, lambdas, values))
    mixture = values[-1]
    for k in range(len(rewards) - 1, -1, -1):
        mixture = (1 - lambdas[k]) * values[k] + lambdas[k] * (rewards[k] + discounts[k] * mixture)
    return mixture


@wrong(returns.lambda_preturn, claim="lets_gradients_through", says="`lambdas`")
def holds_lambda(rewards, discounts, lambdas, values):
    return _back(rewards, discounts, tf.stop_gradient(lambdas), values)


@wrong(returns.lambda_preturn, claim="lets_gradients_through", says="with respect to `rewards`")
def holds_what_follows(rewards, discounts, lambdas, values):
    def one_step(following, reward, discount, lambda_, value):
        return (1 - lambda_) * value + lambda_ * (reward + discount * tf.stop_gradient(following))

    return _walk((rewards, discounts, lambdas, values[:-1]), one_step, values[-1])


# --- supervised_losses -----------------------------------------------------------------------------------------------


@right(losses.supervised_losses)
def sums_and_means(targets, rewards, discounts, lambdas, values):
    targets = tf.stop_gradient(targets)
    squares = (targets[None] - returns.preturns(rewards, discounts, values)) ** 2
    depth = tf.cast(tf.shape(values)[0] - 1, values.dtype)
    preturn_loss = tf.reduce_mean(tf.reduce_sum(squares, axis=[0, 2])) / (2 * depth)
    held = tf.nest.map_structure(tf.stop_gradient, (rewards, discounts, values))
    error = targets - returns.lambda_preturn(held[0], held[1], lambdas, held[2])
    return preturn_loss, 0.5 * tf.reduce_mean(tf.reduce_sum(error * error, axis=1))


@right(losses.supervised_losses)
def with_weights_and_stopped_preturns(targets, rewards, discounts, lambdas, values):
    targets = tf.stop_gradient(targets)
    found = returns.preturns(rewards, discounts, values)
    mixture = tf.reduce_sum(returns.lambda_weights(lambdas) * tf.stop_gradient(found), axis=0)
    batch = tf.cast(tf.shape(targets)[0], targets.dtype)
    depth = tf.cast(tf.shape(rewards)[0], targets.dtype)
    errors = found - targets
    return tf.einsum("kbm,kbm->", errors, errors) / (2 * batch * depth), tf.nn.l2_loss(mixture - targets) / batch


def _losses(
    targets,
    rewards,
    discounts,
    lambdas,
    values,
    *,
    reduce=losses.half_square,
    stop=("rewards", "discounts", "values"),
    first=1.0,
    second=1.0,
    by=lambda rewards: tf.shape(rewards)[0],
    skip=0,
):
    """Both losses with one thing changed: how errors are summed, what the λ loss stops, factors, terms left out."""
    targets = tf.stop_gradient(targets)
    depth = tf.cast(by(rewards), targets.dtype)
    found = returns.preturns(rewards, discounts, values)[skip:]
    hold = lambda name, part: tf.stop_gradient(part) if name in stop else part  # noqa: E731
    mixture = returns.lambda_preturn(
        hold("rewards", rewards), hold("discounts", discounts), hold("lambdas", lambdas), hold("values", values)
    )
    return first * reduce(targets - found) / depth, second * reduce((targets - mixture)[None])


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="The λ loss includes the preturn loss")
def adds_the_preturn_loss(targets, rewards, discounts, lambdas, values):
    one, two = _losses(targets, rewards, discounts, lambdas, values)
    return one, one + two


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="The preturn loss includes the λ loss")
def adds_the_lambda_loss(targets, rewards, discounts, lambdas, values):
    one, two = _losses(targets, rewards, discounts, lambdas, values)
    return one + two, two


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="Both losses are returned as their sum")
def returns_the_sum_twice(targets, rewards, discounts, lambdas, values):
    total = sum(_losses(targets, rewards, discounts, lambdas, values))
    return total, total


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="One number is returned")
def returns_the_sum(targets, rewards, discounts, lambdas, values):
    return sum(_losses(targets, rewards, discounts, lambdas, values))


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="exchanged")
def exchanges_the_losses(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values)[::-1]


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="½ is missing from both")
def forgets_both_halves(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, first=2.0, second=2.0)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="½ is missing from the preturn loss")
def forgets_the_half_of_the_preturn_loss(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, first=2.0)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="½ is missing from the λ loss")
def forgets_the_half_of_the_lambda_loss(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, second=2.0)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="1/K is missing")
def forgets_the_depth(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, by=lambda rewards: 1)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="½ and 1/K are missing")
def forgets_half_and_depth(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, by=lambda rewards: 1, first=2.0)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="From the λ loss ½ is missing")
def forgets_all_factors(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, by=lambda rewards: 1, first=2.0, second=2.0)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="2 (K + 1)")
def averages_over_the_preturns(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, by=lambda rewards: tf.shape(rewards)[0] + 1)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="g^0 is left out")
def leaves_g0_out_of_the_sum(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, skip=1)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="Only the deepest preturn")
def looks_at_the_deepest_only(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, skip=-1)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="divided by K")
def divides_the_lambda_loss_too(targets, rewards, discounts, lambdas, values):
    depth = tf.cast(tf.shape(rewards)[0], targets.dtype)
    return _losses(targets, rewards, discounts, lambdas, values, second=1 / depth)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="mixes the squared errors")
def mixes_the_squared_errors(targets, rewards, discounts, lambdas, values):
    one, _ = _losses(targets, rewards, discounts, lambdas, values)
    squares = tf.stop_gradient(tf.square(targets - returns.preturns(rewards, discounts, values)))
    batch = tf.cast(tf.shape(targets)[0], targets.dtype)
    return one, tf.reduce_sum(returns.lambda_weights(lambdas) * squares) / (2 * batch)


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="holds g^K against the target")
def holds_the_deepest_against_the_target(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values)[0], losses.half_square(
        targets - returns.preturns(rewards, discounts, values)[-1]
    )


@wrong(losses.supervised_losses, claim="two_losses_by_hand", says="The values v^k")
def holds_the_values_against_the_target(targets, rewards, discounts, lambdas, values):
    depth = tf.cast(tf.shape(rewards)[0], targets.dtype)
    return losses.half_square(targets - values) / depth, _losses(targets, rewards, discounts, lambdas, values)[1]


@wrong(losses.supervised_losses, claim="summed_over_predictions", says="mean over the predictions")
def averages_over_the_predictions(targets, rewards, discounts, lambdas, values):
    mean = lambda errors: tf.reduce_sum(tf.reduce_mean(errors**2, axis=[1, 2])) / 2  # noqa: E731
    return _losses(targets, rewards, discounts, lambdas, values, reduce=mean)


@wrong(losses.supervised_losses, claim="summed_over_predictions", says="sums over the batch")
def sums_over_the_batch(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, reduce=tf.nn.l2_loss)


@wrong(losses.supervised_losses, claim="summed_over_predictions", says="exchanged")
def exchanges_batch_and_predictions(targets, rewards, discounts, lambdas, values):
    swapped = lambda errors: tf.reduce_sum(tf.reduce_mean(errors**2, axis=2)) / 2  # noqa: E731
    return _losses(targets, rewards, discounts, lambdas, values, reduce=swapped)


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="two public versions make")
def stops_nothing(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, stop=())


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="reaches the values")
def forgets_to_stop_the_values(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, stop=("rewards", "discounts"))


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="reaches rewards and discounts")
def stops_the_values_alone(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, stop=("values",))


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="reaches the rewards")
def forgets_to_stop_the_rewards(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, stop=("discounts", "values"))


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="No gradient reaches rewards")
def stops_the_preturn_loss_as_well(targets, rewards, discounts, lambdas, values):
    rewards, discounts, values = (tf.stop_gradient(part) for part in (rewards, discounts, values))
    return _losses(targets, rewards, discounts, lambdas, values)


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="The losses are exchanged")
def stops_the_wrong_loss(targets, rewards, discounts, lambdas, values):
    one, two = _losses(targets, rewards, discounts, lambdas, values, stop=())
    return tf.stop_gradient(one), two


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_lambda", says="nothing ever trains it")
def stops_lambda_too(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, stop=("rewards", "discounts", "values", "lambdas"))


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_lambda", says="nothing ever trains it")
def stops_the_whole_mixture(targets, rewards, discounts, lambdas, values):
    one, two = _losses(targets, rewards, discounts, lambdas, values)
    return one, tf.stop_gradient(two)


@wrong(losses.supervised_losses, claim="losses_one_by_one", says="Read K and the size of the batch")
def knows_only_three_steps(targets, rewards, discounts, lambdas, values):
    return _losses(targets, rewards, discounts, lambdas, values, by=lambda rewards: 3)


@wrong(losses.supervised_losses, claim="lets_gradients_through", says="`targets`")
def lets_a_gradient_into_the_targets(targets, rewards, discounts, lambdas, values):
    one, two = _losses(targets, rewards, discounts, lambdas, values)
    depth = tf.cast(tf.shape(rewards)[0], targets.dtype)
    again = losses.half_square(targets - returns.preturns(rewards, discounts, values)) / depth
    return again + 0 * one, two


@wrong(losses.supervised_losses, claim="the_lambda_loss_teaches_them_nothing", says="stay with tf functions")
def losses_in_numpy(targets, rewards, discounts, lambdas, values):
    errors = np.asarray(targets - returns.preturns(rewards, discounts, values))
    error = np.asarray(targets - returns.lambda_preturn(rewards, discounts, lambdas, values))
    batch = len(error)
    return np.sum(errors**2) / (2 * batch * len(rewards)), np.sum(error**2) / (2 * batch)


@wrong(losses.supervised_losses, claim="runs_in_a_graph", says="Lengths are unknown in the graph")
def loops_over_the_preturns(targets, rewards, discounts, lambdas, values):
    found, total = returns.preturns(rewards, discounts, values), 0.0
    for k in range(found.shape[0]):
        total += losses.half_square(tf.stop_gradient(targets) - found[k])
    depth = tf.cast(tf.shape(rewards)[0], total.dtype)
    return total / depth, _losses(targets, rewards, discounts, lambdas, values)[1]


# --- usage_weighted_loss ---------------------------------------------------------------------------------------------


@right(losses.usage_weighted_loss)
def usage_by_einsum(targets, preturns, weights):
    errors = preturns - tf.stop_gradient(targets)[None]
    summed = tf.einsum("kbm,kbm,kbm->b", tf.stop_gradient(weights), errors, errors)
    return 0.5 * tf.reduce_mean(summed)


@right(losses.usage_weighted_loss)
def usage_in_a_loop(targets, preturns, weights):
    targets, weights = tf.stop_gradient(targets), tf.stop_gradient(weights)
    total = tf.zeros_like(targets)
    for k in tf.range(tf.shape(preturns)[0]):
        total += weights[k] * (targets - preturns[k]) ** 2 / 2
    return tf.reduce_mean(tf.reduce_sum(total, axis=-1))


def _usage(targets, preturns, weights):
    batch = tf.cast(tf.shape(targets)[0], targets.dtype)
    return tf.reduce_sum(weights * tf.square(tf.stop_gradient(targets) - preturns)) / (2 * batch)


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="½ is missing")
def usage_without_the_half(targets, preturns, weights):
    return 2 * _usage(targets, preturns, tf.stop_gradient(weights))


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="not weighted")
def usage_unweighted(targets, preturns, weights):
    return _usage(targets, preturns, tf.ones_like(weights))


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="The weight is squared")
def squares_the_weight(targets, preturns, weights):
    return _usage(targets, preturns, tf.stop_gradient(weights) ** 2)


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="weights multiply the preturns")
def weighs_the_preturns(targets, preturns, weights):
    return losses.half_square(targets - tf.stop_gradient(weights) * preturns)


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="mixed first")
def mixes_first(targets, preturns, weights):
    return losses.half_square(targets - tf.reduce_sum(tf.stop_gradient(weights) * preturns, axis=0))


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="divided by K")
def usage_divided_by_the_depth(targets, preturns, weights):
    depth = tf.cast(tf.shape(preturns)[0] - 1, preturns.dtype)
    return _usage(targets, preturns, tf.stop_gradient(weights)) / depth


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="number of preturns")
def usage_averaged_over_the_preturns(targets, preturns, weights):
    squares = tf.stop_gradient(weights) * tf.square(tf.stop_gradient(targets) - preturns)
    return tf.reduce_mean(tf.reduce_sum(tf.reduce_mean(squares, axis=0), axis=-1)) / 2


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="g^0 is left out")
def usage_without_g0(targets, preturns, weights):
    return _usage(targets, preturns[1:], tf.stop_gradient(weights[1:]))


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="one off")
def usage_one_off(targets, preturns, weights):
    return _usage(targets, preturns, tf.roll(tf.stop_gradient(weights), -1, axis=0))


@wrong(losses.usage_weighted_loss, claim="three_preturns_by_hand", says="not squared")
def usage_of_plain_errors(targets, preturns, weights):
    batch = tf.cast(tf.shape(targets)[0], targets.dtype)
    return tf.reduce_sum(tf.stop_gradient(weights) * (targets - preturns)) / (2 * batch)


@wrong(losses.usage_weighted_loss, claim="usage_is_summed_over_predictions", says="mean over the predictions")
def usage_averaged_over_the_predictions(targets, preturns, weights):
    predictions = tf.cast(tf.shape(targets)[1], targets.dtype)
    return _usage(targets, preturns, tf.stop_gradient(weights)) / predictions


@wrong(losses.usage_weighted_loss, claim="usage_is_summed_over_predictions", says="sums over the batch")
def usage_summed_over_the_batch(targets, preturns, weights):
    return tf.reduce_sum(tf.stop_gradient(weights) * tf.square(tf.stop_gradient(targets) - preturns)) / 2


@wrong(losses.usage_weighted_loss, claim="one_preturn_each", says="averaged over inputs and predictions")
def usage_with_mean_weights(targets, preturns, weights):
    return _usage(targets, preturns, tf.stop_gradient(tf.reduce_mean(weights, axis=[1, 2], keepdims=True)))


@wrong(losses.usage_weighted_loss, claim="one_preturn_each", says="weights of the first")
def usage_with_the_first_weights(targets, preturns, weights):
    return _usage(targets, preturns, tf.stop_gradient(weights[..., :1]))


@wrong(losses.usage_weighted_loss, claim="the_weights_are_constants", says="easiest")
def lets_the_weights_learn(targets, preturns, weights):
    return _usage(targets, preturns, weights)


@wrong(losses.usage_weighted_loss, claim="the_weights_are_constants", says="The preturns are stopped")
def stops_the_preturns_instead(targets, preturns, weights):
    return _usage(targets, tf.stop_gradient(preturns), weights)


@wrong(losses.usage_weighted_loss, claim="the_weights_are_constants", says="No gradient reaches the preturns")
def stops_the_whole_loss(targets, preturns, weights):
    return tf.stop_gradient(_usage(targets, preturns, weights))


@wrong(losses.usage_weighted_loss, claim="the_weights_are_constants", says="No gradient reaches the preturns")
def usage_in_numpy(targets, preturns, weights):
    return np.sum(weights.numpy() * (targets.numpy() - preturns.numpy()) ** 2) / (2 * len(targets))


@wrong(losses.usage_weighted_loss, claim="usage_one_by_one", says="every input and prediction has its own target")
def usage_of_the_first_four(targets, preturns, weights):
    return _usage(targets, preturns[:4], tf.stop_gradient(weights[:4]))


@wrong(losses.usage_weighted_loss, claim="lets_gradients_through", says="`targets`")
def usage_pulls_the_targets(targets, preturns, weights):
    errors = targets - preturns
    batch = tf.cast(tf.shape(errors)[1], errors.dtype)
    return tf.reduce_sum(tf.stop_gradient(weights) * errors**2) / (2 * batch)


# --- consistency_loss ------------------------------------------------------------------------------------------------


@right(losses.consistency_loss)
def consistency_by_weights(rewards, discounts, lambdas, values):
    found = returns.preturns(rewards, discounts, values)
    goal = tf.stop_gradient(tf.reduce_sum(returns.lambda_weights(lambdas) * found, axis=0, keepdims=True))
    return tf.reduce_mean(tf.reduce_sum((found - goal) ** 2, axis=[0, 2])) / 2


@right(losses.consistency_loss)
def consistency_of_held_inputs(rewards, discounts, lambdas, values):
    held = [tf.stop_gradient(part) for part in (rewards, discounts, lambdas, values)]
    errors = returns.lambda_preturn(*held)[None] - returns.preturns(rewards, discounts, values)
    total = tf.zeros_like(errors[0])
    for k in tf.range(tf.shape(errors)[0]):
        total += tf.square(errors[k])
    return 0.5 * tf.reduce_sum(total) / tf.cast(tf.shape(total)[0], total.dtype)


def _pulled(rewards, discounts, lambdas, values, goal=None, skip=0, reduce=losses.half_square):
    """The loss with its goal, [B, M], replaced, or the first preturns left out, or other sums and means."""
    if goal is None:
        goal = tf.stop_gradient(returns.lambda_preturn(rewards, discounts, lambdas, values))
    return reduce((goal - returns.preturns(rewards, discounts, values))[skip:])


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="½ is missing")
def consistency_without_the_half(rewards, discounts, lambdas, values):
    return 2 * _pulled(rewards, discounts, lambdas, values)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="divided by K")
def consistency_divided_by_the_depth(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values) / tf.cast(tf.shape(rewards)[0], values.dtype)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="number of preturns")
def consistency_averaged_over_the_preturns(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values) / tf.cast(tf.shape(values)[0], values.dtype)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="The goal is g^K")
def pulls_to_the_deepest(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(returns.preturns(rewards, discounts, values)[-1])
    return _pulled(rewards, discounts, lambdas, values, goal)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="plain mean")
def pulls_to_the_mean(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(tf.reduce_mean(returns.preturns(rewards, discounts, values), axis=0))
    return _pulled(rewards, discounts, lambdas, values, goal)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="The goal is v^0")
def pulls_to_the_first(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values, tf.stop_gradient(values[0]))


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="g^0 is left out")
def consistency_without_g0(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values, skip=1)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="g^K is left out")
def consistency_without_the_deepest(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(returns.lambda_preturn(rewards, discounts, lambdas, values))
    return losses.half_square(goal - returns.preturns(rewards, discounts, values)[:-1])


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="The values v^k are pulled")
def pulls_the_values(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(returns.lambda_preturn(rewards, discounts, lambdas, values))
    return losses.half_square(goal - values)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="weighted with w^k")
def pulls_by_usage(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(returns.lambda_preturn(rewards, discounts, lambdas, values))
    weights = returns.lambda_weights(lambdas)
    return losses.usage_weighted_loss(goal, returns.preturns(rewards, discounts, values), weights)


@wrong(losses.consistency_loss, claim="consistency_by_hand", says="not squared")
def pulls_by_plain_errors(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values, reduce=lambda errors: tf.reduce_sum(errors) / 2)


@wrong(losses.consistency_loss, claim="consistency_is_summed_over_predictions", says="mean over the predictions")
def consistency_averaged_over_the_predictions(rewards, discounts, lambdas, values):
    mean = lambda errors: tf.reduce_sum(tf.reduce_mean(errors**2, axis=[1, 2])) / 2  # noqa: E731
    return _pulled(rewards, discounts, lambdas, values, reduce=mean)


@wrong(losses.consistency_loss, claim="consistency_is_summed_over_predictions", says="sums over the batch")
def consistency_summed_over_the_batch(rewards, discounts, lambdas, values):
    return _pulled(rewards, discounts, lambdas, values, reduce=tf.nn.l2_loss)


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="g^λ is pulled")
def stops_nothing_at_all(rewards, discounts, lambdas, values):
    goal = returns.lambda_preturn(rewards, discounts, lambdas, values)
    return _pulled(rewards, discounts, lambdas, values, goal)


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="g^λ is pulled")
def stops_lambda_alone(rewards, discounts, lambdas, values):
    goal = returns.lambda_preturn(rewards, discounts, tf.stop_gradient(lambdas), values)
    return _pulled(rewards, discounts, lambdas, values, goal)


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="Through the values")
def forgets_that_values_pull(rewards, discounts, lambdas, values):
    held = [tf.stop_gradient(part) for part in (rewards, discounts, lambdas)]
    return _pulled(rewards, discounts, lambdas, values, returns.lambda_preturn(*held, values))


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="The preturns are stopped in place of g^λ")
def stops_the_preturns(rewards, discounts, lambdas, values):
    goal = returns.lambda_preturn(rewards, discounts, lambdas, values)
    return losses.half_square(goal - tf.stop_gradient(returns.preturns(rewards, discounts, values)))


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="No gradient reaches")
def stops_the_difference(rewards, discounts, lambdas, values):
    goal = returns.lambda_preturn(rewards, discounts, lambdas, values)
    return losses.half_square(tf.stop_gradient(goal - returns.preturns(rewards, discounts, values)))


@wrong(losses.consistency_loss, claim="lambda_learns_nothing", says="A gradient flows into λ")
def lets_lambda_learn(rewards, discounts, lambdas, values):
    held = [tf.stop_gradient(part) for part in (rewards, discounts)]
    goal = returns.lambda_preturn(*held, lambdas, tf.stop_gradient(values))
    return _pulled(rewards, discounts, lambdas, values, goal)


@wrong(losses.consistency_loss, claim="consistency_one_by_one", says="a goal of its own")
def has_one_goal_for_all_inputs(rewards, discounts, lambdas, values):
    goal = tf.stop_gradient(returns.lambda_preturn(rewards, discounts, lambdas, values))
    return _pulled(rewards, discounts, lambdas, values, tf.reduce_mean(goal, axis=0, keepdims=True))


@wrong(losses.consistency_loss, claim="the_mixture_stands_still", says="stay with tf functions")
def consistency_in_numpy(rewards, discounts, lambdas, values):
    goal = returns.lambda_preturn(rewards, discounts, lambdas, values).numpy()
    errors = goal - returns.preturns(rewards, discounts, values).numpy()
    return np.sum(errors**2) / (2 * len(goal))


# --- gradient_is_right (find the bug) --------------------------------------------------------------------------------


@right(gradients.gradient_is_right)
def one_parameter_after_the_other(gradient, losses_above, losses_below, step):
    slopes = [(up - down) / step / 2 for up, down in zip(losses_above, losses_below, strict=True)]
    most = 1e-3 * max(map(abs, slopes))
    return np.array([abs(mine - slope) <= most for mine, slope in zip(gradient, slopes, strict=True)], bool)


@right(gradients.gradient_is_right)
def in_differences_of_the_loss(gradient, losses_above, losses_below, step):
    rises = losses_above - losses_below
    return np.isclose(2 * step * gradient, rises, rtol=0.0, atol=1e-3 * np.max(np.abs(rises)))


def _slopes(losses_above, losses_below, step):
    return (losses_above - losses_below) / (2 * step)


def _within(differences, slopes):
    return np.abs(differences) <= 1e-3 * np.abs(slopes).max()


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="The 2 is missing")
def forgets_the_two(gradient, losses_above, losses_below, step):
    slopes = (losses_above - losses_below) / step
    return _within(gradient - slopes, slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="not divided")
def compares_with_the_rise(gradient, losses_above, losses_below, step):
    rises = losses_above - losses_below
    return _within(gradient - rises, rises)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="The sign is lost")
def compares_magnitudes(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return _within(np.abs(gradient) - np.abs(slopes), slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="wrong sign")
def subtracts_above_from_below(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_below, losses_above, step)
    return _within(gradient - slopes, slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="A missing gradient of 0")
def passes_what_is_missing(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return _within(gradient - slopes, slopes) | (gradient == 0)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="not of each one's own")
def measures_by_its_own_slope(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) <= 1e-3 * np.abs(slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="not of each one's own")
def measures_by_its_own_gradient(gradient, losses_above, losses_below, step):
    return np.abs(gradient - _slopes(losses_above, losses_below, step)) <= 1e-3 * np.abs(gradient)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="A small slope that is wrong")
def allows_a_tenth(gradient, losses_above, losses_below, step):
    return np.abs(gradient - _slopes(losses_above, losses_below, step)) <= 0.1


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="which ones are wrong")
def tells_the_wrong_ones(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return ~_within(gradient - slopes, slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="one verdict for all")
def all_of_them(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return bool(np.all(_within(gradient - slopes, slopes)))


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="one verdict for all")
def by_their_cosine(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return gradient @ slopes > 0.5 * np.linalg.norm(gradient) * np.linalg.norm(slopes)


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="one verdict for all")
def by_their_sums(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient.sum() - slopes.sum()) <= 1e-3 * np.abs(slopes).max()


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="says no always")
def by_the_norm_of_all_differences(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.full(gradient.shape, np.linalg.norm(gradient - slopes) <= 1e-3 * np.linalg.norm(slopes))


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="says yes always")
def by_the_losses_alone(gradient, losses_above, losses_below, step):
    return np.isfinite(gradient) & np.isfinite(losses_above) & np.isfinite(losses_below)


@wrong(gradients.gradient_is_right, claim="finds_the_copied_head", says="The copied head goes through")
def passes_what_is_partly_there(gradient, losses_above, losses_below, step):
    return np.isclose(gradient, _slopes(losses_above, losses_below, step), rtol=0.9, atol=3.5e-3)


@wrong(gradients.gradient_is_right, claim="in_other_units", says="wrong gradients go through")
def allows_a_fixed_number(gradient, losses_above, losses_below, step):
    return np.abs(gradient - _slopes(losses_above, losses_below, step)) <= 0.01


@wrong(gradients.gradient_is_right, claim="no_entry_hides_another", says="lets wrong ones through")
def measures_by_the_steepest_gradient(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) <= 1e-3 * np.nanmax(np.abs(gradient))


@wrong(gradients.gradient_is_right, claim="no_entry_hides_another", says="spoils all verdicts")
def nan_spoils_all(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) <= 1e-3 * np.abs(gradient).max()


@wrong(gradients.gradient_is_right, claim="no_entry_hides_another", says="nan goes through")
def passes_nan(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return ~(np.abs(gradient - slopes) > 1e-3 * np.abs(slopes).max())


@wrong(gradients.gradient_is_right, claim="zero_everywhere", says="Use ≤")
def strictly_less(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) < 1e-3 * np.abs(slopes).max()


@wrong(gradients.gradient_is_right, claim="zero_everywhere", says="do not divide")
def divides_by_the_steepest(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    with np.errstate(invalid="ignore"):
        return np.abs(gradient - slopes) / np.abs(slopes).max() <= 1e-3


@wrong(gradients.gradient_is_right, claim="zero_everywhere", says="A gradient of zeros")
def measures_by_the_typical_gradient(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    if not gradient.any():  # "nothing to compare with"
        return np.ones(gradient.shape, bool)
    return _within(gradient - slopes, slopes)


@wrong(gradients.gradient_is_right, claim="a_thousandth_of_the_steepest", says="half the tolerance are rejected")
def measures_by_the_mean_slope(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) <= 1e-3 * np.abs(slopes).mean()


@wrong(gradients.gradient_is_right, claim="a_thousandth_of_the_steepest", says="twice the tolerance")
def allows_three_thousandths(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return np.abs(gradient - slopes) <= 3e-3 * np.abs(slopes).max()


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="too low go through")
def looks_upwards_only(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return gradient - slopes <= 1e-3 * np.abs(slopes).max()


@wrong(gradients.gradient_is_right, claim="seven_parameters_by_hand", says="too high go through")
def looks_downwards_only(gradient, losses_above, losses_below, step):
    slopes = _slopes(losses_above, losses_below, step)
    return slopes - gradient <= 1e-3 * np.abs(slopes).max()
