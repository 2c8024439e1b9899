"""Plausible mistakes in chapter 07."""

import math

import numpy as np
from catalogue import right, wrong

from course_lib import agent57
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.targets import rescale, unscale
from course_lib.never_give_up import retrace_targets

# --- choose_member ---------------------------------------------------------------------------------------------------


@right(agent57.choose_member)
def member_by_member(members, returns, count, window, bonus):
    best, largest = 0, -math.inf
    members, returns = members[-window:], returns[-window:]
    for j in range(count):
        mine = [float(result) for i, result in zip(members, returns, strict=True) if i == j]
        if not mine:
            return j
        value = sum(mine) / len(mine) + bonus / math.sqrt(len(mine))
        if value > largest:
            best, largest = j, value
    return best


@right(agent57.choose_member)
def by_a_table(members, returns, count, window, bonus):
    played = members[-window:, None] == np.arange(count)
    n = played.sum(axis=0)
    values = (played * returns[-window:, None]).sum(axis=0) / np.maximum(n, 1) + bonus * np.maximum(n, 1) ** -0.5
    return np.argmax(np.where(n == 0, np.inf, values))


def _moments(members, returns, count):
    played = np.bincount(members, minlength=count)
    return played, np.bincount(members, returns, minlength=count) / np.maximum(played, 1)


def _ucb(members, returns, count, bonus, extra=lambda n, k: np.sqrt(1 / n)):
    played, means = _moments(members, returns, count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(means + bonus * extra(played, len(members))))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="It never forgets")
def never_forgets(members, returns, count, window, bonus):
    return _ucb(members, returns, count, bonus)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The counts forget and the means do not")
def takes_means_over_all_time(members, returns, count, window, bonus):
    played, _ = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(_moments(members, returns, count)[1] + bonus * np.sqrt(1 / played)))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The means forget and the counts do not")
def counts_over_all_time(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(means + bonus * np.sqrt(1 / _moments(members, returns, count)[0])))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="These are the first τ episodes")
def takes_the_first_episodes(members, returns, count, window, bonus):
    return _ucb(members[:window], returns[:window], count, bonus)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The window is counted for each member by itself")
def has_a_window_for_each(members, returns, count, window, bonus):
    values = []
    for j in range(count):
        mine = returns[members == j][-window:]
        if len(mine) == 0:
            return j
        values.append(mine.mean() + bonus * np.sqrt(1 / len(mine)))
    return int(np.argmax(values))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="one episode too short")
def has_a_window_too_short(members, returns, count, window, bonus):
    return _ucb(members[1 - window :], returns[1 - window :], count, bonus)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="one episode too long")
def has_a_window_too_long(members, returns, count, window, bonus):
    return _ucb(members[-window - 1 :], returns[-window - 1 :], count, bonus)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The counts start at 1")
def counts_from_one(members, returns, count, window, bonus):
    members, returns = members[-window:], returns[-window:]
    played = np.ones(count) + np.bincount(members, minlength=count)
    if (played == 1).any():
        return int(played.argmin())
    return int(np.argmax(np.bincount(members, returns, minlength=count) / played + bonus * np.sqrt(1 / played)))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The counts of the bonus start at 1")
def adds_one_under_the_root(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, bonus, lambda n, k: np.sqrt(1 / (n + 1)))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="There is a logarithm in the bonus")
def adds_a_logarithm(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, bonus, lambda n, k: np.sqrt(np.log(k) / n))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="the bonus of UCB1")
def is_ucb1(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, bonus, lambda n, k: np.sqrt(2 * np.log(k) / n))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The root is missing")
def forgets_the_root(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, bonus, lambda n, k: 1 / n)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="β stands under the root")
def puts_beta_under_the_root(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, 1, lambda n, k: np.sqrt(bonus / n))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="β changes nothing")
def multiplies_everything_by_beta(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(bonus * (means + np.sqrt(1 / played))))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The bonus multiplies the mean")
def multiplies_mean_and_bonus(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(means * bonus * np.sqrt(1 / played)))


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="There is no bonus")
def forgets_the_bonus(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, 0)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The bonus is subtracted")
def subtracts_the_bonus(members, returns, count, window, bonus):
    return _ucb(members[-window:], returns[-window:], count, -bonus)


