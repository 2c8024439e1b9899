"""A run goes on from the newest checkpoint that can be read, whatever a kill left behind."""

import pathlib

import numpy as np
import pytest

from course_lib.common.checkpoints import Checkpoints, save_model
from course_lib.common.quiet import keras
from course_lib.common.quiet import tensorflow as tf


class Averages(keras.layers.Layer):
    """A layer with averages in a list, which TensorFlow's own tracking passes over without a word."""

    def __init__(self, size=2, averages=2, **options):
        super().__init__(**options)
        self.size, self.number = size, averages

    def build(self, shape):
        self.scale = self.add_weight(shape=(self.size,), name="scale")
        self.averages = [
            self.add_weight(shape=(self.size,), trainable=False, name=f"average_{k}") for k in range(self.number)
        ]

    def call(self, inputs):
        return inputs * self.scale


def state(value, **sizes):
    """A model and its optimizer; entry i of all their numbers is `value` + i."""
    model = keras.Sequential([keras.layers.Input((sizes.get("size", 2),)), Averages(**sizes)])
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    for number, variable in enumerate([*model.variables, *optimizer.variables]):
        variable.assign(tf.cast(tf.fill(variable.shape, value + number), variable.dtype))
    return {"model": model, "optimizer": optimizer}


def numbers(made):
    """The first entry of every variable, in order."""
    variables = [*made["model"].variables, *made["optimizer"].variables]
    return [float(np.ravel(variable)[0]) for variable in variables]


@pytest.fixture
def saved(tmp_path):
    """A folder in which steps 10 (numbers from 100) and 20 (from 200) were saved."""
    made = state(100)
    checkpoints = Checkpoints(tmp_path, **made)
    checkpoints.save(10)
    for variable in [*made["model"].variables, *made["optimizer"].variables]:
        variable.assign_add(tf.cast(tf.fill(variable.shape, 100), variable.dtype))
    checkpoints.save(20)
    return tmp_path


def damage(folder, step, kind, how):
    """Delete a file of a checkpoint, or cut its second half off, or leave zeros there as a power failure may."""
    (file,) = folder.glob(f"step-{step}.{kind}*")
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.unlink() if how == "deleted" else file.write_bytes(half + bytes(len(half) if how == "zeroed" else 0))


def test_everything_comes_back(saved):
    """Weights, both averages in the list, and the seven or so numbers of Adam, all in their places."""
    made = state(0)
    assert Checkpoints(saved, **made).restore() == 20
    assert numbers(made) == list(np.arange(len(numbers(made))) + 200.0)
    assert len(made["model"].variables) == 3 and len(made["optimizer"].variables) >= 4


def test_an_empty_folder_is_step_0_and_changes_nothing(tmp_path):
    made = state(5)
    assert Checkpoints(tmp_path / "new", **made).restore() == 0
    assert numbers(made)[0] == 5


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        pytest.param("data", "cut"),
        ("data", "deleted"),
        ("data", "zeroed"),
        ("index", "cut"),
        ("index", "deleted"),
        ("index", "zeroed"),
    ],
)
def test_behind_a_damaged_checkpoint_stands_the_one_before(saved, kind, how):
    """Nothing of the damaged one is left in the state."""
    damage(saved, 20, kind, how)
    made = state(0)
    assert Checkpoints(saved, **made).restore() == 10
    assert numbers(made) == list(np.arange(len(numbers(made))) + 100.0)


def test_after_a_fall_back_saving_goes_on(saved):
    """Also under the number of the damaged one."""
    damage(saved, 20, "data", "cut")
    checkpoints = Checkpoints(saved, **state(0))
    checkpoints.restore()
    checkpoints.save(20)
    again = state(0)
    assert Checkpoints(saved, **again).restore() == 20
    assert numbers(again)[0] == 100


def test_when_all_are_damaged_it_says_so(saved):
    """Starting from the beginning without a word would throw a long run away."""
    damage(saved, 10, "data", "cut")
    damage(saved, 20, "index", "deleted")
    with pytest.raises(ValueError, match=r"No checkpoint can be used \(step-10.*another folder"):
        Checkpoints(saved, **state(0)).restore()


