"""The four corrections held against the truth: their exact operators, the spread of their returns, their learning."""

from typing import NamedTuple

import numpy as np

from course_lib import mdp
from course_lib.temporal_difference.corrections import corrected_returns, trace_coefficients
from course_lib.temporal_difference.environment import Simulator


class Arena(NamedTuple):
    """A world with a policy to be evaluated, two that act, and the truth.

    Attributes:
      simulator: the world.
      target: π, [S, A].
      behaviours: {"near": μ, "far": μ}, each [S, A].
      truth: q_π, exact, [S, A].
    """

    simulator: Simulator
    target: np.ndarray
    behaviours: dict
    truth: np.ndarray


def arena(config):
    """Set up the grid of the comparison: π nearly optimal, μ near to it or walking at random.

    Args:
      config: an `OffPolicy`.

    Returns:
      An `Arena`, its truth from chapter 1's `evaluate_policy`.
    """
    grid = mdp.gridworld(config.size).to_dense()
    world = mdp.TabularMDP(
        grid.transitions, grid.rewards, config.discount, grid.terminal, grid.state_names, grid.action_names
    )
    greedy = mdp.policy_probabilities(mdp.solve(world).actions, world.num_actions)
    soften = lambda epsilon: (1 - epsilon) * greedy + epsilon / world.num_actions  # noqa: E731
    target = soften(config.target_epsilon)
    behaviours = {"near": soften(config.near_epsilon), "far": soften(config.far_epsilon)}
    truth = mdp.look_ahead(world, mdp.evaluate_policy(world, target)) * ~world.terminal[:, None]
    return Arena(Simulator(world, world.num_states // 2, config.noise), target, behaviours, truth)


def expected_operator(world, target, behaviour, correction, lambda_):
    """Return the matrix that one expected update, over whole trajectories, applies to the error of q.

    q' − q_π = M (q − q_π), M = I − (I − γ P^{cμ})⁻¹ (I − γ P^π), with P^{cμ} the chain of μ whose steps are weighted by c.
    Errors die out if all eigenvalues of M are smaller than 1 in size; and no update enlarges the largest error if the
    absolute entries of each row sum to at most 1. For Retrace and tree backup that sum is at most γ, whatever π and μ.

    Source: Munos et al. 2016, lemma 1 and theorem 1.

    Args:
      world: a dense `TabularMDP`.
      target, behaviour: π and μ, [S, A].
      correction, lambda_: as for `trace_coefficients`.

    Returns:
      M over the pairs of a non-terminal state and an action, [(S − ends)·A, (S − ends)·A].
    """
    live = np.flatnonzero(~world.terminal)
    size = len(live) * world.num_actions
    moves = world.transitions[live][:, :, live].reshape(size, len(live))

    def chain(weights):
        """P(s'|s, a) w(a'|s') over pairs, [size, size]."""
        return (moves[:, :, None] * weights[live]).reshape(size, size)

    weights = behaviour * trace_coefficients(correction, target, behaviour, lambda_)
    identity = np.eye(size)
    whole = identity - world.discount * chain(target)
    return identity - np.linalg.solve(identity - world.discount * chain(weights), whole)


def returns_under(place, name, experience, action_values, correction, lambda_):
    """Compute the corrected returns of recorded experience.

    Args:
      place: an `Arena`.
      name: which of its behaviours acted, "near" or "far".
      experience: an `Experience` of N runs.
      action_values: q, one table for each run, [N, S, A], or one for all, [S, A].
      correction, lambda_: as for `trace_coefficients`.

    Returns:
      G_t, [T, N].
    """
    states, actions, rewards, discounts = experience
    tables = np.broadcast_to(action_values, (states.shape[1], *place.target.shape))
    rows = np.arange(states.shape[1])
    expected = (place.target[states[1:]] * tables[rows, states[1:]]).sum(axis=2)
    pi, mu = place.target[states[:-1], actions], place.behaviours[name][states[:-1], actions]
    coefficients = trace_coefficients(correction, pi, mu, lambda_)
    return corrected_returns(tables[rows, states[:-1], actions], expected, rewards, discounts, coefficients)


def evaluate_off_policy(place, name, correction, config, seed):
    """Learn q_π from pieces of what μ does, each run by itself, and record the error.

    Each piece starts in a random state with a random action (exploring starts: c_0 has no say in G_0, so that the first
    action may be anybody's). Its returns are computed from the table as it is; then every pair that was
    visited moves by α towards the mean of its returns (so that a pair visited often is not moved too far).

    Args:
      place: an `Arena`.
      name: which behaviour acts, "near" or "far".
      correction: one of `CORRECTIONS`.
      config: an `OffPolicy`.
      seed: seed, or a `numpy.random.Generator`.

    Returns:
      √(mean over pairs of (q − q_π)²) before the first and after each piece, [pieces + 1, runs].
    """
    rng = np.random.default_rng(seed)
    world, live = place.simulator.world, np.flatnonzero(~place.simulator.world.terminal)
    tables = np.zeros((config.runs, *place.target.shape))
    flat, width = tables.reshape(-1), place.target.size
    errors = [_error(tables, place, live)]
    for _ in range(config.pieces):
        starts, first = rng.choice(live, config.runs), rng.integers(world.num_actions, size=config.runs)
        seen = place.simulator.follow(place.behaviours[name], config.runs, rng, config.steps, starts, first)
        returns = returns_under(place, name, seen, tables, correction, config.lambda_)
        pairs = np.arange(config.runs) * width + seen.states[:-1] * world.num_actions + seen.actions
        alive = ~world.terminal[seen.states[:-1]]
        counts = np.bincount(pairs[alive], minlength=flat.size)
        sums = np.bincount(pairs[alive], returns[alive], minlength=flat.size)
        flat += config.step_size * np.where(counts > 0, sums / np.maximum(counts, 1) - flat, 0.0)
        errors.append(_error(tables, place, live))
    return np.array(errors)


def _error(tables, place, live):
    """The root mean square error over the pairs that count, [runs]."""
    with np.errstate(over="ignore"):  # what diverges may do so
        return np.sqrt(np.mean((tables - place.truth)[:, live] ** 2, axis=(1, 2)))
