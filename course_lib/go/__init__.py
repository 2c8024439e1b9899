"""Chapter 5: Monte Carlo tree search and Go, from UCT to AlphaGo Zero.

Rooms, from the rules to the agent:
  rules, coordinates         what is played; how moves are written
  layout, superko, engine, setup, scoring, compiled
                             the rules compiled by Numba: thousands of games as rows of integers
  boards, position           many games in step; one position, to look at
  mcts                       the formulas of tree search
  single_tree, tic_tac_toe   the search in forty lines, and a game small enough to know everything
  playouts, tree, simulation, search
                             the search of many games in step
  symmetry, planes           the eight symmetries; what a network sees
  networks, losses, learner  the network of AlphaGo Zero and its training step
  replay, self_play, resignation, gate, gating, training, config
                             learning by self-play
  players, arena             who plays, and matches
  audit                      tests that find bugs in a search
  drawing, board_widget, gtp, sgf, gnugo
                             people and other programs
"""

import importlib

from course_lib.go.audit import examples_are_right, tree_is_consistent
from course_lib.go.gate import win_rate_bounds
from course_lib.go.losses import zero_loss
from course_lib.go.mcts import (
    backup,
    dirichlet_alpha,
    exploration_rate,
    noisy_priors,
    puct_scores,
    ucb1_scores,
    visit_policy,
)
from course_lib.go.playouts import is_own_eye
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules
from course_lib.go.symmetry import apply_symmetry, undo_symmetry

# What needs Keras, Matplotlib or Jupyter is imported when it is first asked for.
_LATER = {
    "boards": ["Boards"],
    "position": ["Position"],
    "coordinates": ["from_vertex", "to_vertex"],
    "search": ["Search", "SearchSettings"],
    "tic_tac_toe": ["TicTacToe"],
    "players": ["Analysis", "PolicyPlayer", "RandomPlayer", "UCTPlayer", "ZeroPlayer"],
    "arena": ["Match", "play_match"],
    "networks": ["Evaluator", "ZeroNetwork"],
    "learner": ["Learner"],
    "replay": ["Replay"],
    "self_play": ["SelfPlay"],
    "gating": ["Gate"],
    "config": ["GoConfig"],
    "training": ["Trained", "evaluate", "make", "train"],
    "board_widget": ["GoBoard"],
    "sgf": ["read_sgf", "write_sgf"],
}  # fmt: skip
_HOMES = {name: home for home, names in _LATER.items() for name in names}
__all__ = [
    "BLACK",
    "EMPTY",
    "Rules",
    "WHITE",
    "apply_symmetry",
    "backup",
    "dirichlet_alpha",
    "examples_are_right",
    "exploration_rate",
    "is_own_eye",
    "noisy_priors",
    "puct_scores",
    "tree_is_consistent",
    "ucb1_scores",
    "undo_symmetry",
    "visit_policy",
    "win_rate_bounds",
    "zero_loss",
    *_HOMES,
]


def __getattr__(name):
    """Import the rest on demand."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
