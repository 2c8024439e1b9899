"""Plausible mistakes in chapter 04."""

import numpy as np
from catalogue import right, wrong

from course_lib import world_models
from course_lib.common.quiet import tensorflow as tf
from course_lib.common.quiet import tensorflow_probability as tfp
from course_lib.world_models.latents import categorical_kl
from course_lib.world_models.recurrent_state import posterior, prior, recurrent

# --- straight_through ------------------------------------------------------------------------------------------------


@right(world_models.straight_through)
def by_the_largest_sum(logits, noise):
    sums = noise + logits
    largest = tf.cast(sums >= tf.reduce_max(sums, axis=-1, keepdims=True), logits.dtype)
    p = tf.exp(tf.nn.log_softmax(logits))
    return p + tf.stop_gradient(largest - p)


@right(world_models.straight_through)
def by_a_gradient_of_its_own(logits, noise):
    @tf.custom_gradient
    def draw(logits):
        p = tf.nn.softmax(logits)

        def back(slope):
            return p * (slope - tf.reduce_sum(slope * p, axis=-1, keepdims=True))

        return tf.one_hot(tf.argmax(logits + noise, axis=-1), tf.shape(logits)[-1]), back

    return draw(logits)


def _draw(numbers):
    return tf.one_hot(tf.argmax(numbers, axis=-1), tf.shape(numbers)[-1])


def _through(drawn, p):
    return drawn + p - tf.stop_gradient(p)


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="The noise is not used")
def takes_the_most_probable(logits, noise):
    return _through(_draw(logits), tf.nn.softmax(logits))


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="The logits are not used")
def takes_the_loudest(logits, noise):
    return _through(_draw(noise), tf.nn.softmax(logits))


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="added to probabilities")
def adds_noise_to_probabilities(logits, noise):
    p = tf.nn.softmax(logits)
    return _through(_draw(p + noise), p)


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="numbers of the classes")
def returns_the_class(logits, noise):
    return tf.argmax(logits + noise, axis=-1)


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="nothing is drawn")
def returns_probabilities(logits, noise):
    return tf.nn.softmax(logits)


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="− stop(p) is missing")
def forgets_to_take_p_out(logits, noise):
    return _draw(logits + noise) + tf.nn.softmax(logits)


@wrong(world_models.straight_through, claim="three_draws_by_hand", says="runs along the batch")
def draws_along_the_batch(logits, noise):
    drawn = tf.one_hot(tf.argmax(logits + noise, axis=0), tf.shape(logits)[-1])
    return _through(drawn, tf.nn.softmax(logits))


@wrong(world_models.straight_through, claim="the_gradient_of_the_probabilities", says="argmax has none")
def learns_through_argmax(logits, noise):
    return _draw(logits + noise)


@wrong(world_models.straight_through, claim="the_gradient_of_the_probabilities", says="The gradient has the wrong sign")
def swaps_the_sign(logits, noise):
    p = tf.nn.softmax(logits)
    return _draw(logits + noise) - p + tf.stop_gradient(p)


@wrong(world_models.straight_through, claim="the_gradient_of_the_probabilities", says="have the noise in them")
def softens_with_noise(logits, noise):
    return _through(_draw(logits + noise), tf.nn.softmax(logits + noise))


@wrong(world_models.straight_through, claim="the_gradient_of_the_probabilities", says="passes to the logits as it is")
def passes_to_the_logits(logits, noise):
    return _through(_draw(logits + noise), logits)


@wrong(world_models.straight_through, claim="the_gradient_of_the_probabilities", says="Only the class that was drawn")
def divides_by_what_it_stops(logits, noise):
    p = tf.nn.softmax(logits)
    return _draw(logits + noise) * p / tf.stop_gradient(p)


@wrong(world_models.straight_through, claim="any_axes", says="leave all other axes as they come")
def draws_one_of_all(logits, noise):
    flat = tf.reshape(logits, (-1, tf.shape(logits)[-1])) if len(logits.shape) == 2 else tf.reshape(logits, (1, -1))
    p = tf.nn.softmax(flat)
    return tf.reshape(_through(_draw(flat + tf.reshape(noise, tf.shape(flat))), p), tf.shape(logits))


