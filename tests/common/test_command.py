"""Every training has the same command line, made from the fields of its configuration."""

import dataclasses
import inspect
import os
import pathlib
import signal
import time

import pytest

import course_lib
from course_lib import __main__
from course_lib.common import command
from course_lib.common.metrics import Metrics
from course_lib.common.quiet import keras
from course_lib.common.training import System


@dataclasses.dataclass(frozen=True)
class Config:
    """Describe a toy.

    Attributes:
      size: how large it is, 100% of the time
        and in every room.
      fast: whether it hurries.
      name: what it is called.
      rate: of growth.
    """

    size: int = 3
    fast: bool = True
    name: str = "ball"
    rate: float = 0.5
    parts: tuple = ()

    def __post_init__(self):
        if self.size < 1:
            raise ValueError(f"size={self.size}: it has to be 1 or more.")

    @classmethod
    def laptop(cls):
        return cls()

    @classmethod
    def paper(cls):
        return cls(size=30, name="globe")


class Trainer:
    """Notes what it is asked to train; `then` is what happens meanwhile."""

    def __init__(self):
        self.asked, self.metrics, self.then = [], Metrics(), lambda: None
        self.metrics.add(1, {"error": 0.25})

    def train(self, config, folder=None):
        self.asked.append((config, folder))
        self.then()
        return self


@pytest.fixture
def trainer(monkeypatch):
    """The one system of this course is a toy; precision and signals are put back afterwards."""
    made = Trainer()
    monkeypatch.setattr(course_lib, "systems", lambda: {"toy": System(Config, made.train)})
    policy, handler = keras.config.dtype_policy(), signal.getsignal(signal.SIGTERM)
    yield made
    keras.config.set_dtype_policy(policy)
    signal.signal(signal.SIGTERM, handler)


def train(*words):
    """The course's command line."""
    return __main__.main(["train", "toy", *words])


def help_text(capsys, config=Config):
    """What --help of the toy says, as one line."""
    with pytest.raises(SystemExit):
        command.main({"toy": System(config, None)}, ["toy", "--help"])
    return " ".join(capsys.readouterr().out.split())


def test_fields_are_options(trainer):
    """Whole numbers, numbers, words, and switches with a --no-."""
    assert train("--size", "5", "--no-fast", "--name", "top", "--rate", "1e-3") == 0
    assert trainer.asked[0][0] == Config(size=5, fast=False, name="top", rate=1e-3)


def test_profiles_are_where_it_begins(trainer):
    """What is given takes the place of the profile's; a folder is named after both."""
    train()
    train("--profile", "paper", "--size", "7", "--folder", "elsewhere")
    train("--profile", "paper", "--fast")
    assert trainer.asked == [
        (Config(), pathlib.Path("runs/toy-laptop")),
        (Config(size=7, name="globe"), pathlib.Path("elsewhere")),
        (Config(size=30, name="globe"), pathlib.Path("runs/toy-paper")),
    ]


def test_what_came_of_it_is_said(trainer, capsys):
    train("--folder", "there")
    said = capsys.readouterr().out
    assert "error 0.25" in said and "It lies in there" in said and "tensorboard --logdir there" in said


def test_precision_is_set_before_training(trainer):
    """And is not a field of the configuration."""
    seen = []
    trainer.then = lambda: seen.append(keras.config.dtype_policy().name)
    train("--precision", "mixed_bfloat16")
    train("--precision", "float32")
    assert seen == ["mixed_bfloat16", "float32"]


def test_help_is_taken_from_the_docstring(capsys):
    """Over several lines, per cents and all; a field that is no number, switch or word has no option."""
    said = help_text(capsys)
    assert "--size SIZE how large it is, 100% of the time and in every room." in said
    assert "--fast, --no-fast whether it hurries." in said and "--name NAME what it is called." in said
    assert "Describe a toy." in said and "--parts" not in said


def test_help_is_found_under_python_3_13(capsys, monkeypatch):
    monkeypatch.setattr(Config, "__doc__", inspect.cleandoc(Config.__doc__) + "\n")
    assert "--name NAME what it is called." in help_text(capsys)


@pytest.mark.parametrize("name", course_lib.systems())
def test_every_option_is_explained_and_none_has_two_meanings(name, capsys):
    """A field named like an option that all trainings have would be refused by the parser."""
    system = course_lib.systems()[name]
    with pytest.raises(SystemExit):
        command.main({name: system}, [name, "--help"])
    said = capsys.readouterr().out
    for field, told in command._told(system.config).items():
        assert told and "--" + field.replace("_", "-") in said, field


def test_a_bad_value_is_one_sentence(trainer, capsys):
    """No traceback; the exit status is 1, and nothing is trained."""
    assert train("--size", "0") == 1
    assert capsys.readouterr().err == "size=0: it has to be 1 or more.\n" and not trainer.asked


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--task", "chess"], "task='chess' is not known: use mazes, trajectories, billiard."),
        (["--lambdas", "some"], "lambdas='some' is not known: use each, one, none."),
        (["--depth", "0"], "depth=0: it has to be 1 or more."),
        (["--size", "2"], "size=2: a maze has a whole number of cells along its side, 3 or more."),
    ],
)
def test_bad_values_of_the_predictron_are_one_sentence(words, says, tmp_path, capsys):
    """And no run is begun."""
    folder = tmp_path / "run"
    assert __main__.main(["train", "predictron", *words, "--folder", str(folder), "--precision", "float32"]) == 1
    assert capsys.readouterr().err == says + "\n" and not folder.exists()


@pytest.mark.parametrize("words", [["--size", "many"], ["--colour", "red"], ["--profile", "desk"]])
def test_what_is_no_value_is_refused_by_the_parser(trainer, words, capsys):
    with pytest.raises(SystemExit) as exit:
        train(*words)
    assert exit.value.code == 2 and words[0] in capsys.readouterr().err and not trainer.asked


def test_an_unknown_system_is_refused_with_those_there_are(trainer, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["train", "chess"])
    assert "toy" in capsys.readouterr().err


def test_systems_are_found_by_listing_the_wings():
    assert course_lib.systems()["predictron"].config.laptop().updates > 0


def test_ctrl_c_says_where_it_is_and_how_to_go_on(trainer, capsys):
    def interrupt():
        raise KeyboardInterrupt

    trainer.then = interrupt
    assert train("--folder", "there") == 130
    assert "is in there; the same command goes on from there" in capsys.readouterr().out


def test_a_cluster_may_stop_it_as_ctrl_c_does(trainer, capsys):
    """SIGTERM would kill Python where it stands."""

    def terminated():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)  # the signal wakes it at once

    trainer.then = terminated
    assert train() == 130
    assert "Stopped." in capsys.readouterr().out
