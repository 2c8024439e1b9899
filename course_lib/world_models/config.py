"""The numbers of DreamerV2."""

from dataclasses import dataclass

from course_lib.common.fields import between, positive


@dataclass(frozen=True)
class DreamerConfig:
    """Describe an agent that learns a model of its world, and to act in the model's dreams.

    Source: Hafner, Lillicrap, Norouzi & Ba 2021, "Mastering Atari with Discrete World Models", table D.1.

    Attributes:
      env: name of the world: "PixelCatch-5", "PixelMaze-3", "ALE/Pong-v5", "CartPole-v1", …
      worlds: copies of it that are played in step.
      recurrent_units: units of the recurrent state h.
      hidden: units of the dense layers around it.
      latents: "categorical", or "gaussian".
      groups, classes: the latent state z holds so many one-hot vectors of so many classes; if Gaussian, as many numbers as
        these have together.
      depth: filters of the first convolution.
      units, layers: of the heads, the actor and the critic.
      kl_scale: β, how much the distance between posterior and prior counts.
      kl_balance: α, the share of it that moves the prior; ½ is no balancing.
      image_gradients, reward_gradients: whether predicting images and rewards shapes the state, or is only read from it.
      discount: γ.
      return_lambda: λ of the targets.
      horizon: steps that are imagined from each state.
      mix: ρ, the share of REINFORCE in the actor's loss; the rest goes back through the dream.
      entropy: η, how much the entropy of the policy is worth.
      slow_every: updates between copies to the slow critic.
      model_rate, actor_rate, critic_rate: learning rates.
      adam_epsilon: of Adam.
      decay: decoupled weight decay of each step.
      clip_norm: the largest norm of a gradient.
      squash_rewards: whether models learn tanh(r).
      replay: rows that are kept of each world.
      spill: folder of a file that holds the replay's frames, where they are too many for the memory; "" keeps them there.
      keep_replay: whether checkpoints hold the replay; else it is filled anew when a run goes on.
      warm_up: rows of each world that are played at random before anything is learnt.
      rows: rows that are played before each update.
      batch_size, length: sequences in a batch, and their rows.
      updates: in all.
      evaluate_every: updates from one evaluation to the next.
      evaluate_on: episodes of it.
      checkpoint_every: updates from one checkpoint to the next; the worlds begin anew at each.
      seed: of everything that is random.
    """

    env: str = "PixelCatch-5"
    worlds: int = 4
    recurrent_units: int = 64
    hidden: int = 64
    latents: str = "categorical"
    groups: int = 8
    classes: int = 8
    depth: int = 8
    units: int = 64
    layers: int = 2
    kl_scale: float = 0.1
    kl_balance: float = 0.8
    image_gradients: bool = True
    reward_gradients: bool = True
    discount: float = 0.99
    return_lambda: float = 0.95
    horizon: int = 8
    mix: float = 1.0
    entropy: float = 0.1
    slow_every: int = 50
    model_rate: float = 3e-3
    actor_rate: float = 1e-3
    critic_rate: float = 3e-3
    adam_epsilon: float = 1e-5
    decay: float = 1e-6
    clip_norm: float = 100.0
    squash_rewards: bool = False
    replay: int = 2000
    spill: str = ""
    keep_replay: bool = True
    warm_up: int = 50
    rows: int = 2
    batch_size: int = 16
    length: int = 16
    updates: int = 500
    evaluate_every: int = 100
    evaluate_on: int = 100
    checkpoint_every: int = 200
    seed: int = 0

    def __post_init__(self):
        positive(
            self, "worlds", "recurrent_units", "hidden", "groups", "classes", "depth", "units", "layers", "horizon", "slow_every",
            "replay", "rows", "batch_size", "length", "evaluate_every", "evaluate_on", "checkpoint_every",
        )  # fmt: skip
        between(self, 0, 1, "kl_balance", "discount", "return_lambda", "mix")
        for name in ("model_rate", "actor_rate", "critic_rate", "adam_epsilon", "clip_norm"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}={getattr(self, name)}: it has to be above 0.")
        for name in ("kl_scale", "entropy", "decay"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}={getattr(self, name)}: it has to be 0 or more.")
        if self.latents not in ("categorical", "gaussian"):
            raise ValueError(f'latents={self.latents!r}: "categorical" or "gaussian".')
        if not self.length + 2 <= self.warm_up <= self.replay:
            raise ValueError(
                f"warm_up={self.warm_up}: play {self.length + 2} rows or more, so that a sequence is there, and at most the "
                f"{self.replay} that are kept."
            )
        if self.replay < self.length + 3:
            raise ValueError(f"replay={self.replay}: keep {self.length + 3} rows or more, so that a sequence has room.")

    @classmethod
    def laptop(cls):
        """Return a small agent for a small world of pixels, learnt in half a minute on one core."""
        return cls()

    @classmethod
    def paper(cls):
        """Return the agent for Atari as published, for a GPU.

        Two million steps of four frames are kept, ten days of 2021 are fifty million; γ is .999 in the publication's text and
        .995 in its table of numbers, which is taken here. A gradient step follows four steps of the world.
        """
        return cls(
            env="ALE/Pong-v5", worlds=4, recurrent_units=600, hidden=600, groups=32, classes=32, depth=48, units=400, layers=4,
            discount=0.995, horizon=15, entropy=1e-3, slow_every=100, model_rate=2e-4, actor_rate=4e-5, critic_rate=1e-4,
            squash_rewards=True, replay=500_000, keep_replay=False, warm_up=12_500, rows=1, batch_size=50, length=50,
            updates=12_500_000, evaluate_every=25_000, evaluate_on=4, checkpoint_every=5000,
        )  # fmt: skip
