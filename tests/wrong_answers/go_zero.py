"""Plausible mistakes in chapter 05, about AlphaGo Zero."""

import math

import numpy as np
from catalogue import right, wrong

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go import audit, gate, losses, mcts, symmetry

# --- noisy_priors ----------------------------------------------------------------------------------------------------


@right(mcts.noisy_priors)
def noise_in_a_loop(priors, legal, gammas, fraction):
    total = 0.0
    for move in range(len(priors)):
        if legal[move]:
            total += gammas[move]
    mixed = priors.copy()
    if total > 0:
        for move in range(len(priors)):
            if legal[move]:
                mixed[move] += fraction * (gammas[move] / total - priors[move])
    return mixed


@right(mcts.noisy_priors)
def noise_by_products(priors, legal, gammas, fraction):
    noise = gammas * legal
    if np.sum(noise) == 0.0:
        return priors + 0.0 * noise
    return priors - fraction * (priors - noise / np.sum(noise))


@right(mcts.noisy_priors)
def noise_with_a_share_that_may_vanish(priors, legal, gammas, fraction):
    total = gammas[legal].sum()
    share = fraction if total > 0.0 else 0.0
    return np.where(legal, (1.0 - share) * priors + share * gammas / (total if total > 0.0 else 1.0), 0.0)


def _noise(gammas, legal):
    noise = np.where(legal, gammas, 0.0)
    return noise / noise.sum() if noise.sum() > 0 else noise


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="Illegal moves get noise")
def noise_on_illegal_moves(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * gammas / gammas.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="not only those in the sum")
def masks_the_sum_alone(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * gammas / gammas[legal].sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="sum over all moves, so that less than 1")
def normalises_over_all_moves(priors, legal, gammas, fraction):
    return np.where(legal, (1 - fraction) * priors + fraction * gammas / gammas.sum(), 0.0)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="and the mixture by its sum")
def normalises_over_all_moves_and_again(priors, legal, gammas, fraction):
    mixed = np.where(legal, (1 - fraction) * priors + fraction * gammas / gammas.sum(), 0.0)
    return mixed / mixed.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="exchanged")
def swaps_the_shares(priors, legal, gammas, fraction):
    return fraction * priors + (1 - fraction) * _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="not divided by their sum: only then")
def leaves_gammas_as_they_are(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * np.where(legal, gammas, 0.0)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="and illegal moves get some")
def leaves_all_gammas_as_they_are(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * gammas


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="Only the mixture is divided")
def normalises_the_mixture_alone(priors, legal, gammas, fraction):
    mixed = leaves_gammas_as_they_are(priors, legal, gammas, fraction)
    return mixed / mixed.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="more than 1 comes out")
def adds_noise_to_all_of_the_priors(priors, legal, gammas, fraction):
    return priors + fraction * _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="does not make up for it")
def adds_noise_and_normalises(priors, legal, gammas, fraction):
    mixed = adds_noise_to_all_of_the_priors(priors, legal, gammas, fraction)
    return mixed / mixed.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="The mean of the draws")
def divides_by_the_mean(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * np.where(legal, gammas, 0.0) / gammas[legal].mean()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="multiplied by the priors")
def multiplies_noise_and_priors(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * priors * _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="the same noise")
def explores_uniformly(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * legal / legal.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="Only the noise")
def returns_the_noise(priors, legal, gammas, fraction):
    return _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="No noise arrives")
def forgets_the_noise(priors, legal, gammas, fraction):
    return priors + 0.0


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="the draws in `gammas`")
def draws_its_own(priors, legal, gammas, fraction):
    noise = np.where(legal, np.random.default_rng().gamma(0.03, size=len(priors)), 0.0)
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="four_moves_by_hand", says="the draws in `gammas`")
def softmax_of_the_draws(priors, legal, gammas, fraction):
    noise = np.where(legal, np.exp(gammas), 0.0)
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="whichever_moves_are_legal", says="not P > 0")
def takes_moves_without_a_prior_for_illegal(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * _noise(gammas, priors > 0)


@wrong(mcts.noisy_priors, claim="whichever_moves_are_legal", says="less than 1 is left")
def masks_by_the_priors_at_the_end(priors, legal, gammas, fraction):
    return np.where(priors > 0, (1 - fraction) * priors + fraction * _noise(gammas, legal), 0.0)


@wrong(mcts.noisy_priors, claim="whichever_moves_are_legal", says="does not sum to 1")
def has_no_noise_for_the_pass(priors, legal, gammas, fraction):
    """The pass keeps its prior, which a case of four moves does not show."""
    mixed = (1 - fraction) * priors + fraction * _noise(gammas, legal)
    if len(priors) > 4:
        mixed[-1] = priors[-1]
    return mixed


@wrong(mcts.noisy_priors, claim="both_ends_of_the_noise", says="`fraction`")
def has_a_quarter_of_its_own(priors, legal, gammas, fraction):
    return 0.75 * priors + 0.25 * _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="only_ratios_of_draws_count", says="add nothing to it")