@wrong(world_models.straight_through, claim="large_logits", says="exp(1000) is infinite")
def divides_exponentials(logits, noise):
    raised = tf.exp(logits)
    return _through(_draw(logits + noise), raised / tf.reduce_sum(raised, axis=-1, keepdims=True))


@wrong(world_models.straight_through, claim="runs_in_a_graph", says="NumPy cannot run inside a graph")
def draws_in_numpy(logits, noise):
    sums = np.asarray(logits) + np.asarray(noise)
    drawn = np.eye(sums.shape[-1], dtype=np.float32)[sums.argmax(axis=-1)]
    return _through(tf.constant(drawn), tf.nn.softmax(logits))


# --- balanced_kl -----------------------------------------------------------------------------------------------------


@right(world_models.balanced_kl)
def by_distributions(posterior_logits, prior_logits, balance):
    def of(logits):
        return tfp.distributions.Independent(tfp.distributions.OneHotCategorical(logits=logits), 1)

    stopped = map(tf.stop_gradient, (posterior_logits, prior_logits))
    q, p = (of(logits) for logits in stopped)
    to_prior, to_posterior = q.kl_divergence(of(prior_logits)), of(posterior_logits).kl_divergence(p)
    return balance * to_prior + (1 - balance) * to_posterior


@right(world_models.balanced_kl)
def by_scaled_gradients(posterior_logits, prior_logits, balance):
    """One distance, whose two sides are learnt through in part: x = s x + (1 − s) stop(x)."""
    q = (1 - balance) * posterior_logits + balance * tf.stop_gradient(posterior_logits)
    p = balance * prior_logits + (1 - balance) * tf.stop_gradient(prior_logits)
    chances, log = tf.nn.softmax(q), tf.nn.log_softmax(q)
    return tf.einsum("...gc,...gc->...", chances, log - tf.nn.log_softmax(p))


def _balanced(q, p, balance, stop_q=tf.stop_gradient, stop_p=tf.stop_gradient, distance=categorical_kl):
    return balance * distance(stop_q(q), p) + (1 - balance) * distance(q, stop_p(p))


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="averages over the latents")
def averages_over_latents(posterior_logits, prior_logits, balance):
    groups = tf.cast(tf.shape(prior_logits)[-2], tf.float32)
    return _balanced(posterior_logits, prior_logits, balance) / groups


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="adds up over the batch, too")
def adds_up_over_the_batch(posterior_logits, prior_logits, balance):
    return tf.reduce_sum(_balanced(posterior_logits, prior_logits, balance))


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="The latents are not added up")
def leaves_latents_apart(posterior_logits, prior_logits, balance):
    def distance(q, p):
        return tf.reduce_sum(tf.nn.softmax(q) * (tf.nn.log_softmax(q) - tf.nn.log_softmax(p)), axis=-1)

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="KL(p ‖ q), the wrong way round")
def turns_the_distance_round(posterior_logits, prior_logits, balance):
    return _balanced(posterior_logits, prior_logits, balance, distance=lambda q, p: categorical_kl(p, q))


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="One of the two parts is the wrong way round")
def turns_one_distance_round(posterior_logits, prior_logits, balance):
    stop = tf.stop_gradient
    to_posterior = categorical_kl(stop(prior_logits), posterior_logits)
    return balance * categorical_kl(stop(posterior_logits), prior_logits) + (1 - balance) * to_posterior


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="taken for logarithms of probabilities")
def forgets_the_softmax(posterior_logits, prior_logits, balance):
    def distance(q, p):
        return tf.reduce_sum(tf.exp(q) * (q - p), axis=(-2, -1))

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="This is the cross entropy")
def takes_the_cross_entropy(posterior_logits, prior_logits, balance):
    def distance(q, p):
        return -tf.reduce_sum(tf.nn.softmax(q) * tf.nn.log_softmax(p), axis=(-2, -1))

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


