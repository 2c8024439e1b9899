"""Positions as pictures: what is drawn where, and what is said to those who cannot see it."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from go_diagrams import play, setup

from course_lib.go import drawing
from course_lib.go.coordinates import LETTERS, from_vertex, to_vertex
from course_lib.go.position import Position
from course_lib.go.rules import Rules

SPACE = "{http://www.w3.org/2000/svg}"
CORNER = """
    . . .
    . X .
    . . O
"""


def parts(svg, tag):
    """The elements of a kind."""
    return list(ElementTree.fromstring(svg).iter(SPACE + tag))


def texts(svg):
    """Every text on the board."""
    return [part.text for part in parts(svg, "text")]


def circles(svg, **wanted):
    """The circles that have these attributes, as (x, y, radius)."""
    found = [part for part in parts(svg, "circle") if wanted.items() <= part.attrib.items()]
    return [tuple(float(part.get(name)) for name in ("cx", "cy", "r")) for part in found]


def searched(position, **numbers):
    """Visits or values for some vertices; `rest` for all others."""
    rest = numbers.pop("rest")
    found = np.full(position.rules.num_moves, rest, float)
    for vertex, number in numbers.items():
        found[from_vertex(vertex, position.size)] = number
    return found


def test_what_a_small_board_says():
    """Stones by vertex, the last move, who is to play."""
    position = play(Position(Rules(3)), "B2 C1")
    said = "Go board, 3 by 3, after 2 moves, Black to play. Black: B2. White: C1. Last move: White C1."
    assert drawing.words(position) == said
    assert [title.text for title in parts(drawing.svg(position), "title")] == [said]
    over = play(Position(Rules(3, komi=0.5)), "pass pass")
    assert drawing.words(over).startswith("Go board, 3 by 3, after 2 moves, over: W+0.5. Black: no stones.")


def test_where_stones_lie():
    """B2 of a 3 by 3 board is its centre, two cells from the left and the top; C1 is the third and the third."""
    black, white = (group for group in parts(drawing.svg(setup(CORNER)), "g"))
    assert [(stone.get("cx"), stone.get("cy")) for stone in black] == [("80", "80")]
    assert [(stone.get("cx"), stone.get("cy")) for stone in white] == [("120", "120")]


@pytest.mark.parametrize("size", range(2, 20))
def test_every_size_has_coordinates_on_all_sides(size):
    """The letters twice, the numbers twice, no letter I; and it fits a page."""
    svg = drawing.svg(Position(Rules(size)))
    assert sorted(texts(svg)) == sorted(2 * [*LETTERS[:size], *(str(number + 1) for number in range(size))])
    assert float(ElementTree.fromstring(svg).get("width")) <= drawing.WIDEST


@pytest.mark.parametrize(
    ("size", "points"),
    [
        (3, ""),
        (5, "C3"),
        (8, "C6 F6 C3 F3"),
        (9, "C7 G7 E5 C3 G3"),
        (13, "D10 K10 G7 D4 K4"),
        (19, "D16 K16 Q16 D10 K10 Q10 D4 K4 Q4"),
    ],
)
def test_star_points_are_the_usual_ones(size, points):
    """Nine on 19 by 19, five on 9 by 9 and 13 by 13."""
    assert [to_vertex(move, size) for move in drawing.star_points(size)] == points.split()


def test_a_disc_has_the_area_of_its_share():
    """A quarter of the visits: half the radius of a disc with all of them; and it is written down, with the value."""
    position = Position(Rules(5))
    visits = searched(position, A1=64, B1=16, C1=4, E5=0, rest=0)
    values = searched(position, A1=0.5, B1=-0.25, rest=np.nan)
    svg = drawing.svg(position, visits=visits, values=values)
    (*_, big), (*_, middle) = (circles(svg, fill=colour)[0] for colour in (drawing.GOOD, drawing.BAD))
    *_, small = circles(svg, fill=drawing.GOOD)[1]
    assert middle == pytest.approx(2 * small, abs=0.1) and big > 2 * middle  # the most visited one has a rim, too
    assert texts(svg)[20:] == ["76%", "+0.50", "19%", "−0.25", "5%"]
    assert "Searched: A1 76% value +0.50, B1 19% value −0.25, C1 5%." in drawing.words(position, None, visits, values)


def test_rare_moves_get_a_dot_and_the_pass_a_line():
    """One visit in 200 is no text; the pass has no point, so the picture is higher."""
    position = Position(Rules(5))
    visits = searched(position, A1=149, B1=1, rest=0)
    assert texts(drawing.svg(position, visits=visits))[20:] == ["99%"]
    visits[-1] = 50
    svg = drawing.svg(position, visits=visits, values=np.where(visits > 0, -0.001, np.nan))
    assert texts(svg)[20:] == ["74%", "+0.00", "pass: 25%, +0.00"]  # and no −0.00
    assert ElementTree.fromstring(svg).get("height") > ElementTree.fromstring(drawing.svg(position)).get("height")


def test_values_without_visits_are_refused_and_visits_without_values_are_not():
    """A policy is drawn as visits; it need not sum to one."""
    position = Position(Rules(2))
    assert drawing.svg(position, visits=np.full(5, 0.2)) == drawing.svg(position, visits=np.ones(5))
    with pytest.raises(ValueError, match="values need the visits"):
        drawing.svg(position, values=np.zeros(5))


def test_owners_are_shaded():
    """A square for each point, dark or light; none for EMPTY."""
    position = setup(CORNER)
    svg = drawing.svg(position, owners=[[1, 1, 0], [1, 1, 2], [0, 2, 2]])
    shades = [part for part in parts(svg, "path") if part.get("fill-opacity")]
    assert [part.get("d").count("M") for part in shades] == [4, 3]
    assert "Points: Black 4, White 3." in drawing.words(position, owners=np.array([[1, 1, 0], [1, 1, 2], [0, 2, 2]]))
    assert 'fill-opacity="' not in drawing.svg(position, owners=np.zeros((3, 3)))


def test_marks_are_written_on_points_instead_of_the_ring():
    """By move or by vertex; escaped; in white on a black stone."""
    position = play(Position(Rules(3)), "B2")
    assert circles(drawing.svg(position), fill="none") == [(80, 80, 9)]
    svg = drawing.svg(position, marks={"B2": 1, 0: "<a"})
    assert circles(svg, fill="none") == []
    assert [(part.text, part.get("fill")) for part in parts(svg, "text")[-2:]] == [
        ("1", drawing.PAPER),
        ("<a", drawing.INK),
    ]


def test_a_taken_stone_has_no_ring():
    """With suicide allowed the last move may be gone from the board."""
    position = play(setup(". O X\nX X .\n. . .", to_play=2, suicide=True), "A3")
    assert (position.stones == 2).sum() == 0
    assert circles(drawing.svg(position), fill="none") == []


def test_the_same_position_gives_the_same_bytes_without_ids():
    """Stored outputs change only when the position does, and two boards in a page do not meet."""
    first, second = (drawing.svg(play(Position(Rules(9)), "E5 C3")) for _ in range(2))
    assert first == second and not re.search(r"\bid=|url\(", first)


def test_jupyter_gets_an_image_with_alternative_text():
    """Inline SVG does not survive in a notebook that JupyterLab does not trust."""
    position = play(Position(Rules(3)), "B2")
    shown = position._repr_html_()
    assert shown == drawing.picture(position)._repr_html_()
    alt, pixels = re.fullmatch(r'<img alt="(.*)" src="data:image/svg\+xml;base64,(.*?)" style=".*">', shown).groups()
    assert alt == drawing.words(position) == repr(drawing.picture(position))
    assert base64.b64decode(pixels).decode() == drawing.svg(position)


def test_a_strip_shows_boards_with_their_captions():
    """Positions and pictures; as text, one below the other."""
    empty, marked = Position(Rules(2)), drawing.picture(Position(Rules(3)), marks={"A1": "x"})
    strip = drawing.strip([empty, marked], ["v < 0", "then"])
    assert strip._repr_html_().count("<figure") == strip._repr_html_().count("<img alt=") == 2
    assert "v &lt; 0" in strip._repr_html_() and marked.image in strip._repr_html_()
    assert repr(strip).splitlines() == [f"v < 0: {drawing.words(empty)}", f"then: {marked}"]
    assert repr(drawing.strip([empty])) == drawing.words(empty)
    with pytest.raises(ValueError, match="2 boards and 1 captions"):
        drawing.strip([empty, empty], ["one"])


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ({"visits": np.ones(9)}, "visits of shape"),
        ({"visits": np.ones(10), "values": np.ones((1, 10))}, "values of shape"),
        ({"visits": -np.ones(10)}, "0 or more"),
        ({"owners": np.ones(9)}, "owners of shape"),
        ({"marks": {9: "pass"}}, "a mark on move 9"),
        ({"marks": {"D4": "x"}}, "no point of a 3 by 3 board"),
    ],
)
def test_what_does_not_fit_the_board_is_refused(overlay, says):
    """With what was given and what would fit."""
    with pytest.raises(ValueError, match=says):
        drawing.svg(Position(Rules(3)), **overlay)
