"""Training Never Give Up, and distillation alone: `python -m course_lib train ngu`, `… train rnd`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.training import System, run_updates
from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.learner import Learner, falling_rate
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.replay import Replay
from course_lib.deep_rl.value_training import EVALUATE, ValueSystem
from course_lib.never_give_up import rnd_training
from course_lib.never_give_up.agent import NGUAgent
from course_lib.never_give_up.config import NGUConfig, RNDConfig
from course_lib.never_give_up.novelty import Novelty
from course_lib.never_give_up.values import EXTRAS, NGULoss

FRAMES = {"stack": 1}  # of Atari: the LSTM remembers the earlier ones


@dataclass
class NGUSystem(ValueSystem):
    """All parts of an agent that never gives up: it plays and learns like any that learns from replay."""

    discount = 1.0  # in the replay: each member has a γ of its own, with which the loss multiplies

    def begin_anew(self, step):
        """Begin with new episodes; each world has a member of its own."""
        super().begin_anew(step)
        self.agent.members = np.arange(self.config.worlds) % self.config.members

    def keep(self, *row):
        """Keep a row: also how new it was where it led, who played it, and with what chance."""
        agent = self.agent
        self.replay.add(*row, extras=np.stack([agent.bonuses, agent.members, agent.chances], axis=1))

    def teach(self, batch):
        """Take the gradient steps of an update, and those of embedding and distillation."""
        losses, errors = self.learner.update(batch)
        return losses | self.agent.novelty.learn(batch), errors

    def evaluate(self):
        """The mean return of the member that exploits; in mazes, where nothing is paid, the cells that the greatest explorer visits."""
        if "cells" in self.worlds.infos:
            return {"cells": float(self.examine(self.config.members - 1, measure="cells").mean())}
        return {"return": float(self.examine(0).mean())}

    def examine(self, member, **measure):
        """Let a member play an episode in each world of an evaluation; the returns, [N]."""
        self.examinee.members[:] = member
        return play_episodes(
            self.config,
            self.examinee,
            [self.config.seed, EVALUATE],
            self.config.evaluation_epsilon,
            **measure,
            **FRAMES,
        )

    @property
    def state(self):
        """What a checkpoint has to hold, {name: object}."""
        held = {"model": self.network, "target": self.target} | self.agent.novelty.state
        held |= {f"optimizer{k}": optimizer for k, optimizer in enumerate(self.learner.optimizers)}
        return held | {"replay": self.replay} if self.config.keep_replay else held

    @staticmethod
    def network_of(worlds, config):
        """An untrained network for the family."""
        return QNetwork(
            worlds.shape, worlds.actions, config.hidden, config.dueling, recurrent=True, context=1 + config.members
        )

    loss_of = NGULoss

    @staticmethod
    def taught(network):
        """The networks that have an optimiser of their own."""
        return [network]


def make(config, strategy=None, kind=NGUSystem):
    """Make worlds, networks, learners and replay; nothing is played yet.

    Args:
      config: an `NGUConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      kind: `NGUSystem`, or what builds on it.

    Returns:
      One of that kind.
    """
    worlds = make_worlds(config.env, config.worlds, config.seed, **FRAMES)
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        online, target = kind.network_of(worlds, config), kind.network_of(worlds, config)
        online.build()
        target.build()
        novelty = Novelty(worlds.shape, worlds.actions, config, strategy)
        rate = falling_rate(config.learning_rate, config.decay, config.updates * config.batches)
        learner = Learner(
            kind.taught(online), kind.loss_of(online, target, config), rate, config.adam_epsilon, config.clip_norm,
            strategy, devices.device().xla,
        )  # fmt: skip
    agent = NGUAgent(online, config.worlds, novelty, config.clip_rewards)
    examinee = NGUAgent(online, config.evaluate_on, novelty, config.clip_rewards, learning=False)
    size = online.initial_state(1)[0].shape[-1]
    replay = Replay(config.replay, worlds, config.window, config.stride, size, extras=EXTRAS)
    return kind(config, worlds, online, target, learner, agent, examinee, replay)


def train(config, folder=None, strategy=None, show_progress=True, kind=NGUSystem):
    """Train an agent that never gives up.

    Args:
      config: an `NGUConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.
      kind: as for `make`.

    Returns:
      An `NGUSystem`.
    """
    made = make(config, strategy, kind)
    curves = "cells" if "cells" in made.worlds.infos else "return", "loss"
    made.metrics = run_updates(
        made.update, config, evaluate=made.evaluate, state=made.state, folder=folder, title=config.env, curves=curves,
        show=show_progress,
    )  # fmt: skip
    if folder:
        save_model(made.network, pathlib.Path(folder) / "model.keras")
    return made


SYSTEMS = {"ngu": System(NGUConfig, train), "rnd": System(RNDConfig, rnd_training.train)}
