"""A finite Markov decision process as arrays: who may go where, how likely, and for what reward."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

SUM_TOLERANCE = 1e-8
DENSE_LIMIT_BYTES = 2 * 2**30


@dataclass(frozen=True, eq=False)
class TabularMDP:
    """Hold (S, A, P, R, γ) of a finite MDP and make sure that they fit together.

    Every action is available in every state; one that asks for more than there is does as much as it can.
    A terminal state is absorbing and pays nothing, so its value is 0 without a special case.

    Source: Sutton & Barto 2018, section 3.1; Puterman 1994, section 2.1.

    Args:
      transitions: P(s'|s, a), a dense array [S, A, S] or a scipy.sparse matrix [S * A, S] with row s * A + a.
      rewards: expected immediate reward r(s, a), [S, A].
      discount: γ in [0, 1]; 1 only where there are terminal states.
      terminal: which states are terminal, bool [S]; none if left out.
      state_names: names of the states, or nothing.
      action_names: names of the actions, or nothing.

    Raises:
      ValueError: the arrays do not describe an MDP; the message names the state and the action and says what to do.
    """

    transitions: np.ndarray | sparse.csr_array
    rewards: np.ndarray
    discount: float
    terminal: np.ndarray | None = None
    state_names: tuple = ()
    action_names: tuple = ()

    def __post_init__(self):
        self._set("rewards", np.ascontiguousarray(self.rewards, dtype=np.float64))
        if self.rewards.ndim != 2 or not self.rewards.size:
            raise ValueError(f"rewards has shape {self.rewards.shape}; give r(s, a) as a non-empty array [S, A].")
        form = _compact_csr if sparse.issparse(self.transitions) else np.ascontiguousarray
        self._set("transitions", form(self.transitions, dtype=np.float64))
        terminal = np.zeros(self.num_states, bool) if self.terminal is None else np.asarray(self.terminal)
        self._set("terminal", terminal)
        self._check_shapes()
        self._check_numbers()
        self._check_terminal()
        self._check_discount()

    @property
    def num_states(self):
        """Return S."""
        return self.rewards.shape[0]

    @property
    def num_actions(self):
        """Return A."""
        return self.rewards.shape[1]

    @property
    def is_sparse(self):
        """Tell whether the transitions are a sparse matrix [S * A, S]."""
        return sparse.issparse(self.transitions)

    def to_sparse(self):
        """Return the same MDP with transitions as a CSR matrix [S * A, S]."""
        return self if self.is_sparse else replace(self, transitions=sparse.csr_array(self._rows()))

    def to_dense(self):
        """Return the same MDP with transitions as an array [S, A, S].

        Raises:
          ValueError: the array would take more than 2 GiB.
        """
        if not self.is_sparse:
            return self
        shape = (self.num_states, self.num_actions, self.num_states)
        if (needed := 8 * np.prod(shape, dtype=float)) > DENSE_LIMIT_BYTES:
            raise ValueError(
                f"transitions {list(shape)} would take {needed / 2**30:.1f} GiB, more than the "
                f"{DENSE_LIMIT_BYTES / 2**30:.0f} GiB allowed: keep this MDP sparse and use solve()."
            )
        return replace(self, transitions=self.transitions.toarray().reshape(shape))

    def _rows(self):
        """Return the transitions with one row for each state and action, [S * A, S]."""
        return self.transitions if self.is_sparse else self.transitions.reshape(self.rewards.size, self.num_states)

    def _set(self, name, value):
        object.__setattr__(self, name, value)  # the one door into a frozen dataclass

    def _where(self, row):
        """Name the state and the action of a row."""
        state, action = divmod(int(row), self.num_actions)
        of_state = f" ({self.state_names[state]})" if len(self.state_names) else ""
        of_action = f" ({self.action_names[action]})" if len(self.action_names) else ""
        return f"state {state}{of_state}, action {action}{of_action}"

    def _check_shapes(self):
        states, actions = self.rewards.shape
        wanted = (states * actions, states) if self.is_sparse else (states, actions, states)
        if self.transitions.shape != wanted:
            raise ValueError(
                f"transitions has shape {self.transitions.shape}, but rewards {self.rewards.shape} asks for {wanted}: "
                "give [S, A, S], or a sparse matrix [S * A, S] with row s * A + a."
            )
        if self.terminal.dtype != bool or self.terminal.shape != (states,):
            given = f"{self.terminal.dtype} {self.terminal.shape}"
            raise ValueError(f"terminal is {given}; give one bool for each of the {states} states.")
        for label, names, count in (("state", self.state_names, states), ("action", self.action_names, actions)):
            if len(names) not in (0, count):
                raise ValueError(f"{label}_names has {len(names)} names for {count} {label}s: give all or none.")

    def _check_numbers(self):
        rows = self._rows()
        sums = np.asarray(rows.sum(axis=1)).ravel()
        # A NaN or an infinity anywhere in a row shows in its sum, and NaN compares as False.
        if len(bad := np.flatnonzero(~(np.abs(sums - 1) <= SUM_TOLERANCE))):
            raise ValueError(
                f"{self._where(bad[0])}: the probabilities sum to {sums[bad[0]]:.9g}, not 1. "
                "Divide the row by its sum, or add the missing successor."
            )
        if (rows.data if self.is_sparse else rows).min() < 0:
            entries = sparse.coo_array(rows)
            first = np.flatnonzero(entries.data < 0)[0]
            row, successor = entries.coords[0][first], entries.coords[1][first]
            raise ValueError(
                f"{self._where(row)}: the probability of successor {successor} is {entries.data[first]:.9g}; "
                "probabilities are at least 0. Set it to 0 and correct the rest of the row."
            )
        if len(bad := np.flatnonzero(~np.isfinite(self.rewards))):
            raise ValueError(
                f"{self._where(bad[0])}: the reward is {self.rewards.flat[bad[0]]}; rewards are finite. "
                "To forbid an action, let it do the nearest thing that is allowed."
            )

    def _check_terminal(self):
        if not self.terminal.any():
            return
        rows = np.flatnonzero(np.repeat(self.terminal, self.num_actions))
        stays, rewards = self._rows()[rows, rows // self.num_actions], self.rewards.ravel()[rows]
        if len(bad := np.flatnonzero((np.abs(stays - 1) > SUM_TOLERANCE) | (rewards != 0))):
            raise ValueError(
                f"{self._where(rows[bad[0]])}: a terminal state stays where it is with probability 1 and reward 0, but here "
                f"it stays with probability {stays[bad[0]]:.9g} and reward {rewards[bad[0]]:.9g}. "
                "Put the reward on the step that enters it."
            )

    def _check_discount(self):
        self._set("discount", float(self.discount))
        if not 0 <= self.discount <= 1:
            raise ValueError(f"discount={self.discount} is outside [0, 1].")
        if self.discount == 1 and not self.terminal.any():
            raise ValueError("discount=1 without a terminal state: returns may grow without end. Use discount < 1.")


def _compact_csr(matrix, dtype):
    """Return a matrix as CSR with 32-bit indices where they suffice: a sweep then reads a quarter less."""
    matrix = sparse.csr_array(matrix, dtype=dtype)
    index = np.int32 if max(*matrix.shape, matrix.nnz) < 2**31 else np.int64
    arrays = matrix.data, matrix.indices.astype(index, copy=False), matrix.indptr.astype(index, copy=False)
    return sparse.csr_array(arrays, shape=matrix.shape)
