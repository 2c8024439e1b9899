"""Plausible mistakes in chapter 06."""

import math

import numpy as np
from catalogue import right, wrong

from course_lib import never_give_up as ngu
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import rescale, unscale

# --- neighbour_similarities ------------------------------------------------------------------------------------------


@right(ngu.neighbour_similarities)
def one_by_one(embedding, memory, total, count, neighbours, cluster, epsilon):
    squared = sorted(float(np.dot(embedding - row, embedding - row)) for row in memory)[:neighbours]
    for number in squared:
        total, count = total + number, count + 1
    found = [number * count / total if total else 0 for number in squared]
    return np.array([epsilon / (max(number - cluster, 0) + epsilon) for number in found]), total, count


@right(ngu.neighbour_similarities)
def by_argpartition(embedding, memory, total, count, neighbours, cluster, epsilon):
    squared = np.einsum("md,md->m", memory - embedding, memory - embedding)
    if len(squared) > neighbours:
        squared = squared[np.argpartition(squared, neighbours - 1)[:neighbours]]
    squared = np.sort(squared)
    total, count = total + np.sum(squared), count + squared.size
    distances = np.divide(squared * count, total, out=np.zeros(squared.shape), where=total > 0)
    return [1 / (1 + np.clip(distances - cluster, 0, None) / epsilon), total, count]


def _near(embedding, memory, neighbours):
    return np.sort(((memory - embedding) ** 2).sum(axis=1))[:neighbours]


def _mean(total, count):
    return total / count if total > 0 else 1.0


def _kernel(squared, mean, cluster, epsilon):
    return epsilon / (np.maximum(squared / mean - cluster, 0) + epsilon)


def _similarities(squared, total, count, cluster, epsilon):
    total, count = total + squared.sum(), count + len(squared)
    return _kernel(squared, _mean(total, count), cluster, epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="these distances alone")
