"""What a student is told about a graded answer: every claim, and what is wrong where one does not hold."""

import html
import re

from nbconvert.preprocessors.sanitize import SanitizeHTML

from course_lib.workbook.cards import framed, prose, shown

_TAGS = (
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span strong "
    "sub summary sup table tbody td tfoot th thead tr ul"
)
_STYLES = (
    "background border border-collapse border-left color font-size line-height margin margin-left margin-top max-width "
    "opacity padding text-align vertical-align"
)
_LINK = re.compile(  # where a link leads, unless it is to a page, a mail, a picture in the notebook or a file beside it
    r"(\]\(|^\s*\[[^\]\n]+\]:)\s*<?(?!https?:|mailto:|attachment:|[\w./#%-]+(?:[\s)>]|$))[^\s)]*",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNS = {"held": "✓", "not run": "·", "blank": "○"}
_CELL = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;border:none;background:none"


class Harmless(SanitizeHTML):
    """What students write is shown to others: as text and plain HTML, without scripts.

    A cell without a tag in it stays as it is, or `a < b` in a formula would come out garbled.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.tags, self.styles = _TAGS.split(), _STYLES.split()
        self.attributes = {"*": ["style", "title", "align", "role"], "a": ["href"], "img": ["src", "alt", "width"]}

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(r"\1#", cell.source)
        if cell.cell_type == "code" or re.search(r"<[a-zA-Z/!?]", cell.source):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            if cell.cell_type == "markdown":  # a formula's < & > are no markup: only < before a letter, / or ! can be
                cell.source = re.sub(r"&lt;(?=[\s=\d$\\|(+-])", "<", cell.source)
                cell.source = cell.source.replace("&gt;", ">").replace("&amp;", "&")
        return cell, resources


def report(result, version):
    """A graded `Result` as HTML: no script, no ids, no source of checks or reference."""
    escape = html.escape
    colour = {"accepted": "#009E73", "blank": "#56B4E9"}.get(result.status, "#D55E00")
    parts = [f"<div><b>{escape(result.exercise)}: {result.score} of {result.total} points</b></div>"]
    parts += [_claim(outcome, result.first) for outcome in result.outcomes]
    parts += [f'<div style="margin-top:.6em;opacity:.7;font-size:85%">graded by version {escape(version)}</div>']
    return framed("".join(parts), colour)


def _claim(outcome, first):
    """One claim: its sign, its sentence, its points, and why it does not hold.

    The first that does not hold shows its values. Those behind it mostly fail for the same reason: what they name is
    said with that reserve, and not said twice.
    """
    sign, claim = _SIGNS.get(outcome.status, "✗"), outcome.claim
    held = claim.weight if outcome.status == "held" else 0
    head = f"{sign} {html.escape(claim.sentence)} <span style='opacity:.7'>({held} of {claim.weight})</span>"
    why, values = prose(outcome.likely), ""
    if outcome is first:
        values = _values(outcome)
    elif first and outcome.likely:
        why = "" if outcome.likely == first.likely else f"If it still fails when the first is mended: {why}"
    rest = f'<div style="margin-left:1.4em">{why}{values}</div>' if why or values else ""
    return f'<div style="margin-top:.3em">{head}{rest}</div>'


def _values(outcome):
    rows = [
        f'<tr><td style="{_CELL}">{label}</td><td style="{_CELL}"><pre style="margin:0">{html.escape(shown(value))}</pre></td></tr>'
        for label, value in (("input", outcome.inputs), ("expected", outcome.expected), ("got", outcome.got))
        if value is not None and outcome.status not in ("blank", "not run")
    ]
    return f'<table style="border-collapse:collapse">{"".join(rows)}</table>' if rows else ""
