import numpy as np
import pytest

from course_lib.agent57.bandits import ARMS, means_of, pull, regrets


def test_means_by_hand():
    """0, 1/7 … 1; from the second quarter on shifted by three, from the third by six, and so on."""
    np.testing.assert_allclose(means_of(0, 100, True), np.arange(8) / 7)
    for at, best in ((0, 7), (24, 7), (25, 2), (50, 5), (99, 0)):
        assert means_of(at, 100, True).argmax() == best and means_of(at, 100, False).argmax() == 7


def test_what_is_missed_is_added_up():
    """Each pull by what the best arm is worth more; every arm once, in order; the seed decides."""
    arms, regret = pull(60, 20, switching=True, seed=1)
    assert arms[:ARMS].tolist() == list(range(ARMS))
    missed = [means_of(k, 60, True).max() - means_of(k, 60, True)[arm] for k, arm in enumerate(arms)]
    np.testing.assert_allclose(regret, np.cumsum(missed))
    assert (
        arms.tolist()
        == pull(60, 20, switching=True, seed=1)[0].tolist()
        != pull(60, 20, switching=True, seed=2)[0].tolist()
    )


def test_a_window_loses_as_much_where_everything_changes_as_where_nothing_does():
    """Far less than by chance in both, which is ½ a pull; who never forgets loses little where nothing changes, and much more where it does."""
    lost = {case: found.mean() for case, found in regrets(range(3), 1200, (90, 1200)).items()}
    still, moving = lost[90, False], lost[90, True]
    assert max(still, moving) < 0.4 * 600 and max(still, moving) < 1.4 * min(still, moving), lost
    assert lost[1200, False] < 0.5 * still and lost[1200, True] > 2 * lost[1200, False], lost


def test_a_large_bonus_is_to_play_all_alike():
    """So large that returns do not matter: each arm as often as the others."""
    arms, regret = pull(64, 80, bonus=1e6)
    assert np.bincount(arms, minlength=ARMS).tolist() == [8] * 8 and regret[-1] == pytest.approx(0.5 * 64)
