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


def test_the_map_prefers_the_learners_own_copies(tmp_path):
    notebook = {"cells": [{"cell_type": "markdown", "source": "# 07 · A chapter\n\nText"}], "metadata": {"course": {}}}
    for folder in ("notebooks", "exercises/07_a", "my_work/07_a"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks" / "07_a.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    released = tmp_path / "exercises" / "07_a" / "07_a.ipynb"
    released.write_text("{}", encoding="utf-8")
    assert reading.CourseMap(tmp_path).rows[0]["exercises"] == [released]
    for name in ("07_a.ipynb", "07_a.new.ipynb"):
        (tmp_path / "my_work" / "07_a" / name).write_text("{}", encoding="utf-8")
    row = reading.CourseMap(tmp_path).rows[0]
    assert row["exercises"] == [tmp_path / "my_work" / "07_a" / "07_a.ipynb"] and row["title"] == "07 · A chapter"
