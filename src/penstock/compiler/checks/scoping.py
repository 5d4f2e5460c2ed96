"""Whether a value exists where it is used."""

from collections.abc import Iterator

from penstock.compiler.checks.reporting import Reporter
from penstock.compiler.types.flows import ArtifactFlow, Flow, Flows, ParameterFlow
from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import (
    Branch,
    Collected,
    Field,
    Loop,
    OneOf,
    Scope,
    TaskOutput,
    Template,
    Value,
    describe_value,
    scope_of,
)
from penstock.dsl.places import Place


def leaving(home: Scope, scope: Scope) -> Iterator[Scope]:
    """The scopes that are left on the way from `home` to `scope`, from the inside out; none if `scope` is within."""
    around = {id(one) for one in scope.outwards()}
    for one in home.outwards():
        if id(one) in around:
            return
        yield one


class ScopeCheck:
    """Holds the uses of values against the scopes that they are made in."""

    def __init__(self, flows: Flows, reporter: Reporter) -> None:
        self._flows = flows
        self._report = reporter
        self._seen: set[Value] = set()

    def use(self, value: Value, scope: Scope, place: Place) -> bool:
        """Check that `value` exists in `scope`; whether it does."""
        exists = True
        for one in parts_of(value):
            home = scope_of(one)
            if home is not None:
                exists = self._reaches(one, home, scope, place) and exists
            if one not in self._seen and isinstance(one, Collected | OneOf):
                self._seen.add(one)
                if isinstance(one, Collected):
                    self._collected(one, place)
                else:
                    self._merged(one, place)
        return exists

    def _reaches(self, value: Value, home: Scope, scope: Scope, place: Place) -> bool:
        for left in leaving(home, scope):
            if isinstance(left, Loop):
                message = f"{describe_value(value)} exists once for each iteration, and is used outside of its loop"
                hint = "use it in the loop, or gather all of them with `collect(...)` or a list comprehension"
                self._report(Code.OUTSIDE_LOOP, message, hint, place)
                return False
            if isinstance(left, Branch):
                message = f"{describe_value(value)} exists only if its branch is taken, and is used outside of it"
                hint = "use it in the branch, or join the branches with `one_of(a, b)`"
                self._report(Code.OUTSIDE_BRANCH, message, hint, place)
                return False
        return True

    def _collected(self, value: Collected, place: Place) -> None:
        home = scope_of(value.item)
        assert home is not None
        conditional = False
        for left in leaving(home, value.scope):
            # A branch inside of the loop only makes the list shorter; one around it may leave no list at all.
            conditional = isinstance(left, Branch) or (conditional and not isinstance(left, Loop))
        if conditional:
            message = f"{describe_value(value)} exists only if a branch around its loop is taken"
            self._report(Code.OUTSIDE_BRANCH, message, "use it in the branch, or join branches with `one_of`", place)
        if not isinstance(value.item, TaskOutput | OneOf):
            message = f"{describe_value(value.item)} is no result of a task, so it cannot be collected"
            self._report(Code.BAD_COLLECT, message, "let a component return it, and collect that", place)

    def _merged(self, value: OneOf, place: Place) -> None:
        known = [flow for one in value.options if (flow := self._flows.of(one)) is not None]
        if known and not all(_same(known[0], flow) for flow in known):
            message = f"`one_of` joins values of different types: {', '.join(flow.shown for flow in known)}"
            self._report(Code.BAD_MERGE, message, "let all branches give the same type", place)


def parts_of(value: Value) -> list[Value]:
    """The values that must exist for `value` to exist."""
    if isinstance(value, Template):
        return [one for part in value.parts if not isinstance(part, str) for one in parts_of(part)]
    return parts_of(value.base) if isinstance(value, Field) else [value]


def _same(one: Flow, other: Flow) -> bool:
    if isinstance(one, ArtifactFlow) and isinstance(other, ArtifactFlow):
        return (one.use.kind, one.use.is_list) == (other.use.kind, other.use.is_list)
    if isinstance(one, ParameterFlow) and isinstance(other, ParameterFlow):
        return one.parameter_type == other.parameter_type
    return False
