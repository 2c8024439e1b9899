"""A file is written whole or not at all."""

import pytest

from course_lib.common.files import written_whole


def test_the_file_changes_in_one_step(tmp_path):
    """While it is written the old one stands; the draft has the same ending, and is gone in the end."""
    file = tmp_path / "numbers.csv"
    file.write_text("old")
    with written_whole(file) as draft:
        draft.write_text("new")
        assert file.read_text() == "old" and draft.suffix == ".csv"
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.csv"] and file.read_text() == "new"


def test_what_fails_half_way_leaves_the_old_file(tmp_path):
    file = tmp_path / "numbers.csv"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), written_whole(file) as draft:
        draft.write_text("ne")
        _ = 1 / 0
    assert file.read_text() == "old"
