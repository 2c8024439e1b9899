"""A position as a picture: an SVG with coordinates, the same on every machine, and the same in words.

JupyterLab drops inline SVG and image/svg+xml from stored notebooks that it does not trust, and shows the latter without
alternative text; so notebooks get the SVG as an image in HTML.
"""

import base64
import html

import numpy as np

from course_lib.common.plots import OKABE_ITO
from course_lib.go.coordinates import LETTERS, from_vertex, to_vertex
from course_lib.go.position import NAMES
from course_lib.go.rules import BLACK, EMPTY, WHITE

CELL = 40  # from one line to the next; the point in row r and column c lies at ((c + 1) · CELL, (r + 1) · CELL)
WIDEST, WIDEST_IN_A_STRIP = 620, 440  # pixels
WOOD, INK, PAPER = "#EBD4A4", "#1A1A1A", "#FFFFFF"
GOOD, BAD = OKABE_ITO[4], OKABE_ITO[1]  # sky blue and orange: black letters can be read on both
FILLS = {BLACK: INK, WHITE: PAPER}
SHADES = {BLACK: f'fill="{INK}" fill-opacity=".4"', WHITE: f'fill="{PAPER}" fill-opacity=".75"'}
TOLD = 5  # searched moves that the alternative text names


def svg(position, marks=None, visits=None, values=None, owners=None, width=None):
    """Draw a position.

    A searched point gets a disc whose area is its share of the visits; the most visited one has a thick rim. From 1 %
    on, the share is written on it, and the value below: blue is good for the side to move, orange bad.

    Args:
      position: a `Position`.
      marks: short texts to write on points, {move or vertex such as "C3": text}.
      visits: how often each move was searched, or any other weights, [N² + 1].
      values: what each move is worth to the side to move, −1 to 1, NaN where unknown, [N² + 1].
      owners: whose each point is, [N, N] of EMPTY, BLACK and WHITE; shaded.
      width: of the picture in pixels; some 40 for each line, if left out, and no more than fit a page.

    Returns:
      The SVG, a string; its title says in words what it shows.

    Raises:
      ValueError: an array has another shape, values come without visits, or a mark lies on no point.
    """
    marks, search = _read_marks(marks, position.size), _read_search(visits, values, position.rules)
    side, owners = (position.size + 1) * CELL, _read_owners(owners, position.size)
    passed = [_label(share, value, ", ") for move, share, value in search if move == position.rules.points]
    height = side + CELL * 0.7 * len(passed)
    width = width or min(side, WIDEST)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {height:g}" width="{width:g}" '
        f'height="{width * height / side:.0f}" role="img" font-family="sans-serif" text-anchor="middle">',
        f"<title>{html.escape(words(position, marks, visits, values, owners))}</title>",
        f'<rect width="{side}" height="{height:g}" rx="6" fill="{WOOD}"/>',
        *(_shade(owners, colour) for colour in FILLS if owners is not None),
        _lines(position.size),
        *(_stones(position, colour) for colour in FILLS),
        _ring(position, marks),
        *(_disc(move, share, value, search[0][1], position.size) for move, share, value in search),
        *(_mark(move, text, position) for move, text in marks.items()),
        *(_text(side / 2, side + 12, f"pass: {label}", 15) for label in passed),
    ]
    return "\n".join([part for part in drawn if part] + ["</svg>"])


def words(position, marks=None, visits=None, values=None, owners=None):
    """Say what `svg` draws. The arguments are the same."""
    size, count = position.size, len(position.moves)
    marks, search = _read_marks(marks, size), _read_search(visits, values, position.rules)
    said = [f"Go board, {size} by {size}, after {count} move{'s' * (count != 1)}"]
    said[0] += f", over: {position.result()}" if position.is_over else f", {NAMES[position.to_play]} to play"
    for colour, name in NAMES.items():
        stones = [to_vertex(move, size) for move in np.flatnonzero(position.stones == colour)]
        said.append(f"{name}: {' '.join(stones) or 'no stones'}")
    if position.moves:
        said.append(f"Last move: {NAMES[3 - position.to_play]} {to_vertex(position.last_move, size)}")
    if marks:
        said.append("Marks: " + ", ".join(f"{to_vertex(move, size)} {text}" for move, text in marks.items()))
    if search:
        said.append(search_in_words(position.rules, visits, values))
    if (owners := _read_owners(owners, size)) is not None:
        said.append("Points: " + ", ".join(f"{name} {(owners == colour).sum()}" for colour, name in NAMES.items()))
    return ". ".join(said) + "."


