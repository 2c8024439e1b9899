"""Worlds to play in: any MDP of chapter 1, any small Gymnasium environment, and the book's two smallest examples."""

import numpy as np
from scipy import sparse

from course_lib.mdp import TabularMDP


class TabularWorld:
    """Draw episodes from a `TabularMDP`, as many at a time as one likes.

    The reward of a step is r(s, a), the table's expected one: exact where the reward follows from s and a, as in the
    gridworld, the racetrack and the random walk below.

    Args:
      mdp: a `TabularMDP` with terminal states; its own discount is not used.
      starts: the states in which an episode may start, all equally likely, int [N].

    Raises:
      ValueError: no terminal state, or one that is among the starts.
    """

    restartable = True

    def __init__(self, mdp, starts):
        self.mdp, self.starts = mdp, np.asarray(starts)
        if not mdp.terminal.any():
            raise ValueError("this MDP has no terminal state: its episodes never end, so they have no return.")
        if mdp.terminal[self.starts].any():
            raise ValueError("an episode cannot start in a terminal state: leave these out of `starts`.")
        self.num_states, self.num_actions = mdp.rewards.shape
        self.exploring_states = np.flatnonzero(~mdp.terminal)
        rows = sparse.csr_array(mdp.to_sparse().transitions)
        # Probabilities added up through the whole table: row k covers the numbers from k to k + 1.
        self._cumulative, self._successors, self._ends = rows.data.cumsum(), rows.indices, rows.indptr

    def start(self, count, rng):
        """Draw first states, int [count]."""
        return rng.choice(self.starts, count)

    def step(self, states, actions, rng):
        """Draw what follows; see `episodes`."""
        row = states * self.num_actions + actions
        found = np.searchsorted(self._cumulative, row + rng.random(len(row)), side="right")
        successors = self._successors[np.clip(found, self._ends[row], self._ends[row + 1] - 1)]
        return successors, self.mdp.rewards[states, actions], self.mdp.terminal[successors], False


def random_walk(length=5):
    """Build the random walk: cells in a row with an end on either side; leaving on the right pays 1.

    Under the policy that goes left and right alike, cell i of 1 … length is worth i / (length + 1).

    Source: Sutton & Barto 2018, example 6.2.

    Args:
      length: cells between the ends; state i is cell i, states 0 and length + 1 are the ends.

    Returns:
      A `TabularWorld` that starts in the middle.

    Raises:
      ValueError: the length is below 1.
    """
    if length < 1:
        raise ValueError(f"length={length}: there is at least one cell between the ends.")
    cells = np.arange(length + 2)
    terminal = (cells == 0) | (cells == length + 1)
    moves = np.where(terminal[:, None], cells[:, None], np.stack([cells - 1, cells + 1], axis=1))
    rewards = np.zeros((length + 2, 2))
    rewards[length, 1] = 1.0
    names = tuple(f"cell {cell}" for cell in cells)
    mdp = TabularMDP(np.eye(length + 2)[moves], rewards, 1.0, terminal, names, ("left", "right"))
    return TabularWorld(mdp, [(length + 1) // 2])


class OneState:
    """Play the example whose ordinary importance-sampling estimate has infinite variance.

    One state. Action 1, "right", ends the episode and pays 0. Action 0, "left", comes back with probability 0.9, and
    else ends the episode and pays 1.

    Source: Sutton & Barto 2018, example 5.5 and figure 5.4.
    """

    num_states, num_actions, restartable = 1, 2, True
    exploring_states = np.zeros(1, int)
    returns_to_itself = 0.9

    def start(self, count, rng):
        """Return the one state, int [count]."""
        return np.zeros(count, int)

    def step(self, states, actions, rng):
        """Draw what follows; see `episodes`."""
        left = np.asarray(actions) == 0
        back = left & (rng.random(len(left)) < self.returns_to_itself)
        return np.zeros(len(left), int), np.where(left & ~back, 1.0, 0.0), ~back, False


class GymnasiumWorld:
    """Play any Gymnasium environment with discrete observations and actions, a copy for each episode of a batch.

    Observations may be `Discrete`, `MultiDiscrete`, or a `Tuple` of `Discrete`; `encode` numbers them.

    Args:
      env_id: an id for `gymnasium.make`.
      **options: its options.

    Raises:
      ValueError: a space is not discrete.
    """

    restartable = False
    largest_batch = 250  # copies that functions which choose their batches have at a time

    def __init__(self, env_id, **options):
        import gymnasium  # here, because no other world needs it

        self._make = lambda: gymnasium.make(env_id, **options)
        self._spares, self._running = [self._make()], []
        observations, actions = self._spares[0].observation_space, self._spares[0].action_space
        self._sizes, self._offsets = _sizes(observations)
        if not isinstance(actions, gymnasium.spaces.Discrete):
            raise ValueError(f"{env_id} has actions {actions}: Monte Carlo methods on tables need Discrete ones.")
        self.num_states, self.num_actions = int(np.prod(self._sizes)), int(actions.n)
        self._first_action = int(actions.start)

    def encode(self, observations):
        """Number observations: the last component counts fastest.

        Args:
          observations: one observation, or a list of them.

        Returns:
          int, or int [N].
        """
        parts = (np.asarray(observations) - self._offsets) if len(self._sizes) > 1 else np.asarray(observations)
        if len(self._sizes) == 1:
            return parts - self._offsets[0]
        return np.ravel_multi_index(tuple(np.moveaxis(parts, -1, 0)), self._sizes)

    def start(self, count, rng):
        """Reset `count` copies with seeds drawn from the generator, and return their states, int [count]."""
        self._spares += self._running
        self._spares += [self._make() for _ in range(count - len(self._spares))]
        self._running, self._spares = self._spares[:count], self._spares[count:]
        seeds = rng.integers(2**31, size=count).tolist()
        return self.encode([env.reset(seed=seed)[0] for env, seed in zip(self._running, seeds, strict=True)])

    def step(self, states, actions, rng):
        """Step every copy that still runs; see `episodes`. The copies draw from their own generators."""
        actions = np.asarray(actions) + self._first_action
        answers = [env.step(action) for env, action in zip(self._running, actions.tolist(), strict=True)]
        observations, rewards, terminated, truncated, _ = zip(*answers, strict=True)
        terminated, truncated = np.array(terminated), np.array(truncated)
        over = terminated | truncated
        self._spares += [env for env, done in zip(self._running, over, strict=True) if done]
        self._running = [env for env, done in zip(self._running, over, strict=True) if not done]
        return self.encode(list(observations)), np.array(rewards, float), terminated, truncated & ~terminated


def _sizes(space):
    """The number of values of each component of an observation, and the smallest of each."""
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete):
        return (int(space.n),), np.array([int(space.start)])
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1:
        return tuple(space.nvec.tolist()), space.start
    if isinstance(space, spaces.Tuple) and all(isinstance(part, spaces.Discrete) for part in space):
        return tuple(int(part.n) for part in space), np.array([int(part.start) for part in space])
    raise ValueError(
        f"observations are {space}: a table needs Discrete, MultiDiscrete or a Tuple of Discrete ones. "
        "Round continuous ones to a grid first, with a gymnasium.ObservationWrapper."
    )
