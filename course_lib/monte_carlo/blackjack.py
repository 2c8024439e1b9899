"""Blackjack, twice: cards dealt to thousands of hands at a time, and the same game as an MDP for chapter 1 to solve.

The rules are those of the book and of Gymnasium's Blackjack-v1 with sab=True:

- Cards come from an infinite deck: 1 (ace) to 9 with probability 1/13 each, 10 with 4/13.
- An ace counts 11 ("usable") as long as that does not exceed 21.
- The player sees one card of the dealer, then sticks or hits; above 21 he loses (−1) whatever the dealer has.
- When he sticks, the dealer draws up to a sum of 17 or more. The larger sum wins (±1), equal ones draw (0).
- A natural, 21 from the first two cards, wins against everything but a natural of the dealer.

Source: Sutton & Barto 2018, example 5.1.

A hand is a number: 0 … 19 for sums 2 … 21 without a usable ace, 20 … 30 for sums 11 … 21 with one, 31 for a natural.
A state is 10 · hand + dealer's card − 1. The sum, the card and the ace alone, as Gymnasium shows them, are not quite
a state: 21 with an ace is worth more as a natural. Hands of one card are among the 320 since the dealer has one.
"""

import functools

import numpy as np

from course_lib.mdp import TabularMDP, evaluate_policy

STICK, HIT = 0, 1
DEALER_STANDS = 17  # the dealer draws below this sum
NATURAL, BUST = 31, 32
NUM_STATES = 320
RANKS = np.minimum(np.arange(1, 14), 10)  # what each of the 13 equally likely cards counts
SUMS = np.concatenate([np.arange(2, 22), np.arange(11, 22), [21, 0]])  # of each hand, BUST last
USABLE = np.arange(33) >= 20  # whether it has a usable ace; a bust hand is never asked
DECISIONS = np.concatenate([np.arange(2, 20), np.arange(21, 32)])  # hands of two cards and more


def hand(player_sum, usable_ace):
    """Return the number of a hand (one that is no natural); arrays work, too.

    Args:
      player_sum: 2 … 21; at least 11 with a usable ace.
      usable_ace: whether an ace counts 11.

    Raises:
      ValueError: there is no such hand.
    """
    player_sum, usable_ace = np.asarray(player_sum), np.asarray(usable_ace, bool)
    if (player_sum > 21).any() or (player_sum < np.where(usable_ace, 11, 2)).any():
        raise ValueError(f"no hand sums to {player_sum} with usable_ace={usable_ace}: 2 … 21, and 11 … 21 with one.")
    return np.where(usable_ace, player_sum + 9, player_sum - 2)


def state_of(player_sum, dealer_card, usable_ace):
    """Return the state of a hand that is no natural, such as (13, 2, True); arrays work, too.

    Args:
      player_sum, usable_ace: as for `hand`.
      dealer_card: the dealer's visible card, 1 (ace) … 10.

    Raises:
      ValueError: there is no such state.
    """
    dealer_card = np.asarray(dealer_card)
    if (dealer_card < 1).any() or (dealer_card > 10).any():
        raise ValueError(f"dealer_card={dealer_card}: 1 (ace) to 10.")
    return 10 * hand(player_sum, usable_ace) + dealer_card - 1


def _draws():
    """The hand that each of the 13 cards makes of each hand, int [33, 13]."""
    after = np.full((33, 13), BUST)
    for held, card in np.ndindex(32, 13):
        total, usable = SUMS[held] + RANKS[card], USABLE[held]
        if RANKS[card] == 1 and total <= 11:
            total, usable = total + 10, True
        elif total > 21 and usable:
            total, usable = total - 10, False
        if total <= 21:
            after[held, card] = hand(total, usable)
    return after


AFTER_DRAWING = _draws()
ONE_CARD = np.where(RANKS == 1, hand(11, True), RANKS - 2)  # the hand that is a single card, [13]


class Blackjack:
    """Deal hands of Blackjack side by side. The hidden cards are dealt when they are turned up, which is no different."""

    num_states, num_actions, restartable = NUM_STATES, 2, True
    exploring_states = (10 * DECISIONS[:, None] + np.arange(10)).ravel()

    def start(self, count, rng):
        """Deal two cards to each player and one to each dealer; return states, int [count]."""
        return _dealt(*rng.integers(13, size=(3, count), dtype=np.int8))

    def step(self, states, actions, rng):
        """Hit or stick; see `episodes`. After the end, the state returned means nothing."""
        hands, cards = np.divmod(states, 10)
        hits = np.asarray(actions) == HIT
        drawn = np.where(hits, AFTER_DRAWING[hands, rng.integers(13, size=len(hands), dtype=np.int8)], hands)
        rewards = np.where(drawn == BUST, -1.0, 0.0)
        rewards[~hits] = showdown(hands[~hits], cards[~hits] + 1, rng)
        terminated = ~hits | (drawn == BUST)
        return np.where(terminated, 0, 10 * drawn + cards), rewards, terminated, False


