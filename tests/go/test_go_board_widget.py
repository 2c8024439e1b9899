"""The Go board of the notebooks without a browser: what is clicked goes in as messages, what is drawn comes out."""

import numpy as np
import pytest
from go_diagrams import drawn, play, setup

from course_lib.go.board_widget import GoBoard
from course_lib.go.coordinates import from_vertex
from course_lib.go.players import Analysis
from course_lib.go.position import Position
from course_lib.go.rules import BLACK, WHITE, Rules


class Reader:
    """A player that reads its moves off a list; an exception in it is raised."""

    def __init__(self, *moves, name="Reader"):
        self.moves, self.name = list(moves), name

    def analyse(self, position):
        if isinstance(move := self.moves.pop(0), BaseException):
            raise move
        visits = np.zeros(position.rules.num_moves, int)
        visits[chosen := from_vertex(move, position.size)] = 8
        return Analysis(chosen, visits, np.where(visits > 0, 0.5, np.nan), 0.5)


def click(board, do, vertex=None, count=None):
    """Send what the browser sends."""
    board._handle_custom_msg({"do": do, "vertex": vertex, "count": count or board.shown["count"]}, [])


def enabled(board):
    """The buttons that do something now."""
    return [name for name, _, can in board.shown["buttons"] if can]


@pytest.fixture
def board():
    return GoBoard(Reader("A1", "C3", "pass"), Rules(3, komi=0.5))


def test_a_click_is_played_and_answered(board):
    """The points' names, who is to play, the last move and the drawing are sent together."""
    assert board.shown["turn"] == "black" and board.shown["state"] == "Your move, Black."
    assert board.shown["facts"] == "Last move: none. Prisoners: Black has 0, White 0."
    click(board, "play", "B2")
    assert drawn(board.position) == "...\n.X.\nO.."
    assert board.shown["points"][4] == ["B2", "B2 black"] and board.shown["points"][6] == ["A1", "A1 white"]
    assert board.shown["facts"] == "Last move: White A1. Prisoners: Black has 0, White 0."
    assert board.shown["svg"] == board.svg() and "Last move: White A1" in board.svg()


def test_typing_does_what_a_click_does(board):
    """In any case, with blanks."""
    click(board, "play", " b2 ")
    other = GoBoard(Reader("A1"), Rules(3, komi=0.5))
    other.play("B2")
    assert drawn(board.position) == drawn(other.position)


@pytest.mark.parametrize(
    ("vertex", "why"),
    [("A1", "Black cannot play A1: there is a stone on that point."), ("D4", "no point of a 3 by 3 board"), ("", "''")],
)
def test_an_illegal_click_says_why_and_changes_nothing(board, vertex, why):
    """In Python the same is a ValueError."""
    board.play("B2")
    before = board.position
    click(board, "play", vertex)
    assert why in board.shown["note"] and board.position is before
    with pytest.raises(ValueError, match="no point|there is a stone"):
        board.play(vertex)
    click(board, "play", "C1")
    assert board.shown["note"] == ""


def test_a_click_on_a_board_that_has_changed_since_is_none(board):
    """So are those made while a player thinks: they are handled after its answer."""
    count = board.shown["count"]
    click(board, "play", "B2", count)
    click(board, "play", "C1", count)
    click(board, "erase", "C1")
    assert len(board.position.moves) == 2 and board.shown["note"] == ""


def test_while_the_player_thinks_the_board_says_so(board):
    """What is shown in turn: your stone and who is thinking, then the answer."""
    seen = []
    board.observe(lambda change: seen.append((change.new["state"], change.new["busy"], change.new["turn"])), "shown")
    board.play("B2")
    assert seen == [("Reader is thinking …", True, ""), ("Your move, Black.", False, "black")]


def test_two_passes_end_the_game_and_the_owners_are_shaded(board):
    """3 by 3: Black has the centre and C1, White A1 and C3; no empty point is one colour's. 2 − 2 − 0.5 < 0."""
    for vertex in ("B2", "C1", "pass"):
        board.play(vertex)
    assert board.is_over and board.result == "W+0.5"
    assert board.shown["state"] == "The game is over: W+0.5. Points: Black 2, White 2 and 0.5 komi."
    assert "fill-opacity" in board.svg() and board.shown["turn"] == ""
    assert enabled(board) == ["undo", "sides", "new"]
    click(board, "pass")
    assert "the game is over" in board.shown["note"]


def test_undo_takes_back_the_answer_as_well(board):
    """To the start, and no further."""
    board.play("B2")
    board.play("C1")
    click(board, "undo")
    assert drawn(board.position) == "...\n.X.\nO.."
    click(board, "undo")
    assert board.position.moves == () and "undo" not in enabled(board)
    click(board, "undo")
    assert "no move to take back" in board.shown["note"]


def test_resigning_and_taking_it_back(board):
    """The board stays as it was."""
    board.play("B2")
    click(board, "resign")
    assert board.result == "W+R" and board.shown["state"] == "Black resigned: W+R."
    click(board, "undo")
    assert not board.is_over and len(board.position.moves) == 2


