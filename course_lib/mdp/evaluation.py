"""Policy evaluation: what a policy is worth, by solving equations or by sweeping."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import spsolve, spsolve_triangular

from course_lib.mdp.bellman import evaluation_sweep, evaluation_sweep_in_place, policy_probabilities, under_policy
from course_lib.workbook.exercise import also_computes


@also_computes(evaluation_sweep)
def evaluate_policy(mdp, policy, *, method="solve", tolerance=1e-8, values=None, max_sweeps=100_000):
    """Compute the value of a policy in every state: v_π = r_π + γ P_π v_π.

    "solve" solves the linear equations on the non-terminal states. "sweeps" (two arrays) and "in_place" repeat the
    equation as an assignment. For γ < 1 they stop once γ/(1 − γ) ‖v_{k+1} − v_k‖ ≤ tolerance, which bounds the
    error of v_{k+1}; for γ = 1, once ‖v_{k+1} − v_k‖ ≤ tolerance, which bounds the change and not the error.

    Source: Sutton & Barto 2018, section 4.1; Puterman 1994, section 6.1.

    Args:
      mdp: a `TabularMDP`.
      policy: actions, int [S], or probabilities, [S, A].
      method: "solve", "sweeps" or "in_place".
      tolerance: see above; "solve" has no use for it.
      values: where sweeps start, [S]; zero if left out.
      max_sweeps: how many sweeps to allow.

    Returns:
      v_π, [S].

    Raises:
      ValueError: unknown method; values that are not finite numbers [S]; max_sweeps below 1; or γ = 1 and some state
        never reaches a terminal state under the policy.
      RuntimeError: the tolerance was not met within max_sweeps.
    """
    if method not in ("solve", "sweeps", "in_place"):
        raise ValueError(f'method={method!r} is not known: use "solve", "sweeps" or "in_place".')
    start = starting_values(mdp, values, max_sweeps)
    chain, rewards = under_policy(mdp, policy)
    if mdp.discount == 1:
        _check_ends(mdp, chain)
    if method == "solve":
        return _solve(mdp, chain, rewards)
    sweep = _sparse_sweep(mdp, chain, rewards, method) if mdp.is_sparse else _dense_sweep(mdp, policy, method)
    return _repeat(sweep, start, mdp.discount, tolerance, max_sweeps)


def starting_values(mdp, values, max_sweeps):
    """Return what the first of the sweeps starts from: the values, 0 in terminal states.

    Args:
      mdp: a `TabularMDP`.
      values: v, [S], or None for zeros.
      max_sweeps: how many sweeps are to follow at most.

    Returns:
      A new array [S].

    Raises:
      ValueError: the values are not finite numbers [S], or there is to be no sweep.
    """
    if max_sweeps < 1:
        raise ValueError(f"max_sweeps={max_sweeps}: allow at least 1.")
    values = np.zeros(mdp.num_states) if values is None else np.asarray(values, dtype=np.float64)
    if values.shape != (mdp.num_states,):
        raise ValueError(f"values has shape {values.shape}; give one for each state, ({mdp.num_states},).")
    if len(bad := np.flatnonzero(~np.isfinite(values))):
        raise ValueError(f"values[{bad[0]}] is {values[bad[0]]}: sweeps start from finite values, such as zeros.")
    return np.where(mdp.terminal, 0.0, values)


def _solve(mdp, chain, rewards):
    """Solve (I − γ P_π) v = r_π on the non-terminal states; the others are worth 0."""
    live = np.flatnonzero(~mdp.terminal)
    values = np.zeros(mdp.num_states)
    if mdp.is_sparse:
        matrix = sparse.eye_array(len(live)) - mdp.discount * chain[live][:, live]
        values[live] = spsolve(sparse.csc_array(matrix), rewards[live])
    else:
        matrix = np.eye(len(live)) - mdp.discount * chain[np.ix_(live, live)]
        values[live] = np.linalg.solve(matrix, rewards[live])
    return values


def _dense_sweep(mdp, policy, method):
    """Return the function v → v' of one sweep; it runs the exercise `evaluation_sweep`."""
    policy = np.asarray(policy)
    policy = policy_probabilities(policy, mdp.num_actions) if policy.ndim == 1 else policy
    step = evaluation_sweep if method == "sweeps" else evaluation_sweep_in_place
    return lambda values: step(mdp.transitions, mdp.rewards, mdp.discount, policy, values)


def _sparse_sweep(mdp, chain, rewards, method):
    """Return the function v → v' of one sweep on a sparse chain."""
    if method == "sweeps":
        return lambda values: rewards + mdp.discount * (chain @ values)
    # In place, what lies before s is new and the rest is old: (I − γL) v' = r + γU v, with L strictly below.
    new = sparse.csr_array(sparse.eye_array(mdp.num_states) - mdp.discount * sparse.tril(chain, -1))
    old = sparse.csr_array(sparse.triu(chain))
    return lambda values: spsolve_triangular(new, rewards + mdp.discount * (old @ values), unit_diagonal=True)


def _repeat(sweep, values, discount, tolerance, max_sweeps):
    """Sweep until the change, scaled to a bound of the error where γ < 1, is within the tolerance."""
    scale = discount / (1 - discount) if discount < 1 else 1.0
    for _ in range(max_sweeps):
        new_values = sweep(values)
        bound = scale * np.abs(new_values - values).max()
        values = new_values
        if bound <= tolerance:
            return values
    raise RuntimeError(
        f"after {max_sweeps} sweeps the error bound is {bound:.3g}, not {tolerance:.3g}: "
        'raise max_sweeps or the tolerance, or use method="solve".'
    )


def _check_ends(mdp, chain):
    """Refuse a policy that may never end: without a discount its return has no limit."""
    ends = sparse.csr_array(mdp.terminal[None, :].astype(float))
    # Walk backwards from one extra state that leads to all terminal states.
    backwards = sparse.block_array([[sparse.csr_array(chain).T, None], [ends, sparse.csr_array((1, 1))]], format="csr")
    reached = np.zeros(mdp.num_states + 1, bool)
    reached[breadth_first_order(backwards, mdp.num_states, return_predecessors=False)] = True
    if len(stuck := np.flatnonzero(~reached[:-1])):
        name = f" ({mdp.state_names[stuck[0]]})" if len(mdp.state_names) else ""
        raise ValueError(
            f"with discount=1, state {stuck[0]}{name} and {len(stuck) - 1} others never reach a terminal state under "
            "this policy, so it has no value there. Use discount < 1, or start from a policy that always ends, "
            "such as the uniform random one."
        )
