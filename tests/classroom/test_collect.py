"""Collecting: whose notebook a file is, and that what students upload writes nowhere else."""

import io
import pathlib
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import ZipCollectApp

from course_lib import ROOT
from course_lib.classroom import collect

NAME = "01_topic"


def notebook(text):
    """The bytes of a notebook that says something."""
    return nbformat.writes(new_notebook(cells=[new_markdown_cell(text, id="a")])).encode()


def zipped(files):
    """The bytes of a zip of files, given as names (or `ZipInfo`s) and bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


class Course:
    """A course with one released assignment in an empty folder, and what was downloaded for it."""

    def __init__(self, root):
        self.root = root
        shutil.copy(ROOT / "nbgrader_config.py", root)
        self.place(f"exercises/{NAME}/{NAME}.ipynb", notebook("the release"))

    def place(self, name, content):
        """Write a file, given from the course's root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def download(self, files):
        """Put files where `zip_collect` looks for them."""
        for name, content in files.items():
            self.place(f"downloaded/{NAME}/archive/{name}", content)

    def roster(self, **students):
        """Enter students in the gradebook."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "") as gradebook:
            for student, about in students.items():
                gradebook.add_student(student, **about)

    def collect(self):
        """Run `nbgrader zip_collect`; return what each student handed in, by student and file."""
        app = ZipCollectApp()
        app.initialize([NAME])
        app.start()
        return self.submitted()

    def submitted(self):
        """What lies in submitted/: the text of the notebook of each student, {notebook: text} where there are several."""
        paths = [path for path in sorted((self.root / "submitted").rglob("*")) if path.is_file()]
        released = {(NAME, path.name) for path in (self.root / "exercises" / NAME).iterdir()}
        assert {path.relative_to(self.root / "submitted").parts[1:] for path in paths} <= released
        found = {}
        for path in paths:
            found.setdefault(path.parts[-3], {})[path.stem] = nbformat.read(path, 4).cells[0].source
        return found if len(released) > 1 else {student: texts[NAME] for student, texts in found.items()}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """An empty course, which is the working folder."""
    root = tmp_path / "course"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", sys.path[:])  # nbgrader puts the working folder in front
    return Course(root)


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Zoë Müller_12345_assignsubmission_file_/01_topic.ipynb", "Zoë Müller"),
        ("Zoë Müller_12345_assignsubmission_file/01_topic.ipynb", "Zoë Müller"),
        ("Zoe\u0308 Mu\u0308ller_12345_assignsubmission_file_/01_topic.ipynb", "Zoë Müller"),  # as macOS writes it
        ("Zoë Müller_12345_assignsubmission_file_/my_work/01_topic/01_topic.ipynb", "Zoë Müller"),
        ("INF-Topic-77/Zoë Müller_12345_assignsubmission_file_01_topic.ipynb", "Zoë Müller"),  # not in folders
        ("doejane_12345_67890_01_topic.ipynb", "doejane"),
        ("doejane_LATE_12345_67890_01_topic.ipynb", "doejane"),
        ("doejane_12345_67890_01_topic-1.ipynb", "doejane"),
        ("submissions/doejane_12345_67890_homework/01_topic.ipynb", "doejane"),  # she handed in homework.zip
        ("class_2024_11_05/doe/01_topic.ipynb", "doe"),  # a date is no student
        ("doe/01_topic.ipynb", "doe"),
        ("doe/01_topic/01_topic.ipynb", "doe"),
        ("class/doe/01_topic/01_topic (2).ipynb", "doe"),
        ("doe_01_topic.ipynb", "doe"),
        ("class/jane_doe_01_topic.ipynb", "jane_doe"),
        ("doe/my_work/01_topic/01_topic.ipynb", "doe"),
        ("=doe_01_topic.ipynb", "=doe"),
    ],
)
def test_a_path_says_whose_notebook_it_is(path, student):
    """The forms of Moodle, of Canvas, and plain ones."""
    found = collect.origin(pathlib.PurePosixPath(path), NAME, [NAME])
    assert (found.name, found.notebook) == (student, NAME)
    assert (found.number, bool(found.platform)) == (("12345", True) if "12345" in path else ("", False))


@pytest.mark.parametrize(
    "path",
    [
        "doe/02_other.ipynb",  # another assignment
        "doe/01_topic.new.ipynb",  # a release laid beside her own
        "doe/01_topic.py",
        "01_topic.ipynb",  # nobody's
        "my_work/01_topic/01_topic.ipynb",
        ".._01_topic.ipynb",  # would be submitted/../01_topic
        "._01_topic.ipynb",
        "a\\b_01_topic.ipynb",
        "_assignsubmission_file_/.ipynb",
    ],
)
def test_what_is_nobodys_is_not_collected(path):
    """Nor what belongs to no student's folder."""
    assert collect.origin(pathlib.PurePosixPath(path), NAME, [NAME]) is None


