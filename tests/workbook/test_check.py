"""Every kind of candidate is told apart, and the library runs only on what was accepted."""

import collections
import inspect
import os
import threading
import time

import numpy as np
import pytest

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import check, claim, examine, example, exercise, expect, fill
from course_lib.workbook.exercise import exercises


def first(target, function):
    """The result of a candidate together with the first claim that fails."""
    result = examine(target, function)
    return result, result.first


def test_the_library_runs_on_the_learners_version_only_once_accepted(toy):
    calls = []

    @fill(toy.rescale)
    def rescale(values, factor):
        calls.append("mine")
        return factor * values

    assert toy.rescale(np.ones(2), 2.0).tolist() == [2, 2] and not calls
    assert check(toy.rescale).status == "accepted"
    calls.clear()
    assert toy.mean_square(np.ones(2)) == 1 and calls  # a function that builds on it runs on it too
    toy.rescale.reset()
    calls.clear()
    toy.rescale(np.ones(2), 2.0)
    assert not calls


def test_fill_returns_the_learners_function(toy):
    def mine(values, factor):
        return values * factor

    assert fill(toy.rescale)(mine) is mine


def test_refilling_takes_the_old_version_out_of_use_and_cells_run_in_any_order(toy):
    assert check(toy.rescale).status == "blank"  # the check cell before the fill cell
    fill(toy.rescale)(lambda values, factor: values * factor)
    check(toy.rescale)
    assert check(toy.rescale).status == "accepted"  # the check cell twice
    fill(toy.rescale)(lambda values, factor: values + factor)
    assert toy.rescale.accepted is None and toy.rescale(np.ones(1), 5.0) == 5
    assert check(toy.rescale).status == "wrong" and toy.rescale.accepted is None


def test_wrong_is_shown_with_input_expected_got_and_the_likely_mistake(toy):
    result, claim = first(toy.rescale, lambda values, factor: values + factor)
    assert result.status == "wrong" and claim.claim.name == "by_hand"
    assert claim.likely == "You added the factor." == result.message
    assert claim.inputs["factor"] == 2.0 and np.allclose(claim.expected, [2, 4]) and np.allclose(claim.got, [3, 4])


def test_partial_scores(toy):
    result = examine(toy.rescale, lambda values, factor: abs(values) * factor)
    assert (result.score, result.total) == (2, 4)  # by_hand 2; the claim on signs fails
    assert [o.status for o in result.outcomes] == ["held", "wrong", "not run"]  # no point for spoiling nothing


@pytest.mark.parametrize(
    "function, status, says",
    [
        (lambda values, factor: None, "blank", "Still blank"),
        (lambda values, factor: print(end=""), "wrong", "return"),
        (lambda values, factor: (values * factor)[:, None], "wrong", "shape"),
        (lambda values, factor: (values * factor).astype(int) > 0, "wrong", "bool"),
        (lambda values, factor: "four", "wrong", "not numbers"),
        (lambda values, factor: values @ values.T @ factor, "crashed", "matmul"),
        (lambda values: values, "wrong", "keep those of the blank, `values`, `factor`"),
        (lambda v, f: v * f, "wrong", "Its parameters are `v`, `f`"),
        (lambda values, factor: values * np.float64("nan"), "wrong", "nan"),
        (lambda values, factor: exit(), "crashed", "SystemExit"),
    ],
)
def test_each_kind_of_bad_answer_is_told_apart(toy, function, status, says):
    result = examine(toy.rescale, function)
    assert result.status == status and says in result.message


def test_indices_must_be_whole_numbers(toy):
    result, claim = first(toy.longest_rise, lambda values: 3.0)
    assert result.status == "wrong" and "whole numbers" in claim.likely


def test_blank_forms(toy):
    def stub(values, factor):
        """Only a docstring."""
        raise NotImplementedError("your code here")

    def dots(values, factor):
        """Only a docstring."""
        ...

    assert [examine(toy.rescale, f).status for f in (None, stub, dots)] == ["blank"] * 3
    assert {o.status for o in examine(toy.rescale, stub).outcomes} == {"blank", "not run"}
    assert examine(toy.rescale, stub).score == 0


def test_a_crash_names_the_learners_line(toy):
    def rescale(values, factor):
        n = len(values)
        return values[n] * factor

    assert "IndexError" in examine(toy.rescale, rescale).message
    assert "return values[n] * factor" in examine(toy.rescale, rescale).message


def test_an_endless_loop_is_stopped_and_the_rest_is_not_run(toy):
    ticks = []

    def rescale(values, factor):
        while True:
            try:
                ticks.append(time.monotonic())
                time.sleep(0.001)
            except Exception:
                pass

    result = examine(toy.rescale, rescale)
    assert result.status == "timed out" and "endless" in result.message
    assert [o.status for o in result.outcomes] == ["timed out", "not run", "not run"]
    seen = len(ticks)
    time.sleep(0.1)
    assert len(ticks) == seen  # the loop really ended


