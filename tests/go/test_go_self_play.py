"""Self-play: what is played, what is recorded of it, and when a side gives up."""

import dataclasses

import numpy as np
import pytest
from go_searches import mixed

from course_lib.go.audit import examples_are_right
from course_lib.go.config import GoConfig
from course_lib.go.position import Position
from course_lib.go.replay import Replay, outcomes_of
from course_lib.go.resignation import FEWEST, Resignation, threshold_of
from course_lib.go.rules import BLACK, EMPTY, WHITE
from course_lib.go.self_play import SelfPlay, draw_moves, packed_generator, policies_of, unpack_generator, winner_of

CONFIG = GoConfig(size=2, komi=0.5, games=4, simulations=6, workers=2, sampled_moves=3, window=50)


def made(evaluate=mixed, **changes):
    config = dataclasses.replace(CONFIG, **changes)
    return SelfPlay(config, Replay(config.rules, config.window), evaluate)


class Watched:
    """Self-play whose visits are noted at each step, with the games they belong to."""

    def __init__(self, steps, **changes):
        self.play, self.games = made(**changes), []
        running = [[] for _ in range(self.play.config.games)]
        for _ in range(steps):
            search, noted = self.play.search, {}
            run = search.run

            def watched(boards, *args, search=search, run=run, noted=noted, **options):
                run(boards, *args, **options)
                noted["visits"], noted["to_play"] = search.visits.copy(), boards.to_play.copy()

            search.run = watched
            added = self.play.replay.added
            self.play.step()
            del search.run
            for game, record in enumerate(running):
                record.append((int(noted["to_play"][game]), noted["visits"][game]))
            for game in np.flatnonzero(self.play.boards.moves_played == 0):
                self.games.append((added, running[game]))
                added += 1
                running[game] = []


@pytest.fixture(scope="module")
def watched():
    return Watched(30, window=500)


def test_games_are_played_by_the_rules(watched):
    """Every recorded move is legal, every game is played to its end, and its winner is the one of the area."""
    replay, rules = watched.play.replay, CONFIG.rules
    assert len(replay) == watched.play.finished == len(watched.games) > 10
    for game in range(len(replay)):
        position = Position(rules)
        for move in replay.moves[game, : replay.lengths[game]]:
            assert not position.is_over
            position = position.play(int(move))
        assert position.is_over and position.winner() == replay.winners[game]


def test_what_is_recorded_is_what_was_searched(watched):
    """By the audit: policies are the shares of the visits in the same position, outcomes those of the side to move."""
    replay = watched.play.replay
    for game, record in watched.games:
        to_play, visits = (np.array(column) for column in zip(*record, strict=True))
        assert len(record) == replay.lengths[game] == len(replay.policies[game])
        winner = int(replay.winners[game])
        outcomes = outcomes_of(to_play, np.full(len(record), winner))
        assert examples_are_right(to_play, winner, visits, replay.policies[game].astype(float), outcomes).all()
        assert to_play.tolist() == [(BLACK, WHITE)[number % 2] for number in range(len(record))]


def test_early_moves_are_drawn_and_later_ones_the_most_visited(watched):
    replay, among, others = watched.play.replay, 0, 0
    for game, record in watched.games:
        for number, (_, visits) in enumerate(record):
            move = replay.moves[game, number]
            assert visits[move] > 0
            if number >= CONFIG.sampled_moves:
                assert visits[move] == visits.max()
                among += 1
            else:
                others += visits[move] < visits.max()
    assert among > 20 and others > 5


def test_games_begin_anew_in_the_place_of_those_that_ended():
    play = made()
    ended = 0
    while ended == 0:
        before = play.boards.moves_played.copy()
        ended = play.step()
    fresh = play.boards.moves_played == 0
    assert fresh.sum() == ended == play.finished and (play.boards.moves_played[~fresh] == before[~fresh] + 1).all()
    sizes = np.concatenate([search.trees.sizes for search in play.search.searches])
    assert not sizes[fresh].any() and not play.boards.stones()[fresh].any()


