"""nbgrader's gradebook, opened only where there is one: nbgrader itself would make an empty one."""

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
