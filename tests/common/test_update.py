"""An update keeps what was changed, goes forward only, and says in plain words what happened."""

import subprocess

import pytest

from course_lib.common import update
from course_lib.common.update import Refused

CHAPTER = "notebooks/01_topic.ipynb"


def git(folder, *words):
    """Run git as somebody whose own settings play no part."""
    who = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
    ]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write(folder, **texts):
    """Write files; `notebooks__x` is notebooks/x.ipynb."""
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def author(tmp_path):
    """The course as its author has it."""
    folder = tmp_path / "author"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, notebooks__01_topic="first", notebooks__02_other="first", exercises__01="first")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def clone(author, tmp_path):
    """The course as a reader has it, with work of their own."""
    git(tmp_path, "clone", "-q", str(author), "clone")
    write(tmp_path / "clone", my_work__01="mine")
    return tmp_path / "clone"


def release(author, **texts):
    """A new version of the course."""
    write(author, **texts)
    git(author, "add", "-A")
    git(author, "commit", "-q", "-m", "next")


def aside(clone):
    """What was laid aside, by name."""
    return {path.name: path.read_text() for path in (clone / "my_work" / "before_update").glob("*/*")}


def test_a_chapter_that_was_run_no_longer_stops_an_update(author, clone):
    """It is laid aside with its outputs; one that the update leaves alone stays as it is."""
    write(clone, notebooks__01_topic="first, run", notebooks__02_other="first, run")
    release(author, notebooks__01_topic="second", notebooks__03_new="third")
    said = "\n".join(update.update(clone))
    assert (clone / CHAPTER).read_text() == "second" and (clone / "notebooks/03_new.ipynb").exists()
    assert (clone / "notebooks/02_other.ipynb").read_text() == "first, run"
    assert aside(clone) == {"01_topic.ipynb": "first, run"}
    assert "2 files are new" in said and "01_topic.ipynb" in said and "my_work/before_update/2" in said
    assert (clone / "my_work/01.ipynb").read_text() == "mine"


def test_without_changes_nothing_is_laid_aside(author, clone):
    """The plain case, also with a chapter deleted by its reader; a second time there is nothing to do."""
    (clone / CHAPTER).unlink()
    release(author, notebooks__01_topic="second")
    update.update(clone)
    assert (clone / CHAPTER).read_text() == "second" and aside(clone) == {}
    assert update.update(clone) == ["You have the newest version. Nothing was changed."]


def test_changed_code_is_left_alone(author, clone):
    """What is not a chapter is its owner's to put away."""
    write(clone, exercises__01="mine", notebooks__01_topic="run")
    release(author, exercises__01="second", notebooks__01_topic="second")
    with pytest.raises(Refused, match=r"exercises/01.ipynb.*git stash"):
        update.update(clone)
    assert (clone / CHAPTER).read_text() == "run" and aside(clone) == {}


def test_own_commits_are_left_alone(author, clone):
    """Forward only."""
    release(clone, notebooks__02_other="mine")
    release(author, notebooks__01_topic="second")
    with pytest.raises(Refused, match="commits of your own"):
        update.update(clone)


def test_what_git_refuses_is_brought_back(author, clone):
    """A file of the reader's own stands where a new chapter shall lie."""
    write(clone, notebooks__01_topic="run", notebooks__03_new="mine")
    release(author, notebooks__01_topic="second", notebooks__03_new="third")
    with pytest.raises(Refused, match="03_new.ipynb"):
        update.update(clone)
    assert (clone / CHAPTER).read_text() == "run" and (clone / "notebooks/03_new.ipynb").read_text() == "mine"


def test_without_a_server_or_git_it_says_what_helps(author, clone, tmp_path, monkeypatch, capsys):
    """No traceback; the exit status is 1."""
    with pytest.raises(Refused, match="follows none"):
        update.update(author)
    author.rename(tmp_path / "gone")
    with pytest.raises(Refused, match="could not be reached"):
        update.update(clone)
    monkeypatch.setattr(update.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match=r"git-scm\.com"):
        update.update(clone)
    monkeypatch.setattr(update, "update", lambda: update_of(tmp_path))
    assert update.main() == 1
    assert "unpack the new zip over it" in capsys.readouterr().out


update_of = update.update
