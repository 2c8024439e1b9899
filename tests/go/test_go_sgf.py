"""Records: read and written, against sgfmill's own board and by hand."""

import dataclasses

import numpy as np
import pytest
from go_diagrams import drawing, drawn, play, setup
from hypothesis import given, settings
from hypothesis import strategies as st
from sgfmill import boards, sgf

from course_lib.go.position import Position
from course_lib.go.rules import BLACK, KO_RULES, WHITE, Rules
from course_lib.go.sgf import RULES, read_positions, read_sgf, save_sgf, write_sgf


def random_game(rng, start, length, passing=0.1):
    """Play random moves, some of them passes; the game may end before."""
    position = start
    while not position.is_over and len(position.moves) - len(start.moves) < length:
        points = np.flatnonzero(position.legal_moves()[:-1])
        passes = not len(points) or rng.random() < passing
        position = position.play(position.rules.points if passes else int(rng.choice(points)))
    return position


def test_points_are_counted_from_the_top_left_column_first():
    position = read_sgf("(;GM[1]FF[4]SZ[5]KM[6.5]RU[Chinese];B[aa];W[ba];B[ae];W[ec];B[ab])")
    expected = """
        X O . . .
        X . . . .
        . . . . O
        . . . . .
        X . . . .
        """
    assert drawn(position) == drawing(expected)
    assert (position.to_play, position.rules) == (WHITE, Rules(5, 6.5))


def test_what_is_written_by_hand():
    position = play(Position(Rules(3, 0.5, ko="situational")), "A3 pass B2")
    text = write_sgf(position, "Lee", "AlphaGo", comments={0: "a ] b", 1: "corner"})
    for part in ("SZ[3]", "KM[0.5]", "RU[AGA]", "PB[Lee]", "PW[AlphaGo]", "C[a \\] b]", ";B[aa]C[corner]", ";B[bb]"):
        assert part in text.replace("\n", "")
    assert "RE" not in text and "PL" not in text and "AB" not in text
    # There are Black's stones alone, so all nine points are Black's, less half a point of komi.
    assert "RE[B+8.5]" in write_sgf(play(position, "pass pass"))
    assert "RE[W+R]" in write_sgf(position, result="W+R")


