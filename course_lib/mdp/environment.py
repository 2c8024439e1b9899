"""Worlds given as tables: the book's three, Gymnasium's own, and random ones of any size."""

import numpy as np
from scipy import sparse
from scipy.special import gammaln, pdtrc, xlogy  # scipy.stats would take half a second to import

from course_lib.mdp.model import TabularMDP

DENSE_BYTES = 64 * 2**20
GYMNASIUM_ACTIONS = {
    "FrozenLakeEnv": ("left", "down", "right", "up"),
    "CliffWalkingEnv": ("up", "right", "down", "left"),
    "TaxiEnv": ("down", "up", "right", "left", "pick up", "drop off"),
}


def gridworld(size=4):
    """Build the square grid with two terminal corners; every step costs 1 and walls do not move.

    Source: Sutton & Barto 2018, example 4.1 and figure 4.1.

    Args:
      size: cells on a side, at least 2; state = size * row + column.

    Returns:
      A `TabularMDP` with actions up, right, down, left and γ = 1; sparse from size 39 on.

    Raises:
      ValueError: the size is below 2.
    """
    if size < 2:
        raise ValueError(f"size={size}: two terminal corners need a grid of at least 2 by 2.")
    states = np.arange(size * size)
    row, column = np.divmod(states[:, None], size)
    row = np.clip(row + [-1, 0, 1, 0], 0, size - 1)
    column = np.clip(column + [0, 1, 0, -1], 0, size - 1)
    terminal = (states == 0) | (states == states[-1])
    successor = np.where(terminal[:, None], states[:, None], row * size + column)
    rewards = np.where(terminal[:, None], 0.0, -np.ones((1, 4)))
    names = tuple(f"row {s // size}, column {s % size}" for s in states)
    starts = np.arange(successor.size + 1)
    transitions = sparse.csr_array((np.ones(successor.size), successor.ravel(), starts))
    mdp = TabularMDP(transitions, rewards, 1.0, terminal, names, ("up", "right", "down", "left"))
    return _dense_if_small(mdp)


def jacks_car_rental(config):
    """Build Jack's car rental with exact Poisson probabilities.

    - State: cars at the two locations in the evening; state = (max_cars + 1) * first + second.
    - Action i moves i − max_move cars from the first to the second; asked for more than there are, all are moved,
      but the cost is for what was asked.
    - By day customers come first, returned cars after them; these can be rented the next day.
    - Cars above max_cars are lost.

    Source: Sutton & Barto 2018, example 4.2.

    Args:
      config: a `CarRental`.

    Returns:
      A dense `TabularMDP`.
    """
    size = config.max_cars + 1
    first, second = np.divmod(np.arange(size**2)[:, None], size)
    asked = np.arange(-config.max_move, config.max_move + 1)
    moved = np.clip(asked, -second, first)
    mornings = np.minimum(first - moved, config.max_cars), np.minimum(second + moved, config.max_cars)
    sites = [
        _rental_day(config.max_cars, *rates) for rates in zip(config.request_rates, config.return_rates, strict=True)
    ]
    (rented, evening), (rented_2, evening_2) = [(r[m], e[m]) for m, (r, e) in zip(mornings, sites, strict=True)]
    rewards = config.rental_reward * (rented + rented_2) - config.move_cost * np.abs(asked)
    transitions = (evening[..., :, None] * evening_2[..., None, :]).reshape(*rewards.shape, -1)
    names = tuple(f"{i} and {j} cars" for i in range(size) for j in range(size))
    return TabularMDP(transitions, rewards, config.discount, None, names, tuple(f"move {a:+d}" for a in asked))


def _rental_day(max_cars, request_rate, return_rate):
    """Return the expected rentals [cars] and P(cars in the evening | cars in the morning), [cars, cars]."""
    rented, evening = np.zeros(max_cars + 1), np.zeros((max_cars + 1, max_cars + 1))
    for cars in range(max_cars + 1):
        for out, probability in enumerate(_lumped_poisson(request_rate, cars)):
            rented[cars] += probability * out
            left = cars - out
            evening[cars, left:] += probability * _lumped_poisson(return_rate, max_cars - left)
    return rented, evening


def _lumped_poisson(rate, top):
    """Return P(min(N, top) = n) for n = 0 … top and N Poisson, [top + 1]."""
    n = np.arange(top)
    return np.append(np.exp(xlogy(n, rate) - rate - gammaln(n + 1)), pdtrc(top - 1, rate) if top else 1.0)


