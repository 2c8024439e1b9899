"""Training from beginning to end, in games of a few moves; and a run that was killed goes on as if nothing had been."""

import dataclasses
import signal
import subprocess
import sys

import numpy as np
import pytest

from course_lib import ROOT
from course_lib.go.boards import Boards
from course_lib.go.config import GoConfig
from course_lib.go.growth import load_network
from course_lib.go.training import SYSTEMS, evaluate, make, one_update, train
from tests.killed_runs import goes_on_as_if_nothing_had_been, start

TINY = GoConfig(
    size=2, channels=2, blocks=1, hidden=2, policy_channels=1, games=4, simulations=3, workers=1, window=20, batch_size=8,
    steps=1, updates=12, evaluate_every=6, evaluate_on=2, checkpoint_every=5, sampled_moves=2,
)  # fmt: skip


def trained(folder=None, **changes):
    return train(dataclasses.replace(TINY, **changes), folder, show_progress=False)


@pytest.fixture(scope="module")
def run():
    return trained()


def test_a_run_measures_what_it_says(run):
    """Games from the first update on, losses once there are positions enough, evaluations at 0, 6 and 12."""
    metrics = run.metrics
    for name in ("win rate", "p(centre)", "value"):
        steps, values = metrics.curve(name)
        assert steps.tolist() == [0, 6, 12] and np.isfinite(values).all()
    assert (metrics.curve("win rate")[1] <= 1).all() and (np.abs(metrics.curve("value")[1]) <= 1).all()
    games, (steps, losses) = metrics.curve("games"), metrics.curve("loss")
    assert games[0].tolist() == [5, 6, 10, 12] and games[1][-1] <= run.self_play.finished == run.replay.added > 4
    assert len(losses) > 0 and np.isfinite(losses).all() and run.replay.positions >= TINY.batch_size
    assert "promoted" not in metrics.last() and run.gate is None
    before = make(TINY).network.get_weights()
    assert any(not np.array_equal(a, b) for a, b in zip(before, run.network.get_weights(), strict=True))


def test_the_seed_decides(run):
    again, other = trained(), trained(seed=1, updates=6)
    assert again.metrics.rows == run.metrics.rows
    for one, same in zip(run.network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    assert other.metrics.rows[:3] != run.metrics.rows[:3]


@pytest.mark.parametrize("workers", [2, 3])
def test_more_workers_train_too(workers):
    """As many games end, whoever plays them; and the same ones each time."""
    one, other = (trained(workers=workers, updates=6) for _ in range(2))
    assert one.metrics.rows == other.metrics.rows and len(one.self_play.search.searches) == workers


def test_trials_of_new_networks():
    """Self-play asks the best one; a trial is held every other update, and its outcome is noted."""
    made = trained(gate_every=4, gate_games=2)
    assert made.self_play.evaluate is made.gate.evaluate is not made.evaluate
    last = made.metrics.last()
    assert last["promoted"] in (0, 0.5, 1) and 0 <= last["gate lower bound"] <= last["gate rate"] <= 1
    assert len(made.metrics.curve("gate rate")[0]) == 3  # at 4, 8, 12, reported with the updates around them


def test_resigning(monkeypatch):
    """With a few played-out games enough to set the threshold, it is set, and runs."""
    from course_lib.go import resignation

    monkeypatch.setattr(resignation, "FEWEST", 2)
    made = trained(resign_below=0.5, played_out=0.5, false_resignations=0.9)
    judge = made.self_play.resignation
    assert judge.threshold > -1 and len(judge.seen) >= 4 and len(made.metrics.curve("loss")[1]) > 0


def test_a_hook_is_called_after_each_update():
    called = []
    made = train(
        dataclasses.replace(TINY, updates=3), show_progress=False, each=lambda made, done: called.append((made, done))
    )
    assert called == [(made, 1), (made, 2), (made, 3)]


def test_a_batch_of_updates_learns_only_from_full_batches():
    made = make(TINY)
    reported = one_update(made, TINY, 0)
    assert reported == {"games": 0.0} and made.replay.positions == 0


def test_what_is_measured(run):
    """The middle of the empty board by number; a 3 by 3 board has it at 4."""
    config = dataclasses.replace(TINY, size=3)
    made = make(config)
    found = evaluate(made, config)
    policies, values = made.evaluate(Boards(config.rules, 1).planes())
    assert found["p(centre)"] == pytest.approx(float(policies[0, 4])) and found["value"] == float(values[0])
    assert found["win rate"] in (0, 0.5, 1)


def test_the_trained_player(run):
    player = run.player(name="mine")
    assert (player.simulations, player.name, player.settings) == (3, "mine", TINY.search)
    assert run.player(9).simulations == 9
    assert player.moves(Boards(TINY.rules, 2)).shape == (2,)


def test_a_folder_holds_the_run_and_refuses_another(tmp_path, run):
    """It goes on where it was; what may change is how long it takes."""
    trained(tmp_path / "run", updates=10)
    more = trained(tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"network.keras", "config.json", "metrics.csv", "checkpoints"} <= names
    table = (tmp_path / "run" / "metrics.csv").read_text(encoding="utf-8")
    assert "10,win rate" in table and more.metrics.last()["win rate"] == pytest.approx(run.metrics.last()["win rate"])
    planes = Boards(TINY.rules, 1).planes()
    again = load_network(tmp_path / "run" / "network.keras")
    np.testing.assert_array_equal(again(planes)[0], more.network(planes)[0])
    with pytest.raises(ValueError, match="simulations=3 there and 4 now"):
        trained(tmp_path / "run", simulations=4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 1}, "size=1: a board has 2 to 19"),
        ({"komi": 0.3}, "komi=0.3"),
        ({"channels": 0}, "channels=0: 1 or more."),
        ({"policy_channels": 0}, "policy_channels=0"),
        ({"games": 0}, "games=0"),
        ({"simulations": 1}, "simulations=1: 2 or more"),
        ({"workers": 0}, "workers=0"),
        ({"evaluate_every": 0}, "evaluate_every=0"),
        ({"checkpoint_every": 0}, "checkpoint_every=0"),
        ({"evaluate_on": 3}, "evaluate_on=3: an even number"),
        ({"gate_games": 0}, "gate_games=0: an even number"),
        ({"optimizer": "rmsprop"}, 'optimizer=\'rmsprop\': "adam" or "sgd".'),
    ],
)
def test_bad_settings_are_refused(change, says):
    """With what was given and what is allowed."""
    with pytest.raises(ValueError) as error:
        GoConfig(**change)
    assert says in str(error.value)


