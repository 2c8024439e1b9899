"""Off-policy prediction: what one policy is worth, from episodes that another one has played.

Each estimator is a quotient Σ numerators / Σ denominators over episodes, and takes arrays of a batch:

  target, behaviour   π(a_t|s_t) and b(a_t|s_t) of the steps that were taken, [T, B]; 1 after the end
  rewards             r_{t+1}, [T, B]; 0 after the end

b(a|s) > 0 wherever π(a|s) > 0 ("coverage"), else some of what π does is never seen, and no weight can make up for it.
"""

import numpy as np

from course_lib.monte_carlo.episodes import MAX_STEPS, batches, checked_policy, play
from course_lib.monte_carlo.prediction import incremental_mean
from course_lib.monte_carlo.returns import first_visit_returns
from course_lib.workbook.exercise import also_computes, exercise

METHODS = (
    "ordinary",
    "weighted",
    "per-decision",
    "discounting-aware ordinary",
    "discounting-aware weighted",
)


@exercise(context="numpy")
def weighted_importance_sampling(target, behaviour, returns):
    """Estimate the value of the first state under the target policy, after each episode of a batch.

    ρ = Π_t π(a_t|s_t) / b(a_t|s_t) for each episode; after n of them V_n = Σ_{i≤n} ρ_i G_i / Σ_{i≤n} ρ_i, and 0 as
    long as all ρ are 0.

    Source: Sutton & Barto 2018, equations 5.3 and 5.6.

    Args:
      target: π(a_t|s_t) of the steps taken, [T, B]; 1 after the end of an episode.
      behaviour: b(a_t|s_t) of the same, [T, B], positive; 1 after the end.
      returns: G_0 of each episode, [B].

    Returns:
      V_1 … V_B, [B].
    """
    ratios = np.prod(target / behaviour, axis=0)
    totals, weights = np.cumsum(ratios * returns), np.cumsum(ratios)
    return totals / np.where(weights > 0, weights, 1)


@also_computes(weighted_importance_sampling)
def importance_ratios(target, behaviour):
    """Multiply the ratios from each step to the end: ρ_{t:T−1} = Π_{k≥t} π(a_k|s_k) / b(a_k|s_k).

    For v(s_t) it begins with the action of step t. For q(s_t, a_t) that action is given: take the next row.

    Source: Sutton & Barto 2018, equations 5.3 and 5.4.

    Args:
      target, behaviour: see the top of this module.

    Returns:
      [T, B].
    """
    return np.cumprod((target / behaviour)[::-1], axis=0)[::-1]


@also_computes(weighted_importance_sampling)
def fractions(target, behaviour, rewards, lengths, discount, method):
    """Compute the numerator and the denominator that each episode adds to an estimate of the first state's value.

    - "ordinary" (5.5): ρ_{0:T−1} G_0 over 1. "weighted" (5.6): the same over ρ_{0:T−1}.
    - "per-decision" (5.13, 5.14): Σ_t γ^t ρ_{0:t} r_{t+1} over 1: a reward is not multiplied by what came after it.
    - "discounting-aware" (5.9, 5.10): with Ḡ_h the plain sum of the first h rewards,
      (1 − γ) Σ_{h<T} γ^{h−1} ρ_{0:h−1} Ḡ_h + γ^{T−1} ρ_{0:T−1} Ḡ_T, over 1 or over the same without the Ḡ.

    Source: Sutton & Barto 2018, the equations named, sections 5.5, 5.8 and 5.9.

    Args:
      target, behaviour, rewards: see the top of this module.
      lengths: number of steps of each episode, [B].
      discount: γ.
      method: one of METHODS.

    Returns:
      Numerators [B] and denominators [B].

    Raises:
      ValueError: unknown method.
    """
    steps, ones = np.arange(len(rewards))[:, None], np.ones(rewards.shape[1])
    until = np.cumprod(target / behaviour, axis=0)  # ρ_{0:t}
    if method in ("ordinary", "weighted"):
        returns = (discount**steps * rewards).sum(axis=0)
        return until[-1] * returns, ones if method == "ordinary" else until[-1]
    if method == "per-decision":
        return (discount**steps * until * rewards).sum(axis=0), ones
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known: use one of {', '.join(METHODS)}.")
    last = steps == lengths - 1  # step t is the last before the horizon h = t + 1
    share = np.where(last, 1.0, 1 - discount) * discount**steps * (steps < lengths)
    weights = share * until
    ordinary = method.endswith("ordinary")
    return (weights * rewards.cumsum(axis=0)).sum(axis=0), ones if ordinary else weights.sum(axis=0)


