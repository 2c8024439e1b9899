"""What a student is told about a graded answer: every claim, and what is wrong where one does not hold."""

import html

import bleach
import jinja2
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_lib.workbook.cards import framed, prose, shown

_TAGS = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
]
_PROTOCOLS = ["http", "https", "mailto", "data"]  # data: for pictures that are in the notebook
_CSS = CSSSanitizer(allowed_css_properties=["color", "text-align", "margin", "padding", "opacity", "width"])
_SIGNS = {"held": "✓", "not run": "·", "blank": "○"}
_CELL = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;border:none;background:none"


@jinja2.pass_context
def harmless(context, source):
    """Markdown of a student as HTML without scripts, for the eyes of others; the exporters' filter `markdown2html`."""
    attachments = context.get("cell", {}).get("attachments", {})
    rendered = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=attachments)).render(source)
    options = {"tags": _TAGS, "attributes": _is_harmless, "protocols": _PROTOCOLS, "css_sanitizer": _CSS}
    return bleach.clean(rendered, **options)


def _is_harmless(tag, name, value):
    """Which attributes stay: looks, and addresses of pages and pictures."""
    if name == "href":
        return tag == "a" and not value.strip().lower().startswith("data:")
    if name == "src":
        return tag == "img"
    return name in ("class", "style", "title", "align", "role", "alt", "width")


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