def adds_a_small_number_to_the_sum(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    return (1 - fraction) * priors + fraction * noise / (noise.sum() + 1e-8)


@wrong(mcts.noisy_priors, claim="only_ratios_of_draws_count", says="No noise arrives where draws are small")
def takes_small_draws_for_none(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    if noise.sum() < 1e-8:
        return priors + 0.0
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="only_ratios_of_draws_count", says="in 32 bits they are 0")
def computes_the_draws_in_float32(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0).astype(np.float32)
    total = noise.sum()
    return (1 - fraction) * priors + fraction * noise / total


@wrong(mcts.noisy_priors, claim="draws_of_nothing", says="0/0 is nan")
def divides_by_no_draws(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="draws_of_nothing", says="in all legal moves")
def divides_legal_moves_by_no_draws(priors, legal, gammas, fraction):
    mixed = np.zeros(len(priors))
    mixed[legal] = (1 - fraction) * priors[legal] + fraction * gammas[legal] / gammas[legal].sum()
    return mixed


@wrong(mcts.noisy_priors, claim="draws_of_nothing", says="0/0 is nan")
def looks_at_the_sum_of_all_draws(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    if gammas.sum() == 0:
        return priors + 0.0
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="draws_of_nothing", says="no longer sum to 1")
def loses_the_share_of_the_noise(priors, legal, gammas, fraction):
    return (1 - fraction) * priors + fraction * _noise(gammas, legal)


@wrong(mcts.noisy_priors, claim="draws_of_nothing", says="without a draw the priors stay")
def spreads_noise_where_there_is_none(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    if noise.sum() == 0:
        noise = legal * 1.0
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="leaves_its_inputs_alone", says="`priors` in place")
def mixes_in_place(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    total = noise.sum()
    if total > 0:
        priors *= 1 - fraction
        priors += fraction * noise / total
    return priors


@wrong(mcts.noisy_priors, claim="leaves_its_inputs_alone", says="`gammas` in place")
def masks_the_draws_in_place(priors, legal, gammas, fraction):
    gammas[~legal] = 0.0
    total = gammas.sum()
    share = fraction if total > 0 else 0.0
    return (1 - share) * priors + share * gammas / max(total, 1e-300)


@wrong(mcts.noisy_priors, claim="compiles_with_numba", says="Numba")
def returns_two_types(priors, legal, gammas, fraction):
    noise = np.where(legal, gammas, 0.0)
    if noise.sum() == 0:
        return priors.copy()  # float32, and float64 below
    return (1 - fraction) * priors + fraction * noise / noise.sum()


@wrong(mcts.noisy_priors, claim="compiles_with_numba", says="Numba")
def sums_with_a_keyword(priors, legal, gammas, fraction):
    total = np.sum(gammas, where=legal)
    if total == 0:
        return priors * 1.0
    return (1 - fraction) * priors + fraction * np.where(legal, gammas, 0.0) / total


# --- visit_policy ----------------------------------------------------------------------------------------------------


@right(mcts.visit_policy)
def policy_by_logarithms(visits, temperature):
    policy = np.zeros(len(visits))
    largest = np.max(visits)
    for move in range(len(visits)):
        if temperature == 0:
            policy[move] = 1.0 if visits[move] == largest else 0.0
        elif visits[move] > 0:
            policy[move] = np.exp((np.log(visits[move]) - np.log(largest)) / temperature)
    return policy / np.sum(policy)


@right(mcts.visit_policy)
def policy_of_the_largest_first(visits, temperature):
    largest = visits == visits.max()
    if temperature == 0:
        return largest / largest.sum()
    shares = (visits / visits.max()) ** (1 / temperature)
    return shares / shares.sum()


@right(mcts.visit_policy)
def policy_by_a_softmax_of_logarithms(visits, temperature):
    scores = np.where(visits > 0, np.log(np.maximum(visits, 1)), -np.inf) - np.log(visits.max())
    weights = np.exp(scores / temperature) if temperature > 0 else np.where(scores == 0.0, 1.0, 0.0)
    return weights / weights.sum()


def _policy(visits, power):
    powers = visits**power
    return powers / powers.sum()


def _greedy(visits):
    best = visits == visits.max()
    return best / best.sum()


@wrong(mcts.visit_policy, claim="half_by_hand", says="The power is τ")
def raises_to_tau(visits, temperature):
    return _policy(visits / visits.max(), temperature)


@wrong(mcts.visit_policy, claim="half_by_hand", says="left out")
def ignores_the_temperature(visits, temperature):
    return visits / visits.sum()


@wrong(mcts.visit_policy, claim="half_by_hand", says="or cancels")
def divides_by_the_temperature(visits, temperature):
    scaled = visits / temperature
    return scaled / scaled.sum()


def _softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@wrong(mcts.visit_policy, claim="half_by_hand", says="softmax of the visits")
def softmax_of_visits(visits, temperature):
    return _softmax(visits)


@wrong(mcts.visit_policy, claim="half_by_hand", says="softmax of N/τ")
def softmax_with_temperature(visits, temperature):
    return _softmax(visits / temperature) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="half_by_hand", says="softmax of shares")
def softmax_of_shares(visits, temperature):
    return _softmax(visits / visits.sum() / temperature) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="half_by_hand", says="count 1 too many")
def adds_one_to_the_visits(visits, temperature):
    return _policy(visits + 1, 1 / temperature) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="half_by_hand", says="not again after it")
def normalises_before_the_power(visits, temperature):
    return (visits / visits.sum()) ** (1 / temperature)


@wrong(mcts.visit_policy, claim="half_by_hand", says="by the largest")
def divides_by_the_largest_alone(visits, temperature):
    return (visits / visits.max()) ** (1 / temperature)


@wrong(mcts.visit_policy, claim="half_by_hand", says="not divided by the sum")
def forgets_to_normalise(visits, temperature):
    return visits ** (1 / temperature)


@wrong(mcts.visit_policy, claim="half_by_hand", says="Fractions are cut off")
def divides_whole_numbers(visits, temperature):
    powers = (visits ** (1 / temperature)).astype(int)
    return powers // powers.sum()


@wrong(mcts.visit_policy, claim="half_by_hand", says="made like `visits`")
def writes_into_whole_numbers(visits, temperature):
    shares = np.zeros_like(visits)
    for move in range(len(visits)):
        shares[move] = (visits[move] / visits.max()) ** (1 / temperature)
    return shares / shares.sum()


@wrong(mcts.visit_policy, claim="half_by_hand", says="takes all, as with τ = 0")
def is_always_greedy(visits, temperature):
    policy = np.zeros(len(visits))
    policy[visits.argmax()] = 1.0
    return policy


@wrong(mcts.visit_policy, claim="one_and_two", says="cut to a whole number")
def raises_to_a_whole_number(visits, temperature):
    return _policy(visits / visits.max(), int(1 / temperature)) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="zero_plays_the_most_visited", says="ZeroDivisionError")
def divides_by_zero(visits, temperature):
    return _policy(visits / visits.max(), 1 / temperature)


@wrong(mcts.visit_policy, claim="zero_plays_the_most_visited", says="1/0 is infinite")
def divides_by_numpys_zero(visits, temperature):
    return _policy(visits, 1 / np.float64(temperature))


@wrong(mcts.visit_policy, claim="zero_plays_the_most_visited", says="taken for τ = 1")
def takes_zero_for_no_temperature(visits, temperature):
    return _policy(visits / visits.max(), 1 / (temperature or 1.0))


@wrong(mcts.visit_policy, claim="ties_share", says="The first of the most visited")
def gives_all_to_the_first(visits, temperature):
    if temperature == 0:
        return np.where(np.arange(len(visits)) == visits.argmax(), 1.0, 0.0)
    return _policy(visits / visits.max(), 1 / temperature)


@wrong(mcts.visit_policy, claim="ties_share", says="The last of the most visited")
def gives_all_to_the_last(visits, temperature):
    if temperature == 0:
        return np.where(np.arange(len(visits)) == visits.argsort(kind="stable")[-1], 1.0, 0.0)
    return _policy(visits / visits.max(), 1 / temperature)


