"""A Go board in the notebook: play against a player by clicking or typing, or watch two of them."""

import contextlib
import pathlib
import time
import traceback

import anywidget
import traitlets

from course_lib.go import drawing
from course_lib.go.coordinates import from_vertex, to_vertex
from course_lib.go.position import NAMES, Position
from course_lib.go.rules import BLACK, WHITE

FOLDER = pathlib.Path(__file__).parent


HOLDS = ("empty", "black", "white")
LABELS = {
    "pass": "Pass",
    "undo": "Undo",
    "hint": "Hint",
    "step": "Next move",
    "sides": "Change sides",
    "resign": "Resign",
    "new": "New game",
}


class GoBoard(anywidget.AnyWidget):
    """A game of Go to play or to watch, drawn by JavaScript and decided here.

    A click and a typed vertex do the same; so do a button and the method of its name. What a method cannot do it says
    in a ValueError; a click, in the line below the board. When a player fails, that line says so, and the game stays
    as it was.

    Args:
      player: who answers: anything with a `name` and `analyse(position) -> Analysis`.
      rules: `Rules`; a 9 by 9 board if left out.
      human: the colour you play, BLACK or WHITE.
      against: a second player; then `player` is Black, this one White, and you watch.
      start: the `Position` to begin from, whose rules count then; the empty board if left out.
      width: of the board in pixels.

    Raises:
      ValueError: `human` is no colour.
    """

    _esm = FOLDER / "board_widget.js"
    _css = FOLDER / "board_widget.css"
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, player, rules=None, human=BLACK, against=None, start=None, width=None):
        if human not in NAMES:
            raise ValueError(f"human={human!r}: BLACK (1) or WHITE (2).")
        super().__init__()
        self._players = {human: None, 3 - human: player} if against is None else {BLACK: player, WHITE: against}
        self._start, self._width = start or Position(rules), width
        self._actions = {
            "play": self.play,
            "pass": lambda: self.play("pass"),
            "undo": self.undo,
            "hint": self.hint,
            "step": self.step,
            "sides": self.change_sides,
            "resign": self.resign,
            "new": self.new_game,
        }
        self._count = 0
        self.on_msg(self._receive)
        self.new_game()

    @property
    def position(self):
        """The `Position` on the board."""
        return self._past[-1]

    @property
    def is_over(self):
        """Whether the game has ended, by its rules or because you resigned."""
        return self._resigned is not None or self.position.is_over

    @property
    def result(self):
        """The result as it is written down, such as B+3.5 or W+R; empty while the game goes on."""
        if self._resigned is not None:
            return f"{NAMES[3 - self._resigned][0]}+R"
        return self.position.result() if self.is_over else ""

    def play(self, vertex):
        """Play your move, such as "C3" or "pass"; the player answers.

        Raises:
          ValueError: it is no move, or an illegal one, or not your turn.
        """
        _insist(not self.is_over, "the game is over: undo() takes a move back, new_game() begins another")
        _insist(self._player is None, f"it is {self._name()}'s turn: step() lets it play")
        self._past.append(self.position.play(from_vertex(vertex, self.position.size)))
        self._answer()

    def step(self):
        """Let the player whose turn it is play one move."""
        _insist(not self.is_over, "the game is over")
        _insist(self._player is not None, "it is your turn")
        with self._thinking(self._player):
            move = int(self._player.analyse(self.position).move)
            self._past.append(self.position.play(move))

    def watch(self, moves, seconds=0.0):
        """Let two players play some moves, or to the end of the game.

        Args:
          moves: how many at most.
          seconds: to wait after each.
        """
        _insist(self._you is None, "two players are needed: GoBoard(player, against=another)")
        for _ in range(moves):
            if self.is_over or not self._stepped():
                break
            time.sleep(seconds)

    def hint(self):
        """Draw what the player searches here: its share of visits for each move, and what the move is worth."""
        _insist(not self.is_over, "the game is over")
        player = self._player or self._players[3 - self.position.to_play]
        with self._thinking(player):
            found = player.analyse(self.position)
            drawing.search_in_words(self.position.rules, found.visits, found.values)  # fails here, if it has to
            self._search = found

    def undo(self):
        """Take back your last move and the answer to it, or a resignation; while watching, one move."""
        past = self._past[: None if self._resigned is not None else -1]
        while past and self._you is not None and past[-1].to_play != self._you:
            past.pop()
        _insist(past, "there is no move to take back")
        self._past, self._resigned = past, None
        self._show()

    def resign(self):
        """Give the game up."""
        _insist(self._you is not None and not self.is_over, "only who plays a game that goes on can resign")
        self._resigned = self._you
        self._show()

    def change_sides(self):
        """Go on with the other colour; two players change places."""
        self._players = {3 - colour: player for colour, player in self._players.items()}
        self._answer()

    def new_game(self):
        """Begin again."""
        self._past, self._resigned = [self._start], None
        self._answer()

    def svg(self):
        """The board as it is now, as SVG; `drawing.picture(board.position)` shows it where there is no kernel."""
        overlay = {} if self._search is None else {"visits": self._search.visits, "values": self._search.values}
        if self.position.is_over:
            overlay["owners"] = self.position.owners()
        return drawing.svg(self.position, width=self._width, **overlay)

    def sgf(self):
        """The record of the game, as SGF."""
        from course_lib.go.sgf import write_sgf

        start = None if self._start.moves else self._start  # a game that goes on from another is written whole
        return write_sgf(self.position, self._name(BLACK), self._name(WHITE), self.result, start=start)

    def __repr__(self):
        return f"<GoBoard: {self._name(BLACK)} (Black), {self._name(WHITE)} (White)>\n{self.position}"

    @property
    def _player(self):
        """Who is to move; None for you."""
        return self._players[self.position.to_play]

    @property
    def _you(self):
        """Your colour; None while you watch."""
        return next((colour for colour, player in self._players.items() if player is None), None)

    def _name(self, colour=None):
        player = self._players[colour or self.position.to_play]
        return "you" if player is None else player.name

    def _answer(self):
        """Let the player move if you play against it and it is its turn."""
        self._search = None
        if self._player is None or self._you is None or self.is_over:
            self._show()
        else:
            self.step()

    def _stepped(self):
        before = len(self._past)
        self.step()
        return len(self._past) > before

    @contextlib.contextmanager
    def _thinking(self, player):
        """Say who is thinking until the block ends; if it fails, say how, and nothing else."""
        self._search, note = None, ""
        self._show(busy=f"{player.name} is thinking …")
        try:
            yield
        except (Exception, KeyboardInterrupt) as problem:
            reason = traceback.format_exception_only(problem)[-1].strip().rstrip(".")
            note = f"{player.name} stopped: {reason}. The game is as it was."
        self._show(note)

    def _receive(self, _, message, __):
        """Do what a click or a key asks for, unless the board has changed since; say why if it cannot be done."""
        if message.get("count") != self._count or message.get("do") not in self._actions:
            return
        try:
            self._actions[message["do"]](*([message.get("vertex")] if message["do"] == "play" else []))
        except ValueError as reason:
            self._show(str(reason))

    def _show(self, note="", busy=""):
        """Send the view everything it draws, at once; `count` tells clicks on this board from clicks on older ones."""
        self._count += 1
        size, stones = self.position.size, self.position.stones.ravel()
        self.shown = {
            "count": self._count,
            "svg": self.svg(),
            "cell": drawing.CELL,
            "size": size,
            "points": [[vertex := to_vertex(move, size), f"{vertex} {HOLDS[stones[move]]}"] for move in range(size**2)],
            "turn": NAMES[self.position.to_play].lower() if self._is_your_turn() and not busy else "",
            "state": busy or self._state(),
            "facts": self._facts(),
            "note": note or self._hint(),
            "busy": bool(busy),
            "playing": self._you is not None,
            "buttons": self._buttons(),
        }

    def _is_your_turn(self):
        return not self.is_over and self._player is None

    def _state(self):
        if self._resigned is not None:
            return f"{NAMES[self._resigned]} resigned: {self.result}."
        if self.is_over:
            (black, white), komi = self.position.area(), self.position.rules.komi
            return f"The game is over: {self.result}. Points: Black {black}, White {white} and {komi:g} komi."
        colour = NAMES[self.position.to_play]
        return f"Your move, {colour}." if self._player is None else f"{colour} ({self._name()}) is to move."

    def _facts(self):
        """The last move, and how many stones were taken."""
        last = "none"
        if self.position.moves:
            last = f"{NAMES[3 - self.position.to_play]} {to_vertex(self.position.last_move, self.position.size)}"
        black, white = self.position.captured
        return f"Last move: {last}. Prisoners: Black has {white}, White {black}."

    def _hint(self):
        if self._search is None:
            return ""
        return drawing.search_in_words(self.position.rules, self._search.visits, self._search.values) + "."

    def _buttons(self):
        """[name, label, whether it does something now] of each button that this board has."""
        yours, playing = self._is_your_turn(), self._you is not None
        can = dict.fromkeys(LABELS, True) | {
            "pass": yours,
            "undo": len(self._past) > 1 or self._resigned is not None,
            "hint": not self.is_over,
            "step": not (self.is_over or yours),
            "resign": playing and not self.is_over,
        }
        return [[do, label, can[do]] for do, label in LABELS.items() if playing or do not in ("pass", "resign")]


def _insist(condition, otherwise):
    if not condition:
        raise ValueError(f"{otherwise}.")
