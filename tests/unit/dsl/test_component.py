"""A component is its function, with options; in a pipeline, a call of it is a task."""

from dataclasses import dataclass
from typing import NamedTuple

import pytest

from penstock.dsl import Component, Retry, component, pipeline
from penstock.dsl.component import NotAFunction
from penstock.dsl.graph import Constant, TaskOutput
from penstock.dsl.tracing import trace_pipeline


class Halves(NamedTuple):
    train: int
    test: int


@dataclass
class Scores:
    low: float
    high: float


@component
def double(x: int, times: int = 1) -> int:
    """Twice as much."""
    return 2 * x * times


@component(memory="2G", retries=2)
def halve(x: int) -> Halves:
    return Halves(x // 2, x - x // 2)


@component
def score(x: int) -> Scores:
    return Scores(0.0, float(x))


def test_outside_of_a_pipeline_a_call_is_a_call_of_the_function() -> None:
    assert double(4) == 8
    assert double(x=4, times=2) == 16
    assert halve(5) == (2, 3)
    assert double.function(1) == 2


def test_it_keeps_what_its_function_says_of_itself() -> None:
    assert isinstance(double, Component)
    assert double.name == "double"
    assert double.description == "Twice as much."
    assert double.__doc__ == "Twice as much."
    assert double.__module__ == __name__
    assert repr(double) == "<component 'double'>"


def test_options_are_kept_and_changed_in_copies() -> None:
    assert halve.options.memory == "2G"
    assert halve.options.retry == Retry(2)
    large = halve.with_options(memory="8G", name="halve-large")
    assert (large.options.memory, large.options.retries, large.name) == ("8G", 2, "halve-large")
    assert halve.options.memory == "2G"
    assert large.origin is halve
    assert large(4) == (2, 2)


def test_the_signature_names_inputs_and_outputs() -> None:
    assert {name: (one.annotation, one.required) for name, one in double.signature.parameters.items()} == {
        "x": (int, True),
        "times": (int, False),
    }
    assert double.signature.outputs(lambda _: False) == {"Output": int}
    assert halve.signature.outputs(lambda _: True) == {"train": int, "test": int}
    assert score.signature.outputs(lambda _: False) == {"low": float, "high": float}
    assert score.signature.outputs(lambda _: True) == {"Output": Scores}


def test_only_functions_can_be_components() -> None:
    with pytest.raises(NotAFunction, match=r"needs a function, and got the class `Halves`"):
        component(Halves)
    with pytest.raises(NotAFunction, match=r"got a `int`"):
        component(3)  # type: ignore[call-overload]


def test_in_a_pipeline_a_call_places_a_task() -> None:
    @pipeline
    def main(x: int) -> None:
        a = double(x)
        train, test = halve(a)
        double(train, times=3)
        halves = halve(test)
        double(halves.train)
        double.with_options(name="Last One!")(halves[1])

    graph = trace_pipeline(main)
    assert graph.diagnostics == []
    tasks = {task.name: task for task in graph.tasks()}
    assert list(tasks) == ["double", "halve", "double-2", "halve-2", "double-3", "last-one"]
    times = tasks["double-2"].arguments["times"]
    assert isinstance(times, Constant)
    assert times.value == 3
    assert tasks["double-2"].arguments["x"] == TaskOutput(tasks["halve"], "train")
    assert tasks["last-one"].arguments["x"] == TaskOutput(tasks["halve-2"], "test")


def test_constants_are_taken_as_they_are_when_they_are_passed() -> None:
    @component
    def total(xs: list[int]) -> int:
        return sum(xs)

    @pipeline
    def main() -> None:
        xs = [1]
        total(xs)
        xs.append(2)

    (task,) = trace_pipeline(main).tasks()
    value = task.arguments["xs"]
    assert isinstance(value, Constant)
    assert value.value == [1]


def test_what_a_failing_pipeline_leaves_behind_does_not_disturb_the_next_call() -> None:
    @pipeline
    def main(x: int) -> None:
        raise RuntimeError("no")

    assert [one.code for one in trace_pipeline(main).diagnostics] == ["CMP051"]
    assert double(4) == 8