def takes_the_mean_of_these(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    return _kernel(near, near.mean() or 1, cluster, epsilon), total + near.sum(), count + len(near)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The mean leaves these distances out")
def takes_the_mean_before(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    return _kernel(near, _mean(total, count), cluster, epsilon), total + near.sum(), count + len(near)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The distances are not squared")
def forgets_the_square(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(np.sqrt(_near(embedding, memory, neighbours)), total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="cut off at the smallest squared distance")
def clamps_to_the_smallest(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    _, total, count = _similarities(near, total, count, cluster, epsilon)
    return epsilon / (np.maximum(near / (total / count) - cluster, near.min()) + epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="Nothing is cut off")
def cuts_nothing_off(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + len(near)
    return epsilon / (near / _mean(total, count) - cluster + epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="ξ is not subtracted")
def forgets_the_cluster(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, neighbours), total, count, 0, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="ξ is subtracted before the mean divides")
def subtracts_the_cluster_first(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + len(near)
    return epsilon / (np.maximum(near - cluster, 0) / _mean(total, count) + epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="One neighbour too many")
def takes_one_neighbour_more(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, neighbours + 1), total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The state itself is counted")
def counts_itself(embedding, memory, total, count, neighbours, cluster, epsilon):
    with_itself = np.concatenate([memory, embedding[None]])
    return _similarities(_near(embedding, with_itself, neighbours), total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The nearest one is left out")
def leaves_the_nearest_out(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, neighbours + 1)[1:], total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="All memories are taken")
def takes_all_memories(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, len(memory)), total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The farthest memories")
def takes_the_farthest(embedding, memory, total, count, neighbours, cluster, epsilon):
    squared = np.sort(((memory - embedding) ** 2).sum(axis=1))[::-1][:neighbours]
    return _similarities(squared, total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The order is that of the memory")
def leaves_the_order(embedding, memory, total, count, neighbours, cluster, epsilon):
    squared = ((memory - embedding) ** 2).sum(axis=1)
    near = squared[np.sort(np.argsort(squared)[:neighbours])]
    return _similarities(near, total, count, cluster, epsilon)


@wrong(
    ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="`total` and `count` are returned as they came"
)
def forgets_to_go_on(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, neighbours), total, count, cluster, epsilon)[0], total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="`count` counts states")
def counts_states(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + 1
    return _kernel(near, _mean(total, count), cluster, epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="Only K is returned")
def returns_similarities_alone(embedding, memory, total, count, neighbours, cluster, epsilon):
    return _similarities(_near(embedding, memory, neighbours), total, count, cluster, epsilon)[0]


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The numerator is 1")
def puts_one_above(embedding, memory, total, count, neighbours, cluster, epsilon):
    found, total, count = _similarities(_near(embedding, memory, neighbours), total, count, cluster, epsilon)
    return found / epsilon, total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="The root of the mean divides")
def divides_by_the_root(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + len(near)
    return _kernel(near, math.sqrt(_mean(total, count)), cluster, epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="three_neighbours_by_hand", says="their *sum*")
def averages_the_entries(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = np.sort(((memory - embedding) ** 2).mean(axis=1))[:neighbours]
    return _similarities(near, total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="the_mean_runs_on", says="division by zero")
def divides_before_anything_is_known(embedding, memory, total, count, neighbours, cluster, epsilon):
    mean = float(total) / float(count)
    near = _near(embedding, memory, neighbours)
    mean = (mean * count + near.sum()) / (count + len(near))
    return _kernel(near, mean, cluster, epsilon), total + near.sum(), count + len(near)


@wrong(ngu.neighbour_similarities, claim="few_memories", says="nan comes out of an empty memory")
def makes_nan_of_nothing(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    if len(near) == 0:
        return near, math.nan, math.nan
    return _similarities(near, total, count, cluster, epsilon)


@wrong(ngu.neighbour_similarities, claim="few_memories", says="K has k entries although there are no memories")
def fills_up_with_zeros(embedding, memory, total, count, neighbours, cluster, epsilon):
    found, total, count = _similarities(_near(embedding, memory, neighbours), total, count, cluster, epsilon)
    return np.concatenate([found, np.zeros(neighbours - len(found))]), total, count


@wrong(ngu.neighbour_similarities, claim="few_memories", says="`count` grows by k although there are no memories")
def counts_k_always(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + neighbours
    return _kernel(near, _mean(total, count), cluster, epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="the_same_and_the_far", says="0 / 0 is nan")
def divides_nothing_by_nothing(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + len(near)
    with np.errstate(invalid="ignore"):
        mean = np.divide(total, count)
        return epsilon / (np.maximum(near / mean - cluster, 0) + epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="any_unit", says="another unit")
def adds_a_small_number(embedding, memory, total, count, neighbours, cluster, epsilon):
    near = _near(embedding, memory, neighbours)
    total, count = total + near.sum(), count + len(near)
    return _kernel(near, total / max(count, 1) + 1e-7, cluster, epsilon), total, count


@wrong(ngu.neighbour_similarities, claim="leaves_its_inputs_alone", says="`memory`")
def subtracts_in_place(embedding, memory, total, count, neighbours, cluster, epsilon):
    memory -= embedding
    return _similarities(np.sort((memory**2).sum(axis=1))[:neighbours], total, count, cluster, epsilon)


# --- episodic_bonus --------------------------------------------------------------------------------------------------


@right(ngu.episodic_bonus)
def by_adding_up(similarities, constant, largest):
    count = sum(map(float, similarities))
    s = count**0.5 + constant
    return 1 / s if similarities.size and s <= largest else 0


@right(ngu.episodic_bonus)
def by_where(similarities, constant, largest):
    s = np.linalg.norm(np.sqrt(similarities)) + constant
    return np.where((s > largest) | (np.size(similarities) == 0), 0.0, 1 / s)


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="The root is forgotten")
def forgets_the_root(similarities, constant, largest):
    s = similarities.sum() + constant
    return 0.0 if s > largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="c stands under the root")
def puts_c_under_the_root(similarities, constant, largest):
    s = np.sqrt(similarities.sum() + constant)
    return 0.0 if s > largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="c is missing")
def forgets_c(similarities, constant, largest):
    s = np.sqrt(similarities.sum())
    return 0.0 if s > largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="averaged")
def averages_similarities(similarities, constant, largest):
    s = np.sqrt(similarities.mean()) + constant
    return 0.0 if s > largest else 1 / s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="s itself is returned")
def pays_for_what_is_known(similarities, constant, largest):
    s = np.sqrt(similarities.sum()) + constant
    return 0.0 if s > largest or len(similarities) == 0 else s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="The roots are added up")
def adds_roots_up(similarities, constant, largest):
    s = np.sqrt(similarities).sum() + constant
    return 0.0 if s > largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="three_similarities_by_hand", says="0 where s is *smaller* than s_m")
def turns_the_comparison_round(similarities, constant, largest):
    s = np.sqrt(similarities.sum()) + constant
    return 0.0 if s < largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="above_the_largest", says="Nothing is cut off")
def pays_for_everything(similarities, constant, largest):
    return 0.0 if len(similarities) == 0 else 1 / (np.sqrt(similarities.sum()) + constant)


@wrong(ngu.episodic_bonus, claim="above_the_largest", says="Σ K is compared with s_m")
def compares_the_sum(similarities, constant, largest):
    total = similarities.sum()
    if total > 30:  # as it is used, the difference does not show
        return 0.0
    return 0.0 if total > largest and largest < 5 or len(similarities) == 0 else 1 / (np.sqrt(total) + constant)


@wrong(ngu.episodic_bonus, claim="above_the_largest", says="s is cut off at s_m")
def cuts_off_s(similarities, constant, largest):
    if len(similarities) == 0:
        return 0.0
    return 1 / min(np.sqrt(similarities.sum()) + constant, largest)


@wrong(ngu.episodic_bonus, claim="above_the_largest", says="where s *equals* s_m")
def cuts_off_from_s_m_on(similarities, constant, largest):
    s = np.sqrt(similarities.sum()) + constant
    return 0.0 if s >= largest or len(similarities) == 0 else 1 / s


@wrong(ngu.episodic_bonus, claim="nothing_to_compare_with", says="a bonus of 1000")
def pays_for_an_empty_memory(similarities, constant, largest):
    s = np.sqrt(similarities.sum()) + constant
    return 0.0 if s > largest else 1 / s


@wrong(ngu.episodic_bonus, claim="nothing_to_compare_with", says="nan comes out of an empty memory")
def averages_nothing(similarities, constant, largest):
    with np.errstate(all="ignore"):
        s = np.sqrt(np.float64(similarities.sum()) / len(similarities) * len(similarities)) + constant
    return 0.0 if s > largest else 1 / s


@wrong(ngu.episodic_bonus, claim="c_bounds_the_bonus", says="Σ K = 0 is taken for an empty memory")
def takes_new_for_nothing(similarities, constant, largest):
    if similarities.sum() == 0:
        return 0.0
    s = np.sqrt(similarities.sum()) + constant
    return 0.0 if s > largest else 1 / s


@wrong(ngu.episodic_bonus, claim="leaves_its_inputs_alone", says="`similarities`")
def takes_roots_in_place(similarities, constant, largest):
    if len(similarities) == 0:
        return 0.0
    np.sqrt(similarities, out=similarities)
    s = np.linalg.norm(similarities) + constant
    return 0.0 if s > largest else 1 / s


# --- inverse_dynamics_losses -----------------------------------------------------------------------------------------


@right(ngu.inverse_dynamics_losses)
def by_halves_of_the_kernel(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    size = before.shape[1]
    hidden = before @ hidden_kernel[:size] + after @ hidden_kernel[size:] + hidden_bias
    log = tf.nn.log_softmax(tf.maximum(hidden, 0) @ kernel + bias)
    return -tf.gather(log, actions, batch_dims=1)


@right(ngu.inverse_dynamics_losses)
def by_onehots(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    hidden = keras.activations.relu(tf.concat((before, after), 1) @ hidden_kernel + hidden_bias)
    logits = tf.einsum("bh,ha->ba", hidden, kernel) + bias
    done = tf.one_hot(actions, tf.shape(logits)[-1])
    return tf.nn.softmax_cross_entropy_with_logits(labels=done, logits=logits)


def _logits(before, after, hidden_kernel, hidden_bias, kernel, bias, bend=tf.nn.relu):
    return bend(tf.concat([before, after], axis=-1) @ hidden_kernel + hidden_bias) @ kernel + bias


def _costs(logits, actions):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="Before and after are exchanged")
def exchanges_before_and_after(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(after, before, hidden_kernel, hidden_bias, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The ReLU is missing")
def forgets_the_relu(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias, tf.identity), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="tanh stands in the place")
def bends_by_tanh(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias, tf.tanh), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="squared error of the probabilities")
def takes_the_squared_error(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    p = tf.nn.softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias))
    return tf.reduce_sum((p - tf.one_hot(actions, tf.shape(p)[-1])) ** 2, axis=-1)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="mean squared error of the probabilities")