@pytest.mark.parametrize("reuse", [True, False])
def test_trees_are_kept_where_that_is_wanted(reuse):
    """A search adds 12 visits to those that are there, the root's first one included."""
    play = made(reuse=reuse, simulations=12)
    play.step()
    kept = np.concatenate([search.trees.sizes for search in play.search.searches])
    play.search.run(play.boards, mixed)
    visits = 1 + play.search.visits.sum(axis=1)
    assert (kept > 0).all() and (visits > 12).all() if reuse else not kept.any() and (visits == 12).all()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_packed_goes_on_in_the_same_way(workers):
    """Games, records, generators; trees are dropped on both sides."""
    play, again = made(workers=workers), made(workers=workers, seed=5)
    for _ in range(5):
        play.step()
    play.search.forget()
    arrays = {name: np.array(array) for name, array in play.pack().items()}
    assert all(array.dtype != object for array in arrays.values())
    again.unpack(arrays)
    added = play.replay.added
    for _ in range(8):
        assert play.step() == again.step()
        np.testing.assert_array_equal(play.boards.rows, again.boards.rows)
        np.testing.assert_array_equal(play.resignation.lowest, again.resignation.lowest)
    assert play.finished == again.finished > 0 and again.replay.added == play.replay.added - added
    for one, other in zip(play.replay.policies[added:], again.replay.policies, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_seed_decides():
    rows = []
    for seed in (1, 1, 2):
        play = made(seed=seed)
        play.step(), play.step()
        rows.append(play.boards.rows.tolist())
    assert rows[0] == rows[1] != rows[2]


def test_moves_are_drawn_by_their_probabilities():
    rng = np.random.default_rng(0)
    policies = np.tile([0.5, 0, 0.2, 0.3], (4000, 1))
    counts = np.bincount(draw_moves(policies, rng), minlength=4)
    assert counts[1] == 0 and (np.abs(counts - [2000, 0, 800, 1200]) < 150).all()  # five deviations
    assert draw_moves(np.array([[0, 0, 1.0], [0, 0, 0], [2.0, 0, 0]]), rng).tolist() == [2, -1, 0]


def test_policies_of_many_visits_and_of_none():
    policies = np.full((3, 4), 9.0)
    policies_of(np.array([[1, 3, 0, 0], [0, 0, 0, 0], [2, 2, 0, 4]], np.int32), 1.0, policies)
    assert policies.tolist() == [[0.25, 0.75, 0, 0], [0, 0, 0, 0], [0.25, 0.25, 0, 0.5]]


def test_generators_are_packed():
    one, other = np.random.default_rng(3), np.random.default_rng(4)
    one.random(7)
    unpack_generator(other, packed_generator(one))
    assert (one.random(5) == other.random(5)).all()


def test_who_has_won():
    assert [winner_of(score) for score in (0.5, -3, 0)] == [BLACK, WHITE, EMPTY]


# Resignation.


def test_the_threshold_by_hand():
    """Sorted: −.9 lost, −.8 lost, −.7 won, −.5 lost, −.2 won. With ¼ allowed: 0 of 1, 0 of 2, 1 of 3, 1 of 4, 2 of 5.

    Up to −.8 nobody was wrong; 1 of 4 is not less than ¼.
    """
    lowest, won = np.array([-0.5, -0.9, -0.2, -0.8, -0.7]), np.array([0, 0, 1, 0, 1])
    found = threshold_of(lowest, won, 0.0, 0.25)
    assert -0.8 < found < -0.79
    assert -0.5 < threshold_of(lowest, won, 0.0, 0.26) < -0.49  # and now it is
    assert threshold_of(lowest, won, -0.85, 0.25) == pytest.approx(-0.9, abs=1e-6)  # no higher than it may be
    assert threshold_of(lowest, np.ones(5), 0.0, 0.25) == -1


def test_those_who_hoped_for_the_same_resign_together():
    """One of two was wrong, in whichever order they come: that is half of them."""
    for not_lost in ([0, 1], [1, 0]):
        assert threshold_of(np.array([-0.9, -0.9]), np.array(not_lost), 0.0, 0.25) == -1
        assert -0.9 < threshold_of(np.array([-0.9, -0.9]), np.array(not_lost), 0.0, 0.51) < -0.89


def share_of_false(lowest, not_lost, threshold):
    """How many resign under a threshold, and the share of them that had not lost."""
    resigns = lowest < threshold
    return resigns.sum(), not_lost[resigns].mean() if resigns.any() else 0.0


@pytest.mark.parametrize("seed", range(12))
def test_the_threshold_is_the_highest_that_does(seed):
    """Brute force over all thresholds that make a difference; also where several hoped for the same."""
    rng = np.random.default_rng(seed)
    lowest = np.round(rng.uniform(-1, 0.3, size=30), 2 if seed % 2 else 1)
    not_lost = rng.random(30) < np.clip(0.5 + lowest / 2, 0, 1) * (0.4 if seed % 3 else 1)
    most, allowed = -0.1, 0.2
    found = threshold_of(lowest, not_lost, most, allowed)
    candidates = [min(np.nextafter(hope, 1), most) for hope in lowest if hope < most]
    good = [each for each in candidates if share_of_false(lowest, not_lost, each)[1] < allowed]
    assert found == (max(good) if good else -1)
    count, share = share_of_false(lowest, not_lost, found)
    assert found == -1 or (count > 0 and share < allowed and found <= most)


RESIGNING = GoConfig(size=3, komi=0.5, games=4, simulations=2, resign_below=-0.5, played_out=0.5)


def resignation(**changes):
    return Resignation(dataclasses.replace(RESIGNING, **changes), np.random.default_rng(0))


def test_nobody_resigns_before_enough_games_were_played_out():
    judge = resignation(played_out=1.0)
    for game in range(FEWEST):
        assert judge.threshold == -1
        judge.who_resigns(np.full(4, BLACK), np.full(4, -0.9), np.full((4, 10), np.nan))
        judge.who_resigns(np.full(4, WHITE), np.full(4, 0.9), np.full((4, 10), np.nan))
        judge.learn(game % 4, WHITE)
    assert -0.9 < judge.threshold <= -0.5 and judge.seen.shape == (2 * FEWEST, 2)
    # Black hoped for −.9 and lost, White for .9 and won; no hope lies below −.5 but Black's.
    assert judge.threshold == pytest.approx(-0.9, abs=1e-6)


def test_who_resigns():
    """Only where both the position and its best move are hopeless, and never in a game that is to be played out."""
    judge = resignation()
    judge.threshold, judge.played_out[:] = -0.6, [False, False, False, True]
    edges = np.full((4, 10), np.nan)
    edges[1, 3], edges[2, 3], edges[3, 3] = -0.5, -0.9, -0.9
    who = judge.who_resigns(np.array([1, 1, 2, 2]), np.array([-0.9, -0.9, -0.8, -0.8]), edges)
    assert who.tolist() == [BLACK, EMPTY, WHITE, EMPTY]
    np.testing.assert_allclose(judge.lowest[:, 1:], [[-0.9, 1], [-0.5, 1], [1, -0.8], [1, -0.8]])
    judge.who_resigns(np.array([1, 1, 2, 2]), np.full(4, 0.5), edges)  # hope comes back, the lowest stays
    np.testing.assert_allclose(judge.lowest[:, 1:], [[-0.9, 1], [-0.5, 1], [1, -0.8], [1, -0.8]])


def test_where_resigning_is_off_nothing_is_learnt_of_it():
    judge = resignation(resign_below=-1.0, played_out=1.0)
    for _ in range(3 * FEWEST):
        judge.who_resigns(np.full(4, BLACK), np.full(4, -1.0), np.full((4, 10), np.nan))
        judge.learn(0, WHITE)
    assert judge.threshold == -1 and len(judge.seen) == 0


def test_a_share_of_the_games_is_played_out():
    judge = resignation(games=2000, played_out=0.1)
    assert 140 < judge.played_out.sum() < 260  # four deviations of 13
    drawn = [judge.learn(game, BLACK) or judge.played_out[game] for game in range(2000)]
    assert 140 < sum(drawn) < 260


def hopeless_for_white(planes, rows):
    """Black thinks that it wins, and White thinks so, too."""
    values = np.where(planes[:, 0, 0, 16] == 1, 0.9, -0.9)
    return np.full((len(planes), 10), 0.1, np.float32), values.astype(np.float32)


def test_who_resigns_has_lost_whatever_lies_on_the_board():
    """With 17½ points of komi White would have won by area; it resigns after Black's first move, and Black wins."""
    play = made(hopeless_for_white, size=3, komi=17.5, resign_below=-0.5, played_out=0.0, workers=1)
    play.resignation.threshold = -0.6
    assert play.step() == 0 and play.step() == 4
    replay = play.replay
    assert replay.winners[:4].tolist() == [BLACK] * 4 and replay.lengths[:4].tolist() == [1] * 4
    assert not play.boards.moves_played.any() and (play.resignation.lowest == 1).all()
    _, _, outcomes = replay.sample(20, np.random.default_rng(0))
    assert (outcomes == 1).all()  # Black's only move is of the winner


def test_nobody_resigns_in_a_game_that_is_played_out():
    play = made(hopeless_for_white, size=3, komi=17.5, resign_below=-0.5, played_out=1.0, workers=1)
    play.resignation.threshold = -0.6
    while not play.step():
        pass
    game = int(play.replay.added) - 1
    assert play.replay.lengths[game] > 1 and play.replay.winners[game] == WHITE
