"""AlphaGo of 2016 and DarkForest: search with a policy network, leaves valued by a value network, by rollouts, or both."""

import numpy as np

from course_lib.go.players import ZeroPlayer
from course_lib.go.search import SearchSettings

MIXING = 0.5  # λ. Source: Silver et al. 2016, where ½ won against both ends


def mixed_values(values, outcomes, mixing):
    """Value leaves by network and rollout: V = (1 − λ) v + λ z.

    Source: Silver et al. 2016, equation 6.

    Args:
      values: v, of the value network for the side to move, [n].
      outcomes: z, of one rollout each, for the side to move, [n].
      mixing: λ, 0 for the network alone, 1 for rollouts alone.

    Returns:
      [n].
    """
    return (1 - mixing) * values + mixing * outcomes


def softened(policies, temperature):
    """Make policies flatter, p^{1/τ} / Σ p^{1/τ}, so that what experts rarely play is looked at, too; [n, A].

    Source: Silver et al. 2016, Extended Data Table 5, with τ = 1 / 0.67.
    """
    powers = np.maximum(policies, 1e-12) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


class AlphaGoEvaluator:
    """Priors and values of leaves, as `Search.run` calls it.

    Args:
      policy: a policy as `Search.run` calls it, such as a `PolicyEvaluator`.
      value: planes -> values, such as a `ValueEvaluator`; not needed for λ = 1.
      rollouts: rows -> outcomes, such as `Rollouts`; not needed for λ = 0.
      mixing: λ.
      temperature: τ of the priors.

    Raises:
      ValueError: λ lies outside 0 … 1, or what it needs is missing.
    """

    def __init__(self, policy, value=None, rollouts=None, mixing=MIXING, temperature=1.0):
        if not 0 <= mixing <= 1:
            raise ValueError(f"mixing={mixing}: from 0, the value network alone, to 1, rollouts alone.")
        if (value is None and mixing < 1) or (rollouts is None and mixing > 0):
            missing = "a value network" if value is None and mixing < 1 else "rollouts"
            raise ValueError(f"mixing={mixing} needs {missing}: 0 is the value network alone, 1 rollouts alone.")
        self.policy, self.value, self.rollouts = policy, value, rollouts
        self.mixing, self.temperature = mixing, temperature

    def __call__(self, planes, rows):
        """(planes uint8 [n, N, N, 17], rows int32 [n, L]) -> (policies [n, A], values [n])."""
        policies, _ = self.policy(planes, rows)
        values = self.value(planes) if self.mixing < 1 else 0.0
        outcomes = self.rollouts(rows) if self.mixing > 0 else 0.0
        return softened(policies, self.temperature), mixed_values(values, outcomes, self.mixing)


class AlphaGoPlayer(ZeroPlayer):
    """Search with a policy network, leaves valued by value network and rollout.

    AlphaGo's own search ran on many machines and did not wait: leaves were evaluated while others were sought. This one
    is in step, one leaf at a time, so that the same seed gives the same game.

    Source: Silver et al. 2016, Methods, "Search algorithm" (asynchronous policy and value MCTS).

    Args:
      evaluate: an `AlphaGoEvaluator`.
      rules: `Rules`.
      simulations: for each move.
      settings: `SearchSettings`.
      seed: of symmetries and ties.
      name: for tables.
    """

    def __init__(self, evaluate, rules, simulations, settings=None, seed=0, name=""):
        super().__init__(evaluate, rules, simulations, settings or SearchSettings(), seed, name)
        self.name = name or f"AlphaGo {simulations}"


class DarkForestPlayer(AlphaGoPlayer):
    """Search with a policy network that was taught the next three moves, leaves valued by rollouts alone.

    Source: Tian & Zhu 2015, section 3.3, where rollouts are those of the program Pachi.

    Args:
      policy: a policy as `Search.run` calls it.
      rollouts: rows -> outcomes, such as `Rollouts`.
      rules: `Rules`.
      simulations: for each move.
      settings: `SearchSettings`.
      seed: of symmetries and ties.
      name: for tables.
    """

    def __init__(self, policy, rollouts, rules, simulations, settings=None, seed=0, name=""):
        evaluate = AlphaGoEvaluator(policy, rollouts=rollouts, mixing=1.0)
        super().__init__(evaluate, rules, simulations, settings, seed, name or f"DarkForest {simulations}")