def search_in_words(rules, visits, values=None):
    """Say which moves were searched most, with their share of the visits and what they are worth."""
    search, size = _read_search(visits, values, rules), rules.size
    told = [f"{to_vertex(move, size)} {_label(share, value, ' value ')}" for move, share, value in search[:TOLD]]
    return "Searched: " + ", ".join(told) + f", and {len(search) - TOLD} more" * (len(search) > TOLD)


class Drawn:
    """What Jupyter shows: images with alternative text; as plain text, that text alone."""

    def __init__(self, image, text):
        self.image, self.text = image, text

    def _repr_html_(self):
        return self.image

    def __repr__(self):
        return self.text


def picture(position, **overlay):
    """Draw a position for a notebook; see `svg` for what can be laid over it.

    Returns:
      A `Drawn`: for `display`, for the end of a cell, or for a `strip`.
    """
    pixels = base64.b64encode(svg(position, **overlay).encode()).decode()
    overlay.pop("width", None)
    alt = words(position, **overlay)
    image = f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{pixels}" style="max-width:100%">'
    return Drawn(image, alt)


def strip(boards, captions=(), width=None):
    """Draw boards beside one another; in a narrow window they stand below one another.

    Args:
      boards: positions, or what `picture` made of them.
      captions: a text below each, or none.
      width: of a board in pixels.

    Returns:
      A `Drawn`.

    Raises:
      ValueError: there are captions, but not as many as boards.
    """
    captions = list(captions) or [""] * len(boards)
    if len(captions) != len(boards):
        raise ValueError(f"{len(boards)} boards and {len(captions)} captions: give one for each, or none.")
    drawn = [board if isinstance(board, Drawn) else _small(board, width) for board in boards]
    figures = [
        f'<figure style="margin:0">{board.image}<figcaption style="text-align:center">{html.escape(caption)}'
        "</figcaption></figure>"
        for board, caption in zip(drawn, captions, strict=True)
    ]
    text = "\n".join(f"{caption}: {board}".removeprefix(": ") for board, caption in zip(drawn, captions, strict=True))
    return Drawn(f'<div style="display:flex;flex-wrap:wrap;gap:1em">{"".join(figures)}</div>', text)


def _small(position, width):
    return picture(position, width=width or min((position.size + 1) * CELL * 0.75, WIDEST_IN_A_STRIP))


def _read_marks(marks, size):
    """The marks as {point: text}."""
    found = {from_vertex(at, size) if isinstance(at, str) else int(at): str(text) for at, text in (marks or {}).items()}
    if wrong := [move for move in found if not 0 <= move < size**2]:
        raise ValueError(f"a mark on move {wrong[0]}: marks lie on the points 0 to {size**2 - 1}.")
    return found


def _read_search(visits, values, rules):
    """What was searched, most visited first: (move, share of the visits, value or None)."""
    if visits is None and values is None:
        return []
    if visits is None:
        raise ValueError("values need the visits they come from: give both.")
    given = {"visits": visits, "values": values if values is not None else np.full(rules.num_moves, np.nan)}
    given = {name: np.asarray(numbers, float) for name, numbers in given.items()}
    for name, numbers in given.items():
        if numbers.shape != (rules.num_moves,):
            raise ValueError(f"{name} of shape {numbers.shape}: one for each of the {rules.num_moves} moves.")
    visits, values = given.values()
    if not (visits >= 0).all():
        raise ValueError("visits: all must be 0 or more.")
    order = [move for move in np.argsort(-visits, kind="stable") if visits[move] > 0]
    known = [None if np.isnan(value) else float(value) for value in values]
    return [(int(move), float(visits[move] / visits.sum()), known[move]) for move in order]


