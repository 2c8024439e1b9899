"""GNU Go, a strong classical program, as an opponent and as a second opinion on the rules."""

import os
import pathlib
import shutil
import tempfile

import numpy as np

from course_lib.go.coordinates import from_vertex, to_vertex
from course_lib.go.gtp_client import GtpClient
from course_lib.go.layout import COLOURS, HISTORY, MOVES, TO_PLAY, points_of
from course_lib.go.players import Player
from course_lib.go.position import NAMES, Position
from course_lib.go.rules import EMPTY
from course_lib.go.sgf import save_sgf
from course_lib.go.turns import start_of

# Debian puts games where PATH may not lead.
PLACES = (os.environ.get("PATH", os.defpath), "/usr/games", "/usr/local/games", "/opt/homebrew/bin")


def find_gnugo():
    """Find GNU Go; returns its path, or None."""
    return shutil.which("gnugo", path=os.pathsep.join(PLACES))


def options(rules):
    """The options by which GNU Go 3.8 plays by Tromp and Taylor's rules.

    It counts area, takes all dead stones before it passes, and never resigns. Both superko rules are its own, too, but
    after a suicide it looks for no repetition. Where none may come again, suicides of one stone are never legal, and
    it can be told so; suicides of several that repeat a position remain legal for it.
    """
    suicide = "--allow-suicide" if rules.ko == "positional" else "--allow-all-suicide"
    return [
        "--chinese-rules",
        "--capture-all-dead",
        "--play-out-aftermath",
        "--never-resign",
        "--simple-ko" if rules.ko == "simple" else f"--{rules.ko}-superko",
        suicide if rules.suicide else "--forbid-suicide",
    ]


class GnuGo(Player):
    """GNU Go as a player, in a process of its own: `with GnuGo(rules) as gnugo: …`.

    As a player it is shown the last seven moves of a game, on the board before them: all it needs for the ko. Should it
    choose what would repeat a position from before, it is asked for the best of the legal moves.

    Args:
      rules: `Rules`; it plays on every board from 2 to 19 lines, though it was made for 5 and more.
      level: of play; 10 is its usual one, and the time for a move grows with it.
      seed: of its choices between equal moves.
      timeout: seconds that an answer may take.

    Attributes:
      name: for tables.
      rules: the `Rules`.

    Raises:
      RuntimeError: GNU Go is not installed, ends, or gives no answer in time.
    """

    def __init__(self, rules, level=10, seed=1, timeout=120):
        program = find_gnugo()
        if program is None:
            raise RuntimeError(
                "GNU Go is not installed. Debian and Ubuntu have it as `gnugo`, Homebrew as `gnu-go`; "
                f"it is looked for in {os.pathsep.join(PLACES)}."
            )
        self.rules, self.name = rules, f"GNU Go {level}"
        words = [program, "--mode", "gtp", "--quiet", "--level", level, "--seed", seed, *options(rules)]
        self._folder = tempfile.TemporaryDirectory()
        self._client = GtpClient(words, timeout, folder=self._folder.name)
        self._shown = None
        self.send(f"boardsize {rules.size}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the process."""
        self._client.close()
        self._folder.cleanup()

    def send(self, command):
        """Give a command of the Go Text Protocol; see `GtpClient.send`. Afterwards the board is shown anew."""
        self._shown = None
        return self._client.send(command)

    def think(self, boards):
        """Choose a move in each of G games; games that are over get none, and of values nothing is told.

        Raises:
          ValueError: the boards have another size.
        """
        if boards.rules.size != self.rules.size:
            raise ValueError(f"boards of size {boards.rules.size}: this GNU Go plays on {self.rules.size}.")
        visits = np.zeros((len(boards), self.rules.num_moves), np.int32)
        for row, legal, seen in zip(boards.rows, boards.legal(), visits, strict=True):
            if legal.any():
                seen[self._move(row, legal)] = 1
        return visits, np.full(visits.shape, np.nan), np.zeros(len(boards))

    def choose(self, boards, visits):
        """The move that was thought of."""
        return np.where(visits.any(axis=1), visits.argmax(axis=1), -1)

    def _move(self, row, legal):
        self._show(*recent(self.rules, row))
        colour = NAMES[row[TO_PLAY]].lower()
        move = self._point(self.send(f"genmove {colour}"))
        if legal[move] or not legal[:-1].any():
            return move if legal[move] else self.rules.points
        self._show(*recent(self.rules, row))
        vertices = " ".join(to_vertex(point, self.rules.size) for point in np.flatnonzero(legal[:-1]))
        return self._point(self.send(f"restricted_genmove {colour} {vertices}"))

    def _point(self, vertex):
        return from_vertex(vertex, self.rules.size)

    def legal(self, position):
        """Which moves GNU Go holds to be legal, bool [A], the pass among them; it is shown the whole game.

        Raises:
          ValueError: the game began from a set-up board, and that is too long ago to be known.
        """
        self._show(start_of(position), position.moves)
        vertices = self._client.send(f"all_legal {NAMES[position.to_play].lower()}").split()
        legal = np.zeros(self.rules.num_moves, bool)
        legal[[self._point(vertex) for vertex in ("pass", *vertices)]] = True
        return legal

    def score(self, position):
        """Black's points less White's and less komi as GNU Go counts them, which leaves out stones it thinks are dead."""
        self._show(*recent(self.rules, position.row))
        winner, _, points = self.send("final_score").partition("+")
        return float(points) * (1 if winner == "B" else -1) if points else 0.0

    def _show(self, start, moves):
        """Bring GNU Go to the position after some moves; what is there already is not played again."""
        key, done = (start.stones.tobytes(), start.to_play), self._shown[1] if self._shown else ()
        if not self._shown or self._shown[0] != key or moves[: len(done)] != done:
            self._set_up(start)
            done = ()
        for number in range(len(done), len(moves)):
            colour = start.to_play if number % 2 == 0 else 3 - start.to_play
            self._client.send(f"play {NAMES[colour].lower()} {to_vertex(moves[number], self.rules.size)}")
        self._shown = key, moves

    def _set_up(self, start):
        self._shown = None
        if start.stones.any():
            save_sgf(pathlib.Path(self._folder.name) / "start.sgf", start)
            self._client.send("loadsgf start.sgf")
        else:
            self._client.send("clear_board")
        self._client.send(f"komi {self.rules.komi}")


def recent(rules, row):
    """Take the last moves of a game from the boards that its row keeps.

    Args:
      rules: `Rules`.
      row: int32 [L].

    Returns:
      The `Position` at most seven moves ago, without a past, and the moves since, a tuple. A suicide leaves no stone to
      tell it by: then the game is given from there on.
    """
    place, played = COLOURS + 5 * points_of(row), int(row[MOVES])
    boards = row[place : place + HISTORY * rules.points].reshape(HISTORY, rules.size, rules.size)
    start, moves = max(0, played - HISTORY + 1), []
    for number in range(start + 1, played + 1):
        before, after = boards[(number - 1) % HISTORY], boards[number % HISTORY]
        new = np.flatnonzero((before == EMPTY) & (after != EMPTY))
        moves.append(int(new[0]) if len(new) else rules.points)
        if not len(new) and (before != after).any():
            start, moves = number, []
    first = row[TO_PLAY] if len(moves) % 2 == 0 else 3 - row[TO_PLAY]
    return Position.set_up(rules, boards[start % HISTORY], int(first)), tuple(moves)
