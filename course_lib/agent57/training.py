"""Training Agent57: `python -m course_lib train agent57`."""

from dataclasses import dataclass, field

import numpy as np

from course_lib.agent57.config import Agent57Config
from course_lib.agent57.losses import Agent57Loss, SplitLoss
from course_lib.agent57.meta_controller import MetaController
from course_lib.agent57.networks import SplitQNetwork
from course_lib.common.training import System
from course_lib.never_give_up import training
from course_lib.never_give_up.family import weights_of_the_bonus
from course_lib.never_give_up.training import NGUSystem


@dataclass
class Agent57System(NGUSystem):
    """All parts of Agent57: Never Give Up, with a meta-controller, and with split values where the settings say so."""

    controller: MetaController = field(init=False)

    def __post_init__(self):
        self.controller = MetaController(self.config.worlds, self.config)

    def play_row(self, step, rng):
        """Take a step in every world; where an episode begins, the controller says who plays it."""
        worlds, members = self.worlds, self.agent.members
        if self.config.bandit:
            for actor in np.flatnonzero(worlds.first):
                members[actor] = self.controller.choose(actor, rng)
        super().play_row(step, rng)
        for actor in np.flatnonzero(worlds.last):
            self.controller.note(actor, members[actor], worlds.running[actor])

    def update(self, step):
        """Play some rows, and take some gradient steps; what is measured says who plays, too."""
        measured = super().update(step)
        shares = np.bincount(self.agent.members, minlength=self.config.members) / self.config.worlds
        return measured | {f"member {j}": np.float32(share) for j, share in enumerate(shares)}

    def evaluate(self):
        """The mean return of whoever is best by what the actors have won lately, and who that is."""
        if "cells" in self.worlds.infos:
            return super().evaluate()
        member = self.controller.evaluators_member() if self.config.bandit else 0
        return {"return": float(self.examine(member).mean()), "examined": float(member)}

    @property
    def state(self):
        """What a checkpoint has to hold, {name: object}."""
        return super().state | {"controller": self.controller}

    @staticmethod
    def network_of(worlds, config):
        """An untrained network for the family, or two of them in one model."""
        if not config.split:
            return NGUSystem.network_of(worlds, config)
        betas = weights_of_the_bonus(config.members, config.bonus_weight)
        return SplitQNetwork(worlds.shape, worlds.actions, config.hidden, config.dueling, betas, config.add_returns)

    @staticmethod
    def loss_of(online, target, config):
        """The loss that the settings ask for."""
        return (SplitLoss if config.split else Agent57Loss)(online, target, config)

    @staticmethod
    def taught(network):
        """The networks that have an optimiser of their own."""
        return [network.extrinsic, network.intrinsic] if isinstance(network, SplitQNetwork) else [network]


def make(config, strategy=None):
    """Make all parts of Agent57; arguments as for `never_give_up.training.make`."""
    return training.make(config, strategy, Agent57System)


def train(config, folder=None, strategy=None, show_progress=True):
    """Train Agent57; arguments as for `never_give_up.training.train`; returns an `Agent57System`."""
    return training.train(config, folder, strategy, show_progress, Agent57System)


SYSTEMS = {"agent57": System(Agent57Config, train)}
