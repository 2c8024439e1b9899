"""Training a policy on what it has just played, from REINFORCE to PPO: `python -m course_lib train ppo`."""

import pathlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.metrics import Metrics
from course_lib.common.training import run_updates
from course_lib.deep_rl.advantages import generalized_advantages
from course_lib.deep_rl.config import PolicyConfig
from course_lib.deep_rl.environment import Worlds, make_worlds
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.learner import Learner, falling_rate
from course_lib.deep_rl.networks import PolicyNetwork
from course_lib.deep_rl.policy_agent import PolicyAgent
from course_lib.deep_rl.policy_losses import Decisions, PolicyLoss

BEGIN, PLAY, EVALUATE = 0, 1, 2  # each has random numbers of its own


class Rollout(NamedTuple):
    """What was played for an update, [T, N] each, and values also of the row behind.

    Attributes:
      observations: s_t, [T, N, …].
      actions: a_t, int32.
      log_probabilities: log π(a_t | s_t).
      values: v(s_t), [T + 1, N].
      rewards_tp1: r_{t+1}.
      terminated_tp1, truncated_tp1: how the step ended the episode, bool.
      last: whether s_t is the last observation of an episode, so that no action follows, bool [T, N].
    """

    observations: np.ndarray
    actions: np.ndarray
    log_probabilities: np.ndarray
    values: np.ndarray
    rewards_tp1: np.ndarray
    terminated_tp1: np.ndarray
    truncated_tp1: np.ndarray
    last: np.ndarray


@dataclass
class PolicySystem:
    """All parts of an agent that learns a policy."""

    config: PolicyConfig
    worlds: Worlds
    network: PolicyNetwork
    learner: Learner
    agent: PolicyAgent
    examinee: PolicyAgent
    metrics: Metrics | None = None
    begun: bool = False

    def update(self, step):
        """Play, and take the gradient steps; nothing but the state of a checkpoint and the step decides how."""
        config, rng = self.config, np.random.default_rng([self.config.seed, PLAY, step])
        if not self.begun or step % config.checkpoint_every == 0:
            self.begun = True
            self.worlds.begin_anew(config.seed, BEGIN, step)
        losses, _ = self.learner.update(minibatches(self.judge(self.play(rng), rng), config, rng))
        return losses | self.worlds.report()

    def judge(self, rollout, rng):
        """What a rollout teaches, as `Decisions`."""
        return decisions_of(rollout, self.config)

    def play(self, rng):
        """Play the rows of an update; returns a `Rollout`."""
        rows, values = [], []
        for _ in range(self.config.steps):
            seen, last = self.worlds.observations, self.worlds.last
            log, value = self.agent.look(seen)
            actions = self.agent.draw(log, rng)
            came = self.worlds.step(actions)
            rewards = np.sign(came.rewards) if self.config.clip_rewards else came.rewards
            chosen = log[np.arange(len(log)), actions]
            rows.append((seen, actions, chosen, rewards, came.terminated, came.truncated, last))
            values.append(value)
        values.append(self.agent.look(self.worlds.observations)[1])
        observations, actions, chosen, *rest = (np.stack(part) for part in zip(*rows, strict=True))
        return Rollout(observations, actions, chosen, np.stack(values), *rest)

    def evaluate(self):
        """The mean return of the most probable actions."""
        returns = play_episodes(self.config, self.examinee, [self.config.seed, EVALUATE])
        return {"return": float(returns.mean())}


def decisions_of(rollout, config):
    """What a rollout teaches.

    Args:
      rollout: a `Rollout`.
      config: a `PolicyConfig`.

    Returns:
      `Decisions` with B = T N.
    """
    values = rollout.values if config.baseline else np.zeros_like(rollout.values)
    ended = rollout.terminated_tp1 | rollout.truncated_tp1
    advantages = generalized_advantages.current(
        rollout.rewards_tp1, np.float32(config.discount) * ~rollout.terminated_tp1, values[:-1], values[1:], ended,
        config.gae_lambda,
    )  # fmt: skip
    returns = advantages + values[:-1]
    counted = ~rollout.last
    if config.whole_episodes:
        counted = counted & np.logical_or.accumulate(ended[::-1])[::-1]
    return decisions_from(rollout, advantages, returns, counted, config.baseline)


def decisions_from(rollout, advantages, returns, counted, centred=True):
    """`Decisions` with advantages that have a deviation of 1, and, where `centred`, a mean of 0.

    Args:
      rollout: a `Rollout`.
      advantages, returns, counted: [T, N].
      centred: whether the mean is subtracted, which is a baseline, too.
    """
    inside = advantages[counted]
    if inside.size:
        advantages = (advantages - centred * inside.mean()) / (inside.std() + 1e-8)
    parts = (
        rollout.observations, rollout.actions, rollout.log_probabilities, advantages, returns, counted.astype(np.float32)
    )  # fmt: skip
    return Decisions(*(part.reshape(-1, *part.shape[2:]) for part in parts))


def minibatches(decisions, config, rng):
    """Shuffle decisions for each epoch and share them out; `Decisions` [B, epochs × minibatches, …]."""
    size = len(decisions.actions)
    order = np.concatenate([rng.permutation(size) for _ in range(config.epochs)])
    order = order.reshape(config.epochs * config.minibatches, -1).T
    return Decisions(*(part[order] for part in decisions))


def make(config, strategy=None):
    """Make worlds, network and learner; nothing is played yet.

    Args:
      config: a `PolicyConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.

    Returns:
      A `PolicySystem`.
    """
    worlds = make_worlds(config.env, config.worlds, config.seed)
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        network = PolicyNetwork(worlds.shape, worlds.actions, config.hidden)
        network.build()
        steps = config.updates * config.epochs * config.minibatches
        falling = falling_rate(config.learning_rate, 0.01, steps)
        learner = Learner(
            network, PolicyLoss(network, config), falling, 1e-5, config.clip_norm, strategy, devices.device().xla
        )
    agents = (PolicyAgent(network, count) for count in (config.worlds, config.evaluate_on))
    return PolicySystem(config, worlds, network, learner, *agents)


def train(config, folder=None, strategy=None, show_progress=True):
    """Train a policy.

    Args:
      config: a `PolicyConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.

    Returns:
      A `PolicySystem`.
    """
    made = make(config, strategy)
    made.metrics = run_updates(
        made.update, config, evaluate=made.evaluate, folder=folder, title=config.env, curves=("return", "entropy"),
        state={"model": made.network, "optimizer": made.learner.optimizer}, show=show_progress,
    )  # fmt: skip
    if folder:
        save_model(made.network, pathlib.Path(folder) / "model.keras")
    return made