def test_the_longer_name_wins():
    """Of two notebooks whose names end alike."""
    found = collect.origin(pathlib.PurePosixPath("doe_my_part.ipynb"), NAME, ["part", "my_part"])
    assert (found.name, found.notebook) == ("doe", "my_part")


@pytest.mark.parametrize("inner", ["doe", "doe_1_assignsubmission_file_", "doe_1_234_x"])
def test_a_student_cannot_hand_in_for_another(inner):
    """The outermost name is the platform's, or the teacher's; what is inside, the student has named."""
    for outer in ("Eve_9_assignsubmission_file_", "Eve_9_999_work"):
        path = pathlib.PurePosixPath(outer, inner, "01_topic.ipynb")
        assert collect.origin(path, NAME, [NAME]).name == "Eve"
    known = pathlib.PurePosixPath("eve/doe/01_topic.ipynb")
    assert collect.origin(known, NAME, [NAME], known={"eve", "doe"}).name == "eve"


def test_moodles_archive_is_collected_from_the_command_line(course):
    """One zip of folders, one of which holds a zip, as it was downloaded; no options."""
    folders = {
        "Zoë Müller_1_assignsubmission_file_/01_topic.ipynb": notebook("Zoë's"),
        "Jane Doe_2_assignsubmission_file_/work.zip": zipped({"my_work/01_topic/01_topic.ipynb": notebook("Jane's")}),
        "Jim Roe_3_assignsubmission_onlinetext/onlinetext.html": b"<p>Sorry</p>",
    }
    course.download({"INF-Topic-77.zip": zipped(folders)})
    command = [sys.executable, "-m", "nbgrader", "zip_collect", NAME]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert course.submitted() == {"Zoë Müller": "Zoë's", "Jane Doe": "Jane's"}


def test_canvas_and_plain_files_are_collected(course):
    """From a zip or beside it; of a file handed in again, the last one counts."""
    packed = {
        "doejane_LATE_12_345_01_topic-2.ipynb": notebook("Jane's last"),
        "doejane_LATE_12_333_01_topic-1.ipynb": notebook("Jane's first"),
        "roejim_13_346_work.zip": zipped({"01_topic.ipynb": notebook("Jim's")}),
    }
    course.download({"submissions.zip": zipped(packed), "zoë_01_topic.ipynb": notebook("Zoë's")})
    course.download({"max/01_topic.ipynb": notebook("Max's"), "ann.zip": zipped({"01_topic.ipynb": notebook("Ann's")})})
    expected = {"12": "Jane's last", "13": "Jim's", "zoë": "Zoë's", "max": "Max's", "ann": "Ann's"}
    assert course.collect() == expected


def test_every_notebook_of_an_assignment_is_collected(course):
    """However a student sends the two: zipped with their folder, one by one, or only one; each has its last copy."""
    for name in ("01a_first", "01b_second"):
        course.place(f"exercises/{NAME}/{name}.ipynb", notebook("the release"))
    (course.root / f"exercises/{NAME}/{NAME}.ipynb").unlink()
    folder = {f"my_work/{NAME}/01{part}.ipynb": notebook(part) for part in ("a_first", "b_second", "b_second.new")}
    packed = {
        "Zoë Müller_1_assignsubmission_file_/work.zip": zipped(folder),
        "doejane_12_345_01a_first.ipynb": notebook("Jane's"),
        "doejane_12_346_01b_second-1.ipynb": notebook("Jane's second, again"),
        "doejane_12_347_01b_second.ipynb": notebook("Jane's second"),
    }
    course.download({"submissions.zip": zipped(packed), "max_01b_second.ipynb": notebook("Max's")})
    course.download({"ann.zip": zipped(folder), f"ann_{NAME}.ipynb": notebook("named after the folder")})
    assert course.collect() == {
        "Zoë Müller": {"01a_first": "a_first", "01b_second": "b_second"},
        "12": {"01a_first": "Jane's", "01b_second": "Jane's second, again"},
        "max": {"01b_second": "Max's"},
        "ann": {"01a_first": "a_first", "01b_second": "b_second"},
    }


def test_the_gradebook_gives_the_ids(course):
    """Canvas's number is a student's lms_user_id; Moodle writes first and last name."""
    course.roster(jd1={"lms_user_id": "12"}, zm2={"first_name": "Zoë", "last_name": "MÜLLER"}, other={})
    course.download({"doejane_12_345_01_topic.ipynb": notebook("Jane's")})
    course.download({"Zoe\u0308  Müller_7_assignsubmission_file_/01_topic.ipynb": notebook("Zoë's")})
    assert course.collect() == {"jd1": "Jane's", "zm2": "Zoë's"}


def test_namesakes_stay_apart(course, capsys):
    """Moodle's numbers differ; who is who a person has to say. Under blind marking all have one name."""
    course.roster(jd1={"first_name": "Jane", "last_name": "Doe"})
    course.download({f"Jane Doe_{n}_assignsubmission_file_/01_topic.ipynb": notebook(f"{n}") for n in (1, 2)})
    assert course.collect() == {"Jane Doe_1": "1", "Jane Doe_2": "2"}
    assert "submitted/Jane Doe_1" in capsys.readouterr().err