def test_the_published_values():
    """Silver et al. 2017, Methods."""
    paper = SYSTEMS["go"].config.paper()
    assert (paper.size, paper.komi, paper.channels, paper.blocks, paper.hidden) == (19, 7.5, 256, 19, 256)
    assert (paper.simulations, paper.noise, paper.alpha, paper.sampled_moves) == (1600, 0.25, 0.03, 30)
    assert (paper.window, paper.batch_size, paper.regularization) == (500_000, 2048, 1e-4)
    assert (paper.optimizer, paper.learning_rate, paper.drop_at) == ("sgd", 1e-2, 400_000)
    assert (paper.gate_games, paper.gate_rate, paper.played_out, paper.false_resignations) == (400, 0.55, 0.1, 0.05)
    assert SYSTEMS["go"].config.laptop() == GoConfig()


def test_the_command_line_describes_every_field():
    words = [sys.executable, "-m", "course_lib", "train", "go", "--help"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for field in dataclasses.fields(GoConfig):
        assert "--" + field.name.replace("_", "-") in said
    assert "Dirichlet noise" in said and "--profile" in said


def command(folder):
    """A run of some seconds, 60 updates with a checkpoint every 6; trials, resigning and two workers are in it."""
    words = (
        "--size 2 --channels 2 --blocks 1 --hidden 2 --policy-channels 1 --games 4 --simulations 3 --workers 2 --window 30 "
        "--batch-size 8 --steps 1 --updates 60 --evaluate-every 20 --evaluate-on 2 --checkpoint-every 6 --gate-every 10 "
        "--gate-games 2 --resign-below -0.2"
    )
    return start("go", words, folder)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="platform: Windows has no kill -9")
def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path):
    """From its last checkpoint; in the end its table is that of a run that was left alone, and its network the same."""
    folders, _ = goes_on_as_if_nothing_had_been(command, tmp_path, 23, 6, 60)
    planes = Boards(TINY.rules, 1).planes()
    networks = [load_network(folder / "network.keras") for folder in folders]
    np.testing.assert_allclose(networks[0](planes)[0], networks[1](planes)[0], rtol=1e-4, atol=1e-6)
