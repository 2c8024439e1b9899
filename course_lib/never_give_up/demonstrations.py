"""What each idea of the chapter does, in small."""

import numpy as np

from course_lib.common import devices
from course_lib.deep_rl.hard_worlds import DiscoMaze
from course_lib.deep_rl.learner import Learner
from course_lib.never_give_up.embedding import InverseDynamics
from course_lib.never_give_up.novelty import DynamicsLoss, Pairs


def moves(world, count, rng):
    """Pairs of frames between which a walker moved, in a new maze each time it walked into a wall.

    Args:
      world: a `DiscoMaze`.
      count: how many, at least.
      rng: a `numpy.random.Generator`.

    Returns:
      (before uint8 [B, size, size, 3], after, actions int32 [B]).
    """
    found, total = [], 0
    while total < count:
        before, place = world.see(), world.place.copy()
        began = world.steps.copy()
        actions = rng.integers(4, size=world.num_envs).astype(np.int32)
        after, *_ = world.step(actions)
        moved = (world.place != place).any(axis=1) & (world.steps == began + 1)
        found.append((before[moved], after[moved], actions[moved]))
        total += int(moved.sum())
    return [np.concatenate(parts)[:count] for parts in zip(*found, strict=True)]


def embed(size=9, updates=400, batch=128, seed=0, report=lambda done: None):
    """Learn to tell the actions of a random walk through mazes whose walls flash.

    Args:
      size: of the mazes.
      updates: gradient steps, each on new pairs.
      batch: pairs of each.
      seed: of everything that is random.
      report: called with the number of updates done.

    Returns:
      (the trained `InverseDynamics`, an untrained one, the losses [updates]).
    """
    devices.seed_everything(seed)
    world, rng = DiscoMaze(4 * batch, size), np.random.default_rng(seed)
    world.reset(seed=seed)
    trained, untrained = (InverseDynamics((size, size, 3), 4) for _ in range(2))
    for network in (trained, untrained):
        network.build()
    learner, losses = Learner(trained, DynamicsLoss(trained), 1e-3), []
    for done in range(updates):
        before, after, actions = moves(world, batch, rng)
        given = Pairs(before, after, actions, np.ones(batch, np.float32))
        measured, _ = learner.update(Pairs(*(part[:, None] for part in given)))
        losses.append(float(measured["embedding loss"]))
        report(done + 1)
    return trained, untrained, np.array(losses)


def accuracy(network, size, count=2000, seed=1):
    """The share of actions that a network tells rightly, in mazes that it has not seen."""
    world = DiscoMaze(256, size)
    world.reset(seed=seed)
    before, after, actions = moves(world, count, np.random.default_rng(seed))
    each = [network.losses_of(before, after, np.full(count, action, np.int32)).numpy() for action in range(4)]
    return float((np.argmin(each, axis=0) == actions).mean())


def distances(network, size, mazes=100, seed=2):
    """How far embeddings of a maze are apart: of the same cell in other lights, and of different cells.

    Args:
      network: an `InverseDynamics`.
      size: of the mazes.
      mazes: how many.
      seed: of the mazes.

    Returns:
      (distances of the same cells, of different cells), [mazes] each.
    """
    world, rng = DiscoMaze(mazes, size), np.random.default_rng(seed)
    world.reset(seed=seed)
    first, again = network(world.see()).numpy(), network(world.see()).numpy()
    for copy in range(mazes):
        free = np.argwhere(~world.walls[copy])
        others = free[(free != world.place[copy]).any(axis=1)]
        world.place[copy] = others[rng.integers(len(others))]
    elsewhere = network(world.see()).numpy()
    return np.linalg.norm(first - again, axis=1), np.linalg.norm(first - elsewhere, axis=1)


def area_under_curve(same, different):
    """The chance that a distance of the same is smaller than one of different ones; half of it where they are equal."""
    below = (same[:, None] < different[None]).mean()
    return float(below + 0.5 * (same[:, None] == different[None]).mean())
