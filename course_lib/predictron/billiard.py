"""What will happen on the pool table? Five frames of rolling balls, and discounted counts of 14 events for each ball.

- The table is a square of side 1 around (0, 0), x to the right and y up. Times are in frames.
- Balls of equal mass start at random without touching, each in a random direction with a speed up to `speed`.
- Collisions with balls and cushions are elastic; every frame takes a share `friction` of all speeds.
- A ball whose centre comes within `pocket` of a corner is gone. Its position is NaN from then on: comparisons with
  NaN are false, so it meets nothing and is nowhere.
- Physics moves in `substeps` to the frame. Events are noted once a frame: what happened in it, and the quadrant in
  which the ball is at its end.
- A label is Σ_t γ^{t−1} · event_t over the `horizon` frames t = 1, 2, … after the last one shown. γ = 0 asks about the
  very next frame, γ = 1 counts.

Source: Silver et al. 2017, pool: 14 events × 4 balls × 5 discounts = 280 predictions from 5 frames of
28 × 28. Theirs are in colour; here each ball has a grey of its own, which tells them apart as well and needs one
channel a frame instead of three. Sizes, speeds, friction and horizon are this course's.
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from course_lib.predictron.data import Batch

QUADRANTS = ("upper left", "upper right", "lower left", "lower right")  # the pockets have the same order
EVENTS = ("hits a ball", "hits a cushion") + tuple(
    f"{what} {where}" for what in ("enters", "is in", "is pocketed") for where in QUADRANTS
)


@dataclass(frozen=True)
class Billiard:
    """Draw games of pool, as frames and what comes of them.

    Attributes:
      balls: how many.
      radius, pocket: of a ball, and how near a corner its centre may come, in sides of the table; 0 for no pockets.
      speed: fastest at the start, in sides of the table a frame.
      friction: share of the speed lost each frame, 0 … 1.
      frames, pixels: how many frames are shown; their height and width.
      horizon: frames over which events are summed.
      substeps: steps of the physics in a frame.
      discounts: the γ of the labels, each 0 … 1.

    Raises:
      ValueError: the balls do not fit, could pass through each other, or another number is out of range.
    """

    balls: int = 4
    radius: float = 0.06
    pocket: float = 0.15
    speed: float = 0.08
    friction: float = 0.01
    frames: int = 5
    pixels: int = 28
    horizon: int = 50
    substeps: int = 8
    discounts: tuple = (0.0, 0.5, 0.9, 0.98, 1.0)

    def __post_init__(self):
        if min(self.balls, self.frames, self.pixels, self.horizon, self.substeps, len(self.discounts)) < 1:
            raise ValueError(f"{self}: balls, frames, pixels, horizon, substeps and discounts: at least one of each.")
        if not all(0 <= share <= 1 for share in (self.friction, *self.discounts)):
            raise ValueError(f"friction={self.friction}, discounts={self.discounts}: give numbers from 0 to 1.")
        if self.speed < 0 or not 0 <= self.pocket < 0.5:
            raise ValueError(f"speed={self.speed}, pocket={self.pocket}: give 0 or more, and a pocket below 0.5.")
        # At half the room, placing balls at random still succeeds soon.
        taken, room = (self.balls - 1) * np.pi * (2 * self.radius) ** 2, (1 - 2 * self.radius) ** 2
        if not 0 < self.radius < 0.25 or taken > room / 2:
            raise ValueError(
                f"{self.balls} balls of radius {self.radius}: give fewer, or a radius above 0 that leaves more room."
            )
        # No two balls are faster against each other than when they have all the energy between them.
        if np.sqrt(2 * self.balls) * self.speed / self.substeps > self.radius:
            raise ValueError(f"speed={self.speed} could carry a ball through another: raise substeps={self.substeps}.")

    @classmethod
    def paper(cls):
        """Return the task of the paper: 4 balls, 5 frames of 28 × 28, 280 predictions."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return 2 larger balls in frames of 16 × 16 and a horizon of 20 frames: 140 predictions."""
        return cls(balls=2, radius=0.08, pocket=0.18, pixels=16, horizon=20)

    @property
    def input_shape(self):
        """(pixels, pixels, frames)."""
        return self.pixels, self.pixels, self.frames

    @property
    def num_predictions(self):
        """Balls × 14 events × discounts."""
        return self.balls * len(EVENTS) * len(self.discounts)

    def names(self):
        """Name the labels in order, [ball, event, discount] flattened, such as "ball 0 hits a cushion, γ = 0.5"."""
        parts = itertools.product(range(self.balls), EVENTS, self.discounts)
        return tuple(f"ball {ball} {event}, γ = {discount:g}" for ball, event, discount in parts)

    def draw(self, rng, count):
        """Draw `count` games with the generator `rng`.

        Returns:
          A `Batch`: inputs float32 [N, pixels, pixels, frames], see `render`; labels float32 [N, num_predictions].
        """
        positions, events = self.play(*self.start(rng, count), self.frames - 1 + self.horizon)
        shown = np.stack([self.render(places) for places in positions[: self.frames]], axis=-1)
        return Batch(shown, self.discounted_counts(events[self.frames - 1 :]))

    def start(self, rng, count):
        """Place balls apart from each other and from the pockets; return positions, velocities, [N, balls, 2]."""
        positions, edge, wrong = np.empty((count, self.balls, 2)), 0.5 - self.radius, np.arange(count)
        while len(wrong):
            tried = positions[wrong] = rng.uniform(-edge, edge, (len(wrong), self.balls, 2))
            touching = (_squares(_lines(tried)) <= 4 * self.radius**2).any(axis=1)
            wrong = wrong[touching | _near_corner(tried, self.pocket).any(axis=1)]
        angles, speeds = (
            rng.uniform(-np.pi, np.pi, (count, self.balls)),
            rng.uniform(0, self.speed, (count, self.balls)),
        )
        return positions, np.stack([speeds * np.cos(angles), speeds * np.sin(angles)], axis=-1)

    def play(self, positions, velocities, steps):
        """Let balls roll for `steps` frames from given positions and velocities, [N, balls, 2].

        Returns:
          positions float [steps + 1, N, balls, 2], the first ones included; events bool [steps, N, balls, 14].

        Raises:
          ValueError: positions or velocities have another shape.
        """
        positions, velocities = np.array(positions, float), np.array(velocities, float)
        if positions.shape != velocities.shape or positions.shape[1:] != (self.balls, 2):
            raise ValueError(f"shapes {positions.shape} and {velocities.shape}: give [N, {self.balls}, 2] for both.")
        places, events = [positions.copy()], np.zeros((steps, *positions.shape[:2], len(EVENTS)), bool)
        for happens in events:
            self._roll(positions, velocities, happens)
            places.append(positions.copy())
        return np.stack(places), events

    def _roll(self, positions, velocities, happens):
        """Move on by one frame and note what happens, all in place."""
        was = _quadrants(positions)
        for _ in range(self.substeps):
            positions += velocities / self.substeps
            happens[..., 10:] |= _drop(positions, velocities, self.pocket)
            happens[..., 1] |= _reflect(positions, velocities, 0.5 - self.radius)
            happens[..., 0] |= _collide(positions, velocities, self.radius)
        velocities *= 1 - self.friction
        happens[..., 6:10] = _quadrants(positions)
        happens[..., 2:6] = happens[..., 6:10] & ~was

    def discounted_counts(self, events):
        """Add up events [steps, N, balls, 14], the first with weight 1; return float32 [N, num_predictions]."""
        weights = np.power(self.discounts, np.arange(len(events))[:, None]).astype(np.float32)  # 0⁰ = 1
        return np.tensordot(np.asarray(events, np.float32), weights, (0, 0)).reshape(-1, self.num_predictions)

    def render(self, positions):
        """Draw balls as discs with soft edges, ball i of n with brightness (i + 1) / n on black.

        Args:
          positions: [N, balls, 2]; balls that are gone are not drawn.

        Returns:
          float32 [N, pixels, pixels], 0 … 1, the upper row first.
        """
        places = np.asarray(positions, np.float32)[..., None]
        centres = ((np.arange(self.pixels) - (self.pixels - 1) / 2) / self.pixels).astype(np.float32)
        image = np.zeros((len(places), self.pixels, self.pixels), np.float32)
        for ball in range(self.balls):
            across, down = (centres - places[:, ball, 0]) ** 2, (-centres - places[:, ball, 1]) ** 2
            depth = (self.radius - np.sqrt(down[:, :, None] + across[:, None, :])) * self.pixels
            covered = np.fmin(np.fmax(depth + 0.5, 0), 1)  # nearly the share of the pixel; fmax makes NaN 0
            image = np.maximum(image, covered * np.float32((ball + 1) / self.balls))
        return image


