"""Playing whole episodes, to measure an agent."""

import numpy as np

from course_lib.deep_rl.environment import make_worlds

LIMIT = 30_000  # steps; nothing here takes longer


def play_episodes(config, agent, seed, epsilon=0.0, measure=None, **frames):
    """Let an agent play one episode in each of its worlds.

    One in each: to count the first that end would count short ones more often.

    Args:
      config: has `env`.
      agent: with `count`, `forget()`, `act(observations, first, epsilon, rng)` and `see(step)`.
      seed: seed of worlds and actions, an int or a list of them.
      epsilon: share of random actions.
      measure: name of something that the worlds count, as "cells" of mazes, to measure that in place of returns.
      frames: `pixels` and `stack` of Atari's frames, as `make_worlds` takes them.

    Returns:
      The returns, or what was counted by the end of the episodes, [N].
    """
    rng = np.random.default_rng(seed)
    worlds = make_worlds(config.env, agent.count, rng.integers(2**31), **frames)
    agent.forget()
    (returns, counts), running = np.zeros((2, agent.count)), np.ones(agent.count, bool)
    for _ in range(LIMIT):
        step = worlds.step(agent.act(worlds.observations, worlds.first, epsilon, rng))
        returns += step.rewards * running
        counts = np.where(running, worlds.infos[measure], counts) if measure else counts
        agent.see(step)
        running &= ~(step.terminated | step.truncated)
        if not running.any():
            break
    worlds.close()
    return counts if measure else returns