@also_computes(weighted_importance_sampling)
def running_estimates(episodes, target, behaviour, *, method="weighted", discount=1.0):
    """Estimate the value of the state in which the episodes begin, after each of them.

    Args:
      episodes: `Episodes` that all begin in one state.
      target, behaviour: π and b, [S, A].
      method: one of METHODS. "weighted" runs the exercise `weighted_importance_sampling`.
      discount: γ.

    Returns:
      V_1 … V_B, [B].

    Raises:
      ValueError: unknown method, no coverage, or different first states.
    """
    _check_coverage(target, behaviour)
    if len(np.unique(episodes.states[0])) > 1:
        raise ValueError("these episodes begin in different states: give `play` one state as `starts`.")
    chosen = episodes.chosen(target), episodes.chosen(behaviour)
    if method == "weighted":
        returns, _ = first_visit_returns(episodes.states, episodes.rewards, discount)
        return weighted_importance_sampling(*chosen, returns[0])
    parts = fractions(*chosen, episodes.rewards, episodes.lengths, discount, method)
    totals, weights = (np.cumsum(part) for part in parts)
    return totals / np.where(weights > 0, weights, 1)


def predict_off_policy(
    world,
    target,
    behaviour,
    episodes,
    rng,
    *,
    weighted=True,
    discount=1.0,
    batch=10_000,
    starts=None,
    max_steps=MAX_STEPS,
    on_truncation="error",
):
    """Estimate the target policy's values of all states that the behaviour policy comes to; first visits count.

    Source: Sutton & Barto 2018, section 5.6, equations 5.7 and 5.8.

    Args:
      world: see `episodes`.
      target, behaviour: π and b, [S, A].
      episodes, rng, discount, batch, starts, max_steps, on_truncation: as for `predict`.
      weighted: whether to divide by the sum of the ratios, or by the number of visits (ordinary).

    Returns:
      v, [S], and the sum of the weights behind each, [S].

    Raises:
      ValueError: no coverage; or as for `play`.
    """
    target, behaviour = checked_policy(world, target), checked_policy(world, behaviour)
    _check_coverage(target, behaviour)
    size = world.num_states
    values, weights = np.zeros(size), np.zeros(size)
    for count in batches(world, episodes, batch):
        played = play(world, behaviour, count, rng, starts=starts, max_steps=max_steps, on_truncation=on_truncation)
        returns, first = first_visit_returns(played.states, played.rewards, discount)
        ratios = importance_ratios(played.chosen(target), played.chosen(behaviour))[first]
        states = played.states[first]
        added = np.bincount(states, ratios if weighted else None, size)
        values, weights = incremental_mean(values, weights, np.bincount(states, ratios * returns[first], size), added)
    return values, weights


def _check_coverage(target, behaviour):
    """Refuse a behaviour policy that never does what the target does."""
    missing = (np.asarray(target) > 0) & (np.asarray(behaviour) <= 0)
    if missing.any():
        state, action = np.argwhere(missing)[0]
        raise ValueError(
            f"in state {state} the target takes action {action} and the behaviour policy never does, so nothing is "
            "seen of it: soften() the behaviour policy."
        )
