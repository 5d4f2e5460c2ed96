"""`@pipeline`: a function that wires tasks; it is called once, with stand-ins, to see what it wires."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypedDict, TypeVar, Unpack, cast, overload

from penstock.dsl.binding import bind_arguments
from penstock.dsl.component import NotAFunction, _described, _diagnostics
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import Broken, Graph, Task
from penstock.dsl.handles import Handle
from penstock.dsl.naming import fit_name
from penstock.dsl.options import BadOption, Options, Retry
from penstock.dsl.places import caller
from penstock.dsl.running import find_runner
from penstock.dsl.signature import SINGLE, Signature, read_signature
from penstock.dsl.trace import OutsidePipeline, Session, Trace, active_trace
from penstock.dsl.tracing import trace_within

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class PipelineOptions(TypedDict, total=False):
    """The options of `@pipeline(...)`."""

    name: str
    """What to call the pipeline instead of the function's name."""


class NestedOptions(TypedDict, total=False):
    """The options of `.with_options(...)` on a pipeline that is nested in another one."""

    retries: int | Retry
    """How often what failed within it runs again, with all that depends on it; on top of what its tasks retry."""
    ignore_upstream_failure: bool
    """Run even if a task that it depends on has failed; its inputs' defaults stand in for what is missing."""


class Pipeline(Generic[P, R]):
    """A function that wires tasks. A call within another pipeline nests it; `.run(...)` runs it."""

    def __init__(self, function: Callable[P, R], name: str, problems: tuple[Diagnostic, ...] = ()) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.name = name
        self._option_problems = problems
        self._after: tuple[object, ...] = ()
        self._nested_as = Options()
        self._origin: Pipeline[P, R] = self

    @property
    def description(self) -> str:
        """The function's docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def origin(self) -> Pipeline[P, R]:
        """The pipeline as it was defined, before `.with_options` and `.after`."""
        return self._origin

    @cached_property
    def signature(self) -> Signature:
        """Its inputs. What it gives is known once it was traced."""
        if self._origin is not self:
            return self._origin.signature
        return read_signature(self.function, "pipeline", self.function.__name__)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the definition itself."""
        return self.signature.problems + self._option_problems

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        trace = active_trace()
        if trace is None:
            advice = f"write `{self.function.__name__}.run(...)` to run it; in another pipeline a call nests it"
            raise OutsidePipeline(what=f"{self.function.__name__}(...)", advice=advice)
        return cast(R, self._place(trace, args, kwargs))

    def after(self, *tasks: object) -> Pipeline[P, R]:
        """The same pipeline, nested so that it waits for `tasks`, from which it takes nothing."""
        copy = self._copy(self._option_problems)
        copy._after = (*self._after, *tasks)
        return copy

    def with_options(self, **options: Unpack[NestedOptions]) -> Pipeline[P, R]:
        """The same pipeline with options for where it is nested: `prepare.with_options(retries=2)(source)`."""
        known = {name: value for name, value in options.items() if name in NestedOptions.__annotations__}
        changed, problems = self._nested_as.changed(known)
        problems += [_of_components(name, value) for name, value in options.items() if name not in known]
        copy = self._copy((*self._option_problems, *_diagnostics(self.name, problems, caller(), "pipeline")))
        copy._nested_as = changed
        return copy

    def _copy(self, problems: tuple[Diagnostic, ...]) -> Pipeline[P, R]:
        copy = Pipeline(self.function, self.name, problems)
        copy._after = self._after
        copy._nested_as = self._nested_as
        copy._origin = self._origin
        return copy

    def run(self, /, *args: Any, **arguments: Any) -> Any:
        """Compile and run the pipeline, here and now.

        Args:
            *args: Inputs of the pipeline, in the order of its signature.
            **arguments: Inputs of the pipeline by name. What is no input of it is an option of the run.

        Returns:
            The run, with the pipeline's outputs as typed values.
        """
        names = list(self.signature.parameters)
        if len(args) > len(names):
            raise TypeError(f"pipeline '{self.name}' takes {len(names)} inputs, and {len(args)} were passed")
        inputs = dict(zip(names, args, strict=False))
        for name in [name for name in arguments if name in names]:
            if name in inputs:
                raise TypeError(f"input '{name}' of pipeline '{self.name}' is passed twice")
            inputs[name] = arguments.pop(name)
        return find_runner(self.name)(self, inputs, **arguments)

    def _place(self, trace: Trace, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
        graph = self._graph_in(trace.session)
        if graph is None:
            message = f"pipeline '{self.name}' would contain itself without end"
            trace.report(Code.RECURSIVE_PIPELINE, message, "run over a list with `each`, or start another run instead")
            return Handle(trace, Broken())
        name = trace.unique_name(fit_name(self.name))
        task = Task(
            name=name,
            definition=self,
            graph=graph,
            arguments=bind_arguments(trace, f"task '{name}'", self.signature, args, kwargs),
            options=self._nested_as,
            scope=trace.scope,
            place=caller(),
            after=trace.tasks_of(self._after),
            outputs=tuple(graph.outputs),
        )
        return trace.add(task, is_single=tuple(graph.outputs) == (SINGLE,))

    def _graph_in(self, session: Session) -> Graph | None:
        """This pipeline traced, once in a session however often it is nested; None while it is being traced."""
        if any(running.origin is self._origin for running in session.running):
            return None
        known = session.graphs.get(id(self._origin))
        return known or trace_within(self._origin, session)

    def __repr__(self) -> str:
        return f"<pipeline '{self.name}'>"


def _of_components(name: str, value: object) -> BadOption:
    given = ", ".join(NestedOptions.__annotations__)
    advice = f"a nested pipeline has the options {given}; give the others to its components"
    return BadOption(option=name, value=repr(value), reason="a nested pipeline has no such option", advice=advice)


@overload
def pipeline(function: Callable[P, R], /) -> Pipeline[P, R]: ...
@overload
def pipeline(**options: Unpack[PipelineOptions]) -> Callable[[Callable[P, R]], Pipeline[P, R]]: ...
def pipeline(function: Any = None, /, **options: Any) -> Any:
    """Make a function a pipeline: `@pipeline`, or `@pipeline(name="taxi-tips")`.

    The function is called once, with stand-ins for its inputs; the components that it calls become tasks. What it
    returns are the pipeline's outputs: one value, or several as a NamedTuple, dataclass, dict or tuple.

    Raises:
        NotAFunction: It stands on something else.
    """
    place = caller()

    def decorate(function: Callable[P, R]) -> Pipeline[P, R]:
        if not inspect.isfunction(function):
            raise NotAFunction(decorator="pipeline", got=_described(function))
        name, problems = function.__name__, []
        for option, value in options.items():
            if option == "name" and isinstance(value, str) and value.strip():
                name = value
                continue
            message = f"pipeline '{name}': option `{option}` is {value!r}"
            hint = "`@pipeline` has one option: `name`, which is text; resources are those of components"
            problems.append(Diagnostic(code=Code.BAD_OPTION, message=message, hint=hint, place=place))
        return Pipeline(function, name, tuple(problems))

    return decorate if function is None else decorate(function)
