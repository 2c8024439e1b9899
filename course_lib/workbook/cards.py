"""How a check's result looks: an HTML card that follows the theme, and the same as text."""

import html
import re

import numpy as np

_SIGNS = {"held": "✓", "accepted": "✓", "blank": "○", "not run": "·"}
_LEGEND = "· is not looked at yet"
_COLOURS = {"accepted": "#009E73", "blank": "#56B4E9"}  # Okabe–Ito; the sign says the same without colour
MOST, ITEMS = 4000, 20  # characters of a value that are shown, and things in it
_HEADLINES = {
    "accepted": "accepted",
    "blank": "blank",
    "wrong": "not yet",
    "crashed": "stopped with an error",
    "timed out": "did not finish",
}


def shown(value, lines=12):
    """A value as a person wants to read it: short, rounded, its shape where it is large."""
    text = _shown(value, lines)
    return text if len(text) <= MOST else text[:MOST] + " …"


def _shown(value, lines, depth=0):
    if isinstance(value, dict | tuple | list) and depth == 4:
        return "…"
    if isinstance(value, dict):
        few = [(str(key)[:60], item) for key, item in list(value.items())[:ITEMS]]
        return "\n".join(f"{key} = {_indented(_shown(item, 6, depth + 1), len(key) + 3)}" for key, item in few)
    if isinstance(value, tuple | list):
        more = ",\n …" if len(value) > ITEMS else ""
        return "(" + ",\n ".join(_indented(_shown(item, 6, depth + 1), 1) for item in value[:ITEMS]) + more + ")"
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, suppress_small=True, threshold=60, edgeitems=2, max_line_width=88)
        if text.count("\n") >= lines or value.size > 60:
            return f"array of shape {value.shape}:\n" + "\n".join(text.split("\n")[:lines])
        return text
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:200]


def _indented(text, columns):
    return text.replace("\n", "\n" + " " * columns)


def _details(result):
    """(label, text) of what the card tells about the first claim that does not hold."""
    first = result.first
    found = [("why", first.likely)] if first.likely else []
    for label, value in (("input", first.inputs), ("expected", first.expected), ("got", first.got)):
        if value is not None and first.status not in ("blank", "not run"):
            found.append((label, shown(value)))
    return found


def _points(result):
    return f"{result.score} of {result.total} points"


def _some_not_run(result):
    return any(outcome.status == "not run" for outcome in result.outcomes)


def _note(result):
    if result.status != "accepted":
        return ""
    slow = f" It is right and slow: {result.slowdown:.0f} times the library's CPU time." if result.slow else ""
    return f"The library now runs on your version. Objects made before this still use the old version: run their cells again.{slow}"


def text_card(result):
    """The card as plain text."""
    sign = _SIGNS.get(result.status, "✗")
    parts = [f"{sign} {result.exercise}: {_HEADLINES[result.status]} ({_points(result)})"]
    if result.first and result.status != "blank":
        parts.append(f"  {result.first.claim.sentence}: this does not hold.")
    if result.first:
        parts += [f"    {label:<9}{_indented(text, 13)}" for label, text in _details(result)]
    if result.status != "blank":
        parts += [f"  {_SIGNS.get(outcome.status, '✗')} {outcome.claim.sentence}" for outcome in result.outcomes]
        parts += [f"  ({_LEGEND})"] if _some_not_run(result) else []
    return "\n".join(parts + ([f"  {_note(result)}"] if _note(result) else []))


def html_card(result):
    """The card as HTML: no script, no ids, colours from the theme."""
    colour = _COLOURS.get(result.status, "#D55E00")
    sign, escape = _SIGNS.get(result.status, "✗"), html.escape
    head = f'<b><span style="color:{colour}">{sign}</span> {escape(result.exercise)}: {_HEADLINES[result.status]}</b>'
    body = [f'<div>{head} <span style="opacity:.75;white-space:nowrap">&nbsp;{_points(result)}</span></div>']
    if result.first and result.status != "blank":
        body.append(
            f'<div style="margin-top:.4em">{escape(result.first.claim.sentence)}: <b>this does not hold.</b></div>'
        )
    if result.status == "blank":
        body.append(f'<div style="margin-top:.4em">{prose(result.first.likely)}</div>')
    elif result.first:
        rows = "".join(_row(label, text) for label, text in _details(result))
        body.append(f'<table style="margin:.4em 0;border-collapse:collapse;background:none">{rows}</table>')
    if result.status != "blank":
        lines = "".join(_line(_SIGNS.get(o.status, "✗"), o.claim.sentence) for o in result.outcomes)
        lines += f"<div>({_LEGEND})</div>" if _some_not_run(result) else ""
        body.append(f'<div style="margin-top:.4em;opacity:.85">{lines}</div>')
    if _note(result):
        body.append(f'<div style="margin-top:.4em;opacity:.85">{escape(_note(result))}</div>')
    return framed("".join(body), colour)


def framed(content, colour="#56B4E9"):
    """A calm frame for a card: a coloured edge, text and background those of the theme."""
    style = (
        f"border-left:4px solid {colour};padding:.5em .9em;margin:.3em 0;max-width:62em;line-height:1.45;"
        "color:var(--jp-content-font-color1,inherit);background:var(--jp-layout-color1,transparent)"
    )
    return f'<div role="status" style="{style}">{content}</div>'


def _line(sign, sentence):
    """A sentence behind its sign; a second line of it begins below the first, not below the sign."""
    narrow = "display:inline-block;width:1.3em;text-indent:0"
    return (
        f'<div style="padding-left:1.3em;text-indent:-1.3em"><span style="{narrow}">{sign}</span>'
        f"{html.escape(sentence)}</div>"
    )


def prose(text):
    """A sentence as HTML: what stands between backticks looks like code, and lines are kept."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text).replace("\n", "<br>"))


def _row(label, text):
    value = (
        prose(text)
        if label == "why"
        else f'<pre style="margin:0;background:none;color:inherit">{html.escape(text)}</pre>'
    )
    cell = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;border:none;background:none"
    return (
        f'<tr style="background:none"><td style="{cell};opacity:.75">{label}</td><td style="{cell}">{value}</td></tr>'
    )