def test_mutation_is_reported_after_an_otherwise_right_value(toy):
    def rescale(values, factor):
        values *= factor
        return values

    result, claim = first(toy.rescale, rescale)
    assert claim.claim.name == "leaves_its_inputs_alone" and "`values`" in claim.likely
    assert result.status == "wrong" and result.score == result.total - 1


@pytest.mark.parametrize(
    "reach",
    [
        lambda toy: lambda values, factor: toy.rescale(values, factor),
        lambda toy: lambda values, factor: toy.rescale.reference(values, factor),
        lambda toy: lambda values, factor: toy.rescale.__wrapped__(values, factor),
        lambda toy: lambda values, factor: toy.rescale.current(values, factor),
        lambda toy: lambda values, factor: toy.rescale.for_training(values, factor),
        lambda toy: lambda values, factor: toy.rescale_all(values, factor),
        lambda toy: lambda values, factor: exercises()["toy_course.rescale"](values, factor),
    ],
)
def test_reaching_for_the_librarys_answer_fails(toy, reach):
    result = examine(toy.rescale, reach(toy))
    assert result.status == "wrong" and "uses the library's answer" in result.message


def test_the_librarys_answer_is_in_reach_outside_a_check(toy):
    assert toy.rescale_all(np.ones(1), 2.0) == 2 and toy.rescale.reference(np.ones(1), 2.0) == 2


def test_a_right_but_slow_answer_is_accepted_and_told(toy):
    def rescale(values, factor):
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
        return values * factor

    fill(toy.rescale)(rescale)
    result = check(toy.rescale)
    assert result.status == "accepted" and result.slow and "CPU time" in repr(result)
    assert toy.rescale.for_training is toy.rescale.reference and toy.rescale.current is rescale


def test_fill_and_check_say_what_they_take(toy):
    with pytest.raises(TypeError, match="exercise of the library"):
        fill(lambda: 0)
    with pytest.raises(TypeError, match="exercise of the library"):
        check("rescale")
    for not_yours in (toy.rescale, toy.rescale.reference):
        with pytest.raises(TypeError, match="function of your own"):
            fill(toy.rescale)(not_yours)


def right_returns(rewards, discount, bootstrap):
    later = tf.stop_gradient(bootstrap)
    powers = discount ** tf.range(tf.shape(rewards)[0], dtype=rewards.dtype)
    tail = tf.cumsum((rewards * powers)[::-1])[::-1] / powers
    return tail + later * powers[::-1] * discount


def numpy_returns(rewards, discount, bootstrap):
    out, later = [], float(bootstrap)
    for reward in np.asarray(rewards)[::-1]:
        later = reward + discount * later
        out.append(later)
    return tf.constant(out[::-1], tf.float32)


def test_tensorflow_a_differently_written_right_answer_passes(toy):
    result = examine(toy.backward_returns, right_returns)
    assert result.status == "accepted", result
    names = [o.claim.name for o in result.outcomes]
    assert names[-3:] == ["runs_in_a_graph", "runs_under_xla", "lets_gradients_through"]


def test_numpy_where_tensorflow_is_needed(toy):
    result, claim = first(toy.backward_returns, numpy_returns)
    held = {o.claim.name: o for o in result.outcomes}
    assert held["countdown"].status == "held"  # right eagerly
    assert claim.claim.name == "runs_in_a_graph" and "graph" in claim.likely
    assert "No gradient reaches `rewards`" in held["lets_gradients_through"].likely


def test_a_missing_stop_gradient_and_a_python_length_are_named(toy):
    def leaky(rewards, discount, bootstrap):
        return tf.scan(lambda later, r: r + discount * later, rewards, bootstrap, reverse=True)

    def unrolled(rewards, discount, bootstrap):
        out, later = [], tf.stop_gradient(bootstrap)
        for t in reversed(range(rewards.shape[0])):
            later = rewards[t] + discount * later
            out.append(later)
        return tf.stack(out[::-1])

    assert "tf.stop_gradient" in first(toy.backward_returns, leaky)[1].likely
    assert "tf.shape" in first(toy.backward_returns, unrolled)[1].likely


def test_an_accepted_answer_runs_in_graph_xla_and_gradient(toy):
    fill(toy.backward_returns)(right_returns)
    check(toy.backward_returns)

    @tf.function(jit_compile=True)
    def step(rewards):
        with tf.GradientTape() as tape:
            tape.watch(rewards)
            total = tf.reduce_sum(toy.backward_returns(rewards, 0.5, tf.constant(0.0)))
        return total, tape.gradient(total, rewards)

    total, gradient = step(tf.ones(3))
    assert np.allclose(total, 1 + 1.5 + 1.75) and np.allclose(gradient, [1, 1.5, 1.75])