@wrong(agent57.choose_member, claim="nine_logs_by_hand", says="The returns are added up")
def adds_returns_up(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    return int(np.argmax(means * played + bonus * np.sqrt(1 / played)))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="ignored")
def ignores_the_unplayed(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    values = means + bonus * np.sqrt(1 / np.maximum(played, 1))
    return int(np.argmax(np.where(played > 0, values, -np.inf)))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="a mean of 0 with the bonus of one episode")
def counts_at_least_one(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    return int(np.argmax(means + bonus * np.sqrt(1 / np.maximum(played, 1))))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="a mean of 0 without a bonus")
def makes_nan_a_zero(members, returns, count, window, bonus):
    played = np.bincount(members[-window:], minlength=count)
    with np.errstate(all="ignore"):
        means = np.bincount(members[-window:], returns[-window:], minlength=count) / played
        return int(np.argmax(np.nan_to_num(means + bonus * np.sqrt(1 / played))))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="division by zero")
def divides_by_zero(members, returns, count, window, bonus):
    values = []
    for j in range(count):
        mine = [float(result) for i, result in zip(members[-window:], returns[-window:], strict=True) if i == j]
        values.append(sum(mine) / len(mine) + bonus * math.sqrt(1 / len(mine)))
    return values.index(max(values))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="It never forgets who played")
def tries_each_once_for_all(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    for j in range(count):
        if j not in members:
            return j
    if not played.all():
        played, means = _moments(members, returns, count)
    return int(np.argmax(means + bonus * np.sqrt(1 / played)))


@wrong(agent57.choose_member, claim="the_unplayed_come_first", says="the last one is taken")
def takes_the_last_unplayed(members, returns, count, window, bonus):
    played = np.bincount(members[-window:], minlength=count)
    if not played.all():
        return int(np.flatnonzero(played == 0)[-1])
    return _ucb(members[-window:], returns[-window:], count, bonus)


@wrong(agent57.choose_member, claim="ties_go_to_the_first", says="the first member is chosen")
def takes_the_last_of_equals(members, returns, count, window, bonus):
    played, means = _moments(members[-window:], returns[-window:], count)
    if not played.all():
        return int(played.argmin())
    values = means + bonus * np.sqrt(1 / played)
    return int(np.flatnonzero(values == values.max())[-1])


@wrong(agent57.choose_member, claim="leaves_its_inputs_alone", says="`returns`")
def normalises_in_place(members, returns, count, window, bonus):
    chosen = _ucb(members[-window:], returns[-window:], count, bonus)
    returns -= returns.mean() if len(returns) else 0
    return chosen


# --- evaluators_member -----------------------------------------------------------------------------------------------


@right(agent57.evaluators_member)
def by_a_dictionary(members, returns, count, window):
    theirs = {}
    for j, result in zip(members[-window:].tolist(), returns[-window:].tolist(), strict=True):
        theirs.setdefault(j, []).append(result)
    return max(sorted(theirs), key=lambda j: sum(theirs[j]) / len(theirs[j]), default=0)


@right(agent57.evaluators_member)
def by_unique(members, returns, count, window):
    if members.size == 0:
        return 0
    there, place, n = np.unique(members[-window:], return_inverse=True, return_counts=True)
    return there[np.argmax(np.bincount(place, weights=returns[-window:]) / n)]


def _greedy(members, returns, count, unplayed=-np.inf):
    played, means = _moments(members, returns, count)
    return int(np.argmax(np.where(played > 0, means, unplayed))) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="There is a bonus")
def examines_with_a_bonus(members, returns, count, window):
    played, means = _moments(members[-window:], returns[-window:], count)
    values = means + np.sqrt(1 / np.maximum(played, 1))
    return int(np.argmax(np.where(played > 0, values, -np.inf))) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="It explores")
def examines_as_an_actor(members, returns, count, window):
    return _ucb(members[-window:], returns[-window:], count, 1.0)


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="It takes who played most")
def examines_who_played_most(members, returns, count, window):
    return int(np.argmax(np.bincount(members[-window:], minlength=count)))


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="a mean of 0, which is more than a loss")
def takes_zero_for_the_unplayed(members, returns, count, window):
    return _greedy(members[-window:], returns[-window:], count, 0)


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="before all others")
def examines_the_unplayed(members, returns, count, window):
    return _greedy(members[-window:], returns[-window:], count, np.inf)


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="The returns are added up")
def examines_by_sums(members, returns, count, window):
    played = np.bincount(members[-window:], minlength=count)
    totals = np.bincount(members[-window:], returns[-window:], minlength=count)
    return int(np.argmax(np.where(played > 0, totals, -np.inf))) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="It never forgets")
