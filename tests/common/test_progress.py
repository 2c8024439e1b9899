"""A card in a notebook, a line in a terminal, nothing in a log."""

import io
import re
import sys
from types import SimpleNamespace

import pytest

from course_lib.common import progress
from course_lib.common.metrics import Metrics
from course_lib.common.progress import Progress


@pytest.fixture
def cards(monkeypatch):
    """The cards that a notebook shows, in their order; every step is drawn."""
    shown = []

    def display(card, display_id):
        shown.append(card)
        return SimpleNamespace(update=shown.append)

    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr(progress, "display", display)
    monkeypatch.setattr(progress, "SECONDS", -1)
    return shown


def halfway(metrics):
    """A run of 2000 steps that began at 500 and is at 1000."""
    shown = Progress(2000, "a run", metrics, curves=("loss", "error"), start=500)
    metrics.add(500, {"loss": 4.0, "error": 0.9})
    metrics.add(1000, {"loss": 0.12345})
    shown.advance(1000)
    return shown


def test_the_card_says_how_far_and_what_was_measured(cards):
    """The bar, the words, the newest numbers; how long it takes is guessed from the steps of this run alone."""
    halfway(Metrics())
    assert '<progress value="1000" max="2000"' in cards[-1]._repr_html_() and 'role="status"' in cards[-1]._repr_html_()
    assert re.fullmatch(
        r"a run: 1,000 of 2,000 updates in \d+ s, about \d+ s left · loss 0\.123 · error 0\.9", repr(cards[-1])
    )
    assert repr(cards[-1]) in cards[-1]._repr_html_()


def test_the_time_left_is_that_of_the_steps_left(cards, monkeypatch):
    """500 steps took 10 s, so 1000 more take 20."""
    shown = halfway(Metrics())
    monkeypatch.setattr(progress.time, "monotonic", lambda: shown._began + 10)
    assert "in 10 s, about 20 s left" in shown.text()


def test_the_curves_have_alternative_text(cards):
    halfway(Metrics())
    alt = "Live curves over 1000 updates: loss from 4 to 0.123; error from 0.9 to 0.9."
    assert repr(cards[-1].picture) == alt
    assert f'<img alt="{alt}" src="data:image/png;base64,' in cards[-1]._repr_html_()


def test_before_anything_is_measured_there_is_no_picture(cards):
    Progress(10, "a < b", Metrics(), curves=("loss",))
    assert cards[0].picture is None and "<img" not in cards[0]._repr_html_()
    assert "a &lt; b: 0 of 10 updates" in cards[0]._repr_html_()


def test_the_last_card_is_up_to_date_and_promises_nothing(cards):
    """Also when the last step came too soon after the one before to be drawn."""
    metrics = Metrics()
    with Progress(10, "a run", metrics) as shown:
        progress.SECONDS = 1e9
        drawn = len(cards)
        metrics.add(10, {"loss": 1})
        shown.advance(10)
        assert len(cards) == drawn
    assert "10 of 10" in repr(cards[-1]) and "left" not in repr(cards[-1]) and "loss 1" in repr(cards[-1])


def test_a_card_stays_when_the_run_is_interrupted(cards):
    with pytest.raises(KeyboardInterrupt), Progress(10, "a run", Metrics()) as shown:
        shown.advance(4)
        raise KeyboardInterrupt
    assert "4 of 10" in repr(cards[-1])


def test_a_terminal_shows_a_line(monkeypatch):
    """With the newest numbers."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_in_notebook", lambda: False)
    metrics = Metrics()
    metrics.add(1, {"loss": 0.5})
    with Progress(10, "a run", metrics) as shown:
        shown.advance(10)
    line = terminal.getvalue().splitlines()[-1].split("\r")[-1]
    assert "a run: 100%" in line and "10/10" in line and "loss=0.5" in line


def test_on_demand_nothing_is_shown(cards, monkeypatch):
    """Neither in a notebook nor in a terminal."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    for notebook in (True, False):
        monkeypatch.setattr(progress, "_in_notebook", lambda notebook=notebook: notebook)
        with Progress(10, "a run", Metrics(), show=False) as shown:
            shown.advance(10)
    assert cards == [] and terminal.getvalue() == ""


def test_a_log_stays_silent(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_in_notebook", lambda: False)
    with Progress(10, "a run", Metrics()) as shown:
        shown.advance(10)
    assert capsys.readouterr() == ("", "")
