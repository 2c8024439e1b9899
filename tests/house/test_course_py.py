"""course.py starts on a bare machine, and says plainly what is wrong with it."""

import ast
import sys
from types import SimpleNamespace

import pytest

import course
from course_lib import ROOT

SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")


def test_it_needs_the_standard_library_alone():
    """It runs before anything is installed."""
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in getattr(node, "names", [])]
        )
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert imported <= set(sys.stdlib_module_names)


def test_an_old_python_can_read_it():
    """So that it says which versions it needs instead of a syntax error."""
    ast.parse(SOURCE, feature_version=(3, 7))


def test_it_is_short():
    """About 150 lines: what is longer belongs in course_lib."""
    assert len(SOURCE.splitlines()) <= 175


@pytest.mark.parametrize("command", course.COMMANDS)
def test_the_readme_names_every_command(command):
    """What is not written there is not found."""
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_lists_every_command(monkeypatch, capsys):
    """Without a command it shows the help."""
    monkeypatch.setattr(sys, "argv", ["course.py"])
    course.main()
    said = capsys.readouterr().out
    assert all(f"\n    {command}" in said for command in course.COMMANDS)


@pytest.mark.parametrize(
    ("module", "attribute", "value", "said"),
    [
        (sys, "version_info", (3, 10, 1), "3.11, 3.12 or 3.13"),
        (sys, "version_info", (3, 14, 0), "3.11, 3.12 or 3.13"),
        (sys, "maxsize", 2**31 - 1, "64-bit"),
    ],
)
def test_an_unsuitable_python_is_told(monkeypatch, module, attribute, value, said):
    """The message names the versions, and a Python on the PATH that would do."""
    monkeypatch.setattr(course.shutil, "which", lambda name: "/somewhere" if name == "python3.12" else None)
    monkeypatch.setattr(module, attribute, value)
    with pytest.raises(SystemExit, match=said) as left:
        course.check_platform()
    assert said == "64-bit" or "python3.12 course.py" in str(left.value)


def test_intel_macos_is_told(monkeypatch):
    """There is no wheel, and pip's own message would be about versions."""
    monkeypatch.setattr(course.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(course.platform, "machine", lambda: "x86_64")
    with pytest.raises(SystemExit, match="Intel macOS"):
        course.check_platform()


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A course in an empty folder; the programs it would start are noted instead."""
    started = []
    for name in course.LEARN, course.DEVELOP, course.GPU:
        (tmp_path / name).write_text("numpy==2.0\n    # via keras\nkeras==3.0\n")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    monkeypatch.setattr(course, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(course, "PYTHON", tmp_path / ".venv" / "bin" / "python")

    def call(*command, must=False, dots=False):
        started.append(command)
        course.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        course.PYTHON.touch()
        return 0

    monkeypatch.setattr(course, "call", call)
    monkeypatch.setattr(course, "make_importable", lambda: None)
    monkeypatch.setattr(
        course.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0)
    )  # the environment's pip answers
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    return SimpleNamespace(started=started, root=tmp_path)


def test_installing_happens_once(bare, capsys):
    """It says first what comes; a second time nothing is started; a changed lock installs again."""
    course.ensure(course.LEARN)
    said = capsys.readouterr().out
    assert "2 packages" in said and "2 to 5 minutes" in said
    assert [command[1:3] for command in bare.started] == [("-m", "venv"), ("-m", "pip")]
    course.ensure(course.LEARN)
    assert len(bare.started) == 2
    (bare.root / course.LEARN).write_text("numpy==2.1\n")
    course.ensure(course.LEARN)
    assert [command[2] for command in bare.started] == ["venv", "pip", "pip"]


def test_what_tests_need_serves_learners_too(bare):
    """requirements-dev.txt holds the learner's; the other way round something would be missing."""
    course.ensure(course.DEVELOP)
    course.ensure(course.LEARN)
    assert len(bare.started) == 2
    course.ensure(course.GPU)
    assert len(bare.started) == 3


def test_an_interrupted_installation_is_done_again(bare, monkeypatch):
    """The stamp is written last, and an old one is removed first."""
    course.ensure(course.LEARN)
    (bare.root / course.LEARN).write_text("numpy==2.1\n")
    monkeypatch.setattr(course, "make_importable", lambda: sys.exit("killed"))
    for _ in range(2):
        with pytest.raises(SystemExit):
            course.ensure(course.LEARN)
    assert [command[2] for command in bare.started] == ["venv", "pip", "pip", "pip"]


def test_uv_is_used_where_it_is(bare, monkeypatch):
    """It installs in seconds."""
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/uv")
    course.ensure(course.LEARN)
    assert [command[:2] for command in bare.started] == [("/bin/uv", "venv"), ("/bin/uv", "pip")]


def test_a_full_disk_is_told_before_anything_is_downloaded(bare, monkeypatch):
    """And nothing is started."""
    monkeypatch.setattr(course.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e9))
    with pytest.raises(SystemExit, match="1.0 GB are free"):
        course.ensure(course.LEARN)
    assert bare.started == []