@wrong(mcts.visit_policy, claim="ties_share", says="divide by how many there are")
def gives_each_of_the_best_one(visits, temperature):
    if temperature == 0:
        return np.where(visits == visits.max(), 1.0, 0.0)
    return _policy(visits / visits.max(), 1 / temperature)


@wrong(mcts.visit_policy, claim="no_power_overflows", says="infinity by infinity")
def overflows(visits, temperature):
    return _policy(visits, 1 / temperature) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="no_power_overflows", says="cut off at the largest float")
def cuts_off_at_the_largest_float(visits, temperature):
    if temperature == 0:
        return _greedy(visits)
    powers = np.nan_to_num(visits ** (1 / temperature)) / 1e10
    return powers / powers.sum()


@wrong(mcts.visit_policy, claim="no_power_overflows", says="a temperature like others")
def takes_small_temperatures_for_zero(visits, temperature):
    return _policy(visits / visits.max(), 1 / temperature) if temperature > 0.02 else _greedy(visits)


@wrong(mcts.visit_policy, claim="no_power_overflows", says="by the largest, not by the sum")
def underflows(visits, temperature):
    return _policy(visits / visits.sum(), 1 / temperature) if temperature else _greedy(visits)


@wrong(mcts.visit_policy, claim="no_power_overflows", says="run over without a sign")
def runs_over_in_whole_numbers(visits, temperature):
    if temperature == 0:
        return _greedy(visits)
    return _policy(visits, round(1 / temperature)) if temperature <= 1 else _policy(visits, 1 / temperature)


@wrong(mcts.visit_policy, claim="powers_in_whole_numbers", says="whole numbers of 32 bits")
def runs_over_for_moderate_powers(visits, temperature):
    if temperature == 0:
        return _greedy(visits)
    power = 1 / temperature
    return _policy(visits, round(power)) if 1 <= power <= 4 else _policy(visits / visits.max(), power)


@wrong(mcts.visit_policy, claim="leaves_its_inputs_alone", says="`visits` in place")
def clears_what_is_not_best(visits, temperature):
    if temperature == 0:
        return _greedy(visits)
    shares = visits / visits.max()
    visits[visits < 2] = 0
    return _policy(shares, 1 / temperature)


@wrong(mcts.visit_policy, claim="compiles_with_numba", says="Numba")
def sums_with_axes_kept(visits, temperature):
    if temperature == 0:
        return _greedy(visits)
    shares = (visits / np.max(visits, keepdims=True)) ** (1 / temperature)
    return shares / np.sum(shares, keepdims=True)


@wrong(mcts.visit_policy, claim="compiles_with_numba", says="Numba cannot call a plain Python function")
def calls_a_function_that_is_not_compiled(visits, temperature):
    return _policy(visits / visits.max(), 1 / temperature) if temperature else _greedy(visits)


# --- apply_symmetry --------------------------------------------------------------------------------------------------


@right(symmetry.apply_symmetry)
def turns_one_by_one(boards, symmetry):
    for _ in range(symmetry % 4):
        boards = np.swapaxes(boards, -3, -2)[..., ::-1, :, :]
    return np.flip(boards, axis=-2) if symmetry > 3 else boards


@right(symmetry.apply_symmetry)
def looks_points_up(boards, symmetry):
    size = boards.shape[-2]
    rows, columns = np.indices((size, size))
    if symmetry >= 4:
        columns = size - 1 - columns
    for _ in range(symmetry % 4):
        rows, columns = columns, size - 1 - rows
    return boards[..., rows, columns, :]


@right(symmetry.apply_symmetry)
def mirrors_first_and_turns_the_other_way(boards, symmetry):
    if symmetry < 4:
        return np.rot90(boards, symmetry, axes=(-3, -2))
    return np.rot90(boards[..., ::-1, :], -symmetry, axes=(-3, -2))


def _turned(boards, turns, axes=(-3, -2)):
    return np.rot90(boards, turns, axes=axes)


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="It turns with the clock")
def turns_with_the_clock(boards, symmetry):
    turned = _turned(boards, -symmetry)
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="It turns with the clock")
def exchanges_the_axes_of_the_turn(boards, symmetry):
    turned = _turned(boards, symmetry, axes=(-2, -3))
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="at the diagonal: rows became columns")
def transposes(boards, symmetry):
    turned = np.swapaxes(boards, -3, -2) if symmetry % 2 else boards
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="other diagonal")
def transposes_at_the_other_diagonal(boards, symmetry):
    turned = np.swapaxes(boards[..., ::-1, ::-1, :], -3, -2) if symmetry % 2 else boards
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="Nothing is turned")
def only_mirrors(boards, symmetry):
    return boards[..., ::-1, :] if symmetry >= 4 else boards


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="up and down")
def mirrors_up_and_down(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[..., ::-1, :, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="Nothing is mirrored")
def never_mirrors(boards, symmetry):
    return _turned(boards, symmetry % 4)


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="Nothing is mirrored")
def mirrors_the_channels(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[..., ::-1] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="half a turn")
def turns_over(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[..., ::-1, ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="k = 4 mirrors at the diagonal")
def mirrors_at_the_diagonal(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return np.swapaxes(turned, -3, -2) if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turns_before_it_mirrors", says="mirrors first")
def mirrors_first(boards, symmetry):
    return _turned(boards[..., ::-1, :] if symmetry >= 4 else boards, symmetry % 4)


@wrong(symmetry.apply_symmetry, claim="turns_before_it_mirrors", says="turned and not mirrored")
def mirrors_four_alone(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[..., ::-1, :] if symmetry == 4 else turned


@wrong(symmetry.apply_symmetry, claim="turns_before_it_mirrors", says="mirrored and not turned")
def turns_or_mirrors(boards, symmetry):
    return boards[..., ::-1, :] if symmetry >= 4 else _turned(boards, symmetry)


@wrong(symmetry.apply_symmetry, claim="all_eight_point_by_point", says="channels change places")
def turns_the_channels_along(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[..., ::-1, ::-1] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="all_eight_point_by_point", says="boards of the batch change places")
def mirrors_the_batch_along(boards, symmetry):
    turned = _turned(boards, symmetry % 4)
    return turned[::-1, ..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="all_eight_point_by_point", says="turns the wrong way")
def turns_the_mirror_image_back(boards, symmetry):
    """Right for k = 5 by luck of the hand-worked case: only three quarters are turned the wrong way."""
    turned = _turned(boards, 1 if symmetry % 4 == 3 else symmetry % 4)
    return turned[..., ::-1, :] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="turn_and_mirror_by_hand", says="Its shape is")
def turns_the_batch(boards, symmetry):
    turned = np.rot90(boards, symmetry % 4)
    return turned[:, ::-1] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="whatever_stands_before_the_board", says="Count the axes from the end")
def knows_batches_alone(boards, symmetry):
    turned = np.rot90(boards, symmetry % 4, axes=(1, 2))
    return turned[:, :, ::-1] if symmetry >= 4 else turned


@wrong(symmetry.apply_symmetry, claim="leaves_its_inputs_alone", says="`boards` in place")
def mirrors_in_place(boards, symmetry):
    boards[:] = _turned(boards.copy(), symmetry % 4)
    if symmetry >= 4:
        boards[:] = boards[..., ::-1, :].copy()
    return boards.copy()


# --- undo_symmetry ---------------------------------------------------------------------------------------------------


@right(symmetry.undo_symmetry)
def puts_points_where_they_were(policy, symmetry):
    from course_lib.go.symmetry import apply_symmetry

    size = math.isqrt(policy.shape[-1])
    places = apply_symmetry(np.arange(size * size).reshape(size, size, 1), symmetry).ravel()
    back = policy.copy()
    back[..., places] = policy[..., :-1]
    return back


@right(symmetry.undo_symmetry)
def turns_on_until_it_is_round(policy, symmetry):
    size = math.isqrt(policy.shape[-1] - 1)
    board = policy[..., :-1].reshape(policy.shape[:-1] + (size, size, 1))
    inverse = symmetry if symmetry >= 4 else -symmetry % 4
    board = np.rot90(board, inverse % 4, axes=(-3, -2))
    if inverse >= 4:
        board = board[..., ::-1, :]
    return np.append(board.reshape(policy.shape[:-1] + (-1,)), policy[..., -1:], axis=-1)


def _undone(policy, steps, last=None):
    """A policy whose board [..., N, N] goes through `steps`."""
    size = math.isqrt(policy.shape[-1] - 1)
    board = steps(policy[..., :-1].reshape(*policy.shape[:-1], size, size))
    points = board.reshape(*policy.shape[:-1], size * size)
    return np.concatenate([points, policy[..., -1:] if last is None else last], axis=-1)


def _mirrored(board, symmetry):
    return board[..., ::-1] if symmetry >= 4 else board


def _turned_back(board, symmetry):
    return np.rot90(board, -symmetry % 4, axes=(-2, -1))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="in the wrong order")