def examines_all_time(members, returns, count, window):
    return _greedy(members, returns, count)


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="best single episode")
def examines_the_luckiest(members, returns, count, window):
    return int(members[-window:][np.argmax(returns[-window:])]) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="whoever played last")
def examines_the_newest(members, returns, count, window):
    return int(members[-1]) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="The counts start at 1")
def divides_by_one_more(members, returns, count, window):
    played, means = _moments(members[-window:], returns[-window:], count)
    return int(np.argmax(np.where(played > 0, means * played / (played + 1), -np.inf))) if len(members) else 0


@wrong(agent57.evaluators_member, claim="six_logs_by_hand", says="one episode too short")
def examines_one_less(members, returns, count, window):
    return _greedy(members[1 - window :], returns[1 - window :], count)


@wrong(agent57.evaluators_member, claim="before_the_first_episode", says="empty")
def needs_an_episode(members, returns, count, window):
    members, returns = members[-window:], returns[-window:]
    there = np.unique(members)
    return int(there[np.argmax([returns[members == j].mean() for j in there])])


@wrong(agent57.evaluators_member, claim="the_first_of_equals", says="the first member is examined")
def examines_the_last_of_equals(members, returns, count, window):
    played, means = _moments(members[-window:], returns[-window:], count)
    means = np.where(played > 0, means, -np.inf)
    return int(np.flatnonzero(means == means.max())[-1]) if len(members) else 0


# --- shared_policy ---------------------------------------------------------------------------------------------------


@right(agent57.shared_policy)
def by_comparing(extrinsic, intrinsic, betas):
    values = tf.stop_gradient(extrinsic + tf.expand_dims(betas, -1) * intrinsic)
    best = tf.argmax(values, axis=2, output_type=tf.int32)
    return tf.cast(tf.range(tf.shape(values)[2]) == best[:, :, None], tf.float32)


@right(agent57.shared_policy)
def by_einsum(extrinsic, intrinsic, betas):
    return tf.one_hot(tf.argmax(extrinsic + tf.einsum("tb,tba->tba", betas, intrinsic), 2), extrinsic.shape[-1])


def _one_hot(values):
    return tf.one_hot(tf.argmax(values, axis=-1), tf.shape(values)[-1])


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="Q_i is left out")
def forgets_what_is_new(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="Q_e is left out")
def forgets_what_is_paid(extrinsic, intrinsic, betas):
    return _one_hot(intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="β is not used")
def ignores_beta(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic + intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="β runs along the actions")
def broadcasts_along_the_actions(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic + betas * intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="β multiplies Q_e")
def weighs_the_wrong_value(extrinsic, intrinsic, betas):
    return _one_hot(betas[..., None] * extrinsic + intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="Q_i is subtracted")
def subtracts_what_is_new(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic - betas[..., None] * intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="1 − β")
def mixes_by_beta(extrinsic, intrinsic, betas):
    return _one_hot((1 - betas[..., None]) * extrinsic + betas[..., None] * intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="Each value has a policy of its own")
def has_two_policies(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic), _one_hot(intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="averaged")
def averages_two_policies(extrinsic, intrinsic, betas):
    return (_one_hot(extrinsic) + _one_hot(intrinsic)) / 2


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="This is a softmax")
def is_a_softmax(extrinsic, intrinsic, betas):
    return tf.nn.softmax(extrinsic + betas[..., None] * intrinsic)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="numbers of the actions")
def returns_numbers(extrinsic, intrinsic, betas):
    return tf.argmax(extrinsic + betas[..., None] * intrinsic, axis=-1)


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="along the worlds")
def takes_the_wrong_axis(extrinsic, intrinsic, betas):
    return tf.one_hot(tf.argmax(extrinsic + betas[..., None] * intrinsic, axis=1), tf.shape(extrinsic)[-1])


@wrong(agent57.shared_policy, claim="three_worlds_by_hand", says="These are the values")
def returns_values(extrinsic, intrinsic, betas):
    return extrinsic + betas[..., None] * intrinsic


