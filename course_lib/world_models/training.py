"""Training DreamerV2: `python -m course_lib train dreamer`."""

import dataclasses
import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.metrics import Metrics
from course_lib.common.training import System, run_updates
from course_lib.deep_rl.environment import Worlds, make_worlds
from course_lib.deep_rl.evaluation import play_episodes
from course_lib.deep_rl.replay import Replay
from course_lib.world_models.agent import DreamerAgent
from course_lib.world_models.config import DreamerConfig
from course_lib.world_models.dreamer import Dreamer
from course_lib.world_models.experience import experience_of
from course_lib.world_models.learner import DreamerLearner

BEGIN, PLAY, EVALUATE = 0, 1, 2  # each has random numbers of its own
FRAMES = {"pixels": 64, "stack": 1}  # of Atari: the state remembers the earlier ones


@dataclass
class DreamerSystem:
    """All parts of an agent that learns in its dreams."""

    config: DreamerConfig
    worlds: Worlds
    dreamer: Dreamer
    learner: DreamerLearner
    agent: DreamerAgent
    examinee: DreamerAgent
    replay: Replay
    metrics: Metrics | None = None
    begun: bool = False

    def update(self, step):
        """Play some rows, learn from some others; nothing but the state of a checkpoint and the step decides how."""
        config, rng = self.config, np.random.default_rng([self.config.seed, PLAY, step])
        if not self.begun or step % config.checkpoint_every == 0:
            self._begin_anew(step)
        missing = config.warm_up - len(self.replay) // config.worlds
        for row in range(max(config.rows, missing)):
            self.play(float(step == 0 and row < missing), rng)
        if step % config.slow_every == 0:
            self.dreamer.renew_slow_critic()
        return self.learn(rng) | self.worlds.report()

    def _begin_anew(self, step):
        self.begun = True
        self.replay.cut()
        self.agent.forget()
        self.worlds.begin_anew(self.config.seed, BEGIN, step)

    def play(self, epsilon, rng):
        """Take a step in every world."""
        worlds = self.worlds
        observations, first = worlds.observations, worlds.first
        actions = self.agent.act(observations, first, epsilon, rng)
        came = worlds.step(actions)
        if self.config.squash_rewards:
            came = came._replace(rewards=np.tanh(came.rewards))
        self.replay.add(observations, first, self.agent.state, actions, came)

    def learn(self, rng):
        """Take a gradient step; nothing is played."""
        drawn = experience_of(self.replay, self.config.batch_size, self.config.discount, rng)
        return self.learner.update(drawn, rng.integers(2**30, size=2))

    def evaluate(self):
        """The mean return of the most probable actions."""
        returns = play_episodes(self.config, self.examinee, [self.config.seed, EVALUATE], **FRAMES)
        return {"return": float(returns.mean())}


def make(config, strategy=None):
    """Make worlds, networks, learner and replay; nothing is played yet.

    Args:
      config: a `DreamerConfig`.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.

    Returns:
      A `DreamerSystem`.
    """
    worlds = make_worlds(config.env, config.worlds, config.seed, **FRAMES)
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        dreamer = Dreamer(worlds.shape, worlds.actions, config)
        learner = DreamerLearner(dreamer, strategy, devices.device().xla)
    agents = DreamerAgent(dreamer, config.worlds), DreamerAgent(dreamer, config.evaluate_on, greedy=True)
    replay = Replay(config.replay, worlds, config.length + 1, folder=config.spill)
    return DreamerSystem(config, worlds, dreamer, learner, *agents, replay)


def train(config, folder=None, strategy=None, show_progress=True):
    """Train an agent in its dreams.

    Args:
      config: a `DreamerConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `model.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.

    Returns:
      A `DreamerSystem`.
    """
    made = make(config, strategy)
    state = {"model": made.dreamer, **made.learner.optimizers}
    if config.keep_replay:
        state["replay"] = made.replay
    made.metrics = run_updates(
        made.update, config, evaluate=made.evaluate, state=state, folder=folder, title=config.env,
        curves=("return", "image"), show=show_progress,
    )  # fmt: skip
    if folder:
        save_model(made.dreamer, pathlib.Path(folder) / "model.keras")
    return made


def learn_in_dreams(made, updates):
    """Forget how to act, and learn it anew in the dream alone: no step of the world is taken, and the model stays as it is.

    Args:
      made: a `DreamerSystem` that has learnt its world.
      updates: of a new actor and a new critic.

    Returns:
      A `DreamerSystem` with the same world model and replay.
    """
    fresh = make(dataclasses.replace(made.config, seed=made.config.seed + 1, spill=""))
    fresh.dreamer.world.set_weights(made.dreamer.world.get_weights())
    fresh.replay, rng = made.replay, np.random.default_rng(made.config.seed)
    for step in range(updates):
        if step % made.config.slow_every == 0:
            fresh.dreamer.renew_slow_critic()
        drawn = experience_of(fresh.replay, made.config.batch_size, made.config.discount, rng)
        fresh.learner.update_behaviour(drawn, rng.integers(2**30, size=2))
    return fresh


SYSTEMS = {"dreamer": System(DreamerConfig, train)}
