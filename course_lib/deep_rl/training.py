"""What `python -m course_lib train` can train here: `dqn`, `r2d2` and `ppo`."""

from course_lib.common.training import System
from course_lib.deep_rl import policy_training, value_training
from course_lib.deep_rl.config import PolicyConfig, RecurrentConfig, ValueConfig

SYSTEMS = {
    "dqn": System(ValueConfig, value_training.train),
    "r2d2": System(RecurrentConfig, value_training.train),
    "ppo": System(PolicyConfig, policy_training.train),
}
