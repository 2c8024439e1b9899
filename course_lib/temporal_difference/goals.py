"""Universal value functions: one table for many goals, and one for many weights of curiosity, from one experience."""

import numpy as np

from course_lib import mdp
from course_lib.temporal_difference.environment import Simulator
from course_lib.temporal_difference.targets import q_learning_target


def open_grid(rows, columns, discount=0.95):
    """Build a grid without ends or rewards of its own: whoever learns brings the goals.

    Args:
      rows, columns: its size, at least 1 each and more than one cell.
      discount: γ.

    Returns:
      A `Simulator` with actions up, right, down, left; state = columns * row + column; walls do not move.

    Raises:
      ValueError: there is but one cell, or none.
    """
    if rows < 1 or columns < 1 or rows * columns < 2:
        raise ValueError(f"rows={rows}, columns={columns}: a grid to walk on has at least two cells.")
    states = np.arange(rows * columns)
    row, column = np.divmod(states[:, None], columns)
    row = np.clip(row + [-1, 0, 1, 0], 0, rows - 1)
    column = np.clip(column + [0, 1, 0, -1], 0, columns - 1)
    transitions = np.eye(len(states))[row * columns + column]
    world = mdp.TabularMDP(transitions, np.zeros((len(states), 4)), discount, None, (), ("up", "right", "down", "left"))
    return Simulator(world, 0)


def exact_goal_values(simulator):
    """Solve the world once for each goal: reaching goal g pays 1 and ends the episode.

    Args:
      simulator: a `Simulator` of a world without ends.

    Returns:
      q*(s, a | g), [G, S, A], with G = S; 0 in s = g.
    """
    world, values = simulator.world, []
    for goal in range(world.num_states):
        entering = world.transitions[:, :, goal].copy()
        transitions = world.transitions.copy()
        entering[goal], transitions[goal] = 0.0, np.eye(world.num_states)[goal]
        task = mdp.TabularMDP(transitions, entering, world.discount, np.arange(world.num_states) == goal)
        values.append(mdp.look_ahead(task, mdp.solve(task).values) * ~task.terminal[:, None])
    return np.array(values)


def learn_goals(simulator, goals, steps, step_size, seed, actors=1):
    """Walk at random and learn from every step for every goal at once: Q-learning, off-policy for all of them.

    For goal g the reward of a step is 1 if it enters g, and the discount is then 0; nothing of this was paid while walking.

    Source: Sutton et al. 2011 (Horde); Schaul et al. 2015 (universal value functions).

    Args:
      simulator: a `Simulator` of a world without ends.
      goals: the states to learn to reach, int [G].
      steps: how many steps to walk.
      step_size: α.
      seed: seed, or a `numpy.random.Generator`.
      actors: walkers that share the table.

    Returns:
      q(s, a | g), [G, S, A].
    """
    rng, goals = np.random.default_rng(seed), np.asarray(goals)
    world = simulator.world
    q = np.zeros((len(goals), *world.rewards.shape))
    states = rng.integers(world.num_states, size=actors)
    for _ in range(steps):
        actions = rng.integers(world.num_actions, size=actors)
        _, _, next_states = simulator.step(states, actions, rng)
        for state, action, following in zip(states, actions, next_states, strict=True):
            reached = goals == following
            targets = q_learning_target(1.0 * reached, world.discount * ~reached, q[:, following])
            learning = goals != state  # an episode towards g ends in g
            q[:, state, action] += step_size * learning * (targets - q[:, state, action])
        states = next_states
    return q


def generalise(values, features, trained, ridge=1e-3):
    """Fit v(s, g) = φ(s)ᵀ W φ(g) on some goals and answer for all: what a table cannot do.

    Source: the two-stream factorisation of Schaul et al. 2015, section 3, with fixed features and least squares in place of networks.

    Args:
      values: v(s | g) of every goal; only those of trained goals are looked at, [G, S].
      features: φ, one row for each state, [S, F].
      trained: the goals that were trained, int [K].
      ridge: weight of the penalty on W.

    Returns:
      The fitted v(s, g), [G, S].
    """
    left = np.linalg.solve(features.T @ features + ridge * np.eye(features.shape[1]), features.T)
    known = features[trained]
    right = np.linalg.solve(known.T @ known + ridge * np.eye(features.shape[1]), known.T)
    weights = right @ values[trained] @ left.T
    return features @ weights @ features.T


def bumps(rows, columns, spacing=1.5, width=2.5):
    """Return features of the cells of a grid: one Gaussian bump around each of evenly laid centres.

    Args:
      rows, columns: the grid.
      spacing: distance of the centres.
      width: standard deviation of a bump, in cells.

    Returns:
      φ, [rows * columns, F].
    """
    cells = np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)
    grid = np.meshgrid(np.arange(0, rows, spacing), np.arange(0, columns, spacing), indexing="ij")
    centres = np.stack([axis.ravel() for axis in grid], axis=1)
    distances = ((cells[:, None] - centres) ** 2).sum(axis=2)
    return np.exp(-distances / (2 * width**2))
