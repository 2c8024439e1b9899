import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import mdp

rewards = st.lists(st.floats(-10, 10), max_size=20)


def test_literal():
    # 1 + 0.5 * 2 + 0.25 * 4 = 3: the first reward is not discounted
    assert mdp.discounted_return([1.0, 2.0, 4.0], 0.5) == 3.0
    assert mdp.discounted_return(np.array([1.0, 2.0, 4.0]), 0.5) == 3.0


@given(st.floats(-10, 10), rewards, st.floats(0, 1))
def test_is_the_first_reward_plus_the_discounted_rest(first, rest, discount):
    expected = first + discount * mdp.discounted_return(rest, discount)
    assert mdp.discounted_return([first, *rest], discount) == pytest.approx(expected)


@given(rewards)
def test_discount_1_sums_and_discount_0_sees_one_step(given):
    assert mdp.discounted_return(given, 1.0) == pytest.approx(sum(given))
    assert mdp.discounted_return([7.0, *given], 0.0) == 7.0


def test_a_constant_reward_tends_to_the_geometric_series():
    assert mdp.discounted_return(np.ones(2000), 0.99) == pytest.approx(1 / (1 - 0.99))


def test_no_rewards_are_worth_nothing():
    result = mdp.discounted_return([], 0.9)
    assert result == 0.0 and isinstance(result, float)
