"""The numbers of a predictron: its parts, what it is trained on, and for how long."""

from dataclasses import dataclass

from course_lib.common.fields import positive

LAMBDAS = ("each", "one", "none")
TASKS = ("mazes", "trajectories", "billiard")


@dataclass(frozen=True)
class PredictronConfig:
    """Describe a predictron and its training.

    Source: Silver et al. 2017, on the architecture and the experiments, for the values of `paper`.

    Attributes:
      task: "mazes", "trajectories" or "billiard".
      size: cells along a side of the maze, where the task is one of mazes.
      depth: K, imagined steps.
      channels: of the abstract state and of the layers that lead to it.
      hidden: units of the hidden layer of the networks for r, γ, λ and v.
      shared: one core used K times (recurrent), or K cores.
      skip: whether a step changes the state, s + Δs, rather than replacing it.
      rewards: whether r and γ are predicted; without, r = 0 and γ = 1.
      lambdas: "each" prediction has λ of its own, or all share "one", or there are "none": λ = 1.
      usage: whether the error of a preturn counts with its weight in the λ-preturn.
      consistency: updates on unlabelled inputs for each labelled one.
      momentum: of the moving statistics of batch normalisation.
      batch_size: inputs in an update.
      learning_rate: of Adam.
      updates: labelled ones, in all.
      evaluate_every: updates from one evaluation to the next.
      evaluate_on: inputs it is done on.
      checkpoint_every: updates from one checkpoint to the next.
      seed: of everything that is random.
    """

    task: str = "mazes"
    size: int = 8
    depth: int = 6
    channels: int = 16
    hidden: int = 32
    shared: bool = True
    skip: bool = False
    rewards: bool = True
    lambdas: str = "each"
    usage: bool = True
    consistency: int = 0
    momentum: float = 0.95
    batch_size: int = 64
    learning_rate: float = 1e-3
    updates: int = 1200
    evaluate_every: int = 100
    evaluate_on: int = 1000
    checkpoint_every: int = 200
    seed: int = 0

    def __post_init__(self):
        if self.task not in TASKS:
            raise ValueError(f"task={self.task!r} is not known: use {', '.join(TASKS)}.")
        if self.lambdas not in LAMBDAS:
            raise ValueError(f"lambdas={self.lambdas!r} is not known: use {', '.join(LAMBDAS)}.")
        positive(self, "depth", "channels", "hidden", "batch_size", "evaluate_every", "evaluate_on", "checkpoint_every")
        for name in ("consistency", "updates"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}={getattr(self, name)}: it has to be 0 or more.")

    @classmethod
    def laptop(cls):
        """Return mazes of 8 by 8, learnt in a minute on two cores."""
        return cls()

    @classmethod
    def paper(cls):
        """Return the publication's mazes of 20 by 20 and its 16 steps of 32 channels, for a GPU.

        How long it was trained is not a number that the text gives for the mazes; half a million updates is ours.
        """
        return cls(
            size=20, depth=16, channels=32, batch_size=100, updates=500_000,
            evaluate_every=1000, evaluate_on=10_000, checkpoint_every=1000, momentum=0.99,
        )  # fmt: skip
