import numpy as np
import pytest

from course_lib import mdp
from course_lib import monte_carlo as mc
from course_lib.monte_carlo.blackjack import (
    AFTER_DRAWING,
    BUST,
    HIT,
    NATURAL,
    STICK,
    SUMS,
    dealer_distribution,
    exact_values,
    expected_return,
    hand,
    showdown,
    state_of,
)

GAME = mc.blackjack_mdp()
ALL = np.arange(320)


def with_end(policy):
    return np.vstack([policy, [1.0, 0.0]])


def optimal():
    return mdp.solve(GAME, method="value_iteration", tolerance=1e-12)


def start_probabilities():
    """How likely each state is when the cards are dealt, counted over all 13³ deals."""
    chances = np.zeros(321)
    for first, second, dealer in np.ndindex(13, 13, 13):
        cards = [min(card + 1, 10) for card in (first, second, dealer)]
        total, ace = sum(cards[:2]), 1 in cards[:2]
        if sorted(cards[:2]) == [1, 10]:
            state = 10 * NATURAL + cards[2] - 1
        else:
            state = int(state_of(total + 10 * ace, cards[2], ace))
        chances[state] += 1 / 13**3
    return chances


def test_drawing_a_card():
    # rank numbers: 0 is the ace, 9 to 12 count 10
    assert AFTER_DRAWING[hand(13, True), 9] == hand(13, False)  # 13 with a usable ace and a 10: the ace counts 1
    assert AFTER_DRAWING[hand(13, True), 4] == hand(18, True)
    assert AFTER_DRAWING[hand(13, False), 8] == BUST
    assert AFTER_DRAWING[hand(10, False), 0] == hand(21, True)
    assert AFTER_DRAWING[hand(11, False), 0] == hand(12, False)  # a second 11 would be too much
    assert AFTER_DRAWING[hand(11, True), 0] == hand(12, True)  # two aces: 11 + 1
    assert AFTER_DRAWING[NATURAL, 12] == hand(21, False)


def test_impossible_hands_are_refused():
    for bad in ((22, False), (10, True), (1, False)):
        with pytest.raises(ValueError, match="no hand sums to"):
            hand(*bad)
    with pytest.raises(ValueError, match="dealer_card=11"):
        state_of(12, 11, False)


def test_dealt_hands_are_as_likely_as_counting_all_deals_says():
    starts = mc.Blackjack().start(400_000, np.random.default_rng(0))
    frequency, chances = np.bincount(starts, minlength=321) / 400_000, start_probabilities()
    assert np.abs(frequency - chances).max() < 5 * np.sqrt(chances.max() / 400_000)
    assert ((frequency > 0) <= (chances > 0)).all()


def test_the_dealer_ends_as_computed():
    rng = np.random.default_rng(0)
    for card, rows in enumerate(dealer_distribution(), start=1):
        assert rows[:, 1].sum() == pytest.approx(1)
        for total in (17, 21):  # a player with 17 beats a bust dealer only, one with 21 all but 21
            results = showdown(np.full(100_000, hand(total, False)), np.full(100_000, card), rng)
            assert results.mean() == pytest.approx(rows[:, 1] @ np.sign(total - rows[:, 0]), abs=0.015)


def test_a_natural_beats_21_and_draws_with_a_natural():
    naturals = np.full(200_000, NATURAL)
    rng = np.random.default_rng(0)
    assert (showdown(naturals, np.full(200_000, 5), rng) == 1).all()  # a 5 cannot become a natural
    draws = (showdown(naturals, np.full(200_000, 1), rng) == 0).mean()
    assert abs(draws - 4 / 13) < 0.005
    assert GAME.rewards[10 * NATURAL + 4, STICK] == 1 and GAME.rewards[10 * NATURAL, STICK] == pytest.approx(9 / 13)


def test_the_books_state_has_the_books_value():
    exact = mdp.evaluate_policy(GAME, with_end(mc.stick_from(20)))[state_of(13, 2, True)]
    assert exact == pytest.approx(-0.277204, abs=5e-7)
    # The book's −0.27726 is a mean of 10⁸ hands, with a standard error of about 0.9 / 10⁴.
    assert abs(exact - -0.27726) < 2 * 0.9 / 1e4


def test_the_optimal_policy_is_that_of_figure_5_2():
    hits = optimal().actions == HIT
    hit_up_to = {  # the largest sum on which it hits, for dealer's ace, 2, …, 10
        False: [16, 12, 12, 11, 11, 11, 16, 16, 16, 16],
        True: [18, 17, 17, 17, 17, 17, 17, 17, 18, 18],
    }
    for usable, limits in hit_up_to.items():
        for card, limit in enumerate(limits, start=1):
            sums = np.arange(12, 22) if usable else np.arange(4, 22)
            assert (hits[state_of(sums, card, usable)] == (sums <= limit)).all()
    assert not hits[10 * NATURAL : 10 * NATURAL + 10].any()


@pytest.mark.parametrize("threshold", [12, 17, 20])
def test_dealing_agrees_with_the_equations(threshold):
    policy = mc.stick_from(threshold)
    value = start_probabilities() @ mdp.evaluate_policy(GAME, with_end(policy))
    returns = mc.play(mc.Blackjack(), policy, 200_000, np.random.default_rng(threshold)).rewards.sum(axis=0)
    assert abs(returns.mean() - value) < 4 * returns.std() / np.sqrt(200_000)


def test_the_expected_return_is_the_mean_over_all_deals():
    policy = mc.stick_from(17)
    exact = mdp.evaluate_policy(GAME, with_end(policy))
    assert exact_values(policy) == pytest.approx(exact[:320])
    assert expected_return(policy) == pytest.approx(start_probabilities() @ exact)


def test_every_state_pays_what_the_equations_say():
    rng = np.random.default_rng(1)
    policy = np.full((320, 2), 0.5)
    exact = mdp.evaluate_policy(GAME, with_end(policy))[:320]
    states = mc.Blackjack.exploring_states
    estimate = mc.Estimate.empty(320)
    for _ in range(20):
        starts = np.resize(states, 20_000)
        played = mc.play(mc.Blackjack(), policy, 20_000, rng, starts=starts)
        estimate = estimate.including(starts, played.rewards.sum(axis=0))
    errors = (estimate.means - exact)[states] / estimate.standard_errors[states]
    assert np.abs(errors).max() < 4.5 and 0.85 < errors.std() < 1.15


def test_gymnasiums_blackjack_is_the_same_game():
    world, rng = mc.GymnasiumWorld("Blackjack-v1", sab=True), np.random.default_rng(0)
    sums = np.arange(704) // 22
    policy = np.stack([sums >= 17, sums < 17], axis=1).astype(float)
    returns = mc.play(world, policy, 8000, rng).rewards.sum(axis=0)
    value = start_probabilities() @ mdp.evaluate_policy(GAME, with_end(mc.stick_from(17)))
    assert abs(returns.mean() - value) < 4 * returns.std() / np.sqrt(8000)


def test_stick_from():
    assert mc.stick_from(20)[state_of([19, 20], 5, False)].tolist() == [[0, 1], [1, 0]]
    assert (mc.stick_from(22)[:, HIT] == 1).all() and (mc.stick_from(2)[:, STICK] == 1).all()
    assert len(GAME.state_names) == 321 and GAME.state_names[state_of(13, 2, True)] == "13 with a usable ace against 2"
    assert SUMS[ALL // 10].max() == 21
