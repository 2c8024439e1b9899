"""Training AlphaGo Zero from beginning to end: `python -m course_lib train go`, or `train(config)`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from course_lib.common import devices
from course_lib.common.checkpoints import save_model
from course_lib.common.metrics import Metrics
from course_lib.common.training import System, run_updates
from course_lib.go.arena import play_match
from course_lib.go.boards import Boards
from course_lib.go.config import GoConfig
from course_lib.go.gating import Gate
from course_lib.go.learner import Learner
from course_lib.go.networks import Evaluator, ZeroNetwork
from course_lib.go.players import RandomPlayer, ZeroPlayer
from course_lib.go.replay import Replay
from course_lib.go.self_play import SelfPlay


@dataclass
class Trained:
    """A network, what taught it, and what was measured meanwhile.

    Attributes:
      network: the newest.
      evaluate: it, as the search calls it.
      self_play: the games in progress and the search.
      replay: the games that were learned from.
      learner: the training step.
      gate: the best network so far, where there are trials.
      metrics: the run's `Metrics`.
    """

    network: ZeroNetwork
    evaluate: Evaluator
    self_play: SelfPlay
    replay: Replay
    learner: Learner
    gate: Gate | None = None
    metrics: Metrics | None = None

    def player(self, simulations=0, **options):
        """A `ZeroPlayer` with the newest network."""
        config = self.self_play.config
        return ZeroPlayer(self.evaluate, config.rules, simulations or config.simulations, config.search, **options)


def new_network(config):
    """A network with the sizes of a configuration and random weights."""
    network = ZeroNetwork(config.size, config.channels, config.blocks, config.hidden, config.policy_channels)
    network.build()
    return network


def make(config, strategy=None):
    """Make network, learner and self-play from a seed; nothing is played yet. Returns a `Trained`."""
    devices.seed_everything(config.seed)
    strategy = strategy or devices.strategy()
    with strategy.scope():
        network = new_network(config)
        learner = Learner(network, config, strategy, xla=devices.device().xla)
    evaluate, replay = Evaluator(network), Replay(config.rules, config.window)
    gate = Gate(config, network) if config.gate_every else None
    self_play = SelfPlay(config, replay, gate.evaluate if gate else evaluate)
    return Trained(network, evaluate, self_play, replay, learner, gate)


def train(config, folder=None, strategy=None, show_progress=True, curves=("win rate", "p(centre)"), each=None):
    """Train a network by self-play.

    Args:
      config: a `GoConfig`.
      folder: where the run is kept, and goes on if it is there already; at its end it holds `network.keras`, too.
        None keeps nothing.
      strategy: a `tf.distribute.Strategy`; all GPUs there are if left out.
      show_progress: whether a bar and live curves are shown.
      curves: which metrics are drawn live.
      each: called with the `Trained` and the number of updates done, after each of them.

    Returns:
      A `Trained`.
    """
    made = make(config, strategy)

    def update(step):
        reported = one_update(made, config, step)
        if each:
            each(made, step + 1)
        return reported

    state = {
        "network": made.network,
        "optimizer": made.learner.optimizer,
        "replay": made.replay,
        "games": made.self_play,
    }
    if made.gate:
        state["best"] = made.gate.best
    made.metrics = run_updates(
        update, config, folder=folder, title="AlphaGo Zero", curves=curves, show=show_progress,
        evaluate=lambda: evaluate(made, config), state=state,
    )  # fmt: skip
    if folder:
        save_model(made.network, pathlib.Path(folder) / "network.keras")
    return made


def one_update(made, config, step):
    """Play a move in every game, take the gradient steps, and try the new network where that is due."""
    if step % config.checkpoint_every == 0:
        made.self_play.search.forget()  # trees are not kept: with this, a run that goes on is like one that never stopped
    made.self_play.step()
    reported = {"games": float(made.self_play.finished)}
    if made.replay.positions >= config.batch_size:
        for number in range(config.steps):
            rng = np.random.default_rng([config.seed, 11, step, number])
            reported |= made.learner.update(*made.replay.sample(config.batch_size, rng))
    if made.gate and (step + 1) % config.gate_every == 0:
        reported |= made.gate.try_out(made.network, made.evaluate, step)
    return reported


def evaluate(made, config):
    """Measure a network.

    Returns:
      "win rate": against random play; "p(centre)": what the policy gives the middle of the empty board; "value": of the
      empty board, for Black.
    """
    match = play_match(made.player(), RandomPlayer(config.seed), config.rules, config.evaluate_on, seed=config.seed)
    policies, values = made.evaluate(Boards(config.rules, 1).planes())
    return {
        "win rate": match.rate,
        "p(centre)": float(policies[0, config.rules.points // 2]),
        "value": float(values[0]),
    }


SYSTEMS = {"go": System(GoConfig, train)}
