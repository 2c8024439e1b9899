from types import SimpleNamespace

import pytest

from course_lib.common.fields import at_least, between, positive


def test_the_first_field_that_may_not_be_is_named():
    config = SimpleNamespace(one=1, half=0.5, none=0)
    positive(config, "one")
    between(config, 0, 1, "one", "half", "none")
    at_least(config, 0, "one", "half", "none")
    with pytest.raises(ValueError, match="half=0.5: it has to be 0.6 or more"):
        at_least(config, 0.6, "one", "half")
    with pytest.raises(ValueError, match="half=nan: it has to be 0 or more"):
        at_least(SimpleNamespace(half=float("nan")), 0, "half")
    with pytest.raises(ValueError, match="none=0: it has to be 1 or more"):
        positive(config, "one", "none")
    with pytest.raises(ValueError, match="half=0.5: it has to be 1 to 2"):
        between(config, 1, 2, "one", "half")