@pytest.mark.parametrize("damaged", ["", 'model_checkpoint_path: "st'])
def test_without_the_list_of_checkpoints_nothing_is_thrown_away(saved, damaged):
    """They are found by their names, or it is said that they cannot be used: but not "step 0"."""
    (saved / "checkpoint").write_text(damaged)
    try:
        assert Checkpoints(saved, **state(0)).restore() == 20
    except ValueError as error:
        assert "No checkpoint can be used" in str(error)


@pytest.mark.parametrize("sizes", [{"size": 3}, {"averages": 3}, {"averages": 1}])
def test_a_checkpoint_of_another_model_is_refused(saved, sizes):
    """Other shapes, variables that the checkpoint lacks, variables that it has too many."""
    with pytest.raises(ValueError, match="No checkpoint can be used"):
        Checkpoints(saved, **state(0, **sizes)).restore()


def test_leftovers_of_an_unfinished_save_are_ignored(saved):
    """TensorFlow writes under temporary names first; a kill may leave them, or files that no index names."""
    (saved / "step-30_temp").mkdir()
    (saved / "step-30_temp" / "part-00000-of-00001.data-00000-of-00001").write_bytes(b"half")
    (saved / "step-30.data-00000-of-00001").write_bytes(b"half")
    assert Checkpoints(saved, **state(0)).restore() == 20


@pytest.mark.parametrize("keep", [1, 3])
def test_as_many_are_kept_as_asked_for(tmp_path, keep):
    """The newest ones, also over a restart."""
    made = state(0)
    checkpoints = Checkpoints(tmp_path, keep=keep, **made)
    for step in (1, 2, 3):
        checkpoints.save(step)
    Checkpoints(tmp_path, keep=keep, **made).save(4)
    assert sorted(path.name for path in tmp_path.glob("*.index")) == [f"step-{k}.index" for k in range(5 - keep, 5)]


def test_the_scale_of_a_half_precision_loss_is_kept(tmp_path):
    """A `LossScaleOptimizer` has variables of its own around Adam's."""

    def scaled(value):
        optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
        optimizer.build([keras.Variable([1.0, 2.0])])
        optimizer.dynamic_scale.assign(value)
        for variable in optimizer.inner_optimizer.variables[2:]:
            variable.assign(tf.fill(variable.shape, value))
        return optimizer

    Checkpoints(tmp_path, optimizer=scaled(8.0)).save(1)
    Checkpoints(tmp_path, optimizer=(found := scaled(2.0))).restore()
    assert float(found.dynamic_scale) == 8
    assert all((variable.numpy() == 8).all() for variable in found.inner_optimizer.variables[2:])


class Games:
    """Numbers outside of TensorFlow: rows that become more, a generator's state, nothing at all."""

    def __init__(self, count, width=2):
        self.rows, self.width = np.arange(count * width, dtype=np.int8).reshape(count, width), width
        self.draws = np.array([2**63 + count], np.uint64)

    def pack(self):
        return {"rows": self.rows, "draws": self.draws, "none": np.zeros((0, 3))}

    def unpack(self, arrays):
        if arrays["rows"].shape[1] != self.width:
            raise ValueError(f"the games are {arrays['rows'].shape[1]} wide, not {self.width}")
        assert arrays["none"].shape == (0, 3)
        self.rows, self.draws = arrays["rows"], arrays["draws"]


@pytest.fixture
def played(tmp_path):
    """A folder in which steps 10 (1 game, numbers from 100) and 20 (2 games, from 200) were saved."""
    made, games = state(100), Games(1)
    checkpoints = Checkpoints(tmp_path, games=games, **made)
    checkpoints.save(10)
    for variable in made["model"].variables:
        variable.assign_add(tf.fill(variable.shape, 100.0))
    games.__init__(2)
    checkpoints.save(20)
    return tmp_path


