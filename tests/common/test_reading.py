"""The map of chapters and the sources that notebooks show."""

import json

import pytest

from course_lib import ROOT, mdp
from course_lib.common import reading


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, as Markdown."""
    texts = []
    monkeypatch.setattr(reading, "display", lambda markdown: texts.append(markdown.data))
    return texts


def test_the_source_of_an_exercise_is_folded_and_that_of_a_function_is_not(shown):
    reading.source(mdp.action_values)
    reading.source(mdp.under_policy)
    assert shown[0].startswith("<details><summary>") and "return rewards + discount" in shown[0]
    assert shown[1].startswith("```python\ndef under_policy")
    assert all(text.count("```") == 2 for text in shown)


def test_the_map_lists_every_chapter_with_links_that_lead_somewhere(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    chapters = reading.CourseMap()
    assert [row["path"].name for row in chapters.rows] == sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb"))
    card = chapters._repr_html_()
    links = [part.partition('"')[0] for part in card.split('href="')[1:]]
    assert links and all((ROOT / "notebooks" / link).exists() for link in links)
    assert "00 · Start here" in repr(chapters) and "None" not in repr(chapters)


@pytest.fixture
def lay(tmp_path):
    """A function that lays empty notebooks of chapter 07_a, given from the course's root; returns where."""
    text = {"cells": [{"cell_type": "markdown", "source": "# 07 · A chapter\n\nText"}], "metadata": {"course": {}}}

    def laid(*names):
        paths = [tmp_path / f"{name}.ipynb" for name in ("notebooks/07_a", *names)]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(text), encoding="utf-8")
        return paths[1:]

    return laid


def test_the_map_prefers_the_learners_own_copies(lay, tmp_path):
    released = lay("exercises/07_a/07_a")
    assert reading.CourseMap(tmp_path).rows[0]["exercises"] == released
    copy, _ = lay("my_work/07_a/07_a", "my_work/07_a/07_a.new")
    row = reading.CourseMap(tmp_path).rows[0]
    assert row["exercises"] == [copy] and row["title"] == "07 · A chapter"
    assert "fill in the blanks" in reading.CourseMap(tmp_path)._repr_html_()


def test_the_map_links_each_notebook_of_an_assignment_by_its_name(lay, tmp_path):
    """In order, and the second, which is not laid yet, as it was released."""
    _, second = lay("exercises/07_a/07a_first", "exercises/07_a/07b_second")
    copy, *_ = lay("my_work/07_a/07a_first", "my_work/07_a/07a_first.new", "my_work/07_a/of_mine")
    chapters = reading.CourseMap(tmp_path)
    assert chapters.rows[0]["exercises"] == [copy, second]
    assert ">07a_first</a><br><a" in chapters._repr_html_() and ">07b_second</a>" in chapters._repr_html_()
