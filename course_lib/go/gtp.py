"""A player behind the Go Text Protocol, by which programs, boards and servers play with it.

Source: Farnebäck 2002, "Specification of the Go Text Protocol, version 2, draft 2".
"""

import dataclasses
import inspect

import numpy as np

from course_lib import __version__
from course_lib.go.coordinates import to_vertex
from course_lib.go.gtp_words import COLOUR_WORDS, chains, colour_of, info, integer, point_in
from course_lib.go.handicap import fixed_points
from course_lib.go.position import NAMES, Position
from course_lib.go.rules import BLACK, WHITE, Rules
from course_lib.go.sgf import read_positions, save_sgf, write_sgf
from course_lib.go.turns import with_turn

KGS_RULES = {"chinese": ("positional", False), "aga": ("situational", False), "new_zealand": ("situational", True)}
COMMANDS = {}


def command(*names):
    """Mark the method that answers a command. Its parameters are the command's arguments, words all of them."""

    def mark(method):
        COMMANDS.update(dict.fromkeys(names, method))
        return method

    return mark


class Engine:
    """A game, and a player that thinks about it when asked.

    Where the protocol leaves a choice: before a move out of turn the other colour passes; after two passes a game may
    go on; area is counted as Tromp and Taylor do, so every stone is alive in the end and handicap stones cost nothing.
    A game ends here after 4N² moves. Times are accepted and not looked at: a player thinks for as many simulations as
    it was made for. The analysis that a board asks for by `lz-analyze` is given once.

    Args:
      player_of: rules -> a player. It is called as late as possible: when a move is wanted, or a board of another
        size; and again when the rules have changed. It raises ValueError for rules that it has no player for.
      rules: to begin with.
      resign_below: the value, −1 to 1 for the side to move, below which the player resigns; at −1 it never does.
      name: what it calls itself.

    Attributes:
      done: whether it was told to quit.
    """

    def __init__(self, player_of, rules=None, resign_below=-0.95, name="course_lib"):
        self._player_of, self._player = player_of, None
        self._resign_below, self._name, self.done = resign_below, name, False
        rules = rules or Rules()
        self._positions = [Position(dataclasses.replace(rules, max_moves=4 * rules.points))]

    @property
    def position(self):
        """The `Position` now."""
        return self._positions[-1]

    @property
    def rules(self):
        """The `Rules` now."""
        return self.position.rules

    def serve(self, input, output):
        """Answer line by line, until told to quit or the input ends."""
        for line in input:
            output.write(self.respond(line))
            output.flush()
            if self.done:
                break

    def respond(self, line):
        """Answer a command.

        Args:
          line: `[id] command arguments`. What follows # is a comment; control characters do not count.

        Returns:
          `=[id] result` or `?[id] reason`, ended by an empty line; "" for a line that holds nothing.
        """
        words = "".join(sign for sign in line.partition("#")[0].expandtabs() if sign.isprintable()).split()
        if not words:
            return ""
        number = words.pop(0) if words[0].isascii() and words[0].isdigit() else ""
        try:
            sign, text = "=", self._answer(*words) or ""
        except (ValueError, RuntimeError, OSError) as error:
            sign, text = "?", " ".join(str(error).split())
        first, *more = text.split("\n")
        return "\n".join([f"{sign}{number} {first}", *(line for line in more if line.strip()), "", ""])

    def _answer(self, name="", *words):
        method = COMMANDS.get(name.lower())
        if method is None:
            raise ValueError("unknown command")
        try:
            inspect.signature(method).bind(self, *words)
        except TypeError as error:
            raise ValueError(f"syntax error: {error}") from None
        return method(self, *words)

    def _begin(self, *positions):
        """Take over a game; for a board of another size there has to be a player."""
        rules = positions[-1].rules
        if rules != self.rules:
            self._player = self._player_of(rules) if rules.size != self.rules.size else None
        self._positions = list(positions)

    def _think(self, colour):
        """The position in which a colour has the move, and the player's analysis of it, None if the game is over."""
        if self._player is None:
            self._player = self._player_of(self.rules)
        position = with_turn(self.position, colour_of(colour))
        return position, None if position.is_over else self._player.analyse(position)

    def _place(self, points):
        """Lay handicap stones; they are no moves and cannot be undone."""
        if self.position.moves or self.position.stones.any():
            raise ValueError("board not empty")
        stones = np.zeros(self.rules.points, int)
        stones[points] = BLACK
        self._begin(Position.set_up(self.rules, stones.reshape(self.rules.size, -1), WHITE))
        return " ".join(to_vertex(point, self.rules.size) for point in points)

    @command("protocol_version")
    def _protocol_version(self):
        return "2"

    @command("name")
    def _name_(self):
        return self._name

    @command("version")
    def _version(self):
        return __version__

    @command("known_command")
    def _known_command(self, name):
        return str(name.lower() in COMMANDS).lower()

    @command("list_commands")
    def _list_commands(self):
        return "\n".join(sorted(COMMANDS))

    @command("quit")
    def _quit(self):
        self.done = True

    @command("boardsize")
    def _boardsize(self, size):
        size = integer(size)
        try:
            self._begin(Position(dataclasses.replace(self.rules, size=size, max_moves=4 * size**2)))
        except ValueError as error:
            raise ValueError(f"unacceptable size: {error}") from error

    @command("clear_board")
    def _clear_board(self):
        self._begin(Position(self.rules))

    @command("komi")
    def _komi(self, komi):
        try:
            rules = dataclasses.replace(self.rules, komi=float(komi))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"syntax error: {error}") from error
        self._begin(*(Position(rules, position.row, position.moves) for position in self._positions))

    @command("kgs-rules")
    def _kgs_rules(self, name):
        if name.lower() not in KGS_RULES:
            raise ValueError(f"unknown rules: this engine counts area and knows {', '.join(KGS_RULES)}")
        if self.position.moves or self.position.stones.any():
            raise ValueError("board not empty")
        ko, suicide = KGS_RULES[name.lower()]
        self._begin(Position(dataclasses.replace(self.rules, ko=ko, suicide=suicide)))

    @command("fixed_handicap")
    def _fixed_handicap(self, number):
        return self._place(fixed_points(self.rules.size, integer(number)))

    @command("place_free_handicap")
    def _place_free_handicap(self, number):
        most = 9 if self.rules.size % 2 and self.rules.size > 7 else 4
        return self._place(fixed_points(self.rules.size, min(integer(number), most)))

    @command("set_free_handicap")
    def _set_free_handicap(self, *vertices):
        points = [point_in(vertex, self.rules.size) for vertex in vertices]
        if not 2 <= len(set(points) - {self.rules.points}) == len(points) < self.rules.points:
            raise ValueError("bad vertex list: two points at least, none twice, no pass, and one has to stay empty")
        self._place(points)

    @command("play")
    def _play(self, colour, vertex):
        position, move = with_turn(self.position, colour_of(colour)), point_in(vertex, self.rules.size)
        try:
            self._positions.append(position.play(move))
        except ValueError as error:
            raise ValueError(f"illegal move: {error}") from error

    @command("genmove")
    def _genmove(self, colour):
        position, analysis = self._think(colour)
        if analysis is None:
            return "pass"
        if analysis.value < self._resign_below:
            return "resign"
        self._positions.append(position.play(analysis.move))
        return to_vertex(analysis.move, self.rules.size)

    @command("reg_genmove")
    def _reg_genmove(self, colour):
        analysis = self._think(colour)[1]
        return to_vertex(analysis.move, self.rules.size) if analysis else "pass"

    @command("lz-analyze", "analyze")
    def _analyze(self, *words):
        colour = words[0] if words and words[0].lower() in COLOUR_WORDS else NAMES[self.position.to_play]
        analysis = self._think(colour)[1]
        return "\n" + info(analysis, self.rules.size) if analysis else ""

    @command("undo")
    def _undo(self):
        if len(self._positions) == 1:
            raise ValueError("cannot undo")
        self._begin(*self._positions[:-1])

    @command("time_settings")
    def _time_settings(self, main_time, byo_yomi_time, byo_yomi_stones):
        for word in (main_time, byo_yomi_time, byo_yomi_stones):
            integer(word)

    @command("time_left")
    def _time_left(self, colour, time, stones):
        colour_of(colour), integer(time), integer(stones)

    @command("showboard")
    def _showboard(self):
        black, white = self.position.captured
        return f"\n{self.position}\n{NAMES[self.position.to_play]} to play; Black has lost {black}, White {white}"

    @command("final_score")
    def _final_score(self):
        return self.position.result()

    @command("final_status_list")
    def _final_status_list(self, status):
        if status.lower() not in ("alive", "seki", "dead"):
            raise ValueError("syntax error: alive, seki or dead")
        return "\n".join(chains(self.position)) if status.lower() == "alive" else ""

    @command("loadsgf")
    def _loadsgf(self, file, move_number=None):
        try:
            positions = read_positions(file, longest=True)
        except ValueError as error:
            raise ValueError(f"cannot load file: {error}") from error
        self._begin(*positions[: max(1, integer(move_number)) if move_number else None])

    @command("printsgf")
    def _printsgf(self, file=None):
        moves, first = len(self.position.moves), self.position.to_play
        start = with_turn(self._positions[0], first if moves % 2 == 0 else 3 - first)
        if file is None:
            return write_sgf(self.position, start=start)
        save_sgf(file, self.position, start=start)