def _read_owners(owners, size):
    if owners is not None and np.shape(owners) != (size, size):
        raise ValueError(f"owners of shape {np.shape(owners)}: one for each point of the {size} by {size} board.")
    return None if owners is None else np.asarray(owners)


def _label(share, value, between):
    number = "" if value is None else between + f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")
    return f"{100 * share:.0f}%{number}"


def _at(move, size):
    row, column = divmod(int(move), size)
    return (column + 1) * CELL, (row + 1) * CELL


def _text(x, y, words, font, fill=INK):
    return f'<text x="{x:g}" y="{y + 0.36 * font:.1f}" font-size="{font:g}" fill="{fill}">{html.escape(words)}</text>'


def _circle(x, y, radius, look):
    return f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" {look}/>'


def _lines(size):
    """The lines, the star points and the coordinates on all sides."""
    ends, near, far = range(CELL, size * CELL + 1, CELL), CELL * 0.3, (size + 0.7) * CELL
    path = "".join(f"M{CELL} {at}H{size * CELL}M{at} {CELL}V{size * CELL}" for at in ends)
    dots = [_circle(*_at(move, size), 4, f'fill="{INK}"') for move in star_points(size)]
    names = [_text(x, y, LETTERS[i], 17) for i, x in enumerate(ends) for y in (near, far)]
    names += [_text(x, y, str(size - i), 17) for i, y in enumerate(ends) for x in (near, far)]
    return "\n".join([f'<path d="{path}" stroke="{INK}" stroke-width="1" fill="none"/>', *dots, *names])


def star_points(size):
    """The points that are marked on a board, as moves: the centre, and from 7 by 7 on the corners' handicap points."""
    corner = 3 if size >= 13 else 2
    middle = {size // 2} if size % 2 and size >= 5 else set()
    outer = {corner, size - 1 - corner} if size >= 7 else set()
    lines = sorted(outer | middle)
    full = size >= 15  # smaller boards have no points in the middle of the sides
    return [row * size + column for row in lines for column in lines if full or (row in middle) == (column in middle)]


def _shade(owners, colour):
    size = len(owners)
    points = [_at(move, size) for move in np.flatnonzero(owners == colour)]
    corners = "".join(f"M{x - CELL // 2} {y - CELL // 2}h{CELL}v{CELL}h-{CELL}z" for x, y in points)
    return f'<path d="{corners}" {SHADES[colour]}/>' if corners else ""


def _stones(position, colour):
    places = [_at(move, position.size) for move in np.flatnonzero(position.stones == colour)]
    circles = "".join(f'<circle cx="{x}" cy="{y}" r="18.5"/>' for x, y in places)
    return f'<g fill="{FILLS[colour]}" stroke="{INK}">{circles}</g>' if circles else ""


def _ring(position, marks):
    """Mark the last move, where it is a stone that nothing is written on."""
    move = position.last_move
    if move is None or move == position.rules.points or move in marks or position.stones.ravel()[move] == EMPTY:
        return ""
    look = f'fill="none" stroke="{FILLS[3 - position.stones.ravel()[move]]}" stroke-width="3"'
    return _circle(*_at(move, position.size), 9, look)


def _disc(move, share, value, most, size):
    if move == size**2:
        return ""
    x, y = _at(move, size)
    best, fill = share == most, BAD if value is not None and value < 0 else GOOD
    radius = 19.5 if best else max(3, 18.5 * np.sqrt(share / most))
    disc = _circle(x, y, radius, f'fill="{fill}"' + f' stroke="{INK}" stroke-width="2.5"' * best)
    if share < 0.01:
        return disc
    lines = _label(share, value, "\n").split("\n")
    texts = [_text(x, y + 13 * i - 6.5 * (len(lines) - 1), line, 12.5) for i, line in enumerate(lines)]
    return "".join([_circle(x, y, 18.5, f'fill="{WOOD}"'), disc, *texts])


def _mark(move, text, position):
    (x, y), stone = _at(move, position.size), position.stones.ravel()[move]
    bare = _circle(x, y, 15, f'fill="{WOOD}"') if stone == EMPTY else ""
    return bare + _text(x, y, text, min(22, 60 // max(len(text), 1)), PAPER if stone == BLACK else INK)
