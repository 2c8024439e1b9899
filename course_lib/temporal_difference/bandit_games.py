"""Games of bandits: the 10-armed testbed over many runs at once, and arms that change places."""

import numpy as np

from course_lib.temporal_difference.bandit import sliding_window_ucb
from course_lib.workbook.exercise import also_computes

PLAYERS = ("epsilon_greedy", "optimistic", "ucb", "thompson")


def play_testbed(player, config, seed, epsilon=0.1):
    """Let one kind of player play the 10-armed testbed, all runs side by side.

    - "epsilon_greedy": the arm with the largest sample mean, with probability ε any arm (section 2.2).
    - "optimistic": greedy, from a first guess that is far too good, with a constant step size (section 2.6).
    - "ucb": sample mean + c √(ln t / N), each arm once before (section 2.7).
    - "thompson": a draw from the posterior N(Σ r / (N + 1), 1 / (N + 1)) that follows from the prior N(0, 1).

    Source: Sutton & Barto 2018, chapter 2; Thompson 1933.

    Args:
      player: one of `PLAYERS`.
      config: a `Testbed`.
      seed: seed, or a `numpy.random.Generator`.
      epsilon: ε of the ε-greedy player.

    Returns:
      Rewards, regrets (the best arm's mean less that of the arm pulled) and whether the best arm was pulled, each
      [runs, steps].

    Raises:
      ValueError: there is no such player.
    """
    if player not in PLAYERS:
        raise ValueError(f"player={player!r} is not known: use one of {', '.join(PLAYERS)}.")
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(config.runs, config.arms))
    rows = np.arange(config.runs)
    guess = config.optimistic_value if player == "optimistic" else 0.0
    estimates, counts = np.full(means.shape, guess), np.zeros(means.shape)
    rewards, chosen = np.empty((config.steps, config.runs)), np.empty((config.steps, config.runs), int)
    for step in range(config.steps):
        arms = _choose(player, estimates, counts, step, config, epsilon, rng)
        paid = means[rows, arms] + rng.normal(size=config.runs)
        counts[rows, arms] += 1
        step_size = config.step_size if player == "optimistic" else 1 / counts[rows, arms]
        estimates[rows, arms] += step_size * (paid - estimates[rows, arms])
        rewards[step], chosen[step] = paid, arms
    regrets = means.max(axis=1) - means[rows, chosen]
    return rewards.T, regrets.T, (chosen == means.argmax(axis=1)).T


def _choose(player, estimates, counts, step, config, epsilon, rng):
    """The next arm of each run, int [runs]; ties are broken at random."""
    if player == "thompson":
        scores = estimates * counts / (counts + 1) + rng.normal(size=counts.shape) / np.sqrt(counts + 1)
    elif player == "ucb":
        bonus = config.confidence * np.sqrt(np.log(step + 1) / np.maximum(counts, 1))
        scores = np.where(counts > 0, estimates + bonus, np.inf)
    else:
        scores = estimates
    ties = (scores == scores.max(axis=1, keepdims=True)) * rng.random(scores.shape)
    arms = ties.argmax(axis=1)
    if player == "epsilon_greedy":
        anywhere = rng.random(len(arms)) < epsilon
        arms = np.where(anywhere, rng.integers(scores.shape[1], size=len(arms)), arms)
    return arms


def switching_means(config, changes=None):
    """Return the mean of each arm at each pull: at every change, each arm takes the mean of the third arm before it.

    Args:
      config: a `SwitchingBandit`.
      changes: how often, at equal distances; the configuration's if left out.

    Returns:
      Means, [pulls, arms].
    """
    changes = config.changes if changes is None else changes
    parts = np.arange(config.pulls) * (changes + 1) // config.pulls
    return np.array([np.roll(config.means, 3 * part) for part in range(changes + 1)])[parts]


@also_computes(sliding_window_ucb)
def play_window(config, seed, window, scale=None, changes=None, score=None):
    """Let one player that scores arms over a window play a bandit that may change.

    Args:
      config: a `SwitchingBandit`.
      seed: seed, or a `numpy.random.Generator`.
      window: τ; `config.pulls` for a player that never forgets.
      scale: weight of the bonus, a number or a function of the number of pulls; the configuration's if left out.
      changes: how often the means change; the configuration's if left out.
      score: another function with the parameters of `sliding_window_ucb`.

    Returns:
      The regret of each pull, [pulls].
    """
    rng = np.random.default_rng(seed)
    scale = config.scale if scale is None else scale
    score = score or sliding_window_ucb
    means = switching_means(config, changes)
    means = means[:, rng.permutation(means.shape[1])]  # so that the order of the arms gives nothing away
    arms, rewards = np.empty(config.pulls, int), np.empty(config.pulls)
    for pull in range(config.pulls):
        weight = scale(pull) if callable(scale) else scale
        scores = score(arms[:pull], rewards[:pull], means.shape[1], window, weight)
        arms[pull] = np.argmax(scores)
        rewards[pull] = rng.random() < means[pull, arms[pull]]
    return means.max(axis=1) - means[np.arange(config.pulls), arms]
