"""AlphaGo's parts one after the other: each is made once, a kill leaves whole ones, curves come back."""

import csv

import numpy as np
import pytest
from go_experts import RULES, small_games

from course_lib.go import alphago_training
from course_lib.go.alphago_training import CURVES, Making, Sizes, read_rows, shipped_curves
from course_lib.go.shipped_networks import FOLDER, NETWORKS, file_of, load_evaluator, load_rollout_policy

TINY = Sizes(policy_updates=3, reinforce_updates=2, value_games=12, test_games=6, value_updates=2)


def making(folder, seeds=(4,)):
    return Making(folder, small_games(), RULES, TINY, seeds, show=False)


def parts(file):
    """Which runs a table holds, in order."""
    return list(dict.fromkeys((row["part"], row["variant"], row["seed"]) for row in read_rows(file)))


@pytest.mark.slow
def test_all_parts_are_made_once(tmp_path, monkeypatch):
    making(tmp_path).all()
    assert parts(tmp_path / CURVES) == [
        ("rollout policy", "patterns", "0"),  # fitted, without chance
        ("supervised", "policy", "4"),
        ("supervised", "policy of three moves", "4"),
        ("reinforce", "reinforced policy", "4"),
        ("value", "one per game", "4"),
        ("value", "all", "4"),
    ]
    assert all(file_of(name, tmp_path).exists() for name in NETWORKS)
    assert load_rollout_policy(tmp_path).facts.shape == (8,) and load_evaluator("value", tmp_path) is not None
    before = (tmp_path / CURVES).read_text()
    for trainer in ("train_policy", "improve", "train_value", "play_games"):
        monkeypatch.setattr(alphago_training, trainer, None)  # whoever calls them fails
    making(tmp_path).all()
    assert (tmp_path / CURVES).read_text() == before


def test_a_part_that_was_cut_off_is_made_again(tmp_path, monkeypatch):
    """Its rows are written last, and all at once."""

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(alphago_training, "train_policy", killed)
        making(tmp_path).policy("policy", 1, 4)
    assert parts(tmp_path / CURVES) == []
    making(tmp_path).policy("policy", 1, 4)
    making(tmp_path).policy("policy", 1, 5)
    assert parts(tmp_path / CURVES) == [("supervised", "policy", "4"), ("supervised", "policy", "5")]
    assert file_of("policy", tmp_path).exists()


def test_only_the_first_seed_is_kept(tmp_path):
    making(tmp_path, seeds=(4, 5)).policy("policy", 1, 5)
    assert not file_of("policy", tmp_path).exists() and len(read_rows(tmp_path / CURVES)) == 2


def test_curves_come_back_by_variant_and_seed(tmp_path):
    with (tmp_path / CURVES).open("w", newline="") as lines:
        rows = [
            ["value", name, seed, step, "test", step + seed] for name in "ba" for seed in (10, 9) for step in (1, 2)
        ]
        csv.writer(lines).writerows([alphago_training.HEAD, *rows, ["value", "b", 9, 1, "train", 7]])
    found = shipped_curves("value", "test", tmp_path)
    assert list(found) == ["b", "a"] and found["a"][0].tolist() == [1, 2]
    assert found["a"][1].tolist() == [[10, 11], [11, 12]]  # seed 9, then seed 10
    assert shipped_curves("value", "train", tmp_path)["b"][1].tolist() == [[7]]
    with pytest.raises(ValueError, match="no curve of 'error' of 'value'"):
        shipped_curves("value", "error", tmp_path)


def test_games_of_the_policy_differ_by_seed(tmp_path):
    making(tmp_path).policy("policy", 1, 4)
    file_of("policy", tmp_path).rename(file_of("reinforced policy", tmp_path))
    made = making(tmp_path)
    first, other = made.games_of_policy(5, 0, at_once=2), made.games_of_policy(5, 1, at_once=2)
    assert len(first.lengths) == 5
    assert len({tuple(moves) for moves in np.concatenate([first.moves, other.moves]).tolist()}) == 10


def test_the_shipped_curves_are_complete():
    seeds = [str(seed) for seed in alphago_training.SEEDS]
    expected = {("rollout policy", "patterns", "0"), ("reinforce", "reinforced policy", "0")}
    expected |= {("supervised", name, seed) for name in ("policy", "policy of three moves") for seed in seeds}
    expected |= {("value", name, seed) for name in ("one per game", "all") for seed in seeds}
    assert set(parts(FOLDER / CURVES)) == expected
    losses, found = shipped_curves("supervised", "loss"), shipped_curves("supervised", "accuracy")
    assert all(values.shape[0] == 3 and (values[:, -1] < values[:, 0]).all() for _, values in losses.values())
    assert all(values.shape[0] == 3 and (values[:, -1] > values[:, 0]).all() for _, values in found.values())
