"""The chapter's agent: acts as randomly as its bandit tells it to, and learns the greedy policy from that by Retrace."""

from typing import NamedTuple

import numpy as np

from course_lib.temporal_difference.bandit import SlidingWindowBandit
from course_lib.temporal_difference.corrections import corrected_returns, trace_coefficients


class Played(NamedTuple):
    """What many agents did and found.

    Attributes:
      returns: sum of the rewards of each episode, [N, E].
      arms: which ε was played, int [N, E].
      action_values: q at the end, [N, S, A].
    """

    returns: np.ndarray
    arms: np.ndarray
    action_values: np.ndarray


def play(
    simulator,
    epsilons,
    *,
    episodes,
    runs,
    seed,
    correction="retrace",
    step_size=0.5,
    lambda_=0.95,
    window=40,
    scale=20.0,
    max_steps=200,
):
    """Let N agents choose an ε for each episode, act ε-greedily, and learn the greedy policy's values from the whole episode.

    It is Agent57 in small: a family of policies that explore more or less, a bandit over a sliding window that picks one
    of them by the return of the episode, and multi-step off-policy targets (Badia et al. 2020b, without its curiosity).

    Args:
      simulator: a `Simulator` in which every action is legal.
      epsilons: the shares of random moves to choose from, each above 0.
      episodes: E.
      runs: N.
      seed: seed, or a `numpy.random.Generator`.
      correction, lambda_: as for `trace_coefficients`; the target policy is greedy.
      step_size: α.
      window, scale: of the `SlidingWindowBandit`; the scale is in units of an episode's return.
      max_steps: where an episode is broken off; what would follow is bootstrapped.

    Returns:
      A `Played`.

    Raises:
      ValueError: an ε is outside (0, 1].
    """
    epsilons = np.asarray(epsilons, float)
    if not ((epsilons > 0) & (epsilons <= 1)).all():
        raise ValueError(f"epsilons={epsilons}: the acting policy needs some chance of every action, so ε in (0, 1].")
    rng = np.random.default_rng(seed)
    bandits = [SlidingWindowBandit(len(epsilons), window, scale) for _ in range(runs)]
    q = np.zeros((runs, *simulator.world.rewards.shape))
    returns, chosen = np.empty((episodes, runs)), np.empty((episodes, runs), int)
    for episode in range(episodes):
        arms = np.array([bandit.choose() for bandit in bandits])
        seen = _act(simulator, q, epsilons[arms], rng, max_steps)
        returns[episode], chosen[episode] = seen[2].sum(axis=0), arms
        q = _learn(simulator, q, seen, correction, lambda_, step_size)
        for bandit, arm, total in zip(bandits, arms, returns[episode], strict=True):
            bandit.update(arm, total)
    return Played(returns.T, chosen.T, q)


def _act(simulator, q, epsilons, rng, max_steps):
    """One episode of each run: states [T + 1, N], actions, rewards, discounts and μ of the actions taken, [T, N]."""
    rows, num_actions = np.arange(len(q)), q.shape[2]
    states, seen = [np.full(len(q), simulator.start)], []
    while len(seen) < max_steps and not simulator.world.terminal[states[-1]].all():
        greedy = q[rows, states[-1]].argmax(axis=1)
        anywhere = rng.integers(num_actions, size=len(q))
        actions = np.where(rng.random(len(q)) < epsilons, anywhere, greedy)
        behaviour = epsilons / num_actions + (1 - epsilons) * (actions == greedy)
        rewards, discounts, following = simulator.step(states[-1], actions, rng)
        seen.append((actions, rewards, discounts, behaviour))
        states.append(following)
    return np.array(states), *(np.array(part) for part in zip(*seen, strict=True))


def _learn(simulator, q, seen, correction, lambda_, step_size):
    """Move every pair that was visited towards the mean of its corrected returns; new tables [N, S, A]."""
    states, actions, rewards, discounts, behaviour = seen
    rows = np.arange(len(q))
    taken, best = q[rows, states[:-1], actions], q[rows, states].max(axis=2)
    target = (actions == q[rows, states[:-1]].argmax(axis=2)).astype(float)
    coefficients = trace_coefficients(correction, target, behaviour, lambda_)
    returns = corrected_returns(taken, best[1:], rewards, discounts, coefficients)
    alive = ~simulator.world.terminal[states[:-1]]
    pairs = np.ravel_multi_index((np.broadcast_to(rows, actions.shape), states[:-1], actions), q.shape)[alive]
    counts = np.bincount(pairs, minlength=q.size).reshape(q.shape)
    sums = np.bincount(pairs, returns[alive], minlength=q.size).reshape(q.shape)
    return q + step_size * np.where(counts > 0, sums / np.maximum(counts, 1) - q, 0.0)
