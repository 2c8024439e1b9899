"""`check`: try a learner's answer against the claims, say what happened, and plug it in when all of them hold."""

import copy
import dataclasses
import time
import zlib

import numpy as np

from . import contexts
from .answer import Answer, Blank, Crashed
from .claims import Claim, ClaimFailed, claims_of, example_of, expect, require
from .exercise import Exercise, UsesLibraryAnswer
from .limits import TimedOut, limited
from .stopped import stopped_cell


@dataclasses.dataclass
class Outcome:
    """What came of one claim. `status` is "held", "wrong", "crashed", "timed out", "blank" or "not run"."""

    claim: Claim
    status: str
    likely: str = ""
    inputs: dict | None = None
    expected: object = None
    got: object = None


@dataclasses.dataclass
class Result:
    """What came of a check: `status` is "accepted", "blank", "wrong", "crashed" or "timed out"."""

    exercise: str
    outcomes: list
    function: object = None
    slowdown: float = 1.0
    slow: bool = False

    @property
    def first(self):
        """The first claim that does not hold, or None."""
        return next((outcome for outcome in self.outcomes if outcome.status != "held"), None)

    @property
    def status(self):
        return self.first.status if self.first else "accepted"

    @property
    def score(self):
        return sum(outcome.claim.weight for outcome in self.outcomes if outcome.status == "held")

    @property
    def total(self):
        return sum(outcome.claim.weight for outcome in self.outcomes)

    @property
    def message(self):
        if self.status == "accepted":
            return "Accepted: from now on the library runs on your version."
        return self.first.likely or self.first.claim.sentence

    def __repr__(self):
        from .cards import text_card

        return text_card(self)

    def _repr_html_(self):
        from .cards import html_card

        return html_card(self)


@dataclasses.dataclass(repr=False)
class Stopped(Result):
    """The cell with `@fill` stopped with `error`, so that there is nothing new to judge; `status` is "stopped"."""

    error: str = ""
    earlier: str = ""

    @property
    def status(self):
        return "stopped"

    @property
    def message(self):
        return (
            f"The cell with @fill stopped with {self.error}. So it handed nothing in, and there is nothing new to "
            f"check. Mend that cell, run it, then run this one again. {self.earlier}"
        ).rstrip()

    def __repr__(self):
        return f"✗ {self.exercise}: not handed in\n  {self.message}"

    def _repr_html_(self):
        from .cards import framed, html

        head = f'<b><span style="color:#D55E00">✗</span> {html.escape(self.exercise)}: not handed in</b>'
        return framed(f'<div>{head}</div><div style="margin-top:.4em">{html.escape(self.message)}</div>', "#D55E00")


def check(target):
    """Check the answer handed in with `@fill(target)`; accept it if every claim holds. Never raises on bad answers.

    Returns:
      A `Result` that shows itself as a card in a notebook and as text elsewhere.
    """
    if not isinstance(target, Exercise):
        raise TypeError(f"check() takes an exercise of the library, not {target!r}.")
    if error := stopped_cell(target):
        earlier = "The library still runs on your earlier version." if target.accepted else ""
        claims = [*claims_of(target), *_claims_of_context(target)]
        return Stopped(target.name, [Outcome(claim, "not run") for claim in claims], error=error, earlier=earlier)
    function = target.candidate or target.accepted
    result = examine(target, function)
    if result.status == "accepted":
        target.accept(function, result.slowdown)
    return result


def examine(target, function, seed=0, whole=True):
    """Try `function` against all claims on `target` in this process, without plugging it in.

    Args:
      target: the exercise.
      function: the candidate, or None where nothing was handed in.
      seed: every claim draws its random cases from this and its own name.
      whole: False looks no further than the first claim that does not hold.
    """
    answer = Answer(target, function)
    result = judge(answer, seed, whole)
    if result.status == "accepted":
        result.slowdown = _slowdown(answer)
        result.slow = result.slowdown > target.slow
    return result


def judge(answer, seed, whole=True):
    """Hold an `Answer` against all claims on its exercise and return the `Result`; see `examine` for `whole`."""
    outcomes = []

    def enough():
        return not whole and any(outcome.status != "held" for outcome in outcomes)

    for claim in claims_of(answer.target):
        over = enough() or any(outcome.status in ("blank", "timed out") for outcome in outcomes)
        outcomes.append(Outcome(claim, "not run") if over else _outcome(claim, answer, seed))
        if outcomes[-1].status == "blank" and len(outcomes) > 1:
            outcomes[-1] = Outcome(claim, "crashed", "A part of it is still blank.", answer.inputs)
    right = all(outcome.status == "held" for outcome in outcomes)
    for claim in _claims_of_context(answer.target):  # how it does it counts once some of what it does is right
        partly = claim.test is not _inputs_unchanged and any(outcome.status == "held" for outcome in outcomes)
        over = any(outcome.status in ("blank", "timed out") for outcome in outcomes)
        tried = (right or (partly and not over)) and not enough()
        outcomes.append(_outcome(claim, answer, seed) if tried else Outcome(claim, "not run"))
    return Result(answer.target.name, outcomes, answer.function)


