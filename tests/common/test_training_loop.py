"""The loop around an update: what it measures and keeps; an interrupted run takes the way of an unbroken one."""

import contextlib
import dataclasses
import json
import signal

import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.common.training import run_updates


@dataclasses.dataclass(frozen=True)
class Config:
    """Twelve updates."""

    updates: int = 12
    evaluate_every: int = 6
    evaluate_on: int = 1
    checkpoint_every: int = 4
    size: int = 1
    name: str = "toy"


class Toy:
    """x becomes 2x + step: the place of every step in the sequence shows in the result."""

    def __init__(self, interrupt_update=None, interrupt_evaluation=None):
        self.x = tf.Variable(0.0)
        self.variables, self.steps = [self.x], []
        self.at_update, self.at_evaluation = interrupt_update, interrupt_evaluation

    def update(self, step):
        if step == self.at_update:
            signal.raise_signal(signal.SIGINT)
        self.steps.append(step)
        self.x.assign((2 * self.x + step) % 1009)
        return {"loss": tf.constant(float(step)), "square": tf.constant(float(step) ** 2)}

    def evaluate(self):
        if self.steps and self.steps[-1] + 1 == self.at_evaluation:
            signal.raise_signal(signal.SIGTERM)
        return {"x": float(self.x)}

    def run(self, folder=None, report_every=3, **changes):
        """Run to the end, or until it is interrupted; returns the rows."""
        given = {"evaluate": self.evaluate, "state": {"toy": self}, "folder": folder, "report_every": report_every}
        return run_updates(self.update, Config(**changes), **given).rows


def interrupted(toy, folder, **changes):
    """Run until Ctrl-C."""
    with pytest.raises(KeyboardInterrupt):
        toy.run(folder, **changes)


def test_losses_are_means_over_the_steps_since_the_last_report():
    """Steps 0, 1, 2 have mean 1 and mean square 5/3; a checkpoint (every 4) ends a report too, so step 3 is alone."""
    rows = Toy().run()
    assert [(step, value) for step, name, value in rows if name == "loss"] == [
        (3, 1), (4, 3), (6, 4.5), (8, 6.5), (9, 8), (12, 10),
    ]  # fmt: skip
    assert next(value for _, name, value in rows if name == "square") == pytest.approx(5 / 3)


def test_a_loss_is_averaged_over_the_steps_that_report_it():
    """Of steps 0 to 3, three report `a` (mean (0 + 1 + 3)/3), one reports a `count`, and step 2 nothing."""
    losses = [{"a": tf.constant(0.0)}, {"a": 1.0, "count": 3}, {}, {"a": tf.constant(3.0), "count": 4}]
    losses += [{}, {}, {"late": 7}]
    given = {"evaluate": dict, "state": {}, "report_every": 4, "show": False}
    rows = run_updates(losses.__getitem__, Config(updates=7, evaluate_every=99, checkpoint_every=99), **given).rows
    assert rows == [(4, "a", pytest.approx(4 / 3)), (4, "count", 3.5), (7, "late", 7)]


def test_an_interrupted_run_takes_its_arrays_along(tmp_path):
    """State outside of TensorFlow, here every x so far, comes from the same checkpoint as the variables."""

    class Sequence:
        def __init__(self):
            self.all = np.zeros(0)

        def pack(self):
            return {"all": self.all}

        def unpack(self, arrays):
            self.all = arrays["all"]

    def run(toy, folder):
        kept = Sequence()

        def update(step):
            losses = toy.update(step)
            kept.all = np.append(kept.all, float(toy.x))
            return losses

        state = {"toy": toy, "kept": kept}
        with contextlib.suppress(KeyboardInterrupt):
            run_updates(update, Config(), evaluate=toy.evaluate, state=state, folder=folder, report_every=3)
        return kept.all

    assert len(run(Toy(interrupt_update=5), tmp_path / "a")) == 6
    np.testing.assert_array_equal(run(Toy(), tmp_path / "a"), run(Toy(), tmp_path / "b"))


def test_it_is_evaluated_before_the_first_step_every_so_often_and_at_the_end():
    rows = Toy().run(updates=8)
    assert [step for step, name, _ in rows if name == "x"] == [0, 6, 8]
    # 0, 0·2+0, 0·2+1, 2+2, 8+3, 22+4, 52+5
    assert [value for step, name, value in rows if name == "x"][:2] == [0, 57]


def test_without_updates_it_is_evaluated_once():
    assert Toy().run(updates=0) == [(0, "x", 0.0)]


