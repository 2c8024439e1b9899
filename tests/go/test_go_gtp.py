"""The Go Text Protocol: what an engine answers, and a game of the program with GNU Go."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import ROOT
from course_lib.common.checkpoints import save_model
from course_lib.go.coordinates import from_vertex
from course_lib.go.gnugo import GnuGo, find_gnugo
from course_lib.go.gtp import COMMANDS, Engine
from course_lib.go.gtp_client import GtpClient
from course_lib.go.gtp_program import parser, player_maker
from course_lib.go.gtp_words import info
from course_lib.go.handicap import fixed_points
from course_lib.go.players import Analysis, RandomPlayer, UCTPlayer, ZeroPlayer
from course_lib.go.rules import BLACK, WHITE, Rules
from course_lib.go.sgf import read_sgf

needs_gnugo = pytest.mark.skipif(find_gnugo() is None, reason="platform: GNU Go is not installed")


class Fixed:
    """A player that plays the first legal point and says what it is worth."""

    def __init__(self, value=0.0):
        self.value, self.seen = value, []

    def analyse(self, position):
        self.seen.append(position)
        legal = position.legal_moves()
        return Analysis(int(legal.argmax()), legal.astype(int), np.full(len(legal), np.nan), self.value)


def engine(size=3, value=0.0, **rules):
    return Engine(lambda _: Fixed(value), Rules(size, **rules))


def say(engine, *lines):
    """Give commands, and return the last answer without its empty line."""
    answers = [engine.respond(line) for line in lines]
    assert all(answer.endswith("\n\n") for answer in answers)
    return answers[-1][:-2]


def test_the_form_of_answers():
    made = engine()
    assert made.respond("protocol_version") == "= 2\n\n"
    assert made.respond("007 protocol_version") == "=007 2\n\n"
    assert made.respond("12 clear_board") == "=12 \n\n"
    assert made.respond("3 dance") == "?3 unknown command\n\n"
    assert made.respond("4") == "?4 unknown command\n\n"
    assert all(made.respond(line) == "" for line in ("", "\n", "  \t ", "# only a comment", "\x07\n"))
    assert made.respond("\t5\tPLAY  B\x00\ta1 # the corner\r\n") == "=5 \n\n"
    assert made.position.moves == (6,)
    assert made.respond("name") == "= course_lib\n\n" and made.respond("version").startswith("= 0.")
    assert made.respond("known_command play") == "= true\n\n" and made.respond("known_command fly") == "= false\n\n"
    assert say(made, "list_commands")[2:].split("\n") == sorted(COMMANDS)
    assert not re.search("\n\n.", made.respond("showboard"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("play b", "syntax error: missing a required argument: 'vertex'"),
        ("play b a1 a2", "syntax error: too many"),
        ("play red a1", "syntax error: 'red' is no colour; write B or W"),
        ("play b a4", "syntax error: 'a4' is no point of a 3 by 3 board"),
        ("play b i1", "syntax error: 'i1' is no point"),
        ("genmove", "syntax error"),
        ("genmove 7", "syntax error: '7' is no colour"),
        ("boardsize three", "syntax error: 'three' is no whole number"),
        ("boardsize 20", "unacceptable size: size=20: a board has 2 to 19"),
        ("boardsize 1", "unacceptable size: size=1"),
        ("komi much", "syntax error: could not convert"),
        ("komi nan", "syntax error: komi=nan"),
        ("komi 0.3", "syntax error: komi=0.3: a multiple of ½"),
        ("undo", "cannot undo"),
        ("fixed_handicap 2", "invalid number of stones: 2; a 3 by 3 board has places for none"),
        ("set_free_handicap a1", "bad vertex list"),
        ("set_free_handicap a1 a1", "bad vertex list"),
        ("set_free_handicap a1 pass", "bad vertex list"),
        ("set_free_handicap a1 a2 a3 b1 b2 b3 c1 c2 c3", "bad vertex list"),
        ("time_left b 1", "syntax error"),
        ("final_status_list sleepy", "syntax error: alive, seki or dead"),
        ("loadsgf no_such.sgf", "cannot load file: no SGF record"),
        ("kgs-rules japanese", "unknown rules: this engine counts area"),
    ],
)
def test_what_fails_is_told(line, reason):
    made = engine()
    assert say(made, line).startswith(f"? {reason}")
    assert made.position.moves == () and made.rules == Rules(3, max_moves=36)


def test_illegal_moves_have_reasons_and_change_nothing():
    made = engine()
    say(made, "play b b3", "play w c2", "play b a2", "play w b1")
    assert say(made, "play w a3") == "? illegal move: White cannot play A3: the stone would have no liberty (suicide)."
    assert say(made, "play w b3") == "? illegal move: White cannot play B3: there is a stone on that point."
    assert len(made.position.moves) == 4 and made.position.to_play == BLACK


def test_either_colour_may_move_at_any_time():
    made = engine()
    say(made, "play w b2")
    assert made.position.moves == (4,) and made.position.to_play == BLACK
    say(made, "play w a1")  # Black has passed
    assert made.position.moves == (4, 9, 6) and made.position.stones.ravel()[[4, 6]].tolist() == [WHITE] * 2
    say(made, "undo")  # takes the pass back, too: it belongs to the command
    assert made.position.moves == (4,)
    say(made, "play b pass", "play w pass")
    assert made.position.is_over
    assert say(made, "genmove b") == "= A3"  # after two passes a game may go on
    assert say(made, "genmove b") == "= B3"
    assert "W[bb]" in say(made, "printsgf") and "PL[W]" in say(made, "printsgf")


def test_moves_are_made_or_only_told():
    made = engine()
    assert say(made, "genmove b") == "= A3"
    assert say(made, "reg_genmove w") == "= B3"
    assert made.position.moves == (0,)
    assert say(made, "showboard").split("\n")[1:] == [
        " 3 X . .",
        " 2 . . .",
        " 1 . . .",
        "   A B C",
        "White to play; Black has lost 0, White 0",
    ]


def test_resignation():
    assert say(engine(value=-0.96), "genmove b") == "= resign"
    assert say(engine(value=-0.95), "genmove b") == "= A3"
    assert say(engine(value=np.nan), "genmove b") == "= A3"
    assert say(Engine(lambda _: Fixed(-1.0), Rules(3), resign_below=-1), "genmove b") == "= A3"
    assert say(engine(value=-1.0), "reg_genmove b") == "= A3"


def test_a_game_ends_at_the_highest_limit_there_is():
    made = engine(2)
    for _ in range(8):
        say(made, "play b pass", "play w pass")
    assert say(made, "genmove b") == "= pass" and say(made, "reg_genmove b") == "= pass"
    assert say(made, "lz-analyze b") == "= "
    assert say(made, "play b a1") == "? illegal move: Black cannot play A1: the game is over."


def test_players_are_made_late_and_for_the_rules():
    asked = []

    def player_of(rules):
        asked.append(rules)
        if rules.size == 4:
            raise ValueError("no network for 4 lines")
        return Fixed()

    made = Engine(player_of, Rules(3, 0.5))
    say(made, "komi 1.5", "clear_board", "play b a1")
    assert asked == []
    say(made, "genmove w", "genmove b", "undo", "clear_board", "genmove b")
    assert asked == [Rules(3, 1.5, max_moves=36)]
    say(made, "komi 2.5")  # in the middle of a game
    assert made.position.moves == (0,) and made.position.score() == 9 - 2.5
    say(made, "genmove w")
    assert asked[1:] == [Rules(3, 2.5, max_moves=36)]
    assert say(made, "boardsize 4") == "? unacceptable size: no network for 4 lines"
    assert made.position.moves == (0, 1)
    say(made, "boardsize 5")
    assert made.position.moves == () and asked[-1] == Rules(5, 2.5, max_moves=100)


def test_rules_as_a_server_names_them():
    made = engine()
    say(made, "kgs-rules new_zealand")
    assert (made.rules.ko, made.rules.suicide) == ("situational", True)
    say(made, "play b b2")
    assert say(made, "kgs-rules chinese") == "? board not empty"


def test_handicap_stones_are_no_moves():
    made = engine(9)
    assert say(made, "fixed_handicap 3") == "= C3 G7 C7"
    assert made.position.to_play == WHITE and made.position.moves == () and made.position.stones.sum() == 3
    assert say(made, "undo") == "? cannot undo"
    assert say(made, "fixed_handicap 2") == say(made, "set_free_handicap a1 a2") == "? board not empty"
    assert say(made, "clear_board", "place_free_handicap 30").count(" ") == 9  # as many as it has places for
    assert say(made, "clear_board", "set_free_handicap A1 J9 E5") == "= "
    assert say(made, "genmove w") == "= A9"
    assert "AB[" in say(made, "printsgf") and ";W[aa]" in say(made, "printsgf")


def test_star_points_by_hand():
    assert fixed_points(9, 4) == [6 * 9 + 2, 2 * 9 + 6, 2 * 9 + 2, 6 * 9 + 6]
    assert [fixed_points(19, 5)[-1], fixed_points(13, 2)[0]] == [9 * 19 + 9, 9 * 13 + 3]
    for size, number in ((6, 2), (7, 5), (8, 5), (9, 10), (19, 1)):
        with pytest.raises(ValueError, match="invalid number of stones"):
            fixed_points(size, number)


@needs_gnugo
def test_star_points_are_those_of_gnugo():
    compared = 0
    with GnuGo(Rules(9)) as gnugo:
        for size in range(7, 20):
            for number in range(2, 10 if size % 2 and size > 7 else 5):
                gnugo.send(f"boardsize {size}")
                gnugo.send("clear_board")
                theirs = {from_vertex(vertex, size) for vertex in gnugo.send(f"fixed_handicap {number}").split()}
                assert theirs == set(fixed_points(size, number)), (size, number)
                compared += 1
    assert compared == 7 * 3 + 6 * 8


def test_the_end_of_a_game():
    made = engine(3, komi=1.5)
    say(made, "play b b3", "play w c3", "play b b2", "play w c2", "play b b1")
    # Black has the middle column and the left one, 6 points; White 2, and 1.5 of komi. C1 touches both.
    assert say(made, "final_score") == "= B+2.5"
    assert sorted(say(made, "final_status_list alive")[2:].split("\n")) == ["B3 B2 B1", "C3 C2"]
    assert say(made, "final_status_list dead") == say(made, "final_status_list seki") == "= "


def test_records(tmp_path):
    made, other = engine(4), engine(3)
    say(made, "komi 0.5", "play w b2", "play b a1", "play b c3", "play w pass")
    assert say(made, f"printsgf {tmp_path / 'game.sgf'}") == "= "
    assert say(other, f"loadsgf {tmp_path / 'game.sgf'}") == "= "
    assert other.position.moves == made.position.moves and other.rules == made.rules
    assert say(other, "printsgf") == say(made, "printsgf")
    say(other, "undo")
    assert len(other.position.moves) == 4
    say(other, f"loadsgf {tmp_path / 'game.sgf'} 3")  # before the third move
    assert len(other.position.moves) == 2
    (tmp_path / "bad.sgf").write_text("(;SZ[3];B[aa];W[aa])")
    assert say(other, f"loadsgf {tmp_path / 'bad.sgf'}").startswith("? cannot load file: move 2 of the record")
    assert len(other.position.moves) == 2


def test_an_analysis_by_hand():
    nan = np.nan
    analysis = Analysis(1, np.array([10, 30, 0, 10, 0]), np.array([-0.5, 0.25, nan, nan, nan]), 0.1)
    # (1 + value) / 2 in ten thousand: 2500, 6250, and 5500 where only the position has a value.
    assert info(analysis, 2) == (
        "info move B2 visits 30 winrate 6250 order 0 pv B2 "
        "info move A2 visits 10 winrate 2500 order 1 pv A2 "
        "info move B1 visits 10 winrate 5500 order 2 pv B1"
    )
    assert (
        info(Analysis(4, np.zeros(5), np.full(5, nan), nan), 2)
        == "info move pass visits 1 winrate 5000 order 0 pv pass"
    )
    for line in ("lz-analyze", "lz-analyze B 100", "analyze 50"):
        assert say(engine(2), line).startswith("= \ninfo move A2 visits 1 ")


words = st.sampled_from(
    [*COMMANDS, "b", "W", "a1", "B2", "pass", "C3", "2", "3", "1.5", "-1", "alive", "#", "\t", "é", "9" * 30]
)


@given(st.lists(st.lists(words, max_size=4), max_size=12))
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_gets_an_answer(lines):
    made = engine()
    for line in lines:
        if "printsgf" in line:
            line = ["printsgf"]  # it would write files
        answer = made.respond(" ".join(line))
        assert answer == "" or re.fullmatch(r"[=?]\d* ([^\n]*)(\n[^\n]+)*\n\n", answer), answer
        assert not answer.startswith("?") or len(answer) > 8


def test_it_serves_until_told_to_quit():
    output = io.StringIO()
    engine().serve(["1 play b a1\n", "\n", "2 quit\n", "3 name\n"], output)
    assert output.getvalue() == "=1 \n\n=2 \n\n"
    output = io.StringIO()
    engine().serve(io.StringIO("name\nname"), output)
    assert output.getvalue() == "= course_lib\n\n" * 2


# The program


def test_the_players_of_the_program(tmp_path):
    network = pytest.importorskip("course_lib.go.networks").ZeroNetwork(3, channels=4, blocks=1, hidden=4)
    network.build()
    save_model(network, tmp_path / "network.keras")
    rules, made = Rules(3, max_moves=36), {}
    for name, kind in (("random", RandomPlayer), ("uct", UCTPlayer), ("zero", ZeroPlayer)):
        words = ["--player", name, "--simulations", "10", "--network", str(tmp_path / "network.keras")]
        made[name] = player_maker(parser().parse_args(words))
        assert type(made[name](rules)) is kind
        talking = Engine(made[name], Rules(3), resign_below=-1)
        for colour in "bwbw":
            assert re.fullmatch("= ([ABC][123]|pass)", say(talking, f"genmove {colour}"))
    assert made["zero"](rules).evaluate is made["zero"](Rules(3, 0.5)).evaluate  # read once
    assert say(talking, "boardsize 4") == "? unacceptable size: the network plays on 3 lines, not on 4"


def gtp(*words):
    return [sys.executable, "-m", "course_lib", "gtp", *words]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--size", "40"], "size=40: a board has 2 to 19"),
        (["--player", "zero"], "--network None: no such file"),
        (["--simulations", "0"], "--simulations: 2 or more"),
    ],
)
def test_the_program_refuses_what_it_cannot_do(words, reason, capsys):
    from course_lib.__main__ import main

    assert main(["gtp", *words]) == 1
    assert reason in capsys.readouterr().err


def test_nothing_but_the_protocol_reaches_standard_output():
    """Not what a library prints there, be it in Python or below."""
    program = """
