"""The students' bundle: a zip of the course without solutions, rubrics, tests and what else only teachers need."""

import fnmatch
import os
import pathlib
import posixpath
import re
import zipfile

from course_lib import ROOT, __version__
from course_lib.common.release import files_of

NAME = "from_bellman_to_agent57"
FILES = (
    *("README.md", "LICENSE", "CITATION.cff", "course.py", "conftest.py", "pyproject.toml", "environment.yml"),
    "requirements*.in",
    "requirements*.txt",
)
FOLDERS = ("course_lib", "notebooks", "exercises", "docs")
LEFT_OUT = ("docs/teaching.md",)
NEVER = ("__pycache__", "gradebook.db*", "submitted", "autograded", "feedback")  # whatever folder they lie in
CLONE = "git clone <this repository> && cd <its folder>"
UNPACK = "cd from_bellman_to_agent57    # the unpacked folder"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z][a-z+.-]*:|#)([^)\s#]+)[^)]*\)")


def write(root=ROOT, into=None):
    """Write the bundle; the same files give the same bytes.

    Everything lies in one folder that is named without a version: unpacked over an older one it is an update, and
    `my_work/` stays. git is not needed; what .gitignore names is left out.

    Args:
      root: the course.
      into: the folder for the zip, `root/dist` if not given.

    Returns:
      The path of the zip.

    Raises:
      ValueError: there are no exercises to give out, or this is itself a student's copy.
    """
    if not (root / "solutions").is_dir():
        raise ValueError("This is a student's copy of the course: teachers make bundles, from the whole course.")
    paths = contents(root)
    if not any(path.parts[0] == "exercises" for path in paths):
        raise ValueError("There is nothing in exercises/ to give out: `python3 course.py exercises` makes it.")
    made = (into or root / "dist") / f"{NAME}-{__version__}-student.zip"
    made.parent.mkdir(parents=True, exist_ok=True)
    draft = made.with_name(made.name + ".draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path in paths:
            member = zipfile.ZipInfo(f"{NAME}/{path.as_posix()}", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o644 << 16  # the same on every platform
            bundle.writestr(member, _text(root, path, paths), zipfile.ZIP_DEFLATED)
    os.replace(draft, made)
    return made


def contents(root=ROOT):
    """List the files of the bundle, sorted, as paths from the root."""
    ignored = [*_gitignore(root), *NEVER]
    found = [path for pattern in FILES for path in root.glob(pattern)]
    found += [root / folder / path for folder in FOLDERS for path in files_of(root / folder)]
    paths = sorted({path.relative_to(root).as_posix() for path in found if path.is_file() and not path.is_symlink()})
    kept = (pathlib.PurePosixPath(path) for path in paths if path not in LEFT_OUT)
    return [path for path in kept if not any(fnmatch.fnmatch(part, one) for part in path.parts for one in ignored)]


def _gitignore(root):
    """The names that .gitignore leaves out in any folder; what it anchors with a slash lies in the root."""
    file = root / ".gitignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith(("#", "/"))]


def _text(root, path, paths):
    """A file's bytes; on a page, links to files that are left out become plain text."""
    raw = (root / path).read_bytes()
    if path.suffix != ".md":
        return raw
    there = {str(folder) for kept in paths for folder in (kept, *kept.parents)}

    def unlink(match):
        target = posixpath.normpath(posixpath.join(str(path.parent), match[2]))
        return match[0] if target in there or target.startswith("my_work") else f"{match[1]} (in the teacher's copy)"

    return LINK.sub(unlink, raw.decode("utf-8").replace(CLONE, UNPACK)).encode("utf-8")
