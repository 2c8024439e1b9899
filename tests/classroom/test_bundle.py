"""The students' bundle holds what a student needs, and nothing that answers."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from course_lib import ROOT, __main__, __version__
from course_lib.classroom import bundle
from course_lib.common import notebooks

MARK = re.compile(r"^### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)", re.MULTILINE)
FOLDED = re.compile(r"<details><summary>the library&#x27;s own version.*?</details>", re.DOTALL)
LINK = re.compile(r"""\]\(\s*<?([^)\s>#]+)|(?:href|src)\s*=\s*["']([^"'#]+)""")
NEEDED = ("README.md", "LICENSE", "CITATION.cff", "course.py", "conftest.py", "pyproject.toml", "environment.yml")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The bundle of this course."""
    return bundle.write(into=tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(made, tmp_path_factory):
    """The folder that a student sees."""
    folder = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    (inside,) = folder.iterdir()
    return inside


def files(folder):
    """The files under a folder, as text paths from it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def run(folder, *command):
    """Run Python there, as `course.py` would, on the course that lies there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COURSE"))}
    clean |= {"PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_what_a_student_needs(unpacked):
    """All of the library, the chapters, the exercises and the pages; nothing of what is for teachers alone."""
    there = files(unpacked)
    assert {*NEEDED, "requirements.in", "requirements.txt", "requirements-dev.txt", "docs/glossary.md"} <= there
    for folder in ("course_lib", "notebooks", "exercises"):
        own = {path for path in files(ROOT / folder) if "__pycache__" not in path and not path.startswith(".")}
        own = {path for path in own if ".ipynb_checkpoints" not in path}
        assert files(unpacked / folder) == own
    assert {path.partition("/")[0] for path in there if "/" in path} == {"course_lib", "notebooks", "exercises", "docs"}
    assert "docs/teaching.md" not in there and "nbgrader_config.py" not in there
    assert not [path for path in there if any(part.startswith((".", "__pycache__")) for part in path.split("/"))]


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="platform: git looks")
def test_it_holds_all_that_git_knows_and_nothing_that_git_ignores(unpacked):
    """The list of what is left out is the bundle's own; git's is the other opinion."""
    ask = ["git", "-c", "core.quotepath=off", "ls-files", "--", *bundle.FOLDERS]
    known = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    seen = {path for path in known if (ROOT / path).exists() and not pathlib.Path(path).name.startswith(".")}
    assert seen - files(unpacked) <= set(bundle.LEFT_OUT)
    ask = ["git", "check-ignore", "--stdin"]
    listed = "\n".join(sorted(files(unpacked)))
    assert subprocess.run(ask, cwd=ROOT, input=listed, capture_output=True, text=True, check=False).stdout == ""


def answers():
    """What a student should find alone: the code between nbgrader's marks, and each longer line of a model answer."""
    for path in notebooks.find(doors=notebooks.DOORS[1:2]):
        for cell in notebooks.read(path).cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                code = re.findall(r"### BEGIN SOLUTION\n(.*?)### END", cell.source, re.DOTALL)
                prose = [line for line in cell.source.splitlines() if len(line) >= 40 and cell.cell_type == "markdown"]
                yield from map(unindented, code or prose)


def unindented(text):
    """A text by which code is recognised wherever it stands."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_no_notebook_holds_an_answer(unpacked):
    """Neither the code between nbgrader's marks nor a model answer or rubric, in a cell or in an output.

    The library's own code is part of the course: what a chapter folds away "for after you have tried" is no leak.
    """
    looked_for = list(answers())
    assert len(looked_for) > 10
    for path in unpacked.rglob("*.ipynb"):
        text = "\n".join(strings(json.loads(path.read_text(encoding="utf-8"))))
        text = unindented(FOLDED.sub("", text))
        assert not MARK.search(text), path
        assert [answer for answer in looked_for if answer in text] == [], path


def strings(node):
    """Every piece of text in a notebook; lists of lines joined."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and all(isinstance(one, str) for one in node):
        yield "".join(node)
    elif isinstance(node, (list, dict)):
        for one in node.values() if isinstance(node, dict) else node:
            yield from strings(one)


def test_links_lead_somewhere_in_it(unpacked):
    """Those to files left out have become plain text; my_work/ is laid from exercises/."""
    lost = []
    for path in [*unpacked.rglob("*.md"), *unpacked.rglob("*.ipynb")]:
        cells = nbformat.read(path, 4).cells if path.suffix == ".ipynb" else []
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"] or [path.read_text(encoding="utf-8")]
        for target in (one or other for text in texts for one, other in LINK.findall(text)):
            there = path.parent / target.replace("my_work/", "exercises/")
            if not re.match(r"[a-z][a-z+.-]*:", target) and not there.exists():
                lost.append((path.name, target))
    assert lost == []


def test_a_student_can_work_with_it(unpacked, tmp_path):
    """Copies are laid, notebook 00's first cells run on the course that lies there, and pytest finds the notebooks."""
    folder = shutil.copytree(unpacked, tmp_path / "course")
    assert "laid my_work/00_start_here/00_start_here.ipynb" in run(folder, "-m", "course_lib", "lay")
    laid = nbformat.read(folder / "my_work/00_start_here/00_start_here.ipynb", 4)
    imports = [line for cell in laid.cells for line in cell.source.splitlines() if re.match(r"(from|import) ", line)]
    assert any("course_lib" in line for line in imports)
    said = run(folder, "-c", "\n".join([*imports, "import course_lib; print(course_lib.ROOT)"]))
    assert pathlib.Path(said.strip()) == folder.resolve()
    found = run(folder, "-m", "pytest", "--nbval", "--collect-only", "-q", "-p", "no:cacheprovider")
    for path in (*folder.glob("notebooks/*.ipynb"), *folder.glob("exercises/*/*.ipynb")):
        assert f"{path.relative_to(folder).as_posix()}::budget" in found.replace("\\", "/")


@pytest.fixture
def course(tmp_path):
    """A small course, as a zip download has it: without git, and with a class in it."""
    for name in (
        *("README.md", ".gitignore", "course.py", "nbgrader_config.py", "gradebook.db", "requirements.txt"),
        *(
            "course_lib/a.py",
            "course_lib/__pycache__/a.pyc",
            "course_lib/.hidden/b.py",
            "course_lib/gradebook.db-journal",
        ),
        *("exercises/01/01.ipynb", "exercises/01/.ipynb_checkpoints/01.ipynb", "exercises/submitted/doe/01.ipynb"),
        *(
            "solutions/01/01.ipynb",
            "tests/test_a.py",
            "submitted/doe/01/01.ipynb",
            "docs/teaching.md",
            "docs/own.secret",
        ),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("# own\n*.secret\n/course_lib/\n")
    return tmp_path


def test_nothing_of_a_class_is_in_it(course):
    """Nor what is hidden, cached or ignored by git."""
    expected = ["README.md", "course.py", "course_lib/a.py", "exercises/01/01.ipynb", "requirements.txt"]
    assert [path.as_posix() for path in bundle.contents(course)] == expected


def test_the_same_files_give_the_same_bytes(course):
    """Whenever it is made and whoever may run them; its name says the version, and it has one folder, named without."""
    first = bundle.write(course, course / "first")
    os.utime(course / "course.py", (1e9, 1e9))
    (course / "course.py").chmod(0o755)
    again = bundle.write(course, course / "again")
    assert again.read_bytes() == first.read_bytes()
    assert again.name == f"from_bellman_to_agent57-{__version__}-student.zip"
    names = zipfile.ZipFile(again).namelist()
    assert names == sorted(names)
    assert {name.partition("/")[0] for name in names} == {"from_bellman_to_agent57"}
    assert list(again.parent.iterdir()) == [again]


def test_links_to_what_is_left_out_become_text(course):
    """Those to other files, to places in a page, to the web and to a student's own copies stay."""
    (course / "README.md").write_text(
        "[For teachers](docs/teaching.md#grades), [code](course.py), [lib](course_lib), [up](#up), "
        "[web](https://x.example/docs/teaching.md), [yours](my_work/01/01.ipynb)"
    )
    with zipfile.ZipFile(bundle.write(course)) as archive:
        assert archive.read("from_bellman_to_agent57/README.md").decode() == (
            "For teachers (in the teacher's copy), [code](course.py), [lib](course_lib), [up](#up), "
            "[web](https://x.example/docs/teaching.md), [yours](my_work/01/01.ipynb)"
        )


@pytest.mark.parametrize(("missing", "said"), [("solutions", "student's copy"), ("exercises", "course.py exercises")])
def test_it_is_not_made_from_half_a_course(course, missing, said):
    """A student who tries is told whose it is; nothing is written."""
    shutil.rmtree(course / missing)
    with pytest.raises(ValueError, match=said):
        bundle.write(course)
    assert not (course / "dist").exists()


def test_the_command_says_where_it_is(monkeypatch, capsys, tmp_path):
    """And how big."""
    (tmp_path / "a.zip").write_bytes(bytes(1_200_000))
    monkeypatch.setattr(bundle, "write", lambda: tmp_path / "a.zip")
    assert __main__.main(["class"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.zip'}: 1.2 MB\n"


def test_other_words_go_to_nbgrader(monkeypatch):
    """All of them, its options too, with the course as the working folder; its exit status comes back."""
    started = []
    monkeypatch.setattr(__main__.subprocess, "call", lambda command, cwd: started.append((command, cwd)) or 3)
    words = ["autograde", "01_topic", "--force", "-h", "--student=a b", "--to", "x"]
    assert __main__.main(["class", *words]) == 3
    assert started == [([sys.executable, "-m", "nbgrader", *words], ROOT)]