def _dealt(first, second, dealer):
    """The states that the player's two cards and the dealer's one make."""
    hands = AFTER_DRAWING[ONE_CARD[first], second]
    return 10 * np.where(hands == hand(21, True), NATURAL, hands) + RANKS[dealer] - 1


def showdown(hands, dealer_cards, rng):
    """Let the dealer draw, and compare.

    Args:
      hands: the players' hands when they stick, int [n].
      dealer_cards: the dealers' visible cards, 1 … 10, int [n].
      rng: a `numpy.random.Generator`.

    Returns:
      1.0, 0.0 or −1.0 for each player, [n].
    """
    dealers = AFTER_DRAWING[ONE_CARD[dealer_cards - 1], rng.integers(13, size=len(hands), dtype=np.int8)]
    dealer_natural = dealers == hand(21, True)
    while len(low := np.flatnonzero((SUMS[dealers] < DEALER_STANDS) & (dealers != BUST))):
        dealers[low] = AFTER_DRAWING[dealers[low], rng.integers(13, size=len(low), dtype=np.int8)]
    won = np.sign(SUMS[hands] - SUMS[dealers])
    return np.where((hands == NATURAL) & ~dealer_natural, 1, won).astype(float)


def blackjack_mdp():
    """Write Blackjack down as tables, for the exact values of everything that this chapter estimates.

    Returns:
      A `TabularMDP` with the 320 states of `Blackjack` and an end, actions stick and hit, and γ = 1.
    """
    transitions, rewards = np.zeros((NUM_STATES + 1, 2, NUM_STATES + 1)), np.zeros((NUM_STATES + 1, 2))
    transitions[-1, :, -1] = transitions[:-1, STICK, -1] = 1.0
    final = dealer_distribution()
    for held, dealer in np.ndindex(32, 10):
        state = 10 * held + dealer
        sums, chances = final[dealer][:, 0], final[dealer][:, 1]
        rewards[state, STICK] = chances @ np.sign(SUMS[held] - sums)
        if held == NATURAL:
            rewards[state, STICK] = 1.0 - {0: 4 / 13, 9: 1 / 13}.get(dealer, 0.0)
        for drawn in AFTER_DRAWING[held]:
            rewards[state, HIT] -= (drawn == BUST) / 13
            transitions[state, HIT, -1 if drawn == BUST else 10 * drawn + dealer] += 1 / 13
    names = tuple(_name(held, dealer) for held in range(32) for dealer in range(1, 11)) + ("end",)
    return TabularMDP(transitions, rewards, 1.0, np.arange(NUM_STATES + 1) == NUM_STATES, names, ("stick", "hit"))


def exact_values(policy):
    """Compute the value of every state under a policy, with the equations of chapter 1.

    Args:
      policy: π(a|s), [320, 2].

    Returns:
      v, [320].
    """
    return evaluate_policy(_sparse_game(), np.vstack([policy, [1.0, 0.0]]))[:NUM_STATES]


@functools.cache
def _sparse_game():
    """The tables, kept for those who ask often; sparse, since then evaluating a policy takes milliseconds."""
    return blackjack_mdp().to_sparse()


def expected_return(policy):
    """Compute what a policy wins on average, before any card is dealt.

    Args:
      policy: π(a|s), [320, 2].

    Returns:
      A float between −1 and 1.
    """
    deals = _dealt(*np.indices((13, 13, 13)).reshape(3, -1))
    return float(exact_values(policy)[deals].mean())


def dealer_distribution():
    """Compute where the dealer ends, for each visible card.

    Returns:
      For each card 1 … 10 an array of rows (sum, probability); a bust dealer has sum 0.
    """
    chances = np.eye(33)[ONE_CARD[:10]]
    stands = (SUMS >= DEALER_STANDS) | (np.arange(33) == BUST)
    while (chances[:, ~stands] > 0).any():
        moved = np.where(stands, chances, 0.0)
        for held in np.flatnonzero(~stands):
            for drawn in AFTER_DRAWING[held]:
                moved[:, drawn] += chances[:, held] / 13
        chances = moved
    return [np.stack([SUMS[stands], row[stands]], axis=1) for row in chances]


def stick_from(threshold):
    """Return the policy that sticks on sums of `threshold` or more and hits below; the book's sticks on 20 and 21.

    Args:
      threshold: 4 … 22; 22 never sticks.

    Returns:
      π, [320, 2].
    """
    sticks = np.repeat(SUMS[:32] >= threshold, 10)
    return np.stack([sticks, ~sticks], axis=1).astype(float)


def _name(held, dealer):
    """Name a state."""
    what = "natural" if held == NATURAL else f"{SUMS[held]}{' with a usable ace' if USABLE[held] else ''}"
    return f"{what} against {'ace' if dealer == 1 else dealer}"
