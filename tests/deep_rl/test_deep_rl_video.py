import html
import io
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.video import Video, picture, record


class Always:
    """An agent of one world that always does the same."""

    def __init__(self, action):
        self.action = action

    def forget(self):
        pass

    def act(self, observations, first, epsilon, rng):
        assert epsilon == 0
        return np.array([self.action])

    def see(self, step):
        pass


def shown(video):
    """What a notebook is given: the alternative text, and the pictures of the WebP as arrays."""
    (alt, data), *none = re.findall(r'^<img alt="([^"]*)" src="data:image/webp;base64,([^"]*)">$', video._repr_html_())
    assert not none
    image = Image.open(io.BytesIO(b64decode(data)))
    assert image.format == "WEBP"
    pictures = []
    for k in range(image.n_frames):
        image.seek(k)
        pictures.append(np.asarray(image.convert("L"), float))
    return html.unescape(alt), pictures


def test_an_episode_of_cart_and_pole():
    """Pushed to the right it falls after 8 to 10 steps; a picture of the start and one after each step."""
    video = record("CartPole-v1", Always(1), seed=0)
    alt, pictures = shown(video)
    steps = int(re.fullmatch(r"An episode of CartPole-v1: (\d+) steps, return (\d+)\.", alt)[1])
    assert f"{steps} steps, return {steps}." in alt and repr(video) == alt
    assert 8 <= steps <= 10 and len(video.frames) == steps + 1
    changes = sum(one != other for one, other in zip(video.frames, video.frames[1:], strict=False))
    assert len(pictures) == 1 + changes > 5  # WebP shows a picture that stays the same for longer
    assert all(np.abs(one - other).max() > 50 for one, other in zip(pictures, pictures[1:], strict=False))
    assert record("CartPole-v1", Always(1), seed=0).told == video.told


def test_few_frames_of_many_steps():
    """Every fifth step and the last one; and no longer than is allowed."""
    whole, some = record("TMaze-3", Always(1), seed=0), record("TMaze-3", Always(1), seed=0, every=5)
    assert whole.told == some.told == "An episode of TMaze-3: 22 steps, return -2.2."
    assert len(whole.frames) == 23 and len(some.frames) == 1 + 4 + 1
    assert record("TMaze-3", Always(1), limit=7).told == "An episode of TMaze-3: 7 steps, return -0.7."


def test_what_is_told_cannot_break_the_page():
    """Quotes and brackets are written out."""
    told = 'a "quoted" <b>name</b> & more'
    assert shown(Video([Image.new("RGB", (8, 8))], told))[0] == told


def test_a_video_is_written_to_a_file(tmp_path):
    """Its pictures are shown for as long as was said, again and again."""
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("black", "white", "red")]
    Video(frames, "three colours", milliseconds=120).save(tmp_path / "it.webp")
    with Image.open(tmp_path / "it.webp") as image:
        assert (image.n_frames, image.size, image.info.get("loop")) == (3, (16, 16), 0)
        image.load()
        assert image.info["duration"] == 120


def test_the_cart_is_where_it_is_seen():
    """The darkest columns of the lower half follow its place from left to right."""
    worlds, places = make_worlds("CartPole-v1", 1), []
    for place in (-2.0, 0.0, 2.0):
        worlds.observations = np.array([[place, 0, 0, 0]], np.float32)
        image = np.asarray(picture(worlds).convert("L"))
        assert image.shape == (120, 240)
        places.append(np.average(np.arange(240), weights=(image[95:98] < 128).sum(axis=0) + 1e-9))
    np.testing.assert_allclose(places, [20, 120, 220], atol=3)


@pytest.mark.parametrize("length", [1, 3, 10, 30, 100])
def test_mazes_of_any_length_are_drawn(length):
    """With the walker at the left end at first, and somewhere else later."""
    worlds = make_worlds(f"TMaze-{length}", 1, seed=0)
    start = np.asarray(picture(worlds).convert("L"), float)
    for _ in range(length):
        worlds.step([0])
    end = np.asarray(picture(worlds).convert("L"), float)
    width = start.shape[1]
    changed = np.abs(start - end).max(axis=0) > 50
    assert start.shape == end.shape and width >= 2 * start.shape[0] / 3
    assert changed[: width // (length + 1)].any() and changed[-width // (length + 1) :].any()


def test_the_light_points_to_its_side():
    """A triangle beside the start: above it and narrow on top, or below and narrow below; later there is none."""
    sides = set()
    for seed in range(8):
        worlds = make_worlds("TMaze-5", 1, seed)
        lit = (np.asarray(picture(worlds)).astype(int) @ [1, 0, -1] > 150).sum(axis=1)
        rows, up = np.flatnonzero(lit), worlds.observations[0, 0] == 1
        assert rows.max() < 28 if up else rows.min() >= 56
        assert (lit[rows[-1]] > lit[rows[0]]) == up
        worlds.step([0])
        assert not (np.asarray(picture(worlds)).astype(int) @ [1, 0, -1] > 150).any()
        sides.add(bool(up))
    assert sides == {True, False}


def test_frames_are_shown_as_they_are_seen():
    """The newest one, each pixel a square."""
    worlds = make_worlds("Catch-6", 1, seed=0)
    image = np.asarray(picture(worlds))
    assert image.shape == (240, 240)
    np.testing.assert_array_equal(image[20::40, 20::40], worlds.observations[0, :, :, 0])
    atari = make_worlds("ALE/Pong-v5", 1)
    image = np.asarray(picture(atari))
    np.testing.assert_array_equal(image[::2, ::2], atari.observations[0, :, :, 3])
    atari.close()


@pytest.mark.parametrize("name", ["Acrobot-v1", "FrozenLake-v1", "Garnet-4"])
def test_what_nobody_has_drawn_is_refused(name):
    with pytest.raises(ValueError, match="has no picture: CartPole"):
        picture(make_worlds(name, 1))
