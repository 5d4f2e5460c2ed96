"""One pipeline while its function runs: where the author's code stands, and what it has said so far."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from penstock.core.errors import UserError
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import (
    Broken,
    Collected,
    Constant,
    Definition,
    Graph,
    Scope,
    Task,
    TaskOutput,
    Template,
    Test,
    Truth,
    Value,
    common_scope,
    is_collectable,
    scope_of,
)
from penstock.dsl.handles import Handle, Logical, Symbol, TaskHandle, describe, task_of
from penstock.dsl.places import Place, caller
from penstock.dsl.signature import IsOneValue

S = TypeVar("S", bound=Scope)

_active: ContextVar[Trace | None] = ContextVar("penstock_trace", default=None)
_TOKEN = re.compile(r"\{\{penstock:(\d+:\d+)\}\}")
_numbers = itertools.count(1)
_ENDLESS = 1000


@dataclass(kw_only=True, eq=False)
class OutsidePipeline(UserError, RuntimeError):
    """Something that only means anything in a pipeline function was used elsewhere."""

    code: ClassVar[str] = Code.OUTSIDE_PIPELINE
    what: str
    advice: str = "use it inside a function under `@pipeline`"

    def message(self) -> str:
        return f"`{self.what}` was used outside of a pipeline"

    def hint(self) -> str:
        return self.advice


class Abandoned(BaseException):
    """Ends a trace that cannot end by itself; the reason has been reported."""


@dataclass(kw_only=True, eq=False)
class Session:
    """What the traces of a pipeline and of those nested in it share."""

    is_one_value: IsOneValue = lambda _: False
    """Tells a dataclass that is stored as one value from one whose fields are outputs."""
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    """Ordered, and each only once."""
    graphs: dict[int, Graph] = field(default_factory=dict)
    """By the identity of the pipeline."""
    running: list[Definition] = field(default_factory=list)
    """The pipelines that are being traced, from the outside in."""


class Trace:
    """Receives what the author's code does, in the order in which it does it."""

    def __init__(self, graph: Graph, session: Session) -> None:
        self.graph = graph
        self.session = session
        self.scope: Scope = graph.root
        self.finished = False
        self._names: dict[str, int] = {}
        self._number = next(_numbers)
        self._tokens: dict[str, Value] = {}
        self._decisions: dict[Place, int] = {}

    # --- mistakes -----------------------------------------------------------------------------------------

    def report(self, code: Code, message: str, hint: str, *, place: Place | None = None, details: str = "") -> None:
        """Record a mistake at the author's present line, or at `place`."""
        if self.finished:
            raise OutsidePipeline(what="a value of a pipeline", advice=f"{message}; {hint}")
        found = Diagnostic(code=code, message=message, hint=hint, place=place or caller(), details=details)
        self.session.diagnostics[found] = None

    def count_decision(self) -> None:
        """Notice that Python asked a stand-in for its truth; a `while` would do so for ever."""
        place = caller()
        self._decisions[place] = self._decisions.get(place, 0) + 1
        if self._decisions[place] > _ENDLESS:
            raise Abandoned

    # --- scopes -------------------------------------------------------------------------------------------

    def open(self, scope: S) -> S:
        """Enter a new scope, which is within the present one."""
        assert scope.parent is not None
        scope.parent.members.append(scope)
        self.scope = scope
        return scope

    def close(self, scope: Scope) -> None:
        """Leave `scope`, and whatever was opened in it and was not left."""
        for one in self.scope.outwards():
            one.is_open = False
            if one is scope:
                break
        assert scope.parent is not None
        self.scope = scope.parent

    # --- values -------------------------------------------------------------------------------------------

    def value(self, given: object) -> Value:
        """What an author's argument stands for; a mistake is recorded and stands for nothing."""
        if isinstance(given, Symbol):
            return self._symbol(given)
        if isinstance(given, str):
            return self._text(given) if _TOKEN.search(given) else Constant(given)
        if isinstance(given, list | tuple | dict | set | frozenset):
            return self._collection(given)
        return Constant(given)

    def test(self, given: object) -> Test:
        """The condition that an author's expression stands for."""
        if isinstance(given, Logical) and given._trace is self:
            return given._test()
        if isinstance(given, Symbol):
            return Truth(self._symbol(given))
        if isinstance(given, bool):
            hint = "it is known already: use a plain `if` of Python for what is known before the run"
            return Truth(self._broken(Code.BAD_CONDITION, f"the condition is simply `{given}`", hint))
        hint = "compare an output or a parameter, as in `score > 0.8`"
        return Truth(self._broken(Code.BAD_CONDITION, f"{given!r} is no condition", hint))

    def token(self, value: Value) -> str:
        """Text that stands for `value` inside an f-string, and is found again by `value()`."""
        name = f"{self._number}:{len(self._tokens)}"
        self._tokens[name] = value
        return f"{{{{penstock:{name}}}}}"

    def _broken(self, code: Code, message: str, hint: str) -> Broken:
        self.report(code, message, hint)
        return Broken()

    def _symbol(self, given: Symbol) -> Value:
        if given._trace is not self:
            if given._is_broken():
                return Broken()
            name = given._trace.graph.pipeline.name
            hint = "pass it into this pipeline as an argument, or return it from the other one"
            return self._broken(Code.OTHER_PIPELINE, f"{describe(given)} belongs to pipeline '{name}'", hint)
        if isinstance(given, Handle):
            return given._value
        if isinstance(given, TaskHandle):
            return self._broken(Code.NO_VALUE, *_not_one_value(given._task))
        return self._broken(
            Code.NO_VALUE, "a condition cannot be passed to a task", "pass the values, and compare inside"
        )

    def _text(self, text: str) -> Value:
        parts: list[str | Value] = []
        for index, piece in enumerate(_TOKEN.split(text)):
            if index % 2 == 0:
                parts.extend([piece] if piece else [])
            elif piece in self._tokens:
                parts.append(self._tokens[piece])
            else:
                hint = "pass it into this pipeline as an argument, or return it from the other one"
                return self._broken(Code.OTHER_PIPELINE, "a text holds a value of another pipeline", hint)
        values = [part for part in parts if not isinstance(part, str)]
        return Broken() if any(isinstance(part, Broken) for part in values) else Template(tuple(parts))

    def _collection(self, given: Any) -> Value:
        leaves = list(_leaves(given))
        symbols = [one for one in leaves if isinstance(one, Symbol)]
        if not symbols and not any(isinstance(one, str) and holds_value(one) for one in leaves):
            return Constant(copy.deepcopy(given) if given else given)
        if isinstance(given, list) and len(given) == 1 and isinstance(given[0], Symbol):
            value = self._symbol(given[0])
            if isinstance(value, Broken):
                return value
            if is_collectable(value):
                return self.collected(value)
        if symbols and all(symbol._is_broken() for symbol in symbols):
            return Broken()
        return self._broken(Code.MIXED_COLLECTION, *_mixed(given))

    def collected(self, value: Value) -> Collected:
        """`value` of every iteration, as a list that exists as far out as the present scope needs it."""
        home = scope_of(value)
        assert home is not None
        return Collected(value, common_scope(home, self.scope))

    # --- tasks --------------------------------------------------------------------------------------------

    def unique_name(self, base: str) -> str:
        """`base`, or `base-2` and so on where it is taken."""
        count = self._names.get(base, 0) + 1
        self._names[base] = count
        if count == 1:
            return base
        name = f"{base}-{count}"
        return self.unique_name(name) if name in self._names else self._claim(name)

    def _claim(self, name: str) -> str:
        self._names[name] = 1
        return name

    def add(self, task: Task, *, is_single: bool) -> Handle | TaskHandle:
        """Put a task into the present scope; the handle is what the author gets for it."""
        task.scope.members.append(task)
        if is_single:
            return Handle(self, TaskOutput(task, task.outputs[0]))
        return TaskHandle(self, task)

    def order(self, handle: object, others: tuple[object, ...]) -> None:
        """Let the task of `handle` wait for those of `others`."""
        task = task_of(handle)
        if task is None:
            if isinstance(handle, Symbol) and not handle._is_broken():
                message = f"{describe(handle)} is no task, so it cannot wait"
                self.report(Code.BAD_ORDER, message, "call `.after` on the outcome of a component")
            return
        task.after.extend(self.tasks_of(others))

    def tasks_of(self, handles: tuple[object, ...]) -> list[Task]:
        """The tasks of `handles`, for one that waits for them."""
        found = []
        for handle in handles:
            task = task_of(handle)
            if task is not None and isinstance(handle, Symbol) and handle._trace is self:
                found.append(task)
            elif not (isinstance(handle, Symbol) and handle._is_broken()):
                shown = describe(handle) if isinstance(handle, Symbol) else repr(handle)
                message = f"{shown} is no task of this pipeline, so nothing can wait for it"
                self.report(Code.BAD_ORDER, message, "pass the outcome of a component: `train.after(checked)(rows)`")
        return found