def test_two_that_differ_are_not_guessed_between(course, capsys):
    """The others are collected; twice the same is no question."""
    course.download({"doe/01_topic.ipynb": notebook("a"), "doe/old/my_work/01_topic.ipynb": notebook("a")})
    course.download({"doe_01_topic.ipynb": notebook("b"), "roe.zip": zipped({"01_topic.ipynb": notebook("c")})})
    course.download({"roe/01_topic/01_topic.ipynb": notebook("c")})
    assert course.collect().get("roe") == "c"
    assert "doe" not in course.submitted()
    assert "which counts" in capsys.readouterr().err


def test_an_unknown_assignment_is_told(course, capsys):
    """A word mistyped: nothing is collected under it."""
    course.place("downloaded/01_topik/archive/doe_01_topic.ipynb", notebook("x"))
    app = ZipCollectApp()
    app.initialize(["01_topik"])
    with pytest.raises(SystemExit):
        app.start()
    assert "'01_topik' the assignment's name" in capsys.readouterr().err


def link(name):
    """A member of a zip that is a symbolic link."""
    member = zipfile.ZipInfo(name)
    member.create_system, member.external_attr = 3, 0o120777 << 16
    return member


def test_nothing_is_written_outside(course, tmp_path, capsys):
    """Paths that climb, absolute ones, links and what lies behind them; the class is collected all the same."""
    evil = {
        "../../../../../../escaped.ipynb": notebook("up"),
        "..\\..\\..\\escaped.ipynb": notebook("up, in Windows' way"),
        f"{tmp_path}/absolute.ipynb": notebook("absolute"),
        "C:/absolute.ipynb": notebook("absolute, in Windows' way"),
        link("01_topic.ipynb"): str(tmp_path / "secret.ipynb"),
        link("door.ipynb"): str(tmp_path),
        "door.ipynb/01_topic.ipynb": notebook("behind a link"),
        "a" * 300 + ".ipynb": notebook("a name too long"),
    }
    (tmp_path / "secret.ipynb").write_bytes(notebook("secret"))
    packed = {
        "eve_1_100_work.zip": zipped(evil),
        "../roe_01_topic.ipynb": notebook("up"),
        "doe_01_topic.ipynb": notebook("Jane's"),
    }
    course.download({"submissions.zip": zipped(packed)})
    before = {path for path in tmp_path.rglob("*") if "downloaded" not in path.parts}
    # In Eve's own folder "door.ipynb" became a folder, since no link was made of it.
    assert course.collect() == {"1": "behind a link", "doe": "Jane's"}
    new = {path for path in tmp_path.rglob("*") if "downloaded" not in path.parts} - before
    assert {path.relative_to(course.root).parts[0] for path in new} == {"submitted"}
    assert not list(tmp_path.rglob("escaped*")) and not list(tmp_path.rglob("absolute*"))
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]
    assert "leads out of the archive" in capsys.readouterr().err


def test_archives_that_cannot_be_read_cost_nobody_else(course, monkeypatch, capsys):
    """Broken, too large, nested too deep, of another kind: each is named."""
    monkeypatch.setattr(collect, "LARGEST", 100_000)
    deep = zipped({"b.zip": zipped({"01_topic.ipynb": notebook("deep")})})
    broken = bytearray(zipped({"01_topic.ipynb": notebook("x" * 1000)}))
    broken[60:80] = bytes(20)  # its table of contents is whole, its data is not
    packed = {
        "ann.zip": b"no zip at all",
        "bob.zip": bytes(broken),
        "cem.zip": zipped({"01_topic.ipynb": bytes(100_001)}),
        "dan.zip": zipped({"a.zip": deep}),
        "doe/01_topic.ipynb": notebook("Jane's"),
    }
    course.download({"class.zip": zipped(packed), "eva.tar.gz": b"", "fay.zip": b"PK"})
    course.download({"gus_01_topic.ipynb": notebook("Gus's")})
    assert course.collect() == {"doe": "Jane's", "gus": "Gus's"}
    said = capsys.readouterr().err
    assert [
        name for name in ("ann.zip", "bob.zip", "cem.zip", "dan.zip", "eva.tar.gz", "fay.zip") if name not in said
    ] == []


@pytest.mark.skipif(sys.platform == "win32", reason="platform: making links needs a right there")
def test_a_link_among_the_downloads_is_not_followed(course, tmp_path):
    """Unpacked by hand, an archive may bring one: it would hand in a file of the teacher's."""
    (tmp_path / "secret.ipynb").write_bytes(notebook("secret"))
    course.download({"doe/01_topic.ipynb": notebook("Jane's")})
    (course.root / "downloaded" / NAME / "archive" / "eve_01_topic.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert course.collect() == {"doe": "Jane's"}