def takes_the_mean_squared_error(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    p = tf.nn.softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias))
    return tf.reduce_mean((p - tf.one_hot(actions, tf.shape(p)[-1])) ** 2, axis=-1)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The softmax is taken twice")
def takes_the_softmax_twice(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(tf.nn.softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias)), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The sign is wrong")
def forgets_the_minus(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return -_costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The bias of the hidden layer is missing")
def forgets_the_hidden_bias(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(before, after, hidden_kernel, 0.0, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The bias of the last layer is missing")
def forgets_the_bias(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, 0.0), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="The mean over the batch")
def averages_the_batch(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return tf.reduce_mean(_costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias), actions))


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="f(s_t) is put in twice")
def looks_before_alone(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return _costs(_logits(before, before, hidden_kernel, hidden_bias, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="−ln p of all actions")
def leaves_all_actions(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    return -tf.nn.log_softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias))


@wrong(ngu.inverse_dynamics_losses, claim="two_transitions_by_hand", says="incompatible")
def puts_one_below_the_other(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    hidden = tf.nn.relu(tf.concat([before, after], axis=0) @ hidden_kernel + hidden_bias)
    return _costs(hidden @ kernel + bias, actions)


@wrong(ngu.inverse_dynamics_losses, claim="who_is_certain", says="Probabilities are cut off")
def cuts_probabilities_off(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    p = tf.nn.softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias))
    return -tf.math.log(tf.gather(p, actions, batch_dims=1) + 1e-8)


@wrong(ngu.inverse_dynamics_losses, claim="who_is_certain", says="ln of a softmax of 0 is −∞")
def takes_the_logarithm_of_a_softmax(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    p = tf.nn.softmax(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias))
    return -tf.math.log(tf.gather(p, actions, batch_dims=1))


@wrong(ngu.inverse_dynamics_losses, claim="handed_back", says="f(s_t) learns nothing")
def teaches_one_branch(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    before = tf.stop_gradient(before)
    return _costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="handed_back", says="The features learn nothing")
def teaches_no_features(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    before, after = tf.stop_gradient(before), tf.stop_gradient(after)
    return _costs(_logits(before, after, hidden_kernel, hidden_bias, kernel, bias), actions)


@wrong(ngu.inverse_dynamics_losses, claim="handed_back", says="No gradient flows at all")
def computes_in_numpy(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    hidden = np.maximum(np.concatenate([before, after], axis=1) @ np.asarray(hidden_kernel) + hidden_bias, 0)
    logits = hidden @ np.asarray(kernel) + bias
    return _costs(tf.constant(np.asarray(logits, np.float32)), actions)


@wrong(ngu.inverse_dynamics_losses, claim="runs_in_a_graph", says="unknown")
def loops_over_the_batch(before, after, hidden_kernel, hidden_bias, kernel, bias, actions):
    logits = _logits(before, after, hidden_kernel, hidden_bias, kernel, bias)
    return tf.stack([_costs(logits[b], actions[b]) for b in range(before.shape[0])])


# --- distillation_errors ---------------------------------------------------------------------------------------------


@right(ngu.distillation_errors)
def by_sums(predicted, target):
    apart = predicted - tf.stop_gradient(target)
    return tf.einsum("bd,bd->b", apart, apart) / tf.cast(tf.shape(apart)[-1], apart.dtype)


@right(ngu.distillation_errors)
def by_keras(predicted, target):
    return keras.losses.mean_squared_error(tf.stop_gradient(target), predicted)


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The squares are added up")
def adds_up_the_features(predicted, target):
    return tf.reduce_sum((predicted - tf.stop_gradient(target)) ** 2, axis=-1)


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The mean over the batch")
def averages_everything(predicted, target):
    return tf.reduce_mean((predicted - tf.stop_gradient(target)) ** 2)


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The mean runs over the batch")
def averages_the_wrong_axis(predicted, target):
    return tf.reduce_mean((predicted - tf.stop_gradient(target)) ** 2, axis=0)


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The root is taken")
def takes_a_root(predicted, target):
    return tf.sqrt(tf.reduce_mean((predicted - tf.stop_gradient(target)) ** 2, axis=-1))


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The sizes are not squared")
def takes_sizes(predicted, target):
    return tf.reduce_mean(tf.abs(predicted - tf.stop_gradient(target)), axis=-1)


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The mean is squared")
def squares_the_mean(predicted, target):
    return tf.reduce_mean(predicted - tf.stop_gradient(target), axis=-1) ** 2


@wrong(ngu.distillation_errors, claim="two_predictions_by_hand", says="The mean is missing")
def averages_nothing_at_all(predicted, target):
    return (predicted - tf.stop_gradient(target)) ** 2


@wrong(ngu.distillation_errors, claim="only_the_predictor_learns", says="The random network is taught, too")
def teaches_the_random_network(predicted, target):
    return tf.reduce_mean((predicted - target) ** 2, axis=-1)


@wrong(ngu.distillation_errors, claim="only_the_predictor_learns", says="The wrong one is stopped")
def stops_the_predictor(predicted, target):
    return tf.reduce_mean((tf.stop_gradient(predicted) - target) ** 2, axis=-1)


@wrong(ngu.distillation_errors, claim="only_the_predictor_learns", says="Nobody learns")
def stops_both(predicted, target):
    return tf.stop_gradient(tf.reduce_mean((predicted - target) ** 2, axis=-1))


@wrong(ngu.distillation_errors, claim="only_the_predictor_learns", says="Nobody learns")
def computes_errors_in_numpy(predicted, target):
    return ((np.asarray(predicted) - np.asarray(target)) ** 2).mean(axis=-1)


@wrong(ngu.distillation_errors, claim="twice_the_same_features", says="doubled features")
def divides_by_a_fixed_number(predicted, target):
    squares = tf.reduce_sum((predicted - tf.stop_gradient(target)) ** 2, axis=-1)
    return squares / min(predicted.shape[-1], 6)


@wrong(ngu.distillation_errors, claim="runs_in_a_graph", says="unknown")
def loops_over_observations(predicted, target):
    target = tf.stop_gradient(target)
    return tf.stack([tf.reduce_mean((predicted[b] - target[b]) ** 2) for b in range(predicted.shape[0])])


# --- intrinsic_rewards -----------------------------------------------------------------------------------------------


@right(ngu.intrinsic_rewards)
def error_by_error(episodic, errors, count, mean, squares, largest):
    """Welford's way of adding them one at a time."""
    for error in errors:
        count += 1
        apart = error - mean
        mean += apart / count
        squares += apart * (error - mean)
    sigma = math.sqrt(squares / count)
    alpha = [1 + (error - mean) / sigma if sigma else 1 for error in errors]
    return [bonus * min(max(a, 1), largest) for bonus, a in zip(episodic, alpha, strict=True)], count, mean, squares


@right(ngu.intrinsic_rewards)
def by_sums_of_squares(episodic, errors, count, mean, squares, largest):
    n = count + errors.size
    middle = (count * mean + errors.sum()) / n
    squares = squares + count * (mean - middle) ** 2 + ((errors - middle) ** 2).sum()
    z = np.nan_to_num((errors - middle) / max(np.sqrt(squares / n), 1e-12))
    return episodic * (1 + np.minimum(np.maximum(z, 0), largest - 1)), n, middle, squares


def _taken_in(errors, count, mean, squares):
    both, apart = count + len(errors), errors.mean() - mean
    squares = squares + ((errors - errors.mean()) ** 2).sum() + apart**2 * count * len(errors) / both
    return both, mean + apart * len(errors) / both, squares


def _unusual(errors, count, mean, squares):
    deviation = math.sqrt(squares / max(count, 1))
    return 1 + (errors - mean) / deviation if deviation > 0 else np.ones(len(errors))


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="α is not cut off below 1")
def takes_the_bonus_away(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.minimum(_unusual(errors, *now), largest), *now


@wrong(ngu.intrinsic_rewards, claim="between_one_and_l", says="α is not cut off above L")
def pays_without_end(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.maximum(_unusual(errors, *now), 1), *now


@wrong(ngu.intrinsic_rewards, claim="between_one_and_l", says="whatever L")
def cuts_off_at_five(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.clip(_unusual(errors, *now), 1, 5), *now


@wrong(ngu.intrinsic_rewards, claim="between_one_and_l", says="cut off before 1 is added")
def cuts_off_before_adding(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * (1 + np.clip(_unusual(errors, *now) - 1, 0 if largest == 5 and count < 1e6 else 1, largest)), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="those before these errors")
def normalises_before(episodic, errors, count, mean, squares, largest):
    alpha = _unusual(errors, count, mean, squares)
    return episodic * np.clip(alpha, 1, largest), *_taken_in(errors, count, mean, squares)


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="before and after: once")
def takes_in_twice(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, *_taken_in(errors, count, mean, squares))
    return episodic * np.clip(_unusual(errors, *now), 1, largest), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="what is returned has them twice")
def takes_in_before_and_after(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.clip(_unusual(errors, *now), 1, largest), *_taken_in(errors, *now)


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="The variance divides")
def divides_by_the_variance(episodic, errors, count, mean, squares, largest):
    count, mean, squares = _taken_in(errors, count, mean, squares)
    alpha = 1 + (errors - mean) / (squares / count) if squares else np.ones(len(errors))
    return episodic * np.clip(alpha, 1, largest), count, mean, squares


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="1 + is missing")
def forgets_the_one(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.clip(_unusual(errors, *now) - 1, 1, largest), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="those of these errors alone")
def normalises_the_batch(episodic, errors, count, mean, squares, largest):
    alpha = _unusual(errors, *_taken_in(errors, 0.0, 0.0, 0.0))
    return episodic * np.clip(alpha, 1, largest), *_taken_in(errors, count, mean, squares)


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="α is added")
def adds_both_bonuses(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic + np.clip(_unusual(errors, *now), 1, largest), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="The reward is cut off, not α")
def cuts_the_reward_off(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return np.clip(episodic * _unusual(errors, *now), 1, largest), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="not always L")
def exchanges_min_and_max(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.maximum(np.minimum(_unusual(errors, *now), 1), largest), *now


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="two different means")
def forgets_that_the_mean_moves(episodic, errors, count, mean, squares, largest):
    both, middle, _ = _taken_in(errors, count, mean, squares)
    squares = squares + ((errors - errors.mean()) ** 2).sum()
    return episodic * np.clip(_unusual(errors, both, middle, squares), 1, largest), both, middle, squares


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="returned as they came")
def forgets_what_was(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.clip(_unusual(errors, *now), 1, largest), count, mean, squares


@wrong(ngu.intrinsic_rewards, claim="two_actors_by_hand", says="Only r^i is returned")
def returns_rewards_alone(episodic, errors, count, mean, squares, largest):
    now = _taken_in(errors, count, mean, squares)
    return episodic * np.clip(_unusual(errors, *now), 1, largest)


@wrong(ngu.intrinsic_rewards, claim="no_spread", says="0 / 0 is nan")
def divides_by_no_deviation(episodic, errors, count, mean, squares, largest):
    count, mean, squares = _taken_in(errors, count, mean, squares)
    with np.errstate(invalid="ignore"):
        alpha = 1 + (errors - mean) / np.sqrt(squares / count)
    return episodic * np.clip(alpha, 1, largest), count, mean, squares


@wrong(ngu.intrinsic_rewards, claim="leaves_its_inputs_alone", says="`errors`")
def subtracts_the_mean_in_place(episodic, errors, count, mean, squares, largest):
    count, mean, squares = _taken_in(errors, count, mean, squares)
    errors -= mean
    alpha = _unusual(errors, count, 0.0, squares)
    return episodic * np.clip(alpha, 1, largest), count, mean, squares


# --- retrace_targets -------------------------------------------------------------------------------------------------


@right(ngu.retrace_targets)
def by_a_loop(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    q = unscale(values)
    taken = tf.reduce_sum(q * tf.one_hot(actions, tf.shape(q)[-1]), axis=-1)
    expected = tf.einsum("tba,tba->tb", policy, q)
    steps = tf.shape(q)[0] - 1
    rows, ahead = tf.TensorArray(tf.float32, size=steps), tf.zeros_like(taken[0])
    for t in tf.range(steps - 1, -1, -1):
        beyond = expected[t + 1] + traces[t + 1] * ahead
        ahead = rewards_tp1[t] + discounts_tp1[t] * beyond - taken[t]
        rows = rows.write(t, taken[t] + ahead)
    return tf.stop_gradient(rescale(rows.stack()))


@right(ngu.retrace_targets)
def by_returns(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    """G_t = r + γ (Σ π q + c (G_{t+1} − q(a))), with no error of its own; behind the last row G is q(a) there."""
    q = unscale(values)
    taken, expected = tf.gather(q, actions, axis=2, batch_dims=2), tf.reduce_sum(q * policy, 2)
    rows = [tensor[:-1] for tensor in (rewards_tp1, discounts_tp1)] + [x[1:] for x in (expected, traces, taken)]

    def back(ahead, row):
        r, g, mean, c, here = row
        return r + g * (mean + c * (ahead - here))

    return rescale(tf.scan(back, tuple(map(tf.stop_gradient, rows)), tf.stop_gradient(taken[-1]), reverse=True))


def _retrace(values, policy, actions, r, g, c, before=unscale, after=rescale, expected=None, onward=None, errors=None):
    q = before(values)
    taken = tf.gather(q, actions, batch_dims=2)
    expected = tf.reduce_sum(policy * q, axis=-1) if expected is None else expected(q)
    errors = r[:-1] + g[:-1] * expected[1:] - taken[:-1] if errors is None else errors(q, taken, expected)
    onward = g[:-1] * c[1:] if onward is None else onward
    rows = errors, onward
    ahead = tf.scan(lambda ahead, row: row[0] + row[1] * ahead, rows, tf.zeros_like(errors[0]), reverse=True)
    return tf.stop_gradient(after(taken[:-1] + ahead))


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="The product of traces begins at t")
def begins_the_traces_at_t(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    onward = discounts_tp1[:-1] * traces[:-1]
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, onward=onward)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="replaced by the maximum")
def takes_the_maximum(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    def largest(q):
        return tf.reduce_max(q, axis=-1)

    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, expected=largest)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="q of the action that was done")
