"""The plan of the house: arrows run one way, and nothing of what the course avoids is in it."""

import ast
import graphlib
import re

import pytest
from house import GROUND_FLOOR, MODULES, WINGS, name

from course_lib import ROOT

NOISY = {"tensorflow", "keras", "tensorflow_probability"}
AVOIDED = {
    r"\.predict\(": "60 to 130 ms a call: compile the model's call with tf.function",
    r"allow_pickle\s*=\s*True": "loading such a file may run anything",
    r"\btf_keras\b": "the course is written for Keras 3",
    r"\b(TODO|FIXME|XXX)\b": "do it or file it",
}


def room(path):
    """The wing or ground floor a module belongs to; "" for the modules of course_lib itself."""
    inside = path.relative_to(ROOT / "course_lib").parts
    return inside[0] if len(inside) > 1 else ""


def imports(path):
    """The modules that a module imports, as (absolute dotted name, names taken from it, whether at module level)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, [], node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module, [alias.name for alias in node.names], node in tree.body


def rooms_used(path):
    """The other rooms of course_lib that a module imports from."""
    for module, names, _ in imports(path):
        first, *inside = module.split(".")
        if first == "course_lib":
            yield from inside[:1] or [taken for taken in names if taken in {*WINGS, *GROUND_FLOOR}]


def test_the_workbook_knows_nothing_of_the_course():
    """It can be used in another course."""
    assert {room for path in MODULES if room_is(path, "workbook") for room in rooms_used(path)} <= {"workbook"}


def room_is(path, wanted):
    """Whether a module lies in a room."""
    return room(path) == wanted


def test_what_is_common_rests_on_the_workbook_alone():
    """No wing is needed to use it."""
    assert {used for path in MODULES if room_is(path, "common") for used in rooms_used(path)} <= {"workbook", "common"}


def test_the_classroom_rests_on_the_ground_floor_and_nothing_on_it():
    """It serves every chapter, and a learner's code never needs what a teacher does with a class."""
    assert {used for path in MODULES if room_is(path, "classroom") for used in rooms_used(path)} <= GROUND_FLOOR
    assert not [path for path in MODULES if room(path) not in ("", "classroom") and "classroom" in rooms_used(path)]


def test_wings_build_on_earlier_wings():
    """Their imports have an order: no wing leads back to itself."""
    graph = {
        wing: {used for path in MODULES if room_is(path, wing) for used in rooms_used(path)} - {wing} for wing in WINGS
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_room_reaches_into_anothers_private_names(path):
    """Neither by import nor as an attribute of an imported module."""
    foreign = {}
    for module, names, _ in imports(path):
        inside = module.split(".")[1:] if module.startswith("course_lib.") else []
        if inside and inside[0] != room(path):
            assert not [part for part in [*inside, *names] if part.startswith("_")], module
            foreign |= dict.fromkeys(names, module)
        elif module == "course_lib":
            foreign |= {taken: module for taken in names if taken in {*WINGS, *GROUND_FLOOR} - {room(path)}}
    reached = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in foreign
        if node.attr.startswith("_") and not node.attr.startswith("__")
    ]
    assert reached == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_tensorflow_comes_through_the_quiet_door(path):
    """`from course_lib.common.quiet import tensorflow as tf`; the workbook, which knows no course, imports it late."""
    loud = [
        module
        for module, _, top in imports(path)
        if module.split(".")[0] in NOISY and (top or room(path) != "workbook")
    ]
    assert loud == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_the_course_avoids_is_not_there(path):
    """See AVOIDED for the reasons."""
    text = path.read_text(encoding="utf-8")
    assert {found[0]: why for pattern, why in AVOIDED.items() if (found := re.search(pattern, text))} == {}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is_for(path):
    """A docstring on top, and at most 300 lines: one idea, read in one sitting. A list of claims may be longer."""
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 300 or path.name.startswith("checks")


@pytest.mark.parametrize("wing", WINGS)
def test_every_wing_has_tests(wing):
    """tests/ mirrors course_lib/."""
    assert list((ROOT / "tests" / wing).glob("test_*.py"))
