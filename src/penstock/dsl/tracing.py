"""Calls pipeline functions with stand-ins, and keeps what they wire as graphs."""

import dataclasses
import inspect
import traceback
from collections.abc import Mapping
from typing import Any

from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import (
    Broken,
    Constant,
    Definition,
    Graph,
    PipelineInput,
    Root,
    TaskOutput,
    Template,
    Value,
)
from penstock.dsl.handles import Handle, Symbol, TaskHandle
from penstock.dsl.places import Place, is_ours, place_of
from penstock.dsl.signature import SINGLE, IsOneValue
from penstock.dsl.trace import Abandoned, Session, Trace, activate


def trace_pipeline(pipeline: Definition, is_one_value: IsOneValue = lambda _: False) -> Graph:
    """What `pipeline` wires. Mistakes are in the graph's `diagnostics`; what can be known beside them is there too."""
    session = Session(is_one_value=is_one_value)
    graph = trace_within(pipeline.origin, session)
    graph.diagnostics = list(session.diagnostics)
    return graph


def trace_within(pipeline: Definition, session: Session) -> Graph:
    """The graph of a pipeline, as part of a session."""
    function = pipeline.function
    place = place_of(inspect.unwrap(function).__code__)
    root = Root(parent=None, place=place)
    graph = Graph(pipeline=pipeline, root=root, place=place)
    trace = Trace(graph, session)
    session.running.append(pipeline)
    inputs = {name: Handle(trace, PipelineInput(name, root)) for name in pipeline.signature.parameters}
    try:
        with activate(trace):
            result = _call(trace, function, inputs)
            if result is not _RAISED:
                graph.outputs = _outputs(trace, result)
    finally:
        session.running.pop()
        root.is_open = False
    session.graphs[id(pipeline)] = graph
    return graph


_RAISED = object()


def _call(trace: Trace, function: Any, inputs: dict[str, Handle]) -> Any:
    try:
        positional, named = _arranged(function, inputs)
        return function(*positional, **named)
    except Abandoned:
        return _RAISED
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's function may raise anything
        _report_raised(trace, error)
        return _RAISED


def _arranged(function: Any, inputs: dict[str, Handle]) -> tuple[list[Handle], dict[str, Handle]]:
    """Inputs as the function takes them; what it cannot be given by name was reported with its signature."""
    positional, named = [], {}
    for one in inspect.signature(function).parameters.values():
        if one.kind is inspect.Parameter.POSITIONAL_ONLY:
            positional.append(inputs[one.name])
        elif one.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
            named[one.name] = inputs[one.name]
    return positional, named


def _report_raised(trace: Trace, error: BaseException) -> None:
    walked = [one for one in traceback.walk_tb(error.__traceback__) if not is_ours(one[0])]
    frames = list(traceback.StackSummary.extract(iter(walked)))
    innermost = frames[-1] if frames else None
    place = Place(innermost.filename, innermost.lineno or 0) if innermost else trace.graph.place
    words = "".join(traceback.format_exception_only(error)).strip()
    details = "".join(traceback.format_list(frames)) if len(frames) > 1 else ""
    message = f"pipeline '{trace.graph.pipeline.name}' raised {words}"
    hint = "a pipeline function only wires tasks: what needs real values belongs into a component"
    trace.report(Code.PIPELINE_RAISED, message, hint, place=place, details=details)


# --- what a pipeline gives back -----------------------------------------------------------------------------


def _outputs(trace: Trace, result: Any) -> dict[str, Value]:
    """The pipeline's outputs by name."""
    outputs: dict[str, Value] = {}
    for name, given in _named(trace, result).items():
        value = trace.value(given)
        if isinstance(value, Constant | PipelineInput | Template):
            message = f"output `{name}` of pipeline '{trace.graph.pipeline.name}' is made by none of its tasks"
            hint = "return what a task gave; a value that is known anyway need not be returned"
            trace.report(Code.BAD_RESULT, message, hint, place=_result_place(trace))
        elif not isinstance(value, Broken):
            outputs[name] = value
    return outputs


def _named(trace: Trace, result: Any) -> Mapping[str, Any]:
    if result is None:
        return {}
    if isinstance(result, TaskHandle):
        task = result._task
        return {name: Handle(trace, TaskOutput(task, name)) for name in task.outputs}
    if isinstance(result, Symbol):
        return {SINGLE: result}
    if isinstance(result, tuple):
        names = getattr(result, "_fields", None) or _annotated_names(trace, len(result))
        return dict(zip(names, result, strict=True))
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    if isinstance(result, dict) and all(isinstance(name, str) and name.isidentifier() for name in result):
        return result
    if isinstance(result, list) and len(result) == 1:
        return {SINGLE: result}
    message = f"pipeline '{trace.graph.pipeline.name}' returns `{type(result).__name__}`"
    hint = "return what a task gave, or several such values as a NamedTuple, dataclass or dict with names as keys"
    trace.report(Code.BAD_RESULT, message, hint, place=_result_place(trace))
    return {}


def _annotated_names(trace: Trace, count: int) -> tuple[str, ...]:
    names = tuple(trace.graph.pipeline.signature.fields)
    return names if len(names) == count else tuple(f"output_{number}" for number in range(1, count + 1))


def _result_place(trace: Trace) -> Place:
    """Where the pipeline returns: the last line of its function that can be executed."""
    code = inspect.unwrap(trace.graph.pipeline.function).__code__
    lines = [line for _, _, line in code.co_lines() if line is not None]
    return Place(code.co_filename, max(lines, default=code.co_firstlineno))