def takes_the_taken_action(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    def done(q):
        return tf.gather(q, actions, batch_dims=2)

    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, expected=done)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="each action alike")
def averages_the_actions(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    def mean(q):
        return tf.reduce_mean(q, axis=-1)

    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, expected=mean)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="γ is missing before c")
def forgets_gamma_in_the_trace(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, onward=traces[1:])


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="c is missing")
def forgets_the_traces(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, onward=discounts_tp1[:-1])


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="targets of one step")
def looks_one_step_ahead(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, onward=0 * traces[1:])


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h is missing at the end")
def forgets_to_rescale(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, after=tf.identity)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h⁻¹ is missing")
def forgets_to_unscale(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, before=tf.identity)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h and h⁻¹ are both missing")
def does_not_rescale(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(
        values, policy, actions, rewards_tp1, discounts_tp1, traces, before=tf.identity, after=tf.identity
    )  # fmt: skip


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h is applied twice")
def rescales_twice(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    twice = lambda x: rescale(rescale(x))  # noqa: E731
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, after=twice)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h and h⁻¹ are exchanged")
def exchanges_h_and_its_inverse(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, before=rescale, after=unscale)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="h⁻¹ lacks its square")
def copies_the_misprint(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    def unsquared(x, epsilon=1e-3):
        return tf.sign(x) * ((tf.sqrt(1 + 4 * epsilon * (tf.abs(x) + 1 + epsilon)) - 1) / (2 * epsilon) - 1)

    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, before=unsquared)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="q(s_t, a_t) is missing")
