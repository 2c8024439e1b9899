"""Videos of an agent, drawn without a display."""

import base64
import html
import io

import numpy as np
from PIL import Image, ImageDraw

from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.worlds import TMaze

SIZE = 240  # pixels of the longer side
INK, PAPER, WOOD, LIGHT = "#222222", "#ffffff", "#d55e00", "#e69f00"


class Video:
    """An episode as moving pictures; a notebook shows it, `save` writes it.

    Args:
      frames: PIL images.
      told: what is seen, for who cannot see it.
      milliseconds: of each frame.
    """

    def __init__(self, frames, told, milliseconds=60):
        self.frames, self.told, self.milliseconds = frames, told, milliseconds

    def save(self, file):
        """Write it, to a path or an open file, as an animated WebP."""
        first, *rest = self.frames
        first.save(file, "WEBP", save_all=True, append_images=rest, duration=self.milliseconds, loop=0, quality=60)

    def _repr_html_(self):
        held = io.BytesIO()
        self.save(held)
        data = base64.b64encode(held.getvalue()).decode()
        return f'<img alt="{html.escape(self.told)}" src="data:image/webp;base64,{data}">'

    def __repr__(self):
        return self.told


def record(env, agent, seed=0, every=1, limit=1000):
    """Let an agent play an episode, and draw it.

    Args:
      env: name of the world.
      agent: of one world, as for `play_episodes`.
      seed: of world and actions.
      every: steps from one frame to the next.
      limit: steps at most.

    Returns:
      A `Video`.
    """
    rng, worlds = np.random.default_rng(seed), make_worlds(env, 1, seed)
    agent.forget()
    frames, total = [picture(worlds)], 0.0
    for count in range(1, limit + 1):
        step = worlds.step(agent.act(worlds.observations, worlds.first, 0.0, rng))
        agent.see(step)
        total += float(step.rewards[0])
        ended = step.terminated[0] or step.truncated[0]
        if count % every == 0 or ended:
            frames.append(picture(worlds))
        if ended:
            break
    worlds.close()
    return Video(frames, f"An episode of {env}: {count} steps, return {total:.4g}.")


def picture(worlds):
    """Draw the first of some worlds: cart and pole, maze, or what the agent sees.

    Raises:
      ValueError: nobody has said how such a world looks.
    """
    env, seen = worlds.env.unwrapped, worlds.observations[0]
    if isinstance(env, TMaze):
        return _maze(env.length, int(env.place[0]), seen)
    if "CartPole" in type(env).__name__:
        return _cart(seen)
    if seen.dtype == np.uint8:
        newest = np.ascontiguousarray(seen[..., -1])
        scale = max(SIZE // max(newest.shape), 1)
        return Image.fromarray(newest).resize(
            (newest.shape[1] * scale, newest.shape[0] * scale), Image.Resampling.NEAREST
        )
    raise ValueError(f"{type(env).__name__} has no picture: CartPole, the T-maze and worlds of frames have one.")


def _cart(seen):
    image = Image.new("RGB", (SIZE, SIZE // 2), PAPER)
    draw, place, tilt = ImageDraw.Draw(image), SIZE * (0.5 + float(seen[0]) / 4.8), float(seen[2])
    ground = SIZE // 2 - 20
    draw.line((0, ground, SIZE, ground), INK)
    draw.rectangle((place - 14, ground - 8, place + 14, ground + 4), INK)
    draw.line((place, ground - 8, place + 70 * np.sin(tilt), ground - 8 - 70 * np.cos(tilt)), WOOD, width=5)
    return image


def _maze(length, place, seen):
    cell = max(min(SIZE // (length + 1), 28), 10)
    image = Image.new("RGB", (cell * (length + 1), 3 * cell), "#bbbbbb")
    draw = ImageDraw.Draw(image)
    boxes = [(column, 1) for column in range(length + 1)] + [(length, 0), (length, 2)]
    for column, row in boxes:
        draw.rectangle((column * cell + 1, row * cell + 1, (column + 1) * cell - 2, (row + 1) * cell - 2), PAPER, INK)
    draw.ellipse((place * cell + 4, cell + 4, (place + 1) * cell - 5, 2 * cell - 5), INK)
    if seen[:2].any():  # the light points to its side
        base, tip = (cell - 4, 3) if seen[0] else (2 * cell + 3, 3 * cell - 4)
        draw.polygon([(place * cell + 4, base), ((place + 1) * cell - 5, base), (place * cell + cell // 2, tip)], LIGHT)
    return image
