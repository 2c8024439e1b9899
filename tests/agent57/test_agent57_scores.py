"""The scores of the games against totals that were published elsewhere than the scores."""

import numpy as np
import pytest

from course_lib.agent57.scores import GAMES, SCORES, human_normalised

GAMES_NAMED, AGENTS = human_normalised()


def test_each_agent_has_a_score_on_each_game():
    assert len(set(GAMES_NAMED)) == GAMES == 57
    assert all(len(each) == GAMES and np.isfinite(each).all() for each in AGENTS.values())
    assert list(AGENTS) == ["DQN", "R2D2", "NGU", "MuZero", "Agent57"]


@pytest.mark.parametrize(
    "agent, mean, median",  # DQN: Wang et al. 2016, table 1; the others: the abstract or tables of their own papers
    [("DQN", 227.9, 79.1), ("R2D2", 4024.9, 1920.6), ("MuZero", 4999.2, 2041.1), ("Agent57", 4766.25, 1933.49)],
)
def test_means_and_medians_are_the_published_ones(agent, mean, median):
    assert AGENTS[agent].mean() == pytest.approx(mean, rel=2e-3)
    assert np.median(AGENTS[agent]) == pytest.approx(median, rel=2e-3)


@pytest.mark.parametrize("agent", ["MuZero", "Agent57"])
def test_capped_means_and_counts_are_those_of_the_table(agent):
    """Of R2D2 and NGU the table has runs of Agent57's authors, not those of the agents' own papers."""
    printed = next(score for score in SCORES if score.agent == agent)
    assert np.clip(AGENTS[agent], 0, 100).mean() == pytest.approx(printed.capped_mean, abs=0.005)
    assert (AGENTS[agent] > 100).sum() == printed.above_human


def test_ngu_on_the_games_that_it_was_made_for():
    """Montezuma's Revenge 10.4 and Private Eye 100 thousand points, as in the text of Badia et al. 2020a."""
    scores = dict(zip(GAMES_NAMED, AGENTS["NGU"], strict=True))
    assert scores["Montezuma's Revenge"] == pytest.approx(100 * 10_400 / 4753.3)
    assert scores["Private Eye"] == pytest.approx(100 * (100_000 - 24.9) / (69_571.3 - 24.9))


def test_the_fifth_percentile_of_agent57():
    assert np.percentile(AGENTS["Agent57"], 5) == pytest.approx(116.67, abs=0.01)
