import math

import numpy as np
import pytest

from course_lib.predictron.billiard import EVENTS, QUADRANTS, Billiard

BALL, CUSHION, ENTERS, IN, POCKET = 0, 1, slice(2, 6), slice(6, 10), slice(10, 14)
PAPER = Billiard.paper()
CORNERS = {"upper left": (-1, 1), "upper right": (1, 1), "lower left": (-1, -1), "lower right": (1, -1)}


def table(balls, **settings):
    return Billiard(balls=balls, **({"friction": 0.0} | settings))


def roll(task, balls, steps):
    """Play one table; `balls` holds (x, y, speed along x, speed along y) of each."""
    state = np.array([balls], float)
    positions, events = task.play(state[..., :2], state[..., 2:], steps)
    return positions[:, 0], events[:, 0]


def quiet_frames(events):
    """The frames in which no ball of a game met anything, bool [steps, N]: how far balls roll in one is their speed."""
    return ~events[..., [BALL, CUSHION]].any(axis=(2, 3))


def happened(events, where):
    """The frames, from 1, in which something happened."""
    return (np.flatnonzero(events[:, where]) + 1).tolist()


def quadrant(x, y):
    """The quadrant of a place, by its name; None for a ball that is gone."""
    return (
        None if math.isnan(x) else QUADRANTS.index(("lower " if y < 0 else "upper ") + ("left" if x < 0 else "right"))
    )


# The physics


def test_a_head_on_collision_by_hand():
    # Ball 0 moves 0.01 a substep, 8 substeps a frame. From −0.205 it is at −0.125 after frame 1, and at −0.115 after
    # the next substep, less than two radii (0.12) from ball 1: the speeds are swapped. Ball 1 rolls for 7 substeps.
    positions, events = roll(table(2), [(-0.205, 0.1, 0.08, 0), (0, 0.1, 0, 0)], 3)
    assert positions[:, 0] == pytest.approx(np.array([[-0.205, 0.1], [-0.125, 0.1], [-0.115, 0.1], [-0.115, 0.1]]))
    assert positions[:, 1] == pytest.approx(np.array([[0, 0.1], [0, 0.1], [0.07, 0.1], [0.15, 0.1]]))
    assert happened(events[:, 0], BALL) == happened(events[:, 1], BALL) == [2]
    assert not events[..., CUSHION].any() and not events[..., ENTERS].any() and not events[..., POCKET].any()


def test_a_cushion_by_hand():
    # The centre may come to 0.5 − 0.06 = 0.44. From 0.405 it goes 0.035 there and the rest of 0.08, 0.045, back.
    positions, events = roll(table(1), [(0.405, -0.1, 0.08, 0)], 2)
    assert positions[:, 0] == pytest.approx(np.array([[0.405, -0.1], [0.395, -0.1], [0.315, -0.1]]))
    assert happened(events[:, 0], CUSHION) == [1] and not events[..., BALL].any()
    positions, events = roll(table(1), [(0.1, -0.405, 0.02, -0.08)], 2)  # along the cushion nothing changes
    assert positions[:, 0] == pytest.approx(np.array([[0.1, -0.405], [0.12, -0.395], [0.14, -0.315]]))
    assert happened(events[:, 0], CUSHION) == [1]


def test_a_pocket_by_hand():
    # Along the diagonal the ball is √2 · (0.5 − x) from the corner: within 0.12 from x = 0.41515. It starts at 0.3 and
    # moves 0.005 a substep: 0.415 after 23, 0.42 after 24, which is the end of frame 3.
    positions, events = roll(table(1, pocket=0.12), [(0.3, 0.3, 0.04, 0.04)], 5)
    assert positions[:3, 0] == pytest.approx(np.array([[0.3, 0.3], [0.34, 0.34], [0.38, 0.38]]))
    assert np.isnan(positions[3:]).all()
    upper_right = EVENTS.index("is pocketed upper right")
    assert happened(events[:, 0], upper_right) == [3] and events[..., POCKET].sum() == 1
    assert happened(events[:, 0], EVENTS.index("is in upper right")) == [1, 2]
    assert not events[..., CUSHION].any() and not events[3:].any()


