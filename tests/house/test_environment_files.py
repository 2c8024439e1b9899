"""The files that make an environment agree with one another."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import course
from course_lib import ROOT
from course_lib.common import doctor

LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-gpu.txt"]


def lines(name):
    """The lines of a requirements file that name a package, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line.partition("#")[0].strip() for line in text.splitlines() if line[:1].isalpha()]


def names(file):
    """The packages that a requirements file names."""
    return {canonicalize_name(Requirement(line).name) for line in lines(file)}


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_locked(lock):
    """Each package of the .in file has a line in the .txt, and each line pins one version."""
    assert names(lock.replace(".txt", ".in")) <= names(lock)
    assert all(re.fullmatch(r"[\w.\-\[\],]+==[^=]+( ; .+)?", line) for line in lines(lock))


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_the_larger_locks_hold_the_learners(lock):
    """Line for line the same versions, so that tests test what learners run."""
    plain = {re.sub(r"\[.*?\]", "", line) for line in lines(lock)}  # the GPU's tensorflow has an extra
    assert set(lines("requirements.txt")) <= plain


@pytest.mark.parametrize("name", [*LOCKS, "requirements.in", "requirements-dev.in", "requirements-gpu.in"])
def test_no_file_names_a_host(name):
    """They install from whatever index the reader has set up."""
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", (ROOT / name).read_text())


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_each_python_has_one_version_of_each_package(version):
    """A universal lock may hold a package twice, for different Pythons, never for the same one."""
    here = {"python_version": version, "python_full_version": f"{version}.1"}
    wanted = [Requirement(line) for line in lines("requirements.txt")]
    found = [want.name for want in wanted if want.marker is None or want.marker.evaluate(here)]
    assert len(found) == len(set(found))


def test_conda_installs_the_same_lock():
    """environment.yml brings Python and pip, and nothing that could differ."""
    text = (ROOT / "environment.yml").read_text()
    assert "-r requirements.txt" in text
    (version,) = re.findall(r"python=(3\.\d+)", text)
    assert version in SpecifierSet(pyproject()["project"]["requires-python"])


def pyproject():
    """pyproject.toml, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_all_name_the_same_pythons():
    """pyproject.toml, course.py and the doctor."""
    allowed = SpecifierSet(pyproject()["project"]["requires-python"])
    minors = [minor for minor in range(30) if f"3.{minor}" in allowed]
    for module in (course, doctor):
        assert ((3, minors[0]), (3, minors[-1])) == (module.OLDEST, module.NEWEST)


def test_the_package_depends_on_what_learners_need():
    """`pip install .` asks for requirements.in."""
    assert pyproject()["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": "requirements.in"}


def imported(folder):
    """The top-level packages that the modules of a folder import; a teacher's room is not for learners."""
    paths = [path for path in (ROOT / folder).rglob("*.py") if folder != "course_lib" or "classroom" not in path.parts]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("course_lib", [""]),
        ("course_lib/classroom", ["", "-dev"]),
        ("tests", ["", "-dev"]),
        ("benchmarks", ["", "-dev"]),
    ],
)
def test_what_is_imported_is_asked_for(folder, files):
    """Nothing is used that is only there because something else happens to bring it (nbgrader: only by authors)."""
    asked = {package for suffix in files for package in names(f"requirements{suffix}.in")} | {"nbgrader", "traitlets"}
    brings = {package: set(map(canonicalize_name, packages)) for package, packages in packages_distributions().items()}
    missing = {
        name for name in imported(folder) & set(brings) if not brings[name] & (asked | {"from-bellman-to-agent57"})
    }
    assert missing == set()
