"""Training by replay, from DQN to R2D2: `python -m course_lib train dqn`, `… train r2d2`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.metrics import Metrics
from course_lib.common.training import run_updates
from course_lib.deep_rl.config import ValueConfig
from course_lib.deep_rl.environment import Worlds, make_worlds
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.learner import Learner, falling_rate
from course_lib.deep_rl.networks import QNetwork
from course_lib.deep_rl.priorities import importance_weights, priorities
from course_lib.deep_rl.replay import Replay
from course_lib.deep_rl.value_agent import ValueAgent, epsilon_ladder
from course_lib.deep_rl.value_losses import SequenceLoss, TransitionLoss

BEGIN, PLAY, EVALUATE = 0, 1, 2  # each has random numbers of its own


@dataclass
class ValueSystem:
    """All parts of an agent that learns from replay."""

    config: ValueConfig
    worlds: Worlds
    network: QNetwork
    target: QNetwork
    learner: Learner
    agent: ValueAgent
    examinee: ValueAgent
    replay: Replay
    metrics: Metrics | None = None
    begun: bool = False

    def update(self, step):
        """Play some rows, and take some gradient steps; nothing but the state of a checkpoint and the step decides how."""
        config, rng = self.config, np.random.default_rng([self.config.seed, PLAY, step])
        if not self.begun or step % config.checkpoint_every == 0:
            self.begin_anew(step)
        missing = config.warm_up - len(self.replay) // self.worlds.count
        for _ in range(max(config.rows, missing)):
            self.play_row(step, rng)
        if step % config.target_every == 0:
            self.target.set_weights(self.network.get_weights())
        return self._learn(step, rng) | self.worlds.report()

    def begin_anew(self, step):
        """Begin with new episodes, as is done behind each checkpoint, too."""
        self.begun = True
        self.replay.cut()
        self.agent.forget()
        self.worlds.begin_anew(self.config.seed, BEGIN, step)

    def play_row(self, step, rng):
        """Take a step in every world, and keep what came of it."""
        worlds, agent = self.worlds, self.agent
        observations, first, states = worlds.observations, worlds.first, agent.state
        actions = agent.act(observations, first, self.epsilons(step), rng)
        came = worlds.step(actions)
        if self.config.clip_rewards:
            came = came._replace(rewards=np.sign(came.rewards))
        agent.see(came)
        self.keep(observations, first, states, actions, came)

    def keep(self, *row):
        """Keep a row in the replay: observations, whether they are first ones, states, actions, and what came of them."""
        self.replay.add(*row)

    def epsilons(self, step):
        """ε in this update, a number or one for each world."""
        config = self.config
        if config.ladder:
            return epsilon_ladder(config.epsilon, config.epsilon_alpha, config.worlds)
        return max(config.epsilon, 1 - (1 - config.epsilon) * step / max(config.anneal, 1))

    def _learn(self, step, rng):
        config, replay = self.config, self.replay
        numbers, probabilities = replay.draw(config.batch_size * config.batches, rng)
        beta = config.beta + (config.last_beta - config.beta) * step / max(config.updates, 1)
        weights = importance_weights.current(probabilities, replay.tree.positive, beta)
        draw = replay.sequences if config.recurrent else replay.transitions
        batch = draw(numbers, weights, self.discount)
        shape = config.batch_size, config.batches
        losses, errors = self.teach(type(batch)(*(part.reshape(*shape, *part.shape[1:]) for part in batch)))
        if config.alpha:
            replay.set_priorities(numbers, priorities.current(errors.numpy().reshape(-1), config.alpha))
        return losses

    @property
    def discount(self):
        """γ of what is drawn from the replay."""
        return self.config.discount

    def teach(self, batch):
        """Take the gradient steps of an update on a batch [B, K, …]; returns (losses, the errors of the elements)."""
        return self.learner.update(batch)

    def evaluate(self):
        """The mean return of the best actions by today's values."""
        returns = play_episodes(self.config, self.examinee, [self.config.seed, EVALUATE])
        return {"return": float(returns.mean())}


def make(config, strategy=None):
    """Make worlds, networks, learner and replay; nothing is played yet.

    Args:
      config: a `ValueConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.

    Returns:
      A `ValueSystem`.
    """
    worlds = make_worlds(config.env, config.worlds, config.seed)
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        online, target = (
            QNetwork(worlds.shape, worlds.actions, config.hidden, config.dueling, config.recurrent) for _ in range(2)
        )
        online.build()
        target.build()
        loss = (SequenceLoss if config.recurrent else TransitionLoss)(online, target, config)
        learner = Learner(
            online, loss, falling_rate(config.learning_rate, config.decay, config.updates * config.batches),
            config.adam_epsilon, config.clip_norm, strategy, devices.device().xla,
        )  # fmt: skip
    state_size = config.hidden if config.recurrent else 0
    replay = Replay(config.replay, worlds, config.window, config.stride, state_size)
    agents = (ValueAgent(online, count, config.clip_rewards) for count in (config.worlds, config.evaluate_on))
    return ValueSystem(config, worlds, online, target, learner, *agents, replay)


def train(config, folder=None, strategy=None, show_progress=True):
    """Train an agent by replay.

    Args:
      config: a `ValueConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.

    Returns:
      A `ValueSystem`.
    """
    made = make(config, strategy)
    state = {"model": made.network, "target": made.target, "optimizer": made.learner.optimizer}
    if config.keep_replay:
        state["replay"] = made.replay
    made.metrics = run_updates(
        made.update, config, evaluate=made.evaluate, state=state, folder=folder, title=config.env,
        curves=("return", "loss"), show=show_progress,
    )  # fmt: skip
    if folder:
        save_model(made.network, pathlib.Path(folder) / "model.keras")
    return made