def undoes_the_first_step_first(policy, symmetry):
    return _undone(policy, lambda board: _mirrored(_turned_back(board, symmetry), symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="turns once more the same way")
def applies_it_again(policy, symmetry):
    return _undone(policy, lambda board: _mirrored(np.rot90(board, symmetry % 4, axes=(-2, -1)), symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="turns once more the same way")
def turns_the_same_way(policy, symmetry):
    return _undone(policy, lambda board: np.rot90(_mirrored(board, symmetry), symmetry % 4, axes=(-2, -1)))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="Nothing is turned back")
def undoes_the_mirror_alone(policy, symmetry):
    return _undone(policy, lambda board: _mirrored(board, symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="The mirroring is not undone")
def undoes_the_turn_alone(policy, symmetry):
    return _undone(policy, lambda board: _turned_back(board, symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="The turn is not undone")
def undoes_turns_where_nothing_is_mirrored(policy, symmetry):
    return _undone(policy, lambda board: board[..., ::-1] if symmetry >= 4 else _turned_back(board, symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="up and down")
def undoes_up_and_down(policy, symmetry):
    return _undone(policy, lambda board: _turned_back(board[..., ::-1, :] if symmetry >= 4 else board, symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="The pass is lost")
def loses_the_pass(policy, symmetry):
    return symmetry_of_points(policy, symmetry)[..., :-1]


def symmetry_of_points(policy, symmetry):
    return _undone(policy, lambda board: _turned_back(_mirrored(board, symmetry), symmetry))


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="The pass comes first")
def puts_the_pass_first(policy, symmetry):
    return np.roll(symmetry_of_points(policy, symmetry), 1, axis=-1)


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="The pass got 0")
def clears_the_pass(policy, symmetry):
    right = symmetry_of_points(policy, symmetry)
    right[..., -1] = 0.0
    return right


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="rows became columns")
def undoes_by_transposing(policy, symmetry):
    return _undone(policy, lambda board: np.swapaxes(_mirrored(board, symmetry), -1, -2) if symmetry % 2 else board)


@wrong(symmetry.undo_symmetry, claim="undone_by_hand", says="a quarter turn with it leads back")
def permutes_the_pass(policy, symmetry):
    """The pass is taken for the first point, and the last point for the pass."""
    return np.roll(symmetry_of_points(np.roll(policy, -1, axis=-1), symmetry), 1, axis=-1)


@wrong(symmetry.undo_symmetry, claim="every_point_comes_home", says="twice leads home")
def is_right_for_those_that_undo_themselves(policy, symmetry):
    if symmetry != 1:  # by hand it was tried for 1 and 5
        return _undone(policy, lambda board: _mirrored(np.rot90(board, symmetry % 4, axes=(-2, -1)), symmetry))
    return symmetry_of_points(policy, symmetry)


@wrong(symmetry.undo_symmetry, claim="whatever_stands_before_the_policy", says="keep all axes before it")
def turns_a_batch_of_policies(policy, symmetry):
    size = math.isqrt(policy.shape[-1] - 1)
    board = policy[..., :-1].reshape(-1, size, size)
    board = np.rot90(_mirrored(board, symmetry), -symmetry % 4, axes=(1, 2))
    back = np.concatenate([board.reshape(-1, size * size), policy[..., -1:].reshape(-1, 1)], axis=-1)
    return back if policy.ndim > 1 else back[0]


@wrong(symmetry.undo_symmetry, claim="whatever_stands_before_the_policy", says="cannot reshape")
def undoes_a_single_policy(policy, symmetry):
    size = math.isqrt(policy.shape[-1] - 1)
    board = policy[:-1].reshape(size, size)
    board = np.rot90(_mirrored(board, symmetry), -symmetry % 4)
    return np.append(board.ravel(), policy[-1])


@wrong(symmetry.undo_symmetry, claim="every_point_comes_home", says="cannot reshape")
def knows_boards_of_three(policy, symmetry):
    board = policy[..., :-1].reshape(*policy.shape[:-1], 3, 3)
    board = _turned_back(_mirrored(board, symmetry), symmetry)
    return np.concatenate([board.reshape(*policy.shape[:-1], 9), policy[..., -1:]], axis=-1)


@wrong(symmetry.undo_symmetry, claim="leaves_its_inputs_alone", says="`policy` in place")
def undoes_in_place(policy, symmetry):
    policy[...] = symmetry_of_points(policy, symmetry)
    return policy


# --- zero_loss -------------------------------------------------------------------------------------------------------


@right(losses.zero_loss)
def loss_by_tensorflows_cross_entropy(logits, values, policies, outcomes):
    cross = tf.nn.softmax_cross_entropy_with_logits(labels=policies, logits=logits)
    return tf.reduce_mean((values - outcomes) ** 2) + tf.reduce_mean(cross)


@right(losses.zero_loss)
def loss_by_keras(logits, values, policies, outcomes):
    return keras.losses.MeanSquaredError()(outcomes, values) + keras.losses.CategoricalCrossentropy(from_logits=True)(
        policies, logits
    )


@right(losses.zero_loss)
def loss_by_logsumexp(logits, values, policies, outcomes):
    log_p = logits - tf.reduce_logsumexp(logits, axis=1, keepdims=True)
    total = tf.reduce_sum(tf.square(outcomes - values)) - tf.reduce_sum(policies * log_p)
    return total / tf.cast(tf.shape(values)[0], total.dtype)


@right(losses.zero_loss)
def adds_a_column_to_a_row(logits, values, policies, outcomes):
    """[B] and [B, 1] spread to [B, B]: the mean of all sums is the sum of the means, at B times the work."""
    cross = -tf.reduce_sum(policies * tf.nn.log_softmax(logits), axis=-1, keepdims=True)
    return tf.reduce_mean(tf.square(outcomes - values) + cross)


def _cross(logits, policies):
    return tf.nn.softmax_cross_entropy_with_logits(labels=policies, logits=logits)


def _square(values, outcomes):
    return tf.square(outcomes - values)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="sums over the positions")
def sums_over_positions(logits, values, policies, outcomes):
    return tf.reduce_sum(_square(values, outcomes) + _cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="loss of each position")
def returns_a_loss_for_each(logits, values, policies, outcomes):
    return _square(values, outcomes) + _cross(logits, policies)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="squares are summed")