@wrong(agent57.shared_policy, claim="each_row_has_its_own", says="The β of the first row")
def takes_the_first_beta(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic + betas[:1, :, None] * intrinsic)


@wrong(agent57.shared_policy, claim="each_row_has_its_own", says="needs betas[t, b]")
def reverses_the_betas(extrinsic, intrinsic, betas):
    return _one_hot(extrinsic + betas[::-1, :, None] * intrinsic)


@wrong(agent57.shared_policy, claim="the_first_alone", says="All of them get a 1")
def takes_all_of_the_best(extrinsic, intrinsic, betas):
    values = extrinsic + betas[..., None] * intrinsic
    return tf.cast(values == tf.reduce_max(values, axis=-1, keepdims=True), tf.float32)


@wrong(agent57.shared_policy, claim="lets_gradients_through", says="needs tf.stop_gradient")
def is_straight_through(extrinsic, intrinsic, betas):
    values = extrinsic + betas[..., None] * intrinsic
    p = tf.nn.softmax(values)
    return _one_hot(values) + p - tf.stop_gradient(p)


@wrong(agent57.shared_policy, claim="runs_in_a_graph", says="NumPy")
def is_in_numpy(extrinsic, intrinsic, betas):
    values = np.asarray(extrinsic) + np.asarray(betas)[..., None] * np.asarray(intrinsic)
    return np.eye(values.shape[-1], dtype=np.float32)[values.argmax(axis=-1)]


# --- split_errors ----------------------------------------------------------------------------------------------------


