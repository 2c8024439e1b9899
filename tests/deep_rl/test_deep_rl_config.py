import dataclasses

import pytest

from course_lib.common.command import parser
from course_lib.deep_rl.config import POLICY_LADDER, VALUE_LADDER, PolicyConfig, RecurrentConfig, ValueConfig, rung
from course_lib.deep_rl.environment import make_worlds
from course_lib.deep_rl.replay import Replay
from course_lib.deep_rl.training import SYSTEMS


def test_the_published_values():
    """Hessel et al. 2018, table 4, for DQN with Adam; Kapturowski et al. 2019, table 2; Schulman et al. 2017, table 5."""
    dqn, r2d2, ppo = ValueConfig.paper(), RecurrentConfig.paper(), PolicyConfig.paper()
    assert (dqn.learning_rate, dqn.adam_epsilon, dqn.batch_size, dqn.hidden) == (6.25e-5, 1.5e-4, 32, 512)
    assert (dqn.discount, dqn.clip_errors, dqn.clip_rewards, dqn.n_step) == (0.99, 1.0, True, 1)
    assert dqn.replay * dqn.worlds == 1_000_000 and dqn.updates * dqn.rows * dqn.worlds == 50_000_000
    assert dqn.rows * dqn.worlds / dqn.batches == 4  # steps to each gradient step
    assert (r2d2.worlds, r2d2.burn_in, r2d2.unroll, r2d2.stride, r2d2.n_step) == (256, 40, 80, 40, 5)
    assert (r2d2.discount, r2d2.alpha, r2d2.beta, r2d2.last_beta, r2d2.batch_size) == (0.997, 0.9, 0.6, 0.6, 64)
    assert (r2d2.learning_rate, r2d2.adam_epsilon, r2d2.recurrent, r2d2.rescale) == (1e-4, 1e-3, True, True)
    assert r2d2.target_every * r2d2.batches == pytest.approx(2500, rel=0.01)
    assert (ppo.steps, ppo.worlds, ppo.epochs, ppo.minibatches, ppo.clip) == (128, 8, 3, 4, 0.1)
    assert (ppo.learning_rate, ppo.discount, ppo.gae_lambda, ppo.entropy_weight) == (2.5e-4, 0.99, 0.95, 0.01)
    assert ppo.value_weight / 2 == 1  # ours is a half of the square
    assert ppo.updates * ppo.steps * ppo.worlds == pytest.approx(10_000_000, rel=1e-3)


def every():
    """All configurations that are shipped."""
    made = {
        f"{kind.__name__} {name}": getattr(kind, name)()
        for kind in (ValueConfig, RecurrentConfig)
        for name in ("laptop", "paper")
    }
    return made | {f"rung {name}": rung(ValueConfig.laptop(), VALUE_LADDER, name) for name in VALUE_LADDER}


@pytest.mark.parametrize("config", every().values(), ids=every())
def test_what_is_shipped_fits_its_replay(config):
    """Windows fit, the warm-up is kept and brings windows enough to draw from."""
    small = make_worlds("TMaze-3", 1)
    replay = Replay(config.replay, small, config.window, config.stride)
    assert replay.window == config.window
    assert config.window <= config.warm_up - 4 < config.replay


def test_each_rung_is_one_setting_more():
    """The one before with the settings of its own, and nothing else; REINFORCE first and PPO last."""
    for start, ladder in ((ValueConfig.laptop(), VALUE_LADDER), (PolicyConfig.laptop(), POLICY_LADDER)):
        config = start
        for name, settings in ladder.items():
            config = dataclasses.replace(config, **settings)
            assert rung(start, ladder, name) == config
    dqn, r2d2 = (rung(ValueConfig.laptop(), VALUE_LADDER, name) for name in ("DQN", "R2D2"))
    assert (dqn.double, dqn.dueling, dqn.n_step, dqn.alpha, dqn.ladder, dqn.recurrent) == (
        False,
        False,
        1,
        0,
        False,
        False,
    )
    assert (r2d2.double, r2d2.dueling, r2d2.n_step, r2d2.alpha, r2d2.ladder, r2d2.recurrent) == (
        True,
        True,
        10,
        0.6,
        True,
        True,
    )
    first, last = (rung(PolicyConfig.laptop(), POLICY_LADDER, name) for name in ("REINFORCE", "PPO"))
    assert (first.whole_episodes, first.baseline, first.gae_lambda, first.clip) == (True, False, 1, 0)
    assert last == PolicyConfig.laptop()


def test_a_rung_that_is_none_is_refused():
    with pytest.raises(ValueError, match="rung 'C51' is not known: use DQN, double, dueling"):
        rung(ValueConfig(), VALUE_LADDER, "C51")


def test_windows():
    """n + 1 rows for a transition; burn-in, what is learnt from and n more for a sequence, half of what is learnt apart."""
    assert (ValueConfig(n_step=3).window, ValueConfig(n_step=3, unroll=9).stride) == (4, 1)
    config = ValueConfig(recurrent=True, burn_in=2, unroll=8, n_step=3)
    assert (config.window, config.stride) == (13, 4)


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        *((ValueConfig, {name: 0}, f"{name}=0: it has to be 1 or more.") for name in (
            "worlds", "hidden", "n_step", "unroll", "replay", "rows", "batches", "batch_size", "target_every", "evaluate_every",
            "evaluate_on", "checkpoint_every",
        )),
        (ValueConfig, {"alpha": 1.5}, "alpha=1.5: it has to be 0 to 1."),
        (ValueConfig, {"beta": -0.1}, "beta=-0.1"),
        (ValueConfig, {"epsilon": 2.0}, "epsilon=2.0"),
        (ValueConfig, {"discount": 1.01}, "discount=1.01"),
        (ValueConfig, {"recurrent": True, "unroll": 14, "replay": 701}, "sequences begin every 7 rows"),
        (ValueConfig, {"warm_up": 10}, "warm_up=10: play 15 rows or more"),
        (ValueConfig, {"replay": 50}, "replay=50 never holds the 100 rows of the warm-up"),
        (ValueConfig, {"burn_in": -1}, "burn_in=-1: it has to be 0 or more"),
        *((PolicyConfig, {name: 0}, f"{name}=0: it has to be 1 or more.") for name in (
            "worlds", "hidden", "steps", "epochs", "minibatches", "evaluate_every", "evaluate_on", "checkpoint_every",
        )),
        (PolicyConfig, {"gae_lambda": 1.1}, "gae_lambda=1.1"),
        (PolicyConfig, {"clip": -0.1}, "clip=-0.1"),
        (PolicyConfig, {"baseline": False}, "set whole_episodes"),
        (PolicyConfig, {"minibatches": 3}, "8 × 128 rows cannot be shared by 3 minibatches alike."),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(kind, change, says):
    """With what was given and what is allowed."""
    with pytest.raises(ValueError) as error:
        kind(**change)
    assert says in str(error.value)


@pytest.mark.parametrize("name", ["dqn", "r2d2", "ppo"])
def test_the_command_line_describes_every_field(name, capsys):
    """Each option with what the docstring says of it."""
    with pytest.raises(SystemExit):
        parser(SYSTEMS).parse_args([name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for field in dataclasses.fields(SYSTEMS[name].config):
        assert "--" + field.name.replace("_", "-") in said
    assert (
        "gradient steps of each epoch" if name == "ppo" else "exponent of the priorities; 0 draws all alike"
    ) in said
    assert "--profile" in said