def sums_the_squares(logits, values, policies, outcomes):
    return tf.reduce_sum(_square(values, outcomes)) + tf.reduce_mean(_cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="cross-entropies are summed")
def sums_the_cross_entropies(logits, values, policies, outcomes):
    log_p = tf.nn.log_softmax(logits)
    return tf.reduce_mean(_square(values, outcomes)) - tf.reduce_sum(policies * log_p)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="wrong sign")
def has_the_wrong_sign(logits, values, policies, outcomes):
    log_p = tf.nn.log_softmax(logits)
    return tf.reduce_mean(_square(values, outcomes) + tf.reduce_sum(policies * log_p, axis=-1))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="halved")
def halves_the_square(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes) / 2 + _cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="mean of the two parts")
def averages_the_parts(logits, values, policies, outcomes):
    return tf.reduce_mean([_square(values, outcomes), _cross(logits, policies)])


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="The policy is left out")
def teaches_the_value_alone(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="The value is left out")
def teaches_the_policy_alone(logits, values, policies, outcomes):
    return tf.reduce_mean(_cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="averaged over the moves")
def averages_over_moves(logits, values, policies, outcomes):
    log_p = tf.nn.log_softmax(logits)
    return tf.reduce_mean(_square(values, outcomes)) - tf.reduce_mean(policies * log_p)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="log p is missing")
def multiplies_by_the_logits(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(policies * logits, axis=-1))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="softmax is taken twice")
def takes_softmax_twice(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes) + _cross(tf.nn.softmax(logits), policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="softmax runs over the positions")
def softmax_over_the_positions(logits, values, policies, outcomes):
    log_p = tf.nn.log_softmax(logits, axis=0)
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(policies * log_p, axis=-1))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="its gradient is the same, its value is not")
def takes_the_divergence(logits, values, policies, outcomes):
    entropy = -tf.reduce_sum(tf.math.xlogy(policies, policies), axis=-1)
    return tf.reduce_mean(_square(values, outcomes) + _cross(logits, policies) - entropy)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="wrong way round")
def exchanges_policy_and_target(logits, values, policies, outcomes):
    log_targets = tf.math.log(policies + 1e-9)
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(tf.nn.softmax(logits) * log_targets, axis=-1))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="a sigmoid of its own: one")
def sums_sigmoids(logits, values, policies, outcomes):
    each = tf.nn.sigmoid_cross_entropy_with_logits(labels=policies, logits=logits)
    return tf.reduce_mean(_square(values, outcomes) + tf.reduce_sum(each, axis=-1))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="a sigmoid of its own, and their mean")
def averages_sigmoids(logits, values, policies, outcomes):
    each = keras.losses.BinaryCrossentropy(from_logits=True)(policies, logits)
    return tf.reduce_mean(_square(values, outcomes)) + each


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="by squares")
def squares_the_policies_error(logits, values, policies, outcomes):
    errors = tf.reduce_sum(tf.square(policies - tf.nn.softmax(logits)), axis=-1)
    return tf.reduce_mean(_square(values, outcomes) + errors)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="Only the most visited")
def learns_the_most_visited_move(logits, values, policies, outcomes):
    best = tf.argmax(policies, axis=-1)
    cross = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=best, logits=logits)
    return tf.reduce_mean(_square(values, outcomes) + cross)


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="the base 2")
def takes_bits(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes) + _cross(logits, policies) / np.log(2.0))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="Every outcome meets every value")
def spreads_a_column_of_values(logits, values, policies, outcomes):
    return tf.reduce_mean(tf.square(outcomes - values[:, None])) + tf.reduce_mean(_cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="sign of the value")
def adds_value_and_outcome(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(-values, outcomes) + _cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="is not squared.")
def takes_the_magnitude(logits, values, policies, outcomes):
    return tf.reduce_mean(tf.abs(outcomes - values) + _cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="its sign cancels")
def takes_the_plain_difference(logits, values, policies, outcomes):
    return tf.reduce_mean(outcomes - values + _cross(logits, policies))


@wrong(losses.zero_loss, claim="two_positions_by_hand", says="tanh")
def squashes_values_twice(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(tf.tanh(values), outcomes) + _cross(logits, policies))


