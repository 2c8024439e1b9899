"""The walks through Montezuma's Revenge."""

import numpy as np
import pytest

from course_lib.never_give_up import montezuma
from course_lib.never_give_up.config import NGUConfig
from course_lib.never_give_up.episodic_memory import EpisodicMemory


@pytest.mark.slow
def test_the_bonus_leads_to_more_places_than_chance():
    for seed in range(3):
        curious, blind = (montezuma.walk(200, how, seed).cells() for how in (True, False))
        assert curious > 1.3 * blind


def test_a_walk_is_the_same_again_and_of_the_length_asked_for():
    once, again = (montezuma.walk(12, True, seed=3) for _ in range(2))
    np.testing.assert_array_equal(once.places, again.places)
    np.testing.assert_array_equal(once.bonus, again.bonus)
    assert once.places.shape == (12, 3) and once.score == 0 and list(once.screens) == [1]


def test_cells_are_counted_once():
    places = np.array([[0, 0, 160], [7, 7, 160], [8, 0, 160], [0, 0, 320]])
    assert montezuma.Walk(places, np.zeros(4), 0, {}).cells() == 3


def test_a_plan_is_tried_in_a_copy_of_the_game():
    game = montezuma._begin(0)
    memory = EpisodicMemory(1, 10, 3, NGUConfig.paper())
    memory.bonuses(montezuma._place(game)[None], np.array([True]))
    before, kept = game.getRAM(), memory.added.copy()
    left = next(action for action in game.getMinimalActionSet() if action.name == "LEFT")
    collected = montezuma._bonus_of([left] * 4, game, memory)
    assert collected > 0
    np.testing.assert_array_equal(game.getRAM(), before)
    np.testing.assert_array_equal(memory.added, kept)


def test_nothing_is_collected_once_a_life_is_lost():
    game = montezuma._begin(0)
    memory = EpisodicMemory(1, 10, 3, NGUConfig.paper())
    memory.bonuses(montezuma._place(game)[None], np.array([True]))
    left = next(action for action in game.getMinimalActionSet() if action.name == "LEFT")
    lives, before, steps = game.lives(), game.cloneState(), 0
    while game.lives() == lives:  # off the platform
        montezuma._hold(left, game)
        steps += 1
    game.restoreState(before)
    fatal, more, less = (montezuma._bonus_of([left] * n, game, memory) for n in (steps, steps + 9, steps - 9))
    assert less < fatal == more


def test_the_player_is_where_it_is_said_to_be():
    """The red of its shirt is found around that point, and below the lives on top nowhere else."""
    game = montezuma._begin(0)
    column, line, room = montezuma._place(game)
    screen = game.getScreenRGB().astype(int)
    red = np.argwhere((screen[50:, :, 0] > 180) & (screen[50:, :, 1] < 80) & (screen[50:, :, 2] < 100)) + [50, 0]
    assert room == 160 and len(red)
    assert np.abs(red - (line, column)).max() < 16
