"""Branches: `with when(score > 0.8): … ` with `elsewhen` and `otherwise` after it, and `one_of` to join them again."""

from __future__ import annotations

from types import TracebackType
from typing import TypeAlias, TypeVar, cast

from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import (
    Branch,
    Branches,
    Broken,
    OneOf,
    Scope,
    Task,
    TaskOutput,
    Test,
    Value,
    describe_value,
    scope_of,
)
from penstock.dsl.handles import Handle
from penstock.dsl.places import caller
from penstock.dsl.trace import Trace, need_trace

T = TypeVar("T")

ConditionLike: TypeAlias = int
"""What a comparison is to a type checker: `bool`, or `int` where `~` negates it."""


class _Branching:
    _word = ""

    def __init__(self, test: Test | None, trace: Trace) -> None:
        self._trace = trace
        self._test = test
        self._place = caller()
        self._branch: Branch | None = None
        self._outer: Branches | None = None

    def _branches(self) -> Branches:
        """Where the new branch belongs."""
        found = _last_branches(self._trace.scope)
        if found is not None and not found.exhaustive:
            return found
        message = f"`{self._word}` does not follow a `when`"
        if found is not None:
            message = f"`{self._word}` follows an `otherwise`, which takes all that is left"
        hint = "put it directly after the body of a `with when(...):`, on the same level"
        self._trace.report(Code.MISPLACED_BRANCH, message, hint)
        return self._new_branches()

    def _new_branches(self) -> Branches:
        branches = Branches(parent=self._trace.scope, place=self._place)
        self._trace.scope.members.append(branches)
        return branches

    def __enter__(self) -> None:
        self._outer = self._branches()
        self._branch = self._trace.open(Branch(parent=self._outer, place=self._place, test=self._test))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._branch is not None
        assert self._outer is not None
        self._trace.close(self._branch)
        assert self._outer.parent is not None
        self._trace.scope = self._outer.parent


class when(_Branching):  # noqa: N801 - reads as a statement
    """The tasks of the body run only if the condition holds: `with when(score > 0.8): register(model)`.

    The body is traced in any case. A condition compares outputs and parameters with one another or with
    constants; `&`, `|` and `~` join conditions, each comparison in parentheses.
    """

    _word = "when"

    def __init__(self, condition: ConditionLike) -> None:
        trace = need_trace("when")
        super().__init__(trace.test(condition), trace)

    def _branches(self) -> Branches:
        return self._new_branches()


class elsewhen(_Branching):  # noqa: N801 - reads as a statement
    """The body's tasks run if the condition holds and none before it did: the `elif` of a `when`."""

    _word = "elsewhen"

    def __init__(self, condition: ConditionLike) -> None:
        trace = need_trace("elsewhen")
        super().__init__(trace.test(condition), trace)


class otherwise(_Branching):  # noqa: N801 - reads as a statement
    """The body's tasks run if no condition before it held: the `else` of a `when`."""

    _word = "otherwise"

    def __init__(self) -> None:
        super().__init__(None, need_trace("otherwise"))


def _last_branches(scope: Scope) -> Branches | None:
    """The `when` that an `elsewhen` in `scope` belongs to; tasks between them only prepare its condition."""
    for member in reversed(scope.members):
        if isinstance(member, Branches):
            return member
        if not isinstance(member, Task):
            return None
    return None


def one_of(first: T, second: T, /, *more: T) -> T:
    """The value from whichever branch was taken: `model = one_of(small, large)`.

    Args:
        first: A value made in one branch of a `when`.
        second: The value that takes its place in another branch.
        *more: And so on: one value for each branch, `otherwise` included.
    """
    trace = need_trace("one_of")
    values = [trace.value(given) for given in (first, second, *more)]
    if any(isinstance(value, Broken) for value in values):
        return cast(T, Handle(trace, Broken()))
    return cast(T, _merged(trace, values))


def _merged(trace: Trace, values: list[Value]) -> Handle:
    branches = [_branch_of(value) for value in values]
    outer = {id(branch.parent): branch.parent for branch in branches if branch is not None}
    around = next(iter(outer.values()), None)
    problem = ""
    if any(branch is None for branch in branches):
        stray = describe_value(values[branches.index(None)])
        problem = f"{stray} is made in no branch of a `when`"
    elif len(outer) > 1:
        problem = "the values come from the branches of different `when`s"
    elif len(set(map(id, branches))) < len(branches):
        problem = "two of the values come from the same branch"
    elif isinstance(around, Branches) and len(around.members) != len(branches):
        problem = "not every branch gives a value"
    elif isinstance(around, Branches) and not around.exhaustive:
        problem = "none of the branches may be taken, as there is no `otherwise`"
    if problem:
        hint = "give one value of each branch, `with otherwise():` included"
        trace.report(Code.BAD_MERGE, f"`one_of` cannot choose: {problem}", hint)
        return Handle(trace, Broken())
    assert isinstance(around, Branches)
    return Handle(trace, OneOf(tuple(values), around))


def _branch_of(value: Value) -> Branch | None:
    """The branch that a value is made in, directly."""
    home = scope_of(value) if isinstance(value, TaskOutput | OneOf) else None
    return home if isinstance(home, Branch) else None
