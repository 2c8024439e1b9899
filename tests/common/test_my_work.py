"""Nobody's work is lost: a release never overwrites what a learner touched."""

import json

import pytest

from course_lib.common.my_work import RECORD, lay


@pytest.fixture
def course(tmp_path):
    """A course with one exercise and a picture, released once and laid."""
    folder = tmp_path / "exercises" / "01_topic"
    folder.mkdir(parents=True)
    (folder / "01_topic.ipynb").write_text("first")
    (folder / "map.png").write_bytes(b"\x89PNG")
    lay(tmp_path)
    return tmp_path


def files(root):
    """What lies in my_work, by name, the record left out."""
    found = {path.name: path.read_text(errors="replace") for path in (root / "my_work").rglob("*.*") if path.is_file()}
    found.pop(RECORD)
    return found


def release(root, text):
    """A new release of the exercise."""
    (root / "exercises" / "01_topic" / "01_topic.ipynb").write_text(text)
    return lay(root)


def touch(root, text, name="01_topic.ipynb"):
    """The learner's own edit."""
    (root / "my_work" / "01_topic" / name).write_text(text)


def test_everything_is_laid_once(course):
    """Pictures too; a second time nothing happens and nothing is said."""
    assert files(course)["01_topic.ipynb"] == "first"
    assert "map.png" in files(course)
    assert lay(course) == []


def test_an_untouched_copy_follows_the_release(course):
    """A learner who has not begun gets the corrected text."""
    assert release(course, "second") == ["updated my_work/01_topic/01_topic.ipynb, which you had not changed"]
    assert files(course)["01_topic.ipynb"] == "second"


def test_a_touched_copy_stays(course):
    """As long as the release is the same, it is not even mentioned."""
    touch(course, "mine")
    assert lay(course) == []
    assert files(course)["01_topic.ipynb"] == "mine"


def test_a_second_notebook_comes_to_an_assignment(course):
    """It is laid beside the first, which a learner has begun."""
    touch(course, "mine")
    (course / "exercises" / "01_topic" / "01b_more.ipynb").write_text("more")
    assert lay(course) == ["laid my_work/01_topic/01b_more.ipynb"]
    assert files(course) | {"map.png": ""} == {"01_topic.ipynb": "mine", "01b_more.ipynb": "more", "map.png": ""}


def test_a_new_release_lies_beside_a_touched_copy(course):
    """Once, and a still newer one takes its place while it is untouched."""
    touch(course, "mine")
    (said,) = release(course, "second")
    assert "01_topic.new.ipynb" in said
    assert lay(course) == []
    release(course, "third")
    assert files(course) == {"01_topic.ipynb": "mine", "01_topic.new.ipynb": "third", "map.png": "\ufffdPNG"}


def test_work_in_the_new_release_is_kept_too(course):
    """The learner may have moved on to the `.new` file."""
    touch(course, "mine")
    release(course, "second")
    touch(course, "mine too", "01_topic.new.ipynb")
    (said,) = release(course, "third")
    assert "move" in said
    assert files(course)["01_topic.new.ipynb"] == "mine too"


def test_a_deleted_copy_comes_back(course):
    """The way to start an exercise afresh."""
    touch(course, "mine")
    (course / "my_work" / "01_topic" / "01_topic.ipynb").unlink()
    assert lay(course) == ["laid my_work/01_topic/01_topic.ipynb"]


@pytest.mark.parametrize("damage", ["", "{", "[]", None])
def test_with_a_damaged_record_everything_counts_as_touched(course, damage):
    """Better a file too many than work lost; a copy equal to the release is still recognised."""
    record = course / "my_work" / RECORD
    record.unlink() if damage is None else record.write_text(damage)
    assert lay(course) == []
    record.unlink()
    assert "kept your" in release(course, "second")[0]
    assert files(course)["01_topic.ipynb"] == "first"


def test_the_record_is_readable_and_no_draft_stays(course):
    """Hashes by name, written in one step."""
    assert set(json.loads((course / "my_work" / RECORD).read_text())) == {"01_topic/01_topic.ipynb", "01_topic/map.png"}
    assert not list(course.rglob("*.draft"))
