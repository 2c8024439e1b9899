"""Training a policy with random network distillation: `python -m course_lib train rnd`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.quiet import tensorflow as tf
from course_lib.common.training import run_updates
from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.learner import Learner, falling_rate
from course_lib.deep_rl.policy_agent import PolicyAgent
from course_lib.deep_rl.policy_training import PolicySystem, decisions_from
from course_lib.never_give_up.distillation import Distillation
from course_lib.never_give_up.novelty import DistillationLoss
from course_lib.never_give_up.rnd import BonusScale, Seen, TwoValueLoss, TwoValueNetwork, two_advantages


@dataclass(kw_only=True)
class RNDSystem(PolicySystem):
    """All parts of a policy that is curious."""

    distillation: Distillation
    predictor: Learner
    scale: BonusScale

    def __post_init__(self):
        self._errors = tf.function(self._take_in)

    def _take_in(self, observations):
        self.distillation.take_in(observations)
        return self.distillation(observations)

    def judge(self, rollout, rng):
        """What a rollout teaches, as `Decisions`; the predictor learns from it, too."""
        config = self.config
        seen = newest(np.concatenate([rollout.observations[1:], self.worlds.observations[None]]), self.worlds)
        flat = seen.reshape(-1, *seen.shape[2:])
        bonuses = self.scale(self._errors(flat).numpy().reshape(seen.shape[:2]))
        ended = rollout.terminated_tp1 | rollout.truncated_tp1
        pay, bonus = two_advantages(rollout.rewards_tp1, bonuses, rollout.terminated_tp1, ended, rollout.values, config)
        self._learn_to_predict(flat, rng)
        returns = np.stack([pay, bonus], axis=-1) + rollout.values[:-1]
        both = config.extrinsic_weight * pay + config.intrinsic_weight * bonus
        return decisions_from(rollout, both, returns, ~rollout.last)

    def _learn_to_predict(self, seen, rng):
        """A gradient step for each epoch, each on a share of what was seen."""
        taken = max(int(len(seen) * self.config.novelty_share), 1)
        rows = np.stack([rng.permutation(len(seen))[:taken] for _ in range(self.config.epochs)], axis=1)
        self.predictor.update(Seen(seen[rows]))

    @property
    def state(self):
        """What a checkpoint has to hold, {name: object}."""
        held = {"model": self.network, "optimizer": self.learner.optimizer, "distillation": self.distillation}
        return held | {"distillation_optimizer": self.predictor.optimizer, "scale": self.scale}


def newest(observations, worlds):
    """What distillation looks at: of frames that are seen at once the newest one alone, else all."""
    return observations[..., -1:] if worlds.stack > 1 else observations


def make(config, strategy=None):
    """Make worlds, networks and learners; nothing is played yet.

    Args:
      config: an `RNDConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.

    Returns:
      An `RNDSystem`.
    """
    worlds = make_worlds(config.env, config.worlds, config.seed)
    devices.seed_everything(config.seed)
    strategy, xla = strategy or devices.strategy(), devices.device().xla
    with strategy.scope():
        network = TwoValueNetwork(worlds.shape, worlds.actions, config.hidden)
        network.build()
        distillation = Distillation(newest(worlds.observations, worlds).shape[1:], config.features)
        falling = falling_rate(config.learning_rate, 0.01, config.updates * config.epochs * config.minibatches)
        learner = Learner(network, TwoValueLoss(network, config), falling, 1e-5, config.clip_norm, strategy, xla)
        predictor = Learner(
            distillation, DistillationLoss(distillation), config.novelty_rate, strategy=strategy, xla=xla
        )
    agents = (PolicyAgent(network, count) for count in (config.worlds, config.evaluate_on))
    return RNDSystem(
        config, worlds, network, learner, *agents, distillation=distillation, predictor=predictor,
        scale=BonusScale(config.worlds, config.intrinsic_discount),
    )  # fmt: skip


def train(config, folder=None, strategy=None, show_progress=True):
    """Train a policy that is curious.

    Args:
      config: an `RNDConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.

    Returns:
      An `RNDSystem`.
    """
    made = make(config, strategy)
    made.metrics = run_updates(
        made.update, config, evaluate=made.evaluate, folder=folder, title=config.env, curves=("return", "training return"),
        state=made.state, show=show_progress,
    )  # fmt: skip
    if folder:
        save_model(made.network, pathlib.Path(folder) / "model.keras")
    return made
