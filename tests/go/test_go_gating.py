"""Trials: the better network becomes the best one, by enough games that are not all the same."""

import dataclasses

import numpy as np
import pytest
from go_searches import mixed

from course_lib.common.quiet import keras
from course_lib.go import gating
from course_lib.go.config import GoConfig
from course_lib.go.gating import Gate
from course_lib.go.players import UCTPlayer
from course_lib.go.training import new_network

CONFIG = GoConfig(
    size=3, komi=0.5, channels=2, blocks=1, hidden=2, policy_channels=1, simulations=4, gate_every=1, gate_games=32
)


def passes(planes, rows=None):
    """Always passes, and thinks that all is well."""
    policies = np.zeros((len(planes), 10), np.float32)
    policies[:, 9] = 1
    return policies, np.full(len(planes), 0.0, np.float32)


def plays(planes, rows=None):
    """Anything but a pass, as long as there is something else."""
    policies, values = mixed(planes)
    policies[:, 9] = 0
    return policies, 0 * values


@pytest.fixture(scope="module")
def made_once():
    """A gate, what it asks, another network, and the weights of both."""
    made = []
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        made.append(new_network(CONFIG))
    gate = Gate(CONFIG, made[0])
    return gate, gate.evaluate, made[1], made[0].get_weights(), made[1].get_weights()


@pytest.fixture
def gate(made_once):
    """A gate and a network that is to be tried out, as if nothing had been tried before."""
    gate, evaluate, network, best, new = made_once
    gate.evaluate = evaluate
    gate.best.set_weights(best)
    network.set_weights(new)
    return gate, network


def numbers(network):
    return [weights.copy() for weights in network.get_weights()]


def alike(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_best_network_begins_as_a_copy(gate):
    """What is learnt by the one that it was made of does not reach it."""
    network = gate[1]
    made = Gate(CONFIG, network)
    assert made.best is not network and alike(made.best.get_weights(), network.get_weights())
    before = numbers(made.best)
    network.set_weights([weights + 1 for weights in network.get_weights()])
    assert alike(made.best.get_weights(), before)


def test_a_better_network_is_promoted(gate):
    """Its weights are copied; later changes of the new network do not show."""
    made, network = gate
    planes = np.random.default_rng(0).integers(2, size=(3, 3, 3, 17)).astype(np.uint8)
    asked, made.evaluate = made.evaluate, passes
    found = made.try_out(network, plays, seed=0)
    assert found["promoted"] == 1 and found["gate rate"] > 0.8 and found["gate lower bound"] > 0.5
    assert made.best is not network and alike(made.best.get_weights(), network.get_weights())
    new = asked(planes)[0]  # the evaluator of self-play knows the new weights
    network.set_weights([weights + 1 for weights in network.get_weights()])
    np.testing.assert_array_equal(asked(planes)[0], new)
    assert not alike(made.best.get_weights(), network.get_weights())


def test_a_worse_or_an_equal_network_is_not(gate):
    made, network = gate
    before = numbers(made.best)
    made.evaluate = plays
    for evaluate, most in ((passes, 0.2), (plays, 0.75)):
        found = made.try_out(network, evaluate, seed=1)
        assert found["promoted"] == 0 and found["gate rate"] <= most and found["gate lower bound"] < 0.5
        assert alike(made.best.get_weights(), before)


def test_a_share_that_chance_could_explain_is_not_enough(gate, monkeypatch):
    """11 of 16 are more than 55 %, and still say little: the lower bound is 0.48. 300 of 400 say enough, 210 do not."""
    made, network = gate

    class Played:
        def __init__(self, wins, games):
            self.wins, self.games, self.rate = wins, games, wins / games

    for wins, games, promoted in ((11, 16, 0), (300, 400, 1), (210, 400, 0), (219, 400, 0), (225, 400, 1)):
        monkeypatch.setattr(gating, "play_match", lambda *args, w=wins, g=games, **options: Played(w, g))
        found = made.try_out(network, plays, seed=0)
        assert found["promoted"] == promoted and found["gate rate"] == wins / games


def test_a_trial_is_of_different_games(gate, monkeypatch):
    """Two players who always choose the same move would play one game as often as they are asked to."""
    made, network = gate
    matches, play_match = [], gating.play_match

    def noted(*players, **options):
        matches.append(play_match(*players, **options))
        return matches[-1]

    monkeypatch.setattr(gating, "play_match", lambda *args, **options: noted(*args, **options))
    made.evaluate = mixed
    made.try_out(network, mixed, seed=3)
    (match,) = matches
    assert match.games == CONFIG.gate_games == 32 and match.distinct > 12


def test_both_sides_search_alike(gate, monkeypatch):
    """As many simulations and the same settings as in self-play, without noise."""
    made, network = gate
    seen = []
    monkeypatch.setattr(gating, "play_match", lambda *args, **options: seen.extend(args[:2]) or _Draw())
    made.try_out(network, plays, seed=0)
    assert [player.simulations for player in seen] == [4, 4] and all(isinstance(each, UCTPlayer) for each in seen)
    assert [player.settings for player in seen] == [CONFIG.search] * 2
    assert seen[0].evaluate is plays and seen[1].evaluate is made.evaluate


class _Draw:
    wins, games, rate = 1, 2, 0.5


def test_odd_trials_are_refused_before_anything_is_trained():
    for name in ("gate_games", "evaluate_on"):
        with pytest.raises(ValueError, match=f"{name}=7: an even number"):
            dataclasses.replace(CONFIG, **{name: 7})
