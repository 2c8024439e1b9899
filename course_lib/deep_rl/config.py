"""The numbers of the value ladder and of the policy ladder: each rung is a setting more, and what goes with it."""

import dataclasses
from dataclasses import dataclass

from course_lib.common.fields import between, positive


@dataclass(frozen=True)
class ValueConfig:
    """Describe an agent that learns action values from replay: DQN, and what was added to it until R2D2.

    Source: Mnih et al. 2015 (DQN); van Hasselt et al. 2016 (double); Wang et al. 2016 (dueling); Schaul et al. 2016
    (prioritised); Horgan et al. 2018 (Ape-X); Kapturowski et al. 2019 (R2D2).

    Attributes:
      env: name of the world: "CartPole-v1", "ALE/Pong-v5", "TMaze-10", "Catch-10", …
      worlds: copies of it that are played in step.
      hidden: units of each dense layer, and of the LSTM.
      double: whether the network that learns chooses the action that the target network judges.
      dueling: whether value and advantages have heads of their own.
      n_step: steps that a target looks ahead.
      alpha: exponent of the priorities; 0 draws all alike.
      beta, last_beta: exponent of the importance weights at first, and what it has become at the end.
      ladder: whether each world has an ε of its own (Ape-X); else all share one that falls.
      recurrent: whether an LSTM remembers what was seen.
      burn_in: rows that only warm the state up, where there is one.
      unroll: rows of a sequence that are learnt from, where there is an LSTM.
      stored_state: whether sequences begin from the state that was stored with them; else from zeros.
      rescale: whether values are learnt as h(q).
      epsilon: ε at the end, or that of the ladder.
      epsilon_alpha: α of the ladder.
      anneal: updates over which a shared ε falls from 1.
      discount: γ.
      clip_rewards: whether learners see the sign of a reward alone.
      clip_errors: where the slope of the loss stops to grow with the error, 1 for DQN; 0 for a squared loss.
      replay: rows that are kept of each world.
      keep_replay: whether checkpoints hold the replay; else it is filled anew when a run goes on.
      warm_up: rows of each world that are played before anything is learnt.
      rows: rows that are played before each update.
      batches: gradient steps of each update.
      batch_size: transitions or sequences in each gradient step.
      learning_rate: of Adam, at first.
      decay: what the learning rate has fallen to at the end, as a share; 1 keeps it.
      adam_epsilon: of Adam.
      clip_norm: the largest norm of a gradient; 0 for any.
      target_every: updates between copies to the target network.
      updates: in all.
      evaluate_every: updates from one evaluation to the next.
      evaluate_on: episodes of it.
      checkpoint_every: updates from one checkpoint to the next; the worlds begin anew at each.
      seed: of everything that is random.
    """

    env: str = "CartPole-v1"
    worlds: int = 8
    hidden: int = 128
    double: bool = True
    dueling: bool = True
    n_step: int = 10
    alpha: float = 0.0
    beta: float = 0.4
    last_beta: float = 1.0
    ladder: bool = False
    recurrent: bool = False
    burn_in: int = 0
    unroll: int = 1
    stored_state: bool = True
    rescale: bool = False
    epsilon: float = 0.01
    epsilon_alpha: float = 7.0
    anneal: int = 300
    discount: float = 0.99
    clip_rewards: bool = False
    clip_errors: float = 0.0
    replay: int = 1000
    keep_replay: bool = True
    warm_up: int = 100
    rows: int = 4
    batches: int = 8
    batch_size: int = 64
    learning_rate: float = 1e-3
    decay: float = 0.1
    adam_epsilon: float = 1e-7
    clip_norm: float = 1000.0
    target_every: int = 25
    updates: int = 1000
    evaluate_every: int = 100
    evaluate_on: int = 20
    checkpoint_every: int = 500
    seed: int = 0

    def __post_init__(self):
        positive(
            self, "worlds", "hidden", "n_step", "unroll", "replay", "rows", "batches", "batch_size", "target_every",
            "evaluate_every", "evaluate_on", "checkpoint_every",
        )  # fmt: skip
        between(self, 0, 1, "alpha", "beta", "last_beta", "epsilon", "discount", "decay")
        if self.replay % self.stride:
            raise ValueError(
                f"replay={self.replay}: sequences begin every {self.stride} rows, so keep a multiple of that."
            )
        if self.burn_in < 0:
            raise ValueError(f"burn_in={self.burn_in}: it has to be 0 or more.")
        if self.replay < self.warm_up:
            raise ValueError(
                f"replay={self.replay} never holds the {self.warm_up} rows of the warm-up: keep as many or more."
            )
        if self.warm_up < self.window + 4:
            raise ValueError(f"warm_up={self.warm_up}: play {self.window + 4} rows or more, so that a window is there.")

    @property
    def window(self):
        """Rows of a window of the replay."""
        return self.burn_in + self.unroll + self.n_step if self.recurrent else self.n_step + 1

    @property
    def stride(self):
        """Rows between windows: sequences overlap by half of what is learnt from."""
        return max(self.unroll // 2, 1) if self.recurrent else 1

    @classmethod
    def laptop(cls):
        """Return double dueling DQN on CartPole, looking ten steps ahead; learnt in a quarter of a minute on one core.

        Of each world the last thousand rows are kept and no more: what ten steps bring depends on the policy that played
        them, and older ones were worse.
        """
        return cls()

    @classmethod
    def paper(cls):
        """Return DQN for Atari as published, with double targets and dueling heads, for a GPU.

        Fifty million steps of four frames, a million of them kept. Adam takes the place of RMSProp, with the values of
        Hessel et al. 2018; eight worlds play in step, so an update of two batches follows eight steps.
        """
        return cls(
            env="ALE/Pong-v5", worlds=8, hidden=512, n_step=1, epsilon=0.01, clip_errors=1.0, anneal=125_000, clip_rewards=True, replay=125_000,
            keep_replay=False, warm_up=6250, rows=1, batches=2, batch_size=32, learning_rate=6.25e-5, decay=1.0, adam_epsilon=1.5e-4,
            target_every=5000, updates=6_250_000, evaluate_every=62_500, evaluate_on=8, checkpoint_every=31_250,
        )  # fmt: skip


@dataclass(frozen=True)
class RecurrentConfig(ValueConfig):
    """Describe R2D2: the whole ladder, with an LSTM, stored states and burn-in."""

    @classmethod
    def laptop(cls):
        """Return R2D2 on a T-maze, learnt in half a minute on two cores."""
        return cls(
            env="TMaze-10", worlds=16, hidden=32, n_step=5, alpha=0.6, ladder=True, recurrent=True, burn_in=2, unroll=14,
            rescale=True, epsilon=0.4, discount=0.98, replay=700, warm_up=63, rows=7, batches=2, batch_size=32,
            learning_rate=2e-3, target_every=10, updates=450, evaluate_every=50, evaluate_on=200, checkpoint_every=225,
        )  # fmt: skip

    @classmethod
    def paper(cls):
        """Return R2D2 for Atari as published, for a GPU: 80 steps learnt from behind 40 of burn-in, 256 actors."""
        return cls(
            env="ALE/Pong-v5", worlds=256, hidden=512, n_step=5, alpha=0.9, beta=0.6, last_beta=0.6, ladder=True, recurrent=True,
            burn_in=40, unroll=80, rescale=True, epsilon=0.4, discount=0.997, replay=15_600, keep_replay=False, warm_up=800,
            rows=40, batches=16, batch_size=64, learning_rate=1e-4, decay=1.0, adam_epsilon=1e-3, clip_norm=40.0, target_every=156,
            updates=100_000, evaluate_every=1000, evaluate_on=8, checkpoint_every=500,
        )  # fmt: skip


VALUE_LADDER = {
    "DQN": {"double": False, "dueling": False, "n_step": 1},
    "double": {"double": True},
    "dueling": {"dueling": True},
    "n-step": {"n_step": 10},
    "prioritised": {"alpha": 0.6},
    "Ape-X": {"ladder": True, "epsilon": 0.4},
    "R2D2": {"recurrent": True, "burn_in": 4, "unroll": 16, "rescale": True, "batch_size": 8},
}


@dataclass(frozen=True)
class PolicyConfig:
    """Describe an agent that learns a policy from what it has just played: REINFORCE, and what was added to it until PPO.

    Source: Williams 1992 (REINFORCE); Mnih et al. 2016 (A2C is A3C in step); Schulman et al. 2016 (GAE) and 2017 (PPO).

    Attributes:
      env: name of the world, as for `ValueConfig`.
      worlds: copies of it that are played in step.
      hidden: units of each dense layer.
      steps: rows of each world that are played for an update.
      whole_episodes: whether only episodes that ended count, as REINFORCE needs it; else values stand for what follows.
      baseline: whether values are subtracted from returns.
      gae_lambda: λ of the advantages; 1 takes whole returns.
      discount: γ.
      epochs: how often an update goes through what was played.
      minibatches: gradient steps of each epoch.
      clip: ε of PPO; 0 leaves the ratio alone.
      value_weight: of the values' loss.
      entropy_weight: of the entropy's.
      clip_rewards: whether learners see the sign of a reward alone.
      learning_rate: of Adam; it falls to a hundredth over the run.
      clip_norm: the largest norm of a gradient; 0 for any.
      updates: in all.
      evaluate_every: updates from one evaluation to the next.
      evaluate_on: episodes of it.
      checkpoint_every: updates from one checkpoint to the next; the worlds begin anew at each.
      seed: of everything that is random.
    """

    env: str = "CartPole-v1"
    worlds: int = 8
    hidden: int = 64
    steps: int = 128
    whole_episodes: bool = False
    baseline: bool = True
    gae_lambda: float = 0.95
    discount: float = 0.99
    epochs: int = 6
    minibatches: int = 4
    clip: float = 0.2
    value_weight: float = 0.5
    entropy_weight: float = 0.01
    clip_rewards: bool = False
    learning_rate: float = 1e-3
    clip_norm: float = 0.5
    updates: int = 100
    evaluate_every: int = 10
    evaluate_on: int = 20
    checkpoint_every: int = 50
    seed: int = 0

    def __post_init__(self):
        positive(
            self,
            "worlds",
            "hidden",
            "steps",
            "epochs",
            "minibatches",
            "evaluate_every",
            "evaluate_on",
            "checkpoint_every",
        )
        between(self, 0, 1, "gae_lambda", "discount", "clip")
        if not (self.baseline or self.whole_episodes):
            raise ValueError("without a baseline nothing stands for what follows: set whole_episodes.")
        if self.worlds * self.steps % self.minibatches:
            raise ValueError(
                f"{self.worlds} × {self.steps} rows cannot be shared by {self.minibatches} minibatches alike."
            )

    @classmethod
    def laptop(cls):
        """Return PPO on CartPole, learnt in twenty seconds on one core."""
        return cls()

    @classmethod
    def paper(cls):
        """Return PPO for Atari as published: ten million steps of four frames, with eight actors.

        The clip stays at .1; in the publication it falls with the learning rate. The values' loss is a half of the square
        here and the whole square there, so its weight is 2 for their 1.
        """
        return cls(
            env="ALE/Pong-v5", worlds=8, hidden=512, steps=128, epochs=3, minibatches=4, clip=0.1, value_weight=2.0,
            clip_rewards=True, learning_rate=2.5e-4, updates=9766, evaluate_every=100, evaluate_on=8, checkpoint_every=100,
        )  # fmt: skip


# Errors of returns are a hundred times those of a policy, and the limit on the gradient holds for both together: with a
# larger weight the values would take all of it.
POLICY_LADDER = {
    "REINFORCE": {
        "whole_episodes": True, "baseline": False, "gae_lambda": 1.0, "epochs": 1, "minibatches": 1, "clip": 0.0,
        "steps": 512, "worlds": 2, "learning_rate": 3e-3, "value_weight": 0.01,
    },
    "baseline": {"baseline": True},
    "actor-critic": {"whole_episodes": False, "gae_lambda": 0.0, "steps": 32},
    "GAE": {"gae_lambda": 0.95},
    "A2C": {"worlds": 8, "steps": 16},
    "PPO": {"steps": 128, "epochs": 6, "minibatches": 4, "clip": 0.2, "learning_rate": 1e-3, "value_weight": 0.5},
}  # fmt: skip


def rung(config, ladder, name):
    """A configuration with the settings of all rungs up to the one named.

    Raises:
      ValueError: there is no such rung.
    """
    if name not in ladder:
        raise ValueError(f"rung {name!r} is not known: use {', '.join(ladder)}.")
    for each, settings in ladder.items():
        config = dataclasses.replace(config, **settings)
        if each == name:
            return config
    raise AssertionError
