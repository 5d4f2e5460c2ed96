"""`@component`: a typed function that becomes a task wherever a pipeline calls it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, Unpack, cast, overload

from penstock.core.errors import UserError
from penstock.dsl.binding import bind_arguments
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import Task
from penstock.dsl.naming import fit_name
from penstock.dsl.options import BadOption, Cache, Options, TaskOptions
from penstock.dsl.places import Place, caller
from penstock.dsl.signature import SINGLE, Signature, read_signature
from penstock.dsl.trace import Trace, active_trace, holds_value, without_tokens

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


@dataclass(kw_only=True, eq=False)
class NotAFunction(UserError, TypeError):
    """`@component` or `@pipeline` stands on something that is no function."""

    code: ClassVar[str] = Code.NOT_A_FUNCTION
    decorator: str
    got: str

    def message(self) -> str:
        return f"`@{self.decorator}` needs a function, and got {self.got}"

    def hint(self) -> str:
        return f"write a plain `def` at the top level of a module, with `@{self.decorator}` on it"


class Component(Generic[P, R]):
    """A function that can be a task.

    In a pipeline, a call places a task and gives a handle, which type checkers take for the function's result.
    Anywhere else, a call is a call of the function: so it is unit-tested, and used by other functions.
    """

    def __init__(self, function: Callable[P, R], options: Options, problems: tuple[Diagnostic, ...] = ()) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.options = options
        self._option_problems = problems
        self._after: tuple[object, ...] = ()
        self._origin: Component[P, R] = self

    @property
    def name(self) -> str:
        """What the component is called: its function's name, unless an option says otherwise."""
        return self.options.name or self.function.__name__

    @property
    def description(self) -> str:
        """The function's docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def origin(self) -> Component[P, R]:
        """The component as it was defined, before `.with_options` and `.after`."""
        return self._origin

    @cached_property
    def signature(self) -> Signature:
        """Its inputs and outputs. Read when first needed: annotations may name what is defined further down."""
        if self._origin is not self:
            return self._origin.signature
        return read_signature(self.function, "component", self.function.__name__)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the definition itself."""
        return self.signature.problems + self._option_problems

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        trace = active_trace()
        if trace is None:
            return self.function(*args, **kwargs)
        return cast(R, self._place(trace, args, kwargs))

    def with_options(self, **options: Unpack[TaskOptions]) -> Component[P, R]:
        """The same component with other options, for one task: `train.with_options(memory="8G")(rows)`."""
        loose = {name: value for name, value in options.items() if _holds_value(value)}
        changed, problems = self.options.changed({key: value for key, value in options.items() if key not in loose})
        problems += [_not_fixed(name, value) for name, value in loose.items()]
        return self._copy(changed, (*self._option_problems, *_diagnostics(self.name, problems, caller())))

    def after(self, *tasks: object) -> Component[P, R]:
        """The same component, placed so that it waits for `tasks`, from which it takes nothing.

        `load.after(migrated)(path)`
        """
        copy = self._copy(self.options, self._option_problems)
        copy._after = (*self._after, *tasks)
        return copy

    def _copy(self, options: Options, problems: tuple[Diagnostic, ...]) -> Component[P, R]:
        copy = type(self)(self.function, options, problems)
        copy._after = self._after
        copy._origin = self._origin
        return copy

    def _place(self, trace: Trace, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
        name = trace.unique_name(fit_name(self.name))
        outputs = tuple(self.signature.outputs(trace.session.is_one_value))
        task = Task(
            name=name,
            definition=self,
            arguments=bind_arguments(trace, f"task '{name}'", self.signature, args, kwargs),
            options=self.options,
            scope=trace.scope,
            place=caller(),
            after=trace.tasks_of(self._after),
            outputs=outputs,
        )
        return trace.add(task, is_single=self._is_single(outputs))

    def _is_single(self, outputs: tuple[str, ...]) -> bool:
        """Whether a task's handle is that of its only output."""
        return outputs == (SINGLE,)

    def __repr__(self) -> str:
        return f"<component '{self.name}'>"


@overload
def component(function: Callable[P, R], /) -> Component[P, R]: ...
@overload
def component(**options: Unpack[TaskOptions]) -> Callable[[Callable[P, R]], Component[P, R]]: ...
def component(function: Any = None, /, **options: Any) -> Any:
    """Make a function a component: `@component`, or `@component(memory="2G", retries=2)`.

    The annotations of the function say what it takes and gives: `int`, `float`, `str`, `bool`, `list`, `dict` are
    parameters, tables, models, arrays, `Path` and the like are artifacts. Several outputs are
    a NamedTuple or a dataclass.

    Args:
        function: The author's function.
        **options: See `TaskOptions`. A wrong one is reported when a pipeline that uses the component is compiled.

    Raises:
        NotAFunction: It stands on something else.
    """
    place = caller()

    def decorate(function: Callable[P, R]) -> Component[P, R]:
        if not inspect.isfunction(function):
            raise NotAFunction(decorator="component", got=_described(function))
        chosen, problems = Options().changed(options)
        return Component(function, chosen, _diagnostics(function.__name__, problems, place))

    return decorate if function is None else decorate(function)


def _diagnostics(name: str, problems: list[Any], place: Place, kind: str = "component") -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(code=Code.BAD_OPTION, message=f"{kind} '{name}': {one.message()}", hint=one.hint(), place=place)
        for one in problems
    )


def _holds_value(given: object) -> bool:
    """Whether an option depends on a value that exists only when the pipeline runs."""
    if isinstance(given, Mapping):
        return any(map(_holds_value, given.values()))
    if isinstance(given, Cache):
        return _holds_value(given.version) or _holds_value(given.key)
    return isinstance(given, str) and holds_value(given)


def _not_fixed(name: str, value: object) -> BadOption:
    reason = "a value of the pipeline is in it, and options are fixed before the run"
    shown = without_tokens(repr(value))
    return BadOption(option=name, value=shown, reason=reason, advice="pass the value as an argument")


def _described(thing: object) -> str:
    if isinstance(thing, type):
        return f"the class `{thing.__name__}`"
    return f"a `{type(thing).__name__}`"
