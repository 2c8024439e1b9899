"""Records of games in SGF, the format of nearly all programs: read as positions, and written.

Source: Hollosi 2006, "SGF file format FF[4]"; the files are taken apart and put together by sgfmill.
"""

import contextlib
import pathlib
import re

import numpy as np
from sgfmill import sgf

from course_lib import __version__
from course_lib.common.files import written_whole
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, EMPTY, WHITE, Rules
from course_lib.go.turns import leads_to, start_of, with_turn

COLOURS, SIGNS = {"b": BLACK, "w": WHITE}, {BLACK: "b", WHITE: "w"}

# What the property RU calls the rules (ko, suicide); the last two in the manner of KataGo, for want of a name.
RULES = {
    "Chinese": ("positional", False),
    "Tromp-Taylor": ("positional", True),
    "AGA": ("situational", False),
    "NZ": ("situational", True),
    "koSIMPLEscoreAREAtaxNONEsui0": ("simple", False),
    "koSIMPLEscoreAREAtaxNONEsui1": ("simple", True),
}
OTHER_NAMES = {"newzealand": "NZ", "japanese": "koSIMPLEscoreAREAtaxNONEsui0", "korean": "koSIMPLEscoreAREAtaxNONEsui0"}


def read_sgf(source):
    """Read the position at the end of a record's main line.

    Two moves of one colour in a row get a pass between them, and moves after two passes are played all the same.
    Whatever rules the record names, area is counted; of Japanese ones the ko rule is taken. Rules it does not name are
    the course's own. A record that is longer than 2N² moves gets as high a limit as it needs.

    Args:
      source: the text of a record, or a path to a file.

    Returns:
      A `Position`.

    Raises:
      ValueError: it is no record of a game of Go on 2 to 19 lines, or a move of it is illegal; which one, and why.
    """
    return read_positions(source)[-1]


def read_positions(source, longest=False):
    """Read a record's main line move by move.

    Args:
      source: as in `read_sgf`.
      longest: whether the game that goes on from there is to have the highest limit, 4N² moves.

    Returns:
      A list of `Position`: the start, and the position after each move.
    """
    game = _parsed(source)
    stones, to_play, plays = _plays(game)
    with _reading("the record cannot be played here"):
        positions = [Position.set_up(_rules(game, plays, longest), stones, to_play)]
    for number, (colour, move) in enumerate(plays, start=1):
        with _reading(f"move {number} of the record"):
            positions.append(with_turn(positions[-1], colour).play(move))
    return positions


@contextlib.contextmanager
def _reading(what):
    """Say what could not be read; sgfmill's own errors are terse, or empty."""
    try:
        yield
    except ValueError as error:
        reason = str(error).rstrip(".") or "not a value that may stand there"
        raise ValueError(f"{what}: {reason}.") from error


def _parsed(source):
    with _reading("no SGF record"):
        if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("("):
            game = sgf.Sgf_game.from_string(source)
        else:
            game = sgf.Sgf_game.from_bytes(_contents_of(source))
    root = game.get_root()
    if root.has_property("GM") and root.get_raw("GM").strip() not in (b"1", b""):
        raise ValueError(f"GM[{root.get_raw('GM').decode(errors='replace')}]: a record of another game; Go is GM[1].")
    return game


def _contents_of(file):
    try:
        return pathlib.Path(file).read_bytes()
    except OSError as error:
        raise ValueError(f"the text of one begins with a parenthesis, and there is no such file ({error})") from error


def _plays(game):
    """What a record holds: stones set up [N, N], who moves first, and the moves as (colour, move)."""
    size, plays = game.get_size(), []
    stones, first = np.zeros((size, size), int), BLACK
    for node in game.main_sequence_iter():
        number = f"move {len(plays) + 1} of the record"
        if node.has_setup_stones():
            if plays:
                raise ValueError(f"{number}: stones are set up there. Only the start may be set up.")
            with _reading("AB, AW or AE of the record"):
                _set_up(node, stones)
            with _reading("HA of the record"):
                first = WHITE if (game.get_handicap() or 0) >= 2 else first
        if node.has_property("PL") and not plays:
            with _reading("PL of the record"):
                first = COLOURS[node.get("PL")]
        if node.has_property("B") and node.has_property("W"):
            raise ValueError(f"{number}: both colours play at once.")
        with _reading(f"{number}, no point of a {size} by {size} board"):
            colour, point = node.get_move()
        if colour:
            plays.append((COLOURS[colour], _move(point, size)))
    return stones, plays[0][0] if plays else first, plays


