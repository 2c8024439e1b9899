"""What is measured is in memory, in a table, and in TensorBoard's events."""

import numpy as np
import pytest

from course_lib.common.metrics import TABLE, Metrics
from course_lib.common.quiet import tensorflow as tf


def measured(folder=None):
    """Two losses and an error."""
    metrics = Metrics(folder)
    metrics.add(10, {"loss": np.float32(0.5), "λ loss": 2})
    metrics.add(20, {"loss": tf.constant(0.25)})
    metrics.add(20, {"error": 1e-7})
    return metrics


def test_the_table_has_a_row_for_each_number(tmp_path):
    metrics = measured(tmp_path)
    table = (tmp_path / TABLE).read_text(encoding="utf-8")
    assert table.splitlines()[-4:] == ["10,loss,0.5", "10,λ loss,2.0", "20,loss,0.25", "20,error,1e-07"]
    assert metrics.rows == [(10, "loss", 0.5), (10, "λ loss", 2.0), (20, "loss", 0.25), (20, "error", 1e-7)]


def test_curves_and_newest_numbers():
    """Without a folder all is in memory; a name that was never measured has an empty curve."""
    metrics = measured()
    steps, values = metrics.curve("loss")
    assert steps.tolist() == [10, 20] and steps.dtype == int and values.tolist() == [0.5, 0.25]
    assert [len(part) for part in metrics.curve("accuracy")] == [0, 0]
    assert metrics.last() == {"loss": 0.25, "λ loss": 2.0, "error": 1e-7}
    metrics.resume(10)
    assert len(metrics.rows) == 4  # nothing was kept, so there is nothing to take up


def test_a_new_run_has_a_table_with_a_head(tmp_path):
    """The head comes with `resume`, with which every run begins."""
    metrics = Metrics(tmp_path)
    metrics.resume(0)
    metrics.add(0, {"error": 3})
    assert (tmp_path / TABLE).read_text() == "step,name,value\n0,error,3.0\n"


def test_resuming_drops_later_rows_and_what_a_kill_cut_off(tmp_path):
    """They will be measured anew; the table on disk is the same as the rows in memory."""
    measured(tmp_path)
    with (tmp_path / TABLE).open("a") as file:
        file.write("30,lo")
    metrics = Metrics(tmp_path)
    metrics.resume(10)
    assert metrics.rows == [(10, "loss", 0.5), (10, "λ loss", 2.0)]
    metrics.add(20, {"loss": 7})
    assert (tmp_path / TABLE).read_text(
        encoding="utf-8"
    ) == "step,name,value\n10,loss,0.5\n10,λ loss,2.0\n20,loss,7.0\n"
    assert not list(tmp_path.glob("*.draft"))


@pytest.mark.parametrize("half", ["3", "30,", "30,loss", "30,loss,", "30,loss,-"])
def test_half_a_line_is_no_row(tmp_path, half):
    """Wherever it was cut."""
    measured(tmp_path)
    with (tmp_path / TABLE).open("a") as file:
        file.write(half)
    metrics = Metrics(tmp_path)
    metrics.resume(30)
    assert [row[0] for row in metrics.rows] == [10, 10, 20, 20]


def test_numbers_come_back_as_they_were(tmp_path):
    """To the last bit, infinities and all: a resumed run draws the same curve."""
    values = {"third": 1 / 3, "tiny": 5e-324, "far": float("inf"), "a, b": -0.1}
    Metrics(tmp_path).add(1, values)
    again = Metrics(tmp_path)
    again.resume(1)
    assert again.last() == values


def test_tensorboard_reads_the_events(tmp_path):
    """Blanks in names are no part of TensorBoard's."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    measured(tmp_path)
    board = EventAccumulator(str(tmp_path)).Reload()
    assert set(board.Tags()["tensors"]) == {"loss", "λ_loss", "error"}
    events = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in board.Tensors("loss")]
    assert events == [(10, 0.5), (20, 0.25)]
