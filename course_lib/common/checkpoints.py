"""Checkpoints that survive a kill at any moment, and are never read half-written."""

import pathlib

from course_lib.common.files import written_whole
from course_lib.common.quiet import tensorflow as tf

# What TensorFlow raises when a file is damaged or belongs to another model: it depends on where.
UNREADABLE = (tf.errors.OpError, AssertionError, ValueError, IndexError, RuntimeError)


class Checkpoints:
    """Keep the state of a run in a folder: saved whole or not at all, restored from the newest that can be read.

    Of the files of a checkpoint TensorFlow writes the index last, and it checks sums when it reads. So what a kill cut
    off is not there, or is recognised, and the checkpoint before it is taken.

    Of each object every one of its `variables` is kept, in their order: following a Keras model's attributes instead,
    as TensorFlow does by itself, misses variables that a layer holds in a list, without a word.

    Args:
      folder: where they lie; made when the first is saved.
      keep: how many are kept.
      **objects: what has `variables`: built models and optimisers.
    """

    def __init__(self, folder, keep=2, **objects):
        self._step = tf.Variable(0, dtype=tf.int64, trainable=False)
        states = {name: [_plain(variable) for variable in made.variables] for name, made in objects.items()}
        self._checkpoint = tf.train.Checkpoint(step=self._step, **states)
        settings = {"directory": str(folder), "max_to_keep": keep, "checkpoint_name": "step"}
        try:
            self._manager = tf.train.CheckpointManager(self._checkpoint, **settings)
        except ValueError:  # the list of checkpoints is damaged; they are found without it
            pathlib.Path(folder, "checkpoint").unlink()
            self._manager = tf.train.CheckpointManager(self._checkpoint, **settings)

    def save(self, step):
        """Save the state as that after `step` steps."""
        self._step.assign(step)
        self._manager.save(checkpoint_number=step)

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
                self._checkpoint.restore(str(path)).assert_consumed()
                return int(self._step)
            except UNREADABLE as error:
                reasons[path.name] = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        if reasons:
            why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
            raise ValueError(f"No checkpoint can be used ({why}). Choose another folder, or move this one away.")
        return 0

    def _newest_first(self):
        """The checkpoints that lie there, also where the list of them was lost; an index is written last of all."""
        indices = pathlib.Path(self._manager.directory).glob("step-*.index")
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