import os
from course_lib.go import gtp_program, players
class Loud(players.RandomPlayer):
    def think(self, boards):
        print("noise")
        os.write(1, b"more noise")
        return super().think(boards)
players.RandomPlayer = Loud
gtp_program.main(["--player", "random", "--size", "3"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="1 genmove b\n2 quit\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert re.fullmatch(r"=1 ([ABC][123]|pass)\n\n=2 \n\n", done.stdout), done.stdout
    assert "noise" in done.stderr and "more noise" in done.stderr


@needs_gnugo
@pytest.mark.parametrize(
    ("size", "words"),
    [(5, ["--player", "random"]), pytest.param(7, ["--player", "uct", "--simulations", "50"], marks=pytest.mark.slow)],
)
def test_a_game_with_gnugo(size, words):
    """Each is told the other's moves, and in the end both have the same board and count the same area."""
    rules = Rules(size, 0.5)
    with (
        GtpClient(gtp(*words, "--size", str(size), "--komi", "0.5", "--resign-below", "-1"), 600, ROOT) as ours,
        GnuGo(rules) as theirs,
    ):
        theirs.send(f"komi {rules.komi}")
        turns, vertices = [(ours, theirs, "black"), (theirs, ours, "white")], []
        while vertices[-2:] != ["PASS", "PASS"] and len(vertices) < 4 * size**2:
            mover, other, colour = turns[len(vertices) % 2]
            vertices.append(mover.send(f"genmove {colour}").upper())
            other.send(f"play {colour} {vertices[-1]}")
        position = read_sgf(ours.send("printsgf"))
        for colour, stone in (("black", BLACK), ("white", WHITE)):
            listed = [from_vertex(vertex, size) for vertex in theirs.send(f"list_stones {colour}").split()]
            assert sorted(listed) == np.flatnonzero(position.stones == stone).tolist()
        assert vertices[-2:] == ["PASS", "PASS"] and len(vertices) > 10
        if not theirs.send("final_status_list dead"):
            assert ours.send("final_score") == theirs.send("final_score") == position.result()
