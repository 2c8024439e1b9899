"""Every check is proven: it rejects each catalogued mistake by the claim that names it, and passes right answers."""

import importlib
import pathlib

import pytest
from catalogue import RIGHT, WRONG

import course_lib
from course_lib.workbook import claims_of, examine, exercises

HERE = pathlib.Path(__file__).parent
course_lib.wings()
EXERCISES = {name: e for name, e in exercises().items() if e.package.startswith("course_lib.")}
for path in sorted(HERE.glob("*.py")):
    if not path.stem.startswith("test_"):
        importlib.import_module(path.stem)


def cases(catalogue):
    return [
        pytest.param(name, entry, id=f"{name}-{getattr(entry, 'answer', entry).__name__}")
        for name in sorted(catalogue)
        for entry in catalogue[name]
    ]


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]  # a check draws its cases at random


@pytest.mark.parametrize("name, wrong", cases(WRONG))
def test_a_wrong_answer_is_rejected_by_the_claim_that_names_it(name, wrong):
    result = examine(EXERCISES[name], wrong.answer, whole=False)
    assert result.status in ("wrong", "crashed", "timed out"), result
    assert result.first.claim.name == wrong.claim and wrong.says in result.message, result
    assert result.score < result.total


@pytest.mark.parametrize("name, answer", cases(RIGHT))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_answer_written_differently_passes(name, answer, seed):
    result = examine(EXERCISES[name], answer, seed)
    assert result.status == "accepted", result


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_its_mistakes_catalogued(name):
    assert len(WRONG[name]) >= 4 and RIGHT[name], f"{name}: at least four wrong answers and a right one"
    assert len({wrong.says for wrong in WRONG[name]}) >= 3, f"{name}: the messages should tell the mistakes apart"


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_librarys_own_version_passes_its_check(name, seed):
    result = examine(EXERCISES[name], EXERCISES[name].reference, seed)
    assert result.status == "accepted", result
    assert len({claim.sentence for claim in claims_of(EXERCISES[name])}) == len(claims_of(EXERCISES[name]))
