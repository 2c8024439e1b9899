"""Worlds of the chapter, built on chapter 1's tables, and a simulator that walks many copies of one at once."""

from typing import NamedTuple

import numpy as np

from course_lib import mdp


class Experience(NamedTuple):
    """What many runs saw, side by side; after its end a run stays where it ended, with rewards and discounts 0.

    Attributes:
      states: s_0 … s_T, int [T + 1, N].
      actions: a_0 … a_{T−1}, int [T, N].
      rewards_tp1: r_1 … r_T, [T, N].
      discounts_tp1: γ_1 … γ_T, [T, N]; 0 where the episode ended with this step, and after.
    """

    states: np.ndarray
    actions: np.ndarray
    rewards_tp1: np.ndarray
    discounts_tp1: np.ndarray


class Simulator:
    """Walk N independent copies of an MDP at once, one row of every array for each.

    Args:
      world: a `TabularMDP` of moderate size.
      start: the state where episodes begin.
      noise: standard deviation of what is added to each reward r(s, a), a number or [S, A]; terminal states pay 0.
      legal: actions that exist in each state, bool [S, A]; all if left out.

    Raises:
      ValueError: `start` is no state, or is terminal.
    """

    def __init__(self, world, start, noise=0.0, legal=None):
        if not 0 <= start < world.num_states or world.terminal[start]:
            raise ValueError(f"start={start}: give a state from 0 to {world.num_states - 1} that is not terminal.")
        self.world, self.start = world, start
        self.noise = np.broadcast_to(noise, world.rewards.shape) * ~world.terminal[:, None]
        self.legal = np.ones(world.rewards.shape, bool) if legal is None else np.asarray(legal)
        self._cumulative = world.to_dense().transitions.cumsum(axis=2)

    def step(self, states, actions, rng):
        """Take one step in every copy.

        Args:
          states, actions: int [N].
          rng: a `numpy.random.Generator`.

        Returns:
          Rewards r_{t+1}, [N]; discounts γ_{t+1}, [N], 0 where the episode ends; next states, int [N].
        """
        draws = rng.random((len(states), 1))
        next_states = (self._cumulative[states, actions] <= draws).sum(axis=1)
        next_states = np.minimum(next_states, self.world.num_states - 1)  # a row may sum to 1 − 1e-16
        rewards = self.world.rewards[states, actions]
        if self.noise.any():
            rewards = rewards + self.noise[states, actions] * rng.normal(size=len(states))
        return rewards, self.world.discount * ~self.world.terminal[next_states], next_states

    def follow(self, policy, runs, rng, steps=None, starts=None, first_actions=None):
        """Follow a policy in every copy, for some steps or until all have ended.

        Args:
          policy: π(a|s), [S, A].
          runs: N.
          rng: a `numpy.random.Generator`.
          steps: T; until every run has ended if left out.
          starts: where the runs begin, int [N]; all at `start` if left out.
          first_actions: what is done first, int [N]; what the policy says if left out.

        Returns:
          An `Experience`.

        Raises:
          ValueError: the world has no end and no number of steps is given.
        """
        if steps is None and not self.world.terminal.any():
            raise ValueError("this world has no terminal state, so nobody ever ends: say how many steps to take.")
        states = [np.full(runs, self.start) if starts is None else np.asarray(starts)]
        cumulative, seen = policy.cumsum(axis=1), []
        while len(seen) < steps if steps is not None else not self.world.terminal[states[-1]].all():
            draws = rng.random((runs, 1)) * cumulative[states[-1], -1:]
            actions = (cumulative[states[-1]] <= draws).sum(axis=1)
            if first_actions is not None and not seen:
                actions = np.asarray(first_actions)
            rewards, discounts, next_states = self.step(states[-1], actions, rng)
            seen.append((actions, rewards, discounts))
            states.append(next_states)
        return Experience(np.array(states), *(np.array(part) for part in zip(*seen, strict=True)))


def random_walk(num_states=5, left_reward=0.0, right_reward=1.0):
    """Build the random walk: a row of states between two ends, of which one steps left or right.

    Source: Sutton & Barto 2018, examples 6.2 (five states, 0 and 1) and 7.1 (19 states, −1 and 1).

    Args:
      num_states: states between the ends, an odd number; the middle one is where walks start.
      left_reward, right_reward: what stepping out at either end pays.

    Returns:
      A `Simulator` with states 0 and num_states + 1 terminal, actions left and right, γ = 1.

    Raises:
      ValueError: the number of states is not odd.
    """
    if num_states < 1 or num_states % 2 == 0:
        raise ValueError(f"num_states={num_states}: give an odd number, so that there is a middle to start from.")
    size = num_states + 2
    states = np.arange(size)
    terminal = (states == 0) | (states == size - 1)
    successor = np.where(terminal[:, None], states[:, None], states[:, None] + [-1, 1])
    rewards = np.zeros((size, 2))
    rewards[1, 0], rewards[-2, 1] = left_reward, right_reward
    world = mdp.TabularMDP(np.eye(size)[successor], rewards, 1.0, terminal, (), ("left", "right"))
    return Simulator(world, size // 2)


def cliff():
    """Build the cliff walk from Gymnasium's table: 4 rows of 12; the last row is start, cliff (−100, back to start), goal.

    Source: Sutton & Barto 2018, example 6.6; Gymnasium's CliffWalking-v1.

    Returns:
      A `Simulator`; state = 12 * row + column, actions up, right, down, left, γ = 1.
    """
    return Simulator(mdp.from_gymnasium("CliffWalking-v1", 1.0), 36)


def biased_choice(config):
    """Build the choice between ending at once and a state with many arms that cost a little on average.

    - State A (0): "right" (action 0) ends with reward 0, "left" (action 1) leads to B with reward 0.
    - State B (1): every arm ends, with a reward from N(mean, deviation²).

    Source: Sutton & Barto 2018, example 6.7.

    Args:
      config: a `BiasedChoice`.

    Returns:
      A `Simulator` with γ = 1; only two of the actions exist in A.
    """
    transitions = np.zeros((3, config.arms, 3))
    transitions[:, :, 2] = 1.0
    transitions[0, 1] = [0.0, 1.0, 0.0]
    rewards, noise = np.zeros((3, config.arms)), np.zeros((3, config.arms))
    rewards[1], noise[1] = config.mean, config.deviation
    legal = np.ones((3, config.arms), bool)
    legal[0, 2:] = False
    world = mdp.TabularMDP(transitions, rewards, 1.0, np.array([False, False, True]), ("A", "B", "end"))
    return Simulator(world, 0, noise, legal)
