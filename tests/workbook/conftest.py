import pytest
import toy_course.functions as toy_functions


@pytest.fixture
def toy():
    yield toy_functions
    for target in (
        toy_functions.rescale,
        toy_functions.mean_square,
        toy_functions.backward_returns,
        toy_functions.longest_rise,
    ):
        target.reset()