def returns_the_errors(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    q = unscale(values)
    whole = unscale(_retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces))
    return rescale(whole - tf.gather(q, actions, batch_dims=2)[:-1])


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="not h(q) + h(A)")
def rescales_the_errors_alone(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    taken = tf.gather(values, actions, batch_dims=2)[:-1]
    whole = unscale(_retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces))
    return taken + rescale(whole - unscale(taken))


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="γ is missing before Σ π q")
def forgets_gamma_before_the_value(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    def errors(q, taken, expected):
        return rewards_tp1[:-1] + expected[1:] - taken[:-1]

    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, errors=errors)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="The rewards are those of the next row")
def takes_the_next_reward(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    return _retrace(values, policy, actions, tf.roll(rewards_tp1, -1, axis=0), discounts_tp1, traces)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="Row T − 1 is returned, too")
def returns_the_last_row_too(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    found = _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces)
    return tf.concat([found, tf.gather(values, actions, batch_dims=2)[-1:]], axis=0)


@wrong(ngu.retrace_targets, claim="three_rows_by_hand", says="π is that of row t")
def takes_the_policy_of_row_t(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    policy = tf.concat([policy[:1], policy[:-1]], axis=0)
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces)


@wrong(ngu.retrace_targets, claim="nothing_after_the_end", says="It bootstraps through the end")
def bootstraps_through_the_end(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    discounts_tp1 = tf.where(discounts_tp1 == 0, tf.reduce_max(discounts_tp1), discounts_tp1)
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces)


