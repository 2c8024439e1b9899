"""What the tests of the house look at, found by listing folders: a new chapter needs no entry anywhere."""

from course_lib import ROOT
from course_lib.common import notebooks

CHAPTERS = notebooks.find(doors=notebooks.DOORS[:1])
SOLUTIONS = notebooks.find(doors=notebooks.DOORS[1:2])
EXERCISES = notebooks.find(doors=notebooks.DOORS[2:])
NOTEBOOKS = CHAPTERS + SOLUTIONS + EXERCISES
GROUND_FLOOR = {"workbook", "common", "classroom"}
WINGS = sorted({path.parent.name for path in ROOT.glob("course_lib/*/__init__.py")} - GROUND_FLOOR)
MODULES = sorted(ROOT.glob("course_lib/**/*.py"))


def name(path):
    """A path as a test's name."""
    return path.relative_to(ROOT).as_posix()
