"""Steps, updates and draws of a deep agent in a second, beside Stable-Baselines3's in the same run.

The peer needs PyTorch, which the course does not: it lives in an environment of its own, where this file is run as a
worker (it imports nothing of the course then). Both take turns, and each is timed by its own processor time, on one
thread; medians. What is measured is what training calls:

- Steps: choose actions, step 8 or 32 worlds, keep what came. Atari's frames come from ALE's vector environment here, and from
  the peer's own wrappers there.
- Updates: draw batches, then a gradient step on each. The networks, the batches, the loss (clipped errors, one step, plain
  targets) and Adam are the same.
- Draws: from a full replay, as training asks for them: many batches at once here, each by itself there. The rows "one
  batch" hold them against each other at the same number. Ours draws by the sum tree even where all are alike; what is
  prioritised gets new priorities, too. The peer has no prioritised replay and none of sequences.

    python -m benchmarks.deep_rl --make-peer FOLDER                # once; it downloads PyTorch
    python -m benchmarks.deep_rl --peer FOLDER/bin/python          # [--quick]
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
import venv

WORLDS, DISCOUNT, EPSILON = 8, 0.99, 0.05
PACKAGES = ("stable-baselines3", "gymnasium", "ale-py", "opencv-python-headless")
# Wheels without CUDA, where pip is told of an index that has them; else those of PyPI, which on Linux are for a GPU, too.
TORCHES = ("torch==2.13.0+cpu", "torch")
CARTPOLE, PONG = "CartPole-v1", "ALE/Pong-v5"
NUMBERS, FRAMES = {"shape": [4], "rows": 12_480}, {"shape": [84, 84, 4], "rows": 2000}

# {name: (what it is, its settings)}
FULL = {
    "CartPole: steps, 8 worlds": ("steps", {"env": CARTPOLE, "calls": 250}),
    "CartPole: steps, 32 worlds": ("steps", {"env": CARTPOLE, "worlds": 32, "calls": 150}),
    "CartPole: updates, batch 64": ("updates", {"env": CARTPOLE, "batch": 64, "together": 8, "calls": 20}),
    "Pong: steps, 8 worlds": ("steps", {"env": PONG, "calls": 40}),
    "Pong: updates, batch 32": ("updates", {"env": PONG, "batch": 32, "together": 2, "calls": 2}),
    "Numbers: uniform, 8 × 64": ("draws", NUMBERS | {"batch": 64, "together": 8, "calls": 100}),
    "Numbers: uniform, one batch": ("draws", NUMBERS | {"batch": 64, "together": 1, "calls": 400}),
    "Numbers: prioritised, 8 × 64": ("draws", NUMBERS | {"batch": 64, "together": 8, "calls": 100, "alpha": 0.6}),
    "Numbers: rows of sequences of 80": ("draws", NUMBERS | {"batch": 32, "together": 2, "calls": 20, "sequences": 80}),
    "Frames: uniform, 2 × 32": ("draws", FRAMES | {"batch": 32, "together": 2, "calls": 40}),
    "Frames: uniform, one batch": ("draws", FRAMES | {"batch": 32, "together": 1, "calls": 80}),
    "Frames: prioritised, 2 × 32": ("draws", FRAMES | {"batch": 32, "together": 2, "calls": 40, "alpha": 0.6}),
    "Frames: rows of sequences of 80": ("draws", FRAMES | {"batch": 8, "together": 2, "calls": 2, "sequences": 80}),
}
SMALL = {"shape": [4], "rows": 160, "batch": 4, "together": 2, "calls": 1}
QUICK = {
    "CartPole: steps": ("steps", {"env": CARTPOLE, "calls": 2}),
    "CartPole: updates, batch 4": ("updates", {"env": CARTPOLE, "batch": 4, "together": 2, "calls": 1}),
    "Numbers: uniform, 2 × 4": ("draws", SMALL),
    "Frames: prioritised, 2 × 4": ("draws", SMALL | {"shape": [12, 12, 4], "alpha": 0.6}),
    "Frames: rows of sequences of 8": ("draws", SMALL | {"shape": [12, 12, 4], "sequences": 8}),
}


class Ours:
    """Make what is measured of the course, as a function of no arguments: one call of what training calls."""

    def __init__(self):
        from course_lib.common import devices

        devices.set_up("float32", threads=1)

    def system(self, env, batch=64, together=8, worlds=WORLDS):
        """DQN as the peer has it, with a little replay already filled."""
        from course_lib.deep_rl.config import ValueConfig
        from course_lib.deep_rl.value_training import make

        config = ValueConfig(
            env=env, worlds=worlds, hidden=512 if env == PONG else 64, double=False, dueling=False, n_step=1,
            epsilon=EPSILON, anneal=0, discount=DISCOUNT, clip_rewards=env == PONG, clip_errors=1.0, clip_norm=10.0,
            replay=2000, warm_up=250, batches=together, batch_size=batch,
        )  # fmt: skip
        made = make(config)
        made.update(0)
        return made

    def steps(self, env, worlds=WORLDS):
        """One step in every world."""
        import numpy as np

        made, rng = self.system(env, worlds=worlds), np.random.default_rng(0)
        return lambda: made.play_row(1, rng)

    def updates(self, env, batch, together):
        """Some gradient steps."""
        import numpy as np

        made, rng = self.system(env, batch, together), np.random.default_rng(0)
        return lambda: made._learn(1, rng)

    def draws(self, shape, rows, batch, together, alpha=0.0, sequences=0):
        """What comes before a gradient step, and the priorities behind it."""
        import numpy as np

        from course_lib.deep_rl.priorities import importance_weights, priorities
        from course_lib.deep_rl.replay import Replay

        rng = np.random.default_rng(0)
        replay = filled(Replay, shape, rows, rng, sequences)
        draw, count = replay.sequences if sequences else replay.transitions, batch * together
        errors = rng.normal(size=count)

        def call():
            numbers, probabilities = replay.draw(count, rng)
            weights = importance_weights.current(probabilities, replay.tree.positive, 0.4)
            draw(numbers, weights, DISCOUNT)
            if alpha:
                replay.set_priorities(numbers, priorities.current(errors, alpha))

        return call


def filled(kind, shape, rows, rng, sequences):
    """A full replay of made-up rows."""
    from types import SimpleNamespace

    import numpy as np

    from course_lib.deep_rl.environment import Step

    stack, dtype = (4, np.uint8) if len(shape) > 1 else (1, np.float32)
    worlds = SimpleNamespace(count=WORLDS, stack=stack, shape=tuple(shape), dtype=np.dtype(dtype))
    sizes = {"window": sequences, "stride": sequences // 2, "state_size": 64} if sequences else {}
    replay = kind(rows, worlds, **sizes)
    states, ended = np.zeros((2, WORLDS, 64 if sequences else 0)), np.zeros(WORLDS, bool)
    seen = rng.integers(256, size=(16, WORLDS, *shape)).astype(dtype)
    for row in range(rows + sequences + 2):
        first, ended = ended, rng.random(WORLDS) < 0.01
        step = Step(seen[row % 16], np.ones(WORLDS, np.float32), ended & ~first, np.zeros(WORLDS, bool), first)
        replay.add(seen[(row - 1) % 16], first, states, rng.integers(2, size=WORLDS), step)
    return replay


class Theirs:
    """The same of Stable-Baselines3; run in its own environment."""

    def __init__(self):
        import torch

        torch.set_num_threads(1)

    def model(self, env, batch=64, count=WORLDS):
        """DQN; with networks, loss and optimizer as they are by default."""
        from stable_baselines3 import DQN
        from stable_baselines3.common.env_util import make_atari_env, make_vec_env
        from stable_baselines3.common.vec_env import VecFrameStack

        if env == PONG:
            import ale_py
            import gymnasium

            gymnasium.register_envs(ale_py)
            worlds = VecFrameStack(
                make_atari_env(
                    env, count, 0, env_kwargs={"frameskip": 1, "repeat_action_probability": 0.0},
                    wrapper_kwargs={"terminal_on_life_loss": False},
                ),
                4,
            )  # fmt: skip
        else:
            worlds = make_vec_env(env, count, 0)
        model = DQN(
            "CnnPolicy" if env == PONG else "MlpPolicy", worlds, buffer_size=2000 * count, batch_size=batch, seed=0,
            exploration_initial_eps=EPSILON, exploration_final_eps=EPSILON, gamma=DISCOUNT, device="cpu",
            train_freq=(1, "step"),
        )  # fmt: skip
        _, self.callback = model._setup_learn(10**9)
        self.callback.on_training_start({}, {})
        for _ in range(250):
            self.step(model)
        return model

    def step(self, model):
        """What `learn` calls to play."""
        model.collect_rollouts(model.env, self.callback, model.train_freq, model.replay_buffer)

    def steps(self, env, worlds=WORLDS):
        """One step in every world."""
        model = self.model(env, count=worlds)
        return lambda: self.step(model)

    def updates(self, env, batch, together):
        """Some gradient steps."""
        model = self.model(env, batch)
        return lambda: model.train(together, batch)

    def draws(self, shape, rows, batch, together):
        """Batches, one after the other."""
        import numpy as np
        from gymnasium import spaces
        from stable_baselines3.common.buffers import ReplayBuffer

        rng, frames = np.random.default_rng(0), len(shape) > 1
        shape = [shape[-1], *shape[:-1]] if frames else shape  # PyTorch has the channels first
        low, high, dtype = (0, 255, np.uint8) if frames else (-np.inf, np.inf, np.float32)
        space = spaces.Box(low, high, tuple(shape), dtype)
        buffer = ReplayBuffer(rows * WORLDS, space, spaces.Discrete(2), "cpu", n_envs=WORLDS)
        seen = rng.integers(256, size=(16, WORLDS, *shape)).astype(dtype)
        for row in range(rows):
            done = (rng.random(WORLDS) < 0.01).astype(np.float32)
            actions = rng.integers(2, size=WORLDS)
            buffer.add(seen[(row - 1) % 16], seen[row % 16], actions, np.ones(WORLDS), done, [{}] * WORLDS)

        def call():
            for _ in range(together):
                buffer.sample(batch)

        return call


class Timer:
    """Make what is asked for when it is first asked for, and time it.

    Args:
      side: `Ours` or `Theirs`.
    """

    def __init__(self, side):
        self.side, self.name, self.call = side, None, None

    def seconds(self, name, kind, settings):
        """Processor time of one call, the mean of `calls` of them; the first time, only make it and warm it up."""
        settings = dict(settings)
        calls = settings.pop("calls")
        if name != self.name:
            self.call = None  # one replay at a time
            self.name, self.call = name, getattr(self.side, kind)(**settings)
            for _ in range(min(calls, 3)):
                self.call()
            return 0.0
        start = time.process_time()
        for _ in range(calls):
            self.call()
        return (time.process_time() - start) / calls


class Peer:
    """A `Timer` in another process.

    Args:
      python: that of the peer's environment.
    """

    def __init__(self, python):
        one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [python, "-W", "ignore", __file__, "--worker"], env=os.environ | one, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip

    def seconds(self, *job):
        """As `Timer.seconds`."""
        answer = ""
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(job), file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The peer gave up: {' '.join(self.process.args)} says above why.")
        return json.loads(answer)


def work():
    """Answer jobs from the standard input with seconds, each in a line of JSON."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever libraries say goes elsewhere
    timer = Timer(Theirs())
    for line in sys.stdin:
        print(json.dumps(timer.seconds(*json.loads(line))), file=answers, flush=True)


