"""REINFORCE: its gradient by hand, games in which both sides draw, and moves of the winner that become more probable."""

import numpy as np
import pytest

from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf
from course_lib.go.boards import Boards
from course_lib.go.fitting import Fitting
from course_lib.go.policy_network import PolicyEvaluator, PolicyNetwork
from course_lib.go.reinforce import copy_of, draw_from, improve, play_against, reinforce_loss
from course_lib.go.rules import Rules

RULES = Rules(3, 0.5)


def network(ahead=1):
    keras.utils.set_random_seed(0)
    made = PolicyNetwork(3, channels=4, blocks=1, ahead=ahead)
    made.build()
    return made


def uniform(planes, rows=None):
    """A policy that knows nothing."""
    return np.full((len(planes), 10), 0.1), np.zeros(len(planes))


def first_free(planes, rows=None):
    """A policy that plays the first legal point."""
    return np.tile(10.0 ** -np.arange(0, 20, 2), (len(planes), 1)), np.zeros(len(planes))


def test_the_gradient_by_hand():
    # Two legal moves of equal logits, the first one played: ∂(−z log p)/∂logits = z (p − e) = z (½ − 1, ½).
    logits = tf.Variable(np.zeros((1, 1, 3), np.float32))
    legal = np.array([[True, False, True]])
    for z in (1.0, -1.0, 0.0):
        with tf.GradientTape() as tape:
            loss = reinforce_loss(logits, legal, np.array([0]), np.array([z], np.float32))
        assert float(loss) == pytest.approx(z * np.log(2))
        np.testing.assert_allclose(tape.gradient(loss, logits)[0, 0], [-0.5 * z, 0, 0.5 * z], atol=1e-6)


def test_the_side_that_learns_is_noted_and_no_other():
    played = play_against(uniform, first_free, RULES, 8, np.random.default_rng(0))
    black_to_move = played.planes[:, 0, 0, -1] == 1
    assert black_to_move.any() and not black_to_move.all()  # both colours in turn
    assert played.legal[np.arange(len(played.moves)), played.moves].all()
    assert len(played.planes) == len(played.legal) == len(played.moves) == len(played.outcomes)
    assert set(played.outcomes.tolist()) <= {-1.0, 1.0} and 0 <= played.rate <= 1


def test_outcomes_are_from_the_learners_side():
    """Against one that only passes, whoever puts a stone and passes owns the board; Black by 9 − ½, White by 9 + ½."""

    def passes(planes, rows=None):
        return np.eye(10)[[9] * len(planes)], np.zeros(len(planes))

    def puts_one(planes, rows=None):
        on_board = planes[..., :2].any(axis=(1, 2, 3))
        return np.eye(10)[np.where(on_board, 9, 4)], np.zeros(len(planes))

    played = play_against(puts_one, passes, RULES, 4, np.random.default_rng(0))
    assert played.rate == 1 and (played.outcomes == 1).all() and 4 in played.moves
    lost = play_against(passes, puts_one, RULES, 4, np.random.default_rng(0))
    assert lost.rate == 0 and (lost.outcomes == -1).all()


def test_moves_are_drawn_by_their_probabilities():
    # 0.8 for the middle and 0.2 for the pass; of 500 draws 400 ± 5 √(500 · 0.8 · 0.2) = 45.
    def policy(planes, rows=None):
        shares = np.zeros((len(planes), 10))
        shares[:, 4], shares[:, 9] = 0.8, 0.2
        return shares, np.zeros(len(planes))

    moves, legal, planes = draw_from(policy, Boards(RULES, 500), np.random.default_rng(0))
    assert abs((moves == 4).sum() - 400) < 45 and set(moves.tolist()) == {4, 9}
    assert legal.shape == (500, 10) and planes.shape == (500, 3, 3, 17)


def test_moves_of_the_winner_become_more_probable():
    made = network()
    fitting = Fitting(made, reinforce_loss, learning_rate=1e-2, decay=0.0, normalize=False)
    evaluate, planes = PolicyEvaluator(made), Boards(RULES, 2).planes()
    moves, outcomes = np.array([4, 0]), np.array([1, -1], np.float32)
    before = evaluate(planes)[0][0]
    for _ in range(20):
        fitting.update(planes, np.ones((2, 10), bool), moves, outcomes)
    after = evaluate(planes)[0][0]
    assert after[4] > 2 * before[4] and after[0] < before[0]


def test_improving_leaves_the_given_network_alone():
    given = network()
    weights = [weight.copy() for weight in given.get_weights()]
    better, curve = improve(given, RULES, updates=3, games=8, every=2, show=False)
    again, same = improve(given, RULES, updates=3, games=8, every=2, show=False)
    assert all(np.array_equal(a, b) for a, b in zip(weights, given.get_weights(), strict=True))
    assert curve.updates == [2, 3] and curve.values == same.values
    assert not all(np.array_equal(a, b) for a, b in zip(weights, better.get_weights(), strict=True))
    assert all(np.allclose(a, b) for a, b in zip(again.get_weights(), better.get_weights(), strict=True))


@pytest.mark.slow
def test_it_learns_to_win():
    """A network that begins blind, and wins half of its games against chance; 5 √(¼ / 400) is 0.125."""
    better, _ = improve(network(), RULES, updates=60, games=64, learning_rate=1e-2, show=False)
    assert play_against(PolicyEvaluator(better), uniform, RULES, 400, np.random.default_rng(1)).rate > 0.625


def test_a_network_of_several_moves_is_refused():
    with pytest.raises(ValueError, match="ahead=3: REINFORCE improves a network that predicts the next move alone"):
        improve(network(3), RULES)


def test_a_copy_is_another_network_with_the_same_weights():
    made = network()
    copy = copy_of(made)
    planes = Boards(RULES, 1).planes()
    np.testing.assert_array_equal(copy(planes), made(planes))
    copy.trainable_variables[0].assign(copy.trainable_variables[0] + 1)
    assert not np.array_equal(copy.get_weights()[0], made.get_weights()[0])