@right(agent57.split_errors)
def both_at_once(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    def twice(part):
        return tf.concat([part, part], axis=1)

    targets = retrace_targets(
        tf.concat([target_extrinsic, target_intrinsic], axis=1), twice(policy), twice(actions),
        tf.concat([rewards_tp1, bonuses_tp1], axis=1), twice(discounts_tp1), twice(traces),
    )  # fmt: skip
    onehot = tf.one_hot(actions, tf.shape(policy)[-1])
    values = [tf.reduce_sum(onehot * each, axis=-1)[:-1] for each in (extrinsic, intrinsic)]
    of_e, of_i = tf.split(targets, 2, axis=1)
    return of_e - values[0], of_i - values[1]


@right(agent57.split_errors)
def by_its_own_retrace(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    found = []
    for values, target, rewards in (
        (extrinsic, target_extrinsic, rewards_tp1), (intrinsic, target_intrinsic, bonuses_tp1),
    ):  # fmt: skip
        q = unscale(tf.stop_gradient(target))
        taken = tf.gather(q, actions, batch_dims=2)
        ahead = rewards[:-1] + discounts_tp1[:-1] * tf.reduce_sum(policy * q, axis=-1)[1:] - taken[:-1]
        onward = discounts_tp1[:-1] * traces[1:]
        further = tf.scan(lambda a, x: x[0] + x[1] * a, (ahead, onward), tf.zeros_like(ahead[0]), reverse=True)
        found.append(rescale(taken[:-1] + further) - tf.gather(values, actions, batch_dims=2)[:-1])
    return tuple(found)


def _taken(values, actions):
    return tf.gather(values, actions, batch_dims=2)[:-1]


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Both are taught the sum of reward and bonus")
def teaches_both_the_sum(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1 + bonuses_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, rewards_tp1 + bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Both are taught what is paid")
def teaches_both_what_is_paid(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Q_i is taught what is paid, too")
def teaches_intrinsic_the_sum(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, rewards_tp1 + bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Rewards and bonuses are exchanged")
def swaps_rewards_and_bonuses(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="wrong order")
def swaps_the_errors(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_i - _taken(intrinsic, actions), of_e - _taken(extrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Each value has a greedy policy of its own: both use")
def lets_each_be_greedy(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, _one_hot(target_extrinsic), actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, _one_hot(target_intrinsic), actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="by the network that learns: both use")
def lets_each_be_greedy_online(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, _one_hot(extrinsic), actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, _one_hot(intrinsic), actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="make their own targets")
def makes_its_own_targets(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="The value of the target network is subtracted")
def subtracts_the_target_network(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(target_extrinsic, actions), of_i - _taken(target_intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="The target networks are exchanged")
def swaps_the_target_networks(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_intrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_extrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="The sign is wrong")
def has_the_wrong_sign(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return _taken(extrinsic, actions) - of_e, _taken(intrinsic, actions) - of_i


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="h is applied twice")
def rescales_twice(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = rescale(retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces))
    of_i = rescale(retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces))
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="h is undone")
def undoes_the_rescaling(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = unscale(retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces))
    of_i = unscale(retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces))
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="Both are taken out of h")
def compares_returns(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = unscale(retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces))
    of_i = unscale(retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces))
    return of_e - unscale(_taken(extrinsic, actions)), of_i - unscale(_taken(intrinsic, actions))


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="h⁻¹ is applied before")
def unscales_first(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(unscale(target_extrinsic), policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(unscale(target_intrinsic), policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - _taken(intrinsic, actions)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="The value is that of the next row")
def takes_the_next_value(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - tf.gather(extrinsic, actions, batch_dims=2)[1:], of_i - tf.gather(intrinsic, actions, batch_dims=2)[
        1:
    ]


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="The largest value is subtracted")
def takes_the_largest_value(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - tf.reduce_max(extrinsic, axis=-1)[:-1], of_i - tf.reduce_max(intrinsic, axis=-1)[:-1]


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="These are squared errors")
def squares_the_errors(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return (of_e - _taken(extrinsic, actions)) ** 2, (of_i - _taken(intrinsic, actions)) ** 2


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="These are absolute errors")
def makes_them_absolute(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return tf.abs(of_e - _taken(extrinsic, actions)), tf.abs(of_i - _taken(intrinsic, actions))


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="shape")
def keeps_the_last_row(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - tf.gather(extrinsic, actions, batch_dims=2), of_i - tf.gather(intrinsic, actions, batch_dims=2)


@wrong(agent57.split_errors, claim="three_rows_by_hand", says="shape")
def pads_the_last_row(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return tf.pad(of_e - _taken(extrinsic, actions), [[0, 1], [0, 0]]), tf.pad(
        of_i - _taken(intrinsic, actions), [[0, 1], [0, 0]]
    )


@wrong(agent57.split_errors, claim="each_teaches_its_own", says="No gradient flows at all")
def stops_the_values(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return tf.stop_gradient(of_e - _taken(extrinsic, actions)), tf.stop_gradient(of_i - _taken(intrinsic, actions))


@wrong(agent57.split_errors, claim="each_teaches_its_own", says="No gradient reaches Q_i")
def stops_one_value(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    of_e = retrace_targets(target_extrinsic, policy, actions, rewards_tp1, discounts_tp1, traces)
    of_i = retrace_targets(target_intrinsic, policy, actions, bonuses_tp1, discounts_tp1, traces)
    return of_e - _taken(extrinsic, actions), of_i - tf.stop_gradient(_taken(intrinsic, actions))


@wrong(agent57.split_errors, claim="each_teaches_its_own", says="no gradient flows through a target")
def learns_through_the_target(
    extrinsic, intrinsic, target_extrinsic, target_intrinsic, policy, actions, rewards_tp1, bonuses_tp1, discounts_tp1, traces
):  # fmt: skip
    found = []
    for values, target, rewards in (
        (extrinsic, target_extrinsic, rewards_tp1), (intrinsic, target_intrinsic, bonuses_tp1),
    ):  # fmt: skip
        stopped = retrace_targets(target, policy, actions, rewards, discounts_tp1, traces)
        found.append(stopped + target[:-1, :, 0] - tf.stop_gradient(target[:-1, :, 0]) - _taken(values, actions))
    return tuple(found)


# --- sequence_priorities ---------------------------------------------------------------------------------------------


@right(agent57.sequence_priorities)
def by_masks(sizes, counted, mix):
    kept = tf.where(counted > 0, sizes, tf.zeros_like(sizes))
    mean = tf.math.divide_no_nan(tf.reduce_sum(kept, axis=0), tf.reduce_sum(counted, axis=0))
    return mean + mix * (tf.reduce_max(kept, axis=0) - mean)


@right(agent57.sequence_priorities)
def by_shares(sizes, counted, mix):
    shares = counted / tf.maximum(tf.reduce_sum(counted, axis=0, keepdims=True), 1.0)
    return mix * tf.reduce_max(counted * sizes, 0) + (1.0 - mix) * tf.einsum("tb,tb->b", shares, sizes)


def _parts(sizes, counted):
    kept = sizes * counted
    mean = tf.reduce_sum(kept, axis=0) / tf.maximum(tf.reduce_sum(counted, axis=0), 1)
    return tf.reduce_max(kept, axis=0), mean


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="η is on the wrong side")
def reverses_the_mix(sizes, counted, mix):
    largest, mean = _parts(sizes, counted)
    return (1 - mix) * largest + mix * mean


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="in the place of their mean")
def adds_up_for_the_mean(sizes, counted, mix):
    largest, _ = _parts(sizes, counted)
    return mix * largest + (1 - mix) * tf.reduce_sum(sizes * counted, axis=0)


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="The errors are added up: the largest")
def adds_up_alone(sizes, counted, mix):
    return tf.reduce_sum(sizes * counted, axis=0)


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="The mean is over all rows")
def averages_over_all_rows(sizes, counted, mix):
    kept = sizes * counted
    return mix * tf.reduce_max(kept, axis=0) + (1 - mix) * tf.reduce_mean(kept, axis=0)


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="Rows that do not count can be the largest")
def takes_the_largest_of_all_rows(sizes, counted, mix):
    return mix * tf.reduce_max(sizes, axis=0) + (1 - mix) * _parts(sizes, counted)[1]


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="`counted` is not used")
def ignores_counted(sizes, counted, mix):
    return mix * tf.reduce_max(sizes, axis=0) + (1 - mix) * tf.reduce_mean(sizes, axis=0)


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="It is the largest alone")
def takes_the_largest_alone(sizes, counted, mix):
    return _parts(sizes, counted)[0]


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="It is the mean alone")
def takes_the_mean_alone(sizes, counted, mix):
    return _parts(sizes, counted)[1]


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="The share 1 − η of the mean is missing")
def forgets_the_rest_of_the_mix(sizes, counted, mix):
    largest, mean = _parts(sizes, counted)
    return mix * largest + mean


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="along the sequences")
def runs_along_the_sequences(sizes, counted, mix):
    kept = sizes * counted
    mean = tf.reduce_sum(kept, axis=1) / tf.maximum(tf.reduce_sum(counted, axis=1), 1)
    return mix * tf.reduce_max(kept, axis=1) + (1 - mix) * mean


