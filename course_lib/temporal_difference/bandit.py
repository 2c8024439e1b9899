"""Bandits: one state, several arms. Which arm next, when the arms' means are unknown, and when they change."""

import collections

import numpy as np

from course_lib.workbook.exercise import exercise


@exercise(context="numpy")
def sliding_window_ucb(arms, rewards, num_arms, window, scale):
    """Score each arm by what the last `window` pulls say of it, with a bonus for arms seldom pulled in them.

    score(a) = μ̂(a) + scale · √(1 / N(a)), or ∞ where N(a) = 0,

    with N(a) the pulls of arm a among the last `window` ones and μ̂(a) the mean of their rewards. The caller's scale is
    β in Agent57 (Badia et al. 2020b, appendix), and B √(ξ log min(t, τ)) in Garivier & Moulines 2008
    (SW-UCB; see `log_scale`). With a window as long as the history it is UCB1.

    Args:
      arms: the arms pulled so far, oldest first, int [t]; t may be 0.
      rewards: what they paid, [t].
      num_arms: how many arms there are.
      window: τ, at least 1.
      scale: weight of the bonus.

    Returns:
      Scores, [num_arms].
    """
    recent, paid = arms[-window:], rewards[-window:]
    counts = np.bincount(recent, minlength=num_arms)
    sums = np.bincount(recent, paid, minlength=num_arms)
    pulled = np.maximum(counts, 1)
    return np.where(counts > 0, sums / pulled + scale * np.sqrt(1 / pulled), np.inf)


def discounted_ucb(arms, rewards, num_arms, discount, scale):
    """Score each arm by all pulls so far, the older the less.

    score(a) = Σ γ^{age} r / N + scale · √(1 / N) with N(a) = Σ γ^{age}, or ∞ where an arm was never pulled.

    Source: Garivier & Moulines 2008 (D-UCB).

    Args:
      arms, rewards, num_arms, scale: as for `sliding_window_ucb`.
      discount: γ, by which a pull counts less for each pull after it.

    Returns:
      Scores, [num_arms].
    """
    weights = discount ** np.arange(len(arms) - 1, -1, -1.0)
    counts = np.bincount(arms, weights, minlength=num_arms)
    sums = np.bincount(arms, weights * rewards, minlength=num_arms)
    pulled = np.where(counts > 0, counts, 1.0)
    return np.where(counts > 0, sums / pulled + scale * np.sqrt(1 / pulled), np.inf)


def log_scale(pulls, window=np.inf, reward_range=1.0, xi=0.5):
    """Return the weight that grows with the logarithm of the pulls: B √(ξ log min(t, τ)).

    B = 1 and ξ = 2 give UCB1's √(2 log t / N) (Auer et al. 2002).

    Source: Garivier & Moulines 2008 (SW-UCB).

    Args:
      pulls: t, at least 1.
      window: τ, or infinity for a player that forgets nothing.
      reward_range: B.
      xi: ξ.

    Returns:
      The scale, a float.
    """
    return reward_range * float(np.sqrt(xi * np.log(min(max(pulls, 1), window))))


class SlidingWindowBandit:
    """Choose among arms by `sliding_window_ucb`, and at random now and then: Agent57's meta-controller.

    Args:
      num_arms: how many arms there are.
      window: τ, how many pulls are remembered.
      scale: weight of the bonus: a number, or a function of the number of pulls so far.
      epsilon: share of pulls that take any arm.
      seed: seed, or a `numpy.random.Generator`.

    Raises:
      ValueError: no arms, or a window too short to hold a pull.
    """

    def __init__(self, num_arms, window, scale=1.0, epsilon=0.0, seed=None):
        if num_arms < 1 or window < 1:
            raise ValueError(f"num_arms={num_arms}, window={window}: at least one arm and a window of at least 1.")
        self.num_arms, self.window, self.epsilon = num_arms, window, epsilon
        self.pulls = 0
        self._scale = scale if callable(scale) else lambda pulls: scale
        self._arms, self._rewards = collections.deque(maxlen=window), collections.deque(maxlen=window)
        self._rng = np.random.default_rng(seed)

    def choose(self, greedy=False):
        """Return the next arm: first each once, then mostly the one with the highest score.

        Args:
          greedy: leave out the random pulls and the bonus: the arm that paid best in the window, for an evaluator.
        """
        if greedy:
            return int(np.argmax(np.nan_to_num(self.scores(0.0), posinf=-np.inf)))
        if self.pulls >= self.num_arms and self._rng.random() < self.epsilon:
            return int(self._rng.integers(self.num_arms))
        return int(np.argmax(self.scores(self._scale(self.pulls))))

    def scores(self, scale):
        """Return the score of each arm, [num_arms]."""
        arms, rewards = np.array(self._arms, dtype=int), np.array(self._rewards, dtype=float)
        return sliding_window_ucb(arms, rewards, self.num_arms, self.window, scale)

    def update(self, arm, reward):
        """Remember what an arm paid; the oldest pull drops out of a full window.

        Raises:
          ValueError: there is no such arm.
        """
        if not 0 <= arm < self.num_arms:
            raise ValueError(f"arm={arm}: the arms are 0 to {self.num_arms - 1}.")
        self._arms.append(arm)
        self._rewards.append(reward)
        self.pulls += 1
