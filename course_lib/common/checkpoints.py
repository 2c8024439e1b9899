"""Checkpoints that survive a kill at any moment, and are never read half-written."""

import pathlib

import numpy as np

from course_lib.common.files import written_whole
from course_lib.common.quiet import tensorflow as tf

# What is raised when a file is damaged or belongs to another model: it depends on where.
UNREADABLE = (tf.errors.OpError, AssertionError, ValueError, LookupError, RuntimeError)


class Checkpoints:
    """Keep the state of a run in a folder: saved whole or not at all, restored from the newest that can be read.

    Of the files of a checkpoint TensorFlow writes the index last, and it checks sums when it reads. So what a kill cut
    off is not there, or is recognised, and the checkpoint before it is taken.

    Of each object every one of its `variables` is kept, in their order: following a Keras model's attributes instead,
    as TensorFlow does by itself, misses variables that a layer holds in a list, without a word.

    What is no variable, games in progress or a replay buffer, an object without `variables` packs into NumPy arrays:
    `pack()` returns {name: array}, and `unpack(arrays)` puts them back, or raises a ValueError where they do not fit.
    They lie in `step-K.NAME.npz`, written before TensorFlow's files: a checkpoint that has its index is complete.

    Args:
      folder: where they lie; made when the first is saved.
      keep: how many are kept.
      **objects: what has `variables`, built models and optimisers, or `pack` and `unpack`.
    """

    def __init__(self, folder, keep=2, **objects):
        self._folder, self._step = pathlib.Path(folder), tf.Variable(0, dtype=tf.int64, trainable=False)
        self._packed = {name: made for name, made in objects.items() if not hasattr(made, "variables")}
        held = {name: made.variables for name, made in objects.items() if name not in self._packed}
        states = {name: [_plain(variable) for variable in variables] for name, variables in held.items()}
        self._checkpoint = tf.train.Checkpoint(step=self._step, **states)
        settings = {"directory": str(folder), "max_to_keep": keep, "checkpoint_name": "step"}
        try:
            self._manager = tf.train.CheckpointManager(self._checkpoint, **settings)
        except ValueError:  # the list of checkpoints is damaged; they are found without it
            (self._folder / "checkpoint").unlink()
            self._manager = tf.train.CheckpointManager(self._checkpoint, **settings)

    def save(self, step):
        """Save the state as that after `step` steps."""
        self._step.assign(step)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index(f"step-{step}").unlink(missing_ok=True)  # that of a damaged one: nothing here is complete by now
        for name, made in self._packed.items():
            with written_whole(self._folder / f"step-{step}.{name}.npz") as draft:
                np.savez(draft, allow_pickle=False, **made.pack())
        self._manager.save(checkpoint_number=step)
        for file in self._folder.glob("*step-*.*.npz"):  # of checkpoints dropped since, or drafts that a kill left
            if not self._index(file.name.split(".")[0]).exists():
                file.unlink()

    def restore(self):
        """Restore the newest checkpoint that can be read.

        Returns:
          The step it was saved at; 0 where there is none.

        Raises:
          ValueError: there are checkpoints, and none fits these objects or none can be read.
        """
        reasons = {}
        for path in self._newest_first():
            try:
                packed = self._read_packed(path.name)
                self._checkpoint.restore(str(path)).assert_consumed()
                for name, made in self._packed.items():
                    made.unpack(packed[name])
                return int(self._step)
            except UNREADABLE as error:
                reasons[path.name] = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        if reasons:
            why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
            raise ValueError(f"No checkpoint can be used ({why}). Choose another folder, or move this one away.")
        return 0

    def _index(self, checkpoint):
        return self._folder / f"{checkpoint}.index"

    def _read_packed(self, checkpoint):
        """The arrays of each object that packed some, {object: {name: array}}, all of them read and in order."""
        files = {file.name.split(".")[1]: file for file in self._folder.glob(f"{checkpoint}.*.npz")}
        if set(files) != set(self._packed):
            raise ValueError(f"it has arrays of {sorted(files)}, and those of {sorted(self._packed)} are needed")
        return {name: _arrays(file) for name, file in files.items()}

    def _newest_first(self):
        """The checkpoints that lie there, also where the list of them was lost; an index is written last of all."""
        indices = self._folder.glob("step-*.index")
        return sorted((path.with_suffix("") for path in indices), key=lambda path: -int(path.name.split("-")[1]))


def save_model(model, file):
    """Save a Keras model for `keras.models.load_model`, whole or not at all.

    Args:
      model: the model.
      file: where to, ending in .keras.
    """
    with written_whole(file) as draft:
        model.save(draft)


def _plain(variable):
    """The TensorFlow variable inside a Keras variable; any other as it is."""
    return variable if isinstance(variable, tf.Variable) else variable.value


def _arrays(file):
    """The arrays of an .npz file; its checksums are compared while it is read."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception as error:  # which, depends on where the damage is
        raise ValueError(f"{file.name}: {error}") from error
