"""Playing whole episodes, to measure an agent."""

import numpy as np

from course_lib.deep_rl.environment import make_worlds

LIMIT = 30_000  # steps; nothing here takes longer


def play_episodes(config, agent, seed, epsilon=0.0, **frames):
    """Let an agent play one episode in each of its worlds.

    One in each: to count the first that end would count short ones more often.

    Args:
      config: has `env`.
      agent: with `count`, `forget()`, `act(observations, first, epsilon, rng)` and `see(rewards)`.
      seed: seed of worlds and actions, an int or a list of them.
      epsilon: share of random actions.
      frames: `pixels` and `stack` of Atari's frames, as `make_worlds` takes them.

    Returns:
      The returns, [N].
    """
    rng = np.random.default_rng(seed)
    worlds = make_worlds(config.env, agent.count, rng.integers(2**31), **frames)
    agent.forget()
    returns, running = np.zeros(agent.count), np.ones(agent.count, bool)
    for _ in range(LIMIT):
        step = worlds.step(agent.act(worlds.observations, worlds.first, epsilon, rng))
        returns += step.rewards * running
        agent.see(step.rewards)
        running &= ~(step.terminated | step.truncated)
        if not running.any():
            break
    worlds.close()
    return returns