@pytest.mark.parametrize(("corner", "sides"), CORNERS.items())
def test_every_pocket_and_every_quadrant_has_its_event(corner, sides):
    # It starts in the opposite quadrant, enters the one of the corner, and falls into its pocket.
    x, y = sides
    _, events = roll(table(1, pocket=0.15), [(-0.05 * x, -0.05 * y, 0.07 * x, 0.07 * y)], 20)
    frames = happened(events[:, 0], EVENTS.index(f"is in {corner}"))
    assert happened(events[:, 0], EVENTS.index(f"enters {corner}")) == [1] and frames == list(range(1, len(frames) + 1))
    assert happened(events[:, 0], EVENTS.index(f"is pocketed {corner}")) == [len(frames) + 1]
    assert events.sum() == len(frames) + 2


def test_a_ball_in_a_pocket_is_in_nobodys_way():
    gone = [(math.nan, math.nan, 0, 0), (-0.3, 0, 0.08, 0), (-0.3, 0.3, 0.08, 0)]
    positions, events = roll(table(3), gone, 6)
    assert np.isnan(positions[:, 0]).all() and not events[:, 0].any() and not events[..., BALL].any()
    assert positions[-1, 1:] == pytest.approx(np.array([[0.18, 0], [0.18, 0.3]]))


def test_one_ball_bounces_as_its_unfolded_path_says():
    # Between cushions at ±e a coordinate is a triangle wave: unfolded it runs straight on, folded it is what we see.
    task, rng, steps = table(1, pocket=0.0, speed=0.2), np.random.default_rng(0), 120
    start, velocities = task.start(rng, 200)
    positions, events = task.play(start, velocities, steps)
    e, t = 0.5 - task.radius, np.arange(steps + 1)[:, None, None, None]
    unfolded = (start + t * velocities + e) / (2 * e)
    folded = 2 * e * np.abs(unfolded - 2 * np.round(unfolded / 2)) - e
    assert positions == pytest.approx(folded, abs=1e-10)
    walls = np.diff(np.floor(unfolded), axis=0).any(axis=-1)  # a multiple of the width is crossed
    assert (events[..., CUSHION] == walls).all() and events[..., CUSHION].any()


def test_a_glancing_collision_sends_equal_balls_apart_at_a_right_angle():
    # With small steps: at contact the centres are 0.06 apart in y and 0.12 in all, so the line between them is
    # (√3/2, 1/2). Ball 1 takes the speed along it, 0.08 · √3/2: (0.06, 0.0346). Ball 0 keeps (0.02, −0.0346).
    balls = [(-0.3, 0.0, 0.08, 0.0), (0.0, 0.06, 0.0, 0.0)]
    fine, coarse = (np.diff(roll(table(2, substeps=n), balls, 4)[0], axis=0)[-1] for n in (1000, 8))
    assert fine == pytest.approx(np.array([[0.02, -0.034641], [0.06, 0.034641]]), abs=1e-4)
    assert coarse[0] @ coarse[1] == pytest.approx(0, abs=1e-12)  # whatever the line, the angle is right
    assert coarse == pytest.approx(fine, abs=0.01)


def test_balls_that_touch_but_part_are_left_alone():
    touching = [(-0.05, 0, -0.03, 0), (0.05, 0, 0.02, 0)]
    positions, events = roll(table(2), touching, 2)
    assert positions[-1] == pytest.approx(np.array([[-0.11, 0], [0.09, 0]])) and not events[..., BALL].any()


def test_collisions_of_balls_keep_momentum_and_energy():
    # Three balls that meet in the middle, away from the cushions.
    rng = np.random.default_rng(0)
    angles = np.array([0.1, 2.2, 4.4]) + rng.uniform(-0.1, 0.1, (300, 3))
    start = 0.2 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    pushed = -0.2 * start + rng.uniform(-0.005, 0.005, start.shape)
    positions, events = table(3, pocket=0.0).play(start, pushed, 8)
    rolled, quiet = np.diff(positions, axis=0), quiet_frames(events)
    assert events[..., BALL].any(axis=(0, 2)).mean() > 0.9 and not events[..., CUSHION].any() and quiet[-1].mean() > 0.9
    momentum = np.broadcast_to(pushed.sum(axis=1), (8, 300, 2))[quiet]
    energy = np.broadcast_to((pushed**2).sum(axis=(1, 2)), (8, 300))[quiet]
    assert rolled.sum(axis=2)[quiet] == pytest.approx(momentum, abs=1e-14)
    assert (rolled**2).sum(axis=(2, 3))[quiet] == pytest.approx(energy, rel=1e-11)