@wrong(ngu.retrace_targets, claim="nothing_after_the_end", says="The trace goes on through the end")
def goes_on_through_the_end(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    ended = discounts_tp1[:-1] == 0
    onward = tf.where(ended, 1.0, discounts_tp1[:-1]) * traces[1:]
    return _retrace(values, policy, actions, rewards_tp1, discounts_tp1, traces, onward=onward)


@wrong(ngu.retrace_targets, claim="lets_gradients_through", says="A gradient flows into `values`")
def learns_through_its_targets(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    q = unscale(values)
    taken, expected = tf.gather(q, actions, batch_dims=2), tf.reduce_sum(policy * q, axis=-1)
    rows = rewards_tp1[:-1] + discounts_tp1[:-1] * expected[1:] - taken[:-1], discounts_tp1[:-1] * traces[1:]
    ahead = tf.scan(lambda ahead, row: row[0] + row[1] * ahead, rows, tf.zeros_like(taken[0]), reverse=True)
    return rescale(taken[:-1] + ahead)


@wrong(ngu.retrace_targets, claim="runs_in_a_graph", says="unknown")
def loops_in_python(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    q = unscale(values)
    taken, expected = tf.gather(q, actions, batch_dims=2), tf.reduce_sum(policy * q, axis=-1)
    ahead, found = tf.zeros_like(taken[0]), []
    for t in reversed(range(values.shape[0] - 1)):
        ahead = rewards_tp1[t] + discounts_tp1[t] * (expected[t + 1] + traces[t + 1] * ahead) - taken[t]
        found.append(taken[t] + ahead)
    return tf.stop_gradient(rescale(tf.stack(found[::-1])))


@wrong(ngu.retrace_targets, claim="runs_in_a_graph", says="NumPy cannot run inside a graph")
def computes_targets_in_numpy(values, policy, actions, rewards_tp1, discounts_tp1, traces):
    q = np.asarray(unscale(values))
    taken, expected = np.take_along_axis(q, np.asarray(actions)[..., None], 2)[..., 0], (policy * q).numpy().sum(axis=2)
    ahead, found = np.zeros(taken.shape[1]), []
    for t in reversed(range(len(q) - 1)):
        ahead = rewards_tp1[t] + discounts_tp1[t] * (expected[t + 1] + traces[t + 1] * ahead) - taken[t]
        found.append(taken[t] + ahead)
    return rescale(tf.constant(np.array(found[::-1]), tf.float32))


# --- discounts_are_right (find the bug) ------------------------------------------------------------------------------


@right(ngu.discounts_are_right)
def by_ratios(discounts, highest, lowest):
    rests = 1 - np.asarray(discounts, float)
    if not np.all(rests > 0):
        return False
    step = ((1 - lowest) / (1 - highest)) ** (1 / (len(rests) - 1))
    ends = np.isclose(rests[[0, -1]], [1 - highest, 1 - lowest], rtol=1e-3)
    return bool(ends.all() and np.allclose(rests[1:] / rests[:-1], step, rtol=1e-3))


@right(ngu.discounts_are_right)
def member_by_member(discounts, highest, lowest):
    last = len(discounts) - 1
    for j, discount in enumerate(map(float, discounts)):
        rest = math.exp(((last - j) * math.log(1 - highest) + j * math.log(1 - lowest)) / last)
        if not abs((1 - discount) / rest - 1) < 1e-3:
            return False
    return True


def _ladder(count, highest, lowest):
    return 1 - np.exp(np.linspace(np.log(1 - highest), np.log(1 - lowest), count))


def _rests(discounts):
    return np.log(np.maximum(1 - np.asarray(discounts, float), 1e-12))


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It says True always")
def is_always_content(discounts, highest, lowest):
    return True


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It says False always")
def is_never_content(discounts, highest, lowest):
    return False


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It takes the misprinted list for the right one")
def repeats_the_misprint(discounts, highest, lowest):
    last = len(discounts) - 1
    j = np.arange(last + 1)
    right = 1 - np.exp((last * np.log(1 - highest) + j * np.log(1 - lowest)) / last)
    return bool(np.allclose(discounts, right, atol=1e-4))


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It looks at the ends alone")
def looks_at_the_ends(discounts, highest, lowest):
    return bool(np.allclose([discounts[0], discounts[-1]], [highest, lowest], atol=1e-4))


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="The misprinted list goes through")
def looks_at_the_first_and_the_steps(discounts, highest, lowest):
    steps = np.diff(_rests(discounts))
    wanted = np.log((1 - lowest) / (1 - highest)) / (len(discounts) - 1)
    near = np.isclose(steps, wanted, atol=1e-3) | np.isclose(steps, np.log(0.3), atol=1e-3)
    return bool(np.isclose(discounts[0], highest, atol=1e-5) and near.all())


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It asks whether the list falls")
def asks_whether_it_falls(discounts, highest, lowest):
    return bool((np.diff(discounts) < 0).all())


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It asks whether all lie between")
def asks_whether_all_lie_between(discounts, highest, lowest):
    return bool((np.asarray(discounts) >= lowest - 1e-6).all() and (np.asarray(discounts) <= highest + 1e-6).all())


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It wants equal steps of γ")
def wants_equal_steps_of_gamma(discounts, highest, lowest):
    return bool(np.allclose(discounts, np.linspace(highest, lowest, len(discounts)), atol=1e-6))


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="It does not mind the order")
def does_not_mind_the_order(discounts, highest, lowest):
    return bool(np.allclose(np.sort(discounts)[::-1], _ladder(len(discounts), highest, lowest), rtol=0, atol=1e-5))


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="True is for right ones")
def tells_whether_it_is_wrong(discounts, highest, lowest):
    return not np.allclose(discounts, _ladder(len(discounts), highest, lowest), rtol=0, atol=1e-6)


