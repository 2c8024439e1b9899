"""The numbers of the chapter's experiments: the book's own, and smaller ones for two cores."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Testbed:
    """Describe the 10-armed testbed.

    Source: Sutton & Barto 2018, section 2.3 and figures 2.2 to 2.4.

    Attributes:
      arms: how many arms; their means are drawn from N(0, 1), their rewards from N(mean, 1).
      steps: pulls in a run.
      runs: independent runs, each with arms of its own.
      epsilons: shares of random pulls of the ε-greedy players.
      optimistic_value: what the optimistic player believes of every arm at first.
      step_size: the optimistic player's constant step size.
      confidence: c of the player with upper confidence bounds.
    """

    arms: int = 10
    steps: int = 1000
    runs: int = 2000
    epsilons: tuple = (0.0, 0.01, 0.1)
    optimistic_value: float = 5.0
    step_size: float = 0.1
    confidence: float = 2.0

    @classmethod
    def paper(cls):
        """Return the book's own values."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return a quarter of the runs."""
        return cls(runs=500)


@dataclass(frozen=True)
class SwitchingBandit:
    """Describe a bandit whose arms change places, and the window that a player looks back on.

    Source: the window of 90 episodes and the weight β = 1 are printed in Badia et al. 2020b, appendix; sliding windows
    are from Garivier & Moulines 2008.

    Attributes:
      means: of the arms; a pull pays 1 with this probability, else 0.
      pulls: in a run.
      changes: how often the means are handed on to other arms (see `switching_means`).
      runs: independent runs.
      window: τ, how many pulls a player remembers.
      scale: β, the weight of √(1 / N).
    """

    means: tuple = (0.0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7, 1.0)
    pulls: int = 2000
    changes: int = 1
    runs: int = 20
    window: int = 90
    scale: float = 1.0

    @classmethod
    def paper(cls):
        """Return the published window and weight, on the bandit of this course."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return fewer runs."""
        return cls(runs=12)


@dataclass(frozen=True)
class RandomWalk:
    """Describe predictions on the random walk with five states.

    Source: Sutton & Barto 2018, example 6.2 and figure 6.2.

    Attributes:
      num_states: states between the two ends.
      episodes: walks in a run.
      runs: independent runs.
      start_value: first guess of every value.
      td_step_sizes: constant step sizes of TD(0).
      mc_step_sizes: constant step sizes of Monte Carlo.
      batch_episodes: walks for figure 6.2's batch learners.
    """

    num_states: int = 5
    episodes: int = 100
    runs: int = 100
    start_value: float = 0.5
    td_step_sizes: tuple = (0.05, 0.1, 0.15)
    mc_step_sizes: tuple = (0.01, 0.02, 0.03, 0.04)
    batch_episodes: int = 100

    @classmethod
    def paper(cls):
        """Return the book's own values."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return the same: it takes a second."""
        return cls()


@dataclass(frozen=True)
class LongWalk:
    """Describe predictions on the random walk with 19 states, by n-step returns and by λ-returns.

    Source: Sutton & Barto 2018, example 7.1 with figure 7.2, and figure 12.3.

    Attributes:
      num_states: states between the two ends, of which the left one pays −1 and the right one +1.
      episodes: the error is averaged over these first episodes.
      runs: independent runs.
      ns: the numbers of steps.
      lambdas: the λ that are compared.
      step_sizes: constant step sizes.
    """

    num_states: int = 19
    episodes: int = 10
    runs: int = 100
    ns: tuple = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    lambdas: tuple = (0.0, 0.4, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)
    step_sizes: tuple = tuple(k / 20 for k in range(21))

    @classmethod
    def paper(cls):
        """Return the book's own values."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return every second n and λ, and half of the step sizes."""
        return cls(
            ns=(1, 2, 4, 8, 16, 64, 256),
            lambdas=(0.0, 0.4, 0.8, 0.9, 0.95, 1.0),
            step_sizes=tuple(k / 10 for k in range(1, 11)),
        )


@dataclass(frozen=True)
class CliffWalk:
    """Describe control on the cliff.

    Source: Sutton & Barto 2018, example 6.6 with figures 6.3 and 6.4. The step size of figure 6.4 is not printed;
    0.5 is that of the book's accompanying programs.

    Attributes:
      episodes: in a run.
      runs: independent runs.
      step_size: α.
      epsilon: ε, the share of random moves.
      compared_step_sizes: the α of figure 6.3.
      interim_episodes: the episodes that figure 6.3 averages over.
    """

    episodes: int = 500
    runs: int = 500
    step_size: float = 0.5
    epsilon: float = 0.1
    compared_step_sizes: tuple = tuple(k / 20 for k in range(2, 21))
    interim_episodes: int = 100

    @classmethod
    def paper(cls):
        """Return the book's own values (of figure 6.3 the interim performance, without its 100 000 episodes)."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return fewer runs, and fewer step sizes to compare."""
        return cls(runs=100, compared_step_sizes=(0.1, 0.3, 0.5, 0.7, 0.9, 1.0))


@dataclass(frozen=True)
class BiasedChoice:
    """Describe the choice that overestimation spoils.

    Source: Sutton & Barto 2018, example 6.7 and figure 6.5.

    Attributes:
      arms: actions in state B ("many" in the book; its programs take 10).
      mean, deviation: of their normally distributed rewards.
      episodes: in a run.
      runs: independent runs.
      step_size: α.
      epsilon: ε.
    """

    arms: int = 10
    mean: float = -0.1
    deviation: float = 1.0
    episodes: int = 300
    runs: int = 10_000
    step_size: float = 0.1
    epsilon: float = 0.1

    @classmethod
    def paper(cls):
        """Return the book's own values."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return fewer runs."""
        return cls(runs=1000)


@dataclass(frozen=True)
class OffPolicy:
    """Describe the comparison of four corrections on a grid.

    The target policy is greedy up to `target_epsilon`; the behaviour is greedy up to one of the other two.

    Source: this course; the four corrections are those of Munos et al. 2016, table 1. λ = 1 shows their
    differences best; chapter 6 takes 0.95.

    Attributes:
      size: cells on a side.
      discount: γ.
      noise: standard deviation of the rewards around −1.
      target_epsilon: share of random moves of the policy that is evaluated.
      near_epsilon, far_epsilon: shares of random moves of the two that act; 1 is a random walk.
      lambda_: λ.
      steps: length of a piece of experience.
      pieces: pieces in a run.
      runs: independent runs.
      step_size: α.
    """

    size: int = 6
    discount: float = 0.98
    noise: float = 0.5
    target_epsilon: float = 0.3
    near_epsilon: float = 0.4
    far_epsilon: float = 1.0
    lambda_: float = 1.0
    steps: int = 50
    pieces: int = 1000
    runs: int = 100
    step_size: float = 0.2

    @classmethod
    def paper(cls):
        """Return the long comparison."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return a shorter one."""
        return dataclasses.replace(cls(), pieces=300, runs=30)
