"""The numbers of Agent57, and the rungs that lead to it."""

from dataclasses import dataclass

from course_lib.common.fields import at_least, between, positive
from course_lib.never_give_up.config import NGUConfig


@dataclass(frozen=True)
class Agent57Config(NGUConfig):
    """Describe Agent57: Never Give Up with two values, and with a bandit that chooses who plays.

    Source: Badia et al. 2020 (Agent57).

    Attributes:
      split: whether what is paid and what is new have networks of their own; else one learns their sum.
      add_returns: whether actions are chosen by h⁻¹(Q_e) + β h⁻¹(Q_i), in the units of returns; else by Q_e + β Q_i.
      bandit: whether each actor chooses who plays its next episode; else it is always the same member.
      bandit_window: τ, episodes from which it is chosen.
      bandit_epsilon: chance of a member drawn from all alike.
      bandit_bonus: β of the bandit.
      evaluator_window: episodes of all actors from which it is found out who is examined.
      middle_discount: γ_1 of the ladder, where there are ten members or more.
    """

    split: bool = True
    add_returns: bool = False
    bandit: bool = True
    bandit_window: int = 160
    bandit_epsilon: float = 0.5
    bandit_bonus: float = 1.0
    evaluator_window: int = 3600
    middle_discount: float = 0.997

    def __post_init__(self):
        super().__post_init__()
        positive(self, "bandit_window", "evaluator_window")
        between(self, 0, 1, "bandit_epsilon", "middle_discount")
        at_least(self, 0, "bandit_bonus")
        if self.bandit and self.bandit_window < self.members:
            raise ValueError(
                f"bandit_window={self.bandit_window}: everybody has to have played in it, so take {self.members} or more."
            )
        if self.members >= 10 and not self.lowest_discount <= self.middle_discount <= self.discount:
            raise ValueError(
                f"middle_discount={self.middle_discount}: for ten members or more it has to lie between "
                f"lowest_discount={self.lowest_discount} and discount={self.discount}."
            )
        if self.split and not (self.retrace and self.rescale):
            raise ValueError(
                "split values are learnt by Retrace as h(q): leave retrace=True and rescale=True, or set split=False."
            )
        if self.add_returns and not self.split:
            raise ValueError(
                "add_returns=True adds two values, and with split=False there is one: set one of both back."
            )

    @classmethod
    def laptop(cls):
        """Return Agent57 in two rooms with a key, a door and a treasure; learnt in a minute on one core."""
        return cls(
            env="KeyDoor-5", worlds=16, hidden=64, n_step=1, recurrent=True, burn_in=2, unroll=8, rescale=True, epsilon=0.2,
            anneal=50, discount=0.97, lowest_discount=0.8, members=4, bonus_weight=0.3, trace_decay=0.9, neighbours=3,
            kernel_epsilon=1e-2, largest_similarity=0.9, replay=800, warm_up=80, rows=4, batches=4, batch_size=32,
            learning_rate=2e-3, target_every=20, novelty_rows=8, novelty_rate=2e-3, bandit_window=20, bandit_epsilon=0.25,
            evaluator_window=200, updates=200, evaluate_every=20, evaluate_on=20, checkpoint_every=100,
        )  # fmt: skip

    @classmethod
    def paper(cls):
        """Return Agent57 for Atari as published, for a GPU: 160 rows learnt from, every 80, behind 40 of burn-in; 256 actors."""
        return cls(
            env="ALE/MontezumaRevenge-v5", worlds=256, hidden=512, n_step=1, alpha=0.9, beta=0.0, last_beta=0.0, ladder=True,
            recurrent=True, burn_in=40, unroll=160, rescale=True, epsilon=0.4, epsilon_alpha=8.0, discount=0.9999,
            lowest_discount=0.99, members=32, bonus_weight=0.3, memory=30_000, replay=19_520, keep_replay=False, warm_up=2121,
            rows=40, batches=16, batch_size=64, learning_rate=1e-4, decay=1.0, adam_epsilon=1e-4, clip_norm=40.0, target_every=94,
            updates=100_000, evaluate_every=1000, evaluate_on=8, checkpoint_every=500,
        )  # fmt: skip


# From `laptop()` on; R2D2 takes its own number of steps.
LADDER = {
    "R2D2": {
        "n_step": 5,
        "members": 1,
        "retrace": False,
        "episodic": False,
        "lifelong": False,
        "split": False,
        "add_returns": False,
        "bandit": False,
    },
    "Never Give Up": {"n_step": 1, "members": 4, "retrace": True, "episodic": True, "lifelong": True},
    "split": {"split": True},
    "Agent57": {"bandit": True},
}
