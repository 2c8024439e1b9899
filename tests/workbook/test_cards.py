"""Cards read well as text and as HTML, on any theme, and twice the same."""

import re

import numpy as np

from course_lib.workbook import examine
from course_lib.workbook.cards import shown


def test_the_text_card_tells_claim_input_expected_got_and_why(toy):
    card = repr(examine(toy.rescale, lambda values, factor: values + factor))
    assert card.splitlines()[:8] == [
        "✗ toy_course.rescale: not yet (0 of 4 points)",
        "  Twice one and two is two and four: this does not hold.",
        "    why      You added the factor.",
        "    input    values = [1. 2.]",
        "             factor = 2",
        "    expected [2. 4.]",
        "    got      [3. 4.]",
        "  ✗ Twice one and two is two and four",
    ]


def test_the_accepted_card_says_what_follows(toy):
    card = repr(examine(toy.rescale, lambda values, factor: factor * values))
    assert card.startswith("✓ toy_course.rescale: accepted (4 of 4 points)")
    assert "run their cells again" in card and "✗" not in card


def test_the_blank_card_is_short(toy):
    assert len(repr(examine(toy.rescale, None)).splitlines()) == 2


def test_html_has_no_ids_no_script_no_fixed_text_colour_and_escapes(toy):
    def rescale(values, factor):
        raise ValueError("<script>alert(1)</script>")

    card = examine(toy.rescale, rescale)._repr_html_()
    assert "<script" not in card and "&lt;script&gt;" in card and " id=" not in card
    fixed = set(re.findall(r"(?<!-)color:(#\w+|black|white)", card))
    assert fixed == {"#D55E00"}  # only the sign is coloured
    assert card == examine(toy.rescale, rescale)._repr_html_()


def test_long_values_are_shortened_with_their_shape():
    text = shown(np.zeros((30, 40)))
    assert text.startswith("array of shape (30, 40)") and len(text) < 600
    assert shown((np.arange(2), 3)) == "([0 1],\n 3)" and shown(0.1 + 0.2) == "0.3"