def active_trace() -> Trace | None:
    """The trace that the present code is part of; None outside of pipelines."""
    return _active.get()


def need_trace(what: str) -> Trace:
    """The present trace. Raises `OutsidePipeline` where there is none."""
    trace = _active.get()
    if trace is None:
        raise OutsidePipeline(what=what)
    return trace


@contextmanager
def activate(trace: Trace) -> Iterator[None]:
    """Let `trace` receive what happens."""
    token = _active.set(trace)
    try:
        yield
    finally:
        _active.reset(token)
        trace.finished = True


def _leaves(given: object) -> Iterator[object]:
    """What lies in a collection, however deep."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            yield from _leaves(key)
            yield from _leaves(value)
    elif isinstance(given, list | tuple | set | frozenset):
        for value in given:
            yield from _leaves(value)
    else:
        yield given


def without_tokens(text: str) -> str:
    """A text as messages show it: values of a pipeline in it are `{…}`."""
    return _TOKEN.sub("{…}", text)


def holds_value(text: str) -> bool:
    """Whether a text stands for a value of a pipeline, or has one in it."""
    return _TOKEN.search(text) is not None


def _not_one_value(task: Task) -> tuple[str, str]:
    if task.outputs:
        names = ", ".join(f"`{name}`" for name in task.outputs)
        return f"{task.shown} has {len(task.outputs)} outputs, and one value is needed here", f"choose one of {names}"
    return f"{task.shown} returns nothing, so there is nothing to pass", "annotate the component's result if it has one"


def _mixed(given: object) -> tuple[str, str]:
    kind = type(given).__name__
    hint = "pass the values one by one, or let a component put them together"
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list):
        hint = "results of nested loops come as one flat list: write `[f(a, b) for a in each(...) for b in each(...)]`"
    return f"a {kind} of values that do not exist yet cannot be passed", hint
