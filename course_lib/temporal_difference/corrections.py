"""Four ways to learn from many steps of somebody else's experience: trace coefficients and the returns they make."""

import numpy as np

from course_lib.workbook.exercise import also_computes, exercise

CORRECTIONS = ("importance_sampling", "q_lambda", "tree_backup", "retrace")


@exercise(context="numpy")
def trace_coefficients(correction, target, behaviour, lambda_):
    """Say how much of what follows an action counts, when another policy took the action.

    - "importance_sampling": c = π/μ, which may be larger than 1 (Precup et al. 2000)
    - "q_lambda": c = λ, whoever acted (Harutyunyan et al. 2016)
    - "tree_backup": c = λ π (Precup et al. 2000)
    - "retrace": c = λ min(1, π/μ) (Munos et al. 2016)

    Source: Munos et al. 2016, table 1.

    Args:
      correction: one of `CORRECTIONS`.
      target: π(a_t|s_t) of the actions taken, any shape.
      behaviour: μ(a_t|s_t) with which they were taken, above 0, of the same shape.
      lambda_: λ in [0, 1]; importance sampling has no use for it.

    Returns:
      c_t, of the same shape.

    Raises:
      ValueError: there is no such correction.
    """
    if correction == "importance_sampling":
        return target / behaviour
    if correction == "q_lambda":
        return lambda_ * np.ones_like(target)
    if correction == "tree_backup":
        return lambda_ * target
    if correction == "retrace":
        return lambda_ * np.minimum(1.0, target / behaviour)
    raise ValueError(f"correction={correction!r} is not known: use one of {', '.join(CORRECTIONS)}.")


@exercise(context="numpy")
def are_corrected_returns(returns, q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    """Tell whether some returns are what the errors and the trace coefficients of one sequence make, up to 1e-6.

    G_t = q(s_t, a_t) + Σ_{k ≥ t} γ_{t+1} ⋯ γ_k (c_{t+1} ⋯ c_k) δ_k; see `corrected_returns`. What is asked of neighbours,
    G_t − q_t = δ_t + γ_{t+1} c_{t+1} (G_{t+1} − q_{t+1}), says the same.

    Source: Munos et al. 2016, section 2, the general operator.

    Args:
      returns: the returns in question, [T].
      q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t: as for `corrected_returns`, [T].

    Returns:
      A bool.
    """
    excess = returns - q_t
    following = np.append(coefficients_t[1:] * excess[1:], 0.0)
    errors = rewards_tp1 + discounts_tp1 * expected_q_tp1 - q_t
    return bool(np.abs(errors + discounts_tp1 * following - excess).max() <= 1e-6)


@also_computes(are_corrected_returns)
def corrected_returns(q_t, expected_q_tp1, rewards_tp1, discounts_tp1, coefficients_t):
    """Correct each action value by the errors that followed, weighted by products of trace coefficients.

    G_t = q(s_t, a_t) + Σ_{k ≥ t} γ_{t+1} ⋯ γ_k (c_{t+1} ⋯ c_k) δ_k with
    δ_k = r_{k+1} + γ_{k+1} Σ_a π(a|s_{k+1}) q(s_{k+1}, a) − q(s_k, a_k).

    The product begins with c_{t+1}: the action a_t was taken, whatever π thinks of it, so c_t has no say in G_t.
    With the coefficients of Retrace it is the target of chapters 6 and 7.

    Source: Munos et al. 2016, section 2, the general operator.

    Args:
      q_t: q(s_t, a_t) for t = 0 … T − 1, [T, …].
      expected_q_tp1: Σ_a π(a|s_{t+1}) q(s_{t+1}, a), [T, …].
      rewards_tp1: r_1 … r_T, [T, …].
      discounts_tp1: γ_1 … γ_T, [T, …]; 0 where the episode ended.
      coefficients_t: c_0 … c_{T−1}, belonging to (s_t, a_t), [T, …].

    Returns:
      G_0 … G_{T−1}, [T, …].
    """
    errors = rewards_tp1 + discounts_tp1 * expected_q_tp1 - q_t
    corrections = np.array(errors, dtype=float)
    for t in range(len(errors) - 2, -1, -1):
        corrections[t] += discounts_tp1[t] * coefficients_t[t + 1] * corrections[t + 1]
    return q_t + corrections