def test_a_hint_draws_the_search(board):
    """Of the player that would answer, for your move; gone with the next move."""
    click(board, "hint")
    assert board.shown["note"] == "Searched: A1 100% value +0.50." and "+0.50" in board.shown["svg"]
    assert board.position.moves == ()
    board.play("B2")
    assert board.shown["note"] == "" and "+0.50" not in board.shown["svg"]


def test_white_waits_for_black_and_sides_can_be_changed():
    """As White you are answered before you play; after a change of sides the player moves for your old colour."""
    board = GoBoard(Reader("B2", "A1", "C1"), Rules(3), human=WHITE)
    assert drawn(board.position) == "...\n.X.\n..." and board.shown["turn"] == "white"
    with pytest.raises(ValueError, match="no move to take back"):
        board.undo()
    click(board, "sides")
    assert drawn(board.position) == "...\n.X.\nO.." and board.shown["turn"] == "black"
    click(board, "new")
    assert board.position.moves == ()


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (RuntimeError("out of memory"), "RuntimeError: out of memory. The"),
        (KeyboardInterrupt(), "KeyboardInterrupt. The"),
        ("B2", "ValueError: White cannot play B2: there is a stone on that point. The"),
    ],
)
def test_a_player_that_fails_costs_nothing(problem, says):
    """It raises, it is interrupted, or its move is illegal: your move stays, and it can be asked again."""
    board = GoBoard(Reader(problem, "A1"), Rules(3))
    click(board, "play", "B2")
    assert board.shown["note"] == f"Reader stopped: {says} game is as it was." and not board.shown["busy"]
    assert drawn(board.position) == "...\n.X.\n..." and board.shown["state"] == "White (Reader) is to move."
    with pytest.raises(ValueError, match="it is Reader's turn"):
        board.play("C1")
    click(board, "step")
    assert drawn(board.position) == "...\n.X.\nO.."


def test_a_search_that_cannot_be_drawn_is_a_failure_too():
    """Else the board would stay busy."""
    board = GoBoard(Reader("A1"), Rules(3))
    board._players[WHITE].analyse = lambda position: Analysis(0, np.ones(3), np.ones(3), 0.0)
    click(board, "hint")
    assert "visits of shape (3,)" in board.shown["note"] and not board.shown["busy"]


def test_watching_two_players():
    """Step by step, some moves, to the end; undo takes one move back."""
    board = GoBoard(Reader("B2", "C1", "pass", "pass", name="one"), Rules(3), against=Reader("A1", "pass", name="two"))
    assert [name for name, *_ in board.shown["buttons"]] == ["undo", "hint", "step", "sides", "new"]
    click(board, "step")
    assert drawn(board.position) == "...\n.X.\n..." and board.shown["state"] == "White (two) is to move."
    board.watch(2)
    assert len(board.position.moves) == 3
    board.undo()
    assert len(board.position.moves) == 2
    board.watch(9)
    assert board.is_over and len(board.position.moves) == 4
    with pytest.raises(ValueError, match="can resign"):
        board.resign()
    with pytest.raises(ValueError, match="two players are needed"):
        GoBoard(Reader(), Rules(3)).watch(1)


def test_watching_stops_where_a_player_fails():
    """And says which one."""
    board = GoBoard(Reader("B2"), Rules(3), against=Reader(ValueError("no idea"), name="two"))
    board.watch(5)
    assert len(board.position.moves) == 1 and board.shown["note"].startswith("two stopped: ValueError: no idea.")


def test_a_game_can_begin_from_any_position():
    """A new game leads back there; prisoners are counted."""
    start = setup("O X .\n. . .\n. . .", to_play=BLACK)
    board = GoBoard(Reader("C1"), start=start)
    board.play("A2")
    assert board.shown["facts"] == "Last move: White C1. Prisoners: Black has 1, White 0."
    board.new_game()
    assert board.position is start


def test_the_record_of_a_game():
    """SGF's columns are a, b, c from the left, its rows from the top: B2 is bb, A1 is ac."""
    board = GoBoard(Reader("A1", name="one"), Rules(3))
    board.play("B2")
    board.resign()
    record = board.sgf()
    assert "PB[you]" in record and "PW[one]" in record and "RE[W+R]" in record
    assert record.index(";B[bb]") < record.index(";W[ac]")
    again = GoBoard(Reader("C3"), start=play(Position(Rules(3)), "B2 A1"))
    again.play("C1")
    assert ";B[bb]" in again.sgf()


def test_what_a_notebook_stores_is_the_same_everywhere(board):
    """No address of an object in it."""
    assert repr(board) == f"<GoBoard: you (Black), Reader (White)>\n{board.position}"


def test_no_such_colour():
    """The two that there are are named."""
    with pytest.raises(ValueError, match=r"human=3: BLACK \(1\) or WHITE \(2\)"):
        GoBoard(Reader(), Rules(3), human=3)