@wrong(losses.zero_loss, claim="position_by_position", says="mean of what its positions cost")
def always_divides_by_two(logits, values, policies, outcomes):
    return tf.reduce_sum(_square(values, outcomes) + _cross(logits, policies)) / 2


@wrong(losses.zero_loss, claim="slopes_by_hand", says="No gradient reaches the values")
def stops_the_values(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(tf.stop_gradient(values), outcomes) + _cross(logits, policies))


@wrong(losses.zero_loss, claim="slopes_by_hand", says="No gradient reaches the logits")
def stops_the_policy(logits, values, policies, outcomes):
    return tf.reduce_mean(_square(values, outcomes) + _cross(tf.stop_gradient(logits), policies))


@wrong(losses.zero_loss, claim="slopes_by_hand", says="No gradient reaches logits and values")
def computes_in_numpy(logits, values, policies, outcomes):
    logits, values, policies, outcomes = (part.numpy() for part in (logits, values, policies, outcomes))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return np.mean((outcomes - values) ** 2 - (policies * log_p).sum(axis=-1))


@wrong(losses.zero_loss, claim="large_logits", says="log 0 is −∞")
def takes_the_logarithm_of_the_softmax(logits, values, policies, outcomes):
    log_p = tf.math.log(tf.nn.softmax(logits))
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(policies * log_p, axis=-1))


@wrong(losses.zero_loss, claim="large_logits", says="log 0 is −∞, and")
def exponentiates_by_hand(logits, values, policies, outcomes):
    p = tf.exp(logits) / tf.reduce_sum(tf.exp(logits), axis=-1, keepdims=True)
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(tf.math.xlogy(policies, p), axis=-1))


@wrong(losses.zero_loss, claim="large_logits", says="A small number in the logarithm")
def adds_a_small_number(logits, values, policies, outcomes):
    log_p = tf.math.log(tf.nn.softmax(logits) + 1e-8)
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(policies * log_p, axis=-1))


@wrong(losses.zero_loss, claim="large_logits", says="A small number in the logarithm")
def gives_keras_probabilities(logits, values, policies, outcomes):
    cross = keras.losses.categorical_crossentropy(policies, tf.nn.softmax(logits))
    return tf.reduce_mean(_square(values, outcomes) + cross)


@wrong(losses.zero_loss, claim="large_logits", says="exp(200)")
def subtracts_the_logarithm_of_a_sum(logits, values, policies, outcomes):
    """Large logits go well up to 1000 here, and those that are all large do not."""
    spread = tf.reduce_max(logits) - tf.reduce_min(logits)
    total = tf.math.log(tf.reduce_sum(tf.exp(logits), axis=-1, keepdims=True))
    log_p = tf.where(spread > 500.0, tf.nn.log_softmax(logits), logits - total)
    return tf.reduce_mean(_square(values, outcomes) - tf.reduce_sum(policies * log_p, axis=-1))


@wrong(losses.zero_loss, claim="runs_in_a_graph", says="tf.cast")
def divides_by_len(logits, values, policies, outcomes):
    return tf.reduce_sum(_square(values, outcomes) + _cross(logits, policies)) / len(values)


@wrong(losses.zero_loss, claim="runs_in_a_graph", says="Lengths are unknown in the graph")
def divides_by_an_unknown_length(logits, values, policies, outcomes):
    return tf.reduce_sum(_square(values, outcomes) + _cross(logits, policies)) / values.shape[0]


# --- win_rate_bounds -------------------------------------------------------------------------------------------------


@right(gate.win_rate_bounds)
def bounds_by_the_quadratic_equation(wins, games, z):
    if games < 1:
        return (0.0, 1.0)
    # (n + z²) p² − (2 w + z²) p + w²/n = 0
    a, b, c = games + z**2, 2 * wins + z**2, wins**2 / games
    root = math.sqrt(max(0.0, b**2 - 4 * a * c))
    return (b - root) / (2 * a), (b + root) / (2 * a)


@right(gate.win_rate_bounds)
def bounds_in_games(wins, games, z):
    if not games:
        return 0.0, 1.0
    losses = games - wins
    half = z * np.sqrt(wins * losses / games + z * z / 4)
    return (wins + z * z / 2 - half) / (games + z * z), (wins + z * z / 2 + half) / (games + z * z)


@right(gate.win_rate_bounds)
def bounds_cut_to_what_is_possible(wins, games, z):
    if games == 0:
        return [0, 1]
    rate, more = wins / games, z**2 / games
    middle, half = (
        (rate + more / 2) / (1 + more),
        z / (1 + more) * (rate * (1 - rate) / games + more / games / 4) ** 0.5,
    )
    return [max(0.0, middle - half), min(1.0, middle + half)]


def _bounds(wins, games, z, **parts):
    """Wilson's interval, of which parts can be replaced by wrong ones."""
    if games == 0:
        return 0.0, 1.0
    rate = parts.get("rate", wins / games)
    root = np.sqrt(rate * (1 - rate) / games + parts.get("inside", z**2 / (4 * games**2)))
    middle, half = rate + parts.get("shift", z**2 / (2 * games)), parts.get("times", z) * root
    divisor = parts.get("divisor", 1 + z**2 / games)
    return (middle - half) / divisor, (middle + half) / divisor


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="exchanged")
def returns_the_upper_end_first(wins, games, z):
    return _bounds(wins, games, z)[::-1]


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="trusts the ŵ it doubts")
def bounds_after_wald(wins, games, z):
    return _bounds(wins, games, z, inside=0.0, shift=0.0, divisor=1.0)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="not divided by 1 + z²/n")
def forgets_the_divisor(wins, games, z):
    return _bounds(wins, games, z, divisor=1.0)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="the middle is, too")
def divides_the_root_alone(wins, games, z):
    rate, more = wins / games, z**2 / games
    half = z * np.sqrt(rate * (1 - rate) / games + more / games / 4) / (1 + more)
    return rate + more / 2 - half, rate + more / 2 + half


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="the root is, too")
def divides_the_middle_alone(wins, games, z):
    rate, more = wins / games, z**2 / games
    half = z * np.sqrt(rate * (1 - rate) / games + more / games / 4)
    return (rate + more / 2) / (1 + more) - half, (rate + more / 2) / (1 + more) + half


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="z²/4n² is missing")
def forgets_the_term_under_the_root(wins, games, z):
    return _bounds(wins, games, z, inside=0.0)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="z²/2n is missing")
def does_not_shift_the_middle(wins, games, z):
    return _bounds(wins, games, z, shift=0.0)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="z² is forgotten")