@wrong(agent57.sequence_priorities, claim="two_sequences_by_hand", says="divided by their sum")
def makes_them_chances(sizes, counted, mix):
    largest, mean = _parts(sizes, counted)
    found = mix * largest + (1 - mix) * mean
    return found / tf.reduce_sum(found)


@wrong(agent57.sequence_priorities, claim="nothing_counts", says="A division by 0")
def divides_by_nothing(sizes, counted, mix):
    kept = sizes * counted
    mean = tf.reduce_sum(kept, axis=0) / tf.reduce_sum(counted, axis=0)
    return mix * tf.reduce_max(kept, axis=0) + (1 - mix) * mean


@wrong(agent57.sequence_priorities, claim="both_ends_of_the_mix", says="η is an argument")
def knows_one_mix(sizes, counted, mix):
    largest, mean = _parts(sizes, counted)
    return 0.9 * largest + 0.1 * mean


@wrong(agent57.sequence_priorities, claim="runs_in_a_graph", says="NumPy")
def computes_in_numpy(sizes, counted, mix):
    kept = np.asarray(sizes) * np.asarray(counted)
    mean = kept.sum(axis=0) / np.maximum(np.asarray(counted).sum(axis=0), 1)
    return mix * kept.max(axis=0) + (1 - mix) * mean


# --- log_is_of_a_window (find the bug) -------------------------------------------------------------------------------


@right(agent57.log_is_of_a_window)
def by_loops(members, returns, count, window, bonus):
    for k, j in enumerate(members.tolist()):
        theirs = {}
        for i in range(max(0, k - window), k):
            theirs.setdefault(int(members[i]), []).append(float(returns[i]))
        if len(theirs) < count:
            if j in theirs:
                return False
        else:
            values = {i: sum(part) / len(part) + bonus / len(part) ** 0.5 for i, part in theirs.items()}
            if max(values.values()) - values[j] > 1e-6:
                return False
    return True


