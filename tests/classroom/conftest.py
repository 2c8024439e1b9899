"""What the tests of the classroom share."""

import nbgrader.api
import pytest

from course_lib.classroom import gradebook


@pytest.fixture(scope="module", autouse=True)
def programs():
    """nbgrader asks alembic, a program, for the version of its tables: let it be found, and here not be started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", gradebook.path())
        patch.setattr(nbgrader.api, "get_alembic_version", lambda: "of no importance here")
        yield
