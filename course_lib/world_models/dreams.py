"""Open-loop videos: after some rows with open eyes the model closes them, and what it dreams stands beside the truth."""

import numpy as np

from course_lib.common.plots import panel
from course_lib.common.quiet import tensorflow as tf
from course_lib.deep_rl.video import Video

EXACT = 0.1  # a pixel that is off by less looks the same


def dream(dreamer, experience, context=5, seed=0):
    """Let a model see the first rows, then foresee the others from the actions alone.

    Where a new game begins it is told so, as it was when it learnt: it begins from nothing then.

    Args:
      dreamer: a `Dreamer` of frames.
      experience: `Experience`, [L, B, …].
      context: rows that are seen.
      seed: of all draws.

    Returns:
      (what there was, what the model draws), frames between 0 and 1, [L, B, height, width, channels].
    """
    world, length = dreamer.world, len(experience.first)
    seen = world.observe(type(experience)(*(tf.constant(part[:context]) for part in experience)), [seed, 0])
    h, z, weights = seen.h[-1], seen.z[-1], world.state.weights_now()
    noise = world.latents.noise((length, h.shape[0]), [seed, 1])
    done = tf.one_hot(experience.actions, world.actions)
    features = [tf.concat([seen.h, seen.z], axis=-1)]
    for t in range(context, length):
        goes_on = tf.cast(~experience.first[t], tf.float32)[:, None]
        h, z = world.step_dreaming(h * goes_on, z * goes_on, done[t] * goes_on, noise[t], weights)
        features.append(tf.concat([h, z], axis=-1)[None])
    drawn = world.image(tf.concat(features, axis=0)).mean().numpy() + 0.5
    return experience.observations / 255, drawn.clip(0, 1)


def foreseen(truth, drawn):
    """The share of pixels that are as they were drawn, for each row, [L]."""
    return (np.abs(truth - drawn) < EXACT).mean(axis=(1, 2, 3, 4))


def strip(truth, drawn, context=5, which=0, axes=None):
    """Draw a strip of two lines: what there was, and what the model made of it.

    Args:
      truth, drawn: as `dream` returns them.
      context: rows that were seen.
      which: which of the B ways.
      axes: the panel to draw into; a figure of its own if left out.

    Returns:
      A Figure.
    """
    length, side = len(truth), truth.shape[2]
    axes = panel(axes, (0.75 * length, 2.1))
    lines = [_side_by_side(frames[:, which]) for frames in (truth, drawn)]
    axes.imshow(np.concatenate([lines[0], np.ones((2, lines[0].shape[1])), lines[1]]), cmap="gray", vmin=0, vmax=1)
    axes.axvline((side + 1) * context - 1, color="#D55E00", linewidth=2)
    axes.set_yticks([side / 2, side * 1.5 + 2], ["truth", "model"])
    axes.set_xticks([(side + 1) * t + side / 2 for t in range(length)], [str(t) for t in range(length)])
    axes.set(xlabel="row; the model sees what is left of the line, and dreams the rest")
    axes.tick_params(length=0)
    return axes.figure


def animation(truth, drawn, context=5, which=0, zoom=8):
    """The same as moving pictures: the truth left, the model right, with a white bar between while it sees.

    Returns:
      A `Video`.
    """
    from PIL import Image

    frames = []
    for t in range(len(truth)):
        bar = np.full((truth.shape[2], 2), 1.0 if t < context else 0.4)
        both = np.concatenate([truth[t, which, :, :, 0], bar, drawn[t, which, :, :, 0]], axis=1)
        picture = Image.fromarray((255 * both).astype(np.uint8)).convert("RGB")
        frames.append(picture.resize((picture.width * zoom, picture.height * zoom), Image.Resampling.NEAREST))
    told = f"{len(truth)} frames: what there was, left, and beside it what the model sees for {context} and dreams from there on."
    return Video(frames, told, milliseconds=350)


def _side_by_side(frames):
    """Frames in a row with a white line between, [L, side, side, 1] -> [side, …]."""
    bar = np.ones((frames.shape[1], 1))
    return np.concatenate([part for frame in frames for part in (frame[..., 0], bar)], axis=1)
