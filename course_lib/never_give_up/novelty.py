"""How new it is what N actors see: one embedding and one distillation for all, a memory for each."""

from typing import NamedTuple

import numpy as np

from course_lib.common import devices
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.acting import CompiledOnce
from course_lib.deep_rl.learner import Learner
from course_lib.never_give_up.bonus import intrinsic_rewards
from course_lib.never_give_up.distillation import Distillation
from course_lib.never_give_up.embedding import InverseDynamics
from course_lib.never_give_up.episodic_memory import EpisodicMemory

SHRINKING = 1e-5  # of the squared weights of the embedding, as published


class Pairs(NamedTuple):
    """What was seen before an action, and after it.

    Attributes:
      before, after: s_t and s_{t+1}, [B, …].
      actions: a_t, int32 [B].
      counted: 1 where an action was carried out between them, [B].
    """

    before: np.ndarray
    after: np.ndarray
    actions: np.ndarray
    counted: np.ndarray


class DynamicsLoss:
    """What the embedding learns: from which two observations which action can be told.

    Args:
      network: an `InverseDynamics`.
    """

    names = ("embedding loss",)

    def __init__(self, network):
        self.network = network

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are −log p of the actions, [B]."""
        losses = self.network.losses_of(batch.before, batch.after, batch.actions)
        here = tf.distribute.get_replica_context()
        share = batch.counted / tf.maximum(here.all_reduce("MEAN", tf.reduce_sum(batch.counted)), 1)
        loss = tf.reduce_sum(share * losses)
        weights = [tf.nn.l2_loss(tf.cast(weight, tf.float32)) for weight in self.network.trainable_variables]
        return loss + SHRINKING * tf.add_n(weights), {"embedding loss": loss}, losses


class DistillationLoss:
    """What the predictor learns: the features of what was seen.

    Args:
      network: a `Distillation`.
    """

    names = ("distillation loss",)

    def __init__(self, network):
        self.network = network

    def __call__(self, batch):
        """Compute the loss; the numbers of the elements are the errors, [B]."""
        errors = self.network(batch.after)
        loss = tf.reduce_mean(errors)
        return loss, {"distillation loss": loss}, errors


class Novelty:
    """Say how new something is, and learn to say it better.

    Args:
      shape: of an observation.
      actions: A.
      config: an `NGUConfig`.
      strategy: a `tf.distribute.Strategy`, in whose scope this is made.
    """

    def __init__(self, shape, actions, config, strategy=None):
        self.config, self.shape, self.learners = config, shape, {}
        known = {"strategy": strategy, "xla": devices.device().xla}
        if config.episodic:
            self.dynamics = InverseDynamics(shape, actions, config.embedding)
            self.dynamics.build()
            loss = DynamicsLoss(self.dynamics)
            self.learners["embedding"] = Learner(self.dynamics, loss, config.novelty_rate, **known)
        if config.lifelong:
            self.distillation = Distillation(shape, config.features)
            self._take_in = tf.function(
                self.distillation.take_in
            )  # without XLA, which knows no variables on several devices
            loss = DistillationLoss(self.distillation)
            self.learners["distillation"] = Learner(self.distillation, loss, config.novelty_rate, **known)
        self.moments = 0, 0.0, 0.0  # of the errors so far: how many, mean, squared deviations
        self._compiled = {}

    def memory(self, count):
        """An empty memory for each of so many actors; how large distances usually are is found out anew."""
        return EpisodicMemory(count, self.config.memory, self.config.embedding, self.config)

    def bonuses(self, memory, observations, first, learning):
        """r^i of what actors see, [N] float32; 0 for the first thing in an episode, to which nothing has led.

        Args:
          memory: theirs.
          observations, first: as in `deep_rl.environment.Step`.
          learning: whether this counts for what errors and observations usually are.
        """
        embeddings, errors = self.look(observations, learning)
        episodic = memory.bonuses(embeddings, first) if self.config.episodic else np.ones(len(first))
        if self.config.lifelong:
            episodic, *moments = intrinsic_rewards.current(
                episodic, errors.astype(np.float64), *self.moments, self.config.largest_multiplier
            )
            self.moments = moments if learning else self.moments
        return np.where(first, 0, episodic).astype(np.float32)

    def look(self, observations, learning):
        """Embeddings and errors of observations, [N, D] and [N]; without a network empty ones."""
        if self.config.lifelong and learning:
            self._take_in(tf.constant(observations))
        count = len(observations)
        if count not in self._compiled:
            self._compiled[count] = CompiledOnce(self._look, self.shape)
        return [part.numpy() for part in self._compiled[count](observations)]

    def _look(self, observations):
        nothing = tf.zeros((tf.shape(observations)[0], 0))
        embeddings = self.dynamics(observations) if self.config.episodic else nothing
        return embeddings, self.distillation(observations) if self.config.lifelong else nothing

    def learn(self, batch):
        """Let both networks take gradient steps on the last rows of sequences.

        Args:
          batch: `deep_rl.replay.Sequences`, [B, K, T, …].

        Returns:
          What was measured.
        """
        rows = self.config.novelty_rows
        parts = (
            batch.observations[:, :, -rows - 1 : -1], batch.observations[:, :, -rows:], batch.actions[:, :, -rows - 1 : -1],
            (~batch.last[:, :, -rows - 1 : -1]).astype(np.float32),
        )  # fmt: skip
        given = Pairs(*(np.moveaxis(part, 2, 1).reshape(-1, part.shape[1], *part.shape[3:]) for part in parts))
        measured = {}
        for learner in self.learners.values():
            measured |= learner.update(given)[0]
        return measured

    @property
    def state(self):
        """What a checkpoint has to hold, {name: object}."""
        networks = {name: learner.network for name, learner in self.learners.items()}
        optimizers = {f"{name}_optimizer": learner.optimizer for name, learner in self.learners.items()}
        return networks | optimizers | {"novelty": self}

    def pack(self):
        """What else a checkpoint has to hold, {name: array}."""
        return {"moments": np.array(self.moments, np.float64)}

    def unpack(self, arrays):
        """Put back what `pack` returned.

        Raises:
          ValueError: it is something else.
        """
        if np.shape(arrays.get("moments")) != (3,):
            raise ValueError("the errors' mean and deviation are missing")
        self.moments = tuple(arrays["moments"].tolist())
