"""Links in the documentation and the notebooks lead to a file that is there."""

import re
import urllib.parse

import pytest
from house import NOTEBOOKS, name

from course_lib import ROOT
from course_lib.common import notebooks

HIDDEN = {".git", ".venv", "my_work", "node_modules", "build"}
PAGES = [
    page
    for page in sorted(ROOT.rglob("*.md"))
    if not any(part.startswith(".") or part in HIDDEN for part in page.relative_to(ROOT).parts)
]
LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)|(?:href|src)\s*=\s*["']([^"']+)""")
CODE = re.compile(r"^\s*(```|~~~).*?^\s*\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def texts(path):
    """The text of a page, or of a notebook's prose and HTML outputs."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    cells = notebooks.read(path).cells
    shown = [output.get("data", {}).get("text/html", "") for cell in cells for output in cell.get("outputs", ())]
    return [cell.source for cell in cells if cell.cell_type == "markdown"] + shown


def targets(path):
    """The files that a page links to; web addresses, anchors and embedded data are not among them."""
    for text in texts(path):
        for match in LINK.finditer(CODE.sub("", text)):
            target = match[1] or match[2]
            if not re.match(r"[a-z][a-z+.-]*:|#", target):
                yield urllib.parse.unquote(re.split(r"[#?]", target)[0])


def released(folder, target):
    """Where a link leads in a clean checkout: the learner's copies come from exercises/."""
    path = (folder / target).resolve()
    inside = path.relative_to(ROOT.resolve()) if path.is_relative_to(ROOT.resolve()) else path
    return ROOT / "exercises" / inside.relative_to("my_work") if inside.parts[:1] == ("my_work",) else path


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name)
def test_links_lead_somewhere(path):
    """A moved file takes its links along."""
    assert [target for target in targets(path) if not released(path.parent, target).exists()] == []
