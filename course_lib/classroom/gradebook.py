"""nbgrader's gradebook, opened only where there is one (nbgrader would make an empty one), and what stands beside it."""

import json
import os
import pathlib
import sys

from nbgrader.api import Gradebook

SQLITE = "sqlite:///"


def opened(course):
    """Open the gradebook of a course directory (nbgrader's `CourseDirectory`).

    Returns:
      A `Gradebook`, to be closed by `with`; None where nothing has been graded yet.
    """
    path = pathlib.Path(course.db_url.removeprefix(SQLITE))
    return (
        None if course.db_url.startswith(SQLITE) and not path.exists() else Gradebook(course.db_url, course.course_id)
    )


def path():
    """The PATH with this environment's programs first: nbgrader starts one of them, alembic, by its bare name."""
    return os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", "")])


def graded_by(path):
    """The version of the course that graded a notebook, "" where none did."""
    return note(path, "graded_by")


def note(path, name):
    """What the grader has noted in a graded notebook: "graded_by", or "submitted", the hash of the file; else ""."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["metadata"]["course"][name])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
