"""What some rungs of the value ladder repair, in worlds so small that it can be counted."""

from typing import NamedTuple

import numpy as np

from course_lib import mdp
from course_lib.deep_rl.advantages import generalized_advantages
from course_lib.deep_rl.priorities import priorities
from course_lib.deep_rl.sum_tree import SumTree
from course_lib.deep_rl.worlds import Garnet


class Bias(NamedTuple):
    """How far a maximum of estimates lies above the largest true value, [K] each.

    Attributes:
      actions: how many actions there are.
      single: when the estimate that is largest is also believed.
      double: when a second, independent estimate of that action is believed.
    """

    actions: np.ndarray
    single: np.ndarray
    double: np.ndarray


def maximisation_bias(actions, noise=1.0, draws=20_000, seed=0):
    """Estimate the values of actions that are all worth 0, and take the best one's.

    Source: van Hasselt 2010; van Hasselt, Guez & Silver 2016, figure 1.

    Args:
      actions: numbers of actions to try.
      noise: standard deviation of an estimate.
      draws: for each of them.
      seed: seed.

    Returns:
      A `Bias`.
    """
    rng, single, double = np.random.default_rng(seed), [], []
    for count in actions:
        chooses, judges = noise * rng.normal(size=(2, draws, count))
        best = chooses.argmax(axis=1)[:, None]
        single.append(np.take_along_axis(chooses, best, axis=1).mean())
        double.append(np.take_along_axis(judges, best, axis=1).mean())
    return Bias(np.asarray(actions), np.array(single), np.array(double))


def sweeps_to_learn(length, n):
    """Count sweeps over a corridor until its start knows of the reward at its end, with targets of n steps.

    Each sweep updates every state at once from values of the sweep before, as learning between two copies to the target
    network does.

    Args:
      length: steps to the end.
      n: steps that a target looks ahead.

    Returns:
      The number of sweeps.
    """
    values, sweeps = np.zeros(length + 1), 0  # the last one is the end, worth nothing
    while values[0] == 0:
        ahead = np.minimum(np.arange(length) + n, length)
        values[:length] = np.where(ahead == length, 1.0, values[ahead])
        sweeps += 1
    return sweeps


def cliffwalk(length, prioritised, alpha=0.7, step_size=0.25, tolerance=1e-2, seed=0, limit=1_000_000):
    """Count updates until Q-learning from replay knows the values of the blind cliffwalk.

    In each of the states one action is right and goes on, the other one falls and ends the episode with 0; who takes all
    right ones gets 1. The replay holds every path once: 2^(n + 1) − 2 transitions, of which a single one pays. Rewards and
    successors are certain here, so drawing some more often biases nothing, and no weights are needed.

    Source: Schaul et al. 2016, section 3.1 and appendix B.1.

    Args:
      length: n, states.
      prioritised: whether transitions are drawn by their error, or all alike.
      alpha: of the priorities.
      step_size: of Q-learning.
      tolerance: largest error of a value that counts as known.
      seed: of draws and first values.
      limit: updates at most.

    Returns:
      The number of updates.
    """
    discount, rng = 1 - 1 / length, np.random.default_rng(seed)
    truth = np.zeros((length + 1, 2))
    truth[:length, 1] = discount ** np.arange(length - 1, -1, -1.0)
    values = rng.normal(0, 0.1, truth.shape)
    values[length] = 0  # the end
    states, actions = _paths(length)
    next_states = np.where(actions == 1, states + 1, length)
    rewards = ((states == length - 1) & (actions == 1)).astype(float)
    tree = SumTree(len(states))
    tree[np.arange(len(states))] = 1.0
    for update in range(limit):
        if np.abs(values - truth).max() < tolerance:
            return update
        drawn = tree.draw(1, rng)
        state, action = states[drawn], actions[drawn]
        error = rewards[drawn] + discount * values[next_states[drawn]].max(axis=1) - values[state, action]
        values[state, action] += step_size * error
        if prioritised:
            tree[drawn] = priorities.current(error, alpha)
    return limit


