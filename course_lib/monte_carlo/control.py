"""Monte Carlo control: play, average the returns of state-action pairs, act greedily on them, and play again."""

from typing import NamedTuple

import numpy as np

from course_lib.monte_carlo.episodes import ENDED, MAX_STEPS, batches, checked_policy, play
from course_lib.monte_carlo.importance_sampling import importance_ratios
from course_lib.monte_carlo.policies import epsilon_greedy
from course_lib.monte_carlo.prediction import Estimate, incremental_mean
from course_lib.monte_carlo.returns import first_visit_returns, visited_pairs
from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def control_step(action_values, counts, states, actions, returns, epsilon):
    """Take one step of on-policy control: let the returns of first visits into q, then act ε-greedily on it.

    Q(s, a) ← mean of all its returns, then π ← ε-greedy(Q). A pair may occur many times in a batch.

    Source: Sutton & Barto 2018, section 5.4, on-policy first-visit MC control.

    Args:
      action_values: q, [S, A].
      counts: how many returns are in each, [S, A].
      states, actions: the pairs that were visited, int [N].
      returns: the return after each, [N].
      epsilon: ε, a float in [0, 1].

    Returns:
      The new q, the new counts and the new policy, [S, A] each.
    """
    pairs, size = states * action_values.shape[1] + actions, action_values.size
    totals = np.bincount(pairs, returns, size).reshape(action_values.shape)
    added = np.bincount(pairs, minlength=size).reshape(action_values.shape)
    action_values, counts = incremental_mean(action_values, counts, totals, added)
    return action_values, counts, epsilon_greedy(action_values, epsilon)


class Control(NamedTuple):
    """What control finds.

    Attributes:
      policy: π(a|s), [S, A].
      action_values: q, [S, A]; 0 where a pair was never visited.
      counts: number (off-policy: weight) of the returns in each, [S, A].
    """

    policy: np.ndarray
    action_values: np.ndarray
    counts: np.ndarray


def epsilon_soft_control(world, episodes, rng, *, epsilon, on_batch=None, **options):
    """Learn while playing: on-policy first-visit control with an ε-soft policy.

    The policy changes after each batch, not after each episode. It approaches the best among ε-soft policies, which
    is not the best of all.

    Source: Sutton & Barto 2018, section 5.4.

    Args:
      world: see `episodes`.
      episodes: how many to play.
      rng: a `numpy.random.Generator`.
      epsilon: ε in (0, 1].
      on_batch: called with a `Control` after each batch, if given.
      **options: `discount` (1), `batch` (1000), `memory` (1: every return counts alike, as in the book; below 1, the
        weight of old returns is multiplied by it before each batch, since they come from older policies), and
        `max_steps` and `on_truncation` as for `play`.

    Returns:
      A `Control`.

    Raises:
      ValueError: ε is 0, with which an action that looks bad once is never tried again; or as for `play`.
    """
    if not 0 < epsilon <= 1:
        raise ValueError(f"epsilon={epsilon}: on-policy control explores, so 0 < epsilon ≤ 1; or use exploring starts.")
    return _control(world, episodes, rng, epsilon, lambda size: {}, on_batch, **options)


def exploring_starts_control(world, episodes, rng, *, on_batch=None, **options):
    """Learn with exploring starts: every episode begins with a random pair, and goes on greedily.

    Source: Sutton & Barto 2018, section 5.3, Monte Carlo ES.

    Args:
      world, episodes, rng, on_batch, options: as for `epsilon_soft_control`; the world can start anywhere.

    Returns:
      A `Control`.
    """

    def starts(size):
        drawn = rng.choice(_exploring_states(world), size), rng.integers(world.num_actions, size=size)
        return dict(zip(("starts", "first_actions"), drawn, strict=True))

    return _control(world, episodes, rng, 0.0, starts, on_batch, **options)


def _control(
    world,
    episodes,
    rng,
    epsilon,
    starts,
    on_batch,
    discount=1.0,
    batch=1000,
    memory=1.0,
    max_steps=MAX_STEPS,
    on_truncation="error",
):
    """Play a batch, improve, and so on; `starts(size)` gives further arguments of `play`."""
    shape = world.num_states, world.num_actions
    found = Control(epsilon_greedy(np.zeros(shape), epsilon), np.zeros(shape), np.zeros(shape))
    for size in batches(world, episodes, batch):
        limits = {"max_steps": max_steps, "on_truncation": on_truncation}
        played = play(world, found.policy, size, rng, **starts(size), **limits)
        returns, first = first_visit_returns(visited_pairs(played, shape[1]), played.rewards, discount)
        samples = played.states[first], played.actions[first], returns[first]
        q, counts, policy = control_step(found.action_values, memory * found.counts, *samples, epsilon)
        found = Control(policy, q, counts)
        if on_batch:
            on_batch(found)
    return found


