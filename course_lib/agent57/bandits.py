"""The bandit alone: where nothing changes, and where everything does."""

import numpy as np

from course_lib.agent57.meta_controller import choose_member

ARMS = 8


def means_of(pull, pulls, switching, turns=4):
    """What each arm is worth at a pull: 0 … 1 in even steps; where the problem switches, shifted by three arms `turns` − 1 times."""
    shift = 3 * (pull * turns // pulls) if switching else 0
    return np.roll(np.linspace(0, 1, ARMS), shift)


def pull(pulls=2000, window=90, bonus=1.0, switching=False, noise=0.1, seed=0):
    """Let the meta-controller's rule choose, greedily.

    Args:
      pulls: how often.
      window: τ.
      bonus: β.
      switching: whether the best arm changes three times.
      noise: deviation of a return.
      seed: of the returns.

    Returns:
      (arms int [pulls], regret: what was missed against the arm that was best then, added up, [pulls]).
    """
    rng, arms, returns, missed = np.random.default_rng(seed), np.zeros(pulls, int), np.zeros(pulls), np.zeros(pulls)
    for k in range(pulls):
        means = means_of(k, pulls, switching)
        arms[k] = choose_member.current(arms[:k], returns[:k], ARMS, window, bonus)
        returns[k] = means[arms[k]] + noise * rng.normal()
        missed[k] = means.max() - means[arms[k]]
    return arms, missed.cumsum()


def regrets(seeds=range(10), pulls=2000, windows=(90, 2000), **options):
    """The regret of each window on both problems.

    Returns:
      {(window, switching): regrets [seeds]}.
    """
    return {
        (window, switching): np.array(
            [pull(pulls, window, switching=switching, seed=seed, **options)[1][-1] for seed in seeds]
        )
        for window in windows
        for switching in (False, True)
    }