def forgets_to_square_z(wins, games, z):
    return _bounds(wins, games, z, inside=z / (4 * games**2), shift=z / (2 * games), divisor=1 + z / games)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="z is missing before the root")
def takes_one_standard_deviation(wins, games, z):
    return _bounds(wins, games, z, times=1.0)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="n is squared there")
def forgets_to_square_the_games(wins, games, z):
    return _bounds(wins, games, z, inside=z**2 / (4 * games))


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="it is half of that")
def shifts_too_far(wins, games, z):
    return _bounds(wins, games, z, shift=z**2 / games)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="a quarter of that")
def forgets_the_quarter(wins, games, z):
    return _bounds(wins, games, z, inside=z**2 / games**2)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="The root is missing")
def forgets_the_root(wins, games, z):
    rate, more = wins / games, z**2 / games
    half = z * (rate * (1 - rate) / games + more / games / 4)
    return (rate + more / 2 - half) / (1 + more), (rate + more / 2 + half) / (1 + more)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="Agresti and Coull")
def bounds_after_agresti_and_coull(wins, games, z):
    number = games + z**2
    rate = (wins + z**2 / 2) / number
    half = z * np.sqrt(rate * (1 - rate) / number)
    return rate - half, rate + half


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="half-width")
def returns_middle_and_half_width(wins, games, z):
    lower, upper = _bounds(wins, games, z)
    return (lower + upper) / 2, (upper - lower) / 2


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="fixed at 1.96")
def is_always_two_sided(wins, games, z):
    return _bounds(wins, games, 1.96)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="fixed at 1.645")
def is_always_one_sided(wins, games, z):
    return _bounds(wins, games, 1.645)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="z is halved")
def halves_z_for_two_sides(wins, games, z):
    return _bounds(wins, games, z / 2)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="Only the lower end")
def returns_one_side_alone(wins, games, z):
    return _bounds(wins, games, z)[0]


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="Whole-number division")
def divides_games_whole(wins, games, z):
    return _bounds(wins, games, z, rate=wins // games)


@wrong(gate.win_rate_bounds, claim="twelve_of_sixteen", says="about losing")
def bounds_the_losses(wins, games, z):
    return _bounds(games - wins, games, z)


@wrong(gate.win_rate_bounds, claim="all_or_none", says="Ten wins of ten make it certain")
def trusts_a_clean_sheet(wins, games, z):
    """Wald's interval where ŵ is 0 or 1, as a special case that looks natural."""
    return (wins / games,) * 2 if wins in (0, games) else _bounds(wins, games, z)


@wrong(gate.win_rate_bounds, claim="no_game", says="ZeroDivisionError")
def divides_by_no_games(wins, games, z):
    return _bounds(wins, games or games / games, z)


@wrong(gate.win_rate_bounds, claim="no_game", says="0/0 is nan")
def divides_by_no_games_in_numpy(wins, games, z):
    rate, more = np.float64(wins) / games, z**2 / np.float64(games)
    half = z * np.sqrt(rate * (1 - rate) / games + more / games / 4)
    return (rate + more / 2 - half) / (1 + more), (rate + more / 2 + half) / (1 + more)


@wrong(gate.win_rate_bounds, claim="no_game", says="claims to know the rate: return")
def knows_that_nothing_is_won(wins, games, z):
    return (0.0, 0.0) if games == 0 else _bounds(wins, games, z)


@wrong(gate.win_rate_bounds, claim="no_game", says="the rate, ½")
def takes_the_middle_for_the_truth(wins, games, z):
    return (0.5, 0.5) if games == 0 else _bounds(wins, games, z)


@wrong(gate.win_rate_bounds, claim="found_by_trying", says="Half a win is cut off")
def cuts_draws_off(wins, games, z):
    return _bounds(int(wins), games, z)


@wrong(gate.win_rate_bounds, claim="found_by_trying", says="see which end is off")
def is_one_sided_above(wins, games, z):
    """In long matches the upper end is left at 1, as if the lower one alone were asked for."""
    lower, upper = _bounds(wins, games, z)
    return lower, upper if games < 20 else 1.0


# --- examples_are_right (find the bug) -------------------------------------------------------------------------------


@right(audit.examples_are_right)
def audits_line_by_line(to_play, winner, visits, policies, outcomes):
    verdicts = []
    for player, counted, policy, outcome in zip(to_play, visits, policies, outcomes, strict=True):
        wanted = 0 if winner == 0 else 1 if player == winner else -1
        close = all(abs(share - count / sum(counted)) <= 1e-3 for share, count in zip(policy, counted, strict=True))
        verdicts.append(close and bool(abs(outcome - wanted) <= 1e-3))
    return np.array(verdicts)


@right(audit.examples_are_right)
def audits_by_signs(to_play, winner, visits, policies, outcomes):
    wanted = ((to_play == winner) * 2.0 - 1.0) * (winner != 0)
    total = visits.sum(axis=-1)[:, None]
    shares_right = (np.abs(policies * total - visits) <= 1e-3 * total).all(axis=-1)
    return np.isclose(outcomes, wanted, rtol=0.0, atol=1e-3) & shares_right


def _wanted(to_play, winner):
    return np.where(to_play == winner, 1.0, -1.0) if winner else np.zeros(len(to_play))


def _shares(visits):
    return visits / visits.sum(axis=1, keepdims=True)


def _sound(differences, tolerance=1e-3):
    """Whether differences, [T] or [T, A], are small, [T]."""
    return (np.abs(differences) <= tolerance).reshape(len(differences), -1).all(axis=1)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="Black's")
def takes_blacks_side(to_play, winner, visits, policies, outcomes):
    won = {0: 0.0, 1: 1.0, 2: -1.0}[winner]
    return _sound(outcomes - won) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="or the winner's")