def _paths(length):
    """States and actions of all paths: 2^(n − i − 1) of them fall, and as many go on, in state i."""
    counts = 2 ** np.arange(length - 1, -1, -1)
    states = np.repeat(np.arange(length), 2 * counts)
    actions = np.concatenate([np.repeat([0, 1], count) for count in counts])
    return states, actions


def updates_to_agree(actions, dueling, step_size=0.2, tolerance=0.05, seed=0, limit=100_000):
    """Count updates until the values of actions that are all worth 1 are known, when each update sees one of them.

    With v and a, what is learnt of one action is learnt of the state, and so of all. What was seen moves by the same in both:
    for two heads by step size × (2 − 1/A) × error, since v and a both move, and without them by as much in one.

    Source: Wang et al. 2016, section 4.1, in small.

    Args:
      actions: A.
      dueling: whether q = v + a − mean a; else each q stands for itself.
      step_size: of the gradient.
      tolerance: the largest error that counts as known.
      seed: of the actions seen.
      limit: updates at most.

    Returns:
      The number of updates.
    """
    rng, value, advantages = np.random.default_rng(seed), 0.0, np.zeros(actions)
    for update in range(limit):
        q = value + advantages - dueling * advantages.mean()
        if np.abs(1 - q).max() < tolerance:
            return update
        seen = rng.integers(actions)
        error = 1 - q[seen]
        advantages -= dueling * step_size * error / actions  # −1/A is what each a adds to q by way of the mean
        advantages[seen] += step_size * error * (1 if dueling else 2 - 1 / actions)
        value += dueling * step_size * error
    return limit


class Errors(NamedTuple):
    """How wrong estimates of advantages are, for each λ.

    Attributes:
      lambdas: λ, [L].
      bias: the root of the mean square of what is wrong on average between the actions of a state, [L].
      spread: the standard deviation around the average, [L].
    """

    lambdas: np.ndarray
    bias: np.ndarray
    spread: np.ndarray


def advantage_errors(lambdas, wrong=1.0, states=12, runs=20_000, steps=60, seed=0):
    """Estimate advantages in a random MDP by GAE, from values that are wrong.

    The policy draws all actions alike, and its exact values come from chapter 1. In every state a normal number is added to
    them, the same in all runs.

    Args:
      lambdas: what to try.
      wrong: standard deviation of the errors of the values.
      states: of the MDP.
      runs: that are averaged.
      steps: of each.
      seed: seed.

    Returns:
      `Errors` of the advantage of the first step.
    """
    rng, worlds = np.random.default_rng(seed), Garnet(runs, states, limit=steps + 1)
    exact = mdp.evaluate_policy(worlds.world, np.full((states, worlds.world.num_actions), 1 / worlds.world.num_actions))
    believed = exact + wrong * rng.normal(size=states)
    actions = rng.integers(worlds.world.num_actions, size=(steps, runs))
    seen, rewards = [worlds.reset(seed=seed)[0]], []
    for chosen in actions:
        observations, reward, *_ = worlds.step(chosen)
        seen.append(observations)
        rewards.append(reward)
    values, discounts = believed[np.array(seen)], np.full((steps, runs), worlds.world.discount)
    truth = mdp.look_ahead(worlds.world, exact)
    cells, count = seen[0] * worlds.world.num_actions + actions[0], truth.size
    sizes = np.bincount(cells, minlength=count)
    found = []
    for gae_lambda in lambdas:
        estimates = generalized_advantages.current(
            np.array(rewards), discounts, values[:-1], values[1:], np.zeros((steps, runs), bool), gae_lambda
        )[0]
        means = np.bincount(cells, estimates, count) / sizes
        variances = np.bincount(cells, estimates**2, count) / sizes - means**2
        wrong_by = means.reshape(truth.shape) - truth
        wrong_by -= wrong_by.mean(axis=1, keepdims=True)  # what is added to all actions of a state alike does no harm
        found.append((np.mean(wrong_by**2), np.mean(variances)))
    return Errors(np.asarray(lambdas), *np.sqrt(np.array(found).T))