def settle_doubts(world, policy, rng, *, z=4.0, batch=20_000, max_episodes=200_000_000, discount=1.0):
    """Improve a policy until no state is in doubt, starting episodes only where there still is one.

    Policy iteration with Monte Carlo evaluation. In a round the policy stays; each episode begins with a random
    action in a state of which it is open whether its best action is better than the others, that is, where a band of
    z standard errors around the difference still holds 0, and only this first return counts. Then all states take
    their best action. The last round leaves the policy as it was.

    Uniform exploring starts would need more than a hundred times as many episodes, most of them where all is clear.

    Args:
      world: one that can start anywhere, in which no two actions are equally good.
      policy: where to begin, π(a|s), [S, A].
      rng: a `numpy.random.Generator`.
      z: how many standard errors make a difference sure. It is looked at again and again, so 1.96 is too few.
      batch: episodes at a time.
      max_episodes: how many to allow in all.
      discount: γ.

    Returns:
      The policy, [S, A], deterministic in `world.exploring_states`, and the number of episodes played.

    Raises:
      RuntimeError: max_episodes are not enough: two actions are (nearly) equally good.
      ValueError: as for `play`.
    """
    policy, candidates = checked_policy(world, policy), _exploring_states(world)
    played = 0
    while True:
        q, episodes = _until_sure(world, policy, candidates, rng, z, batch, max_episodes - played, discount)
        played += episodes
        improved = policy.copy()
        improved[candidates] = epsilon_greedy(q.means.reshape(policy.shape)[candidates], 0.0)
        if np.array_equal(improved, policy):
            return policy, played
        policy = improved


def _until_sure(world, policy, candidates, rng, z, batch, allowed, discount):
    """Play until the best action of every candidate state is sure; return q as an `Estimate`, and how many episodes."""
    q, doubtful, played = Estimate.empty(policy.size), candidates, 0
    while len(doubtful):
        if played >= allowed:
            raise RuntimeError(
                f"max_episodes are played and {len(doubtful)} states are still in doubt, the first is {doubtful[0]}: "
                "its actions may be equally good. Raise max_episodes, or lower z."
            )
        starts = doubtful[np.arange(batch) % len(doubtful)]
        actions = rng.integers(world.num_actions, size=batch)
        episodes = play(world, policy, batch, rng, starts=starts, first_actions=actions)
        returns = discount ** np.arange(len(episodes.rewards)) @ episodes.rewards
        q = q.including(starts * world.num_actions + actions, returns)
        played += batch
        doubtful = candidates[_in_doubt(q, candidates, policy.shape, z)]
    return q, played


def _in_doubt(q, candidates, shape, z):
    """Whether some action might be as good as the one that looks best, for each candidate state, bool."""
    means, errors = (array.reshape(shape)[candidates] for array in (q.means, q.standard_errors))
    rows, best = np.arange(len(candidates)), means.argmax(axis=1)
    apart = means[rows, best][:, None] - means
    sure = apart > z * np.hypot(errors, errors[rows, best][:, None])
    sure[rows, best] = True
    return ~sure.all(axis=1)


def off_policy_control(
    world, behaviour, episodes, rng, *, discount=1.0, batch=1000, max_steps=MAX_STEPS, on_truncation="error"
):
    """Learn the greedy policy while another one plays, by weighted importance sampling.

    Q(s, a) ← Q + W/C (G − Q) with W = Π π(a_k|s_k) / b(a_k|s_k) over the steps after t: the action of step t itself
    is given, it needs no ratio. Steps before the last action that the target would not take have W = 0.

    Source: Sutton & Barto 2018, section 5.7 and equations 5.7, 5.8; every visit counts.

    Args:
      world, episodes, rng, discount, batch, max_steps, on_truncation: as for `epsilon_soft_control`.
      behaviour: b(a|s), [S, A], positive everywhere.

    Returns:
      A `Control` with the greedy policy.

    Raises:
      ValueError: the behaviour policy leaves an action out.
    """
    behaviour = checked_policy(world, behaviour)
    if (behaviour <= 0).any():
        raise ValueError("the behaviour policy never takes some action, so nothing is learnt about it: soften() it.")
    q, weights, size = np.zeros(behaviour.size), np.zeros(behaviour.size), behaviour.size
    for count in batches(world, episodes, batch):
        target = epsilon_greedy(q.reshape(behaviour.shape), 0.0)
        played = play(world, behaviour, count, rng, max_steps=max_steps, on_truncation=on_truncation)
        pairs = visited_pairs(played, world.num_actions)
        returns, _ = first_visit_returns(pairs, played.rewards, discount)
        from_here = importance_ratios(played.chosen(target), played.chosen(behaviour))
        ratios = np.concatenate([from_here[1:], np.ones((1, count))])
        steps = pairs != ENDED
        totals = np.bincount(pairs[steps], (ratios * returns)[steps], size)
        q, weights = incremental_mean(q, weights, totals, np.bincount(pairs[steps], ratios[steps], size))
    q, weights = q.reshape(behaviour.shape), weights.reshape(behaviour.shape)
    return Control(epsilon_greedy(q, 0.0), q, weights)


def _exploring_states(world):
    """The states in which a world may be started; an error where it cannot be."""
    if not getattr(world, "restartable", False):
        raise ValueError(f"{type(world).__name__} starts where it likes: use epsilon_soft_control.")
    return world.exploring_states
