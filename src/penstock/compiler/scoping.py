"""Ways between scopes."""

from collections.abc import Iterator

from penstock.dsl.graph import Scope


def leaving(home: Scope, scope: Scope) -> Iterator[Scope]:
    """The scopes that are left on the way from `home` to `scope`, from the inside out; none if `scope` is within."""
    around = {id(one) for one in scope.outwards()}
    for one in home.outwards():
        if id(one) in around:
            return
        yield one
