"""A test that finds a meta-controller which does not forget."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def log_is_of_a_window(members, returns, count, window, bonus):
    """Say whether somebody's controller chose every episode by the sliding-window UCB of `choose_member`.

    Before each episode the choice must be one of the best by what was known then; where several are equally good, any of
    them will do, as will anyone who has not played in the window, as long as there is one.

    Args:
      members: j of every episode as it was chosen, int [K].
      returns: what each came to, [K].
      count: N.
      window: τ.
      bonus: β.

    Returns:
      True or False.
    """
    for k in range(len(members)):
        before, results = members[max(k - window, 0) : k], returns[max(k - window, 0) : k]
        played = np.bincount(before, minlength=count)
        if not played.all():
            if played[members[k]]:
                return False
            continue
        values = np.bincount(before, results, minlength=count) / played + bonus * np.sqrt(1 / played)
        if values[members[k]] < values.max() - 1e-6:
            return False
    return True