def assert_restored(folder, step):
    """Both, games and model, are those of one step: of 10 or 20 (see `played`)."""
    made, games = state(0), Games(0)
    assert Checkpoints(folder, games=games, **made).restore() == step
    assert (len(games.rows), numbers(made)[0]) == (step // 10, step * 10)
    assert games.rows.dtype == np.int8 and games.draws == Games(step // 10).draws


def test_arrays_come_back_with_the_variables(played):
    """Their shapes and kinds, too; what lies there is named after the object."""
    assert_restored(played, 20)
    assert sorted(file.name for file in played.glob("*.npz")) == ["step-10.games.npz", "step-20.games.npz"]


@pytest.mark.parametrize(
    ("kind", "how"), [(k, h) for k in ("games", "data", "index") for h in ("cut", "deleted", "zeroed")]
)
def test_arrays_and_variables_are_of_one_checkpoint(played, kind, how):
    """Whichever file of the newest is damaged, both come from the one before; the run then goes on to save."""
    damage(played, 20, kind, how)
    assert_restored(played, 10)
    made, games = state(0), Games(0)
    checkpoints = Checkpoints(played, games=games, **made)
    checkpoints.restore()
    made["model"].variables[0].assign([200.0, 200.0])
    games.__init__(2)
    checkpoints.save(20)
    assert_restored(played, 20)


def test_every_byte_of_the_arrays_is_watched(tmp_path):
    """A bit that has turned is found, wherever it lies: nothing is restored of it, or what is restored is right."""
    games = Games(3)
    Checkpoints(tmp_path, games=games).save(1)
    (file,) = tmp_path.glob("*.npz")
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        found = Games(0)
        try:
            Checkpoints(tmp_path, games=found).restore()
            np.testing.assert_array_equal(found.rows, games.rows)
        except ValueError as error:
            assert "No checkpoint can be used" in str(error) and len(found.rows) == 0


@pytest.mark.parametrize(("step", "left"), [(20, 10), (30, 20)])
def test_a_kill_between_arrays_and_variables_leaves_the_checkpoint_before(played, step, left):
    """Also where step 20 is saved anew, since its arrays were damaged: its old variables do not get the new arrays."""
    if step == 20:
        damage(played, 20, "games", "cut")
    checkpoints = Checkpoints(played, games=Games(9), **state(900))
    checkpoints._manager.save = lambda **_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        checkpoints.save(step)
    assert (played / f"step-{step}.games.npz").exists()
    assert_restored(played, left)


def test_the_next_save_removes_what_a_kill_left(played):
    """Arrays without their variables, and half an array."""
    (played / "step-30.games.npz").write_bytes(b"of no checkpoint")
    (played / "draft-step-40.games.npz").write_bytes(b"half")
    Checkpoints(played, games=Games(5), **state(500)).save(50)
    assert sorted(file.name for file in played.glob("*.npz")) == ["step-20.games.npz", "step-50.games.npz"]
    assert_restored(played, 50)


@pytest.mark.parametrize("keep", [1, 3])
def test_arrays_go_with_their_checkpoint(tmp_path, keep):
    """The newest are kept, also over a restart; files of others stay."""
    (tmp_path / "curves.npz").touch()
    for steps in ((1, 2, 3), (4, 5)):
        checkpoints = Checkpoints(tmp_path, keep=keep, games=Games(1))
        for step in steps:
            checkpoints.save(step)
    names = [f"step-{step}.games.npz" for step in range(6 - keep, 6)]
    assert sorted(file.name for file in tmp_path.glob("*.npz")) == ["curves.npz", *names]


@pytest.mark.parametrize(
    ("objects", "why"),
    [
        ({}, r"it has arrays of \['games'\], and those of \[\] are needed"),
        ({"games": Games(0), "more": Games(0)}, r"those of \['games', 'more'\] are needed"),
        ({"games": Games(0, width=3)}, "the games are 2 wide, not 3"),
    ],
)
def test_arrays_of_another_run_are_refused(played, objects, why):
    """Objects that the checkpoint lacks or has too many, and what does not fit."""
    with pytest.raises(ValueError, match=f"No checkpoint can be used .*{why}"):
        Checkpoints(played, **objects, **state(0)).restore()


def test_objects_that_only_pickle_could_keep_are_refused(tmp_path):
    """When they are saved, not first when a long run is to go on."""
    games = Games(1)
    games.rows = np.array([{}])
    with pytest.raises(ValueError, match="allow_pickle"):
        Checkpoints(tmp_path, games=games).save(1)


def test_a_model_is_saved_whole_or_not_at_all(tmp_path, monkeypatch):
    """A save that breaks off leaves the file of before; a good one leaves no draft."""
    file = tmp_path / "model.keras"
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    save_model(model, file)
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]
    inputs = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(keras.models.load_model(file)(inputs), model(inputs))
    before = file.read_bytes()

    def breaks_off(path):
        pathlib.Path(path).write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(model, "save", breaks_off)
    with pytest.raises(OSError, match="no space"):
        save_model(model, str(file))
    assert file.read_bytes() == before
