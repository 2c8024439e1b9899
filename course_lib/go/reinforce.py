"""REINFORCE: a policy network plays earlier versions of itself, and what won becomes more probable."""

from typing import NamedTuple

import numpy as np
from tqdm import trange

from course_lib.common.quiet import tensorflow as tf
from course_lib.go.boards import Boards
from course_lib.go.fitting import Fitting
from course_lib.go.policy_network import PolicyEvaluator
from course_lib.go.rules import BLACK
from course_lib.go.self_play import draw_moves
from course_lib.go.supervised import Curve

FORBIDDEN = -1e9  # the logit of an illegal move


class Played(NamedTuple):
    """What the learning side did in some games.

    Attributes:
      planes: what it saw, uint8 [n, N, N, 17].
      legal: what it could have played, bool [n, A].
      moves: what it played, int [n].
      outcomes: z, 1 in games that it won, −1 in those that it lost, float32 [n].
      rate: share of the games that it won.
    """

    planes: np.ndarray
    legal: np.ndarray
    moves: np.ndarray
    outcomes: np.ndarray
    rate: float


def reinforce_loss(logits, legal, moves, outcomes):
    """The loss whose gradient is that of REINFORCE: −z log p(a | s), the mean over the positions.

    p is the softmax over the legal moves, which is what the moves were drawn from.

    Source: Williams 1992; Silver et al. 2016, Methods, "Policy network: reinforcement learning", without a baseline.

    Args:
      logits: of the next move, [n, 1, A].
      legal: bool [n, A].
      moves: a, int [n].
      outcomes: z, [n].

    Returns:
      A scalar.
    """
    possible = tf.where(legal, logits[:, 0], FORBIDDEN)
    surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(moves, possible)  # −log p(a | s)
    return tf.reduce_mean(outcomes * surprise)


def draw_from(evaluate, boards, rng):
    """Draw a move of each game from a policy, restricted to what is legal; (moves [G], legal [G, A], planes)."""
    planes, legal = boards.planes(), boards.legal()
    policies, _ = evaluate(planes, boards.rows)
    return draw_moves(np.where(legal, np.maximum(policies, 1e-9), 0), rng), legal, planes


def play_against(evaluate, opponent, rules, games, rng):
    """Let a policy play another one, both drawing their moves; it is Black in every other game.

    Args:
      evaluate, opponent: policies as `Search.run` calls them.
      rules: `Rules`.
      games: how many, in step.
      rng: a `numpy.random.Generator`.

    Returns:
      `Played`, of the first policy.
    """
    boards, is_black = Boards(rules, games), np.arange(games) % 2 == 0
    parts, whose = [], []
    while not boards.over.all():
        chosen = np.full(games, -1)
        for side, black in ((evaluate, is_black), (opponent, ~is_black)):
            turn = np.flatnonzero(((boards.to_play == BLACK) == black) & ~boards.over)
            if len(turn) == 0:
                continue
            chosen[turn], legal, planes = draw_from(side, boards.some(turn), rng)
            if side is evaluate:
                parts.append((planes, legal, chosen[turn]))
                whose.append(turn)
        boards.play(chosen)
    results = np.sign(boards.scores()) * np.where(is_black, 1, -1)
    planes, legal, moves = (np.concatenate(part) for part in zip(*parts, strict=True))
    outcomes = results[np.concatenate(whose)].astype(np.float32)
    return Played(planes, legal, moves, outcomes, float((results + 1).mean() / 2))


def copy_of(network):
    """A network with the same weights."""
    copy = type(network).from_config(network.get_config())
    copy.build()
    copy.set_weights(network.get_weights())
    return copy


def improve(network, rules, updates=200, games=64, every=10, learning_rate=1e-4, seed=0, show=True):
    """Improve a policy network by playing against a pool of its earlier versions.

    The pool begins with the network as it is given, which is left alone, and gets the newest version every so many updates.
    Each update takes one batch of games against one opponent drawn from it: against the newest alone, learning can run in
    circles.

    Args:
      network: a `PolicyNetwork` with k = 1.
      rules: `Rules`.
      updates: gradient steps.
      games: in each.
      every: updates between versions for the pool.
      learning_rate: of Adam.
      seed: of games and opponents.
      show: whether progress is shown.

    Returns:
      (`PolicyNetwork`, `Curve` with the "win rate" against the pool).

    Raises:
      ValueError: the network predicts more than one move.
    """
    if network.ahead != 1:
        raise ValueError(f"ahead={network.ahead}: REINFORCE improves a network that predicts the next move alone.")
    learner, opponent = copy_of(network), copy_of(network)
    fitting = Fitting(learner, reinforce_loss, learning_rate, decay=0.0, normalize=False)
    evaluate, other = PolicyEvaluator(learner), PolicyEvaluator(opponent)
    pool, curve, rates = [network.get_weights()], Curve(), []
    for step in trange(updates, unit="update", disable=not show or None):
        rng = np.random.default_rng([seed, 23, step])
        opponent.set_weights(pool[rng.integers(len(pool))])
        played = play_against(evaluate, other, rules, games, rng)
        fitting.update(played.planes, played.legal, played.moves, played.outcomes)
        rates.append(played.rate)
        if (step + 1) % every == 0 or step + 1 == updates:
            pool.append(learner.get_weights())
            curve.add(step + 1, {"win rate": np.mean(rates)})
            rates = []
    return learner, curve