@right(agent57.log_is_of_a_window)
def by_infinite_values(members, returns, count, window, bonus):
    def fine(k):
        before = slice(max(k - window, 0), k)
        n, means = _moments(members[before], returns[before], count)
        values = np.where(n > 0, means + bonus / np.sqrt(np.maximum(n, 1)), np.inf)
        return values[members[k]] == np.inf or values[members[k]] >= values.max() - 1e-6

    return all(map(fine, range(len(members))))


def _judged(members, returns, count, window, bonus, *, extra=None, tolerance=1e-6, start=0, stop=None, missing=True):
    """The library's test, with places for mistakes."""
    extra = extra or (lambda n, k: np.sqrt(1 / n))
    for k in range(len(members))[start:stop]:
        before = slice(max(k - window, 0), k)
        played, means = _moments(members[before], returns[before], count)
        if not played.all():
            if missing and played[members[k]]:
                return False
            continue
        values = means + bonus * extra(played, played.sum())
        if values[members[k]] < values.max() - tolerance:
            return False
    return True


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It says True always")
def believes_everything(members, returns, count, window, bonus):
    return True


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It says False always")
def believes_nothing(members, returns, count, window, bonus):
    return False


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It tells whether the log is wrong")
def tells_the_contrary(members, returns, count, window, bonus):
    return not _judged(members, returns, count, window, bonus)


@wrong(
    agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It asks for a controller that never forgets"
)
def asks_for_all_time(members, returns, count, window, bonus):
    return _judged(members, returns, count, len(members) + 1, bonus)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It does not mind who has not played")
def does_not_mind_the_missing(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, missing=False)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="the first of several")
def wants_the_librarys_choice(members, returns, count, window, bonus):
    for k in range(len(members)):
        before = slice(max(k - window, 0), k)
        played, _ = _moments(members[before], returns[before], count)
        if not played.all():
            if played[members[k]]:
                return False
        elif members[k] != _ucb(members[before], returns[before], count, bonus):
            return False
    return True


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="in the order of the family")
def wants_the_family_in_order(members, returns, count, window, bonus):
    for k in range(len(members)):
        before = slice(max(k - window, 0), k)
        played, _ = _moments(members[before], returns[before], count)
        if not played.all() and members[k] != played.argmin():
            return False
    return _judged(members, returns, count, window, bonus)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="There is no bonus in what it asks for")
def asks_without_a_bonus(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, 0.0)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It looks at the last episode alone")
def judges_the_last_alone(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, start=-1)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="It does not look at the last episode")
def leaves_the_last_out(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, stop=-1)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="one episode too long")
def asks_for_one_more(members, returns, count, window, bonus):
    return _judged(members, returns, count, window + 1, bonus)


@wrong(agent57.log_is_of_a_window, claim="eleven_logs_judged_by_hand", says="one episode too short")
def asks_for_one_less(members, returns, count, window, bonus):
    return _judged(members, returns, count, window - 1, bonus)


@wrong(agent57.log_is_of_a_window, claim="right_logs_pass", says="It rejects a log of the right rule")
def asks_for_a_logarithm(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, extra=lambda n, k: np.sqrt(np.log(k) / n))


@wrong(agent57.log_is_of_a_window, claim="rounding_is_no_mistake", says="differ in the last digit")
def allows_nothing(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, tolerance=0.0)


@wrong(agent57.log_is_of_a_window, claim="wrong_logs_fail", says="goes through")
def allows_a_lot(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, tolerance=0.1)


@wrong(agent57.log_is_of_a_window, claim="wrong_logs_fail", says="goes through")
def looks_at_who_is_missing(members, returns, count, window, bonus):
    for k in range(len(members)):
        before = slice(max(k - window, 0), k)
        played, _ = _moments(members[before], returns[before], count)
        if not played.all() and played[members[k]]:
            return False
    return len(members) > 9 or _judged(members, returns, count, window, bonus)


@wrong(agent57.log_is_of_a_window, claim="one_wrong_choice", says="the last of")
def stops_before_the_end_of_long_logs(members, returns, count, window, bonus):
    return _judged(members, returns, count, window, bonus, stop=-1 if len(members) > 9 else None)


@wrong(agent57.log_is_of_a_window, claim="leaves_its_inputs_alone", says="`returns`")
def rounds_in_place(members, returns, count, window, bonus):
    verdict = _judged(members, returns, count, window, bonus)
    np.round(returns, 1, out=returns)
    return verdict
