"""Pipelines run through a runner that is looked up by name, and nest by being called."""

import sys
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from penstock.dsl import Pipeline, component, each, pipeline, running, when
from penstock.dsl.graph import Loop, TaskOutput
from penstock.dsl.trace import OutsidePipeline
from penstock.dsl.tracing import trace_pipeline

calls: list[tuple[Any, dict[str, Any], dict[str, Any]]] = []


def run_pipeline(pipeline: Pipeline[Any, Any], arguments: dict[str, Any], **options: Any) -> str:
    """A runner that only takes down what it is asked."""
    calls.append((pipeline, arguments, options))
    return "a run"


@component
def double(x: int) -> int:
    return 2 * x


@component
def say(x: int) -> None: ...


class Both(NamedTuple):
    once: int
    twice: int


@pipeline
def inner(x: int) -> Both:
    once = double(x)
    return Both(once, double(once))


@pipeline(name="Outer pipeline")
def outer(x: int, y: int = 2) -> int:
    """Doubles, thrice."""
    once, twice = inner(x)
    say(once)
    return inner(twice).twice


def test_running_is_left_to_the_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "somewhere", SimpleNamespace(run_pipeline=run_pipeline))
    monkeypatch.setattr(running, "RUNNER", "somewhere:run_pipeline")
    calls.clear()
    assert outer.run(1, y=3, home="/tmp/home", cache=False) == "a run"
    assert calls == [(outer, {"x": 1, "y": 3}, {"home": "/tmp/home", "cache": False})]


def test_inputs_are_passed_once_and_not_in_excess() -> None:
    with pytest.raises(TypeError, match="takes 2 inputs, and 3 were passed"):
        outer.run(1, 2, 3)
    with pytest.raises(TypeError, match="'x' of pipeline 'Outer pipeline' is passed twice"):
        outer.run(1, x=2)


def test_a_call_outside_of_pipelines_says_what_to_do() -> None:
    with pytest.raises(OutsidePipeline, match=r"`outer\(...\)` was used outside of a pipeline \[CMP025\]\n.*outer.run"):
        outer(1)
    with pytest.raises(OutsidePipeline, match="`when` was used outside"):
        when(True)
    with pytest.raises(OutsidePipeline, match="`each` was used outside"):
        each([1])


def test_a_handle_that_outlives_its_pipeline_says_so() -> None:
    kept = []

    @pipeline
    def main(x: int) -> None:
        kept.append(double(x))

    trace_pipeline(main)
    with pytest.raises(OutsidePipeline, match="a value of a pipeline"):
        bool(kept[0])


def test_a_nested_pipeline_is_traced_once_and_placed_each_time() -> None:
    graph = trace_pipeline(outer)
    assert graph.diagnostics == []
    tasks = {task.name: task for task in graph.tasks()}
    assert list(tasks) == ["inner", "say", "inner-2"]
    assert tasks["inner"].graph is tasks["inner-2"].graph
    assert tasks["inner"].outputs == ("once", "twice")
    assert graph.outputs == {"Output": TaskOutput(tasks["inner-2"], "twice")}
    assert outer.name == "Outer pipeline"
    assert outer.description == "Doubles, thrice."


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        (lambda a, b: a, ["Output"]),
        (lambda a, b: (a, b), ["output_1", "output_2"]),
        (lambda a, b: Both(a, b), ["once", "twice"]),
        (lambda a, b: {"first": a, "second": b}, ["first", "second"]),
        (lambda a, b: None, []),
    ],
)
def test_outputs_are_named_by_what_is_returned(shape: Any, names: list[str]) -> None:
    @pipeline
    def main(x: int):
        a = double(x)
        return shape(a, double(a))

    graph = trace_pipeline(main)
    assert graph.diagnostics == []
    assert list(graph.outputs) == names


def test_a_loop_is_traced_once_and_closed_even_if_its_body_raises() -> None:
    @pipeline
    def main(xs: list[int]) -> None:
        try:
            for x in each(xs):
                double(x)
                raise KeyError
        except KeyError:
            pass
        say(double(3))

    graph = trace_pipeline(main)
    assert isinstance(graph.root.members[0], Loop)
    assert [task.name for task in graph.tasks()] == ["double-2", "say", "double"]
