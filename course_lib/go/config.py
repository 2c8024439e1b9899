"""The numbers of AlphaGo Zero: what a laptop can do, and what the paper did."""

from dataclasses import dataclass

from course_lib.go.rules import Rules
from course_lib.go.search import SearchSettings


@dataclass(frozen=True)
class GoConfig:
    """Train AlphaGo Zero by self-play.

    An update is a move in every game that is being played, and the gradient steps that go with it.

    Attributes:
      size: points on a side of the board.
      komi: points added for White.
      channels: of the network's trunk.
      blocks: residual blocks of the network.
      hidden: units of its value head.
      policy_channels: of its policy head.
      games: played in step, each a row of the batch that the network evaluates.
      simulations: of the search for each move.
      workers: threads that share the games, so that trees are walked while the network works.
      exploration: c of PUCT.
      centred: whether a move that nobody tried counts as the mean of its node so far; else as a draw.
      noise: share of Dirichlet noise in the priors of a root.
      alpha: of the Dirichlet noise; 0 for what suits the board.
      sampled_moves: moves from the start of a game that are drawn in proportion to the visits; then the best one is played.
      reuse: whether the part of the tree below the move played is kept.
      resign_below: a side whose search sees no value above this gives up; the threshold is raised and lowered with what
        the games show that are played out; -1 never gives up.
      played_out: share of the games that nobody may resign.
      false_resignations: the most resignations that may be of games that were not lost.
      window: games of which the newest are kept to learn from.
      batch_size: positions for a gradient step.
      steps: gradient steps to an update.
      optimizer: "adam", or "sgd" with momentum 0.9.
      learning_rate: at the beginning.
      drop_at: gradient steps after which the learning rate falls to a tenth; and to a hundredth after half as many more;
        0 never.
      regularization: c of c‖θ‖².
      gate_every: updates between trials of the new network against the best one; 0: the newest always plays.
      gate_games: games of a trial.
      gate_rate: the share of them that the new one has to win.
      updates: how many in all.
      evaluate_every: updates between evaluations.
      evaluate_on: games against random play in an evaluation.
      checkpoint_every: updates between checkpoints.
      seed: of weights, searches and batches.
    """

    size: int = 5
    komi: float = 0.5
    channels: int = 32
    blocks: int = 3
    hidden: int = 64
    policy_channels: int = 4
    games: int = 128
    simulations: int = 48
    workers: int = 2
    exploration: float = 1.0
    centred: bool = True
    noise: float = 0.25
    alpha: float = 0.0
    sampled_moves: int = 6
    reuse: bool = True
    resign_below: float = -1.0
    played_out: float = 0.1
    false_resignations: float = 0.05
    window: int = 1000
    batch_size: int = 256
    steps: int = 3
    optimizer: str = "adam"
    learning_rate: float = 2e-3
    drop_at: int = 0
    regularization: float = 1e-4
    gate_every: int = 0
    gate_games: int = 128
    gate_rate: float = 0.55
    updates: int = 600
    evaluate_every: int = 50
    evaluate_on: int = 64
    checkpoint_every: int = 50
    seed: int = 0

    def __post_init__(self):
        self.rules  # noqa: B018 - refuses what is no board
        for name in (
            "channels",
            "blocks",
            "hidden",
            "policy_channels",
            "games",
            "workers",
            "window",
            "batch_size",
            "steps",
            "updates",
            "evaluate_every",
            "checkpoint_every",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)}: 1 or more.")
        if self.simulations < 2:
            raise ValueError(f"simulations={self.simulations}: 2 or more, as the first one only looks at the root.")
        for name in ("evaluate_on", "gate_games"):
            games = getattr(self, name)
            if games < 2 or games % 2:
                raise ValueError(f"{name}={games}: an even number, so that each player is Black as often as White.")
        if self.optimizer not in ("adam", "sgd"):
            raise ValueError(f'optimizer={self.optimizer!r}: "adam" or "sgd".')

    @property
    def rules(self):
        """The `Rules` of the games."""
        return Rules(self.size, self.komi)

    @property
    def search(self):
        """The `SearchSettings` of self-play."""
        return SearchSettings(exploration=self.exploration, centred=self.centred, noise=self.noise, alpha=self.alpha)

    @classmethod
    def laptop(cls):
        """5 by 5, four minutes on two cores."""
        return cls()

    @classmethod
    def paper(cls):
        """AlphaGo Zero's own values, with the smaller network; `blocks=39` makes the larger one.

        Source: Silver et al. 2017, Methods. c of PUCT is not published: AlphaZero's starts at 1.25. A batch of games here is
        what ran on many machines there; an iteration of 25 000 games is about 100 updates of 64 games at 400 moves.
        """
        return cls(
            size=19, komi=7.5, channels=256, blocks=19, hidden=256, policy_channels=2, games=64, simulations=1600, exploration=1.25, centred=False, alpha=0.03,
            sampled_moves=30, resign_below=-0.9, window=500_000, batch_size=2048, steps=1, optimizer="sgd",
            learning_rate=1e-2, drop_at=400_000, gate_every=1000, gate_games=400, updates=700_000, evaluate_every=1000,
            checkpoint_every=1000,
        )  # fmt: skip