def test_numba_engine_built_after_filling_in_runs_on_the_answer(toy):
    import numba

    def longest_rise(values):
        best, run = 1, 1
        for i in range(values.size - 1):
            run = run + 1 if values[i + 1] > values[i] else 1
            best = run if run > best else best
        return best

    assert examine(toy.longest_rise, lambda values: len({str(v) for v in values})).status != "accepted"
    fill(toy.longest_rise)(longest_rise)
    assert check(toy.longest_rise).status == "accepted"
    engine = numba.njit(toy.longest_rise.current)
    assert engine.py_func is longest_rise and engine(np.arange(5.0)) == 5


def test_numba_complaints_are_translated(toy):
    def right_in_python_only(values):
        runs, run = [], []
        for v in values.tolist():
            run = [*run, v] if run and v > run[-1] else [v]
            runs.append(len(run))
        return max({**dict.fromkeys(runs, 0)})

    result, claim = first(toy.longest_rise, right_in_python_only)
    assert claim.claim.name == "compiles_with_numba" and "Numba" in claim.likely, result


def test_random_cases_come_from_the_seed(toy):
    def inputs_seen(seed):
        seen = []

        def rescale(values, factor):
            seen.append(values.tolist())
            return values * factor

        assert examine(toy.rescale, rescale, seed=seed).status == "accepted"
        return seen

    assert inputs_seen(0) == inputs_seen(0) != inputs_seen(1)


def test_the_stop_button_ends_the_answer_too(toy, monkeypatch):
    """A KeyboardInterrupt in the waiting thread leaves no loop behind and is not taken for the learner's."""
    ticks, code = [], "def rescale(values, factor):\n    while True:\n        ticks.append(sleep(0.001))\n"
    cell = {"ticks": ticks, "sleep": time.sleep}
    exec(compile(code, "<a cell>", "exec"), cell)
    join, calls = threading.Thread.join, []

    def interrupted(thread, timeout=None):
        join(thread, 0.05)
        if not calls:
            calls.append(thread)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        examine(toy.rescale, cell["rescale"])
    monkeypatch.undo()
    calls[0].join(2.0)
    assert ticks and not calls[0].is_alive()


def test_a_part_left_blank_is_no_blank_answer(toy):
    def rescale(values, factor):
        if values.min() < 0:
            raise NotImplementedError("your code here")
        return values * factor

    result = examine(toy.rescale, rescale)
    assert (result.status, result.score) == ("crashed", 2) and "part of it is still blank" in result.message


def test_a_compiled_stub_is_blank(toy):
    @tf.function
    def backward_returns(rewards, discount, bootstrap):
        raise NotImplementedError("your code here")

    backward_returns.__signature__ = inspect.signature(backward_returns.python_function)
    assert examine(toy.backward_returns, backward_returns).status == "blank"


def test_an_answer_that_cannot_be_timed_is_accepted(toy):
    calls = []

    def rescale(values, factor):
        calls.append(1)
        if len(calls) > 4:
            raise RuntimeError("worn out")
        return values * factor

    result = examine(toy.rescale, rescale)
    assert result.status == "accepted" and result.slowdown == 1.0


def test_strings_and_none_among_the_inputs_are_no_mutation():
    @exercise(context="numpy")
    def pick(options, step):
        return options["values"] * 2

    claim(pick, "Twice")(
        lambda answer, rng: expect(answer({"values": np.ones(2), "mode": "a", "none": None}, (1, "x")), [2.0, 2.0])
    )
    example(pick)(lambda rng: ({"values": rng.normal(size=3), "mode": "a", "none": None}, (1, None)))
    right = examine(pick, lambda options, step: options["values"] + options["values"])
    assert right.status == "accepted", right

    def spoils(options, step):
        options["mode"] = "b"
        return options["values"] * 2

    assert "`options`" in examine(pick, spoils).message


Pair = collections.namedtuple("Pair", ["value", "policy"])


def test_gradients_of_gathers_dicts_named_tuples_and_scalars():
    """Whatever form numbers come in, the library's own version passes and a cut gradient is seen."""

    @exercise(context="tensorflow", gradient=("pair", "scale"), stopped=("index",))
    def loss(pair, scale, index):
        picked = tf.gather(pair.value, index)
        return {"loss": Pair(tf.reduce_sum(picked * scale), tf.reduce_sum(pair.policy**2)), "count": tf.size(index)}

    claim(loss, "Runs")(lambda answer, rng: expect(answer(*inputs(rng))["loss"].policy, 3.0, tolerance=1e-5))

    @example(loss)
    def inputs(rng):
        return Pair(rng.normal(size=4), np.ones(3)), np.float64(2.0), np.array([0, 2, 2])

    assert examine(loss, loss.reference).status == "accepted", examine(loss, loss.reference)

    def cut(pair, scale, index):
        return loss.accepted_elsewhere(pair._replace(value=tf.stop_gradient(pair.value)), scale, index)

    plain_version = loss.reference
    loss.accepted_elsewhere = plain_version
    assert "No gradient reaches `pair`" in examine(loss, cut).message


def test_checks_leave_no_trace_in_the_environment(toy):
    before = dict(os.environ)
    examine(toy.rescale, lambda values, factor: values)
    assert dict(os.environ) == before
