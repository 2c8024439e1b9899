"""Montezuma's Revenge, walked with and without the episodic bonus; nothing is learnt and no reward is looked at.

A walker with the bonus tries some plans made at random in a copy of the game, follows the one that collects the largest
bonus half the way, and plans anew. What is remembered is where the player is, which the console's memory tells: an embedding
that keeps what is controlled, and nothing else.
"""

from typing import NamedTuple

import ale_py
import numpy as np

from course_lib.never_give_up.config import NGUConfig
from course_lib.never_give_up.episodic_memory import EpisodicMemory

MOVES = ("NOOP", "FIRE", "UP", "RIGHT", "LEFT", "DOWN", "RIGHTFIRE", "LEFTFIRE")  # FIRE jumps
HOLD = 6  # frames for which a move is held
MOVES_OF_A_PLAN, PLANS = 10, 16
COLUMN, LINE, ROOM = 42, 43, 3  # bytes of the console's memory
TOP = 310  # minus the player's line: where that is on the screen
WIDTH = 160  # of the screen: places of different rooms are at least as far apart


class Walk(NamedTuple):
    """What a walk came to.

    Attributes:
      places: after each move (column and line of the screen, WIDTH times the room), int [T, 3].
      bonus: r^episodic after each move, [T].
      score: of the game, which nobody looked at on the way.
      screens: {room: as it was first seen, uint8 [210, 160, 3]}.
    """

    places: np.ndarray
    bonus: np.ndarray
    score: int
    screens: dict

    def cells(self, side=8):
        """How many different squares of the rooms, so many pixels long, the player was seen in."""
        return len(np.unique(self.places // [side, side, 1], axis=0))


def walk(moves, curious, seed=0):
    """Walk through the game; when all lives are lost, a new game, and a new memory, begin.

    Args:
      moves: T.
      curious: whether to follow the plan with the largest bonus, else the first one.
      seed: of the plans.

    Returns:
      A `Walk`.
    """
    game, rng = _begin(seed), np.random.default_rng(seed)
    actions = [action for action in game.getMinimalActionSet() if action.name in MOVES]
    memory = EpisodicMemory(1, moves + 1, 3, NGUConfig.paper())
    memory.bonuses(_place(game)[None], np.array([True]))
    places, bonus, score, screens = [], [], 0, {}
    while len(places) < moves:
        plans = rng.choice(actions, size=(PLANS, MOVES_OF_A_PLAN))
        best = np.argmax([_bonus_of(plan, game, memory) for plan in plans]) if curious else 0
        for action in plans[best][: min(MOVES_OF_A_PLAN // 2, moves - len(places))]:
            score += _hold(action, game)
            if over := game.game_over():
                game.reset_game()
            places.append(_place(game))
            bonus.append(memory.bonuses(places[-1][None], np.array([over]))[0])
            if (room := int(places[-1][2]) // WIDTH) not in screens:
                screens[room] = game.getScreenRGB()
    return Walk(np.array(places, int), np.array(bonus), score, screens)


def _begin(seed):
    """The game at its start, in which actions are always carried out."""
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    game = ale_py.ALEInterface()
    game.setInt("random_seed", seed)
    game.setFloat("repeat_action_probability", 0.0)
    game.loadROM(ale_py.roms.get_rom_path("montezuma_revenge"))
    return game


def _bonus_of(plan, game, memory):
    """The bonus that a plan collects in a copy of the game, until a life is lost; nothing of it is remembered."""
    before, usual = game.cloneState(), (memory.totals.copy(), memory.counts.copy())
    lives, collected = game.lives(), 0.0
    for action in plan:
        _hold(action, game)
        if game.lives() < lives:
            break
        collected += memory.look(0, _place(game))
    game.restoreState(before)
    memory.totals, memory.counts = usual
    return collected


def _hold(action, game):
    return sum(game.act(action) for _ in range(HOLD))


def _place(game):
    """Column and line of the player on the screen, and WIDTH times its room: what is remembered."""
    ram = game.getRAM().astype(np.float32)
    return np.array([ram[COLUMN], TOP - ram[LINE], WIDTH * ram[ROOM]], np.float32)
