import dataclasses

import numpy as np
import pytest

from course_lib.predictron import comparison, training
from course_lib.predictron.config import PredictronConfig

TINY = PredictronConfig(
    size=4, depth=1, channels=2, hidden=2, batch_size=4, updates=4, evaluate_every=2, evaluate_on=10
)
GROUPS = {
    "width": {"narrow": TINY, "wide, or so": dataclasses.replace(TINY, hidden=3)},
    "length": {"short": dataclasses.replace(TINY, updates=1)},
}


class Trainer:
    """Counts runs; from a certain one on they are killed. What they measure is their seed, width and step."""

    def __init__(self, killed_at=None):
        self.runs, self.killed_at = [], killed_at

    def __call__(self, config, **_):
        if len(self.runs) == self.killed_at:
            raise KeyboardInterrupt
        self.runs.append((config.hidden, config.updates, config.seed))
        metrics = training.Metrics()
        for step in range(0, config.updates + 1, 2):
            metrics.add(step, {"loss": 9.0})
            metrics.add(step, {"error": config.hidden + 0.1 * config.seed, "depth": step, "accuracy": 0.5})
        return training.Trained(None, None, None, metrics)


@pytest.fixture
def tiny(monkeypatch):
    """Two seeds of three small variants."""
    monkeypatch.setattr(comparison, "GROUPS", GROUPS)
    monkeypatch.setattr(comparison, "SEEDS", (0, 1))

    def use(trainer):
        monkeypatch.setattr(training, "train", trainer)
        return trainer

    return use


def test_curves_come_back_by_variant_and_seed(tiny, tmp_path):
    """[seeds, E], whatever was trained first; a comma in a name is no border."""
    tiny(Trainer())
    comparison.compare(("width", "length"), tmp_path / "curves.csv")
    found = comparison.shipped_curves("width", tmp_path / "curves.csv")
    assert list(found) == ["narrow", "wide, or so"]
    assert found["narrow"].updates.tolist() == [0, 2, 4] and found["narrow"].updates.dtype == int
    np.testing.assert_allclose(found["wide, or so"].error, [[3, 3, 3], [3.1, 3.1, 3.1]])
    np.testing.assert_allclose(found["narrow"].depth, [[0, 2, 4]] * 2)
    assert found["narrow"].accuracy.shape == (2, 3) and (found["narrow"].accuracy == 0.5).all()
    assert list(comparison.shipped_curves("length", tmp_path / "curves.csv")) == ["short"]


def test_a_killed_comparison_goes_on(tiny, tmp_path):
    """What is in the table is not trained again, and the table is that of one that was left alone."""
    file = tmp_path / "curves.csv"
    first = tiny(Trainer(killed_at=3))
    with pytest.raises(KeyboardInterrupt):
        comparison.compare(("width",), file)
    assert comparison.shipped_curves("width", file)["narrow"].error.shape == (2, 3)
    second = tiny(Trainer())
    comparison.compare(("width", "length"), file)
    assert first.runs == [(2, 4, 0), (3, 4, 0), (2, 4, 1)]
    assert second.runs == [(3, 4, 1), (2, 1, 0), (2, 1, 1)]
    tiny(Trainer())
    comparison.compare(("width", "length"), tmp_path / "whole.csv")
    assert file.read_text() == (tmp_path / "whole.csv").read_text()
    third = tiny(Trainer())
    comparison.compare(("width", "length"), file)
    assert third.runs == []


def test_a_real_run_is_noted_with_all_it_measures(monkeypatch, tmp_path):
    monkeypatch.setattr(comparison, "GROUPS", GROUPS)
    monkeypatch.setattr(comparison, "SEEDS", (5,))
    comparison.compare(("length",), tmp_path / "curves.csv")
    curve = comparison.shipped_curves("length", tmp_path / "curves.csv")["short"]
    assert curve.updates.tolist() == [0, 1] and curve.error.shape == curve.depth.shape == (1, 2)
    assert (curve.accuracy >= 0).all() and (curve.accuracy <= 1).all() and (curve.depth <= 1).all()


def test_an_unknown_group_is_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match="group='colour' is not known: use width, length"):
        comparison.shipped_curves("colour", tmp_path / "curves.csv")


def test_without_a_table_there_are_no_curves(tiny, tmp_path):
    assert comparison.shipped_curves("width", tmp_path / "nothing.csv") == {}


def test_the_groups_compare_what_the_chapter_says():
    """Variants differ from the predictron in what their name says, and are trained as long."""
    ablation = comparison.GROUPS["ablation"]
    base = ablation["predictron"]
    changed = {
        name: {f.name for f in dataclasses.fields(base) if getattr(base, f.name) != getattr(variant, f.name)}
        for name, variant in ablation.items()
    }
    assert changed["no λ"] == changed["one λ for all"] == {"lambdas"} and changed["six cores"] == {"shared"}
    assert changed["recurrent"] == {"rewards", "lambdas"} and changed["feed-forward"] == changed["recurrent"] | {
        "shared"
    }
    assert sorted({variant.depth for variant in comparison.GROUPS["depth"].values()}) == [2, 4, 8, 16]
    assert [variant.consistency for variant in comparison.GROUPS["consistency"].values()] == [0, 1, 9]