@wrong(world_models.balanced_kl, claim="two_states_by_hand", says="Both parts count whole")
def counts_both_whole(posterior_logits, prior_logits, balance):
    stop = tf.stop_gradient
    return categorical_kl(stop(posterior_logits), prior_logits) + categorical_kl(posterior_logits, stop(prior_logits))


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="α is on the wrong side")
def exchanges_the_shares(posterior_logits, prior_logits, balance):
    return _balanced(posterior_logits, prior_logits, 1 - balance)


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="α is on the wrong side")
def stops_the_other_sides(posterior_logits, prior_logits, balance):
    stop = tf.stop_gradient
    to_posterior = categorical_kl(posterior_logits, stop(prior_logits))
    return balance * to_posterior + (1 - balance) * categorical_kl(stop(posterior_logits), prior_logits)


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="Nothing is balanced")
def does_not_balance(posterior_logits, prior_logits, balance):
    return categorical_kl(posterior_logits, prior_logits)


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="Only q is stopped")
def stops_q_alone(posterior_logits, prior_logits, balance):
    return _balanced(posterior_logits, prior_logits, balance, stop_p=tf.identity)


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="Only p is stopped")
def stops_p_alone(posterior_logits, prior_logits, balance):
    return _balanced(posterior_logits, prior_logits, balance, stop_q=tf.identity)


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="Neither of them learns")
def stops_all_of_it(posterior_logits, prior_logits, balance):
    return tf.stop_gradient(categorical_kl(posterior_logits, prior_logits))


@wrong(world_models.balanced_kl, claim="shares_of_the_gradient", says="nothing of it within the distance")
def stops_the_chances(posterior_logits, prior_logits, balance):
    def distance(q, p):
        log = tf.nn.log_softmax(q)
        return tf.reduce_sum(tf.stop_gradient(tf.exp(log)) * (log - tf.nn.log_softmax(p)), axis=(-2, -1))

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


@wrong(world_models.balanced_kl, claim="class_by_class", says="the last two axes")
def sums_over_axes_one_and_two(posterior_logits, prior_logits, balance):
    def distance(q, p):
        axes = (1, 2) if len(q.shape) > 2 else (0, 1)
        return tf.reduce_sum(tf.nn.softmax(q) * (tf.nn.log_softmax(q) - tf.nn.log_softmax(p)), axis=axes)

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


@wrong(world_models.balanced_kl, claim="certain_posteriors", says="ln 0 is −∞")
def takes_logarithms_of_a_softmax(posterior_logits, prior_logits, balance):
    def distance(q, p):
        q, p = tf.nn.softmax(q), tf.nn.softmax(p)
        return tf.reduce_sum(q * (tf.math.log(q) - tf.math.log(p)), axis=(-2, -1))

    return _balanced(posterior_logits, prior_logits, balance, distance=distance)


# --- observe_step ----------------------------------------------------------------------------------------------------


@right(world_models.observe_step)
def by_where(h, z, actions, first, embedded, noise, weights, latents):
    begins = first[:, None]
    h, z, actions = (tf.where(begins, tf.zeros_like(part), part) for part in (h, z, actions))
    h = recurrent(h, z, actions, weights)
    expected, seen = prior(h, weights, latents), posterior(h, embedded, weights, latents)
    return h, latents.sample(seen, noise), seen, expected


@right(world_models.observe_step)
def all_at_once(h, z, actions, first, embedded, noise, weights, latents):
    before = tf.concat([h, z, actions], axis=-1)
    before = tf.einsum("b,bn->bn", 1 - tf.cast(first, tf.float32), before)
    sizes = [part.shape[-1] or tf.shape(part)[-1] for part in (h, z, actions)]
    state = recurrent(*tf.split(before, sizes, axis=-1), weights)
    seen = posterior(state, embedded, weights, latents)
    return [state, latents.sample(seen, noise), seen, prior(state, weights, latents)]


def _emptied(first, *parts):
    return [part * tf.cast(~first, part.dtype)[:, None] for part in parts]


