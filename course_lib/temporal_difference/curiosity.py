"""Why a reward that changes with experience is no function of the state, and two ways round it."""

from typing import NamedTuple

import numpy as np

from course_lib.temporal_difference.targets import q_learning_target


class Visits(NamedTuple):
    """Episodes with a bonus of 1 / √n for the n-th visit of a state in the episode.

    Attributes:
      states: s_t, int [E, T].
      bonuses: what entering s_{t+1} paid, [E, T].
      last_bonuses: what the step before had paid, and 1 at first, [E, T].
      last_actions: the action before, and −1 at first, int [E, T].
      returns: the discounted sum of the bonuses from t on, [E, T].
    """

    states: np.ndarray
    bonuses: np.ndarray
    last_bonuses: np.ndarray
    last_actions: np.ndarray
    returns: np.ndarray


def walk_for_novelty(simulator, episodes, steps, seed):
    """Walk at random and pay 1 / √n for entering a state the n-th time in an episode (the start is entered first).

    The dynamics are Markov, the reward is not: what a step pays depends on where one has been.

    Source: the episodic count of Badia et al. 2020a, section 2, in its tabular form.

    Args:
      simulator: a `Simulator` of a world without ends.
      episodes: E.
      steps: T.
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      The `Visits`.
    """
    rng = np.random.default_rng(seed)
    world, rows = simulator.world, np.arange(episodes)
    uniform = np.full(world.rewards.shape, 1 / world.num_actions)
    seen = simulator.follow(uniform, episodes, rng, steps)
    counts = np.zeros((episodes, world.num_states))
    counts[rows, simulator.start] = 1
    bonuses = np.empty((steps, episodes))
    for t, entered in enumerate(seen.states[1:]):
        counts[rows, entered] += 1
        bonuses[t] = 1 / np.sqrt(counts[rows, entered])
    returns, following = np.empty_like(bonuses), 0.0
    for t in range(steps - 1, -1, -1):
        returns[t] = following = bonuses[t] + world.discount * following
    before = np.vstack([np.ones((1, episodes)), bonuses[:-1]])
    acted = np.vstack([np.full((1, episodes), -1), seen.actions[:-1]])
    return Visits(seen.states[:-1].T, bonuses.T, before.T, acted.T, returns.T)


def unexplained(targets, *inputs):
    """Return the share of the variance of targets that no function of the inputs can explain.

    E[Var(y | x)] / Var(y), from a table with one cell for each combination of the inputs' values, fitted on one half of
    the rows and tried on the other, so that a finer table gains nothing by being finer.

    Args:
      targets: y, [E, …]; the first half of the rows is fitted.
      *inputs: x, each with finitely many values, of the same shape.

    Returns:
      A share; about 1 where the inputs say nothing.
    """
    cells = np.zeros(targets.size, int)
    for values in inputs:
        levels, codes = np.unique(values, return_inverse=True)
        cells = cells * len(levels) + codes.ravel()
    _, cells = np.unique(cells, return_inverse=True)
    cells = cells.reshape(targets.shape)
    half = len(targets) // 2
    fitted, tried = targets[:half], targets[half:]
    counts = np.bincount(cells[:half].ravel(), minlength=cells.max() + 1)
    sums = np.bincount(cells[:half].ravel(), fitted.ravel(), minlength=cells.max() + 1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), fitted.mean())
    return float(np.mean((tried - means[cells[half:]]) ** 2) / tried.var())


def learn_family(simulator, rewards, bonus, betas, steps, step_size, seed):
    """Learn q(s, a | β) for a whole family of r + β · bonus from one random walk: goal := β.

    The bonus is a table that stands still here; in chapters 6 and 7 it moves, and so it is fed to the agent besides.

    Source: Badia et al. 2020a, section 3 (universal value functions whose goal is the weight of the bonus).

    Args:
      simulator: a `Simulator`; where its world ends, walkers start anew in any state.
      rewards: r for entering a state, [S].
      bonus: for entering a state, [S].
      betas: β_0 … β_{J−1}, of which β_0 = 0 is the one that exploits, [J].
      steps: how many steps to walk.
      step_size: α.
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      q(s, a | β), [J, S, A].
    """
    rng, betas = np.random.default_rng(seed), np.asarray(betas, float)
    world = simulator.world
    live = np.flatnonzero(~world.terminal)
    q, state = np.zeros((len(betas), *world.rewards.shape)), rng.choice(live)
    for _ in range(steps):
        action = rng.integers(world.num_actions)
        _, discount, entered = simulator.step(np.array([state]), np.array([action]), rng)
        following = int(entered[0])
        mixed = rewards[following] + betas * bonus[following]
        targets = q_learning_target(mixed, discount[0], q[:, following])
        q[:, state, action] += step_size * (targets - q[:, state, action])
        state = rng.choice(live) if discount[0] == 0 else following
    return q