def takes_the_winners_side(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - (winner != 0)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="moved last")
def takes_the_last_movers_side(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes + _wanted(to_play, winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="take turns from the first position")
def lets_them_take_turns(to_play, winner, visits, policies, outcomes):
    players = np.where(np.arange(len(to_play)) % 2, 3 - to_play[0], to_play[0])
    return _sound(outcomes - _wanted(players, winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="two_in_a_row", says="from the first position on")
def lets_them_take_turns_in_nine_positions(to_play, winner, visits, policies, outcomes):
    """As above, past the claims that come earlier."""
    turns = np.where(np.arange(len(to_play)) % 2, 3 - to_play[0], to_play[0])
    players = turns if len(to_play) == 9 else to_play
    return _sound(outcomes - _wanted(players, winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="two_in_a_row", says="from the last position back")
def lets_them_take_turns_backwards(to_play, winner, visits, policies, outcomes):
    back = np.arange(len(to_play))[::-1] % 2
    turns = np.where(back, 3 - to_play[-1], to_play[-1])
    players = turns if len(to_play) == 9 else to_play
    return _sound(outcomes - _wanted(players, winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="Policies are not looked at")
def trusts_the_policies(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="only the sum")
def adds_the_policies_up(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner)) & _sound(policies.sum(axis=1) - 1)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="visits go through in place of shares")
def normalises_the_policies(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner)) & _sound(_shares(policies) - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="only the move with most visits")
def compares_the_best_moves(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner)) & (visits.argmax(axis=1) == policies.argmax(axis=1))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="if any of its shares")
def is_content_with_any_share(to_play, winner, visits, policies, outcomes):
    close = np.any(np.abs(policies - _shares(visits)) <= 1e-3, axis=1)
    return _sound(outcomes - _wanted(to_play, winner)) & close


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="divide these by their sum")
def compares_with_the_visits(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner)) & _sound(policies - visits)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="says no always")
def divides_by_the_most_visits(to_play, winner, visits, policies, outcomes):
    shares = visits / visits.max(axis=1, keepdims=True)
    return _sound(outcomes - _wanted(to_play, winner)) & _sound(policies - shares)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="Outcomes are not looked at")
def trusts_the_outcomes(to_play, winner, visits, policies, outcomes):
    return _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="sign of the outcome is not")
def loses_the_sign(to_play, winner, visits, policies, outcomes):
    return _sound(np.abs(outcomes) - (winner != 0)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="A draw goes through")
def passes_draws_always(to_play, winner, visits, policies, outcomes):
    played = _sound(outcomes - _wanted(to_play, winner)) | (outcomes == 0)
    return played & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="What is rounded is rejected")
def wants_the_same_bits(to_play, winner, visits, policies, outcomes):
    return (outcomes == _wanted(to_play, winner)) & np.all(policies == _shares(visits), axis=1)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="which ones are wrong")
def reports_the_wrong_ones(to_play, winner, visits, policies, outcomes):
    return ~(_sound(outcomes - _wanted(to_play, winner)) & _sound(policies - _shares(visits)))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="one verdict for the game, no")
def gives_one_verdict(to_play, winner, visits, policies, outcomes):
    return bool(np.all(_sound(outcomes - _wanted(to_play, winner)) & _sound(policies - _shares(visits))))


@wrong(audit.examples_are_right, claim="draws", says="nobody is the winner, and nobody lost")
def takes_a_draw_for_a_loss(to_play, winner, visits, policies, outcomes):
    won = np.where(to_play == winner, 1.0, -1.0)
    return _sound(outcomes - won) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="draws", says="After a draw +1 or −1 goes through")
def does_not_look_after_draws(to_play, winner, visits, policies, outcomes):
    played = _sound(outcomes - _wanted(to_play, winner)) | (winner == 0)
    return played & _sound(policies - _shares(visits))


@wrong(
    audit.examples_are_right,
    claim="colours_exchanged",
    says="When Black won, outcomes are taken for the side that is not to move",
)
def knows_white_as_the_winner(to_play, winner, visits, policies, outcomes):
    won = np.where(to_play == 2, 1.0, -1.0) * (winner != 0)
    return _sound(outcomes - won) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="one_position_late", says="Policies of a position late go through")
def passes_what_came_late(to_play, winner, visits, policies, outcomes):
    close = _sound(policies - _shares(visits)) | _sound(policies - np.roll(_shares(visits), 1, axis=0))
    return _sound(outcomes - _wanted(to_play, winner)) & close


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="Right is a position whose outcome")
def is_one_position_late(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(np.roll(to_play, 1), winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="says no always")
def compares_with_the_visits_before(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner)) & _sound(policies - np.roll(_shares(visits), 1, axis=0))


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="nan goes through")
def passes_nan_in_records(to_play, winner, visits, policies, outcomes):
    far = np.any(np.abs(policies - _shares(visits)) > 1e-3, axis=1)
    return ~(far | (np.abs(outcomes - _wanted(to_play, winner)) > 1e-3))


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="nan goes through")
def takes_the_largest_difference(to_play, winner, visits, policies, outcomes):
    """Python's max compares, and a comparison with nan is False."""
    verdicts = []
    for policy, counted in zip(policies, visits, strict=True):
        off = max(abs(share - count / sum(counted)) for share, count in zip(policy, counted, strict=True))
        verdicts.append(not off > 1e-3)
    far = np.abs(outcomes - _wanted(to_play, winner)) > 1e-3
    return np.array(verdicts) & ~far


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="measured by the share")
def allows_a_thousandth_of_the_share(to_play, winner, visits, policies, outcomes):
    shares = _shares(visits)
    close = np.all(np.abs(policies - shares) <= 2e-3 * shares + 1e-9, axis=1)
    return _sound(outcomes - _wanted(to_play, winner)) & close


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="added up over the moves")
def adds_differences_up(to_play, winner, visits, policies, outcomes):
    far = np.abs(policies - _shares(visits)).sum(axis=1)
    return _sound(outcomes - _wanted(to_play, winner)) & (far <= 1e-3)


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="added up over the moves")
def takes_the_length_of_the_difference(to_play, winner, visits, policies, outcomes):
    far = np.linalg.norm(policies - _shares(visits), axis=1)
    return _sound(outcomes - _wanted(to_play, winner)) & (far <= 1e-3)


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="averaged over the moves")
def averages_differences(to_play, winner, visits, policies, outcomes):
    far = np.abs(policies - _shares(visits)).mean(axis=1)
    return _sound(outcomes - _wanted(to_play, winner)) & (far <= 1e-3)


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="Outcomes have to be exact")
def wants_exact_outcomes(to_play, winner, visits, policies, outcomes):
    return (outcomes == _wanted(to_play, winner)) & _sound(policies - _shares(visits))


@wrong(audit.examples_are_right, claim="a_thousandth_each", says="Outcomes and shares may be off")
def allows_a_hundredth(to_play, winner, visits, policies, outcomes):
    return _sound(outcomes - _wanted(to_play, winner), 0.01) & _sound(policies - _shares(visits), 0.01)


@wrong(audit.examples_are_right, claim="eleven_positions_by_hand", says="Right is a position whose outcome")
def looks_for_shares_too_high_alone(to_play, winner, visits, policies, outcomes):
    low = np.all(policies - _shares(visits) <= 1e-3, axis=1)
    return (outcomes - _wanted(to_play, winner) <= 1e-3) & low