@functools.cache
def _pairs(balls):
    """The first and the second ball of every pair, int [2, pairs]."""
    return np.stack(np.triu_indices(balls, 1))


def _lines(positions):
    """From the first to the second ball of each pair, [N, pairs, 2]."""
    first, second = _pairs(positions.shape[1])
    return positions[:, second] - positions[:, first]


def _squares(vectors):
    """Squared lengths."""
    return vectors[..., 0] ** 2 + vectors[..., 1] ** 2


def _near_corner(positions, reach):
    """Which balls are within reach of a corner, bool [N, balls]."""
    return _squares(0.5 - np.abs(positions)) < reach**2


def _quadrants(positions):
    """Which quadrant each ball is in, bool [N, balls, 4]; none if it is gone."""
    (left, lower), (right, upper) = np.moveaxis(positions < 0, -1, 0), np.moveaxis(positions >= 0, -1, 0)
    return np.stack([left & upper, right & upper, left & lower, right & lower], axis=-1)


def _drop(positions, velocities, reach):
    """Take balls in pockets off the table; return which went into which, bool [N, balls, 4]."""
    fallen = _near_corner(positions, reach)
    pockets = fallen[..., None] & _quadrants(positions)
    positions[fallen], velocities[fallen] = np.nan, 0.0
    return pockets


def _reflect(positions, velocities, edge):
    """Send balls beyond the edge back; return which, bool [N, balls]."""
    beyond = np.abs(positions) > edge
    np.copyto(positions, np.copysign(2 * edge, positions) - positions, where=beyond)
    np.negative(velocities, out=velocities, where=beyond)
    return beyond.any(axis=-1)


def _collide(positions, velocities, radius):
    """Let balls that touch and approach swap their speeds along the line of centres; return which, bool [N, balls]."""
    struck, lines = np.zeros(positions.shape[:2], bool), _lines(positions)
    squares = _squares(lines)
    touching = squares < 4 * radius**2
    # One pair after the other: when three touch, each swap still keeps energy and momentum.
    for pair in np.flatnonzero(touching.any(axis=0)):
        games, (a, b) = np.flatnonzero(touching[:, pair]), _pairs(positions.shape[1])[:, pair]
        line = lines[games, pair]
        approach = ((velocities[games, a] - velocities[games, b]) * line).sum(axis=-1).clip(min=0)  # 0: they part
        exchanged = (approach / squares[games, pair])[:, None] * line
        velocities[games, a] -= exchanged
        velocities[games, b] += exchanged
        struck[games[approach > 0], a] = struck[games[approach > 0], b] = True
    return struck