def test_debian_without_venv_is_told(bare, monkeypatch):
    """Debian packs it apart."""
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        course.ensure(course.LEARN)


@pytest.mark.parametrize(
    ("typed", "started"),
    [
        (["test", "-k", "mdp"], ["-m", "pytest", "--nbval", *course.WORKERS, "-k", "mdp"]),
        (["run", "01"], ["-m", "course_lib", "run", "01"]),
        (["setup"], ["-m", "course_lib", "doctor"]),
        (["doctor"], ["-m", "course_lib", "doctor"]),
        (["update"], ["-m", "course_lib", "update"]),
        (["lock", "--upgrade"], ["-m", "course_lib.common.lock", "--upgrade"]),
        (["exercises"], ["-m", "course_lib", "exercises"]),
        (["class"], ["-m", "course_lib", "class"]),
        (
            ["class", "autograde", "--force", "01_topic", "-h", "--student=a b", "--to", "x"],
            ["-m", "course_lib", "class", "autograde", "--force", "01_topic", "-h", "--student=a b", "--to", "x"],
        ),
    ],
)
def test_commands_start_their_programs(bare, monkeypatch, typed, started):
    """What course.py does not know itself goes on to the program."""
    monkeypatch.setattr(sys, "argv", ["course.py", *typed])
    assert course.main() == 0
    assert list(bare.started[-1])[1:] == started


@pytest.mark.parametrize("command", ["update", "lock"])
def test_what_needs_nothing_installed_installs_nothing(bare, monkeypatch, command):
    """It runs in the Python at hand."""
    monkeypatch.setattr(sys, "argv", ["course.py", command])
    assert course.main() == 0
    assert [started[0] for started in bare.started] == [sys.executable]


def test_a_long_wait_shows_dots_and_an_error_stays_visible(monkeypatch, capfd):
    """A quiet pip says nothing for minutes, and why it failed in the end."""
    monkeypatch.setattr(course.time, "sleep", lambda _, sleep=course.time.sleep: sleep(0.01))
    with pytest.raises(SystemExit, match="The same command tries again"):
        course.call(sys.executable, "-c", "import sys; sys.exit('no space left')", must=True, dots=True)
    said = capfd.readouterr()
    assert set(said.out) == {"."} and "no space left" in said.err


@pytest.mark.parametrize(
    "there, taken", [(["tests", "solutions", "exercises"], ["tests", "solutions"]), (["exercises"], ["exercises"])]
)
def test_a_quick_test_takes_what_is_there(bare, monkeypatch, there, taken):
    """A student's copy has neither tests nor solutions."""
    for name in there:
        (bare.root / name).mkdir()
    monkeypatch.setattr(sys, "argv", ["course.py", "test", "--fast"])
    assert course.main() == 0
    assert list(bare.started[-1])[1:] == [
        "-m",
        "pytest",
        "--nbval",
        *course.WORKERS,
        "-m",
        "not slow",
        *(bare.root / name for name in taken),
    ]


def test_lab_is_for_this_machine_only(bare, monkeypatch, capsys):
    """It lays the copies first; no token is switched off; the learner's options come last and win; how to stop it."""
    monkeypatch.setattr(sys, "argv", ["course.py", "lab", "--no-browser", "--port", "8899"])
    course.main()
    lay, lab = bare.started[-2:]
    assert lay[-1] == "lay"
    assert "--ServerApp.ip=127.0.0.1" in lab
    assert not any("token" in str(word) or "password" in str(word) for word in lab)
    assert lab[-3:] == ("--no-browser", "--port", "8899")
    assert "To stop: Ctrl-C, then y" in capsys.readouterr().out


def test_programs_find_their_own_environment_first(monkeypatch):
    """Another project's PYTHONPATH and the user's own packages stay out."""
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    found = course.environment()
    assert found["PATH"].startswith(str(course.PYTHON.parent))
    assert "PYTHONPATH" not in found
    assert found["PYTHONUTF8"] == found["PYTHONNOUSERSITE"] == "1"