def gamblers_problem(p_heads=0.4, goal=100):
    """Build the gambler who stakes money on a coin until he has `goal` or nothing.

    State: his capital, 0 … goal, both ends terminal. Action i stakes i + 1, or as much as he has or needs. A stake of
    0, which the book lists, is left out: it only waits, and with γ = 1 it would let a policy wait for ever.
    The reward is 1 on reaching the goal, so that v is the probability of winning.

    Source: Sutton & Barto 2018, example 4.3.

    Args:
      p_heads: probability of winning a stake.
      goal: the capital at which he stops.

    Returns:
      A dense `TabularMDP` with γ = 1.
    """
    capital = np.arange(goal + 1)[:, None]
    stake = np.minimum(np.arange(1, goal // 2 + 1), np.minimum(capital, goal - capital))
    identity = np.eye(goal + 1)
    transitions = p_heads * identity[capital + stake] + (1 - p_heads) * identity[capital - stake]
    rewards = p_heads * ((capital + stake == goal) & (capital < goal))
    terminal = (capital[:, 0] == 0) | (capital[:, 0] == goal)
    names = tuple(f"capital {c}" for c in range(goal + 1)), tuple(f"stake {a}" for a in range(1, goal // 2 + 1))
    return TabularMDP(transitions, rewards, 1.0, terminal, *names)


def from_gymnasium(env_or_id, discount):
    """Read the transition table of a Gymnasium environment (FrozenLake, CliffWalking, Taxi, …).

    Transitions that end the episode lead to one extra terminal state, the last; so nothing is bootstrapped through an
    end, whatever the environment's table says about it. The environment's own state numbers are kept.

    Args:
      env_or_id: an environment, or an id for `gymnasium.make`.
      discount: γ in [0, 1].

    Returns:
      A `TabularMDP` with one state more than the environment; dense up to 64 MiB, else sparse.

    Raises:
      ValueError: the environment has no table.
    """
    import gymnasium  # here, because no other world needs it

    env = gymnasium.make(env_or_id) if isinstance(env_or_id, str) else env_or_id
    if (table := getattr(env.unwrapped, "P", None)) is None:
        raise ValueError(f"{env} has no transition table `P`. FrozenLake-v1, CliffWalking-v1 and Taxi-v4 have one.")
    end, actions = len(table), len(table[0])
    lines = [(end * actions + action, 1.0, end, 0.0) for action in range(actions)]
    for state, action in np.ndindex(end, actions):
        row = state * actions + action
        lines += [(row, p, end if over else successor, r) for p, successor, r, over in table[state][action]]
    rows, p, successors, r = np.array(lines, dtype=np.float64).T
    shape = ((end + 1) * actions, end + 1)
    transitions = sparse.csr_array((p, (rows.astype(np.int32), successors.astype(np.int32))), shape=shape)
    rewards = np.bincount(rows.astype(int), weights=p * r).reshape(end + 1, actions)
    names = GYMNASIUM_ACTIONS.get(type(env.unwrapped).__name__, ())
    return _dense_if_small(TabularMDP(transitions, rewards, discount, np.arange(end + 1) == end, action_names=names))


def _dense_if_small(mdp):
    """Return an MDP as a dense one if that takes at most 64 MiB, so that the exercises run on it."""
    return mdp.to_dense() if 8 * mdp.rewards.size * mdp.num_states <= DENSE_BYTES else mdp


def garnet(num_states, num_actions, branching, discount, seed):
    """Draw a random sparse MDP in which each action leads to a few random states.

    Each (s, a) has `branching` different successors, uniformly chosen; their probabilities are the lengths into which
    uniform cuts divide [0, 1]; rewards are uniform on [0, 1).

    Source: Archibald, McKinnon & Thomas 1995, "On the generation of Markov decision processes".

    Args:
      num_states, num_actions, branching: S, A and the number of successors, at most S.
      discount: γ in [0, 1).
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      A sparse `TabularMDP`; 10^6 states take seconds.

    Raises:
      ValueError: branching is not between 1 and the number of states.
    """
    if not 1 <= branching <= num_states:
        raise ValueError(f"branching={branching}: choose 1 to {num_states}, the number of states.")
    rng = np.random.default_rng(seed)
    rows = num_states * num_actions
    successors = _distinct(rng, rows, branching, num_states)
    cuts = np.zeros((rows, branching + 1))
    cuts[:, 1:-1] = np.sort(rng.random((rows, branching - 1)), axis=1)
    cuts[:, -1] = 1
    starts = np.arange(0, successors.size + 1, branching, dtype=np.int32 if successors.size < 2**31 else np.int64)
    csr = sparse.csr_array((np.diff(cuts, axis=1).ravel(), successors.ravel(), starts), shape=(rows, num_states))
    return TabularMDP(csr, rng.random((num_states, num_actions)), discount)


def _distinct(rng, rows, count, top):
    """Draw `count` different numbers below `top` for each row, sorted; int32 [rows, count]."""
    if 2 * count > top:
        return np.sort(rng.random((rows, top)).argsort(axis=1)[:, :count].astype(np.int32), axis=1)
    drawn = np.sort(rng.integers(top, size=(rows, count), dtype=np.int32), axis=1)
    todo = np.arange(rows)
    while len(todo):  # redraw what occurs twice; at least every second new number fits
        part = drawn[todo]
        twice = np.zeros(part.shape, bool)
        twice[:, 1:] = part[:, 1:] == part[:, :-1]
        todo, part, twice = (x[twice.any(axis=1)] for x in (todo, part, twice))
        part[twice] = rng.integers(top, size=twice.sum(), dtype=np.int32)
        drawn[todo] = np.sort(part, axis=1)
    return drawn


def random_dense(num_states, num_actions, discount, seed):
    """Draw a random MDP in which every state can follow every other.

    Args:
      num_states, num_actions: S and A.
      discount: γ in [0, 1).
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      A dense `TabularMDP` with transition rows uniform on the simplex and rewards uniform on [0, 1).
    """
    rng = np.random.default_rng(seed)
    transitions = rng.exponential(size=(num_states, num_actions, num_states))
    transitions /= transitions.sum(axis=2, keepdims=True)
    return TabularMDP(transitions, rng.random((num_states, num_actions)), discount)