def compare(ours, peer, jobs, repeats):
    """Take turns.

    Args:
      ours, peer: each has `seconds`; the peer is None where there is none.
      jobs: as `FULL`.
      repeats: turns of each.

    Returns:
      {name: (ours a second, the peer's, or None where it has no such thing)}.
    """
    found = {}
    for name, (kind, settings) in jobs.items():
        sides = [ours, peer] if peer and not {"alpha", "sequences"} & set(settings) else [ours]
        for side in sides:
            side.seconds(name, kind, settings)
        times = [[side.seconds(name, kind, settings) for side in sides] for _ in range(repeats)]
        rates = [things(kind, **settings) / statistics.median(column) for column in zip(*times, strict=True)]
        found[name] = (*rates, None)[:2]
    return found


def things(kind, batch=0, together=1, sequences=1, worlds=WORLDS, **others):
    """What one call does: steps of all worlds, gradient steps, or rows that are drawn."""
    return {"steps": worlds, "updates": together, "draws": batch * together * sequences}[kind]


def show(rates, beside):
    """Make the table."""
    from rich.table import Table

    table = Table(title="In a second of processor time, one thread", title_justify="left")
    for column in ("", "ours", "Stable-Baselines3", "×"):
        table.add_column(column, justify="right" if column else "left")
    for name, (ours, theirs) in rates.items():
        other = ("has none" if beside else "—", "") if theirs is None else (f"{theirs:,.0f}", f"{ours / theirs:.1f}")
        table.add_row(name, f"{ours:,.0f}", *other)
    return table