def _set_up(node, stones):
    for points, colour in zip(node.get_setup_stones(), (BLACK, WHITE, EMPTY), strict=True):
        for row, column in points:
            stones[len(stones) - 1 - row, column] = colour


def _move(point, size):
    """Our number of sgfmill's (row from the bottom, column), or None for a pass."""
    return size**2 if point is None else (size - 1 - point[0]) * size + point[1]


def _rules(game, plays, longest):
    root, size = game.get_root(), game.get_size()
    words = re.sub(r"[^a-z0-9]", "", root.get("RU").lower()) if root.has_property("RU") else ""
    known = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in RULES} | OTHER_NAMES
    ko, suicide = RULES[known.get(words, "Chinese")]
    turns = len(plays) + sum(first[0] == second[0] for first, second in zip(plays, plays[1:], strict=False))
    limit = 4 * size**2 if longest else turns if turns > 2 * size**2 else 0
    return Rules(size, game.get_komi(), ko, suicide, max_moves=limit)


def write_sgf(position, black="", white="", result=None, comments=None, start=None):
    """Write a game down.

    Args:
      position: the last `Position` of the game.
      black, white: who plays.
      result: such as "B+R" or "W+3.5"; of a game that is over its own if left out.
      comments: {number of moves played: text}; 0 is the start.
      start: the `Position` that the game began from; it is needed where that was no empty board and 8 or more moves
        have been played.

    Returns:
      The text of the record, in UTF-8 when it is saved.

    Raises:
      ValueError: the start is not known or is another game's, or there are comments on moves that were not played.
    """
    start = start_of(position) if start is None else start
    if not leads_to(start, position):
        raise ValueError("start: the moves of this position do not lead from there to it.")
    if wrong := set(comments or {}) - set(range(len(position.moves) + 1)):
        raise ValueError(f"comments: on 0 to {len(position.moves)} moves played, not on {sorted(wrong)}.")
    game = sgf.Sgf_game(position.size)
    _write_head(game.get_root(), start)
    told = {"PB": black, "PW": white, "RE": result or (position.result() if position.is_over else "")}
    for name, text in told.items():
        if text:
            game.get_root().set(name, text)
    colour = start.to_play
    for move in position.moves:
        game.extend_main_sequence().set_move(SIGNS[colour], _point(move, position.size))
        colour = 3 - colour
    nodes = game.get_main_sequence()
    for number, text in (comments or {}).items():
        nodes[number].add_comment_text(text)
    return game.serialise().decode()


def _point(move, size):
    """sgfmill's (row from the bottom, column) of our move, or None for a pass."""
    return None if move == size**2 else (size - 1 - move // size, move % size)


def _write_head(root, start):
    rules, names = start.rules, {value: name for name, value in RULES.items()}
    root.set("AP", ("From Bellman to Agent57", __version__))
    root.set("KM", rules.komi)
    root.set("RU", names[rules.ko, rules.suicide])
    if start.stones.any():
        black, white = (
            {_point(move, start.size) for move in np.flatnonzero(start.stones == colour).tolist()}
            for colour in (BLACK, WHITE)
        )
        root.set_setup_stones(black, white)
    if start.stones.any() or start.to_play == WHITE:
        root.set("PL", SIGNS[start.to_play])


def save_sgf(file, position, **told):
    """Write a game to a file, whole or not at all; `told` as in `write_sgf`."""
    text = write_sgf(position, **told)
    with written_whole(file) as draft:
        draft.write_bytes(text.encode())