@given(st.integers(2, 9), st.sampled_from(KO_RULES), st.booleans(), st.integers(-9, 9), st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_games_come_back(size, ko, suicide, half_points, white_first, data):
    rules = Rules(size, half_points / 2, ko, suicide)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    start = Position.set_up(rules, np.zeros((size, size), int), WHITE if white_first else BLACK)
    if data.draw(st.booleans()):
        start = Position.set_up(rules, random_game(rng, start, size**2).stones, start.to_play)
    position = random_game(rng, start, data.draw(st.integers(0, 2 * size**2)))
    text = write_sgf(position, "black, [or] \\ so", "weiß", start=start)
    back = read_positions(text)
    assert back[-1].moves == position.moves and back[-1].rules == rules
    assert (back[-1].row == position.row).all()  # its past, too
    assert (back[0].stones == start.stones).all() and len(back) == len(position.moves) + 1
    assert write_sgf(back[-1], "black, [or] \\ so", "weiß", start=back[0]) == text
    assert sgf.Sgf_game.from_string(text).get_player_name("b") == "black, [or] \\ so"


@pytest.mark.parametrize(("size", "games"), [(4, 20), (9, 5), (19, 2)])
def test_boards_are_those_of_sgfmill(size, games):
    rng, captures = np.random.default_rng(size), 0
    for _ in range(games):
        position = random_game(rng, Position(Rules(size, ko="simple")), 2 * size**2, passing=0.01)
        board = boards.Board(size)
        for node in sgf.Sgf_game.from_string(write_sgf(position)).main_sequence_iter():
            colour, point = node.get_move()
            if colour and point:
                board.play(*point, colour)
        theirs = [[".bw".index(board.get(row, column) or ".") for column in range(size)] for row in range(size)[::-1]]
        assert (position.stones == theirs).all()
        captures += sum(position.captured)
    assert captures > 10


def test_stones_that_are_set_up():
    text = "(;GM[1]SZ[3]AB[aa][ba]AW[cc]PL[W];AE[ba]C[an editor's second thought];W[bb])"
    start, position = read_positions(text)
    assert drawn(start) == drawing("X..\n...\n..O") and start.to_play == WHITE and start.moves == ()
    assert drawn(position) == drawing("X..\n.O.\n..O")
    written = write_sgf(position)
    assert all(part in written for part in ("AB[aa]", "AW[cc]", "PL[W]", ";W[bb]"))
    assert read_sgf("(;SZ[3]AB[aa][bb]HA[2])").to_play == WHITE
    assert read_sgf("(;SZ[3]AB[aa][bb])").to_play == BLACK
    assert read_sgf("(;SZ[3]AB[aa:ca])").stones.sum() == 3  # a rectangle of points


def test_games_from_a_set_up_board_need_their_start_after_eight_moves():
    start = setup("X . O\n. . .\n. X .", WHITE)
    position = play(start, "A1 B2 C1 A2 pass B3 pass C2")
    with pytest.raises(ValueError, match="give the position that it began from"):
        write_sgf(position)
    assert read_sgf(write_sgf(position, start=start)).moves == position.moves
    with pytest.raises(ValueError, match="do not lead from there"):
        write_sgf(position, start=Position(Rules(3, 0)))


def test_turns_that_do_not_alternate_and_games_that_go_on():
    assert read_sgf("(;SZ[3];W[aa])").moves == (0,)
    assert read_sgf("(;SZ[3];B[aa];B[bb])").moves == (0, 9, 4)
    ended = read_sgf("(;SZ[3];B[aa];W[];B[tt])")
    assert ended.is_over and ended.moves == (0, 9, 9)
    assert not read_sgf("(;SZ[3];B[aa];W[];B[tt];W[bb])").is_over


def test_the_main_line_is_read():
    assert read_sgf("(;SZ[3];B[aa](;W[bb];B[cc])(;W[ab]))").moves == (0, 4, 8)
    assert read_sgf("(;SZ[3];B[aa])(;SZ[5];B[bb])").moves == (0,)  # the first game of a collection


def test_rules_by_their_names():
    for name, (ko, suicide) in RULES.items():
        assert read_sgf(f"(;SZ[3]KM[1]RU[{name}])").rules == Rules(3, 1, ko, suicide)
        assert f"RU[{name}]" in write_sgf(Position(Rules(3, 1, ko, suicide)))
    assert read_sgf("(;SZ[3]RU[tromp taylor])").rules.suicide
    assert read_sgf("(;RU[Japanese])").rules == Rules(19, 0, "simple")
    assert read_sgf("(;RU[made up])").rules == Rules(19, 0)


def test_records_longer_than_a_game_of_the_course():
    # On 2 by 2 the limit is 8 moves. Passes in pairs may go on and on.
    text = "(;SZ[2]" + ";B[];W[]" * 6 + ")"
    position = read_sgf(text)
    assert len(position.moves) == position.rules.limit == 12
    assert read_positions(text, longest=True)[-1].rules.limit == 16
    with pytest.raises(ValueError, match="played here: max_moves=18"):
        read_sgf("(;SZ[2]" + ";B[];W[]" * 9 + ")")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(;GM[2]SZ[8];B[aa])", "GM.2.: a record of another game"),
        ("(;SZ[20])", "size=20"),
        ("(;SZ[1])", "size=1"),
        ("(;SZ[9:13])", "no SGF record: bad SZ"),
        ("(;SZ[9]KM[3.75])", "komi=3.75: a multiple of ½"),
        ("(;SZ[9]KM[six])", "cannot be played here: could not convert"),
        ("(;SZ[9];B[aa];W[aa])", "move 2 of the record: White cannot play A9: there is a stone"),
        ("(;SZ[3];B[ab];W[cc];B[ba];W[aa])", "move 4 of the record: White cannot play A3: .*suicide"),
        ("(;SZ[9];B[aa];W[jj])", "move 2 of the record, no point of a 9 by 9 board"),
        ("(;SZ[9];B[aa];AW[bb])", "move 2 of the record: stones are set up there"),
        ("(;SZ[9];B[aa]W[bb])", "move 1 of the record: both colours"),
        ("(;SZ[2]AB[aa][ab][ba][bb])", "no liberty"),
        ("(;SZ[9]AB[jj])", "AB, AW or AE of the record"),
        ("(;SZ[9]PL[red])", "PL of the record"),
        ("(;SZ[9]AB[aa]HA[two])", "HA of the record"),
        ("(;SZ[9];B[aa", "no SGF record"),
        ("(hello)", "no SGF record"),
        ("no/such/game.sgf", "begins with a parenthesis, and there is no such file"),
        ("", "begins with a parenthesis"),
    ],
)
def test_what_cannot_be_read_is_told(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_sgf(text)


@given(st.text("(;)[]\\ABWSZKMPLHa1:t \n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        read_sgf(f"({text})")
    except ValueError as error:
        assert len(str(error)) > 10


def test_comments_belong_to_moves_that_were_played():
    with pytest.raises(ValueError, match=r"on 0 to 1 moves played, not on \[2\]"):
        write_sgf(play(Position(Rules(3)), "A1"), comments={1: "yes", 2: "no"})


def test_files(tmp_path):
    position = play(Position(Rules(5)), "C3 B2 pass")
    save_sgf(tmp_path / "game.sgf", position, white="石")
    assert [file.name for file in tmp_path.iterdir()] == ["game.sgf"]
    for source in (tmp_path / "game.sgf", str(tmp_path / "game.sgf")):
        assert read_sgf(source).moves == position.moves
    (tmp_path / "old.sgf").write_bytes("(;CA[ISO-8859-1]SZ[5]PB[Müller]RU[Chinese];B[cc])".encode("latin-1"))
    assert read_sgf(tmp_path / "old.sgf").moves == (12,)
    (tmp_path / "noise.sgf").write_bytes(bytes(range(256)))
    with pytest.raises(ValueError, match="no SGF record"):
        read_sgf(tmp_path / "noise.sgf")


def test_the_limit_of_moves_is_no_part_of_a_record():
    position = play(Position(Rules(3, max_moves=4)), "A1 B2")
    assert dataclasses.replace(read_sgf(write_sgf(position)).rules, max_moves=4) == position.rules