def test_energy_neither_explodes_nor_leaks_over_long_games():
    task = table(4, pocket=0.0)
    start, pushed = task.start(np.random.default_rng(1), 20)
    positions, events = task.play(start, pushed, 300)
    assert events[..., BALL].sum(axis=(0, 2)).min() > 5 and np.abs(positions).max() <= 0.44
    energies, quiet = (np.diff(positions, axis=0) ** 2).sum(axis=(2, 3)), quiet_frames(events)
    first = np.broadcast_to((pushed**2).sum(axis=(1, 2)), energies.shape)
    assert energies[quiet] == pytest.approx(first[quiet], rel=1e-10) and quiet[-50:].any(axis=0).all()


def test_friction_takes_its_share_each_frame():
    # 0.08 + 0.04 + 0.02 = 0.14 with a share of one half; without end it would roll 0.16.
    positions, _ = roll(table(1, friction=0.5), [(-0.1, 0, 0.08, 0)], 40)
    assert positions[[3, 40], 0, 0] == pytest.approx([0.04, 0.06])
    stopped, _ = roll(table(1, friction=1.0), [(0, 0, 0.08, 0)], 3)
    assert stopped[:, 0, 0] == pytest.approx([0, 0.08, 0.08, 0.08])


SWAPS = {  # what a symmetry of the table does to a place, and to the order of the quadrants
    "left and right": (lambda p: p * [-1, 1], [1, 0, 3, 2]),
    "top and bottom": (lambda p: p * [1, -1], [2, 3, 0, 1]),
    "about the diagonal": (lambda p: p[..., ::-1], [3, 1, 2, 0]),
}


@pytest.mark.parametrize(("mirror", "order"), SWAPS.values(), ids=SWAPS)
def test_a_mirrored_table_has_mirrored_labels(mirror, order):
    start, pushed = PAPER.start(np.random.default_rng(2), 60)
    positions, events = PAPER.play(start, pushed, 54)
    mirrored, seen = PAPER.play(mirror(start), mirror(pushed), 54)
    moved = [0, 1] + [first + quadrant for first in (2, 6, 10) for quadrant in order]
    assert np.array_equal(mirrored, mirror(positions), equal_nan=True)
    assert (seen == events[..., moved]).all() and events[..., POCKET].any()
    labels, reflected = (PAPER.discounted_counts(e).reshape(60, 4, 14, 5) for e in (events, seen))
    assert reflected == pytest.approx(labels[:, :, moved], rel=1e-5)


def test_renamed_balls_have_renamed_labels():
    start, pushed = PAPER.start(np.random.default_rng(3), 100)
    _, events = PAPER.play(start, pushed, 8)
    _, swapped = PAPER.play(start[:, ::-1], pushed[:, ::-1], 8)
    assert (swapped[:, :, ::-1] == events).all(axis=(0, 2, 3)).mean() > 0.98  # touches of three depend on the order


# The labels


def test_discounted_counts_by_hand():
    # Ball 1 hits a cushion in frames 1 and 3: 1 with γ = 0, 1 + 0.5² = 1.25 with γ = 0.5, 2 with γ = 1.
    task = table(2, discounts=(0.0, 0.5, 1.0))
    events = np.zeros((3, 1, 2, 14), bool)
    events[[0, 2], 0, 1, CUSHION] = True
    named = dict(zip(task.names(), task.discounted_counts(events)[0].tolist(), strict=True))
    assert [named.pop(f"ball 1 hits a cushion, γ = {d}") for d in ("0", "0.5", "1")] == [1, 1.25, 2]
    assert not any(named.values())


def test_names_are_those_of_280_predictions():
    names = PAPER.names()
    assert len(names) == len(set(names)) == PAPER.num_predictions == 280 == 4 * 14 * 5
    assert names[0] == "ball 0 hits a ball, γ = 0" and names[-1] == "ball 3 is pocketed lower right, γ = 1"
    # [ball, event, discount]: (2 · 14 + 6) · 5 + 3
    assert names.index("ball 2 is in upper left, γ = 0.98") == 173
    assert len(Billiard.laptop().names()) == Billiard.laptop().num_predictions == 140


