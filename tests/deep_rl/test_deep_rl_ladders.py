import csv
import dataclasses

import numpy as np
import pytest

from course_lib.deep_rl import ladders
from course_lib.deep_rl.config import POLICY_LADDER, VALUE_LADDER, PolicyConfig, ValueConfig

TINY = {
    ("value", "DQN"): ValueConfig(worlds=2, hidden=4, updates=2, evaluate_every=1, evaluate_on=2, batches=1, batch_size=4, warm_up=20),
    ("policy", "PPO"): PolicyConfig(worlds=2, hidden=4, updates=2, evaluate_every=2, evaluate_on=2, steps=8, epochs=1),
}  # fmt: skip


def test_what_is_run():
    """Every rung of both ladders with as many steps for each of its kind; the maze with memory and without."""
    found = ladders.configurations()
    assert list(found) == [
        *(("value", name) for name in VALUE_LADDER), *(("policy", name) for name in POLICY_LADDER),
        *((ladders.MAZE, name) for name in ("R2D2", "no burn-in", "from zeros", "neither", "feed-forward")),
    ]  # fmt: skip
    for kind in ("value", "policy"):
        steps = [config.updates * ladders.steps_of(config) for (ladder, _), config in found.items() if ladder == kind]
        assert max(steps) - min(steps) <= 4096 and min(steps) >= 32_000 - 4096
    told = {
        name: (c.recurrent, c.stored_state, c.burn_in) for (ladder, name), c in found.items() if ladder == ladders.MAZE
    }
    assert told == {
        "R2D2": (True, True, 2), "no burn-in": (True, True, 0), "from zeros": (True, False, 2), "neither": (True, False, 0),
        "feed-forward": (False, True, 2),
    }  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Two tiny configurations with two seeds."""
    file = tmp_path_factory.mktemp("ladders") / "curves.csv"
    ladders.make(file, seeds=(0, 1), show=False, chosen=TINY)
    return file


def test_what_was_run_is_noted_and_read(table):
    """Steps of all worlds: 4 rows in 2 worlds for each update; 8 rows in 2."""
    rows = list(csv.reader(table.open(encoding="utf-8")))
    assert rows[0] == ladders.HEAD and len(rows) == 1 + 2 * 3 + 2 * 2
    steps, returns = ladders.shipped_ladder("value", table)["DQN"]
    assert steps.tolist() == [0, 8, 16] and returns.shape == (2, 3) and (returns >= 1).all()
    steps, returns = ladders.shipped_ladder("policy", table)["PPO"]
    assert steps.tolist() == [0, 32] and returns.shape == (2, 2)
    _, alone = ladders.run(dataclasses.replace(TINY["value", "DQN"], seed=1))
    np.testing.assert_allclose(ladders.shipped_ladder("value", table)["DQN"][1][1], alone, atol=1e-4)


def test_what_is_there_is_not_run_again(table):
    """A run that is missing is added behind the others; what is there stays as it is."""
    before, called = table.read_text(encoding="utf-8"), []

    def run(config):
        called.append(config.seed)
        return np.array([0]), np.array([1.5])

    ladders.make(table, seeds=(0, 1), show=False, chosen=TINY, run_one=run)
    assert not called and table.read_text(encoding="utf-8") == before
    ladders.make(table, seeds=(2,), show=False, chosen={("value", "DQN"): TINY["value", "DQN"]}, run_one=run)
    assert called == [2] and table.read_text(encoding="utf-8") == before + "value,DQN,2,0,1.5000\n"
    table.write_text(before, encoding="utf-8")


def test_a_ladder_that_is_not_there_is_said(table, tmp_path):
    for file in (table, tmp_path / "nothing.csv"):
        with pytest.raises(ValueError, match="there are no curves of ladder 'evolution' in"):
            ladders.shipped_ladder("evolution", file)
    assert ladders.read_rows(tmp_path / "nothing.csv") == []