def test_checkpoints_come_at_their_steps(tmp_path):
    """Every 4, and at the end; the newest two are kept."""
    Toy().run(tmp_path, updates=9)
    assert sorted(file.stem for file in tmp_path.glob("checkpoints/*.index")) == ["step-8", "step-9"]


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Toy().run()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [4, 6, 8])
def test_an_interrupted_run_goes_on_as_an_unbroken_one(tmp_path, at):
    """Every step is done once, and the rows are the same."""
    first, second = Toy(interrupt_update=at), Toy()
    interrupted(first, tmp_path)
    rows = second.run(tmp_path)
    assert first.steps + second.steps == list(range(12))
    assert rows == Toy().run()


def test_it_is_saved_where_it_was_interrupted(tmp_path):
    """Not only at the last checkpoint: it stops after its next report, that of step 6, and goes on from there."""
    first, second = Toy(interrupt_update=5), Toy()
    interrupted(first, tmp_path)
    rows = second.run(tmp_path)
    assert second.steps[0] == 6 and float(second.x) == rows[-1][2] == Toy().run()[-1][2]


def test_reports_do_not_depend_on_when_it_was_interrupted(tmp_path):
    interrupted(Toy(interrupt_update=5), tmp_path)
    assert Toy().run(tmp_path) == Toy().run()


def test_a_run_stopped_before_its_first_checkpoint_has_one_first_evaluation(tmp_path):
    interrupted(Toy(interrupt_update=0), tmp_path)
    assert Toy().run(tmp_path) == Toy().run()


def test_an_interrupted_evaluation_comes_to_its_end(tmp_path):
    """SIGTERM, here in the middle of one, waits as Ctrl-C does."""
    interrupted(Toy(interrupt_evaluation=6), tmp_path)
    assert Toy().run(tmp_path) == Toy().run()


def test_a_run_that_is_done_is_not_done_again(tmp_path):
    before = Toy().run(tmp_path)
    again = Toy()
    assert again.run(tmp_path) == before and again.steps == []
    assert float(again.x) == before[-1][2]


def test_more_updates_go_on_from_the_end(tmp_path):
    """`updates` and what is measured may change; the result is that of a run that was to be so long from the start."""
    Toy().run(tmp_path)
    longer = Toy()
    rows = longer.run(tmp_path, updates=24)
    assert longer.steps == list(range(12, 24)) and rows == Toy().run(updates=24)
    assert Toy().run(tmp_path, updates=25, evaluate_every=5, evaluate_on=7, checkpoint_every=2)[-1][0] == 25


def test_other_settings_are_refused_and_named(tmp_path):
    """All of them, with both values; the run that is there stays as it is."""
    Toy().run(tmp_path)
    before = (tmp_path / "config.json").read_bytes()
    with pytest.raises(ValueError, match=r"size=1 there and 2 now, name='toy' there and 'other' now\. Choose another"):
        Toy().run(tmp_path, size=2, name="other", updates=99)
    assert (tmp_path / "config.json").read_bytes() == before


def test_a_setting_that_is_younger_than_the_run_had_its_default(tmp_path):
    """A version of the course from before it did not write it down."""
    Toy().run(tmp_path)
    file = tmp_path / "config.json"
    older = {name: value for name, value in json.loads(file.read_text()).items() if name != "size"}
    file.write_text(json.dumps(older))
    with pytest.raises(ValueError, match=r"size=1 there and 2 now\."):
        Toy().run(tmp_path, size=2)
    Toy().run(tmp_path)
    assert json.loads(file.read_text())["size"] == 1


def test_a_refused_run_leaves_no_file(tmp_path):
    Toy().run(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ValueError, match="other settings"):
        Toy().run(tmp_path, size=2)
    assert sorted(tmp_path.iterdir()) == before


def test_after_an_error_it_goes_on_from_the_last_checkpoint(tmp_path):
    """The state in the middle of a step is nobody's."""
    toy = Toy()
    update = toy.update
    toy.update = lambda step: update(step) if step < 7 else 1 / 0
    with pytest.raises(ZeroDivisionError):
        toy.run(tmp_path)
    again = Toy()
    assert again.run(tmp_path) == Toy().run() and again.steps[0] == 4


def test_who_asks_twice_need_not_wait(tmp_path):
    """It stops within the step, and goes on from the last checkpoint; afterwards Ctrl-C means what it meant before."""
    before, toy = signal.getsignal(signal.SIGINT), Toy(interrupt_update=5)
    update = toy.update

    def impatient(step):
        losses = update(step)
        if step == 5:
            signal.raise_signal(signal.SIGINT)
        return losses

    toy.update = impatient
    interrupted(toy, tmp_path)
    assert toy.steps[-1] == 5 and signal.getsignal(signal.SIGINT) is before
    again = Toy()
    assert again.run(tmp_path) == Toy().run() and again.steps[0] == 4


def test_asked_in_the_last_step_it_comes_to_its_end(tmp_path):
    assert Toy(interrupt_update=11).run(tmp_path) == Toy().run()
