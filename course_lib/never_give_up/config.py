"""The numbers of Never Give Up."""

from dataclasses import dataclass

from course_lib.common.fields import at_least, between, positive
from course_lib.deep_rl.config import PolicyConfig, ValueConfig


@dataclass(frozen=True)
class NGUConfig(ValueConfig):
    """Describe Never Give Up: R2D2 with a bonus for what is new, and a family of policies.

    Source: Badia et al. 2020 (Never Give Up).

    Attributes:
      discount: γ of the member that exploits.
      lowest_discount: γ of the member that explores most.
      members: N, policies in the family; world i is played by member i modulo N.
      bonus_weight: β of the member that explores most; the one that exploits has 0.
      retrace: whether targets are Retrace's; else they are R2D2's, of `n_step` steps.
      trace_decay: λ of Retrace.
      episodic: whether there is a bonus for what is new in the episode; else it is 1 wherever one goes.
      lifelong: whether it is multiplied where something is new in the lifetime.
      neighbours: k.
      cluster: ξ, in mean squared distances.
      kernel_epsilon: ε of the kernel.
      constant: c of the episodic bonus.
      largest_similarity: s_m, above which there is no bonus.
      largest_multiplier: L.
      memory: states that are remembered of an episode.
      embedding: D, numbers of an embedding.
      features: numbers that the random network makes of an observation.
      novelty_rows: rows at the end of each sequence from which embedding and predictor learn.
      novelty_rate: learning rate of both.
      evaluation_epsilon: share of random actions of who is examined.
    """

    lowest_discount: float = 0.97
    members: int = 4
    bonus_weight: float = 0.3
    retrace: bool = True
    trace_decay: float = 0.95
    episodic: bool = True
    lifelong: bool = True
    neighbours: int = 10
    cluster: float = 0.008
    kernel_epsilon: float = 1e-4
    constant: float = 1e-3
    largest_similarity: float = 8.0
    largest_multiplier: float = 5.0
    memory: int = 500
    embedding: int = 32
    features: int = 128
    novelty_rows: int = 5
    novelty_rate: float = 5e-4
    evaluation_epsilon: float = 0.01

    def __post_init__(self):
        super().__post_init__()
        positive(self, "members", "neighbours", "memory", "embedding", "features", "novelty_rows")
        between(self, 0, 1, "lowest_discount", "trace_decay", "evaluation_epsilon")
        at_least(self, 0, "bonus_weight", "cluster", "constant", "largest_similarity", "novelty_rate")
        at_least(self, 1, "largest_multiplier")
        if not self.lowest_discount <= self.discount < 1:
            raise ValueError(
                f"discount={self.discount}, lowest_discount={self.lowest_discount}: the first has to be below 1, the other not above it."
            )
        if not self.kernel_epsilon > 0:
            raise ValueError(
                f"kernel_epsilon={self.kernel_epsilon}: it has to be above 0, else what is the same divides by 0."
            )
        if not self.recurrent:
            raise ValueError("the family is learnt by an LSTM: leave recurrent=True.")
        if self.novelty_rows >= self.window:
            raise ValueError(
                f"novelty_rows={self.novelty_rows}: a sequence holds {self.window} rows, so take {self.window - 1} or fewer."
            )

    @classmethod
    def laptop(cls):
        """Return Never Give Up in a maze of 7 by 7 whose walls flash and where nothing is ever paid; a minute on one core.

        Episodes are short, so three neighbours have to do; and what is the same as they are is worth nothing.
        """
        return cls(
            env="DiscoMaze-7", worlds=16, hidden=64, n_step=1, recurrent=True, burn_in=2, unroll=8, rescale=True, epsilon=0.2,
            anneal=50, discount=0.97, lowest_discount=0.8, bonus_weight=0.5, members=2, trace_decay=0.9, neighbours=3,
            kernel_epsilon=1e-2, largest_similarity=0.9, replay=1600, warm_up=80, rows=4, batches=4, batch_size=32,
            learning_rate=1e-3, target_every=20, updates=400, novelty_rows=8, novelty_rate=2e-3, evaluate_every=40,
            evaluate_on=50, evaluation_epsilon=0.0, checkpoint_every=200,
        )  # fmt: skip

    @classmethod
    def paper(cls):
        """Return Never Give Up for Atari as published, for a GPU: 32 members, 256 actors, 80 steps behind 40 of burn-in."""
        return cls(
            env="ALE/MontezumaRevenge-v5", worlds=256, hidden=512, n_step=1, alpha=0.9, beta=0.0, last_beta=0.0, ladder=True,
            recurrent=True, burn_in=40, unroll=80, rescale=True, epsilon=0.4, epsilon_alpha=8.0, discount=0.997, lowest_discount=0.99, members=32,
            bonus_weight=0.3, memory=30_000, replay=19_520, keep_replay=False, warm_up=1081, rows=40, batches=16, batch_size=64,
            learning_rate=1e-4, decay=1.0, adam_epsilon=1e-4, clip_norm=40.0, target_every=94, updates=100_000, evaluate_every=1000,
            evaluate_on=8, checkpoint_every=500,
        )  # fmt: skip


@dataclass(frozen=True)
class RNDConfig(PolicyConfig):
    """Describe random network distillation alone: PPO with values of what is paid and of what is new.

    Source: Burda et al. 2018.

    Attributes:
      intrinsic_discount: γ of the bonus, whose return does not end with the episode.
      extrinsic_weight, intrinsic_weight: of the two advantages.
      features: numbers that the random network makes of an observation.
      novelty_rate: learning rate of the predictor.
      novelty_share: share of what was played from which the predictor learns.
    """

    intrinsic_discount: float = 0.99
    extrinsic_weight: float = 2.0
    intrinsic_weight: float = 1.0
    features: int = 64
    novelty_rate: float = 1e-3
    novelty_share: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        positive(self, "features")
        between(self, 0, 1, "intrinsic_discount", "novelty_share")
        at_least(self, 0, "extrinsic_weight", "intrinsic_weight", "novelty_rate")
        if self.intrinsic_discount == 1:
            raise ValueError("intrinsic_discount=1: a return that never ends needs one below 1.")
        if self.whole_episodes or not self.baseline:
            raise ValueError("both kinds of values are needed: leave baseline=True and whole_episodes=False.")

    @classmethod
    def laptop(cls):
        """Return distillation on a deep sea of 10 by 10."""
        return cls(env="DeepSea-10", worlds=16, steps=64, updates=60, learning_rate=1e-3, discount=0.99, evaluate_on=1)

    @classmethod
    def paper(cls):
        """Return distillation for Montezuma's Revenge, for a GPU: 128 worlds, 128 steps each.

        The numbers are the publication's. What differs: its convolutions are leaky, its predictor is deeper than the random
        network and learns from each minibatch (here once an epoch), its learning rate stays, its advantages are not
        normalised, its statistics begin with a random player, its actions stick with a chance of .25.
        """
        return cls(
            env="ALE/MontezumaRevenge-v5", worlds=128, hidden=512, steps=128, epochs=4, minibatches=4, clip=0.1, value_weight=1.0,
            entropy_weight=0.001, discount=0.999, clip_rewards=True, learning_rate=1e-4, features=512, novelty_rate=1e-4,
            novelty_share=0.25, clip_norm=0.0, updates=30_000, evaluate_every=100, evaluate_on=8, checkpoint_every=100,
        )  # fmt: skip