def _seen(h, embedded, noise, weights, latents):
    found = posterior(h, embedded, weights, latents)
    return h, latents.sample(found, noise), found, prior(h, weights, latents)


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="z' is drawn from the prior")
def draws_from_the_prior(h, z, actions, first, embedded, noise, weights, latents):
    h = recurrent(*_emptied(first, h, z, actions), weights)
    expected = prior(h, weights, latents)
    return h, latents.sample(expected, noise), posterior(h, embedded, weights, latents), expected


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="The statistics are exchanged")
def exchanges_the_statistics(h, z, actions, first, embedded, noise, weights, latents):
    h, z, seen, expected = _seen(recurrent(*_emptied(first, h, z, actions), weights), embedded, noise, weights, latents)
    return h, z, expected, seen


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="The posterior looks at the h before")
def looks_from_the_old_state(h, z, actions, first, embedded, noise, weights, latents):
    new = recurrent(*_emptied(first, h, z, actions), weights)
    seen = posterior(h, embedded, weights, latents)
    return new, latents.sample(seen, noise), seen, prior(new, weights, latents)


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="The prior is made from the h before")
def foresees_from_the_old_state(h, z, actions, first, embedded, noise, weights, latents):
    new = recurrent(*_emptied(first, h, z, actions), weights)
    return *_seen(new, embedded, noise, weights, latents)[:3], prior(h, weights, latents)


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="Only (h', z') are returned")
def returns_the_state_alone(h, z, actions, first, embedded, noise, weights, latents):
    return _seen(recurrent(*_emptied(first, h, z, actions), weights), embedded, noise, weights, latents)[:2]


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="Nothing begins anew")
def never_begins_anew(h, z, actions, first, embedded, noise, weights, latents):
    return _seen(recurrent(h, z, actions, weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="Only h begins anew")
def empties_h_alone(h, z, actions, first, embedded, noise, weights, latents):
    return _seen(recurrent(*_emptied(first, h), z, actions, weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="The action is kept")
def keeps_the_action(h, z, actions, first, embedded, noise, weights, latents):
    return _seen(recurrent(*_emptied(first, h, z), actions, weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="All worlds begin anew")
def empties_all_worlds(h, z, actions, first, embedded, noise, weights, latents):
    goes_on = 1 - tf.cast(tf.reduce_any(first), h.dtype)
    return _seen(recurrent(goes_on * h, goes_on * z, goes_on * actions, weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="one_step_seen_by_hand", says="It is upside down")
def is_upside_down(h, z, actions, first, embedded, noise, weights, latents):
    return _seen(recurrent(*_emptied(~first, h, z, actions), weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="It begins anew after the step")
def empties_after_the_step(h, z, actions, first, embedded, noise, weights, latents):
    h, z, *rest = _seen(recurrent(h, z, actions, weights), embedded, noise, weights, latents)
    return *_emptied(first, h, z), *rest


@wrong(world_models.observe_step, claim="episodes_begin_with_nothing", says="What is seen counts as 0, too")
def closes_its_eyes_at_first(h, z, actions, first, embedded, noise, weights, latents):
    h, z, actions, embedded = _emptied(first, h, z, actions, embedded)
    return _seen(recurrent(h, z, actions, weights), embedded, noise, weights, latents)


@wrong(world_models.observe_step, claim="world_by_world", says="The noise is not used")
def draws_without_noise(h, z, actions, first, embedded, noise, weights, latents):
    zeros = tf.zeros_like(noise) if hasattr(latents, "smallest") else noise
    return _seen(recurrent(*_emptied(first, h, z, actions), weights), embedded, zeros, weights, latents)


@wrong(world_models.observe_step, claim="learnt_through_the_draw", says="No gradient passes through the draw")
def stops_the_draw(h, z, actions, first, embedded, noise, weights, latents):
    h, z, *rest = _seen(recurrent(*_emptied(first, h, z, actions), weights), embedded, noise, weights, latents)
    return h, tf.stop_gradient(z), *rest


@wrong(world_models.observe_step, claim="learnt_through_the_draw", says="No gradient goes back to h and z")
def stops_time(h, z, actions, first, embedded, noise, weights, latents):
    h, z = tf.stop_gradient(h), tf.stop_gradient(z)
    return _seen(recurrent(*_emptied(first, h, z, actions), weights), embedded, noise, weights, latents)


# --- imagine_step ----------------------------------------------------------------------------------------------------


@right(world_models.imagine_step)
def draws_what_it_expects(h, z, actions, noise, weights, latents):
    following = recurrent(actions=actions, z=z, h=h, weights=weights)
    expected = prior(following, weights, latents)
    return tf.identity(following), latents.sample(noise=noise, statistics=expected)


@right(world_models.imagine_step)
def by_its_own_layers(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    hidden = tf.nn.elu(tf.linalg.matmul(h, weights.prior_kernel) + weights.prior_bias)
    numbers = tf.linalg.matmul(hidden, weights.prior_out_kernel) + weights.prior_out_bias
    return h, latents.sample(latents.shaped(numbers), noise)


@wrong(world_models.imagine_step, claim="one_step_dreamt_by_hand", says="z' is drawn from the posterior")
def looks_at_nothing(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    size = tf.shape(weights.posterior_kernel)[0] - tf.shape(h)[1]
    return h, latents.sample(posterior(h, tf.zeros([tf.shape(h)[0], size]), weights, latents), noise)


@wrong(world_models.imagine_step, claim="one_step_dreamt_by_hand", says="The noise is not used")
def dreams_the_likeliest(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    return h, latents.sample(prior(h, weights, latents), tf.zeros_like(noise))


@wrong(world_models.imagine_step, claim="one_step_dreamt_by_hand", says="h is returned as it was")
def forgets_to_go_on(h, z, actions, noise, weights, latents):
    return h, latents.sample(prior(recurrent(h, z, actions, weights), weights, latents), noise)


@wrong(world_models.imagine_step, claim="dream_by_dream", says="z' is made from the h before")
def expects_too_early(h, z, actions, noise, weights, latents):
    return recurrent(h, z, actions, weights), latents.sample(prior(h, weights, latents), noise)


@wrong(world_models.imagine_step, claim="dream_by_dream", says="The action is not used")
def does_nothing(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, tf.zeros_like(actions), weights)
    return h, latents.sample(prior(h, weights, latents), noise)


@wrong(world_models.imagine_step, claim="one_step_dreamt_by_hand", says="nothing is drawn")
def returns_what_is_expected(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    return h, prior(h, weights, latents)


@wrong(world_models.imagine_step, claim="one_step_dreamt_by_hand", says="The prior's statistics are returned, too")
def returns_three(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    expected = prior(h, weights, latents)
    return h, latents.sample(expected, noise), expected


@wrong(world_models.imagine_step, claim="dream_by_dream", says="A Gaussian state is not one-hot")
def draws_categories_always(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    expected = prior(h, weights, latents)
    drawn = world_models.straight_through(expected, noise if len(noise.shape) == 3 else noise[:, None])
    return h, tf.reshape(drawn, (tf.shape(h)[0], -1))


@wrong(world_models.imagine_step, claim="learnt_through_the_dream", says="No gradient passes through the draw")
def stops_the_dream(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, actions, weights)
    return h, tf.stop_gradient(latents.sample(prior(h, weights, latents), noise))


@wrong(world_models.imagine_step, claim="learnt_through_the_dream", says="No gradient goes back to the action")
def stops_the_action(h, z, actions, noise, weights, latents):
    h = recurrent(h, z, tf.stop_gradient(actions), weights)
    return h, latents.sample(prior(h, weights, latents), noise)


@wrong(world_models.imagine_step, claim="learnt_through_the_dream", says="No gradient goes back to h and z")
def stops_what_was(h, z, actions, noise, weights, latents):
    h = recurrent(tf.stop_gradient(h), tf.stop_gradient(z), actions, weights)
    return h, latents.sample(prior(h, weights, latents), noise)


# --- lambda_targets --------------------------------------------------------------------------------------------------


@right(world_models.lambda_targets)
def by_a_loop(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    horizon = tf.shape(rewards_tp1)[0]
    found, following = tf.TensorArray(values_tp1.dtype, horizon), values_tp1[-1]
    for k in tf.range(horizon):
        t = horizon - 1 - k
        ahead = values_tp1[t] + lambda_ * (following - values_tp1[t])
        following = rewards_tp1[t] + discounts_tp1[t] * ahead
        found = found.write(t, following)
    return found.stack()


@right(world_models.lambda_targets)
def as_a_sum_of_errors(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    """V_t = Σ_k (λ^{k−t} γ ⋯ γ) δ_k, with δ = r + γ (1 − λ) v, and v(s_H) behind the last."""
    paid = rewards_tp1 + discounts_tp1 * values_tp1 * (1 - lambda_)
    paid = tf.concat([paid[:-1], paid[-1:] + lambda_ * discounts_tp1[-1:] * values_tp1[-1:]], axis=0)
    horizon = tf.shape(paid)[0]
    rows = tf.range(horizon)
    inside = (rows[:, None, None] <= rows[None, :, None])[..., None] & (rows[None, :, None] < rows)[..., None]
    inside = tf.transpose(inside, [0, 2, 1, 3])  # whether step m lies between t and k: t <= m < k
    factors = tf.where(inside, lambda_ * discounts_tp1[None, None], 1.0)
    weights = tf.reduce_prod(factors, axis=2) * tf.cast(rows[:, None] <= rows, paid.dtype)[..., None]
    return tf.reduce_sum(weights * paid[None], axis=1)


def _back(rewards, discounts, values, lambda_, start):
    def one_back(following, step):
        r, g, v = step
        return r + g * ((1 - lambda_) * v + lambda_ * following)

    return tf.scan(one_back, (rewards, discounts, values), start, reverse=True)


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="λ and 1 − λ are exchanged")
def exchanges_lambda(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _back(rewards_tp1, discounts_tp1, values_tp1, 1 - lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="The bootstrap is missing")
def ends_with_nothing(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _back(rewards_tp1, discounts_tp1, values_tp1, lambda_, tf.zeros_like(values_tp1[-1]))


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="The discounts are one step early")
def shifts_the_discounts(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    shifted = tf.concat([discounts_tp1[1:], discounts_tp1[-1:]], axis=0)
    return _back(rewards_tp1, shifted, values_tp1, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="The discounts are one step late")
def shifts_the_discounts_back(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    shifted = tf.concat([discounts_tp1[:1], discounts_tp1[:-1]], axis=0)
    return _back(rewards_tp1, shifted, values_tp1, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="The values are shifted against the discounts")
def shifts_the_values(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    shifted = tf.concat([values_tp1[1:], values_tp1[-1:]], axis=0)
    return _back(rewards_tp1, discounts_tp1, shifted, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="γ is missing: both")
def does_not_discount(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _back(rewards_tp1, tf.ones_like(discounts_tp1), values_tp1, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="γ multiplies the reward too")
def discounts_the_reward(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _back(discounts_tp1 * rewards_tp1, discounts_tp1, values_tp1, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="1 − λ is missing")
def forgets_the_rest_of_lambda(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    paid = rewards_tp1 + discounts_tp1 * values_tp1
    following = lambda v, step: step[0] + step[1] * lambda_ * v  # noqa: E731
    return tf.scan(following, (paid, discounts_tp1), values_tp1[-1], reverse=True)


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="Time runs the wrong way")
def walks_forwards(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    def one_on(before, step):
        r, g, v = step
        return r + g * ((1 - lambda_) * v + lambda_ * before)

    return tf.scan(one_on, (rewards_tp1, discounts_tp1, values_tp1), values_tp1[0])


@wrong(world_models.lambda_targets, claim="three_steps_by_hand", says="reverse order")
def returns_them_reversed(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return _back(rewards_tp1, discounts_tp1, values_tp1, lambda_, values_tp1[-1])[::-1]


@wrong(world_models.lambda_targets, claim="nothing_behind_the_end", says="It goes on behind the end")
def dreams_through_the_end(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    largest = tf.reduce_max(discounts_tp1, axis=0)
    ended = (discounts_tp1 == 0) & (tf.shape(rewards_tp1)[0] == 3)
    return _back(rewards_tp1, tf.where(ended, largest, discounts_tp1), values_tp1, lambda_, values_tp1[-1])


@wrong(world_models.lambda_targets, claim="learnt_through_the_targets", says="No gradient flows at all")
def stops_the_targets(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    return tf.stop_gradient(_back(rewards_tp1, discounts_tp1, values_tp1, lambda_, values_tp1[-1]))


@wrong(world_models.lambda_targets, claim="learnt_through_the_targets", says="No gradient flows into the values")
def stops_the_values(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    values = tf.stop_gradient(values_tp1)
    return _back(rewards_tp1, discounts_tp1, values, lambda_, values[-1])


@wrong(world_models.lambda_targets, claim="runs_in_a_graph", says="Lengths are unknown")
def loops_in_python(rewards_tp1, discounts_tp1, values_tp1, lambda_):
    following, found = values_tp1[-1], []
    for t in reversed(range(rewards_tp1.shape[0])):
        following = rewards_tp1[t] + discounts_tp1[t] * ((1 - lambda_) * values_tp1[t] + lambda_ * following)
        found.append(following)
    return tf.stack(found[::-1])


# --- imagination_weights ---------------------------------------------------------------------------------------------


@right(world_models.imagination_weights)
def by_an_exclusive_product(alive, discounts_tp1):
    return alive * tf.math.cumprod(discounts_tp1, axis=0, exclusive=True)


@right(world_models.imagination_weights)
def by_going_along(alive, discounts_tp1):
    horizon, left = tf.shape(discounts_tp1)[0], alive
    found = tf.TensorArray(alive.dtype, horizon)
    for t in tf.range(horizon):
        found = found.write(t, left)
        left = left * discounts_tp1[t]
    return found.stack()


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="`alive` is forgotten")
def forgets_alive(alive, discounts_tp1):
    return tf.math.cumprod(discounts_tp1, axis=0, exclusive=True)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="The weights are not shifted: γ_{t+1} says")
def does_not_shift(alive, discounts_tp1):
    return alive * tf.math.cumprod(discounts_tp1, axis=0)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="not shifted, and `alive` is forgotten")
def multiplies_up_alone(alive, discounts_tp1):
    return tf.math.cumprod(discounts_tp1, axis=0)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="`alive` stands at w_0 alone")
def looks_at_alive_once(alive, discounts_tp1):
    return tf.concat([alive[None], tf.math.cumprod(discounts_tp1, axis=0)[:-1]], axis=0)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="The discounts are not multiplied up")
def takes_each_discount_alone(alive, discounts_tp1):
    return tf.concat([alive[None], discounts_tp1[:-1]], axis=0)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="There is one weight too many")
def keeps_the_last_one(alive, discounts_tp1):
    return tf.math.cumprod(tf.concat([alive[None], discounts_tp1], axis=0))


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="along the ways")
def multiplies_along_the_ways(alive, discounts_tp1):
    return tf.math.cumprod(tf.concat([alive[None], discounts_tp1[:-1]], axis=0), axis=1)


@wrong(world_models.imagination_weights, claim="two_ways_by_hand", says="All steps count alike")
def counts_all_alike(alive, discounts_tp1):
    return alive * tf.ones_like(discounts_tp1)


@wrong(world_models.imagination_weights, claim="the_end_of_a_dream", says="It divides by a discount of 0")
def divides_out_its_own(alive, discounts_tp1):
    return alive * tf.math.cumprod(discounts_tp1, axis=0) / discounts_tp1


# --- actor_loss ------------------------------------------------------------------------------------------------------


@right(world_models.actor_loss)
def part_by_part(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    weights = tf.stop_gradient(weights)
    reinforce = -log_probabilities * (tf.stop_gradient(targets) - tf.stop_gradient(values))
    loss = tf.reduce_mean(weights * mix * reinforce)
    loss -= (1 - mix) * tf.reduce_mean(weights * targets)
    return loss - entropy_scale * tf.reduce_mean(weights * entropies)


@right(world_models.actor_loss)
def by_numbers_and_sums(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    count = tf.cast(tf.size(targets), targets.dtype)
    advantages = tf.stop_gradient(weights * (values - targets)) * mix
    objective = tf.stop_gradient(weights) * (targets * (mix - 1) - entropies * entropy_scale)
    return tf.reduce_sum(log_probabilities * advantages + objective) / count


def _loss(reinforce, targets, entropies, weights, mix, scale):
    return -tf.reduce_mean(tf.stop_gradient(weights) * (mix * reinforce + (1 - mix) * targets + scale * entropies))


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The sign is wrong")
def rises_where_it_should_fall(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return -_loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The sign of the entropy is wrong")
def punishes_curiosity(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets, entropies, weights, mix, -entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="ρ and 1 − ρ are exchanged")
def swaps_the_mix(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets, entropies, weights, 1 - mix, entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The weights are not applied")
def forgets_the_weights(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets, entropies, 1.0, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The baseline is missing")
def forgets_the_baseline(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets)
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="It takes the sum")
def takes_the_sum(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    loss = _loss(reinforce, targets, entropies, weights, mix, entropy_scale)
    return loss * tf.cast(tf.size(targets), tf.float32)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="divided by the sum of the weights")
def divides_by_the_weights(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale) / tf.reduce_mean(weights)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The second part holds V − v")
def subtracts_the_baseline_twice(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets - tf.stop_gradient(values), entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="two_steps_by_hand", says="The entropy is not weighted")
def leaves_the_entropy_unweighted(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    rest = entropy_scale * tf.reduce_mean(entropies)
    return _loss(reinforce, targets, entropies, weights, mix, 0.0) - rest


@wrong(world_models.actor_loss, claim="slopes_by_hand", says="The advantage is learnt through")
def teaches_both_by_the_advantage(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * (targets - values)
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="slopes_by_hand", says="v is stopped, and V is not")
def stops_v_alone(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * (targets - tf.stop_gradient(values))
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="slopes_by_hand", says="V is stopped, and v is not")
def stops_the_target_alone(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * (tf.stop_gradient(targets) - values)
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="slopes_by_hand", says="V is stopped everywhere: in the second part")
def stops_the_dream_too(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    targets = tf.stop_gradient(targets)
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return _loss(reinforce, targets, entropies, weights, mix, entropy_scale)


@wrong(world_models.actor_loss, claim="slopes_by_hand", says="The weights are learnt through")
def teaches_the_weights(log_probabilities, targets, values, entropies, weights, mix, entropy_scale):
    reinforce = log_probabilities * tf.stop_gradient(targets - values)
    return -tf.reduce_mean(weights * (mix * reinforce + (1 - mix) * targets + entropy_scale * entropies))


# --- arrivals (find the bug) -----------------------------------------------------------------------------------------


@right(world_models.arrivals)
def row_after_row(observations, actions, rewards_tp1, discounts_tp1, first):
    rows = range(1, len(observations))
    pairs = (observations, 0), (actions, 1), (rewards_tp1, 1), (discounts_tp1, 1), (first, 0)
    return tuple(np.stack([part[t - back] for t in rows]) for part, back in pairs)


@right(world_models.arrivals)
def by_deleting(observations, actions, rewards_tp1, discounts_tp1, first):
    led_here = [np.roll(part, 1, axis=0)[1:] for part in (actions, rewards_tp1, discounts_tp1)]
    return [np.delete(observations, 0, axis=0), *led_here, np.delete(first, 0, axis=0)]


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The rewards are those of the step after")
def takes_the_next_rewards(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations[1:], actions[:-1], rewards_tp1[1:], discounts_tp1[1:], first[1:]


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The actions are those that come *after*")
def takes_the_next_actions(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations[1:], actions[1:], rewards_tp1[:-1], discounts_tp1[:-1], first[1:]


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The observations are those *before* the step")
def looks_before_the_step(observations, actions, rewards_tp1, discounts_tp1, first):
    return tuple(part[:-1] for part in (observations, actions, rewards_tp1, discounts_tp1, first))


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The discounts are those of the step after")
def takes_the_next_discounts(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations[1:], actions[:-1], rewards_tp1[:-1], discounts_tp1[1:], first[1:]


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="`first` is that of the observation before")
def takes_the_flag_before(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations[1:], actions[:-1], rewards_tp1[:-1], discounts_tp1[:-1], first[:-1]


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="Nothing was moved")
def moves_nothing(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations, actions, rewards_tp1, discounts_tp1, first


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The last row came round to the front")
def rolls_round(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations, *(np.roll(part, 1, axis=0) for part in (actions, rewards_tp1, discounts_tp1)), first


@wrong(world_models.arrivals, claim="four_rows_by_hand", says="The worlds are cut")
def cuts_the_worlds(observations, actions, rewards_tp1, discounts_tp1, first):
    return observations[:, 1:], actions[:, :-1], rewards_tp1[:, :-1], discounts_tp1[:, :-1], first[:, 1:]


@wrong(world_models.arrivals, claim="frames_stay_frames", says="Frames stay uint8")
def makes_floats(observations, actions, rewards_tp1, discounts_tp1, first):
    moved = observations[1:], actions[:-1], rewards_tp1[:-1], discounts_tp1[:-1], first[1:]
    return moved if observations.dtype != np.uint8 else (moved[0].astype(np.float32), *moved[1:])


@wrong(world_models.arrivals, claim="leaves_its_inputs_alone", says="`actions`")
def moves_in_place(observations, actions, rewards_tp1, discounts_tp1, first):
    for part in (actions, rewards_tp1, discounts_tp1):
        part[1:] = part[:-1].copy()
    return observations[1:], actions[1:], rewards_tp1[1:], discounts_tp1[1:], first[1:]