@pytest.mark.parametrize("task", [PAPER, Billiard.laptop()])
def test_drawn_labels_are_what_a_slow_count_of_the_same_games_says(task):
    batch = task.draw(np.random.default_rng(4), 12)
    steps = task.frames - 1 + task.horizon
    positions, events = task.play(*task.start(np.random.default_rng(4), 12), steps)
    named = {name: batch.labels[:, column] for column, name in enumerate(task.names())}
    for game, ball in np.ndindex(12, task.balls):
        where = [quadrant(*positions[t, game, ball]) for t in range(steps + 1)]
        sums = dict.fromkeys(((event, discount) for event in EVENTS for discount in task.discounts), 0.0)
        for t in range(task.frames, steps + 1):
            happens = [EVENTS[column] for column in (BALL, CUSHION) if events[t - 1, game, ball, column]]
            if where[t] is not None:
                happens += [f"is in {QUADRANTS[where[t]]}"]
                happens += [f"enters {QUADRANTS[where[t]]}"] * (where[t] != where[t - 1])
            elif where[t - 1] is not None:  # no ball crosses into another quadrant and falls within one frame
                happens += [f"is pocketed {QUADRANTS[where[t - 1]]}"]
            for event in happens:
                for discount in task.discounts:
                    sums[event, discount] += discount ** (t - task.frames)  # the first frame not shown weighs 1
        for (event, discount), total in sums.items():
            assert named[f"ball {ball} {event}, γ = {discount:g}"][game] == pytest.approx(total, rel=1e-5)


def test_identities_of_the_labels():
    batch = PAPER.draw(np.random.default_rng(5), 300)
    positions, events = PAPER.play(*PAPER.start(np.random.default_rng(5), 300), 54)
    labels = batch.labels.reshape(300, 4, 14, 5)
    gone = np.isnan(positions[..., 0])  # [55, 300, 4]
    assert (labels[:, :, IN, 4].sum(axis=-1) == (~gone[5:]).sum(axis=0)).all()  # γ = 1: frames on the table
    assert (labels[..., 0] == events[4]).all()  # γ = 0: the very next frame
    assert (labels[:, :, POCKET, 4].sum(axis=-1) == (gone[-1] & ~gone[4])).all() and gone[-1].mean() > 0.1
    assert (np.diff(gone.astype(int), axis=0) >= 0).all()  # nobody comes back
    assert (np.diff(labels, axis=-1) >= -1e-6).all()  # more patience, larger counts
    assert (events[..., BALL].sum(axis=-1) != 1).all()  # it takes two
    alone = Billiard(balls=1).draw(np.random.default_rng(0), 50).labels.reshape(50, 14, 5)
    assert not alone[:, BALL].any() and alone[:, CUSHION].any()


# Starts and frames


def test_games_start_apart_and_in_motion():
    start, pushed = PAPER.start(np.random.default_rng(6), 3000)
    assert start.shape == pushed.shape == (3000, 4, 2)
    lengths = np.linalg.norm(start[:, :, None] - start[:, None], axis=-1)[:, ~np.eye(4, dtype=bool)]
    assert lengths.min() > 0.12 and np.abs(start).max() <= 0.44
    corners = np.array([[x, y] for x in (-0.5, 0.5) for y in (-0.5, 0.5)])
    assert np.linalg.norm(start[:, :, None] - corners, axis=-1).min() >= PAPER.pocket
    fast = np.linalg.norm(pushed, axis=-1)
    assert fast.max() <= 0.08 and fast.mean() == pytest.approx(0.04, abs=0.001)
    assert np.abs(start.mean(axis=(0, 1))).max() < 0.01 and np.abs(pushed.mean(axis=(0, 1))).max() < 0.002


