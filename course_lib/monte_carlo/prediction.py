"""Monte Carlo prediction: the value of a state is the mean of the returns that followed it, with a band around it."""

from typing import NamedTuple

import numpy as np

from course_lib.monte_carlo.episodes import ENDED, MAX_STEPS, batches, play
from course_lib.monte_carlo.returns import first_visit_returns
from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def incremental_mean(means, weights, totals, added):
    """Let new numbers into a mean without keeping the old ones.

    m ← m + (Σ_i w_i x_i − m Σ_i w_i) / (w + Σ_i w_i), w ← w + Σ_i w_i. With one new number of weight 1 this is
    m ← m + (x − m) / n. Where nothing was ever seen the mean stays as it is.

    Source: Sutton & Barto 2018, equations 2.3, 5.7 and 5.8.

    Args:
      means: m, the mean so far at each place, [S] (any shape).
      weights: w, how many numbers it is the mean of, or the sum of their weights; same shape.
      totals: Σ_i w_i x_i over the new numbers at each place; same shape.
      added: Σ_i w_i, how many new ones there are, or the sum of their weights; same shape.

    Returns:
      The new means and the new weights.
    """
    weights = weights + added
    share = 1 / np.where(weights > 0, weights, 1)
    return means + (totals - added * means) * share, weights


class Estimate(NamedTuple):
    """Means of returns, and how sure they are; what is kept does not grow with the number of episodes.

    Attributes:
      means: [S].
      counts: number of returns behind each, [S].
      squares: sum of their squared deviations from the mean, [S].
    """

    means: np.ndarray
    counts: np.ndarray
    squares: np.ndarray

    @classmethod
    def empty(cls, size):
        """Return the estimate before anything is seen: means 0 of nothing."""
        return cls(*np.zeros((3, size)))

    def including(self, places, returns):
        """Return the estimate with more returns in it.

        The squares grow by Σ (x − old mean)(x − new mean) (Welford 1962).

        Args:
          places: where each belongs, int [N].
          returns: [N].

        Returns:
          An `Estimate`.
        """
        size = len(self.means)
        totals, added = np.bincount(places, returns, size), np.bincount(places, minlength=size)
        means, counts = incremental_mean(self.means, self.counts, totals, added)
        deviations = (returns - self.means[places]) * (returns - means[places])
        return Estimate(means, counts, self.squares + np.bincount(places, deviations, size))

    @property
    def standard_errors(self):
        """s / √n with the sample's standard deviation s, [S]; infinite below two returns."""
        known = self.counts > 1
        counts = np.where(known, self.counts, 2)
        # max: rounding may leave a square sum just below zero
        return np.where(known, np.sqrt(np.maximum(self.squares, 0) / (counts - 1) / counts), np.inf)

    def half_widths(self, z=1.96):
        """Half the width of a band that covers the truth in about 95 of 100 cases (z = 1.96), [S]."""
        return z * self.standard_errors


def predict(
    world,
    policy,
    episodes,
    rng,
    *,
    discount=1.0,
    first_visit=True,
    batch=10_000,
    starts=None,
    max_steps=MAX_STEPS,
    on_truncation="error",
):
    """Estimate the values of a policy by playing it.

    Returns of one episode depend on each other. First visits are one for each episode, so that their band is honest;
    with every visit the mean is right in the limit, and the band is too narrow where states are visited again.

    Source: Sutton & Barto 2018, section 5.1.

    Args:
      world: see `episodes`.
      policy: π(a|s), [S, A].
      episodes: how many to play.
      rng: a `numpy.random.Generator`.
      discount: γ in [0, 1].
      first_visit: whether only the first visit of each state in an episode counts, or every one.
      batch: how many are played side by side; it decides the memory, not the result.
      starts: a state, or one for each episode of a batch, to start from.
      max_steps, on_truncation: as for `play`.

    Returns:
      An `Estimate` over the states.

    Raises:
      ValueError, RuntimeError: as for `play`.
    """
    estimate = Estimate.empty(world.num_states)
    for size in batches(world, episodes, batch):
        played = play(world, policy, size, rng, starts=starts, max_steps=max_steps, on_truncation=on_truncation)
        returns, first = first_visit_returns(played.states, played.rewards, discount)
        counted = first if first_visit else played.states != ENDED
        estimate = estimate.including(played.states[counted], returns[counted])
    return estimate
