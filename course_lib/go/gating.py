"""The trial of a new network: it takes the place of the best one if it beats it clearly enough."""

from course_lib.go.arena import play_match
from course_lib.go.gate import win_rate_bounds
from course_lib.go.networks import Evaluator, ZeroNetwork
from course_lib.go.players import ZeroPlayer

ONE_SIDED = 1.645  # standard deviations that leave 5 % above


class Gate:
    """Keep the best network, which plays the games that are learned from.

    Source: Silver et al. 2017, Methods, "Evaluator": more than 55 % of 400 games.

    Args:
      config: a `GoConfig`.
      network: the one to begin with.

    Attributes:
      best: a `ZeroNetwork`.
      evaluate: it, as the search calls it.
    """

    def __init__(self, config, network):
        self.config = config
        self.best = ZeroNetwork.from_config(network.get_config())
        self.best.build()
        self.best.set_weights(network.get_weights())
        self.evaluate = Evaluator(self.best)

    def try_out(self, network, evaluate, seed):
        """Let a new network play the best one, and keep the better.

        Returns:
          "gate rate": the share won; "gate lower bound": of the probability to win, with 95 % confidence; "promoted".
        """
        config = self.config
        players = [
            ZeroPlayer(each, config.rules, config.simulations, config.search, seed=seed)
            for each in (evaluate, self.evaluate)
        ]
        match = play_match(*players, config.rules, config.gate_games, opening_moves=2, seed=seed)
        lower, _ = win_rate_bounds(match.wins, match.games, ONE_SIDED)
        promoted = match.rate > config.gate_rate and lower > 0.5
        if promoted:
            self.best.set_weights(network.get_weights())
        return {"gate rate": match.rate, "gate lower bound": float(lower), "promoted": float(promoted)}