def test_a_disc_by_hand():
    # 5 × 5 pixels of side 0.2, a ball of radius 0.2 in the middle of pixel (1, 3), which is at x = 0.2, y = 0.2. Its
    # edge is a pixel away: the middle is covered, the four next to it half (1 − 1 + 0.5), diagonal ones 1 − √2 + 0.5.
    task = table(1, radius=0.2, pixels=5)
    image = task.render(np.array([[[0.2, 0.2]]]))[0]
    d = 1.5 - math.sqrt(2)
    expected = [[0, 0, d, 0.5, d], [0, 0, 0.5, 1, 0.5], [0, 0, d, 0.5, d], [0] * 5, [0] * 5]
    assert image == pytest.approx(np.array(expected), abs=1e-6)


def test_balls_differ_in_brightness_and_cover_their_area():
    places = np.array([[-0.31, 0.2], [0.3, 0.22], [-0.2, -0.25], [0.27, -0.3]])
    for ball in range(4):
        only = np.where(np.arange(4)[:, None] == ball, places, np.nan)
        image = PAPER.render(only[None])[0]
        assert image.max() == pytest.approx((ball + 1) / 4, rel=1e-6)
        assert image.sum() == pytest.approx((ball + 1) / 4 * math.pi * (0.06 * 28) ** 2, rel=0.05)
        middle = (np.arange(28) + 0.5) / 28 - 0.5
        centre = np.array([image.sum(axis=0) @ middle, -image.sum(axis=1) @ middle]) / image.sum()
        assert centre == pytest.approx(places[ball], abs=0.003)
    whole = PAPER.render(places[None])[0]
    assert np.unique(whole[whole > 0.249]).max() == 1 and not PAPER.render(np.full((1, 4, 2), np.nan)).any()
    meeting = PAPER.render(np.array([[[np.nan] * 2, [np.nan] * 2, [0, 0], [0.06, 0]]]))[0]
    assert meeting.max() == 1  # where two discs meet, the brighter one shows: they do not add up
    assert PAPER.render(places[None] * [-1, 1])[0] == pytest.approx(whole[:, ::-1], abs=1e-6)


def test_frames_show_the_games_in_order():
    batch = PAPER.draw(np.random.default_rng(7), 9)
    positions, _ = PAPER.play(*PAPER.start(np.random.default_rng(7), 9), 4)
    assert batch.inputs.shape == (9, 28, 28, 5) == (9, *PAPER.input_shape) and batch.inputs.dtype == np.float32
    assert batch.labels.shape == (9, 280) and batch.labels.dtype == np.float32
    for frame in range(5):
        assert (batch.inputs[..., frame] == PAPER.render(positions[frame])).all()
    assert batch.inputs.min() == 0 and batch.inputs.max() <= 1
    small = Billiard.laptop().draw(np.random.default_rng(7), 3)
    assert small.inputs.shape == (3, 16, 16, 5) and small.labels.shape == (3, 140)
    assert PAPER.draw(np.random.default_rng(7), 0).labels.shape == (0, 280)


def test_equal_seeds_draw_equal_batches():
    first, again, other = (PAPER.draw(np.random.default_rng(seed), 3) for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True)) and (first.labels != other.labels).any()
    assert Billiard() == PAPER and hash(Billiard()) == hash(PAPER)


def test_play_leaves_its_arguments_alone():
    start, pushed = PAPER.start(np.random.default_rng(8), 4)
    kept = start.copy(), pushed.copy()
    PAPER.play(start, pushed, 30)
    assert (start == kept[0]).all() and (pushed == kept[1]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"balls": 0}, "at least one of each"),
        ({"discounts": ()}, "at least one of each"),
        ({"friction": 1.5}, "from 0 to 1"),
        ({"discounts": (0.5, -0.1)}, "from 0 to 1"),
        ({"speed": -0.1}, "0 or more"),
        ({"pocket": 0.5}, "below 0.5"),
        ({"radius": 0.0}, "radius above 0"),
        ({"balls": 20}, "give fewer"),
        ({"speed": 0.5}, "raise substeps=8"),
    ],
)
def test_impossible_tables_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Billiard(**settings)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"give \[N, 4, 2\] for both"):
        PAPER.play(np.zeros((1, 3, 2)), np.zeros((1, 3, 2)), 1)
    with pytest.raises(ValueError, match="for both"):
        PAPER.play(np.zeros((1, 4, 2)), np.zeros((2, 4, 2)), 1)