def make_peer(folder):
    """Make an environment with Stable-Baselines3.

    Returns:
      Its Python.
    """
    venv.create(folder, with_pip=True)
    python = os.path.join(folder, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
    for torch in TORCHES:
        if subprocess.run([python, "-m", "pip", "install", "--quiet", torch, *PACKAGES]).returncode == 0:
            return python
    raise SystemExit(f"The peer could not be installed in {folder}: pip says above why.")


def main():
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="A deep agent's speed, beside Stable-Baselines3.")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: a test of the benchmark itself")
    parser.add_argument("--peer", metavar="PYTHON", help="the Python of the peer's environment")
    parser.add_argument("--make-peer", metavar="FOLDER", help="make that environment, and stop")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows with this in their name")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        return work()
    if asked.make_peer:
        return print(f"Now: {sys.executable} -m benchmarks.deep_rl --peer {make_peer(asked.make_peer)}")
    from rich.console import Console

    jobs = {name: job for name, job in (QUICK if asked.quick else FULL).items() if asked.only in name}
    peer = Peer(asked.peer) if asked.peer else None
    rates = compare(Timer(Ours()), peer, jobs, 1 if asked.quick else 7)
    Console(width=110).print(show(rates, bool(peer)))


if __name__ == "__main__":
    main()