def _outcome(claim, answer, seed):
    try:
        answer.ready()
        claim.test(answer, np.random.default_rng([seed, zlib.crc32(claim.name.encode())]))
        return Outcome(claim, "held")
    except ClaimFailed as failed:
        return Outcome(claim, "wrong", failed.likely, answer.inputs, failed.expected, failed.got)
    except Blank as blank:
        return Outcome(claim, "blank", str(blank))
    except UsesLibraryAnswer as used:
        return Outcome(claim, "wrong", f"It uses the library's answer ({used}): write the idea itself.", answer.inputs)
    except TimedOut as late:
        why = f"It was {late}: an endless loop, or a loop over what an array operation does at once?"
        return Outcome(claim, "timed out", why, answer.inputs)
    except Crashed as crashed:
        return Outcome(claim, "crashed", str(crashed), answer.inputs)
    except Exception as error:  # what it returned is nothing that the claim can work with
        return Outcome(claim, "crashed", contexts.translated(error), answer.inputs)


def _claims_of_context(target):
    """The claims that follow from how the library runs the answer, after those on its values."""
    sentences = {
        "graph": ("runs_in_a_graph", "It runs inside tf.function, where lengths are unknown"),
        "xla": ("runs_under_xla", "It runs compiled by XLA"),
        "gradient": ("lets_gradients_through", "Its gradient is right"),
        "numba": ("compiles_with_numba", "It compiles with Numba"),
    }
    found = [Claim("leaves_its_inputs_alone", "It leaves its inputs as they were", 1, _inputs_unchanged)]
    for mode in contexts.modes(target):
        test = _gradient_is_right if mode == "gradient" else _agrees_when_compiled(mode)
        found.append(Claim(*sentences[mode], 1, test))
    return found


def _inputs_unchanged(answer, rng):
    answer(*example_of(answer.target, rng))
    names = ", ".join(f"`{name}`" for name in answer.names if name in answer.mutated)
    answer.inputs = {name: value for name, value in answer.inputs.items() if name in answer.mutated}
    require(not answer.mutated, f"It changed {names} in place: work on a copy, the caller still needs the old values.")


def _agrees_when_compiled(mode):
    def test(answer, rng):
        args = example_of(answer.target, rng)
        expected = contexts.execute(answer.target, answer.target.reference, "plain", copy.deepcopy(args))
        expect(
            answer.run(mode, args),
            expected,
            tolerance=1e-4,
            likely="Compiled, it gives other numbers than run plainly. Of a TensorArray, `write` returns the new one there and "
            "changes nothing: rows = rows.write(t, x).",
        )

    return test


def _gradient_is_right(answer, rng):
    args = example_of(answer.target, rng)
    expected = contexts.reference_gradients(answer.target, args)
    got = answer.run("gradient", args)
    for (name, _, _), mine, true in zip(contexts.differentiated(answer.target, args), got, expected, strict=True):
        if mine is None:
            cut = "NumPy, .numpy() or tf.stop_gradient cuts it: stay with tf functions"
            require(name in answer.target.stopped, f"No gradient reaches `{name}`: {cut}.", expected=true, got="None")
        elif name in answer.target.stopped:
            expect(mine, true, likely=f"A gradient flows into `{name}`: it needs tf.stop_gradient.", tolerance=1e-6)
        else:
            expect(mine, true, likely=f"The gradient with respect to `{name}` is wrong.", tolerance=2e-3)


def _slowdown(answer, repeats=3):
    """CPU time of the answer over the reference's on the example; 1 where it is too short to matter."""
    args = example_of(answer.target, np.random.default_rng(0))

    def seconds(function):
        times = []
        for _ in range(repeats):
            given = copy.deepcopy(args)
            start = time.process_time()
            contexts.execute(answer.target, function, "plain", given)
            times.append(time.process_time() - start)
        return sorted(times)[repeats // 2]

    try:
        mine = limited(lambda: seconds(answer.function), repeats * answer.target.seconds)
    except Exception:  # right, and yet it cannot be timed: it keeps a state, say
        return 1.0
    return max(1.0, mine / max(seconds(answer.target.reference), 1e-6)) if mine > 2e-3 else 1.0