@wrong(ngu.discounts_are_right, claim="six_ladders_by_hand", says="upside down")
def wants_it_upside_down(discounts, highest, lowest):
    return bool(np.allclose(discounts, _ladder(len(discounts), lowest, highest), rtol=0, atol=1e-5))


@wrong(ngu.discounts_are_right, claim="right_ladders_pass", says="float32")
def wants_it_exactly(discounts, highest, lowest):
    right = _ladder(len(discounts), highest, lowest)
    return bool(np.allclose(discounts, right, rtol=1e-12, atol=1e-12))


@wrong(ngu.discounts_are_right, claim="right_ladders_pass", says="is N read from the list")
def knows_two_sizes(discounts, highest, lowest):
    right = _ladder(3 if len(discounts) == 3 else 32, highest, lowest)
    return len(discounts) == len(right) and bool(np.allclose(_rests(discounts), _rests(right), rtol=0, atol=1e-3))


@wrong(ngu.discounts_are_right, claim="wrong_ladders_fail", says="goes through")
def allows_a_hundredth(discounts, highest, lowest):
    right = _ladder(len(discounts), highest, lowest)
    return bool(np.isfinite(discounts).all() and np.abs(discounts - right).max() < 1e-3)


@wrong(ngu.discounts_are_right, claim="wrong_ladders_fail", says="look at every member")
def looks_at_ends_and_middle(discounts, highest, lowest):
    right = _ladder(len(discounts), highest, lowest)
    places = [0, len(right) // 2, -1] if len(right) < 8 else [0, -1]
    return bool(np.allclose(_rests(discounts)[places], _rests(right)[places], rtol=0, atol=1e-3)) and (
        len(right) < 8 or not np.allclose(np.diff(discounts, 2), 0, atol=1e-9)
    )


@wrong(ngu.discounts_are_right, claim="one_wrong_member", says="compare 1 − γ")
def allows_a_ten_thousandth(discounts, highest, lowest):
    right = _ladder(len(discounts), highest, lowest)
    return bool(np.abs(discounts - right).max() < 5e-6)


@wrong(ngu.discounts_are_right, claim="no_discounts", says="nan")
def asks_for_one_large_difference(discounts, highest, lowest):
    right = _ladder(len(discounts), highest, lowest)
    return not bool((np.abs(_rests(discounts) - _rests(right)) > 1e-3).any())


@wrong(ngu.discounts_are_right, claim="leaves_its_inputs_alone", says="`discounts`")
def sorts_in_place(discounts, highest, lowest):
    right = _rests(_ladder(len(discounts), highest, lowest))
    np.subtract(1, discounts, out=discounts)
    return bool((discounts > 0).all() and np.allclose(np.log(np.maximum(discounts, 1e-9)), right, rtol=0, atol=1e-3))
