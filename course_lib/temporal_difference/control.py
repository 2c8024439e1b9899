"""Control: learn action values while acting on them. Sarsa, Expected Sarsa, Q-learning, double Q-learning."""

from typing import NamedTuple

import numpy as np

from course_lib.temporal_difference.targets import (
    double_q_target,
    expected_sarsa_target,
    q_learning_target,
    sarsa_target,
)

METHODS = ("sarsa", "expected_sarsa", "q_learning", "double_q")


class Learnt(NamedTuple):
    """What many learners did and found.

    Attributes:
      returns: sum of the rewards of each episode, [N, E].
      first_actions: the first action of each episode, int [N, E].
      action_values: q at the end, [N, S, A]; for double Q-learning the mean of its two tables.
    """

    returns: np.ndarray
    first_actions: np.ndarray
    action_values: np.ndarray


def epsilon_greedy(action_values, epsilon, rng):
    """Take the best action, and with probability ε any; ties are broken at random. Actions worth −∞ do not exist.

    Args:
      action_values: q(s, ·) of N learners, [N, A].
      epsilon: ε.
      rng: a `numpy.random.Generator`.

    Returns:
      Actions, int [N].
    """
    draws = rng.random(action_values.shape)
    legal = action_values > -np.inf
    best = action_values == action_values.max(axis=1, keepdims=True)
    anywhere = rng.random(len(action_values)) < epsilon
    return (draws * np.where(anywhere[:, None], legal, best)).argmax(axis=1)


def learn(simulator, method, *, episodes, runs, step_size, epsilon, seed, max_steps=100_000):
    """Let N learners act ε-greedily on their own action values, from zero, until each has seen E episodes.

    Source: Sutton & Barto 2018, sections 6.4 (Sarsa), 6.5 (Q-learning), 6.6 (Expected Sarsa), 6.7 (double Q-learning).

    Args:
      simulator: a `Simulator`.
      method: one of `METHODS`.
      episodes: E.
      runs: N.
      step_size: α, a number or one for each learner, [N].
      epsilon: ε.
      seed: seed, or a `numpy.random.Generator`.
      max_steps: how many steps to allow a learner in all; episodes not finished by then count with what they have.

    Returns:
      What they learnt, a `Learnt`.

    Raises:
      ValueError: there is no such method, the step size is outside (0, 1], or episodes never end.
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known: use one of {', '.join(METHODS)}.")
    if not (np.all(np.asarray(step_size) > 0) and np.all(np.asarray(step_size) <= 1)):
        raise ValueError(f"step_size={step_size}: give step sizes above 0 and up to 1.")
    if not simulator.world.terminal.any():
        raise ValueError("this world has no terminal state, so that no episode ends: give it one.")
    rng, rows = np.random.default_rng(seed), np.arange(runs)
    tables = np.where(simulator.legal, 0.0, -np.inf) * np.ones((2, runs, 1, 1))
    step_size = np.broadcast_to(np.asarray(step_size, float), runs)
    returns, first_actions = np.zeros((runs, episodes)), np.zeros((runs, episodes), int)
    episode, states, fresh = np.zeros(runs, int), np.full(runs, simulator.start), np.ones(runs, bool)

    def act(states):
        seen = tables[:, rows, states].sum(axis=0) if method == "double_q" else tables[0, rows, states]
        return epsilon_greedy(seen, epsilon, rng)

    actions = act(states)
    for _ in range(max_steps):
        active = episode < episodes
        if not active.any():
            break
        begins = active & fresh
        first_actions[rows[begins], episode[begins]] = actions[begins]
        rewards, discounts, next_states = simulator.step(states, actions, rng)
        next_actions = act(next_states) if method == "sarsa" else None  # Sarsa decides before it learns
        _update(
            tables,
            method,
            (states, actions, rewards, discounts, next_states, next_actions),
            step_size * active,
            epsilon,
            rng,
        )
        returns[rows[active], episode[active]] += rewards[active]
        fresh = simulator.world.terminal[next_states]
        episode += fresh
        states = np.where(fresh, simulator.start, next_states)
        next_actions = act(states) if next_actions is None else np.where(fresh, act(states), next_actions)
        actions = next_actions
    return Learnt(returns, first_actions, tables.mean(axis=0) if method == "double_q" else tables[0])


def _update(tables, method, transition, step_size, epsilon, rng):
    """Update the tables [2, N, S, A] in place; all methods but double Q-learning use the first alone."""
    states, actions, rewards, discounts, next_states, next_actions = transition
    rows = np.arange(len(states))
    updated = (rng.random(len(rows)) < 0.5).astype(int) if method == "double_q" else np.zeros(len(rows), int)
    ahead = tables[updated, rows, next_states]
    if method == "sarsa":
        targets = sarsa_target(rewards, discounts, ahead, next_actions)
    elif method == "expected_sarsa":
        targets = expected_sarsa_target(rewards, discounts, ahead, epsilon)
    elif method == "q_learning":
        targets = q_learning_target(rewards, discounts, ahead)
    else:
        targets = double_q_target(rewards, discounts, ahead, tables[1 - updated, rows, next_states])
    tables[updated, rows, states, actions] += step_size * (targets - tables[updated, rows, states, actions])


def greedy_path(simulator, action_values, limit=100):
    """Follow the greedy actions from the start, the first of the best in a tie, in a world that leaves nothing to chance.

    Args:
      simulator: a `Simulator`.
      action_values: q, [S, A].
      limit: how many steps to allow.

    Returns:
      The states from the start to the end, or the first limit + 1 of a walk that does not end: a list.
    """
    path = [simulator.start]
    while len(path) <= limit and not simulator.world.terminal[path[-1]]:
        chosen = simulator.world.to_dense().transitions[path[-1], action_values[path[-1]].argmax()]
        path.append(int(chosen.argmax()))
    return path
