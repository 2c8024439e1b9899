"""Bring the course up to date, where git brought it: nothing of the learner's is lost, and plain words say what happened.

JupyterLab saves the outputs of the chapters one has run, so that git finds them changed and refuses to pull. Where the
update changes such a chapter, too, it is laid aside in `my_work/before_update/` first. It needs the standard library and
git alone.
"""

import os
import pathlib
import shutil
import subprocess
import time

from course_lib import ROOT

UNPACKED = (
    "git did not bring this folder. To update it, unpack the new zip over it. "
    "The zip holds no my_work/, so what you wrote stays as it is."
)
AGAIN = "Start it again with `python3 course.py lab`: that installs what is new, and lays new exercises in my_work/."


class Refused(Exception):
    """The update was not made; the text says why, and what helps."""


def update(root=ROOT):
    """Fetch the newest version and go forward to it.

    Args:
      root: the folder of the course.

    Returns:
      Sentences for the learner.

    Raises:
      Refused: it cannot be done; everything is as it was.
    """
    if not (root / ".git").exists():
        raise Refused(UNPACKED)
    if not shutil.which("git"):
        raise Refused("git is not on the PATH. Install it (git-scm.com), then try again.")
    if _git(root, "rev-parse", "--verify", "-q", "@{upstream}", may_fail=True) is None:
        raise Refused("This branch follows none on a server, so there is nothing to update from.")
    _git(root, "fetch", "-q", why="The server could not be reached")
    behind = int(_git(root, "rev-list", "--count", "HEAD..@{upstream}"))
    if not behind:
        return ["You have the newest version. Nothing was changed."]
    if int(_git(root, "rev-list", "--count", "@{upstream}..HEAD")):
        raise Refused("There are commits of your own here. Bring both together with git, for instance by `git rebase`.")
    coming = _names(root, "HEAD", "@{upstream}")
    changed = [name for name in _names(root, "HEAD") if name in coming]
    if others := [name for name in changed if not name.startswith("notebooks/")]:
        raise Refused(
            f"You changed what the update changes, too: {', '.join(others)}. Nothing was updated. "
            "Put your changes away with `git stash`, then try again."
        )
    aside = _lay_aside(root, changed)
    try:
        _git(root, "merge", "-q", "--ff-only", "@{upstream}", why="git refused")
    except Refused:
        _bring_back(root, changed, aside)
        raise
    said = [f"Updated: {len(coming)} files are new."]
    if changed:
        place = aside.relative_to(root).as_posix()
        names = ", ".join(pathlib.PurePosixPath(name).name for name in changed)
        said.append(f"You had run or changed {names}: your version lies in {place}/, with its outputs.")
    return [*said, "my_work/ is as it was. If JupyterLab is open, stop it first. " + AGAIN]


def main():
    """Update, and say what came of it; the exit status is 1 where nothing could be done."""
    try:
        said, status = update(), 0
    except Refused as why:
        said, status = [str(why)], 1
    print(*said, sep="\n")
    return status


def _git(root, *words, why="git failed", may_fail=False):
    """What git says; None where it fails and may.

    Raises:
      Refused: it failed and may not.
    """
    done = subprocess.run(
        ["git", "-C", str(root), *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=dict(os.environ, LC_ALL="C"),
    )
    if done.returncode == 0:
        return done.stdout
    if may_fail:
        return None
    raise Refused(f"{why}, and nothing was updated. It says:\n{done.stderr.strip()}")


def _names(root, *commits):
    """The files that differ between two commits, or between one and the folder."""
    return [name for name in _git(root, "diff", "--name-only", "-z", *commits).split("\0") if name]


def _lay_aside(root, names):
    """Copy changed files to a folder of their own in my_work/, and put the course's versions in their place."""
    aside = root / "my_work" / "before_update" / time.strftime("%Y-%m-%d_%H%M%S")
    for name in names:
        if (root / name).exists():  # a chapter may have been deleted
            _copy(root / name, aside / pathlib.PurePosixPath(name).name)
    if names:
        _git(root, "checkout", "-q", "HEAD", "--", *names)
    return aside


def _bring_back(root, names, aside):
    for name in names:
        kept = aside / pathlib.PurePosixPath(name).name
        if kept.exists():
            _copy(kept, root / name)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
