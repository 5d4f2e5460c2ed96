"""A traced pipeline: its tasks, the scopes that hold them, and the values that flow between them. Data only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from penstock.dsl.diagnostics import Diagnostic
from penstock.dsl.options import Options
from penstock.dsl.places import Place
from penstock.dsl.signature import Signature


class Definition(Protocol):
    """What a component and a pipeline have in common."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def signature(self) -> Signature: ...
    @property
    def problems(self) -> tuple[Diagnostic, ...]: ...
    @property
    def origin(self) -> Definition: ...


# --- values: where a task's input will come from ------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A Python value that the author wrote; not JSON yet."""

    value: Any


@dataclass(frozen=True, slots=True)
class PipelineInput:
    """A parameter or input artifact of the pipeline that is traced."""

    name: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """An output of a task."""

    task: Task
    name: str


@dataclass(frozen=True, slots=True)
class LoopItem:
    """The item of the present iteration."""

    loop: Loop


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a mapping or list: `base[key]`."""

    base: Value
    key: str | int


@dataclass(frozen=True, slots=True)
class Collected:
    """The values of `item` from every iteration of the loops between it and `scope`, as one flat list."""

    item: Value
    scope: Scope


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value from whichever branch was taken."""

    options: tuple[Value, ...]
    branches: Branches


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Text with values in it, from an f-string."""

    parts: tuple[str | Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """Stands where a mistake was. It is reported already, so this is not looked at again."""


Value: TypeAlias = Constant | PipelineInput | TaskOutput | LoopItem | Field | Collected | OneOf | Template | Broken


# --- tests: what a branch depends on ------------------------------------------------------------------------

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    operator: Operator
    left: Value
    right: Value


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A value that is true or false itself."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    test: Test


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    operator: Literal["&&", "||"]
    left: Test
    right: Test


Test: TypeAlias = Comparison | Truth | Not | Joined


# --- scopes and tasks ---------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Scope:
    """Something that holds tasks and further scopes, in the order of writing."""

    parent: Scope | None
    place: Place
    members: list[Member] = field(default_factory=list)
    is_open: bool = True
    """Whether the author's code is still inside."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} at line {self.place.line}>"

    def outwards(self) -> Iterator[Scope]:
        """This scope and each that holds it, from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Root(Scope):
    """The pipeline itself."""


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Branches(Scope):
    """`when`, and the `elsewhen` and `otherwise` that belong to it; each member is a `Branch`."""

    @property
    def exhaustive(self) -> bool:
        """Whether one of the branches is always taken."""
        return bool(self.members) and isinstance(self.members[-1], Branch) and self.members[-1].test is None


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Branch(Scope):
    """One branch; its test is None for `otherwise`."""

    test: Test | None


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Loop(Scope):
    """A body that runs once for each item."""

    items: Value
    """A `Constant` holds a list of JSON values."""
    parallelism: int = 0
    attributes: bool = False
    """Whether the items' entries are written as attributes: they are dataclasses or named tuples."""


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Guard(Scope):
    """A body after which `task` runs, whatever happened."""

    task: Task


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Task:
    """A component or pipeline placed in a pipeline."""

    name: str
    """Unique in its pipeline, and fit for the IR: `train-2`."""
    definition: Definition
    graph: Graph | None = None
    """Of a nested pipeline; None for a component."""
    arguments: dict[str, Value]
    options: Options
    scope: Scope
    place: Place
    after: list[Task] = field(default_factory=list)
    outputs: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.shown}>"

    @property
    def shown(self) -> str:
        """What messages call it."""
        return f"task '{self.name}'"


Member: TypeAlias = Task | Scope


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Graph:
    """One pipeline, traced."""

    pipeline: Definition
    root: Root
    outputs: dict[str, Value] = field(default_factory=dict)
    place: Place
    """Where the pipeline is defined."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """Of this pipeline and of those nested in it."""

    def tasks(self) -> Iterator[Task]:
        """Every task of this pipeline itself, outer scopes first, in the order of writing."""
        return (member for member in self.members() if isinstance(member, Task))

    def members(self) -> Iterator[Member]:
        """Every task and scope of this pipeline itself, outer scopes first, in the order of writing."""
        scopes: list[Scope] = [self.root]
        for scope in scopes:
            for member in scope.members:
                yield member
                if isinstance(member, Scope):
                    scopes.append(member)


# --- questions about them -----------------------------------------------------------------------------------


def scope_of(value: Value) -> Scope | None:
    """Where a value comes to be: it can be used there and in every scope within. None: everywhere."""
    match value:
        case TaskOutput(task=task):
            return task.scope
        case PipelineInput(scope=scope) | Collected(scope=scope):
            return scope
        case LoopItem(loop=loop):
            return loop
        case Field(base=base):
            return scope_of(base)
        case OneOf(branches=branches):
            return branches.parent
        case _:
            return None


def values_in(test: Test) -> Iterator[Value]:
    """Every value that a test looks at, from left to right."""
    match test:
        case Comparison(left=left, right=right):
            yield from (left, right)
        case Truth(value=value):
            yield value
        case Not(test=inner):
            yield from values_in(inner)
        case Joined(left=one, right=other):
            yield from values_in(one)
            yield from values_in(other)


def common_scope(first: Scope, second: Scope) -> Scope:
    """The innermost scope that holds both."""
    around = {id(one) for one in first.outwards()}
    return next(one for one in second.outwards() if id(one) in around)


def is_collectable(value: Value) -> bool:
    """Whether `value` was made in a loop that is over."""
    home = scope_of(value)
    return home is not None and any(isinstance(scope, Loop) and not scope.is_open for scope in home.outwards())


def describe_value(value: Value) -> str:
    """What messages call a value."""
    match value:
        case Constant(value=constant):
            return repr(constant)
        case TaskOutput(task=task, name=name):
            return f"`{name}` of {task.shown}" if len(task.outputs) > 1 else f"the output of {task.shown}"
        case PipelineInput(name=name):
            return f"the pipeline's input `{name}`"
        case LoopItem():
            return "the loop's item"
        case Field(base=base, key=key):
            return f"`[{key!r}]` of {describe_value(base)}"
        case Collected(item=item):
            return f"the list of {describe_value(item)}"
        case OneOf():
            return "the outcome of `one_of`"
        case _:
            return "a text with values in it"
